"""The runs there are, and reading one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.control import controls, remoteness
from core.controls import called
from core.folders import runs_root
from core.record import FILES, KINDS, kind_of, made_of
from core.run import Run, read_progress, read_record

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "assets" / "demo"
PREFERRED = "demo/intergat-plus"

# What reading a stranger's folder may raise; RunError is a ValueError. It is that folder's problem and nobody else's.
UNREADABLE = (ValueError, OverflowError, OSError)

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

cached = st.cache_data(show_spinner=False, max_entries=128)


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A folder that is, or wants to be, a run: what can be said of it without reading its arrays.

    Attributes
    ----------
    key : by which it is linked: the folder's name, for demo runs after 'demo/'
    version : the folder and the state of its files, the key of every cache
    state : training, done, stopped, failed, or unreadable
    kind : 'model'; 'particles', which has no protocol, inputs or steps ahead ('' and 0), its frames being another
        thing; or 'matrix' for a matrix alone, which has no model either
    made_of : the models behind its matrices, as ``Run.made_of`` has them
    frames : of particles: seen, and up to the farthest forecast; 0 for the other kinds
    problem : why it cannot be read; '' where it can
    """

    key: str
    path: Path
    version: str
    state: str = "unreadable"
    kind: str = KINDS[0]
    title: str = ""
    model: str = ""
    made_of: tuple[str, ...] = ()
    dataset: str = ""
    protocol: str = ""
    sha256: str = ""
    inputs: int = 0
    horizon: int = 1
    frames: int = 0
    heads: tuple[str, ...] = ()
    ids: tuple[str, ...] = field(default=(), repr=False)
    problem: str = ""

    @property
    def called(self) -> str:
        """The model as titles have it, see ``core.controls.called``."""
        return called(self.model, self.heads)

    @property
    def label(self) -> str:
        """The entry in the list of runs, short enough for the sidebar.

        A demo run has a title of ours; any other is told from its like by its folder, with a title if one was given.
        """
        if self.key.startswith("demo/") and self.title:
            return f"{self.title}{self._remark}"
        if self.kind == "matrix":
            return ", ".join([self.key if self.title == self.dataset else f"{self.key} · {self.title}", "matrix alone"])
        given = self.title if self.title != f"{self.called} on {self.dataset}" else self.called
        return f"{self.key} · {given}{self._remark}" if given else f"{self.key}{self._remark}"

    @property
    def _remark(self) -> str:
        return "" if self.state == "done" else f", {self.state}"


def demo_folder() -> Path:
    """Where the runs lie that come with the project."""
    return DEMO


def runs_folder() -> Path:
    """Where a user's own runs lie: ``TOPOLENS_RUNS``, else ``runs`` in the project."""
    return runs_root()


def runs() -> tuple[RunEntry, ...]:
    """All runs there are: the demo first, then the user's own, newest first."""
    entries = [_entry(f"demo/{path.name}", str(path), _version(path)) for path in _folders(demo_folder())]
    own = [(f"{path.name}", path, _version(path)) for path in _folders(runs_folder())]
    own.sort(key=lambda run: _changed(run[1]), reverse=True)
    return (*entries, *(_entry(key, str(path), version) for key, path, version in own))


def default_key(entries: Sequence[RunEntry]) -> str:
    """The run to open where none is asked for: the demo's best, else one that is done, else any; '' for none."""
    done = [entry for entry in entries if entry.state == "done"]
    for candidates in (
        [entry for entry in done if entry.key == PREFERRED],
        [entry for entry in done if entry.heads],
        done,
        entries,
    ):
        if candidates:
            return candidates[0].key
    return ""


def control_of(entry: RunEntry, entries: Sequence[RunEntry]) -> RunEntry | None:
    """A finished run without any graph, on the same data, windows and protocol; one that opens.

    Of several the same model without heads, if there is one, else the one that was trained most alike. None for such a
    run itself, and for a matrix alone: that one has no protocol to share.
    """
    same = [
        other
        for other in entries
        if other.kind == entry.kind == "model"
        and controls(other.model, other.heads, entry.model, entry.heads)
        and other.state == "done"
        and (other.sha256, other.protocol, other.inputs, other.horizon)
        == (entry.sha256, entry.protocol, entry.inputs, entry.horizon)
    ]
    if len(same) > 1:
        ours = _trained(entry.version)
        same.sort(key=lambda other: remoteness(ours, _trained(other.version)))
    return next((other for other in same if _opens(other.version)), None)


