"""Learned pairs against a graph that is known: the roads, or the graph that was planted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from app.reading.words import capital, counted, joined, percent, plain, times, whole_percent

if TYPE_CHECKING:
    from analysis.roads import EdgeClasses, RoadMatch

GIVEN_ROADS = ("gat-gru", "gat-published")  # models that may listen along the roads only
DEVIATIONS = 3.0  # of independent draws: pairs of sensors are not independent, so two would claim too much
QUARTER = 1.25
NO_PAIRS = "the two directions of every pair cancel out, so none is strong"


def against_chance(match: "RoadMatch") -> Literal["more", "same", "fewer"]:
    """Whether the strongest pairs hit the graph more often than blind choice, or less, or neither can be said.

    More (fewer) only when the hits exceed (miss) what chance gives by three standard deviations of independent draws
    and by a factor of 1.25.
    """
    expected = match.pairs * match.chance
    deviation = np.sqrt(expected * (1 - match.chance))
    if match.hits >= expected + DEVIATIONS * deviation and match.hits >= QUARTER * expected:
        return "more" if match.hits > expected else "same"
    if match.hits <= expected - DEVIATIONS * deviation and match.hits <= expected / QUARTER:
        return "fewer" if match.hits < expected else "same"
    return "same"


def no_more(match: "RoadMatch") -> str:
    """How to say 'same': figures that stand beside it may well be above chance, yet not by enough to count."""
    if match.precision >= QUARTER * match.chance:
        return "not clearly more often than chance"
    seen = match.precision > match.chance and percent(match.precision) != percent(match.chance)
    return f"{'hardly' if seen else 'no'} more often than chance"


def few_words(match: "RoadMatch") -> str:
    """That fewer pairs have weight than the share asks for: 'only 156 of 357 asked for have any weight'; '' if not."""
    if match.pairs >= match.asked:
        return ""
    return f"only {match.pairs:,} of {match.asked:,} asked for {'has' if match.pairs == 1 else 'have'} any weight"


def match_words(match: "RoadMatch", share: float, place: str = "lie on roads") -> str:
    """How often the strongest pairs hit: '… lie on roads 3.4 times as often as chance (41 % against 12 %)'."""
    if not match.pairs:
        return NO_PAIRS
    few = few_words(match)
    compared = f"({percent(match.precision)} against {percent(match.chance)}{f'; {few}' if few else ''})"
    strongest = f"its strongest {whole_percent(share)} of pairs {place}"
    return {
        "more": f"{strongest} {times(match.lift)} times as often as chance {compared}",
        "same": f"{strongest} {no_more(match)} {compared}",
        "fewer": f"{strongest} less often than chance {compared}",
    }[against_chance(match)]


def auroc_words(match: "RoadMatch") -> str:
    """The ranking of all pairs, beside chance: 'AUROC 0.93, chance 0.50'."""
    near = ", which is about chance (0.50)" if abs(match.auroc - 0.5) < 0.05 else ", chance 0.50"
    return f"AUROC {match.auroc:.2f}{near}"


def given_roads(models: Sequence[str]) -> tuple[str, ...]:
    """Those of the models behind a matrix (``Run.made_of``) that may listen along the roads only."""
    return tuple(name for name in models if name in GIVEN_ROADS)


def given_sentence(*models: str) -> str:
    """What has to be said where a match with the roads is no finding; '' for models that had to find them.

    Parameters
    ----------
    *models : the models behind a matrix: one, or all of the runs that it is a mean of (``Run.made_of``)
    """
    given = given_roads(models)
    if not given:
        return ""
    several = len(given) > 1
    are, their, they, were = ("are", "their", "they", "were") if several else ("is", "its", "it", "was")
    return (
        f"{joined([plain(name) for name in given])} {are} given the road graph and can listen along roads only: that "
        f"{their} weights lie on roads is how {they} {were} built, not something {they} found."
    )


def classes_answer(classes: "EdgeClasses", match: "RoadMatch | None", share: float, roads: bool) -> str:
    """The answer of the map: how many of the strongest pairs run along roads."""
    both, learned, left = len(classes.both), len(classes.learned), len(classes.road)
    drawn = both + learned
    if not drawn:
        return "Nothing: this matrix has no weight between any two sensors."
    if not roads or match is None:
        pairs = counted(drawn, "strongest pair")
        return f"These data have no road graph to compare with: all {pairs} are drawn as learned."
    verdict = {
        "more": f"{times(match.lift)} times as often as chance, which would hit {percent(match.chance)}",
        "same": f"{no_more(match)}, which would hit {percent(match.chance)}",
        "fewer": f"less often than chance, which would hit {percent(match.chance)}",
    }[against_chance(match)]
    without = f"{learned:,} {'has' if learned == 1 else 'have'} no road" if learned else "none is without a road"
    strongest = f"the strongest {whole_percent(share)}"
    missing = f"{counted(left, 'road link')} {'is' if left == 1 else 'are'} not among {strongest}"
    few = few_words(match)
    return (
        f"Of the {counted(drawn, 'strongest pair')}, **{both:,} {'runs' if both == 1 else 'run'} along a road** "
        f"({percent(both / drawn)}): {verdict}. **{capital(without)}**, and {missing}."
        + (f" {capital(few)}." if few else "")
    )


def recovery_answer(match: "RoadMatch") -> str:
    """How much of the planted graph was found."""
    found = {
        "more": f"{times(match.lift)} times as often as chance",
        "same": no_more(match),
        "fewer": "less often than chance",
    }[against_chance(match)]
    known = "These data were made from a graph that is known."
    if not match.pairs:
        return f"{known} None of its pairs was found: no pair has any weight."
    few = few_words(match)
    return (
        f"{known} Of the strongest {counted(match.pairs, 'pair')}{f' ({few})' if few else ''}, "
        f"{match.hits:.0f} {'is' if round(match.hits) == 1 else 'are'} planted ({percent(match.precision)}; "
        f"chance {percent(match.chance)}): {found}. "
        f"Over all pairs, {auroc_words(match)}."
    )
