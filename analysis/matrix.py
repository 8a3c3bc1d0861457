"""The interaction matrix itself: what it weighs, how evenly.

Axes: i receiver, j sender, h head. `M (N, N)`, `interaction (H, N, N)`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray, checked, checked_heads


def symmetrised(M: ArrayLike) -> FloatArray:
    """Symmetric part `(M + Mᵀ) / 2`, diagonal and signs kept.

    Parameters
    ----------
    M : (N, N)

    Returns
    -------
    (N, N), exactly symmetric, in the unit of M

    Raises
    ------
    ValueError
        As `checked`.

    Examples
    --------
    >>> symmetrised([[5, 4], [0, 5]]).tolist()
    [[5.0, 2.0], [2.0, 5.0]]
    """
    matrix = checked(M)
    return (matrix + matrix.T) / 2


def coupling(M: ArrayLike) -> FloatArray:
    """Strength of each pair, `C_ij = |M_ij + M_ji| / 2`, with a zero diagonal.

    Every measure of pairs in this package is a measure of this matrix. A negative weight couples as strongly
    as a positive one; the two directions of a pair cancel where their signs are opposite.

    Parameters
    ----------
    M : (N, N)

    Returns
    -------
    (N, N), symmetric, >= 0, in the unit of M

    Raises
    ------
    ValueError
        As `checked`.

    Examples
    --------
    >>> coupling([[5, -4], [0, 5]]).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    pairs = np.abs(symmetrised(M))
    np.fill_diagonal(pairs, 0.0)
    return pairs


