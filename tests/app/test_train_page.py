"""A new training, on the page Train in Streamlit's own harness: what the page offers, and what it asks for."""

import json
from pathlib import Path
from typing import Any

import pytest

from app import jobs, locks
from app.drafts import Draft
from app.reading.models import TRAINABLE
from core.files import write_json
from core.record import read_record
from tests.app.conftest import Recipe, opened, turned, words
from tests.app.small import small_data
from tests.app.train_made import QUESTION, page


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What the page asks for, instead of a process."""
    wanted: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(jobs, "started", lambda runs, name, given: wanted.append((name, list(given))))
    return wanted


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


def test_a_system_without_locks_is_told_the_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "fcntl", None)
    app = page()
    assert "python -m app train --dataset city" in words(app)
    assert not app.button
