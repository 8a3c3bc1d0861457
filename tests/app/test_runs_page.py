"""The page Runs: all runs in one table, and what can be done with one: opened, compared, renamed, deleted, packed."""

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app import trainings
from app.store import entries as stored
from app.store import table
from app.trainings import Job
from core.archive import packed
from core.run import Run
from tests.app.conftest import HOSTILE, Recipe, made_run, opened, turned, unfolded, words
from tests.app.test_compare_page import alone
from tests.app.test_compare_store import entry

QUESTION = "Which runs are there?"


def rows(app: AppTest) -> pd.DataFrame:
    frame: pd.DataFrame = app.dataframe[0].value
    return frame.set_index("run")


def chosen(app: AppTest, key: str) -> AppTest:
    app.selectbox(key="pick run").set_value(key).run()
    return app


# The table


def test_every_run_is_a_row_with_what_is_known_of_it(make: Recipe, own_runs: Path) -> None:
    make("good", better=0.8, seed=3)
    make("halted", state="stopped")
    alone(own_runs)
    (make("broken") / "run.json").write_text("{}")
    app = opened("runs")
    assert not app.exception
    assert app.title[0].value == QUESTION
    assert "There are **4 runs**: 2 done, 1 unreadable and 1 stopped." in words(app)
    found = rows(app)
    assert set(found.index) == {"good", "halted", "alone", "broken"}
    good = found.loc["good"]
    slow = Run.load(own_runs / "good").tested
    assert good["MAE"] == pytest.approx(np.nanmean(np.abs(slow.forecast[:, 3] - slow.target[:, 3])), rel=0.01)
    assert (good["unit"], good["ahead [min]"], good["seed"], good["epochs"]) == ("km/h", 60, 3, 3)
    assert good["best validation loss"] == 0.5
    assert (good["seconds per epoch"], good["total time [min]"]) == (1.0, 0.05)
    assert good["started"] == pd.Timestamp("2026-11-21T06:00:00")
    assert good["times chance on roads"] > 3
    assert found.loc["halted", "state"] == "stopped"
    assert pd.isna(found.loc["halted", "MAE"])
    assert found.loc["alone", "model"] == "matrix alone"
    assert pd.isna(found.loc["alone", ["MAE", "seed", "epochs", "started"]]).all()
    assert found.loc["alone", "times chance on roads"] != found.loc["alone", "times chance on roads"]
    assert found.loc["broken", "state"] == "unreadable"


def test_a_model_without_heads_has_an_error_and_no_lift(make: Recipe) -> None:
    make("control", heads=0, model="gru")
    found = rows(opened("runs")).loc["control"]
    assert found["MAE"] > 0
    assert pd.isna(found["times chance on roads"])


def test_without_any_run_the_page_says_how_to_come_to_one(own_runs: Path) -> None:
    app = opened("runs")
    assert not app.exception
    assert "None yet: train one, or load one from a zip." in words(app)
    assert app.expander[0].label == "Load a run from a zip"


def test_filters_keep_what_they_ask_for(make: Recipe) -> None:
    make("one")
    make("two", model="gat-gru")
    make("three", model="gru", heads=0, state="failed")
    app = opened("runs")
    assert {box.key for box in app.multiselect} == {"filter model", "filter state"}, "none where nothing can be chosen"
    app.multiselect(key="filter model").set_value(["gru", "gat-gru"]).run()
    assert set(rows(app).index) == {"two", "three"}
    app.multiselect(key="filter state").set_value(["done"]).run()
    assert list(rows(app).index) == ["two"]
    app.multiselect(key="filter model").set_value(["gru"]).run()
    assert "No run is as the filters ask for." in words(app)
    assert not app.exception


def test_a_lift_that_was_given_is_marked_as_no_finding(make: Recipe) -> None:
    make("one")
    assert "is given the road graph" not in words(opened("runs"))
    make("two", model="gat-gru")
    assert "gat-gru is given the road graph" in words(opened("runs"))


def test_the_best_run_is_named_among_those_that_compare(make: Recipe) -> None:
    make("bad", better=0.1, record={"title": "bad one"})
    make("good", better=0.9, record={"title": "good one"})
    make("easy", better=1.0, protocol="published", record={"title": "easy one"})
    assert "Of 2 runs on ring that can be compared, good one is least off" in words(opened("runs"))


