"""Who belongs together, and how sure that is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.reading.words import SENSOR, counted, plain, probability, three, two

if TYPE_CHECKING:
    from analysis.communities import Communities
    from analysis.groups import Agreement, Contrast

NOTHING_KNOWN = "These data have neither a road graph nor known groups, so there is nothing to compare with."
NOT_TWO = "There are no two communities to compare with anything."
ORDERED = (
    "All weights, sensors ordered by community; lines part the communities. Bright blocks on the diagonal are what "
    "makes them communities."
)
METHOD_NAMES = {"spectral": "Spectral clustering", "louvain": "Louvain's method"}


def communities_answer(
    found: "Communities", method: str, automatic: bool, modularity: float, noun: str = SENSOR
) -> str:
    """The answer of the page: how many communities, how large, how clear."""
    placed = found.labels[found.labels >= 0]
    if not len(placed):
        return "Nobody: this matrix has no weights, so there is nothing to group by."
    sizes = np.bincount(placed)
    sizes = sizes[sizes > 0]
    number = counted(len(sizes), "community", "communities")
    alone = int((found.labels < 0).sum())
    verb = "belongs" if alone == 1 else "belong"
    left = f" {counted(alone, noun)} without any weight {verb} to none." if alone else ""
    if len(sizes) == 1:
        of = f" of {counted(int(sizes[0]), noun)}" if alone else ""
        stands = "no grouping stands out in " + ("it" if alone else "this matrix")
        return f"{METHOD_NAMES[method]} finds **one community**{of}: {stands}.{left}"
    how = "" if automatic or method == "louvain" else ", the number you asked for"
    parts = " They are the parts that the matrix falls into: no weight to speak of joins two of them." * found.parts
    clear = "clear" if modularity >= 0.3 else "faint" if modularity >= 0.1 else "hardly any structure"
    least, most = int(sizes.min()), int(sizes.max())
    members = f"{counted(most, noun)} each" if least == most else f"{least:,} to {counted(most, noun)}"
    return (
        f"{METHOD_NAMES[method]} finds **{number}**{how}, of {members} (modularity {three(modularity)}: {clear})."
        f"{parts}{left}"
    )


def agreement_sentence(agreement: "Agreement", reference: str, count: int) -> str:
    """How well communities agree with the ``count`` groups of a reference, beside chance."""
    reference = f"{count:,} {plain(reference)}"
    figures = (
        f"NMI {two(agreement.nmi)} (chance {two(agreement.chance_nmi)}), "
        f"ARI {two(agreement.ari)} (chance {two(agreement.chance_ari)}), {probability(agreement.p)}"
    )
    if agreement.p > 0.05:
        return f"They agree with the {reference} no more than chance does: {figures}."
    if agreement.ari >= 0.65:
        return f"They are much the same as the {reference}: {figures}."
    if agreement.ari >= 0.2:
        return f"They agree in part with the {reference}: {figures}."
    return f"They agree a little with the {reference}, more than chance but not by much: {figures}."


def contrast_sentence(names: Sequence[str], contrasts: Sequence["Contrast"], reference: str) -> str:
    """Which head keeps most of its weight within the groups of a reference, and which least."""
    values = np.array([contrast.value for contrast in contrasts], dtype=float)
    known = np.isfinite(values)
    if not known.any():
        return f"No head's contrast across the {plain(reference)} is defined: there is no weight across them."
    best = int(np.nanargmax(values))
    sentence = (
        f"{plain(names[best]).capitalize()} is most sharply divided along the {plain(reference)}: "
        f"weights within are {three(1 + float(values[best]))} times those across, a contrast of "
        f"{three(float(values[best]))} (none: 0)."
        if values[best] > 0
        else f"No head has more weight within the {plain(reference)} than across them."
    )
    if known.sum() > 1 and values[best] > 0:
        least = int(np.nanargmin(values))
        sentence += f" In {plain(names[least])} they are {three(1 + float(values[least]))} times."
    return sentence


def contrast_caption(names: Sequence[str], contrasts: Sequence["Contrast"], reference: str) -> str:
    """The same, and why it is measured along what no head has chosen."""
    return (
        contrast_sentence(names, contrasts, reference)
        + f" Measured on the {reference}, which no head has chosen: on its own every head looks good."
    )


def community_words(label: int) -> str:
    """The community of a sensor by its label, counted from 0, as plain text; below 0 is in none."""
    return f"community {label + 1}" if label >= 0 else "in no community"
