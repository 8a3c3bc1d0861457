"""Two matrices against each other: definitions, planted truths, what swapping does, slow twins."""

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.arrays import FloatArray
from analysis.difference import edge_change, matrix_difference, spectrum_difference
from analysis.matrix import head_similarity, strongest_pairs
from analysis.spectrum import spectrum
from tests.analysis.planted import blocks, chain, hub, order, reordered, ring, sparse, tied, uneven

PAIRS = {
    "uneven": (uneven(8), uneven(8, seed=1)),
    "of both signs": (uneven(8, negative=True), uneven(8, seed=1, negative=True)),
    "sparse": (sparse(8), sparse(8, seed=1)),
    "one-way": (chain(8), hub(8)),
    "tied": (tied(8), tied(8, seed=1)),
    "nothing and something": (np.zeros((8, 8)), uneven(8)),
}
any_two = pytest.mark.parametrize(("A", "B"), PAIRS.values(), ids=PAIRS)


def slow_cosine(A: FloatArray, B: FloatArray) -> float:
    ab = aa = bb = 0.0
    for i in range(len(A)):
        for j in range(len(A)):
            if i != j:
                ab, aa, bb = ab + A[i, j] * B[i, j], aa + A[i, j] ** 2, bb + B[i, j] ** 2
    return float(ab / np.sqrt(aa * bb)) if aa and bb else 0.0


def chosen(M: FloatArray, share: float) -> set[tuple[int, int]]:
    found = strongest_pairs(M, share)
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


def slow_chance(pairs: int, a: int, b: int) -> float:
    """The mean Jaccard index over every choice of b pairs, the a chosen ones being the first."""
    found = [
        len(set(range(a)) & set(one)) / len(set(range(a)) | set(one)) for one in itertools.combinations(range(pairs), b)
    ]
    assert len(found) == comb(pairs, b)
    return float(np.mean(found))


# Weights


@any_two
def test_a_difference_is_second_minus_first(A: FloatArray, B: FloatArray) -> None:
    found = matrix_difference(A, B)
    np.testing.assert_array_equal(found.difference, B - A)
    np.testing.assert_array_equal(found.first, A)
    assert (found.first_size, found.second_size, found.scale) == (1.0, 1.0, "none")


@any_two
@pytest.mark.parametrize("scale", ["none", "mean", "frobenius"])
def test_swapping_the_two_turns_the_sign_of_the_difference_and_nothing_else(
    A: FloatArray, B: FloatArray, scale: str
) -> None:
    one, other = matrix_difference(A, B, scale), matrix_difference(B, A, scale)  # type: ignore[arg-type]
    np.testing.assert_allclose(one.difference, -other.difference, atol=1e-15)
    assert one.correlation == pytest.approx(other.correlation)
    assert one.cosine == pytest.approx(other.cosine)
    assert (one.first_size, one.second_size) == (other.second_size, other.first_size)


@any_two
def test_the_likeness_equals_its_definition_in_loops(A: FloatArray, B: FloatArray) -> None:
    found = matrix_difference(A, B)
    assert found.cosine == pytest.approx(slow_cosine(A, B), abs=1e-12)
    between = ~np.eye(8, dtype=bool)
    if A.any():
        assert found.correlation == pytest.approx(np.corrcoef(A[between], B[between])[0, 1])
    else:
        assert (found.correlation, found.cosine) == (0.0, 0.0)
    assert found.correlation == head_similarity([A, B])[0, 1]


@any_two
def test_each_is_divided_by_its_own_size(A: FloatArray, B: FloatArray) -> None:
    between = ~np.eye(8, dtype=bool)
    mean, root = matrix_difference(A, B, "mean"), matrix_difference(A, B, "frobenius")
    for M, by_mean, by_root in ((A, mean.first, root.first), (B, mean.second, root.second)):
        if M.any():
            assert np.abs(by_mean[between]).mean() == pytest.approx(1)
            assert np.sqrt((by_root[between] ** 2).sum()) == pytest.approx(1)
        else:
            assert not by_mean.any()
            assert not by_root.any()
    np.testing.assert_allclose(mean.first * mean.first_size, A, rtol=1e-12)


