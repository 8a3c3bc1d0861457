"""Trainings as processes: they queue, stop, go on, survive who started them, and are never mistaken for another."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app import jobs, locks, processes, turn
from app.jobs import JobError
from app.trainings import FOLDER, Job, file_of, listed, log_of, now_of, read, record_state, write
from core.archive import held
from core.emerging import EMERGING
from core.run import Run, read_progress, read_record
from tests.app.conftest import ROOT, made_run
from tests.app.small import arguments, kill_all, small_data, state, until


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "runs"
    yield folder
    kill_all(folder)


@pytest.fixture
def load(tmp_path: Path) -> str:
    return small_data(tmp_path / "data")


def begun(runs: Path, run: str, epochs: int = 1) -> None:
    until(lambda: len(read_progress(runs / run)) >= epochs, log_of(runs, 1) or "no epoch was done")


def pid(runs: Path, number: int) -> int:
    job = read(runs / FOLDER, number)
    assert job is not None
    return job.pid


def test_a_training_runs_to_its_end_and_leaves_a_run(runs: Path, load: str) -> None:
    job = jobs.started(runs, "mine", [*arguments(load, 2), "--title=--out=/etc"])
    assert (job.number, job.run) == (1, "mine")
    assert state(runs, "mine") == "training"
    until(lambda: state(runs, "mine") != "training", "the training did not end")
    assert state(runs, "mine") == "done", log_of(runs, 1)
    run = Run.load(runs / "mine")
    assert (len(run.progress), run.record["title"]) == (2, "--out=/etc")
    assert not (runs / "mine" / EMERGING).exists()
    assert log_of(runs, 1).splitlines()[:2] == ["epoch 1 of 2", "epoch 2 of 2"]
    now = now_of(runs, 1)
    assert now is not None
    assert now.epoch in (1, 2)


def test_two_trainings_queue_in_the_order_asked_and_one_that_waits_can_be_taken_out(runs: Path, load: str) -> None:
    for name in ("a", "b", "c"):
        jobs.started(runs, name, arguments(load))
    assert [(job.run, job.state) for job in listed(runs)] == [("c", "queued"), ("b", "queued"), ("a", "training")]
    begun(runs, "a")
    jobs.stop(runs, 2)
    until(lambda: state(runs, "b") == "cancelled", "b stayed in the queue")
    assert state(runs, "c") == "queued"
    assert not (runs / "b").exists()
    jobs.stop(runs, 1)
    until(lambda: state(runs, "a") == "stopped", "a did not stop")
    until(lambda: state(runs, "c") == "training", "c did not begin")
    begun(runs, "c")


def test_a_training_that_waits_has_not_loaded_torch(runs: Path, load: str) -> None:
    jobs.started(runs, "a", arguments(load))
    jobs.started(runs, "b", arguments(load))
    begun(runs, "a")
    maps = Path("/proc")
    if not (maps / "self" / "maps").exists():
        pytest.skip("this system does not say what a process has loaded")
    assert "libtorch" in (maps / str(pid(runs, 1)) / "maps").read_text()
    assert "libtorch" not in (maps / str(pid(runs, 2)) / "maps").read_text()


def test_a_stopped_training_goes_on_to_its_end_where_it_was(runs: Path, load: str) -> None:
    jobs.started(runs, "mine", arguments(load, 40))
    begun(runs, "mine", 2)
    jobs.stop(runs, 1)
    jobs.stop(runs, 1)  # a second click must not break the first one's end
    until(lambda: state(runs, "mine") == "stopped", "it did not stop")
    assert read_record(runs / "mine")["state"] == "stopped"
    before = read_progress(runs / "mine")
    assert 2 <= len(before) < 40
    assert jobs.resumed(runs, "mine").number == 2
    with pytest.raises(JobError, match="mine is being trained, or waits for it"):
        jobs.resumed(runs, "mine")
    until(lambda: state(runs, "mine") not in ("queued", "training"), "it did not end")
    assert state(runs, "mine") == "done", log_of(runs, 2)
    assert Run.load(runs / "mine").progress[: len(before)] == before
    assert [job.number for job in listed(runs)] == [2], "of a run only the latest training is listed"
    with pytest.raises(JobError, match="must have been begun and not be done"):
        jobs.resumed(runs, "mine")


def test_a_killed_training_is_recognised_though_its_run_says_training(runs: Path, load: str) -> None:
    jobs.started(runs, "mine", arguments(load))
    begun(runs, "mine")
    os.kill(pid(runs, 1), signal.SIGKILL)
    until(lambda: state(runs, "mine") == "killed", "nobody noticed")
    assert read_record(runs / "mine")["state"] == "training"
    jobs.stop(runs, 1)  # its process id is nobody's, or somebody else's: no signal, no note
    assert state(runs, "mine") == "killed"
    jobs.resumed(runs, "mine")
    begun(runs, "mine", len(read_progress(runs / "mine")) + 1)


def test_one_that_fails_before_its_run_begins_says_why_in_its_log(runs: Path, tmp_path: Path) -> None:
    jobs.started(runs, "mine", arguments(f"folder:{tmp_path / 'nowhere'}"))
    until(lambda: state(runs, "mine") != "training", "it did not end")
    assert state(runs, "mine") == "failed"
    assert "must be a folder" in log_of(runs, 1)
    assert not jobs.name_problem(runs, "mine"), "the name is free again"


def test_a_failed_training_keeps_its_reason(runs: Path, load: str) -> None:
    jobs.started(runs, "mine", [*arguments(load), "--rate=1e30"])
    until(lambda: state(runs, "mine") != "training", "it did not end")
    job = listed(runs)[0]
    assert job.state == "failed"
    assert "must be finite" in job.reason


def test_a_training_survives_the_app_that_started_it(runs: Path, load: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom app import jobs\n"
        f"jobs.started(Path({str(runs)!r}), 'mine', {arguments(load)!r})\n"
        "print('started', flush=True)\nsys.stdin.read()"
    )
    app = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert app.stdout is not None
    assert app.stdin is not None
    assert app.stdout.readline() == b"started\n"
    os.killpg(app.pid, signal.SIGKILL)
    app.wait()
    app.stdout.close()
    app.stdin.close()
    begun(runs, "mine", 2)
    assert state(runs, "mine") == "training"
    jobs.stop(runs, 1)
    until(lambda: state(runs, "mine") == "stopped", "an app that was started anew cannot stop it")


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
    ("name", "said"),
    [
        ("", "1 to 60 letters"),
        ("..", "1 to 60 letters"),
        ("../x", "1 to 60 letters"),
        ("a/b", "1 to 60 letters"),
        (".hidden", "1 to 60 letters"),
        ("a\x00", "1 to 60 letters"),
        ("a\n", "1 to 60 letters"),
        ("ends.", "1 to 60 letters"),
        ("ü", "1 to 60 letters"),
        ("--out", "1 to 60 letters"),
        ("x" * 61, "1 to 60 letters"),
        ("there", "There is a run called there already."),
        ("link", "There is a run called link already."),
    ],
)
def test_a_name_that_cannot_be_a_run_is_refused_before_anything_starts(runs: Path, name: str, said: str) -> None:
    made_run(runs / "there")
    (runs / "link").symlink_to(runs / "nowhere")
    assert said in jobs.name_problem(runs, name)
    with pytest.raises(JobError, match=said.split(".")[0]):
        jobs.started(runs, name, ["--dataset=city"])
    assert not list((runs / FOLDER).glob("*.log"))


def test_a_name_in_the_queue_is_taken(runs: Path, load: str) -> None:
    jobs.started(runs, "a", arguments(load))
    jobs.started(runs, "b", arguments(load))
    assert jobs.name_problem(runs, "b") == "A training called b waits in the queue."


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


@pytest.mark.parametrize(
    "said",
    ["", "{}", "null", '{"epoch": 0, "chunk": 1, "chunks": 2, "pace": 0}',
     '{"epoch": 1, "chunk": 3, "chunks": 2, "pace": 0}',
     '{"epoch": 1, "chunk": 1, "chunks": 2, "pace": -1}', '{"epoch": 1, "chunk": "x", "chunks": 2, "pace": 1}'],
)  # fmt: skip
def test_a_clock_that_makes_no_sense_is_not_believed(tmp_path: Path, said: str) -> None:
    (tmp_path / "00001.now").write_text(said)
    assert turn.now_of(tmp_path / "00001.now") is None


def test_a_clock_knows_its_pace_within_an_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr(turn.time, "monotonic", lambda: seconds[0])
    clock = turn.Clock(tmp_path / "00007.log")
    for chunk, moment in enumerate([10.0, 10.5, 12.0, 12.1], start=1):
        seconds[0] = moment
        clock(3, chunk, 8)
    assert json.loads((tmp_path / "00007.now").read_text()) == {"epoch": 3, "chunk": 3, "chunks": 8, "pace": 1.0}
    seconds[0] = 20.0
    clock(4, 1, 8)
    assert turn.now_of(tmp_path / "00007.now") == turn.Now(4, 1, 8, 0.0)


def test_the_time_of_an_epoch_is_measured_and_nothing_is_kept(runs: Path, load: str) -> None:
    assert 0 < jobs.timed(arguments(load)) < 60
    assert not runs.exists()
    with pytest.raises(JobError, match="must be a folder"):
        jobs.timed(arguments(f"folder:{runs}"))


def test_threads_leave_a_core_to_the_app_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    for cores, threads in ((1, 1), (2, 1), (8, 7), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert jobs.threads() == threads
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert jobs.threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert jobs.threads() == 1


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


def test_without_locks_no_training_is_started(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "fcntl", None)
    with pytest.raises(JobError, match="this system has no file locks: train with python -m app train"):
        jobs.started(runs, "mine", ["--dataset=city"])
    assert listed(runs) == ()
