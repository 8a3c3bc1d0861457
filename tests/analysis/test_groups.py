"""Groupings: modularity, contrast and agreement, by their definitions, planted truths and other programs' answers."""

import math
from collections.abc import Callable
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from analysis.arrays import FloatArray, IntArray
from analysis.groups import agreement, contrast, modularity
from analysis.matrix import coupling
from tests.analysis.planted import blocks, chain, hub, membership, order, reordered, ring, sparse, uneven
from tests.analysis.test_communities import SIZES, noisy_blocks

# Modularity


@pytest.mark.parametrize("M", [noisy_blocks(), uneven(15, negative=True), sparse(15), chain(15)])
def test_modularity_equals_that_of_networkx(M: FloatArray) -> None:
    labels = np.arange(15) % 4
    graph = nx.from_numpy_array(coupling(M))
    groups = [set(np.flatnonzero(labels == group).tolist()) for group in range(4)]
    assert modularity(M, labels) == pytest.approx(nx.community.modularity(graph, groups))


def test_modularity_of_planted_groups_is_known() -> None:
    assert modularity(blocks((4, 4)), membership((4, 4))) == pytest.approx(1 / 2)
    assert modularity(blocks((3, 3, 3)), membership((3, 3, 3))) == pytest.approx(2 / 3)
    assert modularity(uneven(6), [0] * 6) == pytest.approx(0)
    assert modularity(ring(2), [0, 1]) == pytest.approx(-1 / 2)


def test_modularity_leaves_out_sensors_in_no_group() -> None:
    M, labels = uneven(8), np.array([0, 1, 0, -1, 1, 1, -1, 0])
    kept = labels >= 0
    assert modularity(M, labels) == modularity(M[np.ix_(kept, kept)], labels[kept])
    assert modularity(M, np.where(kept, labels.astype(str), "")) == modularity(M, labels)


@pytest.mark.parametrize("M", [np.zeros((3, 3)), np.eye(3)])
def test_modularity_without_weight_is_not_a_number(M: FloatArray) -> None:
    assert math.isnan(modularity(M, [0, 0, 1]))
    assert math.isnan(modularity(ring(3), [-1, -1, -1]))


# Contrast


def slow_contrast(M: FloatArray, labels: list[int]) -> tuple[float, float]:
    within, across = [], []
    for i, j in combinations(range(len(M)), 2):
        if labels[i] != -1 and labels[j] != -1:
            (within if labels[i] == labels[j] else across).append(abs(M[i, j] + M[j, i]) / 2)
    return sum(within) / len(within), sum(across) / len(across)


@pytest.mark.parametrize("M", [noisy_blocks(), uneven(15, negative=True), sparse(15), hub(15)])
def test_contrast_equals_its_definition_in_loops(M: FloatArray) -> None:
    labels = [0, 0, 1, 2, 2, -1, 1, 1, 0, 3, 2, -1, 0, 0, 3]
    within, across = slow_contrast(M, labels)
    found = contrast(M, labels)
    assert (found.within, found.across) == pytest.approx((within, across))
    assert found.value == pytest.approx((within - across) / across)


def test_contrast_of_planted_groups_is_known() -> None:
    assert contrast(blocks(SIZES, 3.0, 1.0) + np.eye(15), membership(SIZES)).value == pytest.approx(2)
    assert contrast(np.full((6, 6), 0.1), [0, 0, 1, 1, 2, 2]).value == pytest.approx(0)
    assert contrast(blocks((3, 3), 0.0, 1.0), membership((3, 3))).value == -1
    assert contrast(blocks((3, 3)), membership((3, 3))).value == math.inf


def test_contrast_does_not_depend_on_names_order_or_scale() -> None:
    M, labels, new = noisy_blocks(), membership(SIZES), order(15)
    value = contrast(M, labels).value
    assert contrast(M, np.array(["a", "c", "b"])[labels]).value == value
    assert contrast(reordered(M, new), labels[new]).value == pytest.approx(value)
    assert contrast(1e-20 * M, labels).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("M", "labels", "within", "across"),
    [
        (np.ones((3, 3)), [0, 0, 0], 1, math.nan),
        (np.ones((3, 3)), [0, 1, 2], math.nan, 1),
        (np.zeros((3, 3)), [0, 0, 1], 0, 0),
        (np.ones((1, 1)), [0], math.nan, math.nan),
        (np.ones((3, 3)), [-1, 0, -1], math.nan, math.nan),
    ],
    ids=["one group", "all alone", "no weight", "one sensor", "one in a group"],
)
def test_contrast_without_both_sides_is_not_a_number(
    M: FloatArray, labels: list[int], within: float, across: float
) -> None:
    found = contrast(M, labels)
    np.testing.assert_array_equal([found.within, found.across, found.value], [within, across, math.nan])


# Agreement


def random_labels(count: int, seed: int) -> IntArray:
    return np.random.default_rng(seed).integers(0, count, 40)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("a", "b"), [(2, 2), (3, 7), (7, 3), (1, 4), (4, 1), (1, 1), (40, 5)])
