"""Families of runs that differ in their seed alone: trained one after another, and what they agree on kept as a run."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from app.outputs import checked_place
from app.reading.words import joined, one_line, two
from core.family import Graphs, family_of, graphs_in, other_graphs, traits, unlike
from core.record import MODEL_NAMES
from core.run import Run, RunError, read_record

if TYPE_CHECKING:  # both load torch, which the app never does
    from core.experiment import Data, Plan

MOST_SEEDS = 100
MOST_SOURCE = 1000  # letters, see core.matrices.written

Bar = Callable[[int], AbstractContextManager[Callable[[int, int, int], None]]]


def seed_title(title: str, seed: int) -> str:
    """The title of one run of a family.

    >>> seed_title("gru on city", 3)
    'gru on city · seed 3'
    """
    return f"{title} · seed {seed}"


def seed_name(name: str, seed: int) -> str:
    """The name of one run of a family.

    >>> seed_name("mine", 3)
    'mine-seed3'
    """
    return f"{name}-seed{seed}"


def trained_family(data: "Data", plan: "Plan", out: Path, seeds: int, bar: Bar) -> list[Run]:
    """Train a plan with as many seeds, from its own on, each as a run of its own; what is done already is kept.

    Parameters
    ----------
    data, plan : as ``core.experiment.trained`` has them
    out : the folders beside it are called by it, see `seed_name`; those of this family that are there are continued
    seeds : 1 to ``MOST_SEEDS``
    bar : makes what shows the progress of a training of so many epochs

    Raises
    ------
    RunError
        A folder is there that is no run of this family; looked for before anything is trained.
    ValueError
        Too few or too many seeds, or what ``core.experiment.trained`` refuses.
    """
    from core.experiment import graphs_of, resumed, trained, whole_of

    if not 1 <= seeds <= MOST_SEEDS:
        raise ValueError(f"seeds must be from 1 to {MOST_SEEDS}, got {seeds}")
    first = plan.settings.seed
    title = plan.title or f"{plan.called} on {whole_of(data).name}"
    plans = [
        replace(plan, settings=replace(plan.settings, seed=seed), title=seed_title(title, seed))
        for seed in range(first, first + seeds)
    ]
    folders = [out.parent / seed_name(out.name, one.settings.seed) for one in plans]
    wanted = _wanted(data, plan) if any((folder / "run.json").exists() for folder in folders) else {}
    graphs = graphs_of(data)
    states = [
        _state(folder, {**wanted, "seed": one.settings.seed}, graphs)
        for folder, one in zip(folders, plans, strict=True)
    ]
    runs = []
    for number, (one, folder, state) in enumerate(zip(plans, folders, states, strict=True), start=1):
        click.echo(f"seed {one.settings.seed}, {number} of {seeds}: {folder}, {_WORDS[state]}")
        with bar(one.settings.epochs) as tick:
            runs.append(resumed(data, folder, tick=tick) if state else trained(data, one, folder, tick=tick))
    return runs


_WORDS = {"": "begins", "begun": "goes on", "done": "is done already"}


def _state(folder: Path, wanted: Mapping[str, Any], graphs: Graphs) -> str:
    """How far a wanted run has come: '', 'begun' or 'done'; RunError where another thing is in its place."""
    if not (folder / "run.json").exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RunError(f"{folder} is in the way, and is no run: move it, or name another --out")
        return ""
    record = read_record(folder)
    there = {} if record.get("kind") == "matrix" else {**traits(record), "seed": record["seed"]}
    differs = ""
    if names := unlike(wanted, there):
        got, asked = (str(one.get(names[0]))[:40] for one in (there, wanted))
        differs = f"its {names[0]} is {got}, not {asked}"
    elif others := other_graphs(graphs, graphs_in(folder)):
        differs = f"since it was begun, {others}"
    if differs:
        raise RunError(
            f"{folder} is a run already, and not of this family: {differs}. "
            "Name another --out, or ask for what it was begun with"
        )
    return "done" if record["state"] == "done" else "begun"


def _wanted(data: "Data", plan: "Plan") -> dict[str, Any]:
    """What a run of a plan would share with its family, from the record that it would begin with; the model first."""
    from core.experiment import first_record

    record = json.loads(json.dumps(first_record(data, plan)))       # as it would be read back
    return {"model": plan.model, **traits(record)}


def kept_consensus(runs: Sequence[Path], out: Path, *, title: str = "") -> Run:
    """Keep what runs agree on as a run of the kind 'matrix': the mean of every weight, after the heads were matched.

    Sensors, places, groups, road graph and planted graph are those of the first run, and so are the names of the heads.
    The record names the models of the runs, as far as they are known here: a mean of models that were given the roads
    is no more a finding than they are.

    Parameters
    ----------
    runs : folders of at least two runs that are done, on the same sensors, with the same heads; a family as a rule
        (``core.family.family_of``), but models or settings may differ, and then its note says so
    out : the folder; it must not exist
    title : by which readers know it; '' for one that says from how many runs it is

    Raises
    ------
    RunError
        Fewer than two runs, one that stands twice or cannot be read, runs of other sensors or with other heads, a
        model without a matrix, or ``out`` cannot be a run's folder.
    """
    from analysis.consensus import consensus_graph
    from analysis.matching import matched_runs
    from analysis.matrix import head_similarity
    from core.matrices import Matrix, written

    if len(runs) < 2:
        raise RunError(f"a consensus must be of at least two runs, got {len(runs)}")
    first, *others = loaded = [Run.load(path) for path in runs]
    _check_alike(first, others)
    every = [run.interaction[_in_order(run.heads, first.heads)] for run in loaded]
    weights, matched = consensus_graph(every, first.heads).astype(np.float32), matched_runs(every, first.heads)
    differ = sorted(_differing(loaded))
    by_head = []
    for h, head in enumerate(first.heads):
        likeness = head_similarity([one[order[h]] for one, order in zip(every, matched, strict=True)])[0, 1:]
        by_head.append(f"{two(float(likeness.mean()))} ({one_line(head)})")
    remarks = (
        f"Each weight is the mean over {len(runs)} runs, once the heads of each are matched to those of the first.",
        f"The runs differ in more than their seed: {joined(differ)}." if differ else "They differ in their seed alone.",
        f"The others' weights correlate with the first's by {joined(by_head)}, mean over the runs.",
    )
    of = one_line(f"{first.model or 'a matrix'} on {first.dataset}", 100)
    matrix = Matrix(
        weights=weights,
        heads=first.heads,
        nodes=first.nodes,
        adjacency=first.adjacency,
        file=f"consensus of {len(runs)} runs",
        sha256=hashlib.sha256(np.ascontiguousarray(weights, dtype="<f4").tobytes()).hexdigest(),
        turned=False,
        remarks=remarks,
        truth=first.truth,
        made_of=tuple(name for name in dict.fromkeys(chain(*(run.made_of for run in loaded))) if name in MODEL_NAMES),
    )
    return written(
        matrix,
        out,
        title=title or f"Consensus of {len(runs)} {'runs' if differ else 'seeds'} · {of}",
        source=_source(loaded, of),
    )


def _check_alike(first: Run, others: Sequence[Run]) -> None:
    """Refuse runs of which no mean can be taken."""
    from analysis.matching import layer

    if not first.heads:
        raise RunError(f"run {first.name} has no matrix: model {first.model} mixes no sensors")
    seen = {first.path.resolve()}
    for run in others:
        if run.path.resolve() in seen:
            raise RunError(f"a run must stand only once in a consensus, got {run.name} twice")
        seen.add(run.path.resolve())
        if run.nodes["id"].tolist() != first.nodes["id"].tolist():
            raise RunError(f"runs must have the same sensors in the same order, but {run.name} and {first.name} do not")
        moving = "particles" in (run.kind, first.kind)
        if moving and run.record["data"]["sha256"] != first.record["data"]["sha256"]:
            raise RunError(
                f"runs of particles must show the same trajectory, but {run.name} and {first.name} are of other data"
            )
        if moving and _seen(run) != _seen(first):
            raise RunError(
                f"runs of particles must see the same frames, but {run.name} and {first.name} see different ones"
            )
        if len(run.heads) != len(first.heads):
            raise RunError(
                f"runs must have as many heads as the first, {len(first.heads)}, got {len(run.heads)} in {run.name}"
            )
        ours, theirs = (sorted(layer(head) for head in one.heads) for one in (first, run))
        if len(ours) > 1 and ours != theirs:
            asked, got = (one_line(", ".join(one.heads), 100) for one in (first, run))
            raise RunError(f"runs must have the same heads as the first, {asked}, got {got} in {run.name}")


def _in_order(heads: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Places of heads in the order of the wanted ones; of one layer as they stand, since they are matched later."""
    from analysis.matching import layer

    places: dict[str, list[int]] = {}
    for place, head in enumerate(heads):
        places.setdefault(layer(head), []).append(place)
    return [places[layer(head)].pop(0) for head in wanted] if len(heads) > 1 else [0]


