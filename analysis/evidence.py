"""Is a learned matrix more than chance? Statistics of it, beside what nulls that know the map give.

    moran          the matrix turned on the map: decay with distance and autocorrelation stay     analysis/moran.py
    rewired        the roads rewired: degrees and lengths stay                                 analysis/rewiring.py
    configuration  the weights put elsewhere: each sensor's strength stays                analysis/configuration.py
    permuted       the sensors' names exchanged, Mantel's test: nothing of the map stays

The last is there to be compared with: near sensors couple and near sensors have roads, so it rejects up to
every time what has nothing to do with roads [1]. The third knows the strengths, not the map, and is too liberal
as well wherever near sensors couple. Only a statistic that stands out from all of the first three is more than
what is trivial; `benchmarks/evidence.md` says how often each rejects under which null, and its power.

All tests are one-sided and count the matrix itself among the draws, `p = (1 + #{draws >= statistic}) / (1 + R)`.
Draws, and with them p, depend on the order of the sensors as on the seed; statistics do not. A road joins two
sensors where `road` is positive in either direction; couplings are `matrix.coupling`.

[1] Guillot and Rousset, Dismantling the Mantel tests, Methods in Ecology and Evolution 4 (2013), arXiv:1112.0651.

Axes: h head, i, j sensor, p pair i < j, k mode, r draw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray, checked_heads, checked_road
from analysis.communities import checked_labels
from analysis.configuration import configurations
from analysis.matrix import coupling, mean_of_heads, symmetrised
from analysis.moran import Places, cross_products, moran_vectors, places, random_signs
from analysis.rewiring import Rewired, freest, rewired_sums

FEWEST = 8  # sensors: with fewer, hardly any two draws differ
LEAST_MOVED = 0.1  # share of the roads that a rewiring must move to say anything
MODES = 10
ALIKE = 0.9  # cosine of a mode with the strengths from which on it is the strengths
MODE_DRAWS = 199  # where a draw costs an eigenvalue problem
NULLS = ("moran", "rewired", "configuration", "permuted")
GROUP_NULLS = ("moran", "configuration", "permuted")  # groups are no graph to rewire
LABEL_NULLS = ("moran", "permuted")  # and labels have no strengths


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
class ModeTest:
    """The first K modes under one null; nan where the null says nothing of a quantity.

    Attributes
    ----------
    null : as in `NullTest`
    ipr_chance : (K,) mean of the inverse participation ratio over the draws
    ipr_p : (K,) upper tail: small where a mode is more localised than by chance
    energy_chance : (K,) mean of the Dirichlet energy on the roads over the draws
    energy_p : (K,) lower tail: small where a mode is smoother over the roads than by chance
    """

    null: str
    ipr_chance: FloatArray
    ipr_p: FloatArray
    energy_chance: FloatArray
    energy_p: FloatArray


@dataclass(frozen=True, slots=True)
class Modes:
    """The first K modes, sorted as in `spectrum.spectrum`, beside what each null gives.

    Attributes
    ----------
    ipr : (K,) inverse participation ratio
    energy : (K,) Dirichlet energy on the road graph, each road of weight 1
    tests : one per null
    untested : the nulls that could not be drawn
    """

    ipr: FloatArray
    energy: FloatArray
    tests: tuple[ModeTest, ...]
    untested: tuple[Untested, ...]


@dataclass(frozen=True, slots=True)
class HeadChance:
    """What is more than chance in one head.

    Attributes
    ----------
    head : 'mean', or the head's name
    roads : correlation of coupling with roads; None without a road graph
    groups : contrast of coupling within known groups against across them; None without groups
    communities : adjusted Rand index of the found communities with the known groups; None without either
    modes : localisation and smoothness of the modes; None without a road graph
    """

    head: str
    roads: Tests | None
    groups: Tests | None
    communities: Tests | None
    modes: Modes | None


@dataclass(frozen=True, slots=True)
class Chance:
    """What is more than chance in each head.

    Attributes
    ----------
    heads : mean of heads first where there is more than one head
    draws : draws of each null; where each costs an eigenvalue problem there are fewer, see `chance`
    """

    heads: tuple[HeadChance, ...]
    draws: int


@dataclass(frozen=True, slots=True)
class _Sensors:
    """What the nulls share between heads: pairs, places, rewired roads, permutations, and why some are missing."""

    count: int
    first: IntArray  # (P,)
    second: IntArray
    places: Places | str  # or why there are none
    roads: Rewired | str
    signs: FloatArray  # (R, N)
    permutations: IntArray  # (R, N)
    seed: int

    @property
    def draws(self) -> int:
        return len(self.permutations)


def _no_places(kilometres: ArrayLike | None, sensors: int) -> Places | str:
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


def _no_roads(road: FloatArray, kilometres: ArrayLike, draws: int, seed: int) -> Rewired | str:
    graphs = freest(road, kilometres, LEAST_MOVED, draws, seed)
    if graphs.moved < LEAST_MOVED:
        return f"only {graphs.moved:.1%} of the roads can change ends and keep degrees and lengths"
    return graphs


def _sensors(
    count: int,
    kilometres: ArrayLike | None,
    road: FloatArray | None,
    draws: int,
    seed: int,
    nulls: Sequence[str] = NULLS,
) -> _Sensors:
    if draws < 19:
        raise ValueError(f"draws must be at least 19, for p values down to 0.05, got {draws}")
    unknown = sorted(set(nulls) - set(NULLS))
    if unknown:
        raise ValueError(f"nulls must be some of {', '.join(NULLS)}, got {', '.join(unknown)}")
    known = _no_places(kilometres, count) if count >= FEWEST else "too few sensors"
    roads: Rewired | str = "there is no road graph"
    if isinstance(known, str):
        roads = known
    elif road is not None and kilometres is not None and road.any() and "rewired" in nulls:
        roads = _no_roads(road, kilometres, draws, seed)
    first, second = np.triu_indices(count, k=1)
    generator = np.random.default_rng([seed, 1])
    return _Sensors(
        count=count,
        first=first.astype(np.int64),
        second=second.astype(np.int64),
        places=known,
        roads=roads,
        signs=random_signs(count, draws, seed),
        permutations=np.stack([generator.permutation(count) for _ in range(draws)]).astype(np.int64),
        seed=seed,
    )


def _upper(statistic: float, draws: FloatArray) -> float:
    """Share of the draws and the statistic itself that are at least the statistic, but for rounding."""
    close = 1e-9 * max(abs(statistic), float(np.abs(draws).max()))
    return (1 + int((draws >= statistic - close).sum())) / (1 + len(draws))


def _rewired_sums(values: FloatArray, edge: FloatArray, graphs: Rewired, known: Places) -> FloatArray:
    """Sum over the roads of each draw, with the lengths of the roads that there are.

    Within a class of length the roads are the shorter pairs, and short pairs couple more: what distance explains
    of the values is counted with the observed roads, only the rest with the rewired ones.
    """
    trend = known.trend(values)
    return np.asarray(edge @ trend + rewired_sums(values - trend, graphs), dtype=np.float64)


def _pair_sums(
    matrix: FloatArray, edge: FloatArray, sensors: _Sensors, nulls: Sequence[str], levels: bool
) -> tuple[dict[str, FloatArray], list[Untested]]:
    """Sum of the couplings over a graph's pairs (P,) in each draw of each null."""
    first, second = sensors.first, sensors.second
    pairs = matrix[first, second]
    ends = first[edge > 0], second[edge > 0]
    found: dict[str, FloatArray] = {}
    untested = []
    for null in nulls:
        if null == "moran":
            if isinstance(sensors.places, str):
                untested.append(Untested(null, sensors.places))
            else:
                found[null] = cross_products(pairs, edge, sensors.places, sensors.signs, levels)
        elif null == "rewired":
            if isinstance(sensors.roads, str) or isinstance(sensors.places, str):
                untested.append(Untested(null, str(sensors.roads)))
            else:
                found[null] = _rewired_sums(pairs, edge, sensors.roads, sensors.places)
        elif null == "configuration":
            try:
                drawn = configurations(matrix, sensors.draws, sensors.seed)
            except ValueError as error:
                untested.append(Untested(null, str(error)))
            else:
                found[null] = np.array([draw[ends].sum() for draw in drawn])
        else:
            found[null] = np.array([matrix[order[ends[0]], order[ends[1]]].sum() for order in sensors.permutations])
    return found, untested


