"""Modes: definitions, planted truths, slow twins."""

import math

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.spectrum import (
    dirichlet_energy,
    inverse_participation_ratio,
    laplacian,
    localisation,
    spectrum,
)
from tests.analysis.planted import blocks, chain, hub, order, reordered, ring, sparse, uneven

MATRICES = {
    "uneven": uneven(8),
    "of both signs": uneven(8, negative=True),
    "sparse": sparse(8),
    "one-way chain": chain(8),
    "hub": hub(8),
}
any_matrix = pytest.mark.parametrize("M", MATRICES.values(), ids=MATRICES)
VECTORS = np.random.default_rng(5).normal(size=(8, 3))


def slow_energy(v: FloatArray, M: FloatArray) -> float:
    """Σ over pairs of the coupling times the squared difference, over the squared length."""
    pairs = [(i, j) for i in range(len(v)) for j in range(i + 1, len(v))]
    rough = sum(abs(M[i, j] + M[j, i]) / 2 * (v[i] - v[j]) ** 2 for i, j in pairs)
    return float(rough / sum(x**2 for x in v))


def slow_ipr(v: FloatArray) -> float:
    return float(sum(x**4 for x in v) / sum(x**2 for x in v) ** 2)


def slow_groups(values: FloatArray) -> list[list[int]]:
    """Modes by eigenvalue, those that are equal together."""
    groups: list[list[int]] = []
    for k, value in enumerate(values):
        if groups and abs(value - values[groups[-1][-1]]) <= 1e-7 * max(abs(v) for v in values):
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


def slow_mean_iprs(M: FloatArray) -> list[float]:
    """IPR of each mode of a symmetric matrix: 3 / (g (g + 2)) Σ P² for g equal eigenvalues."""
    values, vectors = np.linalg.eigh(M)
    found = [0.0] * len(M)
    for group in slow_groups(values):
        P = [sum(vectors[i, k] ** 2 for k in group) for i in range(len(M))]
        for k in group:
            found[k] = 3 / (len(group) * (len(group) + 2)) * sum(part**2 for part in P)
    return found[::-1]  # the largest eigenvalue first


def with_isolated(seed: int = 0) -> FloatArray:
    """8 sensors that couple, two pairs that are exactly alike, and 12 sensors that couple to nobody."""
    M = np.zeros((24, 24))
    M[:8, :8] = uneven(8, seed) - 5 * np.eye(8)
    M[8, 9] = M[10, 11] = 2.0  # eigenvalues 1 and -1, twice each
    return M


# Laplacian


@any_matrix
def test_a_laplacian_has_rows_that_sum_to_zero_and_no_negative_eigenvalue(M: FloatArray) -> None:
    L = laplacian(M)
    np.testing.assert_array_equal(L, L.T)
    np.testing.assert_allclose(L.sum(axis=1), 0, atol=1e-12)
    assert np.linalg.eigvalsh(L).min() > -1e-12


@any_matrix
def test_a_laplacian_equals_its_definition_in_loops(M: FloatArray) -> None:
    L = laplacian(M)
    for i in range(8):
        for j in range(8):
            if i != j:
                assert L[i, j] == -abs(M[i, j] + M[j, i]) / 2
        assert L[i, i] == pytest.approx(sum(abs(M[i, j] + M[j, i]) / 2 for j in range(8) if j != i))


def test_the_laplacian_of_a_ring_has_the_known_eigenvalues() -> None:
    expected = sorted(2 - 2 * math.cos(2 * math.pi * k / 9) for k in range(9))
    np.testing.assert_allclose(np.linalg.eigvalsh(laplacian(ring(9))), expected, atol=1e-12)


def test_a_disconnected_graph_has_one_zero_mode_for_each_part() -> None:
    assert (np.abs(np.linalg.eigvalsh(laplacian(blocks((4, 3, 2))))) < 1e-12).sum() == 3


# Participation and energy of given vectors


def test_participation_runs_from_one_sensor_to_all() -> None:
    assert inverse_participation_ratio([0, 0, -3, 0]) == 1.0
    assert inverse_participation_ratio([2, -2, 2, 2]) == 0.25
    assert inverse_participation_ratio([1, 1, 0, 0]) == 0.5


