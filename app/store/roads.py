"""A head against the road graph, and against the planted graph where the data have one."""

from typing import TYPE_CHECKING

from app.measured import graph_pairs
from app.store.entries import Ints
from app.store.measured import measured_of
from core.run import Run

if TYPE_CHECKING:
    from analysis.roads import EdgeClasses, Reach, RoadMatch


def road_match_of(version: str, head: str, share: float) -> "RoadMatch | None":
    """The strongest pairs against the road graph; None where there is none, or where it has no road or all of them."""
    return measured_of(version).road_match(head, share)


def recovery_of(version: str, head: str, share: float) -> "RoadMatch | None":
    """The same against the planted graph, where the data have one."""
    return measured_of(version).recovery(head, share)


def reach_of(version: str, head: str) -> "Reach | None":
    """How far along the roads the weight stays; None without a road graph."""
    return measured_of(version).reach(head)


def edge_classes_of(version: str, head: str, share: float) -> "EdgeClasses":
    """Learned and on a road, learned only, road only; without a road graph, all learned pairs are 'learned'."""
    return measured_of(version).edge_classes(head, share)


def planted_pairs(run: Run) -> Ints:
    """Pairs of the planted graph, (P, 2), first < second; none where there is no such graph."""
    return graph_pairs(run.truth)


def road_pairs(run: Run) -> Ints:
    """Pairs of the road graph, (P, 2), first < second."""
    return graph_pairs(run.adjacency)
