"""Data of a few sensors, sound and with one of each kind of trouble."""

from typing import Any

import numpy as np
import pandas as pd

from core.data.sensors import SensorData, node_table

PER_DAY = 24


def made(
    days: int = 28, sensors: int = 5, *, ids: tuple[str, ...] = (), values: np.ndarray | None = None, **fields: Any
) -> SensorData:
    """Hourly data of a few sensors on a road, with noise and nothing wrong."""
    random = np.random.default_rng(0)
    n = len(ids) or (sensors if values is None else values.shape[1])
    if values is None:
        values = 50 + 10 * np.sin(np.arange(days * PER_DAY) / PER_DAY * 2 * np.pi)[:, None]
        values = values + random.normal(0, 3, (days * PER_DAY, n))
    road = np.diag(np.ones(n - 1, dtype=np.float32), 1)
    settings: dict[str, Any] = {
        "name": "mine",
        "values": values.astype(np.float32),
        "times": pd.date_range("2024-03-04", periods=len(values), freq="1h"),
        "interval": pd.Timedelta(hours=1),
        "unit": "km/h",
        "nodes": node_table(ids or [f"S{k}" for k in range(n)]),
        "adjacency": road,
        **fields,
    }
    return SensorData(**settings)


def spoilt() -> SensorData:
    """The same with one of each kind of trouble."""
    values = made().values.copy()
    values[15 * PER_DAY :] -= 30           # a shift of all
    values[100:130, 1] = np.nan            # a gap
    values[300:330, 2] = 33.0              # stuck
    values[:, 3] = 0.0                     # dead
    values[:, 4] = values[:, 0]            # a duplicate
    values[400, 1] = 9999.0                # an outlier
    values[60:62] = np.nan                 # nobody
    values[480:504, 2] = values[408:432, 2]  # a day filled in from an earlier one
    return made(values=values)
