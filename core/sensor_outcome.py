"""A training of sensors: how their series is cut for it, and what it leaves in its run.

Axes: h head, w window, t step ahead, n sensor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.files import write_tensors
from core.models import Forecaster, Sizes, built
from core.outcome import begun_record, first_interaction, or_null, require_begun_on, seeded, write_weights
from core.plan import Plan, require_fitting
from core.proportion import require_moderate

INPUTS = 12         # steps seen, where none are chosen

Arrays = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32] | None]


@dataclass(frozen=True, eq=False, slots=True)
class SensorTraining:
    """A forecaster of sensors and the windows it is trained on; see ``core.outcome.Training``."""

    data: SensorData
    cut: Windows
    model: Forecaster

    @classmethod
    def planned(cls, data: SensorData, plan: Plan) -> "SensorTraining":
        """One that begins.

        Raises
        ------
        ValueError
            Unknown names, settings out of range, or data that do not fit them.
        """
        require_fitting(plan.model, data.name, particles=False)
        cut = windows(data, plan.protocol, *steps(data, plan))
        return cls(data, cut, _model(data, cut, plan.model, plan.config, plan.settings.seed))

    @classmethod
    def recorded(cls, data: SensorData, record: Mapping[str, Any]) -> "SensorTraining":
        """One that goes on, from its ``run.json``.

        Raises
        ------
        RunError
            Sensors, times, windows or scaler are others than when it began; the text says which.
        ValueError, TypeError
            Nothing can be built from the record.
        """
        require_begun_on(record, {"data": _told(data)}, _BEGUN_DATA)
        cut = windows(data, *(record["windows"][key] for key in ("protocol", "inputs", "horizon")))
        require_begun_on(record, _told_cut(cut, record["windows"]["protocol"]), _BEGUN_CUT)
        return cls(data, cut, _model(data, cut, record["model"]["name"], record["model"]["config"], record["seed"]))

    def first_record(self, plan: Plan) -> dict[str, Any]:
        """The ``run.json`` of a training that begins."""
        data = {"name": self.data.name, "load": plan.load, **_told(self.data)}
        return begun_record(self.model, plan, data=data, cut=_told_cut(self.cut, plan.protocol))

    def graphs(self) -> dict[str, NDArray[np.float32]]:
        """The graphs that the data came with, (n, n) each."""
        return graphs_of(self.data)

    def interaction(self, batch: int) -> Tensor:
        """The interaction (h, n, n); where it depends on the input, its mean over the first validation chunk."""
        one = first_interaction(self.model, self.cut, 1)       # a single window is enough where it does not
        return one if one.dim() == 3 else first_interaction(self.model, self.cut, batch).mean(dim=0)

    def write_results(self, out: Path) -> dict[str, Any]:
        """Write weights, interaction (h, n, n) and the forecasts (w, t, n) of the test part into the run ``out``.

        Returns
        -------
        dict
            What else the record tells of them: nothing, since the errors follow from the forecasts.
        """
        cut, model = self.cut, self.model
        write_weights(model, out)
        forecast, interaction, spread = _test(model, cut)
        write_tensors(out / "interaction.safetensors", {"interaction": interaction})
        if spread is not None:
            write_tensors(out / "spread.safetensors", {"spread": spread})
        first, last = cut.parts["test"]
        starts = np.concatenate(
            [c.first + np.arange(len(c.target)) for c in cut.chunks("test", 64)]
        )
        simple = {name: _test(built(name, model.sizes), cut)[0][:, 0] for name in ("last-value", "window-mean")}
        write_tensors(
            out / "forecasts.safetensors",
            {
                "forecast": forecast,
                "rows": cut.observed[first:last].numpy(),
                "times": self.data.times[first:last].to_numpy().astype("datetime64[m]").astype(np.int64),
                "first": starts - first,
                "last_value": simple["last-value"],
                "window_mean": simple["window-mean"],
            },
        )
        return {}


def graphs_of(data: SensorData) -> dict[str, NDArray[np.float32]]:
    """What a run on these data keeps as its graphs, (n, n) each: the roads, and the planted graph of made-up data."""
    graphs = {"adjacency": data.adjacency, "truth": data.truth}
    return {name: graph for name, graph in graphs.items() if graph is not None}


def hour(data: SensorData) -> int:
    """Steps in one hour, at least 1: the horizon where none is chosen."""
    return max(1, round(3600 / data.interval.total_seconds()))


def steps(data: SensorData, plan: Plan) -> tuple[int, int]:
    """Steps seen and steps forecast, as a plan has them or by default."""
    return (
        INPUTS if plan.inputs is None else plan.inputs,
        hour(data) if plan.horizon is None else plan.horizon,
    )


def sizes_of(record: Mapping[str, Any], sensors: int) -> Sizes:
    """What the model of a finished run was built for."""
    windows = record["windows"]
    return Sizes(sensors=sensors, inputs=windows["inputs"], horizon=windows["horizon"], slots=windows["slots"])


_BEGUN_DATA = {     # of what a record says, in the words of an error: what a training that goes on must find again
    "data.nodes.id": "sensor",
    "data.start": "the first time",
    "data.end": "the last time",
    "data.interval_minutes": "minutes from row to row",
    "data.times_sha256": "the sha256 of the times",
}
_BEGUN_CUT = {
    "windows.slots": "steps a day",
    "windows.split": "the split",
    "windows.count": "the windows",
    "scaler.shift": "the scaler's shift",
    "scaler.scale": "the scaler's scale",
}


def _told(data: SensorData) -> dict[str, Any]:
    """What the record says of the data, but for how they are called."""
    nodes = data.nodes
    return {
        "sha256": data.sha256,
        "source": data.source,
        "note": data.note,
        "quantity": data.quantity,
        "unit": data.unit,
        "interval_minutes": data.interval.total_seconds() / 60,
        "steps": data.steps,
        "sensors": data.sensors,
        "missing": data.missing,
        "start": data.times[0].isoformat(),
        "end": data.times[-1].isoformat(),
        "times_sha256": data.times_sha256,
        "nodes": {
            "id": nodes["id"].tolist(),
            "latitude": or_null(nodes["latitude"]),
            "longitude": or_null(nodes["longitude"]),
            "group": nodes["group"].tolist(),
        },
    }


def _told_cut(cut: Windows, protocol: str) -> dict[str, Any]:
    """What the record says of how the data are cut and scaled."""
    return {
        "windows": {
            "protocol": protocol,
            "inputs": cut.inputs,
            "horizon": cut.horizon,
            "slots": cut.slots,
            "split": {part: list(rows) for part, rows in cut.parts.items()},
            "count": {part: cut.count(part) for part in cut.parts},
        },
        "scaler": {"shift": cut.shift, "scale": cut.scale},
    }


def _model(data: SensorData, cut: Windows, name: str, config: Mapping[str, Any], seed: int) -> Forecaster:
    sizes = Sizes(sensors=data.sensors, inputs=cut.inputs, horizon=cut.horizon, slots=cut.slots)
    require_moderate(name, config, lambda: built(name, sizes, config))
    model = seeded(lambda: built(name, sizes, config), seed)
    model.observe(cut, None if data.adjacency is None else torch.tensor(data.adjacency))
    return model


@torch.no_grad()
def _test(model: Forecaster, cut: Windows) -> Arrays:
    """Forecasts (W, T, N) of the test part, the interaction, and its deviation over the windows if it varies."""
    model.eval()
    forecasts: list[Tensor] = []
    fixed: Tensor | None = None
    count, total, squares = 0, torch.zeros(()), torch.zeros(())
    for chunk in cut.chunks("test", 64):
        y, interaction = model(chunk.series, chunk.slot)
        forecasts.append(y)
        if interaction.dim() == 3:
            fixed = interaction
        else:
            wide = interaction.double()
            count, total, squares = count + len(wide), total + wide.sum(0), squares + (wide**2).sum(0)
    forecast = torch.cat(forecasts).numpy()
    if fixed is not None:
        return forecast, fixed.float().numpy(), None
    mean = total / count
    spread = (squares / count - mean**2).clamp(min=0).sqrt()
    return forecast, mean.float().numpy(), spread.float().numpy()
