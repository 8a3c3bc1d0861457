"""Whether pairs are ranked alike: the correlation by its definition, its p by every order, how often it is chance."""

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import spearmanr

from analysis.ranks import rank_match
from tests.analysis.planted import order, reordered, uneven


def slow(M: np.ndarray, other: np.ndarray) -> float:
    n = len(M)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    one, two = ([(given[p] + given.T[p]) / 2 for p in pairs] for given in (M, other))
    return float(spearmanr(one, two).statistic)


@pytest.mark.parametrize("n", [4, 5, 9])
def test_it_is_the_rank_correlation_of_the_means_of_both_directions(n: int) -> None:
    M, other = uneven(n, negative=True), np.round(uneven(n, seed=1), 1)  # with ties
    assert rank_match(M, other).correlation == pytest.approx(slow(M, other), abs=1e-12)
    assert rank_match(M, -other).correlation == pytest.approx(-slow(M, other), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_with_five_sensors_p_counts_all_of_their_orders(seed: int) -> None:
    made = np.random.default_rng(seed)
    M, other = made.random((5, 5)), made.random((5, 5))
    found, own = rank_match(M, other), slow(M, other)
    drawn = [slow(M[np.ix_(new, new)], other) for new in map(list, permutations(range(5)))]
    assert found.p == np.mean([abs(value) >= abs(own) - 1e-9 for value in drawn])
    assert (found.orders, found.exact) == (120, True)


def test_one_matrix_beside_itself_is_as_unlikely_as_orders_allow() -> None:
    M = uneven(12)
    found = rank_match(M, np.exp(M + M.T))
    assert (found.correlation, found.p, found.orders, found.exact) == (pytest.approx(1), 1 / 200, 200, False)


@pytest.mark.parametrize("n", [5, 12])
def test_of_independent_matrices_no_more_than_one_in_twenty_is_found(n: int) -> None:
    made = np.random.default_rng(n)
    found = 0
    for _ in range(400):
        places = made.normal(size=(n, 3))
        near = -np.linalg.norm(places[:, None] - places, axis=-1)
        level = made.random(n)  # gates of a particle go together, so pairs are not independent
        found += rank_match(made.random((n, n)) + np.add.outer(level, level), near).p < 0.05
    assert found <= 32  # 20 expected, 3 standard deviations are 13


def test_pairs_that_are_all_alike_or_too_few_are_no_correlation() -> None:
    for M, other in ((np.ones((6, 6)), uneven(6)), (uneven(6), np.eye(6)), (uneven(2), uneven(2)), ([[1.0]], [[2.0]])):
        found = rank_match(M, other)
        assert np.isnan([found.correlation, found.p]).all()
        assert found.orders == 0
    assert rank_match(uneven(3), uneven(3, seed=1)).p >= 1 / 6


def test_the_order_of_the_sensors_does_not_matter_where_every_order_is_looked_at() -> None:
    M, other, new = uneven(6), uneven(6, seed=1), order(6)
    assert rank_match(reordered(M, new), reordered(other, new)).p == rank_match(M, other).p


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^other must have shape \(4, 4\), got shape \(5, 5\)$"):
        rank_match(uneven(4), uneven(5))
    with pytest.raises(ValueError, match=r"^draws must be at least 19, for p values down to 0\.05, got 5$"):
        rank_match(uneven(4), uneven(4), draws=5)
