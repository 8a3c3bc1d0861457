"""What each part of ``intergat-plus`` is worth: ``python -m benchmarks.ablations``.

Trains every variant of `benchmarks/variants.py` on each data set and seed, clean protocol, and writes one entry each
to `benchmarks/results/ablations.json`, from which `benchmarks/ABLATIONS.md` is made. What is there is not trained
again. The epoch is chosen on the validation part.

Axes: w test window, t step ahead, n sensor, h head.
"""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from analysis.communities import spectral_communities
from analysis.forecasts import errors
from analysis.groups import agreement
from analysis.matrix import mean_of_heads, sparsity
from analysis.roads import recovery, road_match
from benchmarks.ablations_page import EPOCHS, PAGE, RECORD, Entry, page, read
from benchmarks.machine import commit
from benchmarks.record import alone
from benchmarks.training import machine
from benchmarks.variants import VARIANTS, Variant
from core.data import load
from core.data.sensors import SensorData
from core.data.windows import Part, Windows, windows
from core.experiment import hour, settings_for
from core.files import write_bytes
from core.models import Forecaster, Sizes
from core.train import fit

SHARE = 0.02
FIRST = 5  # the first seed: those of the table, 0 to 4, take no part in a choice


@click.command()
@click.option("--dataset", "datasets", multiple=True, type=click.Choice(list(EPOCHS)), default=("los-loop", "city"))
@click.option("--only", multiple=True, type=click.Choice(list(VARIANTS)), help="Variants.  [default: all]")
@click.option("--seeds", default=3, show_default=True)
@click.option("--render", is_flag=True, help="Only write the page again.")
def ablations(datasets: tuple[str, ...], only: tuple[str, ...], seeds: int, render: bool) -> None:
    """Train the variants that are not in the record yet, seed by seed, and write the page."""
    entries = read()
    for seed in range(FIRST, FIRST + (0 if render else seeds)):
        for name in datasets:
            data = load(name)
            for variant in (VARIANTS[key] for key in only or VARIANTS):
                if any((e["variant"], e["dataset"], e["seed"]) == (variant.name, name, seed) for e in entries):
                    continue
                found = measured(data, name, variant, seed)
                with alone(RECORD.parent):
                    entries = [*read(), found]      # read again: another process may have added some
                    lines = ",\n".join(json.dumps(entry) for entry in entries)
                    write_bytes(RECORD, f"[\n{lines}\n]\n".encode())
                click.echo(f"{name} {variant.name} seed {seed}: RMSE {found['rmse']}, roads {found['on_roads']:.1%}")
    write_bytes(PAGE, page(entries).encode())


def measured(data: SensorData, name: str, variant: Variant, seed: int) -> Entry:
    """Train one variant and measure it on the test part."""
    cut = windows(data, "clean", 12, hour(data))
    settings = settings_for("intergat-plus", **{"epochs": EPOCHS[name], "seed": seed, **variant.settings})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = Sizes(sensors=data.sensors, inputs=cut.inputs, horizon=cut.horizon, slots=cut.slots)
        model = variant.model(sizes, variant.model.Config(**variant.config))
    model.observe(cut, None)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        state = fit(model, cut, settings, Path(folder))
    seconds = time.perf_counter() - start
    forecast, target, heads = forecasts(model.cpu().eval(), cut, "test")
    found = errors(forecast, target)
    seen = overall(model, cut)
    model._known = lambda columns, like: like.new_zeros(1, columns)  # type: ignore[method-assign]  # noqa: SLF001
    entry: Entry = {
        "variant": variant.name, "dataset": name, "seed": seed, "best_epoch": state.best_epoch,
        "seen": round(seen, 3), "hidden": round(overall(model, cut), 3), "rmse": round(float(found.rmse[-1]), 3),
        "mae": round(float(found.mae[-1]), 3), "seconds": round(seconds, 1),
    }
    return entry | graph(mean_of_heads(heads), heads, data) | {
        "sha256": data.sha256, "commit": commit("core", "analysis"), "machine": machine(),
        "torch": torch.__version__.split("+")[0],
    }


def overall(model: Forecaster, cut: Windows) -> float:
    """RMSE over all steps ahead of the validation part."""
    forecast, target, _ = forecasts(model, cut, "validation")
    return float(np.sqrt(np.nanmean((forecast - target) ** 2)))


@torch.no_grad()
def forecasts(model: Forecaster, cut: Windows, part: Part) -> tuple[Any, Any, Any]:
    """Forecast and target (W, T, N) of a part, and the matrices (H, N, N)."""
    made = [(model(chunk.series, chunk.slot), chunk.target) for chunk in cut.chunks(part, 256)]
    forecast = torch.cat([one.y for one, _ in made]).double().numpy()
    target = torch.cat([target for _, target in made]).double().numpy()
    return forecast, target, made[0][0].interaction.double().numpy()


def graph(mean: Any, heads: Any, data: SensorData) -> Entry:
    """The mean of heads against roads, planted truth and groups, where there are any."""
    found: Entry = {"zeros": round(float(np.mean([sparsity(head).zeros for head in heads])), 3)}
    if data.adjacency is not None:
        found["on_roads"] = round(road_match(mean, data.adjacency, SHARE).precision, 4)
    if data.truth is not None:
        found["planted"] = round(recovery(mean, data.truth).auroc, 4)
    if data.groups is not None and len(set(data.groups) - {""}) > 1:
        labels = spectral_communities(mean, len(set(data.groups) - {""})).labels
        agreed = agreement(labels, np.array(data.groups), permutations=1)
        found |= {"nmi": round(agreed.nmi, 3), "ari": round(agreed.ari, 3)}
    return found


if __name__ == "__main__":
    ablations(prog_name="python -m benchmarks.ablations")
