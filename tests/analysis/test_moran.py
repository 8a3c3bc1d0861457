"""Moran spectral randomisation: what a draw keeps, what it does not, and loops that say the same."""

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.moran import (
    cross_products,
    moran_matrices,
    moran_vectors,
    places,
    random_signs,
    spatial_weights,
    square,
    standardised,
)

SENSORS = 24
SPOT = np.random.default_rng(3).uniform(0, 10, (SENSORS, 2))
SPOT[1] = SPOT[0]  # two directions of one freeway
DISTANCE = np.linalg.norm(SPOT[:, None] - SPOT, axis=-1)
PAIRS = np.triu_indices(SENSORS, k=1)
WEIGHT = np.random.default_rng(4).gamma(1.0, np.exp(-DISTANCE[PAIRS] / 3))
GRAPH = (np.random.default_rng(5).random(len(WEIGHT)) < np.exp(-DISTANCE[PAIRS] / 2)).astype(np.float64)
KNOWN = places(DISTANCE)
SIGNS = random_signs(SENSORS, 50)


def moran_index(values: FloatArray) -> float:
    """Moran's I as its definition says, pair by pair."""
    weight, centred = spatial_weights(DISTANCE), values - values.mean()
    total = sum(weight[i, j] * centred[i] * centred[j] for i in range(SENSORS) for j in range(SENSORS))
    return float(SENSORS / weight.sum() * total / (centred @ centred))


def test_the_basis_is_orthonormal_and_begins_with_the_constant_vector() -> None:
    assert KNOWN.basis.T @ KNOWN.basis == pytest.approx(np.eye(SENSORS), abs=1e-9)
    assert KNOWN.basis[:, 0] == pytest.approx(np.full(SENSORS, SENSORS**-0.5))
    assert np.isnan(KNOWN.autocorrelation[0])
    assert (np.diff(KNOWN.autocorrelation[1:]) <= 1e-9).all()


@pytest.mark.parametrize("number", [1, 2, 12, 23])
def test_autocorrelation_is_morans_index_of_the_vector(number: int) -> None:
    assert KNOWN.autocorrelation[number] == pytest.approx(moran_index(KNOWN.basis[:, number]))


def test_vectors_keep_mean_length_and_morans_index() -> None:
    v = np.column_stack([SPOT[:, 0] ** 2, np.sin(SPOT[:, 1])])
    drawn = moran_vectors(v, KNOWN, SIGNS)
    assert drawn.shape == (50, SENSORS, 2)
    for one in drawn[:5]:
        assert one.mean(axis=0) == pytest.approx(v.mean(axis=0))
        assert np.linalg.norm(one, axis=0) == pytest.approx(np.linalg.norm(v, axis=0))
        assert moran_index(one[:, 0]) == pytest.approx(moran_index(v[:, 0]))
        assert moran_index(one[:, 1]) == pytest.approx(moran_index(v[:, 1]))
    assert not np.allclose(drawn[0], drawn[1])


def test_a_vector_is_turned_as_a_loop_over_the_eigenvectors_says() -> None:
    v = SPOT[:, :1]
    turned = sum(SIGNS[7, m] * (KNOWN.basis[:, m] @ v[:, 0]) * KNOWN.basis[:, m] for m in range(SENSORS))
    assert moran_vectors(v, KNOWN, SIGNS)[7, :, 0] == pytest.approx(turned)


@pytest.mark.parametrize("levels", [False, True])
def test_mean_spread_and_rest_make_the_values(levels: bool) -> None:
    mean, spread, rest = standardised(WEIGHT, KNOWN, levels)
    assert mean + spread * rest == pytest.approx(WEIGHT)
    assert (spread > 0).all()
    left = WEIGHT - mean
    assert KNOWN.splines.T @ left == pytest.approx(0, abs=1e-9)  # nothing that distance explains is left
    sums = square(left, SENSORS).sum(axis=1)
    assert (np.abs(sums).max() < 1e-8) == levels  # nor, if so asked, what a level a sensor does


def test_a_function_of_distance_is_a_draw_of_itself() -> None:
    flat = 3.0 - 0.2 * DISTANCE[PAIRS]
    for drawn in moran_matrices(flat, KNOWN, SIGNS[:3]):
        assert drawn[PAIRS] == pytest.approx(flat)
    assert cross_products(flat, GRAPH, KNOWN, SIGNS) == pytest.approx(np.full(50, flat @ GRAPH))


@pytest.mark.parametrize("levels", [False, True])
def test_all_signs_alike_give_the_matrix_itself(levels: bool) -> None:
    same = np.ones((1, SENSORS))
    assert cross_products(WEIGHT, GRAPH, KNOWN, same, levels)[0] == pytest.approx(WEIGHT @ GRAPH)
    assert next(moran_matrices(WEIGHT, KNOWN, same))[PAIRS] == pytest.approx(WEIGHT)


