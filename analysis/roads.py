"""A learned matrix against a graph that is known: roads, or the planted graph of made data.

A road joins i and j where `road[i, j] > 0` or `road[j, i] > 0`, i ≠ j: a pair without direction. Measures that
rank pairs by their coupling share ties out over every order of the tied pairs, so that a flat matrix scores
exactly chance and the order of the sensors never matters. Axes: i, j sensor, p pair.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray, checked, checked_road, joined
from analysis.matrix import coupling, strongest_count, strongest_pairs

EARTH_RADIUS = 6371.0088  # km, mean radius of the WGS 84 ellipsoid


@dataclass(frozen=True, slots=True)
class RoadMatch:
    """How well strong pairs tell where the roads are.

    Attributes
    ----------
    pairs : number of strongest pairs that were looked at
    hits : how many of them have a road; not whole where tied pairs each count in part
    precision : `hits / pairs`; nan without pairs
    chance : share of all pairs that have a road, the precision of a blind choice; nan for one sensor
    auroc : how likely a pair with a road couples more than one without, ties half; nan if all or none
        have one
    average_precision : mean precision over all cuts, weighted by the roads that each adds; nan without any
    road_pairs : number of all pairs that have a road
    """

    pairs: int
    hits: float
    precision: float
    chance: float
    auroc: float
    average_precision: float
    road_pairs: int

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


def _match(weight: FloatArray, edge: FloatArray, count: int) -> RoadMatch:
    """Match of couplings (N, N) with an undirected graph (N, N) of 0 and 1."""
    upper = ~np.tri(len(weight), dtype=bool)
    weight, edge = weight[upper], edge[upper]
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

    Pairs are ranked by `|M_ij + M_ji| / 2`. Pairs without weight are ranked too, as ties at zero: a matrix of
    zeros has precision and average precision equal to chance and AUROC 0.5.

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
    return _match(weight, edge, strongest_count(len(weight), share))


def recovery(M: ArrayLike, truth: ArrayLike, share: float | None = None) -> RoadMatch:
    """How well a matrix recovers the planted graph: `road_match` with the true couplings in place of roads.

    Without a share it looks at as many pairs as the truth couples, so that precision is recall as well. A
    truth without couplings then leaves nothing to look at: pairs is 0 and precision nan.

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
    count = int(edge.sum()) // 2 if share is None else strongest_count(len(weight), share)
    return _match(weight, edge, count)


def hops(road: ArrayLike) -> FloatArray:
    """Fewest roads on the way from each sensor to each other, whatever their weight and direction.

    A search in breadth from all sensors at once: on each level a sensor reaches what its neighbours have reached.

    Parameters
    ----------
    road : (N, N), >= 0

    Returns
    -------
    (N, N), symmetric, whole numbers, 0 on the diagonal; inf where no way leads

    Raises
    ------
    ValueError
        As `arrays.checked_road`.

    Examples
    --------
    >>> hops([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]).tolist()[0]
    [0.0, 1.0, 2.0, inf]
    """
    edge = joined(checked_road(road))
    sensors = len(edge)
    degree = edge.sum(axis=1).astype(np.int64)
    order = np.argsort(-degree, kind="stable")  # so that those with a k-th neighbour come first
    places = _places(edge[np.ix_(order, order)], degree[order])
    # All sources at once: bit j of row i says whether j has been reached from i; 64 of them to a word.
    reached = _packed(np.eye(sensors, dtype=bool))
    farther: list[NDArray[np.uint64]] = []  # a number for each bit, digit by digit: on how many levels it was missing
    while True:
        known = reached.copy()
        for sender in places:
            known[: len(sender)] |= reached[sender]
        if np.array_equal(known, reached):
            break
        carry = ~reached
        for digit in farther:
            digit ^= carry
            carry &= ~digit
        if carry.any():
            farther.append(carry)
        reached = known
    sorted_distance = np.zeros(edge.shape)
    for k, digit in enumerate(farther):
        sorted_distance += 2.0**k * _bits(digit, sensors)
    sorted_distance[_bits(reached, sensors) == 0] = np.inf
    distance = np.empty(edge.shape)
    distance[np.ix_(order, order)] = sorted_distance
    return distance


