"""The time column of a table: local times in whole minutes, in order, a regular interval apart."""

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.data.faults import Faults

_TIME = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::00(?:\.0+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?\s*", re.ASCII)


def is_time(cell: str) -> bool:
    """Whether a cell is written as a time.

    >>> is_time("2012-03-01 00:05"), is_time("2012-03-01T00:05:00"), is_time("1/3/2012"), is_time("time")
    (True, True, False, False)
    """
    return _TIME.fullmatch(cell) is not None


def timeline(
    file: str, lines: Sequence[int], cells: Sequence[str], least: int, faults: Faults
) -> tuple[NDArray[np.datetime64], int]:
    """Read a time column.

    Parameters
    ----------
    file, lines : where the cells stand
    cells : the T cells below the header, as written
    least : rows that the longest stretch without a gap must have
    faults : gets each cell that is no time, comes twice (an hour that follows on itself is one fault), comes too
        early, has another offset from UTC than the first, or lies between two steps; and a series that is too short

    Returns
    -------
    (T,) times in minutes, NaT where a cell could not be read; and the interval in minutes, which is the most
    frequent step (the shorter one of two that are equally frequent).
    """
    before = len(faults)
    times = _times(file, lines, cells, faults)
    read = np.flatnonzero(~np.isnat(times))
    steps = np.diff(times[read]).astype(np.int64)
    interval = 1
    if (steps > 0).any():
        lengths, counts = np.unique(steps[steps > 0], return_counts=True)
        interval = int(lengths[counts.argmax()])
    _check_order(file, lines, times, read, interval, faults)
    for k in map(int, np.flatnonzero((steps > 0) & (steps % interval != 0))):
        faults.add(
            file,
            f"times must be whole multiples of {duration(interval)} apart, the most frequent step",
            got=duration(int(steps[k])),
            row=lines[read[k + 1]],
        )
    least = max(least, 2)  # one time alone has no interval
    if len(cells) < least:
        faults.add(file, f"must have at least {least} rows for one window", got=len(cells))
    elif len(faults) == before:  # a faulty time must not make the series look shorter than it is
        edges = np.concatenate([[0], np.flatnonzero(steps != interval) + 1, [len(cells)]])
        longest = int(np.diff(edges).max())
        if longest < least:
            must = f"must have at least {least} rows in a row, without a gap in time, for one window"
            faults.add(file, must, got=longest)
    return times, interval


def duration(minutes: int) -> str:
    """Minutes as text in the largest unit that divides them.

    >>> duration(5), duration(60), duration(2880), duration(90)
    ('5 min', '1 h', '2 d', '90 min')
    """
    for length, unit in ((1440, "d"), (60, "h")):
        if minutes and minutes % length == 0:
            return f"{minutes // length:,} {unit}"
    return f"{minutes:,} min"


def _times(file: str, lines: Sequence[int], cells: Sequence[str], faults: Faults) -> NDArray[np.datetime64]:
    times = np.full(len(cells), "NaT", dtype="datetime64[m]")
    zone, zone_line = None, 0
    for t, (line, cell) in enumerate(zip(lines, cells, strict=True)):
        found = _TIME.fullmatch(cell)
        try:
            if found is None:
                raise ValueError
            times[t] = datetime.fromisoformat(f"{found[1]} {found[2] or '00:00'}")
        except ValueError:
            faults.add(file, "must be a local time in whole minutes, such as 2012-03-01 00:05", cell=cell, row=line)
            continue
        offset = found[3] or "none"
        if zone is None:
            zone, zone_line = offset, line
        elif offset != zone:
            faults.add(
                file,
                f"times must all have the offset from UTC of row {zone_line}, {zone}",
                got=offset,
                row=line,
            )
    return times


def _check_order(
    file: str,
    lines: Sequence[int],
    times: NDArray[np.datetime64],
    read: NDArray[np.intp],
    interval: int,
    faults: Faults,
) -> None:
    first: dict[int, int] = {}
    minutes = times.astype(np.int64)
    told = _hours_again(minutes, read, interval)
    last = None
    for t in map(int, read):
        earlier = first.setdefault(int(minutes[t]), t)
        if t in told:
            if (end := told[t]) is not None:
                faults.add(
                    file,
                    "an hour must be given once (clocks were set back? write standard time throughout, or leave the "
                    "second hour out)",
                    got=f"{_clock(times[t])} to {_clock(times[end])[11:]} again, to row {lines[end]}",
                    row=lines[t],
                )
        elif earlier != t:
            faults.add(
                file,
                "a time must be given once",
                got=f"{_clock(times[t])} as in row {lines[earlier]}",
                row=lines[t],
            )
        elif last is not None and minutes[t] < minutes[last]:
            faults.add(
                file, "times must be in order", got=f"{_clock(times[t])} after {_clock(times[last])}", row=lines[t]
            )
        last = t


def _hours_again(minutes: NDArray[np.int64], read: NDArray[np.intp], interval: int) -> dict[int, int | None]:
    """Rows in which a whole hour follows on itself: of each hour the first with its last row, the others with None."""
    told: dict[int, int | None] = {}
    seen: set[int] = set()
    clock = minutes[read].tolist()
    for k, minute in enumerate(clock):
        if k and minute == clock[k - 1] + interval - 60:
            rows = [k + i for i in range(60 // interval)]
            hour = [minute + interval * i for i in range(60 // interval)]
            if 60 % interval == 0 and clock[k : k + len(rows)] == hour and seen.issuperset(hour):
                told |= {int(read[row]): None for row in rows}
                told[int(read[k])] = int(read[rows[-1]])
        seen.add(minute)
    return told


def _clock(time: np.datetime64) -> str:
    return str(time).replace("T", " ")
