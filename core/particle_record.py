"""What ``run.json`` of a run of particles says beyond any other's, checked as if it came from a stranger.

    "data":    {"interval": 0.1, ...}          time between two frames
    "scenes":  {"inputs": 10, "last": 9, "ahead": [5, 10], "velocities": true, "split": {"test": [4000, 5000], ...}}
    "metrics": {"errors": {"position": {"last-frame": [1.5, 3.2], ...}, "velocity": {...}}, ...}   once it is done

``last`` is the last frame seen, ``ahead`` the frames after it that are forecast, one error for each.
"""

import math
from collections.abc import Mapping
from typing import Any

QUANTITIES = ("position", "velocity")               # of which there are errors; velocity only where it is forecast
SIMPLE = ("last-frame", "constant-velocity")        # the forecasts that need no training, beside which a model stands
MOST_FRAMES = 100_000
INTERVALS = (1e-9, 1e9)     # with these, no place that a flight reaches is infinite
TYPES: dict[str, type | tuple[type, ...]] = {
    "data.load": str,
    "data.interval": (int, float),
    "seed": int,
    "model.name": str,
    "model.config": dict,
    "scenes.inputs": int,
    "scenes.last": int,
    "scenes.ahead": list,
    "scenes.split": dict,
    "training": dict,
    "training.epochs": int,
    "times": dict,
    "metrics": dict,
}
ABSENT = ("windows", "scaler", "matrix", "data.unit", "data.quantity", "data.interval_minutes")     # only others have


def check(record: Mapping[str, Any]) -> None:
    """Refuse, with a ``ValueError``, a record whose types are as ``TYPES`` has them and which no page could use."""
    for dotted in ABSENT:
        section, _, key = dotted.rpartition(".")
        if (key or dotted) in (record[section] if section else record):
            raise ValueError(f"a run of particles must have no {dotted}, which only one of sensors has")
    scenes, interval = record["scenes"], record["data"]["interval"]
    shortest, longest = INTERVALS
    if not shortest <= interval <= longest:
        raise ValueError(f"data.interval must be a time from {shortest:g} to {longest:g}, got {interval:g}")
    inputs, last, ahead = (scenes[name] for name in ("inputs", "last", "ahead"))
    if not 0 <= last < MOST_FRAMES:
        raise ValueError(f"scenes.last must be a frame from 0 to {MOST_FRAMES - 1:,}, got {last}")
    if not 1 <= inputs <= last + 1:
        raise ValueError(f"scenes.inputs must be from 1 to {last + 1}, the frames up to the last one, got {inputs}")
    whole = all(type(frame) is int for frame in ahead)
    if not ahead or not whole or any(a >= b for a, b in zip([0, *ahead], ahead, strict=False)):
        raise ValueError(f"scenes.ahead must be frames from 1 on, each later than the one before, got {ahead!r:.60}")
    if ahead[-1] > MOST_FRAMES:
        raise ValueError(f"scenes.ahead must be frames up to {MOST_FRAMES:,}, got {ahead[-1]}")
    if type(scenes.get("velocities")) is not bool:
        raise ValueError(f"scenes.velocities must be true or false, got {scenes.get('velocities')!r:.60}")
    if record["state"] == "done":
        _check_errors(record["metrics"].get("errors"), len(ahead), scenes["velocities"], record["model"]["name"])


def _check_errors(errors: Any, frames: int, velocities: bool, model: str) -> None:
    wanted, needed = QUANTITIES[: 1 + velocities], dict.fromkeys((*SIMPLE, model))
    if not isinstance(errors, dict) or set(errors) != set(wanted):
        got = sorted(map(str, errors)) if isinstance(errors, dict) else type(errors).__name__
        raise ValueError(f"metrics.errors must be of {' and '.join(wanted)}, got {got}")
    for quantity in wanted:
        rows = errors[quantity]
        if not isinstance(rows, dict) or set(rows) != set(needed):
            listed = " and ".join([", ".join(list(needed)[:-1]), f"{list(needed)[-1]:.60}"])
            raise ValueError(f"metrics.errors.{quantity} must hold the forecasts {listed}, and no others")
        for name, row in rows.items():
            fits = isinstance(row, list) and len(row) == frames and all(_is_error(value) for value in row)
            if not fits:
                raise ValueError(
                    f"metrics.errors.{quantity} of {name:.60} must be {frames} finite numbers of at least 0, one for "
                    "each frame ahead"
                )


def _is_error(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf
