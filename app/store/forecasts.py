"""How far off the forecasts of the test part are."""

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from app.store.entries import Floats, cached, load_run

if TYPE_CHECKING:
    from analysis.forecasts import Errors

FORECAST = "forecast"  # the model's own, beside the simple ones that have names


@cached
def errors_of(version: str) -> "dict[str, Errors]":
    """Errors of the forecast and of the simple ones at each step; pooled up to the step under protocol 'published'."""
    from analysis.forecasts import errors

    run = load_run(version)
    forecasts = {FORECAST: run.forecasts.forecast, **run.forecasts.simple()}
    return {
        name: errors(forecast, run.forecasts.target, pooled=run.protocol == "published")
        for name, forecast in forecasts.items()
    }


@cached
def errors_by_sensor_of(version: str, step: int) -> "dict[str, Errors]":
    """The same per sensor, at one step ahead (from 0)."""
    from analysis.forecasts import errors_by_sensor

    run = load_run(version)
    forecasts = {FORECAST: run.forecasts.forecast, **run.forecasts.simple()}
    return {name: errors_by_sensor(forecast, run.forecasts.target, step) for name, forecast in forecasts.items()}


@cached
def errors_by_hour_of(version: str, step: int) -> "dict[str, Errors]":
    """The same per hour of day of the time that is forecast."""
    from analysis.forecasts import errors_by_hour

    run = load_run(version)
    at = slice(step, step + 1)
    forecasts = {FORECAST: run.forecasts.forecast, **run.forecasts.simple()}
    return {
        name: errors_by_hour(forecast[:, at], run.forecasts.target[:, at], run.forecasts.hours[:, at])
        for name, forecast in forecasts.items()
    }


@cached
def daily_errors_of(version: str, step: int) -> pd.DataFrame:
    """Mean absolute error of each forecast on each day of the test part, at one step ahead (from 0).

    One figure over the test part hides whether a model is better every day or was lucky once.
    """
    run = load_run(version)
    target = run.forecasts.target[:, step].astype(np.float64)
    day = run.forecasts.times[run.forecasts.first + step].astype("datetime64[D]")
    forecasts = {FORECAST: run.forecasts.forecast, **run.forecasts.simple()}
    absolute = pd.DataFrame(
        {name: pd.Series(_row_sums(np.abs(forecast[:, step] - target))) for name, forecast in forecasts.items()}
    )
    absolute["seen"] = np.isfinite(target).sum(axis=1)
    daily = absolute.groupby(day).sum()
    daily = daily[daily["seen"] > 0]
    return daily[list(forecasts)].div(daily["seen"], axis=0)


def _row_sums(values: Floats) -> Floats:
    return cast(Floats, np.nansum(values, axis=1))
