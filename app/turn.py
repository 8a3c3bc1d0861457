"""What a training does for those who asked for it in the app: it waits for its turn, and says where it is.

No torch here: a training that waits for another one takes no more memory than Python itself.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app import locks
from core.document import document, text
from core.files import write_json

MOST_BYTES = 4096  # of what is said within an epoch
DIGITS = 5  # of a training's number, as its files are named


@dataclass(frozen=True, slots=True)
class Now:
    """Where a training is: the chunk of its epoch, from 1, and the mean seconds a chunk took (0 if not known yet)."""

    epoch: int
    chunk: int
    chunks: int
    pace: float


def numbers(folder: Path, kind: str) -> list[int]:
    """The numbers of the trainings of which ``folder`` holds a file of that kind, in their order."""
    found = (number_of(path) for path in folder.glob(f"*.{kind}"))
    return sorted(number for number in found if number)


def number_of(file: Path) -> int:
    """The number of the training whose file this is; 0 where it is none's."""
    name = file.stem
    return int(name) if name.isascii() and name.isdigit() and DIGITS <= len(name) < 10 else 0


def file_of(folder: Path, number: int, kind: str) -> Path:
    """The file of that kind of the training of that number."""
    return folder / f"{number:0{DIGITS}d}.{kind}"


def wait_for_turn(log: Path) -> None:
    """Return once all trainings that were asked for before the one with this log have ended."""
    for earlier in numbers(log.parent, "log"):
        if earlier < number_of(log):
            locks.freed(file_of(log.parent, earlier, "log"))


def now_of(file: Path) -> Now | None:
    """What a clock wrote into ``file``; None where it has not, or nothing that makes sense."""
    try:
        said = document(text(file, MOST_BYTES))
        now = Now(int(said["epoch"]), int(said["chunk"]), int(said["chunks"]), float(said["pace"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return now if 1 <= now.chunk <= now.chunks and now.epoch >= 1 and now.pace >= 0 else None


class Clock:
    """Says in a file beside the log where a training is; called after every chunk, it writes once a second at most.

    What cannot be written is not said: a training does not end for that.
    """

    def __init__(self, log: Path) -> None:
        self.file = log.with_suffix(".now")
        self.written = self.begun = -1.0
        self.epoch = self.first = 0

    def __call__(self, epoch: int, chunk: int, chunks: int) -> None:
        """Take note of ``chunk`` of ``chunks`` of ``epoch``."""
        now = time.monotonic()
        if epoch != self.epoch:
            self.epoch, self.first, self.begun = epoch, chunk, now
        if self.written < 0 or now - self.written >= 1:
            pace = (now - self.begun) / (chunk - self.first) if chunk > self.first else 0.0
            with suppress(OSError):
                write_json(self.file, {"epoch": epoch, "chunk": chunk, "chunks": chunks, "pace": pace})
            self.written = now
