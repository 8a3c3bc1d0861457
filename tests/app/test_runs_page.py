"""The page Runs: all runs in one table, with what is known of each."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.families import kept_consensus
from app.store import table
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


def test_a_validation_loss_says_what_it_is_a_loss_of(make: Recipe) -> None:
    for name, loss in (("squares", "mse"), ("hubers", "huber"), ("strange", "<b>"), ("none", None)):
        make(name, record={"training": {"epochs": 3, "loss": loss}})
    make("unmeasured", record={"training": {"epochs": 3, "loss": "mse"}, "metrics": {}})
    found = rows(opened("runs"))["loss"]
    known = {"squares": "squared error", "hubers": "Huber"}
    assert found.to_dict() == known | dict.fromkeys(("strange", "none", "unmeasured"), "")


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


def test_so_is_that_of_a_mean_over_runs_that_were_given_it(own_runs: Path, tmp_path: Path) -> None:
    given = [made_run(tmp_path / f"{k}", model="gat-gru", seed=k) for k in range(2)]
    kept_consensus(given, own_runs / "mean")
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


def test_the_page_unfolds(make: Recipe) -> None:
    make("one")
    app = unfolded(opened("runs"))
    assert not app.exception
    assert len(app.latex) == 2
