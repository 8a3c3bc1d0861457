"""How the benchmarks measure: what takes part takes turns within one process, and the machine is named by its parts.

Axes: n sensor, e edge.
"""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from benchmarks.machine import commit, processor

WRITTEN = ("benchmarks/SPEED.md", "benchmarks/speed.json")


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of those that take turns.

    Attributes
    ----------
    once : does the work once, to its end
    expected : about how many seconds that takes, if it is known: from a smaller size, say
    """

    once: Callable[[], object]
    expected: float | None = None


def taken(once: Callable[[], object], device: str = "cpu") -> float:
    """Seconds that one call takes, to the end of what it has started on the device."""
    _waited(device)
    start = time.perf_counter()
    once()
    _waited(device)
    return time.perf_counter() - start


def _waited(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def alternated(
    entrants: Mapping[str, Entrant], *, repeats: int, budget: float, device: str = "cpu",
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, list[float]]:
    """Seconds of each entrant's turns: one to warm up, which is not kept, then at most ``repeats``, round by round.

    One that cannot have all its turns within ``budget`` seconds has as many as fit, at least one; where not even two
    fit, the first is the one that is kept.
    """
    kept: dict[str, list[float]] = {name: [] for name in entrants}
    wanted: dict[str, int] = {}
    for turn in range(repeats + 1):
        for name, entrant in entrants.items():
            if len(kept[name]) >= wanted.get(name, repeats):
                continue
            gc.collect()
            seconds = taken(entrant.once, device)
            if turn == 0:
                fit = int(budget / max(seconds, 1e-9))
                wanted[name] = min(repeats, max(1, fit - 1))
                if fit < 2:
                    kept[name].append(seconds)
                say(f"    {name}: {seconds:.3g} s to warm up, {wanted[name]} turns")
            else:
                kept[name].append(seconds)
    return kept


def median(seconds: Sequence[float]) -> float:
    """Their median."""
    return float(statistics.median(seconds))


@contextmanager
def threads(count: int) -> Iterator[None]:
    """So many threads in torch and in the libraries behind numpy and scipy."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        with threadpool_limits(limits=count):
            yield
    finally:
        torch.set_num_threads(before)


def machine(device: str = "cpu") -> dict[str, Any]:
    """When, on what and with what something was measured: kinds and versions, no name of a machine."""
    found: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(".", *(f":!{name}" for name in WRITTEN)),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", "torch_geometric", "numpy", "scipy", "scikit-learn")},
    }
    if device != "cpu":
        found["gpu"] = torch.cuda.get_device_name()
    return found


def memory() -> float:
    """Bytes of memory that the machine has."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
