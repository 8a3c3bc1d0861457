"""What the modes of a matrix do."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.reading.evidence import LEVEL
from app.reading.words import SENSOR, counted, probability, three

if TYPE_CHECKING:
    from analysis.spectrum import Localisation, Spectrum


NOTHING = 1e-8  # of a mode's largest value: what is smaller is what rounding leaves of a zero
REPEATED = (
    "This mode shares its eigenvalue with another: any mixture of them would do as well. The pattern and its signs are "
    "those of one mixture; on how many it lives and how smooth it is are means over all of them."
)
MIXED = " as the mean over all mixtures of modes at its eigenvalue"
ENERGY = "Each dot is a mode. Top: it lives on few sensors. Left: neighbours in the graph have similar values."


def lives_on(ipr: float) -> float:
    """The number of sensors a mode lives on, ``1 / IPR``; 0 for a mode without values."""
    return 1 / ipr if ipr > 0 else 0.0


def spectrum_answer(spectrum: "Spectrum", noun: str = SENSOR) -> str:
    """The answer of the page: how far the first mode stands out, and how local the modes are."""
    n = len(spectrum.values)
    if n < 2:
        return f"There is one {noun} only, and so one mode."
    if not np.any(spectrum.values):
        return "None: this matrix has no weights, so every pattern is as good as any other."
    first, local = spectrum.ipr[0], int(np.argmax(spectrum.ipr))
    mixed = [MIXED if spectrum.repeated[mode] else "" for mode in (0, local)]
    scale = float(np.abs(spectrum.values).max())
    stands = (
        f"The first mode stands apart (eigenvalue {three(float(spectrum.values[0]))}, "
        f"{three(spectrum.gap)} above the second)"
        if spectrum.gap > 0.1 * scale
        else f"The first mode hardly stands apart (eigenvalue {three(float(spectrum.values[0]))}, "
        f"only {three(spectrum.gap)} above the second)"
    )
    return (
        f"{stands} and lives on about **{three(lives_on(first))} of {counted(n, noun)}**{mixed[0]}. "
        f"The most local one, mode {local + 1:,}, lives on {three(lives_on(float(spectrum.ipr[local])))}{mixed[1]}."
    )


def symmetrised_sentence(spectrum: "Spectrum") -> str:
    """What symmetrising the matrix left out; '' where that is next to nothing."""
    if spectrum.asymmetry < 0.005:
        return ""
    return f"Symmetrising left out an asymmetry of {three(spectrum.asymmetry)}."


def localisation_answer(found: "Localisation", noun: str = SENSOR) -> str:
    """Whether modes are more local than those of shuffled weights."""
    shuffled = f"{counted(len(found.permuted), 'shuffle')} of the same weights"
    if not np.isfinite(found.excess):
        return f"Shuffling changes nothing here: the matrix has no weights between {noun}s."
    compared = f"{found.excess:.2f} times the mean IPR of {shuffled} ({probability(found.p)})"
    if found.p < LEVEL and found.excess >= 1.1:
        return f"Modes are more local than the weights alone explain: {compared}."
    if found.p < LEVEL and found.excess > 1:
        return f"Modes are a little more local than the weights alone explain: {compared}."
    return (
        f"That modes are more local than with the same weights in random places cannot be told from chance: {compared}."
    )


def mode_sentence(spectrum: "Spectrum", mode: int, road: bool, noun: str = SENSOR) -> str:
    """What can be said of one mode; ``mode`` counts from 0."""
    n = len(spectrum.values)
    energies = np.asarray(spectrum.road_energy if road and spectrum.road_energy is not None else spectrum.energy)
    graph = "road" if road and spectrum.road_energy is not None else "learned"
    return (
        f"Mode {mode + 1:,} (eigenvalue {three(float(spectrum.values[mode]))}) lives on about "
        f"{three(lives_on(float(spectrum.ipr[mode])))} of {counted(n, noun)}. "
        f"{_signs(spectrum.vectors[:, mode], noun)}. "
        f"It is {_smoothness(energies, mode)} on the {graph} graph "
        f"(Dirichlet energy {three(float(energies[mode]))})."
    )


def _signs(vector: NDArray[np.floating], noun: str) -> str:
    """How many rise and how many fall; what is next to nothing beside the largest value does neither."""
    least = NOTHING * float(np.abs(vector).max(initial=0.0))
    positive, negative = int((vector > least).sum()), int((vector < -least).sum())
    none = len(vector) - positive - negative
    if positive and negative:
        moves = f"{counted(positive, noun)} {'rises' if positive == 1 else 'rise'} while {negative:,} "
        moves += "falls" if negative == 1 else "fall"
        return f"{moves}; {_no_part(none)}" if none else moves
    if not none:
        return f"All its values have one sign: {noun}s rise and fall together"
    moving = positive + negative
    together = "rises and falls alone" if moving == 1 else "rise and fall together"
    return f"{counted(moving, noun)} {together}; {_no_part(none)}"


def _no_part(none: int) -> str:
    return f"{none:,} {'takes' if none == 1 else 'take'} no part"


def _smoothness(energies: NDArray[np.floating], mode: int) -> str:
    """In which third of the modes one is by its energy; modes of equal energy share the middle of their ranks."""
    n, close = len(energies), 1e-9 * float(np.abs(energies).max(initial=0.0))
    below = int((energies < energies[mode] - close).sum())
    middle = below + int((np.abs(energies - energies[mode]) <= close).sum()) / 2  # from 0 to n
    if middle < n / 3:
        return "among the smoothest third"
    return "among the roughest third" if middle > 2 * n / 3 else "of middling smoothness"
