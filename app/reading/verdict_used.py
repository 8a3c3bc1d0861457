"""The verdict's line on use: what cutting costs, and whether it matters which pairs go first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.reading.use import NO_INTERVAL, REMOVALS, cut_named, interval_words, worth_of
from app.reading.verdict_line import MEAN, Line, State
from app.reading.words import THIN, capital, counted, joined, minus, percent, two, with_unit

if TYPE_CHECKING:
    from analysis.deletion import Area
    from analysis.use import Use

LEAST_WAYS = 2  # of removing that must show that strong pairs matter more
HARDLY = "hardly"  # the word for a head that is used, but to next to no effect

# Models in which a sensor's own value, too, passes through the matrix.
ALL_THROUGH = ("intergat-gru", "gat-gru", "gat-published")
OTHERS = {"random": "random ones", "length": "ones of the same length"}
"""The orders that the strongest first must cost more than."""

LONGER = "A longer test part could tell, with windows of more days."
OWN_VALUE = (
    " In this model a sensor's own value passes through the same matrix, so cutting the others leaves little of "
    "anything: see what setting weights to their mean costs."
)


def used_line(head: str, use: "Use", unit: str, model: str = "") -> Line:
    """What cutting a head costs, and whether it matters which of its pairs go first."""
    own = OWN_VALUE if model in ALL_THROUGH else ""
    alone = head == MEAN or len(use.heads) == 1
    lost = cut_named(use, "all") if alone else cut_named(use, "head", head)
    worth = "unknown" if lost is None else worth_of(lost, use.mae)
    if lost is None or worth == "unknown":
        return Line("untested", "Cannot be told: nothing was observed in the windows that it was run on.")
    falls = lost.rise < 0
    without = "without any weight between sensors" if alone else "without it"
    share = percent(abs(lost.rise) / use.mae) if use.mae > 0 else ""
    about = ", ".join(filter(None, [share, interval_words(lost, use.mae, falls=falls)]))
    goes = f"{'falls' if falls else 'rises'} by {with_unit(abs(lost.rise), unit)} ({about})"
    change = f"{without} the mean absolute error of {with_unit(use.mae, unit)} {goes}"
    if not np.isfinite(lost.low):
        return Line("unclear", f"Cannot be told: {change}, and {NO_INTERVAL}.")
    if worth == "nothing":
        return Line("no", f"Ignored: {change}.")
    if worth == "unsure":
        return Line("unclear", f"Cannot be told from these {counted(use.windows, 'window')}: {change}. {LONGER}")
    if worth == "harm":
        return Line("harmful", f"Used, to its harm: {change}.")
    if worth == "hardly":
        return Line("no", f"Hardly used: {change}.", HARDLY)
    state: State = "yes" if worth == "much" else "faint"
    begin = "It matters" if worth == "much" else "It matters a little"
    return Line(state, f"{begin}: {change}.", common=f"{_order(use, unit)}{own}")


def _order(use: "Use", unit: str) -> str:
    """Whether strong pairs matter more than others: of all heads together, since they are removed together."""
    ways = _ways(use.areas)
    found = {word: [way for way, is_so in ways.items() if is_so == word] for word in ("more", "less", "unclear")}
    more, less = found["more"], found["less"]
    others = joined([words for name, words in OTHERS.items() if name in orders_drawn(use)])
    first = "removing the strongest pairs first"
    if not ways:
        sentence = "whether strong pairs matter more could not be tested."
    elif len(more) >= LEAST_WAYS:
        sizes = _sizes(use.areas, more[0], unit)
        but = f"; with weights {_named_ways(less)} it costs less" if less else ""
        count = f"{len(more)} of {counted(len(ways), 'way')} of removing"
        sentence = f"{first} costs more than {others} in {count}{sizes}{but}."
    elif more or less:
        said = [
            f"{word} with weights {_named_ways(those)}{_sizes(use.areas, those[0], unit, named=len(those) == 1)}"
            for word, those in (("more", more), ("less", less))
            if those
        ]
        but = f"; it cannot be told with weights {_named_ways(found['unclear'])}" if found["unclear"] else ""
        since = ", since the ways of removing disagree" if more and len(ways) > 1 else ""
        sentence = (
            f"that strong pairs matter more is not shown{since}: beside {others}, {first} costs {joined(said)}{but}."
        )
    else:
        sizes = _sizes(use.areas, next(iter(ways)), unit)
        sentence = (
            f"that strong pairs matter more is not shown: {first} costs more than {others}, with a whole interval "
            f"above 0, in none of {counted(len(ways), 'way')} of removing{sizes}."
        )
    return f"In all heads together, {sentence}" if len(use.heads) > 1 else capital(sentence)


def _named_ways(ways: Sequence[str]) -> str:
    return joined([REMOVALS[way] for way in ways])


def orders_drawn(use: "Use") -> set[str]:
    """The orders that the strongest first could be held against."""
    return {area.beside for area in use.areas if np.isfinite(area.value)}


def _ways(areas: Sequence["Area"]) -> dict[str, str]:
    """What the strongest first cost, beside random ones and ones of the same length, in each way of removing.

    'more' or 'less' where the whole intervals beside both say so, else 'unclear'.
    """
    found: dict[str, list[Area]] = {}
    for area in areas:
        if area.beside in OTHERS and np.isfinite(area.low):
            found.setdefault(area.removal, []).append(area)
    above = {way for way, those in found.items() if all(one.low > 0 for one in those)}
    below = {way for way, those in found.items() if all(one.high < 0 for one in those)}
    return {way: "more" if way in above else "less" if way in below else "unclear" for way in found}


def _sizes(areas: Sequence["Area"], way: str, unit: str, *, named: bool = False) -> str:
    """By how much the order matters in one way of removing, which may have been ``named`` before, beside random order.

    Where it costs less, by how much less.
    """
    for area in areas:
        if (area.removal, area.beside) == (way, "random") and np.isfinite(area.value):
            value, low, high = area.value, area.low, area.high
            if high < 0:
                value, low, high = -value, -high, -low
            size, least, most = (minus(text) for text in (with_unit(value, unit), two(low), two(high)))
            where = "" if named else f"{REMOVALS[way]}, "
            return f" ({where}beside random ones by {size}, 95{THIN}% interval {least} to {most})"
    return ""
