"""What is changed, when and by how much, where nobody has said: hour, morning, amount."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MORNING = 8 * 60  # minutes after midnight: something happens then
GAPS = 0.05


def hour_steps(inputs: int, interval_minutes: float) -> int:
    """How many of the inputs are the last hour: at least one, at most all.

    >>> hour_steps(12, 5), hour_steps(12, 15), hour_steps(12, 1440)
    (12, 4, 1)
    """
    return max(1, min(inputs, round(60 / interval_minutes)))


def default_window(
    times: NDArray[np.datetime64], first: NDArray[np.int64], rows: NDArray[Any], inputs: int
) -> int:
    """The window that is shown where no time is chosen: whole if any is, made at eight on a weekday if one is.

    Where all have gaps, those count as alike whose shares of missing inputs lie between the same multiples of GAPS.

    Parameters
    ----------
    times : (R,) local time of each row;  first : (W,) row of each window's first step ahead;  rows : (R, N), NaN
        where missing
    """
    missing = np.concatenate([[0], np.isnan(rows).sum(axis=1).cumsum()])
    gaps = np.ceil((missing[first] - missing[first - inputs]) / (inputs * rows.shape[1]) / GAPS)
    now = times[first - 1].astype("datetime64[m]").astype(np.int64)
    weekend = ((now // 1440 + 3) % 7) >= 5  # 1 January 1970 was a Thursday
    away = np.abs(now % 1440 - MORNING)
    return int(np.lexsort((now, away, weekend, gaps))[0])


def window_at(times: NDArray[np.datetime64], first: NDArray[np.int64], moment: np.datetime64) -> int:
    """The window whose forecast was made nearest to a moment, the earlier one of two."""
    now = times[first - 1].astype("datetime64[m]").astype(np.int64)
    return int(np.argmin(np.abs(now - moment.astype("datetime64[m]").astype(np.int64))))


def default_amount(last: NDArray[Any], least: float, largest: float, wanted: float, size: float) -> float:
    """By how much what was seen is changed where nobody said: a drop if there is room for it, else a rise.

    The most, in multiples of ``size`` up to ``wanted``, that leaves all within what was ever observed. A drop of less
    than half of what is wanted gives way to a larger rise; where there is no room at all, the drop is as wanted.

    Parameters
    ----------
    last : (L, S) what the changed sensors saw, nan where missing
    least, largest : of all that was observed

    >>> [default_amount(np.array([[seen]]), 5.0, 70.0, 30.0, 1.0) for seen in (60.0, 25.0, 8.0)]
    [-30.0, -20.0, 30.0]
    """
    known = last[np.isfinite(last)]
    wanted = size * round(wanted / size)
    if not len(known):
        return -wanted
    down, up = (
        min(size * float(np.floor(room / size + 1e-9)), wanted)
        for room in (float(known.min()) - least, largest - float(known.max()))
    )
    if max(down, up) <= 0:
        return -wanted
    return -down if down >= min(up, wanted / 2) else up


def round_step(size: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no larger.

    >>> round_step(1.7), round_step(0.06), round_step(7.0)
    (1.0, 0.05, 5.0)
    """
    power = 10.0 ** np.floor(np.log10(size))
    return float(max(factor * power for factor in (1, 2, 5) if factor * power <= size * (1 + 1e-9)))
