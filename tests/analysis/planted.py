"""Matrices whose truth is known, for the tests. `M[i, j]`: receiver i uses sender j."""

import numpy as np

from analysis.arrays import FloatArray, IntArray


def ring(sensors: int) -> FloatArray:
    """Everyone hears both neighbours on a circle."""
    M = np.zeros((sensors, sensors))
    for i in range(sensors):
        M[i, (i + 1) % sensors] = M[i, (i - 1) % sensors] = 1.0
    return M


def grid(side: int) -> FloatArray:
    """Streets of a town in squares."""
    place = np.arange(side * side)
    apart = np.abs(place[:, None] // side - place // side) + np.abs(place[:, None] % side - place % side)
    return (apart == 1).astype(float)


def chain(sensors: int) -> FloatArray:
    """One-way: sensor i hears sensor i - 1 alone, as cars reach it."""
    M = np.zeros((sensors, sensors))
    for i in range(1, sensors):
        M[i, i - 1] = 1.0
    return M


def hub(sensors: int) -> FloatArray:
    """One-way: everyone hears sensor 0, which hears nobody."""
    M = np.zeros((sensors, sensors))
    M[1:, 0] = 1.0
    return M


def blocks(sizes: tuple[int, ...], within: float = 1.0, across: float = 0.0) -> FloatArray:
    """Groups of the given sizes, one after the other; zero diagonal."""
    label = membership(sizes)
    M = np.where(label[:, None] == label, within, across)
    np.fill_diagonal(M, 0.0)
    return M


def membership(sizes: tuple[int, ...]) -> IntArray:
    """The group of each sensor of `blocks`."""
    return np.repeat(np.arange(len(sizes)), sizes)


def uneven(sensors: int, seed: int = 0, negative: bool = False) -> FloatArray:
    """No two weights alike, no symmetry, a diagonal that stands out."""
    generator = np.random.default_rng(seed)
    M = generator.normal(size=(sensors, sensors)) if negative else generator.random((sensors, sensors))
    return M + 5.0 * np.eye(sensors)


def sparse(sensors: int, seed: int = 0, share: float = 0.3) -> FloatArray:
    """As `uneven`, with most entries exactly zero."""
    generator = np.random.default_rng(seed)
    return uneven(sensors, seed) * (generator.random((sensors, sensors)) < share)


def tied(sensors: int, seed: int = 0) -> FloatArray:
    """Whole weights 0 to 3, so that most pairs are tied with others."""
    return np.random.default_rng(seed).integers(0, 4, (sensors, sensors)).astype(np.float64)


def order(sensors: int, seed: int = 1) -> IntArray:
    """An order of the sensors that is not the one they came in."""
    return np.random.default_rng(seed).permutation(sensors)


def reordered(M: FloatArray, new: IntArray) -> FloatArray:
    """The same matrix with sensor `new[a]` in place a."""
    return M[np.ix_(new, new)]
