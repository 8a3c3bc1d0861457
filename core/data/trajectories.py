"""Moving particles as one type, ``Trajectories``, and what a model of them is trained on, ``Scenes``.

Axes: s trajectory, f frame, b trajectory of a batch, l input frame, t frame ahead, i particle,
c component (0 1 2 position, 3 4 5 velocity).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.faults import Faults
from core.data.windows import Part

PARTS: tuple[Part, ...] = ("train", "validation", "test")

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Trajectories:
    """Where N charged particles were and how fast they moved, in S trajectories of F frames each.

    Attributes
    ----------
    name : short name of the data, 'nbody-5'
    load : the whole name under which the same data are found again
    positions : (S, F, N, 3) float32; kept as a read-only copy
    velocities : (S, F, N, 3) float32, the same
    charges : (S, N) float32, +1 or -1, the same
    interval : time from one frame to the next
    parts : trajectories ``[first, last)`` of the parts 'train', 'validation' and 'test', which do not overlap
    source : whose data these are, one line
    note : what a reader of a screen must know about them, a sentence or two

    Raises
    ------
    DataError
        With every fault found, not only the first.
    """

    name: str
    load: str
    positions: FloatArray
    velocities: FloatArray
    charges: FloatArray
    interval: float
    parts: dict[Part, tuple[int, int]]
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        faults = Faults()
        _check_texts(self, faults)
        shape = _check_motion(self, faults)
        if not (isinstance(self.interval, int | float) and 0 < self.interval < float("inf")):
            faults.add("interval", "must be a finite number above 0", got=repr(self.interval))
        _check_parts(self.parts, None if shape is None else shape[0], faults)
        faults.raise_any()
        for field in ("positions", "velocities", "charges"):
            object.__setattr__(self, field, _frozen(getattr(self, field)))

    @property
    def count(self) -> int:
        """Number of trajectories, S."""
        return int(self.positions.shape[0])

    @property
    def frames(self) -> int:
        """Number of frames of each, F."""
        return int(self.positions.shape[1])

    @property
    def particles(self) -> int:
        """Number of particles in each, N."""
        return int(self.positions.shape[2])

    @property
    def sha256(self) -> str:
        """Hash of positions, velocities and charges: their shapes, and their values as float32, little endian."""
        digest = hashlib.sha256(f"float32 {self.count} {self.frames} {self.particles}\n".encode())
        for array in (self.positions, self.velocities, self.charges):
            digest.update((np.ascontiguousarray(array, dtype="<f4") + np.float32(0)).tobytes())     # -0.0 is 0.0
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Scene:
    """A batch of trajectories: what is seen of each, and what is to be forecast.

    Attributes
    ----------
    state : (B, L, N, 6) positions and velocities of the input frames
    charge : (B, N) +1 or -1
    target : (B, T, N, 6) the same of the frames ahead, NaN where it is not asked for
    """

    state: Tensor
    charge: Tensor
    target: Tensor

    @property
    def inputs(self) -> tuple[Tensor, Tensor]:
        """What a model is called with."""
        return self.state, self.charge


@dataclass(frozen=True, eq=False, slots=True)
class Scenes:
    """Trajectories, and which of their frames are seen and which forecast: one scene from each trajectory.

    Attributes
    ----------
    trajectories : the data
    inputs : number of input frames, L
    last : the last of them, counted from 0
    ahead : how many frames after it those lie that are forecast, rising; T of them
    velocities : whether velocities are forecast too, not only positions
    shuffled : whether training takes its trajectories in a new order each epoch

    Raises
    ------
    ValueError
        Frames that the trajectories do not have, or none to forecast.

    Source: V. G. Satorras, E. Hoogeboom and M. Welling, E(n) Equivariant Graph Neural Networks, ICML 2021,
    arXiv:2102.09844, section 5.1, has ``last = 30`` and ``ahead = (10,)``.
    """

    trajectories: Trajectories
    inputs: int
    last: int
    ahead: tuple[int, ...]
    velocities: bool = True
    shuffled: bool = True

    def __post_init__(self) -> None:
        frames = self.trajectories.frames
        if not 0 <= self.last < frames:
            raise ValueError(f"last must be a frame from 0 to {frames - 1}, got {self.last}")
        if not 1 <= self.inputs <= self.last + 1:
            raise ValueError(f"inputs must be from 1 to {self.last + 1}, the frames up to last, got {self.inputs}")
        rising = all(a < b for a, b in zip((0, *self.ahead), self.ahead, strict=False))
        if not self.ahead or not rising or self.last + self.ahead[-1] >= frames:
            raise ValueError(
                f"ahead must be rising numbers from 1 to {frames - 1 - self.last}, the frames after last, "
                f"got {self.ahead}"
            )

    def count(self, part: Part) -> int:
        """Number of trajectories of a part."""
        first, last = self.trajectories.parts[part]
        return last - first

    def chunks(self, part: Part, size: int, generator: torch.Generator | None = None) -> Iterator[Scene]:
        """The trajectories of a part, ``size`` at a time; every one exactly once.

        With a generator, in an order that is drawn from it.

        Raises
        ------
        ValueError
            A size under 1.
        """
        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        first, last = self.trajectories.parts[part]
        order = np.arange(first, last)
        if generator is not None:
            order = order[torch.randperm(last - first, generator=generator).numpy()]
        for k in range(0, len(order), size):
            yield self.scene(order[k : k + size])

    def scene(self, which: NDArray[np.integer]) -> Scene:
        """The scene of some trajectories, by their numbers ``(B,)``."""
        whole = self.trajectories
        seen = np.arange(self.last - self.inputs + 1, self.last + 1)
        future = self.last + np.array(self.ahead)
        target = _states(whole, which, future)
        if not self.velocities:
            target[..., 3:] = np.nan
        return Scene(
            state=torch.from_numpy(_states(whole, which, seen)),
            charge=torch.from_numpy(whole.charges[which]),
            target=torch.from_numpy(target),
        )


def _states(whole: Trajectories, which: NDArray[np.integer], frames: NDArray[np.integer]) -> FloatArray:
    """Positions and velocities side by side, (B, frames, N, 6)."""
    place = np.ix_(which, frames)
    return np.concatenate([whole.positions[place], whole.velocities[place]], axis=-1)


def _frozen(array: FloatArray) -> FloatArray:
    """Copy as float32 that cannot be written to; an array that is both already is shared, not copied."""
    if array.dtype == np.float32 and not array.flags.writeable and array.base is None:
        return array
    copy = np.array(array, dtype=np.float32, order="C")
    copy.flags.writeable = False
    return copy


def _check_texts(data: Trajectories, faults: Faults) -> None:
    for field in ("name", "load", "source", "note"):
        text = getattr(data, field)
        if not isinstance(text, str):
            faults.add(field, "must be text", got=type(text).__name__)
        elif field in {"name", "load"} and not text.strip():
            faults.add(field, "must not be empty")


def _numbers(field: str, array: Any, faults: Faults) -> FloatArray | None:
    """Give the array as float32 (what is too large becomes infinite), or None where it holds no numbers."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        came = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
        faults.add(field, "must be an array of numbers", got=came)
        return None
    with np.errstate(over="ignore"):
        return array.astype(np.float32, copy=False)


