"""What the evidence says of a head in three lines: real or chance, used or ignored, stable over seeds or not told so.

Real: at least two nulls that keep what is trivial (the map, the roads' shape, the sensors' totals) must say so, and
none that could be drawn may deny it; the plain permutation test, which takes every smooth pattern for a finding, has no
say. Used: what cutting costs, with an interval that leaves out 0; whether strong pairs matter more than others is said
beside it, and only if more than one way of removing shows it. Stable: how large the overlap is, and how likely by
chance. A p value that is not small says that chance would do as well, not that chance it was; one that could not have
been small says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.reading.begun import begun_again, begun_sentence, share_begun
from app.reading.corrected import at_best, over_heads
from app.reading.evidence import no_weight
from app.reading.roads import GIVEN_ROADS, auroc_words, given_roads, given_sentence
from app.reading.stability import PARTLY, TIED, why_untold
from app.reading.verdict_line import MEAN, Line
from app.reading.verdict_used import used_line
from app.reading.words import (
    SENSOR,
    capital,
    counted,
    joined,
    minus,
    percent,
    probability,
    two,
    whole_percent,
)

if TYPE_CHECKING:
    from analysis.evidence import Chance
    from analysis.nulls import Tests
    from analysis.roads import RoadMatch
    from analysis.stability import Stability
    from analysis.use import Use
    from app.measured import Measured

QUESTIONS = ("real", "used", "stable")

LEVEL = 0.05  # of every test
LEAST_NULLS = 2  # that keep what is trivial
LEAST_EFFECT = 0.1  # correlation of coupling with roads
LEAST_OVERLAP = 0.5  # of the strongest pairs between seeds
GIVEN = "given"  # the word for a model that may listen along roads only
PARTLY_GIVEN = "given in part"  # for a mean of such a model with others
TOO_FEW = "too few"  # the word where no p could have been small: too few draws, or too few pairs to draw from

KEEPING = {
    "moran": "patterns as smooth over the map",
    "rewired": "pairs as many and as long",
    "configuration": "weights dealt anew to sensors that keep their totals",
}
"""The nulls that keep what is trivial, and what each draws."""

NOT_YET = "Not tested yet."
ONE_SEED = "Not tested: there is one seed of this model only. Train more with `python -m app train --seeds 5`."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence says of a head."""

    head: str
    real: Line
    used: Line
    stable: Line

    @property
    def lines(self) -> tuple[Line, Line, Line]:
        """The three lines in their order."""
        return (self.real, self.used, self.stable)


def verdict(
    head: str,
    chance: "Chance | None",
    use: "Use | None",
    stability: "Stability | None",
    *,
    model: str = "",
    made_of: Sequence[str] = (),
    begun: float = 0.0,
    unit: str = "",
    reasons: Mapping[str, str] | None = None,
    truth: "RoadMatch | None" = None,
    noun: str = SENSOR,
) -> Verdict:
    """What the evidence says of a head.

    Parameters
    ----------
    head : a head's name, or 'mean' for the mean of heads
    chance, use, stability : parts of the evidence; None where there is none
    model : its name; '' for a matrix alone
    made_of : names of the models that learned the matrix (``Run.made_of``): `model`, if left out; of those that were
        given the roads, a match with them is no finding
    begun : share of the matrices that was there before training (``app.reading.begun``)
    unit : of the values that are forecast
    reasons : why a part cannot be made, by its name ('chance', 'use', 'stability'); without one it was not made yet
    truth : the head's pairs against the planted graph, where there is one
    noun : what the matrix is of
    """
    given = {part: reason for part, reason in (reasons or {}).items() if reason}
    why = {part: f"Cannot be tested: {reason[0].lower()}{reason[1:]}" for part, reason in given.items()}
    real = real_line(head, chance) if chance else Line("untested", why.get("chance", NOT_YET))
    if given_roads(learned := made_of or (model,)) and given.get("chance") != no_weight(noun):
        real = _given(learned)
    elif chance and (share := begun_sentence(begun, () if model else made_of)) and real.state in ("yes", "faint"):
        real = replace(real, own=f"{real.own} {share}")
    if truth is not None and chance is not None:
        real = replace(real, own=f"{real.own} Against the planted graph, known here: {auroc_words(truth)}.")
    return Verdict(
        head,
        real,
        used_line(head, use, unit, model) if use else Line("untested", why.get("use", NOT_YET)),
        _stable(head, stability, model, begun, noun) if stability else Line("untested", why.get("stability", NOT_YET)),
    )


