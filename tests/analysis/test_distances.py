"""Distances over roads and over ground: definitions, known places, slow twins."""

import math

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.distances import hops, kilometres, spans
from analysis.matrix import strongest_pairs
from tests.analysis.planted import blocks, chain, hub, ring, sparse, uneven

ROAD = np.triu(sparse(8, seed=9, share=0.4))  # one-way, with a diagonal


# Hops


def slow_hops(road: FloatArray) -> FloatArray:
    """Floyd and Warshall."""
    n = len(road)
    d = np.full((n, n), math.inf)
    for i in range(n):
        for j in range(n):
            d[i, j] = 0 if i == j else 1 if road[i, j] > 0 or road[j, i] > 0 else math.inf
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d[i, j] = min(d[i, j], d[i, k] + d[k, j])
    return d


@pytest.mark.parametrize(
    "road",
    [ring(7), chain(7), hub(7), blocks((4, 3)), ROAD, np.zeros((5, 5)), np.eye(1), np.ones((4, 4)), 1e-9 * ring(6)],
)
def test_hops_are_the_fewest_roads(road: FloatArray) -> None:
    np.testing.assert_array_equal(hops(road), slow_hops(road))


def test_hops_of_a_one_way_chain_count_both_ways() -> None:
    assert hops(chain(4)).tolist() == [[0, 1, 2, 3], [1, 0, 1, 2], [2, 1, 0, 1], [3, 2, 1, 0]]


@pytest.mark.parametrize(
    ("road", "message"),
    [
        (np.ones((2, 3)), r"^road must be square .*, got shape \(2, 3\)$"),
        (-ring(3), r"^road must not be negative, got -1.0 at row 0, column 1$"),
    ],
)
def test_hops_over_what_is_no_road_graph_are_refused(road: FloatArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hops(road)


# Kilometres


def test_kilometres_between_known_places() -> None:
    d = kilometres([48.8566, 51.5074, -33.8688], [2.3522, -0.1278, 151.2093])  # Paris, London, Sydney
    assert d[0, 1] == pytest.approx(343.6, abs=0.5)
    assert d[0, 2] == pytest.approx(16960, abs=20)


def test_a_degree_of_latitude_and_half_the_earth_have_known_lengths() -> None:
    d = kilometres([0, 1, 90, -90], [0, 0, 17, 100])
    assert d[0, 1] == pytest.approx(math.pi * 6371.0088 / 180)
    assert d[0, 2] == pytest.approx(math.pi * 6371.0088 / 2)
    assert d[2, 3] == pytest.approx(math.pi * 6371.0088)


def test_opposite_places_are_half_the_earth_apart_whatever_the_rounding() -> None:
    generator = np.random.default_rng(0)
    latitude, longitude = generator.uniform(-90, 90, 300), generator.uniform(0, 180, 300)
    d = kilometres(np.append(latitude, -latitude), np.append(longitude, longitude - 180))
    np.testing.assert_allclose(d[np.arange(300), np.arange(300, 600)], math.pi * 6371.0088)


def test_longitudes_go_round_the_earth() -> None:
    d = kilometres([10, 10, 10], [179.5, -179.5, 180.5])
    assert d[0, 1] == pytest.approx(kilometres([10, 10], [0, 1])[0, 1])
    assert d[1, 2] == pytest.approx(0, abs=1e-6)


def test_kilometres_equal_the_angle_between_directions() -> None:
    generator = np.random.default_rng(0)
    latitude, longitude = generator.uniform(-90, 90, 9), generator.uniform(-180, 180, 9)
    d = kilometres(latitude, longitude)
    for i in range(9):
        for j in range(9):
            a, b, c = (math.radians(x) for x in (latitude[i], latitude[j], longitude[i] - longitude[j]))
            cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(c)
            assert d[i, j] == pytest.approx(6371.0088 * math.acos(max(-1, min(1, cosine))), abs=1e-3)
    np.testing.assert_array_equal(d, d.T)
    assert not d.diagonal().any()


def test_an_unknown_place_is_at_no_distance_from_anything() -> None:
    d = kilometres([10, math.nan, 12], [5, 5, 5])
    assert np.isnan(d[1]).all()
    assert np.isnan(d[:, 1]).all()
    assert np.isfinite(d[[0, 2]][:, [0, 2]]).all()


@pytest.mark.parametrize(
    ("latitude", "longitude", "message"),
    [
        ([10, 90.5], [0, 0], r"^latitude must be from -90 to 90, got 90.5 at sensor 1$"),
        ([10, math.inf], [0, 0], r"^latitude must be from -90 to 90, got inf at sensor 1$"),
        ([10, 9], [-181, 0], r"^longitude must be from -180 to 360, got -181 at sensor 0$"),
        ([10], [0, 0], r"^latitude and longitude must be of one length, got 1 and 2$"),
        ([[10]], [0], r"^latitude must be \(N,\) numbers, got shape \(1, 1\) of dtype int64$"),
        (["10"], [0], r"^latitude must be \(N,\) numbers, got shape \(1,\) of dtype <U2$"),
    ],
)
def test_places_that_are_not_on_earth_are_refused(latitude: object, longitude: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kilometres(latitude, longitude)  # type: ignore[arg-type]


# Spans


def test_spans_of_the_strongest_pairs_are_their_entries() -> None:
    found = strongest_pairs(uneven(8), 0.4)
    distance = uneven(8, seed=4)  # one-way: first is the row
    expected = [distance[i, j] for i, j in zip(found.first, found.second, strict=True)]
    assert spans(found.first, found.second, distance).tolist() == expected


def test_spans_may_be_endless_or_unknown_or_none() -> None:
    assert spans([0], [1], hops(np.zeros((2, 2)))).tolist() == [math.inf]
    assert np.isnan(spans([0], [1], kilometres([0, math.nan], [0, 0]))).all()
    assert spans([], [], np.ones((2, 2))).tolist() == []


@pytest.mark.parametrize(
    ("first", "second", "distance", "message"),
    [
        ([0], [1, 2], np.ones((3, 3)), r"^pairs must be of one length, got 1 first and 2 second$"),
        ([0], [3], np.ones((3, 3)), r"^pairs_second must be from 0 to 2, got 3 to 3$"),
        ([-1], [0], np.ones((3, 3)), r"^pairs_first must be from 0 to 2, got -1 to -1$"),
        ([0.0], [1.0], np.ones((3, 3)), r"^pairs_first must be \(P,\) integers, got shape \(1,\) of dtype float64$"),
        ([[0]], [1], np.ones((3, 3)), r"^pairs_first must be \(P,\) integers, got shape \(1, 1\) of dtype int64$"),
        ([0], [1], np.ones(3), r"^distance must be square, \(N, N\), got shape \(3,\)$"),
    ],
)
def test_spans_of_what_are_no_pairs_are_refused(
    first: list[int], second: list[int], distance: FloatArray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        spans(first, second, distance)
