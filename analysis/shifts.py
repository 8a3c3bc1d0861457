"""Times at which many sensors change at once: their level, their spread, what is missing, what is zero.

Axes: t row in time, n sensor, d day. `values (T, N)`, nan where nothing was observed.

Each day of each sensor is summed up by four numbers F (D, N): its mean after the sensor's usual value at that time of
day is taken off (level), the logarithm of the standard deviation around that mean (spread), the share of its rows
that are missing, and the share of what was observed that is exactly zero. So that a weekend is no shift, a day is
only ever compared with the same day one week later: e_d = F_{d+7} - F_d. A shift at the beginning of day k moves all
e_d with d < k <= d + 7, at most seven of them, by its size, so

    change_n(k) = median of e_d over d < k <= d + 7
    noise_n(k) = 1.4826 · median |e_d - m|,  m the median of those e_d for them, and of the others for the others

and sensor n has changed where `|change| > 3 · noise · σ_w / σ_7` and beyond a least size (a fifth of the interquartile
range of the sensor's values; a quarter of its standard deviation; ten points of a hundred). σ_w is the standard
deviation of the median of w normal numbers, w the pairs of days that there are, at least 3. This is a moving-sum scan
(Eichinger and Kirch, Bernoulli 24, 2018) with medians for sums. Days are tried by a noise that needs no k, from
e_{d+1} - e_d; those with more changed sensors than any other day less than a week away are then judged as above.

A shift is where at least a quarter of the sensors that can be judged have changed. Its row is that of a step, at most
three days from k, that fits best; see `steps.py`.

Were the noise normal and known, the median of seven would pass the bound by chance once in 10^10 days (3 / 0.459 =
6.5 standard deviations). It is estimated from few days, and days are alike for all sensors (weather), so what counts
is a simulation, as in tests/analysis/test_shifts.py: of data sets of 14 to 60 days without a shift, in which all of
the noise between days is common to all sensors, none of 60 had a false one, and at most 2 of 60 where that noise also
lasts (correlation .7 from day to day). A step of all sensors that is six times the standard deviation of the noise
from day to day was found in 19 of 20, one of four times in about half.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray
from analysis.series import DAY, checked_minutes, checked_values, column_medians
from analysis.steps import WEEK, step_row

KINDS = ("level", "spread", "missing", "zeros")
LEAST_PAIRS = 3  # pairs of days around a shift, and ...
LEAST_DAYS = 2 * WEEK  # ... days in all: fewer say nothing of the noise from week to week
TIMES_NOISE = 3.0
MANY = 0.25  # share of the sensors
NEAR = 3  # days around k in which the row is looked for
LEAST_SEEN = 4  # values of a day that make a mean
LEAST_SHARE = 0.1  # of a day's rows
LEAST_SIZE = {"level": 0.2, "spread": np.log(1.25), "missing": 0.1, "zeros": 0.1}
# Standard deviation of the median of w independent standard normal numbers (order statistics, by quadrature).
_OF_MEDIAN = np.array([np.nan, 1.0, 0.7071, 0.6698, 0.5462, 0.5356, 0.4634, 0.4587])


@dataclass(frozen=True, slots=True)
class Shifts:
    """Times at which many sensors changed at once, K of them, in time.

    Attributes
    ----------
    row : (K,) first row of what came after, from 0
    kind : (K,) 'level', 'spread', 'missing' or 'zeros'
    share : (K,) of the sensors that could be judged which changed, 0 to 1
    before, after : (K,) median over those sensors of their typical value, standard deviation, or share, in the week
        before and in the week after
    changed : (K, N) whether each sensor did
    judged : whether there were days enough to find a shift at all: fourteen
    """

    row: IntArray
    kind: tuple[str, ...]
    share: FloatArray
    before: FloatArray
    after: FloatArray
    changed: NDArray[np.bool_]
    judged: bool


@dataclass(frozen=True, eq=False, slots=True)
class _Days:
    """The D days that have rows: number of each, its first row, and the mean and the features by kind, each (D, N)."""

    number: IntArray
    start: IntArray
    mean: FloatArray
    features: dict[str, FloatArray]


@dataclass(frozen=True, slots=True)
class _Found:
    """One shift; as the columns of `Shifts`."""

    row: int
    kind: str
    share: float
    before: float
    after: float
    changed: NDArray[np.bool_]


def shifts(values: ArrayLike, times: ArrayLike) -> Shifts:
    """Times at which at least a quarter of the sensors change at once, and for a week or more; see the module.

    Parameters
    ----------
    values : (T, N), nan where missing
    times : (T,) datetime64 in local time, or whole minutes from a midnight

    Returns
    -------
    Shifts; with fewer than fourteen days none, and ``judged`` False

    Raises
    ------
    ValueError
        As `analysis.series.checked_values` and `checked_minutes`.

    Examples
    --------
    >>> speed = np.random.default_rng(0).normal(50, 5, (28 * 24, 10))
    >>> speed[15 * 24 + 6 :] -= 10
    >>> found = shifts(speed, 60 * np.arange(28 * 24))
    >>> found.row.tolist(), found.kind, found.share.tolist()
    ([366], ('level',), [1.0])
    """
    series = checked_values(values)
    minutes = checked_minutes(times, len(series))
    day = minutes // DAY
    judged = int(day[-1] - day[0]) + 1 >= LEAST_DAYS
    found: list[_Found] = []
    if judged:
        rest = _rest(series, minutes)
        days = _days(series, rest, minutes)
        size = _interquartile(rest)
        for kind, feature in days.features.items():
            least = np.full(series.shape[1], LEAST_SIZE[kind]) * (size if kind == "level" else 1.0)
            for k, share, who in _scan(feature, days.number, least):
                y = _looked_at(kind, series[:, who], rest[:, who], replace(days, mean=days.mean[:, who]))
                low, high = np.searchsorted(day, days.number[k] + np.array([-NEAR, NEAR + 1]))
                row = step_row(y, minutes, max(int(low), 1), min(int(high), len(y) - 1))
                first, last = np.searchsorted(minutes, minutes[row] + WEEK * DAY * np.array([-1, 1]))
                before, after = _typical(kind, y[first:row]), _typical(kind, y[row:last])
                found.append(_Found(row, kind, share, before, after, who))
    found.sort(key=lambda one: (one.row, KINDS.index(one.kind)))
    return Shifts(
        row=np.array([one.row for one in found], dtype=np.int64),
        kind=tuple(one.kind for one in found),
        share=np.array([one.share for one in found], dtype=np.float64),
        before=np.array([one.before for one in found], dtype=np.float64),
        after=np.array([one.after for one in found], dtype=np.float64),
        changed=np.array([one.changed for one in found], dtype=bool).reshape(len(found), series.shape[1]),
        judged=judged,
    )


def _rest(series: FloatArray, minutes: IntArray) -> FloatArray:
    """What is left of the values (T, N) when each sensor's median at that time of day is taken off."""
    of_day = minutes % DAY
    if 3 * len(np.unique(of_day)) > len(of_day):  # times of day that hardly recur have no usual value: hours have
        of_day = of_day // 60
    rest = series.copy()
    for slot in np.unique(of_day):
        rows = np.flatnonzero(of_day == slot)
        rest[rows] -= column_medians(series[rows])
    return rest


