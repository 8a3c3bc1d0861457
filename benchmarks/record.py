"""The record of the benchmark: one entry for each finished training, in files that are part of the project.

    <dataset>-<protocol>.json          {"settings": {key: ...}, "runs": [entry, ...]}, one line for each
    <dataset>-<protocol>.losses.json   {row: {"key", "seeds", "sums"}}: squared error of every test window

A training is known by the key of its settings and by its seed. A key is a hash of all that decides what is learned:
model and its configuration, training settings but for the seed, roads, windows, version of the row, and the values of
the data. What is in the record is not trained again, on whatever machine; it holds no path and no name of a machine.
Processes that write to one record at the same time take turns.

Losses are sums over the seeds, in float32: what a Diebold-Mariano test of the mean loss needs, at a size that a
repository can hold.

Axes: w test window, t of the four times ahead.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import locks
from benchmarks.rows import PROTOCOLS
from core.files import write_bytes

FOLDER = Path(__file__).parent / "results"
Entry = dict[str, Any]


def key_of(settings: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits of the sha256 of settings as JSON with sorted names."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder, made if it is not there, while a file of it is read and written anew; waits for whoever holds it.

    Without it, of two processes that add to one file at the same time, one would undo what the other has added.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not locks.possible():
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        locks.taken(handle)
        yield
    finally:
        os.close(handle)


class Record:
    """All entries in a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder

    def cells(self) -> list[tuple[str, str]]:
        """Data set and protocol of each file of entries, by name; other benchmarks keep files in the folder too."""
        names = sorted(path.stem.rpartition("-") for path in self.folder.glob("*.json"))
        return [(dataset, protocol) for dataset, _, protocol in names if protocol in PROTOCOLS]

    def runs(self, dataset: str, protocol: str) -> list[Entry]:
        """Every entry of a data set under a protocol, in the order in which they came."""
        return list(self._read(dataset, protocol)["runs"])

    def settings(self, dataset: str, protocol: str) -> dict[str, Any]:
        """What each key stands for."""
        return dict(self._read(dataset, protocol)["settings"])

    def has(self, dataset: str, protocol: str, key: str, seed: int) -> bool:
        """Whether this training is in the record."""
        return any(run["key"] == key and run["seed"] == seed for run in self.runs(dataset, protocol))

    def has_losses(self, dataset: str, protocol: str, row: str, key: str, seed: int) -> bool:
        """Whether the losses of a row hold this training."""
        held = self._losses(dataset, protocol).get(row)
        return held is not None and held["key"] == key and seed in held["seeds"]

    def row(self, dataset: str, protocol: str, name: str) -> list[Entry]:
        """The entries of a row, by seed; where it was trained with several settings, those of the newest entry.

        Settings that are found under another row's name count too: what is trained once stands in both places.
        """
        found = [run for run in self.runs(dataset, protocol) if name in run["rows"]]
        newest = max(found, key=lambda run: run["date"], default=None)
        return sorted((run for run in found if newest and run["key"] == newest["key"]), key=lambda run: run["seed"])

    def losses(self, dataset: str, protocol: str, name: str) -> tuple[set[int], NDArray[np.float64]] | None:
        """The seeds of a row and its squared errors (t, w), their mean over these seeds; None where there is none."""
        held = self._losses(dataset, protocol).get(name)
        entries = self.row(dataset, protocol, name)
        if held is None or not entries or held["key"] != entries[0]["key"]:
            return None
        return set(held["seeds"]), np.stack([_numbers(text) for text in held["sums"]]) / len(held["seeds"])

    def add(
        self,
        dataset: str,
        protocol: str,
        entry: Entry,
        settings: Mapping[str, Any],
        losses: NDArray[np.float32] | None = None,
    ) -> None:
        """Keep an entry; one of the same key and seed gives way to it, and leaves it the names of its rows.

        So what was trained again, after other settings in between, is the newest again.
        """
        with self._alone():
            if losses is not None:  # first: a record that knows the run knows its losses
                self._add_losses(dataset, protocol, entry, losses)
            whole = self._read(dataset, protocol)
            runs, known = whole["runs"], (entry["key"], entry["seed"])
            same = next((place for place, run in enumerate(runs) if (run["key"], run["seed"]) == known), None)
            if same is None:
                runs.append(entry)
                whole["settings"][entry["key"]] = dict(settings)
            else:
                runs[same] = {**entry, "rows": sorted({*runs[same]["rows"], *entry["rows"]})}
            self._write(dataset, protocol, whole)

    def name(self, dataset: str, protocol: str, key: str, seed: int, row: str) -> None:
        """Say that an entry stands for a row as well."""
        with self._alone():
            whole = self._read(dataset, protocol)
            for run in whole["runs"]:
                if (run["key"], run["seed"]) == (key, seed) and row not in run["rows"]:
                    run["rows"] = sorted({*run["rows"], row})
                    self._write(dataset, protocol, whole)

    def write_pages(self, pages: Mapping[Path, str]) -> None:
        """Write pages, file -> text: into the project for its own record, else into the record's folder."""
        own = self.folder.resolve() == FOLDER.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        for file, text in pages.items():
            (file if own else self.folder / file.name).write_text(text)

    def _alone(self) -> AbstractContextManager[None]:
        return alone(self.folder)

    def _add_losses(self, dataset: str, protocol: str, entry: Entry, losses: NDArray[np.float32]) -> None:
        whole = self._losses(dataset, protocol)
        (name,) = entry["rows"]
        held = whole.get(name)
        if held is None or held["key"] != entry["key"]:  # other settings: the row begins anew
            held = {"key": entry["key"], "seeds": [], "sums": [_text(np.zeros_like(row)) for row in losses]}
        if entry["seed"] not in held["seeds"]:
            sums = [_text(_numbers(text) + row) for text, row in zip(held["sums"], losses, strict=True)]
            whole[name] = {"key": held["key"], "seeds": sorted([*held["seeds"], entry["seed"]]), "sums": sums}
            self._write_losses(dataset, protocol, whole)

    def _read(self, dataset: str, protocol: str) -> dict[str, Any]:
        path = self._path(dataset, protocol)
        if not path.exists():
            return {"settings": {}, "runs": []}
        return dict(json.loads(path.read_text()))

    def _losses(self, dataset: str, protocol: str) -> dict[str, Any]:
        path = self._path(dataset, protocol, ".losses")
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _write_losses(self, dataset: str, protocol: str, whole: Mapping[str, Any]) -> None:
        lines = ",\n".join(f" {json.dumps(row)}: {json.dumps(whole[row])}" for row in sorted(whole))
        write_bytes(self._path(dataset, protocol, ".losses"), f"{{\n{lines}\n}}\n".encode())

    def _write(self, dataset: str, protocol: str, whole: Mapping[str, Any]) -> None:
        settings = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in whole["settings"].items())
        runs = ",\n".join(f"  {json.dumps(run, allow_nan=False)}" for run in whole["runs"])
        text = f'{{\n "settings": {{\n{settings}\n }},\n "runs": [\n{runs}\n ]\n}}\n'
        write_bytes(self._path(dataset, protocol), text.encode())

    def _path(self, dataset: str, protocol: str, kind: str = "") -> Path:
        return self.folder / f"{dataset}-{protocol}{kind}.json"


def _text(numbers: NDArray[Any]) -> str:
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode()


def _numbers(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float64)
