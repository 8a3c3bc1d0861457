"""Families: runs that differ in their seed alone, as their records say, whoever trained them and when.

No torch here: a family is found, and looked at, without it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.record import RunError, kind_of, read_record
from core.tensors import read_tensors


def traits(record: Mapping[str, Any]) -> dict[str, Any]:
    """What all runs of a family share, by the names a reader knows: data, model, windows and settings, but no seed.

    Parameters
    ----------
    record : of a model of sensors or of particles, whatever its state, as ``core.record.read_record`` returns it
    """
    training = record["training"]
    cut, names = (
        (record["scenes"], ("inputs", "last", "ahead", "velocities", "split"))
        if kind_of(record) == "particles"
        else (record["windows"], ("protocol", "inputs", "horizon", "slots", "split"))
    )
    return {
        "data": record["data"]["sha256"],
        "sensors": record["data"]["nodes"].get("id"),
        "model": record["model"]["name"],
        "configuration": record["model"]["config"],
        **{name: cut[name] for name in names},
        **{name: value for name, value in training.items() if name != "seed"},
    }


def family_of(path: Path) -> tuple[Path, ...]:
    """The runs beside ``path`` that differ from it in their seed alone, that run among them, sorted by seed.

    Alike are the values, the sensors, the graphs that the data came with, the model with its configuration, the windows
    and every setting of the training. Only runs that are done are told of, and of each seed only one: the run asked
    about, else the first by name. What cannot be read is nobody's family.

    Parameters
    ----------
    path : the folder of a run, whatever its state

    Returns
    -------
    tuple of absolute folders
        Empty for a matrix alone, which was trained from no seed.

    Raises
    ------
    RunError
        ``path`` is not a run.
    """
    record = read_record(path)
    path = Path(os.path.abspath(path))  # noqa: PTH100  of '.' as well, and no link is followed
    if kind_of(record) == "matrix":
        return ()
    ours, graphs = traits(record), _graphs(path)
    found: dict[int, Path] = {}
    for folder in (path, *_beside(path)):
        try:
            other = read_record(folder)
            if other["state"] != "done" or other.get("seed") in found or kind_of(other) != kind_of(record):
                continue
            if traits(other) == ours and _same(_graphs(folder), graphs):
                found[other["seed"]] = folder
        except (RunError, OSError, OverflowError):
            continue
    return tuple(found[seed] for seed in sorted(found))


def _beside(path: Path) -> list[Path]:
    """The other folders in the same place, by name; no hidden ones, where what is not whole yet lies."""
    try:
        folders = sorted(path.parent.iterdir())
    except OSError:
        return []
    return [folder for folder in folders if folder.name[0] != "." and folder != path]


def _graphs(path: Path) -> Mapping[str, np.ndarray[Any, Any]]:
    return read_tensors(path / "network.safetensors")


def _same(ours: Mapping[str, np.ndarray[Any, Any]], theirs: Mapping[str, np.ndarray[Any, Any]]) -> bool:
    return ours.keys() == theirs.keys() and all(np.array_equal(ours[name], theirs[name]) for name in ours)
