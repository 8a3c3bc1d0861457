"""What is wrong with a series before anything is trained on it: what is missing, dead, twice there, out of range.

Axes: t row in time, n sensor. `values (T, N)`, nan where nothing was observed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray
from analysis.series import checked_values, runs, sorted_values

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
ONE_VALUE = 0.99  # a sensor is as good as dead when one value is this share of all it observed
BAND, BEYOND = (0.01, 0.99), 3.0  # quantiles, and how many times the width between them an outlier lies beyond them


@dataclass(frozen=True, slots=True)
class Missing:
    """How much was not observed, and how much is exactly zero.

    Attributes
    ----------
    share : of all values that are missing, 0 to 1
    by_sensor : (N,) the same of each sensor
    by_step : (T,) the same of each row
    zeros : share of the observed values that are exactly 0; nan where nothing was observed
    zeros_by_sensor : (N,) the same of each sensor
    """

    share: float
    by_sensor: FloatArray
    by_step: FloatArray
    zeros: float
    zeros_by_sensor: FloatArray


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches in time, K of them: by sensor, then in time.

    Attributes
    ----------
    sensor : (K,) which sensor, from 0; -1 where a stretch is about all of them
    start : (K,) its first row, from 0
    length : (K,) its rows
    """

    sensor: IntArray
    start: IntArray
    length: IntArray


@dataclass(frozen=True, slots=True)
class Dead:
    """Sensors that say nothing.

    Attributes
    ----------
    silent : (N,) whether nothing at all was observed
    constant : (N,) whether one value is at least 99 % of all that was observed
    value : (N,) the most frequent value, the least of those that are equally frequent; nan where nothing was observed
    share : (N,) its share of what was observed, 0 to 1; nan likewise
    """

    silent: Flags
    constant: Flags
    value: FloatArray
    share: FloatArray


@dataclass(frozen=True, slots=True)
class Outliers:
    """Values beyond what is plausible, K of them: by sensor, then in time.

    Attributes
    ----------
    sensor, row : (K,) where, each from 0
    value : (K,) what was observed there
    low, high : (N,) what counts as plausible for each sensor; nan where nothing can be said
    """

    sensor: IntArray
    row: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray


def missing(values: ArrayLike) -> Missing:
    """Share of missing values in all, of each sensor and of each row, and the share of exact zeros.

    Many publishers write 0 where nothing was seen, so both are looked at.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    Missing

    Raises
    ------
    ValueError
        As `analysis.series.checked_values`.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = missing([[1, nan], [0, nan]])
    >>> found.share, found.by_sensor.tolist(), found.by_step.tolist(), found.zeros
    (0.5, [0.0, 1.0], [0.5, 0.5], 0.5)
    """
    series = checked_values(values)
    gone, zero = np.isnan(series), series == 0
    seen = (~gone).sum(axis=0)
    nobody = np.full(len(seen), np.nan)
    return Missing(
        share=float(gone.mean()),
        by_sensor=gone.mean(axis=0),
        by_step=gone.mean(axis=1),
        zeros=float(zero.sum() / seen.sum()) if seen.any() else float("nan"),
        zeros_by_sensor=np.divide(zero.sum(axis=0), seen, out=nobody, where=seen > 0),
    )


def gaps(values: ArrayLike) -> Stretches:
    """Stretches of missing values of each sensor.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    Stretches

    Raises
    ------
    ValueError
        As `analysis.series.checked_values`.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = gaps([[nan, 1], [nan, 1], [1, nan]])
    >>> found.sensor.tolist(), found.start.tolist(), found.length.tolist()
    ([0, 1], [0, 2], [2, 1])
    """
    return Stretches(*runs(np.isnan(checked_values(values))))


def blackouts(values: ArrayLike) -> Stretches:
    """Stretches in which no sensor observed anything, although the rows are there.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    Stretches, each with -1 for the sensor

    Raises
    ------
    ValueError
        As `analysis.series.checked_values`.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = blackouts([[nan, 1], [nan, nan], [1, nan]])
    >>> found.sensor.tolist(), found.start.tolist(), found.length.tolist()
    ([-1], [1], [1])
    """
    nobody = np.asarray(np.isnan(checked_values(values)).all(axis=1))
    sensor, start, length = runs(nobody[:, None])
    return Stretches(sensor - 1, start, length)


