"""The command that trains what the record does not hold, from end to end."""

import json
import re
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from benchmarks.record import Record, key_of
from benchmarks.rows import work
from benchmarks.table import table


def words(root: Path, *more: str) -> list[str]:
    folders = ["--runs", str(root / "runs"), "--record", str(root / "record")]
    return ["--part", "table", "--dataset", "city", *folders, *more]


def test_the_command_trains_what_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    rows = ["--only", "last-value", "--only", "gru"]
    asked = words(tmp_path, "--protocol", "clean", *rows, "--seeds", "1", "--epochs", "1", "--jobs", "2")
    first = CliRunner().invoke(table, asked, catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert "2 trainings to do" in first.output
    assert re.search(r"city clean gru seed 0: RMSE [\d. ]+, best epoch 1 of 1", first.output)
    runs = {run["rows"][0]: run for run in Record(tmp_path / "record").runs("city", "clean")}
    assert runs["gru"]["graph"] is None
    assert runs["gru"]["memory_mb"] > 100
    assert runs["gru"]["seconds"] > 0
    assert (runs["last-value"]["parameters"], runs["gru"]["parameters"]) == (0, runs["gru"]["parameters"])
    for row in runs:
        _, mean = Record(tmp_path / "record").losses("city", "clean", row)
        np.testing.assert_allclose(np.sqrt(mean.mean(axis=1)), runs[row]["errors"]["rmse"], rtol=1e-4)
    assert not list((tmp_path / "runs").iterdir())
    second = CliRunner().invoke(table, asked, catch_exceptions=False)
    assert second.output.splitlines() == ["0 trainings to do"]


def test_the_pages_are_of_the_times_beside_the_record(tmp_path: Path) -> None:
    place = {"sensors": 207, "device": "cpu", "threads": 1, "seconds": [1.0]}
    names = ("gat-gru", "intergat-gru", "intergat-plus", "published GAT-GRU", "published InterGAT-GRU")
    steps = [{"rival": name, **place} for name in names]
    (tmp_path / "speed.json").write_text(json.dumps({"steps": {"rows": steps}}))
    CliRunner().invoke(table, words(tmp_path, "--render"), catch_exceptions=False)
    assert "207 sensors on 1 thread(s)" in (tmp_path / "record" / "CLAIMS.md").read_text()


def test_a_budget_of_no_time_trains_nothing(tmp_path: Path) -> None:
    asked = words(tmp_path, "--only", "last-value", "--budget", "0")
    said = CliRunner().invoke(table, asked, catch_exceptions=False).output
    assert said.splitlines() == ["2 trainings to do", "stopped after 0 minutes; 2 trainings are left"]


def test_a_training_that_fails_is_said_and_not_recorded(tmp_path: Path) -> None:
    from benchmarks.training import identity

    asked = words(tmp_path, "--protocol", "clean", "--only", "last-value")
    (item,) = work(["table"], ["city"], ["clean"], ["last-value"])
    broken = tmp_path / "runs" / f"city-clean-last-value-{key_of(identity(item))}-0"
    broken.mkdir(parents=True)
    (broken / "run.json").write_text("{")
    done = CliRunner().invoke(table, asked)
    assert done.exit_code == 1
    assert re.search(r"1/1 city clean last-value seed 0: FAILED, .*run\.json", done.output)
    assert Record(tmp_path / "record").runs("city", "clean") == []


def test_the_plan_says_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    asked = words(tmp_path, "--plan", "--protocol", "clean", "--only", "last-value", "--only", "gru", "--seeds", "3")
    said = CliRunner().invoke(table, asked, catch_exceptions=False).output
    assert re.search(r"city +gru +3 runs of 30 epochs of +[\d.]+ s: ", said)
    assert "at most" in said.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_the_plan_names_no_row_that_a_training_stands_for_as_well(tmp_path: Path) -> None:
    from benchmarks.table import _known

    record = Record(tmp_path)
    item = next(work(["sweep"], [], [], [], seeds=1))
    record.add(item.dataset, item.protocol, {"key": "k", "seed": 0, "rows": ["another"], "date": "2026"}, {})
    (file,) = tmp_path.glob("*.json")
    before = file.read_bytes()
    assert _known(record, item, "k", naming=False)
    assert file.read_bytes() == before
    assert _known(record, item, "k")
    assert record.row(item.dataset, item.protocol, item.row.name)[0]["rows"] == sorted(["another", item.row.name])
