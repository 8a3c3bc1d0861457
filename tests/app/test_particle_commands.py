"""Particles on the command line: trained, gone on with, evaluated, measured, taken away, and refused with words."""

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import load_file

from app.__main__ import cli
from app.families import kept_consensus
from app.particles import named
from core.data.nbody import opened
from core.run import Run, RunError
from tests.core.particles_made import NAME

WORDS = ["train", "--dataset", NAME, "--model", "egnn", "--epochs", "2", "--batch", "5"]


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(autouse=True)
def data_root(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is simulated is kept in one place for all of these tests, and not where a user keeps data."""
    monkeypatch.setenv("TOPOLENS_DATA", str(tmp_path_factory.getbasetemp() / "simulated"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOPOLENS_DATA", str(tmp_path_factory.getbasetemp() / "simulated"))
        result = run(*WORDS, "--seeds", 2, "--out", folder / "m")
    assert result.exit_code == 0, result.output
    return folder / "m-seed0"


def test_the_line_of_the_task_trains_a_run(tmp_path: Path) -> None:
    result = run(
        "train", "--dataset", "nbody", "--model", "linear", "--particles", 3, "--trajectories", 9, "--ahead", "1+4",
        "--inputs", 2, "--epochs", 1, "--out", tmp_path / "run",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert f"{tmp_path / 'run'}: 1 epochs, best 1" in result.output
    made = Run.load(tmp_path / "run")
    assert (made.dataset, made.tracked.ahead, made.tracked.inputs) == ("nbody-3", (1, 4), 2)
    assert made.record["scenes"]["split"] == {"train": [0, 9], "validation": [9, 12], "test": [12, 15]}
    again = opened(made.record["data"]["load"])
    assert again.trajectories.sha256 == made.record["data"]["sha256"]


@pytest.mark.parametrize(("dataset", "options", "name"), [
    ("nbody", {"particles": 5}, "nbody-5"),
    ("nbody", {"particles": 5, "trajectories": 1}, "nbody-5:train=1,validation=1,test=1"),
    ("nbody-small", {"ahead": "3"}, "nbody-small:ahead=3"),
    ("nbody:seed=3", {"particles": 5, "inputs": 2}, "nbody-5:seed=3,inputs=2"),
])  # fmt: skip
def test_options_become_part_of_the_name_of_the_data(dataset: str, options: dict[str, object], name: str) -> None:
    asked = {"particles": None, "trajectories": None, "inputs": None, "ahead": None, **options}
    assert named(dataset, **asked) == name  # type: ignore[arg-type]


def test_it_goes_on_from_where_it_was_stopped_by_name_alone(whole: Path, tmp_path: Path) -> None:
    from core.experiment import Plan, settings_for, trained

    def stop(epoch: int, chunk: int, chunks: int) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    settings = settings_for("egnn", epochs=2, batch=5)
    with pytest.raises(KeyboardInterrupt):
        trained(opened(NAME), Plan(model="egnn", settings=settings, load=NAME), tmp_path / "run", tick=stop)
    result = run("train", "--resume", tmp_path / "run")
    assert result.exit_code == 0, result.output
    one, other = (load_file(folder / "weights.safetensors") for folder in (whole, tmp_path / "run"))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_the_same_family_goes_on_and_another_is_refused(whole: Path) -> None:
    result = run(*WORDS, "--seeds", 2, "--out", whole.parent / "m")
    assert result.exit_code == 0, result.output
    assert result.output.count("is done already") == 2
    result = run(*WORDS, "--ahead", "2", "--seeds", 2, "--out", whole.parent / "m")
    assert "ahead of nbody-4 must be given once" in result.output
    other = NAME.replace("ahead=2+5", "ahead=2+4")
    result = run("train", "--dataset", other, *WORDS[3:], "--seeds", 2, "--out", whole.parent / "m")
    assert "is a run already, and not of this family: its ahead is [2, 5], not [2, 4]" in result.output
    result = run("train", "--dataset", f"{NAME},velocities=0", *WORDS[3:], "--seeds", 2, "--out", whole.parent / "m")
    assert "is a run already, and not of this family: its velocities is True, not False" in result.output


def test_timing_measures_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("train", "--dataset", NAME, "--model", "linear", "--timing")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output.splitlines()[-1])["seconds_per_epoch"] > 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("words", "said"), [
    (["--dataset", "nbody", "--model", "set"], "nbody needs --particles, how many move, as in --dataset nbody --part"),
    (["--dataset", "nbody-5", "--particles", "6", "--model", "set"], "nbody-5 says already how many particles move"),
    (["--dataset", "nbody-5", "--model", "gru"], "model must be one of egnn, set, lstm, mlp, linear, last-frame"),
    (["--dataset", "nbody-5"], "got 'intergat-gru', which forecasts sensors"),
    (["--dataset", "city", "--model", "set"], "model must be one of intergat-gru, "),
    (["--dataset", "city", "--model", "set"], "got 'set', which forecasts particles"),
    (["--dataset", "nbody-5", "--model", "what"], "which forecast particles as in nbody-5, got 'what'\n"),
    (["--dataset", "nbody-5", "--model", "set", "--protocol", "clean"], "--protocol is for sensors: leave it out"),
    (["--dataset", "nbody-5", "--model", "set", "--horizon", "3"], "--horizon is for sensors: leave it out"),
    (["--dataset", "city", "--model", "gru", "--ahead", "3"], "--ahead is for particles, which are in nbody and nbody"),
    (["--dataset", "city", "--model", "gru", "--particles", "3"], "--particles is for particles, which are in nbody"),
    (["--dataset", "city", "--model", "gru", "--trajectories", "3"], "--trajectories is for particles, which are in"),
    (["--dataset", "nbody-5", "--model", "set", "--ahead", "99"], "last + ahead of nbody-5 must be at most"),
    (["--dataset", "nbody-5", "--model", "set", "--ahead", "soon"], "ahead of nbody-5 must be numbers joined by +"),
    (["--dataset", "nbody-5", "--model", "set", "--ahead", "2,train=3"], "joined by +, as in 5+10, got '2,train=3'"),
    (["--dataset", "nbody-5", "--model", "set", "--ahead", "2\n"], "joined by +, as in 5+10, got '2\\n'"),
    (["--dataset", "nbody-5", "--model", "set", "--trajectories", "0"], "train of nbody-5 must be at least 1, got 0"),
    (["--dataset", "nbody-five", "--model", "set"], "particles must be named nbody-small or nbody-N"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_before_anything_is_made(words: list[str], said: str, tmp_path: Path) -> None:
    result = run("train", *words, "--out", tmp_path / "run")
    assert result.exit_code in (1, 2)
    assert said in " ".join(result.output.split(" "))
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_evaluate_prints_squared_errors_beside_forecasts_without_training(whole: Path) -> None:
    result = run("evaluate", whole)
    assert result.exit_code == 0, result.output
    heading, columns, *rows = result.output.strip().splitlines()
    assert heading.startswith("egnn on nbody-4 · seed 0: test part, mean over its trajectories, particles and three")
    assert " ".join(columns.split()) == "forecast frames ahead time ahead position MSE velocity MSE"
    assert [row.split()[:3] for row in rows] == [
        [name, *times] for name in ("egnn", "last-frame", "constant-velocity") for times in (["2", "0.2"], ["5", "0.5"])
    ]
    document = json.loads(run("evaluate", whole, "--json").output)
    assert document["kind"] == "particles"
    errors = Run.load(whole).tracked.errors
    assert document["rows"][1]["position MSE"] == errors["position"]["egnn"][1]
    assert document["rows"][2]["velocity MSE"] == errors["velocity"]["last-frame"][0]


def test_analyse_measures_every_gate_and_gives_the_errors(whole: Path) -> None:
    result = run("analyse", whole, "--json", "-", "--no-evidence")
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert document["kind"] == "particles"
    assert document["particles"] == ["p1", "p2", "p3", "p4"]
    assert "sensors" not in document
    assert "protocol" not in document
    assert document["frames ahead"] == [2, 5]
    assert set(document["heads"]) == {"mean of heads", *Run.load(whole).heads}
    assert set(document["errors"]["velocity"]) == {"egnn", "last-frame", "constant-velocity"}
    first = document["heads"]["mean of heads"]
    assert first["known groups"]
    assert "roads" not in first
    assert "planted" not in first, "the force is no graph of who may hear whom"


def test_evidence_tests_what_can_be_tested(whole: Path) -> None:
    result = run("evidence", whole)
    assert result.exit_code == 0, result.output
    assert "used: Cannot be tested: particles have no series of sensors" in result.output
    assert "stable: " in result.output
    assert "planted: Particles have no series of sensors, on which this part runs a model." in result.output


def test_report_and_graph_are_written_and_a_map_is_refused(whole: Path, tmp_path: Path) -> None:
    result = run("report", whole, "-o", tmp_path / "r.html")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "r.html").read_text()
    for said in ("positions of 4", "no place on a map", "no series of sensors", "Frames seen and forecast"):
        assert said in text.replace("\u00a0", " "), said
    assert run("export", whole, "-o", tmp_path / "g.graphml").exit_code == 0
    graph = nx.read_graphml(tmp_path / "g.graphml")
    assert {of["group"] for of in graph.nodes.values()} <= {"+", "-"}
    assert len(graph) == 4
    result = run("export", whole, "-o", tmp_path / "m.html")
    assert result.exit_code == 1
    assert "is of particles, which move and have no place on a map: write its graph" in result.output
    assert not (tmp_path / "m.html").exists()


def test_planted_is_refused_with_where_to_look(whole: Path) -> None:
    result = run("planted", whole)
    assert result.exit_code == 1
    assert "is of particles, which have no series of sensors" in result.output


def test_a_consensus_is_of_one_trajectory(whole: Path, tmp_path: Path) -> None:
    from core.experiment import Plan, settings_for, trained

    found = kept_consensus([whole, whole.with_name("m-seed1")], tmp_path / "both")
    assert found.kind == "matrix"
    assert "They differ in their seed alone." in found.note
    settings = settings_for("egnn", epochs=1)
    other = trained(opened(f"{NAME},seed=5"), Plan(model="egnn", settings=settings, load=NAME), tmp_path / "other")
    with pytest.raises(RunError, match="runs of particles must show the same trajectory, but other and m-seed0 are of"):
        kept_consensus([whole, other.path], tmp_path / "mixed")
    earlier = opened(NAME.replace("last=4", "last=3"))
    other = trained(earlier, Plan(model="egnn", settings=settings, load=NAME), tmp_path / "earlier")
    with pytest.raises(RunError, match="must see the same frames, but earlier and m-seed0 see different ones"):
        kept_consensus([whole, other.path], tmp_path / "mixed")
