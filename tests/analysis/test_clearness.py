"""Clearness: planted communities stand out, those of weights in random places do not, and the search is Louvain's."""

import networkx as nx
import numpy as np
import pytest
from scipy.stats import kstest

from analysis.arrays import FloatArray
from analysis.clearness import Clearness, _most_modularity, _over_senders, clearness
from analysis.communities import louvain_communities, spectral_communities
from analysis.groups import modularity
from analysis.matrix import coupling
from tests.analysis.planted import blocks, membership, order, reordered

FOUND = {"louvain": louvain_communities, "spectral": spectral_communities}


def sparse(sensors: int, degree: float, seed: int) -> FloatArray:
    """Weights at random between pairs at random."""
    random = np.random.default_rng(seed)
    upper = np.triu(random.random((sensors, sensors)) < degree / (sensors - 1), 1) * random.random((sensors, sensors))
    return upper + upper.T


def measured(M: FloatArray, method: str, draws: int = 39) -> Clearness:
    return clearness(M, FOUND[method](M).labels, method, draws=draws)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", FOUND)
def test_planted_communities_are_more_than_the_same_weights_elsewhere(method: str) -> None:
    M = blocks((9, 8, 7), across=0.1) * (0.5 + np.random.default_rng(0).random((24, 24)))
    found = measured(M, method)
    assert found.modularity == modularity(M, FOUND[method](M).labels)
    assert found.p == 1 / 40
    assert found.chance < found.modularity - 0.2


@pytest.mark.parametrize("method", FOUND)
def test_sparse_random_weights_have_a_large_modularity_and_no_communities(method: str) -> None:
    found = [measured(sparse(40, 3, seed), method, 19) for seed in range(30)]
    if method == "louvain":
        assert min(one.modularity for one in found) > 0.4, "else this would not test anything"
        assert kstest([one.p for one in found], "uniform").pvalue > 0.01
        chance = np.mean([one.chance for one in found])
        assert np.mean([one.modularity for one in found]) == pytest.approx(chance, abs=0.02)
    assert np.mean([one.p <= 0.05 for one in found]) <= 0.1


def test_receivers_with_a_total_of_one_have_no_communities_by_that() -> None:
    """Attention on random senders: over pairs alone, most of these would exceed chance."""
    found = []
    for seed in range(20):
        logits = 5 * np.random.default_rng(seed).normal(size=(40, 40))
        np.fill_diagonal(logits, -np.inf)
        M = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        found.append(measured(M, "louvain", 19))
    assert np.mean([one.p <= 0.05 for one in found]) <= 0.1


@pytest.mark.parametrize("method", FOUND)
def test_each_row_is_shuffled_among_its_senders_where_directions_differ(method: str) -> None:
    M = np.random.default_rng(3).random((12, 12)) ** 8
    off = ~np.eye(12, dtype=bool)
    drawn = list(_over_senders(M, 3, 0))
    assert all((np.sort(one[off].reshape(12, 11)) == np.sort(M[off].reshape(12, 11))).all() for one in [drawn[-1]])
    found = measured(M, method, 9)
    over_pairs = measured((M + M.T) / 2, method, 9)
    assert found.chance >= over_pairs.chance - 1e-12
    assert found.p >= over_pairs.p - 1e-12


@pytest.mark.parametrize("method", FOUND)
def test_where_places_do_not_matter_p_is_one(method: str) -> None:
    flat = np.ones((8, 8))
    assert clearness(flat, np.zeros(8, dtype=int), method, draws=5).p == 1.0  # type: ignore[arg-type]
    none = clearness(np.eye(8), np.zeros(8, dtype=int), method, draws=5)  # type: ignore[arg-type]
    assert (np.isnan(none.modularity), np.isnan(none.chance), none.p) == (True, True, 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_search_reaches_what_networkx_does(seed: int) -> None:
    M = sparse(60, 6, seed) + 0.02
    np.fill_diagonal(M, 0.0)
    theirs = max(
        nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=k))
        for graph in [nx.from_numpy_array(coupling(M))] for k in range(3)
    )  # fmt: skip
    assert max(_most_modularity(coupling(M), k) for k in range(3)) == pytest.approx(theirs, abs=0.02)


def test_the_search_finds_what_is_planted() -> None:
    M = blocks((8, 7, 5), across=0.05)
    best = modularity(M, membership((8, 7, 5)))
    assert _most_modularity(coupling(M), 0) == pytest.approx(best)
    assert _most_modularity(coupling(reordered(M, order(20))), 3) == pytest.approx(best)
    assert _most_modularity(1e-300 * coupling(M), 0) == pytest.approx(best)
    with_one_alone = np.pad(coupling(M), (0, 1))
    assert _most_modularity(with_one_alone, 0) == pytest.approx(best)


def test_each_draw_is_parted_as_it_was_asked_for() -> None:
    M = sparse(20, 5, 0)
    random, (first, second) = np.random.default_rng(0), np.triu_indices(20, 1)
    slow: dict[int | None, list[float]] = {None: [], 4: []}
    for _ in range(5):
        shuffled = np.zeros((20, 20))
        shuffled[first, second] = random.permutation(M[first, second])
        for count, draws in slow.items():
            draws.append(modularity(shuffled, spectral_communities(shuffled, count).labels))
    for count, draws in slow.items():
        found = clearness(M, spectral_communities(M, count).labels, "spectral", count, draws=5)
        np.testing.assert_allclose(found.draws, draws)
        assert found.p == (1 + sum(draw >= found.modularity for draw in draws)) / 6
    assert slow[None] != slow[4]


def test_signs_and_the_diagonal_do_not_count() -> None:
    M = sparse(20, 5, 0) + sparse(20, 5, 1)
    plain, other = measured(M, "louvain", 9), measured(-M + 7 * np.eye(20), "louvain", 9)
    np.testing.assert_allclose(plain.draws, other.draws)
    assert plain.p == other.p


def test_one_seed_draws_the_same() -> None:
    M = sparse(20, 5, 0)
    labels = louvain_communities(M).labels
    first, again, other = (clearness(M, labels, "louvain", None, 9, seed).draws for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    ("labels", "settings", "message"),
    [
        ([0, 0, 1], {"method": "best"}, r"^method must be one of louvain, spectral, got 'best'$"),
        ([0, 0, 1], {"draws": 0}, r"^draws must be at least 1, got 0$"),
        ([0, 0], {}, r"^labels must hold one label per sensor, 3, got 2$"),
        ([-1, -1, -1], {}, r"^labels must put at least one sensor into a group, got none$"),
    ],
)
def test_what_is_no_grouping_is_refused(labels: list[int], settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clearness(np.ones((3, 3)), labels, **{"method": "louvain", **settings})  # type: ignore[arg-type]
