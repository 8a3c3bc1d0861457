"""Errors and graphs of every model on one data set, trained the same way: ``python -m benchmarks.table``.

Each training is a run folder, so the command can be stopped and called again: finished runs are only read.
"""

from pathlib import Path

import click
import pandas as pd

from analysis.matrix import mean_of_heads
from analysis.roads import recovery, road_match
from app.measures import error_table
from core.data import load
from core.data.sensors import SensorData
from core.experiment import Plan, resumed, settings_for, trained
from core.models import MODELS
from core.run import Run


@click.command()
@click.option("--dataset", default="los-loop", show_default=True)
@click.option("--model", "models", multiple=True, default=tuple(MODELS), show_default=True)
@click.option("--protocol", default="clean", show_default=True)
@click.option("--epochs", default=30, show_default=True)
@click.option("--seeds", default=1, show_default=True)
@click.option("--share", default=0.02, show_default=True, help="Share of pairs that count as strongest.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/benchmark"), show_default=True)
def table(
    dataset: str, models: tuple[str, ...], protocol: str, epochs: int, seeds: int, share: float, runs: Path
) -> None:
    """Train each model over seeds and print its errors at each horizon and its match with the road graph."""
    data = load(dataset)
    errors, graphs = [], []
    for seed in range(seeds):
        for model in models:
            settings = settings_for(model, epochs=epochs, seed=seed)
            plan = Plan(model=model, settings=settings, protocol=protocol, load=dataset)
            run = _run(data, plan, runs / f"{dataset}-{protocol}-{model}-{epochs}-{seed}")
            found = error_table(run)
            errors.append(found[found["forecast"] == model].assign(seed=seed))
            graphs += _graphs(run, share, seed)
            click.echo(f"{model}, seed {seed}: best epoch {run.record['metrics']['best_epoch']}, "
                       f"{run.record['times'].get('seconds', 0):.0f} s")
    click.echo(f"\n{dataset}, protocol {protocol}, {epochs} epochs, {data.unit}; mean over {seeds} seed(s)")
    means = pd.concat(errors).groupby(["forecast", "minutes"], sort=False).mean().drop(columns="seed")
    click.echo(means.to_string(float_format=lambda value: f"{value:.4g}"))
    if graphs:
        click.echo(f"\nstrongest {share:.0%} of pairs against the road graph; mean over {seeds} seed(s)")
        frame = pd.DataFrame(graphs).groupby(["model", "head"], sort=False).mean().drop(columns="seed")
        click.echo(frame.to_string(float_format=lambda value: f"{value:.3g}"))


def _run(data: SensorData, plan: Plan, out: Path) -> Run:
    return resumed(data, out) if (out / "run.json").exists() else trained(data, plan, out)


def _graphs(run: Run, share: float, seed: int) -> list[dict[str, object]]:
    if not run.heads or run.adjacency is None:
        return []
    rows = []
    heads = [("mean", mean_of_heads(run.interaction)), *zip(run.heads, run.interaction, strict=True)]
    for name, head in heads:
        match = road_match(head, run.adjacency, share)
        row = {"model": run.model, "head": name, "seed": seed, "on roads": match.precision, "chance": match.chance,
               "lift": match.lift, "auroc": match.auroc}
        if run.truth is not None:
            row["planted auroc"] = recovery(head, run.truth).auroc
        rows.append(row)
    return rows


if __name__ == "__main__":
    table(prog_name="python -m benchmarks.table")
