"""Memory that a process keeps between steps: what it saves, what it gives back, and when it leaves malloc alone."""

import ctypes
import json
import platform
import subprocess
import sys

import pytest
import torch

from core import memory
from core.memory import memory_kept

LARGE = 16 << 20    # numbers: 64 MB, more than glibc ever keeps by itself
ALONE = f"""
import json, resource
from pathlib import Path
import torch
from core.memory import memory_kept

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        torch.ones({LARGE})
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

torch.ones({LARGE})
anew, start = faults(), resident()
with memory_kept():
    for _ in range(40):
        torch.ones({LARGE})
    kept, held = faults(), resident()
print(json.dumps([anew, kept, held - start, resident() - start]))
"""
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")


@glibc
def test_pages_are_cleared_once_and_given_back_at_the_end() -> None:
    """In a process of its own: what a process has freed before decides what malloc does."""
    said = subprocess.run([sys.executable, "-c", ALONE], check=True, capture_output=True, text=True).stdout
    anew, kept, held, left = json.loads(said)
    assert anew > 4 * LARGE * 4 / (2 << 20)         # pages, most of them, even where each has 2 MB
    assert kept < anew / 8
    assert LARGE * 3 < held < LARGE * 4 * 12        # of 4 bytes a number: a few gaps of its size, not one each time
    assert left < LARGE


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
