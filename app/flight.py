"""A trajectory of particles as it is looked at: frames shown, the head that belongs to a frame, pairs, energies.

    shown frames: from the first one seen to the farthest forecast, numbered from 1; the last one seen is L
    gate of a pair: mean of its two directions, as everywhere in this app
    E = Σ_i |v_i|² / 2 + Σ_{i<j} c_i c_j / r_ij         kinetic and Coulomb energy; mass and constant are 1

Axes: w trajectory, f shown frame, t frame ahead, n i j particle, c component (0 to 2 the position, 3 to 5 velocity).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.coulomb import energy
from core.particles import Particles

if TYPE_CHECKING:
    from analysis.ranks import RankMatch

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class Heard:
    """Pairs of particles drawn at one frame, strongest first.

    Attributes
    ----------
    pairs : (E, 2) first < second
    gates : (E,) mean of the two directions
    left_out : pairs with a gate above 0 that are weaker
    """

    pairs: NDArray[np.int64]
    gates: Floats
    left_out: int


@dataclass(frozen=True, eq=False, slots=True)
class Energies:
    """Kinetic and potential energy.

    ``kinetic``, ``potential`` (F,) of what happened at each shown frame; ``forecast_kinetic`` (T,), None where
    velocities are not forecast, and ``forecast_potential`` (T,) of what was forecast.
    """

    kinetic: Floats
    potential: Floats
    forecast_kinetic: Floats | None
    forecast_potential: Floats

    @property
    def total(self) -> Floats:
        """Energy of what happened, (F,)."""
        return self.kinetic + self.potential

    @property
    def forecast_total(self) -> Floats | None:
        """Energy of what was forecast, (T,); None where velocities are not."""
        return None if self.forecast_kinetic is None else self.forecast_kinetic + self.forecast_potential


def shown_frames(moving: Particles, trajectory: int) -> Floats:
    """The frames (F, N, 6) of a trajectory (from 0) from the first one seen to the farthest forecast."""
    first = moving.last - moving.inputs + 1
    return moving.frames[trajectory, first : moving.last + moving.ahead[-1] + 1]


def head_at(heads: tuple[str, ...], layer: str, frame: int, inputs: int) -> int | None:
    """The place of the head of a layer that belongs to a shown frame (from 1); None where the layer hears nothing then.

    A layer with a gate for each frame seen hears in those; one with a single gate, such as a read-out, makes the whole
    forecast from it, and has it from the last frame seen on.

    >>> heads = ("layer 1, frame 1", "layer 1, frame 2", "read-out")
    >>> head_at(heads, "layer 1", 2, 2), head_at(heads, "layer 1", 3, 2), head_at(heads, "read-out", 3, 2)
    (1, None, 2)
    """
    if layer in heads:
        return heads.index(layer) if frame >= inputs else None
    name = f"{layer}, frame {frame}"
    return heads.index(name) if name in heads else None


def heard(gates: Floats, share: float) -> Heard:
    """The strongest share of the pairs of particles by gates (N, N); none for a share of 0."""
    from analysis.matrix import strongest_pairs

    found = strongest_pairs(gates, share if share > 0 else 1.0)
    kept = found.count if share > 0 else 0
    pairs = np.stack([found.first[:kept], found.second[:kept]], axis=1)
    return Heard(pairs, found.weight[:kept], found.count - kept + found.left_out)


def energies(moving: Particles, trajectory: int) -> Energies:
    """Kinetic and potential energy of a trajectory (from 0) and of its forecast."""
    charge, happened, said = moving.charge[trajectory], shown_frames(moving, trajectory), moving.forecast[trajectory]
    kinetic, potential = _apart(happened, charge)
    ahead_kinetic, ahead_potential = _apart(said, charge)
    return Energies(kinetic, potential, ahead_kinetic if moving.velocities else None, ahead_potential)


def follows_force(gates: Floats, positions: Floats) -> "RankMatch":
    """Rank correlation of the gates (N, N) of all pairs with ``1 / r²``, and how often chance gives one as large.

    Chance is the same gates with their particles exchanged. Nearness ``-r²`` ranks pairs as ``1 / r²`` does, and stays
    finite where two particles are at one place.
    """
    from analysis.ranks import rank_match

    x = np.asarray(positions, dtype=np.float64)
    return rank_match(gates, -np.square(x[:, None] - x[None]).sum(axis=-1))


def _apart(states: Floats, charge: Floats) -> tuple[Floats, Floats]:
    """Kinetic and potential energy of states (F, N, 6), each (F,)."""
    states = np.asarray(states, dtype=np.float64)
    kinetic = 0.5 * np.square(states[..., 3:]).sum(axis=(-1, -2))
    with np.errstate(divide="ignore", invalid="ignore"):  # a forecast may put two particles at one place
        whole = energy(states[..., :3], states[..., 3:], np.broadcast_to(charge, states.shape[:-1]))
    return kinetic, whole - kinetic
