"""Particles in space, frame by frame, and two forecasts of them upon each other.

Nothing is mounted anew when the frame changes: a figure carries all its frames, and the page draws the chosen one into
the same scene, whose camera stays. Positive charges are green balls, negative ones purple diamonds.

Axes: f shown frame, t frame ahead, n particle, e edge; positions have three components.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, LEARNED, LOST, NEGATIVE, OBSERVED, POSITIVE, Theme
from app.figures.frame import CLEAR
from app.figures.text import digits, labels

Floats = NDArray[Any]

CHARGES = ((1, "positive", POSITIVE, "circle"), (-1, "negative", NEGATIVE, "diamond"))
WIDTHS = (1.5, 3.5, 7.0)  # of edges, weak to strong
MOST_NAMED = 8  # particles whose names fit beside them
HEIGHT = 620
CAMERA = {"eye": {"x": 1.45, "y": 1.45, "z": 0.72}, "center": {"x": 0, "y": 0, "z": -0.12}}
GRID = {"light": "#d5d8dd", "dark": "#3b404a"}  # lines in space cannot be half transparent


@dataclass(frozen=True, eq=False, slots=True)
class Moment:
    """What is drawn at one frame: its words, pairs (E, 2) of particles, the gate of each (E,), the forecast's place."""

    words: str
    pairs: NDArray[np.integer]
    gates: Floats
    ahead: int | None = None