def verdicts(
    measured: "Measured", results: Mapping[str, Any], reasons: Mapping[str, str], share: float = 0.02
) -> tuple[Verdict, ...]:
    """The verdict on every matrix of a run: the mean of its heads first where there are several, then each head.

    Parameters
    ----------
    measured : the run and what is measured on it
    results : parts of the evidence by name, None where there is none
    reasons : why a part cannot be made, by name; '' where nothing is in the way
    share : of pairs that count as strongest against a planted graph
    """
    run = measured.run
    heads = (MEAN, *run.heads) if len(run.heads) > 1 else run.heads
    return tuple(
        verdict(
            head,
            results.get("chance"),
            results.get("use"),
            results.get("stability"),
            model=run.model,
            made_of=run.made_of,
            begun=share_begun(run.record),
            unit=run.unit,
            reasons=reasons,
            truth=measured.recovery(head, share) if results.get("chance") is not None else None,
            noun=measured.noun,
        )
        for head in heads
    )


def real_line(head: str, chance: "Chance") -> Line:
    """Whether the coupling of a head goes with the roads more than nulls give that keep what is trivial."""
    rows = {one.head: one.roads for one in chance.heads}
    tests = rows[named_in(head, tuple(rows))]
    if tests is None:
        return Line("untested", "Cannot be told: these data have no road graph to hold the matrix against.")
    adjusted = _adjusted(rows)[named_in(head, tuple(rows))]
    missing = [one for one in tests.untested if one.null in KEEPING]
    why = joined([f"{one.null} could not be drawn, since {one.reason}" for one in missing])
    if len(adjusted) < LEAST_NULLS:
        drawn = "none" if not adjusted else "one"
        return Line(
            "untested",
            f"Cannot be told: of the nulls that keep what is trivial {drawn} could be drawn, and a verdict needs "
            f"{LEAST_NULLS}"
            + (f" ({why})." if why else "."),
        )
    found = next(one.statistic for one in tests.tests if one.null in adjusted)
    given = joined(
        [
            f"{minus(two(one.chance))} for {KEEPING[one.null]} ({probability(adjusted[one.null])})"
            for one in tests.tests
            if one.null in adjusted
        ]
    )
    figures = f"coupling goes with roads by a correlation of {minus(two(found))}, where chance gives {given}"
    if why:
        figures += f"; {why}"
    denied = [null for null, p in adjusted.items() if not p < LEVEL]
    could = {null: _at_best(head, rows, null) for null in denied}
    blunt = [null for null in denied if not could[null] < LEVEL]
    if blunt and blunt == denied:
        least = joined([f"{probability(could[null])} for {KEEPING[null]}" for null in blunt])
        draws = counted(max(len(one.draws) for one in tests.tests if one.null in blunt), "draw")
        why = f"with {draws} for {counted(len(rows), 'matrix', 'matrices')} the smallest that was possible is {least}"
        return Line("untested", f"Cannot be told: {why}. {capital(figures)}.", TOO_FEW)
    denied = [null for null in denied if null not in blunt]
    if denied:
        some = len(denied) < len(adjusted)
        so = f", since {joined([KEEPING[null] for null in denied])} do as well" if some else ""
        return Line("no", f"Not distinguishable from chance{so}: {figures}.")
    if found < LEAST_EFFECT:
        return Line("faint", f"More than chance, but faintly: {figures}; at least {LEAST_EFFECT:g} would be clear.")
    return Line("yes", f"More than chance: {figures}.")


