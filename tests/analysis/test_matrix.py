"""The matrix itself: definitions, planted truths, slow twins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.arrays import FloatArray, checked
from analysis.direction import asymmetry, mutuality
from analysis.matrix import (
    coupling,
    degrees,
    head_similarity,
    mean_of_heads,
    sparsity,
    strength,
    strongest_count,
    strongest_pairs,
    symmetrised,
)
from tests.analysis.planted import blocks, chain, hub, order, reordered, ring, sparse, tied, uneven

MATRICES = {
    "uneven": uneven(8),
    "of both signs": uneven(8, negative=True),
    "sparse": sparse(8),
    "tied": tied(8),
    "one-way chain": chain(8),
    "hub": hub(8),
}
any_matrix = pytest.mark.parametrize("M", MATRICES.values(), ids=MATRICES)


# Symmetrised and coupling


@any_matrix
def test_coupling_is_the_mean_of_both_directions_without_sign_or_diagonal(M: FloatArray) -> None:
    C = coupling(M)
    for i in range(8):
        for j in range(8):
            assert C[i, j] == (0 if i == j else abs((M[i, j] + M[j, i]) / 2))


@any_matrix
def test_symmetrising_twice_changes_nothing(M: FloatArray) -> None:
    once = symmetrised(M)
    np.testing.assert_array_equal(once, once.T)
    np.testing.assert_array_equal(symmetrised(once), once)
    np.testing.assert_array_equal(np.diag(once), np.diag(M))


def test_coupling_of_opposite_directions_cancels() -> None:
    assert not coupling([[0, 2], [-2, 0]]).any()


def test_a_matrix_given_as_lists_or_whole_numbers_is_understood() -> None:
    assert checked([[1, 2], [3, 4]]).dtype == np.float64
    assert checked(np.eye(2, dtype=bool)).tolist() == [[1, 0], [0, 1]]


def test_a_size_that_another_array_has_fixed_is_named() -> None:
    with pytest.raises(ValueError, match=r"^truth must have shape \(3, 3\), got shape \(2, 2\)$"):
        checked(np.eye(2), "truth", sensors=3)


def test_the_mean_of_heads_is_taken_over_heads() -> None:
    heads = np.stack([uneven(5, seed) for seed in range(3)])
    slow = [[sum(heads[h, i, j] for h in range(3)) / 3 for j in range(5)] for i in range(5)]
    np.testing.assert_allclose(mean_of_heads(heads), slow, rtol=1e-14)


# Asymmetry


def test_one_way_graphs_are_wholly_asymmetric() -> None:
    assert asymmetry(chain(6)) == 1.0
    assert asymmetry(hub(6)) == 1.0


def test_symmetric_graphs_are_not_asymmetric_whatever_their_diagonal() -> None:
    assert asymmetry(ring(6) + np.diag(np.arange(6.0))) == 0.0
    assert asymmetry(blocks((3, 3))) == 0.0


def test_nothing_to_compare_is_symmetric() -> None:
    assert asymmetry(np.zeros((4, 4))) == 0.0
    assert asymmetry(np.eye(4)) == 0.0
    assert asymmetry([[7.0]]) == 0.0


def test_opposite_directions_are_asymmetric_without_limit() -> None:
    assert asymmetry([[0, 1], [-1, 0]]) == math.inf


@any_matrix
def test_asymmetry_equals_its_formula_in_loops(M: FloatArray) -> None:
    pairs = [(i, j) for i in range(8) for j in range(8) if i != j]
    lost = math.sqrt(sum((M[i, j] - M[j, i]) ** 2 for i, j in pairs))
    kept = math.sqrt(sum((M[i, j] + M[j, i]) ** 2 for i, j in pairs))
    assert asymmetry(M) == pytest.approx(lost / kept, rel=1e-12)


@given(arrays(np.float64, (5, 5), elements=st.floats(0, 2.0**100, width=32)))
@settings(max_examples=50)
def test_asymmetry_without_negative_weights_lies_between_0_and_1(M: FloatArray) -> None:
    assert 0 <= asymmetry(M) <= 1 + 1e-12


def test_one_strong_pair_does_not_decide_how_many_pairs_go_both_ways() -> None:
    M = np.ones((10, 10))
    M[0, 1], M[1, 0] = 30, 0
    assert asymmetry(M) > 0.6
    assert sorted(mutuality(M)) == [0] + 44 * [1]


def test_pairs_without_weight_and_the_diagonal_do_not_count_as_mutual() -> None:
    assert mutuality(np.eye(4)).tolist() == []
    assert mutuality([[7.0]]).tolist() == []
    assert mutuality(chain(6) + np.eye(6)).tolist() == 5 * [0]


@any_matrix
def test_mutuality_equals_its_formula_in_loops(M: FloatArray) -> None:
    slow = []
    for i in range(8):
        for j in range(i + 1, 8):
            weaker, stronger = sorted((M[i, j], M[j, i]), key=abs)
            if stronger:
                slow.append(weaker / stronger)
    np.testing.assert_array_equal(mutuality(M), slow)
    assert (np.abs(slow) <= 1).all()


# Sparsity


def test_neighbours_of_planted_graphs_are_counted() -> None:
    np.testing.assert_allclose(sparsity(ring(6)).neighbours, 2, rtol=1e-14)
    assert sparsity(chain(5)).neighbours.tolist() == [0, 1, 1, 1, 1]
    assert sparsity(hub(5)).neighbours.tolist() == [0, 1, 1, 1, 1]
    assert sparsity(hub(5).T).neighbours.round(12).tolist() == [4, 0, 0, 0, 0]
    np.testing.assert_allclose(sparsity(np.full((7, 7), 0.1)).neighbours, 6, rtol=1e-14)


def test_typical_is_the_median_receiver() -> None:
    assert sparsity(hub(4).T).typical == 0
    assert sparsity(chain(4)).typical == 1


def test_zeros_are_counted_off_the_diagonal_alone() -> None:
    assert sparsity(chain(4)).zeros == 1 - 3 / 12
    assert sparsity(chain(4) + np.eye(4)).zeros == 1 - 3 / 12
    assert sparsity(np.full((4, 4), 1e-30)).zeros == 0
    assert sparsity(np.zeros((4, 4))).zeros == 1


def test_one_sensor_has_no_entries_to_be_zero() -> None:
    found = sparsity([[3.0]])
    assert math.isnan(found.zeros)
    assert found.neighbours.tolist() == [0]


@any_matrix
def test_sparsity_equals_its_formula_in_loops(M: FloatArray) -> None:
    zeros, neighbours = 0, []
    for i in range(8):
        weights = [abs(M[i, j]) for j in range(8) if j != i]
        zeros += weights.count(0)
        shares = [weight / sum(weights) for weight in weights if weight > 0]
        neighbours.append(math.exp(-sum(p * math.log(p) for p in shares)) if shares else 0)
    found = sparsity(M)
    assert found.zeros == pytest.approx(zeros / 56, rel=1e-14)
    np.testing.assert_allclose(found.neighbours, neighbours, rtol=1e-12)


# Strength and degrees


def test_rows_receive_and_columns_send() -> None:
    found = strength(hub(5))
    assert found.received.tolist() == [0, 1, 1, 1, 1]
    assert found.sent.tolist() == [4, 0, 0, 0, 0]
    assert found.self_weight.tolist() == [0, 0, 0, 0, 0]


def test_a_sensor_keeps_its_own_weight_with_its_sign() -> None:
    found = strength([[-2.0, 1.0], [0.0, 3.0]])
    assert found.self_weight.tolist() == [-2, 3]
    assert found.received.tolist() == [1, 0]


@any_matrix
def test_strength_equals_its_formula_in_loops(M: FloatArray) -> None:
    found = strength(M)
    for i in range(8):
        others = [j for j in range(8) if j != i]
        assert found.received[i] == pytest.approx(sum(abs(M[i, j]) for j in others), rel=1e-12)
        assert found.sent[i] == pytest.approx(sum(abs(M[j, i]) for j in others), rel=1e-12)
        assert found.self_weight[i] == M[i, i]


def test_degrees_of_planted_graphs() -> None:
    assert degrees(ring(5), 0).tolist() == [2, 2, 2, 2, 2]
    assert degrees(chain(4), 0).tolist() == [1, 2, 2, 1]
    assert degrees(hub(4), 0).tolist() == [3, 1, 1, 1]


def test_a_weight_at_the_threshold_does_not_count() -> None:
    assert degrees(ring(5), 1.0).tolist() == [0] * 5
    assert degrees(chain(4), 0.5).tolist() == [0] * 4  # one-way: half of it is the pair's


@any_matrix
def test_degrees_equal_their_definition_in_loops(M: FloatArray) -> None:
    slow = [sum(abs(M[i, j] + M[j, i]) / 2 > 0.7 for j in range(8) if j != i) for i in range(8)]
    assert degrees(M, 0.7).tolist() == slow


@pytest.mark.parametrize("threshold", [-0.1, math.nan, math.inf])
def test_a_threshold_that_is_no_threshold_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=f"^threshold must be finite and at least 0, got {threshold}$"):
        degrees(ring(4), threshold)


# Strongest pairs


@pytest.mark.parametrize(
    ("sensors", "share", "count"),
    [(1, 1, 0), (2, 0.02, 1), (2, 1, 1), (4, 0.5, 3), (228, 0.02, 518), (100, 1, 4950)],
)
def test_the_strongest_share_is_counted_in_pairs(sensors: int, share: float, count: int) -> None:
    assert strongest_count(sensors, share) == count


@pytest.mark.parametrize("share", [0, -0.1, 1.01, math.nan])
def test_a_share_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=f"^share must be greater than 0 and at most 1, got {share}$"):
        strongest_pairs(ring(5), share)


@any_matrix
@pytest.mark.parametrize("share", [0.02, 0.25, 0.5, 1])
def test_strongest_pairs_equal_a_sorted_list(M: FloatArray, share: float) -> None:
    pairs = [(i, j, (M[i, j] + M[j, i]) / 2) for i in range(8) for j in range(i + 1, 8)]
    weighted = [pair for pair in pairs if pair[2] != 0]
    expected = sorted(weighted, key=lambda pair: (-abs(pair[2]), pair[0], pair[1]))[: max(1, round(share * 28))]
    found = strongest_pairs(M, share)
    assert list(zip(found.first, found.second, found.weight, strict=True)) == expected
    assert found.cut == abs(expected[-1][2])
    assert found.left_out == len(weighted) - len(expected)
    assert found.count == len(expected)
    assert found.share == share


def test_a_planted_far_coupling_comes_first_with_its_sign() -> None:
    M = blocks((4, 4), within=0.5)
    M[7, 1] = -3.0
    found = strongest_pairs(M, 0.01)
    assert (found.first.tolist(), found.second.tolist(), found.weight.tolist()) == ([1], [7], [-1.5])


@pytest.mark.parametrize("M", [np.zeros((5, 5)), np.eye(5), np.eye(1)], ids=["zeros", "diagonal", "one sensor"])
def test_no_pair_is_strongest_where_none_has_weight(M: FloatArray) -> None:
    found = strongest_pairs(M, 1)
    assert found.count == found.left_out == len(found.first) == len(found.second) == 0
    assert math.isnan(found.cut)


# Likeness of heads


def test_a_head_is_like_itself_at_any_scale_and_offset_and_unlike_its_transpose() -> None:
    M = chain(7)
    similarity = head_similarity(np.stack([M, 3 * M + 0.1, -M, M.T]))
    np.testing.assert_allclose(similarity[0, :3], [1, 1, -1], rtol=1e-12)
    assert similarity[0, 3] == pytest.approx(-1 / 6)  # 6 of 42 entries each, none in common


@pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3, 1e30])
def test_a_constant_head_is_like_no_other(level: float) -> None:
    flat = np.full((5, 5), level) + np.eye(5)  # the diagonal plays no part
    np.testing.assert_array_equal(head_similarity(np.stack([uneven(5), flat, flat])), np.eye(3))


def test_heads_of_one_sensor_are_like_no_other() -> None:
    np.testing.assert_array_equal(head_similarity(np.ones((2, 1, 1))), np.eye(2))


def test_similarity_equals_pearson_in_loops() -> None:
    heads = np.stack([uneven(6), uneven(6, seed=3, negative=True), sparse(6)])
    found = head_similarity(heads)
    for a in range(3):
        for b in range(3):
            x = [heads[a, i, j] for i in range(6) for j in range(6) if i != j]
            y = [heads[b, i, j] for i in range(6) for j in range(6) if i != j]
            mx, my = sum(x) / 30, sum(y) / 30
            over = sum((p - mx) * (q - my) for p, q in zip(x, y, strict=True))
            under = math.sqrt(sum((p - mx) ** 2 for p in x) * sum((q - my) ** 2 for q in y))
            assert found[a, b] == pytest.approx(over / under, rel=1e-12)


# What must not matter


@any_matrix
def test_the_order_of_the_sensors_does_not_matter(M: FloatArray) -> None:
    new = order(8)
    other = reordered(M, new)
    assert asymmetry(other) == pytest.approx(asymmetry(M), rel=1e-12)
    np.testing.assert_array_equal(np.sort(mutuality(other)), np.sort(mutuality(M)))
    assert sparsity(other).zeros == sparsity(M).zeros
    np.testing.assert_allclose(sparsity(other).neighbours, sparsity(M).neighbours[new], rtol=1e-12)
    for name in ("received", "sent", "self_weight"):
        np.testing.assert_allclose(getattr(strength(other), name), getattr(strength(M), name)[new], rtol=1e-12)
    np.testing.assert_array_equal(degrees(other, 0.4), degrees(M, 0.4)[new])
    strongest = (strongest_pairs(M, 0.3).weight, strongest_pairs(other, 0.3).weight)
    np.testing.assert_array_equal(*(np.abs(weight) for weight in strongest))  # tied pairs may differ in sign
    np.testing.assert_allclose(
        head_similarity(np.stack([other, other.T])), head_similarity(np.stack([M, M.T])), atol=1e-12
    )


@any_matrix
@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
def test_the_scale_does_not_matter_where_a_measure_has_no_unit(M: FloatArray, scale: float) -> None:
    assert asymmetry(scale * M) == pytest.approx(asymmetry(M), rel=1e-12)
    np.testing.assert_allclose(mutuality(scale * M), mutuality(M), rtol=1e-12)
    assert sparsity(scale * M).zeros == sparsity(M).zeros
    np.testing.assert_allclose(sparsity(scale * M).neighbours, sparsity(M).neighbours, rtol=1e-12)
    np.testing.assert_array_equal(strongest_pairs(2.0**40 * M, 0.3).first, strongest_pairs(M, 0.3).first)


@any_matrix
def test_transposing_swaps_what_is_sent_and_received_and_leaves_pairs_alone(M: FloatArray) -> None:
    np.testing.assert_allclose(strength(M.T).received, strength(M).sent, rtol=1e-12)
    assert asymmetry(M.T) == asymmetry(M)
    np.testing.assert_array_equal(mutuality(M.T), mutuality(M))
    np.testing.assert_array_equal(strongest_pairs(M.T, 0.3).second, strongest_pairs(M, 0.3).second)
