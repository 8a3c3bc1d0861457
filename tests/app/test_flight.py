"""A trajectory as it is looked at: its frames, the head of a frame, the strongest pairs, its energies."""

import doctest
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from app import flight
from app.flight import energies, follows_force, head_at, heard, shown_frames
from core.data.coulomb import pulls
from core.run import Run

HEADS = ("layer 1, frame 1", "layer 1, frame 2", "layer 2, frame 1", "layer 2, frame 2", "read-out")


def test_examples_are_true() -> None:
    assert doctest.testmod(flight).failed == 0


@pytest.fixture
def run(trained_particles: Path) -> Run:
    return Run.load(trained_particles / "set")


def test_shown_frames_begin_with_the_first_one_seen_and_end_with_the_farthest_forecast(run: Run) -> None:
    kept = run.tracked
    drawn = shown_frames(kept, 1)
    assert len(drawn) == kept.inputs + kept.ahead[-1] == 8
    np.testing.assert_array_equal(drawn[: kept.inputs], kept.seen[1])
    for t, ahead in enumerate(kept.ahead):
        np.testing.assert_array_equal(drawn[kept.inputs + ahead - 1], kept.target[1, t])


@pytest.mark.parametrize(("layer", "frame", "head"), [
    ("layer 1", 1, 0), ("layer 2", 1, 2), ("layer 2", 2, 3), ("layer 2", 3, None), ("read-out", 1, None),
    ("read-out", 2, 4), ("read-out", 5, 4), ("layer 9", 1, None), ("", 1, None),
])  # fmt: skip
def test_a_layer_is_heard_in_its_own_frames_and_a_read_out_from_the_last_one_seen_on(
    layer: str, frame: int, head: int | None
) -> None:
    assert head_at(HEADS, layer, frame, 2) == head


def test_pairs_are_the_strongest_by_the_mean_of_both_directions() -> None:
    gates = np.array([[0, 0.9, 0.2, 0], [0.1, 0, 0.8, 0], [0.6, 0.4, 0, 0], [0, 0, 0, 0]])
    found = heard(gates, 0.3)
    assert found.pairs.tolist() == [[1, 2], [0, 1]]
    assert found.gates.tolist() == pytest.approx([0.6, 0.5])
    assert found.left_out == 1, "pairs without any gate are no pairs"
    assert len(heard(gates, 1.0).gates) == 3
    nothing = heard(gates, 0.0)
    assert (len(nothing.gates), nothing.pairs.shape, nothing.left_out) == (0, (0, 2), 3)


def test_energies_are_those_of_loops_over_pairs(run: Run) -> None:
    kept = run.tracked
    found = energies(kept, 2)
    charge = kept.charge[2].astype(float)

    def by_hand(state: np.ndarray) -> tuple[float, float]:
        kinetic = sum(0.5 * float(v @ v) for v in state[:, 3:].astype(float))
        pairs = combinations(range(len(state)), 2)
        x = state[:, :3].astype(float)
        return kinetic, sum(charge[i] * charge[j] / float(np.linalg.norm(x[i] - x[j])) for i, j in pairs)

    for f, state in enumerate(shown_frames(kept, 2)):
        assert (found.kinetic[f], found.potential[f]) == pytest.approx(by_hand(state), rel=1e-6)
    for t, state in enumerate(kept.forecast[2]):
        assert found.forecast_kinetic is not None
        assert (found.forecast_kinetic[t], found.forecast_potential[t]) == pytest.approx(by_hand(state), rel=1e-6)
    np.testing.assert_allclose(found.total, found.kinetic + found.potential)


def test_a_forecast_without_velocities_has_no_kinetic_energy_and_one_place_for_two_no_finite_energy(run: Run) -> None:
    found = energies(replace(run.tracked, velocities=False), 0)
    assert found.forecast_kinetic is None
    assert found.forecast_total is None
    assert np.isfinite(found.forecast_potential).all()
    forecast = run.tracked.forecast.copy()
    forecast[0, 0, 1] = forecast[0, 0, 0]
    assert not np.isfinite(energies(replace(run.tracked, forecast=forecast), 0).forecast_potential[0])


def test_gates_that_are_the_force_follow_it_and_those_that_are_its_inverse_go_against_it() -> None:
    places = np.random.default_rng(0).normal(size=(6, 3))
    away = np.linalg.norm(places[:, None] - places, axis=-1)
    near = np.exp(-away)
    assert follows_force(near, places).correlation == pytest.approx(1)
    assert follows_force(away, places).correlation == pytest.approx(-1)
    assert follows_force(near, places).p == follows_force(away, places).p == 1 / 720
    assert np.isnan(follows_force(np.ones((6, 6)), places).correlation)
    assert np.isnan(follows_force(near[:2, :2], places[:2]).correlation)


def test_gates_are_ranked_against_the_force_itself_even_where_two_are_at_one_place() -> None:
    made = np.random.default_rng(1)
    places, gates = made.normal(size=(5, 3)), made.random((5, 5))
    upper = np.triu_indices(5, 1)
    by_hand = spearmanr((gates + gates.T)[upper], pulls(places)[upper]).statistic
    assert follows_force(gates, places).correlation == pytest.approx(by_hand)
    places[1] = places[0]
    assert np.isfinite(follows_force(gates, places).correlation)


def test_random_gates_seldom_follow_the_force() -> None:
    made = np.random.default_rng(2)
    found = [follows_force(made.random((5, 5)), made.normal(size=(5, 3))) for _ in range(300)]
    assert np.mean([abs(one.correlation) > 0.3 for one in found]) > 0.3, "five particles are ten pairs"
    assert np.mean([one.p < 0.05 for one in found]) <= 0.07
