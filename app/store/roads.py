"""A head against the road graph, and against the planted graph where the data have one."""

from typing import TYPE_CHECKING, cast

import numpy as np

from app.parts import linked
from app.store.entries import Ints, cached, load_run
from app.store.matrix import matrix_of
from core.run import Run

if TYPE_CHECKING:
    from analysis.roads import EdgeClasses, Reach, RoadMatch


@cached
def road_match_of(version: str, head: str, share: float) -> "RoadMatch | None":
    """The strongest pairs against the road graph; None where there is none, or where it has no road or all of them."""
    from analysis.roads import road_match

    road = linked(load_run(version).adjacency)
    return None if road is None else road_match(matrix_of(version, head), road, share)


@cached
def recovery_of(version: str, head: str, share: float | None = None) -> "RoadMatch | None":
    """The same against the planted graph, where the data have one."""
    from analysis.roads import recovery

    truth = linked(load_run(version).truth)
    return None if truth is None else recovery(matrix_of(version, head), truth, share)


@cached
def reach_of(version: str, head: str) -> "Reach | None":
    """How far along the roads the weight stays; None without a road graph."""
    from analysis.roads import reach

    road = linked(load_run(version).adjacency)
    return None if road is None else reach(matrix_of(version, head), road)


@cached
def edge_classes_of(version: str, head: str, share: float) -> "EdgeClasses":
    """Learned and on a road, learned only, road only; without a road graph, all learned pairs are 'learned'."""
    from analysis.roads import edge_classes

    run = load_run(version)
    road = run.adjacency if run.adjacency is not None else np.zeros((len(run.nodes),) * 2, dtype=np.float32)
    return edge_classes(matrix_of(version, head), road, share)


def planted_pairs(run: Run) -> Ints:
    """Pairs of the planted graph, (P, 2), first < second; none where there is no such graph."""
    if run.truth is None:
        return np.empty((0, 2), dtype=np.int64)
    either = np.triu((run.truth > 0) | (run.truth.T > 0), k=1)
    return cast(Ints, np.argwhere(either))


def road_pairs(run: Run) -> Ints:
    """Pairs of the road graph, (P, 2), first < second."""
    if run.adjacency is None:
        return np.empty((0, 2), dtype=np.int64)
    return cast(Ints, np.argwhere(np.triu((run.adjacency > 0) | (run.adjacency.T > 0), k=1)))
