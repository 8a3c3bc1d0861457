"""What was trained on what, what its forecasts are worth, and what each head does."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.forecasts import error_by_horizon
from app.figures.matrix import head_multiples
from app.reading import forecasts as said
from app.reading.heads import head_sentence
from app.reading.roads import given_sentence
from app.reading.words import counted, percent, plain, three, whole_percent
from app.selection import MEAN
from app.views.page import Opened, answer, beside, figure, heading, how_to_read, opened, table

NO_GRAPH = "no graph"


def errors_at(page: Opened, steps: Sequence[int]) -> pd.DataFrame:
    """All errors of all forecasts at the steps that are shown, one row each."""
    errors = dict(store.errors_of(page.version))
    control = store.control_of(page.entry, page.entries)
    if control is not None:
        errors[NO_GRAPH] = store.errors_of(control.version)[store.FORECAST]
    names = {store.FORECAST: page.run.model, NO_GRAPH: "gru (no graph)"}
    return pd.DataFrame(
        [
            {
                "minutes ahead": (step + 1) * page.run.interval_minutes,
                "forecast": names.get(name, name),
                f"MAE [{page.run.unit}]": found.mae[step],
                f"RMSE [{page.run.unit}]": found.rmse[step],
                "MAPE [%]": 100 * found.mape[step],
                "accuracy": found.accuracy[step],
                "R²": found.r2[step],
                "values": int(found.count[step]),
            }
            for step in steps
            for name, found in errors.items()
        ]
    )


def facts(page: Opened) -> str:
    """What was trained on what, as a list."""
    run, record = page.run, page.run.record
    data, split = record["data"], record["windows"]["split"]
    parameters = whole(record["model"].get("parameters"))
    described = f"{plain(run.quantity)} in {plain(run.unit)} every {said.minutes_words(run.interval_minutes)}"
    if isinstance(missing := data.get("missing"), float) and missing:
        described += f", {percent(missing)} missing"
    ahead = said.minutes_words(run.horizon * run.interval_minutes)
    lines = {
        "Data": f"{plain(run.dataset)}, {counted(len(run.nodes), 'sensor')}, {described}",
        "Dates": dates(page),
        "Split in time": parts(split),
        "Forecast": f"{counted(run.horizon, 'step')} ({ahead}) from the last {counted(run.inputs, 'step')}",
        "Model": f"{plain(run.model)}, {counted(len(run.heads), 'head')}"
        + (f", {counted(parameters, 'parameter')}" if parameters else ""),
        "Training": training(page),
        "Protocol": plain(run.protocol) + (" (optimistic)" if run.optimistic else ""),
    }
    return "\n".join(f"- **{name}**: {line}" for name, line in lines.items())


def dates(page: Opened) -> str:
    """First and last day of the data and of the test part."""
    data, times = page.run.record["data"], page.run.forecasts.times
    test = f"tested on {day(str(times[page.run.forecasts.first[0]]))} to {day(str(times[-1]))}"
    if isinstance(data.get("start"), str) and isinstance(data.get("end"), str):
        return f"{day(data['start'])} to {day(data['end'])}, {test}"
    return test


def day(text: str) -> str:
    """A date as people write it; text that is no date as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return plain(text)
    return f"{moment.day} {moment:%B %Y}"


def parts(split: dict[str, object]) -> str:
    """The shares of training, validation and test part."""
    sizes = {name: rows[1] - rows[0] for name, rows in split.items() if isinstance(rows, list) and len(rows) == 2}
    whole = max((rows[1] for rows in split.values() if isinstance(rows, list) and len(rows) == 2), default=0)
    return ", ".join(f"{plain(name)} {percent(size / whole)}" for name, size in sizes.items()) if whole else "not known"


def training(page: Opened) -> str:
    """Epochs, the best of them, and the time."""
    metrics, times = page.run.record["metrics"], page.run.record["times"]
    epochs, best, seconds = (
        whole(metrics.get("epochs")),
        whole(metrics.get("best_epoch")),
        times.get("seconds_per_epoch"),
    )
    if not epochs:
        return "none needed"
    words = counted(epochs, "epoch")
    words += f", the best was number {best:,}" if best else ""
    words += f", {three(float(seconds))} seconds each" if isinstance(seconds, int | float) and seconds else ""
    return f"{words}, seed {page.run.seed:,}"