def dead(values: ArrayLike) -> Dead:
    """Sensors that observed nothing, or (almost) only one value, such as zeros throughout.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    Dead

    Raises
    ------
    ValueError
        As `analysis.series.checked_values`.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = dead([[0, nan, 1], [0, nan, 2], [nan, nan, 3]])
    >>> found.silent.tolist(), found.constant.tolist(), found.value.tolist()
    ([False, True, False], [True, False, False], [0.0, nan, 1.0])
    """
    ordered = sorted_values(values)
    (n, rows), seen = ordered.shape, (~np.isnan(ordered)).sum(axis=1)
    # nan is unlike itself, so each missing value makes a run of its own, which does not count below
    first = np.ones((n, rows), dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    starts = np.flatnonzero(first)
    length = np.diff(np.append(starts, n * rows))
    sensor = starts // rows
    length[starts % rows >= seen[sensor]] = 0
    best = np.lexsort((starts, -length, sensor))[np.searchsorted(sensor, np.arange(n))]
    silent = seen == 0
    share = np.where(silent, np.nan, length[best] / np.maximum(seen, 1))
    value = np.where(silent, np.nan, ordered.ravel()[starts[best]])
    return Dead(silent=silent, constant=~silent & (share >= ONE_VALUE), value=value, share=share)


def duplicates(values: ArrayLike) -> IntArray:
    """Sensors whose series are the same, value for value and gap for gap.

    Dead sensors are no duplicates: they have nothing to be alike in.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    (N,) number of the group of alike sensors, from 0, in the order of their first sensors; -1 for a sensor like none

    Raises
    ------
    ValueError
        As `analysis.series.checked_values`.

    Examples
    --------
    >>> duplicates([[1, 5, 1], [2, 6, 2]]).tolist()
    [0, -1, 0]
    """
    series = checked_values(values)
    still = dead(series)
    columns = np.ascontiguousarray(np.where(np.isnan(series), np.nan, series + 0.0).T)  # one nan, and one zero
    alike = dict[bytes, list[int]]()
    for sensor in np.flatnonzero(~(still.silent | still.constant)):
        alike.setdefault(columns[sensor].tobytes(), []).append(int(sensor))
    groups = np.full(series.shape[1], -1, dtype=np.int64)
    for number, members in enumerate(group for group in alike.values() if len(group) > 1):
        groups[members] = number
    return groups


def outliers(values: ArrayLike) -> Outliers:
    """Values far outside what a sensor mostly says, such as -999 for 'broken' or a decimal point that was lost.

    With q01 and q99 the quantiles of a sensor and w the larger of its own q99 - q01 and the median of that over all
    sensors, an outlier is above `q99 + 3 w` or below `q01 - 3 w`: a wide fence after Tukey (Exploratory Data
    Analysis, 1977), so that congestion is none. To be looked at, not to be deleted.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    Outliers; none where w is 0

    Raises
    ------
    ValueError
        As `analysis.series.checked_values`.

    Examples
    --------
    >>> speed = 50.0 + np.arange(200.0)[:, None] % 20
    >>> speed[7] = -999
    >>> found = outliers(speed)
    >>> found.row.tolist(), found.value.tolist(), found.low.round(1).tolist()
    ([7], [-999.0], [-7.0])
    """
    series = checked_values(values)
    ordered = sorted_values(series)
    seen = (~np.isnan(ordered)).sum(axis=1)
    at = np.maximum(seen - 1, 0)
    every = np.arange(len(ordered))
    low, high = (ordered[every, np.round(share * at).astype(np.int64)] for share in BAND)
    width = high - low
    if not (seen > 0).any():
        none = np.zeros(0, dtype=np.int64)
        return Outliers(none, none.copy(), np.zeros(0), low, high)
    width = np.maximum(width, np.nanmedian(width))
    width[width == 0] = np.nan
    low, high = low - BEYOND * width, high + BEYOND * width
    sensor, row = np.nonzero(((series < low) | (series > high)).T)
    return Outliers(sensor.astype(np.int64), row.astype(np.int64), series[row, sensor], low, high)
