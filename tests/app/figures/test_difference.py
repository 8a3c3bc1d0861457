"""Two matrices beside each other: one scale, a centre at zero, signs the right way round."""

import html

import numpy as np
import pytest

from app.figures.colours import DIVERGING, DIVERGING_DARK
from app.figures.difference import (
    common_scale,
    difference_heatmap,
    error_scatter,
    overlap_curve,
    scaled_heatmap,
    spectra,
)
from app.figures.marks import Marks
from tests.app.conftest import HOSTILE

IDS = ["a", "b", "c"]
A = np.array([[9.0, 0.1, 0.0], [0.2, 9.0, 0.0], [0.0, 0.3, 9.0]])
B = np.array([[9.0, 0.5, 0.0], [0.2, 9.0, 0.0], [0.0, 0.1, 9.0]])


def bounds(figure) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    return figure.data[0].zmin, figure.data[0].zmax


def test_a_colour_means_the_same_weight_in_both() -> None:
    scale = common_scale(A, B)
    first, second = scaled_heatmap(A, IDS, scale), scaled_heatmap(B, IDS, scale)
    assert bounds(first) == bounds(second)
    assert bounds(first)[1] == pytest.approx(0.5, rel=0.01), "the diagonal does not count, the larger of the two does"
    assert first.data[0].colorscale == second.data[0].colorscale
    assert first.data[0].colorbar.ticktext == second.data[0].colorbar.ticktext
    np.testing.assert_allclose(first.data[0].z, A, rtol=1e-6)


def test_where_one_of_the_two_has_negative_weights_both_are_centred_on_zero() -> None:
    scale = common_scale(A, -B)
    for matrix in (A, -B):
        low, high = bounds(scaled_heatmap(matrix, IDS, scale))
        assert low == -high
        assert [colour for _, colour in scaled_heatmap(matrix, IDS, scale).data[0].colorscale] == list(DIVERGING)


def test_a_difference_is_grey_at_zero_and_its_ends_say_who_has_more() -> None:
    figure = difference_heatmap(B - A, IDS)
    low, high = bounds(figure)
    assert low == -high
    assert high == pytest.approx(0.4, rel=0.02)
    words = figure.data[0].colorbar.ticktext
    assert words[0].endswith("A more")
    assert words[0].startswith(("-0.4", "≤ -0.39"))
    assert words[1] == "0"
    assert words[2].endswith("B more")
    assert [colour for _, colour in figure.data[0].colorscale] == list(DIVERGING)
    np.testing.assert_allclose(figure.data[0].z, B - A, atol=1e-6)


def test_a_negative_difference_alone_is_not_drawn_as_weights() -> None:
    figure = difference_heatmap(-np.abs(B), IDS)
    assert bounds(figure)[0] == -bounds(figure)[1]
    positive = difference_heatmap(np.abs(B), IDS)
    assert bounds(positive) == bounds(figure)
    assert positive.data[0].colorscale == figure.data[0].colorscale


@pytest.mark.parametrize("difference", [np.zeros((3, 3)), 7 * np.eye(3), np.zeros((1, 1))])
def test_no_difference_between_sensors_has_a_scale_all_the_same(difference: np.ndarray) -> None:
    low, high = bounds(difference_heatmap(difference, IDS[: len(difference)]))
    assert low == -high < 0


def test_the_order_of_the_sensors_is_that_of_the_others() -> None:
    order = np.array([2, 0, 1])
    drawn = difference_heatmap(B - A, IDS, order).data[0]
    np.testing.assert_allclose(drawn.z, (B - A)[np.ix_(order, order)], atol=1e-6)
    assert list(drawn.y) == ["c", "a", "b"]


def test_on_a_dark_page_the_middle_of_the_scale_is_dark() -> None:
    figure = difference_heatmap(B - A, IDS, marks=Marks(theme="dark"))
    assert [colour for _, colour in figure.data[0].colorscale] == list(DIVERGING_DARK)


