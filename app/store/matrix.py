"""The matrix of a head, and what can be measured on it alone: weights, pairs, modes."""

from typing import TYPE_CHECKING

from app.parts import selectable
from app.store.entries import Floats
from app.store.measured import measured_of

if TYPE_CHECKING:
    from analysis.matrix import Pairs, Sparsity, Strength
    from analysis.spectrum import Localisation, Spectrum


def matrix_of(version: str, head: str) -> Floats:
    """The matrix of one head, or the mean of all, (N, N)."""
    return measured_of(version).matrix(head)


def sparsity_of(version: str, head: str) -> "Sparsity":
    """Zeros and effective neighbours."""
    return measured_of(version).sparsity(head)


def asymmetry_of(version: str, head: str) -> float:
    """How much the two directions differ."""
    return measured_of(version).asymmetry(head)


def strength_of(version: str, head: str) -> "Strength":
    """Weight received, sent and kept, per sensor."""
    return measured_of(version).strength(head)


def pairs_of(version: str, head: str, share: float) -> "Pairs":
    """The strongest pairs."""
    return measured_of(version).pairs(head, share)


def similarity_of(version: str) -> Floats:
    """Correlation between heads, (H, H)."""
    return measured_of(version).similarity()


def spectrum_of(version: str, head: str) -> "Spectrum":
    """Eigenvalues, eigenvectors, how local and how smooth each is."""
    return measured_of(version).spectrum(head)


def localisation_of(version: str, head: str) -> "Localisation":
    """How local the modes are beside those of the same weights in random places."""
    return measured_of(version).localisation(head)


__all__ = [
    "asymmetry_of", "localisation_of", "matrix_of", "pairs_of", "selectable", "similarity_of", "sparsity_of",
    "spectrum_of", "strength_of",
]  # fmt: skip
