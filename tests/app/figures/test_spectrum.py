"""Modes are counted from 1 on screen and from 0 in what a click returns."""

import numpy as np
import pytest

from app.figures.colours import NEGATIVE, POSITIVE
from app.figures.spectrum import eigenvalue_bars, eigenvector_bars, ipr_against_energy


def words(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_the_selected_mode_stands_out_and_is_named() -> None:
    figure = eigenvalue_bars(np.array([3.0, 1.0, -2.0]), selected=1)
    assert list(figure.data[0].x) == [1, 2, 3]
    assert list(figure.data[0].y) == [3, 1, -2]
    assert int(np.argmax(figure.data[0].marker.opacity)) == 1
    assert words(figure) == ["mode 2"]


@pytest.mark.parametrize("selected", [None, 7, -1])
def test_without_a_mode_nothing_is_named(selected: int | None) -> None:
    assert not words(eigenvalue_bars(np.array([1.0, 0.5]), selected))
    assert len(ipr_against_energy(np.full(2, 0.5), np.ones(2), selected, sensors=2).data) == 1


def test_a_point_knows_its_mode() -> None:
    figure = ipr_against_energy(np.array([0.5, 0.1]), np.array([1.0, 2.0]), 1, "energy on the road graph", 10)
    points, ring = figure.data
    assert list(points.customdata) == [0, 1]
    assert (list(points.x), list(points.y)) == ([1.0, 2.0], [0.5, 0.1])
    assert (list(ring.x), list(ring.y)) == ([2.0], [0.1])
    assert figure.layout.xaxis.title.text == "energy on the road graph"


def test_lines_say_what_a_participation_ratio_means() -> None:
    figure = ipr_against_energy(np.array([0.5]), np.array([1.0]), sensors=1234)
    assert [line.y0 for line in figure.layout.shapes] == [1.0, 1 / 1234]
    assert words(figure) == ["one sensor only", "all 1,234 sensors alike"]
    low, high = figure.layout.yaxis.range
    assert low < np.log10(1 / 1234)
    assert high > 0


def test_with_one_sensor_both_lines_are_one() -> None:
    assert words(ipr_against_energy(np.array([1.0]), np.array([0.0]), sensors=1)) == ["one sensor only"]


def test_modes_without_measures_say_so() -> None:
    assert "no mode has both measures" in words(ipr_against_energy(np.array([np.nan]), np.array([np.nan]), 0))


def test_signs_of_an_eigenvector_have_their_colours_in_the_order_asked_for() -> None:
    bars = eigenvector_bars(np.array([0.5, -0.5, 0.1]), ["a", "b", "<i>"], np.array([1, 2, 0])).data[0]
    assert list(bars.x) == ["b", "&#60;i&#62;", "a"]
    np.testing.assert_allclose(bars.y, [-0.5, 0.1, 0.5], rtol=1e-6)
    assert list(bars.marker.color) == [NEGATIVE, POSITIVE, POSITIVE]
