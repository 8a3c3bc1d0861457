"""Made series on a planted graph, as data that a model can be trained on."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.data.sensors import SensorData, node_table

LEVEL, SPREAD = 50.0, 10.0  # of the values in their made-up unit: like speeds, so that no model meets odd numbers
START = "2024-03-04"  # a Monday


def made(
    series: NDArray[np.float64],
    adjacency: ArrayLike | None,
    truth: ArrayLike,
    interval_minutes: int = 5,
    name: str = "planted",
) -> SensorData:
    """Series of a process as data: level 50, each standard deviation 10, as many minutes apart as asked for.

    Parameters
    ----------
    series : (T, N) of mean about 0 and variance about 1, nan where missing
    adjacency : (N, N) >= 0, the roads that a model is shown; None for none
    truth : (N, N) >= 0, the planted graph
    interval_minutes : minutes between two rows, at least 1
    name : short name of the data

    Returns
    -------
    SensorData

    Raises
    ------
    ValueError
        An interval under one minute, or as `SensorData` (a `DataError`).

    Examples
    --------
    >>> data = made(np.zeros((4, 2)), None, np.ones((2, 2)), interval_minutes=15)
    >>> data.steps, data.sensors, float(data.values[0, 0]), data.times[1].isoformat()
    (4, 2, 50.0, '2024-03-04T00:15:00')
    """
    if interval_minutes < 1:
        raise ValueError(f"interval_minutes must be at least 1, got {interval_minutes}")
    steps, sensors = series.shape
    interval = pd.Timedelta(minutes=interval_minutes)
    return SensorData(
        name=name,
        values=(LEVEL + SPREAD * series).astype(np.float32),
        times=pd.date_range(START, periods=steps, freq=interval),
        interval=interval,
        unit="made-up units",
        nodes=node_table([f"P{k + 1}" for k in range(sensors)]),
        adjacency=None if adjacency is None else np.asarray(adjacency, dtype=np.float32),
        truth=np.asarray(truth, dtype=np.float32),
        source="Made by code: a process on a planted graph",
        note="These values are made up, so their true graph is known.",
        quantity="value",
    )
