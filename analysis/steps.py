"""The row at which many series step at once, when it is known roughly.

Axes: t row in time, n sensor. `y (T, N)`, nan where nothing was observed.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.series import DAY, checked_minutes, checked_values

WEEK = 7  # days


def step_row(y: ArrayLike, times: ArrayLike, low: int, high: int) -> int:
    """The row at which a step fits best, among some.

    A row is compared with the one a week later, so that neither the time of day nor a weekend looks like a step:
    e_t = y at t + 7 days, minus y_t. A step at row r adds its size to the e_t of the week before r and to no other,
    so the row is the one with the largest

        Σ_n w_n · (Σ e_tn)² / number of e_tn,    sums over the week before r,    1 / w_n = mean of e_tn² over all t

    which is what such a step takes off the sum of squares (least squares; Hinkley, Biometrika 57, 1970).

    Parameters
    ----------
    y : (T, N) what steps, nan where missing
    times : (T,) datetime64, or whole minutes from a midnight
    low, high : first and last row that it may be, 1 <= low <= high < T

    Returns
    -------
    The first row after the step, from 0; the first of those that fit equally well

    Raises
    ------
    ValueError
        As `analysis.series.checked_values` and `checked_minutes`, and for rows that are not there.

    Examples
    --------
    >>> days = np.arange(20)
    >>> step_row(np.where(days < 11, 0.0, 5.0)[:, None] + (days % 7 > 4)[:, None], 1440 * days, 8, 14)
    11
    """
    series = checked_values(y)
    minutes = checked_minutes(times, len(series))
    if not 1 <= low <= high < len(series):
        raise ValueError(f"rows must be from 1 to {len(series) - 1}, the first not after the last, got {low} to {high}")
    first, last = np.searchsorted(minutes, [minutes[low] - 2 * WEEK * DAY, minutes[high] + 2 * WEEK * DAY])
    series, minutes = series[first:last], minutes[first:last]
    later = np.minimum(np.searchsorted(minutes, minutes + WEEK * DAY), len(minutes) - 1)
    e = np.where((minutes[later] == minutes + WEEK * DAY)[:, None], series[later] - series, np.nan)
    total, count = np.zeros((len(e) + 1, e.shape[1])), np.zeros((len(e) + 1, e.shape[1]))
    np.cumsum(np.nan_to_num(e, nan=0.0), axis=0, out=total[1:])
    np.cumsum(~np.isnan(e), axis=0, out=count[1:])
    size = (np.nan_to_num(e, nan=0.0) ** 2).sum(axis=0) / np.maximum(count[-1], 1)
    weight = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    rows = np.arange(low, high + 1) - first
    begin = np.searchsorted(minutes, minutes[rows] - WEEK * DAY)
    sums, counts = total[rows] - total[begin], count[rows] - count[begin]
    gain = np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0) @ weight
    return int(rows[gain.argmax()] + first)
