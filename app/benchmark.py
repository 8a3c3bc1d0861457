"""The project's own record of trainings and times, as numbers for a page. Nothing is trained or measured here.

The record is made by `python -m benchmarks.table`, `benchmarks.ablations` and `benchmarks.speed`; all that is read here
is torch-free. An installation without the folder `benchmarks` has no record: then this module cannot be imported.

Axes: r row or variant, t of the four times ahead.
"""

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from app.benchmark_speed import Step, Target, Timed
from benchmarks import ablations_page
from benchmarks.aims import Aimed, aimed
from benchmarks.claims import Claim, claims
from benchmarks.figures import NONE, Against, Cell, against, p_words, percent, spread
from benchmarks.record import FOLDER, Entry, Record
from benchmarks.results import MEASURES, pareto, swept
from benchmarks.rows import (
    BUDGETS,
    DATASETS,
    GIVEN,
    LAMBDAS,
    MINUTES,
    SEEDS,
    SIZED,
    SIZES,
    SWEPT,
    SWEPT_ON,
    pairs_of,
    protocols_of,
    rows_of,
    work,
)

__all__ = [
    "LAMBDAS",
    "MEASURES",
    "MINUTES",
    "NONE",
    "SEEDS",
    "SWEPT",
    "SWEPT_ON",
    "Against",
    "Claim",
    "Compared",
    "Entry",
    "Graph",
    "Kept",
    "Score",
    "Sized",
    "Spread",
    "Step",
    "Swept",
    "Target",
    "best",
    "folder",
    "p_words",
    "percent",
    "protocols_of",
    "ranked",
    "spread",
]  # fmt: skip

PARTS = ("table", "sweep")
GRAPH_MEASURES = ("on_roads", "chance", "auroc", "contrast", "nmi", "nmi_chance", "ari", "planted_auroc")
LARGER_IS_BETTER = ("accuracy", "r2")


