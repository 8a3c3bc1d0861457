"""What the record says of a row: means over seeds, and one row against another. No torch here.

Axes: t of the four times ahead, w test window.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.forecast_tests import diebold_mariano, paired
from benchmarks.record import Entry, Record
from benchmarks.rows import MINUTES, ROWS, SEEDS

NONE = "–"
QUIET = 0.1  # of the epochs: so many at the end must have brought nothing new for a loss to have stopped falling


@dataclass(frozen=True, slots=True)
class Cell:
    """One data set under one protocol, as the record has it."""

    record: Record
    dataset: str
    protocol: str

    def runs(self, row: str) -> list[Entry]:
        """The entries of a row, by seed."""
        return self.record.row(self.dataset, self.protocol, row)

    def errors(self, row: str, measure: str = "rmse") -> dict[int, list[float]]:
        """Seed -> error at each of the four times ahead."""
        return {run["seed"]: run["errors"][measure] for run in self.runs(row)}

    def complete(self, row: str, seeds: int = SEEDS) -> bool:
        """Whether a row has been trained from so many seeds; once is enough where there is no chance in it."""
        return len(self.runs(row)) >= (seeds if ROWS[row].random else 1)


@dataclass(frozen=True, slots=True)
class Against:
    """A row against another at one time ahead.

    Attributes
    ----------
    gain : 1 - RMSE / RMSE of the other, means over the seeds that both have; positive: the row is better
    seeds_p : of the paired t test over these seeds;  windows_p : of Diebold and Mariano's over the test windows
    seeds : how many both have
    """

    gain: float
    seeds_p: float
    windows_p: float
    seeds: int


def against(cell: Cell, row: str, other: str) -> list[Against]:
    """A row against another at the four times ahead; empty where they have no seed in common."""
    one, two = _aligned(cell.errors(row), cell.errors(other), row, other)
    if not one:
        return []
    losses = _losses(cell, row, other)
    found = []
    for t in range(len(MINUTES)):
        mine, theirs = (np.array([errors[t] for errors in rows]) for rows in (one, two))
        windows_p = float("nan")
        if losses is not None and row != other:
            steps = round(MINUTES[t] * horizon(cell) / MINUTES[-1])
            windows_p = diebold_mariano(losses[0][t], losses[1][t], steps).p
        chance = ROWS[row].random or ROWS[other].random
        seeds_p = paired(mine, theirs).p if chance else float("nan")
        found.append(Against(1 - float(mine.mean() / theirs.mean()), seeds_p, windows_p, len(mine)))
    return found


def stopped(run: Entry) -> bool:
    """Whether the loss that picks the epoch had stopped falling: its best came before the last tenth of the epochs.

    And at least two before the end.
    """
    done, best = run["epochs"]["done"], run["epochs"]["best"]
    return bool(done - best >= max(2, QUIET * done))


def horizon(cell: Cell) -> int:
    """Steps in an hour, as the settings of the record say."""
    return max(int(settings["horizon"]) for settings in cell.record.settings(cell.dataset, cell.protocol).values())


def _aligned(
    one: dict[int, list[float]], two: dict[int, list[float]], row: str, other: str
) -> tuple[list[list[float]], list[list[float]]]:
    """Errors from the seeds that both have; a row without chance has the same from every seed."""
    if one and two and not ROWS[row].random:
        one = dict.fromkeys(two, one[min(one)])
    if one and two and not ROWS[other].random:
        two = dict.fromkeys(one, two[min(two)])
    seeds = sorted(one.keys() & two.keys())
    return [one[seed] for seed in seeds], [two[seed] for seed in seeds]


def _losses(cell: Cell, row: str, other: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Squared errors (t, w) of both, means over the same seeds; None where the seeds are not the same."""
    one = cell.record.losses(cell.dataset, cell.protocol, row)
    two = cell.record.losses(cell.dataset, cell.protocol, other)
    if one is None or two is None or one[1].shape != two[1].shape:
        return None
    if ROWS[row].random and ROWS[other].random and one[0] != two[0]:
        return None
    return one[1], two[1]


def spread(values: Iterable[float | None], digits: Callable[[float], str] = lambda x: f"{x:.3f}") -> str:
    """'mean ± deviation', the mean of one, or a dash."""
    known = [value for value in values if value is not None]
    if not known:
        return NONE
    if len(known) == 1:
        return digits(known[0])
    return f"{digits(float(np.mean(known)))} ± {digits(float(np.std(known, ddof=1)))}"


def median(values: Iterable[float | None], digits: Callable[[float], str]) -> str:
    """The median of those known, or a dash."""
    known = [value for value in values if value is not None]
    return digits(float(np.median(known))) if known else NONE


def processors(runs: Iterable[Entry]) -> str:
    """The processors of some runs with how many ran on each.

    >>> processors([{"machine": "2 cores, AMD EPYC, 1 thread(s)"}] * 3)
    'AMD EPYC 3'
    """
    counted = Counter(run["machine"].partition(", ")[2].rpartition(",")[0] or run["machine"] for run in runs)
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    """Markdown, numbers to the right of the first column."""
    ruled = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(line)} |" for line in (head, ruled, *lines)]


def p_words(p: float) -> str:
    """'.012', '< .001', or a dash.

    >>> p_words(0.0123), p_words(0.00001), p_words(float("nan")), p_words(1.0)
    ('.012', '<.001', '–', '1')
    """
    if not np.isfinite(p):
        return NONE
    return "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0") if p < 0.9995 else "1"


def percent(share: float | None, digits: int = 1) -> str:
    """'12.3 %', with a true minus.

    >>> percent(-0.0312), percent(None)
    ('−3.1 %', '–')
    """
    return NONE if share is None else f"{100 * share:.{digits}f} %".replace("-", "−")
