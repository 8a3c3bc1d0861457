"""How much of a planted graph is found, over noise, length, missing share and seeds: ``python -m benchmarks.recovery``.

On the process of ``analysis.process``, whose graph is planted on the roads of the demo city and on a ring of as many
sensors, and on the demo city itself. Printed as Markdown: means over the seeds.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from analysis.arrays import FloatArray
from analysis.distances import hops
from analysis.matrix import mean_of_heads
from analysis.planted import WAYS, Recovery, recovered
from analysis.process import Truth, process, ring, truth
from analysis.simple_graphs import correlation, partial_correlation, ridge_var
from core.data import city
from core.data.process import made
from core.data.sensors import SensorData
from core.experiment import Plan, settings_for, trained

NEWS = 0.1  # share of the variance of the state that is new at each step: one process at every level of noise
NOISE, LENGTH, MISSING = 0.3, 2000, 0.0  # the setting that each table varies one number of
LEVELS = {
    "noise": (0.1, 0.3, 0.5, 0.7, 0.9),
    "length": (500, 1000, 2000, 4000, 8000),
    "missing": (0.0, 0.05, 0.1, 0.2, 0.4),
}
TRAINED = {"noise": (0.1, 0.5), "length": (1000,), "missing": ()}  # where the model stands beside them: on roads alone
INTERVAL = 15  # minutes, as in the demo city: a model then forecasts four steps, which is an hour
GRAPHS = ("roads", "ring", "city")
BY_SLOT = {"correlation": correlation, "partial correlation": partial_correlation, "ridge VAR": ridge_var}
ZEROS = 1e-12  # weights of a truth below this are none


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting of the process."""

    noise: float = NOISE
    length: int = LENGTH
    missing: float = MISSING


@click.command()
@click.option("--on", multiple=True, type=click.Choice(GRAPHS), default=GRAPHS, show_default=True)
@click.option("--by", multiple=True, type=click.Choice(list(LEVELS)), default=list(LEVELS), show_default=True)
@click.option("--seeds", default=5, show_default=True, help="Draws of each cell for the simple ways.")
@click.option("--model", default="intergat-plus", show_default=True, help="The model beside them.")
@click.option("--epochs", default=30, show_default=True, help="Of the model; 0 leaves it out.")
@click.option("--model-seeds", default=1, show_default=True, help="Draws of each cell for the model.")
def recoveries(
    on: tuple[str, ...], by: tuple[str, ...], seeds: int, model: str, epochs: int, model_seeds: int
) -> None:
    """Print one table for each graph and each number that is varied, and the demo city by its own true graph."""
    road = np.asarray(city.load(weeks=1).adjacency, dtype=np.float64)
    graphs = {
        "roads": ("the roads of the demo city", road),
        "ring": (f"a ring of {len(road)} sensors", ring(len(road))),
    }
    for key in (key for key in on if key in graphs):
        name, graph = graphs[key]
        drawn = [truth(graph, seed=seed) for seed in range(seeds)]
        nmi = np.mean([recovered("itself", known.coupling, known).nmi for known in drawn])
        click.echo(f"\n## Planted on {name}\n")
        click.echo(
            f"{int(np.triu(drawn[0].coupling > 0).sum())} planted pairs of {len(graph) * (len(graph) - 1) // 2:,}, "
            f"{drawn[0].far_pairs} of them far couplings; {drawn[0].communities} communities, of which the truth "
            f"itself gives away NMI {nmi:.2f}. Unless the columns say otherwise: noise {NOISE}, {LENGTH:,} rows, "
            f"{MISSING:.0%} missing. An entry is AUROC · share of the planted pairs found · far couplings · NMI."
        )
        for varied in by:
            click.echo(f"\n### By {varied}\n")
            click.echo(_table(graph, varied, seeds, (model, epochs, model_seeds if key == "roads" else 0)))
    if "city" in on:
        click.echo("\n## The demo city itself\n")
        click.echo(_city(model, epochs, model_seeds))