def test_agreement_equals_that_of_scikit_learn(a: int, b: int, seed: int) -> None:
    labels, reference = random_labels(a, seed), random_labels(b, seed + 9)
    found = agreement(labels, reference, permutations=20, seed=4)
    assert found.nmi == pytest.approx(normalized_mutual_info_score(reference, labels), abs=1e-12)
    assert found.ari == pytest.approx(adjusted_rand_score(reference, labels), abs=1e-12)
    generator = np.random.default_rng(4)
    shuffled = [generator.permutation(np.unique(labels, return_inverse=True)[1]) for _ in range(20)]
    nmi = [normalized_mutual_info_score(reference, other) for other in shuffled]
    ari = [adjusted_rand_score(reference, other) for other in shuffled]
    assert found.chance_nmi == pytest.approx(np.mean(nmi), abs=1e-12)
    assert found.chance_ari == pytest.approx(np.mean(ari), abs=1e-12)
    assert found.p == (1 + sum(value >= found.nmi - 1e-12 for value in nmi)) / 21
    assert found.compared == 40


def test_pairs_put_together_alike_make_the_adjusted_rand_index() -> None:
    labels, reference = random_labels(3, 1), random_labels(4, 2)
    pairs = list(combinations(range(40), 2))
    a = [labels[i] == labels[j] for i, j in pairs]
    b = [reference[i] == reference[j] for i, j in pairs]
    chance = sum(a) * sum(b) / len(pairs)
    expected = (sum(x and y for x, y in zip(a, b, strict=True)) - chance) / ((sum(a) + sum(b)) / 2 - chance)
    assert agreement(labels, reference).ari == pytest.approx(expected)


def test_the_same_groups_by_other_names_agree_wholly() -> None:
    found = agreement([3, 3, 1, 1, 7, 7] * 3, ["x", "x", "y", "y", "z", "z"] * 3, permutations=99)
    assert (found.nmi, found.ari) == (1.0, 1.0)
    assert found.p == 0.01
    assert found.chance_nmi < 0.5


def test_chance_is_not_zero_for_mutual_information_and_about_zero_for_the_rand_index() -> None:
    found = agreement(random_labels(10, 1), random_labels(10, 2))
    assert found.chance_nmi > 0.3
    assert abs(found.chance_ari) < 0.02
    assert found.p > 0.05


def test_agreement_goes_both_ways_and_in_any_order() -> None:
    labels, reference, new = random_labels(4, 1), random_labels(3, 2), order(40)
    found = agreement(labels, reference)
    back, other = agreement(reference, labels), agreement(labels[new], reference[new])
    assert (back.nmi, back.ari) == pytest.approx((found.nmi, found.ari))
    assert (other.nmi, other.ari) == pytest.approx((found.nmi, found.ari))


def test_sensors_without_a_reference_are_left_out() -> None:
    labels, reference = random_labels(4, 1), random_labels(4, 2)  # group 3 is to be unknown
    known = reference != 3
    expected = agreement(labels[known], reference[known])
    assert agreement(labels, np.where(known, reference, -1)) == expected
    assert agreement(labels, np.where(known, reference.astype(str), "")) == expected
    assert expected.compared == known.sum()


def test_sensors_left_out_by_the_labels_count_as_one_group() -> None:
    labels, reference = random_labels(4, 1), random_labels(4, 2)
    assert agreement(labels - 1, reference) == agreement(labels, reference)


def test_one_sensor_or_one_group_on_both_sides_agrees_as_chance_does() -> None:
    for labels in ([0], [5, 5, 5]):
        found = agreement(labels, labels)
        assert (found.nmi, found.ari, found.chance_nmi, found.chance_ari, found.p) == (1, 1, 1, 1, 1)


def test_labels_of_a_table_are_understood() -> None:
    texts = np.array(["a", "b", "", "a"], dtype=object)
    assert agreement([0, 1, 1, 0], texts).compared == 3


@pytest.mark.parametrize(
    ("labels", "reference", "message"),
    [
        ([0, 1], [0, 1, 2], r"^reference must hold one label per sensor, 2, got 3$"),
        ([[0, 1]], [0, 1], r"^labels must hold one label per sensor, \(N,\), got shape \(1, 2\)$"),
        ([0.5, 1.0], [0, 1], r"^labels must hold integers or texts, got dtype float64$"),
        ([0, 1], np.array(["a", None]), r"^reference must hold integers or texts, got dtype object$"),
        ([0, 1], ["", ""], r"^reference must put at least one sensor into a group, got none$"),
    ],
)
def test_labels_that_are_no_labels_are_refused(labels: object, reference: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        agreement(labels, reference)  # type: ignore[arg-type]


@pytest.mark.parametrize("measure", [modularity, contrast])
def test_labels_of_another_length_are_refused(measure: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match=r"^labels must hold one label per sensor, 5, got 4$"):
        measure(ring(5), [0, 0, 1, 1])


def test_no_permutation_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^permutations must be at least 1, got 0$"):
        agreement([0, 1], [0, 1], permutations=0)
