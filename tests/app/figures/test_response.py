"""Inputs and forecasts of a sensor whose inputs were changed."""

import html

import numpy as np

from app.figures.response import response_curves

LIKE_OTHERS = "<b>$x$"
TIMES = np.datetime64("2024-03-04T08:00") + np.arange(3) * np.timedelta64(15, "m")


def response(changed=(1.0, 0.5, 0.5), **settings):
    return response_curves(
        TIMES, np.ones(3), np.array(changed), TIMES[-1] + np.arange(1, 3) * np.timedelta64(15, "m"),
        np.array([1.0, 1.1]), np.array([0.6, 0.9]), observed=np.array([1.0, np.nan]), sensor=LIKE_OTHERS,
        quantity="speed", unit="km/h", span=(0.0, 2.0), **settings,
    )  # fmt: skip


def test_both_forecasts_begin_where_their_inputs_end() -> None:
    lines = {line.name: line for line in response().data}
    assert list(lines) == ["observed", "made to see", "forecast", "forecast, changed"]
    assert lines["forecast"].y[0] == 1.0
    assert lines["forecast, changed"].y[0] == 0.5
    assert np.allclose(lines["forecast, changed"].y[1:], [0.6, 0.9])
    assert len(lines["observed"].x) == 5
    assert np.isnan(lines["observed"].y[-1])
    assert lines["forecast"].line.dash != lines["forecast, changed"].line.dash
    assert html.unescape(response().layout.title.text) == LIKE_OTHERS


def test_a_sensor_that_was_not_changed_has_no_line_for_it_and_the_looked_at_time_is_marked() -> None:
    figure = response(changed=(1.0, 1.0, 1.0), chosen=TIMES[-1] + np.timedelta64(30, "m"))
    assert "made to see" not in {line.name for line in figure.data}
    marks = [shape for shape in figure.layout.shapes if shape.name == "chosen"]
    assert [np.float64(mark.x0).astype("datetime64[ms]") for mark in marks] == [np.datetime64("2024-03-04T09:00")]
