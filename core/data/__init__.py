"""Sensor data from any source as one type, ``SensorData``; moving particles as another, ``Scenes``."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.folders import data_root as data_root  # who loads data asks here where they lie

if TYPE_CHECKING:
    from core.data.sensors import SensorData
    from core.data.trajectories import Scenes

FOLDER = "folder:"  # load("folder:PATH") reads a folder of one's own
PARTICLES = "nbody"  # with it begin the names of data of particles, see core/data/nbody.py


def _los_loop(folder: Path) -> "SensorData":
    from core.data import los_loop

    return los_loop.read(folder)


def _sz_taxi(folder: Path) -> "SensorData":
    from core.data import sz_taxi

    return sz_taxi.read(folder)


def _pemsd7m(folder: Path) -> "SensorData":
    from core.data import pemsd7m

    return pemsd7m.read(folder)


def _city(_: Path) -> "SensorData":
    from core.data import city

    return city.load()


# Name of a data set -> what reads it from its folder. Readers are imported when called: a name costs nothing.
DATASETS: dict[str, Callable[[Path], "SensorData"]] = {
    "city": _city,
    "los-loop": _los_loop,
    "sz-taxi": _sz_taxi,
    "pemsd7m": _pemsd7m,
}


def load(name: str, root: Path | None = None) -> "SensorData":
    """Load a data set by name, or a folder of one's own.

    Parameters
    ----------
    name : a key of ``DATASETS``, read from ``root/<name>`` ('city' is made by code and needs no files), or
        'folder:PATH' for a folder in the format of ``core/data/folder.py``
    root : folder of the data sets, ``data_root()`` if not given

    Raises
    ------
    ValueError
        No data set has this name.
    DataError
        Files are missing or wrong; the text names each, and how missing ones are fetched.
    """
    if name.startswith(FOLDER):
        from core.data import folder

        path = name.removeprefix(FOLDER)
        if not path.strip():
            raise ValueError(f"a folder must be named after {FOLDER!r}, got nothing")
        return folder.read(Path(path).expanduser())
    if holds_particles(name):
        raise ValueError(f"data set must be of sensors here, got {name!r}, which is of particles")
    if name not in DATASETS:
        raise ValueError(f"data set must be one of {', '.join(DATASETS)} or {FOLDER}PATH, got {name!r}")
    return DATASETS[name]((data_root() if root is None else root) / name)


def holds_particles(name: str) -> bool:
    """Whether a name is one of data of particles, right or wrong, and not of sensors.

    >>> holds_particles("nbody-5:train=100"), holds_particles("city")
    (True, False)
    """
    return name.startswith(PARTICLES)


def opened(
    name: str, root: Path | None = None, progress: Callable[[int, int], None] = lambda *_: None
) -> "SensorData | Scenes":
    """Data by name, of sensors or of particles.

    Parameters
    ----------
    name : as ``load`` has it, or a name of ``core.data.nbody``
    root : folder of the data sets, ``data_root()`` if not given
    progress : called with what is simulated and what is to be, where particles are not kept yet

    Raises
    ------
    ValueError
        No data have this name, or as ``load`` and ``core.data.nbody.opened``.
    """
    if holds_particles(name):
        from core.data import nbody

        return nbody.opened(name, root, progress)
    return load(name, root)
