"""The analyses of one head, beside a bare eigenvalue problem of the same matrix.

The matrix is made up: few strong weights between near sensors, many weak ones between far, normalised as
``intergat-plus`` does it. Axes: i receiver, j sender.
"""

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh

from analysis.arrays import FloatArray
from analysis.communities import spectral_communities
from analysis.roads import edge_classes, reach, road_match
from analysis.spectrum import spectrum

BARE = "scipy.linalg.eigh"


def head(road: FloatArray) -> FloatArray:
    """Symmetric (N, N) of float32 values, diagonal zero: roads weigh most, and one pair in four weighs something."""
    generator = np.random.default_rng(1)
    n = len(road)
    weight = generator.exponential(size=(n, n)) * (road + 0.02 * (generator.random((n, n)) < 0.25))
    weight = np.triu(weight, k=1)
    weight += weight.T
    root = 1 / np.sqrt(weight.sum(axis=1))
    return np.asarray((weight * root[:, None] * root).astype(np.float32), dtype=np.float64)


def analyses(M: FloatArray, road: FloatArray) -> dict[str, Callable[[], object]]:
    """What the pages ask of one head, and the bare problem they are measured by."""
    return {
        BARE: lambda: eigh(M),
        "spectrum": lambda: spectrum(M, road),
        "communities": lambda: spectral_communities(M),
        "roads": lambda: (road_match(M, road), reach(M, road), edge_classes(M, road)),
    }
