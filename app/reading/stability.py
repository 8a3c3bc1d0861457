"""What is said of heads under other seeds: which come back, and on what the seeds agree."""

from typing import TYPE_CHECKING

import numpy as np

from app.reading.corrected import at_best, over_heads
from app.reading.evidence import LEVEL
from app.reading.heads import head_phrase
from app.reading.words import SENSOR, counted, minus, percent, probability, three, two, whole_percent

if TYPE_CHECKING:
    from analysis.stability import HeadStability, Stability

SAME, PARTLY = 0.5, 0.2  # overlap of the strongest pairs between seeds that is called mostly, or partly, the same
TIED = 1e-6  # chance within this of a full overlap: no pair stands above another

FILLED_STABLE = "Filled: p below 0.05 after Holm's correction for the number of heads."

LIKE_SEEDS = (
    "Another seed draws other first weights and another order of the data; what comes back under all of them is in the "
    "data, in the model or in what all began with; what does not may be an accident of the seed."
)


def stability_sentence(found: "Stability", head: str) -> str:
    """Whether a head would come back under another seed; its p is that after Holm's correction over the heads."""
    one, where = _rows(found)[head], head_phrase(head)
    p = over_heads({name: row.p for name, row in _rows(found).items()})[head]
    figures = (
        f"of all pairs among the strongest {whole_percent(found.share)} of either of two seeds, {percent(one.overlap)} "
        f"are so in both (by chance {percent(one.chance_overlap)}, {probability(p)}); their communities agree "
        f"by {two(one.ari)} (ARI: 1 is the same, 0 chance)"
    )
    seeds = counted(len(found.seeds), "seed")
    if one.chance_overlap > 1 - TIED:
        return f"In {where} all pairs couple alike, so whether the strongest come back **cannot be tested**."
    if not p < LEVEL and (why := why_untold(found, head)):
        return f"Over {seeds}, whether {where} comes back **cannot be told**, since {why}: {figures}."
    if not p < LEVEL:
        so = "is **not told apart from chance**"
    elif one.overlap >= SAME:
        so = "**comes back**"
    elif one.overlap >= PARTLY:
        so = "**comes back in part**"
    else:
        so = "comes back **a little, more than chance but not by much**"
    return f"Over {seeds}, {where} {so}: {figures}."


def why_untold(found: "Stability", head: str) -> str:
    """Why no overlap of a head could have been told from chance, as a clause; '' where one could."""
    rows = _rows(found)
    least = rows[head].least
    could = at_best({name: row.p for name, row in rows.items()}, head, least)
    if could < LEVEL:
        return ""
    if least * (1 + found.draws) < 1.5:  # no draw reached a full overlap
        of = counted(len(rows), "matrix", "matrices")
        return f"with {counted(found.draws, 'draw')} for {of} no p could be below {three(could)}"
    return f"so few pairs are compared that even the same ones in every seed would give {probability(could)}"


def _rows(found: "Stability") -> dict[str, "HeadStability"]:
    return {one.head: one for one in found.heads}


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


def consensus_sentence(found: "Stability", head: str, noun: str = SENSOR) -> str:
    """The groups on which the seeds agree, if their communities agree by more than those of renamed sensors.

    The p of that is corrected over the heads, as that of the overlap is.
    """
    rows = _rows(found)
    consensus = rows[head].consensus
    placed = consensus[consensus >= 0]
    alone = int((consensus < 0).sum())
    if not len(placed):
        return "The seeds agree on no community."
    p = over_heads({name: row.ari_p for name, row in rows.items()})[head]
    if not p < LEVEL:
        return (
            f"That the seeds agree on who belongs together **cannot be told from chance**: ARI "
            f"{minus(two(rows[head].ari))}, where renamed {noun}s give 0 ({probability(p)})."
        )
    number = len(set(placed.tolist()))
    left = f"; {counted(alone, noun)} in none" if alone else ""
    return f"The seeds agree on {counted(number, 'community', 'communities')} ({probability(p)}){left}."


def matched_sentence(found: "Stability") -> str:
    """How heads were matched between seeds, and whether they kept their places; '' with one head."""
    from analysis.matching import layers

    matched = np.asarray(found.matched)
    if matched.ndim != 2 or matched.shape[1] < 2:
        return ""
    alike = [len(one) for one in layers([one.head for one in found.heads if one.head != "mean"])]
    if max(alike) < 2:
        return "Each head has a place of its own in the model, so it was compared with that of its name in every seed."
    by_name = " The others were compared by name." if min(alike) < 2 else ""
    moved = int((matched != np.arange(matched.shape[1])).any(axis=1).sum())
    if not moved:
        return f"Heads of one layer have no order, so they were matched by likeness; all kept their places.{by_name}"
    return (
        f"Heads of one layer have no order, so they were matched by likeness: in {counted(moved, 'seed')} of "
        f"{len(matched)} they stand in other places than in the first.{by_name}"
    )
