"""Data sets as they are looked at: read once, measured once, kept by name and by what their files' clocks say."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app.datasets import FILES
from app.places import Places
from core.data import FOLDER, data_root, load
from core.data.sensors import SensorData

if TYPE_CHECKING:
    from app.quality import Findings


def version_of(name: str) -> str:
    """The key of all that is kept of a data set: its name for ``core.data.load``, and the state of its files."""
    folder = Path(name.removeprefix(FOLDER)) if name.startswith(FOLDER) else data_root() / name
    stamps = []
    for file in FILES:  # whatever else lies there, however much it is
        with suppress(OSError, ValueError):  # no such file, or none that may be read: load() says which
            status = (folder / file).stat()
            stamps.append(f"{file}:{status.st_mtime_ns}:{status.st_size}:{status.st_ino}")
    return "\n".join([name, str(folder), *stamps])


@st.cache_resource(show_spinner=False, max_entries=4)
def data_of(version: str) -> SensorData:
    """The data of a version; nobody can change their arrays.

    Raises
    ------
    DataError
        The files are missing or wrong.
    """
    return load(version.partition("\n")[0])


@st.cache_resource(show_spinner=False, max_entries=8)
def findings_of(version: str) -> "Findings":
    """All that is found in the data of a version."""
    from app.quality import findings

    return findings(data_of(version))


@st.cache_resource(show_spinner=False, max_entries=8)
def data_places_of(version: str) -> Places:
    """Where the sensors of a data set are drawn: their coordinates, a layout of the roads, or a circle."""
    data = data_of(version)
    if data.has_coordinates:
        return Places(data.nodes["latitude"].to_numpy(), data.nodes["longitude"].to_numpy(), "map")
    if data.adjacency is not None and data.adjacency.any():
        from app.figures.layout import layout

        return Places(*layout(data.adjacency), "roads")
    angle = 2 * np.pi * np.arange(data.sensors) / data.sensors
    return Places(np.sin(angle), np.cos(angle), "circle")
