"""What differs between two matrices of the same sensors: weights, strongest pairs, modes.

The first matrix is where one comes from, the second where one goes: differences are `second - first`, and a pair
that only the second has is gained. Axes: i receiver, j sender, k mode. `M (N, N)`, `other (N, N)`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray, checked
from analysis.matrix import Pairs, coupling, head_similarity, strongest_pairs
from analysis.spectrum import EQUAL, spectrum

SCALES = ("none", "mean", "frobenius")


@dataclass(frozen=True, slots=True)
class MatrixDifference:
    """Two matrices on one scale, and what is left when one is taken from the other.

    Attributes
    ----------
    first, second : (N, N) the two as they were compared: each divided by its size
    difference : (N, N) `second - first`; positive where the second weighs more
    scale : what their sizes are, 'none', 'mean' or 'frobenius'
    first_size, second_size : what each was divided by, in its unit; 1 where nothing was
    correlation : Pearson's, over the weights between two sensors, directions and signs kept; 0 where one of the
        two is the same everywhere
    cosine : `Σ ab / √(Σ a² Σ b²)` over the same weights; 1 for the same but for scale; 0 where one is all zero
    """

    first: FloatArray
    second: FloatArray
    difference: FloatArray
    scale: str
    first_size: float
    second_size: float
    correlation: float
    cosine: float


def matrix_difference(
    M: ArrayLike, other: ArrayLike, scale: Literal["none", "mean", "frobenius"] = "none"
) -> MatrixDifference:
    """Difference `other / s(other) - M / s(M)`, and how alike the two are.

        s = 1                                  'none'
        s = mean |M_ij|,      i ≠ j            'mean'
        s = √(Σ M_ij²),       i ≠ j            'frobenius'

    Heads of different scale can be compared once each is divided by its own size. The diagonal has no part in a
    size or a likeness: a sensor's weight on itself often dwarfs all others. Without weights between sensors a
    matrix has no size and is left as it is.

    Parameters
    ----------
    M : (N, N)
    other : (N, N), the same sensors in the same order
    scale : what each is divided by

    Returns
    -------
    MatrixDifference

    Raises
    ------
    ValueError
        As `arrays.checked` for both, another N, or an unknown scale.

    Examples
    --------
    >>> found = matrix_difference([[0, 1], [3, 0]], [[0, 2], [6, 0]], scale="mean")
    >>> found.first.tolist(), found.second_size, found.difference.tolist(), round(found.cosine, 6)
    ([[0.0, 0.5], [1.5, 0.0]], 4.0, [[0.0, 0.0], [0.0, 0.0]], 1.0)
    """
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {', '.join(SCALES)}, got {scale!r}")
    first, second = _pair(M, other)
    sizes = _size(first, scale), _size(second, scale)
    likeness = head_similarity(np.stack([first, second]))[0, 1]
    a, b = first / sizes[0], second / sizes[1]
    return MatrixDifference(a, b, b - a, scale, *sizes, float(likeness), _cosine(first, second))


def _pair(M: ArrayLike, other: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first = checked(M)
    return first, checked(other, "other", len(first))


def _between(matrix: FloatArray) -> FloatArray:
    """Return the weights between two sensors, (N(N-1),)."""
    return matrix[~np.eye(len(matrix), dtype=bool)]


def _size(matrix: FloatArray, scale: str) -> float:
    weight = np.abs(_between(matrix))
    largest = float(weight.max(initial=0.0))
    if scale == "none" or largest == 0:
        return 1.0
    share = weight / largest  # squares of very large or very small weights would leave the range of float64
    size = largest * float(share.mean() if scale == "mean" else np.linalg.norm(share))
    return size or 1.0  # that of denormal weights may round to zero


def _cosine(first: FloatArray, second: FloatArray) -> float:
    a, b = _between(first), _between(second)
    if not (a.any() and b.any()):
        return 0.0
    a, b = a / np.abs(a).max(), b / np.abs(b).max()  # see `_size`
    return float(np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1.0, 1.0))


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """The strongest pairs of two matrices, sorted into three classes; every pair i < j, strongest first.

    Attributes
    ----------
    kept : (K, 2) pairs among the strongest of both, in the order of the second
    gained : (G, 2) of the second alone
    lost : (L, 2) of the first alone
    kept_weight, gained_weight : (K,), (G,) symmetrised weights in the second, with their sign
    lost_weight : (L,) the same in the first
    jaccard : `K / (K + G + L)`, the share of all these pairs that both have; nan where there is none
    chance : what two independent choices of as many pairs would share on average; nan where there is none
    p : how likely independent choices share as many or more; a hint, as pairs are not quite independent
    arbitrary : pairs of either list that are tied with pairs outside of it: the agreement on these says little
    """

    kept: IntArray
    gained: IntArray
    lost: IntArray
    kept_weight: FloatArray
    gained_weight: FloatArray
    lost_weight: FloatArray
    jaccard: float
    chance: float
    p: float
    arbitrary: int


def edge_change(M: ArrayLike, other: ArrayLike, share: float = 0.02) -> EdgeChange:
    """Sort the strongest pairs of two matrices into kept, gained and lost, and say what chance would keep.

        jaccard = |A ∩ B| / |A ∪ B|
        chance  = Σ_k P(k) k / (a + b - k),  P hypergeometric: b of all N(N-1)/2 pairs, a of them in A

    The strongest pairs are those of `matrix.strongest_pairs`: a pair without weight is never among them, ties at
    the cut are broken by the order of the sensors, and `arbitrary` counts those. Directions do not count.

    Parameters
    ----------
    M : (N, N), before
    other : (N, N), after; the same sensors in the same order
    share : strongest share of the N(N-1)/2 pairs, of each

    Returns
    -------
    EdgeChange; empty arrays (0, 2) where there is nothing

    Raises
    ------
    ValueError
        As `arrays.checked` for both, another N, and as `matrix.strongest_count`.

    References
    ----------
    Jaccard, New Phytologist 11 (1912); its mean under independent choice: Real and Vargas, Systematic Biology 45
    (1996).

    Examples
    --------
    >>> found = edge_change([[0, 9, 8], [0, 0, 1], [0, 0, 0]], [[0, 9, 1], [0, 0, 8], [0, 0, 0]], share=0.67)
    >>> found.kept.tolist(), found.gained.tolist(), found.lost.tolist()
    ([[0, 1]], [[1, 2]], [[0, 2]])
    >>> round(found.jaccard, 6), round(found.chance, 6)
    (0.333333, 0.555556)
    """
    first, second = _pair(M, other)
    before, after = strongest_pairs(first, share), strongest_pairs(second, share)
    sensors = len(first)
    was, now = before.first * sensors + before.second, after.first * sensors + after.second
    stays, gone = np.isin(now, was), ~np.isin(was, now)
    old, new = (np.stack([pairs.first, pairs.second], axis=1) for pairs in (before, after))
    kept = int(stays.sum())
    either = len(was) + len(now) - kept
    chance, p = _by_chance(sensors * (sensors - 1) // 2, len(was), len(now), kept)
    return EdgeChange(
        kept=new[stays],
        gained=new[~stays],
        lost=old[gone],
        kept_weight=after.weight[stays],
        gained_weight=after.weight[~stays],
        lost_weight=before.weight[gone],
        jaccard=kept / either if either else float("nan"),
        chance=chance,
        p=p,
        arbitrary=_arbitrary(first, before) + _arbitrary(second, after),
    )


def _by_chance(pairs: int, before: int, after: int, kept: int) -> tuple[float, float]:
    """Mean Jaccard index of independent choices of `before` and `after` of all pairs, and P(at least `kept`)."""
    from scipy.stats import hypergeom  # it takes a second to load

    if not before + after:
        return float("nan"), float("nan")
    shared = np.arange(min(before, after) + 1)
    likely = hypergeom.pmf(shared, pairs, before, after)
    return float(likely @ (shared / (before + after - shared))), float(min(1.0, likely[kept:].sum()))


def _arbitrary(matrix: FloatArray, chosen: Pairs) -> int:
    """Pairs at the cut of a list that leaves out others which are just as strong."""
    if not chosen.count:
        return 0
    tied = int(np.count_nonzero(np.triu(coupling(matrix), k=1) == chosen.cut))
    inside = int(np.count_nonzero(np.abs(chosen.weight) == chosen.cut))
    return inside if tied > inside else 0


@dataclass(frozen=True, slots=True)
class SpectrumDifference:
    """Eigenvalues of two symmetrised matrices, and how far their leading modes span the same patterns.

    Attributes
    ----------
    first, second : (N,) eigenvalues, descending, in the unit of each matrix
    difference : (N,) `second - first`, by rank: modes of one rank need not be alike
    overlap : (K,) entry k - 1 is about the leading k modes: mean cos² of the k principal angles between what they
        span; 1 the same patterns, 0 none in common; nan where mode k shares its eigenvalue with mode k + 1 in either
        matrix, so that the leading k are not defined
    chance : (K,) the mean overlap with modes in random directions, `k / N`
    cosines : (K,) cosines of the principal angles between the leading K modes, descending
    """

    first: FloatArray
    second: FloatArray
    difference: FloatArray
    overlap: FloatArray
    chance: FloatArray
    cosines: FloatArray


def spectrum_difference(M: ArrayLike, other: ArrayLike, modes: int = 10) -> SpectrumDifference:
    """Eigenvalues side by side, and the overlap of the leading modes of two matrices.

        overlap_k = ‖U_kᵀ V_k‖² / k,  the mean of cos² θ_1, ..., cos² θ_k

    U_k and V_k hold the k modes with the largest eigenvalues. A single eigenvector has no sign, and near
    eigenvalues change places at the least disturbance; what the leading modes span together does neither.

    Parameters
    ----------
    M : (N, N), taken as `(M + Mᵀ) / 2`
    other : (N, N), the same sensors in the same order
    modes : >= 1; no more than N are looked at

    Returns
    -------
    SpectrumDifference, K = min(modes, N)

    Raises
    ------
    ValueError
        As `arrays.checked` for both, another N, or modes below 1.

    References
    ----------
    Björck and Golub, Mathematics of Computation 27 (1973): principal angles.

    Examples
    --------
    >>> found = spectrum_difference([[3, 0, 0], [0, 2, 0], [0, 0, 1]], [[2, 0, 0], [0, 3, 0], [0, 0, 1]], modes=2)
    >>> found.overlap.tolist(), found.difference.tolist(), found.cosines.round(6).tolist()
    ([0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0])
    """
    if modes < 1:
        raise ValueError(f"modes must be at least 1, got {modes}")
    first, second = (spectrum(matrix) for matrix in _pair(M, other))
    sensors = len(first.values)
    count = min(modes, sensors)
    between = first.vectors[:, :count].T @ second.vectors[:, :count]  # (K, K)
    sums = (between**2).cumsum(axis=0).cumsum(axis=1).diagonal()
    leading = np.arange(1, count + 1)
    defined = _apart(first.values, count) & _apart(second.values, count)
    overlap = np.where(defined, np.clip(sums / leading, 0.0, 1.0), np.nan)
    cosines = np.clip(np.linalg.svd(between, compute_uv=False), 0.0, 1.0)
    values = first.values, second.values, second.values - first.values
    return SpectrumDifference(*values, overlap, leading / sensors, cosines)


def _apart(values: FloatArray, count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each of the leading eigenvalues differs from the next; the last of all always does."""
    near = -np.diff(values) <= EQUAL * np.abs(values).max()
    return np.append(~near, True)[:count]