def test_cross_products_are_those_of_the_matrices_with_the_trend_taken_out_of_the_graph() -> None:
    mean, free = KNOWN.trend(WEIGHT), GRAPH - KNOWN.trend(GRAPH)
    drawn = moran_matrices(WEIGHT, KNOWN, SIGNS)
    slow = [mean @ GRAPH + (matrix[PAIRS] - mean) @ free for matrix in drawn]
    assert cross_products(WEIGHT, GRAPH, KNOWN, SIGNS) == pytest.approx(np.array(slow))


def test_the_trend_with_levels_is_plain_least_squares() -> None:
    first, second = PAIRS
    level = np.zeros((len(WEIGHT), SENSORS))
    level[np.arange(len(WEIGHT)), first] = level[np.arange(len(WEIGHT)), second] = 1.0
    both = np.column_stack([KNOWN.splines, level])
    fitted = both @ np.linalg.lstsq(both, WEIGHT, rcond=None)[0]
    assert KNOWN.trend_and_levels(WEIGHT) == pytest.approx(fitted)


def test_the_order_of_the_sensors_changes_no_trend_and_no_autocorrelation() -> None:
    order = np.random.default_rng(0).permutation(SENSORS)
    moved = places(DISTANCE[np.ix_(order, order)])
    assert moved.autocorrelation[1:] == pytest.approx(KNOWN.autocorrelation[1:])
    again = square(WEIGHT, SENSORS)[np.ix_(order, order)][PAIRS]
    trend = square(KNOWN.trend(WEIGHT), SENSORS)[np.ix_(order, order)]
    assert moved.trend(again) == pytest.approx(trend[PAIRS])


def test_the_unit_of_distance_does_not_matter() -> None:
    # An eigenvector may turn round by rounding alone; which way it points plays no part.
    assert np.abs(places(1000 * DISTANCE).basis.T @ KNOWN.basis) == pytest.approx(np.eye(SENSORS), abs=1e-6)
    assert places(1000 * DISTANCE).splines == pytest.approx(KNOWN.splines)


@pytest.mark.parametrize(("sensors", "functions"), [(8, 4), (11, 4), (12, 3), (13, 3), (14, 4), (24, 9)])
def test_distance_is_never_taken_out_along_a_single_straight_line(sensors: int, functions: int) -> None:
    spot = np.random.default_rng(sensors).random((sensors, 2))
    distance = np.linalg.norm(spot[:, None] - spot, axis=-1)
    known = places(distance)
    assert known.splines.shape == (sensors * (sensors - 1) // 2, functions)
    falling = np.exp(-3 * distance[np.triu_indices(sensors, k=1)])
    left = falling - known.trend(falling)
    assert left.std() < 0.12 * falling.std()


def test_sensors_at_one_place_have_weight_one() -> None:
    assert spatial_weights(DISTANCE)[0, 1] == 1.0


def test_signs_are_seeded_and_leave_the_constant_vector() -> None:
    assert (random_signs(SENSORS, 50, seed=0) == SIGNS).all()
    assert (random_signs(SENSORS, 50, seed=1) != SIGNS).any()
    assert (SIGNS[:, 0] == 1).all()
    assert abs(SIGNS[:, 1:].mean()) < 0.1


@pytest.mark.parametrize(
    ("kilometres", "message"),
    [
        ([[0, 1], [2, 0]], "kilometres must be symmetric and at least 0"),
        ([[0, -1], [-1, 0]], "kilometres must be symmetric and at least 0"),
        ([[0, 0], [0, 0]], "kilometres must hold at least two places, got all sensors at one"),
        ([[0, float("nan")], [1, 0]], "kilometres must be finite, got nan at row 0, column 1"),
    ],
)
def test_what_is_no_map_is_refused(kilometres: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        places(kilometres)


def test_what_does_not_suit_the_sensors_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pairs must have shape \(276,\), got shape \(3,\)"):
        standardised(np.ones(3), KNOWN)
    with pytest.raises(ValueError, match=r"pairs must have shape \(276,\), got shape \(3,\)"):
        square(np.ones(3), SENSORS)
    with pytest.raises(ValueError, match=r"other must have shape \(276,\) and signs \(R, 24\)"):
        cross_products(WEIGHT, GRAPH[1:], KNOWN, SIGNS)
    with pytest.raises(ValueError, match=r"v must have shape \(24, K\), got shape \(24,\)"):
        moran_vectors(np.ones(SENSORS), KNOWN, SIGNS)
    with pytest.raises(ValueError, match="sensors and draws must be at least 1, got 4 and 0"):
        random_signs(4, 0)
