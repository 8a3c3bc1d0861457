"""What a test under a null says, and what is prepared for many tests at once."""

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.nulls import NullTest, preparation, preparation_of_some, road_sums, untestable, upper_tail
from analysis.rewiring import Rewired
from tests.analysis.mapped import DISTANCE, EDGE, GROUPS, PAIRS, SENSORS, M
from tests.analysis.planted import uneven


def test_effect_is_in_standard_deviations_of_the_draws() -> None:
    test = NullTest(null="moran", statistic=5.0, draws=np.array([1.0, 3.0]), p=1 / 3)
    assert (test.chance, test.spread, test.effect) == (2.0, 1.0, 3.0)
    assert np.isnan(NullTest(null="moran", statistic=5.0, draws=np.array([1.0, 1.0]), p=0.5).effect)


def test_the_upper_tail_counts_the_statistic_itself_and_ties_but_for_rounding() -> None:
    draws = np.array([1.0, 2.0, 2.0 - 1e-12, 3.0, -5.0])
    assert upper_tail(2.0, draws) == (1 + 3) / 6
    assert upper_tail(9.0, draws) == 1 / 6
    assert upper_tail(-9.0, draws) == 1.0
    assert upper_tail(0.0, np.zeros(4)) == 1.0


def test_pairs_are_in_the_order_of_the_upper_triangle() -> None:
    prepared = preparation(SENSORS, draws=19)
    np.testing.assert_array_equal(prepared.pairs(M), [M[i, j] for i in range(SENSORS) for j in range(i + 1, SENSORS)])
    np.testing.assert_array_equal((prepared.first, prepared.second), PAIRS)


def test_what_is_drawn_is_drawn_for_all_sensors_and_by_its_seed() -> None:
    one, again, other = (preparation(SENSORS, DISTANCE, EDGE, draws=19, seed=seed) for seed in (0, 0, 1))
    assert one.draws == len(one.signs) == 19
    for order in one.permutations:
        assert sorted(order) == list(range(SENSORS))
    assert isinstance(one.roads, Rewired)
    assert isinstance(again.roads, Rewired)
    np.testing.assert_array_equal(one.signs, again.signs)
    np.testing.assert_array_equal(one.permutations, again.permutations)
    np.testing.assert_array_equal(one.roads.pairs, again.roads.pairs)
    assert (one.permutations != other.permutations).any()
    assert (one.signs != other.signs).any()


def test_some_of_the_sensors_are_prepared_as_if_there_were_no_others() -> None:
    chosen = GROUPS > 0
    some = preparation_of_some(chosen, DISTANCE, draws=19, seed=3)
    alone = preparation(int(chosen.sum()), DISTANCE[np.ix_(chosen, chosen)], None, draws=19, seed=3)
    assert some.count == alone.count < SENSORS
    assert some.roads == alone.roads == "there is no road graph"
    np.testing.assert_array_equal(some.permutations, alone.permutations)
    assert not isinstance(some.places, str)
    assert not isinstance(alone.places, str)
    np.testing.assert_array_equal(some.places.basis, alone.places.basis)


def test_what_is_not_asked_for_or_not_known_is_not_drawn_and_says_why() -> None:
    assert preparation(SENSORS, DISTANCE, None, draws=19).roads == "there is no road graph"
    assert preparation(SENSORS, DISTANCE, 0 * EDGE, draws=19).roads == "there is no road graph"
    assert preparation(SENSORS, DISTANCE, EDGE, draws=19, nulls=("moran",)).roads == "there is no road graph"
    bare = preparation(SENSORS, None, EDGE, draws=19)
    assert bare.places == bare.roads == "no sensor has coordinates"
    few = preparation(7, DISTANCE[:7, :7], EDGE[:7, :7], draws=19)
    assert few.places == few.roads == "too few sensors"


def test_road_sums_are_what_loops_make_them() -> None:
    """What distance explains on the observed roads, and the rest of the values on those of each draw."""
    prepared = preparation(SENSORS, DISTANCE, EDGE, draws=19)
    assert isinstance(prepared.roads, Rewired)
    assert not isinstance(prepared.places, str)
    values, edge = prepared.pairs(M), prepared.pairs(EDGE)
    splines = prepared.places.splines
    trend = splines @ np.linalg.lstsq(splines, values, rcond=None)[0]
    slow = [
        sum(trend[p] for p in np.flatnonzero(edge)) + sum(values[p] - trend[p] for p in drawn)
        for drawn in prepared.roads.pairs
    ]
    np.testing.assert_allclose(road_sums(values, edge, prepared.roads, prepared.places), slow)


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (np.full((9, 9), 0.1) + np.eye(9), "all pairs couple alike"),
        (np.zeros((9, 9)), "all pairs couple alike"),
        (uneven(7), "7 sensors are too few, it takes 8"),
        (uneven(9), None),
    ],
)
def test_a_matrix_that_can_tell_nothing_is_called_so(matrix: FloatArray, reason: str | None) -> None:
    assert untestable(matrix, preparation(len(matrix), draws=19)) == reason


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"draws must be at least 19, for p values down to 0.05, got 5"):
        preparation(SENSORS, draws=5)
    with pytest.raises(ValueError, match="nulls must be some of moran, rewired, configuration, permuted, got maps"):
        preparation(SENSORS, draws=19, nulls=("maps",))
    with pytest.raises(ValueError, match=r"kilometres must have shape \(36, 36\), got shape \(2, 2\)"):
        preparation(SENSORS, np.zeros((2, 2)), draws=19)
    with pytest.raises(ValueError, match=r"kilometres must have shape \(36, 36\), got shape \(2, 2\)"):
        preparation_of_some(GROUPS > 0, np.zeros((2, 2)), draws=19)
    with pytest.raises(ValueError, match=r"matrix must be of the 36 sensors prepared for, got shape \(2, 2\)"):
        preparation(SENSORS, draws=19).pairs(np.eye(2))
