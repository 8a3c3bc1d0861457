"""Trainings in processes of their own: done, failed, left to others, and never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.jobs import Request, trained
from core.archive import held

ROOT = Path(__file__).parents[2]
MODULE = "tests.benchmarks.jobs_made"
PARENT = """
import signal, sys
from pathlib import Path
from tests.benchmarks.test_jobs import done, request
signal.signal(signal.SIGINT, signal.default_int_handler)    # what a shell starts in the background ignores it
done([request("long", "sleep"), request("next", "sleep")], Path(sys.argv[1]), jobs=2)
"""


def request(name: str, what: str, key: str | None = None) -> Request:
    return Request(name, name, key or name, 0, {"do": what})


def done(todo: list[Request], runs: Path, jobs: int = 1, budget: float | None = None, keep: bool = False) -> int:
    """How many failed; each that was done leaves its name in the file 'kept'."""
    record = runs / "kept"

    def kept(one: Request, out: Path) -> str:
        assert out.with_suffix(".entry").read_text() == "done"
        with record.open("a") as file:
            file.write(f"{one.key}\n")
        return "fine"

    def known(one: Request) -> bool:
        return record.exists() and one.key in record.read_text().split()

    return trained(todo, MODULE, known=known, kept=kept, jobs=jobs, budget=budget, runs=runs, keep=keep)


def until(found: Path) -> str:
    """What is in a file, once it is there."""
    for _ in range(1200):
        if found.exists() and (text := found.read_text()):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{found} never came")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()


def test_what_is_done_is_kept_once_and_leaves_nothing_beside_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert done([request("a", "do"), request("twin", "do", key="a"), request("b", "fail")], tmp_path, jobs=3) == 1
    assert (tmp_path / "kept").read_text() == "a\n", "two of the same are one"
    said = capfd.readouterr().out
    assert "3 trainings to do" in said
    assert "a: fine, " in said
    assert "b: FAILED, it was told to fail" in said
    assert not (tmp_path / "a").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "a.pid", "b.task", "b.log"}


def test_what_another_process_trains_is_left_to_it_and_is_no_failure(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a.log").write_text("what the other said\n")
    with held(tmp_path / "a"):
        assert done([request("a", "do"), request("b", "do")], tmp_path) == 0
    said = capfd.readouterr().out
    assert "1/2 a: left, another process trains it" in said
    assert "2/2 b: fine" in said
    assert "left to other processes: 1" in said
    assert (tmp_path / "kept").read_text() == "b\n"
    assert (tmp_path / "a.log").read_text().startswith("what the other said\n"), "its log is not emptied"
    assert (tmp_path / "a").exists()


def test_a_budget_ends_what_is_under_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert done([request("long", "sleep"), request("next", "do")], tmp_path, budget=0.1) == 0
    assert not (tmp_path / "kept").exists()
    assert "stopped after 0.1 minutes; 2 trainings are left" in capfd.readouterr().out
    if (tmp_path / "long.pid").exists():
        assert not alive(int((tmp_path / "long.pid").read_text()))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_benchmark_that_is_ended_leaves_no_training_behind(tmp_path: Path, how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE)
    children = [int(until(tmp_path / f"{name}.pid")) for name in ("long", "next")]
    assert all(alive(child) for child in children)
    parent.send_signal(how)
    said = parent.communicate(timeout=60)[1]
    assert b"KeyboardInterrupt" in said
    assert not any(alive(child) for child in children)


def test_sigterm_means_afterwards_what_it_meant_before(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert done([], tmp_path) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(done([], tmp_path)))
    thread.start()
    thread.join()
    assert found == [0], "no other thread may say what a signal does"
