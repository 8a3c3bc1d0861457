"""A trained model, or a matrix alone, as a folder that any later version can read, or refuse with a reason.

    run.json                 schema, state, model, data and their sha256, split, scaler, seed, versions, times
    weights.safetensors      the parameters and buffers of the model
    interaction.safetensors  ``interaction (H, N, N)`` float32: row i is what receiver i takes from each j
    spread.safetensors       ``spread (H, N, N)``: its deviation over time; only where it depends on the input
    network.safetensors      ``adjacency (N, N)``, ``truth (N, N)``: the graphs the data came with, if any
    forecasts.safetensors    the test part: what was observed and what was forecast; see ``core/forecasts.py``
    progress.jsonl           one line per epoch

A run of the kind 'particles' has ``particles.safetensors`` in place of the forecasts, and other arrays in ``network``:
see ``core/particles.py``. A matrix alone, which somebody has from elsewhere, is a run of the kind 'matrix':
``run.json``, ``interaction`` and ``network``, and none of the other files, since there is no model behind it.

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

from core import controls, forecasts, particles
from core.forecasts import Forecasts
from core.particles import Particles
from core.protocols import protocol
from core.record import SCHEMA, STATES, RunError, kind_of, made_of, node_table, read_progress, read_record, unfinished
from core.tensors import FloatArray, read_tensors, require_finite, require_weights, tensor

__all__ = [
    "SCHEMA", "STATES", "Forecasts", "Particles", "Run", "RunError", "read_progress", "read_record", "read_tensors",
]

FOREIGN = {     # the files of a run that one of another kind must not have
    "model": (particles.FILE,),
    "matrix": ("weights.safetensors", "spread.safetensors", forecasts.FILE, particles.FILE, "progress.jsonl"),
    "particles": ("spread.safetensors", forecasts.FILE),
}
CALLED = {"model": "of sensors", "matrix": "a matrix alone", "particles": "of particles"}


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """A finished run, checked when it was read.

    ``interaction[h, i, j]`` is the weight with which receiver i uses sender j in head h, after every
    normalisation. H is 0 for models that mix no sensors.

    A matrix alone has no forecasts, and nothing is invented for it: what only a model has is '', 0, NaN, None or
    False, as each property says. A run of particles has ``particles`` in place of forecasts, a model and a seed; all
    that is about series and their clock it has no more than a matrix alone.
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
    particles: Particles | None = None

    @property
    def name(self) -> str:
        """The folder's name, by which a run is picked and linked."""
        return self.path.name

    @property
    def kind(self) -> str:
        """Whether this is a trained 'model' of sensors, one of 'particles', or a 'matrix' alone."""
        return kind_of(self.record)

    @property
    def model(self) -> str:
        """Name of the model, as in ``MODELS`` or ``PARTICLE_MODELS`` of ``core.models``; '' for a matrix alone."""
        return "" if self.kind == "matrix" else cast(str, self.record["model"]["name"])

    @property
    def called(self) -> str:
        """The model as titles have it, see ``core.controls.called``: one without the graph it could have says so."""
        return controls.called(self.model, self.heads)

    @property
    def made_of(self) -> tuple[str, ...]:
        """Names of the models that its matrices were learned by: its own, or of the runs whose mean a matrix alone is.

        Empty for a matrix from elsewhere, and for a mean that was kept before its record named them.
        """
        return made_of(self.record)

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
        return None if self.kind == "matrix" else int(self.record["seed"])

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
        """The forecasts of sensors, where there must be some; RunError for a matrix alone, and for particles."""
        if self.kind == "particles":
            raise RunError(
                f"run {self.name} is of particles, which have no series of sensors: its errors are printed by "
                f"python -m app evaluate {self.path}, its matrices are measured by "
                f"python -m app analyse {self.path} --json -"
            )
        if self.forecasts is None:
            raise RunError(
                f"run {self.name} is a matrix alone, without a model: it has no forecasts. "
                f"Measure its matrix with: python -m app analyse {self.path} --json -"
            )
        return self.forecasts

    @property
    def tracked(self) -> Particles:
        """The particles, where there must be some; RunError for a run of another kind."""
        if self.particles is None:
            raise RunError(f"run {self.name} must be of particles, and is {CALLED[self.kind]}")
        return self.particles

    def _of_model(self, section: str, key: str, absent: Any) -> Any:
        """The entry of the record of a model of sensors; ``absent`` for a run of another kind, which has none."""
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
        kind = kind_of(record)
        if others := [name for name in FOREIGN[kind] if (path / name).exists()]:
            raise RunError(f"run {path.name} is {CALLED[kind]} and must have no {others[0]}")
        if kind != "matrix":
            _check_weights(path / "weights.safetensors")
        interaction = tensor(path / "interaction.safetensors", "interaction", (h, n, n))
        spread = None
        if (path / "spread.safetensors").exists():
            spread = tensor(path / "spread.safetensors", "spread", (h, n, n))
        moving = particles.read_particles(path, record, n) if kind == "particles" else None
        graphs = {} if moving else read_tensors(path / "network.safetensors")
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
            forecasts=forecasts.read_forecasts(path, record["windows"], n) if kind == "model" else None,
            progress=read_progress(path),
            particles=moving,
        )


def _check_weights(file: Path) -> None:
    for name, array in read_tensors(file).items():
        if array.dtype.kind not in "fiub":
            raise RunError(f"{file}: {name} must hold numbers, got {array.dtype}")
        require_finite(file, name, array)
