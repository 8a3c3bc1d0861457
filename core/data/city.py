"""The demo: a made-up city whose true graph is known.

Two ring roads and twelve radial roads carry 120 sensors; six districts of two radials each are the planted
communities. What a sensor's speed loses to congestion, ``u``, moves from step to step by the planted graph:

    u(t+1) = 0.5 u(t) + C u(t) + e(t)          e: small changes everywhere, now and then an incident
    v(t)   = free - rhythm(time of day, weekday) - u(t) + noise

``C[i, j]`` couples receiver i to sender j: neighbours on a road, strongly inside a district and weakly across its
border, outwards (a queue grows away from the centre) twice as strongly as inwards; and six pairs of sensors far
apart, which no road explains. Values are km/h every 15 minutes over four weeks; about 2 % are missing. Nothing
here was measured anywhere: the city exists so that a learned graph can be held against a true one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.sensors import SensorData, node_table

RADIALS, ON_RADIAL = 12, 6
RINGS_KM, ON_RING = (2.75, 5.75), 24
RADIAL_KM = (1.5, 2.6, 4.0, 5.6, 7.2, 8.8)
DISTRICTS = 6
FAR_PAIRS = 6
WEEKS, STEPS_PER_DAY = 4, 96
CENTRE = (48.0, 11.0)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Roads:
    ids: list[str]
    radius: Array     # (N,) km from the centre
    angle: Array      # (N,) degrees, counter-clockwise from east
    links: list[tuple[int, int]]  # neighbours on a road, inner sensor first


def load(seed: int = 0, weeks: int = WEEKS) -> SensorData:
    """The demo city, the same for the same seed.

    Parameters
    ----------
    seed : of everything random
    weeks : length in weeks, at least 1

    Returns
    -------
    SensorData
        120 sensors, ``96 * 7 * weeks`` steps; ``truth`` is C, ``adjacency`` the roads, groups the districts.

    Raises
    ------
    ValueError
        ``weeks`` is under 1.
    """
    if weeks < 1:
        raise ValueError(f"weeks must be at least 1, got {weeks}")
    random = np.random.default_rng(seed)
    roads = _roads()
    n, steps = len(roads.ids), weeks * 7 * STEPS_PER_DAY
    district = (((roads.angle + 15) % 360) // (360 / DISTRICTS)).astype(int)
    truth = _couplings(roads, district, random)
    times = pd.date_range("2024-03-04", periods=steps, freq="15min")  # a Monday
    free = random.uniform(55, 95, n)
    u = _congestion(truth, steps, random)
    speed = free - _rhythm(times, district, random) * free - u + random.normal(0, 0.5, (steps, n))
    speed = np.clip(speed, 3.0, None)
    _drop(speed, random)
    latitude = CENTRE[0] + roads.radius * np.sin(np.deg2rad(roads.angle)) / 111.2
    longitude = CENTRE[1] + roads.radius * np.cos(np.deg2rad(roads.angle)) / (
        111.2 * np.cos(np.deg2rad(CENTRE[0]))
    )
    return SensorData(
        name="city",
        values=speed.astype(np.float32),
        times=times,
        interval=pd.Timedelta(minutes=15),
        unit="km/h",
        nodes=node_table(roads.ids, latitude, longitude, [f"district {k + 1}" for k in district]),
        adjacency=_adjacency(roads),
        truth=truth.astype(np.float32),
        source=f"Made by code from seed {seed}: a city that does not exist",
        note=(
            "This city is made up, so its true graph is known: road neighbours influence each other, most of all "
            f"inside one of {DISTRICTS} districts, and {FAR_PAIRS} pairs of distant sensors are coupled although "
            "no road explains it."
        ),
    )


def _roads() -> _Roads:
    ids, radius, angle = [], [], []
    for radial in range(RADIALS):
        for k, km in enumerate(RADIAL_KM):
            ids.append(f"S{radial + 1:02d}-{k + 1}")
            radius.append(km)
            angle.append(360 / RADIALS * radial)
    for ring, km in enumerate(RINGS_KM):
        for k in range(ON_RING):
            ids.append(f"R{ring + 1}-{k + 1:02d}")
            radius.append(km)
            angle.append((360 / ON_RING * (k + 0.5)) % 360)
    links = [
        (radial * ON_RADIAL + k, radial * ON_RADIAL + k + 1)
        for radial in range(RADIALS)
        for k in range(ON_RADIAL - 1)
    ]
    for ring, km in enumerate(RINGS_KM):
        start = RADIALS * ON_RADIAL + ring * ON_RING
        links += [(start + k, start + (k + 1) % ON_RING) for k in range(ON_RING)]
        junction = int(np.argmin(np.abs(np.array(RADIAL_KM) - km)))  # the radial's sensor next to the ring
        for radial in range(RADIALS):
            after = start + (radial * ON_RING // RADIALS) % ON_RING
            before = start + (radial * ON_RING // RADIALS - 1) % ON_RING
            links += [(radial * ON_RADIAL + junction, before), (radial * ON_RADIAL + junction, after)]
    return _Roads(ids, np.array(radius), np.array(angle), links)


def _xy(roads: _Roads) -> Array:
    angle = np.deg2rad(roads.angle)
    return np.stack([roads.radius * np.cos(angle), roads.radius * np.sin(angle)], axis=1)


def _adjacency(roads: _Roads) -> NDArray[np.float32]:
    """Road neighbours, ``exp(-(km / 2)^2)`` of their distance: the graph that a road map would give."""
    n = len(roads.ids)
    xy = _xy(roads)
    adjacency = np.zeros((n, n), dtype=np.float32)
    for i, j in roads.links:
        adjacency[i, j] = adjacency[j, i] = np.exp(-(np.linalg.norm(xy[i] - xy[j]) ** 2) / 4)
    return adjacency


def _couplings(roads: _Roads, district: NDArray[np.int_], random: np.random.Generator) -> Array:
    """The planted graph C: its rows sum to at most 0.47, so that congestion always fades."""
    n = len(roads.ids)
    c = np.zeros((n, n))
    for inner, outer in roads.links:
        inside = 1.0 if district[inner] == district[outer] else 0.3
        weight = inside * random.uniform(0.8, 1.2)
        c[outer, inner] += weight          # the outer sensor hears the inner one
        c[inner, outer] += 0.5 * weight
    c *= 0.32 / c.sum(axis=1, keepdims=True)
    xy = _xy(roads)
    taken: set[int] = set()
    while len(taken) < 2 * FAR_PAIRS:
        i, j = (int(k) for k in random.choice(n, 2, replace=False))
        apart = float(np.linalg.norm(xy[i] - xy[j]))
        if apart > 7 and district[i] != district[j] and not taken & {i, j}:
            taken |= {i, j}
            c[i, j] = c[j, i] = 0.15
    return c


def _congestion(c: Array, steps: int, random: np.random.Generator) -> Array:
    n = len(c)
    u = np.zeros((steps, n))
    shock = random.normal(0, 2.0, (steps, n))
    incident = random.random((steps, n)) < 0.002
    shock += incident * random.exponential(18.0, (steps, n))
    for t in range(1, steps):
        u[t] = 0.5 * u[t - 1] + c @ u[t - 1] + shock[t]
    return u


def _rhythm(times: pd.DatetimeIndex, district: NDArray[np.int_], random: np.random.Generator) -> Array:
    """Share of the free speed lost to everyday traffic, (T, N): two rushes on weekdays, one at weekends."""
    n = len(district)
    hour = (times.hour + times.minute / 60).to_numpy()[:, None]
    weekend = (times.day_of_week >= 5).astype(float)[:, None]
    morning = random.uniform(0.1, 0.35, n)
    evening = random.uniform(0.1, 0.35, n)
    shift = random.normal(0, 0.4, n)

    def bump(at: float, width: float) -> Array:
        return np.asarray(np.exp(-(((hour - at - shift) / width) ** 2)))

    weekday = morning * bump(8, 1.3) + evening * bump(17.5, 1.8)
    return np.asarray((1 - weekend) * weekday + weekend * 0.12 * bump(14, 4))


def _drop(speed: Array, random: np.random.Generator) -> None:
    """Take out single values and, at some sensors, hours at a time."""
    steps, n = speed.shape
    speed[random.random((steps, n)) < 0.01] = np.nan
    for _ in range(n // 2):
        sensor, start, length = random.integers(n), random.integers(steps), random.integers(12, 72)
        speed[start : start + length, sensor] = np.nan
