"""Rewired roads: degrees and lengths stay, and every graph that they allow is as likely as another."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from analysis.arrays import FloatArray, IntArray
from analysis.rewiring import Rewired, freest, length_classes, rewired, rewired_sums

SENSORS = 20
SPOT = np.random.default_rng(1).uniform(0, 10, (SENSORS, 2))
SPOT[3] = SPOT[2]
DISTANCE = np.linalg.norm(SPOT[:, None] - SPOT, axis=-1)
ROAD = np.triu(np.random.default_rng(2).random((SENSORS, SENSORS)) < 0.8 * np.exp(-DISTANCE / 3), k=1).astype(float)
FIRST, SECOND = np.triu_indices(SENSORS, k=1)
FOUND = rewired(ROAD, DISTANCE, draws=60, classes=4)


def matrix(pairs: IntArray) -> FloatArray:
    """The graph of one draw."""
    graph = np.zeros((SENSORS, SENSORS))
    graph[FIRST[pairs], SECOND[pairs]] = 1.0
    return graph + graph.T


def test_every_degree_and_every_class_of_length_is_kept() -> None:
    classes = length_classes(DISTANCE, ROAD, 4)
    observed = matrix(FOUND.observed)
    assert (observed == np.maximum(ROAD, ROAD.T)).all()
    for pairs in FOUND.pairs:
        graph = matrix(pairs)
        assert (graph.sum(axis=0) == observed.sum(axis=0)).all()
        kept = [np.bincount(classes[of > 0], minlength=5).tolist() for of in (graph, observed)]
        assert kept[0] == kept[1]
    assert len({tuple(sorted(pairs)) for pairs in FOUND.pairs.tolist()}) > 20


def test_moved_is_the_share_of_roads_that_are_elsewhere() -> None:
    share = [1 - len(set(pairs) & set(FOUND.observed.tolist())) / len(pairs) for pairs in FOUND.pairs.tolist()]
    assert FOUND.moved == pytest.approx(np.mean(share))
    assert 0.1 < FOUND.moved < 1


def reachable(start: frozenset[frozenset[int]], classes: IntArray) -> set[frozenset[frozenset[int]]]:
    """All graphs that swaps of two roads reach, tried one by one."""
    known, ahead = {start}, [start]
    while ahead:
        graph = ahead.pop()
        for one, other in combinations(graph, 2):
            for i, j in (tuple(one), tuple(one)[::-1]):
                k, m = tuple(other)
                new = frozenset((i, m)), frozenset((k, j))
                if len({i, j, k, m}) < 4 or new[0] in graph or new[1] in graph:
                    continue
                same = classes[i, m] == classes[i, j] and classes[k, j] == classes[k, m]
                crossed = classes[i, m] == classes[k, m] and classes[k, j] == classes[i, j]
                if same or crossed:
                    swapped = graph - {one, other} | set(new)
                    if swapped not in known:
                        known.add(swapped)
                        ahead.append(swapped)
    return known


def test_all_graphs_within_reach_are_equally_likely() -> None:
    """With a hub and places at uneven distances: without the chance to stay, some graphs are a third too likely."""
    generator = np.random.default_rng(42)
    spot = np.sort(generator.exponential(1, 8).cumsum())
    apart = np.abs(spot[:, None] - spot)
    classes = (apart >= np.quantile(apart[apart > 0], 0.35)).astype(np.int64)
    road = np.zeros((8, 8))
    road[0, 1:] = generator.random(7) < 0.6
    road[1:, 1:] = np.triu(generator.random((7, 7)) < 0.15, k=1)
    graphs = reachable(frozenset(frozenset((int(i), int(j))) for i, j in np.argwhere(road)), classes)
    assert len(graphs) > 8
    pairs = rewired(road, np.ones((8, 8)), draws=20_000, classes=classes, steps_a_road=2.0).pairs
    first, second = np.triu_indices(8, k=1)
    seen = Counter(frozenset(frozenset((int(first[p]), int(second[p]))) for p in draw) for draw in pairs)
    assert set(seen) == graphs
    share = np.array(list(seen.values())) / 20_000 * len(graphs)
    assert share == pytest.approx(np.ones(len(graphs)), abs=0.15)


def test_where_all_pairs_of_a_length_have_a_road_nothing_moves() -> None:
    spot = np.arange(9)
    apart = np.abs(spot[:, None] - spot)
    assert rewired(apart == 1, apart, draws=5, classes=3).moved == 0


def test_coarser_classes_are_taken_until_enough_can_move() -> None:
    fine, coarse = rewired(ROAD, DISTANCE, draws=39).moved, rewired(ROAD, DISTANCE, draws=39, classes=2).moved
    assert freest(ROAD, DISTANCE, least=(fine + coarse) / 2, draws=39).moved > fine
    assert (freest(ROAD, DISTANCE, least=0.0, draws=9).pairs == rewired(ROAD, DISTANCE, draws=9).pairs).all()


def test_the_chain_is_seeded() -> None:
    assert (rewired(ROAD, DISTANCE, draws=60, classes=4).pairs == FOUND.pairs).all()
    assert (rewired(ROAD, DISTANCE, draws=60, classes=4, seed=1).pairs != FOUND.pairs).any()


def test_a_graph_without_roads_is_its_own_draw() -> None:
    found = rewired(np.zeros((4, 4)), np.ones((4, 4)), draws=3)
    assert found.pairs.shape == (3, 0)
    assert np.isnan(found.moved)
    assert rewired_sums(np.ones(6), found).tolist() == [0.0, 0.0, 0.0]


def test_classes_of_length_hold_as_many_roads_and_begin_with_the_shortest() -> None:
    classes = length_classes(DISTANCE, ROAD, 4)
    held = np.bincount(classes[ROAD > 0])
    assert held.max() - held.min() <= 2
    for c in range(4):
        assert DISTANCE[classes == c].max() < DISTANCE[classes == c + 1].min()
    assert (classes.diagonal() == -1).all()
    assert (classes == classes.T).all()


def test_sums_are_those_over_the_roads_of_each_draw() -> None:
    values = np.random.default_rng(0).random((len(FIRST), 2))
    slow = [[sum(values[p, k] for p in pairs) for k in range(2)] for pairs in FOUND.pairs]
    assert rewired_sums(values, FOUND) == pytest.approx(np.array(slow))


def test_what_cannot_be_rewired_is_refused() -> None:
    with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
        rewired(ROAD, DISTANCE, draws=0)
    with pytest.raises(ValueError, match="steps_a_road must be greater than 0, got 0"):
        rewired(ROAD, DISTANCE, steps_a_road=0)
    with pytest.raises(ValueError, match="classes must be at least 1, got 0"):
        rewired(ROAD, DISTANCE, classes=0)
    with pytest.raises(ValueError, match="classes must be symmetric integers"):
        rewired(ROAD, DISTANCE, classes=np.triu(np.ones((SENSORS, SENSORS), dtype=np.int64)))
    with pytest.raises(ValueError, match="classes must be at least 0, got -3"):
        rewired(ROAD, DISTANCE, classes=np.full((SENSORS, SENSORS), -3))
    with pytest.raises(ValueError, match=r"road must have shape \(20, 20\), got shape \(3, 3\)"):
        rewired(np.ones((3, 3)), DISTANCE)
    with pytest.raises(ValueError, match="values must hold one row for each pair, got 1 for pair 2"):
        rewired_sums(np.ones(1), Rewired(pairs=np.array([[2]]), observed=np.array([0]), moved=1.0))
