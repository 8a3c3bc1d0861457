"""Where the sensors of a run are drawn, and in which order they stand along a matrix; without Streamlit."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from app.parts import Floats
from core.run import Run

Ints = np.ndarray[tuple[int, ...], np.dtype[np.integer]]
LEARNED = 0.02  # the share of pairs by which sensors without places and roads are laid out

LAYOUTS = {
    "map": "",
    "roads": "These data have no coordinates: this is a layout of the road graph, so distances and directions "
    "mean nothing.",
    "learned": "These data have neither coordinates nor a road graph: this is a layout of the strongest learned "
    "pairs, so what is near is so because it was learned to be.",
    "circle": "These data have neither coordinates nor a road graph: the sensors stand on a circle, as given.",
}
"""What must be said of places that are not places."""


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """Where each sensor is drawn.

    Attributes
    ----------
    latitude, longitude : (N,) degrees, or the two directions of a layout
    kind : 'map' for real places, 'roads' for a layout of the road graph, 'learned' for one of the strongest learned
        pairs, 'circle' where there is nothing to go by
    """

    latitude: Floats
    longitude: Floats
    kind: str

    @property
    def geographic(self) -> bool:
        """Whether these are places on the ground."""
        return self.kind == "map"


def places(run: Run) -> Places:
    """Coordinates of the N sensors, or a layout where the data have none."""
    if run.has_coordinates:
        return Places(run.nodes["latitude"].to_numpy(), run.nodes["longitude"].to_numpy(), "map")
    from app.figures.layout import layout

    n = len(run.nodes)
    if run.adjacency is not None and run.adjacency.any():
        return Places(*layout(run.adjacency), "roads")
    learned = np.zeros((n, n), dtype=np.float32)
    if run.heads and run.kind != "particles":  # few and dense: the strongest pairs would join next to none of them
        from analysis.matrix import mean_of_heads, strongest_pairs

        pairs = strongest_pairs(mean_of_heads(run.interaction), LEARNED)
        learned[pairs.first, pairs.second] = learned[pairs.second, pairs.first] = np.abs(pairs.weight)
    if learned.any():
        return Places(*layout(learned), "learned")
    angle = 2 * np.pi * np.arange(n) / n
    return Places(np.sin(angle), np.cos(angle), "circle")


def position_order(run: Run, where: Places) -> Ints:
    """Sensors along the longest direction of the map, or along the road graph where there is no map, (N,)."""
    if where.geographic:
        east = where.longitude * np.cos(np.deg2rad(where.latitude.mean()))
        points = np.stack([east - east.mean(), where.latitude - where.latitude.mean()])
        axis = np.linalg.svd(points, full_matrices=False)[0][:, 0]
        return cast(Ints, np.argsort(axis @ points, kind="stable"))
    if run.adjacency is not None:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import reverse_cuthill_mckee

        road = csr_array(run.adjacency + run.adjacency.T)
        return np.asarray(reverse_cuthill_mckee(road, symmetric_mode=True), dtype=np.int64)
    return np.arange(len(run.nodes))


@dataclass(frozen=True, eq=False, slots=True)
class Order:
    """In which order sensors stand along a matrix: ``order (N,)`` and the places where a new part begins."""

    order: Ints
    borders: tuple[int, ...] = ()


def parted(labels: Ints, by_position: Ints) -> Order:
    """Sensors part by part, within one by position; those in no part (label below 0) stand at the end.

    >>> found = parted(np.array([1, 0, -1, 0]), np.array([3, 2, 1, 0]))
    >>> found.order.tolist(), found.borders
    ([3, 1, 0, 2], (2, 3))
    """
    along = labels[by_position]
    last = np.where(along < 0, along.max(initial=0) + 1, along)
    chosen = np.argsort(last, kind="stable")
    return Order(by_position[chosen], tuple((np.flatnonzero(np.diff(last[chosen])) + 1).tolist()))
