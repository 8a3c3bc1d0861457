"""What was trained on what, what its forecasts are worth, and what each head does."""

import numpy as np

from app.figures.forecasts import error_by_horizon
from app.parts import weighted
from app.reading import answers as answered
from app.reading import forecasts as said
from app.reading.facts import facts, title
from app.reading.heads import order_words
from app.reading.matrices import MATRIX_ALONE, matrix_answer
from app.reading.particles import GATES, particles_answer
from app.reading.roads import given_sentence
from app.reading.words import plain, whole_percent
from app.report.content import Asked, Block, Picture, Points, Row, Section, Table, Words, no_graph
from app.report.reduced import multiples
from app.selection import MEAN
from app.tables.overview import error_table, errors_beside, head_table
from app.tables.particles import particle_error_table

NO_FORECASTS = "This run holds a matrix and no forecasts, so there is no error to give."


def overview(asked: Asked) -> Section:
    """The section Overview."""
    measured, run = asked.measured, asked.measured.run
    answers = [matrix_answer(title(run), len(run.nodes), len(run.heads)), MATRIX_ALONE]
    blocks: list[Block] = []
    measures: list[str] = []
    if run.kind == "particles":
        answers = [particles_answer(run, title(run)), *([GATES] if run.heads else [])]
        blocks = [Table("All errors as a table", particle_error_table(run))]
    elif run.forecasts is not None:
        answers, blocks = _errors(asked)
        measures += ["mae", "rmse", "mape", "accuracy", "r2", "simple"]
    blocks += [
        Words("What is it?" if run.kind == "matrix" else "What was trained on what?", "heading"),
        Points(tuple(f"**{name}**: {line}" for name, line in facts(run).items())),
        *([Words(plain(run.note, 600), "note")] if run.note else []),
        *([Words(f"Source: {plain(run.source, 300)}", "note")] if run.source else []),
        Words("What does each head do?", "heading"),
    ]
    if not run.heads:
        blocks.append(
            Words(
                f"{no_graph(asked)} It shows what can be had without one: a graph has to do better than this to be "
                "worth anything."
            )
        )
        return Section("Overview", QUESTION, tuple(answers), tuple(blocks), tuple(measures))
    picture = Picture(
        multiples(measured, measured.order(MEAN, "group")),
        f"The matrices of all {len(run.heads)} heads as small pictures",
        f"Rows listen, columns are heard; {measured.noun}s ordered "
        + order_words(run.groups is not None, run.has_coordinates or run.adjacency is not None)
        + ", all heads on one colour scale.",
    )
    given = given_sentence(*run.made_of) if run.adjacency is not None and weighted(run) else ""
    strongest = f"'Strongest' are the strongest {whole_percent(asked.share)} of all pairs of sensors."
    blocks += [
        Row((picture,)),
        *([Words(given, "note")] if given else []),
        Points(tuple(answered.of_one_head(measured, head, asked.share) for head in run.heads)),
        *([Words(strongest, "note")] if run.adjacency is not None else []),
        Table("All heads as a table", head_table(measured, asked.share)),
    ]
    measures += ["interaction", "neighbours", "zeros", "asymmetry", "reach", "lift", "auroc", "average_precision"]
    measures += ["recovery"] if run.truth is not None else []
    return Section("Overview", QUESTION, tuple(answers), tuple(blocks), tuple(measures))


QUESTION = "What did the model learn, and what is it worth?"


def _errors(asked: Asked) -> tuple[list[str], list[Block]]:
    measured, run = asked.measured, asked.measured.run
    steps = said.shown_steps(run.horizon, run.interval_minutes)
    errors = errors_beside(measured, asked.control)
    answers = list(answered.of_overview(measured, asked.control))
    curves = {name: np.asarray(found.mae, dtype=float)[steps] for name, found in errors.items()}
    picture = Picture(
        error_by_horizon(
            np.array([(step + 1) * run.interval_minutes for step in steps]), curves, "mean absolute error", run.unit
        ),
        f"Mean absolute error by time ahead of {', '.join(curves)}",
        said.error_caption(run.optimistic, run.pooled),
    )
    table = error_table(measured, asked.control, steps)
    heading = Words("How far off is it?", "heading")
    return answers, [heading, Row((picture,)), Table("All errors as a table", table)]
