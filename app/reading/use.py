"""What interventions say, in words: whether the model uses its weights, and how it responds to changed inputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from app.figures.text import digits
from app.reading.forecasts import minutes_words, moment_words
from app.reading.words import (
    capital,
    code,
    counted,
    joined,
    minus,
    percent,
    plain,
    three,
    two,
    whole_percent,
    with_unit,
)

if TYPE_CHECKING:
    from analysis.cuts import Cut
    from analysis.deletion import Area
    from analysis.use import Use

REMOVALS = {"zero": "set to zero", "mean": "set to the mean", "rewire": "moved to other pairs"}
BESIDE = {"random": "in random order", "length": "of the same length", "weakest": "weakest first"}
WHY_THREE = (
    "A model that loses weights is asked about something it was never trained on, and part of what it loses is only "
    "that. So there are three ways: **set to zero**, so that less is heard in all; **set to the mean**, so that as "
    "much is heard, but from all alike; **moved to other pairs**, so that as much is heard, but from others. What all "
    "three agree on does not rest on the way."
)
AREAS = (
    "By how much more it costs to remove the strongest first than in each other order: mean over the whole curve, with "
    "the 95 % interval over blocks of windows and what is drawn by chance. Right of the line: the strongest matter "
    "more."
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
MUCH, LITTLE = 0.01, 0.001  # rise of the error, as a share of it: from where on it is much, and from where on a little
Worth = Literal["unknown", "unsure", "nothing", "hardly", "little", "much", "harm"]
WEAK, STRONG = 0.3, 0.7  # rank correlations
SURE, GUIDE = 0.9, 0.5  # correlations of predicted with true effects
ROUNDING = 1e-5  # of the largest response: less than that is the rounding of single precision


def use_answer(use: "Use", head: str, unit: str) -> str:
    """What cutting everything costs, and what the selected head alone."""
    whole = cut_named(use, "all")
    if whole is None or worth_of(whole, use.mae) == "unknown":
        return "Nothing was observed in the test part, so nothing can be said of what the weights are worth."
    heard, total = "what its sensors tell each other", whole.rise
    instead = f"{with_unit(use.mae + total, unit)} instead of {with_unit(use.mae, unit)}"
    sizes = f" ({_sizes(whole, use.mae)})" if _sizes(whole, use.mae) else ""
    changed = f"**{with_unit(abs(total), unit)} {'more' if total >= 0 else 'less'}**{sizes}: {instead}"
    worth = worth_of(whole, use.mae)
    if worth in ("nothing", "hardly"):
        verb = "ignores" if worth == "nothing" else "hardly uses"
        sentence = f"The model {verb} {heard}: without any of it, it is off by {instead}."
    elif worth == "unsure":
        sentence = (
            f"Whether the model gains by {heard} cannot be told from these windows: without any of it, it is off by "
            f"{instead} ({_doubt(whole, use.mae)})."
        )
    elif worth == "harm":
        sentence = f"The model uses {heard} to its harm: without any of it, it is off by {changed}."
    elif worth == "little":
        sentence = f"To the model, {heard} matters a little: without any of it, it is off by {changed}."
    else:
        sentence = f"Without anything that its sensors tell each other, the model is off by {changed}."
    own = cut_named(use, "head", head)
    if own is None or len(use.heads) < 2:
        return sentence
    worth = worth_of(own, use.mae)
    if worth in ("nothing", "hardly"):
        size = minus(with_unit(own.rise, unit))
        size = ", ".join(filter(None, [size, interval_words(own, use.mae)]))
        return f"{sentence} Cutting {plain(head)} alone changes next to nothing ({size})."
    if worth in ("unsure", "unknown"):
        return f"{sentence} What cutting {plain(head)} alone does cannot be told ({_doubt(own, use.mae)})."
    size = ", ".join(filter(None, [with_unit(abs(own.rise), unit), _sizes(own, use.mae)]))
    return f"{sentence} Cutting {plain(head)} alone {'gains' if worth == 'harm' else 'costs'} {size}."


class Lost(Protocol):
    """What is lost by a cut: the rise of the mean absolute error, and its 95 % interval; nan where not known."""

    @property
    def rise(self) -> float: ...  # noqa: D102

    @property
    def low(self) -> float: ...  # noqa: D102

    @property
    def high(self) -> float: ...  # noqa: D102


def worth_of(lost: Lost, mae: float) -> Worth:
    """What a cut says that the weights are worth: whatever is said of a cut, in a word or a sentence, goes by this.

    Parameters
    ----------
    lost : by the cut
    mae : error of the model as it is; `LITTLE` and `MUCH` are shares of it

    Returns
    -------
    'unknown' where nothing was observed; 'nothing' where the whole interval of the rise is smaller than `LITTLE`;
    'unsure' where else it holds 0, or there is none; 'harm' where the error falls by `LITTLE` or more; 'hardly' where
    it changes by less than that; 'little' where it rises by less than `MUCH`, else 'much'

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> ends = [(0.3, 0.2, 0.4), (5.0, 1.0, 9.0), (5.0, -1.0, 11.0), (-10.0, -15.0, -5.0), (0.01, -0.02, 0.04)]
    >>> [worth_of(SimpleNamespace(rise=rise, low=low, high=high), 100.0) for rise, low, high in ends]
    ['little', 'much', 'unsure', 'harm', 'nothing']
    """
    if not (np.isfinite(lost.rise) and np.isfinite(mae)):
        return "unknown"
    if not np.isfinite(lost.low):
        return "unsure"
    if all(abs(end) < LITTLE * mae or end == 0 for end in (lost.rise, lost.low, lost.high)):
        return "nothing"
    if lost.low <= 0 <= lost.high:
        return "unsure"
    if abs(lost.rise) < LITTLE * mae:
        return "hardly"
    return "harm" if lost.rise < 0 else "little" if lost.rise < MUCH * mae else "much"


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


def _doubt(lost: Lost, mae: float) -> str:
    """Why it cannot be told whether the error rises: its interval, or that there is none."""
    if not np.isfinite(lost.rise):
        return "nothing was observed"
    return interval_words(lost, mae) or NO_INTERVAL


def _sizes(lost: Lost, mae: float) -> str:
    """The size of a rise as a share of the error, and its interval."""
    share = percent(abs(lost.rise) / mae) if mae > 0 else ""
    return ", ".join(filter(None, [share, interval_words(lost, mae, falls=lost.rise < 0)]))


def curves_caption(removal: str) -> str:
    """What the deletion curves show under one way of removing, and what their right end is."""
    end = {
        "zero": "The dotted blue line read backwards is insertion: from the right end, where no weight is left, the "
        "strongest are put back before all others.",
        "mean": "The dotted blue line read backwards is insertion: from the right end, where all pairs of a head that "
        "carry weight carry the same, the strongest get their own back before all others.",
        "rewire": "At the right end every weight has changed places with that of a pair drawn at random.",
    }[removal]
    return (
        "All heads together. A line that climbs early says that the first weights to go mattered; small shares are "
        f"drawn wider. {end}"
    )


def areas_sentence(areas: Sequence["Area"], removal: str, unit: str) -> str:
    """Whether the strongest weights matter more than others, under one way of removing."""
    known = {area.beside: area for area in areas if area.removal == removal and np.isfinite(area.value)}
    said, unclear = [], []
    for beside, area in ((name, known[name]) for name in BESIDE if name in known):
        less = area.high < 0  # said in a word, so not by a sign
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
        else:
            unclear.append(f"{other} ({size}{'' if np.isfinite(area.low) else ', without an interval'})")
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
        if abs(correlation) < WEAK
        else "Weight is not quite importance"
        if correlation < STRONG
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
    worth = [worth_of(one, mae) for one in lost]
    depends = [k for k in known.tolist() if worth[k] in ("little", "much")]
    gains = worth.count("harm")
    losing = f"(at least {whole_percent(LITTLE)} of the error of all, with a 95{NB}% interval above 0)"
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
    worth = worth_of(lost, mae)
    if worth == "unknown":
        said = "whether the error rises cannot be told, since nothing was observed"
    elif worth == "nothing":
        said = f"the error stays as it is (it changes by less than {whole_percent(LITTLE)})"
    elif worth == "unsure":
        said = f"whether the error rises cannot be told from these windows ({_doubt(lost, mae)})"
    else:
        share = f" ({_sizes(lost, mae)})" if _sizes(lost, mae) else ""
        way = "rises" if lost.rise >= 0 else "falls"
        said = f"the error {way} by **{with_unit(abs(lost.rise), unit)}**{share} on average over all sensors"
    return f"Cutting {what} moves the forecast by {with_unit(moved, unit)} (root mean square), and {said}."


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
        f"{capital(verb)} moves "
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
    return sign + (with_unit(abs(value), unit) if markdown else digits(abs(value), unit))


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
