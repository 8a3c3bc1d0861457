"""What a training is asked for with, before it begins: chosen on a page, turned into arguments of the command line."""

import math
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

from app.control import SINCE
from app.families import seed_name, seed_title
from app.reading.models import EPOCHS, LOSSES, OPTIMIZERS, SCHEDULES, TRAINABLE
from app.reading.words import one_line
from core.controls import CONTROLS, called
from core.protocols import PROTOCOLS

# Least and most of what is counted; the command line has the last word, and says why.
LIMITS = {
    "epochs": (1, 10_000),
    "inputs": (1, 2_016),
    "horizon": (1, 2_016),
    "batch": (1, 4_096),
    "seed": (0, 2**31 - 1),
    "seeds": (1, 10),
    "patience": (0, 10_000),
}
MOST_TITLE = 100
_NAMES: dict[str, Collection[str]] = {
    "protocol": PROTOCOLS, "optimizer": OPTIMIZERS, "loss": LOSSES, "schedule": SCHEDULES,
}  # fmt: skip
_COUNTS = ("epochs", "inputs", "horizon", "batch", "seed", "patience")
_WEIGHTS = ("rate", "weight_decay", "l1", "clip")
KEPT = "train draft"  # where a session keeps the draft of the page Train


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A training that is being thought of; what is None is left to the model, or to the data.

    Attributes
    ----------
    load : the data, as ``core.data.load`` names them
    model, protocol : their names
    alone : whether the model is to be trained without its graph, as its control; see ``control``
    name : of the run's folder; '' for one that is free
    title : how a reader will know the run; '' for what is trained, and the data
    seeds : how many runs it is to be, with the seed and those that follow it; see ``runs``
    others : as ``python -m app train`` has them
    """

    load: str = "city"
    model: str = next(iter(TRAINABLE))
    alone: bool = False
    protocol: str = "clean"
    name: str = ""
    title: str = ""
    epochs: int = EPOCHS
    inputs: int = 12
    horizon: int | None = None
    seed: int = 0
    seeds: int = 1
    batch: int | None = None
    optimizer: str = "adam"
    rate: float | None = None
    weight_decay: float | None = None
    loss: str | None = None
    schedule: str | None = None
    l1: float | None = None
    clip: float | None = None
    patience: int | None = None

    def arguments(self) -> list[str]:
        """The arguments of ``python -m app train``, one for each setting, without the folder of the run.

        Each is one word with its option, so that no value can be read as an option of its own.
        """
        words = [f"--dataset={self.load}"]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("load", "alone", "name", "title", "seeds") or value is None:
                continue
            written = f"{value:.12g}" if isinstance(value, float) else str(value)
            words.append(f"--{field.name.replace('_', '-')}={written}")
        if self.control:
            words.append("--without-graph")
        title = one_line(self.title, MOST_TITLE)
        return [*words, f"--title={title}"] if title else words

    @property
    def control(self) -> str:
        """The model that is trained as the control of the one that was chosen; '' where the graph is to be there.

        That is so as well for a model that has no control, whatever was chosen before.
        """
        return CONTROLS[self.model][0] if self.alone and self.model in CONTROLS else ""

    @property
    def called(self) -> str:
        """What is trained, as titles have it."""
        return called(self.control, 0) if self.control else self.model

    @property
    def ends(self) -> tuple[str, ...]:
        """What follows the name in that of each run: nothing where there is one, else its seed."""
        if self.seeds == 1:
            return ("",)
        return tuple(seed_name("", self.seed + k) for k in range(self.seeds))

    def runs(self, name: str, data: str) -> list[tuple[str, "Draft"]]:
        """The trainings that are asked for, each with the name of its run: several differ in their seed alone.

        Parameters
        ----------
        name : of the run, or that with which those of several begin
        data : what titles of several call the data
        """
        if self.seeds == 1:
            return [(name, self)]
        title = self.title or f"{self.called} on {data}"
        seeds = range(self.seed, self.seed + self.seeds)
        return [
            (f"{name}{end}", replace(self, name="", seed=seed, seeds=1, title=_seed_title(title, seed)))
            for seed, end in zip(seeds, self.ends, strict=True)
        ]


def control_draft(record: Mapping[str, Any]) -> Draft | None:
    """The training of a run's control, alike in all that can be chosen; None where it cannot be asked for.

    Parameters
    ----------
    record : of a run of the kind 'model', as ``core.record.read_record`` returns it; perhaps a stranger's
    """
    model = record["model"]["name"]
    if model not in CONTROLS or not record["heads"] or record["model"]["config"] != TRAINABLE[model].config:
        return None
    cut = {name: record["windows"][name] for name in ("protocol", "inputs", "horizon")}
    told = {**SINCE, **record["training"], **cut}
    if "clip" in told and told["clip"] is None:
        told["clip"] = 0.0  # as the command line has it
    asked = {name: told[name] for name in (*_COUNTS, *_NAMES, *_WEIGHTS) if told.get(name) is not None}
    if not all(_can_be_asked(name, value) for name, value in asked.items()):
        return None
    asked |= {name: float(asked[name]) for name in _WEIGHTS if name in asked}
    hour = max(1, round(60 / record["data"]["interval_minutes"]))
    own = {**asdict(TRAINABLE[model]), "horizon": hour}
    asked = {name: value for name, value in asked.items() if own.get(name, ...) != value}
    return Draft(load=record["data"]["load"], model=model, alone=True, **asked)


def _can_be_asked(name: str, value: object) -> bool:
    """Whether the page Train could be told that value."""
    if name in LIMITS:
        least, most = LIMITS[name]
        return type(value) is int and least <= value <= most
    if name in _NAMES:
        return isinstance(value, str) and value in _NAMES[name]
    return type(value) in (int, float) and 0 <= cast(float, value) < math.inf


def free_name(
    runs: Path, model: str, data: str, taken: Collection[str] = (), ends: Sequence[str] = ("",)
) -> str:
    """A name for a run of that model on those data that no folder among ``runs`` has, and none of ``taken`` is.

    With several ``ends``, that holds for the name with each of them.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{model}-{data}").strip("-")
    words = words[: 50 - max(map(len, ends))].strip("-") or "run"
    names = (words if count == 1 else f"{words}-{count}" for count in range(1, 100_000))
    return next(
        name
        for name in names
        if not any(f"{name}{end}" in taken or os.path.lexists(runs / f"{name}{end}") for end in ends)
    )


def _seed_title(title: str, seed: int) -> str:
    """The title cut so that the seed, by which the runs are told apart, is still in it."""
    return seed_title(one_line(title, MOST_TITLE - len(seed_title("", seed))), seed)
