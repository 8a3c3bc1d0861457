"""Errors by step ahead, by sensor and by hour of day."""

import pandas as pd

from app.measured import FORECAST, Measured


def step_table(measured: Measured) -> pd.DataFrame:
    """Errors at every step ahead: of each step a row for each of ``measured.errors()``."""
    run = measured.run
    return pd.DataFrame(
        [
            {
                "minutes ahead": (step + 1) * run.interval_minutes,
                "forecast": _label(measured, name),
                f"MAE [{run.unit}]": errors.mae[step],
                f"RMSE [{run.unit}]": errors.rmse[step],
                "values": int(errors.count[step]),
            }
            for step in range(run.horizon)
            for name, errors in measured.errors().items()
        ]
    )


def sensor_table(measured: Measured, step: int) -> pd.DataFrame:
    """Errors of every sensor at one step ahead (from 0), the worst first; the index is its position in the data."""
    found, run = measured.errors_by_sensor(step), measured.run
    frame = pd.DataFrame({"sensor": measured.ids})
    for name, errors in found.items():
        frame[f"MAE of {_label(measured, name)} [{run.unit}]"] = errors.mae
    frame[f"RMSE of {run.model} [{run.unit}]"] = found[FORECAST].rmse
    frame["values"] = found[FORECAST].count
    return frame.sort_values(frame.columns[1], ascending=False, kind="stable")


def hour_table(measured: Measured, step: int) -> pd.DataFrame:
    """Errors by hour of day at one step ahead (from 0)."""
    found = measured.errors_by_hour(step)
    frame = pd.DataFrame({"hour": [f"{hour:02d}:00" for hour in range(24)]})
    for name, errors in found.items():
        frame[f"MAE of {_label(measured, name)} [{measured.run.unit}]"] = errors.mae
    frame["values"] = found[FORECAST].count
    return frame


def _label(measured: Measured, name: str) -> str:
    return measured.run.model if name == FORECAST else name
