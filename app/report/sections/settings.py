"""With what it was made: settings, versions, machine, and the hash by which the data are known."""

from collections.abc import Mapping

import pandas as pd

from app.reading.words import one_line
from app.report.content import Asked, Section, Table

QUESTION = "With what was it made?"
PARTS = {
    "model.config": "Settings of the model",
    "training": "Settings of the training",
    "windows": "Windows and protocol",
    "scenes": "Frames seen and forecast",
    "scaler": "Scaler",
    "metrics": "Outcome of the training",
    "times": "Times",
    "versions": "Versions",
}
ANSWER = "Everything that decides the figures above, as the run keeps it."


def settings(asked: Asked) -> Section:
    """The section Settings."""
    record = asked.measured.run.record
    data = record["data"]
    known = {
        "run": asked.measured.run.name,
        "title": record.get("title"),
        "data": data["name"],
        "loaded as": data.get("load"),
        "sha256": data["sha256"],
        "seed": record.get("seed"),
        "machine": record.get("machine"),
        "read as": record.get("matrix"),
    }
    known = {name: value for name, value in known.items() if value not in (None, "")}
    tables = [Table("The run", _frame(known), 60)]
    for dotted, label in PARTS.items():
        part: object = record
        for key in dotted.split("."):
            part = part.get(key) if isinstance(part, Mapping) else None
        if isinstance(part, Mapping) and part:
            alone = {name: value for name, value in part.items() if name != "errors"}  # those are in the Overview
            tables.append(Table(label, _frame(alone), 60))
    return Section("Settings", QUESTION, (ANSWER,), tuple(tables))


def _frame(part: Mapping[str, object]) -> pd.DataFrame:
    """Names and values of a part of a record; what lies deeper is written behind its name."""
    rows: list[tuple[str, str]] = []
    for name, value in part.items():
        deeper = value.items() if isinstance(value, Mapping) else ()
        rows += [(f"{name}: {inner}", _shown(held)) for inner, held in deeper] or [(name, _shown(value))]
    return pd.DataFrame(rows, columns=["what", "value"])


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(entry) for entry in value[:20])
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else one_line(str(value), 200)
