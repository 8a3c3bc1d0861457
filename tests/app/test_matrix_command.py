"""A matrix alone on the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from app.__main__ import cli
from core.run import Run
from tests.app.conftest import made_matrix

ONE_WAY = np.triu(np.arange(1.0, 26).reshape(5, 5), k=1)


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    np.save(tmp_path / "adp.npy", ONE_WAY)
    return tmp_path / "adp.npy"


def test_a_matrix_is_kept_as_a_run(file: Path, tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_text("id,group\n" + "".join(f"S{i},g\n" for i in range(5)))
    (tmp_path / "roads.csv").write_text("from,to,weight\nS0,S1,2\n")
    result = run("matrix", file, "--out", tmp_path / "runs" / "mine", "--nodes", tmp_path / "nodes.csv", "--roads",
                 tmp_path / "roads.csv", "--senders-in-rows", "--title", "Mine", "--source", "a thesis")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "1 head(s) of 5 sensors" in result.output
    assert "rows were taken as senders" in result.output
    made = Run.load(tmp_path / "runs" / "mine")
    np.testing.assert_array_equal(made.interaction[0], ONE_WAY.T)
    assert made.adjacency is not None
    assert (made.record["title"], made.source, made.adjacency[1, 0]) == ("Mine", "a thesis", 2)


@pytest.mark.parametrize(("words", "said"), [
    (["nowhere.npy", "--out", "X"], "nowhere.npy: must be a file"),
    (["adp.pkl", "--out", "X"], "must end in one of .csv, .npy, .npz, .graphml"),
    (["adp.npy", "--out", ".hidden"], "the name of a run must begin with"),
    (["adp.npy", "--out", "X", "--nodes", "none.csv"], "none.csv: is missing"),
    (["adp.npy", "--out", "X", "--roads", "none.csv"], "none.csv: is missing"),
    (["adp.npy"], "Missing option '--out'"),
])  # fmt: skip
def test_what_is_wrong_is_one_clear_error(
    file: Path, tmp_path: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("matrix", *words)
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["adp.npy"]


def test_a_matrix_has_nothing_to_evaluate_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    folder = made_matrix(tmp_path / "mine")
    for words in (["evaluate", folder], ["evaluate", folder, "--json"]):
        result = run(*words)
        assert result.exit_code == 1
        assert "run mine is a matrix alone, without a model: it has no forecasts" in result.output
        assert "python -m app analyse" in result.output


def test_a_matrix_is_analysed_without_a_word_on_forecasts(tmp_path: Path) -> None:
    folder = made_matrix(tmp_path / "mine", heads=2)
    document = json.loads(run("analyse", folder, "--json", "-").stdout)
    assert document["kind"] == "matrix"
    assert set(document["heads"]) == {"mean of heads", "adp 1", "adp 2"}
    assert document["heads"]["adp 1"]["roads"]["lift"] is not None
    for claim in ("model", "protocol", "unit", "forecasts", "by_sensor", "by_hour", "optimistic"):
        assert claim not in document


def test_a_matrix_cannot_be_trained_on(tmp_path: Path) -> None:
    result = run("train", "--resume", made_matrix(tmp_path / "mine"))
    assert result.exit_code == 1
    assert "is a matrix alone: there is nothing to train" in result.output


def test_a_graph_that_was_exported_comes_back_weight_for_weight(tmp_path: Path) -> None:
    folder = made_matrix(tmp_path / "mine", heads=2)
    assert run("export", folder, "-o", tmp_path / "g.graphml", "--head", "adp 2").exit_code == 0
    assert run("matrix", tmp_path / "g.graphml", "--out", tmp_path / "back").exit_code == 0
    before, after = Run.load(folder), Run.load(tmp_path / "back")
    np.testing.assert_array_equal(after.interaction[0], before.interaction[1])
    assert after.nodes.equals(before.nodes)
