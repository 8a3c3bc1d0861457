"""Runs that are not done, damaged or not there at all: what every page says in their place."""

import json

import pytest

from tests.app.conftest import PAGES, QUESTIONS, Recipe, figures, opened, turned, unfolded, words


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("training", "This run is still training."),
        ("stopped", "This run was stopped before it was done."),
        ("failed", "The training of this run failed."),
    ],
)
def test_a_run_that_is_not_done_says_so_and_what_to_do(make: Recipe, state: str, sentence: str) -> None:
    make("unfinished", state=state)
    app = opened()
    for page in PAGES:
        said = words(turned(app, page))
        assert app.title[0].value == QUESTIONS[page]
        assert sentence in said
        assert "python -m app train --resume" in said
        assert not app.exception
        assert ("loss became nan" in said) == (state == "failed")


def test_a_folder_that_is_no_run_says_why(make: Recipe) -> None:
    folder = make("broken")
    (folder / "run.json").write_text("{}")
    app = opened(run="broken")
    assert "This run cannot be opened." in words(app)
    assert "must have schema 1" in words(app)


def test_a_run_that_lost_a_file_says_which(make: Recipe) -> None:
    (make("broken") / "forecasts.safetensors").unlink()
    app = opened(run="broken")
    assert "forecasts.safetensors" in words(app)
    assert not app.exception


def test_without_any_run_every_page_says_how_to_make_one(own_runs: object) -> None:
    app = opened()
    for page in PAGES:
        turned(app, page)
        assert not app.exception
        assert app.title[0].value == QUESTIONS[page]
        assert "There is no run to look at" in words(app)
        assert "python -m app train" in words(app)
        assert not app.selectbox


def test_the_page_offers_to_look_again_and_then_opens_a_run_that_was_made_meanwhile(make: Recipe) -> None:
    app = opened()
    make()
    app.run()
    assert app.query_params["run"] == "ring"
    assert figures(app)


def test_a_damaged_control_leaves_the_overview_of_a_healthy_run_alone(make: Recipe) -> None:
    make("graph")
    (make("control", heads=0, model="gru") / "forecasts.safetensors").unlink()
    app = unfolded(opened(run="graph"))
    assert not app.exception
    assert "Without any graph" not in words(app)
    make("whole", heads=0, model="gru")
    assert "Without any graph" in words(opened(run="graph"))


def test_an_unknown_protocol_is_said_and_no_page_breaks(make: Recipe) -> None:
    make(protocol="own")
    app = opened()
    for page in PAGES:
        said = words(turned(app, page))
        assert not app.exception, page
        assert "This run cannot be opened." in said
        assert "protocol" in said


@pytest.mark.parametrize("part", ["id", "group"])
def test_a_run_with_half_a_letter_is_refused(make: Recipe, part: str) -> None:
    folder = make()
    record = json.loads((folder / "run.json").read_text())
    record["data"]["nodes"][part][3] = "\ud800"
    (folder / "run.json").write_text(json.dumps(record))
    app = opened()
    for page in PAGES:
        turned(app, page)
        assert not app.exception
        assert "surrogates not allowed" in words(app)
