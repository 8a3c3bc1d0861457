"""The app opened by a link: it shows what the link says, and nothing that a link says can break a page."""

import pytest
from streamlit.testing.v1 import AppTest

from app.selection import Selection, from_query
from tests.app.conftest import HOSTILE, PAGES, ROOT, Recipe, opened, turned, words
from tests.app.links_made import NAMES, RUNS


def test_the_mean_of_one_head_is_that_head(make: Recipe) -> None:
    assert from_query({"run": ["mine"], "head": ["mean"]}, RUNS) == (Selection(run="mine", head="head 1"), [])
    make("one", heads=1)
    app = opened(run="one")
    assert app.query_params["head"] == "head 1"
    assert "control head" not in {box.key for box in app.selectbox}, "there is nothing to choose"
    for page in PAGES:
        turned(app, page)
        assert not app.exception, page
        assert "mean of heads" not in words(app).replace("the mean of heads", ""), page
    app = opened("heads", run="one", head="mean")
    assert not app.toast


NASTY = {
    "markup": "<script>window.hit=1</script>",
    "many letters": "x" * 14_000,
    "nothing": "",
    "zero byte": "a\x00b",
    "path": "../../../../etc/passwd",
    "absolute path": "/etc",
    "number": "-1",
    "not a number": "nan",
    "huge": "9" * 400,
    "direction": "\u202e\u2066x",
    "template": "{{ 7*7 }}${7*7}%s%n",
    "quotes": "'\";--",
    "emoji": "💥" * 50,
}


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_a_nasty_link_opens_every_page_and_is_told_once(make: Recipe, value: str) -> None:
    make()
    app = opened(**dict.fromkeys(NAMES, value))
    said = [toast.value for toast in app.toast]
    assert len(said) == 1
    assert value == "" or value[:200] not in said[0]
    assert not app.exception
    for page in PAGES if value == NASTY["markup"] else ("map",):
        turned(app, page)
        assert not app.exception, page
        assert app.query_params["run"] == "ring"
        assert page == "overview" or not app.toast, "it is said once"


def test_one_link_gets_one_message_whoever_finds_its_faults(make: Recipe) -> None:
    make()
    app = opened(head="nobody", community="20", time="2001-01-01T00:00", mode="x")
    assert [toast.value for toast in app.toast] == [
        "The link asks for what is not here (head, mode, community, time): the default is shown."
    ]
    assert not app.run().toast
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60).switch_page("views/glossary.py")
    app.query_params.update(head="nobody", term="nothing")
    assert [toast.value for toast in app.run().toast] == [
        "The link asks for what is not here (head, word of the glossary): the default is shown."
    ]
    assert not app.run().toast


def test_a_link_that_the_browser_sends_again_is_not_answered_again(make: Recipe) -> None:
    make()
    asked = {"head": "nobody", "mode": "x"}
    app = opened(**asked)
    assert len(app.toast) == 1
    app.query_params.clear()
    app.query_params.update(asked)  # what a figure that was drawn late sends: it has not heard of the new address
    assert not app.run().toast
    assert app.query_params["head"] == "mean"
    app.query_params.update(head="somebody")
    assert len(app.run().toast) == 1, "another link"


def test_a_link_of_a_million_letters_opens_the_default(make: Recipe) -> None:
    make()
    app = opened(head="x" * 1_000_000)
    assert not app.exception
    assert app.query_params["head"] == "mean"


def test_a_sensor_of_any_name_can_be_linked(make: Recipe) -> None:
    make(hostile=True)
    for sensor in HOSTILE:
        app = opened("map", sensor=sensor)
        assert not app.exception, sensor
        assert not app.toast, sensor
        assert app.query_params["sensor"] == sensor
        assert "Whom does this sensor hear?" in words(app)


def test_a_link_opens_what_it_names(make: Recipe) -> None:
    make("other", seed=3)
    make()
    app = opened("map", v="1", run="other", head="head 2", share="0.05", sensor="S04", planted="1", roads="0")
    assert not app.toast
    assert app.selectbox(key="control run").value == "other"
    assert app.selectbox(key="control head").value == "head 2"
    assert app.select_slider(key="control share").value == 0.05
    assert app.selectbox(key="control sensor").value == "S04"
    assert app.toggle(key="control planted").value is True
    assert app.toggle(key="control roads").value is False


def test_the_link_says_what_is_selected_and_survives_a_change_of_page(make: Recipe) -> None:
    make()
    app = opened()
    assert app.query_params == {"v": "1", "run": "ring", "head": "mean", "share": "0.02"}
    app.selectbox(key="control head").set_value("head 3").run()
    app.select_slider(key="control share").set_value(0.1).run()
    app.query_params.clear()  # as the browser does on a change of page
    turned(app, "communities")
    assert app.query_params == {"v": "1", "run": "ring", "head": "head 3", "share": "0.1"}
    assert app.selectbox(key="control head").value == "head 3"


def test_going_back_in_the_browser_selects_what_the_link_says(make: Recipe) -> None:
    make()
    app = opened(head="head 1")
    app.selectbox(key="control head").set_value("head 2").run()
    app.query_params["head"] = "head 1"  # the browser's Back
    app.run()
    assert app.selectbox(key="control head").value == "head 1"


def test_an_address_that_lags_behind_a_click_undoes_nothing(make: Recipe) -> None:
    make()
    app = opened()
    before = dict(app.query_params)
    app.selectbox(key="control head").set_value("head 2").run()
    app.query_params.clear()
    app.query_params.update(before)  # the address from before the first click comes with the second
    app.select_slider(key="control share").set_value(0.05).run()
    assert app.query_params["head"] == "head 2"
    assert app.query_params["share"] == "0.05"


def test_another_run_keeps_the_head_it_has_and_drops_the_sensor_it_has_not(make: Recipe) -> None:
    make("small", sensors=6, seed=1)
    make()
    app = opened("map", run="ring", head="head 2", sensor="S20")
    app.selectbox(key="control run").set_value("small").run()
    assert not app.exception
    assert app.query_params["run"] == "small"
    assert app.query_params["head"] == "head 2"
    assert "sensor" not in app.query_params


def test_a_run_that_is_deleted_while_it_is_looked_at_gives_way_to_another(make: Recipe) -> None:
    import shutil

    make("kept")
    folder = make("gone")
    app = opened(run="gone")
    shutil.rmtree(folder)
    app.run()
    assert not app.exception
    assert app.query_params["run"] == "kept"


def test_a_community_and_a_time_that_the_run_does_not_have_are_said_once_and_leave_the_link(make: Recipe) -> None:
    make()
    app = opened(head="head 2", community="20", time="2001-01-01T00:00")
    assert not app.exception
    assert [toast.value for toast in app.toast] == [
        "The link asks for what is not here (community, time): the default is shown."
    ]
    assert "community" not in app.query_params
    assert "time" not in app.query_params
    app.run()
    assert not app.toast
