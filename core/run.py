"""A trained model as a folder that any later version can read, or refuse with a reason.

    run.json                 schema, state, model, data and their sha256, split, scaler, seed, versions, times
    weights.safetensors      the parameters and buffers of the model
    interaction.safetensors  ``interaction (H, N, N)`` float32: row i is what receiver i takes from each j
    spread.safetensors       ``spread (H, N, N)``: its deviation over time; only where it depends on the input
    network.safetensors      ``adjacency (N, N)``, ``truth (N, N)``: the graphs the data came with, if any
    forecasts.safetensors    the test part: what was observed and what was forecast
    progress.jsonl           one line per epoch

A run carries its sensors and their road graph, so it opens on a machine that does not have the data.
No torch here: a run can be opened and looked at without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from core.protocols import protocol
from core.record import SCHEMA, STATES, RunError, node_table, read_progress, read_record, unfinished

__all__ = ["SCHEMA", "STATES", "Forecasts", "Run", "RunError", "read_progress", "read_record", "read_tensors"]

FloatArray = NDArray[np.float32]
EARLIEST, LATEST = (int(np.datetime64(t, "m").astype(np.int64)) for t in ("0001-01-01T00:00", "9999-12-31T23:59"))


@dataclass(frozen=True, eq=False, slots=True)
class Forecasts:
    """The test part of a run: W windows, T steps ahead, N sensors, R rows.

    Attributes
    ----------
    forecast : (W, T, N) in the data's unit; step t of window w is row ``first[w] + t``
    rows : (R, N) what was observed, NaN where missing
    times : (R,) local time of each row
    first : (W,) row of the first step ahead of each window
    last_value : (W, N) the last value seen before each window's first step
    window_mean : (W, N) the mean of each window's inputs
    """

    forecast: FloatArray
    rows: FloatArray
    times: NDArray[np.datetime64]
    first: NDArray[np.int64]
    last_value: FloatArray
    window_mean: FloatArray

    @property
    def target(self) -> FloatArray:
        """What was observed at each step of each window, (W, T, N), NaN where missing."""
        steps = np.arange(self.forecast.shape[1])
        return cast(FloatArray, self.rows[self.first[:, None] + steps])

    @property
    def hours(self) -> NDArray[np.int64]:
        """The local hour of day of each step of each window, (W, T), 0 to 23."""
        hour = (self.times.astype("datetime64[h]").astype(np.int64)) % 24
        return cast(NDArray[np.int64], hour[self.first[:, None] + np.arange(self.forecast.shape[1])])

    def simple(self) -> dict[str, FloatArray]:
        """The forecasts that cost nothing, each (W, T, N): every model stands beside them."""
        shape = self.forecast.shape
        return {
            "last value": np.broadcast_to(self.last_value[:, None], shape),
            "window mean": np.broadcast_to(self.window_mean[:, None], shape),
        }


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """A finished run, checked when it was read.

    ``interaction[h, i, j]`` is the weight with which receiver i uses sender j in head h, after every
    normalisation. H is 0 for models that mix no sensors.
    """

    path: Path
    record: Mapping[str, Any]
    nodes: pd.DataFrame
    interaction: FloatArray
    spread: FloatArray | None
    adjacency: FloatArray | None
    truth: FloatArray | None
    forecasts: Forecasts
    progress: tuple[Mapping[str, float], ...]

    @property
    def name(self) -> str:
        """The folder's name, by which a run is picked and linked."""
        return self.path.name

    @property
    def model(self) -> str:
        """Name of the model, as in ``core.models.MODELS``."""
        return cast(str, self.record["model"]["name"])

    @property
    def heads(self) -> tuple[str, ...]:
        """The names of the H heads."""
        return tuple(self.record["heads"])

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return cast(str, self.record["data"]["name"])

    @property
    def protocol(self) -> str:
        """How the figures were got: ``clean`` or ``published``."""
        return cast(str, self.record["windows"]["protocol"])

    @property
    def pooled(self) -> bool:
        """Whether errors are pooled over all steps up to the horizon, as the protocol has it."""
        return protocol(self.protocol).pooled

    @property
    def optimistic(self) -> bool:
        """Whether the protocol lets the test part choose: said wherever a figure of this run is shown."""
        return protocol(self.protocol).optimistic

    @property
    def unit(self) -> str:
        """Unit of the values."""
        return cast(str, self.record["data"]["unit"])

    @property
    def quantity(self) -> str:
        """What the values measure, such as 'speed'."""
        return cast(str, self.record["data"]["quantity"])

    @property
    def source(self) -> str:
        """Whose data these are."""
        return cast(str, self.record["data"]["source"])

    @property
    def note(self) -> str:
        """What a reader of these data must know."""
        return cast(str, self.record["data"]["note"])

    @property
    def interval_minutes(self) -> float:
        """Minutes between two rows."""
        return float(self.record["data"]["interval_minutes"])

    @property
    def inputs(self) -> int:
        """Steps that a forecast sees."""
        return int(self.record["windows"]["inputs"])

    @property
    def horizon(self) -> int:
        """Steps ahead that are forecast."""
        return int(self.record["windows"]["horizon"])

    @property
    def seed(self) -> int:
        """Seed of the initial weights and of the order of the windows."""
        return int(self.record["seed"])

    @property
    def groups(self) -> NDArray[np.str_] | None:
        """The known group of each sensor, or None where the data name none."""
        groups = self.nodes["group"].to_numpy(dtype=str)
        return groups if (groups != "").any() else None

    @property
    def has_coordinates(self) -> bool:
        """Whether every sensor has a place on the map."""
        return bool(np.isfinite(self.nodes[["latitude", "longitude"]].to_numpy(dtype=float)).all())

    @classmethod
    def load(cls, path: Path, data_sha256: str | None = None) -> "Run":
        """Read the run in folder ``path``.

        Parameters
        ----------
        path : the run's folder
        data_sha256 : the hash of the data it is to be used with; None to look at the run alone

        Raises
        ------
        RunError
            The folder is not a run, is of an unknown schema, is not finished, misses a file, holds an
            array of the wrong shape, a weight that is not finite or a time that no calendar has, or was trained
            on other data.
        """
        record = read_record(path)
        if record["state"] != "done":
            raise RunError(unfinished(path, record))
        if data_sha256 is not None and data_sha256 != record["data"]["sha256"]:
            raise RunError(
                f"run {path.name} was trained on data with sha256 {record['data']['sha256'][:12]}…, "
                f"got data with sha256 {data_sha256[:12]}…: train anew, or name the data it was trained on"
            )
        nodes = node_table(path, record)
        n, h = len(nodes), len(record["heads"])
        horizon, inputs = record["windows"]["horizon"], record["windows"]["inputs"]
        for name, array in read_tensors(path / "weights.safetensors").items():
            if array.dtype.kind not in "fiub":
                raise RunError(f"{path / 'weights.safetensors'}: {name} must hold numbers, got {array.dtype}")
            _require_finite(path / "weights.safetensors", name, array)
        interaction = _tensor(path / "interaction.safetensors", "interaction", (h, n, n))
        spread = None
        if (path / "spread.safetensors").exists():
            spread = _tensor(path / "spread.safetensors", "spread", (h, n, n))
        graphs = read_tensors(path / "network.safetensors")
        for name, array in graphs.items():
            _require_weights(path / "network.safetensors", name, array, (n, n))
        return cls(
            path=path,
            record=record,
            nodes=nodes,
            interaction=interaction,
            spread=spread,
            adjacency=graphs.get("adjacency"),
            truth=graphs.get("truth"),
            forecasts=_forecasts(path / "forecasts.safetensors", n, inputs, horizon),
            progress=read_progress(path),
        )


