"""Stopping a training sends one signal, to that training and to nobody else, and only if it can be noted."""

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
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


class Signals:
    """A training among ``runs`` whose process is there, and the signals that it gets."""

    def __init__(self, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        self.folder = runs / FOLDER
        self.folder.mkdir(parents=True)
        self.asked("")
        monkeypatch.setattr(processes, "ended_by", self._ended_by)

    def asked(self, when: str) -> None:
        """Let the stop of the training have been asked for then."""
        write(self.folder, Job(1, "mine", (), 4242, "2026-01-01T00:00:00+00:00", when))

    @contextmanager
    def _ended_by(self, *_asked: object) -> Iterator[Callable[[], None]]:
        time.sleep(0.2)  # two who ask at once have read what is kept by now
        yield lambda: self.sent.append("SIGTERM")


@pytest.fixture
def signals(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signals]:
    made = Signals(runs, monkeypatch)
    with locks.exclusive(file_of(runs / FOLDER, 1)):
        yield made


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earlier", "again"),
    [
        ("2026-11-21T12:00:00+00:00", False),
        ("2026-11-21T11:59:41+00:00", False),
        ("2026-11-21T11:59:40+00:00", True),
        ("2026-11-21T12:00:01+00:00", True),  # the clock was set back since
        ("2026-11-21T15:00:00+00:00", True),
        ("9999-12-31T23:59:59-12:00", True),  # no moment at all
        ("0001-01-01T00:00:00+12:00", True),
        ("soon", True),
    ],
)
def test_only_a_second_click_soon_after_the_first_sends_no_second_signal(
    runs: Path, signals: Signals, monkeypatch: pytest.MonkeyPatch, earlier: str, again: bool
) -> None:
    monkeypatch.setattr(jobs, "_now", lambda: NOON)
    signals.asked(earlier)
    jobs.stop(runs, 1)
    assert signals.sent == ["SIGTERM"] * again
    kept = read(runs / FOLDER, 1)
    assert kept is not None
    assert kept.stop_asked == ("2026-11-21T12:00:00+00:00" if again else earlier)
    jobs.stop(runs, 1)
    assert signals.sent == ["SIGTERM"] * again


def test_a_stop_that_cannot_be_noted_is_sent_all_the_same(
    runs: Path, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(jobs, "write", full)
    with pytest.raises(jobs.JobError, match="No space left on device"):
        jobs.stop(runs, 1)
    assert signals.sent == ["SIGTERM"]


def test_two_clicks_at_the_same_moment_send_one_signal(
    runs: Path, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second signal would break the end that the first one began."""
    monkeypatch.setattr(jobs, "_now", lambda: NOON)
    clicks = [threading.Thread(target=jobs.stop, args=(runs, 1)) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert signals.sent == ["SIGTERM"]


def test_a_training_that_goes_on_is_stopped_when_it_is_asked_again(runs: Path, load: str) -> None:
    jobs.started(runs, "mine", arguments(load))
    kept = read(runs / FOLDER, 1)
    assert kept is not None
    begun(runs, "mine")
    write(runs / FOLDER, replace(kept, stop_asked="2020-01-01T00:00:00+00:00"))
    jobs.stop(runs, 1)
    until(lambda: state(runs, "mine") == "stopped", "it could not be asked again")


def test_a_stop_that_cannot_be_noted_sends_no_signal_and_says_why(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (runs / FOLDER / "lock").mkdir(parents=True)  # what cannot be opened for writing, even by root
    write(runs / FOLDER, Job(1, "mine", (), os.getpid(), "2026-01-01T00:00:00+00:00"))
    monkeypatch.setattr(locks.signal, "pidfd_send_signal", lambda *_: pytest.fail("a signal was sent"))
    with locks.exclusive(file_of(runs / FOLDER, 1)), pytest.raises(JobError, match="must be a folder that can be"):
        jobs.stop(runs, 1)
