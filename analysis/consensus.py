"""What many agree on: the mean of matched heads over runs, and communities on which partitions agree.

Axes: s run, p partition, h head, i, j sensor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray
from analysis.groups import agreement
from analysis.matching import checked_runs, matched_runs

AGAIN = 5  # partitions of a consensus matrix, at least


@dataclass(frozen=True, slots=True)
class Consensus:
    """Communities that many partitions agree on.

    Attributes
    ----------
    labels : (N,) 0 for the largest community, then 1, ...; of two equally large, the one with the earlier sensor comes
        first; -1 for a sensor without another that is with it often enough
    count : number of communities
    rounds : consensus matrices that were partitioned; 0 where the partitions were equal from the start
    converged : whether the partitions of the last round were all equal
    """

    labels: IntArray
    count: int
    rounds: int
    converged: bool


def consensus_graph(interactions: Sequence[ArrayLike] | FloatArray, heads: Sequence[str]) -> FloatArray:
    """The mean over runs of every weight, once the heads of each are matched to those of the first.

    What all seeds learned stays; what one of them made up is divided by the number of runs.

    Parameters
    ----------
    interactions : (S, H, N, N), or S of (H, N, N); S >= 2, the same sensors in the same order
    heads : (H,) names, the same in every run, which tell the layers: see `matching.layer`

    Returns
    -------
    (H, N, N), heads as in the first run, in the unit of the matrices

    Raises
    ------
    ValueError
        As `matching.matched_runs`.

    Examples
    --------
    >>> near, far = [[0, 9, 1], [9, 0, 9], [1, 9, 0]], [[0, 1, 9], [1, 0, 1], [9, 1, 0]]
    >>> consensus_graph([[near, far], [far, near]], ["head 1", "head 2"])[0].tolist()
    [[0.0, 9.0, 1.0], [9.0, 0.0, 9.0], [1.0, 9.0, 0.0]]
    """
    every, matched = checked_runs(interactions), matched_runs(interactions, heads)
    return np.asarray(
        np.mean([one[order] for one, order in zip(every, matched, strict=True)], axis=0), dtype=np.float64
    )


def consensus(partitions: Sequence[ArrayLike], tau: float = 0.5, seed: int = 0, most: int = 20) -> Consensus:
    """Communities on which partitions of the same sensors agree.

        D_ij = share of the partitions in which i and j are together, 0 where it is not above tau

    D is partitioned by Louvain's search as often as there are partitions (at least 5 times), each time with another
    seed; while these partitions differ, they are the next to be agreed on. Sensors that are together in all of them
    move as one, which leaves the best partition as it is and saves most of the time.

    Where `most` rounds do not end in agreement, the answer is the partition of the last round with the largest mean
    ARI with the others (the first of such), and `converged` is False.

    Parameters
    ----------
    partitions : at least one; each (N,) integers of at least -1; -1 for together with nobody
    tau : at least 0 and below 1: a share of the partitions; two sensors must be together in more of them to count.
        With 0.5 and two partitions both must have them together
    seed : of Louvain's search
    most : >= 1, rounds

    Returns
    -------
    Consensus

    Raises
    ------
    ValueError
        No partition, labels that are not integers of at least -1, different N, or tau or most out of its range.

    References
    ----------
    Lancichinetti and Fortunato, Consensus clustering in complex networks, Scientific Reports 2, 336 (2012).

    Examples
    --------
    >>> found = consensus([[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1], [5, 5, 5, 2, 2, 2]])
    >>> found.labels.tolist(), found.count, found.converged
    ([0, 0, 0, 1, 1, 1], 2, True)
    """
    labels = _checked_partitions(partitions)
    if not 0 <= tau < 1:
        raise ValueError(f"tau must be at least 0 and below 1, got {tau}")
    if most < 1:
        raise ValueError(f"most must be at least 1, got {most}")
    rounds = 0
    while rounds < most and (labels != labels[0]).any():
        again = max(AGAIN, len(partitions))
        labels = np.stack([_together(labels, tau, seed + rounds * again + k) for k in range(again)])
        rounds += 1
    converged = bool((labels == labels[0]).all())
    best = 0
    if not converged:
        best = int(np.argmax([np.mean([adjusted_rand(one, other) for other in labels]) for one in labels]))
    return Consensus(
        labels=labels[best].copy(), count=int(labels[best].max(initial=-1)) + 1, rounds=rounds, converged=converged
    )


def consensus_matrix(partitions: ArrayLike, tau: float = 0.5) -> tuple[FloatArray, IntArray]:
    """How often sensors are together, between the K kinds of sensors, and the kind of each.

    Sensors with the same labels throughout are of one kind; the pairs among them are a loop. So any partition of the
    kinds has the modularity that it would have as one of the sensors.

    Parameters
    ----------
    partitions : (P, N) integers of at least -1; -1 for together with nobody
    tau : a share of the partitions: being together in no more of them does not count

    Returns
    -------
    (K, K) shares times numbers of pairs, and (N,) kinds

    Raises
    ------
    ValueError
        Partitions that are not one row each.

    Examples
    --------
    >>> weight, kind = consensus_matrix([[0, 0, 0, 1], [0, 0, 1, 1]], tau=0.4)
    >>> weight.tolist(), kind.tolist()
    ([[1.0, 1.0, 0.0], [1.0, 0.0, 0.5], [0.0, 0.5, 0.0]], [0, 0, 1, 2])
    """
    labels = np.asarray(partitions, dtype=np.int64)
    if labels.ndim != 2:
        raise ValueError(f"partitions must be one row each, (P, N), got shape {labels.shape}")
    kinds, kind, members = np.unique(labels, axis=1, return_inverse=True, return_counts=True)
    share = np.mean([(one[:, None] == one) & (one >= 0) for one in kinds], axis=0)
    share[share <= tau] = 0.0
    weight = share * np.outer(members, members)
    np.fill_diagonal(weight, share.diagonal() * members * (members - 1) / 2)
    return weight, kind.reshape(-1)


def adjusted_rand(labels: IntArray, reference: IntArray) -> float:
    """Adjusted Rand index of two partitions of all sensors: -1 is a group of its own each time.

    Parameters
    ----------
    labels, reference : (N,) integers of at least -1

    Returns
    -------
    float, at most 1; near 0 for partitions that know nothing of each other

    Raises
    ------
    ValueError
        As `groups.agreement`.

    Examples
    --------
    >>> import numpy as np
    >>> adjusted_rand(np.array([0, 0, -1, -1]), np.array([1, 1, 2, 3]))
    1.0
    """
    alone = len(labels) + np.arange(len(labels))
    return agreement(
        np.where(labels < 0, alone, labels), np.where(reference < 0, alone, reference), permutations=1
    ).ari


def _together(labels: IntArray, tau: float, seed: int) -> IntArray:
    """One partition (N,) of the consensus matrix of partitions (P, N)."""
    import networkx as nx  # here: half a second that no page which only reads may wait for

    weight, kind = consensus_matrix(labels, tau)
    groups = nx.community.louvain_communities(nx.from_numpy_array(weight), seed=seed)
    found = np.empty(len(weight), dtype=np.int64)
    for group, nodes in enumerate(groups):
        found[list(nodes)] = group
    found[~weight.any(axis=1)] = -1  # together with nobody often enough, its own kind included
    return _named(found[kind])


def _named(labels: IntArray) -> IntArray:
    """The same groups by size, then by their first sensor; -1 for a sensor alone."""
    placed = np.flatnonzero(labels >= 0)
    names, first, members = np.unique(labels[placed], return_index=True, return_counts=True)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((first, -members))] = np.arange(len(names))
    rank[members == 1] = -1
    named = np.full(len(labels), -1, dtype=np.int64)
    named[placed] = rank[np.searchsorted(names, labels[placed])]
    return named


def _checked_partitions(partitions: Sequence[ArrayLike]) -> IntArray:
    """All partitions under names of ours, (P, N)."""
    if not len(partitions):
        raise ValueError("partitions must be at least one, got none")
    found = []
    for p, one in enumerate(partitions):
        labels = np.asarray(one)
        if labels.ndim != 1 or labels.dtype.kind not in "iu" or not labels.size:
            raise ValueError(
                f"partitions[{p}] must hold one integer per sensor, (N,), got shape {labels.shape} of {labels.dtype}"
            )
        if len(labels) != np.size(partitions[0]):
            raise ValueError(f"partitions[{p}] must hold one label per sensor, {np.size(partitions[0])}, "
                             f"got {len(labels)}")  # fmt: skip
        if labels.min() < -1:
            raise ValueError(f"partitions[{p}] must be at least -1, got {labels.min()} at sensor {labels.argmin()}")
        found.append(_named(labels.astype(np.int64)))
    return np.stack(found)
