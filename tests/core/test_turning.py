"""Turning particles: rotations and reflections, what is turned comes back, distances mean what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.turning import distances, rotation, turned, turned_back

angles = some.tuples(*[some.floats(-360, 360)] * 3)


@given(angles, some.booleans())
def test_a_turn_keeps_lengths_and_angles_and_only_a_mirror_changes_the_hand(
    degrees: tuple[float, float, float], mirrored: bool
) -> None:
    matrix = rotation(degrees, mirrored=mirrored)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(-1 if mirrored else 1)


def test_turns_go_about_x_then_y_then_z_in_the_sense_of_a_right_hand() -> None:
    np.testing.assert_allclose(rotation([90, 0, 0]) @ [0, 1, 0], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(rotation([0, 90, 0]) @ [0, 0, 1], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rotation([90, 0, 90]) @ [0, 1, 0], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(rotation([90, 90, 0]) @ [0, 1, 0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rotation([0, 0, 90], mirrored=True) @ [1, 0, 0], [0, -1, 0], atol=1e-12)


@given(angles, some.booleans())
def test_what_is_turned_comes_back_and_a_shift_leaves_velocities_alone(
    degrees: tuple[float, float, float], mirrored: bool
) -> None:
    states = np.random.default_rng(0).normal(size=(2, 3, 4, 6))
    matrix, shift = rotation(degrees, mirrored=mirrored), np.array([1.0, -2.0, 3.0])
    there = turned(states, matrix, shift)
    np.testing.assert_allclose(turned_back(there, matrix, shift), states, atol=1e-12)
    np.testing.assert_allclose(there[..., 3:], turned(states, matrix, np.zeros(3))[..., 3:], atol=1e-12)
    one = matrix @ states[1, 2, 3, :3] + shift
    np.testing.assert_allclose(there[1, 2, 3, :3], one, atol=1e-12)


def test_distances_are_those_of_loops_over_frames_and_particles() -> None:
    random = np.random.default_rng(1)
    first, second = random.normal(size=(2, 2, 5, 6)) + 3
    places, speeds = distances(first, second)
    for t in range(2):
        middle = first[t, :, :3].mean(axis=0)
        size = np.sqrt(np.mean([np.sum((x - middle) ** 2) for x in first[t, :, :3]]))
        speed = np.sqrt(np.mean([np.sum(v**2) for v in first[t, :, 3:]]))
        for i in range(5):
            assert places[t, i] == pytest.approx(np.linalg.norm(first[t, i, :3] - second[t, i, :3]) / size)
            assert speeds[t, i] == pytest.approx(np.linalg.norm(first[t, i, 3:] - second[t, i, 3:]) / speed)


def test_distances_do_not_change_when_all_is_turned_and_moved_and_are_zero_for_equals_without_a_size() -> None:
    first, second = np.random.default_rng(2).normal(size=(2, 3, 4, 6))
    matrix, shift = rotation([10, 20, 30], mirrored=True), np.full(3, 7.0)
    there = distances(turned(first, matrix, shift), turned(second, matrix, shift))
    for here, moved in zip(distances(first, second), there, strict=True):
        np.testing.assert_allclose(here, moved, atol=1e-12)
    one = np.zeros((1, 1, 6))
    assert [part.tolist() for part in distances(one, one)] == [[[0.0]], [[0.0]]]


@pytest.mark.parametrize("degrees", [[1, 2], [0, 0, np.nan], [[0, 0, 0]]])
def test_angles_must_be_three_and_finite(degrees: list[float]) -> None:
    with pytest.raises(ValueError, match="degrees must be three finite angles"):
        rotation(degrees)


def test_forecasts_of_other_shapes_have_no_distance() -> None:
    with pytest.raises(ValueError, match=r"one shape \(\.\.\., T, N, 6\), got \(1, 2, 6\) and \(2, 2, 6\)"):
        distances(np.zeros((1, 2, 6)), np.zeros((2, 2, 6)))
    with pytest.raises(ValueError, match=r"got \(1, 2, 3\)"):
        distances(np.zeros((1, 2, 3)), np.zeros((1, 2, 3)))
