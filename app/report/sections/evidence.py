"""Whether the graph is real, used and stable: what is kept of the evidence; nothing is tested for a report."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from app.evidence import parts
from app.evidence.parts import PARTS
from app.figures.deletion import Interval, Removal, deletion_curves, interval_dots
from app.figures.evidence import Found, effect_dots, overlap_dots, recovery_lines, whiteness_dots
from app.reading import use as used
from app.reading.begun import begun_again, share_begun
from app.reading.chance import (
    EFFECTS,
    PLAIN,
    STATISTICS,
    draws_caption,
    null_name,
    tests_sentence,
    untested_sentences,
)
from app.reading.evidence import LEVEL
from app.reading.heads import head_label, head_name
from app.reading.planted import NOISE, RECOVERY, is_simple, planted_sentence, planted_setting
from app.reading.residuals import NOT_WHITE, graph_name, residuals_beside, residuals_sentence
from app.reading.roads import given_sentence
from app.reading.stability import (
    FILLED_STABLE,
    LIKE_SEEDS,
    consensus_sentence,
    few_seeds_sentence,
    matched_sentence,
    stability_sentence,
)
from app.reading.verdict import QUESTIONS, Verdict, named_in, verdicts
from app.reading.verdict_summary import overall, thresholds
from app.reading.words import joined, probability
from app.report.content import Asked, Block, Picture, Points, Row, Section, Table, Words, no_graph
from app.selection import MEAN
from app.tables.evidence import (
    chance_table,
    effects,
    own_table,
    planted_share,
    recovery_along,
    stability_table,
    stable_p,
    tests_of,
    whiteness_table,
)
from app.tables.use import area_table, cut_table

if TYPE_CHECKING:
    from analysis.evidence import Chance
    from analysis.planted import Planted
    from analysis.residuals import Residuals
    from analysis.stability import Stability
    from analysis.use import Use

QUESTION = "Is this graph real?"
TITLES = {
    "chance": "Is it more than chance?",
    "use": "Does the model use it?",
    "stability": "Would it come back?",
    "residuals": "Does the model leave structure in its errors?",
    "planted": "Could it have been found?",
}
MEASURES = {
    "chance": ("moran", "rewiring", "configuration", "mantel", "holm"),
    "use": ("cut", "deletion", "area"),
    "stability": ("stable_overlap",),
    "residuals": ("az",),
    "planted": ("found", "far"),
}


def evidence(asked: Asked) -> Section:
    """The section Evidence."""
    measured, run = asked.measured, asked.measured.run
    if not run.heads:
        return Section("Evidence", QUESTION, (no_graph(asked),))
    found = {part: parts.evidence(run, part) for part in PARTS}
    reasons = {part: parts.unavailable(run, part) for part in PARTS if found[part] is None}
    made = verdicts(measured, found, reasons, asked.share)
    heads = [one for one in made if one.head != MEAN] or list(made)
    selected = next((one for one in made if one.head == asked.head), made[0])
    blocks: list[Block] = [
        Words(head_name(selected.head), "heading"),
        Points(tuple(f"**{name.capitalize()}?** {line.sentence}" for name, line in _lines(selected))),
        Words(thresholds(found["use"]), "note"),
        Table("The verdict on every head", _verdict_table(made)),
    ]
    measures: list[str] = []
    for part, result in found.items():
        if result is not None:
            blocks += [Words(TITLES[part], "heading"), *_SHOWN[part](asked, result)]
            measures += MEASURES[part]
    missing = [part for part in PARTS if found[part] is None and not reasons[part]]
    blocks += [Words(f"{TITLES[part]} {reason}", "note") for part, reason in reasons.items() if reason]
    if missing:
        blocks.append(
            Words(
                f"Not tested yet: {joined([PARTS[part].title for part in missing])}. "
                "`python -m app evidence RUN` tests it, where RUN is the folder of this run; a report made after that "
                "shows it.",
                "note",
            )
        )
    return Section("Evidence", QUESTION, (overall(heads),), tuple(blocks), tuple(measures))


def _lines(one: Verdict) -> Any:
    return zip(QUESTIONS, one.lines, strict=True)


def _verdict_table(made: tuple[Verdict, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"head": head_label(one.head), **{name: line.said for name, line in _lines(one)}} for one in made]
    )


def _chance(asked: Asked, chance: "Chance") -> list[Block]:
    names = [one.head for one in chance.heads]
    one = chance.heads[names.index(named_in(asked.head, names))]
    given = given_sentence(*asked.measured.run.made_of)
    blocks: list[Block] = [Words(given, "note")] if given else []
    pictures = []
    for statistic in STATISTICS:
        tests = tests_of(one, statistic)
        if tests is None:
            continue
        found = effects(chance.heads, statistic)
        adjusted = found.adjusted(names.index(one.head))
        blocks.append(Words(tests_sentence(tests, one.head, adjusted, len(names), asked.measured.noun)))
        pictures.append(
            Picture(
                effect_dots(
                    [head_label(name) for name in names],
                    [null_name(null, asked.measured.noun) for null in found.nulls],
                    found.effect,
                    found.holm < LEVEL,
                    [[probability(p) if np.isfinite(p) else "" for p in row] for row in found.holm],
                    names.index(one.head),
                    faint=(null_name(PLAIN, asked.measured.noun),),
                ),
                f"How far each head stands above chance in {STATISTICS[statistic]}, under each null",
                f"{STATISTICS[statistic].capitalize()}. {EFFECTS}",
            )
        )
        blocks += [Words(sentence, "note") for sentence in untested_sentences([tests], asked.measured.noun)]
    rows = [Row(tuple(pictures[at : at + 2])) for at in range(0, len(pictures), 2)]
    return [*blocks, *rows, Words(draws_caption(chance.draws, len(names)), "note"),
            Table("Every test of every head", chance_table(chance, asked.measured.noun), most=60)]  # fmt: skip


def _use(asked: Asked, use: "Use") -> list[Block]:
    run = asked.measured.run
    unit = run.unit
    curves = [Removal(curve.order, curve.share, curve.error) for curve in use.curves if curve.removal == "zero"]
    intervals = [
        Interval(used.BESIDE[area.beside], used.REMOVALS[area.removal], area.value, area.low, area.high)
        for area in use.areas
    ]
    minutes = [(step + 1) * run.interval_minutes for step in range(run.horizon)]
    blocks: list[Block] = [Words(used.use_answer(use, asked.head, unit)), Words(used.window_sentence(use), "note")]
    if curves:
        blocks.append(
            Row(
                (
                    Picture(
                        deletion_curves(curves, unit, unchanged=use.mae),
                        "Error against the share of weights set to zero, in four orders",
                        used.curves_caption("zero"),
                    ),
                    Picture(
                        interval_dots(intervals, unit, used.REMOVALS["zero"]),
                        "By how much removing the strongest first hurts more than other orders, with 95 % intervals",
                        f"{used.AREAS} {used.WHY_THREE}",
                    ),
                )
            )
        )
    cuts = cut_table(use, unit, minutes)
    return [
        *blocks,
        Table("Areas between the curves", area_table(use, unit)),
        Table("What was cut", cuts[cuts["kind"] != "inputs"], most=40),
        *[Words(f"Not tested: {sentence}.", "note") for sentence in use.untested],
    ]


def _stability(asked: Asked, found: "Stability") -> list[Block]:
    names = [one.head for one in found.heads]
    one = found.heads[names.index(named_in(asked.head, names))]
    adjusted = stable_p(found)
    picture = Picture(
        overlap_dots(
            [head_label(name) for name in names],
            np.array([head.overlap for head in found.heads]),
            np.array([head.chance_overlap for head in found.heads]),
            adjusted < LEVEL,
            [probability(p) for p in adjusted],
            names.index(one.head),
        ),
        "Overlap of the strongest pairs between seeds for each head, beside chance",
        f"{LIKE_SEEDS} {FILLED_STABLE}",
    )
    sentences = [
        stability_sentence(found, one.head),
        few_seeds_sentence(len(found.seeds)),
        begun_again(share_begun(asked.measured.run.record)),
        consensus_sentence(found, one.head, asked.measured.noun),
        matched_sentence(found),
    ]
    table = Table("How well each head came back", stability_table(found))
    return [Words(" ".join(filter(None, sentences))), Row((picture,)), table]


def _residuals(asked: Asked, found: "Residuals") -> list[Block]:
    graphs = [test.graph for test in found.tests]
    statistics = {
        "space and time": np.array([test.statistic for test in found.tests]),
        "space": np.array([test.space for test in found.tests]),
        "time": np.array([test.time for test in found.tests]),
    }
    picture = Picture(
        whiteness_dots([graph_name(graph) for graph in graphs], statistics),
        "What the errors still share along each graph, in space and in time",
        NOT_WHITE,
    )
    minutes = found.step * asked.measured.run.interval_minutes
    sentences = [residuals_sentence(found, minutes), residuals_beside(found)]
    table = Table("What is left along each graph", whiteness_table(found))
    return [Words(" ".join(filter(None, sentences))), Row((picture,)), table]


def _planted(asked: Asked, found: "Planted") -> list[Block]:
    run = asked.measured.run
    share = planted_share(found, run.adjacency, run.interaction.shape[-1])
    pictures = [
        Picture(
            recovery_lines(
                [
                    Found(way.way, way.at, way.middle, way.least, way.most, simple=is_simple(way.way))
                    for way in recovery_along(found, setting)
                ],
                own,
                words,
                "share of true edges found",
            ),
            f"Share of the true edges that each way finds, against {words}",
            RECOVERY,
        )
        for setting, words, own in (("length", "steps of data", float(found.length)), ("noise", NOISE, found.noise))
    ]
    return [
        Words(planted_sentence(found)),
        Words(planted_setting(found, share), "note"),
        Row(tuple(pictures)),
        Table("In the setting of this run, means over the seeds", own_table(found)),
    ]


_SHOWN: dict[str, Any] = {
    "chance": _chance,
    "use": _use,
    "stability": _stability,
    "residuals": _residuals,
    "planted": _planted,
}
