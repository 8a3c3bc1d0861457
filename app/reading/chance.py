"""What is said of a learned graph beside what chance gives, under each null; never more than the tests support."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.reading.evidence import LEAST_SHARE, LEVEL, faint_agreement
from app.reading.heads import head_phrase
from app.reading.words import SENSOR, about, counted, joined, minus, plain, probability, three

if TYPE_CHECKING:
    from analysis.nulls import Tests

PLAIN = "permuted"  # the null that nobody should rest on

NULLS = {
    "moran": "as smooth over the map (Moran)",
    "rewired": "roads as many and as long (rewired)",
    "configuration": "strengths as they are (configuration)",
    "permuted": "sensors exchanged (plain)",
}
"""What each null is called, by what it leaves as it was; see `null_name`."""

SHORT = {"moran": "Moran", "rewired": "rewired", "configuration": "configuration", "permuted": "plain"}
KEEPS = {
    "moran": "**Moran randomisation** keeps how weights fall off with distance and how smooth the rest of them is over "
    "the map, and moves the pattern.",
    "rewired": "**Rewiring** keeps how many roads each sensor has and how long they are, and draws other roads.",
    "configuration": "**Weighted configuration** keeps how much weight each sensor has in all, and forgets the map: it "
    "says what strengths alone explain.",
    "permuted": "**The plain permutation** exchanges the sensors as if any could stand in any place. It is grey since "
    "it is too liberal: near sensors are alike, so it calls chance a finding far too often (Guillot and Rousset 2013).",
}

STATISTICS = {
    "correlation": "correlation of weight with roads",
    "contrast": "contrast of weight, within groups against across",
    "agreement": "adjusted Rand index of communities and groups",
}
QUESTIONS = {
    "correlation": "Does it follow the roads more than nearness alone would?",
    "contrast": "Does it keep within the known groups?",
    "agreement": "Are its communities the known groups?",
}
_CLAIMS = {
    "correlation": "the weights follow the roads",
    "contrast": "weight keeps within the known groups",
    "agreement": "the communities agree with the known groups",
}
MISSING = {
    "correlation": "These data have no road graph, so there is nothing that the weights could follow.",
    "contrast": "These data have no known groups to compare with.",
    "agreement": "There are no known groups, or no communities, to compare with each other.",
    "modes": "These data have no road graph, on which a mode could be smooth.",
}
NULL = (
    "A null is a kind of chance: it keeps what is trivial and draws the rest anew. What each keeps stands below the "
    "figures."
)
BESIDE = (
    "Grey: what the null gives by chance, with a bar over the middle 95 % of its draws. Purple: what was measured. "
    "Beyond chance is what few draws reach."
)
EFFECTS = (
    "A mark is how far a head stands above what a null gives on average, in standard deviations of its draws; filled: "
    "p below 0.05 after Holm's correction for the number of heads."
)

FILLED_MODES = (
    "Filled: beyond chance under at least two nulls, and under each that says something of it, at 0.05 after Benjamini "
    "and Hochberg's correction for the number of modes."
)


def null_name(null: str, noun: str = SENSOR) -> str:
    """What a null is called on a run of ``noun``s; one that nobody knows by its own name."""
    return about(noun, NULLS[null]) if null in NULLS else null


def tests_sentence(
    tests: "Tests",
    head: str,
    adjusted: Mapping[str, float],
    heads: int,
    noun: str = SENSOR,  # noqa: PT028  # this is no test
) -> str:
    """Whether a statistic of a head is beyond chance, under which nulls, beside what each of them gives.

    Parameters
    ----------
    tests : of the head
    head : its name, or 'mean'
    adjusted : null -> p after Holm's correction over the heads
    heads : how many there are; of one alone, no correction is spoken of
    noun : what the matrix is of
    """
    aware = [test for test in tests.tests if test.null != PLAIN]
    claim, where = _CLAIMS[tests.statistic], head_phrase(head)
    if not aware:
        return f"Whether {claim} more than by chance could not be tested: no null that is fair could be drawn."
    beyond = [test for test in aware if adjusted[test.null] < LEVEL]
    said = joined(
        [f"{minus(three(test.chance))} ({_name(test.null)}, {probability(adjusted[test.null])})" for test in aware]
    )
    corrected = ", p after Holm's correction for the number of heads" if heads > 1 else ""
    measured = f"measured {minus(three(aware[0].statistic))}; by chance {said}{corrected}"
    if not beyond:
        return f"In {where}, that {claim} **cannot be told from chance**: {measured}."
    if len(beyond) < len(aware):
        beaten = joined([_name(test.null) for test in beyond])
        return (
            f"In {where}, {claim} more than by chance under {len(beyond)} of {len(aware)} nulls only ({beaten}), which "
            f"is **a hint, no finding**: {measured}."
        )
    if tests.statistic == "agreement" and any(map(faint_agreement, beyond)):
        return (
            f"In {where}, {claim} more than by chance, but not by much, which is **a hint, no finding**: {measured}. "
            "Compact groups that know nothing of each other reach such p too often, so a finding must also cover "
            f"{LEAST_SHARE:g} of the way from chance to 1."
        )
    under = {1: "the one null", 2: "both nulls"}.get(len(aware), f"all {len(aware)} nulls")
    knows_the_map = {"moran", "rewired"} & {test.null for test in aware}
    left = "" if knows_the_map else f" None of them knows the map, so near {noun}s coupling may explain it."
    return f"In {where}, {claim} **more than by chance**, under {under} that could be drawn: {measured}.{left}"


def untested_sentences(tests: "Sequence[Tests]", noun: str = SENSOR) -> list[str]:
    """Which nulls could not be drawn and why, each reason once; texts of the analyses, made safe."""
    found = dict.fromkeys((missing.null, missing.reason) for one in tests for missing in one.untested)
    return [untested_sentence(null, reason, noun) for null, reason in found]


def untested_sentence(null: str, reason: str, noun: str = SENSOR) -> str:
    """Why a null could not be drawn."""
    return f"Not drawn, {_name(null)}: {plain(about(noun, reason.rstrip('.')), 200)}."


def draws_caption(draws: int, heads: int) -> str:
    """How fine a p value can be, as tested and after Holm's correction over so many heads."""
    least = 1 / (draws + 1)
    corrected = f", or below {three(heads * least)} once it is corrected for {heads:,} matrices" if heads > 1 else ""
    return f"{counted(draws, 'draw')} of each null at most, so no p can be below {three(least)}{corrected}."


def modes_sentence(localised: int, smooth: int, modes: int, where: str) -> str:
    """How many of the first modes of a matrix are beyond chance, in being local and in being smooth over the roads."""
    if not localised and not smooth:
        return (
            f"None of the first {counted(modes, 'mode')} of {where} is more local, or smoother over the roads, than by "
            "chance under each null that says something of it, of which two must."
        )
    return (
        f"Of the first {counted(modes, 'mode')} of {where}, **{_many(localised)} more local** and "
        f"**{_many(smooth)} smoother over the roads** than by chance, under each null that says something "
        "of it, of which two must."
    )


def _name(null: str) -> str:
    return SHORT.get(null, plain(null))


def _many(number: int) -> str:
    return "none is" if not number else "1 is" if number == 1 else f"{number:,} are"
