"""Stopping a training sends one signal, to that training and to nobody else, and only if it can be noted."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app import jobs, locks, processes
from app.jobs import JobError
from app.trainings import FOLDER, Job, file_of, read, write
from tests.app.small import arguments, begun, state, until


def test_the_process_of_another_is_never_signalled(runs: Path) -> None:
    """The id of a training that has ended has become somebody else's, who even runs the same program."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (runs / FOLDER).mkdir(parents=True)
        file_of(runs / FOLDER, 1).touch()
        write(runs / FOLDER, Job(1, "mine", (), bystander.pid, "2026-01-01T00:00:00+00:00"))
        assert state(runs, "mine") == "failed"
        jobs.stop(runs, 1)
        time.sleep(0.2)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_number_that_no_process_has_is_not_signalled(runs: Path) -> None:
    (runs / FOLDER).mkdir(parents=True)
    write(runs / FOLDER, Job(1, "mine", (), 2**50, "2026-01-01T00:00:00+00:00"))
    with locks.exclusive(file_of(runs / FOLDER, 1)):
        jobs.stop(runs, 1)
    kept = read(runs / FOLDER, 1)
    assert kept is not None
    assert not kept.stop_asked


def test_a_second_click_soon_after_the_first_sends_no_second_signal(runs: Path, load: str) -> None:
    jobs.started(runs, "mine", arguments(load))
    kept = read(runs / FOLDER, 1)
    assert kept is not None
    write(runs / FOLDER, replace(kept, stop_asked=jobs._now_text()))
    begun(runs, "mine")
    jobs.stop(runs, 1)
    time.sleep(0.3)
    assert state(runs, "mine") == "training"
    write(runs / FOLDER, replace(kept, stop_asked="2020-01-01T00:00:00+00:00"))
    jobs.stop(runs, 1)
    until(lambda: state(runs, "mine") == "stopped", "it could not be asked again")


def test_two_clicks_at_the_same_moment_send_one_signal(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second signal would break the end that the first one began."""
    (runs / FOLDER).mkdir(parents=True)
    write(runs / FOLDER, Job(1, "mine", (), 4242, "2026-01-01T00:00:00+00:00"))
    sent: list[str] = []

    @contextmanager
    def ended_by(*_asked: object) -> Iterator[Callable[[], None]]:
        time.sleep(0.2)  # both have read what is kept by now
        yield lambda: sent.append("SIGTERM")

    monkeypatch.setattr(processes, "ended_by", ended_by)
    with locks.exclusive(file_of(runs / FOLDER, 1)):
        clicks = [threading.Thread(target=jobs.stop, args=(runs, 1)) for _ in range(2)]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()
    assert sent == ["SIGTERM"]


def test_a_stop_that_cannot_be_noted_sends_no_signal_and_says_why(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (runs / FOLDER / "lock").mkdir(parents=True)  # what cannot be opened for writing, even by root
    write(runs / FOLDER, Job(1, "mine", (), os.getpid(), "2026-01-01T00:00:00+00:00"))
    monkeypatch.setattr(locks.signal, "pidfd_send_signal", lambda *_: pytest.fail("a signal was sent"))
    with locks.exclusive(file_of(runs / FOLDER, 1)), pytest.raises(JobError, match="must be a folder that can be"):
        jobs.stop(runs, 1)
