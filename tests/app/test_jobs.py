"""Trainings as processes: they are named, queue, end, stop, go on, and survive who started them."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app import jobs, locks
from app.jobs import JobError
from app.trainings import FOLDER, file_of, listed, log_of, now_of, read
from core.emerging import EMERGING
from core.run import Run, read_progress, read_record
from tests.app.conftest import ROOT, made_run
from tests.app.small import arguments, begun, state, until


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


def test_a_training_that_cannot_be_noted_is_ended(runs: Path, load: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would see it or could stop it, and all others would wait for it."""
    begun_as = []

    def full(_folder: Path, job: jobs.Job) -> None:
        begun_as.append(job.pid)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as no_space:
        no_space.setattr(jobs, "write", full)
        with pytest.raises(JobError, match=r"the training could not be started: .*No space left on device"):
            jobs.started(runs, "mine", arguments(load, 1))
    with pytest.raises(ProcessLookupError):
        os.kill(begun_as[0], 0)
    assert listed(runs) == ()
    assert not jobs.name_problem(runs, "mine")
    assert sorted(path.name for path in (runs / FOLDER).iterdir()) == ["lock"]


def test_a_training_whose_app_was_killed_before_it_was_noted_does_not_begin(runs: Path, load: str) -> None:
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom app import jobs\n"
        "jobs.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"jobs.started(Path({str(runs)!r}), 'mine', {arguments(load, 1)!r})\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    until(lambda: not locks.held(file_of(runs / FOLDER, 1)), "it goes on")
    assert not (runs / "mine").exists()
    assert "the app ended before it had noted what it asked for, so nothing was begun" in log_of(runs, 1)


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
        ("con", "A name must be no name of a device."),
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


def test_without_locks_no_training_is_started(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "fcntl", None)
    with pytest.raises(JobError, match="this system has no file locks: train with python -m app train"):
        jobs.started(runs, "mine", ["--dataset=city"])
    assert listed(runs) == ()
