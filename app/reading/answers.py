"""The answer of each page about a run, the same on the page and in the report: sentences, '' where there is none.

``head`` is a head's name or 'mean', ``share`` the share of pairs that count as strongest, ``step`` counts from 0.
"""

from typing import TYPE_CHECKING

import numpy as np

from app.control import differences, differences_words
from app.reading import forecasts as said
from app.reading.communities import communities_answer
from app.reading.heads import head_sentence, heads_answer, spread_sentence
from app.reading.roads import classes_answer, given_sentence, recovery_answer

if TYPE_CHECKING:
    from app.measured import Measured

FORECAST = "forecast"  # as in app.measured, which is not loaded for its name alone


def of_overview(measured: "Measured", control: "Measured | None") -> tuple[str, str]:
    """What the forecasts are worth at the last step that is shown, and before it, and beside a run without a graph."""
    run, errors = measured.run, measured.errors()
    steps = said.shown_steps(run.horizon, run.interval_minutes)
    last = steps[-1]
    at_last = {name: float(found.mae[last]) for name, found in errors.items()}
    minutes = (last + 1) * run.interval_minutes
    worth = said.overview_answer(run.called, minutes, run.unit, at_last, measured.daily_errors(last), run.pooled)
    early = said.early_sentence(
        [(step + 1) * run.interval_minutes for step in steps],
        [float(errors[FORECAST].mae[step]) for step in steps],
        [float(errors["last value"].mae[step]) for step in steps],
        run.unit,
        run.pooled,
    )
    if control is None:
        return worth, early
    without = float(control.errors()[FORECAST].mae[last])
    differ = differences_words(differences(run.record, control.run.record))
    beside = said.control_sentence(at_last[FORECAST], without, run.unit, run.model, control.run.model, differ)
    return worth, f"{early} {beside}".strip()


def of_one_head(measured: "Measured", head: str, share: float) -> str:
    """What one head does, in one sentence or two."""
    return head_sentence(
        head,
        measured.sparsity(head),
        measured.reach(head),
        measured.road_match(head, share),
        measured.recovery(head, share),
        share,
        measured.noun,
    )


def of_heads(measured: "Measured", head: str, share: float) -> tuple[str, str]:
    """Whom sensors listen to in a head, and how much that depends on the input."""
    run = measured.run
    place = slice(None) if head not in run.heads else run.heads.index(head)
    return (
        heads_answer(
            head,
            measured.sparsity(head),
            measured.asymmetry(head),
            measured.mutuality(head),
            measured.pairs(head, share),
            measured.ids,
            measured.noun,
        ),
        spread_sentence(run.interaction[place], None if run.spread is None else run.spread[place]),
    )


def of_communities(measured: "Measured", head: str, method: str, count: int) -> str:
    """Which sensors belong together; ``count`` 0 is a number found by the method."""
    found = measured.communities(head, method, count)
    return communities_answer(found, method, count == 0, measured.clearness(head, method, count), measured.noun)


def of_map(measured: "Measured", head: str, share: float) -> tuple[str, str, str]:
    """How the strongest pairs stand to the roads, to the planted graph, and what the model was given of the roads."""
    match, truth = measured.road_match(head, share), measured.recovery(head, share)
    return (
        classes_answer(measured.edge_classes(head, share), match, share, match is not None),
        recovery_answer(truth) if truth is not None else "",
        given_sentence(*measured.run.made_of) if match is not None else "",
    )


def of_forecast(measured: "Measured", step: int) -> str:
    """How far off the forecast is at a step ahead, where most, and at how many sensors it pays."""
    run, by_sensor = measured.run, measured.errors_by_sensor(step)
    return said.forecast_answer(
        (step + 1) * run.interval_minutes,
        run.unit,
        float(measured.errors()[FORECAST].mae[step]),
        np.asarray(by_sensor[FORECAST].mae, dtype=float),
        measured.ids,
        np.asarray(by_sensor["last value"].mae, dtype=float),
        run.pooled,
    )
