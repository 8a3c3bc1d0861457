"""What is said of heads under other seeds: which come back, and on what the seeds agree."""

from typing import TYPE_CHECKING

import numpy as np

from app.reading.evidence import LEVEL
from app.reading.heads import head_phrase
from app.reading.words import SENSOR, counted, percent, probability, two, whole_percent

if TYPE_CHECKING:
    from analysis.stability import HeadStability, Stability

SAME, PARTLY = 0.5, 0.2  # overlap of the strongest pairs between seeds that is called mostly, or partly, the same
TIED = 1e-6  # chance within this of a full overlap: no pair stands above another

FILLED_STABLE = "Filled: p below 0.05 after Holm's correction for the number of heads."

LIKE_SEEDS = (
    "Another seed draws other first weights and another order of the data; what comes back under all of them is in the "
    "data or the model, what does not is an accident."
)


def stability_sentence(found: "HeadStability", share: float, seeds: int) -> str:
    """Whether a head would come back under another seed."""
    where = head_phrase(found.head)
    figures = (
        f"of all pairs among the strongest {whole_percent(share)} of either of two seeds, {percent(found.overlap)} "
        f"are so in both (by chance {percent(found.chance_overlap)}, {probability(found.p)}); their communities agree "
        f"by {two(found.ari)} (ARI: 1 is the same, 0 chance)"
    )
    if found.chance_overlap > 1 - TIED:
        return f"In {where} all pairs couple alike, so whether the strongest come back **cannot be tested**."
    if not found.p < LEVEL:
        so = "is **no more alike than chance** would have it"
    elif found.overlap >= SAME:
        so = "**comes back**"
    elif found.overlap >= PARTLY:
        so = "**comes back in part**"
    else:
        so = "comes back **a little, more than chance but not by much**"
    return f"Over {counted(seeds, 'seed')}, {where} {so}: {figures}."


def few_seeds_sentence(seeds: int) -> str:
    """What so few seeds can tell; '' for five or more."""
    return f"With {counted(seeds, 'seed')} these figures are rough: five tell more." if seeds < 5 else ""


def spread_sentence(found: "HeadStability", share: float) -> str:
    """How much a strong weight changes from seed to seed; '' where there is none."""
    n = len(found.mean)
    between = ~np.eye(n, dtype=bool)
    size = np.abs(np.asarray(found.mean, dtype=float)[between])
    spread = np.asarray(found.spread, dtype=float)[between]
    if not (size > 0).any():
        return ""
    strong = size >= np.quantile(size, 1 - share)
    strong &= size > 0
    if not strong.any():
        return ""
    return (
        f"A typical weight among the strongest {whole_percent(share)} varies by "
        f"{percent(float(np.median(spread[strong] / size[strong])))} from seed to seed (standard deviation over mean)."
    )


def consensus_sentence(consensus: np.ndarray, noun: str = SENSOR) -> str:
    """The groups on which the seeds agree."""
    placed = consensus[consensus >= 0]
    alone = int((consensus < 0).sum())
    if not len(placed):
        return "The seeds agree on no community."
    number = len(set(placed.tolist()))
    left = f"; {counted(alone, noun)} in none" if alone else ""
    return f"The seeds agree on {counted(number, 'community', 'communities')}{left}."


def matched_sentence(found: "Stability") -> str:
    """Whether heads kept their places between seeds; '' with one head."""
    matched = np.asarray(found.matched)
    if matched.ndim != 2 or matched.shape[1] < 2:
        return ""
    moved = int((matched != np.arange(matched.shape[1])).any(axis=1).sum())
    if not moved:
        return "Heads have no order, so they were matched by likeness; in every seed each kept its place."
    return (
        f"Heads have no order, so they were matched by likeness: in {counted(moved, 'seed')} of {len(matched)} they "
        "stand in other places than in the first."
    )
