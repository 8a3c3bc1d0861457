"""What the record of the benchmark says, in sentences. Every number is computed from the record."""

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from app.benchmark import MEASURES, MINUTES, Compared, Entry, Graph, Score, Sized, Spread, Step, Swept, Target, ranked
from app.benchmark_speed import ANALYSIS_TARGET, BARE, RACE_TARGET, Analysis, Epoch, Race
from app.reading.words import THIN, code, counted, joined, percent, probability, three
from app.tables.benchmark import signed
from benchmarks.ablations_page import WHAT

PAPERS, OWN = "intergat-gru", "intergat-plus"
NAMES = {PAPERS: "the paper's model", OWN: "this project's model"}


def claims_sentence(verdicts: Sequence[str]) -> str:
    r"""How many of the paper's claims hold, in the order of the verdicts.

    >>> claims_sentence(["holds", "does not hold", "not measured yet"]).replace("\xa0", " ")
    "Of the paper's 3 claims 1 holds, 1 does not hold and 1 is not measured yet."
    >>> claims_sentence(["not measured yet"] * 2).replace("\xa0", " ")
    "None of the paper's 2 claims is measured yet."
    """
    count = Counter(verdicts)
    total = counted(len(verdicts), "claim")
    if count["not measured yet"] == len(verdicts):
        return f"None of the paper's {total} is measured yet."
    said = (
        ("holds", "holds", "hold"),
        ("holds only against the published baseline",) * 2 + ("hold only against the published baseline",),
        ("does not hold", "does not hold", "do not hold"),
        ("not measured yet", "is not measured yet", "are not measured yet"),
    )
    parts = [f"{count[key]}{THIN}{one if count[key] == 1 else many}" for key, one, many in said if count[key]]
    if len(parts) == 1 and len(verdicts) > 1:
        return f"Of the paper's {total} all {parts[0].partition(THIN)[2]}."
    return f"Of the paper's {total} {joined(parts)}."


def aims_sentence(verdicts: Sequence[str]) -> str:
    r"""How many targets of this project's model are reached.

    >>> aims_sentence(["reached", "not reached", "not reached", "not measured yet"]).replace("\xa0", " ")
    'Of 4 targets 1 is reached, 2 are not and 1 is not measured yet.'
    """
    count = Counter(verdicts)
    said = (
        ("reached", "is reached", "are reached"),
        ("not reached", "is not", "are not"),
        ("not measured yet", "is not measured yet", "are not measured yet"),
    )
    parts = [f"{count[key]}{THIN}{one if count[key] == 1 else many}" for key, one, many in said if count[key]]
    return f"Of {counted(len(verdicts), 'target')} {joined(parts)}."


def progress_sentence(done: int, wanted: int) -> str:
    r"""How full the record is.

    >>> progress_sentence(440, 440).replace("\xa0", " ")
    'The record holds all 440 trainings that the benchmark asks for.'
    """
    if done >= wanted:
        return f"The record holds all {counted(wanted, 'training')} that the benchmark asks for."
    return f"The record holds {done:,} of the {counted(wanted, 'training')} that the benchmark asks for."


def scores_sentence(scores: Sequence[Score], measure: str, at: int) -> str:
    """Which row has the best mean at a time ahead, and how far the next is."""
    title, digits = MEASURES[measure]
    means = [score.errors[at].mean for score in scores]
    order = ranked(means, measure)
    measured = len(order)
    if measured < 2:
        return f"Nothing to compare yet: {measured} of {counted(len(scores), 'row')} measured."
    first, second = order[:2]
    sentence = (
        f"{MINUTES[at]}{THIN}minutes ahead, {code(scores[first].row)} has the best {title}, {digits(means[first])}; "
        f"next is {code(scores[second].row)} with {digits(means[second])}."
    )
    missing = len(scores) - measured
    return sentence + (f" {counted(missing, 'row')} not measured yet." if missing else "")


