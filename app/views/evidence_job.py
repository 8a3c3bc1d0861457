"""The making of the evidence: what is there, what is being made and how far it is, and what cannot be made and why."""

from collections.abc import Mapping

import streamlit as st

from app.evidence.jobs import JobError, Progress
from app.reading import evidence as said
from app.reading.words import about, plain
from app.store.evidence import PARTS, start_evidence, state_of_evidence, stop_evidence
from app.views.page import Opened

EVERY = 1.0  # seconds
_SAID = "evidence said"


def watched(page: Opened, found: Mapping[str, object], reasons: Mapping[str, str], progress: Progress) -> None:
    """How the tests of this run stand, with the button that starts them; kept up to date while a process makes some.

    It always takes the same room: what stands below it must not move when a test ends.
    """
    with st.container(key="evidence-state"):
        draw = st.fragment(_drawn, run_every=EVERY if progress.alive else None)
        missing = tuple(part for part in PARTS if found[part] is None and not reasons[part])
        draw(page.version, missing, any(result is not None for result in found.values()), _signature(progress))


def not_there(page: Opened, part: str, reason: str, progress: Progress) -> None:
    """Why a part is not here: it cannot be made, it could not be made, it is being made, or nobody asked for it."""
    failed = dict(progress.failed).get(part, "")
    if reason:
        st.info(reason, icon=":material/block:")
        if part == "stability" and page.run.kind == "model":
            st.page_link(
                "views/train.py",
                label="Train more seeds on the page Train",
                icon=":material/model_training:",
                query_params=page.selection.to_query(),
            )
    elif progress.alive and part in progress.asked and part not in progress.over:
        st.info("This is being tested: what comes of it appears here.", icon=":material/hourglass_top:")
    elif failed:
        st.warning(f"It could not be tested: {plain(failed, 1000)}", icon=":material/error:")
        st.button(
            "Try again",
            icon=":material/refresh:",
            key="evidence again",
            disabled=progress.alive,
            on_click=_start,
            args=(page.version, part),
        )
    else:
        st.info(f"Not tested yet: {about(page.noun, said.WHAT_FOR[part])}.", icon=":material/pending:")


def _drawn(version: str, missing: tuple[str, ...], some: bool, before: object) -> None:
    progress = state_of_evidence(version)
    if _signature(progress) != before:
        st.rerun()  # the rest of the page has to know: a part is there, or the process has ended
    failed = {part for part, _ in progress.failed}
    if progress.alive:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(
                said.whole_share(progress.share, progress.over, progress.asked),
                said.progress_words(progress.part, progress.share, progress.over, progress.asked),
            )
            st.button(
                "Stop",
                icon=":material/stop:",
                key="evidence stop",
                on_click=_stop,
                args=(version,),
                help="It goes on when you leave this page. When you stop it, what is done by then is kept.",
            )
    elif missing:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Test what is missing" if some else "Test this run",
                icon=":material/fact_check:",
                key="evidence start",
                type="primary",
                on_click=_start,
                args=(version, *missing),
            )
            st.caption(said.start_words(missing, tuple(failed), progress.ended))
    else:
        st.caption("All that can be tested of this run has been tested.")
    if problem := st.session_state.pop(_SAID, ""):
        st.error(plain(problem, 500), icon=":material/error:")


def _start(version: str, *parts: str) -> None:
    try:
        start_evidence(version, *parts)
    except JobError as error:
        st.session_state[_SAID] = str(error)


def _stop(version: str) -> None:
    try:
        stop_evidence(version)
    except JobError as error:
        st.session_state[_SAID] = str(error)


def _signature(progress: Progress) -> object:
    return (progress.alive, progress.over, progress.failed, progress.ended)
