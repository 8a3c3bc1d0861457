"""``run.json`` and ``progress.jsonl`` of a run: read, and checked as if they came from a stranger.

A run is of one of three kinds. A 'model' was trained, or is being trained, on sensors. A run of 'particles' was so on
moving particles; what only its record has is in ``core/particle_record.py``. A 'matrix' was handed over by itself: it
has heads and sensors, but no model, no data in time and no forecast, and its record must not claim any. One that is a
mean over runs names their models under ``matrix.made_of``, since what a model was given is no finding of its mean.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from core import particle_record
from core.document import document, text
from core.protocols import PROTOCOLS

SCHEMA = 1
FILES = (        # of a run that is done; see core/run.py for what each holds
    "run.json",
    "weights.safetensors",
    "interaction.safetensors",
    "spread.safetensors",
    "network.safetensors",
    "forecasts.safetensors",
    "particles.safetensors",
    "progress.jsonl",
)
CHECKPOINT = "checkpoint.safetensors"   # of one that is not: what its training goes on from
MOST_TEXT = {"run.json": 2**26, "progress.jsonl": 2**24}  # bytes; 5,000 sensors take a million, longest ids 60
MOST_PARTS = 100_000                    # numbers, texts and lists in run.json: 5,000 sensors make 20,000
MOST_EPOCHS = 100_000                   # lines of progress.jsonl
MOST_FIGURES = 20                       # numbers in such a line, which has four
MOST_SENSORS = 5_000                    # as of data and of matrices
MOST_WEIGHTS = 2**28                    # of all matrices of a run: a gigabyte as float32, ten of 5,000 sensors
STATES = ("training", "done", "stopped", "failed")
KINDS = ("model", "matrix", "particles")    # a record without a kind is of a model
MODEL_NAMES = (     # as in core.models, which cannot be asked here: it loads torch; a test holds the two together
    "intergat-gru", "intergat-plus", "gat-gru", "gat-published", "tgcn", "gru", "ridge-var", "historical-average",
    "last-value", "window-mean", "egnn", "set", "lstm", "mlp", "linear", "last-frame", "constant-velocity",
)
DIRECTIONS = ("receivers", "senders")   # what the rows of a matrix were, in the file it came from


class RunError(ValueError):
    """A folder that is not a run that can be opened; the text says why and what to do."""


def read_record(path: Path) -> dict[str, Any]:
    """The checked ``run.json`` of a folder, whatever its state.

    Raises
    ------
    RunError
        No such folder or file, not JSON, an unknown schema, or a part that is missing, of the wrong type or
        out of its range.
    """
    file = path / "run.json"
    try:
        record = document(text(file, MOST_TEXT["run.json"]), MOST_PARTS)
    except FileNotFoundError:
        raise RunError(f"a run is a folder with a run.json, got {path} without one") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{file} must be a JSON document: {error}") from None
    schema = record.get("schema") if isinstance(record, dict) else type(record).__name__
    if type(schema) is not int or schema != SCHEMA:
        raise RunError(
            f"{file} must have schema {SCHEMA}, got {schema!r}: it was written by another version of Topolens"
        )
    try:
        _check(record)
    except ValueError as error:
        raise RunError(f"{file}: {error}") from None
    return cast(dict[str, Any], record)


def read_progress(path: Path) -> tuple[Mapping[str, float], ...]:
    """The finished epochs of a run, one record of numbers each; a last line cut short by a kill is left out.

    Raises
    ------
    RunError
        The file cannot be read, has too many lines, or a line is not a JSON object whose values are numbers.
    """
    file = path / "progress.jsonl"
    try:
        content = text(file, MOST_TEXT["progress.jsonl"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise RunError(f"{file} cannot be read: {error}") from None
    if (count := content.count("\n")) > MOST_EPOCHS:
        raise RunError(f"{file} must have at most {MOST_EPOCHS:,} lines, one for each epoch, got {count:,}")
    records = []
    lines = content.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            record = document(line, MOST_FIGURES)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError) and number == len(lines):
                break
            raise RunError(f"{file}, line {number} must be a JSON object: {error}") from None
        if not isinstance(record, dict) or not all(_is(value, (int, float)) for value in record.values()):
            raise RunError(f"{file}, line {number} must be a JSON object of numbers")
        records.append(record)
    return tuple(records)


def kind_of(record: Mapping[str, Any]) -> str:
    """Of which kind a checked record is: 'model', 'matrix' or 'particles'."""
    return cast(str, record.get("kind", KINDS[0]))


def made_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the models that learned the matrices of a checked record: its own, or of the runs that it is a mean of.

    Empty for a matrix that came from elsewhere.
    """
    return tuple(record["matrix"].get("made_of", ())) if kind_of(record) == "matrix" else (record["model"]["name"],)


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def entry(record: Mapping[str, Any], dotted: str) -> Any:
    """The entry under a dotted name; None where there is none."""
    value: Any = record
    for key in dotted.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _check(record: Mapping[str, Any]) -> None:
    """Refuse, with a ``ValueError``, what a page or an analysis could not use."""
    kind = kind_of(record)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    wanted = _COMMON | _OF_KIND[kind]
    for dotted, types in wanted.items():
        section, _, key = dotted.rpartition(".")
        if dotted in (_OPTIONAL | _OPTIONAL_MATRIX) and key not in record[section]:
            continue
        value = entry(record, dotted)
        if not _is(value, types):
            named = types.__name__ if isinstance(types, type) else " or ".join(t.__name__ for t in types)
            raise ValueError(f"{dotted} must be of type {named}, got {type(value).__name__}")
        lowest, highest = _RANGES.get(dotted, (-math.inf, math.inf))
        if dotted in _RANGES and not lowest <= value <= highest:
            raise ValueError(f"{dotted} must be from {lowest:,} to {highest:,}, got {value}")
    for dotted, names in _NAMES.items():
        if dotted in wanted and entry(record, dotted) not in names:
            raise ValueError(f"{dotted} must be one of {', '.join(names)}, got {entry(record, dotted)!r}")
    heads = record["heads"]
    if not all(isinstance(name, str) and name for name in heads) or len(set(heads)) < len(heads):
        raise ValueError("heads must be names, each of them once")
    if "mean" in heads:
        raise ValueError("heads must not be named 'mean': that is the name of the mean of all heads")
    if kind == "model":
        for section in ("scenes", "matrix"):
            if section in record:
                raise ValueError(f"a run of sensors must have no {section}, which only another kind has")
    if kind == "matrix":
        _check_alone(record)
    else:
        section = "windows" if kind == "model" else "scenes"
        _check_split(section, record[section]["split"])
    if kind == "particles":
        particle_record.check(record)


