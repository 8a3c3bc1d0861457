"""How far off the forecasts of the test part are.

Figures at a step are pooled over all steps up to it where the run's protocol pools them, else about that step alone.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from app.parts import compared, errors_by_step, steps_at
from app.store.entries import cached, load_run

if TYPE_CHECKING:
    from analysis.forecasts import Errors

FORECAST = "forecast"  # the model's own, beside the simple ones that have names


@cached
def errors_of(version: str) -> "dict[str, Errors]":
    """Errors of the forecast and of the simple ones at each step."""
    return errors_by_step(load_run(version), FORECAST)


@cached
def errors_by_sensor_of(version: str, step: int) -> "dict[str, Errors]":
    """The same per sensor, at one step ahead (from 0)."""
    from analysis.forecasts import errors_by_sensor

    run = load_run(version)
    at = steps_at(run, step)
    target, alone = run.forecasts.target[:, at], None if run.pooled else 0
    return {
        name: errors_by_sensor(forecast[:, at], target, alone) for name, forecast in compared(run, FORECAST).items()
    }


@cached
def errors_by_hour_of(version: str, step: int) -> "dict[str, Errors]":
    """The same per hour of day of the time that is forecast."""
    from analysis.forecasts import errors_by_hour

    run = load_run(version)
    at = steps_at(run, step)
    target, hours = run.forecasts.target[:, at], run.forecasts.hours[:, at]
    return {name: errors_by_hour(forecast[:, at], target, hours) for name, forecast in compared(run, FORECAST).items()}


@cached
def daily_errors_of(version: str, step: int) -> pd.DataFrame:
    """Mean absolute error of each forecast on each day of the test part, at one step ahead (from 0).

    One figure over the test part hides whether a model is better every day or was lucky once.
    """
    run = load_run(version)
    forecasts, target = compared(run, FORECAST), run.forecasts.target
    sums = []
    for k in range(run.horizon)[steps_at(run, step)]:  # one after another: all at once would take T times the memory
        observed = target[:, k].astype(np.float64)
        off = {name: np.nansum(np.abs(made[:, k] - observed), axis=1) for name, made in forecasts.items()}
        off["seen"] = np.isfinite(observed).sum(axis=1)
        sums.append(pd.DataFrame(off, index=run.forecasts.times[run.forecasts.first + k].astype("datetime64[D]")))
    daily = pd.concat(sums).groupby(level=0).sum()
    daily = daily[daily["seen"] > 0]
    return daily[list(forecasts)].div(daily["seen"], axis=0)
