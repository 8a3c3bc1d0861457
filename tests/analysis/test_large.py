"""What is done faster on large matrices has the answer of the slow way."""

import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path
from sklearn.cluster import SpectralClustering
from sklearn.metrics import adjusted_rand_score, average_precision_score, roc_auc_score

from analysis import communities
from analysis.arrays import FloatArray
from analysis.communities import spectral_communities
from analysis.distances import hops
from analysis.matrix import coupling, strongest_pairs
from analysis.roads import recovery, road_match
from analysis.spectrum import dirichlet_energy, spectrum


def random_road(sensors: int, neighbours: float, seed: int) -> FloatArray:
    """One-way roads of uneven weight; some sensors may have none."""
    generator = np.random.default_rng(seed)
    return generator.random((sensors, sensors)) * (generator.random((sensors, sensors)) < neighbours / sensors)


def path(sensors: int) -> FloatArray:
    return np.eye(sensors, k=1)


def star(sensors: int) -> FloatArray:
    road = np.zeros((sensors, sensors))
    road[0, 1:] = 1.0
    return road


ROADS = {
    **{f"random, {n} sensors": random_road(n, 2.5, n) for n in (2, 63, 64, 65, 128, 200)},
    "in many parts": random_road(150, 0.8, 3),
    "none": np.zeros((70, 70)),
    "all": np.ones((70, 70)),
    "a path, as far as eight digits count": path(200),
    "a path in another order": path(130)[np.ix_(*[np.random.default_rng(1).permutation(130)] * 2)],
    "a star": star(90),
    "one sensor": np.zeros((1, 1)),
}


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_hops_are_the_shortest_paths_of_scipy(road: FloatArray) -> None:
    expected = shortest_path(csr_array(road), directed=False, unweighted=True)
    np.testing.assert_array_equal(hops(road), expected)


@pytest.mark.parametrize("levels", [2, 5, 10**6])
def test_ranking_is_that_of_scikit_learn_with_and_without_ties(levels: int) -> None:
    generator = np.random.default_rng(levels)
    M = np.triu(generator.integers(0, levels, (60, 60)) / levels)
    road = random_road(60, 5, levels)
    upper = np.triu_indices(60, k=1)
    weight, edge = coupling(M)[upper], coupling(road)[upper] > 0
    found = road_match(M, road)
    assert found.auroc == pytest.approx(roc_auc_score(edge, weight), rel=1e-12)
    assert found.average_precision == pytest.approx(average_precision_score(edge, weight), rel=1e-12)


def test_ranking_where_all_pairs_are_planted_or_none_is() -> None:
    M = random_road(9, 5, 0)
    every, none = recovery(M, np.ones((9, 9))), recovery(M, np.zeros((9, 9)))
    assert every.average_precision == 1.0
    assert np.isnan([every.auroc, none.auroc, none.average_precision]).all()


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3, 1.0])
@pytest.mark.parametrize("levels", [2, 4, 10**6])
def test_strongest_pairs_are_the_first_of_all_in_order(share: float, levels: int) -> None:
    M = np.triu(np.random.default_rng(levels).integers(-levels, levels, (50, 50)).astype(float), k=1)
    first, second = np.triu_indices(50, k=1)
    order = np.argsort(-np.abs(M[first, second] / 2), kind="stable")
    found = strongest_pairs(M, share)
    order = order[: found.count]
    assert found.first.tolist() == first[order].tolist()
    assert found.second.tolist() == second[order].tolist()
    assert found.count == min(max(1, round(share * 1225)), np.count_nonzero(M))


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize("neighbours", [3, 60])
def test_energies_of_modes_are_those_of_any_vector(negative: bool, neighbours: float) -> None:
    M = random_road(120, neighbours, 5) + np.diag(np.random.default_rng(6).normal(size=120))
    M = M - 2 * np.triu(M, k=60) if negative else M
    road = random_road(120, neighbours, 7)
    found = spectrum(M, road)
    np.testing.assert_allclose(found.energy, dirichlet_energy(found.vectors, M), rtol=1e-9, atol=1e-12)
    assert found.road_energy is not None
    C = coupling(road)
    slow = np.einsum("ij,ijk->k", C, (found.vectors[:, None] - found.vectors[None]) ** 2) / 2
    np.testing.assert_allclose(found.road_energy, slow, rtol=1e-9, atol=1e-12)


def grouped(sensors: int, groups: int, across: float) -> FloatArray:
    """Groups of unequal size under noise."""
    generator = np.random.default_rng(sensors + groups)
    label = generator.integers(0, groups, sensors)
    noise = generator.uniform(0.5, 1.5, (sensors, sensors))
    return noise * np.where(label[:, None] == label, 1.0, across)


LARGE = {
    "five groups": (grouped(320, 5, 0.05), None),
    "five groups, asked for seven": (grouped(320, 5, 0.05), 7),
    "twenty groups": (grouped(400, 20, 0.02), None),
    "sparse": (random_road(400, 9, 2), None),
    "more parts than eigenvalues are sought": (np.kron(np.eye(60), np.ones((5, 5))), None),
    "as many, ten asked for": (np.kron(np.eye(60), np.ones((5, 5))), 10),
    "all weights equal": (np.ones((300, 300)), None),
    "isolated sensors": (np.pad(grouped(300, 3, 0.01), (0, 9)), None),
}


@pytest.mark.parametrize(("M", "count"), LARGE.values(), ids=LARGE)
def test_a_few_modes_give_the_communities_of_all(
    M: FloatArray, count: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought: list[tuple[int, int]] = []

    def counted(symmetric: FloatArray, **words: tuple[int, int]) -> object:
        sought.append(words["subset_by_index"])
        return eigh(symmetric, **words)

    monkeypatch.setattr(communities, "eigh", counted)
    few = spectral_communities(M, count)
    assert sought
    monkeypatch.setattr(communities, "FEW", 10**9)
    whole = spectral_communities(M, count)
    assert few.count == whole.count
    np.testing.assert_allclose(few.gaps, whole.gaps, atol=1e-10)
    np.testing.assert_array_equal(few.labels, whole.labels)
    np.testing.assert_array_equal(few.isolated, whole.isolated)


def test_communities_of_a_large_matrix_are_those_of_scikit_learn() -> None:
    M = coupling(grouped(320, 5, 0.05))
    theirs = SpectralClustering(5, affinity="precomputed", random_state=0).fit_predict(M)
    assert adjusted_rand_score(spectral_communities(M, 5).labels, theirs) == 1.0
