"""What the evidence says of a learned graph, beside what chance gives; never more than the tests support."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.reading.heads import head_phrase
from app.reading.words import counted, joined, minus, percent, plain, probability, three, two, whole_percent

if TYPE_CHECKING:
    from analysis.nulls import NullTest, Tests
    from analysis.planted import Planted
    from analysis.stability import HeadStability, Stability
    from analysis.whiteness import Residuals, Whiteness

LEVEL = 0.05  # a p value below this is called beyond chance
SURELY = 1.96  # standard errors
PLAIN = "permuted"  # the null that nobody should rest on
SAME, PARTLY = 0.5, 0.2  # overlap of the strongest pairs between seeds that is called mostly, or partly, the same
TIED = 1e-6  # chance within this of a full overlap: no pair stands above another
SIMPLE_WAYS = ("correlation", "partial correlation", "ridge VAR")

NULLS = {
    "moran": "as smooth over the map (Moran)",
    "rewired": "roads as many and as long (rewired)",
    "configuration": "strengths as they are (configuration)",
    "permuted": "sensors exchanged (plain)",
}
"""What each null is called, by what it leaves as it was."""

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
FILLED_STABLE = "Filled: p below 0.05 after Holm's correction for the number of heads."
FILLED_MODES = (
    "Filled: beyond chance under at least two nulls, and under each that says something of it, at 0.05 after Benjamini "
    "and Hochberg's correction for the number of modes."
)
NOT_WHITE = (
    "Space: joined sensors at one moment; time: a sensor from one moment to the next. Within the grey band, ±1.96, the "
    "test sees nothing: 95 % of values would lie there if nothing were left in the errors. That is no proof that "
    "nothing is."
)
ICONS = {
    "yes": ":material/check_circle:",
    "faint": ":material/contrast:",
    "no": ":material/cancel:",
    "untested": ":material/radio_button_unchecked:",
}
"""How a line of a verdict stands, as an icon in Markdown."""

WHAT_FOR = {
    "chance": "whether it is more than nearness alone, or the sensors' strengths alone, would give",
    "use": "what the model loses when weights are cut",
    "stability": "whether it comes back under another seed",
    "residuals": "whether the model leaves structure in its errors, and where",
    "planted": "whether a graph could be found in data like these",
}
"""What each part of the evidence is about, as a phrase."""

RECOVERY = (
    "Whiskers span the seeds; the upright line is the setting of this run. Grey: simple ways that need no training."
)
LIKE_SEEDS = (
    "Another seed draws other first weights and another order of the data; what comes back under all of them is in the "
    "data or the model, what does not is an accident."
)


def tests_sentence(tests: "Tests", head: str, adjusted: Mapping[str, float], heads: int) -> str:
    """Whether a statistic of a head is beyond chance, under which nulls, beside what each of them gives.

    Parameters
    ----------
    tests : of the head
    head : its name, or 'mean'
    adjusted : null -> p after Holm's correction over the heads
    heads : how many there are; of one alone, no correction is spoken of
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
    under = {1: "the one null", 2: "both nulls"}.get(len(aware), f"all {len(aware)} nulls")
    knows_the_map = {"moran", "rewired"} & {test.null for test in aware}
    left = "" if knows_the_map else " None of them knows the map, so near sensors coupling may explain it."
    return f"In {where}, {claim} **more than by chance**, under {under} that could be drawn: {measured}.{left}"


def untested_sentences(tests: "Sequence[Tests]") -> list[str]:
    """Which nulls could not be drawn and why, each reason once; texts of the analyses, made safe."""
    found = dict.fromkeys((missing.null, missing.reason) for one in tests for missing in one.untested)
    return [untested_sentence(null, reason) for null, reason in found]


def untested_sentence(null: str, reason: str) -> str:
    """Why a null could not be drawn."""
    return f"Not drawn, {_name(null)}: {plain(reason.rstrip('.'), 200)}."


def draws_caption(draws: int) -> str:
    """How fine a p value can be."""
    return f"{counted(draws, 'draw')} of each null at most, so no p can be below {three(1 / (draws + 1))}."


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


def consensus_sentence(consensus: np.ndarray) -> str:
    """The groups on which the seeds agree."""
    placed = consensus[consensus >= 0]
    alone = int((consensus < 0).sum())
    if not len(placed):
        return "The seeds agree on no community."
    number = len(set(placed.tolist()))
    left = f"; {counted(alone, 'sensor')} in none" if alone else ""
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


