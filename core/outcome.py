"""What a training writes into its run beside its progress: a record when it begins, the results when it ends.

What differs between sensors and particles is in two modules of one shape, ``core/sensor_outcome.py`` and
``core/particle_outcome.py``; here is what they share.
"""

import math
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor

from core import controls
from core.files import write_bytes
from core.models import Model, name_of, stored_config
from core.plan import Plan
from core.record import SCHEMA, RunError, entry
from core.train import Chunks, State

M = TypeVar("M", bound=Model)


class Training(Protocol):
    """Data, cut as a model is trained on them, and that model."""

    @property
    def cut(self) -> Chunks:
        """What ``core.train.fit`` is given."""

    @property
    def model(self) -> Model:
        """The model, which has seen the training part."""

    def first_record(self, plan: Plan) -> dict[str, Any]:
        """The ``run.json`` of a training that begins."""

    def graphs(self) -> dict[str, NDArray[np.float32]]:
        """What ``network.safetensors`` holds: arrays (N, N)."""

    def interaction(self, batch: int) -> Tensor:
        """The interaction (H, N, N) as it is now, to be looked at while it is learned."""

    def write_results(self, out: Path) -> dict[str, Any]:
        """Write everything that is known once training is done; returned is what joins the metrics of the record."""


def begun_record(model: Model, plan: Plan, data: Mapping[str, Any], cut: Mapping[str, Any]) -> dict[str, Any]:
    """The ``run.json`` of a training that begins: all that is known before the first epoch.

    Parameters
    ----------
    model, plan : what is trained, and how
    data : the section of that name
    cut : further sections: how the data are cut
    """
    name = name_of(model)
    return {
        "schema": SCHEMA,
        "state": "training",
        "reason": "",
        "title": plan.title or f"{controls.called(name, model.heads)} on {data['name']}",
        "model": {
            "name": name,
            "config": stored_config(model),
            "parameters": sum(p.numel() for p in model.parameters()),
        },
        "heads": list(model.heads),
        "data": dict(data),
        **cut,
        "training": asdict(plan.settings),
        "seed": plan.settings.seed,
        "versions": {library: version(library) for library in ("torch", "lightning-fabric", "numpy", "safetensors")}
        | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{torch.get_num_threads()} threads",
        "times": {"started": datetime.now().astimezone().isoformat(timespec="seconds")},
        "metrics": {},
    }


def last_record(record: Mapping[str, Any], state: State, metrics: Mapping[str, Any]) -> dict[str, Any]:
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
            **metrics,
        },
    }


def require_begun_on(record: Mapping[str, Any], now: Mapping[str, Any], named: Mapping[str, str]) -> None:
    """Refuse to go on from a record that says something else than what would be recorded now.

    Parameters
    ----------
    record : of the training that began
    now : sections as the same training would record them if it began now
    named : dotted entries to compare, with what a reader calls each; an entry that one of both lacks is passed over

    Raises
    ------
    RunError
        With every entry that differs, as it was and as it is.
    """
    found = []
    for dotted, called in named.items():
        was, is_now = entry(record, dotted), entry(now, dotted)
        if was is None or is_now is None or _equal(was, is_now):
            continue
        if isinstance(was, list) and isinstance(is_now, list) and len(was) == len(is_now):
            row = next(k for k, (a, b) in enumerate(zip(was, is_now, strict=True)) if a != b)
            called, was, is_now = f"{called} {row + 1}", was[row], is_now[row]      # the first of them
        elif isinstance(was, list) and isinstance(is_now, list):
            was, is_now = (f"{len(one)} in number" for one in (was, is_now))
        found.append(f"{called} was {was!s:.60}, is {is_now!s:.60} now")
    if found:
        raise RunError("; ".join(found))


def _equal(was: Any, is_now: Any) -> bool:
    if type(is_now) is float and type(was) in (int, float):
        return math.isclose(was, is_now, rel_tol=1e-6)      # another machine may sum in another order
    return bool(was == is_now)


def seeded(build: Callable[[], M], seed: int) -> M:
    """A model whose weights are drawn from a seed; the CPU's global randomness stays."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


def write_weights(model: Model, out: Path) -> None:
    """Write parameters and buffers into the run ``out``."""
    whole = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    write_bytes(out / "weights.safetensors", save(whole))


@torch.no_grad()
def first_interaction(model: Model, cut: Chunks, size: int) -> Tensor:
    """The interaction that the first ``size`` windows or scenes of the validation part make."""
    model.eval()
    chunk, device = next(cut.chunks("validation", size)), model.scale.device
    interaction: Tensor = model(*(given.to(device) for given in chunk.inputs)).interaction
    return interaction.float()


def or_null(column: Any) -> list[float | None]:
    """Numbers as JSON has them: null for one that is not finite."""
    return [float(value) if math.isfinite(value) else None for value in column]