def _tests(
    name: str,
    matrix: FloatArray,
    edge: FloatArray,
    sensors: _Sensors,
    nulls: Sequence[str],
    scaled: Callable[[FloatArray], FloatArray],
    levels: bool = False,
) -> Tests:
    """Tests of the sum over a graph's pairs, each shown on the scale of the statistic, which rises with the sum."""
    pairs = matrix[sensors.first, sensors.second]
    nothing = None
    if sensors.count < FEWEST:
        nothing = f"{sensors.count} sensors are too few, it takes {FEWEST}"
    elif np.ptp(pairs) <= 1e-12 * np.abs(pairs).max(initial=0.0):
        nothing = "all pairs couple alike"
    elif edge.min() == edge.max():
        nothing = "every pair is joined" if edge.all() else "no pair is joined"
    if nothing is not None:
        return Tests(statistic=name, tests=(), untested=tuple(Untested(null, nothing) for null in nulls))
    sums, untested = _pair_sums(matrix, edge, sensors, nulls, levels)
    observed = float(pairs @ edge)
    statistic = float(scaled(np.array([observed]))[0])
    tests = tuple(
        NullTest(null=null, statistic=statistic, draws=scaled(drawn), p=_upper(observed, drawn))
        for null, drawn in sums.items()
    )
    return Tests(statistic=name, tests=tests, untested=tuple(untested))


