"""Curves show what was observed and forecast, with gaps where nothing is known."""

import html

import numpy as np
import pytest

from app.figures.colours import FORECAST, OBSERVED, SIMPLE
from app.figures.forecasts import error_by_horizon, error_by_hour, error_by_sensor, forecast_curves

TIMES = np.datetime64("2024-03-04T00:00") + np.arange(6) * np.timedelta64(15, "m")


def curves(times=TIMES, observed=None, theme="light", sensor="s1"):
    count = len(times)
    observed = np.arange(count, dtype=float) if observed is None else observed
    said = {"last value": np.full(count, 1.0), "forecast": np.full(count, 2.0), "window mean": np.full(count, 3.0)}
    words = {"sensor": sensor, "quantity": "speed", "unit": "km/h", "step_minutes": 45.0}
    return forecast_curves(times, observed, said, **words, theme=theme)


def test_each_curve_has_the_colour_of_what_it_is() -> None:
    lines = {line.name: line.line for line in curves().data}
    assert lines["observed"].color == OBSERVED("light")
    assert (lines["forecast"].color, lines["forecast"].dash) == (FORECAST, "solid")
    assert (lines["last value"].color, lines["last value"].dash) == (SIMPLE, "dash")
    assert (lines["window mean"].color, lines["window mean"].dash) == (SIMPLE, "dot")
    assert curves(theme="dark").data[-1].line.color == OBSERVED("dark")


def test_axes_and_title_say_quantity_unit_and_time_ahead() -> None:
    figure = curves(sensor="<b>")
    assert figure.layout.yaxis.title.text == "speed [km/h]"
    assert figure.layout.xaxis.title.text == "local time"
    assert html.unescape(figure.layout.title.text) == "<b>, 45 minutes ahead"


def test_times_are_the_datas_own() -> None:
    x = curves().data[-1].x
    assert np.array_equal(np.array(x).astype("datetime64[ms]"), TIMES.astype("datetime64[ms]"))


def test_missing_values_are_gaps() -> None:
    observed = np.array([1.0, np.nan, 3, 4, 5, 6])
    assert np.isnan(curves(observed=observed).data[-1].y[1])
    assert not curves(observed=observed).data[-1].connectgaps


def test_a_jump_in_time_is_a_gap_in_every_curve() -> None:
    times = np.concatenate([TIMES[:3], TIMES[3:] + np.timedelta64(1, "D")])
    for line in curves(times=times).data:
        assert len(line.x) == len(line.y) == 7
        assert np.flatnonzero(np.isnan(line.y)).tolist() == [3]
        assert (np.diff(np.array(line.x)) > 0).all()


@pytest.mark.parametrize("count", [1, 2])
def test_few_times_are_drawn(count: int) -> None:
    assert len(curves(times=TIMES[:count]).data[0].x) == count


def test_a_curve_without_any_value_says_so() -> None:
    figure = forecast_curves(TIMES, np.full(6, np.nan), {}, sensor="s", quantity="speed", unit="mph", step_minutes=15)
    assert "nothing was observed" in figure.layout.annotations[0].text.replace("<br>", " ")


def test_errors_grow_over_the_minutes_ahead() -> None:
    figure = error_by_horizon(np.array([15, 30]), {"our <model>": np.array([1.0, 2.0])}, "mean absolute error", "mph")
    assert list(figure.data[0].x) == [15, 30]
    assert list(figure.data[0].y) == [1, 2]
    assert html.unescape(figure.data[0].name) == "our <model>"
    assert figure.layout.yaxis.title.text == "mean absolute error [mph]"
    assert list(figure.layout.xaxis.tickvals) == [15, 30]


def test_two_models_differ_in_dash_and_symbol() -> None:
    errors = {name: np.ones(2) for name in ("last value", "forecast", "no graph")}
    lines = error_by_horizon(np.array([15, 30]), errors, "error", "").data
    assert len({(line.line.dash, line.marker.symbol) for line in lines}) == 3
    assert [line.line.color for line in lines] == [SIMPLE, FORECAST, FORECAST]


def test_the_last_of_many_steps_is_named_on_the_axis() -> None:
    ticks = error_by_horizon(np.arange(5, 65, 5), {"a": np.ones(12)}, "error", "mph").layout.xaxis.tickvals
    assert list(ticks) == [10, 20, 30, 40, 50, 60]


def test_the_worst_sensor_comes_first_and_unobserved_ones_are_counted() -> None:
    figure = error_by_sensor(np.array([1.0, np.nan, 3.0]), ["a", "b", "c"], "mph")
    assert list(figure.data[0].x) == ["c", "a"]
    assert list(figure.data[0].y) == [3, 1]
    assert list(figure.data[0].customdata) == [2, 0]
    assert figure.layout.title.text == "1 sensor not observed, left out"
    assert "median 2.00 mph" in [note.text for note in figure.layout.annotations]


def test_every_hour_has_its_place() -> None:
    figure = error_by_hour({"forecast": np.r_[np.nan, np.ones(23)]}, "mean absolute error", "mph")
    assert list(figure.data[0].x) == list(range(24))
    assert figure.layout.xaxis.ticktext[1] == "06:00"
