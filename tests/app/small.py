"""Data so small that an epoch takes a moment, and trainings that no test leaves behind."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app import jobs
from app.trainings import FOLDER, listed, log_of, read
from app.turn import numbers
from core.run import read_progress

SENSORS, ROWS = 6, 400
LONG = 5000  # epochs that nobody waits for


def small_data(root: Path, name: str = "ring") -> str:
    """Six sensors on a ring, every 15 minutes, as a folder of one's own below ``root``; what loads it."""
    folder = root / "own" / name
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    times = np.datetime64("2024-03-04T00:00") + np.arange(ROWS) * np.timedelta64(15, "m")
    values = 40 + 10 * np.sin(np.arange(ROWS)[:, None] / 15 + np.arange(SENSORS)) + random.normal(0, 1, (ROWS, SENSORS))
    lines = [",".join(["time", *(f"S{k}" for k in range(SENSORS))])]
    lines += [f"{t},{','.join(f'{v:.3f}' for v in row)}" for t, row in zip(times, values, strict=True)]
    (folder / "values.csv").write_text("\n".join(lines).replace("T", " ") + "\n")
    edges = [f"S{k},S{(k + 1) % SENSORS},1" for k in range(SENSORS)]
    (folder / "adjacency.csv").write_text("\n".join(["from,to,weight", *edges]) + "\n")
    return f"folder:{folder}"


def arguments(load: str, epochs: int = LONG, model: str = "intergat-plus") -> list[str]:
    """A training of that length on those data."""
    return [f"--dataset={load}", f"--model={model}", f"--epochs={epochs}"]


def until(holds: Callable[[], object], what: str, seconds: float = 240) -> None:
    """Wait until something holds, or fail with what it was."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def state(runs: Path, run: str) -> str:
    """How the training of that run stands."""
    return next((job.state for job in listed(runs) if job.run == run), "gone")


def begun(runs: Path, run: str, epochs: int = 1) -> None:
    """Wait until the first training below ``runs`` has done so many epochs of its run."""
    until(lambda: len(read_progress(runs / run)) >= epochs, log_of(runs, 1) or "no epoch was done")


def kill_all(runs: Path) -> None:
    """End every training below ``runs``, and wait until none is left."""
    for number in numbers(runs / FOLDER, "json"):
        job = read(runs / FOLDER, number)
        if job is not None and any(other.number == number and other.alive for other in listed(runs)):
            os.kill(job.pid, signal.SIGKILL)
    until(lambda: not any(job.alive and job.number for job in jobs.listed(runs)), "a training is left behind")
