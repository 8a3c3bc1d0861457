"""What the forecast loses when a set of weights is cut.

Cut is set to zero after every normalisation, so that nothing is evened out. What a sensor keeps for itself, the
diagonal, is never cut. The model is a function of what multiplies its weights, see `predict.Predict`; which weights a
set is, `gates` say.

Axes: h head, i receiver, j sender, w window, t step ahead, n sensor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, checked_heads
from analysis.blocks import BlockMean, block_mean
from analysis.predict import Predict, checked_forecast, checked_target


@dataclass(frozen=True, slots=True)
class Cut:
    """What happens when a set of weights is set to zero.

    Attributes
    ----------
    name : such as 'head 1', 'all heads', 'inside community 2', 'border of community 2', 'inputs of S03'
    kind : 'all' | 'head' | 'inside' | 'border' | 'inputs', or as the caller names it
    forecast : (T,) root mean square change of the forecast at each step ahead, in unit
    error : (T,) rise of the mean absolute error at each step ahead, in unit; nan without observations
    by_sensor : (N,) rise of the mean absolute error of each sensor, all steps together
    rise : of the mean absolute error, all steps and sensors together; nan without observations
    low, high : its 95 % interval over blocks of neighbouring windows, see `blocks`; nan where there is one block only

    Of the inputs of one sensor, kind 'inputs', all but `by_sensor` are those of that sensor's own forecast.
    """

    name: str
    kind: str
    forecast: FloatArray
    error: FloatArray
    by_sensor: FloatArray
    rise: float
    low: float
    high: float


def cut(
    predict: Predict,
    forecast: ArrayLike,
    target: ArrayLike,
    where: ArrayLike,
    name: str = "",
    kind: str = "",
    block: ArrayLike | None = None,
    only: int | None = None,
) -> Cut:
    """What changes when weights are cut.

    Parameters
    ----------
    predict : gates and what is added to forecasts (W, T, N)
    forecast : (W, T, N) of the unchanged model, in unit
    target : (W, T, N) what was observed, nan where missing
    where : (H, N, N) gates, see `analysis.gates`: 0 cuts a weight, 1 leaves it
    name, kind : what the cut is called
    block : (W,) number of the block of neighbouring windows that each window belongs to; None: all to one
    only : the sensor whose forecast alone `forecast`, `error` and `rise` are taken over; None: all

    Returns
    -------
    Cut

    Raises
    ------
    ValueError
        As `arrays.checked_heads` for the gates, arrays that do not fit together, or a sensor that there is not.

    Examples
    --------
    >>> import numpy as np
    >>> from analysis import gates
    >>> def predict(gates, added):  # sensor 1 hears 2.0 from sensor 0, and sensor 0 nothing
    ...     return np.array([[[1.0, 1.0 + 2.0 * gates[0, 1, 0]]]])
    >>> everything = np.ones((1, 2, 2))
    >>> found = cut(predict, predict(everything, None), [[[1.0, 3.0]]], gates.edge(1, 2, receiver=1, sender=0))
    >>> found.forecast.round(3).tolist(), found.error.tolist(), found.by_sensor.tolist()
    ([1.414], [1.0], [0.0, 2.0])
    """
    factor = checked_heads(where, "gates")
    given = np.zeros(len(np.asarray(target))) if block is None else block
    observed, blocks = checked_target(target, given, factor.shape[1])
    before = checked_forecast(forecast, observed)
    after = checked_forecast(predict(factor, None), observed)
    if only is not None and not 0 <= only < factor.shape[1]:
        raise ValueError(f"only must be a sensor from 0 to {factor.shape[1] - 1}, or None for all, got {only}")
    rise = np.abs(after - observed) - np.abs(before - observed)
    of = slice(None) if only is None else slice(only, only + 1)
    total = np.bincount(blocks, np.nansum(rise[:, :, of], axis=(1, 2)))
    seen = np.bincount(blocks, (~np.isnan(rise[:, :, of])).sum(axis=(1, 2)))
    nothing = BlockMean(*[float("nan")] * 3)  # a sensor alone may never have been observed
    whole = block_mean(total[None], seen) if seen.any() else nothing
    return Cut(
        name=name,
        kind=kind,
        forecast=np.sqrt(((after - before)[:, :, of] ** 2).mean(axis=(0, 2))),
        error=_mean(rise[:, :, of], (0, 2)),
        by_sensor=_mean(rise, (0, 1)),
        rise=whole.value,
        low=whole.low,
        high=whole.high,
    )


def _mean(values: FloatArray, axes: tuple[int, int]) -> FloatArray:
    """Mean of what is not nan; nan where nothing is left."""
    seen = (~np.isnan(values)).sum(axis=axes)
    mean = np.full(seen.shape, np.nan)
    np.divide(np.nansum(values, axis=axes), seen, out=mean, where=seen > 0)
    return mean