def _interquartile(rest: FloatArray) -> FloatArray:
    """Interquartile range of each sensor's values around its usual day, (N,)."""
    ordered = np.sort(rest, axis=0)
    last = np.maximum((~np.isnan(rest)).sum(axis=0) - 1, 0)
    low, high = (np.take_along_axis(ordered, (last * part // 4)[None], axis=0)[0] for part in (1, 3))
    return np.asarray(high - low)


def _days(series: FloatArray, rest: FloatArray, minutes: IntArray) -> _Days:
    day = minutes // DAY
    start = np.flatnonzero(np.concatenate([[True], np.diff(day) > 0]))
    rows = np.diff(np.append(start, len(day)))[:, None]
    there = ~np.isnan(rest)
    count = np.add.reduceat(there, start, axis=0, dtype=np.float64)
    # where days have only a few rows, each of them counts
    enough = (count >= min(LEAST_SEEN, int(rows.max()))) & (count >= LEAST_SHARE * rows)
    mean = np.add.reduceat(np.where(there, rest, 0.0), start, axis=0) / np.maximum(count, 1)
    variance = np.add.reduceat(_centred(rest, mean, rows) ** 2, start, axis=0) / np.maximum(count - 1, 1)
    spread = np.full(variance.shape, np.nan)
    np.log(variance, out=spread, where=enough & (variance > 0) & (count >= LEAST_SEEN))
    zeros = np.add.reduceat(series == 0, start, axis=0, dtype=np.float64) / np.maximum(count, 1)
    features = {
        "level": np.where(enough, mean, np.nan),
        "spread": spread / 2,
        "missing": 1 - count / rows,
        "zeros": np.where(enough, zeros, np.nan),
    }
    return _Days(day[start], start, mean, features)


def _centred(rest: FloatArray, mean: FloatArray, rows: IntArray) -> FloatArray:
    """Distance of each value from its day's mean, 0 where it is missing."""
    return np.nan_to_num(rest - np.repeat(mean, rows[:, 0], axis=0), nan=0.0)


def _scan(feature: FloatArray, number: IntArray, least: FloatArray) -> list[tuple[int, float, NDArray[np.bool_]]]:
    """Days at which many sensors changed, more than at any other less than a week away: day, share, (N,) which."""
    around, e = _around(feature, number)
    if len(e) <= LEAST_PAIRS:
        return []
    rough = 1.4826 * column_medians(np.abs(np.diff(e, axis=0))) / np.sqrt(2)  # blind to the few steps within e
    blocks = [slice(first, first + 500) for first in range(0, e.shape[1], 500)]
    parts = [_changed(e[:, at][around], rough[at], least[at]) for at in blocks]
    share = _shares(*(np.concatenate(part, axis=1) for part in zip(*parts, strict=True)))
    found = []
    while share.max() >= MANY:
        best = np.flatnonzero(share == share.max())
        # medians see a step some days before and after it: of days that are equally good, take the one in the middle
        best = best[np.abs(number[best] - number[best[0]]) < WEEK]
        k = int(best[len(best) // 2])
        share[np.abs(number - number[k]) < WEEK] = 0
        inside = around[:, k]
        others = np.setdiff1d(np.arange(len(e) - 1), inside)
        left = np.concatenate([e[part] - column_medians(e[part]) for part in (inside, others) if len(part)])
        who, judged = _changed(e[inside], 1.4826 * column_medians(np.abs(left)), least)
        exact = float(_shares(who[None], judged[None])[0])
        if exact >= MANY:
            found.append((k, exact, who))
    return found


def _around(feature: FloatArray, number: IntArray) -> tuple[IntArray, FloatArray]:
    """For each day the pairs around it (7, D), and e of each pair (P + 1, N), whose last row is for 'no pair'."""
    days = len(number)
    later = np.searchsorted(number, number + WEEK)
    first = np.flatnonzero(number[np.minimum(later, days - 1)] == number + WEEK)
    second = later[first]
    around = np.full((WEEK, days), len(first))
    for k in range(1, days):
        pairs = np.flatnonzero((first < k) & (second >= k))
        around[: len(pairs), k] = pairs
    e = feature[second] - feature[first]
    return around, np.concatenate([e, np.full((1, e.shape[1]), np.nan)])


def _changed(
    e: FloatArray, noise: FloatArray, least: FloatArray
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which sensors changed by what the pairs (7, ..., N) around a day say, and which could be judged."""
    w = (~np.isnan(e)).sum(axis=0)
    judged = w >= LEAST_PAIRS
    bound = np.maximum(TIMES_NOISE * noise * _OF_MEDIAN[w] / _OF_MEDIAN[WEEK], least)
    return judged & (np.abs(column_medians(e)) > bound), judged


def _shares(changed: NDArray[np.bool_], judged: NDArray[np.bool_]) -> FloatArray:
    """Share of the judged sensors that changed, of each row; 0 where none could be judged."""
    return np.asarray(changed.sum(axis=1) / np.maximum(judged.sum(axis=1), 1))


def _looked_at(kind: str, series: FloatArray, rest: FloatArray, days: _Days) -> FloatArray:
    """What a step of this kind is a step in, row by row, (T, N)."""
    if kind == "level":
        return series
    if kind == "missing":
        return np.isnan(series).astype(np.float64)
    if kind == "zeros":
        return np.where(np.isnan(series), np.nan, series == 0)
    rows = np.diff(np.append(days.start, len(series)))
    return np.asarray(np.abs(rest - np.repeat(days.mean, rows, axis=0)))


def _typical(kind: str, y: FloatArray) -> float:
    """The median sensor's median value, standard deviation around its days, or share; ``y`` as above."""
    if kind == "level":
        return float(column_medians(column_medians(y)))
    power = 2 if kind == "spread" else 1
    size = (np.nan_to_num(y, nan=0.0) ** power).sum(axis=0) / np.maximum((~np.isnan(y)).sum(axis=0), 1)
    return float(column_medians(size) ** (1 / power))