def test_eigenvalues_stand_beside_each_other_by_rank() -> None:
    figure = spectra(np.array([3.0, 1.0]), np.array([2.0, -1.0]))
    assert [trace.name for trace in figure.data] == ["A", "B"]
    assert list(figure.data[0].x) == [1, 2]
    assert list(figure.data[1].y) == [2.0, -1.0]
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol, "told apart without colour"


def test_an_overlap_that_is_not_defined_is_a_gap_that_says_why() -> None:
    figure = overlap_curve(np.array([0.5, np.nan, 0.7]), np.array([0.1, 0.2, 0.3]))
    assert np.isnan(figure.data[0].y).tolist() == [False, True, False]
    assert [(note.x, note.text) for note in figure.layout.annotations] == [(2, "tied")]
    assert figure.data[1].name == "random directions"
    np.testing.assert_allclose(figure.data[1].y, [0.1, 0.2, 0.3], rtol=1e-6)
    nothing = overlap_curve(np.array([np.nan]), np.array([0.1]))
    assert any(
        "no leading modes" in html.unescape(note.text).replace("<br>", " ") for note in nothing.layout.annotations
    )


def test_a_sensor_is_a_point_and_those_never_observed_are_none() -> None:
    nan = float("nan")
    figure = error_scatter(np.array([1.0, nan, 3.0, 2.0]), np.array([2.0, 1.0, nan, 0.5]), list("abcd"), "km/h")
    points = figure.data[0]
    assert list(points.customdata) == [0, 3]
    assert list(points.x) == [1.0, 2.0]
    assert list(points.y) == [2.0, 0.5]
    assert points.text[0].startswith("a<br>A 1.00, B 2.00")
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert axis.range[0] < 0.5
        assert axis.range[1] > 2.0
    line = figure.layout.shapes[0]
    assert (line.x0, line.x1) == (line.y0, line.y1), "on the line both are as far off"
    assert {note.text: (note.x, note.y) for note in figure.layout.annotations} == {
        "B better": (1.0, 0.0), "A better": (0.0, 1.0),
    }  # fmt: skip


@pytest.mark.parametrize("errors", [np.full(3, np.nan), np.zeros(3), np.full(3, 2.0)])
def test_errors_that_are_all_alike_or_unknown_are_drawn(errors: np.ndarray) -> None:
    figure = error_scatter(errors, errors, IDS, "mph")
    assert len(figure.data) == int(np.isfinite(errors).any())


def test_a_chosen_sensor_stands_out_among_the_points() -> None:
    figure = error_scatter(np.arange(3.0), np.arange(3.0), IDS, "mph", marks=Marks(sensors=(1,)))
    assert list(figure.data[0].marker.size) == [8, 13, 8]


def test_no_name_of_a_sensor_or_unit_is_markup() -> None:
    ids = list(HOSTILE[:8])
    drawn = error_scatter(np.arange(8.0), np.arange(8.0), ids, "<b>km</b>").to_json()
    for part in ("<img", "<script", "<b>km", "%{x}"):
        assert part not in drawn.replace("\\u003c", "<")


def test_one_matrix_with_a_few_large_weights_leaves_the_other_its_colours() -> None:
    random = np.random.default_rng(0)
    even = random.uniform(0.5, 1.5, (60, 60))
    spiky = np.where(random.random((60, 60)) < 0.004, 50.0, 0.1)
    scale = common_scale(even, spiky)
    between = ~np.eye(60, dtype=bool)
    every = np.concatenate([even[between], spiky[between]])
    assert scale.high == pytest.approx(np.quantile(every, 0.99))
    assert scale.high < 2.0
    assert scale.clipped
    assert scale.words[-1].startswith("≥ ")
    assert bounds(difference_heatmap(spiky - even, [str(k) for k in range(60)]))[1] < 2.0
