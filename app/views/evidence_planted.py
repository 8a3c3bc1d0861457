"""Whether a graph could have been found in data like these, by this model or by simpler ways."""

import shlex
from typing import TYPE_CHECKING

import streamlit as st

from app.figures.evidence import Found, recovery_lines
from app.reading import planted as said
from app.reading.roads import given_sentence, recovery_answer
from app.reading.words import one_line
from app.tables.evidence import own_table, planted_share, recovery_along, recovery_table, truth_table
from app.views.page import Opened, beside, figure, heading, listing, table

if TYPE_CHECKING:
    from analysis.planted import Planted


def show_planted(page: Opened, found: "Planted | None") -> None:
    """What each way finds where the truth is known, around the run's own setting; and what this run itself found."""
    if found is not None:
        _ways(page, found)
    match = page.measured.recovery(page.selection.head, page.selection.share)
    if match is not None:
        heading("Did this run find what was planted?")
        st.markdown(recovery_answer(match))
        if given := given_sentence(*page.run.made_of):
            st.info(given, icon=":material/info:")
        listing(truth_table(page.measured, page.selection.share), page.entry, "truth")


def _ways(page: Opened, found: "Planted") -> None:
    heading("Could it have been found?")
    st.markdown(said.planted_sentence(found))
    st.caption(said.planted_setting(found, planted_share(found, page.run.adjacency, len(page.ids))))
    settings = {
        "length": ("steps of data", float(found.length)),
        "noise": (said.NOISE, found.noise),
        "missing": ("share of values missing", found.missing),
    }
    drawn = {name: recovery_along(found, name) for name in settings}
    drawn = {name: ways for name, ways in drawn.items() if any(len(way.at) > 1 for way in ways)} or {
        "length": drawn["length"]
    }
    for first in range(0, len(drawn), 2):
        for place, name in zip(beside(), list(drawn)[first : first + 2], strict=False):
            words, own = settings[name]
            with place:
                figure(
                    recovery_lines(
                        [Found(way.way, way.at, way.middle, way.least, way.most, simple=said.is_simple(way.way))
                         for way in drawn[name]],
                        own,
                        words,
                        "share of true edges found",
                        page.theme,
                    ),
                    key=f"recovery {name}",
                    alt=f"Share of the true edges that each way finds, against {words}",
                    caption=said.RECOVERY,
                )  # fmt: skip
    listing(own_table(found), page.entry, "own setting")
    st.caption(f"In the setting of this run, means over the seeds. {said.own_caption(found)}")
    if not any(not said.is_simple(one.way) for one in found.recoveries):
        st.markdown(
            "To see what the model of this run finds in the same data, which takes a training for each seed:"
        )
        st.code(f"python -m app planted {shlex.quote(one_line(str(page.entry.path), 500))}", language="bash")
    table("Every setting and every seed", lambda: recovery_table(found), page.entry, "recovery")
