"""The modes of a matrix: how large, how local, how smooth, and where one of them lives."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.colours import diverging
from app.figures.spectrum import eigenvalue_bars, eigenvector_bars, ipr_against_energy
from app.reading.spectrum import lives_on, localisation_answer, mode_sentence, spectrum_answer
from app.reading.words import counted, three
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges, spread
from app.views.page import Opened, answer, beside, figure, heading, how_to_read, opened, table

ENERGIES = {"learned": "learned graph", "road": "road graph"}


def mode_table(page: Opened) -> pd.DataFrame:
    """One row per mode."""
    found = store.spectrum_of(page.version, page.selection.head)
    frame = pd.DataFrame(
        {
            "mode": np.arange(1, len(found.values) + 1),
            "eigenvalue": found.values,
            "IPR": found.ipr,
            "lives on [sensors]": [lives_on(float(ipr)) for ipr in found.ipr],
            "Dirichlet energy, learned graph": found.energy,
        }
    )
    if found.road_energy is not None:
        frame["Dirichlet energy, road graph"] = found.road_energy
    frame["shares its eigenvalue"] = found.repeated
    return frame


def sensor_table(page: Opened, mode: int) -> pd.DataFrame:
    """The part of each sensor in one mode, the largest first."""
    vector = store.spectrum_of(page.version, page.selection.head).vectors[:, mode]
    frame = pd.DataFrame({"sensor": page.ids, "part in the mode": vector, "share of the mode": vector**2})
    return frame.sort_values("share of the mode", ascending=False, kind="stable")


def mode_of(point: dict[str, Any]) -> int:
    """The mode of a clicked point or bar, one that exists, whatever the browser sent."""
    data = point.get("customdata")
    counted_from_0 = data[0] if isinstance(data, list) else data
    number = point.get("x", 1) if counted_from_0 is None else counted_from_0 + 1
    return min(max(int(number), 1), len(run.nodes))


page = opened("Which patterns does the matrix hold, and where do they live?", heads=True)
run, version, selection = page.run, page.version, page.selection
found = store.spectrum_of(version, selection.head)
mode = selection.mode - 1

answer(spectrum_answer(found))
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
        on_point=lambda point: controls.choose(mode=mode_of(point)),
        caption=f"Symmetrising left out an asymmetry of {three(found.asymmetry)}." if found.asymmetry >= 0.005 else "",
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
        ),
        key="localised",
        alt="Inverse participation ratio of each mode against its Dirichlet energy",
        on_point=lambda point: controls.choose(mode=mode_of(point)),
        caption="Each dot is a mode. Top: it lives on few sensors. Left: neighbours in the graph have similar values. "
        "Click one to see it below.",
    )

heading("Where does one mode live?")
controls.slide("Mode, counted from the largest eigenvalue", "mode", 1, len(run.nodes))
st.markdown(mode_sentence(found, mode, road))
if found.repeated[mode]:
    st.caption("This mode shares its eigenvalue with another: any mixture of the two would do as well.")
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
    st.caption("The same signs rise and fall together; grey sensors take no part. " + place_words(page))
with right:
    order = store.order_of(version, selection.head, "position")
    figure(
        eigenvector_bars(vector, page.ids, order.order),
        key="vector",
        alt=f"Part of each sensor in mode {mode + 1}",
        caption=f"All {counted(len(vector), 'sensor')}, in the order of position.",
    )

heading("Are the modes more local than chance?")
with st.spinner("Shuffling the weights and taking the modes again …"):
    st.markdown(localisation_answer(store.localisation_of(version, selection.head)))

table("Every mode", lambda: mode_table(page), page.entry, "modes")
table(f"Every sensor in mode {mode + 1}", lambda: sensor_table(page, mode), page.entry, "mode")
how_to_read("eigenvalue", "gap", "ipr", "dirichlet", "localisation", "asymmetry")
