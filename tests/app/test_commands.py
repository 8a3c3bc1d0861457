"""The command line as a user types it."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import cli
from app.control import differences
from app.evidence.parts import PARTS, evidence, unavailable
from core.experiment import settings_for
from core.run import Run, read_progress, read_record
from tests.app.conftest import made_run

ROOT = Path(__file__).parents[2]
NOTHING = "Stopped. Nothing was trained yet."


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "mine"
    result = run(
        "train",
        "--dataset",
        "city",
        "--model",
        "gru",
        "--epochs",
        1,
        "--batch",
        512,
        "--seed",
        5,
        "--title",
        "mine",
        "--out",
        out,
    )
    assert result.exit_code == 0, result.output
    assert "1 epochs, best 1" in result.output
    return out


def test_train_takes_the_settings_it_is_given(trained_run: Path) -> None:
    record = read_record(trained_run)
    assert record["training"]["clip"] is None
    assert record["training"]["epochs"] == 1
    assert record["training"]["batch"] == 512
    assert record["training"]["weight_decay"] == 1e-4  # the model's own
    assert (record["seed"], record["title"], record["windows"]["horizon"]) == (5, "mine", 4)


def test_evaluate_prints_a_table_beside_the_simple_forecasts(trained_run: Path) -> None:
    result = run("evaluate", trained_run)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert "protocol clean, km/h" in lines[0]
    assert lines[1].split() == ["forecast", "minutes", "rmse", "mae", "mape", "[%]", "accuracy", "r2"]
    assert [line.split()[0] for line in lines[2:]] == ["gru"] * 4 + ["last"] * 4 + ["window"] * 4


def test_evaluate_as_json(trained_run: Path) -> None:
    said = json.loads(run("evaluate", trained_run, "--json").stdout)
    assert {row["minutes"] for row in said["rows"]} == {15, 30, 45, 60}
    assert (said["protocol"], said["optimistic"], said["pooled"], said["unit"]) == ("clean", False, False, "km/h")


def test_analyse_prints_one_json_document_and_nothing_else(trained_run: Path, tmp_path: Path) -> None:
    printed = run("analyse", trained_run, "--json", "-")
    assert json.loads(printed.stdout)["model"] == "gru"
    assert run("analyse", trained_run, "--json", tmp_path / "a.json").exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text()) == json.loads(printed.stdout)


def test_the_published_protocol_is_marked_as_optimistic(tmp_path: Path) -> None:
    run("train", "--dataset", "city", "--model", "last-value", "--protocol", "published", "--out", tmp_path / "p")
    assert "Optimistic: the test part picked the epoch." in run("evaluate", tmp_path / "p").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "--dataset", "city", "--model", "gcn", "--out", "X"], "model must be one of intergat-gru"),
        (["train", "--dataset", "metr", "--model", "gru", "--out", "X"], "los-loop"),
        (["train", "--dataset", "city", "--model", "tgcn", "--without-graph", "--out", "X"],
            "a model that has a control must be one of intergat-plus, intergat-gru, gat-gru, got 'tgcn'"),
        (["train", "--dataset", "nbody-small", "--model", "egnn", "--without-graph", "--out", "X"], "got 'egnn'"),
        (["train", "--model", "gru"], "--dataset and --out are needed, or --resume"),
        (["train", "--resume", "X", "--epochs", "3"], "--resume takes everything from the run"),
    (["train", "--resume", "X", "--model", "gru"], "--resume takes everything from the run"),
    (["train", "--dataset", "city", "--rate", "0", "--out", "X"], "rate must be a finite number above 0, got 0.0"),
        (["train", "--dataset", "city", "--epochs", "0", "--out", "X"], "epochs must be at least 1, got 0"),
        (["train", "--dataset", "city", "--horizon", "9999", "--out", "X"], "rows without a gap in time"),
        (
            ["train", "--dataset", "foo", "--model", "gru", "--out", "X"],
            "city, los-loop, sz-taxi, pemsd7m, nbody, nbody-small or folder:PATH, got 'foo'",
        ),
        (["evaluate", "nowhere"], "a run is a folder with a run.json, got nowhere without one"),
        (["train", "--resume", "nowhere"], "a run is a folder with a run.json"),
        (["analyse", "nowhere", "--json", "-"], "a run is a folder with a run.json"),
        (["data", "fetch", "metr"], "los-loop"),
        (["data", "check", "nowhere"], "nowhere"),
    ],
)
def test_what_is_wrong_is_one_clear_error(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_a_control_is_trained_as_the_model_would_be_but_for_its_graph(tmp_path: Path) -> None:
    words = ["train", "--dataset", "city", "--epochs", 1, "--batch", 512, "--rate", 0.002, "--without-graph"]
    for model in ("intergat-plus", "intergat-gru"):
        result = run(*words, "--model", model, "--out", tmp_path / model)
        assert result.exit_code == 0, result.output
    resumed = run("train", "--resume", tmp_path / "gat", "--without-graph")
    assert "--resume takes everything from the run" in resumed.output
    own, plain = (read_record(tmp_path / model) for model in ("intergat-plus", "intergat-gru"))
    assert (own["model"]["name"], own["title"]) == ("intergat-plus", "intergat-plus without graph on city")
    assert (own["model"]["config"]["heads"], own["model"]["config"]["hide"], own["heads"]) == (0, 0.0, [])
    assert (plain["model"]["name"], plain["title"], plain["heads"]) == ("gru", "gru on city", [])
    assert own["training"] == asdict(settings_for("intergat-plus", epochs=1, batch=512, rate=0.002))
    assert plain["training"] == asdict(settings_for("intergat-gru", epochs=1, batch=512, rate=0.002))


def test_ctrl_c_stops_a_training_that_resume_then_finishes(tmp_path: Path) -> None:
    out = tmp_path / "stopped"
    words = ["train", "--dataset", "city", "--model", "gru", "--epochs", "4", "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-m", "app", *words], cwd=ROOT, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not read_progress(out):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGTERM)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    assert f"Stopped. To go on from the last whole epoch: python -m app train --resume {out}\n" in said
    assert read_record(out)["state"] == "stopped"
    result = run("train", "--resume", out)
    assert result.exit_code == 0, result.output
    assert Run.load(out).record["metrics"]["epochs"] == 4


@pytest.mark.parametrize(
    ("work", "words", "said"),
    [
        ("core.experiment.trained", ["train", "--dataset", "city", "--out", "new"], NOTHING),
        ("core.experiment.epoch_seconds", ["train", "--dataset", "city", "--timing"], "Stopped."),
        ("app.report.write_report", ["report", "RUN"], "Stopped. Nothing was written."),
        ("app.planted.learned_recovery", ["planted", "RUN"], "Stopped. Nothing of it is kept."),
    ],
)
def test_ctrl_c_says_what_is_left(
    work: str, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(work, interrupted)
    monkeypatch.chdir(tmp_path)
    path = made_run(tmp_path / "made")
    result = run(*[path if word == "RUN" else word for word in words])
    assert result.exit_code == 130
    assert result.output.splitlines()[-1] == said


def test_the_demo_is_made_again_by_one_command_and_finished_runs_are_kept(tmp_path: Path) -> None:
    words = ["demo", "--out", tmp_path, "--weeks", 1, "--epochs", 1, "--model", "gru", "--model", "gat-gru"]
    words.append("--no-evidence")
    assert run(*words).exit_code == 0
    before = (tmp_path / "gru" / "run.json").read_bytes()
    assert run(*words).exit_code == 0
    assert (tmp_path / "gru" / "run.json").read_bytes() == before
    assert Run.load(tmp_path / "gat-gru").truth is not None


def test_the_demo_that_ships_opens_and_is_small() -> None:
    folder = ROOT / "assets" / "demo"
    runs = [Run.load(path) for path in sorted(folder.iterdir()) if path.name[0] != "."]
    graphs = ["gat-gru", "gru", "intergat-gru", "intergat-plus", "intergat-plus-alone"]
    assert [shipped.name for shipped in runs] == [*graphs, "set", "set-plain"]
    city, particles = runs[:5], runs[5:]
    assert not differences(city[3].record, city[4].record), "nothing but the graph"
    assert {shipped.dataset for shipped in city} == {"city"}
    assert [shipped.model for shipped in particles] == ["set", "set"]
    assert [shipped.record["model"]["config"]["equivariance"] for shipped in particles] == [True, False]
    for group in (city, particles):
        assert len({shipped.record["data"]["sha256"] for shipped in group}) == 1
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 18e6


def test_the_demo_ships_with_its_evidence_and_it_is_of_these_runs() -> None:
    for path in sorted((ROOT / "assets" / "demo").glob("*/run.json")):
        shipped = Run.load(path.parent)
        missing = [part for part in PARTS if not unavailable(shipped, part) and evidence(shipped, part) is None]
        assert not missing, f"make it anew, as the README says: {shipped.name}"
