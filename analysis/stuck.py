"""Sensors that say the same exact value for longer than the data's own resolution and the hour explain.

Axes: t row in time, n sensor, h hour of day. `values (T, N)`, nan where nothing was observed.

Values repeat without any fault: they are rounded, a free road is driven at the limit, nobody drives at night. So
what counts is not how long a value repeats, but how long values do at that sensor at that hour of the other days.
With r_t = 1 where a value equals that of the row before (with no gap in time between them),

    q_nh = how often r is 1,    p_nh = how often r is 1 where it was 1 in the row before

at sensor n in hour h of day: the mean over days of the day's share, so that one stuck day counts as one day, however
many rows it has. Days are few, so both are drawn towards those of all sensors at that hour, as if 3 days more had
been seen, and are never taken as less than those. Of all sensors, q is drawn towards 1/2 as if one day more had been
seen, and p towards √q of the middle hour as if 20 had: where nothing else repeats, a run that lasts is no habit. A run
of L equal values has the chance

    q · Π p    (its first repeat, then L - 2 more, each at its own hour)

of beginning at a given row, and is called stuck where fewer than 0.01 such runs are expected in all T · N rows. The
largest value of all data may be a limit that a free road keeps to for hours: there p is not less than how often that
value repeats at the sensor at any hour. This is a Markov chain's tail of run lengths (Feller, An Introduction to
Probability Theory and Its Applications I, 1968, chapter XIII.7), with transitions estimated by hour.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray
from analysis.quality import dead
from analysis.series import DAY, checked_minutes, checked_values, runs

EXPECTED = 0.01  # false alarms in a data set, if runs were as the model has them
LEAST = 4  # equal values that a run must have to be looked at
DAYS_MORE, FIRST_MORE, NEXT_MORE = 3.0, 1.0, 20.0  # weight of what is taken for granted, in days
HOURS = 24


@dataclass(frozen=True, slots=True)
class Stuck:
    """Stretches in which a sensor said one value for too long, K of them: by sensor, then in time.

    Attributes
    ----------
    sensor : (K,) which sensor, from 0
    start, length : (K,) first row, from 0, and number of rows
    value : (K,) the value that it said
    expected : (K,) how many runs as unusual as this one are expected by chance in all the data
    """

    sensor: IntArray
    start: IntArray
    length: IntArray
    value: FloatArray
    expected: FloatArray


def stuck(values: ArrayLike, times: ArrayLike) -> Stuck:
    """Stretches in which one exact value repeats unusually long, given sensor and hour; see the module.

    Dead sensors (`analysis.quality.dead`) are left out: they are stuck throughout.

    Parameters
    ----------
    values : (T, N), nan where missing
    times : (T,) datetime64, or whole minutes from a midnight

    Returns
    -------
    Stuck

    Raises
    ------
    ValueError
        As `analysis.series.checked_values` and `checked_minutes`.

    Examples
    --------
    >>> speed = np.random.default_rng(0).normal(50, 5, (288, 1))
    >>> speed[100:160] = 42.0
    >>> found = stuck(speed, 5 * np.arange(288))
    >>> found.start.tolist(), found.length.tolist(), found.value.tolist()
    ([100], [60], [42.0])
    """
    series = checked_values(values)
    minutes = checked_minutes(times, len(series))
    still = dead(series)
    again = np.zeros(series.shape, dtype=bool)  # r
    step = np.diff(minutes)
    unbroken = step == _usual(step) if len(step) else np.zeros(0, dtype=bool)
    again[1:] = (series[1:] == series[:-1]) & unbroken[:, None]
    again[:, still.constant | still.silent] = False
    sensor, start, repeats = runs(again)
    long = repeats >= LEAST - 1
    sensor, start, repeats = sensor[long], start[long], repeats[long]
    if not len(sensor):
        empty = np.zeros(0, dtype=np.int64)
        return Stuck(empty, empty.copy(), empty.copy(), np.zeros(0), np.zeros(0))
    before = np.zeros(series.shape, dtype=bool)  # where a value could have repeated
    before[1:] = ~np.isnan(series[1:]) & ~np.isnan(series[:-1]) & unbroken[:, None]
    second = np.zeros(series.shape, dtype=bool)  # where it could have repeated once more
    second[2:] = before[2:] & again[1:-1]
    first_chance, usual = _chance(again, before, minutes, np.full(HOURS, 0.5), FIRST_MORE)
    granted = np.full(HOURS, np.sqrt(np.median(usual)))
    next_chance, _ = _chance(again, second, minutes, granted, NEXT_MORE)
    limit = series == np.nanmax(series)
    at_limit, _ = _chance(again, second & limit, minutes, granted, NEXT_MORE, hourly=False)
    hour = minutes % DAY * HOURS // DAY
    # Σ log p over the rows of each run, hour by hour: rows of an hour within a run are counted, not listed
    held = np.zeros((len(series) + 1, HOURS), dtype=np.int64)
    np.cumsum(hour[:, None] == np.arange(HOURS), axis=0, out=held[1:])
    counts = held[start + repeats] - held[start + 1]
    following = np.where(limit[start, sensor], np.maximum(next_chance, at_limit)[:, sensor], next_chance[:, sensor])
    chance = np.log(first_chance[hour[start], sensor]) + (counts * np.log(following).T).sum(axis=1)
    expected = np.exp(np.log(max(int(before.sum()), 1)) + chance)
    found = expected < EXPECTED
    start, sensor = start[found] - 1, sensor[found]
    return Stuck(sensor, start, repeats[found] + 1, series[start, sensor], expected[found])


def _usual(step: IntArray) -> int:
    """The most frequent step, the shortest of those that are equally frequent."""
    lengths, counts = np.unique(step, return_counts=True)
    return int(lengths[counts.argmax()])


def _chance(
    again: NDArray[np.bool_],
    among: NDArray[np.bool_],
    minutes: IntArray,
    granted: FloatArray,
    weight: float,
    *,
    hourly: bool = True,
) -> tuple[FloatArray, FloatArray]:
    """How often ``again`` holds ``among`` some rows, by hour and sensor (24, N), and by hour (24,).

    Where it is not by hour, all hours of a day are taken as its first.
    """
    block = minutes // (DAY // HOURS)  # an hour of one day
    if not hourly:
        block = block // HOURS * HOURS
    starts = np.flatnonzero(np.concatenate([[True], np.diff(block) > 0]))
    chances = np.add.reduceat(among, starts, axis=0, dtype=np.float64)
    share = np.add.reduceat(again & among, starts, axis=0, dtype=np.float64)
    days = chances > 0
    np.divide(share, chances, out=share, where=days)
    hour = block[starts] % HOURS
    total, count = np.zeros((HOURS, again.shape[1])), np.zeros((HOURS, again.shape[1]))
    np.add.at(total, hour, share)
    np.add.at(count, hour, days.astype(np.float64))
    everywhere = (total.sum(axis=1) + weight * granted) / (count.sum(axis=1) + weight)
    chance = (total + DAYS_MORE * everywhere[:, None]) / (count + DAYS_MORE)
    chance = np.maximum(chance, everywhere[:, None])
    return (chance if hourly else np.broadcast_to(chance[0], chance.shape)), everywhere
