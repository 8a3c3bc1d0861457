"""Forces against loops, conservation laws, and the closed form of two bodies."""

import numpy as np
import pytest

from core.data.coulomb import Motion, Start, energy, forces, moved, pulls
from core.data.nbody import begun

Array = np.ndarray


def start(positions: object, velocities: object, charges: object) -> Start:
    """One trajectory from where it starts."""
    return Start(*(np.array([a], dtype=np.float64) for a in (positions, velocities, charges)))


def circle(radius: float = 1.0) -> Start:
    """Unlike charges on a circle around their middle: attraction 1 / (2 R)² holds v² / R, so v = 1 / (2 √R)."""
    speed = 0.5 / np.sqrt(radius)
    return start([[radius, 0, 0], [-radius, 0, 0]], [[0, speed, 0], [0, -speed, 0]], [1, -1])


def looped(positions: Array, charges: Array, clip: float) -> Array:
    """The force, written as it is defined: one trajectory, one particle, one partner at a time."""
    out = np.zeros_like(positions)
    for s in range(len(positions)):
        for i in range(positions.shape[1]):
            for j in range(positions.shape[1]):
                if i != j:
                    apart = positions[s, i] - positions[s, j]
                    out[s, i] += charges[s, i] * charges[s, j] * apart / np.linalg.norm(apart) ** 3
            for c in range(3):
                out[s, i, c] = min(max(out[s, i, c], -clip), clip)
    return out


@pytest.mark.parametrize("particles", [2, 3, 4, 5, 6, 9, 20])
def test_the_force_is_that_of_a_loop_over_pairs(particles: int) -> None:
    begin = begun(particles, 3, seed=particles)
    expected = looped(begin.positions, begin.charges, np.inf)
    assert forces(begin.positions, begin.charges, np.inf) == pytest.approx(expected, rel=1e-10, abs=1e-12)


def test_the_sum_is_clipped_and_not_each_pair() -> None:
    """Two partners pull to either side with 400 and 331: 69 is left, where clipping each would leave nothing."""
    positions = np.array([[[0, 0, 0], [0.05, 0, 0], [-0.055, 0, 0]]], dtype=np.float64)
    charges = np.array([[1.0, -1, -1]])
    found = forces(positions, charges)
    assert found[0, 0, 0] == pytest.approx(1 / 0.05**2 - 1 / 0.055**2)
    assert found == pytest.approx(looped(positions, charges, 100.0))
    near = np.array([[[0, 0, 0], [0.03, 0.04, 0]]])
    assert forces(near, np.array([[1.0, 1]]))[0].tolist() == [[-100, -100, 0], [100, 100, 0]]
    assert forces(near, np.array([[1.0, 1]]), clip=300.0)[0, 0].tolist() == pytest.approx([-240, -300, 0])


def test_a_force_depends_on_nobody_of_another_trajectory() -> None:
    begin = begun(5, 4)
    alone = [forces(begin.positions[s : s + 1], begin.charges[s : s + 1])[0] for s in range(4)]
    assert np.array_equal(forces(begin.positions, begin.charges), np.stack(alone))


def test_unlike_charges_circle_each_other_with_the_period_of_the_closed_form() -> None:
    """r stays, and after T = 2 π R / v = 4 π R^(3/2) both are back; after half of it, in each other's place."""
    radius = 0.64
    begin, period = circle(radius), 4 * np.pi * radius**1.5
    step = period / 8000
    motion = moved(begin, 8000, 100, step=step)
    r = np.linalg.norm(motion.positions[0, :, 0] - motion.positions[0, :, 1], axis=-1)
    assert r == pytest.approx(2 * radius, rel=1e-6)
    assert motion.positions[0, -1] == pytest.approx(begin.positions[0], abs=1e-5)
    assert motion.positions[0, 39] == pytest.approx(begin.positions[0, ::-1], abs=1e-5)
    assert motion.positions[0, 19] == pytest.approx(np.array([[0, radius, 0], [0, -radius, 0]]), abs=1e-5)
    assert motion.velocities[0, -1] == pytest.approx(begin.velocities[0], abs=1e-5)


def test_like_charges_at_rest_part_with_the_speed_that_their_energy_gives() -> None:
    """From rest at distance 1: v² = 1 - 1 / r for each, by energy."""
    motion = moved(start([[0.5, 0, 0], [-0.5, 0, 0]], np.zeros((2, 3)), [1, 1]), 4000, 100)
    r = np.linalg.norm(motion.positions[0, :, 0] - motion.positions[0, :, 1], axis=-1)
    assert (np.diff(r, prepend=1.0) > 0).all()
    assert (motion.velocities[0, :, 0, 0] > 0).all()
    assert np.square(motion.velocities[0, :, 1, 0]) == pytest.approx(1 - 1 / r, rel=1e-4)


