"""Pictures of what is wrong with a series show what is missing, where it changes, and one sensor's gaps."""

from typing import Any

import numpy as np
import pytest

from app.figures.colours import MEASURE
from app.figures.quality import Mark, binned, level_curve, missing_curve, missing_picture, sensor_curve

TIMES = np.datetime64("2024-03-04T00:00") + np.arange(0, 72 * 60, 60).astype("timedelta64[m]")
VALUES = np.arange(72.0)[:, None] + np.arange(3)


def level(values: np.ndarray = VALUES, times: np.ndarray = TIMES, **settings: Any) -> Any:
    return level_curve(values, times, quantity="speed", unit="km/h", **settings)


def test_the_picture_of_what_is_missing_has_sensors_down_and_time_across() -> None:
    values = VALUES.copy()
    values[10:12, 1] = np.nan
    picture = missing_picture(values, TIMES, ["a", "b", "c"]).data[0]
    assert picture.z.shape == (3, 72)
    assert np.argwhere(picture.z == 255).tolist() == [[1, 10], [1, 11]]
    assert list(picture.y) == ["a", "b", "c"]
    assert picture.x[10] == TIMES[10].astype("datetime64[ms]").astype(float)


def test_a_long_series_of_many_sensors_is_sent_as_blocks_that_keep_the_share() -> None:
    values = np.zeros((9000, 500))
    values[:, :250] = np.nan
    picture = missing_picture(values, np.datetime64("2024-01-01", "m") + np.arange(9000), [str(k) for k in range(500)])
    assert picture.data[0].z.size <= 400 * 240
    assert picture.data[0].z.mean() / 255 == pytest.approx(0.5, abs=0.01)


def test_the_last_block_may_be_short_and_still_holds_a_mean() -> None:
    assert binned(5, 2).tolist() == [0, 3]
    curve = missing_curve(np.array([0.0] * 3999 + [1.0] * 2), np.arange(4001).astype("datetime64[m]"))
    assert curve.data[0].y[-1] == 100
    assert curve.data[0].y[0] == 0


def test_the_level_is_the_middle_sensor_with_its_median_of_each_day_at_noon() -> None:
    figure = level()
    assert figure.data[0].y.tolist() == (np.arange(72) + 1).tolist()
    assert figure.data[1].y.tolist() == [12.5, 36.5, 60.5]
    assert figure.data[1].x[0] == np.datetime64("2024-03-04T12:00", "ms").astype(float)
    assert figure.layout.yaxis.title.text == "speed [km/h]"


def test_no_line_is_drawn_over_a_jump_in_time() -> None:
    times = np.concatenate([TIMES[:36], TIMES[36:] + np.timedelta64(5, "D")])
    figure = level(times=times)
    assert int(np.isnan(figure.data[0].y).sum()) == 1


def test_a_shift_is_an_upright_line_at_its_time_with_its_name_made_harmless() -> None:
    figure = level(marks=[Mark(TIMES[30], "row 30: <b>")])
    (line,) = [shape for shape in figure.layout.shapes if shape.name == "chosen"]
    assert (line.x0, line.line.color) == (TIMES[30].astype("datetime64[ms]").astype(float), MEASURE)
    assert figure.layout.annotations[0].text == "row 30: &#60;b&#62;"


def test_a_curve_marks_gaps_as_bands_and_stuck_stretches_as_lines() -> None:
    values = VALUES[:, 0].copy()
    values[5:8] = np.nan
    values[20:25] = 7
    figure = sensor_curve(
        TIMES, values, sensor="<b>", quantity="speed", unit="km/h", gaps=[(5, 3)], stuck=[(20, 5)], marks=[]
    )
    (band,) = [shape for shape in figure.layout.shapes if shape.name == "missing"]
    hour = 3_600_000
    assert (band.x1 - band.x0) / hour == 3
    assert not [trace for trace in figure.data if trace.name == "copied"]
    stuck = next(trace for trace in figure.data if trace.name == "stuck")
    assert [y for y in stuck.y if y is not None] == [7, 7]
    assert figure.layout.title.text == "&#60;b&#62;"


def test_nothing_observed_is_said_in_the_figure() -> None:
    nothing = np.full((72, 3), np.nan)
    assert "nothing was observed" in level(nothing).layout.annotations[0].text
    figure = sensor_curve(TIMES, nothing[:, 0], sensor="a", quantity="speed", unit="km/h", gaps=[(0, 72)])
    assert "nothing was observed" in figure.layout.annotations[0].text.replace("<br>", " ")


def test_one_row_is_drawn() -> None:
    assert level(VALUES[:1], TIMES[:1]).data
    assert sensor_curve(TIMES[:1], VALUES[:1, 0], sensor="a", quantity="speed", unit="km/h").data
