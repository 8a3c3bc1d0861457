"""Places for sensors whose coordinates are not known, from the road graph alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, shortest_path

SIDE = 100.0  # a layout is about this wide: Leaflet's plain plane is a pixel per unit at zoom 0


def layout(adjacency: NDArray[Any], seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights (N,) and positions across (N,) in which sensors joined by roads lie close together.

    Each connected part is laid out on its own: distances on the page follow the number of roads between two
    sensors (classical scaling, then least stress). Parts stand side by side in rows, the largest first;
    sensors without any road come last. The same graph and seed give the same places.

    Parameters
    ----------
    adjacency : (N, N), an edge where either direction is not zero; weights and the diagonal do not count
    seed : breaks ties between mirror images and between sensors that cannot be told apart

    >>> y, x = layout(np.array([[0, 1], [1, 0]]))
    >>> bool(np.hypot(y[0] - y[1], x[0] - x[1]) > 0)
    True
    """
    adjacency = np.asarray(adjacency)
    if adjacency.ndim != 2 or adjacency.shape[0] != adjacency.shape[1]:
        raise ValueError(f"adjacency must be square, got shape {adjacency.shape}")
    joined = (adjacency != 0) | (adjacency.T != 0)
    np.fill_diagonal(joined, False)
    n = len(joined)
    _, part = connected_components(joined, directed=False)
    members = [np.flatnonzero(part == k) for k in range(part.max() + 1)] if n else []
    members.sort(key=lambda who: (-len(who), who[0]))
    places = np.zeros((n, 2))
    boxes = [_laid_out(joined[np.ix_(who, who)], seed) for who in members]
    for who, box, corner in zip(members, boxes, _packed([box.max(axis=0) for box in boxes]), strict=True):
        places[who] = box + corner
    if n:
        places *= SIDE / max(places.max(), 1.0)
    return places[:, 1], places[:, 0]


def _laid_out(joined: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    """Places (P, 2) of one connected part, from (0, 0) up, with a road about one unit long."""
    n = len(joined)
    if n == 1:
        return np.zeros((1, 2))
    hops = shortest_path(joined, directed=False, unweighted=True)
    centred = hops**2 - (hops**2).mean(0) - (hops**2).mean(1)[:, None] + (hops**2).mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    start = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0))
    start += np.random.default_rng(seed).normal(0, 0.05, start.shape)
    place = _least_stress(hops, start)
    first, second = np.nonzero(np.triu(joined))
    road = np.linalg.norm(place[first] - place[second], axis=1).mean()
    place = place / road if road > 0 else place
    centre = place - place.mean(0)
    _, _, axes = np.linalg.svd(centre, full_matrices=False)
    place = centre @ axes.T  # the long way lies across the page
    corner: NDArray[np.float64] = place - place.min(axis=0)
    return corner


def _least_stress(distance: NDArray[Any], place: NDArray[Any], rounds: int = 300) -> NDArray[np.float64]:
    """Places whose distances on the page are least wrong, each relative to the distance it should be.

    Minimises ``Σ (‖x_i - x_j‖ / d_ij - 1)²``, the energy of Kamada and Kawai (1989), by majorisation (Gansner,
    Koren and North, 2004): each round solves one linear system and never makes it worse.
    """
    between = ~np.eye(len(distance), dtype=bool)
    weight = np.zeros_like(distance)
    weight[between] = distance[between] ** -2
    solved = np.linalg.pinv(np.diag(weight.sum(1)) - weight)
    for _ in range(rounds):
        apart = np.linalg.norm(place[:, None] - place, axis=-1)
        pull = np.divide(weight * distance, apart, out=np.zeros_like(apart), where=apart > 0)
        moved = solved @ (pull.sum(1)[:, None] * place - pull @ place)
        still = np.abs(moved - place).max() < 1e-4
        place = moved
        if still:
            break
    return place


def _packed(sizes: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The lower left corner of each box, in rows of about the largest box's width; rows go downwards."""
    room = max([float(sizes[0][0]), np.sqrt(sum((w + 1) * (h + 1) for w, h in sizes)) * 1.3]) if sizes else 0
    corners, x, y, tall = [], 0.0, 0.0, 0.0
    for width, height in sizes:
        if x > 0 and x + width > room:
            x, y, tall = 0.0, y + tall + 1, 0.0
        corners.append(np.array([x, y]))
        x, tall = x + width + 1, max(tall, float(height))
    top = y + tall
    return [np.array([x, top - y - height]) for (x, y), (_, height) in zip(corners, sizes, strict=True)]
