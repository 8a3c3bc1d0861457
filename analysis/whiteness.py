"""Is anything left in the residuals? The AZ test on a learned graph, on the roads, and on a random graph.

What a forecast leaves, x = observed - forecast, should be white: the residuals of two sensors at one time, and of one
sensor at two neighbouring times, should agree in sign as often as not. Two kinds of edges are looked at: spatial
ones, between sensors i and j that a graph joins, at each time t; temporal ones, of one sensor from t to t + 1.

    q_t   = Σ_(i,j) w_ij s_ti s_tj                 s = sign x, over edges whose two ends were observed
    m_t   = Σ_i (s_ti s_(t+1)i - c_i)              c_i what signs balanced by the median give by chance, see `whiteness`
    space = Σ_t q_t / √V                           V the variance of the sum, below
    time  = Σ_t m_t / √(Σ_t m_t²)
    AZ    = (space + time) / √2

Each is standard normal, for many moments, where what it tests is not there, whatever the distribution of the residuals,
and however it differs from sensor to sensor. `time` asks whether a sensor's residual goes with its own last one: its
variance is read off the sums over moments, so that residuals may be alike in space. `space` asks whether residuals of
joined sensors agree: they may be coloured in time, and alike elsewhere than along this graph. V is that of
equal-weighted cosines, with as many of them as its source recommends:

    V = W mean_k (√(2/W) Σ_t d_t cos(π k (t - ½) / W))²    k = 1 .. ν,  ν = ⌊0.4 W^⅔⌋,  t = 1 .. W
    d_t = q_t - n_t Σ q / Σ n                              n_t = Σ w_ij over the edges observed at t

Σ q / √V is Student's t of ν degrees, and `space` the normal score of the same p. V counts as at least a tenth of
Σ_t Σ w_ij², the variance of independent residuals: sensors that always agree would have none. With fewer than 4 moments
there is no V, and `space` is nan. How often the 5 % level rejects where nothing is to be found, of 1000 draws each:

                                           sensors  moments   space   time   by the paper: space   time
    white                                      100      300      4 %    5 %                    5 %    5 %
    white in time, correlation .1 in space     100      300             4 %                           9 %
    white in time, correlation .3 in space     100      300             4 %                          35 %
    two groups, .3 within, edges between        40      300      4 %    5 %                   36 %   12 %
    its last value, times .5                   100      300      4 %                           7 %
    its last value, times .9                   100      300      8 %                          38 %
    its last value, times .95                   50     1000      8 %                          53 %

So under very slow residuals the p of `space` is still somewhat too small. Where residuals are independent, structure
that the paper's variances find in 72 % of draws is found in 63 % (`space`, 100 sensors, 300 moments, a ring).

AZ is the statistic of the paper with λ = ½ and the weight of temporal edges that makes the two parts count alike. The
paper's variances, Σ_t Σ w_ij² and the number of temporal edges, are those of residuals that are independent both in
space and in time, and `independent=True` takes them.

A sign of 0, a residual of exactly 0, adds nothing to a sum.

Axes: w window, t step ahead, n sensor. Sources: Zambon and Alippi, AZ-whiteness test, NeurIPS 2022, arXiv:2204.11135;
per sensor: the same, Where and how to improve graph-based spatio-temporal predictors, arXiv:2302.01701; V: Lazarus,
Lewis, Stock and Watson, HAR inference: recommendations for practice, J. of Business and Economic Statistics 36, 2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import dct
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri, stdtr

from analysis.arrays import FloatArray, IntArray, checked_heads, checked_road
from analysis.matrix import coupling, mean_of_heads, strongest_count, strongest_pairs
from analysis.series import checked_values, column_medians

LEAST = 0.1  # of the variance of independent residuals that the variance of a sum counts as
SMALLEST = 1e-300  # p of a normal score: 37, the largest that `space` can be

@dataclass(frozen=True, slots=True)
class Whiteness:
    """The AZ test of residuals on one graph.

    All p are two-sided. Where a part has no edge, or space fewer than 4 moments, its figures are nan.

    Attributes
    ----------
    graph : 'mean' for the mean of heads, a head's name, 'roads' or 'random'
    edges : pairs of sensors that the graph joins
    statistic : space and time together; standard normal if the residuals are white
    p : of the statistic
    space, space_p : of the spatial edges alone
    time, time_p : of the temporal edges alone
    agree : share of joined residuals of two sensors that have one sign, 0.5 by chance: the size of the effect in space
    agree_error : standard error of `agree`, from the same variance as `space`
    """

    graph: str
    edges: int
    statistic: float
    p: float
    space: float
    space_p: float
    time: float
    time_p: float
    agree: float
    agree_error: float


@dataclass(frozen=True, slots=True)
class Residuals:
    """What the residuals of a run still hold.

    Attributes
    ----------
    step : steps ahead of the forecasts whose residuals these are, from 1
    tests : one per graph: the mean of heads (where there is more than one), each head, roads, random
    sensor : (N,) AZ statistic of the edges at each sensor; standard normal if white, nan where nothing was observed
    sensor_space : (N,) of the spatial edges that end there alone; nan where there is none
    sensor_time : (N,) of the sensor's own temporal edges alone; nan where there is none
    sensor_graph : the graph that the scores of sensors were taken on, as in `Whiteness`
    """

    step: int
    tests: tuple[Whiteness, ...]
    sensor: FloatArray
    sensor_space: FloatArray
    sensor_time: FloatArray
    sensor_graph: str


@dataclass(frozen=True, slots=True)
class _Signs:
    """Signs of residuals, and their products from one moment to the next."""

    sign: FloatArray  # (W, N), 0 where missing
    seen: FloatArray  # (W, N) of 0 and 1
    time: FloatArray  # (M, N) s_ti s_(t+1)i, less what removing the median takes from it, 0 where one is missing
    pairs: FloatArray  # (M, N) of 0 and 1: where both were observed
    independent: bool

    @classmethod
    def of(cls, residuals: ArrayLike, first: ArrayLike | None, median: bool, independent: bool = False) -> "_Signs":
        values = checked_values(residuals)
        rows = np.arange(len(values)) if first is None else _rows(first, len(values))
        if median:
            values = values - column_medians(values)
        seen = np.isfinite(values)
        sign = np.where(seen, np.sign(values), 0.0)
        follows = np.diff(rows) == 1
        both = (seen[:-1][follows] & seen[1:][follows]).astype(np.float64)
        time = sign[:-1][follows] * sign[1:][follows]
        if median:
            time = time - both * _by_chance(sign, seen)
        return cls(sign, seen.astype(np.float64), time, both, independent)

    def along(self, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of each moment and sensor, (W, N) each: Σ_j w_ij s_i s_j, Σ_j w_ij and Σ_j w_ij² over what was observed."""
        agree, joined, square = (
            np.asarray((csr_array(graph) @ signs.T).T)  # the graph is symmetric
            for graph, signs in ((weight, self.sign), (weight, self.seen), (weight**2, self.seen))
        )
        return self.sign * agree, self.seen * joined, self.seen * square

    def after(self, time: FloatArray, pairs: FloatArray) -> float:
        """Sum of products (M,) in time over its standard deviation, from `pairs` (M,) edges at each moment."""
        square = pairs.sum() if self.independent else (time**2).sum()
        return float(time.sum() / np.sqrt(square)) if square > 0 else float("nan")

    def beside(self, agree: FloatArray, joined: FloatArray, square: FloatArray) -> tuple[float, float]:
        """Sum of products (W,) in space as a normal score, and its standard deviation; nan where that is not known."""
        known = joined > 0
        least = float(square.sum())
        degrees = int(0.4 * known.sum() ** (2 / 3) + 1e-9)
        if least == 0 or (degrees < 1 and not self.independent):
            return float("nan"), float("nan")
        if self.independent:
            return float(agree.sum() / np.sqrt(least)), float(np.sqrt(least))
        agree, joined = agree[known], joined[known]
        around = agree - joined * (agree.sum() / joined.sum())
        cosines = dct(around, type=2, norm="ortho")[1 : degrees + 1]
        root = float(np.sqrt(max(len(agree) * (cosines**2).mean(), LEAST * least)))
        t = float(agree.sum()) / root
        return float(-np.sign(t) * ndtri(max(stdtr(degrees, -abs(t)), SMALLEST))), root


