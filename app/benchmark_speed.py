"""What the project's own record says of time and memory, as numbers for a page. Nothing is measured here.

Steps, epochs, analyses and the race are those of ``benchmarks/speed.json``; larger cities are trainings of the table.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import speed_page
from benchmarks.speed_page import ANALYSIS_TARGET, BARE, RACE_TARGET, Target

__all__ = ["ANALYSIS_TARGET", "BARE", "RACE_TARGET", "Analysis", "Epoch", "Race", "Step", "Target", "Timed"]


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds of one training step of a rival; none, and why, where it was left out."""

    rival: str
    sensors: int
    where: str
    seconds: tuple[float, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Epoch:
    """Seconds of one epoch of ``steps`` steps at Los-Loop's size."""

    rival: str
    where: str
    steps: int
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Seconds of one analysis of a matrix, and how many times a bare eigendecomposition of it that is."""

    what: str
    sensors: int
    where: str
    seconds: tuple[float, ...]
    times: float


@dataclass(frozen=True, slots=True)
class Race:
    """Until which validation error, and how many seconds each took to it; ``own`` is None where it got there never."""

    rival: str
    epochs: int
    goal: float
    seconds: float
    own: float | None

    @property
    def times(self) -> float | None:
        """How many times sooner; None for never."""
        return None if self.own is None else self.seconds / self.own


class Timed:
    """What was timed, of a record whose ``folder`` lies beside ``speed.json``."""

    folder: Path

    def steps(self) -> list[Step]:
        """Seconds of a training step of every rival, at every size and place."""
        return [
            Step(row["rival"], row["sensors"], speed_page.where(row["device"], row["threads"]),
                 tuple(row.get("seconds", ())), row.get("left out", ""))
            for row in self._rows("steps")
        ]  # fmt: skip

    def targets(self) -> list[Target]:
        """What the time of a step is to be beside another's, and what it is."""
        return speed_page.targets(self._rows("steps"))

    def epochs(self) -> list[Epoch]:
        """Seconds of an epoch, for the rivals that were timed over whole ones."""
        return [
            Epoch(row["rival"], speed_page.where(row["device"], row["threads"]), row["steps"], tuple(row["seconds"]))
            for row in self._rows("epochs")
        ]

    def analyses(self) -> list[Analysis]:
        """Every analysis at every size and place where the bare eigendecomposition was timed as well."""
        rows = self._rows("analyses")
        bare = {(row["sensors"], row["threads"]): median(row["seconds"]) for row in rows if row["what"] == BARE}
        found = []
        for row in rows:
            if (place := (row["sensors"], row["threads"])) in bare:
                times, on = median(row["seconds"]) / bare[place], speed_page.where("cpu", row["threads"])
                found.append(Analysis(row["what"], row["sensors"], on, tuple(row["seconds"]), times))
        return found

    def race(self) -> Race | None:
        """The race to a rival's best validation error; None where there was none."""
        rows: Sequence[dict[str, Any]] = self._rows("race")
        if not rows:
            return None
        (slow, curve), (fast, _) = rows[0]["curves"].items()
        seconds = rows[0]["seconds"]
        return Race(slow, len(curve), rows[0]["goal"], seconds[slow], seconds[fast])

    def made(self, part: str = "steps") -> str:
        """When and on what a part was timed; '' where it was not."""
        about = self._speed().get(part, {}).get("made")
        if about is None:
            return ""
        gpu = f", {about['gpu']}" if "gpu" in about else ""
        return f"{about['date']}, {about['processor']}, {about['cores']} cores{gpu}, load {about['load']} at the start"

    def _rows(self, part: str) -> list[dict[str, Any]]:
        return list(self._speed().get(part, {}).get("rows", []))

    def _speed(self) -> dict[str, Any]:
        file = self.folder.parent / "speed.json"
        return dict(json.loads(file.read_text())) if file.exists() else {}
