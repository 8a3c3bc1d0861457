"""Trainings done one by one or side by side, each in a process of its own, which can be stopped and continued.

A task is a file; the process that reads it trains a run folder beside it and leaves what the record keeps beside that.
"""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from benchmarks.record import FOLDER

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds that a stopped training has to keep its last epoch
POLL = 0.2
ELSEWHERE = "is being trained by another process"  # words of core.archive.held
BESIDE = (".task", ".log", ".entry", ".losses")  # what lies beside a run folder

Command = TypeVar("Command", bound=Callable[..., None])


@dataclass(frozen=True, eq=False, slots=True)
class Request:
    """A training to be done.

    Attributes
    ----------
    name : for a line of progress
    folder : name of its run folder
    key, seed : what is learned; two of the same are one
    task : what its process is told, beside its folder
    """

    name: str
    folder: str
    key: str
    seed: int
    task: Mapping[str, Any]


@dataclass(slots=True)
class Job:
    """A training under way."""

    training: Request
    out: Path
    process: subprocess.Popen[bytes]
    log: TextIO
    started: float


def options(seeds: int, runs: str, *, own: str, pages: str) -> Callable[[Command], Command]:
    """What every command is asked that trains what a record does not hold, and writes pages from it.

    Parameters
    ----------
    seeds : by default
    runs : where run folders lie by default
    own : whose epochs are trained by default
    pages : what it writes, in words
    """
    given = (
        click.option("--seeds", default=seeds, show_default=True, help="So many, from 0."),
        click.option(
            "--epochs",
            type=int,
            help=f"At most so many, instead of {own} own: other settings, which begin a row of the record anew, so use "
            "another --record for a trial.",
        ),
        click.option(
            "--budget", type=float, help="Minutes after which it stops; what is under way is kept and continued later."
        ),
        click.option("--jobs", default=1, show_default=True, help="Trainings side by side, of one thread each."),
        click.option("--plan", is_flag=True, help="Only say what would be trained and about how long it would take."),
        click.option("--render", is_flag=True, help=f"Only write {pages} again."),
        click.option("--keep", is_flag=True, help="Keep the run folders of trainings that are in the record."),
        click.option("--runs", type=click.Path(path_type=Path), default=Path(runs), show_default=True),
        click.option(
            "--record",
            "folder",
            type=click.Path(path_type=Path),
            default=FOLDER,
            help="The folder of the record.",
        ),
    )

    def asked(command: Command) -> Command:
        for option in reversed(given):
            command = option(command)
        return command

    return asked


def trained(
    todo: Sequence[Request],
    module: str,
    *,
    known: Callable[[Request], bool],
    kept: Callable[[Request, Path], str],
    jobs: int,
    budget: float | None,
    runs: Path,
    keep: bool,
) -> int:
    """Do all of them, and say a line for each that is finished; Ctrl-C and SIGTERM end those under way first.

    Parameters
    ----------
    todo : in the order in which they begin
    module : what ``python -m`` starts with the file of a task
    known : whether the record holds one by now
    kept : puts what a finished one left beside its folder into the record; what it gives is said
    jobs : so many side by side, of one thread each
    budget : minutes after which those under way are stopped; they go on when they are asked for again
    runs : where the run folders lie
    keep : whether they stay there

    Returns
    -------
    How many failed.
    """
    end = math.inf if budget is None else time.monotonic() + 60 * budget
    waiting, alive, failed, elsewhere, total = list(todo), list[Job](), 0, 0, len(todo)
    click.echo(f"{total} trainings to do")
    with _interrupted_by_sigterm(), _ended(alive):
        while (waiting or alive) and time.monotonic() < end:
            for training in list(waiting):
                if len(alive) == jobs:
                    break
                if any((job.training.key, job.training.seed) == (training.key, training.seed) for job in alive):
                    continue  # another trains the same: it will be known then
                waiting.remove(training)
                if not known(training):
                    alive.append(_started(training, module, runs))
            for job in [job for job in alive if job.process.poll() is not None]:
                alive.remove(job)
                job.log.close()
                count = f"{total - len(waiting) - len(alive)}/{total}"
                if _held(job):
                    click.echo(f"{count} {job.training.name}: left, another process trains it")
                    elsewhere += 1
                else:
                    failed += _finished(job, kept, keep, count)
            time.sleep(POLL)
    if elsewhere:
        click.echo(f"left to other processes: {elsewhere}")
    if waiting or alive:
        click.echo(f"stopped after {budget:g} minutes; {len(waiting) + len(alive)} trainings are left")
    return failed


def _started(training: Request, module: str, runs: Path) -> Job:
    runs.mkdir(parents=True, exist_ok=True)
    out = (runs / training.folder).resolve()
    out.with_suffix(".task").write_text(json.dumps({**training.task, "out": str(out)}))
    log = out.with_suffix(".log").open("a")  # another process may be writing it
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(out.with_suffix(".task"))],
        cwd=ROOT,
        env={**os.environ, **threads},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return Job(training, out, process, log, time.monotonic())


def _held(job: Job) -> bool:
    """Whether a training ended at once because another process holds its run folder."""
    return job.process.returncode != 0 and ELSEWHERE in _last_word(job)


def _last_word(job: Job) -> str:
    said = job.out.with_suffix(".log").read_text(errors="replace").strip().splitlines()
    return said[-1] if said else "no word"


def _finished(job: Job, kept: Callable[[Request, Path], str], keep: bool, count: str) -> bool:
    """Keep what a training left and say so in a line; True where it failed."""
    if job.process.returncode != 0:
        click.echo(f"{count} {job.training.name}: FAILED, {_last_word(job)}")
        return True
    words = kept(job.training, job.out)
    if not keep:
        shutil.rmtree(job.out)
    for kind in BESIDE:
        job.out.with_suffix(kind).unlink(missing_ok=True)
    click.echo(f"{count} {job.training.name}: {words}, {time.monotonic() - job.started:.0f} s")
    return False


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C: it would else end this process alone, and the trainings would go on without it."""
    if threading.current_thread() is not threading.main_thread():  # only that may say what a signal does
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _ended(alive: list[Job]) -> Iterator[None]:
    """However this ends, end the trainings that are under way; the checkpoint of each is its last whole epoch."""
    try:
        yield
    finally:
        _stopped(alive)


def _stopped(alive: list[Job]) -> None:
    for job in alive:
        job.process.terminate()
    for job in alive:
        try:
            job.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            job.process.kill()
            job.process.wait()
        job.log.close()
