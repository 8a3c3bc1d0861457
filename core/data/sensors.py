"""The one type that every reader returns, checked at the door, and the faults it can have.

Axes: T rows in time, N sensors. ``M[i, j]`` of a graph is the weight with which receiver i uses sender j.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.data.faults import DataError, Fault, Faults, quoted

__all__ = ["DataError", "Fault", "FloatArray", "SensorData", "node_table"]

FloatArray = NDArray[np.float32]

NODE_COLUMNS = ("id", "latitude", "longitude", "group")
BLANKS = " \t\u00a0"  # around an id, where it stands in a table
LONGEST_ID = 1_000
MOST_SENSORS = 5_000  # a dense graph of more does not fit a usual machine
MINUTE = 60_000_000  # microseconds
COORDINATE_LIMITS = {"latitude": 90.0, "longitude": 180.0}


def node_table(
    ids: Sequence[str],
    latitude: ArrayLike | None = None,
    longitude: ArrayLike | None = None,
    group: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Sensors as the table that :class:`SensorData` wants; what is not given is unknown (NaN, '')."""
    unknown = np.full(len(ids), np.nan)
    return pd.DataFrame(
        {
            "id": pd.Series(list(ids), dtype="str"),
            "latitude": np.asarray(unknown if latitude is None else latitude, dtype=np.float64),
            "longitude": np.asarray(unknown if longitude is None else longitude, dtype=np.float64),
            "group": pd.Series([""] * len(ids) if group is None else list(group), dtype="str"),
        }
    )


