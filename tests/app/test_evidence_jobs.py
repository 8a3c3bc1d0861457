"""Evidence made by a process of its own: one for each run, stopped, killed, gone on with, and what it says."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from app import locks, processes
from app.__main__ import cli
from app.evidence import jobs, kept, parts
from app.evidence.jobs import JobError, Progress
from app.evidence.work import Work, completed
from app.reading.evidence import start_words
from core.run import Run
from tests.app import evidence_made
from tests.app.conftest import made_run
from tests.app.small import until

ROOT = Path(__file__).resolve().parents[2]
FAKE = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from dataclasses import replace
from app.evidence import parts
from tests.app import evidence_made

def slow(run, family, tick):
    for k in range(100_000):
        tick(k, 100_000)
        time.sleep(0.01)

def broken(run, family, tick):
    return 1 / 0

def quick(make):
    return lambda run, family, tick: make()

fake = {{
    "chance": quick(evidence_made.made_chance),
    "use": slow,
    "residuals": broken,
    "planted": quick(evidence_made.made_planted),
}}
for part, make in fake.items():
    parts.PARTS[part] = replace(parts.PARTS[part], make=make)

from app.__main__ import cli
cli()
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A run whose evidence a process makes with parts of ours: 'use' takes ages, 'residuals' breaks."""
    monkeypatch.setenv("TOPOLENS_RUNS", str(tmp_path / "runs"))
    script = tmp_path / "fake.py"
    script.write_text(FAKE)
    monkeypatch.setattr(processes, "app_command", lambda *words: (sys.executable, str(script), *words))
    run = Run.load(made_run(tmp_path / "runs" / "ring"))
    yield run
    if jobs.state(run.path).alive:
        os.kill(int(str(asked(run)["pid"])), signal.SIGKILL)
    until(lambda: not jobs.state(run.path).alive, "a process is left behind")


def asked(run: Run) -> dict[str, object]:
    file = kept.home(run.path) / jobs.ASKED
    return json.loads(file.read_text()) if file.exists() else {}


def ended(run: Run) -> Progress:
    until(lambda: not jobs.state(run.path).alive, "it goes on")
    return jobs.state(run.path)


def test_before_anything_was_asked_for_nothing_is_there(run: Run) -> None:
    assert jobs.state(run.path) == Progress()
    jobs.stop(run.path)
    assert jobs.log_of(run.path) == ""
    assert not kept.home(run.path).exists(), "to look leaves nothing behind"


def test_parts_are_made_one_after_another_and_what_breaks_stops_no_other(run: Run) -> None:
    jobs.started(run.path, ["planted", "chance", "residuals", "stability"])
    state = ended(run)
    assert state.ended == "done"
    assert state.asked == ("chance", "stability", "residuals", "planted")
    assert state.over == state.asked
    reasons = dict(state.failed)
    assert set(reasons) == {"residuals", "stability"}
    assert reasons["residuals"] == "It broke: ZeroDivisionError: division by zero"
    assert "one seed" in reasons["stability"]
    assert parts.evidence(run, "chance") is not None
    assert parts.evidence(run, "planted") is not None
    assert parts.evidence(run, "use") is None
    log = jobs.log_of(run.path, 100)
    assert "ZeroDivisionError" in log
    assert "coupling goes with roads" in log, "the verdict stands at the end"


