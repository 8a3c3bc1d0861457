"""What a reader of matrices returns, and what every one of them checks. Axes: H heads, N sensors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.faults import Faults
from core.data.sensors import FloatArray, id_problem

MOST_SENSORS = 5_000
MOST_HEADS = 64
MOST_WEIGHTS = 2**27        # half a gigabyte as float32: five heads of 5,000 sensors
MOST_BYTES = 2**30          # of a file, or of all that a packed file holds
LARGEST = np.float64(np.finfo(np.float32).max)    # of NumPy: a plain float would be cast to the array's own type
LISTED = 19                 # places of weights that are no numbers; the rest is counted

ROWS = ("Its rows were taken as receivers.", "Its rows were taken as senders, so it was transposed.")
EDGES = ("Its edges were taken to run from sender to receiver.", "Its edges were taken to run from receiver to sender.")


@dataclass(frozen=True, slots=True)
class Given:
    """The sensors and their order, where a file of its own names them: their ids, and the name of that file."""

    ids: tuple[str, ...]
    file: str


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What a file holds, rows as they stand in it.

    Attributes
    ----------
    weights : (H, N, N) float32, finite
    heads : the H names
    nodes : N rows: id, latitude, longitude, group; None where the file names no sensors
    said : how its direction was understood, and how it is understood once it is turned
    remarks : what else a reader must know, whole sentences
    """

    weights: FloatArray
    heads: tuple[str, ...]
    nodes: pd.DataFrame | None
    said: tuple[str, str] = ROWS
    remarks: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """How its direction was understood."""
        return self.said[0]

    @property
    def turned_remark(self) -> str:
        """The same, once it is turned."""
        return self.said[1]


def check_heads(file: str, names: list[str], faults: Faults) -> None:
    """Heads must have names that can be seen, each its own, and none that of the mean of all."""
    seen = set[str]()
    for name in names:
        if problem := id_problem(name):
            faults.add(file, f"the name of a head {problem}", cell=name)
        elif name == "mean":
            faults.add(file, "a head must not be called 'mean', which is the mean of all heads: name it otherwise")
        elif name in seen:
            faults.add(file, "heads must have names of their own", cell=name)
        seen.add(name)


def check_size(file: str, heads: int, sensors: int, faults: Faults, given: Given | None = None) -> bool:
    """Whether H heads of N sensors can be shown; a fault where not, or where N is not the number of sensors given."""
    before = len(faults)
    if not 2 <= sensors <= MOST_SENSORS:
        faults.add(file, f"must have 2 to {MOST_SENSORS:,} sensors", got=f"{sensors:,}")
    elif given is not None and sensors != len(given.ids):
        must = f"must have a row and a column for each of the {len(given.ids):,} sensors of {given.file}"
        faults.add(file, must, got=f"{sensors:,}")
    if not 1 <= heads <= MOST_HEADS:
        faults.add(file, f"must have 1 to {MOST_HEADS} heads", got=f"{heads:,}")
    elif heads * sensors**2 > MOST_WEIGHTS:
        faults.add(file, f"must have at most {MOST_WEIGHTS:,} weights in all", got=f"{heads * sensors**2:,}")
    return len(faults) == before


def check_finite(file: str, name: str, weights: NDArray[Any], faults: Faults) -> None:
    """Weights of an array must be finite as float32; the row and the column of a fault are counted from 1."""
    if weights.dtype.kind != "f":
        return
    wrong = ~(np.abs(weights) <= LARGEST)   # true for NaN as well
    if not (count := int(wrong.sum())):
        return
    within = f" (array {name!r})" if name else ""
    for place in np.argwhere(wrong)[:LISTED].tolist():
        *head, i, j = place
        of_head = f" in head {head[0] + 1}" if head else ""
        value = weights[tuple(place)]
        must = f"a weight must be a finite number that float32 can hold{within}"
        faults.add(file, must, got=f"{value:g}{of_head}", row=i + 1, column=str(j + 1))
    if count > LISTED:
        faults.add(file, f"all weights must be finite numbers{within}", got=f"{count:,} that are not")
