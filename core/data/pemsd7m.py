"""PeMSD7(M): 228 highway detectors in Los Angeles and Ventura, 44 weekdays, every 5 minutes, miles per hour.

As published with STGCN [1]: speeds without header and dates, road distances in metres, and a table of stations.
The road graph is made from the distances by eq. 10 of [1]:

    w_ij = exp(-(d_ij / 10 km)^2 / 0.1),  0 where that is under 0.5 and where i = j

[1] Yu, Yin and Zhu, Spatio-Temporal Graph Convolutional Networks, IJCAI 2018, arXiv:1709.04875.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import published
from core.data.faults import Faults
from core.data.sensors import FloatArray, SensorData, node_table

NAME = "pemsd7m"
SPEEDS, SPEEDS_SMALL, DISTANCES = "V_228.csv", "V_228_f32.npz", "W_228.csv"
STATIONS = "PeMSD7_M_Station_Info.csv"
STATION_COLUMNS = ("", "ID", "Fwy", "Dir", "District", "Latitude", "Longitude")
DAYS, STEPS_PER_DAY, SENSORS = 44, 288, 228
SCALE_METRES, WIDTH, LEAST_WEIGHT = 10_000.0, 0.1, 0.5

# all that zipfile and NumPy raise on an archive that is damaged; a size that was damaged ends in MemoryError
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)


def read(folder: Path) -> SensorData:
    """Read PeMSD7(M) from the published files.

    The speeds are taken from ``V_228.csv``, or where that is not there from ``V_228_f32.npz``: the same values as
    one float32 array named ``data``.

    Returns
    -------
    SensorData
        44 weekdays of May and June 2012 with 288 steps each (a weekend is a gap), 228 sensors with coordinates,
        grouped by freeway and direction ('5 S').

    Raises
    ------
    DataError
        A file is missing or is not as published.
    """
    faults = Faults()
    speeds = _speeds(folder, faults)
    distances = published.numbers(folder / DISTANCES, NAME, (SENSORS, SENSORS), faults)
    stations = published.stations(folder / STATIONS, NAME, STATION_COLUMNS, SENSORS, faults)
    degrees = None if stations is None else stations.degrees("Latitude", "Longitude", faults)
    faults.raise_any()
    if speeds is None or distances is None or stations is None or degrees is None:  # faults, raised above
        raise AssertionError("a file was neither read nor faulty")
    freeways = zip(stations.cells["Fwy"], stations.cells["Dir"], strict=True)
    groups = [f"{freeway} {direction}" for freeway, direction in freeways]
    return SensorData(
        name=NAME,
        values=speeds,
        times=_times(),
        interval=pd.Timedelta(minutes=5),
        unit="mph",
        nodes=node_table(stations.cells["ID"], degrees[:, 0], degrees[:, 1], groups),
        adjacency=weights(distances.cells),
        source="Caltrans Performance Measurement System (PeMS), District 7, as published by Yu et al. 2018",
        note=(
            "Weekdays only, 44 of them: the weekends are gaps. The road graph is made from road distances: "
            "sensors more than 2.6 km apart have no edge in it."
        ),
    )


def weights(metres: NDArray[np.float64]) -> FloatArray:
    """Road graph from road distances, both (N, N): the formula above.

    >>> weights(np.array([[0.0, 1000.0], [3000.0, 0.0]])).round(3)
    array([[0.   , 0.905],
           [0.   , 0.   ]], dtype=float32)
    """
    near = np.exp(-((metres / SCALE_METRES) ** 2) / WIDTH)
    near[near < LEAST_WEIGHT] = 0
    np.fill_diagonal(near, 0)
    return near.astype(np.float32)


def _times() -> pd.DatetimeIndex:
    """(T,) five-minute steps of the first weekdays from 1 May 2012, a holiday counted as one of them."""
    days = pd.bdate_range("2012-05-01", periods=DAYS).to_numpy()
    steps = np.arange(STEPS_PER_DAY) * np.timedelta64(5, "m")
    return pd.DatetimeIndex((days[:, None] + steps).ravel())


def _speeds(folder: Path, faults: Faults) -> FloatArray | None:
    """(T, N) speeds from whichever of the two files is there."""
    shape = (DAYS * STEPS_PER_DAY, SENSORS)
    small = folder / SPEEDS_SMALL
    if (folder / SPEEDS).exists() or not small.is_file():
        table = published.numbers(folder / SPEEDS, NAME, shape, faults)
        return None if table is None else table.cells.astype(np.float32)
    try:
        with small.open("rb") as file:  # NumPy leaves a file open that it opened itself and cannot read
            if not zipfile.is_zipfile(file):
                raise ValueError("it is not a whole .npz file")
            with np.load(file, allow_pickle=False) as arrays:
                speeds = arrays["data"]
    except _UNREADABLE as error:
        faults.add(SPEEDS_SMALL, f"must be a NumPy archive with an array 'data', but {error}")
        return None
    if speeds.shape != shape or speeds.dtype.kind != "f":
        came = f"{speeds.dtype} {speeds.shape}"
        faults.add(SPEEDS_SMALL, f"'data' must be numbers of shape {shape} as published", got=came)
        return None
    for t, j in np.argwhere(~(np.isfinite(speeds) & (speeds >= 0))):
        faults.add(SPEEDS_SMALL, "must be finite and not negative", got=f"{speeds[t, j]} at [{t}, {j}]")
    return np.asarray(speeds, dtype=np.float32)
