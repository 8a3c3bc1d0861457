"""A map that stands still: sensors, roads and edges as a Plotly figure, which prints and needs no tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.figures.colours import OBSERVED
from app.figures.frame import colour_bar, framed
from app.figures.map import Edges, capped
from app.figures.text import safe
from app.measured import Measured
from app.parts import Floats
from app.places import Places

KM_PER_DEGREE = 111.195  # of a great circle on a sphere of 6371.0088 km
WIDTHS = (1.2, 2.2, 3.4, 5.0)  # of edges, by weight: one line of a figure has one width
DOT = "#94a3b8"


@dataclass(frozen=True, eq=False, slots=True)
class Coloured:
    """A value (N,) for each sensor and the scale of its colours, from ``low`` to ``high``."""

    values: Floats
    low: float
    high: float
    name: str
    scale: Any


def ground(
    measured: Measured,
    *,
    colours: Sequence[str] | Coloured | str = DOT,
    tooltips: Sequence[str] | None = None,
    edges: Sequence[Edges] = (),
    key: Sequence[tuple[str, str]] = (),
    numbers: Sequence[object] = (),
    height: int = 460,
) -> go.Figure:
    """The N sensors in their places, north up, in kilometres where they are places on the ground.

    Parameters
    ----------
    measured : the run
    colours : of all sensors, of each, or a scale
    tooltips : of each sensor, what is said beside its id
    edges : classes of edges, the first beneath; at most EDGE_CAP of each, and the legend says how many are left out
    key : (colour, meaning) of the sensors' colours, for the legend
    numbers : what is written on each sensor
    """
    places = measured.places()
    x, y = _plane(places)
    figure = go.Figure()
    for one in edges:
        _draw(figure, one, x, y)
    scaled = isinstance(colours, Coloured)
    marker: dict[str, Any] = {
        "size": 12 if len(numbers) else 9 if len(x) <= 150 else 7 if len(x) <= 400 else 5,
        "line": {"color": OBSERVED("light"), "width": 0.8},
        "color": colours,
    }
    if isinstance(colours, Coloured):
        marker |= {
            "color": np.asarray(colours.values, dtype=np.float32),
            "cmin": colours.low,
            "cmax": colours.high,
            "colorscale": colours.scale,
            "colorbar": colour_bar(colours.name),
        }
    said = [""] * len(x) if tooltips is None else tooltips
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers+text" if len(numbers) else "markers",
            marker=marker,
            text=[safe(number, 4) for number in numbers] or None,
            textfont={"size": 9, "color": "#ffffff"},
            hovertext=[f"<b>{safe(i)}</b><br>{safe(more, 80)}" for i, more in zip(measured.ids, said, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )
    )
    for colour, meaning in key:
        dot = go.Scatter(x=[None], y=[None], mode="markers", marker={"color": colour, "size": 10}, name=safe(meaning))
        figure.add_trace(dot)
    framed(figure, height=height, legend=not scaled, bar=scaled)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(margin={"l": 8, "r": 8, "b": 24}, hovermode="closest", dragmode="pan")
    if places.geographic:
        _scale_bar(figure, x, y)
    return figure


def _plane(places: Places) -> tuple[Floats, Floats]:
    """East and north of the middle [km], or the two directions of a layout, (N,) float32 each."""
    east, north = np.asarray(places.longitude, dtype=float), np.asarray(places.latitude, dtype=float)
    if places.geographic:
        east = (east - east.mean()) * np.cos(np.deg2rad(north.mean())) * KM_PER_DEGREE
        north = (north - north.mean()) * KM_PER_DEGREE
    return east.astype(np.float32), north.astype(np.float32)


def _draw(figure: go.Figure, edges: Edges, x: Floats, y: Floats) -> None:
    kept, left_out = capped(edges)
    pairs = np.asarray(kept.pairs, dtype=int).reshape(-1, 2)
    size = np.zeros(len(pairs)) if kept.weight is None else np.abs(np.asarray(kept.weight, dtype=float))
    span = float(np.ptp(size)) if len(size) else 0.0
    level = (np.minimum((size - size.min()) / span * len(WIDTHS), len(WIDTHS) - 1)).astype(int) if span else size * 0
    more = f" ({left_out:,} more not drawn)" if left_out else ""
    first = True
    for k, width in enumerate(WIDTHS):
        some = pairs[level == k]
        if not len(some) and (k or len(pairs)):
            continue
        gap = np.full(len(some), np.nan, dtype=np.float32)
        figure.add_trace(
            go.Scatter(
                x=np.stack([x[some[:, 0]], x[some[:, 1]], gap], axis=1).ravel(),
                y=np.stack([y[some[:, 0]], y[some[:, 1]], gap], axis=1).ravel(),
                mode="lines",
                line={"color": edges.colour, "width": width, "dash": "4px,5px" if edges.dashed else "solid"},
                opacity=0.85,
                hoverinfo="skip",
                name=f"{safe(edges.name)}: {len(pairs):,}{more}",
                legendgroup=safe(edges.name),
                showlegend=first,
            )
        )
        first = False


def _scale_bar(figure: go.Figure, x: Floats, y: Floats) -> None:
    """A line of a round length in the lower left corner, where sensors are apart at all."""
    span = float(max(np.ptp(x), np.ptp(y)))
    if span <= 0:
        return
    power = 10.0 ** np.floor(np.log10(span / 4))
    length = max(step * power for step in (1, 2, 5) if step * power <= span / 4)
    left, low = float(x.min()), float(y.min()) - 0.06 * span
    line = {"color": OBSERVED("light"), "width": 2}
    figure.add_shape(type="line", x0=left, x1=left + length, y0=low, y1=low, line=line)
    figure.add_annotation(x=left + length, y=low, text=f"{length:g} km", showarrow=False, xanchor="left", xshift=4)