def flight(
    positions: Floats,
    charge: Floats,
    forecast: Floats,
    moments: Sequence[Moment],
    ids: Sequence[str],
    *,
    seen: int,
    chosen: Sequence[int] = (),
    theme: Theme = "light",
) -> go.Figure:
    """A trajectory in space: paths, particles at each frame, the forecast, and who listens to whom.

    Parameters
    ----------
    positions : (F, N, 3) of what happened, the first ``seen`` of which the model saw
    charge : (N,) above 0 or below
    forecast : (T, N, 3)
    moments : one for each of the F frames; ``ahead`` is the frame of the forecast that belongs to it
    ids : the N particles' names as they are
    chosen : places of the chosen particles

    A particle carries its place as ``customdata``. The figure's frames are those of the moments, in their order and
    named by their words; what its data show is the last frame seen.
    """
    names = labels(ids, 12)
    edges, size = _edge_classes(moments), 8 if len(names) <= MOST_NAMED else 6
    figure = go.Figure()
    for sign, name, colour, _ in CHARGES:
        paths = positions[:seen, (charge > 0) == (sign > 0)]
        figure.add_trace(_line(paths, f"seen, {name}", {"color": colour, "width": 5}))
    after = positions[seen - 1 :]
    figure.add_trace(_line(after, "what happened then", {"color": OBSERVED(theme), "width": 3}))
    said = np.concatenate([positions[seen - 1 : seen], forecast])
    figure.add_trace(_line(said, "forecast", {"color": FORECAST, "width": 3}, markers=True))
    moving = len(figure.data)
    for low, high, width in edges:
        name = f"gate {digits(low)} to {digits(high)}" if high > low else f"gate {digits(low)}"
        figure.add_trace(_line(np.empty((0, 0, 3)), name, {"color": LEARNED, "width": width}))
        figure.data[-1].opacity = 0.75
    for sign, name, colour, symbol in CHARGES:
        here = np.flatnonzero((charge > 0) == (sign > 0))
        figure.add_trace(
            go.Scatter3d(
                name=f"{name} charge",
                mode="markers+text" if len(names) <= MOST_NAMED else "markers",
                text=[names[n] for n in here],
                textposition="top center",
                customdata=here,
                marker={"size": size, "color": colour, "symbol": symbol, "line": {"width": 0}},
                hovertemplate=f"%{{text}}, {name}: %{{x:.3r}}, %{{y:.3r}}, %{{z:.3r}}<extra></extra>",
                legendrank=1 if sign > 0 else 2,
            )
        )
    figure.add_trace(
        go.Scatter3d(
            name="forecast for this frame",
            mode="markers",
            text=names,
            customdata=np.arange(len(names)),
            marker={"size": 9, "color": FORECAST, "symbol": "circle-open", "line": {"width": 2}},
            hovertemplate="%{text}, forecast: %{x:.3r}, %{y:.3r}, %{z:.3r}<extra></extra>",
            showlegend=False,
        )
    )
    figure.add_trace(
        go.Scatter3d(
            name="chosen",
            mode="markers",
            marker={"size": 17, "color": OBSERVED(theme), "symbol": "circle-open"},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    drawn = list(range(moving, len(figure.data)))
    moved = [_moved(*one, charge, forecast, edges, chosen) for one in zip(moments, positions, strict=True)]
    for place, trace in zip(drawn, moved[seen - 1], strict=True):
        figure.data[place].update(trace)
    figure.frames = [
        {"name": moment.words, "traces": drawn, "data": data} for moment, data in zip(moments, moved, strict=True)
    ]
    return _in_space(figure, np.concatenate([positions, forecast]).reshape(-1, 3), HEIGHT, theme)


def turned_back(
    first: Floats, back: Floats, ids: Sequence[str], *, around: Floats | None = None, theme: Theme = "light"
) -> go.Figure:
    """A forecast (N, 3) as rings, and that of turned particles, turned back, as dots; lines join what differs.

    ``around`` (K, 3) are places that must be in sight as well, so that two figures have one scale.
    """
    names = labels(ids, 12)
    figure = go.Figure()
    pairs = np.stack([first, back])
    figure.add_trace(_line(pairs, "difference", {"color": LOST, "width": 4}))
    for name, places, marker in (
        ("forecast", first, {"size": 13, "symbol": "circle-open"}),
        ("of the turned particles, turned back", back, {"size": 4, "symbol": "circle"}),
    ):
        x, y, z = places.astype(np.float32).T
        figure.add_trace(
            go.Scatter3d(
                x=x, y=y, z=z, name=name, mode="markers", text=names, marker={**marker, "color": FORECAST},
                hovertemplate=f"%{{text}}, {name}: %{{x:.3r}}, %{{y:.3r}}, %{{z:.3r}}<extra></extra>",
            )
        )  # fmt: skip
    return _in_space(figure, pairs.reshape(-1, 3) if around is None else around, 430, theme)


def _moved(
    moment: Moment,
    places: Floats,
    charge: Floats,
    forecast: Floats,
    edges: Sequence[tuple[float, float, float]],
    chosen: Sequence[int],
) -> list[dict[str, Any]]:
    """What moves, at one frame: edges by class, positive and negative particles, the forecast, the chosen ones."""
    found = []
    taken = np.zeros(len(moment.gates), dtype=bool)
    for low, high, _ in edges:
        mine = ~taken & (moment.gates >= low) & (moment.gates <= high)
        taken |= mine
        found.append(_joined(np.stack([places[moment.pairs[mine, 0]], places[moment.pairs[mine, 1]]])))
    found += [_dots(places[(charge > 0) == (sign > 0)]) for sign, *_ in CHARGES]
    found.append(_dots(forecast[moment.ahead] if moment.ahead is not None else np.empty((0, 3))))
    found.append(_dots(places[list(chosen)]))
    return found


def _edge_classes(moments: Sequence[Moment]) -> list[tuple[float, float, float]]:
    """From which gate to which an edge has which width, strongest first; the same for all frames."""
    every = np.concatenate([moment.gates for moment in moments]) if moments else np.empty(0)
    if not len(every):
        return []
    low, high = float(every.min()), float(every.max())
    if high - low < 0.01:
        return [(low, high, WIDTHS[1])]
    ends = np.linspace(low, high, len(WIDTHS) + 1)
    return [(float(ends[k]), float(ends[k + 1]), WIDTHS[k]) for k in range(len(WIDTHS) - 1, -1, -1)]


def _line(paths: Floats, name: str, line: dict[str, Any], *, markers: bool = False) -> go.Scatter3d:
    """Lines (P points, N lines, 3) as one trace."""
    look: dict[str, Any] = {"marker": {"size": 2.5, "color": line["color"]}} if markers else {}
    mode = "lines+markers" if markers else "lines"
    return go.Scatter3d(name=name, mode=mode, line=line, hoverinfo="skip", **_joined(paths) | look)


def _joined(paths: Floats) -> dict[str, Any]:
    """The points of lines (P points, N lines, 3), with a gap after each."""
    if not paths.size:  # a trace without any point would leave the legend
        paths = np.full((1, 1, 3), np.nan)
    gap = np.full((1, *paths.shape[1:]), np.nan)
    return _dots(np.concatenate([paths, gap]).swapaxes(0, 1))


def _dots(places: Floats) -> dict[str, Any]:
    x, y, z = np.asarray(places, dtype=np.float32).reshape(-1, 3).T
    return {"type": "scatter3d", "x": x, "y": y, "z": z}


def _in_space(figure: go.Figure, places: Floats, height: int, theme: Theme) -> go.Figure:
    """The same figure in a cube that holds all of ``places`` (K, 3), whatever is drawn of them; nothing behind it."""
    places = places[np.isfinite(places).all(axis=1)]
    low, high = (places.min(axis=0), places.max(axis=0)) if len(places) else (np.zeros(3), np.ones(3))
    half = float(max((high - low).max() / 2, 1e-6)) * 1.05
    middle = (low + high) / 2
    axes = {}
    for k, name in enumerate("xyz"):
        axes[f"{name}axis"] = {
            "range": [float(middle[k] - half), float(middle[k] + half)],
            "title": {"text": name},
            "showbackground": False,
            "gridcolor": GRID[theme],
            "zerolinecolor": GRID[theme],
            "linecolor": GRID[theme],
            "showline": True,
            "nticks": 6,
            "showspikes": False,
        }
    figure.update_layout(
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 0, "r": 0, "t": 72, "b": 0},
        scene={"aspectmode": "cube", "camera": CAMERA, "dragmode": "turntable", "bgcolor": CLEAR, **axes},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "itemsizing": "trace"},
        hoverlabel={"align": "left"},
    )
    return figure