def _by_chance(sign: FloatArray, seen: np.ndarray) -> FloatArray:
    """Mean product (N,) of two of a sensor's signs in random order: below 0, as half of them lie above the median."""
    count = seen.sum(axis=0)
    product = sign.sum(axis=0) ** 2 - (sign**2).sum(axis=0)
    return np.asarray(product / np.maximum(count * (count - 1), 1))


def _rows(first: ArrayLike, windows: int) -> IntArray:
    rows = np.asarray(first)
    if rows.dtype.kind not in "iu" or rows.shape != (windows,):
        raise ValueError(f"first must hold {windows} row numbers, got shape {rows.shape} of dtype {rows.dtype}")
    wrong = np.flatnonzero(np.diff(rows.astype(np.int64)) <= 0)
    if len(wrong):
        window = int(wrong[0]) + 1
        raise ValueError(f"first must grow, got {rows[window]} after {rows[window - 1]} at window {window}")
    return rows.astype(np.int64)


def _together(space: FloatArray, time: FloatArray) -> FloatArray:
    """The two parts alike; one alone where the other has no edge."""
    both = (space + time) / np.sqrt(2.0)
    return np.where(np.isnan(space), time, np.where(np.isnan(time), space, both))


def _p(statistic: float) -> float:
    return float(2 * ndtr(-abs(statistic)))