def _edges(road: ArrayLike, sensors: int) -> FloatArray:
    """1 where a road joins two sensors in either direction, else 0, (N, N)."""
    graph = checked_road(road, sensors)
    edge = ((graph > 0) | (graph.T > 0)).astype(np.float64)
    np.fill_diagonal(edge, 0.0)
    return edge


def against_roads(
    M: ArrayLike,
    road: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = NULLS,
) -> Tests:
    """Pearson correlation of coupling with roads over the pairs, under all four nulls.

    With one value for each road it is the correlation of a weight with 0 or 1: a scaled difference between the
    mean coupling of pairs with and without a road. Raw weights, not ranks: on sparse matrices most ranks are tied.

    Parameters
    ----------
    M : (N, N); with fewer than 8 sensors nothing is tested
    road : (N, N), >= 0
    kilometres : (N, N) distances, nan where unknown; None where there are no coordinates
    draws : R >= 19
    seed : of all draws
    nulls : some of `NULLS`

    Returns
    -------
    Tests, of statistic 'correlation'

    Raises
    ------
    ValueError
        As `arrays.checked`, `arrays.checked_road` and `moran.spatial_weights`; fewer than 19 draws.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.random.default_rng(0).random((40, 2))
    >>> apart = np.linalg.norm(spot[:, None] - spot, axis=-1)
    >>> road = (apart < 0.4) & (np.random.default_rng(1).random((40, 40)) < 0.1)
    >>> found = against_roads(road + 0.0, road, apart, draws=99)
    >>> [test.null for test in found.tests if test.p <= 0.05]
    ['moran', 'rewired', 'configuration', 'permuted']
    """
    weight = coupling(M)
    edge = _edges(road, len(weight))
    return _against_roads(weight, edge, _sensors(len(weight), kilometres, edge, draws, seed, nulls), nulls)


