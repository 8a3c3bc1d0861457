"""Locks that a process holds for as long as it lives, and signals that reach no other process.

A lock (flock) belongs to an open file. It is handed down to the process that a file is given to, and is free again the
moment that process is gone, even by ``kill -9``: unlike a process id, it cannot be taken over by another one.
"""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without such locks
    fcntl = None  # type: ignore[assignment]

# What file systems say that lock no folder; NFS: EBADF, since a folder cannot be opened for writing.
_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)


def possible() -> bool:
    """Whether this system has such locks."""
    return fcntl is not None


def taken(handle: int) -> None:
    """Return once the lock of an open file is ours; a signal whose handler raises ends the wait."""
    fcntl.flock(handle, fcntl.LOCK_EX)


def freed(path: Path) -> None:
    """Return once nobody holds the lock of the file at ``path``, at once if there is no such file."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return


def passing(error: OSError) -> bool:
    """Whether a failure says nothing of the file that was asked for: too many are open, or memory is short."""
    return error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def held(path: Path) -> bool:
    """Whether a process holds the lock of the file or folder at ``path``; False where there is none to be opened.

    Raises
    ------
    OSError
        It cannot be told at the moment: who is there must not be taken for gone.
    """
    if not possible():
        return False
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        if passing(error):
            raise
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock of the file at ``path``, which is made if it is not there; waits for whoever holds it."""
    with path.open("ab") as file:
        taken(file.fileno())
        yield


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder; waits for whoever holds it. Gives False where there is none: others may come.

    Raises
    ------
    OSError
        There is no such folder, or it cannot be opened.
    """
    if not possible():
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield _taken_where_possible(handle)
    finally:
        os.close(handle)


def _taken_where_possible(handle: int) -> bool:
    try:
        taken(handle)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return False
    return True


@contextmanager
def process(pid: int) -> Iterator[Callable[[signal.Signals], None] | None]:
    """What sends a signal to exactly the process that has this id now; None where there is none.

    On Linux the process is held by a handle: should it end and another one get its id, that one is not reached.
    """
    if not hasattr(os, "pidfd_open"):
        yield lambda sent: os.kill(pid, sent)
        return
    try:
        handle = os.pidfd_open(pid)
    except (OSError, OverflowError):  # the latter: a number that no process has
        yield None
        return
    try:
        yield lambda sent: signal.pidfd_send_signal(handle, sent)
    finally:
        os.close(handle)
