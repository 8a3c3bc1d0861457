"""Pictures of a matrix's modes: its eigenvalues and eigenvectors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import MEASURE, NEGATIVE, OBSERVED, POSITIVE, SIMPLE, Theme
from app.figures.frame import FAINT, framed, noted
from app.figures.marks import NO_MARKS, Marks, mark_bars
from app.figures.text import labels, safe


def eigenvalue_bars(values: NDArray[Any], selected: int | None = None) -> go.Figure:
    """The N eigenvalues, the largest first; the selected mode in full colour. Modes are counted from 1."""
    values = np.asarray(values, dtype=float)
    modes = np.arange(1, len(values) + 1)
    faded = np.full(len(values), 0.45 if selected is not None else 0.9)
    if selected is not None and 0 <= selected < len(values):
        faded[selected] = 1.0
    figure = go.Figure(
        go.Bar(
            x=modes,
            y=values.astype(np.float32),
            marker={"color": MEASURE, "opacity": faded, "line": {"width": 0}},
            hovertemplate="mode %{x}: eigenvalue %{y:.3g}<extra></extra>",
        )
    )
    framed(figure, x="mode, the largest eigenvalue first", y="eigenvalue", height=320)
    figure.update_layout(bargap=0.1)
    figure.update_yaxes(exponentformat="power")
    if selected is not None and 0 <= selected < len(values):
        figure.add_annotation(
            x=selected + 1, y=max(values[selected], 0), text=f"mode {selected + 1}", showarrow=True,
            arrowhead=0, arrowcolor=SIMPLE, ax=18, ay=-18, xanchor="left",
        )  # fmt: skip
    return figure


def ipr_against_energy(
    ipr: NDArray[Any],
    energy: NDArray[Any],
    selected: int | None = None,
    energy_name: str = "Dirichlet energy",
    sensors: int | None = None,
    theme: Theme = "light",
    noun: str = "sensor",
) -> go.Figure:
    """Each mode as a point: how few sensors it sits on (IPR) against how rough it is over the graph.

    ``ipr`` and ``energy`` are (K,), in the order of the modes; ``sensors`` is N, for the lines that say what
    an IPR means: 1/N on all sensors alike, 1 on a single one. A click on a point gives its mode as
    ``customdata`` (counted from 0).
    """
    ipr, energy = np.asarray(ipr, dtype=float), np.asarray(energy, dtype=float)
    sensors = len(ipr) if sensors is None else sensors
    modes = np.arange(len(ipr))
    figure = go.Figure(
        go.Scatter(
            x=energy,
            y=ipr,
            mode="markers",
            customdata=modes,
            text=[f"mode {k + 1}" for k in modes],
            marker={"color": MEASURE, "size": 8, "opacity": 0.75, "line": {"width": 0}},
            hovertemplate="%{text}<br>IPR %{y:.3g}<br>energy %{x:.3g}<extra></extra>",
        )
    )
    framed(figure, x=safe(energy_name), y="inverse participation ratio", height=380)
    figure.update_yaxes(type="log", dtick=1, tickformat=".3~g", range=[np.log10(0.7 / max(sensors, 1)), np.log10(1.6)])
    levels = {1.0: f"one {noun} only"}
    if sensors > 1:
        levels[1.0 / sensors] = f"all {sensors:,} {noun}s alike"
    for level, text in levels.items():
        figure.add_hline(y=level, line={"color": FAINT, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            x=1, xref="paper", y=np.log10(level), text=text, showarrow=False, xanchor="right",
            yanchor="top" if level == 1.0 else "bottom", font={"size": 11},
        )  # fmt: skip
    known = np.isfinite(ipr) & (ipr > 0) & np.isfinite(energy)
    if not known.any():
        return noted(figure, "no mode has both measures")
    if selected is not None and 0 <= selected < len(ipr) and known[selected]:
        figure.add_trace(
            go.Scatter(
                x=[energy[selected]], y=[ipr[selected]], mode="markers", hoverinfo="skip",
                marker={"symbol": "circle-open", "size": 17, "color": OBSERVED(theme), "line": {"width": 2.5}},
            )
        )  # fmt: skip
        inwards = 1 if energy[selected] <= float(np.median(energy[known])) else -1  # clear of the crowd and of the edge
        figure.add_annotation(
            x=energy[selected], y=np.log10(ipr[selected]), text=f"mode {selected + 1}", showarrow=True,
            arrowhead=0, arrowcolor=SIMPLE, standoff=9, ax=22 * inwards, ay=-44,
            xanchor="left" if inwards > 0 else "right",
        )  # fmt: skip
    return figure


def eigenvector_bars(
    vector: NDArray[Any],
    ids: Sequence[str],
    order: NDArray[Any] | None = None,
    marks: Marks = NO_MARKS,
    noun: str = "sensor",
) -> go.Figure:
    """One eigenvector (N,): each sensor's part in the mode; signs in the colours of the map.

    A bar carries its sensor's position as ``customdata``.
    """
    order = np.arange(len(vector)) if order is None else np.asarray(order, dtype=int)
    every = labels(ids)
    vector, names = np.asarray(vector, dtype=float)[order], [every[k] for k in order]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=vector.astype(np.float32),
            customdata=order,
            marker={
                "color": [POSITIVE if part >= 0 else NEGATIVE for part in vector],
                "opacity": marks.opacity(order),
                "line": {"width": 0},
            },
            hovertemplate="%{x}: %{y:.3g}<extra></extra>",
        )
    )
    framed(figure, x=noun, y="part in the mode", height=340, legend=True)
    figure.update_layout(showlegend=False)  # its room is that of the marks
    mark_bars(figure, marks, names, order)
    figure.update_layout(bargap=0.05)
    figure.update_xaxes(type="category", tickangle=-90)
    figure.update_yaxes(zeroline=True, zerolinewidth=1)
    return figure
