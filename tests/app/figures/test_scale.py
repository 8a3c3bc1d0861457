"""Which weight has which colour, and what the colour bar says about it."""

import numpy as np
import pytest

from app.figures.colours import DIVERGING, SEQUENTIAL
from app.figures.scale import Scale, alike, scale_of, shared


def test_the_diagonal_does_not_set_the_scale() -> None:
    matrix = np.full((4, 4), 0.1) + np.eye(4) * 5
    assert scale_of(matrix).high == pytest.approx(0.1)
    assert scale_of(matrix).words[-1] == "0.100"


def test_a_few_weights_far_above_the_rest_share_the_last_colour_and_the_bar_says_so() -> None:
    matrix = np.random.default_rng(0).random((100, 100))
    matrix[3, 4] = 50
    found = scale_of(matrix)
    assert found.clipped
    assert found.high < 1
    assert found.words[-1].startswith("≥ ")


def test_a_weight_a_little_above_the_rest_does_not_clip() -> None:
    matrix = np.random.default_rng(0).random((100, 100))
    matrix[3, 4] = 1.2
    assert scale_of(matrix) == Scale(0.0, 1.2, clipped=False, signed=False)


def test_zeros_do_not_hide_the_weights_of_a_sparse_matrix() -> None:
    matrix = np.zeros((100, 100))
    matrix[1, 2] = matrix[5, 6] = 0.3
    assert scale_of(matrix).high == pytest.approx(0.3)


def test_a_given_end_is_kept_and_weights_above_it_are_said() -> None:
    found = scale_of(np.array([[0.0, 2.0], [1.0, 0.0]]), zmax=1.5)
    assert (found.high, found.clipped) == (1.5, True)


def test_the_least_weight_can_be_the_darkest() -> None:
    assert scale_of(np.array([[0.0, 2.0], [1.0, 0.0]]), zmin=None).low == 1.0


def test_negative_weights_are_centred_on_zero() -> None:
    found = scale_of(np.array([[0.0, -2.0], [1.0, 0.0]]))
    assert (found.low, found.high, found.signed) == (-2.0, 2.0, True)
    assert found.colours == list(DIVERGING)
    assert scale_of(np.eye(2)).colours == SEQUENTIAL


@pytest.mark.parametrize("matrix", [np.zeros((3, 3)), np.zeros((1, 1)), np.full((3, 3), np.nan), np.full((2, 2), -0.0)])
def test_a_matrix_with_nothing_to_tell_apart_has_a_scale(matrix: np.ndarray) -> None:
    found = scale_of(matrix)
    assert found.high > found.low
    assert not found.clipped


def test_all_weights_the_same_above_zero_are_the_brightest() -> None:
    assert scale_of(np.full((3, 3), 0.2)).coded(np.full((3, 3), 0.2)).min() == 255


def test_weights_are_coded_from_dark_to_bright() -> None:
    coded = Scale(0.0, 2.0, clipped=True, signed=False).coded(np.array([[0.0, 1.0], [2.0, 9.0]]))
    assert coded.dtype == np.uint8
    assert coded.tolist() == [[0, 128], [255, 255]]


def test_one_scale_for_all_reaches_as_far_as_the_strongest() -> None:
    scales = [scale_of(np.full((2, 2), weight)) for weight in (0.1, 0.4)]
    assert shared(scales) == Scale(0.0, 0.4, clipped=False, signed=False)


def test_where_one_matrix_is_signed_all_are_centred_on_zero() -> None:
    scales = [scale_of(np.full((2, 2), 0.4)), scale_of(np.full((2, 2), -0.1))]
    assert shared(scales) == Scale(-0.4, 0.4, clipped=False, signed=True)
    assert [(scale.low, scale.high) for scale in alike(scales)] == [(-0.4, 0.4), (-0.1, 0.1)]