def residuals_sentence(found: "Residuals", minutes: float) -> str:
    """Whether the model leaves something in its errors, along the roads, or along its own graph without any."""
    ahead = f"{three(minutes) if minutes % 1 else f'{minutes:,.0f}'} minutes ahead"
    known = [test for test in found.tests if np.isfinite(test.p)]
    best = next((test for test in known if test.graph == "roads"), known[0] if known else None)
    if best is None:
        return "There are too few errors, or no edges, to test."
    where = _graph_phrase(best.graph)
    ahead = ahead[0].upper() + ahead[1:]
    parts = []
    level = LEVEL if best.p < LEVEL else LEVEL / 2  # errors alike in space may cancel with errors that swing in time
    if best.space_p < level:
        sign = "are alike" if best.space > 0 else "are unlike each other"
        parts.append(
            f"errors of joined sensors {sign}, {percent(best.agree)} of them have the same sign where chance gives "
            f"{percent(0.5)} ({probability(best.space_p)})"
        )
    if best.time_p < level:
        sign = "follows the one before it" if best.time > 0 else "swings against the one before it"
        parts.append(f"a sensor's error {sign} ({probability(best.time_p)})")
    if best.p >= LEVEL and not parts:
        return (
            f"{ahead}, the test sees **nothing left in the errors** along {where} ({probability(best.p)}); that is no "
            "proof that nothing is."
        )
    said = f": {'; '.join(parts)}" if parts else f" ({probability(best.p)})"
    if best.p >= LEVEL:
        said += f". Space and time taken together cancel ({probability(best.p)})"
    return f"{ahead}, the model **leaves structure in its errors** along {where}{said}."


def residuals_beside(found: "Residuals") -> str:
    """What is left along the learned graphs, beside a random one: a graph that was used up leaves no more than it."""
    random = next((test for test in found.tests if test.graph == "random" and np.isfinite(test.agree)), None)
    learned = [test for test in found.tests if test.graph not in ("roads", "random") and np.isfinite(test.agree)]
    if not learned or random is None:
        return ""
    most = max(learned, key=lambda test: test.agree)
    said = (
        f"Along {_graph_phrase(most.graph)}{', the highest of the heads' if len(learned) > 1 else ''}, "
        f"{percent(most.agree)} of joined errors have the same sign; along a random graph {percent(random.agree)}."
    )
    # One of several was picked, so its p counts as often. The random graph's share is as uncertain as its own, whose
    # standard error is (agree - 0.5) / space.
    clear = (most.agree - random.agree) * most.space > 2**0.5 * SURELY * (most.agree - 0.5) > 0
    if most.space_p * len(learned) < LEVEL and clear:
        return f"{said} So its pairs still share something that the model has not used up."
    return said


def planted_sentence(found: "Planted") -> str:
    """What share of the true edges each way finds with data like those of the run, the best first."""
    own = own_recoveries(found)
    if not own:
        return "Nothing was measured in the setting of this run."
    ranked = sorted(own, key=lambda way: -np.nanmean(own[way]))
    first = ranked[0]
    said = [_found_words(way, own[way]) for way in ranked]
    return (
        f"With data like yours, **{percent(float(np.mean(own[first])))} of true edges are found** by {plain(first)}"
        f"{_over_seeds(own[first])}" + (f"; {'; '.join(said[1:])}" if len(said) > 1 else "") + "."
    )


def planted_setting(found: "Planted", chance: float = float("nan")) -> str:
    """What was planted, and what of it is that of the run; ``chance``: the share of all pairs that was planted."""
    graph = "the road graph of this run" if found.graph == "roads" else "a ring, since this run has no road graph"
    far = (
        f", and {counted(found.far_planted, 'far coupling')} between sensors that no road joins"
        if found.far_planted
        else ""
    )
    guessed = f", of which a guess would find {percent(chance)}" if np.isfinite(chance) else ""
    return (
        f"Made-up data in which the truth is known: {graph} was planted{far}; {counted(found.length, 'step')} of data, "
        f"{percent(found.noise)} of each sensor's variance unforeseeable and {percent(found.missing)} missing, as in "
        "this run. The share of true edges found is counted among as many strongest pairs as were planted"
        f"{guessed}. How strong couplings are in real data nobody knows, so this is a guide to what can be hoped for, "
        "no grade of your run."
    )


