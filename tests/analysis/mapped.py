"""Sensors on a map, roads and regions among them, and a matrix that uses both, for the tests of the evidence."""

import numpy as np

from tests.analysis.planted import uneven

SENSORS = 36
SPOT = np.random.default_rng(0).uniform(0, 10, (SENSORS, 2))
DISTANCE = np.linalg.norm(SPOT[:, None] - SPOT, axis=-1)
ROAD = np.triu(np.random.default_rng(1).random((SENSORS, SENSORS)) < 0.6 * np.exp(-DISTANCE / 2), k=1).astype(float)
EDGE = np.maximum(ROAD, ROAD.T)  # roads themselves are one-way
GROUPS = (SPOT[:, 0] // 3.4).astype(np.int64)
M = uneven(SENSORS, seed=2) + 1.5 * ROAD
PAIRS = np.triu_indices(SENSORS, k=1)
