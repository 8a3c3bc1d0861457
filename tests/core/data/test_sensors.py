"""SensorData checks everything at the door, finds all faults at once, and is then what it says."""

import hashlib
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from core.data.sensors import DataError, SensorData, node_table
from tests.core.data.conftest import IDS, made


def faults_of(**replaced: object) -> str:
    with pytest.raises(DataError) as caught:
        made(**replaced)
    return str(caught.value)


def test_sound_data_give_back_what_they_were_made_from() -> None:
    data = made()
    assert (data.steps, data.sensors, data.missing) == (4, 3, 1 / 12)
    assert data.steps_per_day == 96
    assert data.groups == ("east", "east", "")
    assert not data.has_coordinates
    assert data.values.dtype == data.adjacency.dtype == np.float32


def test_values_can_be_changed_neither_through_the_data_nor_through_the_array_given() -> None:
    given = np.ones((4, 3))
    data = made(values=given)
    given[0, 0] = 99
    assert data.values[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        data.values[0, 0] = 2
    with pytest.raises(FrozenInstanceError):
        data.unit = "mph"  # type: ignore[misc]


def test_nodes_given_are_not_changed_and_come_back_in_plain_order() -> None:
    nodes = node_table(IDS).set_index(pd.Index([5, 6, 7]))
    nodes["more"] = 1
    data = made(nodes=nodes)
    assert list(nodes.index) == [5, 6, 7]
    assert list(data.nodes.index) == [0, 1, 2]
    assert list(data.nodes.columns) == ["id", "latitude", "longitude", "group"]


def test_unknown_groups_are_none_and_known_places_are_told() -> None:
    data = made(nodes=node_table(IDS, [0, 1, 2], [3, 4, 5]))
    assert data.groups is None
    assert data.has_coordinates


def test_the_hash_is_that_of_shape_and_little_endian_float32() -> None:
    values = made(values=np.arange(12.0).reshape(4, 3)).values
    by_hand = hashlib.sha256(b"float32 4 3\n" + b"".join(np.float32(x).tobytes() for x in range(12)))
    assert made(values=values).sha256 == by_hand.hexdigest()


def test_the_hash_is_the_same_for_every_nan_every_zero_and_any_memory_order() -> None:
    values = np.zeros((4, 3), dtype=np.float32)
    values[0, 0] = np.nan
    other = -values
    other.view(np.uint32)[0, 0] = 0x7FC00001  # another NaN
    assert other.view(np.uint32)[0, 0] != values.view(np.uint32)[0, 0]
    first = made(values=values).sha256
    assert made(values=other).sha256 == first
    assert made(values=np.asfortranarray(values)).sha256 == first
    assert made(values=values.astype(">f4")).sha256 == first


def test_the_hash_changes_with_a_value_and_with_the_shape() -> None:
    values = np.ones((4, 3), dtype=np.float32)
    changed = values.copy()
    changed[3, 2] = np.nextafter(np.float32(1), np.float32(2))
    assert made(values=changed).sha256 != made(values=values).sha256
    times, nodes = pd.date_range("2024-01-01", periods=3, freq="15min"), node_table([*IDS, "D"])
    assert made(values=np.ones((3, 4)), times=times, nodes=nodes, adjacency=None).sha256 != made(values=values).sha256


def test_segments_are_the_row_ranges_between_gaps() -> None:
    times = pd.DatetimeIndex(["2024-01-01 00:00", "2024-01-01 00:15", "2024-01-03 00:00", "2024-01-03 00:15"])
    assert made(times=times).segments() == [(0, 2), (2, 4)]
    assert made().segments() == [(0, 4)]


@pytest.mark.parametrize("seed", range(5))
def test_segments_agree_with_a_loop_over_the_rows(seed: int) -> None:
    random = np.random.default_rng(seed)
    steps = random.choice([1, 1, 1, 2, 7], size=30)
    times = pd.DatetimeIndex(np.datetime64("2024-01-01", "s") + np.cumsum(steps) * np.timedelta64(5, "m"))
    data = made(times=times, interval=pd.Timedelta(minutes=5), values=np.ones((30, 3)))
    slow, start = [], 0
    for t in range(1, 31):
        if t == 30 or times[t] - times[t - 1] != pd.Timedelta(minutes=5):
            slow.append((start, t))
            start = t
    assert data.segments() == slow


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_any_resolution_are_the_same_times(unit: str) -> None:
    times = pd.date_range("2024-01-01", periods=4, freq="15min").as_unit(unit)  # type: ignore[arg-type]
    assert made(times=times).times.equals(made().times)
    assert made(times=times).segments() == [(0, 4)]


def test_an_interval_that_does_not_divide_a_day_has_no_steps_per_day() -> None:
    data = made(times=pd.date_range("2024-01-01", periods=4, freq="7min"), interval=pd.Timedelta(minutes=7))
    with pytest.raises(ValueError, match="interval must divide a day for a time of day to recur, got 0 days 00:07:00"):
        _ = data.steps_per_day


INFINITE = np.ones((4, 3))
INFINITE[2, 1] = np.inf
NEGATIVE = np.zeros((3, 3))
NEGATIVE[1, 2] = -1


def day(*clock: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([f"2024-01-01 {time}" for time in clock])


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"name": " "}, "name: must not be empty"),
        ({"unit": None}, "unit: must be text, got NoneType"),
        ({"values": [[1.0]]}, "values: must be an array of numbers, got list"),
        ({"values": np.array([["a"]])}, "values: must be an array of numbers, got dtype <U1"),
        ({"values": np.ones(4)}, "values: must have shape (T, N) with T and N at least 1, got (4,)"),
        ({"values": np.ones((4, 0))}, "values: must have shape (T, N) with T and N at least 1, got (4, 0)"),
        ({"values": INFINITE}, "values: must be finite or NaN, got inf at [2, 1]"),
        ({"values": np.where(INFINITE > 1, 1e39, 1)}, "values: must be finite or NaN, got inf at [2, 1]"),
        ({"times": [1, 2]}, "times: must be a pandas DatetimeIndex, got list"),
        ({"times": day("00:00", "00:15", "00:30")}, "times: must be one for each of 4 rows of values, got 3"),
        ({"times": day("00:00", "00:15", "00:30", "00:45").tz_localize("UTC")}, "times: must be local times"),
        ({"times": pd.DatetimeIndex([*day("00:00", "00:15", "00:30"), None])}, "times: must all be known, got NaT at"),
        (
            {"times": day("00:00", "00:15", "00:15", "00:30")},
            "times: must increase strictly, got 2024-01-01 00:15:00 after 2024-01-01 00:15:00 at index 2",
        ),
        (
            {"times": day("00:00", "00:15", "00:40", "00:55")},
            "times: must be whole multiples of 0 days 00:15:00 apart, got 2024-01-01 00:40:00 after",
        ),
        (
            {"times": day("00:00:30", "00:15:30", "00:30:30", "00:45:30")},
            "times: must be whole minutes, got 2024-01-01 00:00:30 at index 0",
        ),
        ({"interval": pd.Timedelta(0)}, "interval: must be a pandas Timedelta of one or more whole minutes"),
        ({"interval": pd.Timedelta(seconds=90)}, "interval: must be a pandas Timedelta of one or more whole minutes"),
        ({"interval": 15}, "interval: must be a pandas Timedelta of one or more whole minutes, got 15"),
        ({"nodes": None}, "nodes: must be a pandas DataFrame, got NoneType"),
        ({"nodes": pd.DataFrame({"id": list(IDS)})}, "got no latitude, longitude, group"),
        ({"nodes": node_table(["A", "B"])}, "nodes: must have one row for each of 3 sensors, got 2"),
        ({"nodes": node_table(["A", "B", "A"])}, "nodes: id must be unique, got 'A' at index 0 and 2"),
        ({"nodes": node_table(["A", "", "C"])}, "nodes: id must be text that can be seen, got '' at index 1"),
        ({"nodes": node_table(["A", "x" * 1001, "C"])}, "nodes: id must have at most 1,000 characters"),
        (
            {"nodes": node_table(["A", "a\0", "C"])},
            r"id must be text without NUL and without half characters (surrogates), got 'a\x00' at index 1",
        ),
        (
            {"nodes": node_table(IDS).assign(id=[1, 2, 3])},
            "nodes: id must be text that can be seen, got '1' at index 0",
        ),
        ({"nodes": node_table(IDS).assign(group=[1, 2, 3])}, "nodes: group must be text ('' where unknown), got '1'"),
        ({"nodes": node_table(IDS).assign(latitude=["x"] * 3)}, "nodes: latitude must be numbers, got dtype"),
        (
            {"nodes": node_table(IDS, [0, 91, 0], [0, 0, 0])},
            "nodes: latitude must lie between -90 and 90 degrees, got 91 at index 1",
        ),
        (
            {"nodes": node_table(IDS, [0, 0, 0], [0, 0, -180.5])},
            "nodes: longitude must lie between -180 and 180 degrees, got -180.5 at index 2",
        ),
        ({"nodes": node_table(IDS, [0, np.inf, 0], [0, 0, 0])}, "nodes: latitude must lie between"),
        (
            {"nodes": node_table(IDS, [0, np.nan, 0], [0, 0, 0])},
            "nodes: latitude must be given where the other coordinate is, got nan at index 1",
        ),
        (
            {"adjacency": np.ones((3, 4))},
            "adjacency: must have shape (3, 3), a row and a column for each sensor, got (3, 4)",
        ),
        ({"adjacency": np.ones((2, 2))}, "adjacency: must have shape (3, 3)"),
        ({"adjacency": NEGATIVE}, "adjacency: must be finite and not negative, got -1.0 at [1, 2]"),
        ({"truth": np.full((3, 3), np.nan)}, "truth: must be finite and not negative, got nan at [0, 0]"),
    ],
)
def test_each_fault_says_what_must_hold_what_came_and_where(replaced: dict[str, object], message: str) -> None:
    assert message in faults_of(**replaced)


def test_all_faults_are_found_at_once() -> None:
    text = faults_of(
        unit="",
        values=INFINITE,
        nodes=node_table(["A", "A", "C"], [99, 0, 0], [0, 0, 0]),
        adjacency=NEGATIVE,
        interval=None,
    )
    for field in ("unit", "values", "nodes: id", "nodes: latitude", "adjacency", "interval"):
        assert f"{field}" in text
    assert len(text.splitlines()) == 6


def test_many_faults_of_a_kind_are_counted_not_listed() -> None:
    values = np.full((4, 3000), np.inf)
    text = faults_of(values=values, nodes=node_table([f"s{j}" for j in range(3000)]), adjacency=None)
    assert text.count("got inf at") == 20
    assert "values: ... and 11,980 more: must be finite or NaN" in text


def test_data_is_a_value_error_for_whoever_does_not_know_it() -> None:
    with pytest.raises(ValueError, match="unit: must not be empty"):
        made(unit="")
    assert issubclass(DataError, ValueError)
    assert SensorData.__hash__ is object.__hash__  # by identity: arrays have no cheap equality
