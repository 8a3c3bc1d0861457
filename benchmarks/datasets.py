"""The data of the benchmark: published sets, a part of one, and made-up cities of any size."""

import dataclasses
from functools import cache

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from analysis.process import process, truth
from core.data import load
from core.data.process import made
from core.data.sensors import FloatArray, SensorData

SHIFT = 960  # the row of SZ-Taxi at which its level falls: 11 January, 00:00
MADE = "made-"
LENGTH, NOISE = 2000, 0.3  # rows of a made-up city, and the share of its variance that nobody can foresee


@cache
def opened(name: str) -> SensorData:
    """A data set by the benchmark's name: those of ``core.data.load``, 'sz-taxi-after' and 'made-N'.

    Raises
    ------
    ValueError
        No data set has this name.
    DataError
        Its files are missing or wrong.
    """
    if name == "sz-taxi-after":
        return after_shift(load("sz-taxi"))
    if name.startswith(MADE):
        return made_city(int(name.removeprefix(MADE)))
    return load(name)


def after_shift(data: SensorData, row: int = SHIFT) -> SensorData:
    """The rows from the level shift on, as data of their own."""
    return dataclasses.replace(
        data,
        name=f"{data.name}-after",
        values=data.values[row:],
        times=data.times[row:],
        note=f"Only the rows from {data.times[row]:%d %B %Y} on, after the level of all sensors has fallen.",
    )


def made_city(sensors: int, seed: int = 0) -> SensorData:
    """A city that does not exist: places at random in a square, each joined to its nearest two, and all connected.

    Its series are those of ``analysis.planted.process`` on couplings along the roads and a few far ones.

    Raises
    ------
    ValueError
        Fewer than ten sensors.
    """
    if sensors < 10:
        raise ValueError(f"a made-up city must have at least 10 sensors, got {sensors}")
    random = np.random.default_rng(seed)
    places = random.uniform(0, np.sqrt(sensors), (sensors, 2))  # one sensor per square kilometre
    road = roads(places)
    known = truth(road, seed=seed)
    series = process(known.coupling, LENGTH, NOISE, seed=seed)
    return made(series, road, known.coupling, interval_minutes=15, name=f"{MADE}{sensors}")


def roads(places: FloatArray) -> FloatArray:
    """(N, N) of 0 and 1, symmetric and connected: the nearest two of each, and the shortest tree that joins all."""
    _, near = cKDTree(places).query(places, k=3)
    road = (minimum_spanning_tree(cdist(places, places)).toarray() > 0).astype(np.float64)
    here = np.arange(len(places))
    for k in (1, 2):
        road[here, near[:, k]] = 1.0
    return np.maximum(road, road.T)
