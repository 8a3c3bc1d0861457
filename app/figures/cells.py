"""The cells of a matrix's picture: their order, and fewer of them where there are too many to send."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ordered(matrix: NDArray[Any], names: list[str], order: NDArray[Any] | None) -> tuple[NDArray[Any], list[str]]:
    """Rows, columns and names (N) in the order given, a permutation; None leaves them.

    >>> ordered(np.array([[0, 1], [2, 3]]), ["a", "b"], np.array([1, 0]))
    (array([[3, 2],
           [1, 0]]), ['b', 'a'])
    """
    if order is None:
        return matrix, names
    order = np.asarray(order)
    if sorted(order.tolist()) != list(range(len(matrix))):
        raise ValueError(f"order must hold each of 0 to {len(matrix) - 1} once, got {order.tolist()[:10]}")
    return matrix[np.ix_(order, order)], [names[k] for k in order]


def block_size(cells: int, most: int) -> int:
    """How many cells a side a block must have so that at most ``most`` blocks a side are left.

    >>> block_size(400, most=400), block_size(401, most=400)
    (1, 2)
    """
    return max(1, -(-cells // most))


def block_means(matrix: NDArray[Any], size: int) -> NDArray[Any]:
    """Means of blocks of ``size`` by ``size`` cells; the last block of a row or column may be smaller.

    >>> block_means(np.array([[1.0, 3.0, 5.0], [1.0, 3.0, 5.0], [0.0, 0.0, 7.0]]), 2)
    array([[2., 5.],
           [0., 7.]])
    """
    if size == 1:
        return matrix
    starts = np.arange(0, len(matrix), size)
    sums = np.add.reduceat(np.add.reduceat(matrix.astype(float), starts, axis=0), starts, axis=1)
    members = np.diff(np.append(starts, len(matrix)))
    means: NDArray[Any] = sums / np.outer(members, members)
    return means


def block_names(names: list[str], size: int) -> list[str]:
    """What each block of ``size`` sensors is called: its first, and how many follow.

    >>> block_names(["a", "b", "c"], 2)
    ['a +1', 'c']
    """
    groups = [names[at : at + size] for at in range(0, len(names), size)]
    return [group[0] if len(group) == 1 else f"{group[0]} +{len(group) - 1}" for group in groups]