def test_a_process_says_how_far_it_is_and_is_the_only_one(run: Run) -> None:
    first = jobs.started(run.path, ["chance", "use"])
    assert first.alive
    pid = asked(run)["pid"]
    threads = [threading.Thread(target=jobs.started, args=(run.path, ["planted"])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(run)["pid"] == pid, "two tabs give one process"
    until(lambda: jobs.state(run.path).part == "use" and jobs.state(run.path).share > 0, "it says nothing")
    state = jobs.state(run.path)
    assert 0 < state.share < 1
    assert state.over == ("chance",)
    assert state.asked == ("chance", "use")
    with pytest.raises(JobError, match="is being made by another process"), jobs.claimed(run.path, ()):
        pass
    before, writes = (kept.home(run.path) / jobs.NOW).stat().st_mtime_ns, 0
    begun = time.monotonic()
    while time.monotonic() - begun < 1.2:
        after = (kept.home(run.path) / jobs.NOW).stat().st_mtime_ns
        writes, before = writes + (after != before), after
        time.sleep(0.01)
    assert writes <= 3, "at most twice a second"


def test_stopped_it_keeps_what_was_done_and_goes_on_when_asked_again(run: Run) -> None:
    jobs.started(run.path, ["chance", "use", "planted"])
    until(lambda: jobs.state(run.path).part == "use", "it does not come to use")
    jobs.stop(run.path)
    state = ended(run)
    assert (state.ended, state.part) == ("stopped", "use")
    assert parts.evidence(run, "chance") is not None
    assert parts.evidence(run, "planted") is None
    stamp = kept.stamp(run.path, "chance")
    jobs.started(run.path, ["chance", "planted"])
    state = ended(run)
    assert (state.ended, state.over) == ("done", ("chance", "planted"))
    assert kept.stamp(run.path, "chance") == stamp, "what was there is not made again"
    jobs.started(run.path, ["chance"], again=True)
    ended(run)
    assert kept.stamp(run.path, "chance") != stamp


def test_a_process_that_cannot_be_noted_is_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could stop it."""
    begun_as = []

    def full(_run: Path, pid: int, _parts: object) -> None:
        begun_as.append(pid)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as no_space:
        no_space.setattr(jobs, "_write_asked", full)
        with pytest.raises(JobError, match=r"the evidence could not be asked for: .*No space left on device"):
            jobs.started(run.path, ["use"])
    with pytest.raises(ProcessLookupError):
        os.kill(begun_as[0], 0)
    assert jobs.state(run.path) == Progress()


def test_a_process_whose_app_was_killed_before_it_was_noted_does_not_begin(run: Run) -> None:
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\n"
        "from app import processes\nfrom app.evidence import jobs\n"
        "jobs._write_asked = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"processes.app_command = lambda *words: {processes.app_command()!r} + words\n"
        f"jobs.started(Path({str(run.path)!r}), ['chance'])\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    until(lambda: not jobs.state(run.path).alive, "it goes on")
    assert parts.evidence(run, "chance") is None
    assert "the app ended before it had noted what it asked for, so nothing was begun" in jobs.log_of(run.path)


def test_a_killed_process_is_noticed(run: Run) -> None:
    jobs.started(run.path, ["use"])
    until(lambda: jobs.state(run.path).part == "use", "it does not begin")
    pid = asked(run)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    assert ended(run).ended == "killed"
    jobs.stop(run.path)  # of what is gone: nothing happens, to nobody
    jobs.started(run.path, ["planted"])
    assert ended(run).ended == "done"


def test_a_run_that_is_renamed_while_it_is_tested_ends_the_test_and_is_told_of(run: Run) -> None:
    jobs.started(run.path, ["chance", "use"])
    until(lambda: jobs.state(run.path).part == "use", "it does not begin")
    after = run.path.with_name("other")
    run.path.rename(after)
    kept.renamed(run.path, after)
    until(lambda: not jobs.state(after).alive, "it goes on")
    state = jobs.state(after)
    assert state.ended == "renamed"
    assert parts.evidence(Run.load(after), "chance") is not None, "what was done by then goes with it"
    assert "was renamed or deleted while it was tested" in jobs.log_of(after)
    assert not kept.beside(run.path).exists(), "nothing is left at the old name"
    assert "renamed while it was being tested" in start_words(("use",), (), state.ended)
    run.path.mkdir()  # what the fixture looks at


def test_a_run_that_is_deleted_while_it_is_tested_ends_the_test(run: Run) -> None:
    jobs.started(run.path, ["use"])
    until(lambda: jobs.state(run.path).part == "use", "it does not begin")
    pid = asked(run)["pid"]
    shutil.rmtree(run.path)
    kept.cleared(run.path)
    until(lambda: not Path(f"/proc/{pid}").exists(), "it goes on")
    assert not kept.beside(run.path).exists()
    run.path.mkdir()


def test_work_goes_on_where_nobody_can_be_told_of_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    fake(monkeypatch, chance=lambda *_: evidence_made.made_chance())
    kept.home(run.path).mkdir(parents=True)
    told = jobs.Told(run.path)
    with monkeypatch.context() as no_space:
        no_space.setattr(jobs, "write_json", full)
        assert completed(run, ["chance"], tell=told, after=told.after).made == ("chance",)
    assert not (kept.home(run.path) / jobs.NOW).exists()
    told.end()
    assert jobs.state(run.path).over == ("chance",)


@pytest.mark.parametrize(
    "said", ["", "[]", "{", '{"pid": true}', '{"pid": "1"}', '{"pid": 1, "parts": 3}', '{"parts": [[], 1, null]}']
)
def test_what_is_said_of_a_job_may_be_nonsense(run: Run, said: str) -> None:
    folder = kept.home(run.path)
    folder.mkdir(parents=True)
    for name in (jobs.ASKED, jobs.NOW):
        (folder / name).write_text(said)
    state = jobs.state(run.path)
    assert not state.alive
    assert (state.part, state.failed, state.asked, state.over) == ("", (), (), ())
    jobs.stop(run.path)


def test_nonsense_about_how_far_it_is_is_left_out(run: Run) -> None:
    folder = kept.home(run.path)
    folder.mkdir(parents=True)
    (folder / jobs.NOW).write_text(
        '{"part": "all", "share": 7, "over": ["use", "x"],'
        ' "failed": [1, ["use"], ["no", "x"], [[1], "x"], [{}, 1], ["use", 5]]}'
    )
    state = jobs.state(run.path)
    assert (state.part, state.share, state.failed, state.over) == ("", 1.0, (("use", "5"),), ("use",))


def test_a_part_that_there_is_not_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="part must be one of chance, use, stability, residuals, planted, got 'all'"):
        jobs.started(run.path, ["all"])
    assert not kept.home(run.path).exists()


def test_without_locks_the_app_starts_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "fcntl", None)
    with pytest.raises(JobError, match="python -m app evidence"):
        jobs.started(run.path)


def test_work_says_what_was_made_what_was_there_and_what_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, chance=lambda *_: evidence_made.made_chance(), planted=refused)
    told, after = [], []
    work = completed(run, ["planted", "chance"], tell=lambda *said: told.append(said), after=after.append)
    assert work == Work(("chance",), (), (("planted", "the city has no roads"),))
    assert told == [("chance", 0, 1), ("planted", 0, 1)]
    assert after == [Work(("chance",)), work]
    assert completed(run, ["chance"]) == Work((), ("chance",), ())
    assert completed(run, ["chance"], again=True) == Work(("chance",), (), ())


def test_evidence_of_a_run_that_changed_meanwhile_is_not_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(*_: object) -> object:
        made_run(run.path, seed=3)
        return evidence_made.made_chance()

    fake(monkeypatch, chance=meanwhile)
    assert dict(completed(run, ["chance"]).failed)["chance"].startswith("The run was changed")
    assert not kept.stamp(run.path, "chance")


def test_evidence_is_made_of_the_run_that_lies_there_now(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run(run.path, seed=3)  # replaced after it was loaded

    def of(now: Run, *_: object) -> object:
        assert np.array_equal(now.interaction, Run.load(run.path).interaction)
        assert not np.array_equal(now.interaction, run.interaction)
        return evidence_made.made_chance()

    fake(monkeypatch, chance=of)
    assert completed(run, ["chance"]).made == ("chance",)


def test_a_run_named_by_a_way_up_and_down_is_the_same_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run(run.path.with_name("other"), seed=1)
    monkeypatch.chdir(run.path.with_name("other"))
    assert kept.home(Path("../ring")) == kept.home(run.path)
    assert kept.home(Path("../ring/../ring")) == kept.home(run.path)
    assert kept.elsewhere(Path("../ring")) == kept.elsewhere(run.path)
    assert parts.family_of(Path("../ring")) == parts.family_of(run.path)
    monkeypatch.chdir(run.path)
    assert kept.beside(Path("..")) == run.path.parent.with_name(".evidence") / "runs"


def refused(*_: object) -> object:
    raise ValueError("the city has no roads")


def fake(monkeypatch: pytest.MonkeyPatch, **makers: object) -> None:
    from dataclasses import replace

    for part, make in makers.items():
        monkeypatch.setitem(parts.PARTS, part, replace(parts.PARTS[part], make=make))  # type: ignore[arg-type]


def command(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_the_command_prints_the_verdict_of_every_head(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(
        monkeypatch,
        chance=lambda *_: evidence_made.made_chance(),
        use=lambda *_: evidence_made.made_use(),
        residuals=refused,
        planted=lambda *_: evidence_made.made_planted(),
    )
    result = command("evidence", run.path)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("intergat-plus on ring: Of 3")
    assert lines[2].split() == ["real", "used", "stable"]
    assert [line[:13].strip() for line in lines[3:7]] == ["mean of heads", "head 1", "head 2", "head 3"]
    assert lines[4].split()[2:] == ["yes", "yes", "not", "tested"]
    assert "residuals: the city has no roads" in result.stdout
    assert "stability: There is one seed of this model only." in result.stdout
    assert "\\" not in result.stdout
    assert "`" not in result.stdout
    assert "Real: p < 0.05" in result.stdout
    assert result.stdout.count("In all heads together, removing the strongest pairs first") == 1


def test_the_command_takes_single_parts_and_refuses_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, chance=lambda *_: evidence_made.made_chance(), planted=refused)
    assert command("evidence", run.path, "--part", "chance").exit_code == 0
    assert parts.evidence(run, "chance") is not None
    assert parts.evidence(run, "planted") is None
    assert command("evidence", run.path, "--part", "planted").exit_code == 1, "nothing came of it"
    wrong = command("evidence", run.path, "--part", "luck")
    assert wrong.exit_code == 1
    assert "part must be one of chance" in wrong.stderr


def test_the_command_keeps_what_was_done_when_it_is_stopped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> object:
        raise KeyboardInterrupt

    fake(monkeypatch, chance=lambda *_: evidence_made.made_chance(), use=interrupted)
    result = command("evidence", run.path)
    assert result.exit_code == 130
    assert "is kept" in result.stderr
    assert parts.evidence(run, "chance") is not None
    assert jobs.state(run.path).ended == "stopped"
    assert not jobs.state(run.path).alive


def test_analyse_holds_the_evidence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(
        monkeypatch,
        chance=lambda *_: evidence_made.made_chance(),
        use=lambda *_: evidence_made.made_use(),
        residuals=refused,
        planted=lambda *_: evidence_made.made_planted(),
    )
    result = command("analyse", run.path, "--json", "-")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)["evidence"]
    assert list(said) == list(parts.PARTS)
    assert said["chance"]["heads"][0]["roads"]["tests"][0]["null"] == "moran"
    assert said["residuals"] == {"unavailable": "the city has no roads"}
    assert "one seed" in said["stability"]["unavailable"]
    assert "chance: whether it is more than chance" in result.stderr
    assert "evidence" not in json.loads(command("analyse", run.path, "--json", "-", "--no-evidence").stdout)
    assert "chance:" not in command("analyse", run.path, "--json", "-").stderr, "what is kept is not made again"
