"""Verdicts on all heads in one sentence, as a table, as a list, and the thresholds behind their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.reading.evidence import ICONS, no_weight
from app.reading.heads import head_label
from app.reading.use import LITTLE, MUCH
from app.reading.verdict import (
    GIVEN,
    LEAST_EFFECT,
    LEAST_NULLS,
    LEAST_OVERLAP,
    LEVEL,
    NOT_YET,
    PARTLY_GIVEN,
    QUESTIONS,
    TOO_FEW,
    Verdict,
)  # fmt: skip
from app.reading.verdict_used import HARDLY, LEAST_WAYS, OTHERS, orders_drawn
from app.reading.words import PARTICLE, SENSOR, THIN, counted, plain, whole_percent

if TYPE_CHECKING:
    from analysis.use import Use


def overall(verdicts: Sequence[Verdict]) -> str:
    """One sentence for the run, from the verdicts of its heads (without the mean of several)."""
    if not verdicts:
        return ""
    lines = [line for one in verdicts for line in one.lines]
    nothing = all(line.state == "untested" and line.word != TOO_FEW for line in lines)
    if nothing and any(line.sentence == NOT_YET for line in lines):
        return "Nobody has tested yet whether this graph is real, used by the model, and stable."
    for noun in (SENSOR, PARTICLE):
        if all(one.real.sentence.endswith(no_weight(noun)[1:]) for one in verdicts):  # but for its first letter
            return f"Nothing can be tested: there is no weight between two {noun}s."
    said = []
    for question, words in _OVERALL.items():
        states = [getattr(one, question).state for one in verdicts]
        if (word := getattr(verdicts[0], question).word) in (GIVEN, PARTLY_GIVEN):
            partly = "in part " if word == PARTLY_GIVEN else ""
            said.append(f"{'' if len(verdicts) == 1 else 'all are '}{partly}on the roads by construction")
            continue
        few = any(getattr(one, question).word == TOO_FEW for one in verdicts)
        if len(verdicts) == 1:
            word = getattr(verdicts[0], question).word
            said.append(words.too_few if few else words.alone.get(word) or words.alone[states[0]])
            continue
        tested = [state for state in states if state != "untested"]
        if not tested:
            said.append(f"none could be {words.tested}" if few else f"none was {words.tested}")
            continue
        yes, faint, harm, unclear = (tested.count(state) for state in ("yes", "faint", "harmful", "unclear"))
        of = f" of {len(tested)} tested" if len(tested) < len(states) else ""
        many = f"{yes or 'none'}{of} {'is' if yes < 2 else 'are'} {'' if yes or not faint else 'clearly '}{words.many}"
        many += " to its gain" if harm else ""
        more = [f"{faint} {'more ' if yes else ''}{words.partly}"] if faint else []
        more += [f"{harm} to its harm"] if harm else []
        more += [f"of {unclear} it cannot be told"] if unclear else []
        said.append(many + (f" ({', '.join(more)})" if more else ""))
    if len(verdicts) == 1:
        return f"This matrix is {', '.join(said[:-1])}, and {said[-1]}."  # else 'in part' would belong to both
    return f"Of {counted(len(verdicts), 'head')}, {', '.join(said[:-1])} and {said[-1]}."


def thresholds(use: "Use | None") -> str:
    """The thresholds behind the lines, for the caption under them; of what could be tested of this run."""
    order = "random ones"
    if use is None or "length" in orders_drawn(use):
        order += f" and {OTHERS['length']}"
    return (
        f"Real: p < {LEVEL} (after Holm's correction for the number of heads) under each kind of chance that keeps "
        f"what is trivial and could be drawn, at least {LEAST_NULLS} of them, and a correlation of coupling with roads "
        f"of at least {LEAST_EFFECT:g}; below that faint. "
        f"Used: cutting it raises the mean absolute error by at least {whole_percent(MUCH)}, with a 95{THIN}% interval "
        f"over blocks of windows that leaves out 0; below that faint, below {whole_percent(LITTLE)} hardly; ignored "
        f"where the whole interval is within {whole_percent(LITTLE)} of 0; harmful where the error falls by "
        f"{whole_percent(LITTLE)} or more, with an interval below 0. That strong pairs matter more is no part of it: "
        f"it is shown where removing them first costs more than {order}, with the 95{THIN}% interval above 0, in at "
        f"least {LEAST_WAYS} ways of removing. All this is about the model as it was trained: one that was trained "
        "without a graph may be nearly as good, so what the graph is worth is told by such a control. "
        f"Stable: overlap (Jaccard) of the strongest pairs between seeds of at least {LEAST_OVERLAP:g} and "
        f"p < {LEVEL} (Holm); below that faint if above chance. "
        f"Where too few draws, or too few pairs, let no p be below {LEVEL}, a line is not tested."
    )


def verdict_table(verdicts: Sequence[Verdict], selected: str = "") -> str:
    """All verdicts of a run as a table in Markdown, a row for each matrix; the name of the selected one is bold."""
    lines = [f"| head | {' | '.join(QUESTIONS)} |", "|---" * (1 + len(QUESTIONS)) + "|"]
    for one in verdicts:
        name = plain(head_label(one.head), 40)
        words = [f"{ICONS[line.state]} {line.said.replace(' ', THIN)}" for line in one.lines]
        lines.append(f"| {f'**{name}**' if one.head == selected else name} | {' | '.join(words)} |")
    return "\n".join(lines)


def verdict_list(one: Verdict) -> str:
    """The three lines of a verdict as a list in Markdown, each under its question."""
    named = zip(QUESTIONS, one.lines, strict=True)
    return "\n".join(f"- {ICONS[line.state]} **{name.capitalize()}?** {line.sentence}" for name, line in named)


@dataclass(frozen=True, slots=True)
class _Words:
    alone: Mapping[str, str]
    many: str
    partly: str
    tested: str
    too_few: str = ""


_OVERALL = {
    "real": _Words(
        {
            "yes": "more than chance",
            "faint": "faintly more than chance",
            "no": "not distinguishable from chance",
            "untested": "not tested against chance",
        },
        "more than chance",
        "faintly",
        "tested against chance",
        "not testable against chance (too few draws or sensors)",
    ),
    "used": _Words(
        {
            "yes": "used by the model",
            "faint": "slightly used by the model",
            "harmful": "used by the model to its harm",
            HARDLY: "hardly used by the model",
            "no": "ignored",
            "unclear": "neither clearly used nor clearly ignored",
            "untested": "not tested for use",
        },
        "used by the model",
        "slightly",
        "tested for use",
    ),
    "stable": _Words(
        {
            "yes": "stable",
            "faint": "stable in part",
            "no": "not told apart from chance over seeds",
            "untested": "not tested on other seeds",
        },
        "stable",
        "in part",
        "tested on other seeds",
        "not testable on other seeds (too few pairs or draws)",
    ),
}
