"""The time column: what is a time, which step is the interval, how long the longest stretch is."""

import numpy as np
import pytest

from core.data.faults import Faults
from core.data.timeline import timeline


def found(minutes: list[int], least: int = 2) -> tuple[int, list[str]]:
    clock = [str(np.datetime64("2024-01-01", "m") + minute) for minute in minutes]
    faults = Faults()
    _, interval = timeline("f", range(2, len(clock) + 2), clock, least, faults)
    return interval, [str(fault) for fault in faults]


def test_the_interval_is_the_most_frequent_step_and_longer_multiples_are_gaps() -> None:
    assert found([0, 5, 10, 15, 60, 65]) == (5, [])


def test_of_two_equally_frequent_steps_the_shorter_is_the_interval() -> None:
    assert found([0, 5, 15, 20, 30]) == (5, [])


def test_a_shorter_step_than_the_interval_is_a_fault_with_its_row() -> None:
    interval, faults = found([0, 10, 20, 25, 30, 40])
    assert interval == 10
    must = "times must be whole multiples of 10 min apart, the most frequent step"
    assert faults == [f"f, row 5: {must}, got 5 min", f"f, row 6: {must}, got 5 min"]


@pytest.mark.parametrize("seed", range(8))
def test_the_longest_stretch_agrees_with_a_loop(seed: int) -> None:
    random = np.random.default_rng(seed)
    minutes = np.cumsum(random.choice([5, 5, 5, 5, 10, 300], size=40))
    longest = run = 1
    for step in np.diff(minutes):
        run = run + 1 if step == 5 else 1
        longest = max(longest, run)
    assert found(minutes.tolist(), least=longest) == (5, [])
    _, faults = found(minutes.tolist(), least=longest + 1)
    assert faults == [
        f"f: must have at least {longest + 1} rows in a row, without a gap in time, for one window, got {longest}"
    ]


def test_a_longest_stretch_at_either_end_counts() -> None:
    assert found([0, 5, 10, 300, 305], least=3) == (5, [])
    assert found([0, 5, 300, 305, 310], least=3) == (5, [])


def test_times_of_one_offset_keep_their_local_clock() -> None:
    faults = Faults()
    times, interval = timeline("f", [2, 3], ["2024-01-01T08:00+08:00", "2024-01-01T08:15+08:00"], 2, faults)
    assert not faults
    assert str(times[0]) == "2024-01-01T08:00"
    assert interval == 15


def test_a_change_of_offset_is_a_fault_because_an_hour_comes_twice() -> None:
    faults = Faults()
    timeline("f", [2, 3, 4], ["2024-10-27 02:00+02:00", "2024-10-27 02:30+02:00", "2024-10-27 03:00+01:00"], 2, faults)
    assert [str(fault) for fault in faults] == [
        "f, row 4: times must all have the offset from UTC of row 2, +02:00, got +01:00"
    ]


def test_whole_days_may_be_written_without_a_time() -> None:
    faults = Faults()
    times, interval = timeline("f", [2, 3], ["2024-02-28", "2024-02-29"], 2, faults)
    assert (len(faults), interval, str(times[1])) == (0, 1440, "2024-02-29T00:00")


def test_nothing_but_bad_times_is_told_as_bad_times_alone() -> None:
    faults = Faults()
    timeline("f", range(2, 32), ["x"] * 30, 24, faults)
    assert all("must be a local time" in str(fault) for fault in faults)


AGAIN = (
    "an hour must be given once (clocks were set back? write standard time throughout, or leave the second hour out)"
)


@pytest.mark.parametrize("interval", [5, 15, 60])
def test_an_hour_that_follows_on_itself_is_one_fault_that_says_what_to_do(interval: int) -> None:
    minutes = [*range(0, 120, interval), *range(60, 240, interval)]
    row = 2 + 120 // interval
    last = np.datetime64("2024-01-01T02:00", "m") - interval
    found_interval, faults = found(minutes)
    assert found_interval == interval
    end = f"{str(last)[11:]} again, to row {row + 60 // interval - 1}"
    assert faults == [f"f, row {row}: {AGAIN}, got 2024-01-01 01:00 to {end}"]


def test_two_autumns_are_two_faults() -> None:
    year = 365 * 24 * 60
    minutes = [*range(0, 120, 15), *range(60, 240, 15)]
    _, faults = found([*minutes, *(year + minute for minute in minutes)])
    assert [fault.partition(",")[2].partition(":")[0] for fault in faults] == [" row 10", " row 30"]


@pytest.mark.parametrize("minutes", [
    [0, 15, 30, 45, 60, 75, 60, 75, 90],             # half an hour
    [0, 15, 30, 45, 60, 0, 15, 30, 45, 75],          # an hour, but not where the clock stood an hour later
    [15, 30, 45, 60, 75, 15, 30, 45, 60, 75],        # more than an hour
])  # fmt: skip
def test_other_times_that_come_twice_are_named_one_by_one(minutes: list[int]) -> None:
    _, faults = found(minutes)
    assert faults
    assert all("a time must be given once" in fault for fault in faults)
