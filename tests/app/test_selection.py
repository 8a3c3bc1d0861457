"""The selection: what a choice takes with it and lets go of, and what another run keeps of it."""

import pytest

from app.selection import Selection, from_query
from tests.app.links_made import MOVING, RUNS, Offered, listed


def test_what_is_selected_of_particles_is_nothing_to_a_run_of_sensors() -> None:
    asked = {"run": ["mine"], "trajectory": ["3"], "frame": ["2"], "layer": ["head 1"]}
    _, left = from_query(asked, (*RUNS, MOVING), "mine")
    assert left == ["trajectory", "frame", "layer"]
    moving = Selection(run="moving", trajectory=3, frame=6, layer="read-out")
    assert moving.fitted(MOVING) == moving
    there = moving.fitted(RUNS[1])
    assert (there.trajectory, there.frame, there.layer) == (1, 0, "")
    shorter = Offered("shorter", heads=("layer 1",), frames=5)
    there = moving.fitted(shorter)
    assert (there.trajectory, there.frame, there.layer) == (3, 0, "")


def test_a_selection_on_another_run_keeps_what_that_run_has() -> None:
    selection = Selection(run="demo/best", head="head 2", sensors=("b", "a"), mode=9, step=4, share=0.05)
    assert selection.fitted(RUNS[1]) == Selection(
        run="mine", head="head 1", sensors=("a",), mode=2, step=4, share=0.05
    )
    assert Selection(run="mine", step=12).fitted(RUNS[0]).step == 0


def test_a_chosen_pair_chooses_its_sensors_and_goes_with_them() -> None:
    chosen = Selection(sensors=("c", "d", "e")).changed(pair=("a", "c"))
    assert chosen.sensors == ("a", "c", "d", "e")
    assert chosen.changed(sensors=("c", "a")).pair == ("a", "c")
    assert chosen.changed(sensors=("c",)).pair == ()
    assert chosen.changed(mode=3).pair == ("a", "c")


def test_what_was_chosen_last_is_what_is_cut() -> None:
    chosen = Selection()
    assert chosen.what == "head"
    chosen = chosen.changed(sensors=("a",))
    assert chosen.what == "inputs"
    chosen = chosen.changed(community=2)
    assert chosen.what == "inside"
    chosen = chosen.changed(pair=("a", "b"))
    assert chosen.what == "pair"
    assert chosen.cut == "", "what follows by itself need not stand in the link"
    assert chosen.changed(community=3).what == "inside"
    assert chosen.changed(sensors=("b", "a")).what == "inputs"
    assert chosen.changed(pair=()).what == "inside"
    weight = chosen.changed(cut="weight")
    assert weight.changed(pair=("b", "a")).what == "weight", "another one of the same kind"
    assert weight.changed(step=2).what == "weight"
    assert weight.changed(sensors=(), pair=(), community=0).what == "head"
    assert chosen.changed(cut="head").what == "head", "what is asked for counts more"
    found, left = from_query(listed(chosen.changed(cut="head").to_query()), RUNS, "demo/best")
    assert (found.what, left) == ("head", [])


def test_an_amount_belongs_to_the_unit_of_its_run() -> None:
    chosen = Selection(run="demo/best", amount=-5.0, links=3)
    assert chosen.fitted(RUNS[0]).amount == -5.0
    there = chosen.fitted(RUNS[1])
    assert (there.amount, there.links) == (None, 3)


def test_a_weight_of_a_sensor_on_itself_is_a_pair_of_one_sensor() -> None:
    chosen = Selection().changed(pair=("a", "a"))
    assert (chosen.pair, chosen.sensors) == (("a", "a"), ("a",))


@pytest.mark.parametrize("change", [{"head": "head 2"}, {"method": "spectral"}, {"count": 3}])
def test_a_community_is_let_go_where_its_number_means_another(change: dict[str, object]) -> None:
    chosen = Selection(head="head 1", community=2)
    assert chosen.changed(**change).community == 0
    assert chosen.changed(share=0.05, sensors=("a",)).community == 2
    assert chosen.changed(community=1, **change).community == 1


def test_another_run_keeps_of_the_selection_what_it_has() -> None:
    chosen = Selection(
        run="demo/best",
        other="mine",
        head="head 2",
        other_head="head 1",
        sensors=("a", "b"),
        pair=("a", "b"),
        community=2,
    )
    there = chosen.fitted(RUNS[1], RUNS[1])
    assert (there.run, there.head, there.sensors, there.pair, there.community) == ("mine", "head 1", ("a",), (), 0)
    assert there.other == "", "a run is not compared with itself"
    assert chosen.fitted(RUNS[0], RUNS[1]) == chosen
    assert chosen.fitted(RUNS[0], RUNS[2]).other_head == "", "the other run has no such head"
