"""Memory that a process keeps between steps: what it saves, what it gives back, and when it leaves malloc alone."""

import ctypes
import platform
import resource
from pathlib import Path

import pytest
import torch

from core import memory
from core.memory import memory_kept

LARGE = 16 << 20    # numbers: 64 MB, more than glibc ever keeps by itself
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")


def faults(steps: int) -> int:
    """Pages that were cleared while a large array was made and freed so many times."""
    torch.ones(LARGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        torch.ones(LARGE)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@glibc
def test_pages_are_cleared_once_and_given_back_at_the_end() -> None:
    anew = faults(8)
    start = resident()
    with memory_kept():
        kept = faults(8)
        held = resident()
    assert anew > 8 * LARGE * 4 / (2 << 20)         # even where a page has 2 MB
    assert kept < anew / 8
    assert held - start > LARGE * 3                 # of its 4 bytes a number
    assert resident() - start < LARGE


@glibc
@pytest.mark.parametrize(
    ("name", "value"), [("MALLOC_TRIM_THRESHOLD_", "1000"), ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")]
)
def test_options_of_the_user_stay(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert isinstance(memory._glibc(), ctypes.CDLL)
    monkeypatch.setenv(name, value)
    assert memory._glibc() is None
    with memory_kept():
        torch.ones(1)


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    with memory_kept():
        torch.ones(1)
    assert memory._glibc() is None