@pytest.mark.parametrize("scale", [1e-100, 1e-30, 1, 1e30, 1e100])
def test_participation_equals_its_formula_at_any_scale(scale: float) -> None:
    found = inverse_participation_ratio(scale * VECTORS)
    np.testing.assert_allclose(found, [slow_ipr(v) for v in VECTORS.T], rtol=1e-12)
    assert inverse_participation_ratio(scale * VECTORS[:, 1]) == pytest.approx(slow_ipr(VECTORS[:, 1]))


@any_matrix
def test_energy_equals_the_sum_over_pairs(M: FloatArray) -> None:
    np.testing.assert_allclose(dirichlet_energy(VECTORS, M), [slow_energy(v, M) for v in VECTORS.T], rtol=1e-12)
    assert dirichlet_energy(VECTORS[:, 0], M) == pytest.approx(slow_energy(VECTORS[:, 0], M), rel=1e-12)
    np.testing.assert_allclose(dirichlet_energy(1e-90 * VECTORS, M), dirichlet_energy(VECTORS, M), rtol=1e-12)


def test_energy_is_zero_for_what_is_constant_on_each_part_and_never_negative() -> None:
    M = blocks((3, 4), within=0.1)
    assert dirichlet_energy([5, 5, 5, -2, -2, -2, -2], M) == pytest.approx(0, abs=1e-15)
    for seed in range(50):
        assert dirichlet_energy(np.full(8, 0.3), uneven(8, seed)) >= 0  # not even in rounding


def test_energy_of_an_eigenvector_of_the_laplacian_is_its_eigenvalue() -> None:
    values, vectors = np.linalg.eigh(laplacian(uneven(8)))
    np.testing.assert_allclose(dirichlet_energy(vectors, uneven(8)), values, atol=1e-12)


@pytest.mark.parametrize(
    ("v", "message"),
    [
        (np.zeros(3), r"^each column of v must differ from zero, got all zero in column 0$"),
        ([[1, 0], [1, 0], [1, 0]], r"^each column of v must differ from zero, got all zero in column 1$"),
        ([1, math.nan, 1], r"^v must be finite, got nan at index \(1\)$"),
        ([[1, 0], [1, math.inf], [1, 0]], r"^v must be finite, got inf at index \(1, 1\)$"),
        (np.ones((1, 3, 1)), r"^v must have shape \(N,\) or \(N, K\), each at least 1, got shape \(1, 3, 1\)$"),
        ([], r"^v must have shape .*, got shape \(0,\)$"),
    ],
)
def test_vectors_without_an_answer_are_refused(v: FloatArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inverse_participation_ratio(v)
    with pytest.raises(ValueError, match=message):
        dirichlet_energy(v, ring(3))


def test_vectors_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^v must have one row per sensor of W, got 4 rows and 3 sensors$"):
        dirichlet_energy(np.ones(4), ring(3))


# Spectrum


@any_matrix
def test_modes_rebuild_the_symmetrised_matrix(M: FloatArray) -> None:
    found = spectrum(M)
    np.testing.assert_allclose((found.vectors * found.values) @ found.vectors.T, (M + M.T) / 2, atol=1e-12)
    assert (np.diff(found.values) <= 0).all()
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(8), atol=1e-12)


@any_matrix
def test_ipr_and_energies_are_those_of_the_modes(M: FloatArray) -> None:
    road = chain(8)
    found = spectrum(M, road)
    assert found.road_energy is not None
    alone = ~found.repeated
    assert alone[0]
    plain = np.array([slow_ipr(v) for v in found.vectors.T])
    np.testing.assert_allclose(found.ipr[alone], plain[alone], rtol=1e-10)
    np.testing.assert_allclose(found.ipr, slow_mean_iprs((M + M.T) / 2), rtol=1e-9)
    for energy, graph in ((found.energy, M), (found.road_energy, road)):
        each = [slow_energy(v, graph) for v in found.vectors.T]
        for group in slow_groups(found.values):
            np.testing.assert_allclose(energy[group], np.mean([each[k] for k in group]), atol=1e-12)
    assert spectrum(M).road_energy is None


