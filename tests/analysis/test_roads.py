"""The matrix against a known graph: definitions, planted truths, slow twins."""

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from analysis.arrays import FloatArray
from analysis.matrix import strongest_count, strongest_pairs
from analysis.roads import edge_classes, reach, recovery, road_match
from tests.analysis.planted import blocks, chain, hub, order, reordered, ring, sparse, tied, uneven
from tests.analysis.test_distances import slow_hops

MATRICES = {
    "uneven": uneven(8),
    "of both signs": uneven(8, negative=True),
    "sparse": sparse(8),
    "tied": tied(8),
    "one-way chain": chain(8),
    "hub": hub(8),
    "zeros": np.zeros((8, 8)),
}
any_matrix = pytest.mark.parametrize("M", MATRICES.values(), ids=MATRICES)
ROAD = np.triu(sparse(8, seed=9, share=0.4))  # one-way, with a diagonal
PAIRS = [(i, j) for i in range(8) for j in range(i + 1, 8)]


def listed(M: FloatArray, road: FloatArray) -> tuple[list[float], list[bool]]:
    """Coupling of each pair, and whether it has a road."""
    sensors = range(len(M))
    pairs = [(i, j) for i in sensors for j in sensors if i < j]
    return [abs(M[i, j] + M[j, i]) / 2 for i, j in pairs], [bool(road[i, j] > 0 or road[j, i] > 0) for i, j in pairs]


# Match


@any_matrix
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 1])
def test_hits_are_the_mean_over_random_orders_of_tied_pairs(M: FloatArray, share: float) -> None:
    weight, edge = listed(M, ROAD)
    count = min(strongest_count(8, share), sum(w != 0 for w in weight))
    cut = sorted(weight, reverse=True)[count - 1]
    sure = [e for w, e in zip(weight, edge, strict=True) if w > cut]
    tied_edges = [e for w, e in zip(weight, edge, strict=True) if w == cut]
    hits = sum(sure) + (count - len(sure)) * sum(tied_edges) / len(tied_edges)
    found = road_match(M, ROAD, share)
    assert found.pairs == count
    assert found.asked == strongest_count(8, share)
    assert found.hits == pytest.approx(hits)
    assert found.precision == pytest.approx(hits / count if count else math.nan, nan_ok=True)
    assert found.road_pairs == sum(edge)
    assert found.chance == pytest.approx(sum(edge) / 28)
    assert found.lift == pytest.approx(found.precision / found.chance, nan_ok=True)


def test_hits_are_the_mean_over_all_orders_of_a_small_tied_matrix() -> None:
    M, road = tied(4, seed=3), chain(4)
    weight, edge = listed(M, road)
    hits = []
    for ranking in permutations(range(6)):
        strongest = sorted(ranking, key=lambda pair: -weight[pair])[:3]  # stable: ties in the order of the ranking
        hits.append(sum(edge[pair] for pair in strongest))
    assert road_match(M, road, 0.5).hits == pytest.approx(np.mean(hits))
    assert len(set(hits)) > 1


@any_matrix
def test_auroc_is_how_often_a_road_couples_more_than_another_pair(M: FloatArray) -> None:
    weight, edge = listed(M, ROAD)
    wins = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a, road_a in zip(weight, edge, strict=True)
        for b, road_b in zip(weight, edge, strict=True)
        if road_a and not road_b
    ]
    assert road_match(M, ROAD).auroc == pytest.approx(sum(wins) / len(wins))


@any_matrix
def test_average_precision_weighs_the_precision_at_each_cut_by_the_roads_it_adds(M: FloatArray) -> None:
    weight, edge = listed(M, ROAD)
    total, before = 0.0, 0
    for cut in sorted(set(weight), reverse=True):
        taken = [e for w, e in zip(weight, edge, strict=True) if w >= cut]
        total += (sum(taken) - before) / sum(edge) * sum(taken) / len(taken)
        before = sum(taken)
    assert road_match(M, ROAD).average_precision == pytest.approx(total)


def test_pairs_without_weight_are_never_among_the_strongest() -> None:
    M = np.zeros((8, 8))
    M[0, 1], M[4, 2], M[6, 7] = 3.0, -2.0, 1.0
    found = road_match(M, chain(8), 0.5)
    assert (found.asked, found.pairs, found.hits) == (14, 3, 2)
    assert found.precision == pytest.approx(2 / 3)
    assert found.pairs == strongest_pairs(M, 0.5).count
    assert road_match(M, chain(8), 3 / 28) == replace(found, asked=3)
    assert recovery(M, chain(8), 0.5) == found
    every = recovery(M, chain(8))
    assert every.pairs == every.asked == 7, "as many as are planted, so that precision is recall"
    assert every.precision == pytest.approx((2 + 4 * 5 / 25) / 7)


