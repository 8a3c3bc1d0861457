"""A matrix kept as a run: whole or not at all, and without a claim to what only a model has."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import archive
from core.archive import packed, unpacked
from core.matrices import Matrix, read, written
from core.record import RunError
from core.run import Run
from tests.core.matrices.made import NODES, saved


@pytest.fixture
def matrix(tmp_path: Path) -> Matrix:
    (tmp_path / "nodes.csv").write_text(NODES)
    (tmp_path / "roads.csv").write_text("from,to,weight\nA,B,1\n")
    path = saved(tmp_path, "both")
    return read(path, sensors=tmp_path / "nodes.csv", roads=tmp_path / "roads.csv")


def test_a_matrix_becomes_a_run_that_claims_nothing_it_has_not(matrix: Matrix, tmp_path: Path) -> None:
    run = written(matrix, tmp_path / "runs" / "mine", title=" Mine ", source="Graph WaveNet on METR-LA")
    assert {file.name for file in run.path.iterdir()} == {
        "run.json", "interaction.safetensors", "network.safetensors",
    }  # fmt: skip
    assert (run.kind, run.heads, run.record["title"], run.source) == (
        "matrix", ("matrix",), "Mine", "Graph WaveNet on METR-LA",
    )  # fmt: skip
    np.testing.assert_array_equal(run.interaction, matrix.weights)
    np.testing.assert_array_equal(run.adjacency, matrix.adjacency)
    assert run.groups is not None
    assert run.groups.tolist() == ["x", "y", "", "x"]
    assert run.has_coordinates
    assert run.forecasts is None
    assert (run.model, run.protocol, run.unit, run.quantity, run.horizon, run.inputs) == ("", "", "", "", 0, 0)
    assert (run.seed, run.pooled, run.optimistic, run.progress, run.spread) == (None, False, False, (), None)
    assert np.isnan(run.interval_minutes)
    assert "no forecasts" in run.note
    assert "Its rows were taken as receivers." in run.note
    with pytest.raises(RunError, match="run mine is a matrix alone, without a model: it has no forecasts"):
        _ = run.tested


def test_a_matrix_of_data_with_a_planted_graph_keeps_it(matrix: Matrix, tmp_path: Path) -> None:
    truth = np.eye(4, k=1, dtype=np.float32)
    run = written(replace(matrix, truth=truth), tmp_path / "planted")
    np.testing.assert_array_equal(run.truth, truth)
    np.testing.assert_array_equal(run.adjacency, matrix.adjacency)
    assert written(matrix, tmp_path / "not").truth is None


def test_the_record_says_which_way_the_rows_were_taken(tmp_path: Path) -> None:
    for turned, rows in ((False, "receivers"), (True, "senders")):
        run = written(read(saved(tmp_path, "npy"), turned=turned), tmp_path / rows)
        assert run.record["matrix"]["rows"] == rows
        assert f"taken as {rows}" in run.note


def test_a_matrix_keeps_the_models_it_is_made_of_and_one_from_elsewhere_has_none(
    matrix: Matrix, tmp_path: Path
) -> None:
    run = written(matrix, tmp_path / "mine")
    assert run.made_of == ()
    assert "made_of" not in run.record["matrix"], "as the records that were written before"
    mean = written(replace(matrix, made_of=("gat-gru", "gru")), tmp_path / "mean")
    assert mean.made_of == ("gat-gru", "gru")
    assert (mean.kind, mean.model) == ("matrix", "")


def test_a_matrix_goes_through_a_zip(matrix: Matrix, tmp_path: Path) -> None:
    run = written(matrix, tmp_path / "runs" / "mine")
    back = Run.load(unpacked(packed(run.path), tmp_path / "runs", "back"))
    np.testing.assert_array_equal(back.interaction, run.interaction)
    assert back.record == run.record


def test_a_run_folder_that_is_taken_or_cannot_be_is_refused(matrix: Matrix, tmp_path: Path) -> None:
    written(matrix, tmp_path / "mine")
    before = (tmp_path / "mine" / "run.json").read_bytes()
    with pytest.raises(RunError, match="must be free, got 'mine'"):
        written(matrix, tmp_path / "mine")
    assert (tmp_path / "mine" / "run.json").read_bytes() == before
    with pytest.raises(RunError, match="the name of a run must"):
        written(matrix, tmp_path / ".hidden")
    for words in ({"title": "a\nb"}, {"source": "a\nb"}, {"source": "x" * 1001}, {"title": "x" * 201}):
        with pytest.raises(RunError, match="must be one line of"):
            written(matrix, tmp_path / "other", **words)
    assert not (tmp_path / "other").exists()


def test_a_write_that_fails_leaves_nothing(matrix: Matrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.matrices.write_tensors", full)
    with pytest.raises(OSError, match="No space left"):
        written(matrix, tmp_path / "runs" / "mine")
    assert not list((tmp_path / "runs").iterdir())


def edited(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    record = json.loads((run / "run.json").read_text())
    change(record)
    (run / "run.json").write_text(json.dumps(record))


WRONG_RECORDS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "kind": (lambda r: r.update(kind="tensor"), "kind must be one of model, matrix, particles, got 'tensor'"),
    "no kind": (lambda r: r.update(kind=None), "kind must be one of model, matrix, particles, got None"),
    "list kind": (lambda r: r.update(kind=[]), "kind must be one of model, matrix, particles, got"),
    "model": (lambda r: r.update(kind="model"), "must be of type"),
    "state": (lambda r: r.update(state="training"), "state of a matrix must be done, got 'training'"),
    "no heads": (lambda r: r.update(heads=[]), "heads of a matrix must be at least one name"),
    "rows": (lambda r: r["matrix"].update(rows="both"), "matrix.rows must be one of receivers, senders, got 'both'"),
    "file": (lambda r: r["matrix"].pop("file"), "matrix.file must be of type str, got NoneType"),
    "hash": (lambda r: r["data"].pop("sha256"), "data.sha256 must be of type str"),
    "claims a model": (lambda r: r.update(model={"name": "gru"}), "a matrix must have no model, which only a model"),
    "claims windows": (lambda r: r.update(windows={}), "a matrix must have no windows"),
    "claims a seed": (lambda r: r.update(seed=0), "a matrix must have no seed"),
    "claims figures": (lambda r: r.update(metrics={}), "a matrix must have no metrics"),
    "claims a unit": (lambda r: r["data"].update(unit="mph"), "a matrix must have no data.unit"),
    "made of no list": (lambda r: r["matrix"].update(made_of="gru"), "matrix.made_of must be of type list, got str"),
    "made of what is unknown": (
        lambda r: r["matrix"].update(made_of=["gat-gru", "gat"]),
        "matrix.made_of must be names of intergat-gru, .*, constant-velocity, got 'gat'",
    ),
    "made of a list": (lambda r: r["matrix"].update(made_of=[["gru"]]), "made_of must be names of .*, got .'gru"),
    "made of one twice": (lambda r: r["matrix"].update(made_of=["gru", "gru"]), "made_of must have each name once"),
    "claims time": (lambda r: r["data"].update(interval_minutes=5), "a matrix must have no data.interval_minutes"),
}


@pytest.mark.parametrize("case", WRONG_RECORDS)
def test_a_wrong_record_of_a_matrix_is_refused(matrix: Matrix, tmp_path: Path, case: str) -> None:
    change, words = WRONG_RECORDS[case]
    run = written(matrix, tmp_path / "mine").path
    edited(run, change)
    with pytest.raises(RunError, match=words):
        Run.load(run)


@pytest.mark.parametrize("name", ["weights.safetensors", "forecasts.safetensors", "spread.safetensors",
                                  "progress.jsonl"])  # fmt: skip
def test_a_matrix_with_a_file_that_only_a_model_has_is_refused(matrix: Matrix, tmp_path: Path, name: str) -> None:
    run = written(matrix, tmp_path / "mine").path
    (run / name).write_bytes((run / "interaction.safetensors").read_bytes())
    with pytest.raises(RunError, match=f"run mine is a matrix alone and must have no {name}"):
        Run.load(run)


def test_a_name_from_the_file_is_never_a_place(tmp_path: Path) -> None:
    assert archive.free_name(tmp_path, "../../m.npy") == "m.npy"
