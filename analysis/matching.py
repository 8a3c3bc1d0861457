"""What in one result is the counterpart of what in another: groups and heads have no order of their own.

Matches are optimal assignments (Kuhn 1955; Crouse, IEEE Transactions on Aerospace and Electronic Systems 52, 2016):
no other choice of counterparts, each used once, has a larger sum. Axes: i sensor, h head of the one, g of the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray, checked_heads
from analysis.matrix import head_similarity

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """Groups of one partition under the numbers of another.

    Attributes
    ----------
    labels : (N,) the groups by their new numbers: that of their counterpart, or where they have none, a number
        of their own above all of the reference's; -1 stays -1
    moved : (N,) True where a sensor's new number differs from its reference
    matched : number of groups that have a counterpart
    unmatched : number of groups that have none
    """

    labels: IntArray
    moved: BoolArray
    matched: int
    unmatched: int

    @property
    def moves(self) -> int:
        """Number of sensors that moved: no other numbering of the groups has fewer."""
        return int(self.moved.sum())


def matched_labels(labels: ArrayLike, reference: ArrayLike) -> LabelMatch:
    """Give each group the number of the reference's group with which it shares most sensors, each number once.

        maximise Σ_g n(g, π(g)),  n(g, r) sensors with label g and reference r

    A group that shares no sensor with its counterpart has none. Where several assignments are equally good, which one
    is taken depends on the numbers, but how many sensors move does not.

    Parameters
    ----------
    labels : (N,) integers of at least -1; -1 for no group
    reference : (N,) the same

    Returns
    -------
    LabelMatch

    Raises
    ------
    ValueError
        Not integers, not one per sensor, below -1, or of different N.

    Examples
    --------
    >>> found = matched_labels([0, 0, 1, 1, 2], reference=[1, 1, 0, 0, 0])
    >>> found.labels.tolist(), found.moved.tolist(), found.matched, found.unmatched
    ([1, 1, 0, 0, 2], [False, False, False, False, True], 2, 1)
    """
    from scipy.optimize import linear_sum_assignment

    known = _labels(reference, "reference")
    found = _labels(labels, "labels", len(known))
    groups, references = np.unique(found[found >= 0]), np.unique(known[known >= 0])
    shared = np.array([[np.count_nonzero((found == g) & (known == r)) for r in references] for g in groups])
    shared = shared.reshape(len(groups), len(references))
    number = {-1: -1}
    for row, column in zip(*linear_sum_assignment(shared, maximize=True), strict=True):
        if shared[row, column]:
            number[int(groups[row])] = int(references[column])
    matched = len(number) - 1
    free = int(known.max(initial=-1)) + 1
    for group in groups.tolist():
        if group not in number:
            number[group] = free
            free += 1
    renamed = np.array([number[label] for label in found.tolist()], dtype=np.int64)
    return LabelMatch(labels=renamed, moved=renamed != known, matched=matched, unmatched=len(groups) - matched)


def _labels(labels: ArrayLike, name: str, sensors: int | None = None) -> IntArray:
    array = np.asarray(labels)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must hold one integer per sensor, (N,), got shape {array.shape} of {array.dtype}")
    if sensors is not None and len(array) != sensors:
        raise ValueError(f"{name} must hold one label per sensor, {sensors}, got {len(array)}")
    if array.size and array.min() < -1:
        place = int(array.argmin())
        raise ValueError(f"{name} must be at least -1, got {array[place]} at sensor {place}")
    return array.astype(np.int64)


@dataclass(frozen=True, slots=True)
class HeadMatch:
    """Which head of one model does what a head of another does.

    Attributes
    ----------
    partner : (H,) for each head of the first, its counterpart in the second; -1 where none is left for it
    likeness : (H,) their correlation; nan where there is no counterpart
    similarity : (H, G) correlation of each head of the first with each of the second
    """

    partner: IntArray
    likeness: FloatArray
    similarity: FloatArray

    @property
    def rest(self) -> float:
        """Mean correlation of all other pairs of heads, beside which a match has to be seen; nan without any."""
        other = np.ones(self.similarity.shape, dtype=bool)
        paired = np.flatnonzero(self.partner >= 0)
        other[paired, self.partner[paired]] = False
        return float(self.similarity[other].mean()) if other.any() else float("nan")


def matched_heads(first: ArrayLike, second: ArrayLike) -> HeadMatch:
    """Counterparts of the heads of one model among those of another, by the correlation of their weights.

        maximise Σ_h corr(first_h, second_π(h)),  over the weights between two sensors, directions and signs kept

    Of models with different numbers of heads, the smaller number find a counterpart. A match is always found, also
    where no two heads are alike: `likeness` and `rest` say what it is worth.

    Parameters
    ----------
    first : (H, N, N)
    second : (G, N, N), the same sensors in the same order

    Returns
    -------
    HeadMatch

    Raises
    ------
    ValueError
        As `arrays.checked_heads` for both, or different N.

    Examples
    --------
    >>> near, far = [[0, 9, 1], [9, 0, 9], [1, 9, 0]], [[0, 1, 9], [1, 0, 1], [9, 1, 0]]
    >>> found = matched_heads([near, far], [far, near])
    >>> found.partner.tolist(), found.likeness.round(6).tolist(), round(found.rest, 6)
    ([1, 0], [1.0, 1.0], -1.0)
    """
    from scipy.optimize import linear_sum_assignment

    ours, theirs = checked_heads(first, "first"), checked_heads(second, "second")
    if ours.shape[1] != theirs.shape[1]:
        raise ValueError(
            f"first and second must have the same sensors, got {ours.shape[1]} and {theirs.shape[1]} of them"
        )
    similarity = head_similarity(np.concatenate([ours, theirs]))[: len(ours), len(ours) :].copy()
    partner = np.full(len(ours), -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    partner[rows] = columns
    likeness = np.full(len(ours), np.nan)
    likeness[rows] = similarity[rows, columns]
    return HeadMatch(partner=partner, likeness=likeness, similarity=similarity)
