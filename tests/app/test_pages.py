"""Every page on runs of every kind: it answers, it never breaks, and it says what it cannot show."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.figures.colours import DIVERGING, DIVERGING_DARK
from app.glossary import MEASURES
from app.measured import Measured
from app.reading import forecasts
from app.views import ground
from app.views.tables import csv, rounded, stem
from core import data
from core.experiment import Plan, settings_for, trained
from core.files import write_tensors
from core.run import Run, read_tensors
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
    ("state", "sentence"),
    [
        ("training", "This run is still training."),
        ("stopped", "This run was stopped before it was done."),
        ("failed", "The training of this run failed."),
    ],
)
def test_a_run_that_is_not_done_says_so_and_what_to_do(make: Recipe, state: str, sentence: str) -> None:
    make("unfinished", state=state)
    app = opened()
    for page in PAGES:
        said = words(turned(app, page))
        assert app.title[0].value == QUESTIONS[page]
        assert sentence in said
        assert "python -m app train --resume" in said
        assert not app.exception
        assert ("loss became nan" in said) == (state == "failed")


def test_a_folder_that_is_no_run_says_why(make: Recipe) -> None:
    folder = make("broken")
    (folder / "run.json").write_text("{}")
    app = opened(run="broken")
    assert "This run cannot be opened." in words(app)
    assert "must have schema 1" in words(app)


def test_a_run_that_lost_a_file_says_which(make: Recipe) -> None:
    (make("broken") / "forecasts.safetensors").unlink()
    app = opened(run="broken")
    assert "forecasts.safetensors" in words(app)
    assert not app.exception


def test_without_any_run_every_page_says_how_to_make_one(own_runs: object) -> None:
    app = opened()
    for page in PAGES:
        turned(app, page)
        assert not app.exception
        assert app.title[0].value == QUESTIONS[page]
        assert "There is no run to look at" in words(app)
        assert "python -m app train" in words(app)
        assert not app.selectbox


def test_the_page_offers_to_look_again_and_then_opens_a_run_that_was_made_meanwhile(make: Recipe) -> None:
    app = opened()
    make()
    app.run()
    assert app.query_params["run"] == "ring"
    assert figures(app)


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


def test_under_the_published_protocol_all_errors_are_up_to_the_time_that_is_told(make: Recipe) -> None:
    make(protocol="published")
    said = words(opened("forecast", step="2"))
    assert "Up to 30 minutes ahead the forecast is off" in said
    assert "Up to 30 minutes ahead, mean absolute error of each sensor" in said
    assert "At 30 minutes ahead" not in said


def test_a_damaged_control_leaves_the_overview_of_a_healthy_run_alone(make: Recipe) -> None:
    make("graph")
    (make("control", heads=0, model="gru") / "forecasts.safetensors").unlink()
    app = unfolded(opened(run="graph"))
    assert not app.exception
    assert "Without any graph" not in words(app)
    make("whole", heads=0, model="gru")
    assert "Without any graph" in words(opened(run="graph"))


def test_an_unknown_protocol_is_said_and_no_page_breaks(make: Recipe) -> None:
    make(protocol="own")
    app = opened()
    for page in PAGES:
        said = words(turned(app, page))
        assert not app.exception, page
        assert "This run cannot be opened." in said
        assert "protocol" in said


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_mode_is_drawn_and_explained_in_the_colours_of_the_theme(
    make: Recipe, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(ground, "draw_map", lambda *_, **settings: drawn.append(settings))
    make()
    app = opened()
    app.context = {"theme": theme}
    turned(app, "spectrum")
    legend = [colour for colour, _ in drawn[-1]["legend"]]
    scale = DIVERGING if theme == "light" else DIVERGING_DARK
    assert legend == [scale[0], scale[3], scale[-1]]
    assert {legend[0], legend[2]} & set(drawn[-1]["colours"])


def test_the_threshold_and_what_it_leaves_out_stand_under_the_map(make: Recipe) -> None:
    make()
    app = opened("map", share="0.1")
    # 24 sensors make 276 pairs; a tenth of them, rounded, is 28
    assert (
        "Threshold: the strongest 10 % of all pairs in the mean of the heads, 28 pairs drawn, 248 weaker pairs"
        in words(app)
    )


def test_a_chosen_sensor_shows_whom_it_hears(make: Recipe) -> None:
    make()
    app = opened("map", head="head 1", sensor="S05")
    heard = app.dataframe[0].value
    # head 1 follows the ring: both neighbours first
    assert set(heard["it hears"][:2]) == {"S04", "S06"}
    assert heard["road hops"][:2].tolist() == [1, 1]
    app.button(key="nobody").click().run()
    assert "sensor" not in app.query_params


def test_the_strongest_pairs_lie_on_the_planted_ring(make: Recipe) -> None:
    make()
    pairs = opened("heads", head="head 1", share="0.05").dataframe[0].value
    assert pairs["on a road"].all()
    assert pairs["planted"].all()
    assert (pairs["road hops"] == 1).all()


def test_the_chosen_mode_is_the_one_that_is_drawn(make: Recipe) -> None:
    make()
    app = opened("spectrum", mode="3")
    assert "Mode 3 (eigenvalue" in words(app)
    app.slider(key="control mode").set_value(5).run()
    assert "Mode 5 (eigenvalue" in words(app)
    assert app.query_params["mode"] == "5"


def test_another_method_finds_other_communities(make: Recipe) -> None:
    make()
    app = opened("communities", head="head 2", method="spectral", count="4")
    assert "Spectral clustering finds **4 communities**, the number you asked for, of 6 sensors each" in words(app)
    assert "They are much the same as the 4 known groups, **more than by chance**: ARI 1.00, by chance" in words(app)
    assert "this null still calls about one in six alike" in words(app)
    app = opened("communities", head="head 2")
    assert "Louvain's method finds **4 communities**" in words(app)


def test_without_places_no_agreement_is_claimed(make: Recipe) -> None:
    make(coordinates=False)
    app = opened("communities", head="head 2", method="spectral", count="4")
    said = words(app)
    assert "Beside the 4 known groups: ARI 1.00, NMI 1.00. **Whether that is more than chance cannot be told**" in said
    assert "more than by chance" not in said
    assert "this null still calls" not in said
    table = unfolded(app).dataframe[0].value
    assert table["p, Moran"].isna().all()
    assert (table["Moran not drawn because"] == "no sensor has coordinates").all()


def test_more_parts_than_clusters_may_be_asked_for_are_all_communities(make: Recipe) -> None:
    make(sensors=96, heads=1, groups=False, matrix=np.kron(np.eye(32), np.ones((3, 3))))
    app = opened("communities", method="spectral")
    assert not app.exception
    said = words(app)
    assert "Spectral clustering finds **32 communities**, of 3 sensors each" in said
    assert "no weight to speak of joins two of them" in said
    assert "numbered by size; the 30 largest are listed" in said
    assert "the 30 road clusters" in said


def test_a_changed_head_changes_the_figures(make: Recipe) -> None:
    make()
    app = opened("heads")
    before = figures(app)[0]["data"]
    app.selectbox(key="control head").set_value("head 2").run()
    assert figures(app)[0]["data"] != before
    assert app.query_params["head"] == "head 2"


def chart_titles(app: AppTest) -> list[str]:
    return [figure["layout"].get("title", {}).get("text", "") for figure in figures(app)]


def test_the_chosen_time_ahead_is_the_one_that_is_told(make: Recipe) -> None:
    make()
    app = opened("forecast", step="1")
    assert "At 15 minutes ahead the forecast is off" in words(app)
    titles = chart_titles(app)
    assert sum("15" in title and "minutes ahead" in title for title in titles) == 2


def test_chosen_sensors_are_those_whose_curves_are_drawn(make: Recipe) -> None:
    make()
    app = opened("forecast", sensor=["S03", "S07"])
    titles = chart_titles(app)
    assert [title[:3] for title in titles if "ahead" in title] == ["S03", "S07"]


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


def test_no_cell_of_a_downloaded_table_is_a_formula() -> None:
    table = pd.DataFrame({"sensor": ["=1+1", "+1", "-1", "@a", "\tx", "ok"], "=weight": [-1.0, 2, 3, 4, 5, 6]})
    lines = csv(table).decode().splitlines()
    assert lines[0] == "sensor,'=weight"
    assert [line.split(",")[0] for line in lines[1:]] == ["'=1+1", "'+1", "'-1", "'@a", "'\tx", "ok"]
    assert lines[1].endswith(",-1.0"), "a number is no text: it keeps its sign"


def test_a_table_keeps_its_rows_whatever_their_index() -> None:
    table = pd.DataFrame({"sensor": ["b", "a"], "n": [2, 1]}, index=[7, 3])
    assert csv(table) == b"sensor,n\nb,2\na,1\n"
    assert csv(table.sort_values("n")) == b"sensor,n\na,1\nb,2\n"


@pytest.mark.parametrize("part", ["id", "group"])
def test_a_run_with_half_a_letter_is_refused(make: Recipe, part: str) -> None:
    folder = make()
    record = json.loads((folder / "run.json").read_text())
    record["data"]["nodes"][part][3] = "\ud800"
    (folder / "run.json").write_text(json.dumps(record))
    app = opened()
    for page in PAGES:
        turned(app, page)
        assert not app.exception
        assert "surrogates not allowed" in words(app)


def test_a_shown_table_has_three_significant_digits_and_keeps_whole_numbers() -> None:
    shown = rounded(
        pd.DataFrame({"x": [0.0012345, 12345.6, 0.0, float("nan"), float("inf")], "n": [12345, 1, 2, 3, 4]})
    )
    assert shown["x"][:3].tolist() == [0.00123, 12300.0, 0.0]
    assert shown["x"][3:].isna().all()
    assert shown["n"].tolist() == [12345, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("key", "expected"),
    [("demo/a b", "topolens-demo-a-b-x"), ("../../etc", "topolens-etc-x"), ("…", "topolens-run-x")],
)
def test_a_download_has_a_harmless_name(key: str, expected: str) -> None:
    assert stem(key, "x") == expected


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_a_reading_and_a_formula(name: str) -> None:
    measure = MEASURES[name]
    assert measure.reading.endswith(".")
    assert measure.formula.count("{") == measure.formula.count("}")
    assert measure.formula.count(r"\left") == measure.formula.count(r"\right")


@pytest.mark.parametrize("protocol", ["clean", "published"])
def test_a_moment_stands_beside_what_is_usual_at_its_own_time_ahead(make: Recipe, protocol: str) -> None:
    run = Run.load(make(protocol=protocol))
    at, step = 7, run.horizon - 1
    off = np.abs(run.tested.forecast[:, step].astype(float) - run.tested.target[:, step])
    usual, then = float(np.nanmean(off)), float(np.nanmean(off[at]))
    time = run.tested.times[run.tested.first[at] + step]
    said = words(opened("forecast", step=str(step + 1), time=str(time)))
    assert f"sensors: {forecasts.benefit(then, usual)} usual.".replace("\u00a0", " ") in said
    pooled = Measured(run).errors()["forecast"].mae[step]
    assert (abs(pooled - usual) > 0.02 * usual) == (protocol == "published"), "else this would test nothing"


def test_errors_that_are_pooled_are_not_said_to_be_at_one_time_ahead(make: Recipe) -> None:
    folder = make("worse", protocol="published")
    arrays = read_tensors(folder / "forecasts.safetensors")
    forecast = arrays["forecast"].copy()
    forecast[:, 0] += 5  # worse than the last value at first, and better in the end
    forecast[:, 1:] = Run.load(folder).tested.target[:, 1:]
    write_tensors(folder / "forecasts.safetensors", {**arrays, "forecast": np.nan_to_num(forecast, nan=40.0)})
    said = words(opened(run="worse"))
    assert "Up to 15 minutes ahead it is worse than the last value" in said
    assert "At 15 minutes ahead" not in said


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
            assert "intergat-plus lets no sensor listen to another" in words(app), page
    assert "Without any graph" not in words(opened(run="plain"))
    beside = words(opened(run="graph"))
    assert "Without any graph (model intergat-plus without heads, same data and protocol) the error is" in beside
    assert "small differences may be luck." in beside
