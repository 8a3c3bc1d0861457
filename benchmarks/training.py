"""One training of the benchmark in a process of its own: ``python -m benchmarks.training TASK.json``.

Reads what to train from a file, trains it (or goes on with it) as a run folder, and leaves the entry for the record
and the losses beside the folder. A process of its own, so that the peak of its memory is that of this training.

Axes: w test window, t of the four times ahead, n sensor, h head.
"""

import dataclasses
import json
import os
import platform
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from analysis import communities, forecasts, groups, matrix, roads, spectrum
from benchmarks.datasets import opened
from benchmarks.machine import commit, processor
from benchmarks.rows import BUDGETS, MINUTES, ROWS, SHARE, SWEEP, Item, Row
from core.data.sensors import SensorData
from core.experiment import Plan, hour, resumed, settings_for, trained
from core.files import write_bytes, write_json
from core.models import model_class
from core.run import Run, read_record
from core.train import Settings

FEW = 0.1  # of an even share: a weight below that counts as small
PERMUTATIONS = 99
Numbers = np.ndarray[Any, np.dtype[Any]]


def settings_of(item: Item, epochs: int | None = None) -> Settings:
    """The training settings of an item: its model's own, with the budget of its data.

    A rate that falls through all epochs needs all of them: there patience does not end a training.
    """
    budget, own = BUDGETS[item.dataset], settings_for(item.row.model)
    chosen: dict[str, Any] = {"epochs": epochs or budget.epochs, "seed": item.seed}
    if own.schedule == "constant":
        chosen["patience"] = budget.patience
    if item.row.l1 is not None:
        chosen["l1"] = item.row.l1
    return settings_for(item.row.model, **chosen)


def identity(item: Item, epochs: int | None = None) -> dict[str, Any]:
    """All that decides what is learned, but for the seed: what the key of an entry is made of."""
    data, training = opened(item.dataset), dataclasses.asdict(settings_of(item, epochs))
    training.pop("seed")
    row = item.row
    identity = {
        "model": row.model,
        "config": dataclasses.asdict(model_class(row.model).Config(**dict(row.config))),
        "roads": row.roads,
        "version": row.version,
        "inputs": 12,
        "horizon": hour(data),
        "dataset": item.dataset,
        "protocol": item.protocol,
        "sha256": data.sha256,
    }
    return identity | ({"training": training} if row.random else {})


def given(data: SensorData, row: Row) -> SensorData:
    """The data as a row is shown them: with their roads, or with every pair as neighbours."""
    if row.roads == "given":
        return data
    return dataclasses.replace(data, adjacency=np.ones((data.sensors, data.sensors), dtype=np.float32))


