"""Deletion curves and the areas between them: what is drawn where."""

import html

import numpy as np
import pytest

from app.figures.colours import FORECAST, SIMPLE
from app.figures.deletion import Interval, Removal, deletion_curves, interval_dots

SHARE = np.array([0.0, 0.25, 1.0])


def curves(**settings):
    drawn = [
        Removal("strongest", SHARE, np.array([2.0, 2.8, 3.0])),
        Removal("random", SHARE, np.array([2.0, 2.2, 3.0])),
    ]
    return deletion_curves(drawn, "km/h", **{"unchanged": 2.0, **settings})


def words(figure) -> str:
    return html.unescape(" ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations))


def test_small_shares_are_drawn_wider_and_named_as_they_are() -> None:
    line = curves().data[0]
    assert np.allclose(line.x, [0, 0.5, 1])
    assert list(line.customdata) == [0, 25, 100]
    assert list(line.y) == [2.0, 2.8, 3.0]
    assert list(curves().layout.xaxis.ticktext) == ["0", "100"]


def test_the_orders_differ_and_the_error_without_change_stands_as_a_line() -> None:
    figure = curves(control=3.5)
    assert [line.line.color for line in figure.data] == [FORECAST, SIMPLE]
    assert {shape.y0 for shape in figure.layout.shapes} == {2.0, 3.5}
    assert "the model as it is: 2.00 km/h" in words(figure)
    assert "no graph at all (gru): 3.50 km/h" in words(figure)
    assert "no graph at all (gru, trained differently): 3.50 km/h" in words(
        curves(control=3.5, without="gru, trained differently")
    )
    low, high = figure.layout.yaxis.range
    assert low < 2.0
    assert high > 3.5


@pytest.mark.parametrize(("control", "side"), [(3.5, "left"), (2.6, "left"), (2.1, "right"), (1.8, "right")])
def test_the_name_of_a_control_stands_where_no_curve_is(control: float, side: str) -> None:
    """All curves begin at the left, at the error without change, and end high at the right."""
    (note,) = [note for note in curves(control=control).layout.annotations if "no graph" in note.text]
    assert (note.xanchor, note.yanchor) == (side, "bottom" if side == "left" else "top")


@pytest.mark.parametrize("control", [None, np.nan])
def test_without_a_run_without_graph_there_is_no_line_for_it(control: float | None) -> None:
    assert len(curves(control=control).layout.shapes) == 1


def test_no_curve_says_so() -> None:
    assert "nothing was removed" in words(deletion_curves([], "km/h", unchanged=2.0))


def test_intervals_stand_in_rows_and_the_chosen_group_in_full() -> None:
    areas = [Interval("in random order", group, 0.2, 0.1, 0.4) for group in ("zero", "mean")]
    figure = interval_dots([*areas, Interval("weakest first", "mean", -0.1, -0.3, 0.1)], "mph", "mean")
    assert [trace.opacity for trace in figure.data] == [0.6, 1.0]
    assert np.allclose(figure.data[0].error_x.array, 0.2)
    assert np.allclose(figure.data[0].error_x.arrayminus, 0.1)
    assert list(figure.layout.yaxis.ticktext) == ["weakest first", "in random order"]
    assert abs(figure.data[0].y[0] - 1) < 0.4, "the first row is at the top"
    low, high = figure.layout.xaxis.range
    assert low < -0.3
    assert high > 0.4


def test_an_area_without_an_interval_is_a_dot() -> None:
    figure = interval_dots([Interval("weakest first", "zero", 0.2, np.nan, np.nan)], "mph", "zero")
    assert list(figure.data[0].error_x.array) == [0.0]
    assert np.isfinite(figure.layout.xaxis.range).all()
    assert "no area" in words(interval_dots([], "mph", "zero"))
