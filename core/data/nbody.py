"""Trajectories of charged particles, simulated, kept on disk and found again by a name that carries all parameters.

    charges ±1, each as likely;  positions N(0, 1) · (N/5)^(1/3);  speeds 0.5 in every direction           [1]
    steps of 0.001 by `core/data/coulomb.py`; frame f is the state after 100 (f + 1) steps, and neither the start nor
    the last step is one, so 5,000 steps give 49 frames, 0.1 apart

'nbody-small' is the benchmark of [1]: 5 particles, 3,000 / 2,000 / 2,000 trajectories, positions at frame 40 from the
frames up to 30. 'nbody-N' for any number N of particles is the task of [2]: positions and velocities some frames
after the first ten. What differs from a set's defaults stands after a colon:

    nbody-20:train=1000,ahead=5+10

Training, validation and test trajectories come from streams of their own, (seed, part), and in each from one stream
for charges, one for positions and one for velocities: a part that is longer begins with the shorter one, and the
length of one part changes nothing in another.

[1] V. G. Satorras, E. Hoogeboom and M. Welling, E(n) Equivariant Graph Neural Networks, ICML 2021, arXiv:2102.09844.
[2] Spacetime E(n)-Transformer, arXiv:2408.06039.
"""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.data import data_root
from core.data.coulomb import CLIP, STEP, Motion, Start, moved
from core.data.nbody_task import EVERY, Task, task
from core.data.trajectories import PARTS, Scenes, Trajectories
from core.data.windows import Part
from core.files import write_bytes

SPEED = 0.5
FORM = 1                # of the simulation: a file of another is not read

__all__ = ["FORM", "Task", "begun", "opened", "simulated", "task"]

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


def opened(name: str, root: Path | None = None, progress: Progress = lambda *_: None) -> Scenes:
    """The scenes of a name, from disk where they are kept, or simulated and then kept.

    Parameters
    ----------
    name : as in ``task``
    root : folder of the data sets, ``core.data.data_root()`` if not given; files lie in its folder 'nbody'
    progress : called with what is simulated and what is to be, in steps of trajectories

    Raises
    ------
    ValueError
        As ``task``.
    """
    what = task(name)
    path = (data_root() if root is None else root) / "nbody" / what.file
    motion = _read(path, what)
    if motion is None:
        motion = _simulated(what, progress)
        _keep(path, motion)
    ends = np.cumsum([0, what.train, what.validation, what.test]).tolist()
    parts: dict[Part, tuple[int, int]] = {part: (ends[k], ends[k + 1]) for k, part in enumerate(PARTS)}
    whole = Trajectories(
        name=what.name, load=what.load, positions=motion.positions, velocities=motion.velocities,
        charges=motion.charges, interval=EVERY * STEP, parts=parts,
        source=f"Made by code from seed {what.seed}: charged particles that do not exist",
        note=(
            f"{what.particles} particles with charges of +1 or -1 attract and repel each other by Coulomb's law in "
            f"empty space, but for one thing: forces are cut at {CLIP:g} along each axis, as in the benchmark. So near "
            "meetings are not exact, and turning a start does not exactly turn what follows. They are simulated, so "
            "nothing here was measured."
        ),
    )
    return Scenes(whole, what.inputs, what.last, what.ahead, what.velocities)


def begun(particles: int, trajectories: int, seed: int = 0, part: Part = "train") -> Start:
    """Where particles start, drawn as [1] draws them.

    Parameters
    ----------
    particles : N
    trajectories : S
    seed, part : name the stream

    Returns
    -------
    Start
    """
    streams = np.random.SeedSequence([seed, PARTS.index(part)]).spawn(3)
    charge, place, direction = (np.random.default_rng(stream) for stream in streams)
    shape = (trajectories, particles, 3)
    velocities = direction.standard_normal(shape)
    velocities *= SPEED / np.sqrt(np.square(velocities).sum(axis=-1, keepdims=True))
    return Start(
        positions=place.standard_normal(shape) * (particles / 5) ** (1 / 3),
        velocities=velocities,
        charges=np.where(charge.random(shape[:2]) < 0.5, -1.0, 1.0),
    )


def simulated(
    particles: int,
    trajectories: int,
    steps: int = 5000,
    *,
    seed: int = 0,
    part: Part = "train",
    batch: int | None = None,
    progress: Progress = lambda *_: None,
) -> Motion:
    """Trajectories from random starts, float32, the same bytes for the same seed whatever ``batch`` is.

    Parameters
    ----------
    particles, trajectories : N and S
    steps : a multiple of 100; ``steps / 100 - 1`` frames
    seed, part : name the stream of random numbers
    batch, progress : as in ``core.data.coulomb.moved``

    Raises
    ------
    ValueError
        As ``Task``.
    """
    if particles < 2 or trajectories < 1:
        raise ValueError(
            f"particles must be at least 2 and trajectories at least 1, got {particles:,} and {trajectories:,}"
        )
    if steps < 2 * EVERY or steps % EVERY:
        raise ValueError(f"steps must be a multiple of {EVERY} from {2 * EVERY}, got {steps:,}")
    start = begun(particles, trajectories, seed, part)
    return moved(start, steps - EVERY, EVERY, dtype=np.float32, batch=batch, progress=progress)


def _simulated(what: Task, progress: Progress) -> Motion:
    """All parts of a task, one after another."""
    total, before, found = what.trajectories * (what.steps - EVERY), 0, []
    for part in PARTS:
        shift = before

        def within(done: int, _: int, shift: int = shift) -> None:
            progress(shift + done, total)

        count = getattr(what, part)
        found.append(simulated(what.particles, count, what.steps, seed=what.seed, part=part, progress=within))
        before += count * (what.steps - EVERY)
    return Motion(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))


def _hashed(motion: Motion) -> str:
    digest = hashlib.sha256(f"form {FORM}\n".encode())
    for array in motion:
        digest.update(f"{array.dtype} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _keep(path: Path, motion: Motion) -> None:
    """Write trajectories with their hash; where that cannot be, the log says so and they are used all the same."""
    content = save(motion._asdict(), metadata={"sha256": _hashed(motion)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
    except OSError as error:
        log.warning("%s could not be kept (%s): it will be simulated again", path, error)


def _read(path: Path, what: Task) -> Motion | None:
    """The trajectories in a file, or None where there is none or it is not what was written."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            kept = (file.metadata() or {}).get("sha256")
            motion = Motion(*(_array(file.get_tensor(name)) for name in Motion._fields))
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("%s is damaged (%s): it is simulated again", path, error)
        return None
    shape = (what.trajectories, what.frames, what.particles, 3)
    shapes = (shape, shape, (shape[0], shape[2]))
    sound = all(
        array.shape == wanted and array.dtype == np.float32 and bool(np.isfinite(array).all())
        for array, wanted in zip(motion, shapes, strict=True)
    )
    if not sound or not (np.abs(motion.charges) == 1).all() or kept != _hashed(motion):
        log.warning("%s is not what was written (its sha256 or its values): it is simulated again", path)
        return None
    return motion


def _array(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, its own, closed to writing, so that nobody copies it again."""
    own = array if array.base is None else array.copy()
    own.flags.writeable = False
    return own
