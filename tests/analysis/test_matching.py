"""Counterparts: planted ones are found, none is better, names and order do not matter."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.matching import checked_runs, counterparts, layer, layers, matched_heads, matched_labels, matched_runs
from analysis.matrix import head_similarity
from tests.analysis.families import SHUFFLED
from tests.analysis.families import planted as runs_of_a_family
from tests.analysis.planted import blocks, chain, hub, order, reordered, ring, uneven

partitions = st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=1, max_size=12)


def fewest_moves(labels: list[int], reference: list[int]) -> int:
    """Over every way to give the groups numbers, the reference's or new ones, each once."""
    groups = sorted(set(labels) - {-1})
    numbers = [*sorted(set(reference) - {-1}), *(100 + k for k in range(len(groups)))]
    return min(
        sum({-1: -1, **dict(zip(groups, chosen, strict=True))}[a] != b for a, b in zip(labels, reference, strict=True))
        for chosen in itertools.permutations(numbers, len(groups))
    )


# Labels


def test_the_same_groups_by_other_names_do_not_move() -> None:
    reference = [0, 0, 1, 1, 2, 2, -1]
    found = matched_labels([7, 7, 0, 0, 3, 3, -1], reference)
    assert found.labels.tolist() == reference
    assert (found.moves, found.matched, found.unmatched) == (0, 3, 0)


def test_who_moved_is_marked() -> None:
    found = matched_labels([1, 1, 1, 0, 0, 1], reference=[0, 0, 0, 1, 1, 1])
    assert found.moved.tolist() == [False] * 5 + [True]
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 0]


def test_a_greedy_match_would_move_more() -> None:
    # group 0 shares 3 with a and 2 with b, group 1 shares 2 with a and none with b
    labels = [0, 0, 0, 0, 0, 1, 1]
    reference = [0, 0, 0, 1, 1, 0, 0]
    assert matched_labels(labels, reference).moves == 3
    labels, reference = [0] * 5 + [1] * 4, [0] * 3 + [1] * 2 + [0] * 4
    assert matched_labels(labels, reference).labels.tolist() == [1] * 5 + [0] * 4


@given(partitions)
def test_no_other_numbering_moves_fewer(both: list[tuple[int, int]]) -> None:
    labels, reference = [a for a, _ in both], [b for _, b in both]
    found = matched_labels(np.array(labels), np.array(reference))
    assert found.moves == fewest_moves(labels, reference)
    assert matched_labels(np.array(reference), np.array(labels)).moves == found.moves, "both ways the same"


@given(partitions)
def test_groups_stay_groups_under_numbers_of_their_own(both: list[tuple[int, int]]) -> None:
    labels, reference = np.array([a for a, _ in both]), np.array([b for _, b in both])
    found = matched_labels(labels, reference)
    assert len({*zip(labels.tolist(), found.labels.tolist(), strict=True)}) == len(set(labels.tolist()))
    assert len(set(found.labels.tolist())) == len(set(labels.tolist()))
    np.testing.assert_array_equal(found.labels == -1, labels == -1)
    assert found.matched + found.unmatched == len(set(labels.tolist()) - {-1})


def test_a_group_without_counterpart_gets_a_number_above_all() -> None:
    found = matched_labels([0, 0, 1, 2, 3], reference=[4, 4, 4, 4, -1])
    assert found.labels.tolist() == [4, 4, 5, 6, 7]
    assert (found.matched, found.unmatched) == (1, 3)
    assert found.moved.tolist() == [False, False, True, True, True]


def test_a_group_that_shares_nothing_with_what_is_left_has_no_counterpart() -> None:
    found = matched_labels([0, 0, 0, 1], reference=[0, 0, 1, -1])
    assert found.labels.tolist() == [0, 0, 0, 2], "the number 1 is free, but no sensor of it is in the group"
    assert (found.matched, found.unmatched) == (1, 1)


