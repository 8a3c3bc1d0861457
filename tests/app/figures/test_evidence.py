"""Figures of evidence: what was measured stands beside chance, filled marks are beyond it, gaps say why."""

import numpy as np
import pytest

from app.figures.colours import MEASURE, SIMPLE
from app.figures.evidence import (
    WHITE,
    Found,
    effect_dots,
    mode_marks,
    overlap_dots,
    recovery_lines,
    whiteness_dots,
)


def words(figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations)


def test_marks_are_filled_where_a_head_is_beyond_chance_and_carry_its_place() -> None:
    effect = np.array([[6.0, 20.0], [np.nan, 9.0], [0.5, 8.0]])
    beyond = np.array([[True, True], [False, True], [False, True]])
    said = [["p = 0.002"] * 2] * 3
    figure = effect_dots(["mean", "<b>", "c"], ["Moran", "plain"], effect, beyond, said, 2, faint=("plain",))
    moran, plain = figure.data
    assert list(moran.x) == [6.0, 0.5]
    assert list(moran.customdata) == [0, 2]
    assert list(moran.marker.symbol) == ["circle", "circle-open"]
    assert moran.marker.color == MEASURE
    assert plain.marker.color == SIMPLE
    assert all(symbol.endswith("-open") for symbol in plain.marker.symbol), "the plain null claims nothing"
    assert list(figure.layout.yaxis.ticktext) == ["mean", "&#60;b&#62;", "<b>c</b>"]
    assert "p = 0.002" in moran.text[0]


def test_no_effect_at_all_is_said() -> None:
    empty = effect_dots(["a"], ["Moran"], np.array([[np.nan]]), np.array([[False]]), [[""]])
    assert "no effect" in words(empty).replace("<br>", " ")


def test_modes_stand_beside_chance_and_are_filled_beyond_it() -> None:
    chance = {"Moran": np.array([0.1, 0.1]), "silent": np.array([np.nan, np.nan])}
    figure = mode_marks(np.array([0.5, 0.2]), chance, np.array([True, False]), "IPR")
    assert [line.name for line in figure.data] == ["chance: Moran", "measured"]
    assert list(figure.data[1].marker.symbol) == ["circle", "circle-open"]
    assert list(figure.data[1].x) == [1, 2]


def test_overlap_is_joined_with_chance() -> None:
    said = ["p = 0.002", "p = 0.40"]
    figure = overlap_dots(["a", "b"], np.array([0.6, 0.03]), np.array([0.02, 0.02]), np.array([True, False]), said)
    chance, between = figure.data
    assert list(chance.x) == [0.02, 0.02]
    assert list(between.marker.symbol) == ["circle", "circle-open"]
    assert [(line.x0, line.x1) for line in figure.layout.shapes] == [(0.02, 0.6), (0.02, 0.03)]
    unknown = overlap_dots(["a"], np.array([np.nan]), np.array([0.02]), np.array([False]), [""])
    assert not unknown.layout.shapes


def test_what_lies_in_the_band_is_open() -> None:
    figure = whiteness_dots(["road graph", "random"], {"space": np.array([5.0, WHITE]), "time": np.array([-9.0, 0.0])})
    band = figure.layout.shapes[0]
    assert (band.x0, band.x1) == (-1.96, 1.96)
    assert list(figure.data[0].marker.symbol) == ["circle", "circle-open"]
    low, high = figure.layout.xaxis.range
    assert low < -9
    assert high > 5
    figure = whiteness_dots(["none"], {"space": np.array([np.nan])})
    assert figure.layout.xaxis.range == (-3, 3)


def test_whiskers_span_the_seeds_and_the_own_setting_is_marked_on_a_logarithmic_axis() -> None:
    at = np.array([1000.0, 2000.0, 4000.0])
    middle = np.array([0.5, 0.6, 0.7])
    ways = [
        Found("ridge VAR", at, middle, middle - 0.1, middle + 0.05),
        Found("mine", at, middle, middle, middle, simple=False),
    ]
    figure = recovery_lines(ways, 2000.0, "steps", "share found")
    simple, model = figure.data
    assert (simple.line.color, model.line.color) == (SIMPLE, MEASURE)
    np.testing.assert_allclose(simple.error_y.array, 0.05)
    np.testing.assert_allclose(simple.error_y.arrayminus, 0.1)
    assert list(figure.layout.xaxis.ticktext) == ["1,000", "2,000", "4,000"]
    assert figure.layout.shapes[0].x0 == 2000.0
    (note,) = figure.layout.annotations
    assert note.text == "your run"
    assert note.x == pytest.approx(np.log10(2000.0))


def test_a_setting_of_zero_has_no_logarithm_and_nothing_found_is_said() -> None:
    way = Found("correlation", np.array([0.0, 0.5]), np.array([0.4, 0.3]), np.array([0.4, 0.3]), np.array([0.4, 0.3]))
    figure = recovery_lines([way], 0.0, "missing", "share")
    assert figure.layout.xaxis.type is None
    assert figure.layout.annotations[0].x == 0.0
    assert "nothing was planted" in words(recovery_lines([], 1.0, "x", "y")).replace("<br>", " ")


def test_rows_of_many_heads_are_low() -> None:
    def height(heads: int) -> int:
        one = np.zeros((heads, 1))
        said = [[""]] * heads
        return int(effect_dots([f"h{k}" for k in range(heads)], ["plain"], one, one > 0, said).layout.height)

    assert height(4) - height(3) == 34
    assert height(17) - height(16) == 24
    assert height(17) < 600
