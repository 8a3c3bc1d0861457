"""All runs as one table: what their records say, which is quick, and what has to be measured, which is not.

What is measured is kept for as long as the app runs, by the versions of the runs, and is not measured until it is
asked for: `known` says what there is, `measured` makes it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app.parts import linked, steps_at
from app.reading.forecasts import shown_steps
from app.reading.models import LOSSES
from app.store.entries import UNREADABLE, RunEntry
from core.record import read_progress, read_record
from core.run import Run

SHARE = 0.02  # of all pairs: those that count as the strongest, whatever the sidebar says, so that runs compare
MOST_KEPT = 5000
KEY, TITLE, MODEL, DATA, PROTOCOL, STATE = "run", "title", "model", "data", "protocol", "state"
FILTERS = (MODEL, DATA, PROTOCOL, STATE)
KIND = "loss"  # of one model it is a squared error, of another Huber's: those are not to be compared
LOSS, ERROR, UNIT, AHEAD, LIFT = "best validation loss", "MAE", "unit", "ahead [min]", "times chance on roads"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured of one run.

    Attributes
    ----------
    error : mean absolute error at the last step that is shown, or up to it where the protocol pools; nan for none
    minutes : how far ahead that is
    unit : of the error
    lift : how many times as often as chance the strongest pairs of the mean of heads lie on roads; nan for none
    """

    error: float = math.nan
    minutes: float = math.nan
    unit: str = ""
    lift: float = math.nan


@st.cache_resource(show_spinner=False)
def _kept() -> dict[str, Figures]:
    """What was measured, by version; one for all sessions."""
    return {}


def known(entry: RunEntry) -> Figures | None:
    """What was measured of a run before; None where nothing was. Of one that is not done there is nothing."""
    return _kept().get(entry.version) if entry.state == "done" else Figures()


def measured(entry: RunEntry) -> Figures:
    """The figures of a run, measured now unless they are known; of one that cannot be read, none."""
    figures = known(entry)
    if figures is None:
        try:
            figures = _measured(Run.load(entry.path))  # past the cache: it keeps the few runs that are looked at
        except UNREADABLE:
            figures = Figures()
        kept = _kept()
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)), None)
        kept[entry.version] = figures
    return figures


def _measured(run: Run) -> Figures:
    from analysis.forecasts import errors
    from analysis.matrix import mean_of_heads
    from analysis.roads import road_match

    road = linked(run.adjacency) if run.heads else None
    lift = math.nan if road is None else road_match(mean_of_heads(run.interaction), road, SHARE).lift
    if run.forecasts is None:
        return Figures(lift=lift)
    step = shown_steps(run.horizon, run.interval_minutes)[-1]
    at = steps_at(run, step)
    found = errors(run.forecasts.forecast[:, at], run.forecasts.target[:, at], pooled=run.pooled)
    return Figures(float(found.mae[-1]), (step + 1) * run.interval_minutes, run.unit, lift)


def facts_of(entry: RunEntry) -> dict[str, Any]:
    """What the record of a run says of its training: seed, epochs, loss, times; None where it does not."""
    return _facts_at(entry.version, str(entry.path))


@st.cache_data(show_spinner=False, max_entries=1000)
def _facts_at(version: str, path: str) -> dict[str, Any]:  # noqa: ARG001  a version is another state of the folder
    try:
        record = read_record(Path(path))
        metrics, times = record.get("metrics", {}), record.get("times", {})
        epochs, loss = _number(metrics.get("epochs")), _number(metrics.get("validation_loss"))
        if math.isnan(epochs) and record["state"] != "done":  # until it is done, its progress alone knows
            progress = read_progress(Path(path))
            epochs = float(len(progress))
            loss = min((_number(epoch.get("validation")) for epoch in progress), default=math.nan)
    except UNREADABLE:
        return {
            "seed": math.nan,
            "epochs": math.nan,
            LOSS: math.nan,
            KIND: "",
            "seconds": math.nan,
            "each": math.nan,
            "begun": "",
        }
    return {
        "seed": _number(record.get("seed")),
        "epochs": epochs,
        LOSS: loss,
        KIND: _kind(record),
        "each": _number(times.get("seconds_per_epoch")),
        "seconds": _number(times.get("seconds")),
        "begun": str(times.get("started") or "")[:40],
    }


def _kind(record: dict[str, Any]) -> str:
    """What a training made small, in words; '' where none is known."""
    asked = record.get("training")
    return LOSSES.get(str(asked.get("loss")), "").partition(":")[0] if isinstance(asked, dict) else ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def table(entries: Sequence[RunEntry]) -> pd.DataFrame:
    """One row for each run, in the order given; what is not known is nan, NaT or ''."""
    facts = [facts_of(entry) for entry in entries]
    figures = [known(entry) or Figures() for entry in entries]
    return pd.DataFrame(
        {
            KEY: [entry.key for entry in entries],
            TITLE: [entry.title for entry in entries],
            MODEL: [entry.called or ("matrix alone" if entry.kind == "matrix" else "") for entry in entries],
            DATA: [entry.dataset for entry in entries],
            PROTOCOL: [entry.protocol for entry in entries],
            STATE: [entry.state for entry in entries],
            ERROR: [found.error for found in figures],
            UNIT: [found.unit for found in figures],
            AHEAD: [found.minutes for found in figures],
            LIFT: [found.lift for found in figures],
            LOSS: [fact[LOSS] for fact in facts],
            KIND: [fact[KIND] if fact[LOSS] == fact[LOSS] else "" for fact in facts],
            "seed": pd.array([_whole(fact["seed"]) for fact in facts], dtype="Int64"),
            "epochs": pd.array([_whole(fact["epochs"]) for fact in facts], dtype="Int64"),
            "seconds per epoch": [fact["each"] for fact in facts],
            "total time [min]": [fact["seconds"] / 60 for fact in facts],
            "started": _moments([fact["begun"] for fact in facts]),
        }
    )


def _whole(value: float) -> int | None:
    return None if math.isnan(value) or abs(value) >= 2**53 else int(value)


def _moments(texts: Sequence[str]) -> "pd.Series[Any]":
    """When each training began, as the machine's clock showed it there; NaT for text that is no time."""
    local = [text.partition("+")[0].removesuffix("Z") for text in texts]
    return pd.to_datetime(pd.Series(local, dtype=object), format="%Y-%m-%dT%H:%M:%S", errors="coerce")


def kept_by(frame: pd.DataFrame, chosen: dict[str, Sequence[str]]) -> pd.DataFrame:
    """The rows whose columns hold one of what was chosen for them; nothing chosen keeps all.

    >>> runs = pd.DataFrame({"model": ["gru", "gat"], "state": ["done", "done"]})
    >>> kept_by(runs, {"model": ["gat"], "state": []})["model"].tolist()
    ['gat']
    """
    keeps = np.ones(len(frame), dtype=bool)
    for column, values in chosen.items():
        if values:
            keeps &= frame[column].isin(list(values)).to_numpy()
    return frame[keeps]
