"""Communities: definitions, planted truths, slow twins, and other programs' answers."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.cluster import SpectralClustering
from sklearn.metrics import adjusted_rand_score

from analysis.arrays import FloatArray
from analysis.communities import Communities, louvain_communities, spectral_communities
from analysis.groups import modularity
from analysis.matrix import coupling
from tests.analysis.planted import blocks, chain, hub, membership, order, reordered, ring, uneven

Method = Callable[..., Communities]

SIZES = (6, 5, 4)
METHODS = {"spectral": spectral_communities, "Louvain": louvain_communities}
both_methods = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def noisy_blocks(seed: int = 0, negative: bool = False) -> FloatArray:
    """Three groups under noise, one-way weights, an irrelevant diagonal; in one order of the sensors."""
    generator = np.random.default_rng(seed)
    M = blocks(SIZES, within=1.0, across=0.05) * generator.uniform(0.5, 1.5, (15, 15)) + 9 * np.eye(15)
    return -M if negative else M


# Both methods


@both_methods
@pytest.mark.parametrize("seed", range(4))
def test_planted_groups_are_found_in_any_order_of_the_sensors(method: Method, seed: int) -> None:
    new = order(15, seed)
    found = method(reordered(noisy_blocks(seed), new))
    assert found.count == 3
    assert found.labels.tolist() == membership(SIZES)[new].tolist()  # by size: exactly these names
    assert found.sizes.tolist() == [6, 5, 4]
    assert not len(found.isolated)


@both_methods
def test_of_two_groups_of_one_size_the_one_with_the_earlier_sensor_comes_first(method: Method) -> None:
    M = blocks((4, 4, 5), across=0.01)
    assert method(M).labels.tolist() == [1] * 4 + [2] * 4 + [0] * 5
    assert method(M[::-1, ::-1]).labels.tolist() == [0] * 5 + [1] * 4 + [2] * 4


@both_methods
def test_separate_parts_are_groups_and_silent_sensors_are_in_none(method: Method) -> None:
    M = np.zeros((9, 9))
    M[1:8, 1:8] = blocks((4, 3))
    found = method(M)
    assert found.labels.tolist() == [-1, 0, 0, 0, 0, 1, 1, 1, -1]
    assert found.isolated.tolist() == [0, 8]
    assert found.count == 2
    assert found.sizes.tolist() == [4, 3]


@both_methods
def test_sign_scale_direction_and_diagonal_do_not_matter(method: Method) -> None:
    plain = method(noisy_blocks()).labels
    one_way = np.triu(coupling(noisy_blocks()))
    for same in (noisy_blocks(negative=True), noisy_blocks() * 1e-30, noisy_blocks() * 1e30, one_way):
        np.testing.assert_array_equal(method(same).labels, plain)


@both_methods
def test_weights_lost_in_rounding_are_none(method: Method) -> None:
    M = blocks((3, 3))
    M[0, 5] = 1e-13
    np.testing.assert_array_equal(method(M).labels, method(blocks((3, 3))).labels)
    M = np.zeros((4, 4))
    M[0, 1], M[2, 3] = 1.0, 1e-13
    assert method(M).isolated.tolist() == [2, 3]


@both_methods
@pytest.mark.parametrize("M", [np.zeros((4, 4)), np.eye(4), np.ones((1, 1))], ids=["zeros", "diagonal", "one sensor"])
def test_without_weight_there_is_no_group(method: Method, M: FloatArray) -> None:
    found = method(M)
    assert found.count == 0
    assert found.labels.tolist() == [-1] * len(M)
    assert found.isolated.tolist() == list(range(len(M)))
    assert len(found.gaps) == len(found.sizes) == 0


@both_methods
@pytest.mark.parametrize("level", [0.1, 1e-30, -3.0])
def test_all_equal_is_one_group(method: Method, level: float) -> None:
    found = method(np.full((7, 7), level))
    assert (found.count, found.labels.tolist()) == (1, [0] * 7)


@both_methods
def test_two_sensors_are_one_group(method: Method) -> None:
    assert method(uneven(2)).labels.tolist() == [0, 0]


@both_methods
@pytest.mark.parametrize("level", [1e-6, 1e-3, 1.0])
def test_noise_is_answered_and_answered_alike_each_time(method: Method, level: float) -> None:
    noise = 1 + level * uneven(20, seed=3)
    first, second = method(noise), method(noise)
    np.testing.assert_array_equal(first.labels, second.labels)
    assert first.labels.min() == 0
    assert first.count == first.labels.max() + 1
    assert (np.diff(first.sizes) <= 0).all()


# Spectral


def slow_eigengaps(M: FloatArray) -> FloatArray:
    """Differences of the eigenvalues of the normalised Laplacian, from its definition."""
    C = coupling(M)
    d = C.sum(axis=1)
    n = len(C)
    L = [[(i == j) - C[i, j] / math.sqrt(d[i] * d[j]) for j in range(n)] for i in range(n)]
    return np.diff(np.linalg.eigvalsh(np.array(L)))


@pytest.mark.parametrize("M", [noisy_blocks(), ring(9), uneven(12), hub(6)], ids=["blocks", "ring", "uneven", "hub"])
def test_gaps_are_those_of_the_normalised_laplacian(M: FloatArray) -> None:
    np.testing.assert_allclose(spectral_communities(M).gaps, slow_eigengaps(M), atol=1e-12)
    np.testing.assert_allclose(spectral_communities(M, most=3).gaps, slow_eigengaps(M)[:3], atol=1e-12)


def test_the_count_is_where_the_gap_is_largest_from_two_on() -> None:
    for parts in (2, 3, 4, 5):
        M = blocks((4,) * parts, across=0.02)
        assert spectral_communities(M).count == parts
    gaps = slow_eigengaps(uneven(12))
    assert gaps.argmax() == 0  # one group would win, if it were among the candidates
    assert spectral_communities(uneven(12)).count == int(gaps[1:].argmax()) + 2


def test_the_count_is_not_suggested_above_the_most() -> None:
    assert spectral_communities(blocks((4,) * 6, across=0.02), most=4).count <= 4


@pytest.mark.parametrize("parts", [29, 30, 31, 32, 40])
def test_separate_parts_are_counted_however_many_they_are(parts: int) -> None:
    M, label, new = blocks((3,) * parts), membership((3,) * parts), order(3 * parts)
    found = spectral_communities(M)
    assert found.count == parts
    assert found.labels.tolist() == label.tolist()
    assert found.parts == (parts > 30)
    assert len(found.gaps) == 30
    other = spectral_communities(reordered(M, new))
    assert adjusted_rand_score(other.labels, label[new]) == 1
    assert spectral_communities(M, 5).count == 5  # what is asked for is kept
    assert not spectral_communities(M, 5).parts


def test_more_parts_than_may_be_suggested_are_parts_all_the_same() -> None:
    M = np.pad(blocks((7, 5, 4, 3, 2)), (0, 2))
    found = spectral_communities(M, most=3)
    assert found.parts
    assert found.labels.tolist() == [*membership((7, 5, 4, 3, 2)), -1, -1]
    np.testing.assert_allclose(found.gaps, 0, atol=1e-12)
    assert found.sizes.tolist() == [7, 5, 4, 3, 2]


@pytest.mark.parametrize("across", [1e-11, 1e-9])
def test_parts_that_next_to_nothing_joins_are_parts(across: float) -> None:
    found = spectral_communities(blocks((3,) * 40, across=across))
    assert found.labels.tolist() == membership((3,) * 40).tolist()


def test_many_parts_of_many_sensors_do_not_take_long() -> None:
    sizes = (2,) * 300
    found = spectral_communities(np.pad(blocks(sizes), (0, 500)))
    assert (found.count, len(found.isolated)) == (300, 500)
    assert found.labels.tolist() == [*membership(sizes), *[-1] * 500]


@pytest.mark.parametrize("count", [2, 3, 5, 9, 14])
@pytest.mark.parametrize(
    "M", [noisy_blocks(), uneven(15), uneven(15, negative=True)], ids=["blocks", "noise", "both signs"]
)
def test_groups_are_those_of_scikit_learn_on_a_connected_matrix(M: FloatArray, count: int) -> None:
    expected = SpectralClustering(count, affinity="precomputed", random_state=7).fit_predict(coupling(M))
    found = spectral_communities(M, count, seed=7)
    assert found.count == count
    assert adjusted_rand_score(found.labels, expected) == 1.0


def test_a_given_count_is_kept() -> None:
    assert spectral_communities(noisy_blocks(), 1).labels.tolist() == [0] * 15
    assert sorted(spectral_communities(noisy_blocks(), 15).labels.tolist()) == list(range(15))


def test_no_more_groups_are_found_than_there_are_connected_sensors() -> None:
    M = np.pad(blocks((3,)), (0, 2))
    assert spectral_communities(M, 5).labels.tolist() == [0, 1, 2, -1, -1]


@pytest.mark.parametrize("seed", range(5))
def test_more_parts_than_groups_are_put_together_whole_and_alike_in_any_order(seed: int) -> None:
    sizes = (7, 5, 4, 3, 2)
    label, new = membership(sizes), order(21, seed)
    plain, found = spectral_communities(blocks(sizes), 3), spectral_communities(reordered(blocks(sizes), new), 3)
    assert found.count == 3
    assert adjusted_rand_score(found.labels, plain.labels[new]) == 1
    for part in range(5):
        assert len(set(found.labels[label[new] == part])) == 1


@pytest.mark.parametrize("seed", range(10))
def test_of_two_equal_gaps_the_smaller_count_is_taken_in_any_order(seed: int) -> None:
    found = spectral_communities(reordered(chain(5), order(5, seed)))
    assert found.gaps[1] == pytest.approx(found.gaps[2])
    assert found.count == 2


def test_a_ring_is_cut_into_arcs() -> None:
    labels = spectral_communities(ring(12), 3).labels
    assert sum(labels[i] != labels[i - 1] for i in range(12)) == 3


def test_a_chain_is_cut_into_stretches() -> None:
    labels = spectral_communities(chain(12), 2).labels
    assert sum(labels[i] != labels[i - 1] for i in range(1, 12)) == 1


@pytest.mark.parametrize("count", [0, -1, 5])
def test_a_count_that_no_matrix_can_have_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"^count must be from 1 to the number of sensors, 4, got {count}$"):
        spectral_communities(ring(4), count)


def test_a_most_below_two_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^most must be at least 2, got 1$"):
        spectral_communities(ring(4), most=1)


# Louvain


def test_louvain_reaches_the_best_modularity_of_a_small_matrix() -> None:
    M = blocks((3, 2), across=0.1)
    best = max(modularity(M, [(split >> i) & 1 for i in range(5)]) for split in range(32))
    assert modularity(M, louvain_communities(M).labels) == pytest.approx(best)


def test_a_higher_resolution_gives_smaller_groups() -> None:
    assert louvain_communities(noisy_blocks(), resolution=0.1).count == 1
    assert louvain_communities(noisy_blocks(), resolution=20).count == 15


@pytest.mark.parametrize("resolution", [0, -1, math.nan, math.inf])
def test_a_resolution_that_is_not_positive_is_refused(resolution: float) -> None:
    with pytest.raises(ValueError, match=f"^resolution must be greater than 0, got {resolution}$"):
        louvain_communities(ring(5), resolution=resolution)


def test_sizes_count_empty_results() -> None:
    nobody = Communities(np.array([-1]), 0, np.empty(0), np.array([0]))
    assert nobody.sizes.tolist() == []
