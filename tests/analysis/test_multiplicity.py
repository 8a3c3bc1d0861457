"""Adjusted p values: the definitions as loops, and what they promise of false alarms."""

import numpy as np
import pytest

from analysis.multiplicity import MOST_DRAWS, benjamini_hochberg, enough_draws, holm


def slow_holm(p: list[float]) -> list[float]:
    m, ranked, found, largest = len(p), sorted(range(len(p)), key=lambda k: p[k]), [0.0] * len(p), 0.0
    for place, k in enumerate(ranked):
        largest = max(largest, min(1.0, (m - place) * p[k]))
        found[k] = largest
    return found


def slow_hochberg(p: list[float]) -> list[float]:
    scaled = {other: min(1.0, len(p) * other / sum(q <= other for q in p)) for other in p}
    return [min(scaled[other] for other in p if other >= one) for one in p]


@pytest.mark.parametrize("seed", range(5))
def test_both_are_their_definitions_written_as_loops(seed: int) -> None:
    p = np.random.default_rng(seed).random(9) ** 3
    p[4] = p[5]  # a tie
    np.testing.assert_allclose(holm(p), slow_holm(p.tolist()))
    np.testing.assert_allclose(benjamini_hochberg(p), slow_hochberg(p.tolist()))


@pytest.mark.parametrize("adjusted", [holm, benjamini_hochberg])
def test_what_was_not_tested_does_not_count(adjusted) -> None:
    p = np.array([0.01, np.nan, 0.2, 0.03, np.nan])
    found = adjusted(p)
    assert np.isnan(found[[1, 4]]).all()
    np.testing.assert_array_equal(found[[0, 2, 3]], adjusted(p[[0, 2, 3]]))
    assert len(adjusted(np.array([]))) == 0
    assert adjusted(np.array([0.3])).tolist() == [0.3]


@pytest.mark.parametrize("adjusted", [holm, benjamini_hochberg])
def test_the_order_of_the_tests_does_not_matter(adjusted) -> None:
    random = np.random.default_rng(1)
    p, order = random.random(12), random.permutation(12)
    np.testing.assert_array_equal(adjusted(p)[order], adjusted(p[order]))


def test_holm_keeps_false_alarms_of_a_family_rare_where_nothing_is_there() -> None:
    p = np.random.default_rng(2).random((2000, 10))
    alarms = np.mean([holm(row).min() <= 0.05 for row in p])
    assert 0.03 < alarms < 0.07
    assert np.mean(p.min(axis=1) <= 0.05) > 0.3, "unadjusted, a family of ten cries wolf"


@pytest.mark.parametrize("adjusted", [holm, benjamini_hochberg])
def test_with_enough_draws_one_of_many_tests_can_stand_out(adjusted) -> None:
    """All others are like chance: the one that no draw reaches is far below 0.05, up to 100 tests at 0.02."""

    def smallest(tests: int, draws: int) -> float:
        return float(adjusted(np.array([1 / (1 + draws)] + [0.9] * (tests - 1)))[0])

    for tests in range(1, 101):
        draws = enough_draws(tests)
        assert smallest(tests, draws) <= 0.02 + 1e-12
        assert draws == 19 or smallest(tests, draws - 1) > 0.02, "no more draws than it takes"
    assert smallest(249, enough_draws(249)) < 0.05
    assert enough_draws(250) == enough_draws(10**6) == MOST_DRAWS, "time has an end"
    assert smallest(250, MOST_DRAWS) >= 0.05
    assert [enough_draws(tests, 199) for tests in (0, 4, 5)] == [199, 199, 249]


def test_numbers_that_no_draws_follow_from_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^tests must be at least 0, got -1$"):
        enough_draws(-1)
    for least in (0, 5000):
        with pytest.raises(ValueError, match=rf"^least must be from 1 to 4999, got {least}$"):
            enough_draws(3, least)


@pytest.mark.parametrize("adjusted", [holm, benjamini_hochberg])
def test_what_is_no_p_is_refused(adjusted) -> None:
    with pytest.raises(ValueError, match=r"^p must lie between 0 and 1, got 1\.5 at 2$"):
        adjusted(np.array([0.1, np.nan, 1.5]))
    with pytest.raises(ValueError, match=r"^p must have the shape \(K,\), got \(1, 2\)$"):
        adjusted(np.array([[0.1, 0.2]]))
