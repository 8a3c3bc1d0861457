"""What a training writes into its run beside its progress: a record when it begins, the results when it ends.

Axes: h head, w window, t step ahead, n sensor.
"""

import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor

from core.data.sensors import SensorData
from core.data.windows import Windows
from core.files import write_bytes, write_tensors
from core.models import MODELS, Forecaster, built, stored_config
from core.run import SCHEMA
from core.train import Settings, State

Arrays = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32] | None]


def first_record(
    data: SensorData,
    cut: Windows,
    model: Forecaster,
    settings: Settings,
    *,
    protocol: str,
    title: str = "",
    load: str,
) -> dict[str, Any]:
    """The ``run.json`` of a training that begins: all that is known before the first epoch.

    Parameters
    ----------
    data, cut, model, settings : what is trained on what
    protocol : its name
    title : how a reader will know the run; '' for model and data
    load : the name under which the data are found again
    """
    nodes = data.nodes
    name = next(name for name, kind in MODELS.items() if type(model) is kind)
    return {
        "schema": SCHEMA,
        "state": "training",
        "reason": "",
        "title": title or f"{name} on {data.name}",
        "model": {
            "name": name,
            "config": stored_config(model),
            "parameters": sum(p.numel() for p in model.parameters()),
        },
        "heads": list(model.heads),
        "data": {
            "name": data.name,
            "load": load,
            "sha256": data.sha256,
            "source": data.source,
            "note": data.note,
            "quantity": data.quantity,
            "unit": data.unit,
            "interval_minutes": data.interval.total_seconds() / 60,
            "steps": data.steps,
            "sensors": data.sensors,
            "missing": data.missing,
            "start": data.times[0].isoformat(),
            "end": data.times[-1].isoformat(),
            "nodes": {
                "id": nodes["id"].tolist(),
                "latitude": _or_null(nodes["latitude"]),
                "longitude": _or_null(nodes["longitude"]),
                "group": nodes["group"].tolist(),
            },
        },
        "windows": {
            "protocol": protocol,
            "inputs": cut.inputs,
            "horizon": cut.horizon,
            "slots": cut.slots,
            "split": {part: list(rows) for part, rows in cut.parts.items()},
            "count": {part: cut.count(part) for part in cut.parts},
        },
        "scaler": {"shift": cut.shift, "scale": cut.scale},
        "training": asdict(settings),
        "seed": settings.seed,
        "versions": {name: version(name) for name in ("torch", "lightning-fabric", "numpy", "safetensors")}
        | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{torch.get_num_threads()} threads",
        "times": {"started": datetime.now().astimezone().isoformat(timespec="seconds")},
        "metrics": {},
    }


def last_record(record: Mapping[str, Any], state: State) -> dict[str, Any]:
    """The same ``run.json`` once training is done: with times (seconds, their median per epoch) and metrics."""
    seconds = [entry["seconds"] for entry in state.history]
    return {
        **record,
        "state": "done",
        "times": {
            **record["times"],
            "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
            "seconds": sum(seconds),
            "seconds_per_epoch": float(np.median(seconds)) if seconds else 0.0,
        },
        "metrics": {
            "epochs": state.epoch,
            "best_epoch": state.best_epoch,
            "validation_loss": state.best_loss if math.isfinite(state.best_loss) else None,
        },
    }


def write_results(data: SensorData, cut: Windows, model: Forecaster, out: Path) -> None:
    """Write weights, interaction (h, n, n) and the forecasts (w, t, n) of the test part into the run ``out``."""
    whole = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    write_bytes(out / "weights.safetensors", save(whole))
    forecast, interaction, spread = _test(model, cut)
    write_tensors(out / "interaction.safetensors", {"interaction": interaction})
    if spread is not None:
        write_tensors(out / "spread.safetensors", {"spread": spread})
    first, last = cut.parts["test"]
    starts = np.concatenate(
        [c.first + np.arange(len(c.target)) for c in cut.chunks("test", 64)]
    )
    simple = {name: _test(built(name, model.sizes), cut)[0][:, 0] for name in ("last-value", "window-mean")}
    write_tensors(
        out / "forecasts.safetensors",
        {
            "forecast": forecast,
            "rows": cut.observed[first:last].numpy(),
            "times": data.times[first:last].to_numpy().astype("datetime64[m]").astype(np.int64),
            "first": starts - first,
            "last_value": simple["last-value"],
            "window_mean": simple["window-mean"],
        },
    )


@torch.no_grad()
def _test(model: Forecaster, cut: Windows) -> Arrays:
    """Forecasts (W, T, N) of the test part, the interaction, and its deviation over the windows if it varies."""
    model.eval()
    forecasts: list[Tensor] = []
    fixed: Tensor | None = None
    count, total, squares = 0, torch.zeros(()), torch.zeros(())
    for chunk in cut.chunks("test", 64):
        y, interaction = model(chunk.series, chunk.slot)
        forecasts.append(y)
        if interaction.dim() == 3:
            fixed = interaction
        else:
            wide = interaction.double()
            count, total, squares = count + len(wide), total + wide.sum(0), squares + (wide**2).sum(0)
    forecast = torch.cat(forecasts).numpy()
    if fixed is not None:
        return forecast, fixed.float().numpy(), None
    mean = total / count
    spread = (squares / count - mean**2).clamp(min=0).sqrt()
    return forecast, mean.float().numpy(), spread.float().numpy()


def _or_null(column: Any) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in column]
