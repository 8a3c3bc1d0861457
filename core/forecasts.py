"""What a run of sensors holds of its test part, ``forecasts.safetensors``: what was observed and what was forecast.

Axes: w window, t step ahead, n sensor, r row. No torch here, as in ``core/run.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.record import RunError
from core.tensors import FloatArray, read_tensors, required

FILE = "forecasts.safetensors"
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


def read_forecasts(path: Path, windows: Mapping[str, Any], n: int) -> Forecasts:
    """The forecasts of the run in folder ``path``.

    Parameters
    ----------
    path : the run's folder
    windows : that section of its checked record
    n : how many sensors the record names

    Raises
    ------
    RunError
        The file is missing, or an array is of another shape or type, is not finite, or does not fit the others.
    """
    file, inputs, horizon = path / FILE, windows["inputs"], windows["horizon"]
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
        forecast=required(file, "forecast", tensors["forecast"], (w, horizon, n)),
        rows=rows,
        times=times.astype("datetime64[m]"),
        first=first,
        last_value=required(file, "last_value", tensors["last_value"], (w, n)),
        window_mean=required(file, "window_mean", tensors["window_mean"], (w, n)),
    )
