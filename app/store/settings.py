"""What was chosen for a run, and how near two runs are to each other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from app.reading.words import one_line
from app.store.entries import UNREADABLE, RunEntry
from core.record import read_record

NO_SETTINGS = ("machine", "version of ")  # where a run was made, and not what it is


def settings_of(entry: RunEntry) -> dict[str, str]:
    """What was chosen or given for a run, name by name; nothing for a folder whose record cannot be read."""
    found: dict[str, str] = _settings_at(entry.version, str(entry.path))
    return found


@st.cache_data(show_spinner=False, max_entries=1000)
def _settings_at(version: str, path: str) -> dict[str, str]:  # noqa: ARG001  a version is another state of the folder
    try:
        return _settings(read_record(Path(path)))
    except UNREADABLE:
        return {}


def _settings(record: Mapping[str, Any]) -> dict[str, str]:
    """The settings in a record, flat; results, times and the sensors are none."""
    data, windows, scenes = record["data"], _part(record, "windows"), _part(record, "scenes")
    found: dict[str, Any] = {
        "model": _part(record, "model").get("name", "a matrix alone"),
        **{f"model: {name}": value for name, value in _part(record, "model", "config").items()},
        "data": data["name"],
        "sha256 of the data": data["sha256"],
        "protocol": windows.get("protocol"),
        "steps seen": windows.get("inputs"),
        "steps forecast": windows.get("horizon"),
        "frames seen": scenes.get("inputs"),
        "last frame seen": scenes.get("last"),
        "frames ahead": scenes.get("ahead"),
        "seed": record.get("seed"),
        **{f"training: {name}": value for name, value in _part(record, "training").items() if name != "seed"},
        **{f"version of {name}": value for name, value in _part(record, "versions").items()},
        "machine": record.get("machine"),
    }
    return {one_line(name, 80): one_line(str(value), 200) for name, value in found.items() if value is not None}


def _part(record: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A part of a record, which may be a stranger's; empty where it is not there or is something else."""
    part: Any = record
    for name in names:
        part = part.get(name) if isinstance(part, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The settings that are not alike: name, what the first has, what the second has; '' for no such setting.

    >>> differing({"seed": "0", "model": "gru"}, {"seed": "1", "model": "gru"})
    [('seed', '0', '1')]
    """
    every = list(dict.fromkeys((*first, *second)))
    parts = list(dict.fromkeys(name.partition(":")[0] for name in every))
    names = sorted(every, key=lambda name: parts.index(name.partition(":")[0]))  # those of one part together
    return [(name, first.get(name, ""), second.get(name, "")) for name in names if first.get(name) != second.get(name)]


def kin(entry: RunEntry, other: RunEntry) -> str:
    """How near another run is: 'seed' where only the seed differs, 'data', 'sensors' or ''."""
    if entry.sha256 == other.sha256 and entry.kind == other.kind:
        names = {name for name, _, _ in differing(settings_of(entry), settings_of(other))}
        chosen = {name for name in names if not name.startswith(NO_SETTINGS)}
        return "seed" if chosen == {"seed"} else "data"
    return "sensors" if entry.ids and set(entry.ids) == set(other.ids) else ""
