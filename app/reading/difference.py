"""What differs between two runs or heads, A and B: weights, strongest pairs, communities, modes, errors."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.reading.communities import METHOD_NAMES
from app.reading.evidence import LEVEL
from app.reading.forecasts import ahead, benefit
from app.reading.words import counted, percent, plain, probability, three, two, whole_percent, with_unit

if TYPE_CHECKING:
    from analysis.difference import EdgeChange, MatrixDifference, SpectrumDifference
    from analysis.groups import Agreement
    from analysis.matching import LabelMatch

Floats = NDArray[np.floating[Any]]

SPANS_SAME, SPANS_PART = 0.8, 0.3  # of the way from chance to 1: leading modes called much, or partly, the same
CLEARLY = 1.25  # times chance: p alone would claim too much, since pairs of sensors are not independent
KIN = {
    "seed": "differs in the seed only",
    "data": "same data",
    "sensors": "same sensors, other data",
    "": "other sensors",
}
SAME_SEED_WORDS = (
    "The two differ in nothing but the seed: what differs here is what chance does to one and the same training."
)
ONE_EACH = "One training each: another seed may differ as much."


def pairs_answer(change: "EdgeChange", share: float) -> str:
    """The answer of the page where there are two matrices: how many of the strongest pairs both have."""
    either = len(change.kept) + len(change.gained) + len(change.lost)
    if not either:
        return "Neither has any weight between two sensors, so there is nothing to differ in."
    shared = f"The two agree on **{percent(change.jaccard)}** of their strongest {whole_percent(share)} of pairs"
    chance = f"two independent choices would share {percent(change.chance)}"
    if not len(change.kept):
        return f"The two agree on **none** of their strongest {whole_percent(share)} of pairs; {chance}."
    if not change.p < LEVEL:
        return f"{shared}, which cannot be told from chance: {chance} ({probability(change.p)})."
    if change.jaccard < CLEARLY * change.chance:
        return f"{shared}, which is hardly more than chance: {chance} ({probability(change.p)})."
    return f"{shared}; {chance}."


def tied_sentence(change: "EdgeChange") -> str:
    """What must be said where a list of strongest pairs had to end among equals; '' where it did not."""
    if not change.arbitrary:
        return ""
    are, them = ("is", "it is") if change.arbitrary == 1 else ("are", "they are")
    return (
        f"{counted(change.arbitrary, 'listed pair')} {are} exactly as strong as pairs that are not listed: that {them} "
        "listed is by the order of the sensors, and agreement on such pairs says nothing."
    )


def weights_sentence(difference: "MatrixDifference") -> str:
    """How alike the weights of both are, over all pairs."""
    correlation = difference.correlation
    if not (difference.first.any() or difference.second.any()):
        return ""
    if not difference.difference.any():
        return "Their weights are the same."
    alike = (
        "Over all pairs their weights are nearly the same"
        if correlation >= 0.95
        else "Over all pairs their weights are much alike"
        if correlation >= 0.6
        else "Over all pairs their weights are somewhat alike"
        if correlation >= 0.2
        else "Over all pairs their weights are opposed"
        if correlation <= -0.2
        else "Over all pairs, where one is strong says next to nothing about where the other is"
    )
    return f"{alike} (correlation {two(correlation)}, cosine {two(difference.cosine)})."


def scale_sentence(difference: "MatrixDifference") -> str:
    """On which scale the matrices were compared, and what that does."""
    if difference.scale == "none":
        return "Weights as they are, in one unit and on one scale."
    return (
        "Each matrix is divided by the mean size of its weights between two sensors "
        f"(A by {three(difference.first_size)}, B by {three(difference.second_size)}): 1 is a typical weight of its "
        "own matrix."
    )


def ends_sentence(clipped: bool) -> str:
    """Where the scales of colours end, if not at the largest weight; '' where they do."""
    if not clipped:
        return ""
    return (
        "A few weights stand far above the rest. So that these do not leave the others without colour, the scales end "
        "at the 99th percentile (≥) of what is not zero, and what is larger has the last colour."
    )


def counterpart_sentence(head: str, other: str, why: str, likeness: float, rest: float = float("nan")) -> str:
    """Which head stands for B, and why that one."""
    if why in ("chosen", "mean"):
        return ""
    names = f"{plain(_of(head))} of A", plain(_of(other))
    value = f"correlation {two(likeness)}"
    if why == "named":
        return f"B is {names[1]}, as {names[0]} has a place of its own in the model and is compared by name ({value})."
    if why == "matched":
        beside = f"; other pairs of heads: {two(rest)} on average" if np.isfinite(rest) else ""
        return (
            "The names of these heads do not say which go together: each of A is matched with one of B so that all are "
            f"as alike as can be, and "
            f"{names[0]} goes with {names[1]} ({value}{beside})."
        )
    return f"B is {names[1]}, which is most like {names[0]} ({value})."


def _of(head: str) -> str:
    return "the mean of heads" if head == "mean" else head


def groups_sentence(match: "LabelMatch", agreement: "Agreement | None", method: str, counts: tuple[int, int]) -> str:
    """How many sensors are in another community, and how well the two groupings agree."""
    sensors = len(match.labels)
    found = f"{METHOD_NAMES[method]} finds {counted(counts[0], 'community', 'communities')} in A and {counts[1]:,} in B"
    if agreement is None:
        return f"{found}: there is nothing to compare."
    figures = (
        f"ARI {two(agreement.ari)}, NMI {two(agreement.nmi)}; with sensors exchanged at random "
        f"{two(agreement.chance_ari)} and {two(agreement.chance_nmi)}"
    )
    if max(counts) < 2:
        return f"{found}: with one group each there is nothing to differ in."
    if not match.moves:
        return f"{found}, and **every sensor is in the same one** ({figures})."
    verb = "is" if match.moves == 1 else "are"
    moved = (
        f"**{match.moves:,} of {counted(sensors, 'sensor')} {verb} in another one** ({percent(match.moves / sensors)})"
    )
    verdict = ""
    if not agreement.p < LEVEL:
        exchanged = f"not even from sensors exchanged ({probability(agreement.p)})"
        verdict = f" That they agree cannot be told from chance, {exchanged}."
    return f"{found}. Matched as well as can be, {moved}; {figures}.{verdict}"


def spectrum_sentence(spectra: "SpectrumDifference") -> str:
    """How far the leading modes of both span the same patterns, judged by the share of the way from chance to 1.

    That share is 0 on average for random directions, with the variance `2 / ((N - 1) (N + 2))` for any number of modes.
    """
    known = np.flatnonzero(np.isfinite(spectra.overlap))
    known = known[spectra.chance[known] < 1]  # all modes together always span everything
    if not len(known):
        return "Their leading eigenvalues are tied, so no leading modes are defined that could be compared."
    half = known[spectra.chance[known] <= 0.5]  # with more modes than half, little is left for two to differ in
    last = int((half if len(half) else known)[-1])
    modes = "leading mode" if last == 0 else f"{last + 1:,} leading modes"
    value, chance = float(spectra.overlap[last]), float(spectra.chance[last])
    way, sensors = (value - chance) / (1 - chance), len(spectra.first)
    beyond = 3 * math.sqrt(2 / max((sensors - 1) * (sensors + 2), 1))  # 3 standard deviations of it by chance
    if beyond >= SPANS_SAME:
        return (
            f"Whether the {modes} of both span the same **cannot be told** of so few: an overlap of {two(value)}, "
            f"where random directions have {two(chance)} on average, and often more."
        )
    verdict = (
        "much the same" if way >= SPANS_SAME else "partly the same" if way >= max(SPANS_PART, beyond) else "different"
    )
    return (
        f"What the {modes} of both span is {verdict}: an overlap of {two(value)}, where random directions have "
        f"{two(chance)}."
    )


def errors_answer(
    minutes: float, pooled: bool, errors: Mapping[str, float], unit: str, by_sensor: tuple[Floats, Floats],
    by_day: pd.DataFrame,
) -> str:  # fmt: skip
    """Which of the two is less off, by how much, at how many sensors and on how many days.

    ``errors`` are the mean absolute errors of 'A' and 'B'; ``by_sensor`` those at each sensor, (N,) each.
    """
    ours, theirs = errors["A"], errors["B"]
    if not (np.isfinite(ours) and np.isfinite(theirs)):
        return "Nothing was observed in the test part that both have in common, so no errors can be compared."
    sentence = (
        f"{ahead(minutes, pooled)}, A is off by **{with_unit(ours, unit)}** and B by **{with_unit(theirs, unit)}**"
        f" ({benefit(theirs, ours)} A)."
    )
    first, second = by_sensor
    known = np.isfinite(first) & np.isfinite(second)
    better = int((second[known] < first[known]).sum())
    sentence += f" B is the better at {better:,} of {counted(int(known.sum()), 'sensor')}"
    if len(by_day) > 1:
        days = int((by_day["B"] < by_day["A"]).sum())
        sentence += f" and on {days:,} of {counted(len(by_day), 'day')} of the test part"
    return f"{sentence}."


def settings_sentence(count: int) -> str:
    """How many settings differ."""
    if not count:
        return "No setting differs."
    return f"{counted(count, 'setting')} {'differs' if count == 1 else 'differ'}."
