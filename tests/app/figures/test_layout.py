"""Places made from a road graph: near where joined, apart where not, the same every time."""

import itertools

import networkx as nx
import numpy as np
import pytest

from app.figures.layout import SIDE, layout


def apart(adjacency: np.ndarray) -> np.ndarray:
    y, x = layout(adjacency)
    return np.hypot(y[:, None] - y, x[:, None] - x)


def test_a_road_is_drawn_straight_with_its_sensors_in_order() -> None:
    distance = apart(nx.to_numpy_array(nx.path_graph(12)))
    hops = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    np.testing.assert_allclose(distance, hops * distance[0, 1], rtol=0.02, atol=0.02)


def test_sensors_on_a_grid_lie_as_far_apart_as_the_roads_say() -> None:
    graph = nx.grid_2d_graph(5, 5)
    distance = apart(nx.to_numpy_array(graph))
    hops = np.asarray(nx.floyd_warshall_numpy(graph))
    assert np.corrcoef(distance[hops > 0], hops[hops > 0])[0, 1] > 0.95


def test_a_one_way_road_joins_as_one_both_ways_does() -> None:
    one_way = np.tril(nx.to_numpy_array(nx.cycle_graph(6)))
    np.testing.assert_array_equal(layout(one_way), layout(one_way + one_way.T))


def test_weights_and_self_loops_do_not_move_sensors() -> None:
    roads = nx.to_numpy_array(nx.cycle_graph(6))
    np.testing.assert_array_equal(layout(roads), layout(roads * 0.3 + np.eye(6)))


def test_the_same_graph_has_the_same_places() -> None:
    roads = nx.to_numpy_array(nx.random_labeled_tree(30, seed=1))
    np.testing.assert_array_equal(layout(roads), layout(roads))


def test_parts_without_a_road_between_them_do_not_overlap() -> None:
    parts = [nx.cycle_graph(8), nx.path_graph(3), nx.path_graph(3), *[nx.empty_graph(1)] * 5]
    y, x = layout(nx.to_numpy_array(nx.disjoint_union_all(parts)))
    starts = np.cumsum([0, *[len(part) for part in parts]])
    boxes = [(x[a:b].min(), x[a:b].max(), y[a:b].min(), y[a:b].max()) for a, b in itertools.pairwise(starts)]
    for k, (left, right, low, high) in enumerate(boxes):
        for other_left, other_right, other_low, other_high in boxes[k + 1 :]:
            assert right < other_left or other_right < left or high < other_low or other_high < low


@pytest.mark.parametrize("graph", [nx.empty_graph(1), nx.empty_graph(7), nx.complete_graph(9), nx.star_graph(6)])
def test_graphs_that_say_little_have_finite_distinct_places(graph: nx.Graph) -> None:
    places = np.column_stack(layout(nx.to_numpy_array(graph)))
    assert np.isfinite(places).all()
    assert places.min() >= 0
    assert places.max() <= SIDE + 1e-9
    assert len(np.unique(places.round(6), axis=0)) == len(graph)


def test_no_sensors_have_no_places() -> None:
    assert [len(axis) for axis in layout(np.zeros((0, 0)))] == [0, 0]


def test_an_adjacency_must_be_square() -> None:
    with pytest.raises(ValueError, match=r"adjacency must be square, got shape \(2, 3\)"):
        layout(np.zeros((2, 3)))