def test_modes_that_share_an_eigenvalue_have_the_mean_over_their_rotations() -> None:
    M, road = with_isolated(), chain(24)
    found = spectrum(M, road)
    assert found.road_energy is not None
    assert [len(group) for group in slow_groups(found.values) if len(group) > 1] == [2, 12, 2]
    generator = np.random.default_rng(0)
    for group in slow_groups(found.values):
        mixed = found.vectors[:, group] @ generator.normal(size=(len(group), 4000))
        assert found.ipr[group[0]] == pytest.approx(np.mean(inverse_participation_ratio(mixed)), rel=0.02)
        assert found.energy[group[0]] == pytest.approx(np.mean(dirichlet_energy(mixed, M)), abs=0.02)
        assert found.road_energy[group[0]] == pytest.approx(np.mean(dirichlet_energy(mixed, road)), rel=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_with_shared_eigenvalues_only_the_vectors_depend_on_the_order_of_the_sensors(seed: int) -> None:
    M, road, new = with_isolated(), sparse(24), order(24, seed)
    plain, other = spectrum(M, road), spectrum(reordered(M, new), reordered(road, new))
    assert plain.road_energy is not None
    assert other.road_energy is not None
    np.testing.assert_array_equal(other.repeated, plain.repeated)
    for name in ("values", "ipr", "energy", "road_energy"):
        np.testing.assert_allclose(getattr(other, name), getattr(plain, name), atol=1e-12, err_msg=name)
    assert localisation(reordered(M, new), 1).ipr == pytest.approx(localisation(M, 1).ipr, rel=1e-12)


def test_the_leading_mode_of_two_parts_that_are_alike_is_a_mixture_of_both() -> None:
    found = spectrum(blocks((5, 5)))
    assert found.repeated[:2].all()
    np.testing.assert_allclose(found.ipr[:2], 3 / (2 * 4) * 10 / 25)  # P is 1/5 everywhere


def test_a_ring_has_the_known_eigenvalues_and_a_flat_first_mode() -> None:
    found = spectrum(ring(9))
    expected = sorted((2 * math.cos(2 * math.pi * k / 9) for k in range(9)), reverse=True)
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    assert found.gap == pytest.approx(expected[0] - expected[1])
    assert found.ipr[0] == pytest.approx(1 / 9)
    assert found.energy[0] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(found.energy, 2 - found.values, atol=1e-12)  # L = 2 - M
    assert found.repeated.tolist() == [False] + [True] * 8


def test_a_one_way_chain_has_the_spectrum_of_half_its_symmetric_self() -> None:
    found = spectrum(chain(6))
    expected = sorted((math.cos(math.pi * k / 7) for k in range(1, 7)), reverse=True)
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    assert found.asymmetry == 1.0
    assert not found.repeated.any()


def test_a_hub_carries_half_of_its_first_mode() -> None:
    found = spectrum(hub(10))
    np.testing.assert_allclose(found.values, [1.5] + [0] * 8 + [-1.5], atol=1e-12)  # ± √9 / 2
    np.testing.assert_allclose(found.vectors[:, 0], [0.5**0.5] + [18**-0.5] * 9, rtol=1e-12)
    assert found.ipr[0] == pytest.approx(1 / 4 + 9 / 18**2)
    assert found.repeated.tolist() == [False] + [True] * 8 + [False]


def test_the_first_modes_of_uneven_blocks_live_on_one_block_each() -> None:
    M = blocks((5, 4, 3))
    found = spectrum(M)
    np.testing.assert_allclose(found.values[:3], [4, 3, 2], atol=1e-12)
    np.testing.assert_allclose(found.ipr[:3], [1 / 5, 1 / 4, 1 / 3], rtol=1e-10)


@any_matrix
def test_the_largest_component_of_each_mode_is_positive(M: FloatArray) -> None:
    vectors = spectrum(M).vectors
    for column in vectors.T:
        assert column.max() >= np.abs(column).max() * (1 - 1e-7)


@pytest.mark.parametrize("sensors", range(2, 12))
def test_the_sign_of_a_mode_does_not_depend_on_rounding(sensors: int) -> None:
    for column in spectrum(chain(sensors)).vectors.T:  # its modes are symmetric or antisymmetric
        largest = np.flatnonzero(np.abs(column) >= np.abs(column).max() * (1 - 1e-6))
        assert column[largest[0]] > 0


def test_the_sign_of_a_mode_with_two_largest_components_is_that_of_the_first() -> None:
    assert spectrum(-ring(2)).vectors[0].tolist() == pytest.approx([0.5**0.5] * 2)
    for seed in range(20):
        swap = np.array([[0, -1.0], [-1.0, 0]]) * np.random.default_rng(seed).random()
        assert (spectrum(swap).vectors[0] > 0).all()


def test_the_diagonal_and_negative_weights_take_part() -> None:
    np.testing.assert_allclose(spectrum(np.diag([3.0, -1.0, 2.0])).values, [3, 2, -1])
    assert spectrum(-np.eye(3)).repeated.all()
    np.testing.assert_allclose(spectrum(-ring(9)).values, -spectrum(ring(9)).values[::-1], atol=1e-12)


def test_one_sensor_has_one_mode_and_no_gap() -> None:
    found = spectrum([[3.0]])
    assert (found.values.tolist(), found.ipr.tolist(), found.energy.tolist()) == ([3.0], [1.0], [0.0])
    assert math.isnan(found.gap)
    assert not found.repeated.any()


def test_no_weight_is_one_eigenvalue_many_times() -> None:
    found = spectrum(np.zeros((4, 4)))
    assert found.values.tolist() == [0] * 4
    assert found.gap == 0
    assert found.repeated.all()


def test_the_order_of_the_sensors_does_not_matter_and_the_scale_only_as_a_unit() -> None:
    M, road, new = uneven(8, negative=True), sparse(8, seed=2), order(8)
    plain, other = spectrum(M, road), spectrum(1e6 * reordered(M, new), reordered(road, new))
    assert plain.road_energy is not None
    assert other.road_energy is not None
    np.testing.assert_allclose(other.values, 1e6 * plain.values, rtol=1e-10)
    np.testing.assert_allclose(other.vectors, plain.vectors[new], atol=1e-10)
    np.testing.assert_allclose(other.ipr, plain.ipr, rtol=1e-10)
    np.testing.assert_allclose(other.energy, 1e6 * plain.energy, rtol=1e-10)
    np.testing.assert_allclose(other.road_energy, plain.road_energy, rtol=1e-10)


# Localisation


def test_planted_blocks_are_more_localised_than_the_same_weights_elsewhere() -> None:
    M = blocks((6, 5, 4, 3)) * uneven(18)
    found = localisation(M, permutations=39)
    assert found.p == 1 / 40
    assert found.excess > 1.5


def test_isolated_sensors_do_not_pass_for_local_in_any_order() -> None:
    half = np.pad(sparse(30, share=0.15) - np.diag(np.diag(sparse(30, share=0.15))), (0, 30))
    excess = [localisation(reordered(half, order(60, seed)), 39).excess for seed in range(4)]
    assert np.ptp(excess) < 0.15  # that of the shuffles, which are other ones in each order
    assert max(excess) < 1.2


def test_random_weights_are_as_localised_as_themselves_elsewhere() -> None:
    found = localisation(uneven(30), permutations=39)
    assert 0.9 < found.excess < 1.1
    assert found.p > 0.05


@pytest.mark.parametrize(
    "M",
    [np.full((6, 6), 0.1), np.zeros((6, 6)), uneven(1), uneven(2), uneven(2, negative=True)],
    ids=["all equal", "all zero", "one sensor", "two sensors", "two of both signs"],
)
def test_where_every_shuffle_is_the_same_matrix_nothing_exceeds_chance(M: FloatArray) -> None:
    found = localisation(M, permutations=9)
    assert found.p == 1
    assert found.excess == pytest.approx(1, rel=1e-9)


def test_localisation_equals_shuffles_in_loops() -> None:
    M = sparse(7, seed=4)
    pairs = [(i, j) for i in range(7) for j in range(i + 1, 7)]
    weights = np.array([(M[i, j] + M[j, i]) / 2 for i, j in pairs])
    generator = np.random.default_rng(3)
    slow = []
    for _ in range(6):
        shuffled = np.diag(np.diag(M))
        for (i, j), weight in zip(pairs, generator.permutation(weights), strict=True):
            shuffled[i, j] = shuffled[j, i] = weight
        slow.append(np.mean(slow_mean_iprs(shuffled)))
    found = localisation(M, permutations=6, seed=3)
    np.testing.assert_allclose(found.permuted, slow, rtol=1e-9)
    assert found.ipr == pytest.approx(np.mean(slow_mean_iprs((M + M.T) / 2)), rel=1e-9)
    assert found.chance == pytest.approx(np.mean(slow))
    assert found.excess == pytest.approx(found.ipr / np.mean(slow))
    assert found.p == (1 + sum(value >= found.ipr for value in slow)) / 7


def test_another_seed_shuffles_otherwise() -> None:
    M = uneven(8)
    assert (localisation(M, 5, seed=0).permuted != localisation(M, 5, seed=1).permuted).all()


def test_no_permutation_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^permutations must be at least 1, got 0$"):
        localisation(ring(5), permutations=0)