def compared_sentences(tests: Sequence[Compared], at: int) -> list[str]:
    """How the paper's and this project's model stand against the rows that they are tested against."""
    found = []
    for one in tests:
        if one.row not in NAMES or not one.found:
            continue
        here = one.found[at]
        said = signed(-here.gain)
        ps = [
            f"{probability(p)} over {what}"
            for p, what in ((here.seeds_p, "seeds"), (here.windows_p, "windows"))
            if math.isfinite(p)
        ]
        beside = f" ({', '.join(ps)})" if ps else " (neither test could be made)"
        found.append(f"RMSE of {code(one.row)} against {code(one.base)}: {said}{beside}.")
    return found


def graphs_sentence(graphs: Sequence[Graph]) -> str:
    """How many of the strongest pairs lie on roads, of the paper's and this project's model, beside chance."""
    said = [
        f"{percent(one.values['on_roads'].mean)} with {code(one.row)}"
        for row in NAMES
        for one in graphs
        if one.row == row and one.head == "mean" and one.values["on_roads"].values
    ]
    if not said:
        return "Neither the paper's model nor this project's has been trained on these data under this protocol yet."
    chance = next(one.values["chance"].mean for one in graphs if one.values["chance"].values)
    return f"Of the strongest 2{THIN}% of pairs lie on roads: {joined(said)}; blind choice would hit {percent(chance)}."


def sweep_sentence(points: Sequence[Swept], share: str) -> str:
    """What the penalty does from its least weight to its largest, model by model."""
    words = {"small": "small weights", "zeros": "exact zeros"}[share]
    found = []
    for model in dict.fromkeys(one.model for one in points):
        mine = sorted((one for one in points if one.model == model), key=lambda one: one.weight)
        least, most = mine[0], mine[-1]
        if least is not most:
            found.append(
                f"{code(model)}: from λ = {weight_words(least.weight)} to {most.weight:g}, {words} go from "
                f"{percent(getattr(least, share))} to {percent(getattr(most, share))} and RMSE from "
                f"{three(least.error)} to {three(most.error)}."
            )
    return " ".join(found) or "Too few weights of the penalty were trained to say what it does."


def weight_words(weight: float) -> str:
    """The weight of a penalty, small ones as a power of ten.

    >>> weight_words(0.0), weight_words(1e-4), weight_words(0.1), weight_words(1.0)
    ('0', '10⁻⁴', '0.1', '1')
    """
    power = round(math.log10(weight)) if weight > 0 else 0
    small = power < -2 and math.isclose(weight, 10.0**power)
    return f"10⁻{'⁰¹²³⁴⁵⁶⁷⁸⁹'[-power]}" if small and power > -10 else f"{weight:g}"


def ablations_sentence(variants: Mapping[str, Sequence[Entry]]) -> str:
    """Which change of the model costs most and which least, in RMSE."""
    means = {name: Spread.of(one.get("rmse") for one in mine).mean for name, mine in variants.items()}
    whole = means.pop("whole", math.nan)
    known = {name: mean / whole - 1 for name, mean in means.items() if math.isfinite(mean / whole)}
    if not known:
        return "Nothing to compare with yet: the whole model, or every variant of it, is still to be trained."
    worst, least = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
    costs = sum(loss > 0 for loss in known.values())
    said = {name: f"{code(name)} ({WHAT[name]}, {signed(loss)})" for name, loss in known.items()}
    sentence = f"Of {counted(len(known), 'change')} {costs} {'makes' if costs == 1 else 'make'} the error larger"
    sentence += f", most of all {said[worst]}." if costs else "."
    sentence += f" {said[least]} makes it smaller." if known[least] < 0 else ""
    alone = max(map(len, variants.values())) == 1
    return sentence + " All of that is from one seed each, so how much of it is luck is not known." * alone


