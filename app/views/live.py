"""Trainings as they go on: drawn again each second while there is one, and not at all otherwise."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from app import datasets, jobs, trainings
from app.estimate import duration, seconds_left
from app.figures.frame import framed, noted
from app.figures.multiples import head_multiples
from app.figures.training import loss_curves
from app.reading.words import code, counted, one_line, plain
from app.store.training import Begun, begun, emerging
from app.trainings import Job
from app.views import controls
from app.views.page import figure, folded
from core.data import data_root

EVERY = 1.0  # seconds
SHOWN = "train shown"
_SAID = "train live said"  # why the last click on a training did nothing
_MOST = 30  # trainings in the list

_ICONS = {
    "queued": ":material/schedule:",
    "training": ":material/model_training:",
    "done": ":material/check_circle:",
    "stopped": ":material/stop_circle:",
    "failed": ":material/error:",
    "killed": ":material/report:",
    "cancelled": ":material/cancel:",
}


def live(runs: Path, found: Sequence[Job]) -> None:
    """The training that is going on, or the one that was chosen, and the list of all; kept up to date."""
    going = any(job.alive for job in found)
    st.fragment(_drawn, run_every=EVERY if going else None)(runs, _signature(found))


def _drawn(runs: Path, before: object) -> None:
    found = trainings.listed(runs)
    if _signature(found) != before:
        st.rerun()  # the rest of the page has to know: the list of runs, the queue, whether there is anything to watch
    if not found:
        st.markdown("Nothing was trained here yet. What you start goes on when you leave this page or close the tab.")
        return
    by_run = {job.run: job for job in found}
    job = by_run.get(st.session_state.get(SHOWN, "")) or _default(found)
    _shown(runs, job, found)
    others = [other for other in found if other.run != job.run][:_MOST]
    if others:
        st.markdown("**All others**")
    for other in others:
        _row(runs, other)


def _signature(found: Sequence[Job]) -> object:
    return tuple((job.number, job.run, job.state) for job in found)


def _default(found: Sequence[Job]) -> Job:
    going = [job for job in found if job.state == "training"]
    return (going or list(found))[0]


def _shown(runs: Path, job: Job, found: Sequence[Job]) -> None:
    """One training in full: how it stands, what can be done, its losses, its matrix, what its process said."""
    so_far = begun(runs / job.run)
    st.markdown(f"#### {_sentence(runs, job, so_far, found)}", anchors=False)
    if job.state == "training":
        _bar(runs, job, so_far)
    _buttons(runs, job, so_far)
    if job.reason:
        st.code(one_line(job.reason, 2000), language=None, wrap_lines=True)
    if job.state in ("failed", "killed"):
        _log(runs, job)
    if so_far is not None:
        _figures(runs / job.run, job, so_far)
    if job.number and job.state not in ("failed", "killed", "queued", "cancelled"):
        folded("What its process said", ":material/terminal:", f"log {job.number}", lambda: _log(runs, job))


def _sentence(runs: Path, job: Job, so_far: Begun | None, found: Sequence[Job]) -> str:
    name, epochs = plain(job.run), len(so_far.progress) if so_far else 0
    of = f"{epochs:,} of {counted(so_far.epochs, 'epoch')}" if so_far else "no epoch"
    if job.state == "queued":
        ahead = sum(1 for other in found if other.alive and 0 < other.number < job.number)
        return f"{name} waits for {'the training' if ahead == 1 else f'{ahead} trainings'} before it."
    if job.state == "training":
        if job.stop_asked:
            return f"{name} is asked to stop."
        left = seconds_left(so_far.epochs, _seconds(so_far), jobs.now_of(runs, job.number)) if so_far else None
        if so_far is None:
            return f"{name} is loading its data."
        if epochs >= so_far.epochs:
            return f"{name} has trained all its epochs and is being tested."
        return f"{name} has {duration(left)} left." if left is not None else f"{name} is in its first epoch."
    words = {
        "done": f"{name} is done{_best(so_far)}.",
        "stopped": f"{name} was stopped after {of}.",
        "failed": f"{name} failed after {of}." if so_far else f"{name} failed before it began.",
        "killed": f"{name} ended without a word after {of}: it was killed, memory ran out, or the machine went off.",
        "cancelled": f"{name} was taken out of the queue before it began.",
    }
    return words[job.state]


def _best(so_far: Begun | None) -> str:
    if so_far is None or so_far.progress.empty:
        return ""
    best = int(np.argmin(so_far.progress["validation"].to_numpy(dtype=float))) + 1
    return f": the best of {counted(len(so_far.progress), 'epoch')} was number {best:,}"


def _bar(runs: Path, job: Job, so_far: Begun | None) -> None:
    """How far it is, over all epochs."""
    if so_far is None:
        st.progress(0.0, "starting")
        return
    done, now = len(so_far.progress), jobs.now_of(runs, job.number)
    inside = now.chunk / now.chunks if now is not None and now.epoch == done + 1 else 0.0
    words = f"epoch {min(done + 1, so_far.epochs):,} of {so_far.epochs:,}, {round(100 * inside)} % of it"
    st.progress(min((done + inside) / so_far.epochs, 1.0), words)


def _buttons(runs: Path, job: Job, so_far: Begun | None) -> None:
    """What can be done with it now."""
    with st.container(horizontal=True):
        if job.alive and job.number:
            words = "Stop" if job.state == "training" else "Take out of the queue"
            st.button(
                words,
                icon=":material/stop:",
                key="train stop",
                disabled=bool(job.stop_asked),
                on_click=_stop,
                args=(runs, job.number),
                help="It can go on later from its last whole epoch." if job.state == "training" else None,
            )
        elif job.alive:
            st.caption("It was started outside the app: stop it there, with Ctrl-C.")
        elif job.state == "done":
            if st.button("Open this run", icon=":material/insights:", key="train open", type="primary"):
                controls.open_run(job.run)
                st.switch_page("views/overview.py")
        elif so_far is not None and datasets.is_known(so_far.load, data_root()):
            st.button(
                "Resume",
                icon=":material/resume:",
                key="train resume",
                on_click=_resume,
                args=(runs, job.run),
                help="From its last whole epoch; it reaches the same weights as if it had never stopped.",
            )
        elif so_far is not None:
            st.markdown("Its data are in none of the places that this app knows. To go on, where they are:")
            st.code(f"python -m app train --resume {shlex.quote(one_line(str(runs / job.run), 500))}", language="bash")
    if problem := st.session_state.pop(_SAID, ""):
        st.error(plain(problem, 500), icon=":material/error:")


def _resume(runs: Path, run: str) -> None:
    try:
        jobs.resumed(runs, run)
    except jobs.JobError as error:
        st.session_state[_SAID] = str(error)


def _stop(runs: Path, number: int) -> None:
    try:
        jobs.stop(runs, number)
    except jobs.JobError as error:
        st.session_state[_SAID] = str(error)


def _figures(run: Path, job: Job, so_far: Begun) -> None:
    """Losses, and the matrix as it emerges; both as high before the first epoch as after the last."""
    progress = so_far.progress
    figure(
        loss_curves(
            progress["train"].to_numpy(dtype=float),
            progress["validation"].to_numpy(dtype=float),
            so_far.epochs,
            chosen_by=so_far.chosen_by,
        ),
        key="losses",
        alt=f"The loss on the training and the {so_far.chosen_by} part after each of {len(progress)} epochs",
        caption=f"The epoch with the least loss on the {so_far.chosen_by} part is kept.",
        keeps=job.run,
    )
    snapshot = emerging(run, so_far)
    if not so_far.heads or (snapshot is None and not job.alive):
        return
    if snapshot is None:
        empty = framed(go.Figure(), height=_height(len(so_far.heads)))
        drawn = noted(empty, "the matrix appears after the first epoch")
        caption = "The weights before it are drawn at random."
    else:
        drawn = head_multiples(snapshot.interaction, so_far.heads, so_far.order, half=True)
        caption = (
            f"The matrix as it emerges, after epoch {snapshot.epoch:,}. Rows listen, columns are heard; sensors "
            + ("ordered by known group." if any(so_far.groups) else "in the order of the data.")
        )
    figure(drawn, key="emerging", alt="The matrix of each head as it emerges", caption=caption, keeps=job.run)


def _height(heads: int) -> int:
    names = [f"head {k + 1}" for k in range(heads)]
    return int(head_multiples(np.zeros((heads, 2, 2)), names, half=True).layout.height)


def _seconds(so_far: Begun) -> list[float]:
    return [float(seconds) for seconds in so_far.progress["seconds"].dropna()]


def _log(runs: Path, job: Job) -> None:
    said = jobs.log_of(runs, job.number) if job.number else ""
    if said:
        st.caption("The last lines of its log:")
        st.code(said, language=None, wrap_lines=True, height=min(400, 60 + 22 * len(said.splitlines())))
    else:
        st.caption("Its process said nothing." if job.number else "It was started outside the app, which has no log.")


def _row(runs: Path, job: Job) -> None:
    """One of the others, on a line."""
    state = {"killed": "ended without a word", "cancelled": "taken out of the queue"}.get(job.state, job.state)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{_ICONS[job.state]} {code(job.run)}: {state}")
        st.button("Show", key=f"train show {job.run}", on_click=_show, args=(job.run,))
        if job.state == "queued":
            st.button(
                "Take out",
                icon=":material/close:",
                key=f"train cancel {job.run}",
                disabled=bool(job.stop_asked),
                on_click=_stop,
                args=(runs, job.number),
            )


def _show(run: str) -> None:
    st.session_state[SHOWN] = run
