"""The readers of the published data sets on the files as their owners published them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import load
from core.data.sensors import SensorData

RealData = Callable[[str], SensorData]


@pytest.fixture(scope="module")
def real(published: Path) -> RealData:
    """Load a real data set, each once."""
    loaded: dict[str, SensorData] = {}

    def get(name: str) -> SensorData:
        if name not in loaded:
            loaded[name] = load(name, published)
        return loaded[name]

    return get


def lines_of(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text().splitlines()]


@pytest.mark.real_data
def test_los_loop_is_one_week_of_207_detectors(real: RealData, published: Path) -> None:
    data = real("los-loop")
    lines = lines_of(published / "los-loop" / "los_speed.csv")
    assert data.values.shape == (2016, 207)
    assert list(data.nodes["id"]) == lines[0]
    slow = np.array([[float(cell) for cell in line] for line in lines[1:]], dtype=np.float32)
    np.testing.assert_array_equal(data.values, slow)
    assert (data.values.min(), data.values.max(), data.missing) == (1, 70, 0)
    assert (str(data.times[0]), str(data.times[-1])) == ("2012-03-01 00:00:00", "2012-03-07 23:55:00")
    assert (data.unit, data.quantity, data.steps_per_day, data.segments()) == ("mph", "speed", 288, [(0, 2016)])


@pytest.mark.real_data
def test_los_loop_has_the_published_places_and_roads(real: RealData, published: Path) -> None:
    data = real("los-loop")
    places = {line[1]: line[2:] for line in lines_of(published / "los-loop" / "graph_sensor_locations.csv")[1:]}
    for node in data.nodes.itertuples():
        assert [node.latitude, node.longitude] == [float(degrees) for degrees in places[str(node.id)]]
    graph = data.adjacency
    assert graph is not None
    slow = np.array(lines_of(published / "los-loop" / "los_adj.csv"), dtype=np.float32)
    np.testing.assert_array_equal(graph, slow)
    assert (np.diag(graph) == 1).all()  # as published
    assert (graph > 0).sum() - 207 == 2626
    assert data.groups is None


@pytest.mark.real_data
def test_sz_taxi_is_a_month_of_156_roads_with_zeros_marked_as_missing(real: RealData, published: Path) -> None:
    data = real("sz-taxi")
    lines = lines_of(published / "sz-taxi" / "sz_speed.csv")
    slow = np.array([[float(cell) for cell in line] for line in lines[1:]], dtype=np.float32)
    assert list(data.nodes["id"]) == lines[0]
    np.testing.assert_array_equal(np.nan_to_num(data.values), slow)
    np.testing.assert_array_equal(np.isnan(data.values), slow == 0)
    assert round(data.missing, 3) == 0.248
    assert (str(data.times[0]), str(data.times[-1])) == ("2015-01-01 00:00:00", "2015-01-31 23:45:00")
    assert (data.steps_per_day, data.segments(), data.has_coordinates, data.groups) == (96, [(0, 2976)], False, None)


@pytest.mark.real_data
def test_the_note_of_sz_taxi_tells_the_fall_that_is_in_the_data(real: RealData) -> None:
    data = real("sz-taxi")
    fall = int(np.flatnonzero(data.times == pd.Timestamp("2015-01-11"))[0])
    before, after = np.nanmean(data.values[:fall]), np.nanmean(data.values[fall:])
    assert f"falls from {before:.1f} to {after:.1f}" in data.note
    assert "km/h is assumed" in data.note


@pytest.mark.real_data
def test_the_roads_of_sz_taxi_are_not_transposed(real: RealData, published: Path) -> None:
    data = real("sz-taxi")
    slow = np.array(lines_of(published / "sz-taxi" / "sz_adj.csv"), dtype=np.float32)
    assert data.adjacency is not None
    np.testing.assert_array_equal(data.adjacency, slow)
    one_way = [(int(i), int(j)) for i, j in np.argwhere(slow > slow.T)]
    assert one_way == [(23, 2), (146, 12)]  # the only two that can show a transpose
    assert data.adjacency.sum() == 532


@pytest.mark.real_data
def test_pemsd7m_is_44_weekdays_of_228_detectors_in_18_groups(real: RealData) -> None:
    data = real("pemsd7m")
    assert data.values.shape == (12672, 228)
    assert (round(float(data.values.min()), 1), round(float(data.values.max()), 1), data.missing) == (3.0, 82.6, 0)
    assert (str(data.times[0]), str(data.times[-1])) == ("2012-05-01 00:00:00", "2012-06-29 23:55:00")
    assert set(data.times.day_of_week) == set(range(5))
    assert len({time.date() for time in data.times}) == 44
    assert all((last - first) % 288 == 0 for first, last in data.segments())
    assert len(data.segments()) == 9
    assert data.groups is not None
    assert len(set(data.groups)) == 18
    assert data.groups[:3] == ("5 S", "5 S", "5 N")
    assert list(data.nodes["id"][:2]) == ["716939", "759700"]
    assert (data.nodes["latitude"][0], data.nodes["longitude"][0]) == (34.041407, -118.218373)


@pytest.mark.real_data
def test_the_roads_of_pemsd7m_agree_with_a_loop_over_the_distances(real: RealData, published: Path) -> None:
    metres = np.array(lines_of(published / "pemsd7m" / "W_228.csv"), dtype=np.float64)
    slow = np.zeros((228, 228))
    for i in range(228):
        for j in range(228):
            weight = np.exp(-((metres[i, j] / 10_000) ** 2) / 0.1)
            slow[i, j] = weight if weight >= 0.5 and i != j else 0
    graph = real("pemsd7m").adjacency
    assert graph is not None
    np.testing.assert_allclose(graph, slow, rtol=1e-6)
    assert (graph > 0).sum() == 1664
