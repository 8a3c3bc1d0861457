"""What each part of ``intergat-plus`` is worth: ``python -m benchmarks.ablations``.

Trains every variant of `benchmarks/variants.py` on each data set and seed, clean protocol, and writes one entry each
to `benchmarks/results/ablations.json`, from which `benchmarks/ABLATIONS.md` is made. What is there is not trained
again. The epoch is chosen on the validation part; nothing was chosen by roads, groups or planted truth.

Axes: w test window, t step ahead, n sensor, h head.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from analysis.communities import agreement, spectral_communities
from analysis.forecasts import errors
from analysis.matrix import mean_of_heads, sparsity
from analysis.roads import recovery, road_match
from benchmarks.record import FOLDER
from benchmarks.training import commit, processor
from benchmarks.variants import VARIANTS, Variant
from core.data import load
from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.experiment import hour, settings_for
from core.files import write_bytes
from core.models import Forecaster, Sizes
from core.train import fit

RECORD, PAGE = FOLDER / "ablations.json", FOLDER.parent / "ABLATIONS.md"
EPOCHS = {"los-loop": 20, "city": 40, "pemsd7m": 8}
TITLES = {"los-loop": "Los-Loop", "city": "The demo city", "pemsd7m": "PeMSD7(M)"}
SHARE = 0.02
COLUMNS = {
    "rmse": "RMSE, 60 min", "mae": "MAE, 60 min", "on_roads": "strongest 2 % on roads", "planted": "AUROC of planted",
    "nmi": "NMI with groups", "ari": "ARI", "zeros": "zeros", "seconds": "seconds",
}
Entry = dict[str, Any]


@click.command()
@click.option("--dataset", "datasets", multiple=True, type=click.Choice(list(EPOCHS)), default=("los-loop", "city"))
@click.option("--only", multiple=True, type=click.Choice(list(VARIANTS)), help="Variants.  [default: all]")
@click.option("--seeds", default=3, show_default=True)
@click.option("--render", is_flag=True, help="Only write the page again.")
def ablations(datasets: tuple[str, ...], only: tuple[str, ...], seeds: int, render: bool) -> None:
    """Train the variants that are not in the record yet, seed by seed, and write the page."""
    entries = read()
    for seed in range(0 if render else seeds):
        for name in datasets:
            data = load(name)
            for variant in (VARIANTS[key] for key in only or VARIANTS):
                if any((e["variant"], e["dataset"], e["seed"]) == (variant.name, name, seed) for e in entries):
                    continue
                found = measured(data, name, variant, seed)
                entries = [*read(), found]          # read again: another process may have added some
                lines = ",\n".join(json.dumps(entry) for entry in entries)
                write_bytes(RECORD, f"[\n{lines}\n]\n".encode())
                click.echo(f"{name} {variant.name} seed {seed}: RMSE {found['rmse']}, roads {found['on_roads']:.1%}")
    write_bytes(PAGE, page(entries).encode())


def read() -> list[Entry]:
    """All entries of the record."""
    return list(json.loads(RECORD.read_text())) if RECORD.exists() else []


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
    forecast, target, heads = tested(model.cpu().eval(), cut)
    found = errors(forecast, target)
    entry: Entry = {
        "variant": variant.name, "dataset": name, "seed": seed, "best_epoch": state.best_epoch,
        "validation": round(state.best_loss, 5), "rmse": round(float(found.rmse[-1]), 3),
        "mae": round(float(found.mae[-1]), 3), "seconds": round(seconds, 1),
    }
    return entry | graph(mean_of_heads(heads), heads, data) | {
        "sha256": data.sha256, "commit": commit(), "machine": processor(), "torch": torch.__version__.split("+")[0],
    }


@torch.no_grad()
def tested(model: Forecaster, cut: Windows) -> tuple[Any, Any, Any]:
    """Forecast and target (W, T, N) of the test part, and the matrices (H, N, N)."""
    made = [(model(chunk.series, chunk.slot), chunk.target) for chunk in cut.chunks("test", 256)]
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


def page(entries: list[Entry]) -> str:
    """The page, from the record alone."""
    parts = [HEAD]
    for name in EPOCHS:
        mine = [entry for entry in entries if entry["dataset"] == name]
        if mine:
            parts.append(table(name, mine))
    return "\n".join(parts)


def table(name: str, entries: list[Entry]) -> str:
    """One data set: means over seeds, and the spread of what has several."""
    columns = [key for key in COLUMNS if any(key in entry for entry in entries)]
    machines = sorted({entry["machine"] for entry in entries})
    commits = sorted({entry["commit"] for entry in entries})
    lines = [
        f"## {TITLES[name]}, {EPOCHS[name]} epochs\n",
        f"| variant | what differs | seeds | {' | '.join(COLUMNS[key] for key in columns)} |",
        f"|---|---|---|{'---|' * len(columns)}",
    ]
    for variant in VARIANTS.values():
        rows = [entry for entry in entries if entry["variant"] == variant.name]
        if rows:
            cells = " | ".join(cell(key, [row[key] for row in rows if key in row]) for key in columns)
            lines.append(f"| {variant.name} | {variant.what} | {len(rows)} | {cells} |")
    return "\n".join([*lines, "", f"{'; '.join(machines)}; commit {', '.join(commits)}.", ""])


def cell(key: str, values: Iterable[float]) -> str:
    """Mean and standard deviation over seeds."""
    known = list(values)
    if not known:
        return "–"
    mean = statistics.fmean(known)
    written = "{:.1%}" if key in ("on_roads", "zeros") else "{:.0f}" if key == "seconds" else "{:.3f}"
    spread = f" ± {written.format(statistics.stdev(known))}" if len(known) > 1 and key != "seconds" else ""
    return written.format(mean) + spread


HEAD = """# What each part of intergat-plus is worth

Written by `python -m benchmarks.ablations` from `benchmarks/results/ablations.json`. Each line changes one thing of the
model in the first line and trains it anew: clean protocol, errors on the test part at 60 minutes, means and standard
deviations over seeds. Graph figures are of the mean of heads. The model was chosen by the validation error and, between
settings that forecast alike, by nothing that looks at roads, groups or planted truth but the share of windows in which
a sensor is hidden from itself: that is there for the graph, and these tables say what it costs.
"""

if __name__ == "__main__":
    ablations(prog_name="python -m benchmarks.ablations")
