"""Errors of forecasts: by horizon, by sensor, by hour of day. Missing observations are left out.

Axes: w window, t step ahead, n sensor. `forecast (W, T, N)` and `observed (W, T, N)` in the unit of the data,
observed NaN where missing. With e = forecast - observed over the values that an entry is about:

    mae = mean |e|    rmse = √(mean e²)    mape = mean |e| / |observed|, a fraction, where |observed| >= 0.001
    accuracy = 1 - √(Σ e²) / √(Σ observed²)    r2 = 1 - Σ e² / Σ (observed - mean observed)²

A measure whose denominator is zero, or that has no observation, is nan. Accuracy is that of T-GCN (Zhao et
al., IEEE Transactions on Intelligent Transportation Systems 21, 2020), where Y is the matrix of all
observations together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray

Numbers = NDArray[np.generic]

# An observation nearer to zero than this, in the unit of the data, has no relative error worth the name.
NEAR_ZERO = 1e-3


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of a forecast; what an entry is about (a step, a sensor, an hour) is said by the function.

    Attributes
    ----------
    mae, rmse : mean absolute and root mean square error, in the unit of the data
    mape : mean absolute relative error, a fraction; observations within 0.001 of zero are left out
    accuracy : `1 - ‖Y - Ŷ‖ / ‖Y‖`, Frobenius
    r2 : share of the variance explained; 0 for the mean of the observations, negative for worse
    count : number of observations behind each entry; where it is 0 the others are nan
    pooled : whether an entry holds several steps ahead together
    """

    mae: FloatArray
    rmse: FloatArray
    mape: FloatArray
    accuracy: FloatArray
    r2: FloatArray
    count: IntArray
    pooled: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the errors of some groups of values are made of, in a form that can be added up: each (G,)."""

    count: FloatArray
    absolute: FloatArray  # Σ |e|
    square: FloatArray  # Σ e²
    relative: FloatArray  # Σ |e| / |y|
    relative_count: FloatArray
    size: FloatArray  # Σ y²
    mean: FloatArray  # of y
    spread: FloatArray  # Σ (y - mean)²

    @classmethod
    def of(cls, forecast: FloatArray, observed: FloatArray, group: IntArray, groups: int) -> Self:
        """Sums over values (V,) that belong to group (V,) of 0 .. groups - 1."""

        def total(values: FloatArray | None = None) -> FloatArray:
            return np.bincount(group, values, minlength=groups).astype(np.float64)

        error = np.abs(forecast - observed)
        count = total()
        # Means are taken from one value of each group: of equal values the spread is then exactly zero.
        origin = np.zeros(groups)
        origin[group] = observed
        mean = origin + _ratio(total(observed - origin[group]), count, empty=0.0)
        relative = np.abs(observed) >= NEAR_ZERO
        return cls(
            count=count,
            absolute=total(error),
            square=total(error**2),
            relative=total(_ratio(error, np.where(relative, np.abs(observed), 0.0), empty=0.0)),
            relative_count=total(relative.astype(np.float64)),
            size=total(observed**2),
            mean=mean,
            spread=total((observed - mean[group]) ** 2),
        )

    def __add__(self, other: Self) -> Self:
        count = self.count + other.count
        apart = other.mean - self.mean
        share = _ratio(other.count, count, empty=0.0)  # 0 or 1 where one of the two is empty
        return type(self)(
            count=count,
            absolute=self.absolute + other.absolute,
            square=self.square + other.square,
            relative=self.relative + other.relative,
            relative_count=self.relative_count + other.relative_count,
            size=self.size + other.size,
            mean=self.mean + share * apart,
            spread=self.spread + other.spread + apart**2 * share * self.count,
        )


def _ratio(numerator: FloatArray, denominator: FloatArray, empty: float = np.nan) -> FloatArray:
    there = denominator > 0
    ratio = np.full(there.shape, empty)
    np.divide(numerator, denominator, out=ratio, where=there)
    return ratio


def _errors(sums: list[_Sums], pooled: bool) -> Errors:
    """Errors of groups one after another."""
    count, absolute, square, relative, relative_count, size, spread = (
        np.concatenate([getattr(part, name) for part in sums])
        for name in ("count", "absolute", "square", "relative", "relative_count", "size", "spread")
    )
    return Errors(
        mae=_ratio(absolute, count),
        rmse=np.sqrt(_ratio(square, count)),
        mape=_ratio(relative, relative_count),
        accuracy=1 - np.sqrt(_ratio(square, size)),
        r2=1 - _ratio(square, spread),
        count=count.astype(np.int64),
        pooled=pooled,
    )


def _checked(forecast: ArrayLike, observed: ArrayLike) -> tuple[Numbers, Numbers]:
    """Both arrays in the type they have: each step is turned into float64 when its turn comes."""
    predicted, target = np.asarray(forecast), np.asarray(observed)
    for name, array in (("forecast", predicted), ("observed", target)):
        if array.dtype.kind not in "biuf":
            raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
        if array.ndim != 3 or 0 in array.shape[1:]:
            raise ValueError(f"{name} must have shape (windows, steps, sensors), got shape {array.shape}")
    if predicted.shape != target.shape:
        raise ValueError(f"forecast and observed must have the same shape, got {predicted.shape} and {target.shape}")
    for rule, array, bad in (
        ("forecast must be finite", predicted, ~np.isfinite(predicted)),
        ("observed must be finite, or nan where missing", target, np.isinf(target)),
    ):
        if bad.any():
            window, step, sensor = np.argwhere(bad)[0]
            place = f"window {window}, step {step}, sensor {sensor}"
            raise ValueError(f"{rule}, got {array[window, step, sensor]} at {place}")
    return predicted, target


def _by_step(predicted: Numbers, target: Numbers, group: IntArray, groups: int) -> Iterator[_Sums]:
    """Sums of one step after another; `group[t]`, broadcast to (W, N), says where each value belongs."""
    for step in range(target.shape[1]):
        y = target[:, step].astype(np.float64)
        there = ~np.isnan(y)
        belongs = np.broadcast_to(group[step], y.shape)[there]
        yield _Sums.of(predicted[:, step].astype(np.float64)[there], y[there], belongs, groups)


def errors(forecast: ArrayLike, observed: ArrayLike, pooled: bool = False) -> Errors:
    """Errors by horizon: entry t is about step t alone, or about all steps up to it.

    Pooled is how T-GCN and the papers that follow it report; it is smaller than the error at the horizon
    itself.

    Parameters
    ----------
    forecast : (W, T, N), finite
    observed : (W, T, N), nan where missing
    pooled : whether entry t holds the steps 0 .. t together

    Returns
    -------
    Errors, with arrays (T,); see the module for the formulas

    Raises
    ------
    ValueError
        Not numbers, different or other shapes, a forecast that is not finite, an infinite observation.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = errors([[[1.0, 2.0], [5.0, 5.0]]], [[[2.0, 2.0], [nan, 2.0]]])
    >>> found.mae.tolist(), found.count.tolist()
    ([0.5, 3.0], [2, 1])
    >>> errors([[[1.0, 2.0], [5.0, 5.0]]], [[[2.0, 2.0], [nan, 2.0]]], pooled=True).mae.round(6).tolist()
    [0.5, 1.333333]
    """
    predicted, target = _checked(forecast, observed)
    group = np.zeros((target.shape[1], 1, 1), dtype=np.int64)
    sums = list(_by_step(predicted, target, group, groups=1))
    return _errors(list(accumulate(sums)) if pooled else sums, pooled)


def errors_by_sensor(forecast: ArrayLike, observed: ArrayLike, step: int | None = None) -> Errors:
    """Errors by sensor: entry n is about sensor n, at one step ahead or at all together.

    Parameters
    ----------
    forecast : (W, T, N), finite
    observed : (W, T, N), nan where missing
    step : 0 .. T - 1, where 0 is the first step ahead; None for all together

    Returns
    -------
    Errors, with arrays (N,); pooled where all steps are together

    Raises
    ------
    ValueError
        As `errors`, and when the step is out of its range.

    Examples
    --------
    >>> found = errors_by_sensor([[[1.0, 2.0]], [[1.0, 2.0]]], [[[2.0, 2.0]], [[4.0, 2.0]]], step=0)
    >>> found.mae.tolist(), found.rmse.round(6).tolist()
    ([2.0, 0.0], [2.236068, 0.0])
    """
    predicted, target = _checked(forecast, observed)
    _, steps, sensors = target.shape
    if step is not None:
        if not 0 <= step < steps:
            raise ValueError(f"step must be from 0 to {steps - 1}, got {step}")
        predicted, target = predicted[:, step : step + 1], target[:, step : step + 1]
    group = np.broadcast_to(np.arange(sensors, dtype=np.int64), (target.shape[1], 1, sensors))
    total = reduce(add, _by_step(predicted, target, group, groups=sensors))
    return _errors([total], pooled=step is None)


def errors_by_hour(forecast: ArrayLike, observed: ArrayLike, hours: ArrayLike) -> Errors:
    """Errors by hour of the day: entry h is about all forecasts for h:00 to h:59, at any step ahead.

    Parameters
    ----------
    forecast : (W, T, N), finite
    observed : (W, T, N), nan where missing
    hours : (W, T) integers, 0 .. 23: hour of the day that is forecast, not of the moment of forecasting

    Returns
    -------
    Errors, with arrays (24,): count 0 and nan at hours that never occur

    Raises
    ------
    ValueError
        As `errors`, and when hours are not (W, T) integers from 0 to 23.

    Examples
    --------
    >>> found = errors_by_hour([[[3.0], [3.0]]], [[[2.0], [5.0]]], hours=[[7, 8]])
    >>> found.mae[6:10].tolist(), found.count[6:10].tolist()
    ([nan, 1.0, 2.0, nan], [0, 1, 1, 0])
    """
    predicted, target = _checked(forecast, observed)
    windows, steps, _ = target.shape
    hour = np.asarray(hours)
    if hour.dtype.kind not in "iu":
        raise ValueError(f"hours must be integers, got dtype {hour.dtype}")
    if hour.shape != (windows, steps):
        raise ValueError(f"hours must have shape (windows, steps), {(windows, steps)}, got {hour.shape}")
    if ((hour < 0) | (hour > 23)).any():
        window, step = np.argwhere((hour < 0) | (hour > 23))[0]
        value = hour[window, step]
        raise ValueError(f"hours must be from 0 to 23, got {value} at window {window}, step {step}")
    group = hour.astype(np.int64).T[:, :, None]
    return _errors([reduce(add, _by_step(predicted, target, group, groups=24))], pooled=True)