def read_tensors(file: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a safetensors file.

    Raises
    ------
    RunError
        The file is missing, is cut short, or is not in the safetensors format.
    """
    try:
        with safe_open(file, framework="numpy") as tensors:
            return {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise RunError(f"run {file.parent.name} must hold {file.name}, but it is missing") from None
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:   # AttributeError: 8 bit floats
        raise RunError(f"{file} must be a whole safetensors file: {error}") from None


def _tensor(file: Path, name: str, shape: tuple[int, ...]) -> FloatArray:
    tensors = read_tensors(file)
    if name not in tensors:
        raise RunError(f"{file} must hold a tensor named {name}, got {sorted(tensors) or 'none'}")
    return _require(file, name, tensors[name], shape)


def _require(file: Path, name: str, array: NDArray[Any], shape: tuple[int, ...]) -> FloatArray:
    if array.shape != shape or array.dtype != np.float32:
        raise RunError(f"{file}: {name} must be float32 of shape {shape}, got {array.dtype} of {array.shape}")
    _require_finite(file, name, array)
    return array


def _require_weights(file: Path, name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    _require(file, name, array, shape)
    if (array < 0).any():
        place = tuple(int(i) for i in np.argwhere(array < 0)[0])
        raise RunError(f"{file}: {name} must be at least 0, got {array[place]} at {place}")


def _require_finite(file: Path, name: str, array: NDArray[Any]) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise RunError(f"{file}: {name} must be finite, got {array[place]} at {place}")


def _forecasts(file: Path, n: int, inputs: int, horizon: int) -> Forecasts:
    tensors = read_tensors(file)
    wanted = {"forecast", "rows", "times", "first", "last_value", "window_mean"}
    if set(tensors) != wanted:
        raise RunError(f"{file} must hold {sorted(wanted)}, got {sorted(tensors)}")
    first, rows, times = tensors["first"], tensors["rows"], tensors["times"]
    for name in ("first", "times"):
        if (array := tensors[name]).dtype != np.int64 or array.ndim != 1:
            raise RunError(f"{file}: {name} must be a row of int64")
        if not (array[1:] > array[:-1]).all():      # compared, not subtracted: a difference could overflow
            raise RunError(f"{file}: {name} must grow from each entry to the next")
    w, r = len(first), len(times)
    if rows.shape != (r, n) or rows.dtype != np.float32 or np.isinf(rows).any():
        raise RunError(f"{file}: rows must be float32 of shape {(r, n)} without infinities, got {rows.shape}")
    if w == 0 or first[0] < inputs or first[-1] > r - horizon:
        raise RunError(f"{file}: first must point at windows within the {r} rows")
    if times[0] < EARLIEST or times[-1] > LATEST:
        raise RunError(f"{file}: times must be minutes within the years 1 to 9999, got {times[0]} to {times[-1]}")
    return Forecasts(
        forecast=_require(file, "forecast", tensors["forecast"], (w, horizon, n)),
        rows=rows,
        times=times.astype("datetime64[m]"),
        first=first,
        last_value=_require(file, "last_value", tensors["last_value"], (w, n)),
        window_mean=_require(file, "window_mean", tensors["window_mean"], (w, n)),
    )
