"""From data to a finished run: the main path of a training, from top to bottom."""

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from core.archive import held
from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.emerging import EMERGING, Emerging, write_emerging
from core.files import write_json, write_tensors
from core.models import Forecaster, Sizes, built, model_class
from core.outcome import first_record, last_record, write_results
from core.run import Run, RunError, read_record
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
    cut, model = _begun(data, plan)     # bad names stop here, before a file
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
        folder = Path(beside) / out.name
        folder.mkdir()
        record = first_record(
            data, cut, model, plan.settings, protocol=plan.protocol, title=plan.title, load=plan.load
        )
        write_json(folder / "run.json", record)
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


def epoch_seconds(data: SensorData, plan: Plan, budget: float = 3.0) -> float:
    """How long one epoch of a plan takes here, from training for about ``budget`` seconds and keeping nothing.

    Whole epochs where they are that short, and then the last of them, since the first warms up. Otherwise the mean
    step but for the first, times the steps of an epoch, and one step of validation, times the steps of that.

    Raises
    ------
    ValueError
        Unknown names, settings out of range, or data that do not fit them.
    """
    cut, model = _begun(data, plan)
    whole: list[float] = []
    ticks: list[float] = []
    begin = time.perf_counter()

    def clock(_epoch: int, _chunk: int, _chunks: int) -> None:
        ticks.append(time.perf_counter())
        if ticks[-1] - begin > budget and (whole or len(ticks) > 2):
            raise _EnoughError

    with tempfile.TemporaryDirectory() as folder, suppress(_EnoughError):
        settings = replace(plan.settings, epochs=3, patience=None)
        fit(model, cut, settings, Path(folder), tick=clock, after=lambda state: whole.append(_last_seconds(state)))
    if whole or not ticks:
        return whole[-1] if whole else 0.0
    steps = {part: sum(1 for _ in cut.chunks(part, plan.settings.batch)) for part in ("train", "validation")}
    start = time.perf_counter()
    _forward(model, cut, plan.settings.batch)
    forward = time.perf_counter() - start
    return steps["train"] * (ticks[-1] - ticks[0]) / (len(ticks) - 1) + steps["validation"] * forward


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
        raise RunError(
            f"{run.path / 'weights.safetensors'} must fit model {run.model} as it is now; a run of an earlier form of "
            f"it must be trained anew: {error}"
        ) from None
    return model.eval()


def hour(data: SensorData) -> int:
    """Steps in one hour, at least 1: the horizon where none is chosen."""
    return max(1, round(3600 / data.interval.total_seconds()))


def _begun(data: SensorData, plan: Plan) -> tuple[Windows, Forecaster]:
    """The windows of a plan and its model with fresh weights."""
    cut = windows(data, plan.protocol, plan.inputs, plan.horizon if plan.horizon is not None else hour(data))
    return cut, _model(data, cut, plan.model, plan.config, plan.settings.seed)


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
    with held(out):
        return _trained_alone(data, cut, model, settings, out, tick)


def _trained_alone(
    data: SensorData, cut: Windows, model: Forecaster, settings: Settings, out: Path, tick: Tick
) -> Run:
    record = read_record(out)
    for half in out.glob(".*.partial"):         # what a killed training was writing
        half.unlink(missing_ok=True)
    try:
        write_json(out / "run.json", record := {**record, "state": "training", "reason": ""})
        state = fit(model, cut, settings, out, tick=tick, after=_snapshots(model, cut, settings.batch, out))
        write_results(data, cut, model.cpu(), out)
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        reason = "" if stopped else f"{type(error).__name__}: {error}"
        write_json(out / "run.json", {**record, "state": "stopped" if stopped else "failed", "reason": reason})
        raise
    write_json(out / "run.json", last_record(record, state))
    for name in (CHECKPOINT, EMERGING):
        (out / name).unlink(missing_ok=True)
    return Run.load(out)


def _snapshots(model: Forecaster, cut: Windows, batch: int, out: Path) -> Callable[[State], None]:
    """What keeps the interaction after every epoch, for those who watch; nothing for a model that mixes no sensors."""

    def keep(state: State) -> None:
        if model.heads:
            write_emerging(out, Emerging(state.epoch, _interaction(model, cut, batch).cpu().numpy()))

    return keep


def _interaction(model: Forecaster, cut: Windows, batch: int) -> Tensor:
    """The interaction (H, N, N); where it depends on the input, its mean over the first validation chunk."""
    one = _forward(model, cut, 1)       # a single window is enough where it does not
    return one if one.dim() == 3 else _forward(model, cut, batch).mean(dim=0)


@torch.no_grad()
def _forward(model: Forecaster, cut: Windows, size: int) -> Tensor:
    """The interaction that the first ``size`` windows of the validation part make."""
    model.eval()
    chunk, device = next(cut.chunks("validation", size)), model.scale.device
    interaction: Tensor = model(chunk.series.to(device), chunk.slot.to(device)).interaction
    return interaction.float()


def _last_seconds(state: State) -> float:
    return state.history[-1]["seconds"]


class _EnoughError(Exception):
    """The clock has seen enough."""
