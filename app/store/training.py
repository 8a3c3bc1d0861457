"""Trainings as they go on, and what finished ones took: reads that change from second to second, and their caches."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app.estimate import Asked, Finished
from app.store.entries import UNREADABLE, RunEntry, cached
from core.controls import called
from core.emerging import EMERGING, Emerging, read_emerging
from core.record import kind_of, read_progress, read_record


@dataclass(frozen=True, slots=True)
class Begun:
    """A run whose training has begun, as far as it has come: its record's words, its epochs, its matrix so far.

    Attributes
    ----------
    chosen_by : the part whose loss picks the epoch: 'validation', or 'test' where that is the same part
    progress : one row per whole epoch: epoch, train, validation, seconds
    version : changes whenever there is something new to draw
    """

    model: str
    dataset: str
    load: str
    epochs: int
    heads: tuple[str, ...]
    groups: tuple[str, ...]
    chosen_by: str
    progress: pd.DataFrame
    version: str

    @property
    def order(self) -> Any:
        """Sensors by known group where there is one, as the data have them within each and otherwise."""
        return np.argsort(np.asarray(self.groups, dtype=object).astype(str), kind="stable")


def begun(run: Path) -> Begun | None:
    """How far a run has come; None where it has not begun, or cannot be read."""
    stamps = tuple(_stamp(run / name) for name in ("run.json", "progress.jsonl", EMERGING))
    return _begun(str(run), stamps) if stamps[0] else None


def emerging(run: Path, of: Begun) -> Emerging | None:
    """The matrix as it was after the last whole epoch; None where there is none, or none that can be read."""
    return _emerging(str(run), _stamp(run / EMERGING), len(of.heads), len(of.groups)) if of.heads else None


def finished(entries: tuple[RunEntry, ...]) -> list[Finished]:
    """What the epochs of the finished runs took."""
    found = (_finished(entry.key, str(entry.path), entry.version) for entry in entries if entry.state == "done")
    return [run for run in found if run is not None]


def _stamp(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns}:{status.st_size}:{status.st_ino}"


@st.cache_resource(show_spinner=False, max_entries=16)
def _begun(run: str, stamps: tuple[str, ...]) -> Begun | None:
    try:
        record = read_record(Path(run))
        progress = pd.DataFrame(list(read_progress(Path(run))))
    except UNREADABLE:
        return None
    kind = kind_of(record)
    if kind == "matrix":  # it was put in the place of a run that was trained here
        return None
    groups = record["data"]["nodes"].get("group")
    split = record["scenes" if kind == "particles" else "windows"]["split"]
    progress = progress.reindex(columns=["epoch", "train", "validation", "seconds"]).astype(float)
    progress = progress.dropna(subset=["train", "validation"])
    return Begun(
        record["model"]["name"],
        record["data"]["name"],
        record["data"]["load"],
        record["training"]["epochs"],
        tuple(record["heads"]),
        tuple(str(group) for group in groups) if isinstance(groups, list) else (),
        "test" if split.get("validation") == split.get("test") else "validation",
        progress,
        " ".join(stamps),
    )


@st.cache_resource(show_spinner=False, max_entries=4)
def _emerging(run: str, stamp: str, heads: int, sensors: int) -> Emerging | None:
    try:
        return read_emerging(Path(run), heads, sensors) if stamp else None
    except UNREADABLE:
        return None


@cached
def _finished(key: str, run: str, version: str) -> Finished | None:  # noqa: ARG001  the version is the cache's
    try:
        record = read_record(Path(run))
        seconds = [epoch["seconds"] for epoch in read_progress(Path(run)) if epoch.get("seconds", 0) > 0]
        if kind_of(record) != "model" or not seconds:
            return None
        windows = record["windows"]
        asked = Asked(
            load=record["data"]["load"],
            model=called(record["model"]["name"], record["heads"]),
            sensors=len(record["data"]["nodes"]["id"]),
            windows=int(windows["count"]["train"]),
            inputs=windows["inputs"],
            batch=int(record["training"]["batch"]),
        )
    except (*UNREADABLE, KeyError, TypeError):  # a stranger's run may lack what only an estimate needs
        return None
    quick, middle, slow = np.quantile(seconds, [0.1, 0.5, 0.9])
    return Finished(
        key=key,
        asked=asked,
        machine=str(record.get("machine", "")),
        seconds=float(middle),
        quick=float(quick),
        slow=float(slow),
    )
