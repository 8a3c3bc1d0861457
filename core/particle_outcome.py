"""A training of particles: the scenes it is made of, and what it leaves in its run.

    error of a forecast, t frames ahead: mean over trajectories, particles and components of (y - x)²      position
                                         and the same of the velocities, where they are asked for          velocity

The interaction depends on what is seen, so the run keeps that of one trajectory, the first of the test part, and
beside it the unclipped force between each two of its particles, 1/r²: what a gate would follow if it followed Coulomb's
law. The simulation cuts forces (`core/data/coulomb.py`), which this does not show.

Axes: h head, w test trajectory, f frame, t frame ahead, n i j particle, c component.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.coulomb import pulls
from core.data.trajectories import Scene, Scenes
from core.files import write_tensors
from core.models import ParticleForecaster, ParticleSizes, built, name_of
from core.outcome import begun_record, seeded, write_weights
from core.particle_record import QUANTITIES, SIMPLE
from core.plan import Plan, require_fitting
from core.proportion import require_moderate

KEPT = 24           # test trajectories whose frames and forecasts go into the run
CHUNK = 64          # trajectories that are forecast at once, at most; never more than are trained at once

Errors = dict[str, list[float]]


@dataclass(frozen=True, eq=False, slots=True)
class ParticleTraining:
    """A forecaster of particles and the scenes it is trained on; see ``core.outcome.Training``."""

    cut: Scenes
    model: ParticleForecaster
    batch: int              # trajectories a step: a machine that holds so many may not hold more

    @classmethod
    def planned(cls, scenes: Scenes, plan: Plan) -> "ParticleTraining":
        """One that begins.

        Raises
        ------
        ValueError
            Unknown names, settings out of range, or choices that are for sensors.
        """
        require_fitting(plan.model, scenes.trajectories.name, particles=True)
        if plan.protocol != "clean" or plan.inputs is not None or plan.horizon is not None:
            raise ValueError(
                f"protocol, inputs and horizon must be left out for {scenes.trajectories.name}: what is seen and "
                "forecast of particles is part of the name of their data"
            )
        return cls(scenes, _model(scenes, plan.model, plan.config, plan.settings.seed), plan.settings.batch)

    @classmethod
    def recorded(cls, scenes: Scenes, record: Mapping[str, Any]) -> "ParticleTraining":
        """One that goes on, from its ``run.json``; ValueError or TypeError where nothing can be built from that."""
        now = {**_frames(scenes), "interval": float(scenes.trajectories.interval)}
        begun = {**{name: record["scenes"][name] for name in _FRAMES}, "interval": record["data"]["interval"]}
        if begun != now:
            raise ValueError(f"the scenes must be cut as they were when it began, {begun}, got {now}")
        model = _model(scenes, record["model"]["name"], record["model"]["config"], record["seed"])
        return cls(scenes, model, record["training"]["batch"])

    def first_record(self, plan: Plan) -> dict[str, Any]:
        """The ``run.json`` of a training that begins."""
        cut, whole = self.cut, self.cut.trajectories
        signs = ["+" if charge > 0 else "-" for charge in whole.charges[_shown(cut)]]
        record = begun_record(
            self.model,
            plan,
            data={
                "name": whole.name,
                "load": whole.load,
                "sha256": whole.sha256,
                "source": whole.source,
                "note": whole.note,
                "interval": float(whole.interval),
                "trajectories": whole.count,
                "frames": whole.frames,
                "particles": whole.particles,
                "nodes": {
                    "id": [f"p{i + 1}" for i in range(whole.particles)],
                    "latitude": [None] * whole.particles,
                    "longitude": [None] * whole.particles,
                    "group": signs,
                },
            },
            cut={"scenes": _frames(cut)},
        )
        return {"schema": record["schema"], "kind": "particles", **record}

    def graphs(self) -> dict[str, NDArray[np.float32]]:
        """Unclipped 1/r² between each two particles, (n, n): its mean over the input frames of the trajectory shown."""
        return graphs_of(self.cut)

    @torch.no_grad()
    def interaction(self, batch: int = 1) -> Tensor:  # noqa: ARG002  one trajectory, whatever the batch
        """The interaction (h, n, n) in the trajectory that the run shows, the first of the test part."""
        self.model.eval()
        scene, device = self.cut.scene(np.array([_shown(self.cut)])), self.model.scale.device
        found: Tensor = self.model(*(given.to(device) for given in scene.inputs)).interaction
        return (found if found.dim() == 3 else found[0]).float()

    def write_results(self, out: Path) -> dict[str, Any]:
        """Write weights, interaction (h, n, n) and a few dozen test trajectories with their forecasts into ``out``.

        Returns
        -------
        dict
            ``errors``: of position and velocity at each frame ahead over the whole test part, of the model and of
            the forecasts that need no training.

        Raises
        ------
        ValueError
            A forecast of the test part is not finite.
        """
        cut, model, size = self.cut, self.model, min(CHUNK, self.batch)
        write_weights(model, out)
        write_tensors(out / "interaction.safetensors", {"interaction": self.interaction().cpu().numpy()})
        beside = {simple: built(simple, model.sizes) for simple in SIMPLE}
        errors: dict[str, Errors] = {quantity: {} for quantity in QUANTITIES[: 1 + cut.velocities]}
        for called, made in {**beside, name_of(model): model}.items():
            for quantity, found in _errors(made, cut, size).items():
                errors[quantity][called] = found
        first, last = cut.trajectories.parts["test"]
        whole, end = cut.trajectories, min(last, first + KEPT)
        some = [cut.scene(np.arange(k, min(end, k + size))) for k in range(first, end, size)]
        few = slice(first, end)
        write_tensors(
            out / "particles.safetensors",
            {
                "frames": np.concatenate([whole.positions[few], whole.velocities[few]], axis=-1),
                "charge": whole.charges[few],
                "forecast": torch.cat([_forecast(model, scene) for scene in some]).float().numpy(),
            },
        )
        return {"errors": errors}


def graphs_of(cut: Scenes) -> dict[str, NDArray[np.float32]]:
    """What a run on these scenes keeps as its graphs, (n, n): see `ParticleTraining.graphs`."""
    seen = cut.trajectories.positions[_shown(cut), cut.last - cut.inputs + 1 : cut.last + 1]
    return {"force": pulls(seen).mean(axis=0).astype(np.float32)}


def sizes_of(record: Mapping[str, Any]) -> ParticleSizes:
    """What the model of a finished run was built for."""
    scenes = record["scenes"]
    return ParticleSizes(inputs=scenes["inputs"], ahead=tuple(scenes["ahead"]), interval=record["data"]["interval"])


_FRAMES = ("inputs", "last", "ahead", "velocities", "split")


def _frames(cut: Scenes) -> dict[str, Any]:
    """Which frames are seen and forecast, and of which trajectories, as the record has them."""
    split = {part: list(ends) for part, ends in cut.trajectories.parts.items()}
    frames = {"inputs": cut.inputs, "last": cut.last, "ahead": list(cut.ahead), "velocities": bool(cut.velocities)}
    return {**frames, "split": split}


def _shown(cut: Scenes) -> int:
    """The trajectory whose interaction the run keeps."""
    return cut.trajectories.parts["test"][0]


def _model(cut: Scenes, name: str, config: Mapping[str, Any], seed: int) -> ParticleForecaster:
    sizes = ParticleSizes(inputs=cut.inputs, ahead=tuple(cut.ahead), interval=cut.trajectories.interval)
    require_moderate(name, config, lambda: built(name, sizes, config))
    model = seeded(lambda: built(name, sizes, config), seed)
    model.observe(cut)
    return model


def _errors(model: ParticleForecaster, cut: Scenes, size: int) -> Errors:
    """Mean squared error at each frame ahead, (t,), over the whole test part, of what the scenes ask for."""
    count, total = 0, torch.zeros(len(cut.ahead), 2, dtype=torch.float64)
    for scene in cut.chunks("test", size):
        squares = (_forecast(model, scene).double() - scene.target.double()).square()   # (w, t, n, c)
        total += squares.reshape(*squares.shape[:-1], 2, 3).mean(dim=(2, 4)).sum(dim=0)
        count += len(squares)
    mean = total / count
    asked = 1 + cut.velocities
    if not mean[:, :asked].isfinite().all():
        raise ValueError("forecasts of the test part must be finite, and some are not: try a smaller rate")
    return {quantity: mean[:, k].tolist() for k, quantity in enumerate(QUANTITIES[:asked])}


@torch.no_grad()
def _forecast(model: ParticleForecaster, scene: Scene) -> Tensor:
    model.eval()
    y: Tensor = model(*scene.inputs).y
    return y
