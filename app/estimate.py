"""How long a training will take: from runs that were trained before, and how sure that is. Nothing here is made up.

A guess takes the work of an epoch as windows x sensors x inputs, which is right but for a factor that each model has of
its own, and scales the seconds of a finished run's epoch by it.
"""

import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from app.figures.text import digits
from app.reading.words import code
from app.turn import Now

RECENT = 5  # epochs, the last ones, from which the time left is taken
ALIKE, UNLIKE = 2.0, 3.0  # by which factor a guess may be off: from the same model here, from anything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What decides how long an epoch takes: the model, the data and how they are cut.

    ``model`` is as ``core.controls.called`` has it: without its graph it costs less.
    """

    load: str
    model: str
    sensors: int
    windows: int
    inputs: int
    batch: int

    @property
    def work(self) -> int:
        """Windows times sensors times inputs of one epoch."""
        return self.windows * self.sensors * self.inputs

    def is_like(self, other: "Asked") -> bool:
        """Whether an epoch of the other costs the same: all is equal, but for a few windows more or less."""
        same = replace(self, windows=other.windows) == other
        return same and abs(self.windows - other.windows) <= 0.1 * other.windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A finished run: what was asked of it, on which machine, and what its epochs took.

    ``seconds`` is the median of its epochs, ``quick`` and ``slow`` the 10th and the 90th of a hundred.
    """

    key: str
    asked: Asked
    machine: str
    seconds: float
    quick: float
    slow: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds of one epoch, and between which two they may be; whether that was measured; from what, in words."""

    seconds: float
    least: float
    most: float
    measured: bool
    source: str


def machine(threads: int) -> str:
    """What this machine is called, as ``core.outcome`` writes it into a run that was trained with so many threads."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {threads} threads"


def estimate(asked: Asked, finished: Sequence[Finished], here: str) -> Estimate | None:
    """What an epoch will take, from the finished run that is most like it; None where there is none.

    Parameters
    ----------
    asked : the training
    finished : runs; those whose key begins with 'demo/' came with the project, from another machine
    here : this machine
    """
    usable = [run for run in finished if run.seconds > 0 and run.asked.work > 0]
    if not usable or asked.work <= 0:
        return None

    def distance(run: Finished) -> tuple[bool, bool, bool, float]:
        scale = abs(math.log(asked.work / run.asked.work))
        return run.asked.model != asked.model, not _is_here(run, here), run.asked.load != asked.load, scale

    run = min(usable, key=distance)
    same_model, at_home = run.asked.model == asked.model, _is_here(run, here)
    if asked.is_like(run.asked) and at_home:
        source = f"measured on a machine like this one with the same model, data and settings (run {code(run.key)})"
        return Estimate(run.seconds, run.quick, run.slow, True, source)
    seconds = run.seconds * asked.work / run.asked.work
    factor = ALIKE if same_model and at_home else UNLIKE
    differs = [
        f"model {code(run.asked.model)}" if not same_model else "",
        "other data" if run.asked.load != asked.load else "",
        "another machine" if not at_home else "",
        "other settings" if run.asked.load == asked.load and same_model and at_home else "",
    ]
    source = f"a guess from run {code(run.key)} ({', '.join(filter(None, differs))})"
    if not 0.9 < asked.work / run.asked.work < 1.1:
        source += ", scaled by the number of windows, sensors and inputs"
    return Estimate(seconds, seconds / factor, seconds * factor, False, source)


def estimate_sentences(epochs: int, each: Estimate, runs: int = 1) -> tuple[str, str]:
    """How long a training will take, or several one after another, and how that is known."""
    whole, least, most = (duration(runs * epochs * seconds) for seconds in (each.seconds, each.least, each.most))
    count, about = _count(epochs, "epoch"), "" if whole.startswith("a ") else "about "
    if runs > 1:
        count = f"{runs} runs of {count}"
    if each.measured:
        range_ = f", between {least} and {most}" if least != most else ""
        said = f"{count} will take {about}{whole}{range_}."
    else:
        said = f"{count} may take {about}{whole}; anything from {least} to {most} would be no surprise."
    return said, f"One epoch: {digits(each.seconds)} seconds, {each.source}."


def seconds_left(epochs: int, taken: Sequence[float], now: Now | None) -> float | None:
    """How long a training still takes if it uses all its epochs; None where nothing is known yet.

    Parameters
    ----------
    epochs : all of them
    taken : seconds of each that is done; the median of the last five counts
    now : where it is within the next one; before the first is done, its pace counts

    >>> seconds_left(10, [2.0, 2.0], Now(epoch=3, chunk=1, chunks=2, pace=1.0))
    15.0
    """
    left: float = epochs - len(taken)
    if left <= 0:
        return 0.0
    inside = now is not None and now.epoch == len(taken) + 1
    if taken:
        each = median(taken[-RECENT:])
    elif inside and now is not None and now.pace > 0:
        each = now.pace * now.chunks
    else:
        return None
    return each * (left - now.chunk / now.chunks if inside and now is not None else left)


def duration(seconds: float) -> str:
    """A time as people say it, no more exact than it is known.

    >>> duration(3), duration(42), duration(65), duration(1000), duration(5000), duration(200_000)
    ('a few seconds', '40 seconds', '1 minute', '17 minutes', '1 hour 25 minutes', '2 days 8 hours')
    """
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"{round(seconds / 10) * 10} seconds"
    minutes = round(seconds / 60)
    if minutes < 60:
        return _count(max(minutes, 1), "minute")
    minutes = round(seconds / 300) * 5
    if minutes < 24 * 60:
        return _joined(minutes // 60, "hour", minutes % 60, "minute")
    hours = round(seconds / 3600)
    return _joined(hours // 24, "day", hours % 24, "hour")


def _is_here(run: Finished, here: str) -> bool:
    return run.machine == here and not run.key.startswith("demo/")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _joined(large: int, first: str, small: int, second: str) -> str:
    return f"{_count(large, first)} {_count(small, second)}" if small else _count(large, first)