@pytest.mark.parametrize(
    ("labels", "reference", "message"),
    [
        ([0, 1], [0, 1, 2], r"^labels must hold one label per sensor, 3, got 2$"),
        ([0.0, 1.0], [0, 1], r"^labels must hold one integer per sensor, \(N,\), got shape \(2,\) of float64$"),
        ([0, 1], ["a", "b"], r"^reference must hold one integer per sensor, \(N,\), got shape \(2,\) of <U1$"),
        ([[0, 1]], [0, 1], r"^labels must hold one integer per sensor, \(N,\), got shape \(1, 2\) of int64$"),
        ([0, -2], [0, 1], r"^labels must be at least -1, got -2 at sensor 1$"),
    ],
)
def test_what_is_no_partition_is_refused(labels: list[object], reference: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        matched_labels(labels, reference)  # type: ignore[arg-type]


# Heads

PLANTED = np.stack([ring(12), chain(12), hub(12), blocks((4, 4, 4))])


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_heads_are_found_again(seed: int) -> None:
    new = order(4, seed)
    noisy = PLANTED[new] * 7 + 0.1 * np.random.default_rng(seed).random(PLANTED.shape)
    found = matched_heads(PLANTED, noisy)
    np.testing.assert_array_equal(new[found.partner], np.arange(4))
    assert (found.likeness > 0.9).all()
    assert found.rest < 0.5


def test_similarity_is_the_correlation_of_each_two_heads() -> None:
    ours, theirs = np.stack([uneven(8, k) for k in range(3)]), np.stack([uneven(8, k) for k in range(5, 7)])
    found = matched_heads(ours, theirs)
    for h in range(3):
        for g in range(2):
            assert found.similarity[h, g] == pytest.approx(head_similarity([ours[h], theirs[g]])[0, 1])


@pytest.mark.parametrize("seed", range(20))
def test_no_other_assignment_is_better(seed: int) -> None:
    ours = np.stack([uneven(5, 10 * seed + k) for k in range(3)])
    theirs = np.stack([uneven(5, 10 * seed + k + 5) for k in range(4)])
    found = matched_heads(ours, theirs)
    best = max(
        sum(found.similarity[h, g] for h, g in enumerate(chosen)) for chosen in itertools.permutations(range(4), 3)
    )
    assert found.likeness.sum() == pytest.approx(best)
    np.testing.assert_allclose(found.likeness, found.similarity[np.arange(3), found.partner])


def test_swapping_the_two_gives_the_same_couples() -> None:
    ours, theirs = PLANTED[:3], PLANTED[[3, 1, 0, 2]]
    one, other = matched_heads(ours, theirs), matched_heads(theirs, ours)
    assert {(h, int(g)) for h, g in enumerate(one.partner)} == {
        (int(h), g) for g, h in enumerate(other.partner) if h >= 0
    }
    np.testing.assert_allclose(one.similarity, other.similarity.T)


def test_a_head_too_many_has_no_counterpart() -> None:
    found = matched_heads(PLANTED, PLANTED[[1]])
    assert found.partner.tolist() == [-1, 0, -1, -1]
    assert np.isnan(found.likeness).tolist() == [True, False, True, True]
    assert found.rest == pytest.approx(found.similarity[[0, 2, 3], 0].mean())
    assert np.isnan(matched_heads(PLANTED[:1], PLANTED[:1]).rest)


def test_the_order_of_the_sensors_does_not_matter() -> None:
    new = order(12)
    both = [np.stack([reordered(head, new) for head in heads]) for heads in (PLANTED, PLANTED[[2, 0, 3, 1]])]
    found = matched_heads(*both)
    np.testing.assert_array_equal(found.partner, matched_heads(PLANTED, PLANTED[[2, 0, 3, 1]]).partner)


def test_heads_of_other_sensors_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^first and second must have the same sensors, got 12 and 8 of them$"):
        matched_heads(PLANTED, uneven(8)[None])
    with pytest.raises(ValueError, match=r"^second must have shape .* got shape \(8, 8\)$"):
        matched_heads(PLANTED, uneven(8))
    with pytest.raises(ValueError, match=r"^first must have shape .* got shape \(0, 8, 8\)"):
        matched_heads(np.zeros((0, 8, 8)), PLANTED)


# Heads of runs


def test_heads_may_stand_for_each_other_where_they_are_called_heads_of_one_layer() -> None:
    names = ["head 1", "output", "head 12", "head2", "2 head", "layer 2, head 1", "layer 1, head 2", "layer 2, head 3"]
    assert [alike.tolist() for alike in layers(names)] == [[0, 2], [1], [3], [4], [5, 7], [6]]


@pytest.mark.parametrize(
    "names",
    [
        [f"layer {k}" for k in range(1, 5)],
        [*(f"layer {k}, frame {t}" for k in range(1, 4) for t in range(1, 11)), "read-out"],
        ["forehead 1", "forehead 2"],
        ["a1", "a2", "a3"],
    ],
    ids=["EGNN", "SET", "a word that ends alike", "anything else with a number"],
)
def test_what_has_an_order_stands_for_itself_alone(names: list[str]) -> None:
    assert [layer(name) for name in names] == names
    every = np.random.default_rng(0).random((2, len(names), 6, 6))
    every[1] = every[0, ::-1]  # a match by likeness would turn them round
    assert matched_runs(every, names).tolist() == [list(range(len(names)))] * 2
    assert matched_heads(every[0], every[1], (names, names)).partner.tolist() == list(range(len(names)))
    assert matched_heads(every[0], every[1]).partner.tolist() == list(range(len(names)))[::-1]


def test_an_output_is_no_head_however_alike_they_are() -> None:
    """The output of the one is the second head of the other, and the other way round."""
    names = ["head 1", "head 2", "output"]
    found = matched_heads(PLANTED[[0, 1, 2]], PLANTED[[1, 2, 0]], (names, names))
    assert found.partner[2] == 2
    assert sorted(found.partner.tolist()) == [0, 1, 2]
    assert found.partner.tolist() == matched_runs(PLANTED[[[0, 1, 2], [1, 2, 0]]], names)[1].tolist()


def test_names_match_what_both_have_and_likeness_the_rest() -> None:
    ours, theirs = ["head 1", "output", "x", "y"], ["y1", "head 1", "head 2", "x1"]
    found = matched_heads(PLANTED, PLANTED[[2, 1, 0, 3]], (ours, theirs))
    assert found.partner[0] == 2, "the likest of the heads"
    assert set(found.partner[1:].tolist()) == {-1, 0, 3}, "two are left for three"
    assert found.partner[2:].tolist() == [0, 3]
    with pytest.raises(ValueError, match=r"^names must have one entry for each of the 4 heads of second, got 3$"):
        matched_heads(PLANTED, PLANTED, (ours, theirs[:3]))
    with pytest.raises(ValueError, match=r"^names must have one entry for each of the 4 heads of first, got 0$"):
        matched_heads(PLANTED, PLANTED, ((), theirs))


@pytest.mark.parametrize("seed", range(5))
def test_counterparts_have_the_largest_sum_of_all_that_stay_in_their_layer(seed: int) -> None:
    similarity = np.random.default_rng(seed).normal(size=(6, 6))
    alike = layers(["a, head 1", "b, head 1", "a, head 2", "b, head 2", "a, head 3", "c"])
    found = counterparts(similarity, alike)
    of = {int(head): k for k, places in enumerate(alike) for head in places}
    best = max(
        sum(similarity[h, g] for h, g in enumerate(chosen))
        for chosen in itertools.permutations(range(6))
        if all(of[h] == of[g] for h, g in enumerate(chosen))
    )
    assert sorted(found.tolist()) == list(range(6))
    assert all(of[h] == of[g] for h, g in enumerate(found.tolist()))
    assert similarity[np.arange(6), found].sum() == pytest.approx(best)


def test_shuffled_heads_of_runs_are_told_apart() -> None:
    every = runs_of_a_family()
    for shuffled, matched in zip(SHUFFLED, matched_runs(every, ["head 1", "head 2", "head 3"]), strict=True):
        assert [shuffled[place] for place in matched] == [0, 1, 2]
    assert matched_runs(every, ["a", "b", "c"]).tolist() == [[0, 1, 2]] * 5


def test_runs_and_names_that_do_not_fit_are_refused() -> None:
    every = np.stack([[blocks((3, 2)), chain(5)]] * 2)
    with pytest.raises(ValueError, match=r"^heads must have one entry for each of the 2 heads, got 3$"):
        matched_runs(every, ["a", "b", "c"])
    with pytest.raises(ValueError, match=r"^interactions must be of at least two runs, got 1$"):
        checked_runs(every[:1])
    with pytest.raises(ValueError, match=r"one shape in all runs, \(2, 5, 5\) as the first, got \(1, 5, 5\) in run 1$"):
        checked_runs([every[0], every[1, :1]])
    with pytest.raises(ValueError, match=r"^interactions\[1\] must be finite, got nan at head 0, row 0, column 0$"):
        checked_runs([every[0], every[1] * np.nan])