def test_a_matrix_of_zeros_has_no_strongest_pair_and_ranks_all_alike() -> None:
    found = road_match(np.zeros((8, 8)), ROAD, 0.3)
    assert (found.pairs, found.hits, found.auroc) == (0, 0, 0.5)
    assert math.isnan(found.precision)
    assert math.isnan(found.lift)
    assert found.average_precision == pytest.approx(found.chance, rel=1e-14)


@pytest.mark.parametrize("level", [0.1, -2.0, 1e-30])
@pytest.mark.parametrize("share", [0.02, 0.3, 1])
def test_a_flat_matrix_scores_exactly_chance(level: float, share: float) -> None:
    found = road_match(np.full((8, 8), level), ROAD, share)
    assert found.precision == pytest.approx(found.chance, rel=1e-14)
    assert found.lift == pytest.approx(1, rel=1e-14)
    assert found.auroc == 0.5
    assert found.average_precision == pytest.approx(found.chance, rel=1e-14)


def test_the_road_graph_itself_scores_full_marks_and_its_opposite_none() -> None:
    itself = road_match(ROAD, ROAD, road_match(ROAD, ROAD).chance)
    assert (itself.precision, itself.auroc, itself.average_precision) == (1, 1, 1)
    opposite = road_match((ROAD + ROAD.T) == 0, ROAD, 0.02)
    assert (opposite.precision, opposite.auroc) == (0, 0)
    assert opposite.average_precision == pytest.approx(opposite.chance)


def test_roads_and_weights_count_whichever_way_they_run() -> None:
    there, back = road_match(uneven(8), ROAD, 0.3), road_match(uneven(8).T, ROAD.T, 0.3)
    assert there == back
    assert road_match(chain(8), chain(8).T, 0.25).precision == 1


def test_random_weights_know_nothing_of_roads() -> None:
    lifts = [road_match(uneven(30, seed), ring(30), 0.1).lift for seed in range(40)]
    assert np.mean(lifts) == pytest.approx(1, abs=0.2)


def test_a_graph_without_roads_has_no_lift() -> None:
    found = road_match(uneven(5), np.eye(5), 0.3)
    assert (found.precision, found.chance, found.road_pairs) == (0, 0, 0)
    assert all(math.isnan(value) for value in (found.lift, found.auroc, found.average_precision))


def test_a_graph_with_all_roads_is_met_by_any_pair() -> None:
    found = road_match(uneven(5), np.ones((5, 5)), 0.3)
    assert (found.precision, found.chance, found.lift, found.average_precision) == (1, 1, 1, 1)
    assert math.isnan(found.auroc)


def test_one_sensor_has_no_pairs_to_match() -> None:
    found = road_match([[1.0]], [[1.0]])
    assert (found.pairs, found.hits, found.road_pairs) == (0, 0, 0)
    values = (found.precision, found.chance, found.lift, found.auroc, found.average_precision)
    assert all(math.isnan(value) for value in values)


def test_two_sensors_have_one_pair() -> None:
    found = road_match(uneven(2), chain(2))
    assert (found.pairs, found.hits, found.precision, found.chance) == (1, 1, 1, 1)


@any_matrix
def test_order_of_sensors_scale_and_sign_do_not_matter_to_the_match(M: FloatArray) -> None:
    new, found = order(8), road_match(M, ROAD, 0.3)
    for other in (
        road_match(reordered(M, new), reordered(ROAD, new), 0.3),
        road_match(-(2.0**-90) * M, 1e9 * ROAD, 0.3),
    ):
        assert other.hits == pytest.approx(found.hits)
        assert (other.auroc, other.average_precision) == pytest.approx((found.auroc, found.average_precision))


# Recovery


def test_a_planted_graph_is_recovered_under_noise_with_precision_equal_to_recall() -> None:
    truth = blocks((4, 4)) * np.random.default_rng(0).choice([-1.0, 1.0], (8, 8))
    truth[7, 0] = -2.0  # a far coupling, one-way
    found = recovery(uneven(8) * 0.1 + 5 * np.abs(truth), truth)
    assert found.pairs == found.road_pairs == 13
    assert (found.precision, found.auroc) == (1, 1)


def test_recovery_with_a_share_is_the_match_with_the_truth() -> None:
    assert recovery(uneven(8), ROAD, 0.3) == road_match(uneven(8), ROAD, 0.3)
    every = recovery(uneven(8), ROAD)
    assert every == road_match(uneven(8), ROAD, every.road_pairs / 28)