def _stable(head: str, stability: "Stability", model: str, begun: float, noun: str) -> Line:
    """The same as `stable_line`, with what has to be said of a model that was given its graph, or part of it."""
    line = stable_line(head, stability, noun)
    roads = "Every seed was given the same roads, so much of this is by construction."
    alike = roads if model in GIVEN_ROADS else begun_again(begun)
    if not alike or line.state not in ("yes", "faint"):
        return line
    return replace(line, own=f"{line.own} {alike}")


def stable_line(head: str, stability: "Stability", noun: str = SENSOR) -> Line:
    """Whether a head comes back when the model is trained from other seeds."""
    if len(stability.seeds) < 2:
        return Line("untested", ONE_SEED)
    rows = {one.head: one for one in stability.heads}
    found = rows[named_in(head, tuple(rows))]
    if not np.isfinite(found.overlap):
        return Line("untested", f"Cannot be told: there is no weight between two {noun}s to compare.")
    if found.chance_overlap > 1 - TIED:
        return Line("untested", "Cannot be tested: all pairs couple alike, so there are none that could come back.")
    every = {name: one.p for name, one in rows.items()}
    p = over_heads(every)[found.head]
    figures = (
        f"of all pairs among the strongest {whole_percent(stability.share)} of either of two seeds, "
        f"{percent(found.overlap)} are so in both (Jaccard, mean over {counted(len(stability.seeds), 'seed')}; "
        f"by chance {percent(found.chance_overlap)}, {probability(p)})"
    )
    if np.isfinite(found.ari):
        figures += f", and their communities agree by {two(found.ari)} (ARI, 1 is the same, 0 chance)"
    if not p < LEVEL:
        if why := why_untold(stability, found.head):
            return Line("untested", f"Cannot be told: {why}. {capital(figures)}.", TOO_FEW)
        return Line("no", f"Not told apart from chance: {figures}.")
    if found.overlap < LEAST_OVERLAP:
        much = "It comes back in part" if found.overlap >= PARTLY else "A little of it comes back"
        return Line("faint", f"{much}: {figures}. At least {percent(LEAST_OVERLAP)} would be stable.")
    return Line("yes", f"It comes back: {figures}.")


def _at_best(head: str, rows: Mapping[str, "Tests | None"], null: str) -> float:
    """The smallest corrected p that a head could have had under a null."""
    found = {row: one for row, tests in rows.items() if tests for one in tests.tests if one.null == null}
    name = named_in(head, tuple(rows))
    return at_best({row: one.p for row, one in found.items()}, name, found[name].least)


def named_in(head: str, known: Sequence[str]) -> str:
    """The name under which a head stands among results: the mean of one head is that head.

    Raises
    ------
    ValueError
        There is no such head.
    """
    if head in known:
        return head
    if len(known) == 1 and MEAN in (head, known[0]):
        return known[0]
    raise ValueError(f"head must be one of {', '.join(known)}, got {head!r}")


def _given(models: Sequence[str]) -> Line:
    partly = len(given_roads(models)) < len(models)
    so = "In part by construction" if partly else "By construction"
    return Line(
        "untested", f"{so}, so no finding: {given_sentence(*models)}", PARTLY_GIVEN if partly else GIVEN
    )


def _adjusted(rows: Mapping[str, "Tests | None"]) -> dict[str, dict[str, float]]:
    """For each row, the p value under each null that keeps what is trivial, after Holm over all rows."""
    found: dict[str, dict[str, float]] = {head: {} for head in rows}
    for null in KEEPING:
        drawn = {
            head: one.p
            for head, tests in rows.items()
            if tests is not None
            for one in tests.tests
            if one.null == null and np.isfinite(one.p)
        }
        for head, p in over_heads(drawn).items():
            found[head][null] = p
    return found
