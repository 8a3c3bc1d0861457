"""Matrices of forty sensors with planted structure, of which sentences are asked."""

import numpy as np

from analysis.matrix import sparsity
from analysis.roads import reach, recovery, road_match
from app.reading import heads

N = 40
RING = (np.abs(np.subtract.outer(np.arange(N), np.arange(N))) % (N - 2) == 1).astype(float)
RING[0, N - 1] = RING[N - 1, 0] = 1.0
BLOCKS = (np.arange(N)[:, None] // 10 == np.arange(N) // 10).astype(float) - np.eye(N)
NOISE = np.random.default_rng(0).random((N, N)) * (1 - np.eye(N))
FLAT = 1 - np.eye(N)
IDS = [f"S{i:02d}" for i in range(N)]


def clear(text: str) -> str:
    """A sentence with plain spaces and without Markdown's escapes."""
    return text.replace("\u00a0", " ").replace("\\", "")


def head(M: np.ndarray, truth: np.ndarray | None = None) -> str:
    """What is said of a matrix as one head, beside the ring as its roads."""
    found = None if truth is None else recovery(M, truth, 0.05)
    return clear(heads.head_sentence("head 2", sparsity(M), reach(M, RING), road_match(M, RING, 0.05), found, 0.05))
