"""Los-Loop: 207 loop detectors on the highways of Los Angeles, one week, every 5 minutes, miles per hour.

The first week of METR-LA [1] in the form published with T-GCN [2]: a header of sensor ids, no dates. The road
graph is the published one, a Gaussian kernel of the road distance, cut at 0.1, its diagonal 1.

[1] Li et al., Diffusion Convolutional Recurrent Neural Network, ICLR 2018, arXiv:1707.01926.
[2] Zhao et al., T-GCN, IEEE Transactions on Intelligent Transportation Systems 21(9), 2020, arXiv:1811.05320.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from core.data import published
from core.data.faults import Faults, quoted
from core.data.sensors import SensorData, node_table

NAME = "los-loop"
SPEEDS, ADJACENCY, PLACES = "los_speed.csv", "los_adj.csv", "graph_sensor_locations.csv"
STEPS, SENSORS = 2016, 207
PLACE_COLUMNS = ("index", "sensor_id", "latitude", "longitude")


def read(folder: Path) -> SensorData:
    """Read Los-Loop from the three published files.

    Returns
    -------
    SensorData
        2,016 steps from 2012-03-01 00:00, 207 sensors with coordinates, nothing missing.

    Raises
    ------
    DataError
        A file is missing or is not as published, or the files name different sensors.
    """
    faults = Faults()
    speeds = published.numbers(folder / SPEEDS, NAME, (STEPS, SENSORS), faults, header=True)
    adjacency = published.numbers(folder / ADJACENCY, NAME, (SENSORS, SENSORS), faults)
    places = published.stations(folder / PLACES, NAME, PLACE_COLUMNS, SENSORS, faults)
    degrees = None if places is None else places.degrees("latitude", "longitude", faults)
    if speeds is not None and places is not None:
        _check_order(speeds.columns, places, faults)
    faults.raise_any()
    if speeds is None or adjacency is None or degrees is None:  # each would be a fault, raised above
        raise AssertionError("a file was neither read nor faulty")
    return SensorData(
        name=NAME,
        values=speeds.cells.astype(np.float32),
        times=pd.date_range("2012-03-01", periods=STEPS, freq="5min"),
        interval=pd.Timedelta(minutes=5),
        unit="mph",
        nodes=node_table(speeds.columns, *degrees.T),
        adjacency=adjacency.cells.astype(np.float32),
        source="Loop detectors of Los Angeles County (METR-LA, Li et al. 2018), as published by Zhao et al. 2020",
        note=(
            "One week only. The publisher filled the gaps by interpolation, so nothing is marked as missing "
            "and some of what looks measured is not."
        ),
    )


def _check_order(ids: tuple[str, ...], places: published.Stations, faults: Faults) -> None:
    """The two files must name the same sensors in the same order: nothing else ties a place to a column."""
    named = places.cells["sensor_id"]
    for j, (line, name, column) in enumerate(zip(places.lines, named, ids, strict=True), start=1):
        if name != column:
            faults.add(
                PLACES,
                f"must name the sensors in the order of {SPEEDS}",
                got=f"{quoted(name)} where its column {j} is {quoted(column)}",
                row=line,
                column="sensor_id",
            )
