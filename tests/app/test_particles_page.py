"""The page about particles on runs with and without symmetry, gates and attention; and on all that is no such run."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from streamlit.testing.v1 import AppTest

from app.reading.particles import TRAINING
from app.reading.trajectories import QUESTION
from app.views import page as page_of
from core.experiment import trained
from core.files import write_tensors
from core.run import Run
from tests.app.conftest import HOSTILE, Recipe, figures, made_matrix, opened, turned, unfolded, words
from tests.core.particles_made import plan, scenes


def drawn(app: AppTest, key: str) -> dict:
    return next(one for one in figures(app) if one["key"] == key)


def largest(app: AppTest, run: str) -> float:
    """The number that turning by hand gives for a run."""
    found = re.search(rf"`{re.escape(run)}`.*?largest difference \*\*([^*]+)\*\*", words(app))
    assert found, words(app)
    return float(found[1])


def test_a_run_with_everything_answers_and_draws_everything(moving: Path) -> None:
    app = opened("particles", run="set")
    assert not app.exception
    assert app.title[0].value == QUESTION
    assert app.markdown[0].value.startswith("#### **set on nbody\\-4**: 5")
    said = words(app)
    assert "When all 5 test trajectories of this run are turned and mirrored, the forecast turns along" in said
    assert "what this page calls sensors" not in said
    keys = [one["key"] for one in figures(app)]
    assert keys == [
        "flight", "error position", "error velocity", "energy", "turned own", "turned beside", "attention",
    ]  # fmt: skip
    assert largest(app, "set") < 1e-9
    assert largest(app, "set-plain") > 1e-3, "of two runs the one of the same model stands beside this one"
    for kind in ("features", "coordinates", "velocities"):
        assert f"**{kind}**: a frame of `p1` listens to" in said
    flight = drawn(app, "flight")
    assert len(flight["frames"]) == 8
    assert flight["frames"][2]["name"].startswith("Frame 3, the last one seen. Layer 1: 1 of 6 pairs drawn")
    assert flight["frames"][4]["name"].startswith("Frame 5, forecast 2 ahead. Layer 1 listens in the frames seen")
    unfolded(app)
    assert not app.exception
    assert len(app.get("download_button")) == len(app.dataframe) == 6
    assert len(app.latex) == 5


def test_a_model_without_the_symmetry_says_so_and_needs_nothing_beside_it(moving: Path) -> None:
    app = opened("particles", run="set-plain")
    assert "the forecast does not turn along: it differs by up to" in words(app)
    assert largest(app, "set-plain") > 1e-3
    assert [one["key"] for one in figures(app)].count("turned beside") == 0
    assert "stand beside it" not in words(app)


def test_a_model_that_hears_nobody_says_what_it_lacks_and_what_to_do(moving: Path) -> None:
    app = opened("particles", run="alone")
    assert not app.exception
    said = words(app)
    assert "This model has no gates: nobody hears anybody" in said
    assert "This model has no attention over time: it sees 3 frames" in said
    assert TRAINING in said
    assert drawn(app, "flight")["frames"][0]["name"] == "Frame 1, of 3 that are seen."
    assert not [one for one in app.selectbox if one.label == "Layer whose gates are drawn"]
    assert not unfolded(app).exception


def test_a_run_that_forecasts_positions_alone_shows_no_velocity(own_runs: Path) -> None:
    trained(scenes(own_runs.parent, ",velocities=0"), plan("egnn", epochs=1), own_runs / "places")
    app = opened("particles", run="places")
    assert not app.exception
    said = words(app)
    assert "This run forecasts positions alone" in said
    assert "Velocities are not forecast, so the forecast has no kinetic energy" in said
    assert [one["key"] for one in figures(app)] == ["flight", "error position", "energy", "turned own"]
    forecast = [one["name"] for one in drawn(app, "energy")["data"] if "forecast" in one["name"]]
    assert forecast == ["potential, forecast"]
    unfolded(app)
    turned_by_hand = next(frame.value for frame in app.dataframe if "velocity, of the speed" in frame.value)
    assert turned_by_hand["velocity, of the speed"].isna().all()


def test_without_such_a_run_beside_it_the_page_says_how_to_train_one(moving: Path) -> None:
    for name in ("alone", "set-plain"):
        shutil.rmtree(moving / name)
    said = words(opened("particles", run="set"))
    assert "No run of a model without this symmetry" in said
    load = Run.load(moving / "set").record["data"]["load"]
    assert f"python -m app train --dataset {load} --model mlp" in said


def test_sliders_turn_the_input_and_the_link_keeps_what_they_say(moving: Path) -> None:
    app = opened("particles", run="set")
    before = largest(app, "set-plain")
    app.slider(key="control about_x").set_value(90).run()
    assert app.query_params["about_x"] == "90"
    assert largest(app, "set") < 1e-9
    assert largest(app, "set-plain") != before
    app.toggle(key="control mirrored").set_value(True).run()
    assert app.query_params["mirrored"] == "1"
    assert "`set`, mirrored, turned by 90° about x" in words(app)
    for axis in "xyz":
        app.slider(key=f"control about_{axis}").set_value(0).run()
    app.slider(key="control moved").set_value(0)
    app.toggle(key="control mirrored").set_value(False).run()
    assert "nothing is turned, mirrored or moved" in words(app)
    again = opened("particles", run="set", about_x="0", about_y="0", about_z="0", moved="0", mirrored="1")
    assert "`set`, mirrored: largest difference" in words(again)
    assert largest(again, "set") < 1e-9


def test_another_run_can_be_put_beside_it(moving: Path) -> None:
    app = opened("particles", run="set")
    app.selectbox(key="control beside").set_value("alone").run()
    assert app.query_params["other"] == "alone"
    assert largest(app, "alone") > 1e-3


def test_trajectory_layer_edges_and_particle_are_chosen_and_kept_in_the_link(moving: Path) -> None:
    app = opened("particles", run="set")
    first = drawn(app, "flight")["data"]
    app.slider(key="control trajectory").set_value(3).run()
    assert app.query_params["trajectory"] == "3"
    assert drawn(app, "flight")["data"] != first
    assert not app.exception
    app.selectbox(key="control layer").set_value("read-out").run()
    assert app.query_params["layer"] == "read-out"
    frames = [frame["name"] for frame in drawn(app, "flight")["frames"]]
    assert "Read-out listens from the last frame seen on: no edges here" in frames[0]
    assert "Read-out: 1 of 6 pairs drawn" in frames[7]
    assert "Attention of block 2" in words(app)
    app.select_slider(key="control edges").set_value(1.0).run()
    assert "Read-out: 6 of 6 pairs drawn" in drawn(app, "flight")["frames"][7]["name"]
    app.selectbox(key="control particle").set_value("p3").run()
    assert app.query_params["sensor"] == ["p3"] or app.query_params["sensor"] == "p3"
    assert "a frame of `p3` listens to" in words(app)
    same = opened("particles", run="set", trajectory="3", layer="read-out", edges="1", sensor="p3")
    assert [one["data"] for one in figures(same)] == [one["data"] for one in figures(app)]


def test_gates_of_the_first_trajectory_are_those_that_the_run_keeps(moving: Path) -> None:
    app = unfolded(opened("particles", run="set", frame="2", edges="1"))
    run = Run.load(moving / "set")
    gates = run.interaction[run.heads.index("layer 1, frame 2")]
    table = next(frame.value for frame in app.dataframe if "gate" in frame.value)
    assert table["gate"].iloc[0] == pytest.approx(gates.max(), rel=1e-2)


@pytest.mark.parametrize("value", ["77", "-1", "1e3", HOSTILE[0], "x" * 5000, ""])
def test_a_hostile_link_opens_the_page_and_is_told_once(moving: Path, value: str) -> None:
    names = ("trajectory", "frame", "layer", "edges", "about_x", "moved", "mirrored")
    app = opened(run="set", **dict.fromkeys(names, value))
    assert len(app.toast) == 1, "what is understood nowhere is said once"
    assert value not in app.toast[0].value or len(value) < 4
    app = turned(app, "particles")
    assert not app.exception
    assert not app.toast
    assert app.slider(key="control trajectory").value == 1
    assert not app.run().toast


def test_a_trajectory_that_the_run_does_not_keep_is_let_go_and_said_once(moving: Path) -> None:
    app = opened(run="set", trajectory="6")
    assert app.toast[0].value == "The link asks for what is not here (trajectory): the default is shown."
    app = turned(app, "particles")
    assert not app.exception
    assert app.slider(key="control trajectory").value == 1
    assert "trajectory" not in app.query_params
    assert not app.run().toast


def test_a_run_whose_weights_were_changed_shows_what_it_keeps_and_says_why_not_more(moving: Path) -> None:
    weights = load_file(moving / "set" / "weights.safetensors")
    write_tensors(moving / "set" / "weights.safetensors", {name: w + 0.3 for name, w in weights.items()})
    app = opened("particles", run="set", trajectory="2")
    assert not app.exception
    said = words(app)
    assert "must repeat its stored forecasts" in said
    assert "The gates of this trajectory can only be had from the model" in said
    assert [one["key"] for one in figures(app)] == ["flight", "error position", "error velocity", "energy"]
    first = words(opened("particles", run="set"))
    assert "Rank correlation of the gates of layer 1" in first, "those of the first trajectory are in the run"


def test_a_damaged_run_beside_it_is_passed_over(moving: Path) -> None:
    weights = load_file(moving / "set-plain" / "weights.safetensors")
    write_tensors(moving / "set-plain" / "weights.safetensors", {name: w + 0.3 for name, w in weights.items()})
    app = opened("particles", run="set")
    assert not app.exception
    assert largest(app, "alone") > 1e-3


def test_runs_of_other_kinds_are_told_what_the_page_needs_and_offered_one(moving: Path, make: Recipe) -> None:
    make("ring")
    made_matrix(moving / "square")
    for run in ("ring", "square"):
        app = opened("particles", run=run)
        assert not app.exception
        assert app.title[0].value == QUESTION
        assert "This page needs a run of particles." in words(app)
        assert TRAINING in words(app)
        assert not figures(app)
    app.button(key="open set").click().run()
    assert app.query_params["run"] == "set"
    assert figures(app)


def test_without_any_run_the_page_says_how_to_make_one(own_runs: Path) -> None:
    app = opened("particles")
    assert "There is no run to look at" in words(app)
    assert TRAINING in words(app)
    assert not app.exception


def test_the_browser_moves_the_frame_and_chooses_a_particle(moving: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict = {}
    plot = page_of.plot

    def kept(figure: object, key: str, **settings: object) -> None:
        told[key] = settings
        plot(figure, key, **settings)

    monkeypatch.setattr(page_of, "plot", kept)
    app = opened("particles", run="set", frame="5")
    assert told["flight"]["frame"] == 4
    assert told["energy"]["frame"] is None
    chosen: list[dict] = []
    monkeypatch.setattr("app.views.controls.choose", lambda **changes: chosen.append(changes))
    monkeypatch.setattr("app.views.controls.with_first", lambda sensor: (sensor,))
    told["flight"]["on_frame"](6)
    told["flight"]["on_click"]({"customdata": 2})
    for wrong in ({"customdata": None, "index": 1}, {"customdata": 4}, {"customdata": "0"}, {}):
        told["flight"]["on_click"](wrong)
    assert chosen == [{"frame": 7}, {"pair": (), "sensors": ("p3",)}]
    assert np.isfinite(drawn(app, "energy")["layout"]["height"])
