"""Who belongs together, and how sure that is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.reading.evidence import LEAST_SHARE, LEVEL, faint_agreement
from app.reading.words import SENSOR, about, counted, joined, minus, plain, probability, three, two

if TYPE_CHECKING:
    from analysis.clearness import Clearness
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
MOST_NAMED = 3  # heads without weight across that are named
METHOD_NAMES = {"spectral": "Spectral clustering", "louvain": "Louvain's method"}


def communities_answer(
    found: "Communities", method: str, automatic: bool, clearness: "Clearness | None", noun: str = SENSOR
) -> str:
    """The answer of the page: how many communities, how large, how clear; ``clearness`` of two or more."""
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
    least, most = int(sizes.min()), int(sizes.max())
    members = f"{counted(most, noun)} each" if least == most else f"{least:,} to {counted(most, noun)}"
    clear = f" ({clearness_words(clearness)})" if clearness is not None else ""
    return f"{METHOD_NAMES[method]} finds **{number}**{how}, of {members}{clear}.{parts}{left}"


def clearness_words(found: "Clearness") -> str:
    """Modularity, and whether that is clear beside what the same weights in random places give.

    A search finds groups in anything, and the more so the sparser it is: what counts is the share of the way from
    there to 1.
    """
    way = (found.modularity - found.chance) / (1 - found.chance) if found.p < LEVEL else 0.0
    verdict = (
        "not told apart from chance"
        if not found.p < LEVEL
        else "clear"
        if way >= 0.3
        else "faint"
        if way >= 0.1
        else "hardly more than chance"
    )
    return (
        f"modularity {minus(three(found.modularity))}: {verdict}; the same weights in random places give "
        f"{minus(three(found.chance))}, {probability(found.p)}"
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
    """Which heads have no weight across the groups of a reference, and of the others who keeps most of it within."""
    values = np.array([contrast.value for contrast in contrasts], dtype=float)
    known = np.isfinite(values)
    groups = plain(reference)
    whole = [plain(name) for name, value in zip(names, values, strict=True) if value == np.inf]
    if not known.any() and not whole:
        return f"No head's contrast along the {groups} is defined: {_undefined(contrasts)}."
    sentences = []
    if whole:
        who = joined(whole if len(whole) <= MOST_NAMED else [*whole[:MOST_NAMED], f"{len(whole) - MOST_NAMED:,} more"])
        who, have = who[:1].upper() + who[1:], "has" if len(whole) == 1 else "have"
        sentences.append(f"{who} {have} no weight across the {groups} at all.")
    if known.any():
        best, least = int(np.where(known, values, -np.inf).argmax()), int(np.where(known, values, np.inf).argmin())
        most, several, name = float(values[best]), known.sum() > 1, plain(names[best])
        times = f"weights within are {three(1 + most)} times those across, a contrast of {three(most)} (none: 0)"
        divided = f"is most sharply divided along the {groups}: {times}"
        if not most > 0:
            sentences.append(f"No {'other ' * bool(whole)}head has more weight within the {groups} than across them.")
        elif not whole:
            sentences.append(f"{name.capitalize()} {divided}.")
        else:
            sentences.append(f"Of the others, {name} {divided}." if several else f"In {name}, {times}.")
        if several and most > 0:
            sentences.append(f"In {plain(names[least])} they are {three(1 + float(values[least]))} times.")
    return " ".join(sentences)


def _undefined(contrasts: Sequence["Contrast"]) -> str:
    """Why no contrast is defined where none is, as a clause."""
    if all(np.isnan(contrast.across) for contrast in contrasts):
        return "all are in one"
    if all(np.isnan(contrast.within) for contrast in contrasts):
        return "no two are in one"
    return "there is no weight between those that are in them"


def contrast_caption(names: Sequence[str], contrasts: Sequence["Contrast"], reference: str) -> str:
    """The same, and why it is measured along what no head has chosen."""
    return (
        contrast_sentence(names, contrasts, reference)
        + f" Measured on the {reference}, which no head has chosen: on its own every head looks good."
    )


def community_words(label: int) -> str:
    """The community of a sensor by its label, counted from 0, as plain text; below 0 is in none."""
    return f"community {label + 1}" if label >= 0 else "in no community"