def test_nothing_planted_is_nothing_to_recover() -> None:
    found = recovery(uneven(5), np.zeros((5, 5)))
    assert (found.pairs, found.hits, found.chance) == (0, 0, 0)
    assert math.isnan(found.precision)
    assert math.isnan(found.lift)


def test_a_truth_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^truth must have shape \(5, 5\), got shape \(4, 4\)$"):
        recovery(ring(5), ring(4))


# Reach


@any_matrix
@pytest.mark.parametrize("road", [chain(8), ROAD, np.zeros((8, 8))], ids=["chain", "sparse", "none"])
def test_reach_equals_sums_by_hops_in_loops(M: FloatArray, road: FloatArray) -> None:
    distance, found = slow_hops(road), reach(M, road)
    weight = {(i, j): abs(M[i, j] + M[j, i]) / 2 for i, j in PAIRS}
    most = max((int(distance[pair]) for pair in PAIRS if distance[pair] < math.inf), default=0)
    total = sum(weight.values())
    assert len(found.weight_by_hops) == len(found.chance_by_hops) == most
    for h in range(1, most + 1):
        at = [pair for pair in PAIRS if distance[pair] == h]
        assert found.chance_by_hops[h - 1] == pytest.approx(len(at) / 28)
        if total:
            assert found.weight_by_hops[h - 1] == pytest.approx(sum(weight[pair] for pair in at) / total)
    if total:
        assert found.unreachable + found.weight_by_hops.sum() == pytest.approx(1)
        within = [h for h in range(most + 1) if sum(found.weight_by_hops[:h]) >= 0.5 - 1e-12]
        assert found.half == (within[0] if within else math.inf)
    within = [h for h in range(most + 1) if sum(found.chance_by_hops[:h]) >= 0.5 - 1e-12]
    assert found.chance_half == (within[0] if within else math.inf)


def test_a_matrix_on_the_roads_reaches_one_hop_and_a_far_coupling_further() -> None:
    M = chain(9)
    assert reach(M, chain(9)).weight_by_hops.tolist() == [1] + [0] * 7
    M[8, 0] = 8.0
    found = reach(M, chain(9))
    assert found.weight_by_hops.tolist() == [0.5, 0, 0, 0, 0, 0, 0, 0.5]
    assert found.half == 1
    M[8, 0] = 9.0
    assert reach(M, chain(9)).half == 8


def test_a_flat_matrix_reaches_as_far_as_chance() -> None:
    found = reach(np.full((8, 8), -0.3), chain(8))
    np.testing.assert_allclose(found.weight_by_hops, found.chance_by_hops, rtol=1e-12)
    assert found.half == found.chance_half == 3  # 7 + 6 + 5 of 28 pairs


def test_weight_that_leaves_for_good_is_unreachable() -> None:
    road = blocks((3, 3))
    M = np.zeros((6, 6))
    M[0, 1], M[0, 5] = 1.0, 3.0
    found = reach(M, road)
    assert (found.weight_by_hops.tolist(), found.unreachable, found.half) == ([0.25], 0.75, math.inf)
    assert found.chance_half == math.inf  # 6 of 15 pairs


def test_half_of_the_weight_reached_but_for_rounding_is_half() -> None:
    M = np.zeros((4, 4))
    M[0, 1], M[1, 2], M[0, 2] = 0.1, 0.7, 0.8
    found = reach(M, chain(4))
    assert found.weight_by_hops[0] < 0.5  # by one unit in the last place
    assert found.half == 1


def test_a_share_looks_at_the_strongest_pairs_alone_with_ties_shared_out() -> None:
    M = tied(8, seed=5)
    weight = np.array([abs(M[i, j] + M[j, i]) / 2 for i, j in PAIRS])
    cut = np.sort(weight)[::-1][strongest_count(8, 0.2) - 1]
    kept = (weight > cut) + (weight == cut) * (strongest_count(8, 0.2) - (weight > cut).sum()) / (weight == cut).sum()
    assert 0 < kept[weight == cut][0] < 1
    same = np.zeros((8, 8))
    for (i, j), value in zip(PAIRS, weight * kept, strict=True):
        same[i, j] = 2 * value
    np.testing.assert_allclose(reach(M, chain(8), 0.2).weight_by_hops, reach(same, chain(8)).weight_by_hops, rtol=1e-12)


def test_reach_does_not_depend_on_order_or_scale() -> None:
    M, new, plain = uneven(8), order(8), reach(uneven(8), ROAD)
    for other in (reach(reordered(M, new), reordered(ROAD, new)), reach(1e-20 * M, ROAD)):
        np.testing.assert_allclose(other.weight_by_hops, plain.weight_by_hops, rtol=1e-12)
        assert (other.half, other.unreachable) == pytest.approx((plain.half, plain.unreachable))
        assert (other.middle, other.nearer) == pytest.approx((plain.middle, plain.nearer))


