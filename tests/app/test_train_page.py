"""The page Train in Streamlit's own harness: what it offers, what it asks for, and how it shows every state."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import jobs, locks
from app.drafts import Draft
from app.reading.models import TRAINABLE
from app.trainings import FOLDER, Job, file_of, write
from core.emerging import Emerging, write_emerging
from core.files import write_json
from core.record import read_record
from tests.app.conftest import Recipe, made_run, opened, turned, words
from tests.app.small import arguments, kill_all, small_data, state, until

QUESTION = "What will this training need, and how is it going?"


@pytest.fixture
def root(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of data, an empty folder of runs; no training is left behind."""
    folder = own_runs.parent / "data"
    folder.mkdir()
    monkeypatch.setenv("TOPOLENS_DATA", str(folder))
    yield folder
    kill_all(own_runs)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What the page asks for, instead of a process."""
    wanted: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(jobs, "started", lambda runs, name, given: wanted.append((name, list(given))))
    return wanted


def kept(runs: Path, number: int, run: str, stop: str = "", said: str = "", began: bool = True) -> None:
    """What is kept of a training whose process is gone."""
    (runs / FOLDER).mkdir(exist_ok=True)
    write(runs / FOLDER, Job(number, run, (), 999_999, "2026-01-01T00:00:00+00:00", stop))
    file_of(runs / FOLDER, number).write_text(said)
    if began:
        file_of(runs / FOLDER, number, "now").write_text("{}")


def page() -> AppTest:
    app = opened("train")
    assert not app.exception, [error.message for error in app.exception]
    assert app.title[0].value == QUESTION
    return app


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def test_the_defaults_train_without_a_change(root: Path, asked: list[Any]) -> None:
    app = page()
    assert "Nothing was trained here yet." in words(app)
    assert "Nobody knows yet how long this training will take" in words(app)
    app.button(key="train start").click().run()
    assert not app.exception
    assert asked == [("intergat-plus-city", Draft().arguments())]


def test_every_setting_reaches_the_command_line(root: Path, asked: list[Any]) -> None:
    load = small_data(root)
    app = page()
    app.selectbox(key="train load").select(load).run()
    app.radio(key="train model").set_value("gru").run()
    app.radio(key="train protocol").set_value("published").run()
    for key, value in (("epochs", 3), ("inputs", 6), ("horizon", 2), ("seed", 7), ("batch", 32), ("patience", 4)):
        app.number_input(key=f"train {key}").set_value(value).run()
    for key, value in (("rate", 0.002), ("weight_decay", 1e-5), ("l1", 0.5), ("clip", 0.0)):
        app.number_input(key=f"train {key}").set_value(value).run()
    app.selectbox(key="train optimizer").select("adamw").run()
    app.selectbox(key="train loss").select("mae").run()
    app.selectbox(key="train schedule").select("cosine").run()
    app.text_input(key="train title").set_value("a title").run()
    app.text_input(key="train name").set_value("mine").run()
    assert not app.exception
    app.button(key="train start").click().run()
    wanted = Draft(
        load=load, model="gru", protocol="published", title="a title", epochs=3, inputs=6, horizon=2, seed=7, batch=32,
        optimizer="adamw", rate=0.002, weight_decay=1e-5, loss="mae", schedule="cosine", l1=0.5, clip=0.0, patience=4,
    )  # fmt: skip
    assert asked == [("mine", wanted.arguments())]
    assert app.text_input(key="train name").value == "", "the next one needs a name of its own"
    assert app.number_input(key="train epochs").value == 3


def test_a_control_is_trained_at_a_click_and_its_box_goes_with_the_models_that_have_one(
    root: Path, asked: list[Any]
) -> None:
    app = page()
    app.checkbox(key="train alone").check().run()
    app.button(key="train start").click().run()
    assert asked.pop() == ("intergat-plus-without-graph-city", Draft(alone=True).arguments())
    assert not app.checkbox(key="train alone").value, "the next one is asked for by itself"
    app.checkbox(key="train alone").check().run()
    app.radio(key="train model").set_value("tgcn").run()
    assert not app.checkbox
    app.button(key="train start").click().run()
    assert asked.pop() == ("tgcn-city", Draft(model="tgcn").arguments())


def test_the_control_of_a_run_is_one_click_from_its_overview_trained_as_it_was(
    root: Path, make: Recipe, asked: list[Any]
) -> None:
    load = small_data(root)
    folder = make("graph", steps=2)
    about = read_record(folder)
    model = {**about["model"], "config": dict(TRAINABLE["intergat-plus"].config)}
    training = {"epochs": 3, "loss": "mae"}
    data = {**about["data"], "load": load}
    write_json(folder / "run.json", {**about, "data": data, "model": model, "training": training})
    app = opened(run="graph")
    app.button(key="train control").click().run()
    assert app.title[0].value == QUESTION
    assert app.checkbox(key="train alone").value
    app.button(key="train start").click().run()
    wanted = Draft(load=load, alone=True, epochs=3, horizon=2, loss="mae", schedule="constant")
    assert [given for _, given in asked] == [wanted.arguments()]


def test_several_seeds_are_queued_one_after_another(root: Path, asked: list[Any]) -> None:
    app = page()
    app.number_input(key="train seeds").set_value(3).run()
    assert app.button(key="train start").label == "Train 3 runs"
    assert "Nobody knows yet how long these 3 trainings will take" in words(app)
    assert "The runs will be called `intergat-plus-city-seed0` to `intergat-plus-city-seed2`." in words(app)
    app.button(key="train start").click().run()
    assert not app.exception
    assert [name for name, _ in asked] == [f"intergat-plus-city-seed{k}" for k in range(3)]
    for seed, (_, given) in enumerate(asked):
        assert given == Draft(seed=seed, title=f"intergat-plus on city · seed {seed}").arguments()


def test_the_time_of_several_seeds_is_that_of_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[list[str]] = []
    monkeypatch.setattr(jobs, "timed", lambda given: measured.append(given) or 120.0)
    app = page()
    app.number_input(key="train seeds").set_value(5).run()
    app.button(key="train measure").click().run()
    assert measured == [Draft().arguments()], "one of them is measured"
    assert app.markdown[0].value == "#### 5 runs of 30 epochs will take about 5 hours."


def test_a_name_that_one_of_several_cannot_have_starts_none(root: Path, make: Recipe, asked: list[Any]) -> None:
    make("mine-seed2")
    app = page()
    app.number_input(key="train seeds").set_value(2).run()
    app.text_input(key="train name").set_value("mine").run()
    assert not app.button(key="train start").disabled
    app.number_input(key="train seeds").set_value(3)
    app.button(key="train start").click().run()
    assert not asked
    assert [error.value for error in app.error] == ["Not all trainings were started."]
    assert "There is a run called mine-seed2 already." in words(app)
    assert app.button(key="train start").disabled


def test_a_name_that_is_taken_becomes_no_link(root: Path, make: Recipe) -> None:
    make("www.example.com")
    app = page()
    app.text_input(key="train name").set_value("www.example.com").run()
    (said,) = (warning.value for warning in app.warning)
    assert "There is a run called" in said
    assert "www" not in said


def test_how_many_of_several_were_started_before_one_could_not_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def some(runs: Path, name: str, given: list[str]) -> None:
        if len(begun) == 2:
            raise jobs.JobError("the disk is full")
        begun.append(name)

    monkeypatch.setattr(jobs, "started", some)
    app = page()
    app.number_input(key="train seeds").set_value(4).run()
    app.button(key="train start").click().run()
    assert "2 of 4 were started, then no more: the disk is full" in words(app)


def test_a_click_right_after_a_change_starts_what_was_chosen_last(root: Path, asked: list[Any]) -> None:
    """Both reach the app at once: nothing was drawn in between."""
    app = page()
    app.text_input(key="train name").set_value("mine")
    app.number_input(key="train epochs").set_value(3)
    app.button(key="train start").click().run()
    assert [(name, "--epochs=3" in given) for name, given in asked] == [("mine", True)]


def test_a_page_that_is_drawn_undoes_nothing_that_was_entered_meanwhile(root: Path) -> None:
    """A browser gives way to every value that the app sets: a click right after would train under another name."""
    app = page()
    assert app.number_input(key="train epochs").proto.set_value
    app.number_input(key="train epochs").set_value(3).run()
    assert not app.text_input(key="train name").proto.set_value
    assert not app.number_input(key="train epochs").proto.set_value
    app.text_input(key="train name").set_value("mine").run()
    assert app.text_input(key="train name").value == "mine"
    assert app.number_input(key="train epochs").value == 3


def test_what_was_chosen_is_still_chosen_after_another_page(root: Path) -> None:
    app = page()
    app.radio(key="train model").set_value("gat-gru").run()
    app.number_input(key="train epochs").set_value(5).run()
    turned(turned(app, "glossary"), "train")
    assert app.radio(key="train model").value == "gat-gru"
    assert app.number_input(key="train epochs").value == 5


@pytest.mark.parametrize("name", ["../x", "a b", "<b>", ".hidden", "there"])
def test_a_bad_name_is_named_and_cannot_be_trained(root: Path, make: Recipe, asked: list[Any], name: str) -> None:
    make("there")
    app = page()
    app.text_input(key="train name").set_value(name).run()
    assert app.button(key="train start").disabled
    assert len(app.warning) == 1
    app.text_input(key="train name").set_value("free").run()
    assert not app.button(key="train start").disabled
    assert not app.warning


def test_data_that_are_not_here_are_listed_with_the_command_that_fetches_them(root: Path) -> None:
    (root / "sz-taxi").mkdir()
    for file in ("sz_speed.csv", "sz_adj.csv"):
        (root / "sz-taxi" / file).touch()
    app = page()
    assert [label.split(":")[0] for label in app.selectbox(key="train load").options] == ["city", "sz-taxi"]
    said = "\n".join(block.value for block in app.code)
    assert said == "python -m app data fetch los-loop\npython -m app data fetch pemsd7m"


def test_data_brought_from_the_page_of_data_are_chosen(root: Path) -> None:
    load = small_data(root)
    app = opened()
    app.session_state["train dataset"] = load
    turned(app, "train")
    assert app.selectbox(key="train load").value == load
    app.session_state["train dataset"] = "folder:/etc"
    app.run()
    assert app.selectbox(key="train load").value == load


def test_data_that_went_away_fall_back_to_the_city(root: Path) -> None:
    load = small_data(root)
    app = page()
    app.selectbox(key="train load").select(load).run()
    (root / "own").rename(root / "elsewhere")
    app.run()
    assert not app.exception
    assert app.selectbox(key="train load").value == "city"


def test_a_hostile_name_of_a_folder_is_shown_as_text(root: Path, asked: list[Any]) -> None:
    load = small_data(root, "<img src=x onerror=hit> $x$ **b**\u202e")
    app = page()
    app.selectbox(key="train load").select(load).run()
    assert not app.exception
    app.button(key="train start").click().run()
    name, given = asked[0]
    assert name == "intergat-plus-img-src-x-onerror-hit-x-b"
    assert given[0] == f"--dataset={load}"


def test_the_estimate_is_measured_where_there_is_a_like_run_and_a_guess_elsewhere(
    root: Path, make: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = small_data(root)
    monkeypatch.setattr("app.estimate.machine", lambda threads: "one")
    folder = make("before", sensors=6)
    record = json.loads((folder / "run.json").read_text())
    record["data"]["load"], record["windows"]["count"] = load, {"train": 257}
    record["training"] = {"epochs": 3, "batch": 32}          # the model's own
    (folder / "run.json").write_text(json.dumps(record))
    lines = [{"epoch": k + 1, "train": 1, "validation": 1, "seconds": 2.0} for k in range(3)]
    (folder / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    app = page()
    assert "a guess from run `before` (other data), scaled by" in words(app)
    app.selectbox(key="train load").select(load).run()
    assert app.markdown[0].value == "#### 30 epochs will take about 1 minute."
    assert "measured on a machine like this one with the same model, data and settings (run `before`)" in words(app)
    app.checkbox(key="train alone").check().run()
    assert "a guess from run `before` (model `intergat-plus`)" in words(app), "without its graph it costs less"
    record["heads"] = []
    (folder / "run.json").write_text(json.dumps(record))
    app.run()
    assert "measured on a machine like this one with the same model" in words(app)
    app.checkbox(key="train alone").uncheck().run()
    assert "a guess from run `before` (model `intergat-plus without graph`)" in words(app)
    app.radio(key="train model").set_value("gru").run()
    assert "a guess from run `before` (model `intergat-plus without graph`)" in words(app)


def test_the_time_can_be_measured_and_counts_until_a_setting_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "timed", lambda given: 120.0)
    app = page()
    app.button(key="train measure").click().run()
    assert app.markdown[0].value == "#### 30 epochs will take about 1 hour."
    assert "measured just now" in words(app)
    app.number_input(key="train epochs").set_value(60).run()
    assert "Nobody knows yet" in words(app)


def test_why_a_training_cannot_be_measured_or_started_is_said_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> float:
        raise jobs.JobError("the <b>disk</b> is full")

    monkeypatch.setattr(jobs, "timed", refuse)
    monkeypatch.setattr(jobs, "started", refuse)
    app = page()
    for key in ("train measure", "train start"):
        app.button(key=key).click().run()
        assert [error.value for error in app.error] == ["The training was not started."]
        assert "the <b>disk</b> is full" in words(app)
        app.run()
        assert not app.error


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


def test_a_system_without_locks_is_told_the_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "fcntl", None)
    app = page()
    assert "python -m app train --dataset city" in words(app)
    assert not app.button


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
