"""What interventions say, in words: whether the model uses its weights, and how it responds to changed inputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from app.reading.forecasts import minutes_words, moment_words
from app.reading.words import code, counted, joined, minus, percent, plain, three, two, with_unit

if TYPE_CHECKING:
    from analysis.use import Area, Cut, Use

REMOVALS = {"zero": "set to zero", "mean": "set to the mean", "rewire": "moved to other pairs"}
BESIDE = {"random": "in random order", "length": "of the same length", "weakest": "weakest first"}
WHY_THREE = (
    "A model that loses weights is asked about something it was never trained on, and part of what it loses is only "
    "that. So there are three ways: **set to zero**, so that less is heard in all; **set to the mean**, so that as "
    "much is heard, but from all alike; **moved to other pairs**, so that as much is heard, but from others. What all "
    "three agree on does not rest on the way."
)
CURVES = (
    "All heads together. A line that climbs early says that the first weights to go mattered; small shares are drawn "
    "wider. The dotted blue line read backwards is insertion: from the right end, where no weight is left, the "
    "strongest are put back before all others."
)
AREAS = (
    "By how much more it costs to remove the strongest first than in each other order: mean over the whole curve, with "
    "the 95 % interval over blocks of windows. Right of the line: the strongest matter more."
)
WHISKERS = (
    "Thin lines are 95 % intervals over blocks of windows: how far a figure would move with other windows like these. "
    "One that reaches across 0 leaves open whether the error rises."
)
SIZES = (
    "Across: how large a weight is with which one sensor hears another. Up: what cutting it alone does, as the "
    "gradient at the trained model says. Both axes are logarithmic."
)
SIZES_MORE = "A large weight takes more away when it goes, so some correlation is to be expected of any model."
MANY_SENSORS = (
    "Each interval is that of one sensor, and not corrected for their number: of sensors that lose nothing, about one "
    "in forty would lie above 0."
)
NO_INTERVAL = "one stretch of windows alone gives no interval"
RESPONSE = (
    "This is **the model's response**, not what traffic would do: nobody knows what these sensors would have seen. It "
    "shows whom the model listens to, and how far a change travels within it."
)
HARDLY = 0.005  # of the error: what cutting must change to count
NOTHING = 1e-4  # of the error: a change of less is none
LITTLE, MUCH = 0.3, 0.7  # rank correlations
SURE, GUIDE = 0.9, 0.5  # correlations of predicted with true effects
ROUNDING = 1e-5  # of the largest response: less than that is the rounding of single precision


def use_answer(use: "Use", head: str, unit: str) -> str:
    """What cutting everything costs, and what the selected head alone."""
    whole = cut_named(use, "all")
    if whole is None or not np.isfinite(whole.rise):
        return "Nothing was observed in the test part, so nothing can be said of what the weights are worth."
    total, bound = whole.rise, HARDLY * use.mae
    off = f"it is off by {with_unit(use.mae + total, unit)} instead of {with_unit(use.mae, unit)}"
    if within(whole, bound):
        sentence = f"The model hardly uses what its sensors tell each other: without any of it, {off}."
    elif unsure(whole):
        sentence = (
            "Whether the model gains by what its sensors tell each other cannot be told from these windows: without "
            f"any of it, {off} ({interval_words(whole, use.mae)})."
        )
    else:
        share = f" ({_worth(whole, use.mae)})" if _worth(whole, use.mae) else ""
        changed = f"**{with_unit(abs(total), unit)} {'more' if total >= 0 else 'less'}**{share}"
        sentence = (
            f"Without anything that its sensors tell each other, the model is off by {changed}: "
            f"{with_unit(use.mae + total, unit)} instead of {with_unit(use.mae, unit)}."
        )
    own = cut_named(use, "head", head)
    if own is None or len(use.heads) < 2:
        return sentence
    size = with_unit(own.rise if within(own, bound) else abs(own.rise), unit)  # beyond, a word says whether it rises
    worth = f"{size}, {_worth(own, use.mae)}" if _worth(own, use.mae) else size
    if within(own, bound):
        return f"{sentence} Cutting {plain(head)} alone changes next to nothing ({minus(worth)})."
    if unsure(own):
        return f"{sentence} What cutting {plain(head)} alone does cannot be told ({interval_words(own, use.mae)})."
    return f"{sentence} Cutting {plain(head)} alone {'costs' if own.rise >= 0 else 'gains'} {worth}."


class Lost(Protocol):
    """What is lost by a cut: the rise of the mean absolute error, and its 95 % interval; nan where not known."""

    @property
    def rise(self) -> float: ...  # noqa: D102

    @property
    def low(self) -> float: ...  # noqa: D102

    @property
    def high(self) -> float: ...  # noqa: D102


def unsure(lost: Lost) -> bool:
    """Whether the interval of a rise holds 0; false where there is none."""
    return bool(lost.low <= 0 <= lost.high)


def within(lost: Lost, bound: float) -> bool:
    """Whether a rise is smaller than ``bound`` throughout its interval; by itself where there is none."""
    ends = (lost.low, lost.high) if np.isfinite(lost.low) else (lost.rise,)
    return all(abs(end) < bound for end in (lost.rise, *ends))


def interval_words(lost: Lost, mae: float, *, falls: bool = False) -> str:
    r"""The 95 % interval of a rise as a share of the error, in the data's unit where that is 0; '' where none is known.

    ``falls`` where a word says that it falls, and so no sign does.

    >>> from types import SimpleNamespace
    >>> interval_words(SimpleNamespace(rise=0.1, low=-0.1, high=0.3), 10.0).replace("\xa0", " ")
    '95 % interval −1.0 % to 3.0 %'
    """
    if not np.isfinite(lost.low):
        return ""
    ends = (-lost.high, -lost.low) if falls else (lost.low, lost.high)
    low, high = (minus(percent(end / mae) if mae > 0 else three(end)) for end in ends)
    return f"95{NB}% interval {low} to {high}"


def _worth(lost: Lost, mae: float) -> str:
    """The size of a rise as a share of the error, and its interval."""
    share = percent(abs(lost.rise) / mae) if mae > 0 else ""
    return ", ".join(filter(None, [share, interval_words(lost, mae, falls=lost.rise < 0)]))


def areas_sentence(areas: Sequence["Area"], removal: str, unit: str) -> str:
    """Whether the strongest weights matter more than others, under one way of removing."""
    known = {area.beside: area for area in areas if area.removal == removal and np.isfinite(area.value)}
    said, unclear = [], []
    for beside, area in ((name, known[name]) for name in BESIDE if name in known):
        less = area.high < 0 or (not np.isfinite(area.low) and area.value < 0)  # said in a word, so not by a sign
        ends = (-area.high, -area.low) if less else (area.low, area.high)
        size = minus(with_unit(abs(area.value) if less else area.value, unit))
        if np.isfinite(area.low):
            size += f", 95{NB}% interval {minus(three(ends[0]))} to {minus(three(ends[1]))}"
        other = {
            "random": "removing as many at random",
            "length": "removing random ones of the same length",
            "weakest": "removing the weakest first",
        }[beside]
        if area.low > 0:
            said.append(f"more than {other} ({size})")
        elif area.high < 0:
            said.append(f"less than {other} ({size})")
        elif np.isfinite(area.low):
            unclear.append(f"{other} ({size})")
        else:
            said.append(f"{'more' if area.value > 0 else 'less'} than {other} ({size}, without an interval)")
    parts = [f"hurts {joined(said)}"] if said else []
    if unclear:
        parts.append(f"cannot be told from {joined(unclear)}")
    return f"With weights {REMOVALS[removal]}, removing the strongest first {', and '.join(parts)}." if parts else ""


def window_sentence(use: "Use") -> str:
    """On what all of this was measured."""
    return f"Measured on {counted(use.windows, 'window')} of the test part. {WHISKERS}"


def rank_sentence(head: str, correlation: float, error: bool) -> str:
    r"""Whether a large weight is an important one, as a heading.

    >>> rank_sentence("head 2", 0.12, False).replace("\xa0", " ")
    'Weight is not importance: rank correlation with the change of the forecast 0.12 in head 2'
    """
    what = "the change of the error" if error else "the change of the forecast"
    if not np.isfinite(correlation):
        return f"Is a large weight an important one? In {plain(head)} all are alike"
    word = (
        "Weight is not importance"
        if abs(correlation) < LITTLE
        else "Weight is not quite importance"
        if correlation < MUCH
        else "Large weights do more"
    )
    return f"{word}: rank correlation with {what} {two(correlation)} in {plain(head)}"


def check_sentence(agreement: float, sample: int) -> str:
    """How well the gradient's predictions agree with true cuts."""
    if not sample or not np.isfinite(agreement):
        return "No weight was cut in truth, so the predictions are not checked here."
    trust = (
        "they can be relied on"
        if agreement >= SURE
        else "take them as a guide"
        if agreement >= GUIDE
        else "do not rely on them"
    )
    return f"Checked on {counted(sample, 'weight')} cut in truth: correlation {two(agreement)}; {trust}."


