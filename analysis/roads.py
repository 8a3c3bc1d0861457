"""A learned matrix against a graph that is known: roads, or the planted graph of made data.

A road joins i and j where `road[i, j] > 0` or `road[j, i] > 0`, i ≠ j: a pair without direction. Measures that
rank pairs by their coupling share ties out over every order of the tied pairs, so that a flat matrix scores
exactly chance and the order of the sensors never matters. Axes: i, j sensor, p pair.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray, checked, checked_road, joined
from analysis.distances import hops
from analysis.matrix import coupling, strongest_count, strongest_pairs


@dataclass(frozen=True, slots=True)
class RoadMatch:
    """How well strong pairs tell where the roads are.

    Attributes
    ----------
    pairs : number of strongest pairs that were looked at; never one without weight, unless `recovery` without a share
    hits : how many of them have a road; not whole where tied pairs each count in part
    precision : `hits / pairs`; nan without pairs
    chance : share of all pairs that have a road, the precision of a blind choice; nan for one sensor
    auroc : how likely a pair with a road couples more than one without, ties half; nan if all or none
        have one
    average_precision : mean precision over all cuts, weighted by the roads that each adds; nan without any
    road_pairs : number of all pairs that have a road
    asked : number of strongest pairs that was asked for, `pairs` or more: of a sparse matrix fewer may have any weight
    """

    pairs: int
    hits: float
    precision: float
    chance: float
    auroc: float
    average_precision: float
    road_pairs: int
    asked: int

    @property
    def lift(self) -> float:
        """How many times more than chance; 1.0 means the map explains nothing, nan that there is no road."""
        return self.precision / self.chance if self.chance else float("nan")


def _likelihood(weight: FloatArray, count: int) -> FloatArray:
    """Return (P,) how likely each pair is among the `count` strongest, over all orders of tied pairs."""
    if not count:
        return np.zeros(len(weight))
    cut = np.partition(weight, len(weight) - count)[len(weight) - count]
    above, tied = weight > cut, weight == cut
    return np.where(above, 1.0, np.where(tied, (count - above.sum()) / tied.sum(), 0.0))


def _match(weight: FloatArray, edge: FloatArray, asked: int, *, weighted: bool) -> RoadMatch:
    """Match of couplings (N, N) with an undirected graph (N, N) of 0 and 1; of pairs with weight alone, if asked to."""
    upper = ~np.tri(len(weight), dtype=bool)
    weight, edge = weight[upper], edge[upper]
    count = min(asked, int(np.count_nonzero(weight))) if weighted else asked
    roads = int(edge.sum())
    auroc, average_precision = _ranking(weight, edge > 0)
    hits = float(_likelihood(weight, count) @ edge)
    return RoadMatch(
        pairs=count,
        hits=hits,
        precision=hits / count if count else float("nan"),
        chance=roads / len(edge) if len(edge) else float("nan"),
        auroc=auroc,
        average_precision=average_precision,
        road_pairs=roads,
        asked=asked,
    )


def _ranking(weight: FloatArray, road: NDArray[np.bool_]) -> tuple[float, float]:
    """AUROC and average precision as scikit-learn defines them, from two sorts of numbers instead of their places.

    AUROC = Σ_r (#{others below r} + #{others equal to r} / 2) / (roads · others)
    AP    = Σ_r precision of all pairs that couple at least as much as r / roads
    """
    on, off = np.sort(weight[road]), np.sort(weight[~road])
    if not len(on):
        return float("nan"), float("nan")
    below = np.searchsorted(off, on, side="left")
    up_to = np.searchsorted(off, on, side="right")
    roads_from = len(on) - np.searchsorted(on, on, side="left")
    precision = roads_from / (roads_from + len(off) - below)
    auroc = float((below + up_to).sum() / (2 * len(on) * len(off))) if len(off) else float("nan")
    return auroc, float(precision.mean())


def road_match(M: ArrayLike, road: ArrayLike, share: float = 0.02) -> RoadMatch:
    """Precision of the strongest pairs as roads, and how well all couplings rank roads before other pairs.

    Pairs are ranked by `|M_ij + M_ji| / 2`. A pair without weight is never among the strongest, as in
    `matrix.strongest_pairs`: where fewer have any than are asked for, `pairs` is below `asked`, and precision is of
    those. AUROC and average precision rank them too, as ties at zero: of a matrix of zeros, pairs is 0, precision nan,
    average precision chance and AUROC 0.5.

    Without any road, precision is 0 and lift, AUROC and average precision are nan; where every pair has one, all
    are 1 and AUROC is nan. One sensor: pairs is 0 and the rest nan.

    Parameters
    ----------
    M : (N, N)
    road : (N, N), >= 0; any positive weight is a road
    share : strongest share of the N(N-1)/2 pairs, see `matrix.strongest_count`

    Returns
    -------
    RoadMatch

    Raises
    ------
    ValueError
        As `arrays.checked`, `arrays.checked_road` and `matrix.strongest_count`.

    References
    ----------
    Ties: McSherry and Najork, Computing information retrieval performance measures efficiently in the
    presence of tied scores, ECIR 2008.

    Examples
    --------
    >>> road = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    >>> found = road_match([[0, 5, 1], [5, 0, 2], [1, 2, 0]], road, share=0.34)
    >>> found.pairs, found.precision, round(found.lift, 6), found.auroc
    (1, 1.0, 1.5, 1.0)
    """
    weight = coupling(M)
    edge = joined(checked_road(road, len(weight)))
    return _match(weight, edge, strongest_count(len(weight), share), weighted=True)


def recovery(M: ArrayLike, truth: ArrayLike, share: float | None = None) -> RoadMatch:
    """How well a matrix recovers the planted graph: `road_match` with the true couplings in place of roads.

    Without a share it looks at as many pairs as the truth couples, those without weight as ties at zero, so that
    precision is recall as well. A truth without couplings then leaves nothing to look at: pairs is 0 and precision nan.

    Parameters
    ----------
    M : (N, N)
    truth : (N, N) planted graph; any weight but 0, of either sign, is a coupling
    share : strongest share of the N(N-1)/2 pairs; None for as many as there are in the truth

    Returns
    -------
    RoadMatch, where 'road' means true coupling

    Raises
    ------
    ValueError
        As `arrays.checked`, for both, and `matrix.strongest_count`.

    Examples
    --------
    >>> found = recovery([[0, 5, 1], [0, 0, 2], [0, 0, 0]], truth=[[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> found.pairs, found.precision, round(found.lift, 6)
    (2, 1.0, 1.5)
    """
    weight = coupling(M)
    edge = joined(checked(truth, "truth", len(weight)))
    if share is None:
        return _match(weight, edge, int(edge.sum()) // 2, weighted=False)
    return _match(weight, edge, strongest_count(len(weight), share), weighted=True)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far over the roads the coupling goes.

    Attributes
    ----------
    weight_by_hops : (K,) share of the coupling between sensors 1, 2, ..., K hops apart, K the most that the
        road graph has, the same for every matrix; nan where nothing is coupled
    chance_by_hops : (K,) the same for a flat matrix: the share of pairs
    unreachable : share of the coupling between sensors that no way joins; adds up to 1 with weight_by_hops
    half : fewest hops within which at least half of all coupling stays; inf if no number of hops does, nan if
        nothing is coupled
    chance_half : the same for a flat matrix
    middle : hops within which exactly half stays, where the weight of each hop is spread evenly over it: above
        `half - 1`, at most `half`; inf and nan as `half`
    chance_middle : the same for a flat matrix
    nearer : standard deviations by which more of the coupling stays within `chance_middle` than with the same
        couplings at random pairs; below 0 where less does, nan where chance cannot vary it
    """

    weight_by_hops: FloatArray
    chance_by_hops: FloatArray
    unreachable: float
    half: float
    chance_half: float
    middle: float
    chance_middle: float
    nearer: float


def reach(M: ArrayLike, road: ArrayLike, share: float | None = None) -> Reach:
    """Share of the coupling `|M_ij + M_ji| / 2` that spans 1, 2, ... hops of the road graph.

        middle = k - 1 + (½ - Σ_{h < k} s_h) / s_k                  k = half, s_h the share that spans h hops
        nearer = (Σ_p w_p c_p - w̄ Σ_p c_p) / √(Σ_p (w_p - w̄)² Σ_p (c_p - c̄)² / (P - 1))

    c_p is 1 for pairs nearer than the hop in which a flat matrix has its half, 0 for those farther, and for those in it
    the part that makes c̄ one half. The root is the standard deviation over all ways to put the P couplings w at
    pairs: whole hops alone are coarse, and of few couplings half is soon nearer by chance.

    Parameters
    ----------
    M : (N, N)
    road : (N, N), >= 0
    share : look at this strongest share of pairs alone, tied pairs at the cut each in part; None for all pairs

    Returns
    -------
    Reach; one sensor and a matrix of zeros couple nothing

    Raises
    ------
    ValueError
        As `arrays.checked`, `arrays.checked_road` and `matrix.strongest_count`.

    Examples
    --------
    >>> chain = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    >>> found = reach([[0, 1, 2], [1, 0, 1], [2, 1, 0]], chain)
    >>> found.weight_by_hops.tolist(), found.half, found.chance_half
    ([0.5, 0.5], 1.0, 1.0)
    """
    pairs = coupling(M)
    upper = ~np.tri(len(pairs), dtype=bool)
    weight = pairs[upper]
    distance = hops(checked_road(road, len(pairs)))[upper]
    if share is not None:
        weight = weight * _likelihood(weight, strongest_count(len(pairs), share))
    by_hops, unreachable = _by_hops(weight, distance)
    chance_by_hops, chance_unreachable = _by_hops(np.ones(len(distance)), distance)
    half, chance_half = _half(by_hops, unreachable), _half(chance_by_hops, chance_unreachable)
    chance_middle = _middle(chance_by_hops, chance_half)
    return Reach(
        weight_by_hops=by_hops,
        chance_by_hops=chance_by_hops,
        unreachable=unreachable,
        half=half,
        chance_half=chance_half,
        middle=_middle(by_hops, half),
        chance_middle=chance_middle,
        nearer=_nearer(weight, distance, chance_middle),
    )


def _by_hops(weight: FloatArray, distance: FloatArray) -> tuple[FloatArray, float]:
    reachable = np.isfinite(distance)
    most = int(distance[reachable].max(initial=0))
    total = weight.sum()
    if not total:
        return np.full(most, np.nan), float("nan")
    sums = np.bincount(distance[reachable].astype(np.int64), weight[reachable], minlength=most + 1)[1:]
    return sums / total, float(weight[~reachable].sum() / total)


def _half(by_hops: FloatArray, unreachable: float) -> float:
    if np.isnan(unreachable):
        return float("nan")
    enough = np.cumsum(by_hops) >= 0.5 - 1e-12
    return float(enough.argmax() + 1) if enough.any() else float("inf")


def _middle(by_hops: FloatArray, half: float) -> float:
    if not np.isfinite(half):
        return half
    k = int(half)
    within = (0.5 - float(by_hops[: k - 1].sum())) / float(by_hops[k - 1])
    return k - 1 + min(max(within, 0.0), 1.0)


def _nearer(weight: FloatArray, distance: FloatArray, chance_middle: float) -> float:
    if not np.isfinite(chance_middle) or not weight.any():
        return float("nan")
    near = np.clip(chance_middle - (distance - 1), 0.0, 1.0)  # c, whose mean is one half
    deviations = weight / weight.max() - weight.mean() / weight.max()
    variance = (deviations**2).sum() * ((near - near.mean()) ** 2).sum()
    if variance <= 1e-20 * len(weight) ** 2:
        return float("nan")
    return float(deviations @ near / np.sqrt(variance / (len(weight) - 1)))


@dataclass(frozen=True, slots=True)
class EdgeClasses:
    """Strongest pairs and roads, sorted into three classes; every pair i < j.

    Attributes
    ----------
    both : (P, 2) strongest pairs that have a road, strongest first
    learned : (Q, 2) strongest pairs without a road, strongest first
    road : (R, 2) roads that are not among the strongest pairs, in the order of the sensors
    both_weight, learned_weight : (P,), (Q,) symmetrised weights with their sign, in the unit of M
    """

    both: IntArray
    learned: IntArray
    road: IntArray
    both_weight: FloatArray
    learned_weight: FloatArray


def edge_classes(M: ArrayLike, road: ArrayLike, share: float = 0.02) -> EdgeClasses:
    """Sort the strongest pairs and the roads into: both, learned only, road only.

    The strongest pairs are those of `matrix.strongest_pairs`, which never has a pair without weight and breaks
    ties by the order of the sensors: this is a list to draw. For a measure take `road_match`.

    Parameters
    ----------
    M : (N, N)
    road : (N, N), >= 0
    share : strongest share of the N(N-1)/2 pairs

    Returns
    -------
    EdgeClasses; empty arrays (0, 2) where there is nothing

    Raises
    ------
    ValueError
        As `arrays.checked`, `arrays.checked_road` and `matrix.strongest_count`.

    Examples
    --------
    >>> chain = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    >>> found = edge_classes([[0, 5, 3], [5, 0, 0], [3, 0, 0]], chain, share=0.7)
    >>> found.both.tolist(), found.learned.tolist(), found.road.tolist()
    ([[0, 1]], [[0, 2]], [[1, 2]])
    """
    strongest = strongest_pairs(M, share)
    matrix = checked(M)
    edge = joined(checked_road(road, len(matrix))) > 0
    pairs = np.stack([strongest.first, strongest.second], axis=1)  # (count, 2)
    on_road = edge[strongest.first, strongest.second]
    edge[strongest.first, strongest.second] = False
    return EdgeClasses(
        both=pairs[on_road],
        learned=pairs[~on_road],
        road=np.argwhere(np.triu(edge, k=1)).astype(np.int64),
        both_weight=strongest.weight[on_road],
        learned_weight=strongest.weight[~on_road],
    )
