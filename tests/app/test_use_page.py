"""Cutting weights and changing inputs: what the page says, what it asks of the model, and what it cannot ask."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.use import Use
from app.evidence import kept, parts
from app.measured import Measured
from app.reading.forecasts import moment_words
from app.reading.words import three
from app.store import entries
from app.store.probe import Asked, Response, gates_of
from app.views import use_maps, what_if
from core.probe import Probe
from core.run import Run
from tests.app.conftest import ROOT, N, Recipe, figures, made_matrix, opened, unfolded, words
from tests.app.evidence_made import made_use

DEMO = ROOT / "assets" / "demo"
IDS = [f"S{k:02d}" for k in range(N)]


@pytest.fixture
def used(make: Recipe) -> Recipe:
    """Makes a run of one's own with a kept result of cutting its weights."""

    def recipe(result: Use | None = None, **settings: Any) -> Path:
        folder = make(**settings)
        run = Run.load(folder)
        kept.write(folder, "use", result or made_use(("mean", *run.heads)), parts.fingerprint(run, "use"))
        return folder

    return recipe


@pytest.fixture(scope="module")
def plus() -> Asked:
    """The demo's model of one's own, made ready."""
    return Asked(Run.load(DEMO / "intergat-plus"))


@pytest.fixture
def demo(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs that come with the project, and none of one's own."""
    monkeypatch.setattr(entries, "DEMO", DEMO)


def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the maps of a page show, in their order."""
    maps: list[dict[str, Any]] = []
    monkeypatch.setattr(use_maps, "draw_map", lambda _page, key, **settings: maps.append({"key": key, **settings}))
    monkeypatch.setattr(what_if, "draw_places", lambda _p, _i, key, **settings: maps.append({"key": key, **settings}))
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


def test_gates_close_what_they_name_and_nothing_else() -> None:
    run = Run.load(DEMO / "intergat-plus")
    n, h = len(run.nodes), len(run.heads)
    off = ~np.eye(n, dtype=bool)
    members = (3, 4, 9)
    weight = gates_of(run, "weight", "head 2", pair=(3, 7))
    assert np.argwhere(weight == 0).tolist() == [[1, 3, 7]]
    pair = gates_of(run, "pair", "mean", pair=(3, 7))
    assert np.argwhere(pair == 0).tolist() == [[k, *at] for k in range(h) for at in ((3, 7), (7, 3))]
    inputs = gates_of(run, "inputs", "head 1", sensor=5)
    assert np.array_equal(inputs[0] == 0, off & (np.arange(n) == 5)[:, None])
    assert inputs[1:].all()
    inside, border = (gates_of(run, what, "mean", members=members)[0] == 0 for what in ("inside", "border"))
    assert inside.sum() == 6
    assert border.sum() == 2 * 3 * (n - 3)
    assert not (inside & border).any()
    assert np.array_equal(gates_of(run, "head", "mean")[h - 1] == 0, off)
    for what in ("pair", "nothing"):
        with pytest.raises(ValueError, match="what must be one of pair, weight"):
            gates_of(run, what, "mean")


def test_cutting_everything_at_once_is_what_cutting_every_head_at_once_is(plus: Asked) -> None:
    everything = plus.cut("head", "mean", (), -1, ())
    one = plus.cut("head", "head 1", (), -1, ())
    probe = Probe(Run.load(DEMO / "intergat-plus"))
    moved = probe.gated(np.zeros((len(probe.heads), *probe.forecast.shape[-1:] * 2))) - probe.forecast
    assert np.allclose(everything.forecast, np.sqrt((moved**2).mean(axis=(0, 2))), rtol=1e-4)
    assert not np.isclose(everything.forecast, one.forecast).any()
    assert np.allclose(np.mean(everything.forecast**2), np.mean(everything.forecast_by_sensor**2))
    assert everything.windows == 64
    assert everything.low < everything.rise < everything.high
    assert plus.cut("head", "mean", (), -1, ()) is everything, "an answer is kept"


def test_a_sensor_without_inputs_moves_alone(plus: Asked) -> None:
    live = plus.cut("inputs", "mean", (), 7, ())
    assert np.flatnonzero(live.forecast_by_sensor).tolist() == [7]


def test_what_if_changes_the_last_hour_of_some_and_stays_within_what_was_seen(plus: Asked) -> None:
    found = plus.response(3, (5, 9), 4, -1000.0)
    moved = found.changed != found.seen
    assert set(np.argwhere(moved)[:, 1]) == {5, 9}
    assert set(np.argwhere(moved)[:, 0]) == {8, 9, 10, 11}
    rows = Run.load(DEMO / "intergat-plus").tested.rows
    assert found.changed.min() >= np.nanmin(rows) - 1e-3
    assert (found.after[:, 5] != found.before[:, 5]).any()
    none = plus.response(3, (5,), 4, 0.0)
    assert np.array_equal(none.before, none.after)


def test_what_if_answers_and_colours_are_centred_on_zero(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = drawn(monkeypatch)
    app = opened("evidence", run="demo/intergat-plus", part="what-if", sensor="R1-05", step="2")
    assert not app.exception
    text = words(app)
    assert "the model's response" in text
    assert "not what traffic would do" in text
    assert "Dropping `R1-05` by" in text
    assert "30 minutes ahead, the forecast of" in text
    ids = Run.load(DEMO / "intergat-plus").nodes["id"].tolist()
    shown = maps[-1]
    assert shown["marks"].sensors == (ids.index("R1-05"),)
    assert "what it saw is changed" in shown["tooltips"][ids.index("R1-05")]
    legend = [meaning for _, meaning in shown["legend"]]
    assert legend[1] == "0"
    assert legend[0].replace("≤ −", "") == legend[2].replace("≥ +", "")
    app.select_slider(key="what if step").set_value(0).run()
    assert app.query_params["step"] == "1"
    assert [meaning for _, meaning in maps[-1]["legend"]] == legend, "the scale is that of all steps"


def test_a_unit_is_no_markup_in_the_label_of_the_amount(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "unit", property(lambda _run: "![x](y)"))
    app = opened("evidence", run="demo/gru", part="what-if")
    assert not app.exception
    (amount,) = (slider for slider in app.slider if "raised or dropped" in slider.label)
    for text in (amount.label, amount.help):
        assert "![x]" not in text
        assert r"\[x\]" in text


def test_a_unit_is_no_markup_where_a_forecast_cannot_be_asked_for(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says how far the forecast is from what is stored, in the unit of the data."""

    def refused(*_asked: Any) -> None:
        raise ValueError("the weights must reproduce the stored forecast, got a forecast that is 3 ![x](y) away")

    monkeypatch.setattr(what_if, "response_of", refused)
    app = opened("evidence", run="demo/gru", part="what-if")
    assert not app.exception
    (said,) = (warning.value for warning in app.warning)
    assert said.startswith("This forecast cannot be asked for: the weights must")
    assert "![x]" not in said
    assert r"\[x\]" in said


def test_what_if_can_be_asked_of_a_model_without_any_graph(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = drawn(monkeypatch)
    app = opened("evidence", run="demo/gru", part="what-if", sensor="R1-05")
    assert not app.exception
    assert "and no other at all: this model lets no sensor hear another." in words(app)
    assert sum("moves by 0 km/h" not in tip for tip in maps[-1]["tooltips"]) == 1
    assert [figure["key"] for figure in figures(app)] == ["response " + str(maps[-1]["marks"].sensors[0])]


@pytest.mark.parametrize("moves", [True, False])
def test_a_model_that_mixes_sensors_without_a_matrix_is_not_said_to_let_none_hear_another(
    make: Recipe, monkeypatch: pytest.MonkeyPatch, moves: bool
) -> None:
    run = Run.load(make(heads=0, model="tgcn"))
    before = np.full((run.horizon, N), 50.0)
    after = before + np.array([2.0, 1.0 * moves, *[0.0] * (N - 2)])
    seen = np.full((run.inputs, N), 50.0)
    monkeypatch.setattr(what_if, "ready", lambda _version: None)
    monkeypatch.setattr(what_if, "response_of", lambda *_: Response(seen, seen, before, after))
    drawn(monkeypatch)
    app = opened("evidence", part="what-if", sensor=IDS[0])
    assert not app.exception
    text = words(app)
    assert "hear another" not in text
    assert f"of the others, that of `{IDS[1]}` most: **+1.00 km/h**" in text if moves else "no other at all." in text


def test_a_matrix_alone_cannot_be_asked(own_runs: Path) -> None:
    made_matrix(own_runs / "alone")
    app = opened("evidence", run="alone", part="what-if")
    assert not app.exception
    assert "A matrix alone has no model behind it, so there is nothing to ask." in words(app)


def test_a_stretch_of_road_changes_neighbours_too(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = drawn(monkeypatch)
    app = opened("evidence", run="demo/intergat-plus", part="what-if", sensor="R1-05")
    app.select_slider(key="what if stretch").set_value(1).run()
    assert app.query_params["links"] == "1"
    hops = Measured(Run.load(DEMO / "intergat-plus")).hops()
    assert hops is not None
    ids = Run.load(DEMO / "intergat-plus").nodes["id"].tolist()
    assert set(maps[-1]["marks"].sensors) == set(np.flatnonzero(hops[ids.index("R1-05")] <= 1).tolist())
    assert "sensors around `R1-05`" in words(app)


def test_no_change_is_said_and_moves_nothing(demo: None) -> None:
    app = opened("evidence", run="demo/intergat-plus", part="what-if")
    app.slider(key="what if amount intergat-plus").set_value(0).run()
    assert app.query_params["amount"] == "0"
    assert "Nothing is changed yet" in words(app)
    assert "the forecast of 0 of 120 sensors moves" in words(app)


def test_the_chosen_time_is_when_the_forecast_is_made(demo: None) -> None:
    tested = Run.load(DEMO / "intergat-plus").tested
    now = tested.times[tested.first[40] - 1]
    app = opened("evidence", run="demo/intergat-plus", part="what-if", time=str(now))
    assert f"Forecast made on {moment_words(now)}".replace("\u00a0", " ") in words(app)
    later = tested.times[tested.first[60] - 1].astype("datetime64[s]").item()
    app.slider(key="what if time").set_value(later).run()
    assert app.query_params["time"] == str(tested.times[tested.first[60] - 1])


ROWS = np.zeros((300, 2))
FIRST = np.arange(12, 290)
TIMES = np.datetime64("2024-03-02T00:00", "m") + 15 * np.arange(300)  # a Saturday


def test_the_default_change_is_not_cut_short(demo: None) -> None:
    for sensor in ("R1-05", "S07-2", "S01-1"):
        app = opened("evidence", run="demo/intergat-plus", part="what-if", sensor=sensor)
        assert "could not be changed in full" not in words(app)
        assert "amount" not in app.query_params


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


def test_an_amount_beyond_what_the_data_span_is_said_once_and_leaves_the_link(demo: None) -> None:
    app = opened("evidence", run="demo/intergat-plus", part="what-if", amount="900")
    assert not app.exception
    assert [toast.value for toast in app.toast] == [
        "The link asks for what is not here (amount): the default is shown."
    ]
    assert "amount" not in app.query_params
    app.run()
    assert not app.toast
