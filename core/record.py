"""``run.json`` and ``progress.jsonl`` of a run: read, and checked as if they came from a stranger."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from core.protocols import PROTOCOLS

SCHEMA = 1
DEEPEST = 16     # a record needs five
STATES = ("training", "done", "stopped", "failed")


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
        record = _document(file.read_text(encoding="utf-8"))
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
        The file cannot be read, or a line is not a JSON object whose values are numbers.
    """
    file = path / "progress.jsonl"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{file} cannot be read: {error}") from None
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            record = _document(line)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError) and number == len(lines):
                break
            raise RunError(f"{file}, line {number} must be a JSON object: {error}") from None
        if not isinstance(record, dict) or not all(_is(value, (int, float)) for value in record.values()):
            raise RunError(f"{file}, line {number} must be a JSON object of numbers")
        records.append(record)
    return tuple(records)


def _document(text: str) -> Any:
    """What a JSON text holds, so bounded that no number, text or nesting in it can stop what reads it.

    Raises
    ------
    ValueError
        Not JSON, a number that is not finite, a whole number that a float cannot hold, parts too deep in
        each other, or half of a surrogate pair, which JSON may hold and no page can show.
    """
    try:
        document = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError(f"its parts must lie at most {DEEPEST} deep in each other") from None
    level = [document]
    for _ in range(DEEPEST):
        level = [child for part in level if isinstance(part, dict | list)
                 for child in (part.values() if isinstance(part, dict) else part)]
    if level:
        raise ValueError(f"its parts must lie at most {DEEPEST} deep in each other")
    json.dumps(document, ensure_ascii=False).encode()
    return document


def _whole(digits: str) -> int:
    # Python refuses to read integers of more than 4,300 digits, and to make a float of those above 10**308.
    if len(digits) > 17 or abs(number := int(digits)) >= 2**53:
        raise ValueError(f"whole numbers must lie within -2**53 and 2**53, got {digits[:20]}")
    return number


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(f"numbers must be finite, got {literal[:20]}")
    return number


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _at(record: Mapping[str, Any], dotted: str) -> Any:
    """The entry under a dotted name; None where there is none."""
    value: Any = record
    for key in dotted.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _check(record: Mapping[str, Any]) -> None:
    """Refuse, with a ``ValueError``, what a page or an analysis could not use."""
    for dotted, kind in (_RECORD | _OPTIONAL).items():
        section, _, key = dotted.rpartition(".")
        if dotted in _OPTIONAL and key not in record[section]:
            continue
        value = _at(record, dotted)
        if not _is(value, kind):
            wanted = kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
            raise ValueError(f"{dotted} must be of type {wanted}, got {type(value).__name__}")
        lowest, highest = _RANGES.get(dotted, (-math.inf, math.inf))
        if dotted in _RANGES and not lowest <= value <= highest:
            raise ValueError(f"{dotted} must be from {lowest:,} to {highest:,}, got {value}")
    for dotted, names in {"state": STATES, "windows.protocol": tuple(PROTOCOLS)}.items():
        if _at(record, dotted) not in names:
            raise ValueError(f"{dotted} must be one of {', '.join(names)}, got {_at(record, dotted)!r}")
    heads = record["heads"]
    if not all(isinstance(name, str) and name for name in heads) or len(set(heads)) < len(heads):
        raise ValueError("heads must be names, each of them once")
    if "mean" in heads:
        raise ValueError("heads must not be named 'mean': that is the name of the mean of all heads")
    for part, rows in record["windows"]["split"].items():
        pair = isinstance(rows, list) and len(rows) == 2 and all(_is(row, int) for row in rows)
        if not pair or not 0 <= rows[0] <= rows[1]:
            raise ValueError(
                f"windows.split.{part} must be the first row and the row after the last, 0 <= first <= last"
            )


_RECORD: dict[str, type | tuple[type, ...]] = {
    "state": str,
    "title": str,
    "heads": list,
    "seed": int,
    "model.name": str,
    "model.config": dict,
    "data.name": str,
    "data.load": str,
    "data.sha256": str,
    "data.unit": str,
    "data.quantity": str,
    "data.source": str,
    "data.note": str,
    "data.interval_minutes": (int, float),
    "data.nodes": dict,
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
_OPTIONAL: dict[str, type | tuple[type, ...]] = {
    "times.seconds_per_epoch": (int, float),
    "metrics.epochs": int,
    "metrics.best_epoch": int,
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
        A column is missing, of another length, of the wrong type or out of its range, or an id stands twice.
    """
    columns = record["data"]["nodes"]
    place = f"{path / 'run.json'}: data.nodes"
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


_NODES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "id": ("texts of 1 to 1,000 letters", lambda v: isinstance(v, str) and 1 <= len(v) <= 1000),
    "latitude": ("degrees from -90 to 90, or null", lambda v: v is None or (_is(v, (int, float)) and abs(v) <= 90)),
    "longitude": ("degrees from -180 to 180, or null", lambda v: v is None or (_is(v, (int, float)) and abs(v) <= 180)),
    "group": ("texts of at most 1,000 letters", lambda v: isinstance(v, str) and len(v) <= 1000),
}
