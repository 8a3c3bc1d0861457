"""Does the forecast move as the particles do: trajectories, who listens to whom and when, errors, energy, turning."""

import streamlit as st

from app.reading import trajectories as said
from app.reading.particles import particles_answer
from app.selection import layers_of
from app.store import particles as store
from app.store.asking import Unready
from app.tables.particles import particle_error_table
from app.tables.trajectories import forecast_table
from app.views import controls
from app.views.page import answer, heading, how_to_read, opened, table
from app.views.particles_parts import show_attention, show_energy, show_errors, show_flight
from app.views.particles_turn import show_turning

page = opened(said.QUESTION, particles=True)
moving = page.run.tracked
selection = page.selection
trajectory = selection.trajectory - 1
frame = selection.frame or moving.inputs
layers = layers_of(page.run.heads)

answer(particles_answer(page.run, page.entry.title))
symmetry = st.empty()  # what the model itself must be asked for comes when it has answered
symmetry.markdown("Whether it turns along with the particles: the model is being asked …")

heading("Where do they go, and who listens to whom?")
show_flight(page, trajectory, frame, selection.layer or (layers[0] if layers else ""))
table(
    "Every particle and frame ahead",
    lambda: forecast_table(moving, trajectory, page.ids),
    page.entry,
    "particles",
    on_row=lambda row: controls.choose(pair=(), sensors=controls.with_first(page.ids[row // len(moving.ahead)])),
)

heading("How fast does it get worse?")
show_errors(page, frame)
table("Every error", lambda: particle_error_table(page.run), page.entry, "errors ahead")

heading("Does it keep the energy?")
show_energy(page, trajectory, frame)

state = store.ready(page.version)
if isinstance(state, Unready):
    symmetry.empty()
    st.warning(state.why, icon=":material/block:")
    st.markdown(state.what_to_do)
else:
    symmetry.markdown(said.symmetry_sentence(*store.symmetry_of(page.version)))
    heading("Does it turn along with the particles?")
    show_turning(page, trajectory)
    heading("Which past frame counts?")
    show_attention(page, trajectory, layers)
how_to_read("particle_error", "gate", "time_attention", "particle_energy", "equivariance")