def sensors_sentence(lost: Sequence[Lost], ids: Sequence[str], unit: str, mae: float) -> str:
    """Which sensors depend most on what they hear.

    Parameters
    ----------
    lost : of each sensor, what its own forecast loses when its inputs are cut
    ids : of the sensors
    unit : of the rises
    mae : error of all sensors, in unit
    """
    rises = np.array([one.rise for one in lost])
    known = np.flatnonzero(np.isfinite(rises))
    if not len(known):
        return "Nothing was observed, so no sensor's loss can be given."
    worst = int(known[np.argmax(rises[known])])
    largest = f"{code(ids[worst], 30)} with {with_unit(float(rises[worst]), unit)}"
    if not any(np.isfinite(one.low) for one in lost):
        said = f" The largest rise is that of {largest}." if rises[worst] > 0 else ""
        return f"Which sensors lose by it cannot be told: {NO_INTERVAL}.{said}"
    bound = HARDLY * mae
    depends = [k for k in known.tolist() if lost[k].low > 0 and rises[k] > bound]
    gains = sum(lost[k].high < 0 and rises[k] < -bound for k in known.tolist())
    losing = f"(more than {percent(HARDLY)} of the error of all, with a 95{NB}% interval above 0)"
    if depends:
        most = max(depends, key=lambda k: rises[k])
        size = with_unit(float(rises[most]), unit)
        sentence = (
            f"{len(depends):,} of {counted(len(known), 'sensor')} {'loses' if len(depends) == 1 else 'lose'} by it "
            f"{losing}, most {code(ids[most], 30)} with {size}"
        )
    else:
        sentence = f"None of {counted(len(known), 'sensor')} is shown to lose by it {losing}"
    if gains:
        sentence += f"; {gains:,} {'is' if gains == 1 else 'are'} off by less without it, with an interval below 0"
    return f"{sentence}. {MANY_SENSORS}"


