"""Where sensors are drawn, and in which order they stand along a matrix."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from app.selection import MEAN
from app.store.communities import communities_of, reference_of
from app.store.entries import Floats, Ints, cached, load_run
from app.store.matrix import pairs_of


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


@cached
def places_of(version: str) -> Places:
    """Coordinates of the sensors, or a layout where the data have none."""
    run = load_run(version)
    if run.has_coordinates:
        return Places(run.nodes["latitude"].to_numpy(), run.nodes["longitude"].to_numpy(), "map")
    from app.figures.map import layout

    n = len(run.nodes)
    if run.adjacency is not None and run.adjacency.any():
        return Places(*layout(run.adjacency), "roads")
    learned = np.zeros((n, n), dtype=np.float32)
    if run.heads:
        pairs = pairs_of(version, MEAN, 0.02)
        learned[pairs.first, pairs.second] = learned[pairs.second, pairs.first] = np.abs(pairs.weight)
    if learned.any():
        return Places(*layout(learned), "learned")
    angle = 2 * np.pi * np.arange(n) / n
    return Places(np.sin(angle), np.cos(angle), "circle")


@cached
def position_order(version: str) -> Ints:
    """Sensors along the longest direction of the map, or along the road graph where there is no map, (N,)."""
    run = load_run(version)
    if run.has_coordinates:
        places = places_of(version)
        east = places.longitude * np.cos(np.deg2rad(places.latitude.mean()))
        points = np.stack([east - east.mean(), places.latitude - places.latitude.mean()])
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


@cached
def order_of(version: str, head: str, order: str, method: str = "spectral", count: int = 0) -> Order:
    """Sensors by community or known group (within one, by position), by position, or as the data give them.

    Data without groups are ordered by position instead.
    """
    if order == "given":
        return Order(np.arange(len(load_run(version).nodes)))
    by_position: Ints = position_order(version)
    if order == "community":
        labels: Ints = communities_of(version, head, method, count).labels
    else:
        groups = reference_of(version, "groups", method, count) if order == "group" else None
        if groups is None:
            return Order(by_position)
        labels = groups.labels
    labels = labels[by_position]
    last = np.where(labels < 0, labels.max(initial=0) + 1, labels)  # sensors in no part stand at the end
    chosen = np.argsort(last, kind="stable")
    return Order(by_position[chosen], tuple((np.flatnonzero(np.diff(last[chosen])) + 1).tolist()))


@cached
def kilometres_of(version: str) -> Floats | None:
    """Distance between sensors as the crow flies, (N, N) km; None without coordinates."""
    run = load_run(version)
    if not run.has_coordinates:
        return None
    from analysis.roads import kilometres

    return kilometres(run.nodes["latitude"].to_numpy(), run.nodes["longitude"].to_numpy())


@cached
def hops_of(version: str) -> Floats | None:
    """Road links between sensors, (N, N), inf where there is no way; None without a road graph."""
    run = load_run(version)
    if run.adjacency is None:
        return None
    from analysis.roads import hops

    return hops(run.adjacency)
