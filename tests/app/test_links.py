"""The link: what is written is read back, and what it gets wrong is named and stays at its default."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.selection import (
    CUTS,
    EDGES,
    EFFECTS,
    ENERGIES,
    EVIDENCE,
    METHODS,
    MOST_LINKS,
    MOST_MOVED,
    MOST_SENSORS,
    MOST_TURN,
    ORDERS,
    REMOVALS,
    SHARES,
    Selection,
    from_query,
    left_sentence,
)
from tests.app.links_made import MOVING, NAMES, RUNS, listed

selections = some.builds(
    Selection,
    run=some.just("demo/best"),
    head=some.sampled_from(("mean", "head 1", "head 2")),
    share=some.sampled_from(SHARES),
    sensors=some.lists(some.sampled_from(RUNS[0].ids), unique=True, max_size=MOST_SENSORS).map(tuple),
    community=some.integers(0, 20),
    time=some.sampled_from(("", "2024-03-27T08:00")),
    other=some.sampled_from(("", "mine", "bare")),
    order=some.sampled_from(ORDERS),
    method=some.sampled_from(METHODS),
    count=some.sampled_from((0, 2, 3, 20)),
    mode=some.integers(1, 20),
    step=some.integers(0, 4),
    energy=some.sampled_from(ENERGIES),
    part=some.sampled_from(EVIDENCE),
    roads=some.booleans(),
    planted=some.booleans(),
    tiles=some.booleans(),
    removal=some.sampled_from(REMOVALS),
    effect=some.sampled_from(EFFECTS),
    cut=some.sampled_from(("", *CUTS)),
    live=some.sampled_from(EFFECTS),
    links=some.integers(0, MOST_LINKS),
    amount=some.none() | some.sampled_from((0.0, -29.0, 12.5, 1e-5, -2e6)),
    edges=some.sampled_from(EDGES),
    about_x=some.integers(-MOST_TURN, MOST_TURN),
    about_y=some.integers(-MOST_TURN, MOST_TURN),
    about_z=some.integers(-MOST_TURN, MOST_TURN),
    moved=some.integers(0, MOST_MOVED),
    mirrored=some.booleans(),
)
of_particles = some.builds(
    Selection,
    run=some.just("moving"),
    trajectory=some.integers(1, 24),
    frame=some.integers(0, 7),
    layer=some.sampled_from(("", "layer 1", "read-out")),
    edges=some.sampled_from(EDGES),
    sensors=some.sampled_from(((), ("p2",))),
)


@given(selections)
def test_what_is_written_into_a_link_is_read_back(selection: Selection) -> None:
    assert from_query(listed(selection.to_query()), RUNS, "mine") == (selection, [])


@given(of_particles)
def test_what_is_selected_of_particles_is_read_back(selection: Selection) -> None:
    assert from_query(listed(selection.to_query()), (*RUNS, MOVING), "mine") == (selection, [])


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("trajectory", "0", "trajectory"),
        ("trajectory", "1001", "trajectory"),
        ("trajectory", "-1", "trajectory"),
        ("frame", "8", "frame"),
        ("frame", "1e1", "frame"),
        ("frame", "\u0661", "frame"),
        ("layer", "layer 1, frame 1", "layer"),
        ("layer", "layer 9", "layer"),
        ("edges", "nan", "share of pairs of particles"),
        ("edges", "1.01", "share of pairs of particles"),
        ("about_x", "181", "turn about x"),
        ("about_y", "--5", "turn about y"),
        ("about_z", "inf", "turn about z"),
        ("moved", "11", "shift"),
        ("mirrored", "yes", "mirror"),
    ],
)
def test_what_cannot_be_selected_of_particles_is_named_and_left(name: str, value: str, left: str) -> None:
    selection, found = from_query({"run": ["moving"], name: [value]}, (*RUNS, MOVING), "mine")
    assert found == [left]
    assert getattr(selection, name) == getattr(Selection(), name)


@given(
    some.dictionaries(some.sampled_from(NAMES) | some.text(max_size=5), some.lists(some.text(), max_size=3), max_size=8)
)
def test_whatever_a_link_says_what_comes_out_exists(query: dict[str, list[str]]) -> None:
    selection, left = from_query(query, RUNS, "mine")
    run = {run.key: run for run in RUNS}[selection.run]
    assert selection.head in ("mean", *run.heads)
    assert selection.share in SHARES
    assert set(selection.sensors) <= set(run.ids)
    assert len(selection.sensors) <= MOST_SENSORS
    assert selection.order in ORDERS
    assert selection.method in METHODS
    assert selection.energy in ENERGIES
    assert selection.part in EVIDENCE
    assert selection.removal in REMOVALS
    assert selection.effect in EFFECTS
    assert selection.what in CUTS
    assert selection.live in EFFECTS
    assert 0 <= selection.links <= MOST_LINKS
    assert selection.amount is None or abs(selection.amount) <= 1e9
    assert selection.count == 0 or 2 <= selection.count <= len(run.ids)
    assert 1 <= selection.mode <= len(run.ids)
    assert 0 <= selection.step <= run.horizon
    assert from_query(listed(selection.to_query()), RUNS, "mine") == (selection, [])
    for values in query.values():
        for value in values:
            assert len(value) < 12 or value not in left_sentence(left), "a link's own text is not repeated"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"run": "gone", "head": "head 9", "mode": "77"}, ["run"]),
        ({"head": "head 9"}, ["head"]),
        ({"head": "-1"}, ["head"]),
        ({"share": "nan"}, ["share of pairs"]),
        ({"share": "1e-2"}, ["share of pairs"]),
        ({"share": "-0.02"}, ["share of pairs"]),
        ({"share": "0.5"}, ["share of pairs"]),
        ({"share": "٠.٠٢"}, ["share of pairs"]),
        ({"sensor": "nobody"}, ["sensors"]),
        ({"order": "size"}, ["order"]),
        ({"method": "magic"}, ["method"]),
        ({"part": "Chance"}, ["part"]),
        ({"count": "1"}, ["number of communities"]),
        ({"count": "1000000000000"}, ["number of communities"]),
        ({"mode": "0"}, ["mode"]),
        ({"mode": "1.0"}, ["mode"]),
        ({"step": "-1"}, ["step ahead"]),
        ({"step": "5"}, ["step ahead"]),
        ({"planted": "yes"}, ["planted graph"]),
        ({"removal": "Zero"}, ["way of removing"]),
        ({"effect": "loss"}, ["effect"]),
        ({"cut": "all"}, ["cut"]),
        ({"live": "mean"}, ["map of the cut"]),
        ({"links": "7"}, ["road links"]),
        ({"amount": "nan"}, ["amount"]),
        ({"amount": "1e10"}, ["amount"]),
        ({"amount": "-٢٩"}, ["amount"]),
        ({"v": "2", "head": "head 9"}, ["all of it, which another version of Topolens wrote"]),
        ({"utm_source": "mail"}, []),
    ],
)
def test_what_a_link_gets_wrong_is_named_and_stays_at_its_default(query: dict[str, str], left: list[str]) -> None:
    assert from_query(listed(dict(query)), RUNS, "demo/best") == (Selection(run="demo/best"), left)


def test_a_share_between_two_that_are_offered_becomes_the_nearer() -> None:
    assert from_query({"share": ["0.021"]}, RUNS, "mine")[0].share == 0.02


def test_the_last_of_several_values_counts() -> None:
    assert from_query({"head": ["head 9", "head 2"]}, RUNS, "demo/best")[0].head == "head 2"


def test_the_first_sensors_of_too_many_are_kept() -> None:
    selection, left = from_query({"sensor": ["a", "b", "a", "c", "d", "e"]}, RUNS, "demo/best")
    assert selection.sensors == ("a", "b", "c", "d")
    assert left == ["sensors"]


def test_without_runs_nothing_is_selected() -> None:
    assert from_query({"run": ["x"]}, (), "") == (Selection(), ["run"])


def test_a_pair_of_a_link_is_receiver_and_sender_in_that_order() -> None:
    found, left = from_query({"run": ["demo/best"], "pair": ["c", "a"]}, RUNS)
    assert (found.pair, found.sensors, left) == (("c", "a"), ("c", "a"), [])
    for pair in (["a"], ["a", "nobody"], ["a", "b", "c"]):
        found, left = from_query({"run": ["demo/best"], "pair": pair}, RUNS)
        assert (found.pair, left) == ((), ["pair"])


@pytest.mark.parametrize(
    "time", ["2024-03-27", "2024-13-01T00:00", "2024-03-27T08:00:00", "٢٠٢٤-03-27T08:00", "<b>", "0000-00-00T00:00"]
)
def test_a_time_that_no_calendar_has_is_left(time: str) -> None:
    found, left = from_query({"time": [time]}, RUNS, "demo/best")
    assert (found.time, left) == ("", ["time"])
