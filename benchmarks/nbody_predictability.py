"""How far ahead particles can be forecast: two forecasts that need no training, and a twin whose start is a little off.

    last frame:         x̂ = x_L,  v̂ = v_L
    constant velocity:  x̂ = x_L + Δ v_L,  v̂ = v_L
    twin:               the same simulation from x_L + 0.001 N(0, 1) and v_L: what is left to whoever knows all
                        laws, and to a thousandth where everybody is

Errors are mean squares over trajectories, particles and components. H, the horizon at which models are compared, is
the first at which, for every number of particles,

    constant velocity leaves at least half of the last frame's position error            the answer is not trivial
    the twin makes at most a fifth of the last frame's errors, in positions and in velocities       it is not chaos

Axes: s trajectory, t frame ahead, i particle, c component.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.coulomb import STEP, Start, flown, moved
from core.data.nbody import begun
from core.data.nbody_task import EVERY, task

TRIVIAL, CHAOS = 0.5, 0.2
DISTURBED = 1e-3
FARTHEST = 20
KICKED = 1e-6  # far above what rounding does to the sum of the velocities, far below what the cut does
TRAJECTORIES = {5: 2000, 20: 500, 30: 400}
QUANTITIES = ("position", "velocity")
FORECASTS = ("last-frame", "constant-velocity", "twin")
Errors = dict[str, dict[str, list[float]]]  # forecast -> quantity -> at each frame ahead


def measured(
    name: str, trajectories: int, farthest: int = FARTHEST, disturbed: float = DISTURBED, seed: int = 0
) -> dict[str, Any]:
    """Errors of the three forecasts at 1 to ``farthest`` frames after the last frame that a set shows.

    Parameters
    ----------
    name : of the set, which says how many particles there are and which frame is the last that is shown
    trajectories : so many, from the stream of the test part
    farthest : frames ahead
    disturbed : standard deviation of what is added to each component of the twin's positions
    seed : of starts and of disturbances

    Returns
    -------
    dict
        ``ahead``, ``errors``, ``median_twin_velocity`` (over trajectories) and ``clipped``, the share of trajectories
        in which a force was cut before the last of these frames, beside what was asked for. Only that changes the sum
        of all velocities.
    """
    what = task(name)
    start = begun(what.particles, trajectories, seed, "test")
    there = moved(start, (what.last + 1) * EVERY, EVERY * (what.last + 1))
    x, v = there.positions[:, 0], there.velocities[:, 0]                                # (s, i, c)
    noise = disturbed * np.random.default_rng([seed, what.particles]).standard_normal(x.shape)
    truth, twin = (
        moved(Start(begin, v, start.charges), farthest * EVERY, EVERY) for begin in (x, x + noise)
    )
    ahead = np.arange(1, farthest + 1)
    made = {
        "last-frame": (x[:, None], v[:, None]),
        "constant-velocity": (flown(x, v, ahead * EVERY * STEP), v[:, None]),
        "twin": (twin.positions, twin.velocities),
    }
    errors = {
        forecast: {
            quantity: _rounded(np.square(y - target).mean(axis=(0, 2, 3)))
            for quantity, y, target in zip(QUANTITIES, both, (truth.positions, truth.velocities), strict=True)
        }
        for forecast, both in made.items()
    }
    turned = np.abs(truth.velocities[:, -1].sum(axis=1) - start.velocities.sum(axis=1)).max(axis=1)     # (s,)
    off = np.square(twin.velocities - truth.velocities).mean(axis=(2, 3))               # (s, t)
    return {
        "particles": what.particles, "last": what.last, "trajectories": trajectories, "disturbed": disturbed,
        "ahead": ahead.tolist(), "errors": errors, "median_twin_velocity": _rounded(np.median(off, axis=0)),
        "clipped": float((turned > KICKED).mean()),
    }


def placed(*found: Mapping[str, Any]) -> int | None:
    """The first horizon that fits every measurement, by the rule above; None where none does.

    >>> errors = {"last-frame": {"position": [1, 1, 1], "velocity": [1, 1, 1]},
    ...           "constant-velocity": {"position": [0.1, 0.6, 0.9], "velocity": [1, 1, 1]},
    ...           "twin": {"position": [0.01, 0.01, 0.9], "velocity": [0.01, 0.1, 0.9]}}
    >>> placed({"ahead": [1, 2, 3], "errors": errors})
    2
    """
    fit = [
        {
            int(ahead)
            for k, ahead in enumerate(one["ahead"])
            if straight(one, k) >= TRIVIAL and max(twin(one, k).values()) <= CHAOS
        }
        for one in found
    ]
    return min(set.intersection(*fit), default=None)


def straight(found: Mapping[str, Any], k: int) -> float:
    """What constant velocity leaves of the last frame's position error, at the k-th horizon."""
    errors = found["errors"]
    return float(errors["constant-velocity"]["position"][k] / errors["last-frame"]["position"][k])


def twin(found: Mapping[str, Any], k: int) -> dict[str, float]:
    """What the twin makes of the last frame's error in each quantity, at the k-th horizon."""
    errors = found["errors"]
    return {quantity: errors["twin"][quantity][k] / errors["last-frame"][quantity][k] for quantity in QUANTITIES}


def typical(found: Mapping[str, Any], k: int) -> float:
    """What the twin makes of the last frame's error in velocity, where the twin's is the median over trajectories."""
    return float(found["median_twin_velocity"][k] / found["errors"]["last-frame"]["velocity"][k])


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