def mean_of_heads(interaction: ArrayLike) -> FloatArray:
    """Mean over heads, `(1/H) Σ_h M_h`.

    Heads differ, and their mean is not always the best summary: `head_similarity` says how much they differ.

    Parameters
    ----------
    interaction : (H, N, N)

    Returns
    -------
    (N, N), in the unit of the heads

    Raises
    ------
    ValueError
        As `checked_heads`.

    Examples
    --------
    >>> mean_of_heads([[[0, 1], [2, 0]], [[0, 3], [4, 0]]]).tolist()
    [[0.0, 2.0], [3.0, 0.0]]
    """
    return np.asarray(checked_heads(interaction).mean(axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Sparsity:
    """How few others a sensor listens to.

    Attributes
    ----------
    zeros : share of exact zeros among the N(N-1) entries off the diagonal; nan for one sensor
    neighbours : (N,) effective number of senders of each receiver; 0 for an empty row, at most N - 1
    """

    zeros: float
    neighbours: FloatArray

    @property
    def typical(self) -> float:
        """Effective number of senders of the median receiver."""
        return float(np.median(self.neighbours))


def sparsity(M: ArrayLike) -> Sparsity:
    """Exact zeros, and the effective number of neighbours of each receiver.

        neighbours_i = exp(-Σ_j p_ij ln p_ij),  p_ij = |M_ij| / Σ_j |M_ij|,  j ≠ i

    This is the count of equally weighted senders with the same entropy: 1 when a receiver uses one sender,
    N - 1 when it uses all alike. Unlike a count over a threshold it does not change with the scale of M.
    Directions are kept: rows of M as they are.

    Parameters
    ----------
    M : (N, N), the matrix that multiplies the features: zeros of a raw parameter say nothing about the model

    Returns
    -------
    Sparsity

    Raises
    ------
    ValueError
        As `checked`.

    References
    ----------
    Hill, Diversity and evenness, Ecology 54 (1973): the number of order 1.

    Examples
    --------
    >>> found = sparsity([[0, 1, 1], [2, 0, 0], [0, 0, 0]])
    >>> found.zeros, found.neighbours.round(6).tolist(), round(found.typical, 6)
    (0.5, [2.0, 1.0, 0.0], 1.0)
    """
    weight = np.abs(checked(M))
    np.fill_diagonal(weight, 0.0)
    sensors = len(weight)
    entries = sensors * (sensors - 1)
    # Divided by the largest first: a row of denormal numbers has a sum that cannot be divided by.
    largest = weight.max(axis=1, keepdims=True)
    share = np.divide(weight, largest, out=np.zeros_like(weight), where=largest > 0)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=share, where=total > 0)
    logarithm = np.log(share, out=np.zeros_like(share), where=share > 0)
    neighbours = np.where(total[:, 0] > 0, np.exp(-(share * logarithm).sum(axis=1)), 0.0)
    zeros = (int((weight == 0).sum()) - sensors) / entries if entries else float("nan")
    return Sparsity(zeros=zeros, neighbours=neighbours)


@dataclass(frozen=True, slots=True)
class Strength:
    """How much weight passes through each sensor, in the unit of M.

    Attributes
    ----------
    received : (N,) `Σ_j |M_ij|`, j ≠ i: what sensor i takes from others
    sent : (N,) `Σ_i |M_ij|`, i ≠ j: what others take from sensor j
    self_weight : (N,) `M_ii`, with its sign
    """

    received: FloatArray
    sent: FloatArray
    self_weight: FloatArray


def strength(M: ArrayLike) -> Strength:
    """Weight that each sensor receives, sends, and keeps for itself.

    Parameters
    ----------
    M : (N, N)

    Returns
    -------
    Strength

    Raises
    ------
    ValueError
        As `checked`.

    References
    ----------
    Barrat et al., The architecture of complex weighted networks, PNAS 101 (2004).

    Examples
    --------
    >>> found = strength([[9, 1, 2], [0, 9, 0], [0, -4, 9]])
    >>> found.received.tolist(), found.sent.tolist(), found.self_weight.tolist()
    ([3.0, 0.0, 4.0], [0.0, 5.0, 2.0], [9.0, 9.0, 9.0])
    """
    matrix = checked(M)
    own = matrix.diagonal().copy()
    weight = np.abs(matrix)
    np.fill_diagonal(weight, 0.0)
    return Strength(received=weight.sum(axis=1), sent=weight.sum(axis=0), self_weight=own)


def degrees(M: ArrayLike, threshold: float) -> IntArray:
    """Number of partners of each sensor: pairs with a coupling `|M_ij + M_ji| / 2` above the threshold.

    Parameters
    ----------
    M : (N, N)
    threshold : >= 0, in the unit of M; 0 counts every pair that has any weight

    Returns
    -------
    (N,) int64, each from 0 to N - 1

    Raises
    ------
    ValueError
        As `checked`, and when the threshold is negative or not finite.

    Examples
    --------
    >>> degrees([[0, 4, 0], [0, 0, 1], [0, 1, 0]], threshold=1.5).tolist()
    [1, 1, 0]
    """
    if not (np.isfinite(threshold) and threshold >= 0):
        raise ValueError(f"threshold must be finite and at least 0, got {threshold}")
    return np.asarray((coupling(M) > threshold).sum(axis=1), dtype=np.int64)


def strongest_count(sensors: int, share: float) -> int:
    """Number of pairs in the strongest share: `max(1, round(share · N(N-1)/2))`, 0 where there is no pair.

    Parameters
    ----------
    sensors : N >= 1
    share : 0 < share <= 1; 0.02 is 2 %

    Returns
    -------
    int, at most N(N-1)/2

    Raises
    ------
    ValueError
        When the share is outside of that range.

    Examples
    --------
    >>> strongest_count(207, 0.02), strongest_count(5, 0.02), strongest_count(1, 0.02)
    (426, 1, 0)
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be greater than 0 and at most 1, got {share}")
    pairs = sensors * (sensors - 1) // 2
    return min(pairs, max(1, round(share * pairs)))


@dataclass(frozen=True, slots=True)
class Pairs:
    """The strongest pairs of sensors, strongest first.

    Attributes
    ----------
    first, second : (P,) sensors of each pair, first < second
    weight : (P,) symmetrised weight with its sign, `(M_ij + M_ji) / 2`
    share : the share of all pairs that was asked for
    cut : `|weight|` of the weakest pair in the list; nan when the list is empty
    left_out : pairs that have a weight and are not in the list
    """

    first: IntArray
    second: IntArray
    weight: FloatArray
    share: float
    cut: float
    left_out: int

    @property
    def count(self) -> int:
        """Number of pairs in the list; fewer than asked for where fewer pairs have any weight."""
        return len(self.weight)


def strongest_pairs(M: ArrayLike, share: float = 0.02) -> Pairs:
    """Pairs with the largest coupling `|M_ij + M_ji| / 2`, descending; ties in the order of the sensors.

    A pair without weight is never among them: one sensor and a matrix of zeros give an empty list.
    Ties at the cut are broken by the order of the sensors, because a list has to end somewhere; measures that
    must not depend on that order (`roads.road_match`) share them out instead.

    Parameters
    ----------
    M : (N, N)
    share : strongest share of the N(N-1)/2 pairs, see `strongest_count`

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        As `checked` and `strongest_count`.

    Examples
    --------
    >>> found = strongest_pairs([[0, 0, -6], [1, 0, 0], [-6, 2, 0]], share=0.7)
    >>> found.first.tolist(), found.second.tolist(), found.weight.tolist(), found.cut, found.left_out
    ([0, 1], [2, 2], [-6.0, 1.0], 1.0, 1)
    """
    matrix = symmetrised(M)
    count = strongest_count(len(matrix), share)
    upper = ~np.tri(len(matrix), dtype=bool)
    weight = matrix[upper]
    weighted = int(np.count_nonzero(weight))
    count = min(count, weighted)
    size = np.abs(weight)
    # Only those at or above the cut are put in order: they are few.
    cut = np.partition(size, len(size) - count)[len(size) - count] if count else np.inf
    order = np.flatnonzero(size >= cut)
    order = order[np.argsort(-size[order], kind="stable")][:count]
    first, second = np.divmod(np.flatnonzero(upper)[order], len(matrix))
    return Pairs(
        first=first,
        second=second,
        weight=weight[order],
        share=float(share),
        cut=float(np.abs(weight[order[-1]])) if len(order) else float("nan"),
        left_out=weighted - len(order),
    )


def head_similarity(interaction: ArrayLike) -> FloatArray:
    """Pearson correlation of the off-diagonal weights of each two heads, directions and signs kept.

    1 on the diagonal. 0 between a head whose off-diagonal weights are all equal and any other: it says
    nothing about where the other is strong. Heads of one sensor have no off-diagonal weights: 0 as well.

    Parameters
    ----------
    interaction : (H, N, N)

    Returns
    -------
    (H, H), symmetric, from -1 to 1; scale and offset of a head cancel

    Raises
    ------
    ValueError
        As `checked_heads`.

    Examples
    --------
    >>> first, flat = [[0, 1, 2], [3, 0, 4], [5, 6, 0]], [[9, 1, 1], [1, 9, 1], [1, 1, 9]]
    >>> opposite = [[0, -1, -2], [-3, 0, -4], [-5, -6, 0]]
    >>> head_similarity([first, opposite, flat]).round(6).tolist()
    [[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    heads = checked_heads(interaction)
    off_diagonal = ~np.eye(heads.shape[1], dtype=bool)
    similarity = np.eye(len(heads))
    if not off_diagonal.any():
        return similarity
    weights = heads[:, off_diagonal]  # (H, N(N-1))
    constant = weights.max(axis=1) == weights.min(axis=1)
    departures = weights - weights.mean(axis=1, keepdims=True)
    departures[constant] = 0.0  # the mean of equal numbers is not always equal to them
    departures /= np.where(constant, 1.0, np.abs(departures).max(axis=1))[:, None]
    departures /= np.where(constant, 1.0, np.linalg.norm(departures, axis=1))[:, None]
    similarity[:] = np.clip(departures @ departures.T, -1.0, 1.0)
    np.fill_diagonal(similarity, 1.0)
    return similarity
