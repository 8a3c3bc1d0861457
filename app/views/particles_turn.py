"""Particles turned by hand: whether the forecast turns along, and whether that of a model without the symmetry does."""

import numpy as np
import streamlit as st

from app.figures.particles import turned_back
from app.reading import trajectories as said
from app.reading.words import counted, one_line
from app.selection import MOST_MOVED, MOST_TURN
from app.store import RunEntry
from app.store import particles as store
from app.tables.trajectories import turn_table
from app.views import controls
from app.views.page import Opened, beside, figure, table

PLAIN = "python -m app train --dataset {load} --model mlp --out runs/without-symmetry"


def show_turning(page: Opened, trajectory: int) -> None:
    """Sliders that turn the input; the forecast made anew, turned back on the first; beside another model."""
    st.markdown(
        "Turn what the model sees. Its forecast is made anew and turned back by as much: where a dot lies in the "
        "middle of its ring, the forecast has turned along."
    )
    _sliders()
    chosen = page.selection
    degrees = (chosen.about_x, chosen.about_y, chosen.about_z)
    turn: store.Turn = (*degrees, chosen.mirrored, chosen.moved)
    done = said.turn_words(degrees, chosen.moved, mirrored=chosen.mirrored)
    others = store.without_symmetry(page.entry, page.entries) if store.is_symmetric(page.run) else ()
    asked = [page.entry, *_beside(page, others)]
    results = {entry.key: store.turned_of(entry.version, page.version, trajectory, turn) for entry in asked}
    shared = set.intersection(*(set(result.ahead) for result in results.values()))
    drawn = {
        key: result.ahead.index(max(shared)) if shared else len(result.ahead) - 1 for key, result in results.items()
    }
    around = np.concatenate(
        [found[drawn[key], :, :3] for key, result in results.items() for found in (result.first, result.back)]
    )
    left, right = beside()
    for place, (entry, result) in zip((left, right), zip(asked, results.values(), strict=True), strict=False):
        with place:
            own, at = entry is page.entry, drawn[entry.key]
            st.markdown(
                said.turned_sentence(entry.key, result.largest, done), help="See 'Turned along' at the end of the page."
            )
            figure(
                turned_back(
                    result.first[at, :, :3], result.back[at, :, :3], page.ids, around=around, theme=page.theme
                ),
                key="turned own" if own else "turned beside",
                alt=f"Forecast of {one_line(entry.key, 60)}, and that of the turned particles, turned back",
                caption=f"{counted(result.ahead[at], 'frame')} ahead; the number is the largest over all frames ahead.",
                keeps="turned",
            )
    if store.is_symmetric(page.run) and len(asked) == 1:
        with right:
            st.markdown(said.NOBODY_ELSE)
            load = one_line(page.run.record["data"]["load"], 300)
            st.code(PLAIN.format(load=load), language="bash", wrap_lines=True)
    table(
        "Every difference",
        lambda: turn_table(
            {
                key: (found.ahead, found.places, found.velocities if found.has_velocities else None)
                for key, found in results.items()
            },
            page.ids,
        ),
        page.entry,
        "turned",
    )


def _sliders() -> None:
    for place, axis in zip(beside(3), "xyz", strict=True):
        with place:
            controls.slide(
                f"Turn about {axis}", f"about_{axis}", -MOST_TURN, MOST_TURN, step=5, format="%d°"
            )
    left, right = beside()
    with left:
        controls.slide("Move along the diagonal x = y = z", "moved", 0, MOST_MOVED)
    with right:
        controls.toggle("Mirror", "mirrored", help="x becomes −x, before anything is turned.")


def _beside(page: Opened, others: tuple[RunEntry, ...]) -> list[RunEntry]:
    """The run that stands beside this one: the one chosen to compare with, else the nearest; none where there is none.

    One that cannot be asked is passed over.
    """
    found = [other for other in others if store.ready(other.version) is None]
    if not found:
        return []
    by_key = {other.key: other for other in found}
    shown = by_key.get(page.selection.other, found[0])
    if len(found) > 1:
        key = "control beside"
        st.session_state[key] = shown.key
        st.selectbox(
            "Run beside it, of a model without the symmetry",
            list(by_key),
            format_func=lambda name: one_line(by_key[name].label, 80),
            key=key,
            on_change=lambda: controls.choose(other=st.session_state[key]),
        )
    return [shown]
