"""Random road graphs that keep what is trivial: every sensor's number of roads, and how long the roads are.

Two roads swap ends, i-j and k-l become i-l and k-j, where both new roads fall into the length classes of the
old ones: i-l is as long as i-j, and k-j as long as k-l [1]. Degrees and the number of roads in each length
class never change. Here the swaps are made a reversible Markov chain whose stationary law is uniform over all
graphs that they can reach:

    1. a road and a direction i → j, each alike       2. l, alike among the sensors as far from i as j is
    3. k, alike among the neighbours of l             4. swap with probability min(1, deg l / deg j), if it leaves
                                                         a simple graph and k-j is as long as k-l

The way back from the new graph goes i → l, then j, then k among the neighbours of j: hence the ratio.

The draws are one run of that chain with the observed graph at a random place in it, run from there in both
directions. p values are then exact for a graph that is uniform given degrees and length classes, however slowly
the chain mixes [2]; a slow chain costs power, not validity.

[1] Betzel and Bassett, PNAS 115 (2018); `match_length_degree_distribution` of netneurotools, which swaps each
road at most once and in an order that does not make the graphs equally likely. [2] Besag and Clifford,
Biometrika 76 (1989), their serial method.

Axes: i, j sensor, p pair i < j in the order of `np.triu_indices`, e road, r draw.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray, checked, checked_road

CLASSES = 10
FEWER = (10, 7, 5, 3, 2, 1)  # classes that are tried in turn
STEPS_A_ROAD = 3.0  # steps of the chain between two draws, for each road
STEPS = 1000  # where that would be more than these, as many as there are roads if they are more


@dataclass(frozen=True, slots=True)
class Rewired:
    """Road graphs with the degrees and lengths of the one that was given.

    Attributes
    ----------
    pairs : (R, E) the roads of each draw, as numbers of pairs i < j in the order of `np.triu_indices`
    observed : (E,) the same of the graph that was given
    moved : mean share of the roads that are elsewhere than in the graph that was given; nan without a road
    """

    pairs: IntArray
    observed: IntArray
    moved: float


def length_classes(kilometres: ArrayLike, road: ArrayLike, classes: int = CLASSES) -> IntArray:
    """Class of length of each pair: as many roads in one as in another; one more class for all longer pairs.

    Parameters
    ----------
    kilometres : (N, N) distances, symmetric
    road : (N, N), >= 0; a pair with a weight in either direction has a road
    classes : >= 1; with fewer roads than twice this, there are half as many classes as roads

    Returns
    -------
    (N, N) from 0, shortest, on; the diagonal is -1

    Raises
    ------
    ValueError
        As `arrays.checked` and `arrays.checked_road`, and when classes is below 1.

    Examples
    --------
    >>> spot = [[0, 1, 3, 6], [1, 0, 2, 5], [3, 2, 0, 3], [6, 5, 3, 0]]
    >>> length_classes(spot, [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]], classes=2)[0].tolist()
    [-1, 0, 1, 1]
    """
    if classes < 1:
        raise ValueError(f"classes must be at least 1, got {classes}")
    distance = checked(kilometres, "kilometres")
    edge = checked_road(road, len(distance))
    first, second = np.triu_indices(len(distance), k=1)
    length = distance[first, second][(edge[first, second] > 0) | (edge[second, first] > 0)]
    count = max(1, min(classes, len(length) // 2))
    cuts = np.unique(np.quantile(length, np.arange(1, count + 1) / count)) if len(length) else np.empty(0)
    found = np.searchsorted(cuts, distance, side="left").astype(np.int64)
    np.fill_diagonal(found, -1)
    return found


def rewired(
    road: ArrayLike,
    kilometres: ArrayLike,
    draws: int = 499,
    seed: int = 0,
    classes: int | IntArray = CLASSES,
    steps_a_road: float = STEPS_A_ROAD,
) -> Rewired:
    """Random graphs with the degree of every sensor and the number of roads in every class of length.

    Draws next to one another in the chain are alike; only together do they make a null. Where roads join almost
    all near pairs, little can be moved: `moved` says how much.

    Parameters
    ----------
    road : (N, N), >= 0
    kilometres : (N, N) distances, symmetric; 0 between sensors at one place
    draws : R >= 1
    seed : of the chain
    classes : how many of length, see `length_classes`; or the class (N, N) of each pair, symmetric integers >= 0
    steps_a_road : > 0, steps of the chain between two draws for each road; on large graphs 1000 steps, or one for
        each road, are enough

    Returns
    -------
    Rewired; a graph without roads is its own only draw

    Raises
    ------
    ValueError
        As `length_classes`, and when draws or steps_a_road is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(12)
    >>> apart = np.abs(spot[:, None] - spot)
    >>> found = rewired(apart == 1, apart, draws=9)  # all pairs of that length have a road: nothing can move
    >>> found.pairs.shape, found.moved
    ((9, 11), 0.0)
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    if not steps_a_road > 0:
        raise ValueError(f"steps_a_road must be greater than 0, got {steps_a_road}")
    length = length_classes(kilometres, road, classes) if isinstance(classes, int) else _classes(classes)
    sensors = len(length)
    edge = checked_road(road, sensors)
    first, second = np.nonzero(np.triu((edge > 0) | (edge.T > 0), k=1))
    number = np.zeros((sensors, sensors), dtype=np.int64)
    upper = np.triu_indices(sensors, k=1)
    number[upper] = np.arange(len(upper[0]))
    observed = number[first, second]
    pairs = np.tile(observed, (draws, 1))
    if len(observed):
        generator = np.random.default_rng(seed)
        steps = max(1, min(round(steps_a_road * len(observed)), max(STEPS, len(observed))))
        before = int(generator.integers(draws + 1))  # draws that come before the observed graph in the chain
        for start, stop in ((0, before), (before, draws)):
            chain = _Chain(first.tolist(), second.tolist(), length)
            for draw in range(start, stop):
                chain.run(steps, generator)
                ends = np.sort(np.array([chain.first, chain.second]), axis=0)
                pairs[draw] = number[ends[0], ends[1]]
    stayed = np.isin(pairs, observed).mean() if len(observed) else float("nan")
    return Rewired(pairs=pairs, observed=observed, moved=float(1 - stayed))


