"""Whether the model that a record asks for is in proportion: a record may be a stranger's, and say what it likes."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from core.models import PARTICLE_MODELS, Model, model_class, particle_model_class
from core.run import Run

MOST_LAYERS = 1_000  # also heads: they take time, even where nothing is held
MOST_NUMBERS = 2**29  # 2 GiB as float32, and four times as much in training: twice the weights that a run may have


def require_shapes(fresh: Callable[[], Model], run: Run, file: Path) -> None:
    """ValueError where a model and a file of weights do not have the same arrays; no number of either is held.

    One number is as good as a row of one, as torch has it. What a record says of a model may be a stranger's, and
    as large as it likes: the model is built without memory (device 'meta'). Layers and heads take time even so. Each
    layer has an array at least, each head a name in the record, and any other whole number is a side of an array, or
    part of one.
    """
    with safe_open(file, framework="pt") as tensors:
        found = {name: tuple(tensors.get_slice(name).get_shape()) or (1,) for name in tensors.keys()}  # noqa: SIM118
    kind: type[Model] = particle_model_class(run.model) if run.kind == "particles" else model_class(run.model)
    sizes, layers = _counts(kind, run.record["model"]["config"])
    longest = max((side for shape in found.values() for side in shape), default=1)
    if layers > max(len(found), 1):
        raise ValueError(f"it must have at most as many layers as arrays, {len(found):,}, got {layers:,}")
    for name, most in {**dict.fromkeys(sizes, max(longest, len(found))), "heads": len(run.heads)}.items():
        if sizes.get(name, 0) > most:
            raise ValueError(f"{name} must be at most {most:,} in a run of such arrays, got {sizes[name]:,}")
    with torch.device("meta"):
        wanted = {name: tuple(tensor.shape) or (1,) for name, tensor in fresh().state_dict().items()}
    for name in sorted({*wanted, *found}):
        if wanted.get(name) != found.get(name):
            raise ValueError(f"{name} must be {_size(wanted.get(name))}, got {_size(found.get(name))}")


def require_moderate(name: str, config: Mapping[str, Any], fresh: Callable[[], Model]) -> None:
    """ValueError where a model would be larger than any memory, before it is built.

    Parameters
    ----------
    name : of the model
    config : its settings that differ from the defaults, perhaps a stranger's
    fresh : builds it; called without memory (device 'meta'), and only where the layers and heads are few enough
    """
    sizes, layers = _counts(particle_model_class(name) if name in PARTICLE_MODELS else model_class(name), config)
    for what, count in {"layers in all": layers, "heads": sizes.get("heads", 0)}.items():
        if count > MOST_LAYERS:
            raise ValueError(f"{what} must be at most {MOST_LAYERS:,}, got {count:,}")
    with torch.device("meta"):
        numbers = sum(parameter.numel() for parameter in fresh().parameters())
    if numbers > MOST_NUMBERS:
        raise ValueError(f"a model must have at most {MOST_NUMBERS:,} parameters, got {numbers:,}")


def _counts(kind: type[Model], config: Mapping[str, Any]) -> tuple[dict[str, int], int]:
    """The whole numbers among the settings of a model, and how many layers they come to."""
    counts = [field.name for field in fields(kind.Config) if type(field.default) is int]
    sizes = {name: size for name in counts if type(size := config.get(name)) is int}
    return sizes, sizes.get("layers", 1) * sizes.get("blocks", 1)


def _size(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else f"of shape {shape}"
