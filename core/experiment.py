"""From data to a finished run: the main path of a training, from top to bottom, of sensors and of particles."""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file

from core import particle_outcome, sensor_outcome
from core.archive import held
from core.data.sensors import SensorData
from core.data.trajectories import Scenes, Trajectories
from core.emerging import EMERGING, Emerging, write_emerging
from core.family import graphs_in, other_graphs
from core.files import write_json, write_tensors
from core.models import Model, built
from core.outcome import Training, first_interaction, last_record
from core.particle_outcome import ParticleTraining
from core.plan import Plan, settings_for
from core.proportion import require_shapes
from core.record import kind_of, require_size
from core.run import CALLED, Run, RunError, read_record
from core.sensor_outcome import SensorTraining, hour
from core.train import CHECKPOINT, Settings, State, fit

__all__ = [
    "Data", "Plan", "Tick", "epoch_seconds", "first_record", "graphs_of", "hour", "model_of", "resumed", "settings_for",
    "trained", "whole_of",
]

Data = SensorData | Scenes
Tick = Callable[[int, int, int], None]


def trained(data: Data, plan: Plan, out: Path, *, tick: Tick = lambda *_: None) -> Run:
    """Train a model on data and keep it as the run folder ``out``.

    Raises
    ------
    RunError
        ``out`` exists already, be it only since the training was asked for.
    ValueError
        Unknown names, settings out of range, or data that do not fit them.
    """
    out = out if out.name else out.absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(f"{out} exists already: name another folder, or continue it with --resume {out}")
    training = _begun(data, plan)       # bad names stop here, before a file
    out.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as until_done:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
            folder = Path(beside) / out.name
            folder.mkdir()
            write_json(folder / "run.json", training.first_record(plan))
            write_tensors(folder / "network.safetensors", training.graphs())
            until_done.enter_context(held(folder))  # from before anybody finds it
            try:
                if out.exists():
                    out.rmdir()                     # only if it is still empty
                folder.rename(out)
            except OSError as error:
                raise RunError(f"{out} cannot take the run: {error.strerror}") from None
        return _trained_alone(training, plan.settings, out, tick)


def first_record(data: Data, plan: Plan) -> dict[str, Any]:
    """The ``run.json`` that a training of a plan would begin with; nothing is written.

    Raises
    ------
    ValueError
        Unknown names, settings out of range, or data that do not fit them.
    """
    return _begun(data, plan).first_record(plan)


def resumed(data: Data, out: Path, *, tick: Tick = lambda *_: None) -> Run:
    """Continue the run in folder ``out`` where its last whole epoch left it; a finished one is only read.

    Raises
    ------
    RunError
        ``out`` is not a run, or was begun on other data: other values, or, of one that is not done, other sensors,
        times or graphs, or data that are cut and scaled otherwise; or another process trains it. The text says which.
    """
    if _record_on(data, out)["state"] == "done":
        return Run.load(out)
    with held(out):
        record = _record_on(data, out)              # as whoever held it before has left it
        if record["state"] == "done":
            return Run.load(out)
        training, settings = _recorded(data, record, out)
        return _trained_alone(training, settings, out, tick)


def _record_on(data: Data, out: Path) -> dict[str, Any]:
    """The record of a run; RunError where it was begun on other data."""
    record, whole = read_record(out), whole_of(data)
    if record["data"]["sha256"] != whole.sha256:
        raise RunError(
            f"{out.name} must be continued on the data it was begun on (sha256 "
            f"{record['data']['sha256'][:12]}…), got {whole.name} with sha256 {whole.sha256[:12]}…"
        )
    if (kind_of(record) == "particles") != isinstance(data, Scenes):
        raise RunError(f"run {out.name} is {CALLED[kind_of(record)]}, and the data {whole.name} are not")
    return record


def _recorded(data: Data, record: dict[str, Any], out: Path) -> tuple[Training, Settings]:
    """The training that a record tells of, and its settings; RunError where with these data it is another, or none."""
    begun_on = f"{out.name} must be continued on the data it was begun on, or trained anew"
    if others := other_graphs(graphs_of(data), graphs_in(out)):
        raise RunError(f"{begun_on}: {others}")
    try:
        settings = Settings(**record["training"])
        training: Training = (
            ParticleTraining.recorded(data, record)
            if isinstance(data, Scenes)
            else SensorTraining.recorded(data, record)
        )
    except RunError as error:
        raise RunError(f"{begun_on}: {error}") from None
    except (TypeError, ValueError, KeyError, RuntimeError) as error:     # torch says RuntimeError of what is too large
        raise RunError(f"{out / 'run.json'} must hold settings that a training can be built from: {error}") from None
    _require_size(training, data)
    return training, settings


