"""The record of the benchmark of particles: ``benchmarks/results/nbody.json``. No torch here.

One file, as `benchmarks/record.py` keeps others: settings by key, and one entry a line. An entry belongs to lines of
the page by their labels (`benchmarks.nbody_rows.label`); of part 'predictability' it is a measurement, of the others a
training.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.nbody_predictability import placed
from benchmarks.nbody_rows import PARTICLES, Item, label
from benchmarks.record import FOLDER, Entry, Record

KIND = "particles"


class ParticleRecord(Record):
    """All entries of the benchmark of particles."""

    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__(folder)

    def line(self, part: str, particles: int, row: str) -> list[Entry]:
        """The entries of a line of the page, by seed; those of its newest settings."""
        return self.row(KIND, "", label(part, particles, row))

    def data(self, entry: Entry) -> str:
        """The whole name of the data that an entry was trained on."""
        return str(self.settings(KIND, "")[entry["key"]]["data"])

    def entries(self) -> list[Entry]:
        """All of them, in the order in which they came."""
        return self.runs(KIND, "")

    def holds(self, item: Item, key: str, *, naming: bool = True) -> bool:
        """Whether an item is in the record; with ``naming``, what was recorded for another line gets its label too."""
        if not self.has(KIND, "", key, item.seed):
            return False
        if naming:
            self.name(KIND, "", key, item.seed, item.label)
        return True

    def keep(self, entry: Entry, settings: Mapping[str, Any]) -> None:
        """Keep an entry; one of the same key and seed gives way to it."""
        self.add(KIND, "", entry, settings)

    def predictability(self) -> dict[int, Entry]:
        """Particles -> the measurement of their predictability, as far as there are any; 0 is the benchmark's set."""
        found = {count: self.line("predictability", count, "twin") for count in (0, *PARTICLES)}
        return {count: entries[-1] for count, entries in found.items() if entries}

    def horizon(self) -> int | None:
        """H, that fits every number of particles; None where one is not measured yet, or none fits."""
        held = self.predictability()
        found = [held[count] for count in PARTICLES if count in held]
        return placed(*found) if len(found) == len(PARTICLES) else None

    def merge(self, other: "ParticleRecord") -> int:
        """Keep what another record holds and this one does not; how many those are."""
        settings, before = other.settings(KIND, ""), len(self.entries())
        for entry in other.entries():
            if not self.has(KIND, "", entry["key"], entry["seed"]):
                self.keep(entry, settings[entry["key"]])
            for row in entry["rows"]:
                self.name(KIND, "", entry["key"], entry["seed"], row)
        return len(self.entries()) - before

    def _path(self, dataset: str, protocol: str, kind: str = "") -> Path:  # noqa: ARG002
        return self.folder / "nbody.json"
