"""Particles turned, mirrored and moved all together, and how well a forecast follows.

    x → R x + s,  v → R v          R = Rz Ry Rx M,  M mirrors x where that is asked for, else the identity
    back:  x → Rᵀ (x - s),  v → Rᵀ v

Physics does not know where north is: a forecast f that has learned physics turns along, ``f(R x + s) = R f(x) + s``.
How far it does not is the largest distance over particles and frames between f(x) and the forecast of the turned
particles, turned back, as a share of the size of what was forecast.

No torch here. Axes: ... any that come first, t frame, n particle, c component (0 to 2 the position, 3 to 5 the
velocity).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rotation(degrees: Sequence[float], *, mirrored: bool = False) -> Array:
    """The matrix (3, 3) that mirrors x if asked for, then turns about the axes x, y and z by so many degrees.

    Raises
    ------
    ValueError
        There are not three finite angles.

    Examples
    --------
    >>> (rotation([0, 0, 90]) @ [1.0, 0, 0]).round(9).tolist()
    [0.0, 1.0, 0.0]
    >>> rotation([0, 0, 0], mirrored=True).tolist()
    [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    angles = np.asarray(degrees, dtype=np.float64)
    if angles.shape != (3,) or not np.isfinite(angles).all():
        raise ValueError(f"degrees must be three finite angles, got {degrees!r:.80}")
    whole = np.diag([-1.0 if mirrored else 1.0, 1.0, 1.0])
    for axis, angle in enumerate(np.deg2rad(angles)):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[second, first], turn[first, second] = np.sin(angle), -np.sin(angle)
        whole = turn @ whole
    return whole


def turned(states: NDArray[Any], matrix: Array, shift: Array) -> Array:
    """States (..., 6) with their positions turned and moved by ``shift`` (3,), and their velocities turned.

    Examples
    --------
    >>> turned(np.array([1.0, 0, 0, 0, 1, 0]), rotation([0, 0, 90]), np.array([0.0, 0, 5])).round(9).tolist()
    [0.0, 1.0, 5.0, -1.0, 0.0, 0.0]
    """
    x, v = np.asarray(states[..., :3], dtype=np.float64), np.asarray(states[..., 3:], dtype=np.float64)
    return np.concatenate([x @ matrix.T + shift, v @ matrix.T], axis=-1)


def turned_back(states: NDArray[Any], matrix: Array, shift: Array) -> Array:
    """What ``turned`` made of states (..., 6), undone."""
    x, v = np.asarray(states[..., :3], dtype=np.float64), np.asarray(states[..., 3:], dtype=np.float64)
    return np.concatenate([(x - shift) @ matrix, v @ matrix], axis=-1)


def distances(first: NDArray[Any], second: NDArray[Any]) -> tuple[Array, Array]:
    """How far two forecasts (..., T, N, 6) are apart, of positions and of velocities, each (..., T, N).

    Positions as a share of the size of the first one's cloud, the root mean square distance of its particles from
    their middle in each frame; velocities as a share of its root mean square speed in each frame. Neither changes
    when all particles are turned or moved. 0 where both agree, whatever the size.

    Raises
    ------
    ValueError
        The shapes differ, or are not (..., T, N, 6).

    Examples
    --------
    >>> first = np.zeros((1, 2, 6))
    >>> first[0, :, 0] = 1.0, -1.0
    >>> second = first.copy()
    >>> second[0, 0, 1] = 0.5
    >>> distances(first, second)[0].tolist()
    [[0.5, 0.0]]
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if first.shape != second.shape or first.ndim < 3 or first.shape[-1] != 6:
        raise ValueError(f"both forecasts must have one shape (..., T, N, 6), got {first.shape} and {second.shape}")
    places = first[..., :3] - first[..., :3].mean(axis=-2, keepdims=True)
    return _share(first[..., :3] - second[..., :3], places), _share(first[..., 3:] - second[..., 3:], first[..., 3:])


def _share(apart: Array, whole: Array) -> Array:
    """Lengths of ``apart`` (..., N, 3) over the root mean square length of ``whole`` in each frame."""
    length = np.linalg.norm(apart, axis=-1)
    size = np.sqrt(np.square(whole).sum(axis=-1).mean(axis=-1, keepdims=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(length == 0, 0.0, length / size)
