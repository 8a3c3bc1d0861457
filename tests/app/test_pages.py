"""Every page on runs of every kind: it answers, it never breaks, and it says what it cannot show."""

import re
from pathlib import Path

import pytest

from core import data
from core.experiment import Plan, settings_for, trained
from core.run import Run
from tests.app.conftest import HOSTILE, MATRIX_PAGES, PAGES, QUESTIONS, Recipe, figures, opened, turned, unfolded, words
from tests.app.small import small_data

KINDS = {
    "as it should be": {},
    "hostile ids": {"hostile": True},
    "no coordinates": {"coordinates": False},
    "no roads": {"roads": False},
    "no groups": {"groups": False},
    "no planted graph": {"truth": False},
    "nothing but values": {"coordinates": False, "roads": False, "groups": False, "truth": False},
    "protocol published": {"protocol": "published", "better": -0.2},
    "twelve steps of five minutes": {"steps": 12, "interval": 5},
    "one step of a day": {"steps": 1, "interval": 1440},
    "one head": {"heads": 1},
    "no heads": {"heads": 0, "model": "gru"},
    "one sensor": {"sensors": 1},
    "two sensors": {"sensors": 2},
    "all weights zero": {"matrix": 0.0},
    "all weights equal": {"matrix": 1.0},
    "negative weights": {"matrix": -0.5},
    "given the roads": {"model": "gat-gru"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_opens_on_every_kind_of_run(make: Recipe, kind: str) -> None:
    make(**KINDS[kind])
    app = opened()
    for page in PAGES:
        turned(app, page)
        assert not app.exception, (page, [error.message for error in app.exception])
        assert not app.error, page
        assert app.title[0].value == QUESTIONS[page]
        assert len(words(app)) > 100


@pytest.mark.parametrize("kind", ["hostile ids", "nothing but values", "one sensor", "no heads", "all weights zero"])
def test_what_is_folded_can_be_unfolded_on_odd_runs(make: Recipe, kind: str) -> None:
    make(**KINDS[kind])
    app = opened()
    for page in PAGES:
        unfolded(turned(app, page))
        assert not app.exception, (page, [error.message for error in app.exception])


@pytest.mark.parametrize("page", [page for page in PAGES if page != "evidence"])  # that shows what was tested
def test_a_page_has_answer_figure_table_download_and_reading(make: Recipe, page: str) -> None:
    make()
    app = opened(page)
    assert app.markdown[0].value.startswith("#### ")
    assert (app.get("component_instance") if page == "map" else figures(app))
    assert not app.latex, "what is folded is not made"
    unfolded(app)
    assert not app.exception
    folded = [expander.label for expander in app.expander]
    assert folded[-1] == "How to read this"
    takeaway = [label for label in folded if label.startswith("Take ")]
    assert len(app.dataframe) >= len(folded) - 1 - len(takeaway) >= 1
    csvs = [button for button in app.get("download_button") if button.proto.label == "CSV"]
    assert len(csvs) == len(app.dataframe)
    assert len(app.latex) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_opens_in_both_themes(make: Recipe, theme: str) -> None:
    make()
    app = opened()
    app.context = {"theme": theme}
    for page in PAGES:
        turned(app, page)
        assert not app.exception, page


@pytest.mark.parametrize("page", MATRIX_PAGES)
def test_a_model_without_heads_says_why_there_is_nothing_and_offers_one_that_has(make: Recipe, page: str) -> None:
    make("control", heads=0, model="gru")
    make("graph")
    app = opened(page, run="control")
    assert "gru lets no sensor listen to another" in words(app)
    assert not figures(app)
    app.button(key="open graph").click().run()
    assert app.query_params["run"] == "graph"
    assert app.markdown[0].value.startswith("#### ")


@pytest.mark.parametrize(
    ("kind", "page", "sentence"),
    [
        ("no coordinates", "map", "this is a layout of the road graph"),
        ("nothing but values", "map", "this is a layout of the strongest learned pairs"),
        ("no roads", "map", "These data have no road graph to compare with"),
        ("no roads", "spectrum", "These data have no road graph"),
        ("nothing but values", "communities", "neither a road graph nor known groups"),
        ("protocol published", "overview", "optimistic"),
        ("protocol published", "forecast", "optimistic"),
        ("given the roads", "overview", "is given the road graph"),
        ("given the roads", "map", "is given the road graph"),
        ("given the roads", "communities", "is given the road graph"),
        ("all weights zero", "heads", "all weights between sensors are exactly zero"),
        ("all weights zero", "map", "no weight between any two sensors"),
        ("all weights equal", "communities", "no grouping stands out"),
    ],
)
def test_what_a_run_lacks_is_said(make: Recipe, kind: str, page: str, sentence: str) -> None:
    make(**KINDS[kind])
    assert sentence in words(opened(page))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("model", ["intergat-plus", "gru"])
def test_an_optimistic_protocol_is_marked_on_every_page(make: Recipe, page: str, model: str) -> None:
    make("published", protocol="published", model=model, heads=0 if model == "gru" else 3)
    make("clean", model=model, heads=0 if model == "gru" else 3)
    mark = "Protocol published: optimistic, the test part picked the epoch."
    assert mark in words(opened(page, run="published"))
    assert mark not in words(opened(page, run="clean"))


def test_no_text_of_the_data_becomes_markup_or_a_link(make: Recipe) -> None:
    note = "<img src=x> **bold** [a](http://evil.example) www.evil.example :red[x] $x$ `x`"
    make(hostile=True, note=note, record={"title": note})
    app = opened(sensor=[HOSTILE[0], HOSTILE[7], HOSTILE[12]])
    for page in PAGES:
        turned(app, page)
        assert not app.exception
        for element in (*app.markdown, *app.caption, *app.info):
            assert not getattr(element.proto, "allow_html", False)
            for part in ("<img src=x>", "](http", "[link](javascript", " www.evil", "**bold**"):
                assert part not in re.sub(r"(`+).*?\1", "", element.value), (page, element.value)


def test_a_trained_intergat_plus_without_heads_opens_as_a_model_without_a_graph(own_runs: Path, tmp_path: Path) -> None:
    load, settings = small_data(tmp_path), settings_for("intergat-plus", epochs=1)
    for name, heads in (("graph", 2), ("plain", 0)):
        plan = Plan(model="intergat-plus", config={"heads": heads}, settings=settings, load=load)
        trained(data.load(load), plan, own_runs / name)
    run = Run.load(own_runs / "plain")
    assert (run.heads, run.interaction.shape) == ((), (0, 6, 6))
    for page in PAGES:
        app = turned(opened(run="plain"), page)
        assert not app.exception, page
        if page in (*MATRIX_PAGES, "overview"):
            assert "intergat-plus without graph lets no sensor listen to another" in words(app), page
    assert "Without any graph" not in words(opened(run="plain"))
    beside = words(opened(run="graph"))
    assert "Without any graph (model intergat-plus without graph, same data and protocol) the error is" in beside
    assert "small differences may be luck." in beside
