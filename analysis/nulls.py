"""The nulls of the evidence: what a test under one of them is, and what is drawn once for all statistics.

    moran          the matrix turned on the map: decay with distance and autocorrelation stay     analysis/moran.py
    rewired        the roads rewired: degrees and lengths stay                                 analysis/rewiring.py
    configuration  the weights put elsewhere: each sensor's strength stays                analysis/configuration.py
    permuted       the sensors' names exchanged, Mantel's test: nothing of the map stays

All tests are one-sided and count what was measured among the draws, `p = (1 + #{draws >= statistic}) / (1 + R)`. So
none is below 1 / (1 + R): tests of many matrices, which are corrected for their number, need more draws
(`multiplicity.enough_draws`).
Draws, and with them p, depend on the order of the sensors as on the seed; statistics do not. Which null is to be
believed of what: `analysis.evidence`.

Axes: i, j sensor, p pair i < j in the order of `np.triu_indices`, k mode or statistic, r draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray
from analysis.moran import Places, places, random_signs
from analysis.rewiring import Rewired, freest, rewired_sums

LEAST_DRAWS = 499  # of each null, for however few matrices
FEWEST = 8  # sensors: with fewer, hardly any two draws differ
LEAST_MOVED = 0.1  # share of the roads that a rewiring must move to say anything
NULLS = ("moran", "rewired", "configuration", "permuted")


@dataclass(frozen=True, slots=True)
class NullTest:
    """One statistic beside its draws under one null.

    Attributes
    ----------
    null : 'moran' | 'rewired' | 'configuration' | 'permuted', the last the plain one, which is too liberal
    statistic : what was measured, without unit
    draws : (R,) the same of each draw of the null
    p : share of draws at least as large, the measured one among them, `(1 + #{draws >= statistic}) / (1 + R)`
    """

    null: str
    statistic: float
    draws: FloatArray
    p: float

    @property
    def chance(self) -> float:
        """Mean over the draws."""
        return float(self.draws.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the draws."""
        return float(self.draws.std())

    @property
    def least(self) -> float:
        """The smallest p that could have come of these draws: its own where none is larger, else `1 / (1 + R)`."""
        close = 1e-9 * max(abs(self.statistic), float(np.abs(self.draws).max(initial=0.0)))
        return 1 / (1 + len(self.draws)) if (self.draws > self.statistic + close).any() else self.p

    @property
    def effect(self) -> float:
        """Standard deviations of the draws by which the statistic exceeds their mean; nan where they are all equal."""
        return (self.statistic - self.chance) / self.spread if self.spread else float("nan")


