"""Cutting weights: what the page says of kept cuts, and of one that is asked of the model there and then."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.use import Use
from app.evidence import kept, parts
from app.reading.words import three
from app.store.probe import Asked
from app.views import use_maps
from core.run import Run
from tests.app.conftest import DEMO, IDS, N, Recipe, figures, opened, unfolded, words
from tests.app.evidence_made import made_use


@pytest.fixture
def used(make: Recipe) -> Recipe:
    """Makes a run of one's own with a kept result of cutting its weights."""

    def recipe(result: Use | None = None, **settings: Any) -> Path:
        folder = make(**settings)
        run = Run.load(folder)
        kept.write(folder, "use", result or made_use(("mean", *run.heads)), parts.fingerprint(run, "use"))
        return folder

    return recipe


def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the maps of a page show, in their order."""
    maps: list[dict[str, Any]] = []
    monkeypatch.setattr(use_maps, "draw_map", lambda _page, key, **settings: maps.append({"key": key, **settings}))
    return maps


def named(app: Any, key: str) -> dict[str, Any]:
    """The figure of that key."""
    return next(figure for figure in figures(app) if figure["key"] == key)


def pressed(app: Any, field: str, value: str) -> None:
    """Choose one of a few alternatives side by side."""
    app.segmented_control(key=f"control {field}").set_value(value).run()


def test_the_page_says_what_cutting_costs_and_draws_it(used: Recipe) -> None:
    used()
    app = opened("evidence", part="use", head="head 2")
    assert not app.exception
    text = words(app)
    # made by hand: the error of 2 rises by half of 1 at the last of four steps, so by 0.3125 on average
    assert "the model is off by **0.312 km/h more** (15.6 %, 95 % interval 12.5 % to 18.8 %): 2.31 km/h instead" in text
    assert "Cutting head 2 alone costs 0.141 km/h, 7.0 %, 95 % interval 5.6 % to 8.4 %." in text
    assert "hurts more than removing as many at random (0.200 km/h, 95 % interval 0.150 to 0.250)" in text
    assert "Measured on 64 windows of the test part." in text
    keys = [figure["key"] for figure in figures(app)]
    assert keys == ["cut heads", "cut by step", "deletion", "areas", "weight effect"]
    unfolded(app)
    folded = {"cut inside", "cut border", "check", "dependent"}
    assert {figure["key"] for figure in figures(app)} == {*keys, *folded}
    assert "So there are three ways" in words(app)
    for figure in figures(app):
        assert figure["alt"]


def test_every_table_unfolds_with_its_csv(used: Recipe) -> None:
    used()
    app = unfolded(opened("evidence", part="use"))
    assert not app.exception
    labels = [expander.label for expander in app.expander]
    assert {"Everything that was cut", "Weights cut in truth", "Every point of the curves"} <= set(labels)
    csvs = [button for button in app.get("download_button") if button.proto.label == "CSV"]
    assert len(csvs) == len(app.dataframe) >= 5


def test_the_way_of_removing_changes_the_curves(used: Recipe) -> None:
    used()
    app = opened("evidence", part="use")
    before = named(app, "deletion")["data"][0]["y"]
    assert "removal" not in app.query_params
    pressed(app, "removal", "rewire")
    assert "With weights moved to other pairs" in words(app)
    assert "every weight has changed places" in words(app)
    assert "no weight is left" not in words(app)
    assert named(app, "deletion")["data"][0]["y"] != before
    assert app.query_params["removal"] == "rewire"


def test_the_effect_on_the_error_and_on_the_forecast_have_each_their_unit(used: Recipe) -> None:
    used()
    app = opened("evidence", part="use", head="head 1")
    assert "rank correlation with the change of the error" in words(app)
    by_error = named(app, "weight effect")["layout"]["yaxis"]["title"]["text"]
    pressed(app, "effect", "forecast")
    assert app.query_params["effect"] == "forecast"
    assert "rank correlation with the change of the forecast" in words(app)
    by_forecast = named(app, "weight effect")["layout"]["yaxis"]["title"]["text"]
    assert (by_error, by_forecast) == (
        "change of the mean squared error [(km/h)²]",
        "root mean square change [km/h]",
    )


def test_the_mean_is_no_weight_that_the_model_uses(used: Recipe) -> None:
    used()
    assert "The model uses no mean of its heads: head 1 is shown" in words(opened("evidence", part="use"))
    assert "The model uses no mean" not in words(opened("evidence", part="use", head="head 3"))


def test_a_control_without_any_graph_is_measured_on_the_same_windows(demo: None, plus: Asked) -> None:
    run, control = (Run.load(DEMO / name) for name in ("intergat-plus", "intergat-plus-alone"))
    result = replace(made_use(("mean", *run.heads), len(run.nodes)), windows=len(plus.windows))
    kept.write(run.path, "use", result, parts.fingerprint(run, "use"))
    off = [
        abs(float(control.tested.forecast[w, t, n]) - float(y))
        for w in plus.windows
        for (t, n), y in np.ndenumerate(run.tested.target[w])
        if np.isfinite(y)
    ]
    figure = named(opened("evidence", run="demo/intergat-plus", part="use"), "deletion")
    notes = [note["text"] for note in figure["layout"]["annotations"]]
    assert f"no graph at all (intergat-plus): {three(float(np.mean(off)))} km/h" in notes
    other = replace(result, windows=len(plus.windows) + 1)
    kept.write(run.path, "use", other, parts.fingerprint(run, "use"))
    figure = named(opened("evidence", run="demo/intergat-plus", part="use"), "deletion")
    assert not any("no graph" in note["text"] for note in figure["layout"]["annotations"])


def test_what_a_sensor_depends_on_is_held_against_its_own_interval(
    used: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps, whole = drawn(monkeypatch), made_use()
    inputs = [
        replace(cut, by_sensor=np.full(N, -9.0), rise=rise, low=rise - 0.1, high=rise + 0.1)
        for cut, rise in zip(whole.cuts[-N:], [0.4, *[0.05] * (N - 2), -0.3], strict=True)
    ]
    used(replace(whole, cuts=(*whole.cuts[:-N], *inputs)))
    app = unfolded(opened("evidence", part="use"))
    text = words(app)
    assert f"1 of {N} sensors loses by it (at least 0.1 %" in text
    assert f"most `{IDS[0]}` with 0.400 km/h; 1 is off by less without it" in text
    assert "not corrected for their number" in text
    bars = named(app, "dependent")["data"][0]
    assert bars["hovertext"][0] == f"{IDS[0]}: 0.400 km/h, 95 % interval 0.300 to 0.500"
    tips = next(one for one in maps if one["key"] == "inputs map")["tooltips"]
    assert tips[0] == "rise of its own error when its inputs are cut: +0.400 km/h"
    (table,) = (table.value for table in app.dataframe if "error of" in table.value)
    assert {f"inputs of {cut}" for cut in IDS} <= set(table["cut"]), "all of them are in the table of what was cut"


def test_what_could_not_be_tested_is_said(used: Recipe) -> None:
    used(made_use(places=False), coordinates=False)
    text = words(opened("evidence", part="use"))
    assert "Not tested: no coordinates, so no edges of the same length." in text


def test_nothing_observed_breaks_nothing(used: Recipe) -> None:
    whole = made_use()
    blind = tuple(
        replace(
            cut, error=np.full(4, np.nan), by_sensor=np.full(N, np.nan), rise=np.nan, low=np.nan, high=np.nan
        )
        for cut in whole.cuts
    )
    used(replace(whole, cuts=blind, mae=float("nan"), areas=(), curves=()))
    app = unfolded(opened("evidence", part="use"))
    assert not app.exception
    assert "Nothing was observed in the test part" in words(app)


@pytest.mark.parametrize("settings", [{"hostile": True}, {"heads": 1}, {"sensors": 2}, {"matrix": 0.0}])
def test_odd_runs_open(used: Recipe, settings: dict[str, Any]) -> None:
    n, h = settings.get("sensors", N), settings.get("heads", 3)
    used(made_use(("mean", *(f"head {k + 1}" for k in range(h))), n), **settings)
    app = unfolded(opened("evidence", part="use"))
    assert not app.exception
    assert "<img" not in str([figure["layout"] for figure in figures(app)])


def test_a_model_that_cannot_be_asked_says_why_and_what_to_do(make: Recipe) -> None:
    make()  # its weights are none of that model
    for part in ("use", "what-if"):
        app = opened("evidence", part=part)
        assert not app.exception
        assert "The model of this run cannot be asked: " in words(app)
        assert "must fit model intergat-plus" in words(app)
        assert "python -m app train --dataset folder:ring --model intergat-plus" in words(app)


def test_a_live_cut_of_the_chosen_pair_says_what_it_does(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = drawn(monkeypatch)
    run = Run.load(DEMO / "intergat-plus")
    ids = run.nodes["id"].tolist()
    first, second = np.unravel_index(run.interaction[1].argmax(), run.interaction[1].shape)
    app = opened(
        "evidence", run="demo/intergat-plus", part="use", head="head 2", pair=[ids[first], ids[second]],
        sensor=[ids[first], ids[second]],
    )  # fmt: skip
    assert not app.exception
    asked = f"Cutting what `{ids[first]}` and `{ids[second]}` hear of each other in head 2 moves the forecast by"
    assert asked in words(app)
    live = next(one for one in maps if one["key"] == "live map")
    still = sum("moves by 0 km/h" in tip for tip in live["tooltips"])
    assert still == len(ids) - 2, "a pair moves its own two sensors"
    pressed(app, "cut", "inside")
    assert "No community is chosen" in words(app)


def test_a_live_cut_without_anything_chosen_is_of_all_heads(demo: None) -> None:
    app = opened("evidence", run="demo/intergat-plus", part="use")
    assert "Cutting all weights of all heads moves the forecast by" in words(app)
    pressed(app, "cut", "inputs")
    assert "No sensor is chosen" in words(app)


def test_a_link_opens_what_it_says_of_cuts_and_changes(used: Recipe, demo: None) -> None:
    asked = {"removal": "mean", "effect": "forecast", "cut": "head", "live": "error"}
    app = opened("evidence", run="demo/intergat-plus", part="use", sensor="R1-05", **asked)
    assert not app.toast
    assert {name: app.query_params[name] for name in asked if name != "cut"} == {
        name: value for name, value in asked.items() if name != "cut"
    }
    assert "Cutting all weights of all heads moves the forecast by" in words(app)
    assert "With weights set to the mean" in words(app)
    app = opened("evidence", run="demo/intergat-plus", part="what-if", links="2", amount="-5")
    assert not app.toast
    assert app.select_slider(key="what if stretch").value == 2
    assert app.slider(key="what if amount intergat-plus").value == -5.0
