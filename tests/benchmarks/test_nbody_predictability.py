"""How far ahead particles can be forecast: errors by horizon, and where H lies."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.nbody_page import page
from benchmarks.nbody_predictability import measured, placed, straight, twin, typical
from core.data.coulomb import CLIP, Start, moved
from core.data.nbody import begun, opened
from tests.benchmarks.nbody_made import filled, foreseen


@pytest.mark.parametrize(("left", "off", "velocity", "horizon"), [
    ([0.1, 0.4, 0.5, 0.9], [0.0, 0.0, 0.2, 0.2], None, 5),          # the first that is not trivial
    ([0.6, 0.9], [0.0, 0.0], None, 1),
    ([0.1, 0.4, 0.6], [0.0, 0.1, 0.21], None, None),                # chaos before it is worth asking
    ([0.1, 0.6, 0.9], [0.0, 0.1, 0.1], [0.0, 0.3, 0.3], None),      # in velocities alone
    ([0.1, 0.2], [0.0, 0.0], None, None),                           # never worth asking
])
def test_the_horizon_is_the_first_that_is_neither_trivial_nor_chaos(
    left: list[float], off: list[float], velocity: list[float] | None, horizon: int | None
) -> None:
    found = foreseen(left, off, velocity)
    assert placed(found) == horizon
    assert straight(found, 0) == pytest.approx(left[0])
    assert twin(found, 1) == pytest.approx({"position": off[1], "velocity": (velocity or off)[1]})
    assert typical(found, 0) == pytest.approx(0.001)


def test_a_horizon_for_several_sets_is_the_first_that_fits_each() -> None:
    one, two = foreseen([0.6, 0.6, 0.6], [0.0, 0.0, 0.0]), foreseen([0.1, 0.5, 0.6], [0.0, 0.1, 0.3])
    assert (placed(one), placed(two), placed(one, two)) == (1, 3, 3)
    assert placed(two, foreseen([0.1, 0.1, 0.6], [0.0] * 3)) is None


def test_errors_by_horizon_are_those_of_a_loop_over_frames(tmp_path: Path) -> None:
    name = "nbody-3:steps=1400,last=1,inputs=1,ahead=1"
    found = measured(name, 6, farthest=4)
    scenes = opened("nbody-3:train=1,validation=1,test=6,steps=1400,inputs=1,last=1,ahead=1+2+3+4", tmp_path)
    whole = scenes.trajectories
    x, v = (array[2:].astype(np.float64) for array in (whole.positions, whole.velocities))      # the test part
    for k, ahead in enumerate(found["ahead"]):
        still_, drift, speed = [], [], []
        for s in range(6):
            for i in range(3):
                for c in range(3):
                    still_.append((x[s, 1, i, c] - x[s, 1 + ahead, i, c]) ** 2)
                    drift.append((x[s, 1, i, c] + 0.1 * ahead * v[s, 1, i, c] - x[s, 1 + ahead, i, c]) ** 2)
                    speed.append((v[s, 1, i, c] - v[s, 1 + ahead, i, c]) ** 2)
        errors = found["errors"]
        assert errors["last-frame"]["position"][k] == pytest.approx(np.mean(still_), rel=1e-4)
        assert errors["constant-velocity"]["position"][k] == pytest.approx(np.mean(drift), rel=1e-4)
        assert errors["constant-velocity"]["velocity"][k] == pytest.approx(np.mean(speed), rel=1e-4)


def test_a_twin_that_is_not_disturbed_stays_where_it_is_and_one_that_is_parts_from_it() -> None:
    same, off = (measured("nbody-3", 5, farthest=3, disturbed=size) for size in (0.0, 1e-3))
    assert same["errors"]["twin"] == {"position": [0.0] * 3, "velocity": [0.0] * 3}
    assert off["errors"]["twin"]["position"][0] == pytest.approx(1e-6, rel=0.9)
    assert same["errors"]["last-frame"] == off["errors"]["last-frame"]
    assert begun(3, 5, 0, "test").positions.shape == (5, 3, 3)


def test_trajectories_in_which_a_force_was_cut_are_counted() -> None:
    found = measured("nbody-4:last=1,inputs=1,ahead=1", 12, farthest=8)["clipped"]
    start = begun(4, 12, 0, "test")
    cut = 0
    for s in range(12):
        alone = Start(*(array[s : s + 1] for array in start))
        whole, free = (moved(alone, 1000, 1000, clip=clip).positions for clip in (CLIP, np.inf))
        cut += not np.array_equal(whole, free)
    assert found == pytest.approx(cut / 12)
    assert 0 < found < 1
    record = filled()
    assert "Forces are cut" not in page(record)
    record.held["runs"][-1]["clipped"] = 0.42
    assert page(record).count("Forces are cut in 42 % of them.") == 1
