"""Random matrices with the strengths of a given one: its couplings in other places, every sensor's sum kept.

A sensor that couples strongly with everyone looks like a hub of any graph. With the strengths s_i = Σ_j C_ij,

    E_ij = x_i x_j, i ≠ j, with Σ_j E_ij = s_i      what the strengths alone lead one to expect
    C*_ij = y_i y_j E_ij (C / E)_π(ij)              the ratios in random places, y so that Σ_j C*_ij = s_i

x and y by the same fixed-point iteration, symmetric scaling to given sums [1]. The ratios keep zeros and heavy
tails: a draw is as sparse as the matrix. It knows nothing of the map: it says what strengths explain, and is too
liberal where near sensors couple.

[1] Knight, Ruiz and Uçar, SIAM Journal on Matrix Analysis 35 (2014); Sinkhorn and Knopp (1967). The model:
Serrano and Boguñá, AIP Conference Proceedings 776 (2005).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray
from analysis.matrix import coupling, symmetrised

ROUNDS = 100
MOST_SCALE = 1e4  # by which a draw may lift a sensor
CLOSE = 1e-3  # sums within this share of the strength are kept


def _scales(
    weight: FloatArray, strength: FloatArray, rounds: int, close: float, most: float = np.inf
) -> tuple[FloatArray, float]:
    """Return y (N,) with `y_i Σ_j W_ij y_j = strength_i`, and the largest share by which a sum is off."""
    scale = np.ones(len(strength))
    off = float("inf")
    for _ in range(rounds):
        total = scale * (weight @ scale)
        ratio = np.divide(strength, total, out=np.ones_like(total), where=total > 0)
        off = float(np.abs(1 / ratio - 1).max())
        if off < close:
            break
        # Where zeros lie so that no scales will do, those of some sensors grow without end: they need not.
        scale = np.minimum(scale * np.sqrt(ratio), most)
    return scale, off


def expected_coupling(M: ArrayLike) -> FloatArray:
    """Coupling that the strengths alone lead one to expect, `E_ij = x_i x_j` off the diagonal.

    Parameters
    ----------
    M : (N, N)

    Returns
    -------
    (N, N), symmetric, zero diagonal, with the row sums of `matrix.coupling`, in the unit of M

    Raises
    ------
    ValueError
        As `arrays.checked`; when nothing couples; when one sensor holds half of all coupling or more: then
        nothing could be anywhere else.

    Examples
    --------
    >>> expected_coupling([[0, 1, 3, 2], [0, 0, 2, 3], [0, 0, 0, 1], [0, 0, 0, 0]]).round(6).tolist()[0]
    [0.0, 1.0, 1.0, 1.0]
    """
    weight = coupling(M)
    strength = weight.sum(axis=1)
    total = float(strength.sum())
    if total == 0:
        raise ValueError("interaction must couple at least one pair, got all zero off the diagonal")
    if strength.max() >= 0.4999 * total:
        raise ValueError(
            f"no sensor may hold half of all coupling, got {strength.max() / total:.1%} at sensor {strength.argmax()}"
        )
    weight = np.ones_like(weight) - np.eye(len(weight))
    strength = strength / total
    scale, off = _scales(weight * (strength > 0) * (strength > 0)[:, None], strength, 5000, 1e-10)
    if off > CLOSE:
        raise ValueError(f"strengths must be such that a matrix can have them, sums came no closer than {off:.1%}")
    return np.asarray(weight * np.outer(scale, scale) * (strength > 0) * (strength > 0)[:, None] * total)


def configurations(M: ArrayLike, draws: int, seed: int = 0) -> Iterator[FloatArray]:
    """Draw after draw, a matrix with the couplings' strengths and ratios, and the signs and diagonal of M.

    Each ratio carries the sign of its pair along; the diagonal stays with its sensor. Where the zeros of a
    draw do not let sums come within 0.1 % of the strengths in 100 rounds, it is as close as it came; on a very
    sparse matrix a sensor may draw only zeros, and has no strength in that draw.

    Parameters
    ----------
    M : (N, N), symmetrised
    draws : >= 1
    seed : of the permutations

    Returns
    -------
    Iterator of (N, N), symmetric, in the unit of M

    Raises
    ------
    ValueError
        As `expected_coupling`, and when draws is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.random.default_rng(0).random((6, 6))
    >>> drawn = next(configurations(M + M.T, draws=1))
    >>> bool(np.allclose(drawn.sum(axis=1), (M + M.T).sum(axis=1), rtol=1e-3))
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    matrix = symmetrised(M)
    expected = expected_coupling(matrix)
    own = np.diag(matrix.diagonal())
    np.fill_diagonal(matrix, 0.0)
    strength = np.abs(matrix).sum(axis=1)
    upper = np.triu_indices(len(matrix), k=1)
    ratio = matrix[upper] / np.where(expected[upper] > 0, expected[upper], 1.0)
    places = np.flatnonzero(expected[upper] > 0).astype(np.int64)
    return (own + drawn for drawn in _drawn(expected, strength, ratio, places, draws, seed))


def _drawn(
    expected: FloatArray, strength: FloatArray, ratio: FloatArray, places: IntArray, draws: int, seed: int
) -> Iterator[FloatArray]:
    generator = np.random.default_rng(seed)
    first, second = np.triu_indices(len(expected), k=1)
    first, second, ratio = first[places], second[places], ratio[places]
    for _ in range(draws):
        matrix = np.zeros_like(expected)
        matrix[first, second] = expected[first, second] * generator.permutation(ratio)
        matrix += matrix.T
        scale, _ = _scales(np.abs(matrix), strength, ROUNDS, CLOSE, MOST_SCALE)
        yield matrix * np.outer(scale, scale)
