"""The parts of the page about particles that show one trajectory: flight, errors, energy, attention over time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app.figures.attention import time_heatmaps
from app.figures.marks import index_of
from app.figures.particle_curves import energy_curves, error_ahead
from app.figures.particles import Moment, flight
from app.flight import follows_force, head_at, heard, shown_frames
from app.reading import trajectories as said
from app.reading.particles import TRAINING
from app.reading.words import code, counted, one_line, whole_percent
from app.selection import EDGES, layers_of
from app.store import particles as store
from app.tables.trajectories import attention_table, energy_table, gate_table
from app.views import controls
from app.views.page import Opened, beside, figure, table


def show_flight(page: Opened, trajectory: int, frame: int, layer: str) -> None:
    """Particles in space with a slider over frames, and edges by the gates of a layer."""
    moving, run, selection = page.run.tracked, page.run, page.selection
    layers, drawn = layers_of(run.heads), shown_frames(moving, trajectory)
    left, middle, right = beside(3)
    with left:
        controls.slide("Trajectory of the test part", "trajectory", 1, len(moving.frames))
    with middle:
        if layers:
            _pick_layer(layers, layer)
    with right:
        if layers:
            st.select_slider(
                "Pairs drawn, the strongest",
                EDGES,
                format_func=whole_percent,
                help="The share of all pairs of particles that is drawn as edges in each frame, by their gate.",
                **controls.bound("edges"),
            )
    gates = store.gates_of(page.version, trajectory) if layers else None
    single, moments = layer in run.heads, []
    for k in range(1, len(drawn) + 1):
        head = None if gates is None else head_at(run.heads, layer, k, moving.inputs)
        found = None if gates is None or head is None else heard(gates[head], selection.edges)
        ahead = moving.ahead.index(k - moving.inputs) if k - moving.inputs in moving.ahead else None
        words = said.frame_words(k, moving.inputs, moving.ahead)
        edges = said.edge_words(found, layer, single=single) if gates is not None else ""
        none = np.empty((0, 2), dtype=np.int64), np.empty(0)
        pairs, weights = none if found is None else (found.pairs, found.gates)
        words += f". {edges[:1].upper()}{edges[1:]}." if edges else "."
        moments.append(Moment(words, pairs, weights, ahead))

    def chosen(point: Mapping[str, Any]) -> None:
        at = None if point.get("customdata") is None else index_of(point, len(page.ids))
        if at is not None:
            controls.choose(pair=(), sensors=controls.with_first(page.ids[at]))

    figure(
        flight(
            drawn[..., :3],
            moving.charge[trajectory],
            moving.forecast[trajectory][..., :3],
            moments,
            page.ids,
            seen=moving.inputs,
            chosen=page.marks.sensors,
            theme=page.theme,
        ),
        key="flight",
        alt=f"Trajectory {trajectory + 1} of {counted(len(page.ids), 'particle')} in space, with its forecast",
        caption="Move the slider, or play: the particles fly. Drag the figure to look from elsewhere; the view stays. "
        "Click a particle to choose it. Rings in blue: where it is forecast for this frame. "
        + (said.NO_GATES if not layers else "Width of an edge: the mean of the gates in both directions."),
        on_point=chosen,
        keeps="space",
        frame=frame - 1,
        on_frame=lambda place: controls.choose(frame=place + 1),
    )
    if layers and gates is None:
        st.caption("The gates of this trajectory can only be had from the model, which cannot be asked: see below.")
    head = None if gates is None else head_at(run.heads, layer, frame, moving.inputs)
    if gates is not None and head is not None:
        here = drawn[min(frame, moving.inputs) - 1, :, :3]  # where they were when they were heard
        st.markdown(said.force_sentence(follows_force(gates[head], here), layer, min(frame, moving.inputs)))
        table(
            "Every gate at this frame",
            lambda: gate_table(gates[head], here, moving.charge[trajectory], page.ids),
            page.entry,
            "gates",
        )


def show_errors(page: Opened, frame: int) -> None:
    """Errors over the whole test part at each frame ahead, beside the simple forecasts."""
    moving, after = page.run.tracked, frame - page.run.tracked.inputs
    places = beside() if len(moving.errors) > 1 else [st.container()]
    for place, (quantity, errors) in zip(places, moving.errors.items(), strict=True):
        ordered = {name: errors[name] for name in sorted(errors, key=lambda name: name == page.run.model)}
        with place:
            figure(
                error_ahead(
                    moving.ahead, ordered, quantity, chosen=after if after in moving.ahead else None, theme=page.theme
                ),
                key=f"error {quantity}",
                alt=f"Mean squared error of {quantity} at each frame ahead, beside forecasts that need no training",
                caption=said.horizon_sentence(
                    {name: float(row[-1]) for name, row in ordered.items()}, page.run.model, moving.ahead[-1], quantity
                )
                + " Over the whole test part.",
            )
    if not moving.velocities:
        st.caption("This run forecasts positions alone: velocities were not asked of it.")


def show_energy(page: Opened, trajectory: int, frame: int) -> None:
    """Energy of what happened and of the forecast."""
    moving = page.run.tracked
    found = store.energies_of(page.version, trajectory)
    st.markdown(said.energy_sentence(found, moving.ahead, moving.inputs))
    figure(
        energy_curves(
            found.kinetic,
            found.potential,
            found.forecast_kinetic,
            found.forecast_potential,
            [moving.inputs + ahead for ahead in moving.ahead],
            seen=moving.inputs,
            chosen=frame,
            theme=page.theme,
        ),
        key="energy",
        alt="Kinetic, potential and total energy of what happened at each frame, and of the forecast",
        caption=said.ENERGY,
    )
    table("Every energy", lambda: energy_table(found, moving), page.entry, "energy")


def show_attention(page: Opened, trajectory: int, layers: tuple[str, ...]) -> None:
    """Attention over time of one particle, each kind."""
    moving = page.run.tracked
    found = store.attention_of(page.version, trajectory)
    if not found.maps:
        st.markdown(said.NO_ATTENTION.format(seen=counted(moving.inputs, "frame")))
        st.code(TRAINING, language="bash")
        return
    blocks = len(next(iter(found.maps.values())))
    particle = page.marks.sensors[0] if page.marks.sensors else 0
    left, right = beside()
    with left:
        _pick_particle(page, particle)
    with right:
        block = _block(page, blocks, layers)
    figure(
        time_heatmaps({kind: maps[block, particle] for kind, maps in found.maps.items()}),
        key="attention",
        alt=f"Attention over time of particle {page.ids[particle]}: features, coordinates and velocities",
        caption=f"Trajectory {trajectory + 1}, block {block + 1} of {blocks}. A row is the frame that listens and sums "
        "to 1; a bright cell is a frame that it hears.",
    )
    for kind, maps in found.maps.items():
        st.markdown(f"- {said.attention_sentence(kind, maps[block, particle], page.ids[particle])}")
    st.markdown(said.blend_sentence(found.blend, block))
    table("Every weight over time", lambda: attention_table(found.maps, page.ids), page.entry, "attention")


def _pick_layer(layers: tuple[str, ...], shown: str) -> None:
    key = "control layer"
    st.session_state[key] = shown
    st.selectbox(
        "Layer whose gates are drawn",
        layers,
        format_func=lambda name: one_line(name, 40),
        key=key,
        on_change=lambda: controls.choose(layer=st.session_state[key]),
    )


def _pick_particle(page: Opened, shown: int) -> None:
    key = "control particle"
    st.session_state[key] = page.ids[shown]
    st.selectbox(
        "Particle",
        page.ids,
        format_func=lambda name: one_line(name, 40),
        key=key,
        on_change=lambda: controls.choose(pair=(), sensors=controls.with_first(st.session_state[key])),
    )


def _block(page: Opened, blocks: int, layers: tuple[str, ...]) -> int:
    """The block that ends with the chosen layer or holds it; the last for a read-out; a note says so."""
    per_block = max(1, sum(name.startswith("layer ") for name in layers) // blocks)
    shown = page.selection.layer
    at = layers.index(shown) // per_block if shown in layers else 0
    block = min(at, blocks - 1)
    if blocks > 1 and layers:
        st.caption(
            f"Attention of block {block + 1}, to which the chosen layer, {code(shown or layers[0], 24)}, leads: choose "
            "another layer above to see that of another block."
        )
    return block
