"""What a run of particles holds beside its interaction: trajectories of the test part, forecasts, and the errors.

    particles.safetensors   ``frames (W, F, N, 6)`` float32: positions and velocities of W test trajectories
                            ``charge (W, N)`` float32: +1 or -1
                            ``forecast (W, T, N, 6)`` float32
    network.safetensors     ``force (N, N)`` float32: unclipped 1/r² between each two particles of the first of them,
                            its mean over the frames seen, 0 on the diagonal

Axes: w test trajectory, f frame, t frame ahead, n particle, c component: 0 to 2 the position, 3 to 5 the velocity.
No torch here, as in ``core/run.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.coulomb import flown
from core.record import RunError
from core.tensors import FloatArray, read_tensors, require_weights, required

FILE = "particles.safetensors"
MOST_VALUES = 2**27     # of frames, and of forecasts


@dataclass(frozen=True, eq=False, slots=True)
class Particles:
    """Test trajectories of a run with their forecasts, and the errors over the whole test part.

    Attributes
    ----------
    frames : (W, F, N, 6) what happened
    charge : (W, N) +1 or -1
    forecast : (W, T, N, 6) what was forecast; where ``velocities`` is False, its velocities were never trained
    force : (N, N) mean over the frames seen of unclipped ``1 / r²`` in trajectory 0, the one whose interaction the run
        holds
    inputs : frames seen, L
    last : the last of them, counted from 0
    ahead : how many frames after it the T forecasts lie
    interval : time between two frames
    velocities : whether velocities are forecast as well
    errors : 'position', and 'velocity' where it is forecast -> forecast's name -> mean squared error (T,), at each
        frame ahead, over every trajectory of the test part, every particle and the three components
    """

    frames: FloatArray
    charge: FloatArray
    forecast: FloatArray
    force: FloatArray
    inputs: int
    last: int
    ahead: tuple[int, ...]
    interval: float
    velocities: bool
    errors: Mapping[str, Mapping[str, NDArray[np.float64]]]

    @property
    def seen(self) -> FloatArray:
        """The frames that a forecast was made from, (W, L, N, 6)."""
        return self.frames[:, self.last - self.inputs + 1 : self.last + 1]

    @property
    def target(self) -> FloatArray:
        """What happened at the frames that were forecast, (W, T, N, 6)."""
        return self.frames[:, self.last + np.array(self.ahead)]

    @property
    def times(self) -> NDArray[np.float64]:
        """Time from the last frame seen to each frame forecast, (T,)."""
        return self.interval * np.array(self.ahead, dtype=np.float64)

    def simple(self) -> dict[str, FloatArray]:
        """The forecasts that need no training, each (W, T, N, 6), under the names of their models."""
        seen = self.frames[:, self.last]
        still = np.broadcast_to(seen[:, None], self.forecast.shape)
        drift = flown(seen[..., :3], seen[..., 3:], self.times.astype(np.float32))
        return {"last-frame": still, "constant-velocity": np.concatenate([drift, still[..., 3:]], axis=-1)}


def read_particles(path: Path, record: Mapping[str, Any], particles: int) -> Particles:
    """What the run in folder ``path`` holds of its particles.

    Parameters
    ----------
    path : the run's folder
    record : its checked record
    particles : how many the record names

    Raises
    ------
    RunError
        A file is missing, or an array is of another shape or type, is not finite, or does not hold the frames or the
        charges that the record tells of.
    """
    scenes, n, file = record["scenes"], particles, path / FILE
    if record["data"].get("particles", n) != n:
        said = f"{record['data']['particles']!r:.60}"
        raise RunError(f"{path / 'run.json'}: data.particles must be {n}, as many as data.nodes names, got {said}")
    tensors, ahead = read_tensors(file), tuple(scenes["ahead"])
    wanted = {"frames", "charge", "forecast"}
    if set(tensors) != wanted:
        raise RunError(f"{file} must hold {sorted(wanted)}, got {sorted(tensors)}")
    frames = tensors["frames"]
    w, f = frames.shape[:2] if frames.ndim == 4 else (0, 0)
    if w < 1 or f <= scenes["last"] + ahead[-1]:
        raise RunError(
            f"{file}: frames must be of shape (W, F, {n}, 6), with at least one trajectory and at least "
            f"{scenes['last'] + ahead[-1] + 1} frames, got {frames.shape}"
        )
    for name, array in tensors.items():
        if array.size > MOST_VALUES:
            raise RunError(f"{file}: {name} must hold at most {MOST_VALUES:,} numbers, got {array.size:,}")
    charge = required(file, "charge", tensors["charge"], (w, n))
    if (np.abs(charge) != 1).any():
        raise RunError(f"{file}: charge must be +1 or -1, got {charge[np.abs(charge) != 1][0]:g}")
    signs = ["+" if sign > 0 else "-" for sign in charge[0]]
    if list(record["data"]["nodes"].get("group", [])) != signs:
        said = f"{' '.join(signs):.60}"
        raise RunError(f"{path / 'run.json'}: data.nodes.group must be the signs of the charges in {FILE}, {said}")
    network = path / "network.safetensors"
    graphs = read_tensors(network)
    if set(graphs) != {"force"}:
        raise RunError(f"{network} must hold force and nothing else for particles, got {sorted(graphs) or 'nothing'}")
    require_weights(network, "force", graphs["force"], (n, n))
    return Particles(
        frames=required(file, "frames", frames, (w, f, n, 6)),
        charge=charge,
        forecast=required(file, "forecast", tensors["forecast"], (w, len(ahead), n, 6)),
        force=graphs["force"],
        inputs=scenes["inputs"],
        last=scenes["last"],
        ahead=ahead,
        interval=float(record["data"]["interval"]),
        velocities=scenes["velocities"],
        errors={
            quantity: {name: np.array(row, dtype=np.float64) for name, row in rows.items()}
            for quantity, rows in record["metrics"]["errors"].items()
        },
    )
