"""A matrix that somebody has from elsewhere, without a model: read from a file, checked, kept as a run.

    .csv      a square table with or without ids, or an edge list: see ``core/data/adjacency.py``
    .npy      one array, (N, N) or (H, N, N)
    .npz      named arrays, each a head or heads
    .graphml  a graph whose edges have weights; its nodes may have places and groups

An edge runs from the sender to the receiver. The rows of a table or an array are taken as receivers, unless the user
says that they are senders; then what was read is transposed, and the run keeps a note of it.
Weights may be below 0. All that comes in is a stranger's: sizes are bounded, and nothing in it is executed.
"""

import hashlib
import math
import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.archive import HIDDEN, checked_title, vacant
from core.data import adjacency, nodes
from core.data.faults import Faults
from core.data.sensors import FloatArray, node_table
from core.files import write_json, write_tensors
from core.matrices import arrays, graph, square
from core.matrices.found import MOST_BYTES, MOST_SENSORS, Found, Given
from core.record import DIRECTIONS, SCHEMA
from core.run import Run, RunError

__all__ = ["FORMATS", "MOST_BYTES", "Matrix", "read", "written"]

FORMATS: Mapping[str, Callable[[Path, Given | None, Faults], Found | None]] = {
    ".csv": square.read,
    ".npy": arrays.read_one,
    ".npz": arrays.read_many,
    ".graphml": graph.read,
}


@dataclass(frozen=True, eq=False, slots=True)
class Matrix:
    """A matrix alone, ready to be kept as a run.

    Attributes
    ----------
    weights : (H, N, N) float32, finite; ``weights[h, i, j]`` is the weight with which receiver i uses sender j
    heads : the H names
    nodes : N rows: id, latitude, longitude, group
    adjacency : (N, N) float32 >= 0, the road graph, rows are receivers; None where none was given
    file : the name of the file it came in;  sha256 : the hash of its bytes
    turned : whether the user said that rows are senders (or that edges run from receiver to sender)
    remarks : what a reader must know about how it was read, whole sentences
    truth : (N, N) float32 >= 0, the planted graph, where the data it was learned from were made with one; else None
    made_of : names of the models of the runs whose mean it is, each once; () for a matrix from elsewhere
    """

    weights: FloatArray
    heads: tuple[str, ...]
    nodes: pd.DataFrame
    adjacency: FloatArray | None
    file: str
    sha256: str
    turned: bool
    remarks: tuple[str, ...]
    truth: FloatArray | None = None
    made_of: tuple[str, ...] = ()


def read(path: Path, *, sensors: Path | None = None, roads: Path | None = None, turned: bool = False) -> Matrix:
    """Read a matrix from a file, by the ending of its name.

    Parameters
    ----------
    path : the file, one of ``FORMATS``
    sensors : a ``nodes.csv``: its sensors and their order are then those of the matrix; without it they have the names
        that the file gives them, or their row, counted from 0
    roads : the road graph of the same sensors, as ``adjacency.csv``
    turned : rows are senders, or edges run from the receiver to the sender

    Raises
    ------
    DataError
        With every fault of every file.
    """
    faults = Faults()
    reader = FORMATS.get(path.suffix.lower())
    if reader is None:
        faults.add(path.name, f"must end in one of {', '.join(FORMATS)}", got=repr(path.suffix[:20]))
    elif not path.is_file():
        faults.add(path.name, "must be a file")
    elif (size := path.stat().st_size) > MOST_BYTES:
        faults.add(path.name, f"must have at most {MOST_BYTES:,} bytes", got=f"{size:,}")
    faults.raise_any()
    table = None if sensors is None else _sensors(sensors, faults)
    given = None if table is None or sensors is None else Given(tuple(table["id"]), sensors.name)
    found = reader(path, given, faults) if reader else None
    remarks = list(found.remarks) if found else []
    if found is not None and table is None:
        if found.nodes is None:
            remarks.append("Sensors are called by their row, counted from 0.")
            table = node_table([str(i) for i in range(found.weights.shape[-1])])
        else:
            table = found.nodes
    road = None
    if roads is not None:
        ids = None if table is None else table["id"].tolist()
        unnamed = found is not None and found.nodes is None and sensors is None
        hint = "; name the sensors of the matrix, in its order, with --nodes" if unnamed else ""
        road = adjacency.read(roads, ids, faults, known=(sensors or path).name, hint=hint)
    faults.raise_any()
    if found is None or table is None:  # a file that cannot be read is a fault, so it was raised above
        raise AssertionError("a matrix was neither read nor faulty")
    said = found.turned_remark if turned else found.remark
    return Matrix(
        weights=np.ascontiguousarray(found.weights.transpose(0, 2, 1)) if turned else found.weights,
        heads=found.heads,
        nodes=table,
        adjacency=road,
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        turned=turned,
        remarks=(said, *remarks),
    )