def _classes(given: IntArray) -> IntArray:
    found = np.array(given)
    if found.ndim != 2 or found.dtype.kind not in "iu" or not np.array_equal(found, found.T):
        raise ValueError(f"classes must be symmetric integers, (N, N), got shape {found.shape} of {found.dtype}")
    found = found.astype(np.int64)
    np.fill_diagonal(found, 0)
    if found.min() < 0:
        raise ValueError(f"classes must be at least 0, got {found.min()}")
    np.fill_diagonal(found, -1)
    return found


class _Chain:
    """The graph as it is rewired: lists of plain integers, as a step touches a handful of numbers."""

    def __init__(self, first: list[int], second: list[int], length: IntArray) -> None:
        sensors = len(length)
        self.first, self.second = list(first), list(second)  # ends of road e
        self.length: list[list[int]] = length.tolist()
        self.near = [
            [np.flatnonzero(row == c).tolist() for c in range(int(length.max()) + 1)] for row in length
        ]  # sensors of each class of length from each sensor
        self.at = [[-1] * sensors for _ in range(sensors)]  # number of the road between two sensors
        self.neighbours: list[list[int]] = [[] for _ in range(sensors)]
        for e, (i, j) in enumerate(zip(self.first, self.second, strict=True)):
            self.at[i][j] = self.at[j][i] = e
            self.neighbours[i].append(j)
            self.neighbours[j].append(i)

    def run(self, steps: int, generator: np.random.Generator) -> None:
        """Take that many steps, most of which change nothing."""
        first, second, at, neighbours, length, near = (
            self.first, self.second, self.at, self.neighbours, self.length, self.near
        )  # fmt: skip
        roads = len(first)
        chance = generator.random((steps, 4)).tolist()
        for pick, choose, hop, accept in chance:
            turn = int(pick * 2 * roads)
            e = turn >> 1
            i, j = (second[e], first[e]) if turn & 1 else (first[e], second[e])
            as_far = near[i][length[i][j]]
            l = as_far[int(choose * len(as_far))]  # noqa: E741
            if l == j or at[i][l] >= 0 or not neighbours[l]:
                continue
            k = neighbours[l][int(hop * len(neighbours[l]))]
            if k == j or at[k][j] >= 0 or length[k][j] != length[k][l]:
                continue
            if accept * len(neighbours[j]) >= len(neighbours[l]):
                continue
            other = at[k][l]
            at[i][j] = at[j][i] = at[k][l] = at[l][k] = -1
            at[i][l] = at[l][i] = e
            at[k][j] = at[j][k] = other
            first[e], second[e] = i, l
            first[other], second[other] = k, j
            neighbours[i][neighbours[i].index(j)] = l
            neighbours[j][neighbours[j].index(i)] = k
            neighbours[k][neighbours[k].index(l)] = j
            neighbours[l][neighbours[l].index(k)] = i


def freest(
    road: ArrayLike, kilometres: ArrayLike, least: float, draws: int = 499, seed: int = 0
) -> Rewired:
    """Rewired roads with the most classes of length, of 10, 7, 5, 3, 2, 1, that let a share of the roads move.

    On a regular grid all pairs of one length have a road, and fine classes leave nothing to swap. Coarse ones do
    not keep lengths as well: take out of the statistic what distance explains.

    Parameters
    ----------
    road, kilometres, draws, seed : as in `rewired`
    least : share of the roads that is to move, tried on at most 19 draws

    Returns
    -------
    Rewired, with one class where even that moves fewer

    Raises
    ------
    ValueError
        As `rewired`.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(12)
    >>> apart = np.abs(spot[:, None] - spot)
    >>> freest((apart == 1) | (apart == 3), apart, least=0.1, draws=9).pairs.shape
    (9, 20)
    """
    for classes in FEWER:
        tried = rewired(road, kilometres, min(draws, 19), seed, classes)
        if not tried.moved < least:
            break
    return rewired(road, kilometres, draws, seed, classes)


def rewired_sums(values: FloatArray, graphs: Rewired) -> FloatArray:
    """Sum of a value of the pairs over the roads of each draw.

    Parameters
    ----------
    values : (P,) or (P, K), of the pairs i < j
    graphs : Rewired

    Returns
    -------
    (R,) or (R, K)

    Raises
    ------
    ValueError
        When values are fewer than the pairs.

    Examples
    --------
    >>> import numpy as np
    >>> graphs = Rewired(pairs=np.array([[0, 2], [1, 2]]), observed=np.array([0, 1]), moved=0.75)
    >>> rewired_sums(np.array([1.0, 10.0, 100.0]), graphs).tolist()
    [101.0, 110.0]
    """
    if graphs.pairs.size and len(values) <= graphs.pairs.max():
        raise ValueError(f"values must hold one row for each pair, got {len(values)} for pair {graphs.pairs.max()}")
    return np.asarray(np.stack([values[roads].sum(axis=0) for roads in graphs.pairs]), dtype=np.float64)
