"""How the trainings are going, on the page Train in Streamlit's own harness: every state, and what a stranger left."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import jobs
from app.trainings import FOLDER, Job, file_of, write
from core.emerging import Emerging, write_emerging
from tests.app.conftest import made_run, turned, words
from tests.app.small import arguments, small_data, state, until
from tests.app.train_made import labels, page


def kept(runs: Path, number: int, run: str, stop: str = "", said: str = "", began: bool = True) -> None:
    """What is kept of a training whose process is gone."""
    (runs / FOLDER).mkdir(exist_ok=True)
    write(runs / FOLDER, Job(number, run, (), 999_999, "2026-01-01T00:00:00+00:00", stop))
    file_of(runs / FOLDER, number).write_text(said)
    if began:
        file_of(runs / FOLDER, number, "now").write_text("{}")



def test_a_killed_training_shows_its_log_and_a_way_on(
    root: Path, own_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_run(own_runs / "mine", state="training", record={"data": _record(own_runs)["data"] | {"load": "city"}})
    kept(own_runs, 1, "mine", said="epoch 1 of 3\nFatal Python error: **Segmentation** fault")
    app = page()
    assert "mine ended without a word after 2 of 3 epochs" in words(app)
    assert "Fatal Python error: **Segmentation** fault" in words(app)
    resumed: list[str] = []
    monkeypatch.setattr(jobs, "resumed", lambda runs, run: resumed.append(run))
    app.button(key="train resume").click().run()
    assert resumed == ["mine"]



def test_a_failed_training_says_its_reason_and_one_that_never_began_its_log(root: Path, own_runs: Path) -> None:
    made_run(own_runs / "mine", state="failed")
    kept(own_runs, 1, "mine")
    kept(own_runs, 2, "never", said="Error: values.csv: must hold numbers", began=False)
    app = page()
    assert "never failed before it began." in words(app)
    assert "Error: values.csv: must hold numbers" in words(app)
    assert "Resume" not in labels(app)
    app.button(key="train show mine").click().run()
    assert "mine failed after 3 of 3 epochs." in words(app)
    assert "loss became nan" in words(app)



def test_a_run_whose_data_are_nowhere_known_is_resumed_by_a_command(root: Path, own_runs: Path) -> None:
    made_run(own_runs / "it is mine", state="stopped")  # from 'folder:ring'
    app = page()
    assert "Resume" not in labels(app)
    assert f"python -m app train --resume '{own_runs / 'it is mine'}'" in words(app)
    assert "it is mine was stopped after 3 of 3 epochs." in words(app)



def test_a_training_that_is_done_opens_its_run(root: Path, own_runs: Path) -> None:
    made_run(own_runs / "other")
    made_run(own_runs / "mine")
    kept(own_runs, 1, "mine")
    app = page()
    assert "mine is done: the best of 3 epochs was number 3." in words(app)
    app.button(key="train open").click().run()
    assert not app.exception
    assert app.query_params["run"] in ("mine", ["mine"])



def test_one_that_was_taken_out_of_the_queue_says_so(root: Path, own_runs: Path) -> None:
    kept(own_runs, 1, "mine", stop="2026-01-01T00:00:00+00:00", began=False)
    assert "mine was taken out of the queue before it began." in words(page())



@pytest.mark.parametrize("heads", [0, 1, 5])
def test_the_matrix_emerges_under_the_losses(root: Path, own_runs: Path, heads: int) -> None:
    made_run(own_runs / "mine", state="stopped", heads=heads)
    if heads:
        write_emerging(own_runs / "mine", Emerging(2, np.random.default_rng(0).random((heads, 24, 24))))
    app = page()
    assert ("The matrix as it emerges, after epoch 2." in words(app)) == bool(heads)



@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: (run / "emerging.safetensors").write_bytes(b"x" * 100),
        lambda run: (run / "progress.jsonl").write_text("{}\n[]"),
        lambda run: (run / "progress.jsonl").write_text('{"epoch": 1}\n'),
        lambda run: (run / "progress.jsonl").unlink(),
        lambda run: (run / "run.json").write_text("{}"),
        lambda run: (run / "run.json").write_text("[" * 100_000),
    ],
)
def test_a_spoiled_run_does_not_break_the_page(root: Path, own_runs: Path, spoil: Callable[[Path], Any]) -> None:
    made_run(own_runs / "mine", state="stopped")
    kept(own_runs, 1, "mine")
    spoil(own_runs / "mine")
    page()



def test_names_of_heads_and_groups_from_a_stranger_do_not_break_the_page(root: Path, own_runs: Path) -> None:
    made_run(own_runs / "mine", state="training", heads=2, hostile=True, record={"heads": ["<b>$x$</b>", "%{x}"]})
    write_emerging(own_runs / "mine", Emerging(2, np.ones((2, 24, 24))))
    assert "ended without a word" in words(page())



def test_a_training_is_started_shown_queued_behind_and_stopped(root: Path, own_runs: Path) -> None:
    """The real thing, without a browser."""
    load = small_data(root)
    jobs.started(own_runs, "first", arguments(load))
    app = page()
    assert "first" in words(app)
    assert app.button(key="train start").label == "Add to the queue"
    app.selectbox(key="train load").select(load).run()
    app.number_input(key="train epochs").set_value(2).run()
    app.button(key="train start").click().run()
    assert not app.exception
    assert state(own_runs, "intergat-plus-ring") == "queued"
    until(lambda: (own_runs / "first" / "progress.jsonl").exists(), "the first did not begin")
    app.run()
    app.button(key="train stop").click().run()
    until(lambda: state(own_runs, "first") == "stopped", "it did not stop")
    until(lambda: state(own_runs, "intergat-plus-ring") == "done", "the second did not follow")
    app.run()
    assert "intergat-plus-ring is done" in words(app)
    app.button(key="train show first").click().run()
    assert "first was stopped after" in words(app)
    assert "Resume" in labels(app)
    turned(app, "overview")
    assert any(label.startswith("intergat-plus-ring") for label in app.sidebar.selectbox[0].options)


def _record(runs: Path) -> dict[str, Any]:
    folder = made_run(runs.parent / "pattern")
    record: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return record
