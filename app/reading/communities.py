"""Who belongs together, and how sure that is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.reading.evidence import LEAST_SHARE, LEVEL, faint_agreement
from app.reading.words import SENSOR, about, counted, minus, plain, probability, three, two

if TYPE_CHECKING:
    from analysis.communities import Communities
    from analysis.groups import Agreement, Contrast
    from analysis.nulls import Tests

NOTHING_KNOWN = "These data have neither a road graph nor known groups, so there is nothing to compare with."
NOT_TWO = "There are no two communities to compare with anything."
ORDERED = (
    "All weights, sensors ordered by community; lines part the communities. Bright blocks on the diagonal are what "
    "makes them communities."
)
AGREEMENT_NULL = (
    "By chance: the mean over patterns as smooth over the map (Moran, as on the page Evidence), since groupings of "
    "near sensors agree whatever made them. Of compact groupings with sharp borders that know nothing of each other, "
    "this null still calls about one in six alike at 0.05 (simulated): so agreement is called more than chance only "
    f"where it also covers {LEAST_SHARE:g} of the way from chance to 1. NMI has no such chance, as the draws are no "
    "groupings. p is as tested, of this head alone."
)
COMPACT = (
    "Groups of near sensors agree by more than exchanged sensors would, whatever made them: it takes the place of each "
    "to tell."
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


def agreement_sentence(
    agreement: "Agreement", tests: "Tests", reference: str, count: int, noun: str = SENSOR
) -> str:
    """How well communities agree with the ``count`` groups of a reference, beside what groups on this map would.

    Where the places are not known there is no verdict, but that they cannot be told from exchanged sensors: that
    chance is too easy to exceed.
    """
    reference = f"{count:,} {plain(reference)}"
    ari, nmi = f"ARI {minus(two(agreement.ari))}", f"NMI {two(agreement.nmi)}"
    test = next(iter(tests.tests), None)
    if test is None:
        if not agreement.p < LEVEL:
            return (
                f"That they agree with the {reference} **cannot be told from chance**: {ari} and {nmi}, where {noun}s "
                f"exchanged at random give {minus(two(agreement.chance_ari))} and {two(agreement.chance_nmi)} "
                f"({probability(agreement.p)})."
            )
        reason = plain(about(noun, tests.untested[0].reason), 200)
        return (
            f"Beside the {reference}: {ari}, {nmi}. **Whether that is more than chance cannot be told**, as {reason}. "
            f"{about(noun, COMPACT)}"
        )
    figures = f"{ari}, by chance {minus(two(test.chance))} (Moran, {probability(test.p)}); {nmi}"
    if not test.p < LEVEL:
        return f"That they agree with the {reference} **cannot be told from chance**: {figures}."
    if faint_agreement(test):
        return (
            f"They agree with the {reference} more than by chance, but not by much, which is **a hint, no finding**: "
            f"{figures}."
        )
    if test.statistic >= 0.65:
        return f"They are much the same as the {reference}, **more than by chance**: {figures}."
    return f"They agree in part with the {reference}, **more than by chance**: {figures}."


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
