"""Which runs there are, and which of them is least off."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.reading.forecasts import minutes_words
from app.reading.words import counted, joined, plain, with_unit


@dataclass(frozen=True, slots=True)
class Measured:
    """A run whose error is known: its title, what makes errors comparable, and the error."""

    title: str
    data: str
    alike: tuple[object, ...]
    error: float
    unit: str
    minutes: float
    pooled: bool


def runs_answer(states: Sequence[str]) -> str:
    """The answer of the page: how many runs there are, and how many of them are in which state."""
    if not states:
        return "None yet: train one, or load one from a zip."
    done = sum(state == "done" for state in states)
    rest = [f"{states.count(state):,} {state}" for state in dict.fromkeys(states) if state != "done"]
    there = f"There {'is' if len(states) == 1 else 'are'} **{counted(len(states), 'run')}**"
    if not rest:
        return f"{there}, {'which is' if len(states) == 1 else 'all'} done."
    return f"{there}: {joined([f'{done:,} done', *rest])}."


def best_sentence(measured: Sequence[Measured]) -> str:
    """Which run is least off among those that can be compared most: same data, protocol and time ahead.

    '' where no two can be compared.
    """
    groups: dict[tuple[object, ...], list[Measured]] = {}
    for run in measured:
        groups.setdefault(run.alike, []).append(run)
    compared = max(groups.values(), key=len, default=[])
    if len(compared) < 2:
        return ""
    best = min(compared, key=lambda run: run.error)
    to = "up to" if best.pooled else "at"
    return (
        f"Of {counted(len(compared), 'run')} on {plain(best.data)} that can be compared, {plain(best.title, 80)} is "
        f"least off: {with_unit(best.error, best.unit)} {to} {minutes_words(best.minutes)} ahead."
    )
