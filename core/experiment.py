"""From data to a finished run: the main path of a training, from top to bottom."""

import math
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import Tensor

from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.files import write_bytes, write_json, write_tensors
from core.models import MODELS, Forecaster, Sizes, built, model_class, stored_config
from core.run import SCHEMA, Run, RunError, read_record
from core.train import CHECKPOINT, Settings, State, fit

Tick = Callable[[int, int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be trained, and how.

    Attributes
    ----------
    model : a name of ``MODELS``;  config : its settings that differ from the defaults
    settings : of the training; see ``settings_for``
    protocol : 'clean' or 'published'
    inputs, horizon : steps seen and steps forecast; horizon None for one hour
    title : how a reader will know the run
    load : the name under which the data are found again
    """

    model: str
    config: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings
    protocol: str = "clean"
    inputs: int = 12
    horizon: int | None = None
    title: str = ""
    load: str


def settings_for(model: str, **chosen: Any) -> Settings:
    """The settings a model is known to train well with, changed by those that were chosen.

    Raises
    ------
    ValueError
        Unknown model, or a setting out of its range.
    """
    return Settings(**{**model_class(model).settings, **chosen})


def trained(data: SensorData, plan: Plan, out: Path, *, tick: Tick = lambda *_: None) -> Run:
    """Train a model on data and keep it as the run folder ``out``.

    Raises
    ------
    RunError
        ``out`` exists already.
    ValueError
        Unknown names, settings out of range, or data that do not fit them.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(f"{out} exists already: name another folder, or continue it with --resume {out}")
    horizon = plan.horizon if plan.horizon is not None else hour(data)
    cut = windows(data, plan.protocol, plan.inputs, horizon)
    model = _model(data, cut, plan.model, plan.config, plan.settings.seed)  # bad names stop here, before a file
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
        folder = Path(beside) / out.name
        folder.mkdir()
        write_json(folder / "run.json", _record(data, plan, cut, model))
        graphs = {"adjacency": data.adjacency, "truth": data.truth}
        write_tensors(folder / "network.safetensors", {k: v for k, v in graphs.items() if v is not None})
        if out.exists():
            out.rmdir()                             # only if it is still empty
        folder.rename(out)
    return _finished(data, cut, model, plan.settings, out, tick)


def resumed(data: SensorData, out: Path, *, tick: Tick = lambda *_: None) -> Run:
    """Continue the run in folder ``out`` where its last whole epoch left it; a finished one is only read.

    Raises
    ------
    RunError
        ``out`` is not a run, or was begun on other data.
    """
    record = read_record(out)
    if record["data"]["sha256"] != data.sha256:
        raise RunError(
            f"{out.name} must be continued on the data it was begun on (sha256 "
            f"{record['data']['sha256'][:12]}…), got {data.name} with sha256 {data.sha256[:12]}…"
        )
    if record["state"] == "done":
        return Run.load(out)
    try:
        settings = Settings(**record["training"])
        cut = windows(data, *(record["windows"][key] for key in ("protocol", "inputs", "horizon")))
        model = _model(data, cut, record["model"]["name"], record["model"]["config"], record["seed"])
    except (TypeError, ValueError) as error:
        raise RunError(f"{out / 'run.json'} must hold settings that a training can be built from: {error}") from None
    return _finished(data, cut, model, settings, out, tick)


def model_of(run: Run) -> Forecaster:
    """The trained model of a run, ready to forecast.

    Raises
    ------
    RunError
        The weights do not fit the model that the run names.
    """
    sizes = Sizes(
        sensors=len(run.nodes), inputs=run.inputs, horizon=run.horizon, slots=run.record["windows"]["slots"]
    )
    try:
        model = built(run.model, sizes, run.record["model"]["config"])
        model.load_state_dict(load_file(run.path / "weights.safetensors"))
    except (ValueError, RuntimeError, TypeError) as error:
        raise RunError(f"{run.path / 'weights.safetensors'} must fit model {run.model}: {error}") from None
    return model.eval()


def hour(data: SensorData) -> int:
    """Steps in one hour, at least 1: the horizon where none is chosen."""
    return max(1, round(3600 / data.interval.total_seconds()))


def _model(
    data: SensorData, cut: Windows, name: str, config: Mapping[str, Any], seed: int
) -> Forecaster:
    sizes = Sizes(sensors=data.sensors, inputs=cut.inputs, horizon=cut.horizon, slots=cut.slots)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = built(name, sizes, config)
    model.observe(cut, None if data.adjacency is None else torch.tensor(data.adjacency))
    return model


def _finished(
    data: SensorData, cut: Windows, model: Forecaster, settings: Settings, out: Path, tick: Tick
) -> Run:
    with _alone(out):
        return _trained_alone(data, cut, model, settings, out, tick)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the run's folder, so that no second process trains the same run at the same time."""
    try:
        import fcntl
    except ImportError:         # a system without such locks
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RunError(f"{out} is being trained by another process: wait for it, or stop it first") from None
    finally:
        os.close(folder)


def _trained_alone(
    data: SensorData, cut: Windows, model: Forecaster, settings: Settings, out: Path, tick: Tick
) -> Run:
    record = read_record(out)
    try:
        write_json(out / "run.json", record := {**record, "state": "training", "reason": ""})
        state = fit(model, cut, settings, out, tick=tick)
        _write_results(data, cut, model.cpu(), out)
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        reason = "" if stopped else f"{type(error).__name__}: {error}"
        write_json(out / "run.json", {**record, "state": "stopped" if stopped else "failed", "reason": reason})
        raise
    write_json(out / "run.json", {**record, "state": "done", **_outcome(record, state)})
    (out / CHECKPOINT).unlink(missing_ok=True)
    return Run.load(out)


def _write_results(data: SensorData, cut: Windows, model: Forecaster, out: Path) -> None:
    """Weights, interaction and the forecasts of the test part."""
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


Arrays = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32] | None]


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


def _record(data: SensorData, plan: Plan, cut: Windows, model: Forecaster) -> dict[str, Any]:
    nodes = data.nodes
    return {
        "schema": SCHEMA,
        "state": "training",
        "reason": "",
        "title": plan.title or f"{plan.model} on {data.name}",
        "model": {
            "name": next(name for name, kind in MODELS.items() if type(model) is kind),
            "config": stored_config(model),
            "parameters": sum(p.numel() for p in model.parameters()),
        },
        "heads": list(model.heads),
        "data": {
            "name": data.name,
            "load": plan.load,
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
            "protocol": plan.protocol,
            "inputs": cut.inputs,
            "horizon": cut.horizon,
            "slots": cut.slots,
            "split": {part: list(rows) for part, rows in cut.parts.items()},
            "count": {part: cut.count(part) for part in cut.parts},
        },
        "scaler": {"shift": cut.shift, "scale": cut.scale},
        "training": asdict(plan.settings),
        "seed": plan.settings.seed,
        "versions": {name: version(name) for name in ("torch", "lightning-fabric", "numpy", "safetensors")}
        | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{torch.get_num_threads()} threads",
        "times": {"started": datetime.now().astimezone().isoformat(timespec="seconds")},
        "metrics": {},
    }


def _outcome(record: Mapping[str, Any], state: State) -> dict[str, Any]:
    seconds = [entry["seconds"] for entry in state.history]
    return {
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


def _or_null(column: Any) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in column]
