"""The data that a training can be asked for: the city, the published sets that are here, and one's own folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.data import FOLDER

OWN = "own"  # the folder, beside those of the published sets, in which one's own data lie
MOST_OWN = 200  # folders that are listed
MOST_COUNTED, MOST_HEAD = 2**30, 2**20  # bytes of a table whose rows are counted, and of its first line

# Files without which a set cannot be read (of several names for one file, any), and how large it is: sensors, rows.
_PUBLISHED: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[int, int]]] = {
    "los-loop": ((("los_speed.csv",), ("los_adj.csv",), ("graph_sensor_locations.csv",)), (207, 2016)),
    "sz-taxi": ((("sz_speed.csv",), ("sz_adj.csv",)), (156, 2976)),
    "pemsd7m": ((("V_228.csv", "V_228_f32.npz"), ("W_228.csv",), ("PeMSD7_M_Station_Info.csv",)), (228, 12_672)),
}
FILES = (
    *("values.csv", "adjacency.csv", "nodes.csv", "about.json"),
    *(file for files, _ in _PUBLISHED.values() for either in files for file in either),
)
"""All files that a reader of data opens, of one's own and of the published sets."""
_CITY = (120, 2688)
_WORDS = {
    "city": "the made-up city of the demo, whose true graph is known",
    "los-loop": "Los Angeles, one week, every 5 minutes",
    "sz-taxi": "Shenzhen, one month, every 15 minutes",
    "pemsd7m": "Los Angeles and Ventura, 44 weekdays, every 5 minutes",
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data that can be trained on.

    Attributes
    ----------
    load : what ``python -m app train --dataset`` is given
    name : a short one, for names of runs
    label : what it is, in a line
    sensors, steps : how large it is; 0 where that is not known
    """

    load: str
    name: str
    label: str
    sensors: int = 0
    steps: int = 0


def found(root: Path) -> tuple[Dataset, ...]:
    """What can be trained on now: the city, the published sets in ``root``, and one's own folders in ``root/own``."""
    there = [name for name in _PUBLISHED if name not in missing(root)]
    sizes = {"city": _CITY, **{name: _PUBLISHED[name][1] for name in there}}
    ready = [Dataset(name, name, f"{name}: {_WORDS[name]}", *size) for name, size in sizes.items()]
    return (*ready, *(_own(path) for path in _folders(root / OWN)))


def missing(root: Path) -> tuple[str, ...]:
    """The published sets that are not in ``root``, or not whole."""
    return tuple(
        name
        for name, (files, _) in _PUBLISHED.items()
        if not all(any(_is_there(root / name / file) for file in either) for either in files)
    )


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a folder that nobody may look into
        return False


def is_known(load: str, root: Path) -> bool:
    """Whether a run that was begun on these data finds them again in the places that this app knows."""
    return load in [dataset.load for dataset in found(root)]


def windows(steps: int, share: int, inputs: int, horizon: int) -> int:
    """Training windows of so many rows without a gap, of which ``share`` per cent are for training.

    >>> windows(2688, 70, 12, 4)
    1866
    """
    return max(steps * share // 100 - inputs - horizon + 1, 0)


def _folders(place: Path) -> Sequence[Path]:
    try:
        inside = sorted(path for path in place.iterdir() if path.name[0] != "." and (path / "values.csv").is_file())
    except OSError:
        return []
    return inside[:MOST_OWN]


def _own(path: Path) -> Dataset:
    sensors, steps = _size(path / "values.csv")
    return Dataset(f"{FOLDER}{path.absolute()}", path.name, f"{path.name}: your own data", sensors, steps)


def _size(file: Path) -> tuple[int, int]:
    """Sensors and rows of a table, from its commas and lines alone; (0, 0) where it is too large to count."""
    try:
        status = file.stat()
        return _counted(file, status.st_mtime_ns, status.st_size)
    except OSError:
        return 0, 0


@lru_cache(maxsize=256)
def _counted(file: Path, _changed: int, size: int) -> tuple[int, int]:
    if size > MOST_COUNTED:
        return 0, 0
    rows, last = 0, b""
    with file.open("rb") as table:
        head = table.readline(MOST_HEAD)
        for piece in iter(lambda: table.read(2**20), b""):
            rows, last = rows + piece.count(b"\n"), piece
    return head.count(b","), rows + bool(last and not last.endswith(b"\n"))