def _places(edge: FloatArray, degree: IntArray) -> list[IntArray]:
    """The k-th neighbours of all sensors that have one, for k = 0, 1, ...; degree descends."""
    sender = np.nonzero(edge)[1]
    start = np.cumsum(degree) - degree
    having = np.searchsorted(-degree, -np.arange(int(degree.max(initial=0))), side="left")
    return [sender[start[:count] + k] for k, count in enumerate(having)]


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(N, N) of bits -> (N, ⌈N / 64⌉) words."""
    wide = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 64)))
    return np.packbits(wide, axis=1).view(np.uint64)


def _bits(words: NDArray[np.uint64], sensors: int) -> NDArray[np.uint8]:
    """(N, W) words -> (N, N) of 0 and 1."""
    return np.unpackbits(words.view(np.uint8), axis=1, count=sensors)


def kilometres(latitude: ArrayLike, longitude: ArrayLike) -> FloatArray:
    """Distance over ground between each two sensors, by the haversine formula on a sphere of 6371.0088 km.

        d = 2 R arcsin √(sin²(Δφ / 2) + cos φ_i cos φ_j sin²(Δλ / 2))

    Parameters
    ----------
    latitude : (N,) degrees north, -90 to 90; nan where unknown
    longitude : (N,) degrees east, -180 to 360; nan where unknown

    Returns
    -------
    (N, N) km, symmetric, 0 on the diagonal; nan in row and column of a sensor whose place is unknown

    Raises
    ------
    ValueError
        Not numbers, not one pair per sensor, or out of range (the first bad one is named).

    References
    ----------
    Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984).

    Examples
    --------
    >>> kilometres([0, 0, 0], [0, 90, float("nan")]).round(1).tolist()
    [[0.0, 10007.6, nan], [10007.6, 0.0, nan], [nan, nan, nan]]
    """
    north = _degrees(latitude, "latitude", -90, 90)
    east = _degrees(longitude, "longitude", -180, 360)
    if len(north) != len(east):
        raise ValueError(f"latitude and longitude must be of one length, got {len(north)} and {len(east)}")
    φ, λ = np.radians(north), np.radians(east)
    half_chord = np.sin((φ[:, None] - φ) / 2) ** 2 + np.cos(φ[:, None]) * np.cos(φ) * np.sin((λ[:, None] - λ) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0))), dtype=np.float64)


def _degrees(values: ArrayLike, name: str, lowest: int, highest: int) -> FloatArray:
    angle = np.array(values)
    if angle.ndim != 1 or angle.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be (N,) numbers, got shape {angle.shape} of dtype {angle.dtype}")
    outside = (angle < lowest) | (angle > highest)
    if outside.any():
        sensor = int(outside.argmax())
        raise ValueError(f"{name} must be from {lowest} to {highest}, got {angle[sensor]} at sensor {sensor}")
    return angle.astype(np.float64)


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
    """

    weight_by_hops: FloatArray
    chance_by_hops: FloatArray
    unreachable: float
    half: float
    chance_half: float


def reach(M: ArrayLike, road: ArrayLike, share: float | None = None) -> Reach:
    """Share of the coupling `|M_ij + M_ji| / 2` that spans 1, 2, ... hops of the road graph.

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
    return Reach(
        weight_by_hops=by_hops,
        chance_by_hops=chance_by_hops,
        unreachable=unreachable,
        half=_half(by_hops, unreachable),
        chance_half=_half(chance_by_hops, chance_unreachable),
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


def spans(pairs_first: ArrayLike, pairs_second: ArrayLike, distance: ArrayLike) -> FloatArray:
    """Distance that each pair spans, `distance[first, second]`: hops or kilometres, whichever is given.

    Parameters
    ----------
    pairs_first, pairs_second : (P,) integers from 0 to N - 1, as in `matrix.Pairs`
    distance : (N, N), from `hops` or `kilometres`; may hold inf and nan

    Returns
    -------
    (P,), in the unit of distance

    Raises
    ------
    ValueError
        Distance not square, pairs of different length, not integers, or not among the sensors.

    Examples
    --------
    >>> spans([0, 0], [1, 2], hops([[0, 1, 0], [1, 0, 1], [0, 1, 0]])).tolist()
    [1.0, 2.0]
    """
    between = np.array(distance, dtype=np.float64)
    if between.ndim != 2 or between.shape[0] != between.shape[1]:
        raise ValueError(f"distance must be square, (N, N), got shape {between.shape}")
    first, second = np.asarray(pairs_first), np.asarray(pairs_second)
    for name, sensor in (("pairs_first", first), ("pairs_second", second)):
        if sensor.ndim != 1 or (sensor.size and sensor.dtype.kind not in "iu"):
            kind = f"shape {sensor.shape} of dtype {sensor.dtype}"
            raise ValueError(f"{name} must be (P,) integers, got {kind}")
        if sensor.size and (sensor.min() < 0 or sensor.max() >= len(between)):
            raise ValueError(f"{name} must be from 0 to {len(between) - 1}, got {sensor.min()} to {sensor.max()}")
    if len(first) != len(second):
        raise ValueError(f"pairs must be of one length, got {len(first)} first and {len(second)} second")
    return between[first.astype(np.int64), second.astype(np.int64)]


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

    @property
    def both_count(self) -> int:
        """Number of strongest pairs that have a road."""
        return len(self.both)

    @property
    def learned_count(self) -> int:
        """Number of strongest pairs without a road."""
        return len(self.learned)

    @property
    def road_count(self) -> int:
        """Number of roads that are not among the strongest pairs."""
        return len(self.road)


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
