"""The demo city: the same from the same seed, and what it plants is there."""

import numpy as np
import pytest

from core.data import city
from core.data.sensors import SensorData


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    assert city.load(3, weeks=1).sha256 == city.load(3, weeks=1).sha256
    assert city.load(3, weeks=1).sha256 != city.load(4, weeks=1).sha256


def test_it_has_four_weeks_of_quarter_hours_at_120_sensors() -> None:
    data = city.load()
    assert data.values.shape == (4 * 7 * 96, 120)
    assert data.has_coordinates
    assert data.interval.total_seconds() == 900
    assert 0.005 < data.missing < 0.05
    assert len(set(data.groups or ())) == 6


def test_far_couplings_join_districts_where_no_road_goes(city: SensorData) -> None:
    assert city.truth is not None
    assert city.adjacency is not None
    far = (city.truth > 0) & (city.adjacency == 0)
    pairs = np.argwhere(np.triu(far | far.T))
    assert len(pairs) == 6
    place = city.nodes[["latitude", "longitude"]].to_numpy() * [111.2, 111.2 * np.cos(np.deg2rad(48))]
    for i, j in pairs:
        assert city.groups is not None
        assert city.groups[i] != city.groups[j]
        assert np.linalg.norm(place[i] - place[j]) > 6.9


def test_every_other_planted_edge_is_a_road(city: SensorData) -> None:
    assert city.truth is not None
    assert city.adjacency is not None
    on_road = city.adjacency > 0
    assert (city.truth[on_road] > 0).all()
    assert (np.diag(city.truth) == 0).all()
    assert np.array_equal(on_road, on_road.T)


def test_couplings_are_strong_inside_a_district_and_queues_grow_outwards(city: SensorData) -> None:
    assert city.truth is not None
    ids = list(city.nodes["id"])
    inner, outer, further = (ids.index(f"S01-{k}") for k in (4, 5, 6))
    assert city.truth[further, outer] > 0
    assert city.truth[outer, inner] > city.truth[inner, outer] * 0.9
    group = np.array(city.groups)
    same = group[:, None] == group[None]
    road = city.truth > 0
    near = road & (city.adjacency > 0)
    assert city.truth[near & same].mean() > 2 * city.truth[near & ~same].mean()


def test_congestion_always_fades(city: SensorData) -> None:
    assert city.truth is not None
    assert np.abs(np.linalg.eigvals(0.5 * np.eye(120) + city.truth)).max() < 1


def test_what_a_sensor_hears_from_its_planted_sender_is_in_the_values() -> None:
    """The residual of a sensor's own past follows a far sender's past more than a bystander's."""
    data = city.load()
    assert data.truth is not None
    assert data.adjacency is not None
    far = np.argwhere((data.truth > 0) & (data.adjacency == 0))
    slot = np.arange(data.steps) % 672                       # the week's rhythm taken out
    departure = data.values - np.stack([np.nanmean(data.values[slot == k], axis=0) for k in range(672)])[slot]
    x = np.nan_to_num(departure)
    own = x[1:] - 0.6 * x[:-1]
    heard = [np.corrcoef(own[:, i], x[:-1, j])[0, 1] for i, j in far]
    strangers = [np.corrcoef(own[:, i], x[:-1, (j + 31) % 120])[0, 1] for i, j in far]
    assert np.mean(heard) > 0.1
    assert np.mean(heard) > 3 * abs(np.mean(strangers))


def test_a_city_of_no_weeks_is_refused() -> None:
    with pytest.raises(ValueError, match="weeks must be at least 1, got 0"):
        city.load(weeks=0)
