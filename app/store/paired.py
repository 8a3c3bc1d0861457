"""The errors of two runs over what both forecast: the same windows, steps and sensors; cached by both versions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.parts import steps_at
from app.store.compare import aligned, places_of_other
from app.store.entries import Floats, RunEntry, cached, load_run
from core.run import Run

if TYPE_CHECKING:
    from analysis.forecasts import Errors


@dataclass(frozen=True, eq=False, slots=True)
class Common:
    """The part of the test that both runs forecast: W windows, T steps ahead, N sensors in the order of the first.

    Attributes
    ----------
    first, second : (W, T, N) what each forecast
    observed : (W, T, N) NaN where missing
    last : (W, T, N) the last value that was seen, which costs nothing
    times : (W,) of the first step
    left_out : windows that one of the two has and the other has not
    """

    first: Floats
    second: Floats
    observed: Floats
    last: Floats
    times: Any
    left_out: int


def why_no_errors(entry: RunEntry, other: RunEntry, first: Run, second: Run) -> str:
    """Why the errors of two runs cannot be set against each other; '' where they can."""
    if "particles" in (first.kind, second.kind):
        return "the errors of particles are squared distances, which no series of a sensor has"
    if first.forecasts is None or second.forecasts is None:
        return "a matrix alone has no forecast"
    if entry.sha256 != other.sha256 or aligned(entry.version, other.version) is None:
        return "the two were trained on different data, and what is easy in one may be hard in the other"
    if first.protocol != second.protocol:
        return "the two follow different protocols, which count other values and pick the epoch in other ways"
    if common_of(entry.version, other.version) is None:
        return "the two have no window of the test part in common, or were tested on other values"
    return ""


@st.cache_resource(show_spinner=False, max_entries=2)
def common_of(version: str, other: str) -> Common | None:
    """What both runs forecast; None where that is nothing, or where they were tested on other values."""
    places = places_of_other(version, other)
    one, two = load_run(version).tested, load_run(other).tested
    here, there = one.times[one.first], two.times[two.first]
    times, ours, theirs = np.intersect1d(here, there, assume_unique=True, return_indices=True)
    steps = min(one.forecast.shape[1], two.forecast.shape[1])
    observed = one.target[ours, :steps]
    if not len(times) or not np.array_equal(observed, two.target[theirs, :steps][:, :, places], equal_nan=True):
        return None
    return Common(
        first=one.forecast[ours, :steps],
        second=two.forecast[theirs, :steps][:, :, places],
        observed=observed,
        last=np.broadcast_to(one.last_value[ours][:, None], observed.shape),
        times=times,
        left_out=len(here) + len(there) - 2 * len(times),
    )


def _common(version: str, other: str) -> Common:
    common: Common | None = common_of(version, other)
    if common is None:
        raise ValueError("two runs must have been tested on the same values for their errors to be compared")
    return common


@cached
def both_errors_of(version: str, other: str) -> "dict[str, Errors]":
    """Errors at each common step ahead of 'A', 'B' and the last value, over the same windows."""
    from analysis.forecasts import errors

    common, pooled = _common(version, other), load_run(version).pooled
    made = {"A": common.first, "B": common.second, "last value": common.last}
    return {name: errors(forecast, common.observed, pooled=pooled) for name, forecast in made.items()}


@cached
def both_by_sensor_of(version: str, other: str, step: int) -> tuple[Floats, Floats]:
    """Mean absolute error of both at each sensor, (N,) each, at one step ahead (from 0); nan where none is known."""
    from analysis.forecasts import errors_by_sensor

    common, at = _common(version, other), steps_at(load_run(version), step)
    found = [errors_by_sensor(made[:, at], common.observed[:, at]).mae for made in (common.first, common.second)]
    return found[0], found[1]


@cached
def both_by_day_of(version: str, other: str, step: int) -> pd.DataFrame:
    """Mean absolute error of 'A' and 'B' on each day of the test part that was observed, at one step ahead (from 0)."""
    common, run = _common(version, other), load_run(version)
    sums = []
    for k in range(common.observed.shape[1])[steps_at(run, step)]:
        observed = common.observed[:, k].astype(np.float64)
        off = {"A": common.first, "B": common.second}
        table = pd.DataFrame({name: np.nansum(np.abs(made[:, k] - observed), axis=1) for name, made in off.items()})
        table["seen"] = np.isfinite(observed).sum(axis=1)
        minutes = np.timedelta64(round(k * run.interval_minutes), "m")
        sums.append(table.set_index(pd.Index((common.times + minutes).astype("datetime64[D]"))))
    daily = pd.concat(sums).groupby(level=0).sum()
    daily = daily[daily["seen"] > 0]
    return daily[["A", "B"]].div(daily["seen"], axis=0)
