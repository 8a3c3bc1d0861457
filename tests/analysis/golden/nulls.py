"""Golden values of two null models, from the packages that are the reference for them.

Not run by the tests, whose values are in ``test_golden_nulls.py``: neither package is needed to work here.

    python -m venv apart && apart/bin/pip install brainspace==0.3.0 netneurotools==0.3.0
    apart/bin/python tests/analysis/golden/nulls.py
"""

import json

import numpy as np
from brainspace.null_models.moran import compute_mem, moran_randomization
from netneurotools.networks.randomize import match_length_degree_distribution

SENSORS = 24


def made() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Distances, roads, a value at each sensor, and a symmetric matrix; the same as in the test."""
    number = np.arange(SENSORS)
    spot = np.column_stack([(number * 37 % 101) / 10, (number * 53 % 97) / 10])
    distance = np.linalg.norm(spot[:, None] - spot, axis=-1)
    first, second = np.triu_indices(SENSORS, k=1)
    road = np.zeros((SENSORS, SENSORS))
    road[first, second] = (distance[first, second] < 4.5) & ((first * 7 + second * 11) % 5 < 2)
    value = np.sin(spot[:, 0] / 3) + np.cos(spot[:, 1] / 2) + (number * 29 % 17) / 17
    weight = np.abs(np.sin(1.0 + np.add.outer(number, number) + np.multiply.outer(number, number)))
    return distance, road + road.T, value, weight * (1 - np.eye(SENSORS))


def main() -> None:
    """Print the values."""
    distance, road, value, weight = made()
    apart = np.where(distance > 0, distance, np.inf)
    spatial = np.exp(-distance / (8 * np.median(apart.min(axis=1)))) * (1 - np.eye(SENSORS))
    # It works in float32, where the eigenvalue of the constant vector is no closer to zero than this.
    vectors, autocorrelation = compute_mem(spatial, spectrum="nonzero", tol=1e-5)
    drawn = moran_randomization(value, vectors, n_rep=4000, procedure="singleton", random_state=0)
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    moran = SENSORS / spatial.sum() * np.einsum("ri,ij,rj->r", centred, spatial, centred) / (centred**2).sum(axis=1)
    length = road.sum(axis=1)
    laplacian = np.diag(length) - road
    energy = np.einsum("ri,ij,rj->r", drawn, laplacian, drawn)
    rewired = []
    moved = []
    for seed in range(1000):
        graph, _, _ = match_length_degree_distribution(
            road, distance, nbins=5, nswap=200, replacement=True, weighted=False, seed=seed
        )
        graph = np.triu(graph, k=1)
        rewired.append(float((graph * weight).sum()))
        moved.append(1 - float((graph * road).sum() / graph.sum()))
    print(json.dumps({
        "vectors": vectors.shape[1],
        "eigenvalues": np.sort(autocorrelation)[::-1][:4].round(5).tolist(),
        "moran": [float(moran.mean()), float(moran.std())],
        "energy": [float(energy.mean()), float(energy.std())],
        "rewired": [float(np.mean(rewired)), float(np.std(rewired))],
        "observed": float((np.triu(road) * weight).sum()),
        "roads": int(road.sum() / 2),
        "moved": float(np.mean(moved)),
    }, indent=1))


if __name__ == "__main__":
    main()
