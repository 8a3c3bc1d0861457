"""A shift of many sensors is found, at its row; weekends, weather and noise are not called one."""

from pathlib import Path

import numpy as np
import pytest

from analysis.shifts import Shifts, shifts
from analysis.steps import step_row
from core.data import load

PER_DAY = 12
MINUTES = 1440 // PER_DAY


def noise(
    seed: int, days: int = 28, sensors: int = 20, common: float = 0.5, memory: float = 0.3, day_sd: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """A daily and a weekly rhythm, days that differ (in part for all sensors alike, with memory), noise, gaps."""
    random = np.random.default_rng(seed)

    def chain(n: int) -> np.ndarray:
        steps = random.normal(size=(days, n))
        for d in range(1, days):
            steps[d] = memory * steps[d - 1] + np.sqrt(1 - memory**2) * steps[d]
        return steps

    day = day_sd * (np.sqrt(common) * chain(1) + np.sqrt(1 - common) * chain(sensors))
    rhythm = 50 + 10 * np.sin(np.arange(PER_DAY) / PER_DAY * 2 * np.pi)
    weekend = np.where(np.arange(days) % 7 >= 5, 15.0, 0.0)
    values = rhythm[None, :, None] + weekend[:, None, None] + day[:, None, :]
    values = (values + random.normal(0, 4, (days, PER_DAY, sensors))).reshape(days * PER_DAY, sensors)
    values[random.random(values.shape) < 0.05] = np.nan
    return values, MINUTES * np.arange(days * PER_DAY)


def kinds(found: Shifts) -> list[tuple[int, str]]:
    return list(zip(found.row.tolist(), found.kind, strict=True))


@pytest.mark.parametrize(("common", "memory", "most"), [(0.0, 0.0, 0), (1.0, 0.0, 0), (1.0, 0.7, 2)])
@pytest.mark.parametrize("days", [14, 28, 60])
@pytest.mark.parametrize("sensors", [1, 20])
def test_days_without_a_shift_have_hardly_any_even_if_weather_is_the_same_for_all(
    sensors: int, days: int, common: float, memory: float, most: int
) -> None:
    made = (noise(seed, days, sensors, common, memory) for seed in range(60))
    assert sum(len(shifts(*one).row) > 0 for one in made) <= most


@pytest.mark.parametrize(("days", "size", "least"), [(14, 12, 18), (28, 12, 18), (28, 8, 8), (28, 24, 20)])
def test_a_step_is_found_the_oftener_the_larger_it_is_and_within_half_a_day(days: int, size: float, least: int) -> None:
    at = days // 2 * PER_DAY + 5
    hits = 0
    for seed in range(20):
        values, times = noise(seed, days)
        values[at:] -= size
        rows = [row for row, kind in kinds(shifts(values, times)) if kind == "level"]
        hits += len(rows) == 1 and abs(rows[0] - at) <= PER_DAY // 2
    assert hits >= least


def test_a_step_far_above_the_noise_is_not_lost() -> None:
    values, times = noise(0, day_sd=0.01)
    values[15 * PER_DAY :] -= 1000
    assert kinds(shifts(values, times)) == [(15 * PER_DAY, "level")]


def test_a_step_of_a_tenth_of_the_sensors_is_not_one_of_many() -> None:
    values, times = noise(0)
    values[15 * PER_DAY :, :2] -= 30
    assert kinds(shifts(values, times)) == []


def test_who_changed_and_by_how_much_is_told() -> None:
    values, times = noise(1, day_sd=0.5)
    values[180:, 5:] -= 14
    (row,), found = shifts(values, times).row, shifts(values, times)
    assert row == 180
    assert found.changed[0].tolist() == [False] * 5 + [True] * 15
    assert found.share[0] == 0.75
    assert found.before[0] - found.after[0] == pytest.approx(14, abs=1)


def test_a_shift_of_spread_of_missing_values_and_of_zeros_is_each_found_as_such() -> None:
    at = 14 * PER_DAY
    random = np.random.default_rng(0)
    values, times = noise(2, day_sd=0.5)
    after = values[at:] + random.normal(0, 16, values[at:].shape)
    assert (at, "spread") in kinds(shifts(np.concatenate([values[:at], after]), times))
    lost = values.copy()
    lost[at:][random.random(lost[at:].shape) < 0.5] = np.nan
    assert kinds(shifts(lost, times)) == [(at, "missing")]
    found = shifts(lost, times)
    assert found.before[0] == pytest.approx(0.05, abs=0.04)
    assert found.after[0] == pytest.approx(0.52, abs=0.06)
    zero = values.copy()
    zero[at:][random.random(zero[at:].shape) < 0.3] = 0
    assert (at, "zeros") in kinds(shifts(zero, times))


def test_two_shifts_are_both_found() -> None:
    values, times = noise(3, days=56, day_sd=0.5)
    values[15 * PER_DAY :] -= 12
    values[37 * PER_DAY :] += 20
    assert kinds(shifts(values, times)) == [(15 * PER_DAY, "level"), (37 * PER_DAY, "level")]


def test_weekdays_alone_are_enough_and_one_holiday_is_no_shift() -> None:
    values, times = noise(4, days=42, day_sd=0.5)
    weekday = np.arange(42) % 7 < 5
    values[16 * PER_DAY : 17 * PER_DAY] += 25
    rows = np.repeat(weekday, PER_DAY)
    assert kinds(shifts(values[rows], times[rows])) == []
    values[21 * PER_DAY :] -= 12
    found = shifts(values[rows], times[rows])
    assert [times[rows][row] for row in found.row] == [21 * 1440]


def test_a_slow_trend_is_no_shift() -> None:
    values, times = noise(5, days=56, day_sd=1.0)
    values += np.linspace(0, 12, len(values))[:, None]
    assert kinds(shifts(values, times)) == []


@pytest.mark.parametrize("days", [1, 7, 13])
def test_fewer_than_two_weeks_are_not_judged(days: int) -> None:
    values, times = noise(0, days=days)
    values[len(values) // 2 :] -= 50
    found = shifts(values, times)
    assert (found.judged, len(found.row), found.changed.shape) == (False, 0, (0, 20))


@pytest.mark.parametrize("values", [np.full((400, 2), np.nan), np.zeros((400, 1)), np.ones((400, 3))])
def test_nothing_and_one_value_throughout_have_an_answer(values: np.ndarray) -> None:
    assert shifts(values, MINUTES * np.arange(400)).row.tolist() == []


def test_one_row_a_day_is_enough() -> None:
    values = np.random.default_rng(0).normal(0, 1, (60, 8))
    values[30:] += 12
    assert kinds(shifts(values, 1440 * np.arange(60))) == [(30, "level")]


def test_a_step_is_found_at_its_row_as_the_best_of_all_by_a_loop() -> None:
    values, times = noise(6, days=28)
    at = 14 * PER_DAY + 3
    values[at:] -= 10
    week = 7 * PER_DAY
    e = values[week:] - values[:-week]
    low, high = at - 30, at + 30
    first = low - 2 * week if low > 2 * week else 0
    last = min(high + 2 * week, len(values))
    inside = e[first : last - week]

    def taken_off(row: int) -> float:
        part = e[max(row - week, first) : row]
        gained = np.nansum(part, axis=0) ** 2 / (~np.isnan(part)).sum(axis=0)
        return float((gained / np.nanmean(inside**2, axis=0)).sum())

    assert step_row(values, times, low, high) == max(range(low, high + 1), key=taken_off)


def test_a_row_whose_week_later_is_missing_is_not_compared_with_another() -> None:
    days = np.delete(np.arange(21), [12, 13, 17, 18])
    values = np.where(days < 10, 0.0, 1.0) + np.array([0, 50, 0, 100, 0, 0, 200])[days % 7]
    assert step_row(values[:, None], 1440 * days, 6, 14) == 10


def test_rows_that_are_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="rows must be from 1 to 9, the first not after the last, got 0 to 3"):
        step_row(np.zeros((10, 1)), np.arange(10), 0, 3)


@pytest.mark.real_data
def test_the_level_shift_of_sz_taxi_is_found_at_its_row(published: Path) -> None:
    data = load("sz-taxi", published)
    found = shifts(data.values, data.times.to_numpy())
    assert set(found.row.tolist()) == {960}
    assert found.kind[0] == "level"
    assert found.share[0] > 0.75
    assert found.after[0] < 0.6 * found.before[0]


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "judged"), [("los-loop", False), ("pemsd7m", True)])
def test_other_real_data_have_no_shift(published: Path, name: str, judged: bool) -> None:
    data = load(name, published)
    found = shifts(data.values, data.times.to_numpy())
    assert (len(found.row), found.judged) == (0, judged)


def test_the_weeks_of_the_city_are_no_shifts() -> None:
    data = load("city")
    found = shifts(data.values, data.times.to_numpy())
    assert (len(found.row), found.judged) == (0, True)