@pytest.mark.parametrize("factor", [1e-30, 0.01, 7.0, 1e30])
@pytest.mark.parametrize("scale", ["mean", "frobenius"])
def test_a_matrix_and_a_multiple_of_it_do_not_differ_once_scaled(scale: str, factor: float) -> None:
    found = matrix_difference(uneven(8), factor * uneven(8), scale)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.difference, 0, atol=1e-12)
    assert found.cosine == pytest.approx(1)
    assert found.correlation == pytest.approx(1)
    assert found.second_size == pytest.approx(factor * found.first_size)


def test_own_weights_count_neither_for_the_size_nor_for_the_likeness() -> None:
    with_own = uneven(8) + 1e6 * np.eye(8)
    found = matrix_difference(with_own, uneven(8), "mean")
    assert found.first_size == pytest.approx(found.second_size)
    assert found.cosine == pytest.approx(1)
    assert found.difference[0, 0] < -1e5, "the diagonal is shown as it is"


def test_the_direction_of_a_weight_is_kept() -> None:
    assert matrix_difference(chain(8), chain(8).T).cosine == 0.0
    assert matrix_difference(chain(8), chain(8).T).difference[3, 2] == -1.0


# Strongest pairs


@any_two
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 1.0])
def test_pairs_are_sorted_as_sets_sort_them(A: FloatArray, B: FloatArray, share: float) -> None:
    found = edge_change(A, B, share)
    before, after = chosen(A, share), chosen(B, share)
    as_set = lambda pairs: {(int(i), int(j)) for i, j in pairs}  # noqa: E731
    assert as_set(found.kept) == before & after
    assert as_set(found.gained) == after - before
    assert as_set(found.lost) == before - after
    if before | after:
        assert found.jaccard == pytest.approx(len(before & after) / len(before | after))


@any_two
@pytest.mark.parametrize("share", [0.05, 0.4])
def test_swapping_the_two_swaps_gained_and_lost(A: FloatArray, B: FloatArray, share: float) -> None:
    one, other = edge_change(A, B, share), edge_change(B, A, share)
    np.testing.assert_array_equal(one.gained, other.lost)
    np.testing.assert_array_equal(one.gained_weight, other.lost_weight)
    np.testing.assert_array_equal(one.lost, other.gained)
    assert {tuple(pair) for pair in one.kept.tolist()} == {tuple(pair) for pair in other.kept.tolist()}
    assert one.jaccard == other.jaccard
    assert one.chance == pytest.approx(other.chance)
    assert one.arbitrary == other.arbitrary


@any_two
def test_weights_stand_beside_their_pairs_strongest_first(A: FloatArray, B: FloatArray) -> None:
    found = edge_change(A, B, 0.4)
    for pairs, weight, M in (
        (found.kept, found.kept_weight, B),
        (found.gained, found.gained_weight, B),
        (found.lost, found.lost_weight, A),
    ):
        assert len(pairs) == len(weight)
        assert (pairs[:, 0] < pairs[:, 1]).all()
        np.testing.assert_allclose(weight, [(M[i, j] + M[j, i]) / 2 for i, j in pairs])
        assert (np.diff(np.abs(weight)) <= 0).all()


def test_a_rewired_ring_has_gained_and_lost_what_was_rewired() -> None:
    A = ring(10)
    B = A.copy()
    B[0, 1] = B[1, 0] = 0.0
    B[0, 5] = B[5, 0] = 1.0
    found = edge_change(A, B, 10 / 45)
    assert found.lost.tolist() == [[0, 1]]
    assert found.gained.tolist() == [[0, 5]]
    assert len(found.kept) == 9
    assert found.jaccard == pytest.approx(9 / 11)
    assert found.arbitrary == 0


