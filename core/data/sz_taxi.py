"""SZ-Taxi: speeds on 156 roads of Luohu, Shenzhen, from taxis, January 2015, every 15 minutes.

As published with T-GCN [1]: a header of road ids, no dates, no coordinates. The road graph is the published one:
1 where two roads meet, no self loops. The publisher writes 0 where no taxi was seen; here that is NaN.

[1] Zhao et al., T-GCN, IEEE Transactions on Intelligent Transportation Systems 21(9), 2020, arXiv:1811.05320.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from core.data import published
from core.data.faults import Faults
from core.data.sensors import SensorData, node_table

NAME = "sz-taxi"
SPEEDS, ADJACENCY = "sz_speed.csv", "sz_adj.csv"
STEPS, SENSORS = 2976, 156


def read(folder: Path) -> SensorData:
    """Read SZ-Taxi from the two published files.

    Returns
    -------
    SensorData
        2,976 steps from 2015-01-01 00:00, 156 roads without coordinates, NaN where the file has 0.

    Raises
    ------
    DataError
        A file is missing or is not as published.
    """
    faults = Faults()
    speeds = published.numbers(folder / SPEEDS, NAME, (STEPS, SENSORS), faults, header=True)
    adjacency = published.numbers(folder / ADJACENCY, NAME, (SENSORS, SENSORS), faults)
    faults.raise_any()
    if speeds is None or adjacency is None:  # each would be a fault, raised above
        raise AssertionError("a file was neither read nor faulty")
    return SensorData(
        name=NAME,
        values=np.where(speeds.cells == 0, np.nan, speeds.cells).astype(np.float32),
        times=pd.date_range("2015-01-01", periods=STEPS, freq="15min"),
        interval=pd.Timedelta(minutes=15),
        unit="km/h",
        nodes=node_table(speeds.columns),
        adjacency=adjacency.cells.astype(np.float32),
        source="Taxis in Luohu, Shenzhen, as published by Zhao et al. 2020",
        note=(
            "The publisher does not state the unit; km/h is assumed. A quarter of the values are missing: the "
            "file has 0 where no taxi was seen. From 11 January the mean of what was seen falls from 21.9 to "
            "13.5, and a graph learned from the whole month mostly learns that fall. "
            "Where the roads lie is not public."
        ),
    )