def live_sentence(what: str, forecast: NDArray[np.floating], lost: Lost, unit: str, mae: float) -> str:
    """What a live cut does over all steps ahead; ``mae`` is the error of the model as it is."""
    moved = float(np.sqrt(np.mean(np.square(forecast))))
    if moved == 0:
        return f"Cutting {what} changes nothing at all: the model never uses it."
    if not np.isfinite(lost.rise):
        said = "whether the error rises cannot be told, since nothing was observed"
    elif within(lost, NOTHING * mae):
        said = f"the error stays as it is (it changes by less than {percent(NOTHING)})"
    elif unsure(lost):
        said = f"whether the error rises cannot be told from these windows ({interval_words(lost, mae)})"
    else:
        share = f" ({_worth(lost, mae)})" if _worth(lost, mae) else ""
        way = "rises" if lost.rise >= 0 else "falls"
        said = f"the error {way} by **{with_unit(abs(lost.rise), unit)}**{share} on average"
    size = f"{with_unit(moved, unit)} (root mean square over all sensors)"
    return f"Cutting {what} moves the forecast by {size}, and {said}."


def response_answer(
    change: NDArray[np.floating],
    changed: Sequence[int],
    ids: Sequence[str],
    amount: float,
    unit: str,
    minutes: Sequence[float],
    alone: bool,
) -> str:
    """How the forecast responds: of the changed sensors, and the most affected of the others.

    Parameters
    ----------
    change : (T, N) forecast after minus before
    changed : positions of the sensors whose inputs were changed
    amount : by how much they were
    minutes : (T,) ahead
    alone : whether the model is known to let no sensor hear another
    """
    who = code(ids[changed[0]], 30)
    if len(changed) > 1:
        who = f"{counted(len(changed), 'sensor')} around {who}"
    if amount == 0:
        return f"Nothing is changed yet: move the slider to raise or drop {who}."
    verb = f"{'raising' if amount > 0 else 'dropping'} {who} by {with_unit(abs(amount), unit)}"
    own = change[:, list(changed)]
    at, place = divmod(int(np.argmax(np.abs(own))), own.shape[1])
    said = (
        f"{verb[0].upper()}{verb[1:]} moves "
        f"{'its own forecast' if len(changed) == 1 else 'the forecast there'} by up to "
        f"**{signed(float(own[at, place]), unit)}**, {minutes_words(minutes[at])} ahead"
    )
    others = np.setdiff1d(np.arange(change.shape[1]), np.asarray(changed, dtype=int))
    most = np.abs(change[:, others])
    if most.max(initial=0.0) <= ROUNDING * np.abs(change).max():
        return f"{said}, and no other at all{': this model lets no sensor hear another' if alone else ''}."
    at, place = divmod(int(np.argmax(most)), most.shape[1])
    return (
        f"{said}; of the others, that of {code(ids[others[place]], 30)} most: "
        f"**{signed(float(change[at, others[place]]), unit)}**, {minutes_words(minutes[at])} ahead."
    )