@dataclass(frozen=True, slots=True)
class Spread:
    """The values of some seeds; ``mean`` and ``deviation`` are nan where there are too few."""

    values: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: Iterable[float | None]) -> "Spread":
        """Of the values that are known.

        >>> Spread.of([1.0, None, 3.0]).mean, Spread.of([]).deviation
        (2.0, nan)
        """
        return cls(tuple(float(value) for value in values if value is not None and math.isfinite(value)))

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(np.mean(self.values)) if self.values else math.nan

    @property
    def deviation(self) -> float:
        """Standard deviation of the sample; nan for a single one."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else math.nan


@dataclass(frozen=True, slots=True)
class Score:
    """An error of a row at the four times ahead, each over ``seeds`` seeds; none where it was not measured."""

    row: str
    what: str
    random: bool
    seeds: int
    errors: tuple[Spread, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A row against a base at the four times ahead; empty where they have no seed in common."""

    row: str
    base: str
    found: tuple[Against, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """What a row's matrices are beside the roads and known groups: ``head`` is 'mean', 'sharpest' or 'output'."""

    row: str
    head: str
    seeds: int
    values: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Swept:
    """One weight of the penalty: RMSE at the last time ahead, shares of small weights and of zeros.

    ``front``: no other weight of the model has a smaller error and a larger share.
    """

    model: str
    weight: float
    error: float
    small: float
    zeros: float
    neighbours: float
    front: bool


@dataclass(frozen=True, slots=True)
class Sized:
    """A row on a larger city that does not exist: time, memory and error over its seeds.

    ``planted`` is the AUROC of the planted graph, of rows that are not told the roads, on which most of it lies.
    """

    row: str
    seeds: int
    seconds: Spread
    memory: Spread
    error: Spread
    planted: Spread


def folder() -> Path:
    """Where the record lies: TOPOLENS_RECORD, or the project's own."""
    return Path(os.environ.get("TOPOLENS_RECORD") or FOLDER)


@dataclass(frozen=True)
class Kept(Timed):
    """A record: the folder of the results, and ``speed.json`` beside that folder.

    What cannot be read raises ``OSError``, ``ValueError``, ``KeyError`` or ``TypeError``.
    """

    folder: Path

    @cached_property
    def record(self) -> Record:
        """Of the table and the sweep."""
        return Read(self.folder)

    @property
    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Name, time and size of every file of the record: what changes when the record does."""
        files = [*sorted(self.folder.glob("*.json")), self.folder.parent / "speed.json"]
        kept = [(file.name, file.stat()) for file in files if file.is_file()]
        return tuple((name, found.st_mtime_ns, found.st_size) for name, found in kept)

    def progress(self) -> tuple[int, int]:
        """How many of the trainings of the table and the sweep the record holds, and how many there are."""
        wanted = list(work(PARTS))
        held: dict[tuple[str, str, str], set[int]] = {}
        for item in wanted:
            place = (item.dataset, item.protocol, item.row.name)
            if place not in held:
                held[place] = {run["seed"] for run in self.record.row(*place)}
        done = sum(item.seed in held[item.dataset, item.protocol, item.row.name] for item in wanted)
        return done, len(wanted)

    def claims(self, row: str) -> list[Claim]:
        """Every claim of the paper, asked of a row."""
        return claims(self.record, row, self._rows("steps"))

    def aims(self) -> list[Aimed]:
        """What this project's model was to reach, and what it reaches."""
        return aimed(self.record)

    def datasets(self) -> dict[str, str]:
        """The names of the data of the table with their titles, and of others that the record holds."""
        held = {dataset for dataset, _ in self.record.cells()}
        return {name: budget.title for name, budget in BUDGETS.items() if name in DATASETS or name in held}

    def scores(self, dataset: str, protocol: str, measure: str) -> list[Score]:
        """Every row of the table, measured or not."""
        cell = Cell(self.record, dataset, protocol)
        found = []
        for row in rows_of(dataset, protocol).values():
            errors = list(cell.errors(row.name, measure).values())
            spreads = tuple(Spread.of(one[t] for one in errors) for t in range(len(MINUTES)))
            found.append(Score(row.name, row.what, row.random, len(errors), spreads))
        return found

    def compared(self, dataset: str, protocol: str) -> list[Compared]:
        """Every row against those that it is tested against, in RMSE."""
        cell = Cell(self.record, dataset, protocol)
        pairs = pairs_of(dataset, protocol)
        return [Compared(row, base, tuple(against(cell, row, base))) for row, base in pairs]

    def graphs(self, dataset: str, protocol: str) -> list[Graph]:
        """What is known of the matrices of every row that has any, by kind of head."""
        cell = Cell(self.record, dataset, protocol)
        return [graph for row in rows_of(dataset, protocol) for graph in graphs_of(row, cell.runs(row))]

    def sweep(self, dataset: str, share: str) -> list[Swept]:
        """Every weight of the penalty that was trained; the front is that of ``share``, 'small' or 'zeros'."""
        cell = Cell(self.record, dataset, "clean")
        found = []
        for model in SWEPT:
            runs = {weight: run for weight in LAMBDAS if (run := swept(cell, model, weight)) and run["graph"]}
            front = pareto({weight: (run["errors"]["rmse"][-1], run["graph"][share]) for weight, run in runs.items()})
            for weight, run in runs.items():
                graph = run["graph"]
                found.append(
                    Swept(model, weight, run["errors"]["rmse"][-1], graph["small"], graph["zeros"],
                          graph["neighbours"], weight in front)
                )  # fmt: skip
        return found

    def ablations(self) -> dict[str, dict[str, list[Entry]]]:
        """Data set -> variant -> its entries, one for each seed, in the order of the project's page."""
        entries = ablations_page.read(self.folder / ablations_page.RECORD.name)
        return {
            name: variants
            for name in ablations_page.EPOCHS | ablations_page.BEFORE
            if (variants := by_variant(entry for entry in entries if entry["dataset"] == name))
        }

    def sizes(self) -> dict[str, list[Sized]]:
        """Title of each larger city -> every row that is trained there, measured or not."""
        found = {}
        for name, budget in SIZES.items():
            cell = Cell(self.record, name, "clean")
            found[budget.title] = [_sized(row, cell.runs(row)) for row in SIZED]
        return found


def _sized(row: str, runs: Sequence[Entry]) -> Sized:
    means = [run["graph"]["heads"]["mean"] for run in runs if run["graph"]]
    return Sized(
        row, len(runs),
        Spread.of(run["seconds_per_epoch"] for run in runs),
        Spread.of(run["memory_mb"] for run in runs),
        Spread.of(run["errors"]["rmse"][-1] for run in runs),
        Spread.of(mean.get("planted_auroc") for mean in means if row not in GIVEN),
    )  # fmt: skip


class Read(Record):
    """A record that is only read, each file once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._seen: dict[tuple[str, str, str], dict[str, Any]] = {}

    def _read(self, dataset: str, protocol: str) -> dict[str, Any]:
        return self._once(dataset, protocol, "runs", super()._read)

    def _losses(self, dataset: str, protocol: str) -> dict[str, Any]:
        return self._once(dataset, protocol, "losses", super()._losses)

    def _once(
        self, dataset: str, protocol: str, kind: str, read: Callable[[str, str], dict[str, Any]]
    ) -> dict[str, Any]:
        place = (dataset, protocol, kind)
        if place not in self._seen:
            self._seen[place] = read(dataset, protocol)
        return self._seen[place]


def graphs_of(row: str, runs: Sequence[Entry]) -> list[Graph]:
    """What the entries of a row say of its matrices, by kind of head: 'sharpest: head 2' is of the kind 'sharpest'."""
    learned = [run["graph"]["heads"] for run in runs if run["graph"]]
    named = [(name.partition(":")[0], head) for heads in learned for name, head in heads.items()]
    kinds = dict.fromkeys(kind for kind, _ in named)
    found = []
    for kind in kinds:
        heads = [head for name, head in named if name == kind]
        values = {key: Spread.of(head.get(key) for head in heads) for key in GRAPH_MEASURES}
        found.append(Graph(row, kind, len(heads), values))
    return found


def by_variant(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries of ablations by variant, in the order of the project's page; unknown variants are left out.

    >>> list(by_variant([{"variant": "levels", "seed": 0}, {"variant": "whole", "seed": 0}]))
    ['whole', 'levels']
    """
    held = list(entries)
    found = {name: [entry for entry in held if entry["variant"] == name] for name in ablations_page.WHAT}
    return {name: mine for name, mine in found.items() if mine}


def ranked(means: Sequence[float], measure: str) -> list[int]:
    """The places of some means, the best first; nan has none.

    >>> ranked([3.0, math.nan, 2.0], "rmse"), ranked([3.0, 2.0], "r2")
    ([2, 0], [0, 1])
    """
    known = [place for place, mean in enumerate(means) if math.isfinite(mean)]
    return sorted(known, key=lambda place: means[place], reverse=measure in LARGER_IS_BETTER)


def best(means: Sequence[float], measure: str) -> int | None:
    """The place of the best of some means; None where there is nothing to compare.

    >>> best([3.0, math.nan, 2.0], "rmse"), best([math.nan, 1.0], "mae")
    (2, None)
    """
    order = ranked(means, measure)
    return order[0] if len(order) > 1 else None