def entry_of(run: Run, data: SensorData, item: Item, key: str, memory: float | None) -> dict[str, Any]:
    """What the record keeps of a finished run."""
    steps = [round(minutes / run.interval_minutes) - 1 for minutes in MINUTES]
    errors = forecasts.errors(run.tested.forecast, run.tested.target, pooled=run.pooled)
    return {
        "key": key,
        "rows": [item.row.name],
        "seed": item.seed,
        "errors": {
            name: [_short(getattr(errors, name)[step]) for step in steps]
            for name in ("rmse", "mae", "mape", "accuracy", "r2")
        },
        **costs_of(run, memory),
        "graph": graph_of(run, data),
        "sha256": data.sha256,
        "commit": commit("core", "analysis"),
        "machine": machine(),
        "torch": torch.__version__.split("+")[0],
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def costs_of(run: Run, memory: float | None) -> dict[str, Any]:
    """What a training took, in seconds, megabytes, parameters and epochs, and the loss that it reached."""
    record, metrics = run.record, run.record["metrics"]
    return {
        "seconds": _short(record["times"].get("seconds", 0.0)),
        "seconds_per_epoch": _short(record["times"].get("seconds_per_epoch", 0.0)),
        "memory_mb": None if memory is None else round(memory),
        "parameters": record["model"]["parameters"],
        "epochs": {"asked": record["training"]["epochs"], "done": metrics["epochs"], "best": metrics["best_epoch"]},
        "validation_loss": metrics["validation_loss"],
    }


def losses_of(run: Run) -> Numbers:
    """Squared error of each window (t, w), over the sensors that were observed, at each of the four times ahead.

    Scaled so that their mean over the windows is the squared RMSE of all observations together.
    """
    square = (run.tested.forecast.astype(np.float64) - run.tested.target) ** 2  # (W, T, N)
    rows = []
    for minutes in MINUTES:
        step = round(minutes / run.interval_minutes) - 1
        part = square[:, 0 if run.pooled else step : step + 1]
        rows.append(np.nansum(part, axis=(1, 2)) / (np.isfinite(part).sum() / len(part)))
    return np.stack(rows).astype(np.float32)


def graph_of(run: Run, data: SensorData) -> dict[str, Any] | None:
    """Measures of the matrices that a row has learned; None where it has none."""
    if not run.heads:
        return None
    heads = dict(zip(run.heads, run.interaction.astype(np.float64), strict=True))
    sharpest = max(heads, key=lambda name: sharpness(heads[name]))
    looked_at = {"mean": matrix.mean_of_heads(run.interaction), f"sharpest: {sharpest}": heads[sharpest]}
    if "output" in heads:
        looked_at["output"] = heads["output"]
    return {
        "heads": {name: _head(head, data) for name, head in looked_at.items()},
        "zeros": _short(np.mean([matrix.sparsity(head).zeros for head in heads.values()])),
        "small": _short(np.mean([small(head) for head in heads.values()])),
        "neighbours": _short(np.mean([matrix.sparsity(head).typical for head in heads.values()])),
    }


def sharpness(head: Numbers) -> float:
    """On how few pairs the weight of a head lies: Σ C² / (Σ C)² over pairs; no look at roads or groups."""
    pairs = matrix.coupling(head)[np.triu_indices(len(head), k=1)]
    total = float(pairs.sum())
    return float((pairs**2).sum()) / total**2 if total else 0.0


def small(head: Numbers) -> float:
    """Share of the weights off the diagonal below a tenth of an even share of their row; zeros are small."""
    weight = np.abs(head)
    np.fill_diagonal(weight, 0.0)
    n = len(weight)
    below = weight <= FEW * weight.sum(axis=1, keepdims=True) / (n - 1)
    return float((below.sum() - n) / (n * (n - 1)))


def _head(head: Numbers, data: SensorData) -> dict[str, float]:
    found: dict[str, float] = {}
    road = None if data.adjacency is None else np.asarray(data.adjacency, dtype=np.float64)
    if road is not None:
        match = roads.road_match(head, road, SHARE)
        clusters = communities.spectral_communities(road).labels
        found |= {
            "on_roads": match.precision,
            "chance": match.chance,
            "auroc": match.auroc,
            "contrast": groups.contrast(head, clusters).value,
        }
    if data.truth is not None:
        found["planted_auroc"] = roads.recovery(head, data.truth).auroc
    if data.groups is not None:
        known = np.array(data.groups)
        labels = communities.spectral_communities(head, len(set(data.groups) - {""})).labels
        agreed = groups.agreement(labels, known)
        found |= {"nmi": agreed.nmi, "ari": agreed.ari, "nmi_chance": agreed.chance_nmi, "nmi_p": agreed.p}
    if len(head) <= 400:  # a hundred eigenvalue problems
        local = spectrum.localisation(head, PERMUTATIONS)
        leading = float(spectrum.spectrum(head).ipr[0])
        found |= {"local_excess": local.excess, "local_p": local.p, "leading_spread": 1 / (len(head) * leading)}
    return {name: _short(value) for name, value in found.items()}


def peak_megabytes() -> float:
    """Largest memory of this process so far.

    Where there is /proc, its own high-water mark: ``ru_maxrss`` begins with that of the process it was started from.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 1024**2 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def machine() -> str:
    """Cores, the kind of processor and threads."""
    return f"{os.cpu_count()} cores, {processor()}, {torch.get_num_threads()} thread(s)"


def _short(value: Any) -> Any:
    """Six digits are more than a seed leaves certain; None for what is not finite."""
    value = float(value)
    return float(f"{value:.6g}") if np.isfinite(value) else None


def trained_item(item: Item, key: str, out: Path, epochs: int | None) -> None:
    """Train an item as run folder ``out``; leave ``out``.entry.json and ``out``.losses.npy beside it."""
    data = opened(item.dataset)
    shown = given(data, item.row)
    begun = (out / "run.json").exists()
    over = begun and read_record(out)["state"] == "done"  # trained by a process whose memory nobody read
    if begun:
        run = resumed(shown, out)
    else:
        plan = Plan(
            model=item.row.model,
            config=dict(item.row.config),
            settings=settings_of(item, epochs),
            protocol=item.protocol,
            load=item.dataset,
            title=f"{item.row.name} on {item.dataset}, {item.protocol}, seed {item.seed}",
        )
        run = trained(shown, plan, out)
    memory = None if over else peak_megabytes()  # before the analyses, which are not the training's
    entry = entry_of(run, data, item, key, memory)
    losses = losses_of(run).astype("<f4")
    write_bytes(out.with_suffix(".losses"), losses.tobytes())
    write_json(out.with_suffix(".entry"), {"entry": entry, "settings": identity(item, epochs)})


def main(task: Path) -> None:
    """Do what the file says."""
    asked = json.loads(task.read_text())
    row = (ROWS | SWEEP)[asked["row"]]
    item = Item(asked["dataset"], asked["protocol"], row, asked["seed"])
    trained_item(item, asked["key"], Path(asked["out"]), asked["epochs"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