def _check_alone(record: Mapping[str, Any]) -> None:
    """A matrix without a model is whole from the start, and says nothing of what it has not."""
    if record["state"] != "done":
        raise ValueError(f"state of a matrix must be done, got {record['state']!r}: nothing is trained")
    if not record["heads"]:
        raise ValueError("heads of a matrix must be at least one name")
    for dotted in [*sorted({name.partition(".")[0] for name in _MODEL} - {"data"}), "scenes", *_MEASURED]:
        section, _, key = dotted.rpartition(".")
        if (key or dotted) in (record[section] if section else record):     # null as well: readers look for the name
            raise ValueError(f"a matrix must have no {dotted}, which only a model has")
    models = record["matrix"].get("made_of", [])
    for name in models:
        if name not in MODEL_NAMES:
            raise ValueError(f"matrix.made_of must be names of {', '.join(MODEL_NAMES)}, got {name!r:.60}")
    if len(set(models)) < len(models):
        raise ValueError("matrix.made_of must have each name once")


def _check_split(section: str, split: Mapping[str, Any]) -> None:
    for part, rows in split.items():
        pair = isinstance(rows, list) and len(rows) == 2 and all(_is(row, int) for row in rows)
        if not pair or not 0 <= rows[0] <= rows[1]:
            raise ValueError(
                f"{section}.split.{part} must be the first row and the row after the last, 0 <= first <= last"
            )


Types = dict[str, type | tuple[type, ...]]

