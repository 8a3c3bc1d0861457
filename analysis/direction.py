"""Whether a matrix goes one way: as a whole, and pair by pair.

Axes: i receiver, j sender. `M (N, N)`.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, checked


def asymmetry(M: ArrayLike) -> float:
    """How much the directions differ, `‖M - Mᵀ‖_F / ‖M + Mᵀ‖_F` off the diagonal.

    Without negative weights it lies between 0 (symmetric) and 1 (every pair one-way). Where the two
    directions of a pair have opposite signs it can exceed 1, and is inf for `M = -Mᵀ`. 0 for all zero and
    for one sensor.

    Parameters
    ----------
    M : (N, N)

    Returns
    -------
    float >= 0, without unit: the scale of M cancels

    Raises
    ------
    ValueError
        As `checked`.

    Examples
    --------
    >>> asymmetry([[0, 3], [3, 0]]), asymmetry([[0, 3], [0, 0]])
    (0.0, 1.0)
    """
    matrix = checked(M)
    np.fill_diagonal(matrix, 0.0)
    largest = np.abs(matrix).max()
    if largest == 0:
        return 0.0
    matrix /= largest  # squares of very large or very small weights would leave the range of float64
    kept = float(np.linalg.norm(matrix + matrix.T))
    lost = float(np.linalg.norm(matrix - matrix.T))
    return lost / kept if kept else float("inf")


def mutuality(M: ArrayLike) -> FloatArray:
    """How far each pair goes both ways: its weaker direction over its stronger one.

        r_ij = M_ij / M_ji where |M_ij| <= |M_ji|, else M_ji / M_ij        i < j, one of the two not 0

    1: both directions have one weight. 0: one direction alone has any. Below 0: the two have opposite signs, and
    -1 those of `M = -Mᵀ`. Every pair counts alike here, where `asymmetry` weighs them by their squares.

    Parameters
    ----------
    M : (N, N)

    Returns
    -------
    (P,) from -1 to 1, of the P pairs with weight in the order of `np.triu_indices`; without unit

    Raises
    ------
    ValueError
        As `checked`.

    Examples
    --------
    >>> mutuality([[0, 3, 0], [1.5, 0, 0], [2, 0, 0]]).tolist(), mutuality([[0, 1], [-1, 0]]).tolist()
    ([0.5, 0.0], [-1.0])
    """
    matrix = checked(M)
    upper = np.triu_indices(len(matrix), k=1)
    one, other = matrix[upper], matrix.T[upper]
    weaker, stronger = np.where(np.abs(one) <= np.abs(other), (one, other), (other, one))
    known = stronger != 0
    return np.asarray(weaker[known] / stronger[known], dtype=np.float64)
