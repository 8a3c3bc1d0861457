"""Records of the benchmark of particles with planted errors, held in memory."""

from collections.abc import Callable
from pathlib import Path

from benchmarks import nbody_rows
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import PARTICLES, SEEDS, label, work
from benchmarks.record import key_of
from core.data.nbody import task

H = 7


def foreseen(left: list[float], off: list[float], velocity: list[float] | None = None) -> dict:
    """A measurement in which the last frame's errors are 4, so that no share is taken for an error."""
    n, velocity = len(left), velocity or off
    return {
        "particles": 5, "last": 9, "trajectories": 10, "ahead": [2 * k + 1 for k in range(n)],
        "errors": {
            "last-frame": {"position": [4.0] * n, "velocity": [2.0] * n},
            "constant-velocity": {"position": [4 * x for x in left], "velocity": [2.0] * n},
            "twin": {"position": [4 * x for x in off], "velocity": [2 * x for x in velocity]},
        },
        "median_twin_velocity": [0.002] * n,
    }


def entry(name: str, seed: int, error: float, **other: object) -> dict:
    """A training that could have been; its position error is ``error``, its velocity error, if any, nine times that."""
    velocity = {"velocity": [9 * error]} if name.startswith("set ") else {}     # nobody asks for others
    return {
        "key": key_of({"row": name}), "rows": [name], "seed": seed, "errors": {"position": [error], **velocity},
        "seconds": 60.0, "seconds_per_epoch": 0.5, "memory_mb": 500, "parameters": 1234,
        "epochs": {"asked": 100, "done": 100, "best": 90}, "validation_loss": 0.3,
        "curve": [[1, 2.0, 4.0], [50, 1.0, 2.0], [100, 0.5, 1.0]], "falling": 0.02, "sha256": "0" * 64, "commit": "abc",
        "machine": "2 cores, some", "torch": "2.0", "date": f"2026-01-01T00:00:{seed:02d}+00:00", **other,
    }


class Held(ParticleRecord):
    """A record in memory."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.held: dict = {"settings": {}, "runs": []}

    def _read(self, dataset: str, protocol: str) -> dict:
        return self.held


def filled(error: Callable[[str], float] = lambda _: 0.01, seeds: int = SEEDS) -> Held:
    record = Held()
    for item in work(nbody_rows.PARTS, 3, seeds=seeds):     # the horizon that the measurements below place
        made = entry(item.label, item.seed, error(item.label) * (1 + 0.1 * item.seed))
        record.held["runs"].append(made)
        record.held["settings"][made["key"]] = {"data": task(item.data).load}
    for count in (0, *PARTICLES):
        name = label("predictability", count, "twin")
        found = foreseen([0.1, 0.6], [0.0, 0.1])
        record.held["runs"].append({"key": name, "rows": [name], "seed": 0, "date": "2026", **found})
    return record
