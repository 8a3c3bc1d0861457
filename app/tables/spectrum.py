"""The modes of a matrix, and the part of each sensor in one of them."""

import numpy as np
import pandas as pd

from app.measured import Measured
from app.parts import Floats
from app.places import Ints
from app.reading.spectrum import lives_on


def mode_table(measured: Measured, head: str) -> pd.DataFrame:
    """One row per mode, the largest eigenvalue first."""
    found = measured.spectrum(head)
    frame = pd.DataFrame(
        {
            "mode": np.arange(1, len(found.values) + 1),
            "eigenvalue": found.values,
            "IPR": found.ipr,
            f"lives on [{measured.noun}s]": [lives_on(float(ipr)) for ipr in found.ipr],
            "Dirichlet energy, learned graph": found.energy,
        }
    )
    if found.road_energy is not None:
        frame["Dirichlet energy, road graph"] = found.road_energy
    frame["shares its eigenvalue"] = found.repeated
    return frame


def sensor_order(vector: Floats) -> Ints:
    """Sensors by their share of a mode (N,), the largest first: the rows of `sensor_table`."""
    return np.argsort(-(vector**2), kind="stable")


def sensor_table(measured: Measured, head: str, mode: int) -> pd.DataFrame:
    """The part of each sensor in one mode (from 0), the largest share first."""
    vector = measured.spectrum(head).vectors[:, mode]
    frame = pd.DataFrame({measured.noun: measured.ids, "part in the mode": vector, "share of the mode": vector**2})
    return frame.iloc[sensor_order(vector)]