@dataclass(frozen=True, eq=False, slots=True)
class SensorData:
    """What N sensors measured at T times, and the road graph between them.

    Attributes
    ----------
    name : short name of the data, 'los-loop'
    values : (T, N) float32, NaN where missing; kept as a read-only copy
    times : (T,) naive local time in whole minutes, strictly increasing, whole multiples of ``interval`` apart
    interval : time from one row to the next where there is no gap, in whole minutes
    unit : unit of ``values``, 'mph'
    nodes : N rows with columns ``id`` (text, unique), ``latitude``, ``longitude`` (degrees, NaN unknown),
        ``group`` (text, '' unknown); row i describes column i of ``values``
    adjacency : (N, N) float32 >= 0, the road graph, rows are receivers; None where there is none
    truth : (N, N) float32 >= 0, the planted graph; only where the data were made by code
    source : whose data these are, one line
    note : what a reader of a screen must know about them, a sentence or two
    quantity : what was measured

    Raises
    ------
    DataError
        With every fault found, not only the first. An array has no lines as a file has, so the place stands
        in the text of the fault: the index, counted from 0.
    """

    name: str
    values: FloatArray
    times: pd.DatetimeIndex
    interval: pd.Timedelta
    unit: str
    nodes: pd.DataFrame
    adjacency: FloatArray | None
    truth: FloatArray | None = None
    source: str = ""
    note: str = ""
    quantity: str = "speed"

    def __post_init__(self) -> None:
        faults = Faults()
        _check_texts(self, faults)
        _check_values(self.values, faults)
        shape = np.shape(self.values)
        rows, sensors = shape if len(shape) == 2 else (None, None)
        _check_times(self.times, self.interval, rows, faults)
        _check_nodes(self.nodes, faults)
        if sensors is not None and isinstance(self.nodes, pd.DataFrame) and len(self.nodes) != sensors:
            faults.add("nodes", f"must have one row for each of {sensors} sensors", got=len(self.nodes))
        for field, graph in (("adjacency", self.adjacency), ("truth", self.truth)):
            if graph is not None:
                _check_graph(field, graph, sensors, faults)
        faults.raise_any()
        for field in ("values", "adjacency", "truth"):
            object.__setattr__(self, field, _frozen(getattr(self, field)))
        object.__setattr__(self, "times", pd.DatetimeIndex(self.times.to_numpy().astype("datetime64[s]")))
        object.__setattr__(self, "nodes", self.nodes.loc[:, list(NODE_COLUMNS)].reset_index(drop=True))

    @property
    def steps(self) -> int:
        """Number of rows in time, T."""
        return int(self.values.shape[0])

    @property
    def sensors(self) -> int:
        """Number of sensors, N."""
        return int(self.values.shape[1])

    @property
    def missing(self) -> float:
        """Share of values that are NaN, 0 to 1."""
        return float(np.isnan(self.values).mean())

    @property
    def sha256(self) -> str:
        """Hash of the shape and of the values as float32, little endian, row after row.

        All NaNs count as one and so do 0.0 and -0.0: what is equal has one hash.
        """
        canonical = np.where(np.isnan(self.values), np.float32(np.nan), self.values + np.float32(0))
        digest = hashlib.sha256(f"float32 {self.steps} {self.sensors}\n".encode())
        digest.update(np.ascontiguousarray(canonical, dtype="<f4").tobytes())
        return digest.hexdigest()

    @property
    def times_sha256(self) -> str:
        """Hash of the times of the rows, in minutes since 1970 as int64, little endian: gaps and clock in one."""
        minutes = self.times.to_numpy().astype("datetime64[m]").astype("<i8")
        return hashlib.sha256(np.ascontiguousarray(minutes).tobytes()).hexdigest()

    @property
    def steps_per_day(self) -> int:
        """Number of rows in a whole day; ValueError where the interval does not divide a day."""
        day = pd.Timedelta(days=1)
        if day % self.interval != pd.Timedelta(0):
            raise ValueError(f"interval must divide a day for a time of day to recur, got {self.interval}")
        return int(day / self.interval)

    @property
    def has_coordinates(self) -> bool:
        """Whether every sensor has a latitude and a longitude."""
        return bool(np.isfinite(self.nodes[["latitude", "longitude"]].to_numpy()).all())

    @property
    def groups(self) -> tuple[str, ...] | None:
        """Label of each sensor's known group, or None where no sensor has one."""
        labels = tuple(str(label) for label in self.nodes["group"])
        return labels if any(labels) else None

    def segments(self) -> list[tuple[int, int]]:
        """Row ranges ``[first, last)`` within which no time is left out, in order."""
        steps = np.diff(_microseconds(self.times))
        jumps = np.flatnonzero(steps != self.interval // pd.Timedelta(microseconds=1)) + 1
        edges = [0, *(int(jump) for jump in jumps), self.steps]
        return list(pairwise(edges))


def _frozen(array: FloatArray | None) -> FloatArray | None:
    """Copy as float32 that cannot be written to; an array that is both already is shared, not copied."""
    if array is None or (array.dtype == np.float32 and not array.flags.writeable and array.base is None):
        return array
    copy = np.array(array, dtype=np.float32, order="C")
    copy.flags.writeable = False
    return copy


def _microseconds(times: pd.DatetimeIndex) -> NDArray[np.int64]:
    return times.to_numpy().astype("datetime64[us]").astype(np.int64)


def _check_texts(data: SensorData, faults: Faults) -> None:
    for field in ("name", "unit", "source", "note", "quantity"):
        text = getattr(data, field)
        if not isinstance(text, str):
            faults.add(field, "must be text", got=type(text).__name__)
        elif field in {"name", "unit", "quantity"} and not text.strip():
            faults.add(field, "must not be empty")


def _numbers(field: str, array: Any, faults: Faults) -> NDArray[np.float32] | None:
    """Give the array as float32 (what is too large becomes infinite), or None where it holds no numbers."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        came = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
        faults.add(field, "must be an array of numbers", got=came)
        return None
    with np.errstate(over="ignore"):
        return array.astype(np.float32, copy=False)


def _check_values(values: Any, faults: Faults) -> None:
    numbers = _numbers("values", values, faults)
    if numbers is None:
        return
    if numbers.ndim != 2 or 0 in numbers.shape:
        faults.add("values", "must have shape (T, N) with T and N at least 1", got=numbers.shape)
        return
    for i, j in np.argwhere(np.isinf(numbers)):
        faults.add("values", "must be finite or NaN", got=f"{numbers[i, j]} at [{i}, {j}]")


def _check_times(times: Any, interval: Any, rows: int | None, faults: Faults) -> None:
    minute, none = pd.Timedelta(minutes=1), pd.Timedelta(0)
    regular = isinstance(interval, pd.Timedelta) and interval > none and interval % minute == none
    if not regular:
        faults.add("interval", "must be a pandas Timedelta of one or more whole minutes", got=repr(interval))
    if not isinstance(times, pd.DatetimeIndex):
        faults.add("times", "must be a pandas DatetimeIndex", got=type(times).__name__)
        return
    if rows is not None and len(times) != rows:
        faults.add("times", f"must be one for each of {rows} rows of values", got=len(times))
    if times.tz is not None:
        faults.add("times", "must be local times without a time zone", got=times.tz)
        return
    if times.hasnans:
        faults.add("times", "must all be known", got=f"NaT at index {int(np.argmax(times.isna()))}")
        return
    microseconds = _microseconds(times)
    for i in map(int, np.flatnonzero(microseconds % MINUTE)):
        faults.add("times", "must be whole minutes", got=f"{times[i]} at index {i}")
    steps = np.diff(microseconds)
    for i in map(int, np.flatnonzero(steps <= 0)):
        faults.add("times", "must increase strictly", got=f"{times[i + 1]} after {times[i]} at index {i + 1}")
    if regular:
        between = (steps > 0) & (steps % (interval // minute * MINUTE) != 0)
        for i in map(int, np.flatnonzero(between)):
            faults.add(
                "times",
                f"must be whole multiples of {interval} apart",
                got=f"{times[i + 1]} after {times[i]} at index {i + 1}",
            )


def _check_nodes(nodes: Any, faults: Faults) -> None:
    if not isinstance(nodes, pd.DataFrame):
        faults.add("nodes", "must be a pandas DataFrame", got=type(nodes).__name__)
        return
    absent = [column for column in NODE_COLUMNS if column not in nodes.columns]
    if absent:
        faults.add("nodes", f"must have the columns {', '.join(NODE_COLUMNS)}", got=f"no {', '.join(absent)}")
        return
    first: dict[str, int] = {}
    for i, name in enumerate(nodes["id"]):
        problem = id_problem(name)
        if problem:
            faults.add("nodes", f"id {problem}", got=f"{quoted(name)} at index {i}")
        elif first.setdefault(name, i) != i:
            faults.add("nodes", "id must be unique", got=f"{quoted(name)} at index {first[name]} and {i}")
    for i, group in enumerate(nodes["group"]):
        if not isinstance(group, str):
            faults.add("nodes", "group must be text ('' where unknown)", got=f"{quoted(group)} at index {i}")
    unreadable = [column for column in COORDINATE_LIMITS if nodes[column].dtype.kind not in "fiu"]
    for column in unreadable:
        faults.add("nodes", f"{column} must be numbers", got=f"dtype {nodes[column].dtype}")
    if not unreadable:
        latitude, longitude = (nodes[column].to_numpy(dtype=np.float64) for column in COORDINATE_LIMITS)
        for i, column, problem, degrees in coordinate_problems(latitude, longitude):
            faults.add("nodes", f"{column} {problem}", got=f"{degrees:g} at index {i}")


def id_problem(name: Any) -> str | None:
    """What must hold and does not for the id of one sensor; None where it is fine.

    Any text is, HTML and line breaks included, that a UTF-8 file can give back unchanged.

    >>> id_problem("<b>5, S</b>"), id_problem(" ")
    (None, 'must be text that can be seen')
    """
    if not isinstance(name, str) or not name.strip():
        return "must be text that can be seen"
    if len(name) > LONGEST_ID:
        return f"must have at most {LONGEST_ID:,} characters"
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        return "must be text without NUL and without half characters (surrogates)"
    return None


def trimmed(cell: str) -> str:
    r"""The id in a cell of a file, without the blanks around it: after a comma they are no part of a name.

    >>> trimmed(" a b\t")
    'a b'
    """
    return cell.strip(BLANKS)


def coordinate_problems(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> Iterator[tuple[int, str, str, float]]:
    """Index, column, what must hold and the degrees of each coordinate out of range or without its pair."""
    for (column, limit), degrees in zip(COORDINATE_LIMITS.items(), (latitude, longitude), strict=True):
        for i in map(int, np.flatnonzero(~np.isnan(degrees) & ~(np.abs(degrees) <= limit))):
            yield i, column, f"must lie between -{limit:g} and {limit:g} degrees", float(degrees[i])
    for i in map(int, np.flatnonzero(np.isnan(latitude) != np.isnan(longitude))):
        column = "latitude" if np.isnan(latitude[i]) else "longitude"
        yield i, column, "must be given where the other coordinate is", np.nan


def _check_graph(field: str, graph: Any, sensors: int | None, faults: Faults) -> None:
    numbers = _numbers(field, graph, faults)
    if numbers is None:
        return
    rows, columns = numbers.shape if numbers.ndim == 2 else (None, None)
    if rows is None or rows != columns or (sensors is not None and rows != sensors):
        size = "(N, N)" if sensors is None else f"({sensors}, {sensors})"
        faults.add(field, f"must have shape {size}, a row and a column for each sensor", got=numbers.shape)
        return
    for i, j in np.argwhere(~(np.isfinite(numbers) & (numbers >= 0))):
        faults.add(field, "must be finite and not negative", got=f"{numbers[i, j]} at [{i}, {j}]")