def own_recoveries(found: "Planted") -> dict[str, list[float]]:
    """Of each way, the share of true edges that it found in the run's own setting, one value a seed."""
    own: dict[str, list[float]] = {}
    for one in found.recoveries:
        if (one.length, one.noise, one.missing) == (found.length, found.noise, found.missing):
            own.setdefault(one.way, []).append(one.precision)
    return {way: values for way, values in own.items() if np.isfinite(values).all()}


def own_caption(found: "Planted") -> str:
    """What the columns of the table in the run's own setting count."""
    far = " Far couplings: the share of those planted that is among the strongest 5 % of pairs."
    said = "AUROC: how often a true edge stands above another pair, 0.50 by chance."
    return said + far if found.far_planted else said


def is_simple(way: str) -> bool:
    """Whether a way is one that a user could take without any model."""
    return way in SIMPLE_WAYS


def scores_caption(beyond: int, sensors: int, graph: str) -> str:
    """What the colours of the sensors mean where each has a score, and how many lie outside of what chance gives."""
    expected = max(round(0.05 * sensors), 1)
    return (
        "Where the model still leaves structure: each sensor's colour says how alike its errors are to those of its "
        f"neighbours on {'the road graph' if graph == 'roads' else _graph_phrase(graph)}, as a standard score. Above 0 "
        f"it errs as they do. {beyond:,} of {counted(sensors, 'sensor')} lie outside ±1.96, where chance would put "
        f"about {expected:,} if nothing were left."
    )


def whole_share(share: float, over: Sequence[str], asked: Sequence[str]) -> float:
    """How far a process is over all parts that it was asked for, 0 to 1."""
    return min((len(over) + share) / max(len(asked), 1), 1.0)


def progress_words(part: str, share: float, over: Sequence[str], asked: Sequence[str]) -> str:
    """What a process does now, and how far it is with it."""
    if not part:
        return "going on" if over else "starting"
    at = min(len(over) + 1, len(asked))
    return f"Testing {WHAT_FOR[part]}: {round(100 * share)} %, part {at} of {len(asked)}"


def start_words(missing: Sequence[str], failed: Sequence[str], ended: str) -> str:
    """What stands beside the button that starts the tests."""
    before = {
        "stopped": "It was stopped; what was done by then is kept. ",
        "renamed": "The run was renamed while it was being tested, which ended the test; what was done by then is "
        "kept. ",
        "killed": "The last test ended without a word: it was killed, or memory ran out. ",
    }.get(ended, "")
    if failed and set(failed) >= set(missing):
        said = _parts(failed)
        return f"{before}{said[:1].upper()}{said[1:]} could not be tested: the reason stands in its place below."
    todo = [part for part in missing if part not in failed]
    return f"{before}To test: {_parts(todo)}." + ("" if before else " It may take a minute or more, in the background.")


def _parts(parts: Sequence[str]) -> str:
    names = {"planted": "planted truth"}
    return joined([names.get(part, part) for part in WHAT_FOR if part in parts])


def graph_name(graph: str) -> str:
    """A graph that errors were tested on, as a row of a figure; as given, so not yet safe."""
    return {"mean": "learned: mean of heads", "roads": "road graph", "random": "random graph"}.get(
        graph, f"learned: {graph}"
    )


def null_p(test: "NullTest") -> str:
    """What stands beside the draws of a null."""
    return probability(test.p)


def white(test: "Whiteness") -> bool:
    """Whether the test sees nothing left."""
    return test.p >= LEVEL


def _name(null: str) -> str:
    return SHORT.get(null, plain(null))


def _many(number: int) -> str:
    return "none is" if not number else "1 is" if number == 1 else f"{number:,} are"


def _graph_phrase(graph: str) -> str:
    if graph == "roads":
        return "the roads"
    return "a random graph" if graph == "random" else f"the learned graph, {head_phrase(graph)}"


def _found_words(way: str, values: list[float]) -> str:
    return f"{plain(way)} finds {percent(float(np.mean(values)))}{_over_seeds(values)}"


def _over_seeds(values: list[float]) -> str:
    if len(values) < 2:
        return ""
    return f" ({percent(min(values))} to {percent(max(values))} over {counted(len(values), 'seed')})"
