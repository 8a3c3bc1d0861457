"""Trainings as processes of their own, one after the other, whoever watches them.

The process is handed a log as its output whose lock is held from before it starts, and is free again the moment it is
gone (app/locks.py); what else is kept of it, and how it stands, is in app/trainings.py. An app that was started anew
knows as much as the one before. A training waits for all that were asked for before it, in a process that has not
loaded torch yet, by asking for their locks in turn: first come, first served (app/turn.py). No Streamlit here, and no
torch.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app import locks, processes, turn
from app.processes import threads
from app.trainings import FOLDER, Job, file_of, listed, log_of, now_of, read, record_state, write
from core.archive import checked_name
from core.record import RunError

__all__ = [
    "Job", "JobError", "listed", "log_of", "name_problem", "now_of", "resumed", "started", "stop", "threads", "timed",
]  # fmt: skip

KEPT = 20  # trainings that are over stay listed, this many of them
LONGEST_NAME = 60
MOST_TIMING = 300  # seconds
SETTLE = 20.0  # seconds after which a training that was asked to stop, and goes on, may be asked again

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?", re.ASCII)


class JobError(ValueError):
    """A training that cannot be asked for, stopped or continued; the text says why."""


def name_problem(runs: Path, name: str) -> str:
    """Why a new run among ``runs`` cannot have this name, as a sentence; '' where it can."""
    if not _NAME.fullmatch(name):
        return (
            f"A name has 1 to {LONGEST_NAME} letters from a to z, digits, dots, hyphens and underscores; it begins "
            "with a letter or digit and ends in no dot."
        )
    try:
        checked_name(name)
    except RunError:
        return "A name must be no name of a device."
    if os.path.lexists(runs / name):
        return f"There is a run called {name} already."
    if any(job.alive and job.run == name for job in listed(runs)):
        return f"A training called {name} waits in the queue."
    return ""


def started(runs: Path, name: str, arguments: Sequence[str]) -> Job:
    """Ask for a training of a new run; it begins once all that were asked for before it have ended.

    Parameters
    ----------
    runs : the folder of runs
    name : of the new run's folder
    arguments : of ``python -m app train``, without ``--out``

    Raises
    ------
    JobError
        The name cannot be used, or the process cannot be started.
    """
    with _exclusive(runs):
        if problem := name_problem(runs, name):
            raise JobError(problem)
        return _launched(runs, name, ["--out", str((runs / name).absolute()), *arguments])


def resumed(runs: Path, name: str) -> Job:
    """Ask for a run that was stopped, failed or killed to be continued where its last whole epoch left it.

    Raises
    ------
    JobError
        No such run, one that is done, one that is being trained or waits for it.
    """
    with _exclusive(runs):
        found = {job.run: job for job in listed(runs)}.get(name)
        if found is None or found.state == "done" or record_state(runs / name) is None:
            raise JobError(f"a run to be continued must have been begun and not be done, got {name[:100]!r}")
        if found.alive:
            raise JobError(f"{name} is being trained, or waits for it: it needs no second process")
        return _launched(runs, name, ["--resume", str((runs / name).absolute())])


def stop(runs: Path, number: int) -> None:
    """Ask a training to stop, or one that waits to leave the queue; one that has ended is left alone.

    The process gets SIGTERM, which the command line turns into the same end as Ctrl-C. Two that ask at once send one.

    Raises
    ------
    JobError
        The folder of trainings cannot be written to.
    """
    folder = runs / FOLDER
    if not locks.possible() or not file_of(folder, number).exists():
        return
    with _exclusive(runs):
        _stop(folder, number)


def _stop(folder: Path, number: int) -> None:
    job = read(folder, number)
    if job is None:
        return
    with processes.ended_by(job.pid, file_of(folder, number)) as end:
        if end is None:
            return
        if job.stop_asked and 0 <= (_now() - _moment(job.stop_asked)).total_seconds() < SETTLE:
            return  # not so where it was asked in the future: the clock was set back
        job = replace(job, stop_asked=_now_text())
        try:
            write(folder, job)
        finally:
            end()  # on a full disk as well


def timed(arguments: Sequence[str]) -> float:
    """Seconds that an epoch of a training takes here, measured now from a few steps of it; nothing is kept.

    Parameters
    ----------
    arguments : of ``python -m app train``, without ``--out``

    Raises
    ------
    JobError
        The training cannot begin, or took longer than ``MOST_TIMING`` seconds to be measured; the text says why.
    """
    command = processes.app_command("train", "--timing", *arguments)
    try:
        ended = subprocess.run(  # noqa: S603  a list, every part of which is ours or an argument of its own
            command,
            cwd=processes.ROOT,
            env=processes.environment(),
            capture_output=True,
            timeout=MOST_TIMING,
            check=False,
        )
        if ended.returncode:
            raise JobError(ended.stderr[-2000:].decode("utf-8", errors="replace").strip().removeprefix("Error: "))
        return float(json.loads(ended.stdout)["seconds_per_epoch"])
    except subprocess.TimeoutExpired:
        raise JobError(f"it took longer than {MOST_TIMING} seconds to measure a few steps") from None
    except OSError as error:
        raise JobError(f"the measurement could not be started: {error}") from error


def _launched(runs: Path, name: str, arguments: Sequence[str]) -> Job:
    folder = runs / FOLDER
    _forget(runs)
    number = max([0, *turn.numbers(folder, "log"), *turn.numbers(folder, "json")]) + 1
    log = file_of(folder, number).absolute()
    command = processes.app_command("train", "--turn", str(log), *arguments)
    job = Job(number, name, command, asked=_now_text(), state="queued")
    try:
        pid = processes.begun(command, log, lambda pid: write(folder, replace(job, pid=pid)))
    except (OSError, ValueError) as error:
        raise JobError(f"the training could not be started: {error}") from error
    return replace(job, pid=pid)


def _forget(runs: Path) -> None:
    """Remove what is kept of trainings that are over, but for the latest; a log that is locked stays."""
    folder = runs / FOLDER
    shown = {job.number for job in listed(runs) if job.number}
    shown -= set(sorted(shown)[:-KEPT])
    for number in sorted({*turn.numbers(folder, "json"), *turn.numbers(folder, "log")} - shown):
        if not locks.held(file_of(folder, number)):
            for kind in ("json", "now", "log"):
                file_of(folder, number, kind).unlink(missing_ok=True)


@contextmanager
def _exclusive(runs: Path) -> Iterator[None]:
    """One at a time asks for a training or its end, so that numbers, names and signals are given once."""
    if not locks.possible():
        raise JobError("this system has no file locks: train with python -m app train")
    folder = runs / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locks.exclusive(folder / "lock"):
            yield
    except OSError as error:
        raise JobError(f"{folder} must be a folder that can be written to: {error.strerror}") from error


def _now() -> datetime:
    return datetime.now().astimezone()


def _now_text() -> str:
    return _now().isoformat(timespec="seconds")


def _moment(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said).astimezone()
    except (ValueError, OverflowError):  # the latter: at the end of all years, in another zone
        return datetime.fromtimestamp(0).astimezone()


