"""Is anything left in the residuals along a graph, and in time? The AZ test.

What a forecast leaves, x = observed - forecast, should be white: the residuals of two sensors at one time, and of one
sensor at two neighbouring times, should agree in sign as often as not.

    AZ = (space + time) / √2

`space` is the sum over pairs of sensors that the graph joins, `time` that over neighbouring times of one sensor, each
standard normal where what it tests is not there: their formulas, and how often they are wrong, head `analysis.signs`.

AZ is the statistic of the paper with λ = ½ and the weight of temporal edges that makes the two parts count alike.
Departures: the variances of both parts, for which `independent=True` takes the paper's, and the medians, which
`median=False` leaves.

Axes: w window, n sensor. Sources: Zambon and Alippi, AZ-whiteness test, NeurIPS 2022, arXiv:2204.11135; per sensor: the
same, Where and how to improve graph-based spatio-temporal predictors, arXiv:2302.01701.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analysis.arrays import FloatArray
from analysis.matrix import coupling
from analysis.signs import Signs, together


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

    @classmethod
    def of(cls, name: str, signs: Signs, weight: FloatArray) -> "Whiteness":
        """The test of these signs on a symmetric graph (N, N) of that name; its diagonal is 0."""
        agree, joined, square = (each.sum(axis=1) / 2 for each in signs.along(weight))  # an edge ends at two sensors
        space, root = signs.beside(agree, joined, square)
        time = signs.after(signs.time.sum(axis=1), signs.pairs.sum(axis=1))
        statistic = float(together(space, time))
        edges = float(joined.sum())
        return cls(
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


def _p(statistic: float) -> float:
    return float(2 * ndtr(-abs(statistic)))


def whiteness(
    residuals: ArrayLike,
    graph: ArrayLike,
    first: ArrayLike | None = None,
    median: bool = True,
    name: str = "graph",
    independent: bool = False,
) -> Whiteness:
    """AZ-whiteness test of residuals on a graph; the formulas head this module and `signs`.

    The graph joins i and j with weight `|graph_ij + graph_ji| / 2`; its scale cancels, its diagonal is left out.

    The test is about residuals of median 0. A forecast that was fitted to means leaves skewed residuals, whose
    medians lie on one side at all sensors: every product of signs then leans to plus, on every graph. So each
    sensor's median is taken away first, and what that takes from agreement in time is put back, see `Signs.of`.
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
    signs = Signs.of(residuals, first, median, independent)
    return Whiteness.of(name, signs, _weights(graph, signs.sign.shape[1]))


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
    signs = Signs.of(residuals, first, median)
    return together(*signs.by_sensor(_weights(graph, signs.sign.shape[1])))
