"""The page ``benchmarks/SPEED.md``: what ``benchmarks/speed.json`` holds, in words and tables.

No figure is made here, but for medians and ratios.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from statistics import median
from typing import Any

Row = dict[str, Any]
ORDER = ("steps", "epochs", "analyses", "race", "profile")
PLUS, FLOOR, BARE = "intergat-plus", "floor", "scipy.linalg.eigh"
# What ``intergat-plus`` is to be measured against: rival, how many times, and which way.
TARGETS = (("PyG GAT-GRU", 50.0, "times faster than"), ("published InterGAT-GRU", 6.0, "times faster than"),
           (FLOOR, 2.0, "times the time of the"))
RACE_TARGET, ANALYSIS_TARGET = 30.0, 2.0
HEAD = """# How fast, beside what

Made by `python -m benchmarks.speed`, whose text says what is measured and how; the race by `python -m benchmarks.speed
--race`. Times are medians, in brackets the range and how often it was measured, after one turn to warm up.
"""


def page(found: dict[str, Any]) -> str:
    """The whole page as Markdown."""
    makers: dict[str, Callable[[list[Row]], Iterable[str]]] = {
        "steps": _steps, "epochs": _epochs, "analyses": _analyses, "race": _race, "profile": _profile,
    }
    lines = [HEAD]
    for part in ORDER:
        if part in found:
            lines += [*makers[part](found[part]["rows"]), "", _made(found[part]["made"]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _made(about: Row) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    gpu = f", {about['gpu']}" if "gpu" in about else ""
    return (f"*{about['date']}, commit {about['commit']}, {about['processor']}, {about['cores']} cores{gpu}, load "
            f"{about['load']} before the start; Python {about['python']}, {versions}.*")


def _time(seconds: list[float]) -> str:
    middle = median(seconds)
    unit, by = ("ms", 1000.0) if middle < 1 else ("s", 1.0)
    low, high = (f"{by * edge:.3g}" for edge in (min(seconds), max(seconds)))
    return f"{by * middle:.3g} {unit} ({low} to {high}, {len(seconds)})"


def _cell(row: Row | None) -> str:
    if row is None:
        return "not measured"
    return str(row["left out"]) if "left out" in row else _time(row["seconds"])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(head)
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *(f"| {' | '.join(row)} |" for row in rows)]


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def where(device: str, threads: int) -> str:
    """'GPU', '1 thread' or '2 threads'."""
    return "GPU" if device != "cpu" else f"{threads} thread{'s' * (threads != 1)}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "**not reached**"


def _steps(rows: list[Row]) -> Iterable[str]:
    yield "## One training step\n"
    yield (
        "64 windows of 12 steps, 12 ahead: forward, backward, Adam. The published layers and those like them have 4\n"
        "heads of 32; `intergat-plus` has its own 2 heads and width 128, and the floor is what it must multiply.\n"
    )
    sizes, places = _unique(row["sensors"] for row in rows), _unique((row["device"], row["threads"]) for row in rows)
    at = {(row["rival"], row["sensors"], (row["device"], row["threads"])): row for row in rows}
    rivals = _unique(row["rival"] for row in rows)
    for place in places:
        yield f"### {where(*place)}\n"
        yield from _table(["", *(f"N = {n}" for n in sizes)],
                          ([name, *(_cell(at.get((name, n, place))) for n in sizes)] for name in rivals))
        yield ""
    yield f"### Targets of {PLUS}\n"
    yield from _table(["target", "N", "on", "measured", ""],
                      ([one.asked, str(one.sensors), one.where, f"{one.ratio:.3g}", _verdict(one.reached)]
                       for one in targets(rows)))


@dataclass(frozen=True, slots=True)
class Target:
    """What the time of a step is to be beside another's, and what it is: ``ratio`` of medians."""

    asked: str
    sensors: int
    where: str
    ratio: float
    reached: bool


def targets(rows: list[Row]) -> list[Target]:
    """Each target at each size and place at which both were measured."""
    sizes, places = _unique(row["sensors"] for row in rows), _unique((row["device"], row["threads"]) for row in rows)
    at = {(row["rival"], row["sensors"], (row["device"], row["threads"])): row for row in rows}
    found = []
    for name, times, words in TARGETS:
        for n, place in product(sizes, places):
            ours, theirs = (at.get((rival, n, place), {}).get("seconds") for rival in (PLUS, name))
            if not ours or not theirs:
                continue
            ratio = median(ours) / median(theirs) if name == FLOOR else median(theirs) / median(ours)
            fine = ratio <= times if name == FLOOR else ratio >= times
            asked = f"{'at most' if name == FLOOR else 'at least'} {times:g} {words} {name}"
            found.append(Target(asked, n, where(*place), ratio, fine))
    return found


