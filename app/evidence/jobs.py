"""The evidence of a run made by a process of its own, whoever watches it: at most one for each run.

Beside the results, in the folder where new evidence of the run is kept, lie

    job.log     what the process said, locked (flock) for as long as it lives
    job.json    what was asked for: the parts, the process, whether it is to stop, what the run was called then
    job.now     which part it makes, how far it is, what could not be made and why; at most twice a second

Whether a process is there is known from the lock alone: one that was killed is noticed by that. A process that is
stopped loses at most the part that it was making; to start it again is to go on. No Streamlit here, and no torch.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app import locks, processes
from app.evidence import kept
from app.evidence.parts import PARTS
from app.evidence.work import Work, known_parts
from core.document import document, text
from core.files import write_json

LOG, ASKED, NOW, LOCK = "job.log", "job.json", "job.now", "job.lock"
MOST_JSON = 65_536  # bytes of what is kept of a job
MOST_REASON = 1_000  # letters
EVERY = 0.5  # seconds between two words on how far it is

Ended = Literal["", "done", "stopped", "renamed", "killed"]


class JobError(ValueError):
    """Evidence that cannot be asked for now; the text says why."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How the evidence of a run stands.

    Attributes
    ----------
    part : the part that is being made, or was when the process ended; '' for none
    share : how much of it is done, 0 to 1
    alive : whether a process makes it
    failed : (part, reason) of those that could not be made, a reason is a sentence; of the last process
    asked : the parts that process was asked for
    over : those of them that are over: there, made or failed
    ended : how it ended; '' while it lives, and where there never was one
    """

    part: str = ""
    share: float = 0.0
    alive: bool = False
    failed: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    ended: Ended = ""


def started(run: Path, parts: Sequence[str] = (), *, again: bool = False) -> Progress:
    """Ask for parts of the evidence of a run, all of them for (); where a process makes some, nothing new is started.

    Raises
    ------
    ValueError
        There is no part of that name.
    JobError
        The process cannot be started.
    """
    wanted = known_parts(parts)
    if not locks.possible():
        raise JobError("this system has no file locks: make the evidence with python -m app evidence")
    folder = kept.home(run)
    with _exclusive(folder):
        if not locks.held(folder / LOG):
            _forget(folder)
            words = [word for part in wanted for word in ("--part", part)] + (["--again"] if again else [])
            command = processes.app_command("evidence", str(run.absolute()), *words, "--log", str(folder / LOG))
            try:
                processes.begun(command, folder / LOG, lambda pid: _write_asked(run, pid, wanted))
            except (OSError, ValueError) as error:
                raise JobError(f"the evidence could not be asked for: {error}") from error
    return state(run)


def state(run: Path) -> Progress:
    """How the evidence of a run stands now."""
    folder = kept.home(run)
    alive = locks.held(folder / LOG)
    asked = _read(folder / ASKED)
    now = _read(folder / NOW)
    if alive:
        ended: Ended = ""
    elif now.get("ended"):
        ended = "done"
    else:
        ended = (
            ""
            if not asked
            else "stopped"
            if asked.get("stop") or now.get("stopped")
            else "renamed"  # what the process found at its old name was no run any more
            if asked.get("run") not in (None, kept.absolute(run).name)
            else "killed"
        )
    failed = [one for one in _listed(now, "failed") if isinstance(one, list) and len(one) == 2 and one[0] in [*PARTS]]
    share = now.get("share")
    return Progress(
        part=next((part for part in PARTS if part == now.get("part")), ""),
        share=min(max(float(share), 0.0), 1.0) if isinstance(share, int | float) else 0.0,
        alive=alive,
        failed=tuple((part, str(reason)[:MOST_REASON]) for part, reason in failed),
        asked=tuple(part for part in PARTS if part in _listed(asked, "parts")),
        over=tuple(part for part in PARTS if part in _listed(now, "over")),
        ended=ended,
    )


def stop(run: Path) -> None:
    """Ask the process to stop, as Ctrl-C would; nothing happens where there is none.

    Raises
    ------
    JobError
        That cannot be noted.
    """
    folder = kept.home(run)
    if not locks.held(folder / LOG):
        return
    with _exclusive(folder):
        asked = _read(folder / ASKED)
        pid = asked.get("pid")
        if not isinstance(pid, int) or isinstance(pid, bool) or pid <= 1:
            return
        with processes.ended_by(pid, folder / LOG) as end:
            if end is not None:
                try:
                    write_json(folder / ASKED, {**asked, "stop": True})
                finally:
                    end()  # on a full disk as well


def log_of(run: Path, lines: int = 30) -> str:
    """The last lines of what the last process said."""
    return processes.last_lines(kept.home(run) / LOG, lines)


@contextmanager
def claimed(run: Path, parts: Sequence[str]) -> Iterator[None]:
    """Be the one process that makes the evidence of a run: for a command line, which nobody gave a locked log to.

    Raises
    ------
    JobError
        Another one makes it.
    """
    wanted, folder = known_parts(parts), kept.home(run)
    if not locks.possible():
        folder.mkdir(parents=True, exist_ok=True)
        yield
        return
    with ExitStack() as held:
        with _exclusive(folder):
            if locks.held(folder / LOG):
                words = "is being made by another process: wait for it, or stop it"
                raise JobError(f"the evidence of run {run.name} {words}")
            _forget(folder)
            log = held.enter_context((folder / LOG).open("ab"))
            locks.taken(log.fileno())
            _write_asked(run, os.getpid(), wanted)
        yield


class Told:
    """Says in a file how far the work is: at every part, and in between every ``EVERY`` seconds at most.

    It raises a JobError where the run was renamed or deleted meanwhile: nothing that is made could be kept. What cannot
    be written otherwise is not said: the work does not end for that.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.file = kept.home(run) / NOW
        self.part = ""
        self.share = 0.0
        self.work = Work()
        self.written = -EVERY

    def __call__(self, part: str, done: int, of: int) -> None:
        """Take note of how much of a part is done."""
        changed = part != self.part
        self.part, self.share = part, done / of if of else 0.0
        if changed or time.monotonic() - self.written >= EVERY:
            self._write()

    def after(self, work: Work) -> None:
        """Take note of what came of the work so far."""
        self.work, self.part, self.share = work, "", 0.0
        self._write()

    def end(self, *, stopped: bool = False) -> None:
        """The last word."""
        self._write(stopped=stopped, ended=not stopped)

    def _write(self, **more: bool) -> None:
        failed = [[part, reason[:MOST_REASON]] for part, reason in self.work.failed]
        over = [*self.work.made, *self.work.there, *(part for part, _ in self.work.failed)]
        if not (self.run.is_dir() and self.file.parent.is_dir()):
            raise JobError(
                f"run {self.run.name} was renamed or deleted while it was tested, which ends the test; what was done "
                "by then goes with it"
            )
        with suppress(OSError):
            write_json(self.file, {"part": self.part, "share": self.share, "failed": failed, "over": over, **more})
        self.written = time.monotonic()


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    """One at a time asks for the evidence of a run, or stops it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locks.exclusive(folder / LOCK):
            yield
    except OSError as error:
        raise JobError(f"{folder} must be a folder that can be written to: {error.strerror}") from error


def _forget(folder: Path) -> None:
    """Remove what was said of the last process."""
    for name in (ASKED, NOW, LOG):
        (folder / name).unlink(missing_ok=True)


def _write_asked(run: Path, pid: int, parts: Sequence[str]) -> None:
    about = {"pid": pid, "parts": list(parts), "stop": False, "run": kept.absolute(run).name}
    write_json(kept.home(run) / ASKED, about)


def _read(file: Path) -> dict[str, object]:
    """What a file of a job says; nothing where it is not there or makes no sense."""
    with suppress(OSError, ValueError, RecursionError):
        said = document(text(file, MOST_JSON))
        if isinstance(said, dict):
            return said
    return {}


def _listed(said: dict[str, object], name: str) -> list[object]:
    found = said.get(name)
    return found if isinstance(found, list) else []