def whole(value: object) -> int:
    """A whole number from a record, 0 where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def head_figures(page: Opened) -> pd.DataFrame:
    """One row of figures for the mean and each head."""
    rows = []
    share = page.selection.share
    for head in store.selectable(page.run):
        sparsity = store.sparsity_of(page.version, head)
        row = {
            "head": "mean of heads" if head == MEAN else head,
            "effective neighbours": sparsity.typical,
            "exact zeros [%]": 100 * sparsity.zeros,
            "asymmetry": store.asymmetry_of(page.version, head),
        }
        if (reach := store.reach_of(page.version, head)) is not None:
            row |= {"half the weight within [hops]": reach.half, "flat matrix [hops]": reach.chance_half}
        for name, match in (
            ("roads", store.road_match_of(page.version, head, share)),
            ("planted", store.recovery_of(page.version, head, share)),
        ):
            if match is not None:
                row |= {
                    f"strongest on {name} [%]": 100 * match.precision,
                    f"chance, {name} [%]": 100 * match.chance,
                    f"times chance, {name}": match.lift,
                    f"AUROC, {name}": match.auroc,
                    f"average precision, {name}": match.average_precision,
                }
        rows.append(row)
    return pd.DataFrame(rows)


page = opened("What did the model learn, and what is it worth?")
run, version = page.run, page.version
steps = said.shown_steps(run.horizon, run.interval_minutes)
last = steps[-1]
errors = store.errors_of(version)
minutes = (last + 1) * run.interval_minutes
pooled = run.pooled
control = store.control_of(page.entry, page.entries)
ours = float(errors[store.FORECAST].mae[last])

answer(
    said.overview_answer(
        run.model,
        minutes,
        run.unit,
        {name: float(found.mae[last]) for name, found in errors.items()},
        store.daily_errors_of(version, last),
        pooled,
    ),
    said.control_sentence(ours, float(store.errors_of(control.version)[store.FORECAST].mae[last]), run.unit, run.model)
    if control
    else "",
)
if run.optimistic:
    st.warning(said.PUBLISHED, icon=":material/warning:")

left, right = beside([3, 2])
with left:
    heading("How far off is it?")
    curves = {name: np.asarray(found.mae, dtype=float)[steps] for name, found in errors.items()}
    if control:
        curves[NO_GRAPH] = np.asarray(store.errors_of(control.version)[store.FORECAST].mae, dtype=float)[steps]
    ahead = np.array([(step + 1) * run.interval_minutes for step in steps])
    figure(
        error_by_horizon(ahead, curves, "mean absolute error", run.unit),
        key="errors",
        alt=f"Mean absolute error by time ahead of {', '.join(curves)}",
        caption="Mean absolute error over the test part, "
        + ("all steps up to that one together. " if pooled else "at that step. ")
        + ("" if run.optimistic else said.CLEAN),
    )
with right:
    heading("What was trained on what?")
    st.markdown(facts(page))
    if run.note:
        st.caption(plain(run.note, 600))
    if run.source:
        st.caption(f"Source: {plain(run.source, 300)}")
table("All errors as a table", lambda: errors_at(page, steps), page.entry, "errors")

heading("What does each head do?")
if not run.heads:
    st.markdown(
        f"{plain(run.model)} lets no sensor listen to another, so there is no matrix to look at. "
        "It shows what can be had without one: a graph has to do better than this to be worth anything."
    )
else:
    share = page.selection.share
    order = store.order_of(version, MEAN, "group")
    figure(
        head_multiples(run.interaction, run.heads, order.order),
        key="heads",
        alt=f"The matrices of all {len(run.heads)} heads as small pictures",
        caption="Rows listen, columns are heard; sensors ordered "
        + ("by known group" if run.groups is not None else "by position")
        + ", all heads on one colour scale. Large pictures are on the page Heads.",
    )
    sentences = [
        head_sentence(
            head,
            store.sparsity_of(version, head),
            store.reach_of(version, head),
            store.road_match_of(version, head, share),
            store.recovery_of(version, head, share),
            share,
        )
        for head in run.heads
    ]
    if given := given_sentence(run.model):
        st.info(given, icon=":material/info:")
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
    st.caption(f"'Strongest' are the strongest {whole_percent(share)} of all pairs of sensors, as set in the sidebar.")
    table("All heads as a table", lambda: head_figures(page), page.entry, "heads")
measures = ["mae", "rmse", "mape", "accuracy", "r2", "simple"]
if run.heads:
    measures += ["interaction", "neighbours", "zeros", "asymmetry", "reach", "lift", "auroc", "average_precision"]
    measures += ["recovery"] if run.truth is not None else []
how_to_read(*measures)
