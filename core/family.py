"""Families: runs that differ in their seed alone, as their records and graphs say, whoever trained them and when.

No torch here: a family is found, and looked at, without it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.record import RunError, kind_of, read_record
from core.tensors import read_tensors

LATER = ("interval", "start", "end", "times")   # traits that a record of an earlier version may lack
ROUNDING = 1e-6     # relative: two machines may compute a graph of the same data a few last digits apart

Graphs = Mapping[str, np.ndarray[Any, Any]]


def traits(record: Mapping[str, Any]) -> dict[str, Any]:
    """What all runs of a family share, by the names a reader knows: data, model, windows and settings, but no seed.

    Their graphs, which no record holds, are compared by `other_graphs`.

    Parameters
    ----------
    record : of a model of sensors or of particles, whatever its state, as ``core.record.read_record`` returns it
    """
    training, data = record["training"], record["data"]
    clock = {
        "interval": data.get("interval", data.get("interval_minutes")),
        "start": data.get("start"),
        "end": data.get("end"),
        "times": data.get("times_sha256"),
    }
    cut, names = (
        (record["scenes"], ("inputs", "last", "ahead", "velocities", "split"))
        if kind_of(record) == "particles"
        else (record["windows"], ("protocol", "inputs", "horizon", "slots", "split"))
    )
    return {
        "data": data["sha256"],
        "sensors": data["nodes"].get("id"),
        **{name: value for name, value in clock.items() if value is not None},
        "model": record["model"]["name"],
        "configuration": record["model"]["config"],
        **{name: cut[name] for name in names},
        **{name: value for name, value in training.items() if name != "seed"},
    }


def unlike(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the traits in which two runs differ; what an earlier version did not record is not held against it.

    >>> unlike({"model": "gru", "start": "2024-01-01", "times": "ab"}, {"model": "gat", "start": "2024-06-01"})
    ('model', 'start')
    """
    lacking = {name for name in LATER if name not in ours or name not in theirs}
    names = [name for name in {**ours, **theirs} if name not in lacking]
    return tuple(name for name in names if name not in ours or name not in theirs or ours[name] != theirs[name])


def other_graphs(now: Graphs, then: Graphs) -> str:
    """Which graphs are others than they were, as a sentence; '' where all have, but for ``ROUNDING``, the same weights.

    >>> other_graphs({"adjacency": np.eye(2)}, {"adjacency": np.zeros((2, 2))})
    'the road graph is another one'
    """
    found = []
    for name in {**now, **then}:
        called = _CALLED.get(name, name)
        if name not in then:
            found.append(f"there was no {called}, and there is one")
        elif name not in now:
            found.append(f"there was a {called}, and there is none")
        elif now[name].shape != then[name].shape or not np.allclose(now[name], then[name], rtol=ROUNDING, atol=0):
            found.append(f"the {called} is another one")
    return "; ".join(found)


_CALLED = {"adjacency": "road graph", "truth": "planted graph", "force": "graph of forces"}


def graphs_in(path: Path) -> Graphs:
    """The graphs that the data of the run in folder ``path`` came with, whatever its state; RunError without any."""
    return read_tensors(path / "network.safetensors")


def family_of(path: Path) -> tuple[Path, ...]:
    """The runs beside ``path`` that differ from it in their seed alone, that run among them, sorted by seed.

    Alike are the values, their times, the sensors, the graphs that the data came with, the model with its
    configuration, the windows and every setting of the training. Only runs that are done are told of, and of each seed
    only one: the run asked about, else the first by name. What cannot be read is nobody's family.

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
    ours, graphs = traits(record), graphs_in(path)
    found: dict[int, Path] = {}
    for folder in (path, *_beside(path)):
        try:
            other = read_record(folder)
            if other["state"] != "done" or other.get("seed") in found or kind_of(other) != kind_of(record):
                continue
            if not unlike(traits(other), ours) and not other_graphs(graphs_in(folder), graphs):
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