def _seen(run: Run) -> tuple[object, ...]:
    """Which frames of which trajectory the gates of a run of particles were made from; of a matrix alone, none."""
    scenes = run.record.get("scenes", {})
    return (*(scenes.get(name) for name in ("inputs", "last")), scenes.get("split", {}).get("test", [None])[0])


def _differing(runs: Sequence[Run]) -> set[str]:
    """In which traits but for the seed runs differ, by name."""
    if any(run.kind == "matrix" for run in runs):
        return {"not all of them were trained here"}
    first, *others = (traits(run.record) for run in runs)
    roads, *beside = (graphs_in(run.path) for run in runs)
    return {name for other in others for name in unlike(first, other)} | (
        {"graphs"} if any(other_graphs(roads, other) for other in beside) else set()
    )


def _source(runs: Sequence[Run], of: str) -> str:
    """From which runs and seeds, as many as there is room for; then whose data they were."""
    members = [one_line(f"{run.name}{'' if run.seed is None else f' (seed {run.seed})'}", 100) for run in runs]
    data = one_line(runs[0].source, 300)
    kept: list[str] = []
    for name in members:
        if len(", ".join([*kept, name])) > MOST_SOURCE - 500:
            break
        kept.append(name)
    more = [f"{len(members) - len(kept)} more"] if len(kept) < len(members) else []
    return f"Mean over {len(runs)} runs of {of}: {joined([*kept, *more])}. Data: {data}"


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN [RUN ...]")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The run's folder; it must not exist yet.")
@click.option("--title", default="", help="How the run is called in the app.  [default: from how many runs it is]")
def consensus(runs: tuple[Path, ...], out: Path, title: str) -> None:
    """Keep the mean matrix of runs with different seeds as a run without a model, to look at it in the app.

    With one RUN, of all runs beside it that differ from it in their seed alone.
    """
    checked_place(out)
    members = family_of(runs[0]) if len(runs) == 1 else runs
    if len(members) < 2:
        raise RunError(
            f"{runs[0]} has no finished run beside it that differs in its seed alone: name the runs, "
            "or train more with: python -m app train --seeds 5"
        )
    run = kept_consensus(members, out, title=title)
    click.echo(f"{run.path}: {len(run.heads)} head(s) of {len(run.nodes):,} sensors, from {len(members)} runs")
    click.echo(run.note)