def _test(name: str, signs: _Signs, weight: FloatArray) -> Whiteness:
    agree, joined, square = (each.sum(axis=1) / 2 for each in signs.along(weight))  # an edge ends at two sensors
    space, root = signs.beside(agree, joined, square)
    time = signs.after(signs.time.sum(axis=1), signs.pairs.sum(axis=1))
    statistic = float(_together(np.asarray(space), np.asarray(time)))
    edges = float(joined.sum())
    return Whiteness(
        graph=name,
        edges=int(np.count_nonzero(np.triu(weight, k=1))),
        statistic=statistic,
        p=_p(statistic),
        space=space,
        space_p=_p(space),
        time=time,
        time_p=_p(time),
        agree=0.5 + 0.5 * float(agree.sum()) / edges if edges else float("nan"),
        agree_error=0.5 * root / edges if edges else float("nan"),
    )


def whiteness(
    residuals: ArrayLike,
    graph: ArrayLike,
    first: ArrayLike | None = None,
    median: bool = True,
    name: str = "graph",
    independent: bool = False,
) -> Whiteness:
    """AZ-whiteness test of residuals on a graph; the formulas head this module.

    The graph joins i and j with weight `|graph_ij + graph_ji| / 2`; its scale cancels, its diagonal is left out.

    The test is about residuals of median 0. A forecast that was fitted to means leaves skewed residuals, whose
    medians lie on one side at all sensors: every product of signs then leans to plus, on every graph. So each
    sensor's median is taken away first. Signs that are balanced by construction agree a little less often in time,
    by 1 / (W - 1) with all W observed; this is their mean product over all orders, and is taken out of `time`.
    The paper assumes medians of 0 and changes nothing: that is `median=False`.

    Residuals of forecasts one step ahead are meant. Several steps ahead, neighbouring windows forecast through the
    same unknown steps, and their residuals are coloured even where the forecast is perfect.

    Parameters
    ----------
    residuals : (W, N) observed - forecast, nan where missing; any unit, and either sign convention
    graph : (N, N) symmetric or not, signs do not matter
    first : (W,) row in time of each, growing; those that are 1 apart follow each other. None: all do
    median : whether to take each sensor's median away first
    name : what the result calls the graph
    independent : whether to take the paper's variances, which hold only where residuals are independent in both

    Returns
    -------
    Whiteness

    Raises
    ------
    ValueError
        As `series.checked_values` and `arrays.checked`; a graph of another size; rows that do not grow.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(size=(200, 3))
    >>> chain = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    >>> found, shared = whiteness(white, chain), whiteness(white + white[:, [1]], chain)
    >>> found.edges, found.p > 0.05, shared.space_p < 0.001, shared.time_p > 0.05
    (2, True, True, True)
    """
    signs = _Signs.of(residuals, first, median, independent)
    return _test(name, signs, _weights(graph, signs.sign.shape[1]))