def _epochs(rows: list[Row]) -> Iterable[str]:
    steps = rows[0]["steps"] if rows else 0
    yield "## One epoch at Los-Loop's size\n"
    yield (f"{steps} training steps, without validation. Of rivals that are not in this table an epoch is {steps} of "
           "the steps above.\n")
    places = _unique((row["device"], row["threads"]) for row in rows)
    at = {(row["rival"], (row["device"], row["threads"])): row for row in rows}
    yield from _table(["", *(where(*place) for place in places)],
                      ([name, *(_cell(at.get((name, place))) for place in places)]
                       for name in _unique(row["rival"] for row in rows)))


def _analyses(rows: list[Row]) -> Iterable[str]:
    yield "## Analyses of one head\n"
    yield (f"Each beside a bare `{BARE}` of the same matrix, in brackets how many times its time: target at most "
           f"{ANALYSIS_TARGET:g}. Roads: match, reach and classes of edges together.\n")
    sizes, counts = _unique(row["sensors"] for row in rows), _unique(row["threads"] for row in rows)
    at = {(row["what"], row["sensors"], row["threads"]): row["seconds"] for row in rows}
    columns = [(n, count) for n in sizes for count in counts]
    names = _unique(row["what"] for row in rows)
    lines = []
    for name in names:
        cells = []
        for n, count in columns:
            times = median(at[name, n, count]) / median(at[BARE, n, count])
            beside = "" if name == BARE else f"; {times:.2f} times, {_verdict(times <= ANALYSIS_TARGET)}"
            cells.append(_time(at[name, n, count]) + beside)
        lines.append([f"`{name}`" if name == BARE else name, *cells])
    sums = [sum(median(at[name, *column]) for name in names if name != BARE) / median(at[BARE, *column])
            for column in columns]
    lines.append(["all three", *(f"{times:.2f} times, {_verdict(times <= ANALYSIS_TARGET)}" for times in sums)])
    yield from _table(["", *(f"N = {n}, {where('cpu', count)}" for n, count in columns)], lines)


def _race(rows: list[Row]) -> Iterable[str]:
    (row,) = rows
    (slow, curve), (fast, other) = row["curves"].items()
    yield "## Time to the same error\n"
    end = (f"stopped after {row['asked']['minutes']:g} minutes" if row["cut short"] else "all that were asked for")
    yield (f"Los-Loop, protocol 'clean', {where('cpu', row['threads'])}. {slow} was trained for {len(curve)} epochs "
           f"({end}); the best validation error of these is {row['goal']:.4f}, standardised and squared.\n")
    seconds = row["seconds"]
    yield from _table(["", "seconds to that error"],
                      ([name, "not reached" if at is None else f"{at:.3g}"] for name, at in seconds.items()))
    yield ""
    if seconds[fast] is None:
        yield f"Target: at least {RACE_TARGET:g} times less: **not reached**, nor the error in {len(other)} epochs.\n"
    else:
        times = seconds[slow] / seconds[fast]
        yield f"Target: at least {RACE_TARGET:g} times less. Measured {times:.3g}: {_verdict(times >= RACE_TARGET)}.\n"
    if other[0][1] <= row["goal"]:
        yield (f"{fast} passes that error within its first epoch, at {other[0][1]:.4f}: the ratio is then one of "
               f"epochs, and the goal a low one, {slow} being far from trained.\n")
    if "untrained" in row:
        worth = "which the goal is below" if row["goal"] < row["untrained"] else "**so the goal needs no training**"
        yield f"The last value, which learns nothing, has {row['untrained']:.4f}, {worth}.\n"
    yield from _table(["epoch", f"{slow}: seconds", "error", f"{fast}: seconds", "error"],
                      ([str(k + 1), *_point(curve, k), *_point(other, k)] for k in range(max(len(curve), len(other)))))


def _point(curve: list[list[float]], k: int) -> list[str]:
    return [f"{curve[k][0]:.4g}", f"{curve[k][1]:.4f}"] if k < len(curve) else ["", ""]


def _profile(rows: list[Row]) -> Iterable[str]:
    yield f"## Where a step of {PLUS} spends its time\n"
    yield (f"The first {len(rows)} operators by their own time, {where('cpu', rows[0]['threads'])}, by "
           "`torch.profiler`.\n")
    yield from _table(["operator", "calls a step", "ms a step", "share"],
                      ([f"`{row['operator']}`", str(row["calls"]), f"{row['milliseconds']:.2f}", f"{row['share']:.1%}"]
                       for row in rows))