@st.cache_resource(show_spinner=False, max_entries=8)
def load_run(version: str) -> Run:
    """The run of a version; nobody may change its arrays.

    Raises
    ------
    RunError
        The folder is not a finished run; the text says why.
    """
    run = Run.load(path_of(version))
    # Cached objects are shared by all sessions: one that wrote into them would change what others see.
    for array in (run.interaction, run.spread, run.adjacency, run.truth, *_arrays(run)):
        if array is not None:
            array.setflags(write=False)
    return run


@cached
def progress_of(version: str) -> pd.DataFrame:
    """One row per finished epoch, also of a run that is not done; empty where none can be read."""
    try:
        return pd.DataFrame(list(read_progress(path_of(version))))
    except UNREADABLE:
        return pd.DataFrame()


@cached
def _trained(version: str) -> dict[str, Any]:
    """What the record of a run says of its model and training; nothing where it cannot be read any more."""
    try:
        record = read_record(path_of(version))
    except UNREADABLE:
        return {"model": {"name": "", "config": {}}, "training": {}}
    return {name: record[name] for name in ("model", "training")}


def _opens(version: str) -> bool:
    """Whether the run of a version can be read: its record may say 'done' where a file was lost since."""
    try:
        load_run(version)
    except UNREADABLE:
        return False
    return True


def _folders(place: Path) -> list[Path]:
    try:
        found = sorted(place.iterdir())
    except OSError:  # no such folder, or none that may be read: there are no runs
        return []
    return [path for path in found if path.name[0] != "." and _has_record(path)]


def _has_record(path: Path) -> bool:
    try:
        return (path / "run.json").is_file()
    except OSError:  # a folder that nobody may look into
        return False


def _version(path: Path) -> str:
    stamps = []
    for name in FILES:
        try:
            status = (path / name).stat()
        except OSError:
            continue
        stamps.append(f"{name}:{status.st_mtime_ns}:{status.st_size}:{status.st_ino}")
    return f"{path}\n{' '.join(stamps)}"


def path_of(version: str) -> Path:
    """The folder of the run that a version is of."""
    return Path(version.rpartition("\n")[0])


def _changed(path: Path) -> int:
    try:
        return (path / "run.json").stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_data(show_spinner=False, max_entries=1000)
def _entry(key: str, path: str, version: str) -> RunEntry:
    folder = Path(path)
    try:
        return _read(key, folder, version)
    except UNREADABLE as error:
        return RunEntry(key=key, path=folder, version=version, problem=str(error) or type(error).__name__)


def _read(key: str, folder: Path, version: str) -> RunEntry:
    record = read_record(folder)
    ids = record["data"]["nodes"].get("id")
    of_all = RunEntry(
        key=key,
        path=folder,
        version=version,
        state=record["state"],
        kind=kind_of(record),
        title=record["title"] or record["data"]["name"],
        dataset=record["data"]["name"],
        sha256=record["data"]["sha256"],
        made_of=made_of(record),
        horizon=0,
        heads=tuple(record["heads"]),
        ids=tuple(i for i in ids if isinstance(i, str)) if isinstance(ids, list) else (),
    )
    if of_all.kind == "matrix":
        return of_all
    of_all = replace(
        of_all,
        title=record["title"] or f"{record['model']['name']} on {record['data']['name']}",
        model=record["model"]["name"],
    )
    if of_all.kind == "particles":
        return replace(of_all, frames=record["scenes"]["inputs"] + record["scenes"]["ahead"][-1])
    return replace(
        of_all,
        protocol=record["windows"]["protocol"],
        inputs=record["windows"]["inputs"],
        horizon=record["windows"]["horizon"],
    )


def _arrays(run: Run) -> tuple[Floats, ...]:
    kept, moving = run.forecasts, run.particles
    if moving is not None:
        return moving.frames, moving.charge, moving.forecast, moving.force
    return () if kept is None else (kept.forecast, kept.rows, kept.last_value, kept.window_mean)