def _weights(graph: ArrayLike, sensors: int) -> FloatArray:
    weight = coupling(graph)
    if len(weight) != sensors:
        raise ValueError(f"graph must have shape ({sensors}, {sensors}), got shape {weight.shape}")
    return weight


def sensor_whiteness(
    residuals: ArrayLike, graph: ArrayLike, first: ArrayLike | None = None, median: bool = True
) -> FloatArray:
    """AZ statistic of each sensor: the test on the spatial edges that end there and its own temporal edges.

    Where it is far from 0, what is left is left there: above, in what a sensor shares with its neighbours or its past;
    below, residuals that alternate. N sensors are N looks: under whiteness one in 20 exceeds 1.96.

    Parameters
    ----------
    residuals : (W, N) observed - forecast, nan where missing
    graph : (N, N) as for `whiteness`
    first : (W,) row in time of each, growing; None: all follow each other
    median : whether to take each sensor's median away first

    Returns
    -------
    (N,) standard normal if white; a sensor that the graph joins to none has its temporal part alone; nan where
    neither has an edge

    Raises
    ------
    ValueError
        As `whiteness`.

    References
    ----------
    Zambon and Alippi, arXiv:2302.01701, the node-level score.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(size=(200, 4))
    >>> white[:, 1] = white[:, 0]  # sensors 0 and 1 share everything, 2 and 3 nothing
    >>> joined = [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    >>> (np.abs(sensor_whiteness(white, joined)) > 5).tolist()
    [True, True, False, False]
    """
    signs = _Signs.of(residuals, first, median)
    return _together(*_by_sensor(signs, _weights(graph, signs.sign.shape[1])))


