"""What is said of trajectories: every sentence follows from its numbers."""

import doctest

import numpy as np
import pandas as pd
import pytest

from analysis.ranks import RankMatch
from app.flight import Energies, Heard, energies
from app.reading import trajectories as said
from app.tables import trajectories as tables
from core.data.coulomb import pulls
from core.run import Run


def test_examples_are_true() -> None:
    assert doctest.testmod(said).failed == 0


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("*", "")


def test_edges_say_how_many_are_drawn_and_how_many_are_left_out() -> None:
    found = Heard(np.array([[0, 1], [1, 2]]), np.array([0.8, 0.5]), 8)
    words = said.edge_words(found, "layer 1", single=False)
    assert words == "layer 1: 2 of 10 pairs drawn, gates from 0.500; 8 weaker left out"
    nothing = Heard(np.empty((0, 2), dtype=int), np.empty(0), 10)
    assert said.edge_words(nothing, "layer 1", single=False) == "layer 1: no edges drawn, 10 left out"
    assert "in the frames seen alone" in said.edge_words(None, "layer 1", single=False)
    assert "from the last frame seen on" in said.edge_words(None, "read-out", single=True)
    assert said.edge_words(None, "", single=False) == ""


ALL = "over all 120 orders of the particles"
STRONG = "pairs that act strongly on each other are"


@pytest.mark.parametrize(("correlation", "p", "words"), [
    (0.8, 0.008, f"0.80 (p = 0.008, {ALL}); {STRONG} let through."),
    (-0.8, 0.01, f"−0.80 (p = 0.01, {ALL}); {STRONG} held back."),
    (0.2, 0.01, f"{STRONG} let through a little more than others."),
    (0.45, 0.19, f"0.45 (p = 0.19, {ALL}); that cannot be told from chance."),
    (0.1, 0.05, "that cannot be told from chance."),
])  # fmt: skip
def test_gates_follow_the_force_or_not(correlation: float, p: float, words: str) -> None:
    assert plain(said.force_sentence(RankMatch(correlation, p, 120, exact=True), "layer 1", 3)).endswith(words)
    some = plain(said.force_sentence(RankMatch(correlation, p, 200, exact=False), "layer 1", 3))
    assert "over 200 orders of the particles" in some
    assert said.force_sentence(RankMatch(float("nan"), float("nan"), 0, exact=False), "layer 1", 3) == ""


def test_turning_along_is_rounding_and_anything_else_is_said_as_what_it_is() -> None:
    assert "the forecast turns along: what differs is 3.00e-15" in plain(said.symmetry_sentence(3e-15, 24))
    assert "does not turn along: it differs by up to 12.0 %" in plain(said.symmetry_sentence(0.12, 24))
    assert "the forecast moves along" in said.turned_sentence("a", 1e-15, "mirrored")
    assert "the forecast is another one" in said.turned_sentence("a", 1e-3, "mirrored")
    assert "nothing is turned" in said.turned_sentence("a", 0.0, said.turn_words((0, 0, 0), 0, mirrored=False))
    assert said.turn_words((-5, 0, 90), 0, mirrored=False) == "turned by −5° about x and 90° about z"


def test_attention_that_is_even_narrow_or_never_to_itself_is_said_so() -> None:
    even = plain(said.attention_sentence("velocities", np.full((5, 5), 0.2), "p1"))
    assert "listens to 5.00 of 5 frames (nearly all alike), 1.60 away on average, 20.0 % of it to itself" in even
    others = np.full((5, 5), 0.25)
    np.fill_diagonal(others, 0)
    assert "listens to 4.00 of 4 other frames (nearly all alike)" in plain(
        said.attention_sentence("coordinates", others, "p1")
    )
    narrow = np.zeros((5, 5))
    narrow[:, 1] = 1
    words = plain(said.attention_sentence("features", narrow, "p1"))
    assert "1.00 of 5 frames (few)" in words
    assert words.endswith("the last frame most to frame 2.")


def test_energy_is_kept_or_not_and_a_forecast_has_too_much_too_little_or_none() -> None:
    kept = Energies(np.full(5, 2.0), np.full(5, -1.0), np.array([3.0]), np.array([-1.0]))
    words = plain(said.energy_sentence(kept, (2,), 3))
    assert words == (
        "What happened keeps its energy to within 0 % of the mean kinetic energy; 2 frames ahead the forecast's energy "
        "is 1.00 too high."
    )
    lost = Energies(np.array([2.0, 2, 2, 2, 1]), np.full(5, -1.0), None, np.array([-1.5]))
    words = plain(said.energy_sentence(lost, (2,), 3))
    assert "since the simulation limits the force where two particles nearly meet" in words
    assert "its potential energy is 0.500 too low" in words
    broken = Energies(np.full(5, 2.0), np.full(5, -1.0), np.array([3.0]), np.array([np.inf]))
    assert "it puts two particles at one place" in said.energy_sentence(broken, (2,), 3)


def test_tables_hold_what_the_run_holds(trained_particles) -> None:
    run = Run.load(trained_particles / "set")
    kept, ids = run.tracked, run.nodes["id"].tolist()
    table = tables.forecast_table(kept, 1, ids)
    row = table.iloc[2 * 2 + 1]
    assert (row["particle"], row["frames ahead"], row["charge"]) == ("p3", 5, kept.charge[1, 2])
    assert row["z forecast"] == pytest.approx(kept.forecast[1, 1, 2, 2])
    assert row["off by"] == pytest.approx(np.linalg.norm((kept.forecast - kept.target)[1, 1, 2, :3]))
    gates = tables.gate_table(run.interaction[0], kept.seen[0, 0, :, :3], kept.charge[0], ids)
    assert len(gates) == 12
    assert gates["gate"].is_monotonic_decreasing
    first = gates.iloc[0]
    i, j = ids.index(first["receiver"]), ids.index(first["sender"])
    assert first["gate"] == pytest.approx(run.interaction[0, i, j])
    assert first["force 1/r²"] == pytest.approx(pulls(kept.seen[0, 0, :, :3])[i, j])
    assert (first["charges"] == "alike") == (kept.charge[0, i] == kept.charge[0, j])
    energy = tables.energy_table(energies(kept, 0), kept)
    assert np.flatnonzero(energy["total, forecast"].notna()).tolist() == [4, 7]
    maps = {"features": np.random.default_rng(0).random((2, 4, 3, 3))}
    attention = tables.attention_table(maps, ids)
    assert len(attention) == 2 * 4 * 3
    row = attention[(attention["block"] == 2) & (attention["particle"] == "p3")].iloc[1]
    assert row["to frame 3"] == pytest.approx(maps["features"][1, 2, 1, 2])
    turned = tables.turn_table({"a": ((2, 5), np.arange(8).reshape(2, 4), None)}, ids)
    row = turned[(turned["particle"] == "p2") & (turned["frames ahead"] == 5)]
    assert row["position, of the cloud's size"].item() == 5
    assert isinstance(turned, pd.DataFrame)
    assert turned["velocity, of the speed"].isna().all()
