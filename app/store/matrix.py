"""The matrix of a head, and what can be measured on it alone: weights, pairs, modes."""

from typing import TYPE_CHECKING, cast

from app.selection import MEAN
from app.store.entries import Floats, cached, load_run
from core.run import Run

if TYPE_CHECKING:
    from analysis.matrix import Pairs, Sparsity, Strength
    from analysis.spectrum import Localisation, Spectrum


@cached
def matrix_of(version: str, head: str) -> Floats:
    """The matrix of one head, or the mean of all, (N, N)."""
    run = load_run(version)
    if head != MEAN:
        return cast(Floats, run.interaction[run.heads.index(head)])
    from analysis.matrix import mean_of_heads

    return mean_of_heads(run.interaction)


def selectable(run: Run) -> tuple[str, ...]:
    """What can be looked at: the mean, then each head; nothing for a model without heads."""
    return (MEAN, *run.heads) if run.heads else ()


@cached
def sparsity_of(version: str, head: str) -> "Sparsity":
    """Zeros and effective neighbours."""
    from analysis.matrix import sparsity

    return sparsity(matrix_of(version, head))


@cached
def asymmetry_of(version: str, head: str) -> float:
    """How much the two directions differ."""
    from analysis.matrix import asymmetry

    return asymmetry(matrix_of(version, head))


@cached
def strength_of(version: str, head: str) -> "Strength":
    """Weight received, sent and kept, per sensor."""
    from analysis.matrix import strength

    return strength(matrix_of(version, head))


@cached
def pairs_of(version: str, head: str, share: float) -> "Pairs":
    """The strongest pairs."""
    from analysis.matrix import strongest_pairs

    return strongest_pairs(matrix_of(version, head), share)


@cached
def similarity_of(version: str) -> Floats:
    """Correlation between heads, (H, H)."""
    from analysis.matrix import head_similarity

    return head_similarity(load_run(version).interaction)


@cached
def spectrum_of(version: str, head: str) -> "Spectrum":
    """Eigenvalues, eigenvectors, how local and how smooth each is."""
    from analysis.spectrum import spectrum

    return spectrum(matrix_of(version, head), load_run(version).adjacency)


@cached
def localisation_of(version: str, head: str) -> "Localisation":
    """How local the modes are beside those of the same weights in random places."""
    from analysis.spectrum import localisation

    # The time grows with N³: 207 sensors take two seconds for 200, a thousand would take minutes.
    n = len(load_run(version).nodes)
    return localisation(matrix_of(version, head), permutations=200 if n <= 250 else 50 if n <= 500 else 20)
