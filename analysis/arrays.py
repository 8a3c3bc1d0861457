"""The arrays that every measure takes: matrices and road graphs, checked before anything is computed.

Axes: i receiver, j sender, h head. `M (N, N)`, `interaction (H, N, N)`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def _numbers(values: ArrayLike, name: str) -> FloatArray:
    """Return a float64 copy, so that no result can share memory with what was given."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return np.array(array, dtype=np.float64)


def checked(M: ArrayLike, name: str = "interaction", sensors: int | None = None) -> FloatArray:
    """Matrix as float64, once it is known to be square and finite.

    Parameters
    ----------
    M : (N, N), N >= 1
    name : what to call it in an error
    sensors : the N that another array has fixed, if any

    Returns
    -------
    (N, N) float64, a copy

    Raises
    ------
    ValueError
        Not numbers, not square, without sensors, not of the size asked for, or not finite: the first bad
        place is named.

    Examples
    --------
    >>> checked([[0, 1], [2, 0]]).tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    >>> checked([[0, float("nan")], [2, 0]])
    Traceback (most recent call last):
    ...
    ValueError: interaction must be finite, got nan at row 0, column 1
    """
    matrix = _numbers(M, name)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"{name} must be square with at least one sensor, (N, N), got shape {matrix.shape}")
    if sensors is not None and len(matrix) != sensors:
        raise ValueError(f"{name} must have shape ({sensors}, {sensors}), got shape {matrix.shape}")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise ValueError(f"{name} must be finite, got {matrix[row, column]} at row {row}, column {column}")
    return matrix


def checked_road(road: ArrayLike, sensors: int | None = None, name: str = "road") -> FloatArray:
    """Road graph as float64, once it is known to be square, finite, not negative and of the right size.

    Parameters
    ----------
    road : (N, N), >= 0; 0 where there is no road
    sensors : N of the matrix it is to stand beside, if any
    name : what to call it in an error

    Returns
    -------
    (N, N) float64, a copy

    Raises
    ------
    ValueError
        As `checked`, and when a weight is negative (the first bad place is named).

    Examples
    --------
    >>> checked_road([[0, 1], [1, 0]], sensors=2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    >>> checked_road([[0, -1], [1, 0]], sensors=2)
    Traceback (most recent call last):
    ...
    ValueError: road must not be negative, got -1.0 at row 0, column 1
    """
    matrix = checked(road, name, sensors)
    if (matrix < 0).any():
        row, column = np.argwhere(matrix < 0)[0]
        weight = matrix[row, column]
        raise ValueError(f"{name} must not be negative, got {weight} at row {row}, column {column}")
    return matrix


def joined(graph: ArrayLike, name: str = "graph") -> FloatArray:
    """1 where a weight of either sign joins two sensors, in either direction, else 0.

    Parameters
    ----------
    graph : (N, N)
    name : what to call it in an error

    Returns
    -------
    (N, N) of 0 and 1, symmetric, zero diagonal

    Raises
    ------
    ValueError
        As `checked`.

    Examples
    --------
    >>> joined([[7, 2, 0], [0, 0, 0], [0, -1, 0]]).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    matrix = checked(graph, name)
    edge = np.zeros(matrix.shape)
    edge[(matrix != 0) | (matrix.T != 0)] = 1.0
    np.fill_diagonal(edge, 0.0)
    return edge


def checked_heads(interaction: ArrayLike, name: str = "interaction") -> FloatArray:
    """Matrices of all heads as float64, once they are known to be square and finite.

    Parameters
    ----------
    interaction : (H, N, N), H >= 1, N >= 1
    name : what to call it in an error

    Returns
    -------
    (H, N, N) float64, a copy

    Raises
    ------
    ValueError
        Not numbers, another shape, or not finite (the first bad place is named).

    Examples
    --------
    >>> checked_heads([[[0, 1], [2, 0]]]).shape
    (1, 2, 2)
    >>> checked_heads([[0, 1], [2, 0]])
    Traceback (most recent call last):
    ...
    ValueError: interaction must have shape (heads, sensors, sensors), each at least 1, got shape (2, 2)
    """
    heads = _numbers(interaction, name)
    if heads.ndim != 3 or heads.shape[1] != heads.shape[2] or not heads.size:
        raise ValueError(
            f"{name} must have shape (heads, sensors, sensors), each at least 1, got shape {heads.shape}"
        )
    if not np.isfinite(heads).all():
        head, row, column = np.argwhere(~np.isfinite(heads))[0]
        weight = heads[head, row, column]
        raise ValueError(f"{name} must be finite, got {weight} at head {head}, row {row}, column {column}")
    return heads