@dataclass(frozen=True, slots=True)
class Untested:
    """A null that could not be drawn.

    Attributes
    ----------
    null : as in `NullTest`
    reason : a sentence without its full stop, such as 'no sensor has coordinates'
    """

    null: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tests:
    """One statistic under each null that could be drawn.

    Attributes
    ----------
    statistic : 'correlation' | 'contrast' | 'agreement'
    tests : one per null
    untested : the nulls that could not be drawn
    """

    __test__ = False  # not a test of pytest's, whatever its name

    statistic: str
    tests: tuple[NullTest, ...]
    untested: tuple[Untested, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the nulls share between heads and statistics, drawn once.

    Attributes
    ----------
    count : N
    first, second : (P,) the two sensors of each pair
    places : the map, or why there is none, as `Untested` has its reason
    roads : rewired roads, or why there are none
    signs : (R, N) random signs for 'moran'
    permutations : (R, N) orders of the sensors for 'permuted'
    seed : of all draws
    """

    count: int
    first: IntArray
    second: IntArray
    places: Places | str
    roads: Rewired | str
    signs: FloatArray
    permutations: IntArray
    seed: int

    @property
    def draws(self) -> int:
        """Number of draws R."""
        return len(self.permutations)

    def pairs(self, matrix: FloatArray) -> FloatArray:
        """The entries (P,) of a matrix (N, N) at the pairs; another shape is refused."""
        if matrix.shape != (self.count, self.count):
            raise ValueError(f"matrix must be of the {self.count} sensors prepared for, got shape {matrix.shape}")
        return np.asarray(matrix[self.first, self.second], dtype=np.float64)


def preparation(
    sensors: int,
    kilometres: ArrayLike | None = None,
    edge: FloatArray | None = None,
    draws: int = LEAST_DRAWS,
    seed: int = 0,
    nulls: Sequence[str] = NULLS,
) -> Preparation:
    """Places, rewired roads, signs and permutations for the tests of any number of matrices of the same sensors.

    Parameters
    ----------
    sensors : N
    kilometres : (N, N) distances, nan where unknown; None where there are no coordinates
    edge : (N, N) of 0 and 1, as `arrays.joined` makes it of roads; None without a road graph
    draws : R >= 19
    seed : of all draws
    nulls : some of `NULLS`; without 'rewired', which takes the longest, no roads are rewired

    Returns
    -------
    Preparation

    Raises
    ------
    ValueError
        Fewer than 19 draws, a null that there is not, or kilometres of another shape; as `moran.spatial_weights`.

    Examples
    --------
    >>> import numpy as np
    >>> apart = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    >>> prepared = preparation(9, apart, draws=19)
    >>> prepared.draws, len(prepared.first), prepared.places.basis.shape, prepared.roads
    (19, 36, (9, 9), 'there is no road graph')
    """
    if draws < 19:
        raise ValueError(f"draws must be at least 19, for p values down to 0.05, got {draws}")
    unknown = sorted(set(nulls) - set(NULLS))
    if unknown:
        raise ValueError(f"nulls must be some of {', '.join(NULLS)}, got {', '.join(unknown)}")
    known = _places(kilometres, sensors) if sensors >= FEWEST else "too few sensors"
    roads: Rewired | str = "there is no road graph"
    if isinstance(known, str):
        roads = known
    elif edge is not None and kilometres is not None and edge.any() and "rewired" in nulls:
        roads = _roads(edge, kilometres, draws, seed)
    first, second = np.triu_indices(sensors, k=1)
    generator = np.random.default_rng([seed, 1])
    return Preparation(
        count=sensors,
        first=first.astype(np.int64),
        second=second.astype(np.int64),
        places=known,
        roads=roads,
        signs=random_signs(sensors, draws, seed),
        permutations=np.stack([generator.permutation(sensors) for _ in range(draws)]).astype(np.int64),
        seed=seed,
    )


def preparation_of_some(
    chosen: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = LEAST_DRAWS,
    seed: int = 0,
    nulls: Sequence[str] = NULLS,
) -> Preparation:
    """The same for some of the sensors alone, as those that are in a group, and without roads.

    Parameters
    ----------
    chosen : (N,) of bool
    kilometres : (N, N) distances of all of them, or None
    draws, seed, nulls : as in `preparation`

    Returns
    -------
    Preparation

    Raises
    ------
    ValueError
        As `preparation`.

    Examples
    --------
    >>> import numpy as np
    >>> preparation_of_some(np.arange(12) < 9, draws=19).count
    9
    """
    these = np.asarray(chosen, dtype=bool)
    count = int(these.sum())
    if kilometres is None:
        return preparation(count, None, None, draws, seed, nulls)
    distance = np.array(kilometres, dtype=np.float64)
    if distance.shape != (len(these), len(these)):
        raise ValueError(f"kilometres must have shape ({len(these)}, {len(these)}), got shape {distance.shape}")
    return preparation(count, distance[np.ix_(these, these)], None, draws, seed, nulls)


def _places(kilometres: ArrayLike | None, sensors: int) -> Places | str:
    if kilometres is None:
        return "no sensor has coordinates"
    distance = np.array(kilometres, dtype=np.float64)
    if distance.shape != (sensors, sensors):
        raise ValueError(f"kilometres must have shape ({sensors}, {sensors}), got shape {distance.shape}")
    unknown = int(np.isnan(distance.diagonal()).sum())
    if unknown == sensors:
        return "no sensor has coordinates"
    if unknown:
        return f"{unknown} of {sensors} sensors have no coordinates"
    if not distance.any():
        return "all sensors are at one place"
    return places(distance)


def _roads(edge: FloatArray, kilometres: ArrayLike, draws: int, seed: int) -> Rewired | str:
    graphs = freest(edge, kilometres, LEAST_MOVED, draws, seed)
    if graphs.moved < LEAST_MOVED:
        return f"only {graphs.moved:.1%} of the roads can change ends and keep degrees and lengths"
    return graphs


def untestable(matrix: FloatArray, prepared: Preparation) -> str | None:
    """Why nothing of a matrix can be tested, whatever it is held against; None where something can.

    Parameters
    ----------
    matrix : (N, N) symmetric
    prepared : of its sensors

    Returns
    -------
    A sentence without its full stop, or None

    Raises
    ------
    ValueError
        The matrix is of other sensors than were prepared for.

    Examples
    --------
    >>> import numpy as np
    >>> untestable(np.ones((9, 9)), preparation(9, draws=19))
    'all pairs couple alike'
    """
    pairs = prepared.pairs(matrix)
    if prepared.count < FEWEST:
        return f"{prepared.count} sensors are too few, it takes {FEWEST}"
    return "all pairs couple alike" if np.ptp(pairs) <= 1e-12 * np.abs(pairs).max(initial=0.0) else None


def upper_tail(statistic: float, draws: FloatArray) -> float:
    """Share of the draws and the statistic itself that are at least the statistic, but for rounding.

        p = (1 + #{draws >= statistic}) / (1 + R)

    Parameters
    ----------
    statistic : what was measured
    draws : (R,) the same of each draw

    Returns
    -------
    float, above 0 and at most 1

    Raises
    ------
    ValueError
        There is no draw.

    Examples
    --------
    >>> import numpy as np
    >>> upper_tail(2.0, np.array([1.0, 2.0, 3.0]))
    0.75
    """
    close = 1e-9 * max(abs(statistic), float(np.abs(draws).max()))
    return (1 + int((draws >= statistic - close).sum())) / (1 + len(draws))


def road_sums(values: FloatArray, edge: FloatArray, graphs: Rewired, known: Places) -> FloatArray:
    """Sum over the roads of each rewired graph, with the lengths of the roads that there are.

    Within a class of length the roads are the shorter pairs, and short pairs couple more: what distance explains
    of the values is counted with the observed roads, only the rest with the rewired ones.

    Parameters
    ----------
    values : (P,) or (P, K) of the pairs
    edge : (P,) 1 for a road, else 0
    graphs : the rewired roads
    known : the map

    Returns
    -------
    (R,) or (R, K)

    Raises
    ------
    ValueError
        Values, edge and map are not of the same pairs.

    Examples
    --------
    >>> import numpy as np
    >>> apart = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    >>> prepared = preparation(9, apart, (apart % 4 == 1) * 1.0, draws=19)
    >>> length = prepared.pairs(apart)
    >>> edge = prepared.pairs(apart % 4 == 1)
    >>> road_sums(length, edge, prepared.roads, prepared.places).round(6)[:3].tolist(), float(length @ edge)
    ([28.0, 28.0, 28.0], 28.0)
    """
    trend = known.trend(values)
    return np.asarray(edge @ trend + rewired_sums(values - trend, graphs), dtype=np.float64)
