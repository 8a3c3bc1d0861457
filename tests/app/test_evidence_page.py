"""The page Evidence: every part with results made by hand, without any, and where a part cannot be made."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import store
from app.evidence import kept, parts
from app.evidence.jobs import Progress
from app.reading.words import minus, three
from app.selection import EVIDENCE
from app.store import evidence as stored
from app.views import evidence_job, evidence_residuals, evidence_stability
from core.archive import moved
from core.run import Run, RunError
from tests.app.conftest import HOSTILE, N, Recipe, figures, made_matrix, opened, unfolded, words
from tests.app.evidence_made import made_chance, made_planted, made_residuals, made_stability, made_use

SHOWN = {
    "chance": ["effects correlation", "nulls correlation", "effects contrast", "nulls contrast", "effects agreement",
               "nulls agreement", "modes ipr", "modes energy"],
    "stability": ["overlap", "seeds alike", "seed spread"],
    "residuals": ["whiteness"],
    "planted": ["recovery length", "recovery noise"],
}  # fmt: skip
SEEDS = 2


def keep(folder: Path, *asked: str, **settings: Any) -> Run:
    """Keep results made by hand for a run; all parts for none named. ``settings`` are those of `made_chance`."""
    run = Run.load(folder)
    names = ("mean", *run.heads) if len(run.heads) > 1 else run.heads
    n = len(run.nodes)
    made = {
        "chance": lambda: made_chance(names, **settings),
        "use": lambda: made_use(names, n, steps=run.horizon),
        "stability": lambda: made_stability(names, n, seeds=SEEDS),
        "residuals": lambda: made_residuals(names, n, roads=run.adjacency is not None),
        "planted": lambda: made_planted(ring=run.adjacency is None),
    }
    for part in asked or made:
        kept.write(run.path, part, made[part](), parts.fingerprint(run, part))
        assert parts.evidence(run, part) is not None
    return run


@pytest.fixture
def family(make: Recipe) -> Path:
    """A run and another that differs from it in its seed alone, with all parts of its evidence."""
    make("other", seed=1)
    folder = make("ring")
    keep(folder)
    return folder


@pytest.mark.parametrize("part", SHOWN)
def test_every_part_has_a_question_a_sentence_figures_tables_and_a_reading(family: Path, part: str) -> None:
    app = opened("evidence", run="ring", part=part)
    assert not app.exception
    first = app.markdown[0].value.replace("\u00a0", " ")
    assert first == "#### This matrix is more than chance, used by the model, and stable."
    assert app.segmented_control(key="control part").value == part
    assert [one["key"] for one in figures(app)] == SHOWN[part]
    assert all(len(one["alt"]) > 15 for one in figures(app))
    assert app.subheader
    assert "nan" not in words(app).lower()
    unfolded(app)
    assert not app.exception
    assert len(app.latex) >= 3
    assert app.expander[-1].label == "How to read this"
    csvs = [button for button in app.get("download_button") if button.proto.label == "CSV"]
    assert len(csvs) == len(app.dataframe) >= 1


def test_the_map_of_what_is_left_shows_what_goes_with_neighbours_alone(
    family: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps: list[dict[str, Any]] = []
    monkeypatch.setattr(evidence_residuals, "draw_map", lambda _page, _key, **settings: maps.append(settings))
    app = opened("evidence", run="ring", part="residuals")
    found = made_residuals(n=N)
    assert maps[-1]["tooltips"] == [f"errs as its neighbours: {minus(three(score))}" for score in found.sensor_space]
    outside = int((np.abs(found.sensor_space) > 1.96).sum())
    assert outside != int((np.abs(found.sensor) > 1.96).sum())
    assert f"{outside} of {N} sensors lie outside ±1.96" in words(app)
    unfolded(app)
    formulas = [formula.value for formula in app.latex]
    assert any(r"\Phi(-|z|)" in formula for formula in formulas), "its p are off the normal curve"
    assert not any("1 + R" in formula for formula in formulas), "and of no draws"


@pytest.mark.parametrize("part", ["use", "what-if"])
def test_the_parts_of_the_model_open_with_results(family: Path, part: str) -> None:
    app = opened("evidence", run="ring", part=part)
    assert not app.exception
    assert app.segmented_control(key="control part").value == part


@pytest.mark.parametrize("part", EVIDENCE)
def test_without_evidence_each_part_says_that_nobody_tested_it_and_what_it_would_tell(make: Recipe, part: str) -> None:
    make()
    app = opened("evidence", part=part)
    assert not app.exception
    said = words(app)
    assert "Nobody has tested yet whether this graph is real" in said
    button = app.button(key="evidence start")
    assert button.label == "Test this run"
    if part in ("chance", "residuals", "planted", "use"):
        assert "Not tested yet: " in said
    if part == "stability":
        assert "one seed of this model only" in said
        assert "python -m app train --seeds 5" in said
        assert "train" in [link.proto.page for link in app.get("page_link")]
    assert not unfolded(app).exception


def test_the_verdict_is_that_of_the_selected_head_with_its_thresholds(family: Path) -> None:
    said = words(opened("evidence", run="ring", head="head 3"))
    assert "not distinguishable from chance" in said
    assert "not told apart from chance over seeds" in said
    assert "accident" not in said
    assert "Real: p < 0.05 (after Holm's correction for the number of heads)" in said
    assert "**cannot be told from chance**" in said
    chosen = opened("evidence", run="ring", head="head 1", part="stability")
    assert "comes back" in words(chosen)


def test_the_sentence_on_roads_and_the_verdict_agree_on_every_head(make: Recipe) -> None:
    folder = make("ring")
    keep(folder, "chance")
    for head in ("mean", "head 1", "head 2", "head 3"):
        said = words(opened("evidence", run="ring", head=head))
        roads = said.split("Does it follow the roads")[-1]
        real = "Real?** More than chance" in said
        assert real == ("the weights follow the roads **more than by chance**" in roads), head


def test_what_is_kept_appears_and_what_is_missing_can_be_asked_for(make: Recipe) -> None:
    keep(make(), "chance", "residuals")
    app = opened("evidence")
    assert [one["key"] for one in figures(app)] == SHOWN["chance"]
    assert app.button(key="evidence start").label == "Test what is missing"
    assert "To test: use and planted truth." in words(app)
    icons = [option.content_icon for option in app.segmented_control(key="control part").proto.options]
    check, block = ":material/check:", ":material/block:"
    assert icons == [check, "", "", block, check, ""]


KINDS = {
    "no coordinates": {"coordinates": False},
    "no roads": {"roads": False},
    "no groups": {"groups": False},
    "nothing but values": {"coordinates": False, "roads": False, "groups": False, "truth": False},
    "hostile ids": {"hostile": True},
    "one head": {"heads": 1},
    "one sensor": {"sensors": 1},
    "given the roads": {"model": "gat-gru"},
    "all weights zero": {"matrix": 0.0},
}


@pytest.mark.parametrize(("kind", "tested"), [*((kind, True) for kind in KINDS), ("nothing but values", False),
                                              ("one sensor", False)])  # fmt: skip
def test_every_part_opens_on_every_kind_of_run(make: Recipe, kind: str, tested: bool) -> None:
    settings = KINDS[kind]
    make("other", seed=1, **settings)
    folder = make("ring", **settings)
    if tested:
        keep(
            folder,
            roads=settings.get("roads", True),
            groups=settings.get("groups", True),
            places=settings.get("coordinates", True),
        )
    app = opened("evidence", run="ring")
    for part in EVIDENCE:
        app.segmented_control(key="control part").set_value(part).run()
        assert not app.exception, (part, [error.message for error in app.exception])
        assert app.query_params.get("part", "chance") in (part, [part])
    assert not app.error
    if tested:
        unfolded(app.segmented_control(key="control part").set_value("stability").run())
        assert not app.exception


def test_what_the_data_lack_is_said_in_its_place(make: Recipe) -> None:
    keep(make("bare", roads=False, coordinates=False), "chance", roads=False, places=False)
    said = words(opened("evidence", run="bare"))
    assert "no road graph, so there is nothing that the weights could follow" in said
    assert "no road graph, on which a mode could be smooth" in said
    assert "Not drawn, Moran: no sensor has coordinates." in said
    assert "None of them knows the map" in said or "cannot be told from chance" in said


def test_data_with_neither_roads_nor_groups_have_nothing_to_be_tested_against(make: Recipe) -> None:
    make(roads=False, groups=False)
    said = words(opened("evidence"))
    assert "neither a road graph nor known groups" in said
    assert "Not tested yet: whether it is more" not in said


def test_a_matrix_alone_is_tested_against_chance_and_nothing_else(own_runs: Path) -> None:
    folder = made_matrix(own_runs / "wavenet", heads=2)
    keep(folder, "chance")
    app = opened("evidence", run="wavenet")
    assert [one["key"] for one in figures(app)] == SHOWN["chance"]
    assert "All that can be tested of this run has been tested." in words(app)
    for part, why in (("use", "without a model"), ("stability", "has no seed"), ("residuals", "without a model")):
        said = words(app.segmented_control(key="control part").set_value(part).run())
        assert why in said, part
        assert not app.exception


def test_beside_chance_it_is_said_of_a_model_that_is_given_the_roads_that_a_match_is_no_finding(make: Recipe) -> None:
    keep(make(model="gat-gru"), "chance")
    said = [info.value for info in opened("evidence", part="chance", head="head 1").info]
    assert sum("not something it found" in one for one in said) == 1
    keep(make("other"), "chance")
    assert "not something it found" not in words(opened("evidence", run="other", part="chance"))


def test_a_single_head_stands_alone_whatever_the_sidebar_says(make: Recipe) -> None:
    keep(make(heads=1), "chance")
    app = opened("evidence", head="mean")
    assert "effects correlation" not in [one["key"] for one in figures(app)]
    assert "In head 1, the weights follow the roads" in words(app)


def test_a_made_up_city_tells_what_this_run_found_of_the_planted_graph(make: Recipe) -> None:
    make()
    app = opened("evidence", part="planted", head="head 1")
    said = words(app)
    assert "Did this run find what was planted?" in said
    assert app.dataframe[0].value["head"].tolist() == ["mean of heads", "head 1", "head 2", "head 3"]
    assert "is given the road graph" not in said
    make("told", model="gat-gru")
    assert "gat-gru is given the road graph" in words(opened("evidence", run="told", part="planted", head="head 1"))
    make("real", truth=False)
    assert "Did this run find what was planted?" not in words(opened("evidence", run="real", part="planted"))


def test_the_command_that_trains_the_model_on_planted_data_stands_there_until_it_was_run(make: Recipe) -> None:
    folder = make()
    keep(folder, "planted")
    assert "python -m app planted" not in words(opened("evidence", part="planted")), "a model's results are there"
    run, found = Run.load(folder), made_planted()
    simple = replace(found, recoveries=tuple(one for one in found.recoveries if one.way != "intergat-plus"))
    kept.write(run.path, "planted", simple, parts.fingerprint(run, "planted"))
    assert "python -m app planted" in words(opened("evidence", part="planted"))


def test_no_name_of_a_sensor_becomes_markup_on_any_part(make: Recipe) -> None:
    make("other", seed=1, hostile=True)
    keep(make("ring", hostile=True))
    app = opened("evidence", run="ring", sensor=[HOSTILE[0], HOSTILE[7], HOSTILE[12]])
    for part in EVIDENCE:
        app.segmented_control(key="control part").set_value(part).run()
        assert not app.exception
        for element in (*app.markdown, *app.caption, *app.info):
            assert not element.proto.allow_html
        for one in figures(app):
            assert "<img src" not in str(one["data"])


def test_the_family_has_the_names_that_its_runs_have_now(family: Path) -> None:
    """A result is kept with the names of its day, and belongs to its runs whatever they are called later."""

    def named() -> list[str]:
        app = unfolded(opened("evidence", run="ring", part="stability"))
        (frame,) = (shown.value for shown in app.dataframe if "run" in shown.value and "seed" in shown.value)
        return list(frame["run"])

    assert named() == ["ring", "other"]
    moved(family.parent / "other", "renamed")
    assert named() == ["ring", "renamed"]


def test_the_consensus_is_kept_as_a_run_and_opened(family: Path) -> None:
    app = opened("evidence", run="ring", part="stability")
    app.button(key="keep consensus").click().run()
    assert not app.exception
    assert "Kept as `ring-consensus`" in words(app)
    run = Run.load(family.parent / "ring-consensus")
    first, second = (Run.load(family.parent / name).interaction for name in ("ring", "other"))
    assert run.kind == "matrix"
    assert run.heads == ("head 1", "head 2", "head 3")
    np.testing.assert_allclose(run.interaction[0], (first[0] + second[0]) / 2, atol=1e-6)
    app.button(key="open consensus").click().run()
    assert app.title[0].value == "Whom does each sensor listen to?"
    assert app.query_params["run"] in ("ring-consensus", ["ring-consensus"])
    assert "ring-consensus" in {entry.key for entry in store.runs()}


def test_a_consensus_that_cannot_be_kept_says_why(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("evidence", run="ring", part="stability")

    def refused(*_: object) -> None:
        raise RunError("/runs must be a folder that can be written to")

    monkeypatch.setattr(evidence_stability, "kept_consensus", refused)
    app.button(key="keep consensus").click().run()
    assert not app.exception
    assert "It could not be kept: /runs must be a folder" in words(app)


@pytest.fixture
def at(make: Recipe, monkeypatch: pytest.MonkeyPatch) -> Callable[[Progress], list[Any]]:
    """Makes the page believe that a process stands so."""
    make()
    calls: list[Any] = []

    def stands(progress: Progress) -> list[Any]:
        for place in (stored, evidence_job):
            monkeypatch.setattr(place, "state_of_evidence", lambda _version: progress)
        monkeypatch.setattr(evidence_job, "start_evidence", lambda version, *asked: calls.append(asked))
        monkeypatch.setattr(evidence_job, "stop_evidence", lambda version: calls.append("stop"))
        return calls

    return stands


ASKED = ("chance", "use", "residuals", "planted")


def test_while_tests_go_on_the_page_says_which_and_how_far_and_they_can_be_stopped(at: Any) -> None:
    calls = at(Progress(part="use", share=0.5, alive=True, asked=ASKED, over=("chance",)))
    app = opened("evidence", part="residuals")
    bar = app.get("progress")[0].proto
    assert bar.value == int(100 * 1.5 / 4)
    assert "part 2 of 4" in bar.text
    assert "This is being tested" in words(app)
    assert not [button for button in app.button if button.key == "evidence start"]
    app.button(key="evidence stop").click().run()
    assert calls == ["stop"]


def test_what_was_stopped_or_killed_can_be_gone_on_with(at: Any) -> None:
    calls = at(Progress(asked=ASKED, over=("chance",), ended="killed"))
    app = opened("evidence")
    assert "ended without a word" in words(app)
    at(Progress(asked=ASKED, ended="stopped"))
    app = opened("evidence")
    assert "It was stopped" in words(app)
    app.button(key="evidence start").click().run()
    assert calls == [ASKED], "what cannot be made for this run is not asked for"


def test_a_part_that_failed_says_why_and_can_be_tried_again(at: Any) -> None:
    why = "The model must be one of ours <img src=x>"
    calls = at(Progress(asked=("use",), over=("use",), failed=(("use", why),), ended="done"))
    app = opened("evidence", part="use")
    said = words(app)
    assert "It could not be tested: The model must be one of ours" in said
    assert "\\<img" in app.warning[0].value
    app.button(key="evidence again").click().run()
    assert calls == [("use",)]


def test_a_process_that_cannot_be_started_says_why(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(Progress())

    def refused(version: str, *asked: str) -> None:
        raise evidence_job.JobError("this system has no file locks")

    monkeypatch.setattr(evidence_job, "start_evidence", refused)
    app = opened("evidence")
    app.button(key="evidence start").click().run()
    assert "this system has no file locks" in app.error[0].value.replace("\\", "")


def test_a_process_that_cannot_be_stopped_says_why(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(Progress(part="use", alive=True, asked=ASKED))

    def refused(version: str) -> None:
        raise evidence_job.JobError("the folder must be one that can be written to")

    monkeypatch.setattr(evidence_job, "stop_evidence", refused)
    app = opened("evidence")
    app.button(key="evidence stop").click().run()
    assert not app.exception
    assert "the folder must be one that can be written to" in app.error[0].value
