"""Memory of large arrays that a process keeps for its next step, instead of giving it back and asking for it again.

The C library asks the system for every array above some size by itself and gives it back as soon as it is free; each
time the system clears every page before the first use. A training step makes the same large arrays over and over: the
larger they are, the more of its time goes there. Kept, a page is cleared once. What is computed does not change by a
bit. More memory stays with the process while it lasts: what it needed at its most, and up to a few gaps of each size
of array, since what is cut off to align one keeps its place from being joined with the next.

[1] mallopt(3), Linux manual pages: M_MMAP_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD.
"""

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

TRIM_THRESHOLD, MMAP_THRESHOLD, MMAP_MAX = -1, -3, -4      # numbers of the options, in malloc.h
OFTEN = 65536                                              # arrays asked for by themselves: glibc's own bound
LARGE = 32 << 20                                           # bytes; where glibc's own threshold ends up by itself


@contextmanager
def memory_kept() -> Iterator[None]:
    """Keep what is freed for as long as it lasts, then give it back to the system.

    Works with glibc, on Linux; elsewhere, and where a user has set malloc's options in the environment, nothing is
    changed. The options are the whole process's, so of two at the same time the first that ends, ends both.
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(MMAP_MAX, 0)                           # arrays of every size come from the heap,
    library.mallopt(TRIM_THRESHOLD, 2**31 - 1)             # which keeps what is freed
    try:
        yield
    finally:
        library.mallopt(MMAP_MAX, OFTEN)
        library.mallopt(MMAP_THRESHOLD, LARGE)
        library.mallopt(TRIM_THRESHOLD, 2 * LARGE)
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library, where it is glibc and its options are ours to set."""
    if platform.libc_ver()[0] != "glibc" or any(name.startswith("MALLOC_") for name in os.environ):
        return None
    if "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return None
    return ctypes.CDLL(None)