def _against_roads(weight: FloatArray, edge: FloatArray, sensors: _Sensors, nulls: Sequence[str] = NULLS) -> Tests:
    pairs, joined = weight[sensors.first, sensors.second], edge[sensors.first, sensors.second]
    unit = pairs.std() * joined.std() * len(pairs) if len(pairs) else 1.0

    def correlation(sums: FloatArray) -> FloatArray:
        return np.asarray((sums - pairs.mean() * joined.sum()) / unit, dtype=np.float64)

    return _tests("correlation", weight, joined, sensors, nulls, correlation)


def against_groups(
    M: ArrayLike,
    groups: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = GROUP_NULLS,
) -> Tests:
    """Contrast of the coupling within known groups with that across them, `communities.contrast`.

        contrast = (within - across) / across

    A draw has the mean coupling of the matrix, so that its contrast rises with the coupling within groups; the
    mean across is held at a thousandth of it or more. The Moran null keeps one level a sensor as well as the trend
    with distance: groups are large where sensors are dense. Sensors in no group are left out.

    Parameters
    ----------
    M : (N, N)
    groups : (N,) integers or texts; -1 and '' for no group
    kilometres, draws, seed, nulls : as in `against_roads`

    Returns
    -------
    Tests, of statistic 'contrast', without 'rewired', which is of roads

    Raises
    ------
    ValueError
        As `against_roads`, of the sensors that are in a group, and when groups are not one label per sensor.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.random.default_rng(0).random((12, 12)) + np.kron(np.eye(3), np.ones((4, 4)))
    >>> found = against_groups(M, np.arange(12) // 4, draws=19)
    >>> [(test.null, test.p) for test in found.tests], found.untested[0].reason
    ([('configuration', 0.05), ('permuted', 0.05)], 'no sensor has coordinates')
    """
    weight = coupling(M)
    known = checked_labels(groups, "groups", len(weight))
    placed = known >= 0
    sensors = _sensors(*_within(kilometres, placed), None, draws, seed, nulls)
    return _against_groups(weight[np.ix_(placed, placed)], known[placed], sensors, nulls)


def _within(kilometres: ArrayLike | None, placed: NDArray[np.bool_]) -> tuple[int, FloatArray | None]:
    """Number of the sensors that are in a group, and their distances."""
    if kilometres is None:
        return int(placed.sum()), None
    distance: FloatArray = np.array(kilometres, dtype=np.float64)
    if distance.shape != (len(placed), len(placed)):
        raise ValueError(f"kilometres must have shape ({len(placed)}, {len(placed)}), got shape {distance.shape}")
    return int(placed.sum()), np.asarray(distance[np.ix_(placed, placed)], dtype=np.float64)


def _together(labels: IntArray, sensors: _Sensors) -> FloatArray:
    """1 for each pair (P,) of one group, else 0."""
    return np.asarray(labels[sensors.first] == labels[sensors.second], dtype=np.float64)


def _against_groups(
    weight: FloatArray, groups: IntArray, sensors: _Sensors, nulls: Sequence[str] = GROUP_NULLS
) -> Tests:
    inside = _together(groups, sensors)
    total, count = float(weight[sensors.first, sensors.second].sum()), float(inside.sum())

    def contrast(sums: FloatArray) -> FloatArray:
        across = np.maximum((total - sums) / (len(inside) - count), 1e-3 * total / len(inside))
        return np.asarray(sums / count / across - 1.0, dtype=np.float64)

    return _tests("contrast", weight, inside, sensors, nulls, contrast, levels=True)


