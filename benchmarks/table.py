"""Errors, costs and learned graphs of every row on every data set: ``python -m benchmarks.table``.

Trains what the record in ``benchmarks/results`` does not hold yet, each training in a process of its own, and writes
``RESULTS.md`` and ``CLAIMS.md`` from the record. It can be stopped at any moment and called again, on the same machine
(a training goes on from its last epoch) or on another (one that the record holds is not done again).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.claims import FILE as CLAIMS
from benchmarks.claims import page, steps_of
from benchmarks.jobs import Request, options, trained
from benchmarks.record import Record
from benchmarks.results import FILE as RESULTS
from benchmarks.results import results
from benchmarks.rows import BUDGETS, MINUTES, PROTOCOLS, ROWS, SEEDS, SIZES, SWEEP, Item, work

PARTS = ("table", "sweep", "sizes")


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS, show_default=True)
@click.option(
    "--dataset", "datasets", multiple=True, type=click.Choice(list(BUDGETS)), help="All of a part by default."
)
@click.option("--protocol", "protocols", multiple=True, type=click.Choice(PROTOCOLS), help="Both by default.")
@click.option("--only", multiple=True, type=click.Choice([*ROWS, *SWEEP]), help="A row; all by default.")
@options(SEEDS, "runs/benchmark", own="each data set's", pages="the pages")
def table(
    parts: tuple[str, ...],
    datasets: tuple[str, ...],
    protocols: tuple[str, ...],
    only: tuple[str, ...],
    seeds: int,
    epochs: int | None,
    budget: float | None,
    jobs: int,
    plan: bool,
    render: bool,
    keep: bool,
    runs: Path,
    folder: Path,
) -> None:
    """Train what is not in the record, seed by seed, then write RESULTS.md and CLAIMS.md beside the record's folder."""
    if jobs < 1 or seeds < 1:
        raise click.UsageError(f"jobs and seeds must be at least 1, got {jobs} and {seeds}")
    record = Record(folder)
    if not render:
        todo = [
            (item, key)
            for item, key in _keyed(work(parts, datasets, protocols, only, seeds), epochs)
            if not _known(record, item, key, naming=not plan)
        ]
        if plan:
            _said_plan(todo, epochs, jobs)
            return
        failed = _trained(record, todo, epochs, budget, jobs, runs, keep)
    record.write_pages({RESULTS: results(record), CLAIMS: page(record, steps_of(folder.parent / "speed.json"))})
    if not render and failed:
        raise click.ClickException(f"{failed} training(s) failed; the record holds the others")


def _keyed(items: Iterator[Item], epochs: int | None) -> Iterator[tuple[Item, str]]:
    """Each item with the key of its settings; data that are not there are said and left out."""
    from benchmarks.datasets import opened  # torch: not needed to render
    from benchmarks.record import key_of
    from benchmarks.training import identity
    from core.data.sensors import DataError

    absent: set[str] = set()
    for item in items:
        if item.dataset in absent:
            continue
        try:
            opened(item.dataset)
        except DataError as error:
            absent.add(item.dataset)
            click.echo(f"{item.dataset} is left out: {str(error).splitlines()[0]}", err=True)
            continue
        yield item, key_of(identity(item, epochs))


def _known(record: Record, item: Item, key: str, *, naming: bool = True) -> bool:
    """Whether an item is in the record.

    With ``naming``, what was recorded as another row of the same settings gets this name too.
    """
    if not record.has(item.dataset, item.protocol, key, item.seed):
        return False
    if _keeps_losses(item) and not record.has_losses(item.dataset, item.protocol, item.row.name, key, item.seed):
        return False
    if naming:
        record.name(item.dataset, item.protocol, key, item.seed, item.row.name)
    return True


def _keeps_losses(item: Item) -> bool:
    """Whether windows are compared: those of the sweep and of made-up cities are not."""
    return item.row.name in ROWS and item.dataset not in SIZES


def _trained(
    record: Record,
    todo: list[tuple[Item, str]],
    epochs: int | None,
    budget: float | None,
    jobs: int,
    runs: Path,
    keep: bool,
) -> int:
    """Train all, so many side by side; return how many failed."""
    made = {_training(item, key, epochs): item for item, key in todo}
    return trained(
        list(made),
        "benchmarks.training",
        known=lambda training: _known(record, made[training], training.key),
        kept=lambda training, out: _kept(record, made[training], out),
        jobs=jobs,
        budget=budget,
        runs=runs,
        keep=keep,
    )


def _training(item: Item, key: str, epochs: int | None) -> Request:
    name = f"{item.dataset}-{item.protocol}-{item.row.name.replace(' ', '-').replace('=', '-')}-{key}-{item.seed}"
    task = {
        "row": item.row.name,
        "dataset": item.dataset,
        "protocol": item.protocol,
        "seed": item.seed,
        "key": key,
        "epochs": epochs,
    }
    return Request(item.name, name.replace(".", "_"), key, item.seed, task)


def _kept(record: Record, item: Item, out: Path) -> str:
    """Put what a training left beside its folder into the record; the words for its line."""
    made = json.loads(out.with_suffix(".entry").read_text())
    losses = np.frombuffer(out.with_suffix(".losses").read_bytes(), dtype="<f4").reshape(len(MINUTES), -1)
    entry = made["entry"]
    record.add(item.dataset, item.protocol, entry, made["settings"], losses if _keeps_losses(item) else None)
    return (
        f"RMSE {' '.join(f'{x:.3f}' for x in entry['errors']['rmse'])}, best epoch "
        f"{entry['epochs']['best']} of {entry['epochs']['done']}"
    )


def _said_plan(todo: list[tuple[Item, str]], epochs: int | None, jobs: int) -> None:
    """How many trainings of each row, and how long they would take at most, from some steps of each."""
    from benchmarks.datasets import opened
    from benchmarks.measure import threads
    from benchmarks.training import given, settings_of
    from core.experiment import Plan, epoch_seconds

    rows: dict[tuple[str, str], list[Item]] = {}
    for item, _ in {(key, item.seed): (item, key) for item, key in todo}.values():
        rows.setdefault((item.dataset, item.row.name), []).append(item)
    total, timed = 0.0, dict[tuple[Any, ...], float]()
    for (dataset, name), items in rows.items():
        item = items[0]
        settings = settings_of(item, epochs)
        alike = (dataset, item.row.model, item.row.roads, item.row.config)
        if alike not in timed:
            plan = Plan(
                model=item.row.model,
                config=dict(item.row.config),
                settings=settings,
                protocol=item.protocol,
                load=dataset,
            )
            with threads(1):    # as its process will have
                timed[alike] = epoch_seconds(given(opened(dataset), item.row), plan, 1.0) if item.row.random else 0.0
        seconds = len(items) * settings.epochs * timed[alike]
        total += seconds
        click.echo(
            f"{dataset:14s} {name:24s} {len(items):3d} runs of {settings.epochs} epochs of {timed[alike]:6.2f} s: "
            f"{seconds / 60:6.1f} min"
        )
    click.echo(
        f"at most {total / 3600:.1f} hours of one core, about {total / 3600 / jobs:.1f} hours with --jobs {jobs} on as "
        f"many idle cores; patience ends many sooner, and loading and testing come on top"
    )


if __name__ == "__main__":
    table(prog_name="python -m benchmarks.table")
