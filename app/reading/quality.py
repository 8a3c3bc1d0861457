"""What is wrong with a data set, in words: one sentence for each thing that was looked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.figures.text import UNSTATED
from app.quality import Findings
from app.reading.forecasts import moment_words
from app.reading.words import code, counted, joined, percent, plain, three
from core.data.sensors import SensorData
from core.data.timeline import duration

NAMED = 3  # sensors that a sentence names
MANY_ZEROS = 0.01  # share of zeros from which on a page says what zeros may mean

Said = Callable[[str], str]  # makes text from data fit for where it is shown


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked for: what it is called, what was found in a sentence, whether it is a problem."""

    name: str
    sentence: str
    problem: bool


def lines(data: SensorData, found: Findings, name: Said = code, unit: Said = plain) -> list[Line]:
    """A sentence for each thing that was looked for, problems and what is fine; for Markdown, unless told otherwise.

    Parameters
    ----------
    data, found : a data set, and what was found in it
    name : makes the id of a sensor fit for where it is shown
    unit : does so with the unit
    """
    return [
        _missing(data, found, name),
        _blackouts(data, found),
        *([_zeros(found)] if found.missing.zeros >= MANY_ZEROS else []),
        *_shifts(data, found, unit),
        _dead(data, found, name),
        _copies(data, found, name),
        _stuck(data, found, name, unit),
        _duplicates(data, found, name),
        _outliers(data, found, name, unit),
    ]


def answer(data: SensorData, found: Findings) -> str:
    """The answer of the page: how much there is, how much of it is missing, and the worst that was found."""
    size = (
        f"**{plain(data.name)}** has {counted(data.sensors, 'sensor')} and {counted(data.steps, 'step')}, one every "
        f"{duration(_minutes(data))}; "
    )
    gone = found.missing.share
    size += f"**{percent(gone)}** of the values are missing" if gone else "no value is missing"
    worst = [line for line in lines(data, found) if line.problem and line.name not in ("missing", "zeros")]
    worst.sort(key=lambda line: line.name != "shifts")  # what a graph is most misled by comes first
    if not worst:
        return f"{size}, and nothing else is wrong that can be found in the values alone."
    others = joined([name for name in dict.fromkeys(line.name for line in worst) if name != worst[0].name])
    return f"{size}. {worst[0].sentence}" + (f" See also: {others}." if others else "")


def shift_sentences(data: SensorData, found: Findings, unit: Said = plain) -> list[str]:
    """What changed at each time at which many sensors changed, in time."""
    shifts = found.shifts
    sentences = []
    for k, row in enumerate(shifts.row):
        before, after, kind = float(shifts.before[k]), float(shifts.after[k]), shifts.kind[k]
        verb = "falls" if after < before else "rises"
        if kind in ("level", "spread"):
            what = "level" if kind == "level" else "spread around the usual day"
            change = f"from {three(before)} to {_amount(after, data, unit)}"
        else:
            what = "share of missing values" if kind == "missing" else "share of zeros"
            change = f"from {percent(before)} to {percent(after)}"
        sentences.append(
            f"On {moment_words(data.times[row].to_datetime64())} (row {row:,}) the {what} of "
            f"{percent(float(shifts.share[k]))} of the sensors {verb}, at the middle one {change}."
        )
    return sentences


def stretch_words(rows: int, minutes: int) -> str:
    r"""How long a stretch of rows is.

    >>> stretch_words(3, 15), stretch_words(97, 15)
    ('45\xa0min', '24\xa0h 15\xa0min')
    """
    hours, rest = divmod(rows * minutes, 60)
    parts = [f"{hours:,}\u00a0h"] * bool(hours) + [f"{rest}\u00a0min"] * bool(rest)
    return " ".join(parts)


def days(data: SensorData) -> int:
    """How many dates a data set has rows of."""
    return int(data.times.normalize().nunique())


