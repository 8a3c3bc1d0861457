"""Charged particles in three dimensions: their forces, their energy, and how they move.

    F_i = Σ_{j≠i} c_i c_j (x_i - x_j) / r_ij³       mass 1, Coulomb constant 1; [1]
    each component of F_i is clipped to ±100        as [1] does, after the sum over j
    E   = Σ_i |v_i|² / 2 + Σ_{i<j} c_i c_j / r_ij

    v ← v + Δ/2 F(x);  x ← x + Δ v;  v ← v + Δ/2 F(x)       leapfrog, Δ = 0.001

[1]'s simulator moves velocities by whole kicks that begin with a whole one, so that its velocities lie half a step
beside its positions. Here both belong to the same time; positions differ by what half a kick does.

A clipped force is no longer the gradient of E, and no longer equal and opposite: where two unlike charges come nearer
than 0.1 to each other, E and the momentum are not kept, and often by as much as E itself. It is cut in the directions
of the axes, so that turning a start does not exactly turn what follows. That is no rare case: within 5,000 steps it
happens in about half of the trajectories of 5 particles, and in nearly all of 20. Everything is built from sums,
products, quotients and roots of single numbers in an order that N alone decides, so that a trajectory does not depend
on those simulated with it.

Axes: s trajectory, f frame, i j particle, c component; inside, the trajectories of a batch come last: (c, i, b).

[1] V. G. Satorras, E. Hoogeboom and M. Welling, E(n) Equivariant Graph Neural Networks, ICML 2021, arXiv:2102.09844,
    section 5.1 and the simulator of its published code, after T. Kipf et al., arXiv:1802.04687.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

STEP = 0.001
CLIP = 100.0
AT_ONCE = 4096      # particles simulated at once: their arrays stay in the processor's cache

Array = NDArray[np.float64]
Numbers = TypeVar("Numbers", NDArray[Any], "Tensor")


class Motion(NamedTuple):
    """``positions (S, F, N, 3)``, ``velocities (S, F, N, 3)``, ``charges (S, N)``."""

    positions: NDArray[Any]
    velocities: NDArray[Any]
    charges: NDArray[Any]


class Start(NamedTuple):
    """Where particles start: ``positions (S, N, 3)``, ``velocities (S, N, 3)``, ``charges (S, N)``, all float64."""

    positions: Array
    velocities: Array
    charges: Array


def forces(positions: NDArray[Any], charges: NDArray[Any], clip: float = CLIP) -> Array:
    """Force on each particle, each component clipped.

    Parameters
    ----------
    positions : (S, N, 3)
    charges : (S, N)
    clip : largest size of a component; inf for no clipping

    Returns
    -------
    (S, N, 3)

    Examples
    --------
    >>> forces(np.array([[[0.0, 0, 0], [2, 0, 0]]]), np.array([[1.0, -1.0]])).tolist()
    [[[0.25, 0.0, 0.0], [-0.25, 0.0, 0.0]]]
    """
    field = _Field(np.asarray(positions, dtype=np.float64).transpose(2, 1, 0), np.transpose(charges), clip)
    return np.ascontiguousarray(field.forces().transpose(2, 1, 0))


def energy(positions: NDArray[Any], velocities: NDArray[Any], charges: NDArray[Any]) -> Array:
    """Kinetic and potential energy of each state.

    Parameters
    ----------
    positions, velocities : (..., N, 3)
    charges : (..., N)

    Returns
    -------
    (...)

    Examples
    --------
    >>> float(energy(np.array([[0.0, 0, 0], [2, 0, 0]]), np.array([[0.0, 1, 0], [0, 0, 0]]), np.array([1, -1])))
    0.0
    """
    kinetic = 0.5 * np.square(velocities, dtype=np.float64).sum(axis=(-1, -2))
    i, j = np.triu_indices(np.shape(positions)[-2], 1)
    x = np.asarray(positions, dtype=np.float64)
    r = np.sqrt(np.square(x[..., i, :] - x[..., j, :]).sum(axis=-1))
    return np.asarray(kinetic + (charges[..., i] * charges[..., j] / r).sum(axis=-1))


def pulls(positions: NDArray[Any]) -> Array:
    """How strongly each pair of particles acts on each other, unclipped ``1 / r²``, attraction or not; zero diagonal.

    Parameters
    ----------
    positions : (..., N, 3)

    Returns
    -------
    (..., N, N), symmetric

    Examples
    --------
    >>> pulls(np.array([[0.0, 0, 0], [2, 0, 0]])).tolist()
    [[0.0, 0.25], [0.25, 0.0]]
    """
    x = np.asarray(positions, dtype=np.float64)
    squared = np.square(x[..., :, None, :] - x[..., None, :, :]).sum(axis=-1)
    itself = np.eye(x.shape[-2], dtype=bool)
    return np.where(itself, 0.0, 1.0 / np.where(itself, 1.0, squared))


def flown(x: Numbers, v: Numbers, times: Numbers) -> Numbers:
    """Where particles are after so much time if they fly straight ahead, as if nobody had a charge: ``x + Δ_t v``.

    Parameters
    ----------
    x, v : (..., N, 3), arrays or tensors
    times : (T,)

    Returns
    -------
    (..., T, N, 3)

    Examples
    --------
    >>> flown(np.array([[1.0, 0, 0]]), np.array([[0.0, 2, 0]]), np.array([0.5, 1.0])).tolist()
    [[[1.0, 1.0, 0.0]], [[1.0, 2.0, 0.0]]]
    """
    there: Numbers = x[..., None, :, :] + times[:, None, None] * v[..., None, :, :]
    return there


def moved(
    start: Start,
    steps: int,
    every: int,
    *,
    step: float = STEP,
    clip: float = CLIP,
    dtype: type[np.floating[Any]] = np.float64,
    batch: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Motion:
    """Let particles move, and keep a frame after every ``every`` steps; the start itself is no frame.

    Parameters
    ----------
    start : where they start
    steps : a whole multiple of ``every``
    every : steps between two frames
    step : length of a step in time
    clip : largest size of a force's component; inf for no clipping
    dtype : of the result; inside, float64
    batch : trajectories simulated at once, which changes no result; chosen by their size if not given
    progress : called with the steps of trajectories done, and their total

    Returns
    -------
    Motion
        ``steps / every`` frames.

    Raises
    ------
    ValueError
        Steps that give no whole number of frames, or two particles at one place.
    """
    if every < 1 or steps < every or steps % every:
        raise ValueError(f"steps must be a whole multiple of every, at least one, got {steps} and {every}")
    S, N, _ = start.positions.shape
    size = max(1, AT_ONCE // N) if batch is None else batch
    frames = steps // every
    positions, velocities = (np.empty((S, frames, N, 3), dtype=dtype) for _ in range(2))
    for first in range(0, S, size):
        some = slice(first, min(first + size, S))
        x, v = (np.ascontiguousarray(a[some].transpose(2, 1, 0)) for a in (start.positions, start.velocities))
        field = _Field(x, start.charges[some].T, clip)
        kick = field.forces() * (step / 2)
        if not np.isfinite(kick).all():
            raise ValueError("particles must start at different places, got two at the same one")
        for f in range(frames):
            for _ in range(every):
                v += kick
                field.x += v * step
                np.multiply(field.forces(), step / 2, out=kick)
                v += kick
            positions[some, f] = field.x.transpose(2, 1, 0)
            velocities[some, f] = v.transpose(2, 1, 0)
            progress((first * frames + (some.stop - first) * (f + 1)) * every, S * steps)
    return Motion(positions, velocities, start.charges.astype(dtype))


class _Field:
    """The forces between the particles of a batch, at the places ``x (3, N, B)``, which may be moved.

    Pairs come in rounds: in round k each particle i meets particle i + k, counted round the ring of N. N // 2 rounds
    meet every pair once; in the last round of an even N, only half of the particles begin.
    """

    def __init__(self, x: Array, charges: NDArray[Any], clip: float) -> None:
        _, N, B = x.shape
        ring = np.concatenate([charges, charges]).astype(np.float64)
        self._pairs = [N // 2 if 2 * k == N else N for k in range(1, N // 2 + 1)]
        self._products = [ring[:n] * ring[k : k + n] for k, n in enumerate(self._pairs, start=1)]
        self._ring = np.concatenate([x, x], axis=1)
        self._clip = clip
        self._total, self._apart, self._square = (np.empty((3, N, B)) for _ in range(3))
        self._squared, self._size = (np.empty((N, B)) for _ in range(2))
        self.x = np.array(x, order="C")

    def forces(self) -> Array:
        """Force on each particle where it is now, (3, N, B); the same array at each call."""
        ring, total, N = self._ring, self._total, self.x.shape[1]
        ring[:, :N] = ring[:, N:] = self.x
        total.fill(0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            for k, (n, product) in enumerate(zip(self._pairs, self._products, strict=True), start=1):
                apart, square = self._apart[:, :n], self._square[:, :n]
                squared, size = self._squared[:n], self._size[:n]
                np.subtract(ring[:, :n], ring[:, k : k + n], out=apart)
                np.multiply(apart, apart, out=square)
                np.add(square[0], square[1], out=squared)
                squared += square[2]
                np.sqrt(squared, out=size)
                size *= squared
                np.divide(product, size, out=size)
                apart *= size
                total[:, :n] += apart
                whole = min(n, N - k)           # after these, the ring begins anew
                total[:, k : k + whole] -= apart[:, :whole]
                total[:, : n - whole] -= apart[:, whole:]
        return np.clip(total, -self._clip, self._clip, out=total)