def written(matrix: Matrix, out: Path, *, title: str = "", source: str = "") -> Run:
    """Keep a matrix as the run folder ``out``: there whole, or not at all.

    Parameters
    ----------
    matrix : what to keep
    out : the folder; it must not exist
    title : by which readers know it; '' for the name of its file
    source : whose it is and how it was learned, one line

    Raises
    ------
    RunError
        ``out`` cannot be a run's folder or is taken, or title or source are no single lines.
    """
    title = checked_title(title.strip() or matrix.file)
    if len(source) > 1000 or not source.isprintable():
        raise RunError(f"a source must be one line of at most 1,000 letters that can be seen, got {source[:50]!r}")
    out = vacant(out.absolute().parent, out.absolute().name)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=HIDDEN) as beside:
        folder = Path(beside) / out.name
        folder.mkdir()
        write_json(folder / "run.json", _record(matrix, title, source.strip()))
        write_tensors(folder / "interaction.safetensors", {"interaction": matrix.weights})
        graphs = {"adjacency": matrix.adjacency, "truth": matrix.truth}
        write_tensors(folder / "network.safetensors", {k: v for k, v in graphs.items() if v is not None})
        try:
            folder.rename(out)
        except OSError as error:
            raise RunError(f"{out} cannot take the matrix: {error.strerror}") from None
    return Run.load(out)


def _sensors(path: Path, faults: Faults) -> pd.DataFrame | None:
    """The sensors of a ``nodes.csv``; None, and a fault, where there are none to use."""
    if not path.exists():
        faults.add(path.name, "is missing")
        return None
    table = nodes.read(path, None, faults, alone=True)
    if table is not None and not 2 <= len(table) <= MOST_SENSORS:
        faults.add(path.name, f"must have 2 to {MOST_SENSORS:,} sensors", got=f"{len(table):,}")
        return None
    return table


def _record(matrix: Matrix, title: str, source: str) -> dict[str, Any]:
    table = matrix.nodes
    note = ["A matrix without a model: nothing was trained here, and there are no forecasts.", *matrix.remarks]
    return {
        "schema": SCHEMA,
        "kind": "matrix",
        "state": "done",
        "reason": "",
        "title": title,
        "heads": list(matrix.heads),
        "data": {
            "name": matrix.file,
            "sha256": matrix.sha256,
            "source": source,
            "note": " ".join(note),
            "sensors": len(table),
            "nodes": {
                "id": table["id"].tolist(),
                "latitude": _or_null(table["latitude"]),
                "longitude": _or_null(table["longitude"]),
                "group": table["group"].tolist(),
            },
        },
        "matrix": {
            "file": matrix.file,
            "rows": DIRECTIONS[matrix.turned],
            **({"made_of": list(matrix.made_of)} if matrix.made_of else {}),
            "written": datetime.now().astimezone().isoformat(timespec="seconds"),
        },
        "versions": {"numpy": version("numpy"), "python": platform.python_version()},
    }


def _or_null(column: pd.Series) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in column]
