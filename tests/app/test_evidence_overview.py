"""What Overview says of the evidence, and what becomes of evidence when its run is renamed or deleted."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.evidence import jobs, kept, parts
from core.run import Run
from tests.app import evidence_made
from tests.app.conftest import Recipe, made_matrix, opened, words

HEADING = "Is it real, used and stable?"


def keep(path: Path, **results: object) -> None:
    run = Run.load(path)
    for part, result in results.items():
        kept.write(path, part, result, parts.fingerprint(run, part))


def overview(**query: str) -> str:
    app = opened(**query)
    assert not app.exception
    return words(app)


def test_without_evidence_overview_says_so_and_computes_nothing(make: Recipe) -> None:
    path = make()
    said = overview()
    assert HEADING in said
    assert "Nobody has tested yet whether this graph is real, used by the model, and stable." in said
    assert "Real: p <" not in said, "no thresholds without a verdict"
    assert not kept.home(path).exists()
    assert jobs.state(path) == jobs.Progress()


def test_overview_shows_every_head_and_the_selected_one_in_full(make: Recipe) -> None:
    keep(make(), chance=evidence_made.made_chance(), use=evidence_made.made_use())
    said = overview(head="head 3")
    assert "Of 3 heads, 1 is more than chance, 3 are used by the model and none was tested on other seeds." in said
    assert "| head 1 | :material/check_circle: yes | :material/check_circle: yes |" in said
    assert "| **head 3** | :material/cancel: no |" in said
    assert "**Head 3**" in said
    assert "**Real?** Not distinguishable from chance" in said
    assert "Cannot be tested: there is one seed of this model only." in said
    assert "Real: p < 0.05" in said, "the thresholds are stated"


def test_evidence_of_another_run_of_that_name_is_not_shown(make: Recipe) -> None:
    keep(make(), chance=evidence_made.made_chance())
    make(seed=1)
    assert "Nobody has tested yet" in overview()


def test_what_was_given_the_roads_and_what_has_no_graph(make: Recipe, own_runs: Path) -> None:
    keep(make("given", model="gat-gru"), chance=evidence_made.made_chance(), use=evidence_made.made_use())
    assert "| head 1 | :material/radio_button_unchecked: given |" in overview(run="given")
    make("flat", heads=0, model="gru")
    assert HEADING not in overview(run="flat")
    made_matrix(own_runs / "alone")
    assert "Nobody has tested yet" in overview(run="alone")


@pytest.mark.parametrize(
    "settings", [{"heads": 1}, {"sensors": 2}, {"roads": False, "groups": False}, {"hostile": True}]
)
def test_odd_runs_open(make: Recipe, settings: dict[str, object]) -> None:
    make(**settings)
    assert HEADING in overview()


def dialog(what: str) -> AppTest:
    app = opened("runs", run="ring")
    app.session_state["chosen run"] = "ring"
    app.session_state["asked of run"] = (what, "ring")
    return app.run()


def test_evidence_follows_a_renamed_run_and_goes_with_a_deleted_one(make: Recipe, own_runs: Path) -> None:
    keep(make(), chance=evidence_made.made_chance())
    app = dialog("rename")
    app.text_input(key="folder of ring").set_value("round")
    app.button(key="save names").click().run()
    assert not app.exception
    assert parts.evidence(Run.load(own_runs / "round"), "chance") is not None
    assert not kept.stamp(own_runs / "ring", "chance")
    app.session_state["chosen run"] = "round"
    app.session_state["asked of run"] = ("delete", "round")
    app.run()
    app.button(key="sure").click().run()
    assert not app.exception
    assert not (own_runs / "round").exists()
    assert not kept.stamp(own_runs / "round", "chance")
