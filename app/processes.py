"""Processes that the app starts and does not own: each holds the lock of its log for as long as it lives.

The log is locked before the process starts and handed down to it as its output, so that whoever looks knows from the
lock alone whether it is there, however it ended (app/locks.py). It does nothing before it is told that it was noted: a
process that nobody knows of could be neither seen nor stopped. No Streamlit here, and no torch.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from app import locks
from core.folders import named

ROOT = Path(__file__).resolve().parents[1]
NOTED = b"\n"  # what such a process is told once it may begin


def threads() -> int:
    """Threads of such a process: one core is left to the app that shows it, unless OMP_NUM_THREADS says otherwise."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdecimal() and int(asked) else max(1, (os.cpu_count() or 1) - 1)


def environment() -> dict[str, str]:
    """That of the app, with what a command must know: its threads, and where data and runs are, whatever its folder."""
    made = {"OMP_NUM_THREADS": str(threads()), **os.environ, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
    for name in ("TOPOLENS_DATA", "TOPOLENS_RUNS"):
        if place := named(name):
            made[name] = str(place.absolute())
    return made


def begun(command: Sequence[str], log: Path, note: Callable[[int], None]) -> int:
    """Start a command, its output in ``log``, which must not be there yet and is locked until it ends; its process.

    Parameters
    ----------
    command : a list, which no shell reads; what it starts asks ``wait_until_noted`` before anything else
    log : the file
    note : called with its process, to keep what must be known of it; where that fails, the process is ended

    Raises
    ------
    OSError, ValueError
        It cannot be started or noted; then there is no log and no process.
    """
    output = os.open(log, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        locks.taken(output)
        process = subprocess.Popen(  # noqa: S603  a list, every part of which is ours or an argument of its own
            command,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError):
        log.unlink(missing_ok=True)
        raise
    finally:
        os.close(output)
    assert process.stdin is not None  # noqa: S101  for mypy
    with process.stdin:
        try:
            note(process.pid)
        except BaseException:
            process.kill()
            process.wait()
            log.unlink(missing_ok=True)
            raise
        with suppress(BrokenPipeError):  # it has ended by itself
            process.stdin.write(NOTED)
    threading.Thread(target=process.wait, daemon=True).start()  # a process that nobody waits for would stay a zombie
    return process.pid


def wait_until_noted() -> None:
    """Return once who started this process has noted it.

    Raises
    ------
    ValueError
        They ended before they did.
    """
    told = sys.stdin.buffer.read(len(NOTED)) if sys.stdin is not None else b""
    if told != NOTED:
        raise ValueError("the app ended before it had noted what it asked for, so nothing was begun")


def app_command(*words: str) -> tuple[str, ...]:
    """``python -m app`` with these words, as a list; no shell reads it."""
    return (sys.executable, "-m", "app", *words)


@contextmanager
def ended_by(pid: int, log: Path) -> Iterator[Callable[[], None] | None]:
    """What asks the process that holds ``log`` to end, as Ctrl-C would; None where it is gone.

    Whether the process is the one meant is known from the lock, looked at after the process was taken hold of, so that
    its id cannot have gone to another one in between.
    """
    if not locks.possible():
        yield None
        return
    with locks.process(pid) as ask:
        if ask is None or not locks.held(log):
            yield None
            return

        def end() -> None:
            try:
                ask(signal.SIGTERM)
            except ProcessLookupError:  # it ended by itself in between
                return

        yield end


def last_lines(log: Path, lines: int = 30, most: int = 16_384) -> str:
    """The last lines of what a process said, at most ``lines`` of them and ``most`` bytes; '' for nothing."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            said = file.read(most).decode("utf-8", errors="replace")
    except OSError:
        return ""
    kept = said.replace("\r", "\n").rstrip().splitlines()
    return "\n".join(kept[-lines:])