@pytest.mark.parametrize(("sensors", "share"), [(4, 0.34), (4, 0.5), (5, 0.3), (5, 0.7), (4, 1.0)])
def test_chance_equals_the_mean_over_every_choice(sensors: int, share: float) -> None:
    found = edge_change(uneven(sensors), uneven(sensors, seed=1), share)
    pairs, count = comb(sensors, 2), len(found.kept) + len(found.gained)
    assert found.chance == pytest.approx(slow_chance(pairs, count, count))


def test_chance_knows_that_the_two_may_have_chosen_different_numbers_of_pairs() -> None:
    few = np.zeros((4, 4))
    few[0, 1] = 1.0
    assert edge_change(few, uneven(4), 0.5).chance == pytest.approx(slow_chance(6, 1, 3))


@pytest.mark.parametrize("seed", range(4))
def test_p_equals_the_share_of_choices_that_keep_as_many(seed: int) -> None:
    found = edge_change(uneven(5, seed), uneven(5, seed + 9), 0.4)  # four of ten pairs, each
    shared = [len({0, 1, 2, 3} & set(one)) for one in itertools.combinations(range(10), 4)]
    assert found.p == pytest.approx(np.mean(np.array(shared) >= len(found.kept)))


def test_unrelated_matrices_share_about_as_much_as_chance() -> None:
    shared = [edge_change(uneven(30, seed=k), uneven(30, seed=k + 100), 0.2) for k in range(40)]
    assert np.mean([found.jaccard for found in shared]) == pytest.approx(shared[0].chance, rel=0.1)


def test_nothing_against_nothing_has_no_agreement() -> None:
    found = edge_change(np.zeros((5, 5)), np.zeros((5, 5)))
    assert np.isnan(found.jaccard)
    assert np.isnan(found.chance)
    assert np.isnan(found.p)
    assert found.kept.shape == found.gained.shape == found.lost.shape == (0, 2)


def test_pairs_that_stand_in_a_list_by_their_place_alone_are_counted() -> None:
    flat = np.ones((6, 6))
    assert edge_change(flat, flat, 0.2).arbitrary == 6, "three of fifteen equal pairs, twice"
    assert edge_change(flat, flat, 0.2).jaccard == 1.0
    assert edge_change(flat, flat, 1.0).arbitrary == 0, "all of them are in the list"
    assert edge_change(uneven(6), flat, 0.2).arbitrary == 3
    two_levels = np.where(blocks((3, 3)) > 0, 1.0, 0.5)  # six strong pairs, nine weak ones
    assert edge_change(two_levels, uneven(6), 6 / 15).arbitrary == 0
    assert edge_change(two_levels, uneven(6), 8 / 15).arbitrary == 2


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_the_order_of_the_sensors_does_not_matter(seed: int) -> None:
    A, B, new = uneven(7, seed), uneven(7, seed + 1), order(7, seed)
    one, other = edge_change(A, B, 0.3), edge_change(reordered(A, new), reordered(B, new), 0.3)
    back = {tuple(sorted((int(new[i]), int(new[j])))) for i, j in other.gained}
    assert back == {(int(i), int(j)) for i, j in one.gained}
    assert one.jaccard == other.jaccard
    spectra = spectrum_difference(A, B, 4), spectrum_difference(reordered(A, new), reordered(B, new), 4)
    np.testing.assert_allclose(spectra[0].overlap, spectra[1].overlap, atol=1e-9)


# Modes


def slow_overlap(A: FloatArray, B: FloatArray, count: int) -> float:
    """The trace of the product of the projections on the leading modes, over their number."""
    P, Q = (spectrum(M).vectors[:, :count] @ spectrum(M).vectors[:, :count].T for M in (A, B))
    return float(np.trace(P @ Q) / count)