def _table(graph: FloatArray, varied: str, seeds: int, learned: tuple[str, int, int]) -> str:
    """Markdown: a row for each way, a column for each level; AUROC, share found, far couplings, NMI."""
    found: dict[tuple[str, float], list[Recovery]] = {}
    model, epochs, model_seeds = learned
    for level in LEVELS[varied]:
        cell = Cell(**{varied: level})
        for seed in range(seeds):
            known = truth(graph, seed=seed)
            series = _series(known, cell, cell.length, seed)
            for way, matrix in WAYS.items():
                found.setdefault((way, level), []).append(recovered(way, matrix(series), known))
        for seed in range(model_seeds if epochs and level in TRAINED[varied] else 0):
            known = truth(graph, seed=seed)
            # The clean protocol trains on 70 %, so that the model is given as many rows as the simple ways.
            data = made(_series(known, cell, round(cell.length / 0.7), seed), graph, known.coupling, INTERVAL)
            match = recovered(model, _mean_head(data, model, epochs, seed), known)
            found.setdefault((model, level), []).append(match)
    columns = [f"{level:g}" for level in LEVELS[varied]]
    lines = [f"| way | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    lines += [
        f"| {way} | {' | '.join(_entry(found.get((way, level))) for level in LEVELS[varied])} |"
        for way in dict.fromkeys(way for way, _ in found)
    ]
    return "\n".join(lines)


def _series(known: Truth, cell: Cell, rows: int, seed: int) -> FloatArray:
    return process(known.coupling, rows, cell.noise, cell.missing, news=min(NEWS, cell.noise), seed=seed)


def _entry(found: list[Recovery] | None) -> str:
    if not found:
        return ""
    auroc, precision, far, nmi = np.mean([(row.auroc, row.precision, row.far, row.nmi) for row in found], axis=0)
    return f"{auroc:.3f} · {precision:.0%} · {far:.0%} · {nmi:.2f}"


def _mean_head(data: SensorData, model: str, epochs: int, seed: int) -> FloatArray:
    plan = Plan(model=model, settings=settings_for(model, epochs=epochs, seed=seed), load="planted")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run = trained(data, plan, Path(folder) / "run")
        click.echo(f"{model}, {data.steps:,} rows: {time.perf_counter() - start:.0f} s", err=True)
    return mean_of_heads(run.interaction)


def _city(model: str, epochs: int, model_seeds: int) -> str:
    """Markdown: what is found of the city's true graph, from the rows that a training sees."""
    lines = ["| way | weeks | AUROC | found | far |", "|---|---|---|---|---|"]
    for weeks in (1, 2, 4, 8):
        data = city.load(weeks=weeks)
        known = _city_truth(data)
        rows = int(0.7 * data.steps)
        slot = np.arange(rows) % data.steps_per_day
        seen = data.values[:rows].astype(np.float64)
        lines += [_city_row(way, weeks, recovered(way, find(seen, slot), known)) for way, find in BY_SLOT.items()]
        if epochs and weeks in (2, 4):
            for seed in range(model_seeds):
                match = recovered(model, _mean_head(data, model, epochs, seed), known)
                lines.append(_city_row(f"{model}, {epochs} epochs, seed {seed}", weeks, match))
    return "\n".join(lines)


def _city_truth(data: SensorData) -> Truth:
    coupling = np.asarray(data.truth, dtype=np.float64)
    coupling = np.where((coupling + coupling.T) > ZEROS, (coupling + coupling.T) / 2, 0.0)
    np.fill_diagonal(coupling, 0.0)
    far = ((coupling > 0) & (hops(np.asarray(data.adjacency)) > 2)).astype(np.float64)
    return Truth(coupling=coupling, far=far, groups=np.full(len(coupling), -1, dtype=np.int64))


def _city_row(way: str, weeks: int, match: Recovery) -> str:
    return f"| {way} | {weeks} | {match.auroc:.3f} | {match.precision:.0%} | {match.far:.0%} |"


if __name__ == "__main__":
    recoveries(prog_name="python -m benchmarks.recovery")