def _minutes(data: SensorData) -> int:
    return int(data.interval.total_seconds() // 60)


def _names(data: SensorData, which: Sequence[int] | np.ndarray, name: Said) -> str:
    """Some of the sensors by name, and how many more there are."""
    ids = data.nodes["id"]
    few = [name(str(ids[int(sensor)])) for sensor in which[:NAMED]]
    more = len(which) - len(few)
    return f"{', '.join(few)} and {more:,} more" if more else joined(few)


def _missing(data: SensorData, found: Findings, name: Said) -> Line:
    share, each = found.missing.share, found.missing.by_sensor
    if not share:
        return Line("missing", "No value is missing.", problem=False)
    longest = int(found.gaps.length.argmax())
    half = int((each > 0.5).sum())
    sentence = f"{percent(share)} of all values are missing"
    sentence += f", and more than half of them at {counted(half, 'sensor')}" if half else ""
    where = name(str(data.nodes["id"][int(found.gaps.sensor[longest])]))
    gap = stretch_words(int(found.gaps.length[longest]), _minutes(data))
    return Line("missing", f"{sentence}. The longest gap is {gap}, at {where}.", problem=True)


def _blackouts(data: SensorData, found: Findings) -> Line:
    dark, jumps = found.blackouts, found.jumps
    parts = []
    if len(dark.start):
        longest = int(dark.length.argmax())
        parts.append(
            f"No sensor observed anything in {counted(len(dark.start), 'stretch', 'stretches')}, the longest of "
            f"{stretch_words(int(dark.length[longest]), _minutes(data))} from "
            f"{moment_words(data.times[int(dark.start[longest])].to_datetime64())}."
        )
    if len(jumps):
        parts.append(f"Time jumps {counted(len(jumps), 'time')}: rows are left out there.")
    if not parts:
        return Line("gaps of all", "There is no time at which all sensors are missing.", problem=False)
    return Line("gaps of all", " ".join(parts), problem=bool(len(dark.start)))


def _zeros(found: Findings) -> Line:
    return Line(
        "zeros",
        f"{percent(found.missing.zeros)} of what was observed is exactly 0. If 0 stands for 'not measured' there, "
        "leave those cells blank: a model takes 0 for a value.",
        problem=True,
    )


def _shifts(data: SensorData, found: Findings, unit: Said) -> list[Line]:
    if not found.shifts.judged:
        days = int((data.times[-1].normalize() - data.times[0].normalize()).days) + 1
        sentence = (
            f"Whether levels shift cannot be told: these are {counted(days, 'day')}, and with fewer than 14 a shift "
            "looks like a weekend."
        )
        return [Line("shifts", sentence, problem=False)]
    sentences = shift_sentences(data, found, unit)
    if not sentences:
        return [Line("shifts", "At no time do many sensors change their level at once.", problem=False)]
    return [Line("shifts", sentence, problem=True) for sentence in sentences]


def _dead(data: SensorData, found: Findings, name: Said) -> Line:
    silent, constant = np.flatnonzero(found.dead.silent), np.flatnonzero(found.dead.constant)
    parts = []
    if len(silent):
        parts.append(f"{counted(len(silent), 'sensor')} observed nothing at all ({_names(data, silent, name)})")
    if len(constant):
        who = _names(data, constant, name)
        parts.append(f"{counted(len(constant), 'sensor')} said (almost) only one value ({who})")
    sentence = " and ".join(parts) if parts else "No sensor is dead: each observed more than one value"
    return Line("dead sensors", f"{sentence}.", problem=bool(parts))


def _stuck(data: SensorData, found: Findings, name: Said, unit: Said) -> Line:
    stuck = found.stuck
    if not len(stuck.start):
        return Line("stuck sensors", "No sensor repeats one value for longer than is usual for it.", problem=False)
    longest = int(stuck.length.argmax())
    sensors = np.unique(stuck.sensor)
    return Line(
        "stuck sensors",
        f"In {counted(len(stuck.start), 'stretch', 'stretches')} at {counted(len(sensors), 'sensor')} one exact value "
        "repeats for longer than is usual there at that hour; the longest is "
        f"{stretch_words(int(stuck.length[longest]), _minutes(data))} of "
        f"{_amount(float(stuck.value[longest]), data, unit)}, at {_names(data, [int(stuck.sensor[longest])], name)}.",
        problem=True,
    )


def _copies(data: SensorData, found: Findings, name: Said) -> Line:
    copied = found.copies
    if not len(copied.start):
        return Line("copied days", "No sensor has a day that is an earlier day of its own once more.", problem=False)
    each = np.bincount(copied.sensor, minlength=data.sensors)
    most = int(each.argmax())
    number, sensors = len(copied.start), int((each > 0).sum())
    are, these, they = ("is", "it was", "says") if number == 1 else ("are", "they were", "say")
    where = f"at {_names(data, [most], name)}" if sensors == 1 else f"at {sensors:,} sensors"
    much = f"; most, {each[most]:,} of {counted(days(data), 'day')}, at {_names(data, [most], name)}" * (sensors > 1)
    sentence = (
        f"{counted(number, 'day')} {where} {are} an earlier day of the same sensor once more, value for value{much}. "
        f"No detector measures a day twice: {these} filled in, and {they} nothing of what happened then."
    )
    return Line("copied days", sentence, problem=True)


def _duplicates(data: SensorData, found: Findings, name: Said) -> Line:
    alike = np.flatnonzero(found.duplicates >= 0)
    if not len(alike):
        return Line("duplicates", "No two sensors have the same series.", problem=False)
    first = np.flatnonzero(found.duplicates == 0)
    groups = int(found.duplicates.max()) + 1
    return Line(
        "duplicates",
        f"{counted(len(alike), 'sensor')} have the series of another one, in {counted(groups, 'group')}: "
        f"{_names(data, first, name)} are the same{', and so on' if groups > 1 else ''}.",
        problem=True,
    )


def _amount(value: float, data: SensorData, unit: Said) -> str:
    return three(value) if data.unit == UNSTATED else f"{three(value)} {unit(data.unit)}"


def _outliers(data: SensorData, found: Findings, name: Said, unit: Said) -> Line:
    beyond = found.outliers
    if not len(beyond.row):
        return Line("outliers", "No value lies far beyond what its sensor mostly says.", problem=False)
    sensors = np.unique(beyond.sensor)
    return Line(
        "outliers",
        f"Far beyond what its sensor mostly says {'lies' if len(beyond.row) == 1 else 'lie'} "
        f"{counted(len(beyond.row), 'value')} at {counted(len(sensors), 'sensor')} ({_names(data, sensors, name)}), "
        f"from {three(float(beyond.value.min()))} to {_amount(float(beyond.value.max()), data, unit)}.",
        problem=True,
    )
