"""Moving particles, measured: ``python -m benchmarks.nbody``.

Measures how far ahead particles can be forecast, trains what the record ``benchmarks/results/nbody.json`` does not hold
yet, each training in a process of its own, and writes ``NBODY.md`` from the record. It can be stopped at any moment
and called again: a training goes on from its last epoch, and one that the record holds is not done again.
"""

import json
from pathlib import Path

import click

from benchmarks.jobs import Request, options, trained
from benchmarks.nbody_page import FILE, page
from benchmarks.nbody_predictability import DISTURBED, FARTHEST, TRAJECTORIES, measured, placed
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import ABLATIONS, PARTICLES, PARTS, ROWS, SEEDS, SMALL, Item, label, work
from benchmarks.record import key_of
from core.data.nbody import FORM, opened
from core.data.nbody_task import task


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS, show_default=True)
@click.option("--particles", multiple=True, type=click.Choice([str(n) for n in PARTICLES]), help="All by default.")
@click.option("--only", multiple=True, type=click.Choice([*ROWS, *ABLATIONS]), help="A row; all by default.")
@click.option("--merge", type=click.Path(path_type=Path, exists=True), help="First add what another record holds.")
@options(SEEDS, "runs/nbody", own="each row's", pages="the page")
def nbody(
    parts: tuple[str, ...],
    particles: tuple[str, ...],
    only: tuple[str, ...],
    seeds: int,
    epochs: int | None,
    budget: float | None,
    jobs: int,
    plan: bool,
    render: bool,
    keep: bool,
    merge: Path | None,
    runs: Path,
    folder: Path,
) -> None:
    """Measure and train what is not in the record, seed by seed, then write NBODY.md beside the record's folder."""
    if jobs < 1 or seeds < 1 or (epochs is not None and epochs < 1):
        raise click.UsageError(f"jobs, seeds and epochs must be at least 1, got {jobs}, {seeds} and {epochs}")
    record, counts, failed = ParticleRecord(folder), [int(n) for n in particles], 0
    if merge is not None:
        click.echo(f"{record.merge(ParticleRecord(merge))} entries added")
    if not render:
        if "predictability" in parts and not plan:
            _foreseen(record, counts)
        try:
            horizon = record.horizon()
            if horizon is None and plan:
                (horizon,) = task(f"nbody-{PARTICLES[0]}").ahead    # nobody has placed it yet
            items = list(work(parts, horizon, only, counts, seeds))
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        todo = _todo(record, items, epochs, naming=not plan)
        if plan:
            _said_plan([item for item, _ in todo], epochs, jobs)
            return
        failed = _trained(record, todo, epochs, budget, jobs, runs, keep)
    record.write_pages({FILE: page(record)})
    if failed:
        raise click.ClickException(f"{failed} training(s) failed; the record holds the others")


def _foreseen(record: ParticleRecord, counts: list[int]) -> None:
    """Measure how far ahead particles can be forecast, where that is not known yet."""
    from benchmarks.nbody_training import origin

    for count in (0, *PARTICLES):
        if counts and count not in counts:
            continue
        name = f"nbody-{count}" if count else SMALL
        trajectories = TRAJECTORIES[task(name).particles]
        settings = {
            "data": name,
            "last": task(name).last,
            "trajectories": trajectories,
            "farthest": FARTHEST,
            "disturbed": DISTURBED,
            "form": FORM,
        }
        line = ("predictability", count, "twin")
        if any(entry["key"] == key_of(settings) for entry in record.line(*line)):
            continue
        found = measured(name, trajectories)
        entry = {"key": key_of(settings), "rows": [label(*line)], "seed": 0, **found, **origin()}
        record.keep(entry, settings)
        click.echo(f"{name}: alone, H = {placed(found)}")


def _todo(record: ParticleRecord, items: list[Item], epochs: int | None, *, naming: bool) -> list[tuple[Item, str]]:
    """What the record does not hold, with the key of its settings; see ``ParticleRecord.holds``."""
    from benchmarks.nbody_training import identity

    keyed = [(item, key_of(identity(item, epochs))) for item in items]
    return [(item, key) for item, key in keyed if not record.holds(item, key, naming=naming)]


def _trained(
    record: ParticleRecord,
    todo: list[tuple[Item, str]],
    epochs: int | None,
    budget: float | None,
    jobs: int,
    runs: Path,
    keep: bool,
) -> int:
    """Train all, so many side by side; return how many failed."""
    for data in dict.fromkeys(item.data for item, _ in todo):
        opened(data)  # simulated once, here, and not by each of several processes
    made = {_training(item, key, epochs): item for item, key in todo}
    return trained(
        list(made),
        "benchmarks.nbody_training",
        known=lambda training: record.holds(made[training], training.key),
        kept=lambda _, out: _kept(record, out),
        jobs=jobs,
        budget=budget,
        runs=runs,
        keep=keep,
    )


def _training(item: Item, key: str, epochs: int | None) -> Request:
    task = {
        "part": item.part,
        "particles": item.particles,
        "row": item.row.name,
        "seed": item.seed,
        "data": item.data,
        "key": key,
        "epochs": epochs,
    }
    return Request(item.name, f"{item.label.replace(' ', '-')}-{key}-{item.seed}", key, item.seed, task)


def _kept(record: ParticleRecord, out: Path) -> str:
    """Put what a training left beside its folder into the record; the words for its line."""
    made = json.loads(out.with_suffix(".entry").read_text())
    entry = made["entry"]
    record.keep(entry, made["settings"])
    errors = ", ".join(f"{quantity} MSE {rows[-1]:.4g}" for quantity, rows in entry["errors"].items())
    return f"{errors}, best epoch {entry['epochs']['best']} of {entry['epochs']['done']}"


def _said_plan(items: list[Item], epochs: int | None, jobs: int) -> None:
    """How many trainings of each row, and how long they would take, from some steps of each."""
    from benchmarks.measure import threads
    from benchmarks.nbody_training import identity, plan_of, settings_of
    from core.experiment import epoch_seconds

    alike: dict[str, list[Item]] = {}
    for item in {(key_of(identity(item, epochs)), item.seed): item for item in items}.values():
        alike.setdefault(key_of(identity(item, epochs)), []).append(item)
    total = 0.0
    for found in alike.values():
        item, settings = found[0], settings_of(found[0], epochs)
        with threads(1):    # as its process will have
            each = epoch_seconds(opened(item.data), plan_of(item, epochs), 1.0) if item.row.random else 0.0
        seconds = len(found) * settings.epochs * each
        total += seconds
        click.echo(
            f"{item.label:44s} {len(found):2d} runs of {settings.epochs:5,d} epochs of {each:7.2f} s: "
            f"{seconds / 60:7.1f} min"
        )
    click.echo(
        f"{total / 3600:.1f} hours of one core, about {total / 3600 / jobs:.1f} hours with --jobs {jobs} on as many "
        "idle cores; simulating and testing come on top"
    )


if __name__ == "__main__":
    nbody(prog_name="python -m benchmarks.nbody")
