"""Days that a sensor has twice are found where they were planted, as a slow comparison finds them, and only there."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.copies import DISTINCT, copies
from core.data import load

HOURS = 24
CLOCK = 60 * np.arange(10 * HOURS)


def measured(days: int = 10, sensors: int = 3) -> np.ndarray:
    return np.random.default_rng(1).normal(50, 5, (days * HOURS, sensors)).round(1)


def day(number: int) -> slice:
    return slice(number * HOURS, (number + 1) * HOURS)


def found(values: np.ndarray, times: np.ndarray = CLOCK) -> list[tuple[int, ...]]:
    result = copies(values, times)
    return list(
        zip(*(part.tolist() for part in (result.sensor, result.start, result.length, result.first)), strict=True)
    )


def test_a_copy_is_found_at_its_sensor_with_the_earliest_day_that_is_the_same() -> None:
    values = measured()
    values[day(7), 2] = values[day(0), 2]
    values[day(9), 2] = values[day(0), 2]
    values[day(3), 0] = values[day(1), 0]
    values[day(5), 1] = values[day(4), 0]  # of another sensor: no copy of its own
    assert found(values) == [(0, 72, 24, 24), (2, 168, 24, 0), (2, 216, 24, 0)]


def test_measured_days_are_none_and_one_value_that_differs_is_enough() -> None:
    values = measured()
    assert found(values) == []
    values[day(7), 2] = values[day(0), 2]
    values[7 * HOURS + 5, 2] += 0.1
    assert found(values) == []


def test_gaps_belong_to_a_day() -> None:
    values = measured()
    values[5, 1] = np.nan
    values[day(2), 1] = values[day(0), 1]
    values[day(3), 1] = values[day(0), 1]
    values[3 * HOURS + 5, 1] = 50.0
    assert found(values) == [(1, 48, 24, 0)]


def test_days_of_few_different_values_are_no_copies() -> None:
    values = np.tile(np.arange(HOURS) % DISTINCT, 10)[:, None].astype(float)
    assert len(found(values)) == 9
    assert found(np.minimum(values, DISTINCT - 2)) == []
    assert found(np.full((10 * HOURS, 1), np.nan)) == []
    assert found(np.zeros((10 * HOURS, 1))) == []


def test_a_day_is_one_of_the_calendar_and_keeps_its_clock_times() -> None:
    values = measured()
    values[30:54, 0] = values[6:30, 0]  # a day long, but from morning to morning
    assert found(values) == []
    values = measured()
    values[day(9), 0] = values[day(0), 0]
    late = CLOCK.copy()
    late[day(9)] += 30
    assert found(values, late) == []
    jump = CLOCK + 7 * 1440 * (np.arange(len(CLOCK)) >= 5 * HOURS)  # a week left out
    assert found(values, jump) == [(0, 216, 24, 0)]


def test_the_two_zeros_are_one() -> None:
    values = measured()
    values[:8, 0] = 0.0
    values[day(4), 0] = values[day(0), 0]
    values[day(4).start : day(4).start + 8, 0] = -0.0
    assert found(values) == [(0, 96, 24, 0)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_copies_are_those_of_comparing_each_day_with_all_before(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 2, (3, 12)).astype(float) + 10 * np.arange(12)
    kinds[2, 3] = np.nan
    values = np.concatenate([kinds[random.integers(0, 3, 6)].ravel() for _ in range(2)]).reshape(2, -1).T[:rows]
    times = 120 * np.arange(len(values))
    slow = []
    for sensor in range(2):
        for start in range(0, len(values), 12):
            today = values[start : start + 12, sensor]
            if len(set(today[~np.isnan(today)])) < DISTINCT:
                continue
            for first in range(0, start, 12):
                if np.array_equal(values[first : first + len(today), sensor], today, equal_nan=True) and (
                    len(values[first : first + 12]) == len(today)
                ):
                    slow.append((sensor, start, len(today), first))
                    break
    assert found(values, times) == slow


@pytest.mark.real_data
def test_pemsd7m_has_sensors_whose_days_were_filled_in_and_los_loop_has_none(published: Path) -> None:
    data = load("pemsd7m", published)
    result = copies(data.values, data.times.to_numpy().astype("datetime64[m]"))
    count = np.bincount(result.sensor, minlength=data.sensors)
    ids = data.nodes["id"].to_numpy()
    assert (len(ids[count > 0]), str(ids[count.argmax()]), int(count.max())) == (10, "718002", 39)
    weeks = (data.times[result.start] - data.times[result.first]).days
    assert (weeks % 7 == 0).all()  # the same day of the week
    other = load("los-loop", published)
    assert not len(copies(other.values, other.times.to_numpy().astype("datetime64[m]")).start)