def _check_motion(data: Trajectories, faults: Faults) -> tuple[int, ...] | None:
    """Check the three arrays; the shape of the positions where it can be relied on."""
    positions, velocities, charges = (
        _numbers(field, getattr(data, field), faults) for field in ("positions", "velocities", "charges")
    )
    if positions is None:
        return None
    if positions.ndim != 4 or 0 in positions.shape or positions.shape[-1] != 3:
        faults.add("positions", "must have shape (S, F, N, 3) with S, F and N at least 1", got=positions.shape)
        return None
    S, _F, N, _ = shape = positions.shape
    if velocities is not None and velocities.shape != shape:
        faults.add("velocities", f"must have shape {shape}, that of the positions", got=velocities.shape)
    if charges is not None and charges.shape != (S, N):
        faults.add("charges", f"must have shape {(S, N)}, one for each particle", got=charges.shape)
    elif charges is not None:
        for s, i in np.argwhere(np.abs(charges) != 1)[:100]:
            faults.add("charges", "must be +1 or -1", got=f"{charges[s, i]:g} at [{s}, {i}]")
    for field, array in (("positions", positions), ("velocities", velocities)):
        if array is not None:
            for place in np.argwhere(~np.isfinite(array))[:100]:
                faults.add(field, "must be finite", got=f"{array[tuple(place)]} at {place.tolist()}")
    return shape


def _check_parts(parts: Any, trajectories: int | None, faults: Faults) -> None:
    if not isinstance(parts, dict) or set(parts) != set(PARTS):
        came = ", ".join(map(str, parts)) if isinstance(parts, dict) else type(parts).__name__
        faults.add("parts", f"must be the parts {', '.join(PARTS)}", got=came or "none")
        return
    end = 0
    for name, bounds in sorted(parts.items(), key=lambda item: item[1]):
        first, last = bounds
        if not first < last:
            faults.add("parts", "must each hold at least one trajectory", got=f"{name} = {bounds}")
        if first < end:
            faults.add("parts", "must not overlap", got=f"{name} from {first} where another ends at {end}")
        if trajectories is not None and not 0 <= first <= last <= trajectories:
            faults.add("parts", f"must lie within {trajectories} trajectories", got=f"{name} = {bounds}")
        end = max(end, last)
