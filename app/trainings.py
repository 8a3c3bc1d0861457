"""The trainings there are and how each stands, from what lies in the folders alone: whoever looks knows as much.

A hidden folder among the runs keeps, for each training that was asked for in the app,

    .jobs/00017.log    what its process said, locked (flock) from before it starts until it ends, however it ends
    .jobs/00017.json   what was asked for: the run, the command as a list, the process, when; whether it is to stop
    .jobs/00017.now    where it is within its epoch, at most once a second

Whether a process is there is known from the lock, never from its id. No Streamlit here, and no torch.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app import locks, processes, turn
from app.turn import Now
from core.document import document, text
from core.files import write_json
from core.record import RunError, read_record

FOLDER = ".jobs"
MOST_JSON = 65_536  # bytes of what is kept of a training
MOST_LOG = 16_384  # bytes of a log that are read, from its end

State = Literal["queued", "training", "done", "stopped", "failed", "killed", "cancelled", "gone"]
ALIVE: tuple[State, ...] = ("queued", "training")


@dataclass(frozen=True, slots=True)
class Job:
    """A training.

    Attributes
    ----------
    number : place in the queue; 0 for one that was not asked for here
    run : name of its folder among the runs
    command : what was started, as a list; no shell reads it
    pid : its process, which is there for certain only while the lock is held
    asked, stop_asked : when it was asked for, and to stop, as ISO 8601; '' for never
    state : queued, training; done, stopped, failed (its run says so, or it ended before its run began), killed (it
        ended without a word), cancelled (while it waited); gone (its run was deleted)
    reason : what the run says of a failure; '' where it says nothing
    """

    number: int
    run: str
    command: tuple[str, ...] = ()
    pid: int = 0
    asked: str = ""
    stop_asked: str = ""
    state: State = "gone"
    reason: str = ""

    @property
    def alive(self) -> bool:
        """Whether its process is there, waiting or training."""
        return self.state in ALIVE


def listed(runs: Path) -> tuple[Job, ...]:
    """The trainings that were asked for, the latest first; of each run only its latest, none whose run was deleted.

    After them, with number 0, come the runs that are not done and that nobody asked for here: those of a command line.
    A run that was asked for here, and that a command line goes on with, has the number 0 as well.

    Raises
    ------
    OSError
        It cannot be told at the moment: a training that goes on is never left out.
    """
    folder = runs / FOLDER
    kept = {number: job for number in turn.numbers(folder, "json") if (job := read(folder, number)) is not None}
    logs = turn.numbers(folder, "log")  # others wait also for one of which nothing is kept that can be read
    alive = [number for number in {*kept, *logs} if locks.held(file_of(folder, number))]
    found: dict[str, Job] = {}
    for number in sorted(kept, reverse=True):
        job = kept[number]
        if number in alive:
            job = replace(job, state="training" if number == min(alive) else "queued")
        else:
            job = _ended(runs, job)
        if job.state != "gone":
            found.setdefault(job.run, job)
    return (*found.values(), *(job for job in _elsewhere(runs) if job.run not in found))


def log_of(runs: Path, number: int, lines: int = 30) -> str:
    """The last lines of what a training said, at most ``lines`` of them and ``MOST_LOG`` bytes; '' for nothing."""
    return processes.last_lines(file_of(runs / FOLDER, number), lines, MOST_LOG)


def now_of(runs: Path, number: int) -> Now | None:
    """Where a training is within its epoch; None where it has not said so yet."""
    return turn.now_of(file_of(runs / FOLDER, number, "now"))


def read(folder: Path, number: int) -> Job | None:
    """What is kept of a training; None where nothing is, or nothing that can be read.

    Raises
    ------
    OSError
        It cannot be read at the moment, see ``app.locks.passing``.
    """
    try:
        kept = document(text(file_of(folder, number, "json"), MOST_JSON))
        job = Job(
            number,
            str(kept["run"]),
            tuple(str(word) for word in kept["command"]),
            int(kept["pid"]),
            str(kept["asked"]),
            str(kept["stop_asked"]),
        )
    except OSError as error:
        if locks.passing(error):
            raise
        return None
    except (ValueError, TypeError, KeyError):
        return None
    # A folder among the runs, nowhere else, by a name that a file system can have.
    beside = job.run == Path(job.run).name and "\0" not in job.run and job.run[:1] not in ("", ".")
    return job if beside and job.pid > 1 else None


def write(folder: Path, job: Job) -> None:
    """Keep what was asked for, in place of what was kept of that number."""
    words = {name: getattr(job, name) for name in ("run", "pid", "asked", "stop_asked")}
    write_json(file_of(folder, job.number, "json"), {**words, "command": list(job.command)})


def _ended(runs: Path, job: Job) -> Job:
    """The same training, known to have no process any more, with what became of it."""
    record = record_state(runs / job.run)
    began = file_of(runs / FOLDER, job.number, "now").exists()
    if record is None:
        return replace(job, state="gone" if began else "cancelled" if job.stop_asked else "failed")
    state, reason = record
    if state == "training" and locks.held(runs / job.run):
        return Job(0, job.run, state="training", reason=reason)  # a command line goes on with it
    if state == "stopped" and not began and not job.stop_asked:
        return replace(job, state="failed")  # it was to go on, and ended before it did
    if job.stop_asked and state != "done":
        return replace(job, state="stopped")
    return replace(job, state="killed" if state == "training" else state, reason=reason)


def _elsewhere(runs: Path) -> list[Job]:
    """The runs that are not done, as trainings without a process of ours."""
    try:
        folders = sorted(path for path in runs.iterdir() if path.name[0] != ".")
    except OSError:
        return []
    found = []
    for run in folders:
        state, reason = record_state(run) or ("done", "")
        if state != "done":
            if state == "training":
                state = "training" if locks.held(run) else "killed"
            found.append(Job(0, run.name, state=state, reason=reason))
    return found


def record_state(run: Path) -> tuple[State, str] | None:
    """State and reason of a run, None where there is none that can be read."""
    try:
        status = (run / "run.json").stat()
        return _record_at(run, status.st_mtime_ns, status.st_size, status.st_ino)
    except (OSError, MemoryError):  # which may pass, so nothing is remembered
        return None


@lru_cache(maxsize=1024)
def _record_at(run: Path, *_stamp: int) -> tuple[State, str] | None:
    try:
        record = read_record(run)
    except RunError as error:
        if isinstance(error.__context__, OSError):  # the file was not read, so nothing is wrong with what is in it
            raise error.__context__ from None
        return None
    except OverflowError:
        return None
    return record["state"], str(record.get("reason") or "")


def file_of(folder: Path, number: int, kind: str = "log") -> Path:
    """The file of that kind of the training of that number."""
    return turn.file_of(folder, number, kind)