def test_a_small_step_keeps_the_energy_and_half_of_it_four_times_as_well() -> None:
    """Leapfrog: the error falls with the square of the step. Bound: 1e-5 of the kinetic energy at a step of 0.0005."""
    begin = begun(5, 20, seed=1)
    near = pulls(begin.positions).max(axis=(1, 2)) < 4
    calm = Start(begin.positions[near], begin.velocities[near], np.abs(begin.charges[near]))    # all repel
    drift = []
    for step in (0.001, 0.0005):
        motion = moved(calm, round(1 / step), round(0.1 / step), step=step, clip=np.inf)
        before = energy(calm.positions, calm.velocities, calm.charges)[:, None]
        drift.append(np.abs(energy(motion.positions, motion.velocities, calm.charges[:, None]) / before - 1).max())
    assert len(calm.positions) > 5
    assert drift[1] < 1e-5
    assert drift[1] == pytest.approx(drift[0] / 4, rel=0.05)


def test_momentum_and_angular_momentum_are_conserved_where_nothing_is_clipped() -> None:
    begin = begun(6, 10, seed=3)
    motion = moved(begin, 500, 100, clip=np.inf)
    momentum = motion.velocities.sum(axis=2)
    assert momentum == pytest.approx(np.repeat(begin.velocities.sum(axis=1)[:, None], 5, axis=1), abs=1e-9)
    turning = np.cross(motion.positions, motion.velocities).sum(axis=2)
    at_first = np.cross(begin.positions, begin.velocities).sum(axis=1)
    assert turning == pytest.approx(np.repeat(at_first[:, None], 5, axis=1), abs=1e-9)


def test_a_motion_run_backwards_returns_to_its_start() -> None:
    begin = begun(5, 5, seed=2)
    calm = Start(begin.positions, begin.velocities, np.abs(begin.charges))
    there = moved(calm, 1000, 1000)
    back = moved(Start(there.positions[:, -1], -there.velocities[:, -1], calm.charges), 1000, 1000)
    assert back.positions[:, -1] == pytest.approx(calm.positions, abs=1e-9)


def test_a_frame_is_the_state_after_its_steps_and_the_start_is_none() -> None:
    begin = begun(3, 2)
    every, seldom = moved(begin, 60, 1), moved(begin, 60, 20)
    assert seldom.positions.shape == (2, 3, 3, 3)
    assert np.array_equal(seldom.positions, every.positions[:, 19::20])
    assert np.array_equal(seldom.velocities, every.velocities[:, 19::20])
    free = moved(Start(begin.positions, begin.velocities, np.zeros((2, 3))), 60, 20)
    assert free.positions[:, 0] == pytest.approx(begin.positions + 0.02 * begin.velocities)


@pytest.mark.parametrize("particles", [2, 5, 9])
def test_what_is_simulated_together_changes_no_bit(particles: int) -> None:
    begin = begun(particles, 7)
    whole = moved(begin, 200, 100)
    for batch in (1, 2, 3, 100):
        for one, other in zip(whole, moved(begin, 200, 100, batch=batch), strict=True):
            assert one.tobytes() == other.tobytes()


def test_the_start_is_not_moved() -> None:
    begin = begun(5, 3)
    before = Motion(*(a.copy() for a in begin))
    moved(begin, 100, 100)
    assert all(np.array_equal(a, b) for a, b in zip(begin, before, strict=True))


def test_progress_counts_up_to_the_total() -> None:
    seen: list[tuple[int, int]] = []
    moved(begun(3, 5), 40, 20, batch=2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(40, 200), (80, 200), (120, 200), (160, 200), (180, 200), (200, 200)]


def test_energy_and_pulls_are_those_of_a_loop_over_pairs() -> None:
    begin = begun(4, 3)
    found, strength = energy(*begin), pulls(begin.positions)
    for s in range(3):
        kinetic = sum(0.5 * v @ v for v in begin.velocities[s])
        potential = 0.0
        for i in range(4):
            assert strength[s, i, i] == 0
            for j in range(4):
                r = np.linalg.norm(begin.positions[s, i] - begin.positions[s, j])
                if i < j:
                    potential += begin.charges[s, i] * begin.charges[s, j] / r
                if i != j:
                    assert strength[s, i, j] == pytest.approx(1 / r**2)
        assert found[s] == pytest.approx(kinetic + potential)


@pytest.mark.parametrize(("steps", "every"), [(150, 100), (0, 100), (50, 100), (100, 0)])
def test_steps_that_give_no_whole_number_of_frames_are_refused(steps: int, every: int) -> None:
    with pytest.raises(ValueError, match=f"whole multiple of every, at least one, got {steps} and {every}"):
        moved(begun(2, 1), steps, every)


def test_particles_at_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="must start at different places"):
        moved(start(np.zeros((2, 3)), np.zeros((2, 3)), [1, 1]), 100, 100)
