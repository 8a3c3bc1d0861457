"""How far off a forecast is, where and when, and what it is worth beside forecasts that cost nothing."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.control import SAME_BUT_GRAPH
from app.figures.text import digits
from app.reading.words import code, counted, joined, percent, plain, with_unit

PUBLISHED = (
    "Protocol 'published': the test part also chose the best epoch, values are scaled by the maximum of all data, and "
    "missing values that the publisher wrote as 0 count. These errors are **optimistic**; they are there only to stand "
    "beside published tables."
)
OPTIMISTIC = "Protocol {}: optimistic, the test part picked the epoch."
CLEAN = "Protocol 'clean': the test part was used for nothing but this."


def shown_steps(horizon: int, interval_minutes: float) -> list[int]:
    """Up to four steps ahead to show, from 0: those at 15, 30, 45 and 60 minutes where there are any, else spread out.

    >>> shown_steps(12, 5), shown_steps(4, 15), shown_steps(1, 15), shown_steps(10, 60)
    ([2, 5, 8, 11], [0, 1, 2, 3], [0], [1, 4, 7, 9])
    """
    quarters = [minutes / interval_minutes for minutes in (15, 30, 45, 60)]
    steps = [round(quarter) - 1 for quarter in quarters if quarter == round(quarter) and 1 <= quarter <= horizon]
    if len(steps) >= 2 or horizon == 1:
        return steps or [0]
    return sorted({round(horizon * quarter / 4) - 1 for quarter in range(1, 5) if round(horizon * quarter / 4) >= 1})


def minutes_words(minutes: float) -> str:
    r"""How far ahead, as people say it.

    >>> minutes_words(60), minutes_words(1440), minutes_words(7.5)
    ('60\xa0minutes', '1\xa0day', '7.5\xa0minutes')
    """
    if minutes >= 1440 and minutes % 1440 == 0:
        return counted(int(minutes // 1440), "day")
    if minutes > 120 and minutes % 60 == 0:
        return counted(int(minutes // 60), "hour")
    return f"{minutes:g}\u00a0minute{'' if minutes == 1 else 's'}"


def ahead(minutes: float, pooled: bool) -> str:
    r"""What an error is about: one time ahead, or all up to it.

    >>> ahead(60, False), ahead(60, True)
    ('At 60\xa0minutes ahead', 'Up to 60\xa0minutes ahead')
    """
    return f"{'Up to' if pooled else 'At'} {minutes_words(minutes)} ahead"


def benefit(ours: float, other: float) -> str:
    r"""An error beside another: '24.1 % less than', 'as much as', '3.0 % more than'.

    >>> benefit(3.0, 4.0), benefit(4.0, 3.0), benefit(4.0, 4.01)
    ('25.0\xa0% less than', '33.3\xa0% more than', 'about as much as')
    """
    if not (np.isfinite(ours) and np.isfinite(other)) or other <= 0:
        return "not to be compared with"
    change = ours / other - 1
    if abs(change) < 0.005:
        return "about as much as"
    return f"{percent(abs(change))} {'less' if change < 0 else 'more'} than"


def overview_answer(
    model: str, minutes: float, unit: str, errors: Mapping[str, float], days: pd.DataFrame, pooled: bool = False
) -> str:
    """The answer of the overview: the error, beside the better of the simple forecasts, on how many days.

    Parameters
    ----------
    model : name of the model
    minutes : how far ahead
    errors : mean absolute error of 'forecast' and of each simple forecast
    days : (days, forecasts) the same per day
    pooled : whether all errors are over all steps up to that one
    """
    ours = errors["forecast"]
    if not np.isfinite(ours):
        return "Nothing was observed in the test part, so no error can be given."
    simple = {name: error for name, error in errors.items() if name != "forecast" and np.isfinite(error)}
    sentence = f"{ahead(minutes, pooled)}, **{plain(model)}** is off by **{with_unit(ours, unit)}** on average"
    if model.replace("-", " ") in simple or not simple:
        return sentence + ", and it is one of the simple forecasts that every model has to beat."
    best = min(simple, key=lambda name: simple[name])
    sentence += f": {benefit(ours, simple[best])} {_SIMPLE[best]} ({with_unit(simple[best], unit)})."
    if "forecast" in days and best in days and len(days) > 1:
        better = int((days["forecast"] < days[best]).sum())
        sentence += f" It was the better of the two on {better:,} of {len(days):,} days of the test part."
    return sentence


def early_sentence(
    minutes: Sequence[float], ours: Sequence[float], last_value: Sequence[float], unit: str, pooled: bool = False
) -> str:
    r"""Where a forecast that is better than the last value in the end is worse before; '' where it is nowhere.

    ``pooled`` says whether the errors at each time ahead are over all steps up to that one.

    >>> print(early_sentence([15, 60], [4.0, 5.0], [3.5, 6.0], "mph").replace("\xa0", " "))
    At 15 minutes ahead it is worse than the last value: 4.00 mph against 3.50 mph.
    >>> print(early_sentence([15, 30, 60], [4.0, 4.5, 5.0], [3.5, 4.0, 6.0], "mph").replace("\xa0", " "))
    At 15 minutes ahead it is worse than the last value: 4.00 mph against 3.50 mph, and so at 30 minutes.
    >>> early_sentence([15, 60], [3.0, 5.0], [3.5, 6.0], "mph")
    ''
    """
    worse = [at for at, (made, simple) in enumerate(zip(ours, last_value, strict=True)) if made > simple]
    if not worse or ours[-1] >= last_value[-1]:
        return ""
    at = worse[0]
    times = joined([minutes_words(minutes[later]) for later in worse[1:]])
    more = f", and so {'up to' if pooled else 'at'} {times}" if times else ""
    return (
        f"{ahead(minutes[at], pooled)} it is worse than the last value: {with_unit(ours[at], unit)} against "
        f"{with_unit(last_value[at], unit)}{more}."
    )


def control_sentence(
    ours: float, control: float, unit: str, model: str, without: str = "gru", differences: str = ""
) -> str:
    """What the graph may be worth: the error beside that of a run without any graph.

    Parameters
    ----------
    ours, control : mean absolute errors
    model, without : names of both models; the same for one that was trained without its graph
    differences : in what their trainings differ (``app.control.differences_words``); '' for nothing
    """
    if not (np.isfinite(ours) and np.isfinite(control)):
        return ""
    word = benefit(ours, control)
    judged = "no different" if word == "about as much as" else f"{word} that"
    doubts = ["small differences may be luck"]
    if model not in (*SAME_BUT_GRAPH, without):
        doubts.append("the two models differ in more than the graph")
    if differences:
        doubts.append(f"they were trained differently ({differences})")
    doubt = doubts[0] if len(doubts) == 1 else f"{', '.join(doubts[:-1])}, and {doubts[-1]}"
    name = plain(without) + (" without graph" if without == model else "")
    return (
        f"Without any graph (model {name}, same data and protocol) the error is {with_unit(control, unit)}; that of "
        f"{plain(model)} is {judged}. One seed each: {doubt}."
    )


def unknown_worth(model: str, other: bool) -> str:
    """That nobody knows what a graph is worth to a model, and what would tell.

    Parameters
    ----------
    model : its name
    other : whether a run without any graph stands beside it all the same, of a model that differs in more
    """
    cannot = "is not told by a model that differs in more than that" if other else "cannot be told from this run alone"
    return (
        f"What the graph is worth to {plain(model)} {cannot}. The same forecaster, trained alike on the same data but "
        "so that no sensor hears another, would tell, and would stand beside it here."
    )


_SIMPLE = {"last value": "repeating the last value", "window mean": "the mean of what the model sees"}


def forecast_answer(
    minutes: float,
    unit: str,
    overall: float,
    by_sensor: NDArray[np.floating],
    ids: Sequence[str],
    simple: NDArray[np.floating],
    pooled: bool = False,
) -> str:
    """The answer of the page on forecasts: how far off, where most and least, and at how many sensors it pays.

    ``by_sensor`` and ``simple`` are mean absolute errors (N,) of the forecast and of repeating the last value;
    ``pooled`` says whether all errors are over all steps up to that one.
    """
    known = np.isfinite(by_sensor)
    if not known.any():
        return "Nothing was observed in the test part, so no error can be given."
    worst, best = int(np.nanargmax(by_sensor)), int(np.nanargmin(by_sensor))
    sentence = f"{ahead(minutes, pooled)} the forecast is off by **{with_unit(overall, unit)}** on average"
    if known.sum() > 1:
        sentence += (
            f", least at {code(ids[best], 30)} ({with_unit(float(by_sensor[best]), unit)}) and most at "
            f"{code(ids[worst], 30)} ({with_unit(float(by_sensor[worst]), unit)})"
        )
    both = known & np.isfinite(simple)
    better = int((by_sensor[both] < simple[both]).sum())
    return f"{sentence}. It beats repeating the last value at **{better:,} of {counted(int(both.sum()), 'sensor')}**."


def curve_sentence(sensor: str, ours: float, last_value: float, unit: str, pooled: bool) -> str:
    """How far off the forecast of one sensor is on average, beside repeating the last value."""
    return (
        f"{code(sensor, 40)}: {'up to this time ahead, ' if pooled else ''}forecast off by {with_unit(ours, unit)} on "
        f"average, last value by {with_unit(last_value, unit)}."
    )


def off_words(error: float, unit: str) -> str:
    """How far off one sensor is, as plain text."""
    return f"off by {digits(error, unit)}" if np.isfinite(error) else "nothing observed"


def error_caption(optimistic: bool, pooled: bool) -> str:
    """What the errors of the test part at each time ahead are about."""
    return (
        "Mean absolute error over the test part, "
        + ("all steps up to that one together. " if pooled else "at that step. ")
        + ("" if optimistic else CLEAN)
    )


def hours_sentence(by_hour: NDArray[np.floating], unit: str) -> str:
    """When it is hardest to forecast, (24,) errors."""
    if not np.isfinite(by_hour).any():
        return ""
    hardest, easiest = int(np.nanargmax(by_hour)), int(np.nanargmin(by_hour))
    return (
        f"Hardest to forecast is the hour from {hardest}:00 ({with_unit(float(by_hour[hardest]), unit)}), easiest that "
        f"from {easiest}:00 ({with_unit(float(by_hour[easiest]), unit)}), local time of the data."
    )


def moment_words(time: np.datetime64) -> str:
    r"""A time as people write it.

    >>> moment_words(np.datetime64("2012-03-07T08:05"))
    '7\xa0March\xa02012, 08:05'
    """
    moment = pd.Timestamp(time)
    return f"{moment.day}\u00a0{moment:%B}\u00a0{moment.year}, {moment:%H:%M}"


def moment_sentence(time: np.datetime64, errors: NDArray[np.floating], usual: float, unit: str) -> str:
    r"""How far off all sensors were at one time, beside the whole test part; ``errors`` (N,), NaN where not observed.

    ``usual`` is the mean absolute error of the test part at that same step ahead alone.

    >>> at = np.datetime64("2012-03-07T08:05")
    >>> print(moment_sentence(at, np.array([2.0, 4.0, np.nan]), 6.0, "mph").replace("\xa0", " "))
    On 7 March 2012, 08:05 the forecast was off by **3.00 mph** on average over 2 sensors: 50.0 % less than usual.
    """
    seen = errors[np.isfinite(errors)]
    if not len(seen):
        return f"On {moment_words(time)} nothing was observed."
    off = float(seen.mean())
    return (
        f"On {moment_words(time)} the forecast was off by **{with_unit(off, unit)}** on average over "
        f"{counted(len(seen), 'sensor')}: {benefit(off, usual)} usual."
    )
