"""One training of the benchmark of particles in a process of its own: ``python -m benchmarks.nbody_training TASK``.

As `benchmarks/training.py` for sensors: reads what to train from a file, trains it or goes on with it as a run folder,
and leaves the entry for the record beside it.
"""

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.machine import commit
from benchmarks.nbody_rows import Item, rows_of
from benchmarks.training import costs_of, machine, peak_megabytes
from core.data.nbody import FORM, opened
from core.data.nbody_task import task
from core.experiment import Plan, resumed, settings_for, trained
from core.files import write_json
from core.models import particle_model_class
from core.run import Run, read_record
from core.train import Settings

POINTS = 60  # of a learning curve that are kept
TENTH = 10


def settings_of(item: Item, epochs: int | None = None) -> Settings:
    """The training settings of an item: its model's own, with the budget of its part; ``epochs`` at most."""
    budget = item.budget
    chosen: dict[str, Any] = {"seed": item.seed}
    asked = budget.epochs.get(item.row.model)
    if asked is not None:
        chosen["epochs"] = asked if epochs is None else min(asked, epochs)
    if budget.batch is not None and asked is not None:
        chosen["batch"] = budget.batch
    return settings_for(item.row.model, **chosen)


def identity(item: Item, epochs: int | None = None) -> dict[str, Any]:
    """All that decides what is learned, but for the seed: what the key of an entry is made of."""
    training = dataclasses.asdict(settings_of(item, epochs))
    training.pop("seed")
    config = particle_model_class(item.row.model).Config(**dict(item.row.config))
    found = {
        "model": item.row.model,
        "config": dataclasses.asdict(config),
        "version": item.row.version,
        "data": task(item.data).load,
        "form": FORM,
    }
    return found | ({"training": training} if item.row.random else {})


def plan_of(item: Item, epochs: int | None = None) -> Plan:
    """What the core is asked to train."""
    return Plan(
        model=item.row.model,
        config=dict(item.row.config),
        settings=settings_of(item, epochs),
        load=task(item.data).load,
        title=item.name,
    )


def thinned(history: list[dict[str, float]], points: int = POINTS) -> list[list[float]]:
    """Epoch, training loss and validation loss at so many epochs, the first and the last among them.

    >>> thinned([{"epoch": k, "train": 2.0, "validation": 1.0} for k in (1, 2, 3, 4, 5)], 3)
    [[1, 2.0, 1.0], [3, 2.0, 1.0], [5, 2.0, 1.0]]
    """
    places = np.unique(np.linspace(0, len(history) - 1, min(points, len(history))).round().astype(int))
    return [[int(history[k]["epoch"]), *(_short(history[k][part]) for part in ("train", "validation"))] for k in places]


def falling(history: list[dict[str, float]]) -> float | None:
    """Share by which the validation loss falls over the last tenth of the epochs, by a line through its logarithm.

    None where there are fewer than 30 epochs: then a tenth is no line.

    >>> loss = 0.99 ** np.arange(100)
    >>> round(falling([{"validation": float(x)} for x in loss]), 3)
    0.096
    """
    last = len(history) // TENTH
    losses = np.array([record["validation"] for record in history[-last:]]) if last >= 3 else np.zeros(1)
    if (losses <= 0).any():
        return None
    slope = np.polyfit(np.arange(last), np.log(losses), 1)[0]
    return _short(1 - np.exp(slope * last))


def entry_of(run: Run, item: Item, key: str, memory: float | None) -> dict[str, Any]:
    """What the record keeps of a finished run."""
    record, history = run.record, history_of(run.path)
    return {
        "key": key,
        "rows": [item.label],
        "seed": item.seed,
        "errors": {
            quantity: [_short(error) for error in rows[item.row.model]]
            for quantity, rows in record["metrics"]["errors"].items()
        },
        **costs_of(run, memory),
        "curve": thinned(history),
        "falling": falling(history),
        "sha256": record["data"]["sha256"],
        **origin(),
    }


def origin() -> dict[str, str]:
    """Which code made an entry, when and on what kind of machine."""
    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return {
        "commit": commit("core", "analysis"),
        "machine": machine() + gpu,
        "torch": torch.__version__.split("+")[0],
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def history_of(folder: Path) -> list[dict[str, float]]:
    """The record of each epoch; none where nothing is learned."""
    file = folder / "progress.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _short(value: float) -> float:
    """Six digits are more than a seed leaves certain."""
    return float(f"{value:.6g}")


def trained_item(item: Item, key: str, out: Path, epochs: int | None) -> None:
    """Train an item as run folder ``out``; leave ``out``.entry beside it."""
    scenes = opened(item.data)
    begun = (out / "run.json").exists()
    over = begun and read_record(out)["state"] == "done"  # trained by a process whose memory nobody read
    run = resumed(scenes, out) if begun else trained(scenes, plan_of(item, epochs), out)
    memory = None if over else peak_megabytes()
    entry = entry_of(run, item, key, memory)
    write_json(out.with_suffix(".entry"), {"entry": entry, "settings": identity(item, epochs)})


def main(file: Path) -> None:
    """Do what the file says."""
    asked = json.loads(file.read_text())
    row = rows_of(asked["part"])[asked["row"]]
    item = Item(asked["part"], asked["particles"], row, asked["seed"], asked["data"])
    trained_item(item, asked["key"], Path(asked["out"]), asked["epochs"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
