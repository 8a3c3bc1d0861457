"""The name of a set of simulated trajectories, which carries all its parameters: ``nbody-20:train=1000,ahead=5+10``."""

import re
from dataclasses import dataclass, fields, replace
from typing import Any

from core.data.faults import shown
from core.data.trajectories import PARTS

PREFIX = "nbody-"
EVERY = 100             # steps from frame to frame
MOST_PARTICLES = 1_000
MOST_STEPS = 100_000
MOST_BYTES = 1 << 30    # of the arrays of one set
MOST_WORK = 2e11        # pairs of particles x steps: a few hours on one core


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Which trajectories are simulated, and what is seen and forecast of each.

    Attributes
    ----------
    name : the set it comes from, 'nbody-small' or 'nbody-N'
    particles : in each trajectory, N
    train, validation, test : trajectories of each part
    steps : of the simulation, a multiple of 100
    seed : of everything random
    inputs, last, ahead, velocities : as in ``Scenes``

    Raises
    ------
    ValueError
        A number out of its range, frames that the steps do not reach, or more than fits memory or patience.
    """

    name: str
    particles: int
    train: int = 3000
    validation: int = 1000
    test: int = 1000
    steps: int = 3000
    seed: int = 0
    inputs: int = 10
    last: int = 9
    ahead: tuple[int, ...] = (7,)
    velocities: bool = True

    def __post_init__(self) -> None:
        at_most = {"particles": MOST_PARTICLES, "steps": MOST_STEPS, "seed": 2**31 - 1}
        at_least = {"particles": 2, "steps": 2 * EVERY, "seed": 0, "last": 0}
        for key in ("particles", *PARTS, "steps", "seed", "inputs", "last"):
            value, least, most = getattr(self, key), at_least.get(key, 1), at_most.get(key)
            if value < least or (most is not None and value > most):
                upto = f"from {least} to {most:,}" if most is not None else f"at least {least}"
                raise ValueError(f"{key} of {shown(self.name)} must be {upto}, got {value:,}")
        if self.steps % EVERY:
            raise ValueError(f"steps of {self.name} must be a multiple of {EVERY}, got {self.steps:,}")
        self._check_frames()
        gib = self.trajectories * self.frames * self.particles * 6 * 4 / 2**30
        if gib * 2**30 > MOST_BYTES:
            raise ValueError(
                f"{self.name} must fit {MOST_BYTES / 2**30:g} GiB, got {gib:,.1f} GiB from {self.trajectories:,} "
                f"trajectories of {self.frames:,} frames: ask for fewer trajectories, steps or particles"
            )
        work = self.trajectories * self.steps * self.particles * (self.particles - 1) / 2
        if work > MOST_WORK:
            raise ValueError(
                f"{self.name} must take at most {MOST_WORK / 1e9:,.0f} billion pairs of particles x steps, got "
                f"{work / 1e9:,.0f} billion: ask for fewer trajectories, steps or particles"
            )

    def _check_frames(self) -> None:
        if self.inputs > self.last + 1:
            raise ValueError(
                f"inputs of {self.name} must be at most {self.last + 1}, the frames up to last, got {self.inputs}"
            )
        if not self.ahead or list(self.ahead) != sorted(set(self.ahead)) or self.ahead[0] < 1:
            raise ValueError(f"ahead of {self.name} must be rising numbers of at least 1, got {_text(self.ahead)}")
        if self.last + self.ahead[-1] >= self.frames:
            raise ValueError(
                f"last + ahead of {self.name} must be at most {self.frames - 1}, the last frame of {self.steps:,} "
                f"steps, got {self.last} + {self.ahead[-1]}"
            )

    @property
    def trajectories(self) -> int:
        """Number of trajectories of all parts, S."""
        return self.train + self.validation + self.test

    @property
    def frames(self) -> int:
        """Number of frames of each, F."""
        return self.steps // EVERY - 1

    @property
    def load(self) -> str:
        """The name with all parameters, under which the same data are found again.

        >>> task("nbody-5:ahead=5+10").load
        'nbody-5:train=3000,validation=1000,test=1000,steps=3000,seed=0,inputs=10,last=9,ahead=5+10,velocities=1'
        """
        return f"{self.name}:{','.join(f'{key}={_text(getattr(self, key))}' for key in KEYS)}"

    @property
    def file(self) -> str:
        """Name of the file that keeps the trajectories; what is seen and forecast of them does not matter to it."""
        parts = "-".join(str(getattr(self, part)) for part in PARTS)
        return f"n{self.particles}-{parts}-steps{self.steps}-seed{self.seed}.safetensors"


KEYS = tuple(field.name for field in fields(Task) if field.name not in {"name", "particles"})
SMALL = Task(
    name="nbody-small", particles=5, validation=2000, test=2000, steps=5000, last=30, ahead=(10,), velocities=False
)


def task(name: str) -> Task:
    """The task of a name: 'nbody-small' or 'nbody-N', and after a colon what differs from its defaults.

    Raises
    ------
    ValueError
        No set has this name, a parameter has none of the known keys or is no number, or as ``Task``.
    """
    kind, _, changes = name.partition(":")
    whole = re.fullmatch(rf"{PREFIX}(small|[1-9][0-9]{{0,8}})", kind)
    if whole is None:
        raise ValueError(
            f"particles must be named {SMALL.name} or {PREFIX}N, with N their number, as in {PREFIX}5, "
            f"got '{shown(kind)}'"
        )
    values: dict[str, Any] = {}
    for change in changes.split(",") if changes or name.endswith(":") else ():
        key, _, text = change.partition("=")
        if key not in KEYS:
            raise ValueError(f"what follows {kind}: must be one of {', '.join(KEYS)}, got '{shown(key)}'")
        if key in values:
            raise ValueError(f"{key} of {kind} must be given once, got it twice")
        values[key] = _value(kind, key, text)
    return replace(SMALL, **values) if kind == SMALL.name else Task(name=kind, particles=int(whole[1]), **values)


def _value(kind: str, key: str, text: str) -> Any:
    """A parameter as it stands in a name: whole numbers, some of them joined by +; 0 or 1 for no or yes."""
    pattern = {"ahead": r"[0-9]{1,9}(\+[0-9]{1,9}){0,999}", "velocities": r"[01]"}.get(key, r"[0-9]{1,10}")
    if not re.fullmatch(pattern, text, re.ASCII):
        must = {"ahead": "numbers joined by +", "velocities": "0 or 1"}.get(key, "a whole number")
        raise ValueError(f"{key} of {kind} must be {must}, got '{shown(text)}'")
    if key == "ahead":
        return tuple(int(number) for number in text.split("+"))
    return text == "1" if key == "velocities" else int(text)


def _text(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, tuple) else str(int(value))
