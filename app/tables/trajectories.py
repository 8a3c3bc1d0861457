"""The numbers behind the figures of a trajectory of particles."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.flight import Energies
from core.data.coulomb import pulls
from core.particles import Particles

Floats = NDArray[Any]


def forecast_table(moving: Particles, trajectory: int, ids: Sequence[str]) -> pd.DataFrame:
    """One row for each particle and frame ahead: where it was, where it was forecast, and how far apart that is.

    Particles in their order, so that row ``n · T + t`` is particle n.
    """
    happened, said = moving.target[trajectory], moving.forecast[trajectory]
    rows = [
        {
            "particle": name,
            "charge": int(moving.charge[trajectory, n]),
            "frames ahead": ahead,
            **{f"{axis}": float(happened[t, n, k]) for k, axis in enumerate("xyz")},
            **{f"{axis} forecast": float(said[t, n, k]) for k, axis in enumerate("xyz")},
            "off by": float(np.linalg.norm(happened[t, n, :3] - said[t, n, :3])),
            **({"velocity off by": float(np.linalg.norm(happened[t, n, 3:] - said[t, n, 3:]))}
               if moving.velocities else {}),
        }
        for n, name in enumerate(ids)
        for t, ahead in enumerate(moving.ahead)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def gate_table(gates: Floats, positions: Floats, charge: Floats, ids: Sequence[str]) -> pd.DataFrame:
    """One row for each ordered pair, the strongest gate first: receiver, sender, gate, distance and force.

    ``gates`` (N, N), ``positions`` (N, 3) at the frame, ``charge`` (N,).
    """
    pull = pulls(positions)
    receiver, sender = np.nonzero(~np.eye(len(gates), dtype=bool))
    order = np.argsort(-gates[receiver, sender], kind="stable")
    receiver, sender = receiver[order], sender[order]
    return pd.DataFrame(
        {
            "receiver": [ids[int(i)] for i in receiver],
            "sender": [ids[int(j)] for j in sender],
            "gate": gates[receiver, sender].astype(float),
            "charges": np.where(charge[receiver] * charge[sender] > 0, "alike", "unlike"),
            "distance": 1 / np.sqrt(pull[receiver, sender]),
            "force 1/r²": pull[receiver, sender],
        }
    )


def attention_table(maps: Mapping[str, Floats], ids: Sequence[str]) -> pd.DataFrame:
    """One row for each block, particle, kind and frame that listens, one column for each frame that is heard.

    ``maps``: kind -> (M, N, L, L).
    """
    return pd.DataFrame(
        [
            {
                "block": m + 1,
                "particle": ids[n],
                "kind": kind,
                "frame that listens": t + 1,
                **{f"to frame {s + 1}": float(found[m, n, t, s]) for s in range(found.shape[-1])},
            }
            for kind, found in maps.items()
            for m, n, t in np.ndindex(found.shape[:3])
        ]
    )


def energy_table(found: Energies, moving: Particles) -> pd.DataFrame:
    """One row for each shown frame; what is not forecast is left empty."""
    places = {moving.inputs + ahead: t for t, ahead in enumerate(moving.ahead)}
    said = {
        "kinetic, forecast": found.forecast_kinetic,
        "potential, forecast": found.forecast_potential,
        "total, forecast": found.forecast_total,
    }
    return pd.DataFrame(
        [
            {
                "frame": f + 1,
                "frames ahead": f + 1 - moving.inputs,
                "kinetic": float(found.kinetic[f]),
                "potential": float(found.potential[f]),
                "total": float(found.total[f]),
                **{
                    name: float(values[places[f + 1]]) if f + 1 in places else float("nan")
                    for name, values in said.items()
                    if values is not None
                },
            }
            for f in range(len(found.kinetic))
        ]
    )


def turn_table(
    results: Mapping[str, tuple[Sequence[int], Floats, Floats | None]], ids: Sequence[str]
) -> pd.DataFrame:
    """One row for each run, particle and frame ahead: how far the forecast did not turn along.

    ``results``: run -> frames ahead (T,), differences of positions (T, N), and of velocities or None.
    """
    rows = [
        {
            "run": run,
            "particle": ids[n],
            "frames ahead": ahead,
            "position, of the cloud's size": float(places[t, n]),
            "velocity, of the speed": float("nan") if speeds is None else float(speeds[t, n]),
        }
        for run, (frames, places, speeds) in results.items()
        for t, ahead in enumerate(frames)
        for n in range(places.shape[1])
    ]
    return pd.DataFrame(rows)


