"""What the residuals of a run still hold: the AZ test along every graph at hand, and the score of each sensor.

The graphs are the strongest pairs of each head and of their mean, the roads, and as many pairs drawn at random; on each
of them `analysis.whiteness` tests the same residuals.

Axes: w window, t step ahead, n sensor, h head.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, checked_heads, checked_road
from analysis.matrix import mean_of_heads, strongest_count, strongest_pairs
from analysis.signs import Signs, together
from analysis.whiteness import Whiteness


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
    signs = Signs.of(error, first, median=True)
    space, time = signs.by_sensor(graphs[named])
    return Residuals(
        step=step,
        tests=tuple(Whiteness.of(name, signs, graph) for name, graph in graphs.items()),
        sensor=together(space, time),
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
