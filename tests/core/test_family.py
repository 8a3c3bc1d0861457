"""Families: found by what the records say, whoever trained them; what differs in more than the seed is no member."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.family import family_of, traits
from core.files import write_tensors
from core.record import RunError, read_record
from tests.app.conftest import made_matrix, made_run

ROOT = Path(__file__).resolve().parents[2]
Change = Callable[[dict[str, Any]], object]


def edited(run: Path, change: Change) -> Path:
    record = json.loads((run / "run.json").read_text())
    change(record)
    (run / "run.json").write_text(json.dumps(record))
    return run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs of a family, whose names say nothing."""
    for name, seed in (("b", 7), ("a", 11), ("c", 0)):
        run = made_run(tmp_path / name, seed=seed)
        edited(run, lambda record, seed=seed: record["training"].update(seed=seed))
    return tmp_path


def names(run: Path) -> list[str]:
    return [member.name for member in family_of(run)]


def test_runs_that_differ_in_their_seed_alone_are_found_from_each_of_them(runs: Path) -> None:
    for name in "abc":
        assert names(runs / name) == ["c", "b", "a"], "sorted by seed"
    assert family_of(runs / "a") == (runs / "c", runs / "b", runs / "a")


@pytest.mark.parametrize("name", ["start", "end", "interval_minutes", "times_sha256"])
def test_other_times_are_another_family(runs: Path, name: str) -> None:
    for run in "abc":
        edited(runs / run, lambda record: record["data"].update({name: 5}))
    assert names(runs / "a") == ["c", "b", "a"]
    edited(runs / "b", lambda record: record["data"].update({name: 7}))
    assert names(runs / "a") == ["c", "a"]


@pytest.mark.parametrize("name", ["start", "end", "times_sha256"])
def test_times_that_an_earlier_version_did_not_record_are_not_held_against_it(runs: Path, name: str) -> None:
    edited(runs / "a", lambda record: record["data"].update({name: "x"}))
    edited(runs / "b", lambda record: record["data"].pop(name, None))
    edited(runs / "c", lambda record: record["data"].update({name: "x"}))
    assert names(runs / "a") == names(runs / "b") == ["c", "b", "a"]


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["data"].update(sha256="1" * 64),
        lambda record: record["data"]["nodes"]["id"].reverse(),
        lambda record: record["model"].update(name="gat-gru"),
        lambda record: record["model"].update(config={"width": 16}),
        lambda record: record["windows"].update(protocol="published"),
        lambda record: record["windows"].update(inputs=6),
        lambda record: record["windows"].update(horizon=3),
        lambda record: record["windows"]["split"].update(train=[0, 400]),
        lambda record: record["training"].update(epochs=4),
        lambda record: record["training"].update(rate=0.1),
        lambda record: record.update(state="training"),
        lambda record: record.update(state="stopped"),
        lambda record: record.update(schema=99),
        lambda record: record["model"].pop("name"),
        lambda record: record.update(seed="7"),
    ],
)
def test_what_differs_in_more_than_the_seed_or_is_not_done_is_no_member(runs: Path, change: Change) -> None:
    edited(runs / "b", change)
    assert names(runs / "a") == ["c", "a"]


def test_title_machine_times_and_metrics_do_not_matter(runs: Path) -> None:
    edited(runs / "b", lambda record: record.update(title="x", machine="other", times={}, metrics={}, versions={}))
    assert names(runs / "a") == ["c", "b", "a"]


def test_another_road_graph_is_another_family(runs: Path) -> None:
    write_tensors(runs / "b" / "network.safetensors", {"adjacency": np.ones((24, 24), dtype=np.float32)})
    assert names(runs / "a") == ["c", "a"]
    assert names(runs / "b") == ["b"]
    (runs / "c" / "network.safetensors").write_bytes(b"half")
    assert names(runs / "a") == ["a"]


def test_of_each_seed_there_is_one_the_run_asked_about_before_all(runs: Path) -> None:
    shutil.copytree(runs / "b", runs / "again")
    assert names(runs / "a") == ["c", "again", "a"]
    assert names(runs / "b") == ["c", "b", "a"]


def test_other_things_beside_it_are_passed_over(runs: Path) -> None:
    (runs / ".hidden").mkdir()
    shutil.copytree(runs / "b", runs / ".b.1234")
    (runs / "empty").mkdir()
    (runs / "file").write_text("x")
    (runs / "spoiled").mkdir()
    (runs / "spoiled" / "run.json").write_text("[" * 100_000)
    made_matrix(runs / "matrix")
    assert names(runs / "a") == ["c", "b", "a"]


def test_a_run_that_is_not_done_has_a_family_without_itself(runs: Path) -> None:
    edited(runs / "b", lambda record: record.update(state="stopped"))
    assert names(runs / "b") == ["c", "a"]


def test_a_matrix_alone_has_no_family_and_a_folder_that_is_no_run_is_refused(runs: Path) -> None:
    assert family_of(made_matrix(runs / "matrix")) == ()
    with pytest.raises(RunError, match=r"^a run is a folder with a run.json, got nowhere without one$"):
        family_of(Path("nowhere"))


def test_a_family_is_found_from_a_folder_named_in_any_way(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs / "a")
    assert family_of(Path()) == (runs / "c", runs / "b", runs / "a")
    assert family_of(Path("../b")) == (runs / "c", runs / "b", runs / "a")


def test_traits_have_no_seed(runs: Path) -> None:
    first, second = (traits(read_record(runs / name)) for name in "ab")
    assert first == second
    assert "seed" not in first
    assert (first["model"], first["epochs"], first["protocol"]) == ("intergat-plus", 3, "clean")


def test_a_family_is_found_without_torch() -> None:
    code = "import sys, core.family; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
