"""The page Runs: what can be done with one of them: opened, compared, renamed, deleted, or left alone."""

import json
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import trainings
from app.store import entries as stored
from app.trainings import Job
from tests.app.conftest import Recipe, made_run, opened, turned, words
from tests.app.test_runs_page import chosen, rows


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


def both_changed(name: str) -> AppTest:
    """The dialog with another title and another folder, saved."""
    app = chosen(opened("runs", run="one"), "one")
    app.button(key="rename run").click().run()
    app.text_input(key="title of one").set_value("A better title")
    app.text_input(key="folder of one").set_value(name)
    return app.button(key="save names").click().run()


def test_a_title_is_not_changed_where_the_folder_cannot_be(make: Recipe, own_runs: Path) -> None:
    make("one")
    make("two")
    before = (own_runs / "one" / "run.json").read_bytes()
    assert "The run was not renamed." in words(both_changed("two"))
    assert (own_runs / "one" / "run.json").read_bytes() == before


def test_a_folder_is_renamed_whatever_title_it_came_with(make: Recipe, own_runs: Path) -> None:
    """A title that could not be given here, from another program, stays if nobody changes it."""
    file = make("one") / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"title": "a\u202eb"}))
    app = chosen(opened("runs"), "one")
    app.button(key="rename run").click().run()
    app.text_input(key="folder of one").set_value("uno")
    app.button(key="save names").click().run()
    assert [toast.value for toast in app.toast] == ["`one` is now `uno`."]
    assert json.loads((own_runs / "uno" / "run.json").read_text())["title"] == "a\u202eb"


def test_a_folder_that_is_renamed_without_its_title_is_said_to_be_so(
    make: Recipe, own_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (make("one") / "run.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.archive.write_json", full)
    app = both_changed("uno")
    assert not app.exception
    said = "`one` is now `uno`. Its title stays as it was: \\[Errno 28\\] No space left on device"
    assert [toast.value for toast in app.toast] == [said]
    assert "was not renamed" not in words(app)
    assert (own_runs / "uno" / "run.json").read_bytes() == before
    assert app.query_params["run"] == "uno"


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


def test_a_run_that_waits_to_go_on_is_left_alone(make: Recipe, own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("halted", state="stopped")
    waiting = Job(1, "halted", ("train",), os.getpid(), "2026-11-21T06:00:00", "", state="queued")
    monkeypatch.setattr(trainings, "listed", lambda runs: (waiting,) if runs == own_runs else ())
    app = chosen(opened("runs"), "halted")
    assert app.button(key="delete run").disabled
    assert app.button(key="rename run").disabled
    monkeypatch.setattr(trainings, "listed", lambda _: ())
    assert not app.run().button(key="delete run").disabled