def steps_sentence(steps: Sequence[Step], floor: str = "floor") -> str:
    """How long a step of this project's model takes beside the floor and beside the slowest rival."""
    middle = {one.rival: statistics.median(one.seconds) for one in steps if one.seconds}
    if OWN not in middle or floor not in middle:
        return "A step of this project's model, or the floor, was not timed here."
    slowest = max(middle, key=middle.__getitem__)
    own = middle[OWN]
    sentence = f"A step of {code(OWN)} takes {three(own)} s, {three(own / middle[floor])} times the floor"
    if slowest not in (OWN, floor):
        sentence += f"; the slowest, {slowest}, {three(middle[slowest])} s, {three(middle[slowest] / own)} times that"
    return sentence + "."


def targets_sentence(targets: Sequence[Target]) -> str:
    """How many targets are reached."""
    if not targets:
        return ""
    sizes = len({(one.sensors, one.where) for one in targets})
    where = f" over {counted(sizes, 'size and place', 'sizes and places')}" if sizes > 1 else ""
    return f"{sum(one.reached for one in targets)} of {counted(len(targets), 'target')}{where} reached."



def epochs_sentence(epochs: Sequence[Epoch]) -> str:
    """How long an epoch of this project's model takes beside the others, on the most threads that were timed."""
    if not epochs:
        return ""
    where = epochs[-1].where
    middle = {one.rival: statistics.median(one.seconds) for one in epochs if one.where == where}
    if OWN not in middle:
        return ""
    others = joined([f"{code(name)} {three(seconds)} s" for name, seconds in middle.items() if name != OWN])
    own = f"One epoch at Los-Loop's size, {epochs[-1].steps} steps on {where}: {code(OWN)} {three(middle[OWN])} s"
    return own + (f"; {others}." if others else ".")


def analyses_sentence(analyses: Sequence[Analysis]) -> str:
    """Which analyses of one head are within the target at every size and place, and which is furthest from it."""
    beside = [one for one in analyses if one.what != BARE]
    if not beside:
        return "No analysis of a matrix has been timed yet."
    over = [one for one in beside if one.times > ANALYSIS_TARGET]
    what = f"{counted(len(beside), 'analysis', 'analyses')} of one head, each beside a bare eigendecomposition: "
    if not over:
        return what + f"all take at most {ANALYSIS_TARGET:g} times as long, as they should."
    worst = max(over, key=lambda one: one.times)
    return what + (
        f"{len(beside) - len(over)} take at most {ANALYSIS_TARGET:g} times as long, as they should; the furthest from "
        f"it, {worst.what} of {worst.sensors:,} sensors, {three(worst.times)} times."
    )


def race_sentence(race: Race | None) -> str:
    """How much sooner this project's model is as good as the slow one at its best."""
    if race is None:
        return ""
    goal = f"{race.rival} took {three(race.seconds)} s to the best validation error of its {race.epochs} epochs"
    if race.times is None:
        return f"{goal}; {code(OWN)} did not reach it."
    verdict = "reached" if race.times >= RACE_TARGET else "**not reached**"
    return (
        f"{goal}; {code(OWN)} took {three(race.own or 0.0)} s to the same error, {three(race.times)} times less "
        f"(target {RACE_TARGET:g}: {verdict})."
    )


def sizes_sentence(sized: Sequence[Sized], base: str = "gat-gru") -> str:
    """Time, memory and error of this project's model on a larger city beside the fair baseline's."""
    found = {one.row: one for one in sized if one.seeds}
    if OWN not in found:
        return f"{code(OWN)} has not been trained here yet."
    own = found[OWN]
    said = f"An epoch of {code(OWN)} takes {three(own.seconds.mean)} s and the training {three(own.memory.mean)} MB"
    if base in found:
        other = found[base]
        said += (
            f", of {code(base)} {three(other.seconds.mean)} s and {three(other.memory.mean)} MB; its RMSE is "
            f"{signed(own.error.mean / other.error.mean - 1)} beside that"
        )
    return said + "."