def moved_sentence(change: NDArray[np.floating], unit: str, minutes: float, bound: float) -> str:
    """How many sensors respond at one step: ``change`` (N,)."""
    least = bound / 20
    moved = int((np.abs(change) >= least).sum()) if bound > 0 else 0
    return (
        f"{minutes_words(minutes)} ahead, the forecast of {moved:,} of {counted(len(change), 'sensor')} moves by "
        f"{with_unit(least, unit)} or more."
    )


def window_words(moment: np.datetime64, complete: bool) -> str:
    """For which moment the forecast is made, and whether what it sees is whole."""
    return f"Forecast made on {moment_words(moment)}." + (
        "" if complete else " Some of what it sees was missing and stands at the last value seen before."
    )


def held_back(amount: float, moved: NDArray[np.floating], unit: str) -> str:
    """How many values ended at what was ever observed; '' where none did. ``moved`` is by how much each was changed."""
    short = int((np.abs(moved - amount) > 1e-3 * abs(amount)).sum())
    if not short:
        return ""
    return (
        f"{short:,} of {counted(moved.size, 'value')} could not be changed in full, since all stay within what was "
        f"ever observed: they move by {signed(float(moved.mean()), unit)} on average."
    )


def signed(value: float, unit: str, *, markdown: bool = True) -> str:
    r"""A change with its sign and unit, which is escaped where Markdown is read.

    >>> signed(0.5, "km/h"), signed(-0.25, "km/h", markdown=False)
    ('+0.500\xa0km\\/h', '−0.250 km/h')
    """
    sign = "−" if value < 0 else "+" if value > 0 else ""
    return sign + (with_unit(abs(value), unit) if markdown else f"{three(abs(value))} {unit}".rstrip())


def squared(unit: str) -> str:
    """The square of a unit.

    >>> squared("mph"), squared("km/h"), squared("")
    ('mph²', '(km/h)²', '')
    """
    return "" if not unit else f"{unit}²" if unit.isalpha() else f"({unit})²"


def cut_named(use: "Use", kind: str, name: str = "") -> "Cut | None":
    """The first cut of a kind, and of that name if one is given; None where there is none."""
    return next((cut for cut in use.cuts if cut.kind == kind and name in ("", cut.name)), None)


def rise_of(cut: "Cut | None") -> float:
    """The rise of the error, all steps ahead together; nan where nothing was cut."""
    return float("nan") if cut is None else cut.rise


NB = "\u00a0"
