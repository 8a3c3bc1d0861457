"""A few steps for those who come for the first time.

Whether somebody comes for the first time is known to the browser alone: a component without anything to see asks it.
Who opens a link to a selection came to see that, and is not asked. Nothing is shown until the browser has answered, so
those who know the app see nothing move; the steps block nothing and stay until they are closed, then for good.
"""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from app.views import controls

_STATE = "guide"  # of this session: 'shown' or 'closed'

_memory = st.components.v2.component(
    "topolens_guide", js=(Path(__file__).resolve().parent / "guide.js").read_text(encoding="utf-8")
)


class Step(NamedTuple):
    """A step: what it says, and the pages it speaks of, each with a term of the glossary or ''."""

    text: str
    pages: tuple[tuple[str, str], ...] = ()


STEPS = (
    Step(
        "**A head is one matrix of weights**: who listens to whom, and how much. Choose run and head in the sidebar; "
        "the choice holds on every page.",
        (("heads", ""),),
    ),
    Step(
        "**Look at the map first.** Orange lines are pairs that the model learned although no road joins them.",
        (("map", ""),),
    ),
    Step(
        "**Chance is what blind choice would give.** It stands beside every measure, for near sensors are alike: "
        "almost any learned graph matches the roads better than chance.",
        (("glossary", "chance"),),
    ),
    Step(
        "**'Copy link'**, at the top of each page, copies the address with all that you chose. Others see what you see."
    ),
    Step(
        "**Train a model** here, on data that come with the app or on your own, or bring a matrix that you have.",
        (("train", ""), ("data", ""), ("matrix_alone", "")),
    ),
)


@st.fragment
def guide() -> None:
    """The first steps, where the browser says that they were never closed; else nothing."""
    state = st.session_state.get(_STATE, "")
    told = _memory(
        key="guide memory",
        data={"closed": state == "closed", "shown": state == "shown"},
        default={"first": False},
        on_first_change=lambda: None,
    )
    if state == "closed" or not (state == "shown" or told.first):
        return
    st.session_state[_STATE] = "shown"
    with st.container(border=True, key="guide", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**New here? Five steps.** They stay in the glossary when you close them.", width="stretch")
            st.button("Close", icon=":material/close:", key="guide close", on_click=_close)
        steps()


def steps() -> None:
    """The steps, each with links to the pages it speaks of."""
    for number, step in enumerate(STEPS, start=1):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"step {number}"):
            st.markdown(f"{number}. {step.text}", width="stretch")
            for view, term in step.pages:
                query = controls.selected().to_query() | ({"term": term} if term else {})
                st.page_link(f"views/{view}.py", icon=":material/arrow_forward:", query_params=query)


def _close() -> None:
    st.session_state[_STATE] = "closed"
