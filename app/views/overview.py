"""What was trained on what, what its forecasts are worth, and what each head does; or what a matrix alone is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app import datasets, locks, store
from app.control import is_own_control
from app.drafts import KEPT, control_draft
from app.figures.forecasts import error_by_horizon
from app.figures.marks import index_of
from app.figures.matrix import head_multiples
from app.parts import weighted
from app.reading import answers
from app.reading import forecasts as said
from app.reading.facts import facts
from app.reading.heads import head_name, order_words
from app.reading.matrices import MATRIX_ALONE, matrix_answer
from app.reading.models import graphless
from app.reading.particles import GATES, particles_answer
from app.reading.roads import given_sentence
from app.reading.verdict import verdicts
from app.reading.verdict_summary import overall, thresholds, verdict_list, verdict_table
from app.reading.words import plain, whole_percent
from app.selection import MEAN
from app.store.evidence import PARTS, evidence_of, unavailable
from app.tables.overview import error_table, errors_beside, head_table
from app.tables.particles import particle_error_table
from app.views import controls
from app.views.guide import guide
from app.views.page import Opened, answer, beside, figure, folded, heading, how_to_read, listing, opened, table
from app.views.takeaway import report_download
from core.data import data_root


def chosen_head(point: Mapping[str, Any]) -> None:
    """A click on a small picture chooses its head."""
    place = point.get("curve")
    if isinstance(place, int) and 0 <= place < len(run.heads):
        controls.choose(head=run.heads[place])


def chosen_step(point: Mapping[str, Any]) -> None:
    """A click on a curve of errors chooses the time ahead."""
    steps = said.shown_steps(run.horizon, run.interval_minutes)
    if (place := index_of(point, len(steps))) is not None:
        controls.choose(step=steps[place] + 1)


def show_errors(page: Opened) -> None:
    """The answer for a model: what its forecasts are worth; and what was trained on what."""
    run = page.run
    steps = said.shown_steps(run.horizon, run.interval_minutes)
    measured, control = page.measured, page.control
    errors = errors_beside(measured, control)
    curves = {name: np.asarray(found.mae, dtype=float)[steps] for name, found in errors.items()}
    answer(*answers.of_overview(measured, control))
    guide()
    if run.optimistic:
        st.warning(said.PUBLISHED, icon=":material/warning:")
    left, right = beside([3, 2])
    with left:
        heading("How far off is it?")
        figure(
            error_by_horizon(
                np.array([(step + 1) * run.interval_minutes for step in steps]),
                curves,
                "mean absolute error",
                run.unit,
                chosen=page.selection.step * run.interval_minutes or None,
                theme=page.theme,
            ),
            key="errors",
            alt=f"Mean absolute error by time ahead of {', '.join(curves)}",
            caption=said.error_caption(run.optimistic, run.pooled)
            + " Click a point to choose that time ahead.",
            on_point=chosen_step,
        )
    with right:
        heading("What was trained on what?")
        show_facts(page)
    table("All errors as a table", lambda: error_table(measured, control, steps), page.entry, "errors")
    offer_control(page)


def offer_control(page: Opened) -> None:
    """A training that would tell what the graph is worth, where no run of the same forecaster without it is here."""
    record, control = page.run.record, page.control
    if control is not None and is_own_control(record, control.run.record):
        return
    draft = control_draft(record)
    if draft is None or not locks.possible() or not datasets.is_known(draft.load, data_root()):
        return
    heading("What is its graph worth?")
    st.markdown(said.unknown_worth(page.run.model, control is not None))
    if st.button("Train it without its graph", icon=":material/model_training:", key="train control"):
        st.session_state[KEPT] = draft
        st.switch_page("views/train.py")


def show_alone(page: Opened) -> None:
    """The answer for a matrix alone: that it has no forecast to be judged by, and what it is."""
    answer(matrix_answer(page.entry.title, len(page.run.nodes), len(page.run.heads)), MATRIX_ALONE)
    heading("What is it?")
    show_facts(page)


def show_particles(page: Opened) -> None:
    """The answer for a run of particles: how far off positions are, and what was trained on what."""
    run = page.run
    answer(particles_answer(run, page.entry.title), GATES if run.heads else "")
    left, right = beside([3, 2])
    with left:
        heading("How far off is it?")
        listing(particle_error_table(run), page.entry, "errors", height=600)
        st.caption("Mean squared errors over all trajectories of the test part, their particles and three components.")
    with right:
        heading("What was trained on what?")
        show_facts(page)


def show_facts(page: Opened) -> None:
    """Facts of the run as a list, and what a reader must know about them."""
    st.markdown("\n".join(f"- **{name}**: {line}" for name, line in facts(page.run).items()))
    if page.run.note:
        st.caption(plain(page.run.note, 600))
    if page.run.source:
        st.caption(f"Source: {plain(page.run.source, 300)}")


def show_heads(page: Opened) -> None:
    """All heads as small pictures, and a sentence or two on each."""
    run, version, share = page.run, page.version, page.selection.share
    order = store.order_of(version, MEAN, "group")
    left, right = beside([3, 2])
    with left:
        figure(
            head_multiples(
                run.interaction,
                run.heads,
                order.order,
                half=True,
                selected=None if page.selection.head == MEAN else run.heads.index(page.selection.head),
            ),
            key="heads",
            alt=f"The matrices of all {len(run.heads)} heads as small pictures",
            caption=f"Rows listen, columns are heard; {page.noun}s ordered "
            + order_words(run.groups is not None, run.has_coordinates or run.adjacency is not None)
            + ", all heads on one colour scale. Large pictures are on the page Heads; click a head to choose it.",
            on_point=chosen_head,
        )
    with right:
        sentences = [answers.of_one_head(page.measured, head, share) for head in run.heads]
        if weighted(run) and (given := given_sentence(*run.made_of)):
            st.info(given, icon=":material/info:")
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
        if run.adjacency is not None:  # else no sentence says 'strongest'
            st.caption(
                f"'Strongest' are the strongest {whole_percent(share)} of all pairs of sensors, as set in the sidebar."
            )
    table(
        "All heads as a table",
        lambda: head_table(page.measured, share),
        page.entry,
        "heads",
        on_row=lambda row: controls.choose(head=store.selectable(run)[row]),
    )


def show_verdicts(page: Opened) -> None:
    """What the evidence says of every head, of the selected one in full; nothing is computed here."""
    found = {part: evidence_of(page.version, part) for part in PARTS}
    reasons = {part: unavailable(page.version, part) for part in PARTS if found[part] is None}
    made = verdicts(page.measured, found, reasons, page.selection.share)
    heads = [one for one in made if one.head != MEAN] or made
    st.markdown(overall(heads))
    tested = any(line.state != "untested" for one in made for line in one.lines)
    if tested:
        selected = next((one for one in made if one.head == page.selection.head), made[0])
        if len(made) > 1:
            left, right = beside()  # a narrower table would break its words
            with left:
                st.markdown(verdict_table(made, page.selection.head))
            with right:
                st.markdown(f"**{head_name(selected.head)}**\n{verdict_list(selected)}")
        else:
            st.markdown(verdict_list(selected))
        st.caption(thresholds(found["use"]))
    missing = [part for part in PARTS if found[part] is None and not reasons[part]]
    st.page_link(
        "views/evidence.py",
        label="Test it on the page Evidence" if missing and not tested
        else "See, and test what is missing, on the page Evidence" if missing
        else "See the evidence on the page Evidence",
        icon=":material/fact_check:",
        query_params=page.selection.to_query(),
    )


page = opened("What did the model learn, and what is it worth?")
run = page.run
if run.kind == "particles":
    show_particles(page)
elif run.forecasts is None:
    show_alone(page)
else:
    show_errors(page)
if run.heads:
    heading("Is it real, used and stable?")
    show_verdicts(page)
heading("What does each head do?")
if run.heads:
    show_heads(page)
else:
    st.markdown(
        f"{plain(run.called)} {graphless(run.model)}, so there is no matrix to look at. "
        "It shows what can be had without one: a graph has to do better than this to be worth anything."
    )
measures = ["mae", "rmse", "mape", "accuracy", "r2", "simple"] if run.forecasts is not None else []
if run.heads:
    measures += ["interaction", "neighbours", "zeros", "asymmetry", "reach", "lift", "auroc", "average_precision"]
    measures += ["recovery"] if run.truth is not None else []
folded("Take the report away", ":material/download:", "takeaway", lambda: report_download(page))
how_to_read(*measures, noun=page.noun)
