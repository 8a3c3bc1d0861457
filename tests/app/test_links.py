"""The selection and the link: what is written is read back, and nothing that a link says can break a page."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.selection import (
    CUTS,
    EDGES,
    EFFECTS,
    ENERGIES,
    EVIDENCE,
    METHODS,
    MOST_LINKS,
    MOST_MOVED,
    MOST_SENSORS,
    MOST_TURN,
    ORDERS,
    REMOVALS,
    SHARES,
    Selection,
    from_query,
    left_sentence,
)
from tests.app.conftest import HOSTILE, PAGES, Recipe, opened, turned, words


@dataclass(frozen=True)
class Offered:
    key: str
    heads: tuple[str, ...] = ("head 1", "head 2")
    ids: tuple[str, ...] = ("a", "b", "c", "d", "e", *HOSTILE)
    horizon: int = 4
    frames: int = 0


RUNS = (Offered("demo/best"), Offered("mine", heads=("head 1",), ids=("a", "z"), horizon=12), Offered("bare", heads=()))
MOVING = Offered(
    "moving", heads=("layer 1, frame 1", "layer 1, frame 2", "read-out"), ids=("p1", "p2"), horizon=0, frames=7
)
NAMES = (
    "v",
    "run",
    "head",
    "share",
    "sensor",
    "order",
    "method",
    "count",
    "mode",
    "step",
    "energy",
    "part",
    "roads",
    "planted",
    "tiles",
    "other",
    "other_head",
    "pair",
    "community",
    "time",
    "removal",
    "effect",
    "cut",
    "live",
    "links",
    "amount",
    "trajectory",
    "frame",
    "layer",
    "edges",
    "about_x",
    "about_y",
    "about_z",
    "moved",
    "mirrored",
)

selections = some.builds(
    Selection,
    run=some.just("demo/best"),
    head=some.sampled_from(("mean", "head 1", "head 2")),
    share=some.sampled_from(SHARES),
    sensors=some.lists(some.sampled_from(RUNS[0].ids), unique=True, max_size=MOST_SENSORS).map(tuple),
    community=some.integers(0, 20),
    time=some.sampled_from(("", "2024-03-27T08:00")),
    other=some.sampled_from(("", "mine", "bare")),
    order=some.sampled_from(ORDERS),
    method=some.sampled_from(METHODS),
    count=some.sampled_from((0, 2, 3, 20)),
    mode=some.integers(1, 20),
    step=some.integers(0, 4),
    energy=some.sampled_from(ENERGIES),
    part=some.sampled_from(EVIDENCE),
    roads=some.booleans(),
    planted=some.booleans(),
    tiles=some.booleans(),
    removal=some.sampled_from(REMOVALS),
    effect=some.sampled_from(EFFECTS),
    cut=some.sampled_from(("", *CUTS)),
    live=some.sampled_from(EFFECTS),
    links=some.integers(0, MOST_LINKS),
    amount=some.none() | some.sampled_from((0.0, -29.0, 12.5, 1e-5, -2e6)),
    edges=some.sampled_from(EDGES),
    about_x=some.integers(-MOST_TURN, MOST_TURN),
    about_y=some.integers(-MOST_TURN, MOST_TURN),
    about_z=some.integers(-MOST_TURN, MOST_TURN),
    moved=some.integers(0, MOST_MOVED),
    mirrored=some.booleans(),
)
of_particles = some.builds(
    Selection,
    run=some.just("moving"),
    trajectory=some.integers(1, 24),
    frame=some.integers(0, 7),
    layer=some.sampled_from(("", "layer 1", "read-out")),
    edges=some.sampled_from(EDGES),
    sensors=some.sampled_from(((), ("p2",))),
)


def listed(query: dict[str, str | list[str]]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in query.items()}


@given(selections)
def test_what_is_written_into_a_link_is_read_back(selection: Selection) -> None:
    assert from_query(listed(selection.to_query()), RUNS, "mine") == (selection, [])


@given(of_particles)
def test_what_is_selected_of_particles_is_read_back(selection: Selection) -> None:
    assert from_query(listed(selection.to_query()), (*RUNS, MOVING), "mine") == (selection, [])


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("trajectory", "0", "trajectory"),
        ("trajectory", "1001", "trajectory"),
        ("trajectory", "-1", "trajectory"),
        ("frame", "8", "frame"),
        ("frame", "1e1", "frame"),
        ("frame", "\u0661", "frame"),
        ("layer", "layer 1, frame 1", "layer"),
        ("layer", "layer 9", "layer"),
        ("edges", "nan", "share of pairs of particles"),
        ("edges", "1.01", "share of pairs of particles"),
        ("about_x", "181", "turn about x"),
        ("about_y", "--5", "turn about y"),
        ("about_z", "inf", "turn about z"),
        ("moved", "11", "shift"),
        ("mirrored", "yes", "mirror"),
    ],
)
def test_what_cannot_be_selected_of_particles_is_named_and_left(name: str, value: str, left: str) -> None:
    selection, found = from_query({"run": ["moving"], name: [value]}, (*RUNS, MOVING), "mine")
    assert found == [left]
    assert getattr(selection, name) == getattr(Selection(), name)


def test_what_is_selected_of_particles_is_nothing_to_a_run_of_sensors() -> None:
    asked = {"run": ["mine"], "trajectory": ["3"], "frame": ["2"], "layer": ["head 1"]}
    _, left = from_query(asked, (*RUNS, MOVING), "mine")
    assert left == ["trajectory", "frame", "layer"]
    moving = Selection(run="moving", trajectory=3, frame=6, layer="read-out")
    assert moving.fitted(MOVING) == moving
    there = moving.fitted(RUNS[1])
    assert (there.trajectory, there.frame, there.layer) == (1, 0, "")
    shorter = Offered("shorter", heads=("layer 1",), frames=5)
    there = moving.fitted(shorter)
    assert (there.trajectory, there.frame, there.layer) == (3, 0, "")


@given(
    some.dictionaries(some.sampled_from(NAMES) | some.text(max_size=5), some.lists(some.text(), max_size=3), max_size=8)
)
def test_whatever_a_link_says_what_comes_out_exists(query: dict[str, list[str]]) -> None:
    selection, left = from_query(query, RUNS, "mine")
    run = {run.key: run for run in RUNS}[selection.run]
    assert selection.head in ("mean", *run.heads)
    assert selection.share in SHARES
    assert set(selection.sensors) <= set(run.ids)
    assert len(selection.sensors) <= MOST_SENSORS
    assert selection.order in ORDERS
    assert selection.method in METHODS
    assert selection.energy in ENERGIES
    assert selection.part in EVIDENCE
    assert selection.removal in REMOVALS
    assert selection.effect in EFFECTS
    assert selection.what in CUTS
    assert selection.live in EFFECTS
    assert 0 <= selection.links <= MOST_LINKS
    assert selection.amount is None or abs(selection.amount) <= 1e9
    assert selection.count == 0 or 2 <= selection.count <= len(run.ids)
    assert 1 <= selection.mode <= len(run.ids)
    assert 0 <= selection.step <= run.horizon
    assert from_query(listed(selection.to_query()), RUNS, "mine") == (selection, [])
    for values in query.values():
        for value in values:
            assert len(value) < 12 or value not in left_sentence(left), "a link's own text is not repeated"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"run": "gone", "head": "head 9", "mode": "77"}, ["run"]),
        ({"head": "head 9"}, ["head"]),
        ({"head": "-1"}, ["head"]),
        ({"share": "nan"}, ["share of pairs"]),
        ({"share": "1e-2"}, ["share of pairs"]),
        ({"share": "-0.02"}, ["share of pairs"]),
        ({"share": "0.5"}, ["share of pairs"]),
        ({"share": "٠.٠٢"}, ["share of pairs"]),
        ({"sensor": "nobody"}, ["sensors"]),
        ({"order": "size"}, ["order"]),
        ({"method": "magic"}, ["method"]),
        ({"part": "Chance"}, ["part"]),
        ({"count": "1"}, ["number of communities"]),
        ({"count": "1000000000000"}, ["number of communities"]),
        ({"mode": "0"}, ["mode"]),
        ({"mode": "1.0"}, ["mode"]),
        ({"step": "-1"}, ["step ahead"]),
        ({"step": "5"}, ["step ahead"]),
        ({"planted": "yes"}, ["planted graph"]),
        ({"removal": "Zero"}, ["way of removing"]),
        ({"effect": "loss"}, ["effect"]),
        ({"cut": "all"}, ["cut"]),
        ({"live": "mean"}, ["map of the cut"]),
        ({"links": "7"}, ["road links"]),
        ({"amount": "nan"}, ["amount"]),
        ({"amount": "1e10"}, ["amount"]),
        ({"amount": "-٢٩"}, ["amount"]),
        ({"v": "2", "head": "head 9"}, ["all of it, which another version of Topolens wrote"]),
        ({"utm_source": "mail"}, []),
    ],
)
def test_what_a_link_gets_wrong_is_named_and_stays_at_its_default(query: dict[str, str], left: list[str]) -> None:
    assert from_query(listed(dict(query)), RUNS, "demo/best") == (Selection(run="demo/best"), left)


def test_a_share_between_two_that_are_offered_becomes_the_nearer() -> None:
    assert from_query({"share": ["0.021"]}, RUNS, "mine")[0].share == 0.02


def test_the_last_of_several_values_counts() -> None:
    assert from_query({"head": ["head 9", "head 2"]}, RUNS, "demo/best")[0].head == "head 2"


def test_the_first_sensors_of_too_many_are_kept() -> None:
    selection, left = from_query({"sensor": ["a", "b", "a", "c", "d", "e"]}, RUNS, "demo/best")
    assert selection.sensors == ("a", "b", "c", "d")
    assert left == ["sensors"]


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


def test_without_runs_nothing_is_selected() -> None:
    assert from_query({"run": ["x"]}, (), "") == (Selection(), ["run"])


def test_a_selection_on_another_run_keeps_what_that_run_has() -> None:
    selection = Selection(run="demo/best", head="head 2", sensors=("b", "a"), mode=9, step=4, share=0.05)
    assert selection.fitted(RUNS[1]) == Selection(
        run="mine", head="head 1", sensors=("a",), mode=2, step=4, share=0.05
    )
    assert Selection(run="mine", step=12).fitted(RUNS[0]).step == 0


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


def test_a_chosen_pair_chooses_its_sensors_and_goes_with_them() -> None:
    chosen = Selection(sensors=("c", "d", "e")).changed(pair=("a", "c"))
    assert chosen.sensors == ("a", "c", "d", "e")
    assert chosen.changed(sensors=("c", "a")).pair == ("a", "c")
    assert chosen.changed(sensors=("c",)).pair == ()
    assert chosen.changed(mode=3).pair == ("a", "c")


def test_what_was_chosen_last_is_what_is_cut() -> None:
    chosen = Selection()
    assert chosen.what == "head"
    chosen = chosen.changed(sensors=("a",))
    assert chosen.what == "inputs"
    chosen = chosen.changed(community=2)
    assert chosen.what == "inside"
    chosen = chosen.changed(pair=("a", "b"))
    assert chosen.what == "pair"
    assert chosen.cut == "", "what follows by itself need not stand in the link"
    assert chosen.changed(community=3).what == "inside"
    assert chosen.changed(sensors=("b", "a")).what == "inputs"
    assert chosen.changed(pair=()).what == "inside"
    weight = chosen.changed(cut="weight")
    assert weight.changed(pair=("b", "a")).what == "weight", "another one of the same kind"
    assert weight.changed(step=2).what == "weight"
    assert weight.changed(sensors=(), pair=(), community=0).what == "head"
    assert chosen.changed(cut="head").what == "head", "what is asked for counts more"
    found, left = from_query(listed(chosen.changed(cut="head").to_query()), RUNS, "demo/best")
    assert (found.what, left) == ("head", [])


def test_an_amount_belongs_to_the_unit_of_its_run() -> None:
    chosen = Selection(run="demo/best", amount=-5.0, links=3)
    assert chosen.fitted(RUNS[0]).amount == -5.0
    there = chosen.fitted(RUNS[1])
    assert (there.amount, there.links) == (None, 3)


def test_a_weight_of_a_sensor_on_itself_is_a_pair_of_one_sensor() -> None:
    chosen = Selection().changed(pair=("a", "a"))
    assert (chosen.pair, chosen.sensors) == (("a", "a"), ("a",))


@pytest.mark.parametrize("change", [{"head": "head 2"}, {"method": "spectral"}, {"count": 3}])
def test_a_community_is_let_go_where_its_number_means_another(change: dict[str, object]) -> None:
    chosen = Selection(head="head 1", community=2)
    assert chosen.changed(**change).community == 0
    assert chosen.changed(share=0.05, sensors=("a",)).community == 2
    assert chosen.changed(community=1, **change).community == 1


def test_another_run_keeps_of_the_selection_what_it_has() -> None:
    chosen = Selection(
        run="demo/best",
        other="mine",
        head="head 2",
        other_head="head 1",
        sensors=("a", "b"),
        pair=("a", "b"),
        community=2,
    )
    there = chosen.fitted(RUNS[1], RUNS[1])
    assert (there.run, there.head, there.sensors, there.pair, there.community) == ("mine", "head 1", ("a",), (), 0)
    assert there.other == "", "a run is not compared with itself"
    assert chosen.fitted(RUNS[0], RUNS[1]) == chosen
    assert chosen.fitted(RUNS[0], RUNS[2]).other_head == "", "the other run has no such head"


def test_a_pair_of_a_link_is_receiver_and_sender_in_that_order() -> None:
    found, left = from_query({"run": ["demo/best"], "pair": ["c", "a"]}, RUNS)
    assert (found.pair, found.sensors, left) == (("c", "a"), ("c", "a"), [])
    for pair in (["a"], ["a", "nobody"], ["a", "b", "c"]):
        found, left = from_query({"run": ["demo/best"], "pair": pair}, RUNS)
        assert (found.pair, left) == ((), ["pair"])


@pytest.mark.parametrize(
    "time", ["2024-03-27", "2024-13-01T00:00", "2024-03-27T08:00:00", "٢٠٢٤-03-27T08:00", "<b>", "0000-00-00T00:00"]
)
def test_a_time_that_no_calendar_has_is_left(time: str) -> None:
    found, left = from_query({"time": [time]}, RUNS, "demo/best")
    assert (found.time, left) == ("", ["time"])


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