@pytest.mark.parametrize("name", ["uneven", "of both signs", "sparse"])
def test_the_overlap_equals_that_of_the_projections(name: str) -> None:
    A, B = PAIRS[name]
    found = spectrum_difference(A, B, 8)
    for k in range(1, 9):
        assert found.overlap[k - 1] == pytest.approx(slow_overlap(A, B, k))
    np.testing.assert_allclose((found.cosines**2).mean(), found.overlap[-1])
    assert found.overlap[-1] == pytest.approx(1), "all modes together span everything"
    np.testing.assert_allclose(found.chance, np.arange(1, 9) / 8)


def test_eigenvalues_stand_side_by_side() -> None:
    A, B = PAIRS["of both signs"]
    found = spectrum_difference(A, B)
    np.testing.assert_array_equal(found.first, spectrum(A).values)
    np.testing.assert_array_equal(found.second, spectrum(B).values)
    np.testing.assert_array_equal(found.difference, found.second - found.first)
    assert len(found.overlap) == 8, "no more modes than sensors"


@any_two
def test_swapping_the_two_keeps_the_overlap(A: FloatArray, B: FloatArray) -> None:
    one, other = spectrum_difference(A, B, 5), spectrum_difference(B, A, 5)
    np.testing.assert_allclose(one.overlap, other.overlap, atol=1e-12)
    np.testing.assert_allclose(one.cosines, other.cosines, atol=1e-12)
    np.testing.assert_array_equal(one.difference, -other.difference)


def test_modes_that_changed_places_still_span_the_same() -> None:
    axes = np.linalg.qr(np.random.default_rng(3).normal(size=(6, 6)))[0]
    A = axes @ np.diag([5.0, 4.9, 1, 0.5, 0.2, 0.1]) @ axes.T
    B = axes @ np.diag([4.9, 5.0, 1, 0.5, 0.2, 0.1]) @ axes.T
    found = spectrum_difference(A, B, 3)
    np.testing.assert_allclose(found.overlap, [0, 1, 1], atol=1e-9)
    np.testing.assert_allclose(found.difference, 0, atol=1e-9)


def test_modes_in_random_directions_overlap_as_chance_does() -> None:
    found = [spectrum_difference(uneven(20, k, negative=True), uneven(20, k + 50, negative=True), 5) for k in range(40)]
    np.testing.assert_allclose(np.mean([one.overlap for one in found], axis=0)[2:], found[0].chance[2:], rtol=0.25)


def test_where_the_leading_modes_are_not_defined_no_overlap_is_given() -> None:
    found = spectrum_difference(ring(9), uneven(9), 5)  # of a ring, the modes 2 and 3, 4 and 5 are pairs
    assert np.isnan(found.overlap).tolist() == [False, True, False, True, False]
    assert np.isnan(spectrum_difference(uneven(9), ring(9), 5).overlap).tolist() == [False, True, False, True, False]


# Refusals


@pytest.mark.parametrize("function", [matrix_difference, edge_change, spectrum_difference])
class TestASecondMatrixIsRefused:
    def test_when_it_has_other_sensors(self, function) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(ValueError, match=r"^other must have shape \(8, 8\), got shape \(7, 7\)$"):
            function(uneven(8), uneven(7))

    def test_when_it_is_not_finite(self, function) -> None:  # type: ignore[no-untyped-def]
        bad = uneven(8)
        bad[1, 2] = np.nan
        with pytest.raises(ValueError, match=r"^other must be finite, got nan at row 1, column 2$"):
            function(uneven(8), bad)


def test_an_unknown_scale_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ValueError, match=r"^scale must be one of none, mean, frobenius, got 'max'$"):
        matrix_difference(uneven(4), uneven(4), "max")  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0, -0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=r"^share must be greater than 0 and at most 1, got"):
        edge_change(uneven(4), uneven(4), share)


def test_no_modes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^modes must be at least 1, got 0$"):
        spectrum_difference(uneven(4), uneven(4), 0)