_COMMON: Types = {
    "state": str,
    "title": str,
    "heads": list,
    "data.name": str,
    "data.sha256": str,     # of the values; for a matrix, of the file it came in
    "data.source": str,
    "data.note": str,
    "data.nodes": dict,
}
_MEASURED: Types = {        # of values in time
    "data.load": str,
    "data.unit": str,
    "data.quantity": str,
    "data.interval_minutes": (int, float),
}
_MODEL: Types = _MEASURED | {
    "seed": int,
    "model.name": str,
    "model.config": dict,
    "windows.inputs": int,
    "windows.horizon": int,
    "windows.slots": int,
    "windows.protocol": str,
    "windows.split": dict,
    "training": dict,
    "training.epochs": int,
    "times": dict,
    "metrics": dict,
}
_MATRIX: Types = {
    "matrix.file": str,
    "matrix.rows": str,
}
_NAMES = {"state": STATES, "windows.protocol": tuple(PROTOCOLS), "matrix.rows": DIRECTIONS}
_OPTIONAL: Types = {
    "times.seconds_per_epoch": (int, float),
    "metrics.epochs": int,
    "metrics.best_epoch": int,
}
_OPTIONAL_MATRIX: Types = {
    "matrix.made_of": list,     # the models of the runs whose mean it is
}
_OF_KIND: dict[str, Types] = {
    "model": _MODEL | _OPTIONAL,
    "matrix": _MATRIX | _OPTIONAL_MATRIX,
    "particles": particle_record.TYPES | _OPTIONAL,
}
_RANGES: dict[str, tuple[int, int]] = {
    "data.interval_minutes": (1, 527_040),      # a leap year
    "windows.inputs": (1, 100_000),
    "windows.horizon": (1, 100_000),
    "windows.slots": (1, 100_000),
    "training.epochs": (1, 2**53),
    "times.seconds_per_epoch": (0, 2**53),
    "metrics.epochs": (0, 2**53),
    "metrics.best_epoch": (0, 2**53),
}


def unfinished(path: Path, record: Mapping[str, Any]) -> str:
    """Why a run that is not done cannot be opened, and what to do."""
    epochs = len(read_progress(path))
    resume = f"continue it with: python -m app train --resume {path}"
    if record["state"] == "training":
        return f"run {path.name} is not finished ({epochs} epochs so far): wait for it, or {resume}"
    if record["state"] == "stopped":
        return f"run {path.name} was stopped after {epochs} epochs: {resume}"
    reason = record.get("reason") or "no reason was kept"
    return f"run {path.name} failed after {epochs} epochs ({reason}): {resume}"


def node_table(path: Path, record: Mapping[str, Any]) -> pd.DataFrame:
    """The sensors of a run: id, latitude, longitude, group.

    Raises
    ------
    RunError
        A column is missing, of another length, of the wrong type or out of its range, or an id stands twice; or the
        sensors, or the weights between them, are too many.
    """
    columns = record["data"]["nodes"]
    place = f"{path / 'run.json'}: data.nodes"
    if isinstance(ids := columns.get("id"), list):
        try:
            require_size(len(record["heads"]), len(ids))
        except RunError as error:
            raise RunError(f"{path / 'run.json'}: {error}") from None
    for name, (wanted, fits) in _NODES.items():
        column = columns.get(name)
        if not isinstance(column, list):
            raise RunError(f"{place}.{name} must be a list, got {type(column).__name__}")
        for row, value in enumerate(column):
            if not fits(value):
                raise RunError(f"{place}.{name} must be a list of {wanted}, got {str(value)[:40]!r} at {row}")
    sizes = {name: len(columns[name]) for name in _NODES}
    if len(set(sizes.values())) != 1 or not sizes["id"]:
        raise RunError(f"{place} must have columns of one length of at least 1, got {sizes}")
    if len(set(columns["id"])) != sizes["id"]:
        raise RunError(f"{place}.id must have no id twice")
    frame = pd.DataFrame({"id": columns["id"], "group": columns["group"]}, dtype=object)
    for name in ("latitude", "longitude"):
        frame[name] = np.array([math.nan if v is None else v for v in columns[name]], dtype=float)
    return frame[["id", "latitude", "longitude", "group"]]


def require_size(heads: int, sensors: int) -> None:
    """RunError where a run would have more sensors, or more weights (heads, sensors, sensors), than can be opened."""
    if sensors > MOST_SENSORS:
        raise RunError(f"a run must have at most {MOST_SENSORS:,} sensors, got {sensors:,}")
    if heads * sensors**2 > MOST_WEIGHTS:
        raise RunError(
            f"a run must have at most {MOST_WEIGHTS:,} weights in its matrices, got {heads:,} heads of {sensors:,} "
            f"times {sensors:,}"
        )


_NODES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "id": ("texts of 1 to 1,000 letters", lambda v: isinstance(v, str) and 1 <= len(v) <= 1000),
    "latitude": ("degrees from -90 to 90, or null", lambda v: v is None or (_is(v, (int, float)) and abs(v) <= 90)),
    "longitude": ("degrees from -180 to 180, or null", lambda v: v is None or (_is(v, (int, float)) and abs(v) <= 180)),
    "group": ("texts of at most 1,000 letters", lambda v: isinstance(v, str) and len(v) <= 1000),
}
