"""The modes of a matrix: how large, how local, how smooth, and where one of them lives."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app import store
from app.figures.colours import diverging
from app.figures.marks import index_of
from app.figures.spectrum import eigenvalue_bars, eigenvector_bars, ipr_against_energy
from app.reading.spectrum import (
    ENERGY,
    REPEATED,
    localisation_answer,
    mode_sentence,
    spectrum_answer,
    symmetrised_sentence,
)
from app.reading.words import about, counted, three
from app.tables.spectrum import mode_table, sensor_order, sensor_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges, spread
from app.views.page import answer, beside, figure, heading, how_to_read, opened, table

ENERGIES = {"learned": "learned graph", "road": "road graph"}


def chosen_mode(point: Mapping[str, Any]) -> None:
    """A click on a bar or a dot chooses its mode."""
    if (clicked := index_of(point, len(run.nodes))) is not None:
        controls.choose(mode=clicked + 1)


def chosen_sensor(point: Mapping[str, Any]) -> None:
    """A click on a bar of the mode chooses its sensor."""
    if (clicked := index_of(point, len(run.nodes))) is not None:
        controls.choose(sensors=controls.with_first(page.ids[clicked]))


page = opened("Which patterns does the matrix hold, and where do they live?", heads=True)
run, version, selection, noun = page.run, page.version, page.selection, page.noun
found = store.spectrum_of(version, selection.head)
mode = selection.mode - 1

answer(spectrum_answer(found, noun))
has_road = found.road_energy is not None
road = has_road and selection.energy == "road"

left, right = beside()
with left:
    heading("How strong is each mode?")
    st.caption("The eigenvalues of the symmetrised matrix.")
    figure(
        eigenvalue_bars(found.values, mode),
        key="eigenvalues",
        alt=f"Eigenvalues of {page.where}, the largest first; mode {mode + 1} is marked",
        on_point=chosen_mode,
        caption=symmetrised_sentence(found),
    )
with right:
    heading("How local, and how smooth?")
    if has_road:
        controls.switch("Smooth on the", "energy", ENERGIES)
    else:
        st.caption("These data have no road graph: smoothness is measured on the learned graph alone.")
    figure(
        ipr_against_energy(
            found.ipr,
            found.road_energy if road and found.road_energy is not None else found.energy,
            mode,
            f"Dirichlet energy on the {ENERGIES['road' if road else 'learned']}",
            len(run.nodes),
            page.theme,
            noun,
        ),
        key="localised",
        alt="Inverse participation ratio of each mode against its Dirichlet energy",
        on_point=chosen_mode,
        caption=f"{about(noun, ENERGY)} Click one to see it below.",
    )

heading("Where does one mode live?")
controls.slide("Mode, counted from the largest eigenvalue", "mode", 1, len(run.nodes))
st.markdown(mode_sentence(found, mode, road, noun))
if found.repeated[mode]:
    st.caption(REPEATED)
vector = found.vectors[:, mode]
left, right = beside()
with left:
    bound = spread(vector)
    negative, middle, positive = diverging(np.array([-1.0, 0.0, 1.0]), 1.0, page.theme)
    draw_map(
        page,
        "mode map",
        colours=diverging(vector, bound, page.theme),
        tooltips=[f"part in mode {mode + 1}: {three(float(part))}" for part in vector],
        roads=road_edges(page),
        legend=[(negative, three(-bound)), (middle, "0"), (positive, three(bound))],
        height=440,
    )
    st.caption(f"The same signs rise and fall together; grey {noun}s take no part. " + place_words(page))
with right:
    order = store.order_of(version, selection.head, "position")
    figure(
        eigenvector_bars(vector, page.ids, order.order, page.marks, noun),
        key="vector",
        alt=f"Part of each {noun} in mode {mode + 1}",
        caption=f"All {counted(len(vector), noun)}, in the order of position. Click a bar to choose its {noun}.",
        on_point=chosen_sensor,
    )

heading("Are the modes more local than chance?")
with st.spinner("Shuffling the weights and taking the modes again …"):
    st.markdown(localisation_answer(store.localisation_of(version, selection.head), noun))

table(
    "Every mode",
    lambda: mode_table(page.measured, selection.head),
    page.entry,
    "modes",
    on_row=lambda row: controls.choose(mode=row + 1),
)
by_share = sensor_order(vector)
table(
    f"Every {noun} in mode {mode + 1}",
    lambda: sensor_table(page.measured, selection.head, mode),
    page.entry,
    "mode",
    on_row=lambda row: controls.choose(sensors=controls.with_first(page.ids[by_share[row]])),
)
how_to_read("eigenvalue", "gap", "ipr", "dirichlet", "localisation", "asymmetry", noun=noun)
