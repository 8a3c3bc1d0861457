"""Whether the model uses what it learned: weights are cut, and its error and its forecast are measured again."""

from typing import TYPE_CHECKING

import streamlit as st

from app.reading import use as said
from app.reading.words import plain
from app.store.evidence import evidence_of
from app.tables.use import area_table, curve_table, cut_table, effect_order, effect_table, sample_table
from app.views.page import Opened, heading, table
from app.views.pair import choose_pair
from app.views.use_curves import show_curves
from app.views.use_live import show_live
from app.views.use_parts import show_heads, show_sensors
from app.views.use_weights import head_shown, show_weights

if TYPE_CHECKING:
    from analysis.use import Use

EXPLAINED = ("cut", "moved", "one_weight", "weight_rank", "deletion", "area")


def show_use(page: Opened) -> None:
    """The part of the page on evidence that cuts weights: kept results, then a cut of one's own."""
    use = evidence_of(page.version, "use")
    if use is not None:
        _kept(page, use)
    heading("What is lost without what you have chosen?")
    show_live(page)
    if use is not None:
        _tables(page, use)


def _kept(page: Opened, use: "Use") -> None:
    unit = page.run.unit
    heading("What does the model lose where sensors cannot hear each other?")
    st.markdown(said.use_answer(use, page.selection.head, unit))
    show_heads(page, use)
    heading("Do the strongest weights matter most?")
    show_curves(page, use)
    show_weights(page, use)
    heading("Which sensors depend on what they hear?")
    show_sensors(page, use)
    for sentence in use.untested:
        st.caption(f"Not tested: {plain(sentence, 200)}.")


def _tables(page: Opened, use: "Use") -> None:
    """All that was measured, as numbers."""
    unit, minutes = page.run.unit, page.minutes.tolist()
    table("Everything that was cut", lambda: cut_table(use, unit, minutes), page.entry, "cuts")
    head = head_shown(page, use)
    table(
        f"Every weight of {plain(use.heads[head])}",
        lambda: effect_table(use, head, page.ids, unit),
        page.entry,
        "effects",
        on_row=lambda row: choose_pair(page, *map(int, divmod(effect_order(use, head)[row], len(page.ids)))),
    )
    if len(use.effects.sample):
        table("Weights cut in truth", lambda: sample_table(use, page.ids, unit), page.entry, "sample")
    if use.curves:
        table("Every point of the curves", lambda: curve_table(use, unit), page.entry, "curves")
    if use.areas:
        table("Areas between the curves", lambda: area_table(use, unit), page.entry, "areas")
