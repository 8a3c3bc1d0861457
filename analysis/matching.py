"""What in one result is the counterpart of what in another: groups, and heads of one layer, have no order of their own.

Matches are optimal assignments (Kuhn 1955; Crouse, IEEE Transactions on Aerospace and Electronic Systems 52, 2016):
no other choice of counterparts, each used once, has a larger sum.

Axes: i, j sensor, h head of the one, g of the other, s run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray, checked_heads
from analysis.matrix import head_similarity

BoolArray = NDArray[np.bool_]

_NUMBERED = re.compile(r"((?:.*[\W_])?head[ _-]?)[0-9]+", re.DOTALL | re.IGNORECASE)


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


def matched_heads(
    first: ArrayLike, second: ArrayLike, names: tuple[Sequence[str], Sequence[str]] | None = None
) -> HeadMatch:
    """Counterparts of the heads of one model among those of another, by the correlation of their weights.

        maximise Σ_h corr(first_h, second_π(h)),  over the weights between two sensors, directions and signs kept

    Of models with different numbers of heads, the smaller number find a counterpart. A match is always found, also
    where no two heads are alike: `likeness` and `rest` say what it is worth.

    With names, the heads of a layer that both have (`layer`) are matched with each other alone, 'output' with 'output';
    those of layers that the other has not are matched among themselves.

    Parameters
    ----------
    first : (H, N, N)
    second : (G, N, N), the same sensors in the same order
    names : those of the H heads and of the G heads; None where any head may stand for any other

    Returns
    -------
    HeadMatch

    Raises
    ------
    ValueError
        As `arrays.checked_heads` for both, different N, or names that are not as many as the heads.

    Examples
    --------
    >>> near, far = [[0, 9, 1], [9, 0, 9], [1, 9, 0]], [[0, 1, 9], [1, 0, 1], [9, 1, 0]]
    >>> found = matched_heads([near, far], [far, near])
    >>> found.partner.tolist(), found.likeness.round(6).tolist(), round(found.rest, 6)
    ([1, 0], [1.0, 1.0], -1.0)
    >>> matched_heads([near, far], [far, near], (["layer 1", "layer 2"], ["layer 1", "layer 2"])).partner.tolist()
    [0, 1]
    """
    from scipy.optimize import linear_sum_assignment

    ours, theirs = checked_heads(first, "first"), checked_heads(second, "second")
    if ours.shape[1] != theirs.shape[1]:
        raise ValueError(
            f"first and second must have the same sensors, got {ours.shape[1]} and {theirs.shape[1]} of them"
        )
    similarity = head_similarity(np.concatenate([ours, theirs]))[: len(ours), len(ours) :].copy()
    partner = np.full(len(ours), -1, dtype=np.int64)
    likeness = np.full(len(ours), np.nan)
    for mine, others in _exchangeable(names, similarity.shape):
        rows, columns = linear_sum_assignment(similarity[np.ix_(mine, others)], maximize=True)
        partner[mine[rows]] = others[columns]
        likeness[mine[rows]] = similarity[mine[rows], others[columns]]
    return HeadMatch(partner=partner, likeness=likeness, similarity=similarity)


def _exchangeable(
    names: tuple[Sequence[str], Sequence[str]] | None, shape: tuple[int, ...]
) -> list[tuple[IntArray, IntArray]]:
    """Places of heads of the one, and of those of the other that may be their counterparts; each place in one pair."""
    if names is None:
        return [(np.arange(shape[0]), np.arange(shape[1]))]
    for which, given, count in zip(("first", "second"), names, shape, strict=True):
        if len(given) != count:
            raise ValueError(f"names must have one entry for each of the {count} heads of {which}, got {len(given)}")
    ours, theirs = ([layer(name) for name in given] for given in names)
    shared = set(ours) & set(theirs)
    pairs = [(_places(ours, {one}), _places(theirs, {one})) for one in dict.fromkeys(ours) if one in shared]
    return [*pairs, (_places(ours, set(ours) - shared), _places(theirs, set(theirs) - shared))]


def _places(layer_of: Sequence[str], wanted: set[str]) -> IntArray:
    return np.flatnonzero([one in wanted for one in layer_of])


def matched_runs(interactions: Sequence[ArrayLike] | FloatArray, heads: Sequence[str]) -> IntArray:
    """Which head of each run plays each head of the first: heads of one layer may stand for each other, no others.

        maximise Σ_h corr(first_h, s_π(h)) for each run s, as `matching.matched_heads`

    Parameters
    ----------
    interactions : (S, H, N, N), or S of (H, N, N); S >= 2, the same sensors in the same order
    heads : (H,) names, the same in every run, which tell the layers: see `layer`

    Returns
    -------
    (S, H); the first row is 0, 1, ...

    Raises
    ------
    ValueError
        As `checked_runs`; names that are not one for each head.

    Examples
    --------
    >>> near, far = [[0, 9, 1], [9, 0, 9], [1, 9, 0]], [[0, 1, 9], [1, 0, 1], [9, 1, 0]]
    >>> matched_runs([[near, far], [far, near]], ["head 1", "head 2"]).tolist()
    [[0, 1], [1, 0]]
    >>> matched_runs([[near, far], [far, near]], ["head 1", "output"]).tolist()
    [[0, 1], [0, 1]]
    """
    every = checked_runs(interactions)
    if len(heads) != every.shape[1]:
        raise ValueError(f"heads must have one entry for each of the {every.shape[1]} heads, got {len(heads)}")
    alike = layers(heads)
    others = [counterparts(matched_heads(every[0], other).similarity, alike) for other in every[1:]]
    return np.stack([np.arange(every.shape[1]), *others])


def layer(head: str) -> str:
    """The name by which the heads of one layer, which a model may exchange without any change in what it does, are one.

    Those are the heads of one attention layer, and are called so: 'head 1', 'head 2', or 'layer 2, head 1'. A number
    after anything else is an order, of layers one after another or of frames in time: 'layer 1' and 'layer 2', or
    'layer 1, frame 1' and 'layer 1, frame 2', are never exchanged, no more than 'output' with any.

    Parameters
    ----------
    head : a head's name

    Returns
    -------
    The name of the first head of its layer, or the name itself where it stands only for itself

    Raises
    ------
    TypeError
        It is not a text.

    Examples
    --------
    >>> [layer(head) for head in ("head 3", "layer 2, head 4", "layer 2", "layer 1, frame 9", "output")]
    ['head 1', 'layer 2, head 1', 'layer 2', 'layer 1, frame 9', 'output']
    """
    numbered = _NUMBERED.fullmatch(head)
    return f"{numbered[1]}1" if numbered else head


def layers(heads: Sequence[str]) -> tuple[IntArray, ...]:
    """Which heads may stand for each other: those of one `layer`.

    Parameters
    ----------
    heads : (H,) names

    Returns
    -------
    One array of places for each layer, in their order

    Raises
    ------
    TypeError
        A name is not a text.

    Examples
    --------
    >>> [alike.tolist() for alike in layers(["head 1", "output", "head 2"])]
    [[0, 2], [1]]
    >>> [alike.tolist() for alike in layers(["layer 1", "layer 2"])]
    [[0], [1]]
    """
    names = [layer(name) for name in heads]
    return tuple(_places(names, {one}) for one in dict.fromkeys(names))


def counterparts(similarity: FloatArray, alike: Sequence[IntArray]) -> IntArray:
    """The best counterparts of heads, each within its layer.

    Parameters
    ----------
    similarity : (H, H) of each head of the one with each of the other
    alike : the heads of each layer, as `layers` finds them

    Returns
    -------
    (H,) for each head of the one, its counterpart

    Raises
    ------
    ValueError
        Similarity is nan somewhere.

    Examples
    --------
    >>> import numpy as np
    >>> counterparts(np.array([[0.1, 0.9], [0.8, 0.2]]), [np.array([0, 1])]).tolist()
    [1, 0]
    """
    from scipy.optimize import linear_sum_assignment

    partner = np.empty(len(similarity), dtype=np.int64)
    for places in alike:
        partner[places] = places[linear_sum_assignment(similarity[np.ix_(places, places)], maximize=True)[1]]
    return partner


def checked_runs(interactions: Sequence[ArrayLike] | FloatArray) -> FloatArray:
    """The matrices of all runs as float64, once they are known to be of the same heads and sensors.

    Parameters
    ----------
    interactions : (S, H, N, N), or S of (H, N, N); S >= 2

    Returns
    -------
    (S, H, N, N) float64, a copy

    Raises
    ------
    ValueError
        As `arrays.checked_heads` for each run; fewer than two runs, or other shapes.

    Examples
    --------
    >>> checked_runs([[[[0, 1], [2, 0]]], [[[0, 3], [1, 0]]]]).shape
    (2, 1, 2, 2)
    """
    if len(interactions) < 2:
        raise ValueError(f"interactions must be of at least two runs, got {len(interactions)}")
    every = [checked_heads(one, f"interactions[{s}]") for s, one in enumerate(interactions)]
    for s, one in enumerate(every):
        if one.shape != every[0].shape:
            raise ValueError(
                f"interactions must have one shape in all runs, {every[0].shape} as the first, "
                f"got {one.shape} in run {s}"
            )
    return np.stack(every)
