"""A trained model, or a matrix alone, as a folder that any later version can read, or refuse with a reason.

    run.json                 schema, state, model, data and their sha256, split, scaler, seed, versions, times
    weights.safetensors      the parameters and buffers of the model
    interaction.safetensors  ``interaction (H, N, N)`` float32: row i is what receiver i takes from each j
    spread.safetensors       ``spread (H, N, N)``: its deviation over time; only where it depends on the input
    network.safetensors      ``adjacency (N, N)``, ``truth (N, N)``: the graphs the data came with, if any
    forecasts.safetensors    the test part: what was observed and what was forecast
    progress.jsonl           one line per epoch

A matrix alone, which somebody has from elsewhere, is a run of the kind 'matrix': ``run.json``, ``interaction`` and
``network``, and none of the other files, since there is no model behind it.

A run carries its sensors and their road graph, so it opens on a machine that does not have the data.
No torch here: a run can be opened and looked at without it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.protocols import protocol
from core.record import FILES, SCHEMA, STATES, RunError, kind_of, node_table, read_progress, read_record, unfinished
from core.tensors import FloatArray, read_tensors, require_finite, require_weights, required, tensor

__all__ = ["SCHEMA", "STATES", "Forecasts", "Run", "RunError", "read_progress", "read_record", "read_tensors"]

ALONE = ("run.json", "interaction.safetensors", "network.safetensors")  # the files of a matrix alone
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

    A matrix alone has no forecasts, and nothing is invented for it: what only a model has is '', 0, NaN, None or
    False, as each property says.
    """

    path: Path
    record: Mapping[str, Any]
    nodes: pd.DataFrame
    interaction: FloatArray
    spread: FloatArray | None
    adjacency: FloatArray | None
    truth: FloatArray | None
    forecasts: Forecasts | None
    progress: tuple[Mapping[str, float], ...]

    @property
    def name(self) -> str:
        """The folder's name, by which a run is picked and linked."""
        return self.path.name

    @property
    def kind(self) -> str:
        """Whether this is a trained 'model' or a 'matrix' alone."""
        return kind_of(self.record)

    @property
    def model(self) -> str:
        """Name of the model, as in ``core.models.MODELS``; '' for a matrix alone."""
        return cast(str, self._of_model("model", "name", ""))

    @property
    def heads(self) -> tuple[str, ...]:
        """The names of the H heads."""
        return tuple(self.record["heads"])

    @property
    def dataset(self) -> str:
        """Name of the data set; of a matrix alone, of its file."""
        return cast(str, self.record["data"]["name"])

    @property
    def protocol(self) -> str:
        """How the figures were got: ``clean`` or ``published``; '' for a matrix alone, which has none."""
        return cast(str, self._of_model("windows", "protocol", ""))

    @property
    def pooled(self) -> bool:
        """Whether errors are pooled over all steps up to the horizon, as the protocol has it."""
        return self.kind == "model" and protocol(self.protocol).pooled

    @property
    def optimistic(self) -> bool:
        """Whether the protocol lets the test part choose: said wherever a figure of this run is shown."""
        return self.kind == "model" and protocol(self.protocol).optimistic

    @property
    def unit(self) -> str:
        """Unit of the values; '' for a matrix alone."""
        return cast(str, self._of_model("data", "unit", ""))

    @property
    def quantity(self) -> str:
        """What the values measure, such as 'speed'; '' for a matrix alone."""
        return cast(str, self._of_model("data", "quantity", ""))

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
        """Minutes between two rows; NaN for a matrix alone, which has no time."""
        return float(self._of_model("data", "interval_minutes", math.nan))

    @property
    def inputs(self) -> int:
        """Steps that a forecast sees; 0 for a matrix alone."""
        return int(self._of_model("windows", "inputs", 0))

    @property
    def horizon(self) -> int:
        """Steps ahead that are forecast; 0 for a matrix alone."""
        return int(self._of_model("windows", "horizon", 0))

    @property
    def seed(self) -> int | None:
        """Seed of the initial weights and of the order of the windows; None for a matrix alone."""
        return int(self.record["seed"]) if self.kind == "model" else None

    @property
    def groups(self) -> NDArray[np.str_] | None:
        """The known group of each sensor, or None where the data name none."""
        groups = self.nodes["group"].to_numpy(dtype=str)
        return groups if (groups != "").any() else None

    @property
    def has_coordinates(self) -> bool:
        """Whether every sensor has a place on the map."""
        return bool(np.isfinite(self.nodes[["latitude", "longitude"]].to_numpy(dtype=float)).all())

    @property
    def tested(self) -> Forecasts:
        """The forecasts, where there must be some; RunError for a matrix alone."""
        if self.forecasts is None:
            raise RunError(
                f"run {self.name} is a matrix alone, without a model: it has no forecasts. "
                f"Measure its matrix with: python -m app analyse {self.path} --json -"
            )
        return self.forecasts

    def _of_model(self, section: str, key: str, absent: Any) -> Any:
        """The entry of a model's record; ``absent`` for a matrix alone, whose record has none."""
        return self.record[section][key] if self.kind == "model" else absent

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
            The folder is not a run, is of an unknown schema, is not finished, misses a file or has one that its
            kind has not, holds an array of the wrong shape, a weight that is not finite or a time that no calendar
            has, or was trained on other data.
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
        alone = kind_of(record) == "matrix"
        if alone:
            if others := [name for name in FILES if name not in ALONE and (path / name).exists()]:
                raise RunError(f"run {path.name} is a matrix alone and must have no {others[0]}")
        else:
            _check_weights(path / "weights.safetensors")
        interaction = tensor(path / "interaction.safetensors", "interaction", (h, n, n))
        spread = None
        if (path / "spread.safetensors").exists():
            spread = tensor(path / "spread.safetensors", "spread", (h, n, n))
        graphs = read_tensors(path / "network.safetensors")
        for name, array in graphs.items():
            require_weights(path / "network.safetensors", name, array, (n, n))
        return cls(
            path=path,
            record=record,
            nodes=nodes,
            interaction=interaction,
            spread=spread,
            adjacency=graphs.get("adjacency"),
            truth=graphs.get("truth"),
            forecasts=None if alone else _forecasts(path / "forecasts.safetensors", n, record["windows"]),
            progress=read_progress(path),
        )


def _check_weights(file: Path) -> None:
    for name, array in read_tensors(file).items():
        if array.dtype.kind not in "fiub":
            raise RunError(f"{file}: {name} must hold numbers, got {array.dtype}")
        require_finite(file, name, array)


def _forecasts(file: Path, n: int, windows: Mapping[str, Any]) -> Forecasts:
    inputs, horizon = windows["inputs"], windows["horizon"]
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
