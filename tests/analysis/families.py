"""Families of runs for the tests: noisy copies of heads that are known, and runs that know nothing of each other."""

import numpy as np

from analysis.arrays import FloatArray
from tests.analysis.planted import blocks, chain, uneven

SIZES = (10, 8, 6)
N = sum(SIZES)
SHUFFLED = [[0, 1, 2], [2, 0, 1], [1, 0, 2], [0, 2, 1], [2, 1, 0]]


def planted(noise: float = 0.02, seed: int = 0) -> FloatArray:
    """Five noisy copies of three heads, in another order in each: blocks, a chain, a matrix without a plan."""
    random = np.random.default_rng(seed)
    heads = np.stack([blocks(SIZES) + 0.05 * uneven(N, 1), 3 * chain(N) + 0.1 * uneven(N, 2), sparse_pairs()])
    return np.stack([heads[shuffled] + noise * random.normal(size=heads.shape) for shuffled in SHUFFLED])


def sparse_pairs() -> FloatArray:
    """Six pairs far from each other, of different strengths."""
    M = np.zeros((N, N))
    for k in range(6):
        M[k, N - 1 - k] = 2 + 0.3 * k
    return M


def noise(runs: int = 5, heads: int = 3, sensors: int = N, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(runs, heads, sensors, sensors))