def _by_sensor(signs: _Signs, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two parts of each sensor's statistic, in space and in time, (N,) each."""
    parts = zip(*(each.T for each in signs.along(weight)), strict=True)
    space = np.array([signs.beside(*part)[0] for part in parts])
    time = np.array([signs.after(*part) for part in zip(signs.time.T, signs.pairs.T, strict=True)])
    return space, time


def residuals(
    heads: Sequence[str],
    interaction: ArrayLike,
    road: ArrayLike | None,
    forecast: ArrayLike,
    observed: ArrayLike,
    first: ArrayLike,
    step: int = 1,
    share: float = 0.02,
    seed: int = 0,
) -> Residuals:
    """AZ tests of a run's residuals on every graph at hand, and the statistic of each sensor.

    A learned graph is the strongest share of its pairs, a road graph all its roads, the random one as many pairs as
    the first learned graph (without any, as the roads; without those, as the share), drawn without replacement. All
    edges weigh 1: graphs then differ in whom they join, not in how uneven their weights are. A forecast that has used
    its learned graph up leaves no more on it than on the random one.

    Parameters
    ----------
    heads : names of the H heads
    interaction : (H, N, N); H is 0 for a model that mixes no sensors
    road : (N, N), >= 0; None where there is none
    forecast : (W, T, N)
    observed : (W, T, N) nan where missing
    first : (W,) row in time of the first step ahead of each window, growing
    step : steps ahead, from 1; above 1 residuals overlap, see `whiteness`
    share : strongest share of the N(N-1)/2 pairs
    seed : of the random graph

    Returns
    -------
    Residuals; those of sensors on the roads, without them on the first learned graph, without one on the random graph

    Raises
    ------
    ValueError
        Arrays that do not fit one another, a step that was not forecast, or as `whiteness` and
        `matrix.strongest_count`.

    Examples
    --------
    >>> import numpy as np
    >>> observed = np.random.default_rng(0).normal(size=(300, 2, 9))
    >>> ring = np.roll(np.eye(9), 1, axis=1) + np.roll(np.eye(9), -1, axis=1)
    >>> found = residuals(["one"], [ring], None, np.zeros_like(observed), observed, np.arange(300), share=0.25)
    >>> [(test.graph, test.edges) for test in found.tests], found.sensor_graph, found.sensor.shape
    ([('one', 9), ('random', 9)], 'one', (9,))
    """
    error = _error(forecast, observed, step)
    sensors = error.shape[1]
    graphs = _learned(heads, interaction, sensors, share)
    if road is not None:
        weight = checked_road(road, sensors)
        graphs["roads"] = _simple((weight > 0) | (weight.T > 0))
    count = int(np.triu(next(iter(graphs.values()))).sum()) if graphs else strongest_count(sensors, share)
    named = "roads" if road is not None else next(iter(graphs), "random")
    graphs["random"] = _random(sensors, count, seed)
    signs = _Signs.of(error, first, median=True)
    space, time = _by_sensor(signs, graphs[named])
    return Residuals(
        step=step,
        tests=tuple(_test(name, signs, graph) for name, graph in graphs.items()),
        sensor=_together(space, time),
        sensor_space=space,
        sensor_time=time,
        sensor_graph=named,
    )


def _error(forecast: ArrayLike, observed: ArrayLike, step: int) -> FloatArray:
    ahead, truth = np.asarray(forecast), np.asarray(observed)
    if ahead.ndim != 3 or ahead.shape != truth.shape:
        raise ValueError(
            f"forecast and observed must both be (windows, steps, sensors), got {ahead.shape} and {truth.shape}"
        )
    if not 1 <= step <= ahead.shape[1]:
        raise ValueError(f"step must be from 1 to {ahead.shape[1]}, got {step}")
    return np.asarray(truth[:, step - 1].astype(np.float64) - ahead[:, step - 1])


def _learned(heads: Sequence[str], interaction: ArrayLike, sensors: int, share: float) -> dict[str, FloatArray]:
    """The strongest pairs of the mean of heads, if there is more than one, and of each head."""
    given = np.asarray(interaction)
    if given.ndim != 3 or given.shape != (len(heads), sensors, sensors):
        raise ValueError(f"interaction must have shape ({len(heads)}, {sensors}, {sensors}), got shape {given.shape}")
    if not len(heads):
        return {}
    matrices = checked_heads(given)
    graphs = {"mean": _strongest(mean_of_heads(matrices), share)} if len(heads) > 1 else {}
    for name, head in zip(heads, matrices, strict=True):
        graphs[name] = _strongest(head, share)
    return graphs


def _strongest(M: FloatArray, share: float) -> FloatArray:
    pairs = strongest_pairs(M, share)
    graph = np.zeros(M.shape)
    graph[pairs.first, pairs.second] = graph[pairs.second, pairs.first] = 1.0
    return graph


def _simple(joined: np.ndarray) -> FloatArray:
    graph = joined.astype(np.float64)
    np.fill_diagonal(graph, 0.0)
    return graph


def _random(sensors: int, count: int, seed: int) -> FloatArray:
    first, second = np.triu_indices(sensors, k=1)
    drawn = np.random.default_rng(seed).choice(len(first), size=min(count, len(first)), replace=False)
    graph = np.zeros((sensors, sensors))
    graph[first[drawn], second[drawn]] = graph[second[drawn], first[drawn]] = 1.0
    return graph