def test_the_hop_that_holds_half_is_cut_where_half_is_reached() -> None:
    found = reach(np.ones((8, 8)), chain(8))  # 7, 6, 5, ... of 28 pairs: half, 14, is one of the five of hop 3
    assert found.middle == found.chance_middle == pytest.approx(2 + 1 / 5)
    assert math.isnan(found.nearer), "chance cannot vary what is flat"
    M = chain(9)
    assert reach(M, chain(9)).middle == 0.5
    M[8, 0] = 8.0
    assert reach(M, chain(9)).middle == 1
    nothing, split = reach(np.zeros((4, 4)), chain(4)), reach(np.eye(6)[::-1], blocks((3, 3)))
    assert np.isnan([nothing.middle, nothing.nearer]).all()
    assert (split.middle, split.chance_middle) == (math.inf, math.inf)
    assert math.isnan(split.nearer)


@any_matrix
def test_nearer_is_what_permuted_weights_leave_in_loops(M: FloatArray) -> None:
    found, distance = reach(M, chain(8)), slow_hops(chain(8))
    near = np.array([min(max(found.chance_middle - (distance[pair] - 1), 0), 1) for pair in PAIRS])
    assert near.mean() == pytest.approx(0.5)
    weight = np.array([abs(M[i, j] + M[j, i]) / 2 for i, j in PAIRS])
    if not np.ptp(weight):
        return
    made = np.random.default_rng(0)
    drawn = np.array([made.permutation(weight) @ near for _ in range(4000)])
    assert found.nearer == pytest.approx((weight @ near - weight.mean() * near.sum()) / drawn.std(), rel=0.06)


def test_weights_nearer_than_chance_lie_above_and_farther_ones_below() -> None:
    distance = np.abs(np.subtract.outer(np.arange(8.0), np.arange(8.0)))
    assert reach(np.exp(-distance), chain(8)).nearer > 2
    assert reach(np.exp(distance), chain(8)).nearer < -2


def test_without_weight_there_is_no_reach() -> None:
    found = reach(np.eye(4), chain(4))
    assert np.isnan(found.weight_by_hops).all()
    assert math.isnan(found.half)
    assert math.isnan(found.unreachable)
    assert found.chance_half == 1
    one = reach([[1.0]], [[0.0]])
    assert len(one.weight_by_hops) == 0
    assert math.isnan(one.half)
    assert math.isnan(one.chance_half)


# Classes of edges


@any_matrix
@pytest.mark.parametrize("share", [0.02, 0.3, 1])
def test_every_strong_pair_and_every_road_is_in_exactly_one_class(M: FloatArray, share: float) -> None:
    found = edge_classes(M, ROAD, share)
    strongest = strongest_pairs(M, share)
    strong = list(zip(strongest.first.tolist(), strongest.second.tolist(), strict=True))
    roads = [(i, j) for i, j in PAIRS if ROAD[i, j] > 0 or ROAD[j, i] > 0]
    both, learned, road = ([tuple(pair) for pair in part.tolist()] for part in (found.both, found.learned, found.road))
    assert both == [pair for pair in strong if pair in roads]
    assert learned == [pair for pair in strong if pair not in roads]
    assert road == [pair for pair in roads if pair not in strong]
    for pairs, weights in ((both, found.both_weight), (learned, found.learned_weight)):
        assert weights.tolist() == [(M[i, j] + M[j, i]) / 2 for i, j in pairs]


def test_empty_classes_have_two_columns() -> None:
    found = edge_classes(np.zeros((3, 3)), np.zeros((3, 3)))
    assert found.both.shape == found.learned.shape == found.road.shape == (0, 2)
    assert edge_classes([[1.0]], [[1.0]]).road.shape == (0, 2)


def test_a_planted_far_coupling_is_learned_and_no_road() -> None:
    M = 0.1 * chain(8)
    M[0, 6] = -4.0
    found = edge_classes(M, chain(8), 0.1)
    assert found.learned.tolist() == [[0, 6]]
    assert found.learned_weight.tolist() == [-2.0]
    assert found.both.tolist() == [[0, 1], [1, 2]]
    assert len(found.road) == 5


def test_scikit_learn_is_given_the_pairs_once() -> None:
    M = uneven(8)
    weight, edge = listed(M, ROAD)
    found = road_match(M, ROAD)
    assert found.auroc == pytest.approx(roc_auc_score(edge, weight), rel=1e-14)
    assert found.average_precision == pytest.approx(average_precision_score(edge, weight), rel=1e-14)
