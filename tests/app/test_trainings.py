"""What is kept of trainings and listed: in which order, in which state, for how long, and what is left out."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app import jobs, locks, turn
from app.jobs import JobError
from app.trainings import FOLDER, Job, file_of, listed, log_of, record_state, write
from core.archive import held
from core.run import read_progress
from tests.app.conftest import ROOT, made_run
from tests.app.small import arguments, state, until


def test_a_run_trained_by_a_command_line_is_listed_without_a_number(runs: Path, load: str) -> None:
    words = [sys.executable, "-m", "app", "train", *arguments(load), f"--out={runs / 'theirs'}"]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: read_progress(runs / "theirs"), "no epoch was done")
        assert [(job.number, job.run, job.state) for job in listed(runs)] == [(0, "theirs", "training")]
        with pytest.raises(JobError, match="theirs is being trained"):
            jobs.resumed(runs, "theirs")
    finally:
        process.kill()
        process.wait()
    assert [(job.number, job.run, job.state) for job in listed(runs)] == [(0, "theirs", "killed")]


@pytest.mark.parametrize(
    "kept",
    ["", "[]", "{}", '{"run": 1}', "[" * 10_000,
     '{"run": "../x", "command": [], "pid": 9, "asked": "", "stop_asked": ""}',
     '{"run": "x", "command": [], "pid": -1, "asked": "", "stop_asked": ""}', "x" * 70_000,
     '{"run": "x\\u0000", "command": [], "pid": 9, "asked": "", "stop_asked": ""}',
     '{"run": "", "command": [], "pid": 9, "asked": "", "stop_asked": ""}'],
)  # fmt: skip
def test_what_is_kept_of_a_training_and_cannot_be_read_is_left_out(runs: Path, kept: str) -> None:
    (runs / FOLDER).mkdir(parents=True)
    file_of(runs / FOLDER, 1, "json").write_text(kept)
    (runs / FOLDER / "notes.json").write_text("{}")
    assert listed(runs) == ()
    jobs.stop(runs, 1)


def test_only_the_end_of_a_log_is_read(runs: Path) -> None:
    (runs / FOLDER).mkdir(parents=True)
    with file_of(runs / FOLDER, 1).open("wb") as log:
        log.truncate(10**10)  # a hole: nothing on the disk
        log.seek(0, os.SEEK_END)
        log.write(b"\n" + b"".join(b"line %d\n" % k for k in range(100)) + b"\xff last")
    said = log_of(runs, 1, lines=3)
    assert said.splitlines() == ["line 98", "line 99", "\ufffd last"]
    assert log_of(runs, 2) == ""


def test_trainings_that_are_over_are_forgotten_but_for_the_latest(
    runs: Path, load: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "KEPT", 2)
    (runs / FOLDER).mkdir(parents=True)
    for number in range(1, 5):
        made_run(runs / f"old{number}")
        write(runs / FOLDER, Job(number, f"old{number}", (), 999_999, ""))
        file_of(runs / FOLDER, number).write_text("said")
    assert jobs.started(runs, "new", arguments(load)).number == 5
    assert turn.numbers(runs / FOLDER, "json") == turn.numbers(runs / FOLDER, "log") == [3, 4, 5]
    assert [job.run for job in listed(runs)] == ["new", "old4", "old3"]


def test_a_training_that_a_command_line_goes_on_with_keeps_its_place(runs: Path) -> None:
    for name in ("first", "mine"):
        made_run(runs / name, record={"state": "training"})
    (runs / FOLDER).mkdir()
    write(runs / FOLDER, Job(1, "mine", (), 4242, "2026-01-01T00:00:00+00:00", reason="of old"))
    file_of(runs / FOLDER, 1).touch()
    file_of(runs / FOLDER, 1, "now").touch()
    with held(runs / "mine"):
        assert [(job.number, job.run, job.state) for job in listed(runs)] == [
            (0, "mine", "training"),
            (0, "first", "killed"),
        ]


@pytest.mark.parametrize("failure", [OSError(errno.EMFILE, "Too many open files"), MemoryError()])
def test_a_record_that_could_not_be_read_once_is_read_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    made_run(runs / "mine")

    def full(*_: object) -> str:
        raise failure

    with monkeypatch.context() as short:
        short.setattr("core.record.text", full)
        assert record_state(runs / "mine") is None
    assert record_state(runs / "mine") == ("done", "")


@pytest.mark.parametrize("place", ["app.locks.os.open", "app.trainings.text"])
def test_a_training_that_goes_on_is_never_taken_for_gone(
    runs: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Where it cannot be told, that is said; what is kept of it is not cleared away as that of one that is over."""
    (runs / FOLDER).mkdir(parents=True)
    write(runs / FOLDER, Job(1, "mine", (), os.getpid(), "2026-01-01T00:00:00+00:00"))

    def full(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with locks.exclusive(file_of(runs / FOLDER, 1)):
        with monkeypatch.context() as short:
            short.setattr(place, full)
            with pytest.raises(OSError, match="Too many open files"):
                listed(runs)
            with pytest.raises(JobError, match="Too many open files"):
                jobs.started(runs, "other", ["--dataset=city"])
        assert state(runs, "mine") == "training"


def test_what_waits_for_a_training_of_which_nothing_is_kept_is_not_said_to_train(runs: Path) -> None:
    (runs / FOLDER).mkdir(parents=True)
    write(runs / FOLDER, Job(2, "mine", (), os.getpid(), "2026-01-01T00:00:00+00:00"))
    with locks.exclusive(file_of(runs / FOLDER, 2)):
        with locks.exclusive(file_of(runs / FOLDER, 1)):
            assert state(runs, "mine") == "queued"
        assert state(runs, "mine") == "training"


def test_a_deleted_run_is_not_listed(runs: Path) -> None:
    (runs / FOLDER).mkdir(parents=True)
    write(runs / FOLDER, Job(1, "mine", (), 999_999, ""))
    file_of(runs / FOLDER, 1, "now").write_text("{}")
    assert listed(runs) == ()


def test_asking_whether_a_run_is_trained_does_not_stop_a_training_from_beginning(tmp_path: Path) -> None:
    """Who asks holds the folder for a moment: a training that begins in that moment waits it out."""
    handle = os.open(tmp_path, os.O_RDONLY)
    locks.taken(handle)
    threading.Timer(0.2, os.close, [handle]).start()
    with held(tmp_path):
        assert locks.held(tmp_path)
    assert not locks.held(tmp_path)
