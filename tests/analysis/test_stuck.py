"""A stuck sensor is found; rounding, night and speed limits are not called stuck."""

from pathlib import Path

import numpy as np
import pytest

from analysis.stuck import LEAST, stuck
from core.data import load

DAYS, PER_DAY = 14, 96
ROWS = DAYS * PER_DAY
TIMES = 15 * np.arange(ROWS)
HOUR = TIMES // 60 % 24


def rounded(seed: int, sensors: int = 10, step: float = 1.0) -> np.ndarray:
    """Speeds rounded to a step, so that they repeat by themselves."""
    values = np.random.default_rng(seed).normal(50, 4, (ROWS, sensors))
    return np.asarray(np.round(values / step) * step)


def stretches(values: np.ndarray, times: np.ndarray = TIMES) -> list[tuple[int, int, int]]:
    found = stuck(values, times)
    return list(zip(found.sensor.tolist(), found.start.tolist(), found.length.tolist(), strict=True))


@pytest.mark.parametrize("step", [0.01, 1.0, 5.0])
def test_a_stuck_stretch_is_found_whole_whatever_the_resolution(step: float) -> None:
    values = rounded(0, step=step)
    values[400:460, 3] = 40.0
    values[[399, 460], 3] = 60.0
    assert stretches(values) == [(3, 400, 60)]
    assert stuck(values, TIMES).value.tolist() == [40.0]


def test_rounded_values_without_a_fault_give_hardly_any_alarm() -> None:
    alarms = sum(len(stretches(rounded(seed, step=step))) for seed in range(20) for step in (1.0, 5.0, 20.0))
    assert alarms <= 1  # 0.01 expected in each of 60 data sets


def test_zeros_of_every_night_are_no_fault_and_the_same_zeros_by_day_are() -> None:
    values = rounded(1, step=0.01)
    values[HOUR < 5] = 0
    assert stretches(values) == []
    values[5 * PER_DAY + 40 : 5 * PER_DAY + 60, 2] = 0
    assert stretches(values) == [(2, 5 * PER_DAY + 40, 20)]


def test_a_speed_limit_that_is_driven_most_evenings_is_no_fault() -> None:
    values = rounded(2, step=0.01)
    evening = (HOUR >= 20) & (np.random.default_rng(0).random(DAYS)[TIMES // 1440] < 0.8)
    values[evening, 4] = 65.0
    assert stretches(values) == []


def test_a_limit_that_a_sensor_often_keeps_to_is_no_fault_at_an_odd_hour_and_another_value_is() -> None:
    values = np.minimum(rounded(2, step=0.01), 70.0)
    random = np.random.default_rng(0)
    for day in range(DAYS):
        start = day * PER_DAY + random.integers(0, 60)
        values[start : start + 30, 4] = 70.0
    assert stretches(values) == []
    values[6 * PER_DAY : 6 * PER_DAY + 30, 5] = 45.0
    assert stretches(values) == [(5, 6 * PER_DAY, 30)]


def test_gaps_in_values_and_jumps_in_time_end_a_stretch() -> None:
    values = rounded(3, step=0.01)
    values[300:340, 0] = 7.0
    values[320, 0] = np.nan
    assert [found[1:] for found in stretches(values)] == [(300, 20), (321, 19)]
    values[320, 0] = 7.0
    times = TIMES + 1440 * (np.arange(ROWS) >= 320)
    assert [found[1:] for found in stretches(values, times)] == [(300, 20), (320, 20)]


def test_one_sensor_alone_that_sticks_for_days_is_found() -> None:
    values = rounded(4, sensors=1, step=0.01)
    values[200:700] = 3.0
    assert stretches(values) == [(0, 200, 500)]


def test_a_dead_sensor_is_not_called_stuck_as_well() -> None:
    values = rounded(5, step=0.01)
    values[:, 0] = 1.0
    values[:, 1] = np.nan
    assert stretches(values) == []


@pytest.mark.parametrize("rows", [1, 2, LEAST])
def test_a_short_series_has_an_answer(rows: int) -> None:
    assert stretches(np.ones((rows, 2)), 15 * np.arange(rows)) == []


def test_times_that_do_not_increase_are_refused() -> None:
    with pytest.raises(ValueError, match="times must increase from row to row, got 0 after 0 at row 1"):
        stuck(np.ones((2, 1)), [0, 0])
    with pytest.raises(ValueError, match=r"times must be 2 times or whole minutes, got shape \(3,\)"):
        stuck(np.ones((2, 1)), [0, 1, 2])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "most", "known"),
    [
        ("sz-taxi", 0, None),
        ("los-loop", 9, (105, 1841, 82)),  # 64 mph from 9:25 to 16:15
        ("pemsd7m", 92, (188, 11647, 161)),  # 63.7 mph from 10:35 to midnight
    ],
)
def test_real_data_have_few_stuck_stretches_and_the_known_ones(
    published: Path, name: str, most: int, known: tuple[int, int, int] | None
) -> None:
    data = load(name, published)
    found = stretches(data.values, data.times.to_numpy())
    assert len(found) <= most
    assert sum(length for *_, length in found) < 0.002 * data.values.size
    assert known is None or known in found
