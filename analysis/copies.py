"""Days that a sensor has twice: filled in from another day by whoever published the data, not measured.

Axes: t row in time, n sensor. `values (T, N)`, nan where nothing was observed.

Publishers fill long gaps with the same weekday of another week, or with a typical day, and seldom say so. No detector
measures a day twice: noise alone makes two days differ. So a day of a sensor is a copy where an earlier day of that
sensor has the same clock times, the same values to the last bit, and the same gaps. Days of few different values are
left out: a night's zeros, a timetable or a sensor that is stuck may well be the same twice. Which of several same days
was measured, if any was, the values do not tell: the first counts as no copy, so that what is counted is the least.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import IntArray
from analysis.series import DAY, checked_minutes, checked_values

DISTINCT = 10  # different values that a day must have to be looked at


@dataclass(frozen=True, slots=True)
class Copies:
    """Days that are an earlier day of the same sensor once more, K of them: by sensor, then in time.

    Attributes
    ----------
    sensor : (K,) which sensor, from 0
    start, length : (K,) first row of the copy, from 0, and number of rows
    first : (K,) first row of the earliest day that is the same
    """

    sensor: IntArray
    start: IntArray
    length: IntArray
    first: IntArray


def copies(values: ArrayLike, times: ArrayLike) -> Copies:
    """Days, from midnight to midnight, that repeat an earlier day of their sensor value for value; see the module.

    Parameters
    ----------
    values : (T, N), nan where missing
    times : (T,) datetime64 in local time, or whole minutes from a midnight

    Returns
    -------
    Copies

    Raises
    ------
    ValueError
        As `analysis.series.checked_values` and `checked_minutes`.

    Examples
    --------
    >>> speed = np.random.default_rng(0).normal(50, 5, (3 * 24, 2))
    >>> speed[48:, 1] = speed[:24, 1]
    >>> found = copies(speed, 60 * np.arange(72))
    >>> found.sensor.tolist(), found.start.tolist(), found.length.tolist(), found.first.tolist()
    ([1], [48], [24], [0])
    """
    series = checked_values(values)
    minutes = checked_minutes(times, len(series))
    columns = np.ascontiguousarray(np.where(np.isnan(series), np.nan, series + 0.0).T)  # one nan, and one zero
    edges = np.flatnonzero(np.diff(minutes // DAY, prepend=-1, append=-1))
    days = [(start, stop, (minutes[start:stop] % DAY).tobytes()) for start, stop in pairwise(edges.tolist())]
    found = []
    for sensor, column in enumerate(columns):
        earliest = dict[tuple[bytes, bytes], int]()
        for start, stop, clock in days:
            first = earliest.setdefault((clock, column[start:stop].tobytes()), start)
            if first < start and _different(column[start:stop]) >= DISTINCT:
                found.append((sensor, start, stop - start, first))
    return Copies(*np.array(found, dtype=np.int64).reshape(-1, 4).T)


def _different(day: np.ndarray) -> int:
    return len(np.unique(day[~np.isnan(day)]))
