"""``run.json`` and ``progress.jsonl`` of a run: read, and checked as if they came from a stranger."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SCHEMA = 1
STATES = ("training", "done", "stopped", "failed")


class RunError(ValueError):
    """A folder that is not a run that can be opened; the text says why and what to do."""


def read_record(path: Path) -> dict[str, Any]:
    """The checked ``run.json`` of a folder, whatever its state.

    Raises
    ------
    RunError
        No such folder or file, not JSON, an unknown schema, or a part that is missing or of the wrong type.
    """
    file = path / "run.json"
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        json.dumps(record, ensure_ascii=False).encode()     # JSON may hold half of a surrogate pair: no page can
    except FileNotFoundError:
        raise RunError(f"a run is a folder with a run.json, got {path} without one") from None
    except (OSError, UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise RunError(f"{file} must be a JSON document: {error}") from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        came = record.get("schema") if isinstance(record, dict) else type(record).__name__
        raise RunError(
            f"{file} must have schema {SCHEMA}, got {came!r}: it was written by another version of Topolens"
        )
    for dotted, kind in _RECORD.items():
        value: Any = record
        for key in dotted.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, kind) or isinstance(value, bool):
            wanted = kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
            raise RunError(f"{file}: {dotted} must be of type {wanted}, got {type(value).__name__}")
    if record["state"] not in STATES:
        raise RunError(f"{file}: state must be one of {', '.join(STATES)}, got {record['state']!r}")
    heads = record["heads"]
    if not all(isinstance(name, str) for name in heads) or len(set(heads)) < len(heads):
        raise RunError(f"{file}: heads must be names, each of them once")
    for part, rows in record["windows"]["split"].items():
        if not (isinstance(rows, list) and len(rows) == 2 and all(type(row) is int for row in rows)):
            raise RunError(f"{file}: windows.split.{part} must be the first row and the row after the last")
    for dotted in ("windows.inputs", "windows.horizon"):
        section, key = dotted.split(".")
        if record[section][key] < 1:
            raise RunError(f"{file}: {dotted} must be at least 1, got {record[section][key]}")
    if not (math.isfinite(record["data"]["interval_minutes"]) and record["data"]["interval_minutes"] > 0):
        raise RunError(f"{file}: data.interval_minutes must be above 0")
    return record


def read_progress(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The finished epochs of a run, one record each; a last line cut short by a kill is left out."""
    try:
        lines = (path / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path / 'progress.jsonl'} cannot be read: {error}") from None
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            if number == len(lines):
                break
            raise RunError(f"{path / 'progress.jsonl'}, line {number} must be a JSON object") from None
        if not isinstance(record, dict):
            raise RunError(f"{path / 'progress.jsonl'}, line {number} must be a JSON object")
        records.append(record)
    return tuple(records)


_RECORD: dict[str, type | tuple[type, ...]] = {
    "state": str,
    "heads": list,
    "seed": int,
    "model.name": str,
    "model.config": dict,
    "data.name": str,
    "data.sha256": str,
    "data.unit": str,
    "data.quantity": str,
    "data.source": str,
    "data.note": str,
    "data.interval_minutes": (int, float),
    "data.nodes": dict,
    "windows.inputs": int,
    "windows.horizon": int,
    "windows.protocol": str,
    "windows.split": dict,
    "training": dict,
    "times": dict,
    "metrics": dict,
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
        A column is missing, of another length or of the wrong type, or an id stands twice.
    """
    columns = record["data"]["nodes"]
    place = f"{path / 'run.json'}: data.nodes"
    kinds: dict[str, tuple[type, ...]] = {
        "id": (str,),
        "latitude": (int, float, type(None)),
        "longitude": (int, float, type(None)),
        "group": (str,),
    }
    for name, kind in kinds.items():
        column = columns.get(name)
        if not isinstance(column, list) or not all(isinstance(value, kind) for value in column):
            raise RunError(f"{place}.{name} must be a list of {kind[0].__name__}")
    sizes = {name: len(columns[name]) for name in kinds}
    if len(set(sizes.values())) != 1 or not sizes["id"]:
        raise RunError(f"{place} must have columns of one length of at least 1, got {sizes}")
    if len(set(columns["id"])) != sizes["id"]:
        raise RunError(f"{place}.id must have no id twice")
    frame = pd.DataFrame({"id": columns["id"], "group": columns["group"]}, dtype=object)
    for name in ("latitude", "longitude"):
        frame[name] = np.array([math.nan if v is None else v for v in columns[name]], dtype=float)
    return frame[["id", "latitude", "longitude", "group"]]