def groups_agreement(
    labels: ArrayLike,
    groups: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = LABEL_NULLS,
) -> Tests:
    """Adjusted Rand index of found communities with known groups, `communities.agreement`.

    Given the sizes, it rises in a straight line with the number of pairs that are together in both groupings: the
    Moran null takes the matrix of pairs that are together as it takes any other. It takes out one level a sensor
    as well as the distance, since groups are large where sensors are dense, in both groupings. Its draws are no
    groupings, and can exceed 1. Sensors in no known group are left out; those in no community count as one.

    Calibrated where communities follow smooth fields; where both groupings are compact patches with sharp borders
    it rejects 10 to 15 % at 5 %, the permutation 100 %: look for p well below 0.05.

    Parameters
    ----------
    labels : (N,) integers or texts, as `communities.spectral_communities` finds them
    groups : (N,) the same, known
    kilometres, draws, seed, nulls : as in `against_roads`

    Returns
    -------
    Tests, of statistic 'agreement', under 'moran' and 'permuted'

    Raises
    ------
    ValueError
        As `against_groups`, for both groupings.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.arange(12) // 4
    >>> [(test.null, test.statistic, test.p) for test in groups_agreement(labels, labels, draws=19).tests]
    [('permuted', 1.0, 0.05)]
    """
    known = checked_labels(groups, "groups")
    found = checked_labels(labels, "labels", len(known))
    placed = known >= 0
    sensors = _sensors(*_within(kilometres, placed), None, draws, seed, nulls)
    return _agreement(found[placed], known[placed], sensors, nulls)


def _agreement(found: IntArray, known: IntArray, sensors: _Sensors, nulls: Sequence[str] = LABEL_NULLS) -> Tests:
    together, inside = _together(found, sensors), _together(known, sensors)
    chance = together.sum() * inside.sum() / max(1, len(inside))
    most = (together.sum() + inside.sum()) / 2

    def rand(sums: FloatArray) -> FloatArray:
        return np.asarray((sums - chance) / (most - chance), dtype=np.float64)

    matrix = (found[:, None] == found).astype(np.float64)
    np.fill_diagonal(matrix, 0.0)
    return _tests("agreement", matrix, inside, sensors, nulls, rand, levels=True)


def modes_by_chance(
    M: ArrayLike,
    road: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = NULLS,
) -> Modes:
    """Localisation of the first ten modes, and their smoothness over the roads, under each null.

    moran: for the IPR `Q v`, a vector with the mode's autocorrelation on the map at every scale, at random
    otherwise; for the energy the matrix `(v_i - v_j)²`, as a matrix of couplings is turned, since `Q v` is rougher
    than v over short distances where the map is uneven. rewired: the mode on rewired roads.
    configuration: the k-th mode of a random matrix with the strengths, diagonal and signs of M; nan where the mode
    is the strengths but for little (cosine above 0.9, as is the first of most matrices without negative weights):
    the null keeps those. permuted: the mode with its sensors exchanged.

    A random vector on the map is nearly Gaussian. The first mode of a matrix that varies smoothly is more even than
    that, and the IPR under 'moran' rejects less than 5 %; a mode of a sparse matrix or one with very unequal
    strengths is not Gaussian, and it rejects for that alone. The IPR under 'configuration' rejects where a mode is
    only as smooth as the map makes it. A mode is more localised than is trivial where both say so.

    Parameters
    ----------
    M : (N, N), symmetrised with its diagonal and signs, as in `spectrum.spectrum`
    road, kilometres, draws, seed, nulls : as in `against_roads`; at most 199 draws for 'configuration', each of which
        costs an eigenvalue problem

    Returns
    -------
    Modes of K = min(10, N)

    Raises
    ------
    ValueError
        As `against_roads`.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.kron(np.diag([3.0, 2.0, 1.0]), np.ones((4, 4)))
    >>> found = modes_by_chance(M, M, draws=19)
    >>> found.ipr.round(3)[:3].tolist(), found.energy.round(3)[:3].tolist(), [test.null for test in found.tests]
    ([0.25, 0.25, 0.25], [0.0, 0.0, 0.0], ['configuration', 'permuted'])
    """
    matrix = symmetrised(M)
    edge = _edges(road, len(matrix))
    return _modes(matrix, edge, _sensors(len(matrix), kilometres, edge, draws, seed, nulls), nulls)


