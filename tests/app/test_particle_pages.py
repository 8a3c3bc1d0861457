"""Every page on a run of particles: it opens, or says in a sentence what it cannot show and where to look."""

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.evidence.parts import made as made_evidence
from app.export.graph import graph_file
from app.measured import Measured
from app.reading.models import graphless
from app.reading.words import PARTICLE, about
from app.report import report_page
from app.selection import EVIDENCE, Selection
from core.experiment import trained
from core.models import PARTICLE_MODELS
from core.run import Run
from tests.app.conftest import PAGES, QUESTIONS, Recipe, figures, made_run, opened, sent, turned, unfolded, words
from tests.core.particles_made import plan, scenes

OTHERS = ("compare", "runs", "train", "data", "matrix_alone", "glossary")
ONE_TRAJECTORY = "weights are gates, and groups are the particles' charges, in one trajectory of the test part"
OF_SENSORS = ("no series of sensors", "open a run of sensors")  # where sensors are meant


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with gates, and one of a model that hears nobody."""
    folder = tmp_path_factory.mktemp("made")
    data = scenes(folder)
    trained(data, plan("egnn", epochs=1, config={"layers": 2}), folder / "runs" / "moving")
    trained(data, plan("linear", epochs=1), folder / "runs" / "alone")
    return folder / "runs"


@pytest.fixture
def particles(own_runs: Path, made: Path) -> Path:
    shutil.copytree(made, own_runs, dirs_exist_ok=True)
    return own_runs


def test_every_page_opens_on_particles(particles: Path) -> None:
    for run in ("moving", "alone"):
        app = opened(run=run)
        for page in (*PAGES, *OTHERS):
            turned(app, page)
            assert not app.exception, (run, page, [error.message for error in app.exception])
            assert not app.error, (run, page)
            assert len(words(app)) > 100
            if page in PAGES:
                assert app.title[0].value == about(PARTICLE, QUESTIONS[page])
                unfolded(app)
                assert not app.exception, (run, page, [error.message for error in app.exception])


def test_particles_are_called_particles_on_every_page(particles: Path) -> None:
    trained(scenes(particles.parent), plan("egnn", epochs=1, config={"layers": 2}, seed=1), particles / "other seed")
    run = Run.load(particles / "moving")
    for part in ("chance", "stability"):
        made_evidence(run, part)
    pages = [(page, {}) for page in PAGES]
    pages += [("communities", {"method": "spectral"}), *(("evidence", {"part": part}) for part in EVIDENCE[1:])]
    for page, settings in pages:
        app = unfolded(opened(page, run="moving", head="layer 2", sensor=["p1", "p3"], community="1", **settings))
        assert not app.exception, page
        text = sent(app).lower()
        for meant in OF_SENSORS:
            text = text.replace(meant, "")
        assert "particle" in text
        at = text.find("sensor")
        assert at < 0, (page, text[max(at - 80, 0) : at + 80])


def test_a_report_and_a_graph_of_particles_call_them_particles(particles: Path) -> None:
    run = Run.load(particles / "moving")
    page = re.sub("<script>.*?</script>", "", report_page(run, Selection(run="moving")), flags=re.DOTALL).lower()
    for meant in OF_SENSORS:
        page = page.replace(meant, "")
    at = page.find("sensor")
    assert at < 0, page[max(at - 80, 0) : at + 80]
    assert page.count("particle") > 20
    assert "sensor" not in graph_file(Measured(run), "graphml", share=None).decode()


def test_sensors_are_called_sensors(make: Recipe) -> None:
    make()
    for page in ("heads", "spectrum", "communities"):
        app = unfolded(opened(page, run="ring", sensor="S04"))
        assert app.title[0].value == QUESTIONS[page]
        text = sent(app)
        assert "particle" not in text
        assert text.count("sensor") >= 5, page


@pytest.mark.parametrize("page", ["heads", "spectrum", "communities"])
def test_pages_of_the_matrix_answer_and_draw(particles: Path, page: str) -> None:
    app = opened(page, run="moving", head="layer 2")
    assert app.markdown[0].value.startswith("#### ")
    assert figures(app)
    assert ONE_TRAJECTORY in words(app)


def test_the_overview_gives_errors_beside_forecasts_that_need_no_training(particles: Path) -> None:
    run = Run.load(particles / "moving")
    app = opened(run="moving")
    said = words(app).replace("**", "")
    errors = {name: row[-1] for name, row in run.tracked.errors["position"].items()}
    assert "egnn on nbody-4: 5 frames ahead, positions of 4 particles are off by a mean square of" in said
    for name, words_ in (("constant-velocity", "flight straight ahead"), ("last-frame", "the last frame")):
        assert f"{errors[name]:.3g} of {words_}" in said
    share = abs(1 - errors["egnn"] / errors["constant-velocity"])
    assert ("less" if errors["egnn"] < errors["constant-velocity"] else "more") + " than flight straight ahead" in said
    assert f"{100 * share:.{1 if share >= 0.01 else 2}f} %" in said
    assert "Its matrices are gates: row i, column j is how far particle i lets in the message of particle j" in said
    assert "position and velocity 2 and 5 frames after the last of 3 frames seen" in said
    table = app.dataframe[0].value
    assert list(table["forecast"]) == ["egnn"] * 2 + ["last-frame"] * 2 + ["constant-velocity"] * 2
    assert list(table["frames ahead"]) == [2, 5] * 3
    for claim in ("absolute error", "protocol", "km/h", "minutes"):
        assert claim not in said, claim


def test_a_model_without_training_stands_beside_the_other_only(particles: Path, own_runs: Path) -> None:
    trained(scenes(own_runs.parent), plan("constant-velocity"), own_runs / "straight")
    said = words(opened(run="straight")).replace("**", "")
    assert "of the last frame." in said
    assert "less than flight straight ahead" not in said
    assert "constant-velocity lets no particle listen to another, so there is no matrix to look at" in said


@pytest.mark.parametrize(("page", "sentence"), [
    ("map", "they have no place on a map, and no roads run between them. The page Particles draws them"),
    ("forecast", "it forecasts where they go, and no series of sensors"),
    ("compare", "A run of particles is not set against another run here"),
])  # fmt: skip
def test_what_a_page_cannot_show_is_said_and_other_runs_are_offered(
    particles: Path, make: Recipe, page: str, sentence: str
) -> None:
    make("ring")
    app = opened(page, run="moving")
    assert sentence in words(app)
    assert "page" in words(app)
    assert "Particles" in words(app)
    assert not figures(app)
    offered = [button for button in app.button if button.key and button.key.startswith("open ")]
    assert [button.key for button in offered] == ["open ring"], "runs of sensors only"
    assert not offered[0].click().run().exception
    assert app.query_params["run"] == "ring"


def test_the_page_train_says_how_particles_are_trained_but_only_beside_such_a_run(
    particles: Path, make: Recipe
) -> None:
    make("ring")
    said = words(opened("train", run="moving"))
    assert "Models of particles are not trained from this page" in said
    assert "python -m app train --dataset nbody --particles 5 --model set" in said
    assert "particles" not in words(opened("train", run="ring"))


def test_a_run_of_sensors_is_not_offered_particles_to_compare_with_and_a_link_to_one_says_why(
    particles: Path, make: Recipe
) -> None:
    make("ring")
    app = opened("compare", run="ring")
    (second,) = [box for box in app.selectbox if box.label == "Second run"]
    assert not any("moving" in option or "alone" in option for option in second.options)
    app = opened("compare", run="ring", other="moving")
    assert not app.exception
    assert "The second run: a run of particles is not set against another run here" in words(app)


def test_evidence_says_what_cannot_be_tested_and_offers_the_rest(particles: Path) -> None:
    app = opened("evidence", run="moving")
    said = words(app)
    assert "Used? Cannot be tested: particles have no series of sensors" in said.replace("*", "")
    assert "There is one seed of this model only" in said or "there is one seed of this model only" in said
    for part in ("use", "what-if", "residuals", "planted"):
        said = words(opened("evidence", run="moving", part=part))
        assert said.count("Particles have no series of sensors, on which this part runs a model.") == 1, part


def test_a_model_without_gates_says_so_and_points_to_the_page_of_particles(particles: Path) -> None:
    said = words(opened("heads", run="alone"))
    assert "linear lets no particle listen to another: it has no learned graph" in said
    assert "Its forecasts are on the page Particles." in said


def test_every_model_of_particles_has_its_words_for_having_no_graph() -> None:
    for model in PARTICLE_MODELS:
        assert "particle" in graphless(model), model
    assert "sensor" in graphless("gru")


def test_runs_lists_them_without_errors_of_sensors(particles: Path) -> None:
    made_run(particles / "ring")
    app = opened("runs", run="moving")
    table = app.dataframe[0].value.set_index("run")
    assert table.loc["moving", "model"] == "egnn"
    assert table.loc["moving", "data"] == "nbody-4"
    assert table.loc["moving", "MAE"] != table.loc["moving", "MAE"], "nan: there is none"
    assert "egnn" not in next(text.value for text in app.markdown if "least off" in text.value or "runs" in text.value)


def test_runs_that_are_not_done_say_so(particles: Path, own_runs: Path) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(scenes(own_runs.parent), plan("egnn"), own_runs / "half", tick=stop)
    app: AppTest = opened(run="half")
    for page in (*PAGES, "runs", "train"):
        said = words(turned(app, page))
        assert not app.exception, page
        if page in PAGES:
            assert "This run was stopped before it was done." in said
            assert "python -m app train --resume" in said