def test_many_runs_are_measured_when_it_is_asked_for_and_only_once(
    make: Recipe, own_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(14):
        make(f"run {k:02d}", seed=k, sensors=4)
    make("failed", state="failed")
    loaded: list[Path] = []
    load = Run.load.__func__
    monkeypatch.setattr(Run, "load", classmethod(lambda cls, path: loaded.append(path) or load(cls, path)))
    app = opened()
    loaded.clear()  # the first page opens a run
    turned(app, "runs")
    assert rows(app)["MAE"].isna().all()
    assert len(loaded) == 0
    assert app.button(key="measure").label == "Measure 14\u00a0runs", "in one that failed there is nothing to measure"
    app.button(key="measure").click().run()
    assert rows(app)["MAE"].notna().sum() == 14
    assert sorted(loaded) == sorted(own_runs / f"run {k:02d}" for k in range(14))
    app.run()
    assert len(loaded) == 14
    assert "measure" not in [button.key for button in app.button]
    make("run 00", seed=0, sensors=4, better=0.99)  # replaced: another version
    app.run()
    assert len(loaded) == 15, "one that is new is measured at once"


def test_a_run_that_lost_its_files_has_no_figures_and_breaks_nothing(make: Recipe) -> None:
    (make("broken") / "forecasts.safetensors").unlink()
    app = opened("runs")
    assert not app.exception
    assert pd.isna(rows(app).loc["broken", "MAE"])


def test_the_table_of_figures_is_bounded(make: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_KEPT", 2)
    table._kept().clear()
    for k in range(4):
        make(f"run{k}", sensors=4)
        table.measured(entry(f"run{k}"))
    assert len(table._kept()) == 2
    assert table.known(entry("run3")) is not None
    assert table.known(entry("run0")) is None


@pytest.mark.parametrize(
    "record",
    [
        {"times": {"started": "<b>", "seconds": "x"}, "metrics": {"validation_loss": "y", "epochs": 2**53 - 1}},
        {"times": {"started": ["2026"], "seconds_per_epoch": 0}, "metrics": {"validation_loss": None}},
        {"times": {}, "metrics": {}, "seed": -5},
        {"times": {"started": "9999-99-99T00:00:00"}, "metrics": {"validation_loss": True}},
    ],
    ids=str,
)
def test_a_strangers_record_is_a_row_like_any_other(make: Recipe, record: dict[str, object]) -> None:
    make("odd", record=record)
    app = opened("runs")
    assert not app.exception
    assert pd.isna(rows(app).loc["odd", ["best validation loss", "started"]]).all()


def test_a_run_in_training_shows_its_epochs_and_best_loss_so_far(make: Recipe) -> None:
    make("running", state="training", record={"metrics": {}, "times": {"started": "2026-11-21T06:00:00+01:00"}})
    found = rows(opened("runs")).loc["running"]
    assert found["epochs"] == 2
    assert found["best validation loss"] == pytest.approx(0.55)
    assert found["started"] == pd.Timestamp("2026-11-21T06:00:00"), "as the clock showed it there"


def test_no_text_of_a_run_becomes_markup_or_a_formula(make: Recipe, own_runs: Path) -> None:
    for number, text in enumerate(HOSTILE[:8]):
        title = " ".join(text.split())
        make(f"run{number}", record={"title": title, "model": {"name": text, "config": {}, "parameters": 1}}, sensors=4)
    app = chosen(opened("runs"), "run0")
    assert not app.exception
    for element in (*app.markdown, *app.caption, *app.subheader):
        assert not getattr(element.proto, "allow_html", False)
        assert "<img" not in element.value.replace("\\<", ""), element.value


# One run


def test_a_row_of_the_table_chooses_the_run(make: Recipe) -> None:
    make("one")
    make("two")
    app = opened("runs")
    assert "open run" not in [button.key for button in app.button]
    order = list(rows(app).index)
    app.session_state["chosen run"] = order[1]
    app.run()
    assert app.selectbox(key="pick run").value == order[1]
    assert "open run" in [button.key for button in app.button]


def test_a_run_is_opened_and_compared(make: Recipe) -> None:
    make("one")
    make("two", better=0.8)
    app = chosen(opened("runs", run="one"), "one")
    assert app.button(key="compare run").disabled, "not with itself"
    assert "This is the run that is open." in words(app)
    chosen(app, "two").button(key="compare run").click().run()
    assert not app.exception
    assert (app.query_params["run"], app.query_params["other"]) == ("one", "two")
    chosen(turned(app, "runs"), "two").button(key="open run").click().run()
    assert not app.exception
    assert app.query_params["run"] == "two"


def test_a_run_is_renamed_by_title_and_by_folder_and_stays_open_and_chosen(make: Recipe, own_runs: Path) -> None:
    make("one")
    make("two")
    app = chosen(opened("runs", run="one", other="two"), "one")
    app.button(key="rename run").click().run()
    app.text_input(key="title of one").set_value("A better title")
    app.text_input(key="folder of one").set_value("best one").run()
    assert "Links that were shared before will no longer find the run." in words(app)
    app.button(key="save names").click().run()
    assert not app.exception
    assert not (own_runs / "one").exists()
    assert json.loads((own_runs / "best one" / "run.json").read_text())["title"] == "A better title"
    assert app.selectbox(key="pick run").value == "best one"
    assert app.query_params["run"] == "best one"
    assert app.query_params["other"] == "two"
    assert [toast.value for toast in app.toast] == ["`one` is now `best one`."]


def test_what_is_open_and_what_is_compared_stay_so_under_another_name(make: Recipe) -> None:
    for name in ("one", "two", "three"):
        make(name)
    app = opened("runs", run="one", other="two")
    for old, new in (("one", "uno"), ("two", "due")):
        chosen(app, old).button(key="rename run").click().run()
        app.text_input(key=f"folder of {old}").set_value(new)
        app.button(key="save names").click().run()
    assert (app.query_params["run"], app.query_params["other"]) == ("uno", "due")


def test_a_question_about_one_run_is_not_asked_of_another(make: Recipe, own_runs: Path) -> None:
    make("one")
    make("two")
    app = chosen(opened("runs"), "one")
    app.button(key="delete run").click().run()
    assert "would be gone for good" in words(app)
    assert "would be gone for good" not in words(chosen(app, "two"))


@pytest.mark.parametrize(
    ("field", "value", "words_of_it"),
    [("folder", "../two", "must be of letters"), ("folder", "two", "must be free"), ("title", " ", "title must be")],
)
def test_a_name_that_cannot_be_is_refused_with_words_and_nothing_changes(
    make: Recipe, own_runs: Path, field: str, value: str, words_of_it: str
) -> None:
    make("one")
    make("two")
    before = (own_runs / "one" / "run.json").read_bytes()
    app = chosen(opened("runs"), "one")
    app.button(key="rename run").click().run()
    app.text_input(key=f"{field} of one").set_value(value)
    app.button(key="save names").click().run()
    assert "The run was not renamed." in words(app)
    assert words_of_it in words(app)
    assert (own_runs / "one" / "run.json").read_bytes() == before


def test_a_run_is_deleted_by_a_second_click_only(make: Recipe, own_runs: Path) -> None:
    make("one")
    make("two")
    app = chosen(opened("runs", run="one"), "one")
    app.button(key="delete run").click().run()
    assert "intergat-plus on ring, in the folder `one`, would be gone for good." in words(app).replace("**", "")
    app.button(key="keep run").click().run()
    assert (own_runs / "one").exists()
    app.button(key="delete run").click().run()
    app.button(key="sure").click().run()
    assert not app.exception
    assert sorted(path.name for path in own_runs.iterdir()) == ["two"]
    assert list(rows(app).index) == ["two"]
    assert app.query_params["run"] == "two", "the run that was open is gone"
    assert app.selectbox(key="pick run").value is None


def test_a_run_whose_folder_cannot_be_changed_is_kept_and_the_reason_said(
    make: Recipe, own_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    make("one")
    monkeypatch.setattr("core.archive.tempfile.mkdtemp", full)
    app = chosen(opened("runs"), "one")
    app.button(key="delete run").click().run()
    app.button(key="sure").click().run()
    assert not app.exception
    assert "The run was not deleted." in words(app)
    assert "No space left on device" in words(app)
    assert (own_runs / "one" / "run.json").exists()


def test_a_folder_with_something_else_in_it_is_not_deleted(make: Recipe, own_runs: Path) -> None:
    (make("one") / "thesis.docx").write_text("years of work")
    app = chosen(opened("runs"), "one")
    app.button(key="delete run").click().run()
    app.button(key="sure").click().run()
    assert "The run was not deleted." in words(app)
    assert "thesis.docx" in words(app)
    assert (own_runs / "one" / "thesis.docx").exists()


def test_a_demo_run_can_be_neither_renamed_nor_deleted(
    make: Recipe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made_run(tmp_path / "demo" / "graph")
    monkeypatch.setattr(stored, "DEMO", tmp_path / "demo")
    app = chosen(opened("runs"), "demo/graph")
    assert app.button(key="rename run").disabled
    assert app.button(key="delete run").disabled
    assert not app.button(key="open run").disabled
    assert "The demo runs come with the project" in words(app)


def test_a_run_is_left_alone_while_it_is_being_trained_and_not_when_its_training_was_killed(
    make: Recipe, own_runs: Path
) -> None:
    fcntl = pytest.importorskip("fcntl")
    folder = make("running", state="training")
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        app = chosen(opened("runs"), "running")
        assert app.button(key="delete run").disabled
        assert app.button(key="rename run").disabled
        assert "This run is being trained" in words(app)
    finally:
        os.close(handle)
    app.run()
    app.button(key="delete run").click().run()
    app.button(key="sure").click().run()
    assert not folder.exists()


def test_what_cannot_be_read_is_shown_with_its_reason_and_not_touched(make: Recipe) -> None:
    (make("broken") / "run.json").write_text("{}")
    app = chosen(opened("runs"), "broken")
    assert "must have schema 1" in words(app)
    assert app.button(key="open run").disabled
    assert app.button(key="delete run").disabled


# Zips


def loaded(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/zip")).run()
    app.button(key="load zip").click().run()
    return app


def test_a_zip_becomes_a_run_that_equals_the_one_it_was_made_from(make: Recipe, own_runs: Path) -> None:
    content = packed(make("one"))
    app = loaded(opened("runs"), "one.zip", content)
    assert not app.exception
    assert app.selectbox(key="pick run").value == "one-2", "the name is taken, the next free one is offered"
    for file in (own_runs / "one").iterdir():
        assert (own_runs / "one-2" / file.name).read_bytes() == file.read_bytes()
    assert [toast.value for toast in app.toast] == ["Loaded `one-2`."]
    assert not app.text_input, "the field is empty again"


def hostile_zip(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "words_of_it"),
    [
        (b"no zip at all", "must be a whole zip"),
        (hostile_zip("../../outside.txt"), "must hold"),
        (hostile_zip("run/evil.pickle"), "nothing else, got 'run/evil.pickle'"),
        (hostile_zip("run/progress.jsonl"), "must hold a run.json"),
        (hostile_zip("run/run.json"), "run.json"),
    ],
)
def test_a_zip_that_is_no_run_is_refused_with_words_and_leaves_nothing(
    make: Recipe, own_runs: Path, content: bytes, words_of_it: str
) -> None:
    make("one")
    app = loaded(opened("runs"), "evil.zip", content)
    assert not app.exception
    assert "The zip was not loaded." in words(app)
    assert words_of_it in words(app)
    assert [path.name for path in own_runs.iterdir()] == ["one"]
    assert sorted(path.name for path in own_runs.parent.iterdir() if path.suffix == ".txt") == []


def test_an_upload_with_a_hostile_name_gets_a_harmless_one(make: Recipe, own_runs: Path) -> None:
    content = packed(make("one"))
    app = loaded(opened("runs"), "../../<script>.zip", content)
    assert not app.exception
    assert sorted(path.name for path in own_runs.iterdir()) == ["one", "script"]


def test_the_page_unfolds(make: Recipe) -> None:
    make("one")
    app = unfolded(opened("runs"))
    assert not app.exception
    assert len(app.latex) == 2


def test_a_run_that_waits_to_go_on_is_left_alone(make: Recipe, own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("halted", state="stopped")
    waiting = Job(1, "halted", ("train",), os.getpid(), "2026-11-21T06:00:00", "", state="queued")
    monkeypatch.setattr(trainings, "listed", lambda runs: (waiting,) if runs == own_runs else ())
    app = chosen(opened("runs"), "halted")
    assert app.button(key="delete run").disabled
    assert app.button(key="rename run").disabled
    monkeypatch.setattr(trainings, "listed", lambda _: ())
    assert not app.run().button(key="delete run").disabled
