"""The evidence of a run for the pages: what is kept of it, and how its making goes on."""

from contextlib import suppress
from typing import Any

import streamlit as st

from app.evidence import jobs, kept, parts
from app.evidence.jobs import Progress
from app.evidence.parts import PARTS, Family
from app.memo import protect
from app.store.entries import UNREADABLE, load_run, path_of
from core.record import read_record

__all__ = [
    "PARTS", "Progress", "evidence_of", "family_of", "names_of", "start_evidence", "state_of_evidence",
    "stop_evidence", "unavailable",
]  # fmt: skip


def evidence_of(version: str, part: str) -> Any | None:
    """The result of a part of the evidence, as it is kept now; None where there is none for exactly this run."""
    try:
        made_of = parts.fingerprint(load_run(version), part)
    except UNREADABLE:
        return None
    return _evidence(version, part, made_of, kept.stamp(path_of(version), part))


def family_of(version: str) -> Family:
    """The folders of the finished runs that differ from this one in nothing but their seed, this one first."""
    return parts.family_of(path_of(version))


def names_of(version: str) -> dict[int, str]:
    """The names that the runs of a family have now, by seed; a run that went meanwhile has none."""
    names = {}
    for folder in family_of(version):
        with suppress(*UNREADABLE):
            names[read_record(folder).get("seed") or 0] = folder.name
    return names


def unavailable(version: str, part: str) -> str:
    """Why a part cannot be made for this run, as a sentence (Markdown of our own); '' where nothing is in the way."""
    return parts.unavailable(load_run(version), part)


def state_of_evidence(version: str) -> Progress:
    """How the making of the evidence stands now: for a fragment that looks every second."""
    return jobs.state(path_of(version))


def start_evidence(version: str, *asked: str, again: bool = False) -> Progress:
    """Ask for parts of the evidence, all of them for none named; where a process makes some, nothing new is started.

    Raises
    ------
    JobError
        The process cannot be started.
    """
    return jobs.started(path_of(version), asked, again=again)


def stop_evidence(version: str) -> None:
    """Ask the process to stop; what it has made by then is kept.

    Raises
    ------
    JobError
        That cannot be noted.
    """
    jobs.stop(path_of(version))


@st.cache_resource(show_spinner=False, max_entries=16)
def _evidence(version: str, part: str, made_of: str, stamp: str) -> Any | None:  # noqa: ARG001  keys of the cache
    found = parts.evidence(load_run(version), part) if stamp else None
    protect(found)
    return found
