"""What differs between the matrices of two runs, or of two heads of one; cached by the versions of both.

The sensors of the second run are put into the order of the first, by their ids: the same sensors in another order are
the same sensors. Where their ids differ, no matrix of one can be set against one of the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from app.selection import MEAN
from app.store.communities import communities_of
from app.store.entries import Floats, Ints, cached, load_run
from app.store.matrix import matrix_of

if TYPE_CHECKING:
    from analysis.communities import Communities
    from analysis.difference import EdgeChange, MatrixDifference, SpectrumDifference
    from analysis.groups import Agreement
    from analysis.matching import HeadMatch, LabelMatch

MODES = 10  # leading modes whose patterns are compared


def places_in(ids: Sequence[str], other: Sequence[str]) -> Ints | None:
    """Where each of ``ids`` stands in ``other``, (N,); None unless both hold the same ids.

    >>> places_in(["a", "b"], ["b", "a"]).tolist(), places_in(["a"], ["a", "b"]) is None
    ([1, 0], True)
    """
    place = {sensor: k for k, sensor in enumerate(other)}
    if len(ids) != len(other) or set(ids) != set(place):
        return None
    return np.array([place[sensor] for sensor in ids], dtype=np.int64)


@cached
def aligned(version: str, other: str) -> Ints | None:
    """Where each sensor of a run stands in another; None where the two are of other sensors."""
    return places_in(load_run(version).nodes["id"].tolist(), load_run(other).nodes["id"].tolist())


def places_of_other(version: str, other: str) -> Ints:
    """The same where there is such an order.

    Raises
    ------
    ValueError
        The two are of other sensors.
    """
    places: Ints | None = aligned(version, other)
    if places is None:
        raise ValueError("two runs must have the same sensors for their matrices to be compared")
    return places


@cached
def other_matrix(version: str, other: str, head: str) -> Floats:
    """A head of the second run, its sensors in the order of the first, (N, N)."""
    places = places_of_other(version, other)
    return cast(Floats, matrix_of(other, head)[np.ix_(places, places)])


# Heads


@cached
def head_match_of(version: str, other: str) -> "HeadMatch":
    """Which head of the second run does what each head of the first does: one of the same layer, where there is one."""
    from analysis.matching import matched_heads

    places, first, second = places_of_other(version, other), load_run(version), load_run(other)
    return matched_heads(first.interaction, second.interaction[:, places][:, :, places], (first.heads, second.heads))


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The head that another one is compared with.

    Attributes
    ----------
    head : its name, or 'mean'
    why : 'chosen'; 'mean', as the mean is compared with the mean; 'named', where both runs have one of that name and
        layer; 'matched', by assigning each head of the one run a head of the other; 'alike', the most similar where no
        assignment leaves one
    likeness : correlation of the two; nan where one was chosen, or both are means
    """

    head: str
    why: str
    likeness: float = float("nan")


@cached
def counterpart_of(version: str, head: str, other: str, chosen: str) -> Counterpart | None:
    """The head of the second run to compare with: the chosen one, else the one that matches.

    Within one run, the other head that is most like it. None where there is no head but itself.
    """
    ours, theirs = load_run(version).heads, load_run(other).heads
    if chosen:
        return Counterpart(chosen, "chosen")
    if version == other:
        return _most_alike(version, head, [name for name in theirs if name != head] if len(theirs) > 1 else [])
    if head == MEAN:
        return Counterpart(MEAN, "mean")
    from analysis.matching import layer

    match: HeadMatch = head_match_of(version, other)
    row = ours.index(head)
    if (partner := int(match.partner[row])) >= 0:
        alone = all([layer(name) for name in names].count(layer(head)) == 1 for names in (ours, theirs))
        why = "named" if alone and theirs[partner] == head else "matched"
        return Counterpart(theirs[partner], why, float(match.likeness[row]))
    column = int(match.similarity[row].argmax())
    return Counterpart(theirs[column], "alike", float(match.similarity[row, column]))


def _most_alike(version: str, head: str, others: Sequence[str]) -> Counterpart | None:
    from analysis.matching import matched_heads

    if not others:
        return None
    likeness = matched_heads(matrix_of(version, head)[None], [matrix_of(version, name) for name in others])
    best = int(likeness.partner[0])
    return Counterpart(others[best], "alike", float(likeness.likeness[0]))


# Matrices


@cached
def difference_of(version: str, head: str, other: str, other_head: str, scale: str) -> "MatrixDifference":
    """Both matrices on one scale, and their difference."""
    from analysis.difference import matrix_difference

    return matrix_difference(matrix_of(version, head), other_matrix(version, other, other_head), scale)  # type: ignore[arg-type]


@cached
def edges_of(version: str, head: str, other: str, other_head: str, share: float) -> "EdgeChange":
    """Strongest pairs kept, gained and lost."""
    from analysis.difference import edge_change

    return edge_change(matrix_of(version, head), other_matrix(version, other, other_head), share)


@cached
def spectra_of(version: str, head: str, other: str, other_head: str, scale: str) -> "SpectrumDifference":
    """Eigenvalues of both on one scale, and the overlap of what their leading modes span."""
    from analysis.difference import spectrum_difference

    found = difference_of(version, head, other, other_head, scale)
    return spectrum_difference(found.first, found.second, MODES)


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """The communities of both.

    Attributes
    ----------
    first : those of the first
    match : those of the second, in the order of the first run's sensors and under the numbers of the first
    count : number of different numbers among both
    agreement : how well the two agree, beside chance; None where one of them has no group
    """

    first: "Communities"
    match: "LabelMatch"
    count: int
    agreement: "Agreement | None"


@cached
def groups_of(version: str, head: str, other: str, other_head: str, method: str, count: int) -> Groups:
    """Communities of both by the same method, numbered alike."""
    from analysis.groups import agreement
    from analysis.matching import matched_labels

    first = communities_of(version, head, method, count)
    labels = communities_of(other, other_head, method, count).labels[places_of_other(version, other)]
    match = matched_labels(labels, first.labels)
    both = (first.labels >= 0).any() and (labels >= 0).any()
    return Groups(
        first=first,
        match=match,
        count=int(max(first.labels.max(initial=-1), match.labels.max(initial=-1))) + 1,
        agreement=agreement(labels, first.labels) if both else None,
    )
