"""What one head does, in a sentence made from its figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.reading.roads import auroc_words, match_words
from app.reading.words import SENSOR, code, counted, percent, plain, three, whole_percent

if TYPE_CHECKING:
    from analysis.matrix import Pairs, Sparsity
    from analysis.roads import Reach, RoadMatch

ALL_ALIKE = 0.95  # of the others listened to: nobody is singled out
NEAR, LEANS = 0.5, 0.85  # hops that hold half the weight, as a share of those of a flat matrix
SURELY = 1.96  # standard deviations


def head_name(head: str) -> str:
    """The name of a head as a sentence begins with it; safe as Markdown."""
    return "The mean of the heads" if head == "mean" else plain(head[:1].upper() + head[1:])


def head_label(head: str) -> str:
    """The name of a head in a table or on an axis; as given, so not yet safe as Markdown."""
    return "mean of heads" if head == "mean" else head


def head_phrase(head: str) -> str:
    """The name of a head within a sentence; safe as Markdown."""
    return "the mean of the heads" if head == "mean" else plain(head)


def pairs_sentence(pairs: "Pairs", share: float, head: str) -> str:
    """How many pairs of a head are listed as the strongest, and how many are left out."""
    return (
        f"The strongest {whole_percent(share)} of all pairs in {head_phrase(head)}: {counted(pairs.count, 'pair')}; "
        f"{counted(pairs.left_out, 'weaker pair')} left out."
    )


def threshold_caption(pairs: "Pairs", share: float, noun: str = SENSOR) -> str:
    """What stands under a histogram of weights: where the threshold lies, and what it leaves out."""
    if not pairs.count:
        return f"There is no weight between any two {noun}s."
    return (
        f"Weights between two {noun}s, both directions. The threshold {three(pairs.cut)} keeps the strongest "
        f"{whole_percent(share)}: {counted(pairs.count, 'pair')}; {counted(pairs.left_out, 'weaker pair')} left out."
    )


def head_sentence(
    head: str,
    sparsity: "Sparsity",
    reach: "Reach | None",
    road: "RoadMatch | None",
    truth: "RoadMatch | None",
    share: float,
    noun: str = SENSOR,
) -> str:
    """One sentence or two on one head: how far it looks, how it stands to the roads, and to the planted graph."""
    name = f"**{head_name(head)}**"
    if not sparsity.neighbours.any():
        return f"{name} uses no other {noun}: all weights between {noun}s are exactly zero."
    others = len(sparsity.neighbours) - 1
    parts = []
    if sparsity.typical >= ALL_ALIKE * others:
        parts.append(f"listens to all {counted(others, f'other {noun}')} almost alike")
    distance = reach_words(reach) if reach is not None else ""
    if distance:
        parts.append(distance)
    sentence = f"{name} {' and '.join(parts)}" if parts else f"{name}: a typical {noun} {listens_words(sparsity)}"
    if road is not None:
        sentence += f"; {match_words(road, share)}"
    sentence += "."
    if truth is not None:
        sentence += f" Against the planted graph: {auroc_words(truth)}."
    return sentence


def order_words(grouped: bool, placed: bool) -> str:
    """How sensors are ordered where nobody chose an order: 'by known group'."""
    return "by known group" if grouped else "by position" if placed else "as in the data"


def reach_words(reach: "Reach") -> str:
    """How far along the roads a head looks, beside a flat matrix; '' where the roads lead nowhere.

    It is near or far where the hops that hold half its weight, counted within the last hop too, are that much fewer or
    more than a flat matrix's, and by more than the same weights at random pairs would be in one of twenty.
    """
    if not np.isfinite(reach.half):
        return ""
    hops = counted(round(reach.half), "hop")
    if not np.isfinite(reach.chance_half):
        return f"keeps half its weight within {hops}"
    ratio = reach.middle / reach.chance_middle
    within, flat = f"half its weight stays within {hops}", round(reach.chance_half)
    if LEANS < ratio < 1 / LEANS:
        beside = f" (a flat matrix: {flat})" if round(reach.half) == flat else f", about as with a flat matrix ({flat})"
        return f"spreads its weight over the map: {within}{beside}"
    if not abs(reach.nearer) > SURELY:
        beside = "" if round(reach.half) == flat else ", as the same weights in random places may"
        return f"spreads its weight over the map: {within} (a flat matrix: {flat}){beside}"
    looks = "is local" if ratio <= NEAR else "leans to near sensors" if ratio <= LEANS else "looks far"
    if round(reach.half) == flat:  # the same whole hops: what stays within these, or one less, says it
        for hop in range(max(1, flat - 1), flat + 1):
            own, even = (float(share[:hop].sum()) for share in (reach.weight_by_hops, reach.chance_by_hops))
            if (own > even) == (ratio < 1):
                stays = f"{percent(own)} of its weight stays within {counted(hop, 'hop')}"
                return f"{looks}: {stays} (a flat matrix: {percent(even)})"
    return f"{looks}: {within} (a flat matrix: {flat})"


def listens_words(sparsity: "Sparsity") -> str:
    """To how many others a sensor listens: 'listens to about 6.3 of 119 others'."""
    others = len(sparsity.neighbours) - 1
    return f"listens to about {three(sparsity.typical)} of {counted(others, 'other')}"


def heads_answer(
    head: str,
    sparsity: "Sparsity",
    asymmetry: float,
    mutuality: NDArray[np.floating],
    pairs: "Pairs",
    ids: Sequence[str],
    noun: str = SENSOR,
) -> str:
    """The answer of the page on heads: how many others a sensor listens to, and which pair is strongest."""
    others = len(sparsity.neighbours) - 1
    if others < 1:
        return f"There is one {noun} only: nobody to listen to."
    if not sparsity.neighbours.any():
        return f"{head_name(head)} lets nobody listen to anybody: all weights between {noun}s are exactly zero."
    zeros = (
        "no weight is exactly zero" if sparsity.zeros == 0 else f"{percent(sparsity.zeros)} of weights are exactly zero"
    )
    alike = sparsity.typical >= ALL_ALIKE * others
    listens = (
        f"a typical {noun} listens to all {counted(others, 'other')} almost alike"
        if alike
        else f"a typical {noun} listens to about **{three(sparsity.typical)} of {counted(others, 'other')}**"
    )
    where = "In the mean of the heads" if head == "mean" else f"In {plain(head)}"
    answer = f"{where}, {listens}; {zeros}. {asymmetry_words(asymmetry, mutuality)}"
    if pairs.count and (pairs.count == 1 or abs(pairs.weight[0]) > abs(pairs.weight[1])):
        first, second = code(ids[pairs.first[0]], 30), code(ids[pairs.second[0]], 30)
        answer += f" The strongest pair is {first} and {second} ({three(float(pairs.weight[0]))})."
    return answer


def asymmetry_words(asymmetry: float, mutuality: NDArray[np.floating]) -> str:
    """Whether listening is mutual, as a sentence; it counts pairs with weight, however strong they are.

    A pair goes both ways alike where the weaker direction has at least two thirds of the stronger one, and one way
    where it has less than a third, of either sign; with more of the other sign its directions are opposite.
    ``mutuality`` (P,) as ``analysis.direction.mutuality``; the asymmetry stands beside as the figure.
    """
    if not len(mutuality):
        return ""
    if mutuality.min() >= 1 - 1e-6:  # float32 rounds at 6e-8
        return "Listening is mutual: both directions of each pair have one weight."
    value = f"(asymmetry {three(asymmetry)})"
    if mutuality.min() >= 0.99:
        return f"Listening is mutual {value}."
    alike = float((mutuality >= 2 / 3).mean())
    one_way = float((np.abs(mutuality) < 1 / 3).mean())
    opposite = float((mutuality <= -1 / 3).mean())
    if opposite > 0.5:
        return f"In {percent(opposite)} of pairs with weight the two directions have opposite signs {value}."
    if one_way > 0.5:
        return (
            f"Most pairs go one way: in {percent(one_way)} of those with weight, the weaker direction has less than a "
            f"third of the other's weight {value}."
        )
    if alike > 0.5:
        return (
            f"Listening is mostly mutual: in {percent(alike)} of pairs with weight, the weaker direction has at least "
            f"two thirds of the other's weight {value}."
        )
    return (
        f"The two directions of a pair often differ: in {percent(1 - alike)} of pairs with weight, the weaker one has "
        f"less than two thirds of the other's weight {value}."
    )


def spread_sentence(weights: NDArray[np.floating], spread: NDArray[np.floating] | None) -> str:
    """How much attention that depends on the input varies over the test part; '' where it does not depend on it."""
    if spread is None:
        return ""
    between = ~np.eye(weights.shape[-1], dtype=bool) & (np.abs(weights) > 0)
    if not between.any():
        return ""
    varies = float(np.median(np.asarray(spread, dtype=float)[between] / np.abs(weights[between])))
    return (
        "Its weights depend on the input: what is shown is their mean over the test part, around which a typical "
        f"weight varies by {percent(varies)} (standard deviation)."
    )


def similarity_answer(similarity: NDArray[np.floating], names: Sequence[str]) -> str:
    """Which two heads are most alike."""
    if len(names) < 2:
        return "There is one head only."
    upper = np.triu_indices(len(names), k=1)
    values = similarity[upper]
    most = int(np.argmax(values))
    first, second = (plain(names[int(axis[most])]) for axis in upper)
    if values[most] < 0.1:
        return f"No two heads look at the same pairs: the largest correlation is {three(float(values[most]))}."
    return (
        f"Most alike are {first} and {second} (correlation {three(float(values[most]))}); "
        f"the median of all pairs of heads is {three(float(np.median(values)))}."
    )
