"""Changing inputs: what the page says of the model's response, what it asks, and what it cannot ask."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.measured import Measured
from app.reading.forecasts import moment_words
from app.store.probe import Response
from app.views import what_if
from core.run import Run
from tests.app.conftest import DEMO, IDS, N, Recipe, figures, made_matrix, opened, words


def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the map of the page shows, each time that it is drawn."""
    maps: list[dict[str, Any]] = []
    monkeypatch.setattr(what_if, "draw_places", lambda _p, _i, key, **settings: maps.append({"key": key, **settings}))
    return maps


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


def test_the_default_change_is_not_cut_short(demo: None) -> None:
    for sensor in ("R1-05", "S07-2", "S01-1"):
        app = opened("evidence", run="demo/intergat-plus", part="what-if", sensor=sensor)
        assert "could not be changed in full" not in words(app)
        assert "amount" not in app.query_params


def test_an_amount_beyond_what_the_data_span_is_said_once_and_leaves_the_link(demo: None) -> None:
    app = opened("evidence", run="demo/intergat-plus", part="what-if", amount="900")
    assert not app.exception
    assert [toast.value for toast in app.toast] == [
        "The link asks for what is not here (amount): the default is shown."
    ]
    assert "amount" not in app.query_params
    app.run()
    assert not app.toast
