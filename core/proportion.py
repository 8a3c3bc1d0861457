"""Whether the model that a record asks for is in proportion: a record may be a stranger's, and say what it likes."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from core.models import Model, model_class, particle_model_class
from core.record import kind_of, require_size
from core.run import Run

MOST_NUMBERS = 2**28  # in the square arrays of a model that goes on from a record: 1 GiB, far beyond any here


def require_shapes(fresh: Callable[[], Model], run: Run, file: Path) -> None:
    """ValueError where a model and a file of weights do not have the same arrays; no number of either is held.

    One number is as good as a row of one, as torch has it. What a record says of a model may be a stranger's, and
    as large as it likes: the model is built without memory (device 'meta'). Layers and heads take time even so. Each
    layer has an array at least, each head a name in the record, and any other whole number is a side of an array, or
    part of one.
    """
    with safe_open(file, framework="pt") as tensors:
        found = {name: tuple(tensors.get_slice(name).get_shape()) or (1,) for name in tensors.keys()}  # noqa: SIM118
    sizes, layers = _counts(run.record)
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


def require_moderate(record: Mapping[str, Any]) -> None:
    """ValueError where a record, perhaps a stranger's, asks for a model that no memory holds, before it is built."""
    sizes, layers = _counts(record)
    require_size(len(record["heads"]), len(record["data"]["nodes"]["id"]))
    if kind_of(record) == "model" and (heads := sizes.get("heads", 0)) > len(record["heads"]):
        raise ValueError(f"heads must be at most {len(record['heads'])}, as many as it names, got {heads:,}")
    for name, size in sizes.items():
        if size**2 * layers > MOST_NUMBERS:
            most = math.isqrt(MOST_NUMBERS // max(layers, 1))
            raise ValueError(f"{name} must be at most {most:,} where there are {layers:,} layers, got {size:,}")


def _counts(record: Mapping[str, Any]) -> tuple[dict[str, int], int]:
    """The whole numbers among the settings of a recorded model, and how many layers they come to."""
    name = record["model"]["name"]
    kind: type[Model] = particle_model_class(name) if kind_of(record) == "particles" else model_class(name)
    counts = [field.name for field in fields(kind.Config) if type(field.default) is int]
    sizes = {name: size for name in counts if type(size := record["model"]["config"].get(name)) is int}
    return sizes, sizes.get("layers", 1) * sizes.get("blocks", 1)


def _size(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else f"of shape {shape}"