def epoch_seconds(data: Data, plan: Plan, budget: float = 3.0) -> float:
    """How long one epoch of a plan takes here, from training for about ``budget`` seconds and keeping nothing.

    Whole epochs where they are that short, and then the last of them, since the first warms up. Otherwise the mean
    step but for the first, times the steps of an epoch, and one step of validation, times the steps of that.

    Raises
    ------
    ValueError
        Unknown names, settings out of range, or data that do not fit them.
    """
    training = _begun(data, plan)
    cut, model = training.cut, training.model
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
    first_interaction(model, cut, plan.settings.batch)
    forward = time.perf_counter() - start
    return steps["train"] * (ticks[-1] - ticks[0]) / (len(ticks) - 1) + steps["validation"] * forward


def model_of(run: Run) -> Model:
    """The trained model of a run, ready to forecast.

    Raises
    ------
    RunError
        The weights do not fit the model that the run names.
    """
    file, config = run.path / "weights.safetensors", run.record["model"]["config"]

    def fresh() -> Model:
        return (
            built(run.model, particle_outcome.sizes_of(run.record), config)
            if run.kind == "particles"
            else built(run.model, sensor_outcome.sizes_of(run.record, len(run.nodes)), config)
        )

    try:
        require_shapes(fresh, run, file)
        model = fresh()
        model.load_state_dict(load_file(file))
    except (ValueError, RuntimeError, TypeError) as error:
        raise RunError(
            f"{file} must fit model {run.model} as it is now; a run of an earlier form of "
            f"it must be trained anew: {error}"
        ) from None
    return model.eval()


def whole_of(data: Data) -> SensorData | Trajectories:
    """The data that are cut, which have a name and a hash."""
    return data.trajectories if isinstance(data, Scenes) else data


def graphs_of(data: Data) -> dict[str, NDArray[np.float32]]:
    """The graphs (n, n) that a run on these data would keep, by name."""
    return particle_outcome.graphs_of(data) if isinstance(data, Scenes) else sensor_outcome.graphs_of(data)


def _begun(data: Data, plan: Plan) -> Training:
    """The data cut as a plan has it, and its model with fresh weights; RunError where no run can hold its matrices."""
    training: Training = (
        ParticleTraining.planned(data, plan) if isinstance(data, Scenes) else SensorTraining.planned(data, plan)
    )
    _require_size(training, data)
    return training


def _require_size(training: Training, data: Data) -> None:
    require_size(len(training.model.heads), data.trajectories.particles if isinstance(data, Scenes) else data.sensors)


def _trained_alone(training: Training, settings: Settings, out: Path, tick: Tick) -> Run:
    record, model = read_record(out), training.model
    for half in out.glob(".*.partial"):         # what a killed training was writing
        half.unlink(missing_ok=True)
    try:
        write_json(out / "run.json", record := {**record, "state": "training", "reason": ""})
        state = fit(model, training.cut, settings, out, tick=tick, after=_snapshots(training, settings.batch, out))
        model.cpu()
        metrics = training.write_results(out)
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        reason = "" if stopped else f"{type(error).__name__}: {error}"
        write_json(out / "run.json", {**record, "state": "stopped" if stopped else "failed", "reason": reason})
        raise
    write_json(out / "run.json", last_record(record, state, metrics))
    for name in (CHECKPOINT, EMERGING):
        (out / name).unlink(missing_ok=True)
    return Run.load(out)


def _snapshots(training: Training, batch: int, out: Path) -> Callable[[State], None]:
    """What keeps the interaction after every epoch, for those who watch; nothing for a model that learns no graph."""

    def keep(state: State) -> None:
        if training.model.heads:
            write_emerging(out, Emerging(state.epoch, training.interaction(batch).cpu().numpy()))

    return keep


def _last_seconds(state: State) -> float:
    return state.history[-1]["seconds"]


class _EnoughError(Exception):
    """The clock has seen enough."""
