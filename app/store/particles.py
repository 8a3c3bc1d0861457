"""Runs of particles, asked: gates and attention of any trajectory kept, and forecasts of turned particles.

Torch is loaded when somebody asks for what the run does not hold; its gates of the first trajectory are there without.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app import flight
from app.memo import Memo, once
from app.store.asking import ANSWERS, ASKING, Unready, answering, made_ready, probed
from app.store.entries import UNREADABLE, Floats, RunEntry, cached, load_run
from core.particles import Particles
from core.run import Run
from core.turning import distances, rotation, turned, turned_back

Turn = tuple[int, int, int, bool, int]
"""Degrees about x, y and z, whether mirrored, and how far moved along the diagonal."""

SAMPLE: Turn = (40, 25, 60, True, 2)  # by which the answer of the page is measured, whatever is turned by hand
UNTURNED = ("mlp", "lstm")  # models that take components for numbers like any others


@dataclass(frozen=True, eq=False, slots=True)
class Attention:
    """Over time, of one trajectory: kind -> (M, N, L, L), rows the frame that listens; ``blend`` (M, 2) or None."""

    maps: dict[str, Floats]
    blend: Floats | None


@dataclass(frozen=True, eq=False, slots=True)
class Turned:
    """A forecast, and that of the turned particles, turned back.

    Attributes
    ----------
    ahead : the frames that are forecast, T of them
    first, back : (T, N, 6)
    places, velocities : (T, N) how far apart both are, relative to the size of the cloud and to the speed
    has_velocities : whether velocities were trained
    """

    ahead: tuple[int, ...]
    first: Floats
    back: Floats
    places: Floats
    velocities: Floats
    has_velocities: bool

    @property
    def largest(self) -> float:
        """The largest difference of a position, as a share of the size of the cloud."""
        return float(self.places.max())


class AskedParticles(Memo):
    """A run's probe, asked by any number of sessions, and what it has answered."""

    def __init__(self, run: Run) -> None:
        """Load the weights and repeat the forecasts that the run has stored.

        Raises
        ------
        ValueError
            The run is not of particles, or its weights do not fit, or do not repeat what is stored.
        """
        super().__init__()
        from core.particle_probe import ParticleProbe

        self._probe = probed(ParticleProbe, run)
        self._kept = run.tracked

    @once(ANSWERS)
    def gates(self, trajectory: int) -> Floats:
        """(H, N, N) of a trajectory that the run keeps, from 0."""
        kept, one = self._kept, slice(trajectory, trajectory + 1)
        with ASKING:
            found = self._probe.gates(kept.seen[one], kept.charge[one])
        return np.asarray(found[0])

    @once(ANSWERS)
    def attention(self, trajectory: int) -> Attention:
        """Attention over time of a trajectory that the run keeps, from 0."""
        kept, one = self._kept, slice(trajectory, trajectory + 1)
        with ASKING:
            maps = self._probe.attention(kept.seen[one], kept.charge[one])
        return Attention({kind: found[0] for kind, found in maps.items()}, self._probe.blend)

    def turned(self, seen: Floats, charge: Floats, turn: Turn) -> Turned:
        """Forecasts of states (B, L, N, 6) as they are and turned; all trajectories and frames in one, (B·T, N, 6)."""
        *degrees, mirrored, moved = turn
        matrix, shift = rotation(degrees, mirrored=mirrored), np.full(3, moved / 3**0.5)
        with ASKING:
            first = self._probe.ask(seen, charge)
            back = turned_back(self._probe.ask(turned(seen, matrix, shift), charge), matrix, shift)
        first, back = (found.reshape(-1, *found.shape[2:]) for found in (first, back))
        return Turned(self._kept.ahead, first, back, *distances(first, back), self._kept.velocities)


def ready(version: str) -> Unready | None:
    """Why the run of a version cannot be asked; None where it can. The first time takes seconds, which is said."""
    made = _asked(version)
    return made if isinstance(made, Unready) else None


def gates_of(version: str, trajectory: int) -> Floats | None:
    """The gates (H, N, N) of a trajectory that the run keeps, from 0; None where the model cannot be asked.

    Those of the first trajectory are in the run itself.
    """
    run = load_run(version)
    if trajectory == 0 or not run.heads:
        return run.interaction
    made = _asked(version)
    return None if isinstance(made, Unready) else made.gates(trajectory)


def attention_of(version: str, trajectory: int) -> Attention:
    """What particles listen to in time, in a trajectory that the run keeps, from 0; no maps for a model without.

    Raises
    ------
    ValueError
        The run cannot be asked.
    """
    return answering(_asked(version)).attention(trajectory)


@cached
def turned_of(version: str, shown: str, trajectory: int, turn: Turn) -> Turned:
    """How the model of ``version`` follows when a trajectory of the run ``shown`` is turned; (T, N, ...).

    Raises
    ------
    ValueError
        The run cannot be asked, or was made for other particles.
    """
    kept, one = load_run(shown).tracked, slice(trajectory, trajectory + 1)
    return answering(_asked(version)).turned(kept.seen[one], kept.charge[one], turn)


@cached
def symmetry_of(version: str) -> tuple[float, int]:
    """The largest difference over all trajectories that the run keeps, turned and mirrored by SAMPLE; and how many.

    Raises
    ------
    ValueError
        The run cannot be asked.
    """
    kept = load_run(version).tracked
    return answering(_asked(version)).turned(kept.seen, kept.charge, SAMPLE).largest, len(kept.frames)


@cached
def energies_of(version: str, trajectory: int) -> flight.Energies:
    """Kinetic and potential energy of a trajectory that the run keeps, from 0, and of its forecast."""
    return flight.energies(load_run(version).tracked, trajectory)


def without_symmetry(entry: RunEntry, entries: Sequence[RunEntry]) -> tuple[RunEntry, ...]:
    """Finished runs of models that are not equivariant, which can be asked about the particles of this run.

    As many particles, frames seen and time between frames; those on the same data first, then those of the same model.
    """
    here = load_run(entry.version)
    found = [
        other
        for other in entries
        if other.kind == "particles"
        and other.state == "done"
        and other.key != entry.key
        and len(other.ids) == len(entry.ids)
        and (run := _loaded(other)) is not None
        and not is_symmetric(run)
        and _seen_alike(run.tracked, here.tracked)
    ]
    return tuple(sorted(found, key=lambda other: (other.sha256 != entry.sha256, other.model != entry.model)))


def is_symmetric(run: Run) -> bool:
    """Whether a model of particles is built to turn along with them, as its record says."""
    return run.model not in UNTURNED and run.record["model"]["config"].get("equivariance", True) is not False


def _seen_alike(one: Particles, other: Particles) -> bool:
    return one.inputs == other.inputs and math.isclose(one.interval, other.interval, rel_tol=1e-6)


def _loaded(entry: RunEntry) -> Run | None:
    try:
        return load_run(entry.version)
    except UNREADABLE:
        return None


@st.cache_resource(show_spinner="Loading the model and repeating its forecasts …", max_entries=4)
def _asked(version: str) -> AskedParticles | Unready:
    return made_ready(AskedParticles, load_run(version))
