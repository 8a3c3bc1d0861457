"""Is anything left in the residuals? The AZ test on a learned graph, on the roads, and on a random graph.

What a forecast leaves, x = observed - forecast, should be white: the residuals of two sensors at one time, and of one
sensor at two neighbouring times, should agree in sign as often as not. Two kinds of edges are looked at: spatial
ones, between sensors i and j that a graph joins, at each time t; temporal ones, of one sensor from t to t + 1.

    space = Σ_t Σ_(i,j) w_ij s_ti s_tj / √(Σ_t Σ_(i,j) w_ij²)       s = sign x, over edges whose two ends were observed
    time  = Σ_i Σ_t s_ti s_(t+1)i / √(number of temporal edges)
    AZ    = (space + time) / √2

Each is standard normal, for many edges, where the residuals are independent with median 0, whatever their
distribution, and however it differs from sensor to sensor and from hour to hour. AZ is the statistic of the paper
with λ = ½ and the weight of temporal edges that makes the two parts count alike.

A sign of 0, a residual of exactly 0, adds nothing to a sum and its edges still count below the root: it can only
make the test more careful.

Where only time is coloured, `space` keeps its mean of 0 and not its variance, since a slow residual repeats itself:
read `space` beside `agree`, which says how large an effect is, and beside a random graph.

Axes: w window, t step ahead, n sensor. Sources: Zambon and Alippi, AZ-whiteness test, NeurIPS 2022, arXiv:2204.11135;
per sensor: the same, Where and how to improve graph-based spatio-temporal predictors, arXiv:2302.01701.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray, checked_heads, checked_road
from analysis.matrix import coupling, mean_of_heads, strongest_count, strongest_pairs
from analysis.series import checked_values, column_medians


@dataclass(frozen=True, slots=True)
class Whiteness:
    """The AZ test of residuals on one graph. All p are two-sided; where a part has no edge, its figures are nan.

    Attributes
    ----------
    graph : 'mean' for the mean of heads, a head's name, 'roads' or 'random'
    edges : pairs of sensors that the graph joins
    statistic : space and time together; standard normal if the residuals are white
    p : of the statistic
    space, space_p : of the spatial edges alone
    time, time_p : of the temporal edges alone
    agree : share of joined residuals of two sensors that have one sign, 0.5 by chance: the size of the effect in space
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


@dataclass(frozen=True, slots=True)
class Residuals:
    """What the residuals of a run still hold.

    Attributes
    ----------
    step : steps ahead of the forecasts whose residuals these are, from 1
    tests : one per graph: the mean of heads (where there is more than one), each head, roads, random
    sensor : (N,) AZ statistic of the edges at each sensor; standard normal if white, nan where nothing was observed
    sensor_graph : the graph that `sensor` was taken on, as in `Whiteness`
    """

    step: int
    tests: tuple[Whiteness, ...]
    sensor: FloatArray
    sensor_graph: str


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of products of signs, and how many products each is made of."""

    space: FloatArray  # (N, N) Σ_t s_ti s_tj
    space_count: FloatArray  # (N, N)
    time: FloatArray  # (N,) Σ_t s_ti s_(t+1)i, less what removing the median takes from it
    time_count: FloatArray  # (N,)

    @classmethod
    def of(cls, residuals: ArrayLike, first: ArrayLike | None, median: bool) -> "_Sums":
        values = checked_values(residuals)
        rows = np.arange(len(values)) if first is None else _rows(first, len(values))
        if median:
            values = values - column_medians(values)
        seen = np.isfinite(values)
        sign = np.where(seen, np.sign(values), 0.0)
        follows = np.diff(rows) == 1
        both = seen[:-1][follows] & seen[1:][follows]  # (.., N)
        time = (sign[:-1][follows] * sign[1:][follows]).sum(axis=0)
        if median:
            time = time - both.sum(axis=0) * _by_chance(sign, seen)
        observed = seen.astype(np.float64)
        with threadpool_limits(limits=1):
            return cls(sign.T @ sign, observed.T @ observed, time, both.sum(axis=0).astype(np.float64))


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


def _standard(total: FloatArray, square: FloatArray) -> FloatArray:
    """Totals over the root of their variance under whiteness; nan where there is no edge."""
    root = np.sqrt(square)
    return np.asarray(np.divide(total, root, out=np.full(np.shape(total), np.nan), where=root > 0))


def _together(space: FloatArray, time: FloatArray) -> FloatArray:
    """The two parts alike; one alone where the other has no edge."""
    both = (space + time) / np.sqrt(2.0)
    return np.where(np.isnan(space), time, np.where(np.isnan(time), space, both))


def _p(statistic: float) -> float:
    return float(2 * ndtr(-abs(statistic)))


def _test(name: str, sums: _Sums, weight: FloatArray) -> Whiteness:
    upper = np.triu(weight, k=1)
    space = _standard(np.asarray((upper * sums.space).sum()), np.asarray((upper**2 * sums.space_count).sum()))
    time = _standard(np.asarray(sums.time.sum()), np.asarray(sums.time_count.sum()))
    joined = float((upper * sums.space_count).sum())
    statistic = float(_together(space, time))
    return Whiteness(
        graph=name,
        edges=int(np.count_nonzero(upper)),
        statistic=statistic,
        p=_p(statistic),
        space=float(space),
        space_p=_p(float(space)),
        time=float(time),
        time_p=_p(float(time)),
        agree=0.5 + 0.5 * float((upper * sums.space).sum()) / joined if joined else float("nan"),
    )


def whiteness(
    residuals: ArrayLike,
    graph: ArrayLike,
    first: ArrayLike | None = None,
    median: bool = True,
    name: str = "graph",
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
    sums = _Sums.of(residuals, first, median)
    return _test(name, sums, _weights(graph, len(sums.time)))


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
    sums = _Sums.of(residuals, first, median)
    return _by_sensor(sums, _weights(graph, len(sums.time)))


def _by_sensor(sums: _Sums, weight: FloatArray) -> FloatArray:
    space = _standard((weight * sums.space).sum(axis=1), (weight**2 * sums.space_count).sum(axis=1))
    return _together(space, _standard(sums.time, sums.time_count))


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
    Residuals; `sensor` on the roads, without them on the first learned graph, without one on the random graph

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
    sums = _Sums.of(error, first, median=True)
    return Residuals(
        step=step,
        tests=tuple(_test(name, sums, graph) for name, graph in graphs.items()),
        sensor=_by_sensor(sums, graphs[named]),
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
