"""How far off the forecasts of the test part are.

Figures at a step are pooled over all steps up to it where the run's protocol pools them, else about that step alone.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from app.measured import FORECAST
from app.store.measured import measured_of

if TYPE_CHECKING:
    from analysis.forecasts import Errors


def errors_of(version: str) -> "Mapping[str, Errors]":
    """Errors of the forecast and of the simple ones at each step."""
    return measured_of(version).errors()


def errors_by_sensor_of(version: str, step: int) -> "Mapping[str, Errors]":
    """The same per sensor, at one step ahead (from 0)."""
    return measured_of(version).errors_by_sensor(step)


def errors_by_hour_of(version: str, step: int) -> "Mapping[str, Errors]":
    """The same per hour of day of the time that is forecast."""
    return measured_of(version).errors_by_hour(step)


def daily_errors_of(version: str, step: int) -> pd.DataFrame:
    """Mean absolute error of each forecast on each day of the test part, at one step ahead (from 0).

    One figure over the test part hides whether a model is better every day or was lucky once.
    """
    return measured_of(version).daily_errors(step).copy()  # the kept one is everybody's


__all__ = ["FORECAST", "daily_errors_of", "errors_by_hour_of", "errors_by_sensor_of", "errors_of"]
