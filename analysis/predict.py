"""A model as a function of what multiplies its weights: what it gives, and what that stands beside, checked.

Axes: h head, i receiver, j sender, w window, t step ahead, n sensor.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray

Predict = Callable[[FloatArray, FloatArray | None], FloatArray]
"""Forecasts (W, T, N) with `M * gates + added` in place of the interaction; gates and added (H, N, N)."""


def checked_forecast(forecast: ArrayLike, target: FloatArray) -> FloatArray:
    """Forecast as float64, once it is known to be finite and to stand beside a target.

    Parameters
    ----------
    forecast : (W, T, N), as a model gave it
    target : (W, T, N), for its shape

    Returns
    -------
    (W, T, N) float64

    Raises
    ------
    ValueError
        Another shape, or not finite: the first bad place is named.

    Examples
    --------
    >>> import numpy as np
    >>> checked_forecast([[[1, float("nan")]]], np.zeros((1, 1, 2)))
    Traceback (most recent call last):
    ...
    ValueError: forecast must be finite, got nan at window 0, step 0, sensor 1
    """
    y = np.array(forecast, dtype=np.float64)
    if y.shape != target.shape:
        raise ValueError(f"forecast must have the shape of target, {target.shape}, got {y.shape}")
    if not np.isfinite(y).all():
        window, step, sensor = np.argwhere(~np.isfinite(y))[0]
        place = f"window {window}, step {step}, sensor {sensor}"
        raise ValueError(f"forecast must be finite, got {y[window, step, sensor]} at {place}")
    return y


def checked_target(target: ArrayLike, block: ArrayLike, sensors: int) -> tuple[FloatArray, IntArray]:
    """What was observed, and the block of each window counted from 0, once they are known to fit together.

    Parameters
    ----------
    target : (W, T, N), nan where missing
    block : (W,) any numbers, the same for windows of the same block
    sensors : N

    Returns
    -------
    (W, T, N) float64 and (W,) int64

    Raises
    ------
    ValueError
        Another shape, nothing observed, or an infinity.

    Examples
    --------
    >>> checked_target([[[1.0]], [[2.0]]], [7, 7], sensors=1)[1].tolist()
    [0, 0]
    """
    observed, blocks = np.array(target, dtype=np.float64), np.asarray(block)
    if observed.ndim != 3 or observed.shape[-1] != sensors:
        raise ValueError(f"target must have shape (windows, steps, {sensors}), got shape {observed.shape}")
    if np.isinf(observed).any() or np.isnan(observed).all():
        raise ValueError("target must hold observed values, finite or nan where missing, got none or an infinity")
    if blocks.shape != observed.shape[:1]:
        raise ValueError(f"block must have one number per window, ({len(observed)},), got shape {blocks.shape}")
    return observed, np.unique(blocks, return_inverse=True)[1].astype(np.int64)
