"""Two nulls beside the packages that are the reference for them: brainspace 0.3.0 and netneurotools 0.3.0.

The values were printed by ``golden/nulls.py`` under numpy 2.4.6; neither package is needed here.
"""

import numpy as np
import pytest

from analysis.moran import moran_vectors, places, random_signs, spatial_weights
from analysis.rewiring import rewired, rewired_sums

SENSORS = 24
NUMBER = np.arange(SENSORS)
SPOT = np.column_stack([(NUMBER * 37 % 101) / 10, (NUMBER * 53 % 97) / 10])
DISTANCE = np.linalg.norm(SPOT[:, None] - SPOT, axis=-1)
FIRST, SECOND = np.triu_indices(SENSORS, k=1)
ROAD = np.zeros((SENSORS, SENSORS))
ROAD[FIRST, SECOND] = (DISTANCE[FIRST, SECOND] < 4.5) & ((FIRST * 7 + SECOND * 11) % 5 < 2)
ROAD += ROAD.T
VALUE = np.sin(SPOT[:, 0] / 3) + np.cos(SPOT[:, 1] / 2) + (NUMBER * 29 % 17) / 17
WEIGHT = np.abs(np.sin(1.0 + np.add.outer(NUMBER, NUMBER) + np.multiply.outer(NUMBER, NUMBER)))

# brainspace: compute_mem and moran_randomization (singleton, 4,000 draws), which work in float32
EIGENVALUES = (2.06896, 1.78115, 1.21496, 0.73727)
MORAN = 0.199854
ENERGY_MEAN, ENERGY_SPREAD = 39.3845, 6.2826
# netneurotools: match_length_degree_distribution, 5 classes of equal width, 200 swaps, 1,000 graphs
ROADS, OBSERVED = 45, 27.24296
REWIRED_MEAN, REWIRED_SPREAD, MOVED = 27.0332, 1.2683, 0.4441


def test_morans_eigenvectors_are_those_of_brainspace() -> None:
    weight, known = spatial_weights(DISTANCE), places(DISTANCE)
    values = known.autocorrelation[1:5] * weight.sum() / SENSORS
    assert values == pytest.approx(EIGENVALUES, abs=2e-5)


def test_turned_vectors_are_as_autocorrelated_and_as_smooth_over_roads_as_those_of_brainspace() -> None:
    weight = spatial_weights(DISTANCE)
    drawn = moran_vectors(VALUE[:, None], places(DISTANCE), random_signs(SENSORS, 4000))[:, :, 0]
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    index = np.einsum("ri,ij,rj->r", centred, weight, centred) / (centred**2).sum(axis=1) * SENSORS / weight.sum()
    assert index == pytest.approx(np.full(4000, MORAN), abs=1e-5)
    energy = np.einsum("ri,ij,rj->r", drawn, np.diag(ROAD.sum(axis=1)) - ROAD, drawn)
    assert energy.mean() == pytest.approx(ENERGY_MEAN, abs=4 * ENERGY_SPREAD * np.sqrt(2 / 4000))
    assert energy.std() == pytest.approx(ENERGY_SPREAD, rel=0.05)


def test_rewired_roads_are_like_those_of_netneurotools() -> None:
    """Nearly: its graphs are not equally likely, so their mean may be off by a small share of their spread."""
    cuts = np.linspace(DISTANCE[DISTANCE > 0].min(), DISTANCE.max(), 6)
    cuts[-1] += 1
    found = rewired(ROAD, DISTANCE, draws=4000, classes=np.digitize(DISTANCE, cuts))
    sums = rewired_sums(WEIGHT[FIRST, SECOND], found)
    assert len(found.observed) == ROADS
    assert WEIGHT[FIRST, SECOND][found.observed].sum() == pytest.approx(OBSERVED, abs=1e-5)
    assert sums.mean() == pytest.approx(REWIRED_MEAN, abs=0.2 * REWIRED_SPREAD)
    assert sums.std() == pytest.approx(REWIRED_SPREAD, rel=0.1)
    assert found.moved == pytest.approx(MOVED, abs=0.04)