def _leading(matrix: FloatArray, count: int) -> FloatArray:
    """Eigenvectors (N, K) of the largest eigenvalues, descending."""
    size = len(matrix)
    vectors = eigh(matrix, subset_by_index=[size - count, size - 1], check_finite=False)[1]
    return np.asarray(vectors[:, ::-1], dtype=np.float64)


def _modes(matrix: FloatArray, edge: FloatArray, sensors: _Sensors, nulls: Sequence[str] = NULLS) -> Modes:
    count = min(MODES, sensors.count)
    L = np.diag(edge.sum(axis=1)) - edge

    def measured(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """IPR and energy (..., K) of unit vectors (..., N, K)."""
        return (vectors**4).sum(axis=-2), np.maximum((vectors * (L @ vectors)).sum(axis=-2), 0.0)

    nothing = np.full(count, np.nan)
    tests = []
    untested = []
    with threadpool_limits(limits=1, user_api="blas"):
        v = _leading(matrix, count)
        ipr, energy = measured(v)
        nothing_tested = _nothing_of_modes(matrix, edge, sensors)
        if nothing_tested is not None:
            return Modes(ipr=ipr, energy=energy, tests=(), untested=tuple(Untested(n, nothing_tested) for n in nulls))
        across = (v[sensors.first] - v[sensors.second]) ** 2  # (P, K): a road of weight 1 adds as much
        joined = edge[sensors.first, sensors.second]
        for null in nulls:
            if null == "moran":
                if isinstance(sensors.places, str):
                    untested.append(Untested(null, sensors.places))
                    continue
                localised, _ = measured(moran_vectors(v, sensors.places, sensors.signs))
                smooth = np.maximum(_turned_sums(across, joined, sensors.places, sensors.signs), 0.0)
            elif null == "rewired":
                if isinstance(sensors.roads, str) or isinstance(sensors.places, str):
                    untested.append(Untested(null, str(sensors.roads)))
                    continue
                smooth = np.maximum(_rewired_sums(across, joined, sensors.roads, sensors.places), 0.0)
                localised = np.tile(nothing, (len(smooth), 1))
            elif null == "configuration":
                try:
                    drawn = configurations(matrix, min(sensors.draws, MODE_DRAWS), sensors.seed)
                except ValueError as error:
                    untested.append(Untested(null, str(error)))
                    continue
                localised, smooth = measured(np.stack([_leading(draw, count) for draw in drawn]))
                strength = np.abs(matrix - np.diag(matrix.diagonal())).sum(axis=1)
                kept = np.abs(strength @ v) > ALIKE * np.linalg.norm(strength)
                localised[:, kept] = smooth[:, kept] = np.nan
            else:
                localised, smooth = measured(v[sensors.permutations])
                localised = np.tile(nothing, (len(smooth), 1))
            tests.append(
                ModeTest(
                    null=null,
                    ipr_chance=localised.mean(axis=0),
                    ipr_p=_each(ipr, localised),
                    energy_chance=smooth.mean(axis=0),
                    energy_p=_each(-energy, -smooth),
                )
            )
    return Modes(ipr=ipr, energy=energy, tests=tuple(tests), untested=tuple(untested))


def _turned_sums(values: FloatArray, edge: FloatArray, known: Places, signs: FloatArray) -> FloatArray:
    """Sums (R, K) over the roads of values (P, K), each column turned on the map as a matrix of its own."""
    return np.column_stack([cross_products(column, edge, known, signs) for column in values.T])


def _nothing_of_modes(matrix: FloatArray, edge: FloatArray, sensors: _Sensors) -> str | None:
    """Why no mode can be tested."""
    if sensors.count < FEWEST:
        return f"{sensors.count} sensors are too few, it takes {FEWEST}"
    pairs = matrix[sensors.first, sensors.second]
    if np.ptp(pairs) <= 1e-12 * np.abs(pairs).max(initial=0.0):
        return "all pairs couple alike"
    return None if edge.any() else "no pair is joined"


def _each(statistic: FloatArray, draws: FloatArray) -> FloatArray:
    """The p values (K,) of statistics (K,) beside draws (R, K); nan where draws are."""
    pairs = zip(statistic.tolist(), draws.T, strict=True)
    return np.array([np.nan if np.isnan(drawn).any() else _upper(value, drawn) for value, drawn in pairs])


def _silent(_done: int, _parts: int) -> None:
    """Progress that nobody watches."""


def chance(
    heads: Sequence[str],
    interaction: ArrayLike,
    road: ArrayLike | None = None,
    kilometres: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    communities: Sequence[ArrayLike] | NDArray[np.int64] | None = None,
    draws: int = 499,
    seed: int = 0,
    tick: Callable[[int, int], None] = _silent,
) -> Chance:
    """All of the above for every head; the mean of heads first where there is more than one.

    Rewired roads, places, signs and permutations are drawn once for all heads.

    Parameters
    ----------
    heads : (H,) names
    interaction : (H, N, N)
    road : (N, N), >= 0, or None
    kilometres : (N, N), nan where unknown, or None
    groups : (N,) known groups, or None
    communities : (H',) labels (N,) of the communities found in each, the mean of heads first where there is more
        than one head: H' is H, or H + 1; or None
    draws : R >= 19; at most 199 where a draw costs an eigenvalue problem
    seed : of all draws
    tick : called with the number of parts that are done and of all parts

    Returns
    -------
    Chance

    Raises
    ------
    ValueError
        As `arrays.checked_heads`, `against_roads`, `against_groups` and `groups_agreement`; heads or communities
        that are not as many as there are matrices.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.random.default_rng(0).random((2, 9, 9))
    >>> found = chance(["a", "b"], M, road=M[0] > 0.8, draws=19)
    >>> [head.head for head in found.heads], found.heads[0].roads.statistic, found.heads[0].groups
    (['mean', 'a', 'b'], 'correlation', None)
    """
    matrices = checked_heads(interaction)
    if len(heads) != len(matrices):
        raise ValueError(f"heads must name each of {len(matrices)} matrices, got {len(heads)} names")
    named = list(zip(heads, matrices, strict=True))
    if len(named) > 1:
        named.insert(0, ("mean", mean_of_heads(matrices)))
    sensors = matrices.shape[1]
    edge = None if road is None else _edges(road, sensors)
    known = None if groups is None else checked_labels(groups, "groups", sensors)
    if known is not None and not (known >= 0).any():
        known = None
    found = None
    if communities is not None and known is not None:
        found = [checked_labels(labels, "communities", sensors) for labels in communities]
    if found is not None and len(found) != len(named):
        raise ValueError(f"communities must be those of {len(named)} matrices, got {len(found)}")
    parts = 1 + 2 * len(named)
    tick(0, parts)
    whole = None if edge is None else _sensors(sensors, kilometres, edge, draws, seed)
    placed = np.zeros(sensors, dtype=bool) if known is None else known >= 0
    grouped = None if known is None else _sensors(*_within(kilometres, placed), None, draws, seed)
    tick(1, parts)
    results = []
    for index, (name, matrix) in enumerate(named):
        weight = coupling(matrix)
        roads = None if edge is None or whole is None else _against_roads(weight, edge, whole)
        within = agreed = None
        if known is not None and grouped is not None:
            within = _against_groups(weight[np.ix_(placed, placed)], known[placed], grouped)
            if found is not None:
                agreed = _agreement(found[index][placed], known[placed], grouped)
        tick(2 + 2 * index, parts)
        modes = None if edge is None or whole is None else _modes(symmetrised(matrix), edge, whole)
        tick(3 + 2 * index, parts)
        results.append(HeadChance(head=name, roads=roads, groups=within, communities=agreed, modes=modes))
    return Chance(heads=tuple(results), draws=draws)
