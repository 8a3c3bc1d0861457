"""How far sensors are from each other: over the roads in hops, over ground in kilometres.

A road joins i and j where `road[i, j] > 0` or `road[j, i] > 0`, i ≠ j. Axes: i, j sensor, p pair.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray, checked_road, joined

EARTH_RADIUS = 6371.0088  # km, mean radius of the WGS 84 ellipsoid


def hops(road: ArrayLike) -> FloatArray:
    """Fewest roads on the way from each sensor to each other, whatever their weight and direction.

    A search in breadth from all sensors at once: on each level a sensor reaches what its neighbours have reached.

    Parameters
    ----------
    road : (N, N), >= 0

    Returns
    -------
    (N, N), symmetric, whole numbers, 0 on the diagonal; inf where no way leads

    Raises
    ------
    ValueError
        As `arrays.checked_road`.

    Examples
    --------
    >>> hops([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]).tolist()[0]
    [0.0, 1.0, 2.0, inf]
    """
    edge = joined(checked_road(road))
    sensors = len(edge)
    degree = edge.sum(axis=1).astype(np.int64)
    order = np.argsort(-degree, kind="stable")  # so that those with a k-th neighbour come first
    places = _places(edge[np.ix_(order, order)], degree[order])
    # All sources at once: bit j of row i says whether j has been reached from i; 64 of them to a word.
    reached = _packed(np.eye(sensors, dtype=bool))
    farther: list[NDArray[np.uint64]] = []  # a number for each bit, digit by digit: on how many levels it was missing
    while True:
        known = reached.copy()
        for sender in places:
            known[: len(sender)] |= reached[sender]
        if np.array_equal(known, reached):
            break
        carry = ~reached
        for digit in farther:
            digit ^= carry
            carry &= ~digit
        if carry.any():
            farther.append(carry)
        reached = known
    sorted_distance = np.zeros(edge.shape)
    for k, digit in enumerate(farther):
        sorted_distance += 2.0**k * _bits(digit, sensors)
    sorted_distance[_bits(reached, sensors) == 0] = np.inf
    distance = np.empty(edge.shape)
    distance[np.ix_(order, order)] = sorted_distance
    return distance


def _places(edge: FloatArray, degree: IntArray) -> list[IntArray]:
    """The k-th neighbours of all sensors that have one, for k = 0, 1, ...; degree descends."""
    sender = np.nonzero(edge)[1]
    start = np.cumsum(degree) - degree
    having = np.searchsorted(-degree, -np.arange(int(degree.max(initial=0))), side="left")
    return [sender[start[:count] + k] for k, count in enumerate(having)]


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(N, N) of bits -> (N, ⌈N / 64⌉) words."""
    wide = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 64)))
    return np.packbits(wide, axis=1).view(np.uint64)


def _bits(words: NDArray[np.uint64], sensors: int) -> NDArray[np.uint8]:
    """(N, W) words -> (N, N) of 0 and 1."""
    return np.unpackbits(words.view(np.uint8), axis=1, count=sensors)


def kilometres(latitude: ArrayLike, longitude: ArrayLike) -> FloatArray:
    """Distance over ground between each two sensors, by the haversine formula on a sphere of 6371.0088 km.

        d = 2 R arcsin √(sin²(Δφ / 2) + cos φ_i cos φ_j sin²(Δλ / 2))

    Parameters
    ----------
    latitude : (N,) degrees north, -90 to 90; nan where unknown
    longitude : (N,) degrees east, -180 to 360; nan where unknown

    Returns
    -------
    (N, N) km, symmetric, 0 on the diagonal; nan in row and column of a sensor whose place is unknown

    Raises
    ------
    ValueError
        Not numbers, not one pair per sensor, or out of range (the first bad one is named).

    References
    ----------
    Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984).

    Examples
    --------
    >>> kilometres([0, 0, 0], [0, 90, float("nan")]).round(1).tolist()
    [[0.0, 10007.6, nan], [10007.6, 0.0, nan], [nan, nan, nan]]
    """
    north = _degrees(latitude, "latitude", -90, 90)
    east = _degrees(longitude, "longitude", -180, 360)
    if len(north) != len(east):
        raise ValueError(f"latitude and longitude must be of one length, got {len(north)} and {len(east)}")
    φ, λ = np.radians(north), np.radians(east)
    half_chord = np.sin((φ[:, None] - φ) / 2) ** 2 + np.cos(φ[:, None]) * np.cos(φ) * np.sin((λ[:, None] - λ) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0))), dtype=np.float64)


def _degrees(values: ArrayLike, name: str, lowest: int, highest: int) -> FloatArray:
    angle = np.array(values)
    if angle.ndim != 1 or angle.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be (N,) numbers, got shape {angle.shape} of dtype {angle.dtype}")
    outside = (angle < lowest) | (angle > highest)
    if outside.any():
        sensor = int(outside.argmax())
        raise ValueError(f"{name} must be from {lowest} to {highest}, got {angle[sensor]} at sensor {sensor}")
    return angle.astype(np.float64)


def spans(pairs_first: ArrayLike, pairs_second: ArrayLike, distance: ArrayLike) -> FloatArray:
    """Distance that each pair spans, `distance[first, second]`: hops or kilometres, whichever is given.

    Parameters
    ----------
    pairs_first, pairs_second : (P,) integers from 0 to N - 1, as in `matrix.Pairs`
    distance : (N, N), from `hops` or `kilometres`; may hold inf and nan

    Returns
    -------
    (P,), in the unit of distance

    Raises
    ------
    ValueError
        Distance not square, pairs of different length, not integers, or not among the sensors.

    Examples
    --------
    >>> spans([0, 0], [1, 2], hops([[0, 1, 0], [1, 0, 1], [0, 1, 0]])).tolist()
    [1.0, 2.0]
    """
    between = np.array(distance, dtype=np.float64)
    if between.ndim != 2 or between.shape[0] != between.shape[1]:
        raise ValueError(f"distance must be square, (N, N), got shape {between.shape}")
    first, second = np.asarray(pairs_first), np.asarray(pairs_second)
    for name, sensor in (("pairs_first", first), ("pairs_second", second)):
        if sensor.ndim != 1 or (sensor.size and sensor.dtype.kind not in "iu"):
            kind = f"shape {sensor.shape} of dtype {sensor.dtype}"
            raise ValueError(f"{name} must be (P,) integers, got {kind}")
        if sensor.size and (sensor.min() < 0 or sensor.max() >= len(between)):
            raise ValueError(f"{name} must be from 0 to {len(between) - 1}, got {sensor.min()} to {sensor.max()}")
    if len(first) != len(second):
        raise ValueError(f"pairs must be of one length, got {len(first)} first and {len(second)} second")
    return between[first.astype(np.int64), second.astype(np.int64)]
