"""The command that measures and trains what the record of particles does not hold, from end to end."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.nbody import nbody
from benchmarks.nbody_page import page
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import BUDGETS, Budget, work
from benchmarks.nbody_training import identity, trained_item
from benchmarks.record import key_of
from tests.benchmarks.nbody_made import entry

SMALL = "nbody-3:train=12,validation=4,test=6,steps=1400,inputs=2,last=1,ahead=2"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The EGNN benchmark on a dozen trajectories."""
    monkeypatch.setenv("TOPOLENS_DATA", str(tmp_path / "data"))
    monkeypatch.setitem(BUDGETS, ("egnn", 5), Budget(SMALL, BUDGETS["egnn", 5].epochs))
    return tmp_path


def words(root: Path, *more: str) -> list[str]:
    return ["--part", "egnn", "--runs", str(root / "runs"), "--record", str(root / "record"), "--epochs", "2", *more]


def test_the_command_trains_what_is_missing_and_nothing_twice(small: Path) -> None:
    asked = words(small, "--only", "last-frame", "--only", "linear", "--seeds", "1", "--jobs", "2")
    first = CliRunner().invoke(nbody, asked, catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert "2 trainings to do" in first.output
    line = r"egnn 5 linear seed 0: position MSE [\d.]+, velocity MSE [\d.]+, best epoch \d of 2, \d+ s"
    assert re.search(line, first.output)
    record = ParticleRecord(small / "record")
    (linear,) = record.line("egnn", 5, "linear")
    assert (linear["parameters"], linear["epochs"]["done"], len(linear["curve"])) == (2, 2, 2)
    assert linear["memory_mb"] > 100
    assert linear["seconds"] > 0
    assert record.line("egnn", 5, "last-frame")[0]["curve"] == []
    assert (small / "record" / "NBODY.md").read_text() == page(record)
    assert not list((small / "runs").iterdir())
    second = CliRunner().invoke(nbody, asked, catch_exceptions=False)
    assert second.output.splitlines() == ["0 trainings to do"]


def test_a_budget_of_no_time_trains_nothing_and_says_what_is_left(small: Path) -> None:
    said = CliRunner().invoke(nbody, words(small, "--only", "linear", "--budget", "0"), catch_exceptions=False).output
    assert said.splitlines() == ["3 trainings to do", "stopped after 0 minutes; 3 trainings are left"]


def test_the_plan_says_what_would_be_done_and_does_nothing(small: Path) -> None:
    said = CliRunner().invoke(nbody, words(small, "--only", "linear", "--plan"), catch_exceptions=False).output
    assert re.search(r"egnn 5 linear +3 runs of +2 epochs of +[\d.]+ s: ", said)
    assert "hours of one core" in said
    assert not (small / "record").exists()


def test_the_plan_names_no_line_that_a_training_stands_for_as_well(small: Path) -> None:
    record = ParticleRecord(small / "record")
    (item,) = work(["egnn"], None, ["linear"], seeds=1)
    record.keep({**entry("another", 0, 0.01), "key": key_of(identity(item, 2))}, {})
    before = (small / "record" / "nbody.json").read_bytes()
    asked = words(small, "--only", "linear", "--seeds", "1")
    assert CliRunner().invoke(nbody, [*asked, "--plan"], catch_exceptions=False).output.startswith("0.0 hours of one")
    assert (small / "record" / "nbody.json").read_bytes() == before
    assert CliRunner().invoke(nbody, asked, catch_exceptions=False).output == "0 trainings to do\n"
    assert record.line("egnn", 5, "linear")[0]["rows"] == ["another", "egnn 5 linear"]


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    def said(*asked: str) -> str:
        found = CliRunner().invoke(nbody, ["--record", str(tmp_path), *asked])
        assert found.exit_code == 2
        return found.output

    assert "must be at least 1, got 0, 3 and None" in said("--jobs", "0")
    assert "measure --part predictability first" in said("--part", "set")
    assert "Invalid value for '--only'" in said("--only", "gru")


def test_a_training_that_was_broken_off_goes_on_where_it_was(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import nbody_training
    from core.experiment import trained

    (item,) = work(["egnn"], None, ["linear"], seeds=1)

    def broken(scenes: object, plan: object, out: Path) -> object:
        def tick(epoch: int, _chunk: int, _chunks: int) -> None:
            if epoch == 2:
                raise KeyboardInterrupt

        return trained(scenes, plan, out, tick=tick)     # type: ignore[arg-type]

    out, key = small / "run", key_of(identity(item, 3))
    monkeypatch.setattr(nbody_training, "trained", broken)
    with pytest.raises(KeyboardInterrupt):
        trained_item(item, key, out, 3)
    assert not out.with_suffix(".entry").exists()
    trained_item(item, key, out, 3)
    made = json.loads(out.with_suffix(".entry").read_text())
    assert made["entry"]["epochs"]["done"] == 3
    assert made["entry"]["memory_mb"] is not None
    assert made["settings"] == identity(item, 3)
    trained_item(item, key, out, 3)                     # done already: only read
    again = json.loads(out.with_suffix(".entry").read_text())["entry"]
    assert again["memory_mb"] is None
    assert again["errors"] == made["entry"]["errors"]
    assert again["curve"] == made["entry"]["curve"]
