"""Draws of a null as ridges: they span what was drawn, and what was measured stands beside them."""

import numpy as np
import pytest

from app.figures.colours import MEASURE
from app.figures.ridges import Draws, null_ridges

DRAWS = np.random.default_rng(0).normal(0.1, 0.02, 499)


def words(figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations)


def test_a_ridge_spans_its_draws_and_the_bar_beneath_holds_the_middle_95_per_cent() -> None:
    figure = null_ridges(0.3, [Draws("Moran", DRAWS, "p = 0.002")], "correlation")
    ridge, bar = figure.data
    assert ridge.fill == "toself"
    assert min(ridge.x) < DRAWS.min()
    assert max(ridge.x) > DRAWS.max()
    top = ridge.x[int(np.argmax(ridge.y))]
    assert abs(top - 0.1) < 0.02, "the ridge is highest where most draws are"
    np.testing.assert_allclose(bar.x, np.quantile(DRAWS, [0.025, 0.5, 0.975]))
    (line,) = figure.layout.shapes
    assert (line.x0, line.line.color) == (0.3, MEASURE)
    assert "measured 0.300" in words(figure)
    assert "Moran: p = 0.002" in words(figure)
    low, high = figure.layout.xaxis.range
    assert low < DRAWS.min()
    assert high > 0.3


def test_the_plain_null_is_fainter_and_rows_keep_their_order() -> None:
    figure = null_ridges(0.3, [Draws("first", DRAWS, ""), Draws("plain", DRAWS, "", faint=True)], "x")
    first, _, plain, _ = figure.data
    assert plain.opacity < first.opacity
    assert min(first.y) > max(plain.y), "the first stands above"


@pytest.mark.parametrize(("statistic", "side"), [(0.9, "left"), (-0.9, "right")])
def test_the_names_of_the_nulls_stand_clear_of_the_measured_line(statistic: float, side: str) -> None:
    figure = null_ridges(statistic, [Draws("Moran", DRAWS, "p = 0.002")], "x")
    (name,) = [note for note in figure.layout.annotations if "Moran" in note.text]
    assert name.xanchor == side


def test_draws_that_are_all_equal_are_a_stroke_and_none_at_all_are_said() -> None:
    figure = null_ridges(0.2, [Draws("stiff", np.full(10, 0.1), "p = 0.09")], "x")
    assert list(figure.data[0].x) == pytest.approx([0.1, 0.1])
    assert "no null could be drawn" in words(null_ridges(0.2, [], "x")).replace("<br>", " ")
    gone = null_ridges(np.nan, [Draws("nothing", np.full(3, np.nan), "")], "x")
    assert not gone.data
    assert not gone.layout.shapes


def test_draws_far_out_are_counted_and_leave_room_for_the_others() -> None:
    wild = np.concatenate([DRAWS, [1000.0, 2000.0]])
    figure = null_ridges(0.3, [Draws("Moran", wild, "p = 0.2")], "contrast")
    assert max(figure.data[0].x) < 1
    assert figure.layout.xaxis.range[1] < 1
    assert "2 draws far out not drawn" in words(figure)
    assert "not drawn" not in words(null_ridges(0.3, [Draws("Moran", DRAWS, "p = 0.2")], "contrast"))
