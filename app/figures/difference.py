"""Pictures of two matrices beside each other, A and B, and of what is left when A is taken from B."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import DIVERGING, DIVERGING_DARK, FORECAST, MEASURE, SIMPLE
from app.figures.frame import FAINT, colour_bar, framed, noted
from app.figures.marks import NO_MARKS, Marks
from app.figures.matrix import matrix_heatmap
from app.figures.scale import Scale, scale_of, shared, usual_end
from app.figures.text import digits, labels, safe

ENDS = 0.99  # quantile of the weights of both at which their scale ends where few are far above it
SECOND_LINE = 16  # pixels: of the words on a colour bar


def common_scale(first: NDArray[Any], second: NDArray[Any]) -> Scale:
    """The scale on which a colour means the same weight in both matrices (N, N).

    Where a few weights stand far above the rest, it ends at a percentile of the weights of both that are not zero: one
    matrix with a few large weights must not leave the other without colour.
    """
    pair = [np.asarray(matrix, dtype=float) for matrix in (first, second)]
    high = usual_end(np.concatenate([_sizes(matrix) for matrix in pair]), ENDS)
    return shared([scale_of(matrix, zmax=high) for matrix in pair])


def _sizes(matrix: NDArray[Any]) -> NDArray[Any]:
    """The sizes of the weights between two sensors that are not zero."""
    between = np.abs(matrix[~np.eye(len(matrix), dtype=bool)])
    sizes: NDArray[Any] = between[np.isfinite(between) & (between > 0)]
    return sizes


def scaled_heatmap(
    matrix: NDArray[Any],
    ids: Sequence[str],
    scale: Scale,
    order: NDArray[Any] | None = None,
    *,
    title: str = "",
    unit: str = "weight",
    height: int = 460,
    marks: Marks = NO_MARKS,
) -> go.Figure:
    """A matrix (N, N) as `matrix_heatmap` draws it, on a scale that is given."""
    figure = matrix_heatmap(matrix, ids, order, title=title, height=height, marks=marks)
    bar = colour_bar(unit, scale.ticks, scale.words)
    return figure.update_traces(colorscale=scale.colours, zmin=scale.low, zmax=scale.high, colorbar=bar)


def difference_heatmap(
    difference: NDArray[Any],
    ids: Sequence[str],
    order: NDArray[Any] | None = None,
    *,
    unit: str = "weight",
    height: int = 460,
    marks: Marks = NO_MARKS,
) -> go.Figure:
    """What is left of B - A (N, N): grey where the two agree, green where B weighs more, purple where A does.

    The scale is centred on zero. Its ends are the largest difference between two sensors, or where a few stand far
    above the rest, a percentile of them: then its ends say '≥'. The diagonal does not decide the scale.
    """
    difference = np.asarray(difference, dtype=float)
    sizes = _sizes(difference)
    high = usual_end(sizes, ENDS) or 1.0
    scale = Scale(-high, high, bool(sizes.max(initial=0.0) > high * (1 + 1e-6)), signed=True)
    figure = scaled_heatmap(difference, ids, scale, order, title="B − A", unit=unit, height=height, marks=marks)
    colours = DIVERGING if marks.theme == "light" else DIVERGING_DARK
    low, none, more = scale.words
    bar = colour_bar(unit, scale.ticks, [f"{low}<br>A more", none, f"{more}<br>B more"])
    figure.update_traces(
        colorscale=list(colours), colorbar=bar, hovertemplate="%{y} hears %{x}: B − A = %{z:.3g}<extra></extra>"
    )
    figure.update_layout(margin={"t": figure.layout.margin.t + SECOND_LINE})
    for note in figure.select_annotations(selector={"name": "title"}):
        note.yshift += SECOND_LINE
    return figure


def spectra(first: NDArray[Any], second: NDArray[Any], names: Sequence[str] = ("A", "B")) -> go.Figure:
    """The eigenvalues of two matrices, (N,) each, by rank: A filled, B open."""
    figure = go.Figure()
    looks = (("solid", "circle"), ("dot", "diamond-open"))
    for name, values, (dash, symbol) in zip(names, (first, second), looks, strict=True):
        values = np.asarray(values, dtype=float)
        figure.add_trace(
            go.Scatter(
                x=np.arange(1, len(values) + 1),
                y=values.astype(np.float32),
                name=safe(name),
                mode="lines+markers",
                line={"color": MEASURE, "width": 1.5, "dash": dash},
                marker={"size": 6, "symbol": symbol},
                hovertemplate="%{y:.3g}",
            )
        )
    framed(figure, x="mode, the largest eigenvalue first", y="eigenvalue", height=340, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(unifiedhovertitle={"text": "mode %{x}"})
    figure.update_yaxes(exponentformat="power", zeroline=True)
    return figure


def overlap_curve(overlap: NDArray[Any], chance: NDArray[Any]) -> go.Figure:
    """How far the leading k modes of both span the same patterns, k = 1 .. K, beside random directions.

    Where the leading k modes are not defined (nan) the curve has a gap, and the figure says why.
    """
    overlap = np.asarray(overlap, dtype=float)
    leading = np.arange(1, len(overlap) + 1)
    known = np.isfinite(overlap)
    figure = go.Figure()
    curves = (("overlap", overlap, MEASURE, "solid", "circle"), ("random directions", chance, SIMPLE, "dash", "square"))
    for name, values, colour, dash, symbol in curves:
        figure.add_trace(
            go.Scatter(
                x=leading,
                y=np.asarray(values, dtype=np.float32),
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 2, "dash": dash},
                marker={"size": 8, "symbol": symbol if colour == MEASURE else f"{symbol}-open"},
                hovertemplate="%{y:.3g}",
            )
        )
    framed(figure, x="leading modes looked at together", y="overlap, from 0 to 1", height=340, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(dtick=1, unifiedhovertitle={"text": "the leading %{x}"})
    figure.update_yaxes(range=[0, 1.05])
    for k in leading[~known]:
        figure.add_annotation(x=k, y=1, text="tied", showarrow=False, textangle=-90, yanchor="top", font={"size": 11})
    return figure if known.any() else noted(figure, "equal eigenvalues: no leading modes are defined")


def error_scatter(
    first: NDArray[Any], second: NDArray[Any], ids: Sequence[str], unit: str, *, marks: Marks = NO_MARKS
) -> go.Figure:
    """Each sensor as a point: its error under A across, under B upwards; below the line B is the better.

    A point carries its sensor's position as ``customdata``. Sensors that were never observed have no point.
    """
    first, second, names = np.asarray(first, dtype=float), np.asarray(second, dtype=float), labels(ids)
    known = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    figure = go.Figure()
    framed(figure, x=f"error of A [{safe(unit)}]", y=f"error of B [{safe(unit)}]", height=360)
    if not len(known):
        return noted(figure, "nothing was observed")
    every = np.concatenate([first[known], second[known]])
    room = 0.06 * float(np.ptp(every)) or 0.1 * float(every.max()) or 1.0
    low, top = float(every.min()) - room, float(every.max()) + room
    figure.add_shape(type="line", x0=low, y0=low, x1=top, y1=top, line={"color": SIMPLE, "width": 1.5, "dash": "dot"})
    chosen = np.isin(known, marks.sensors)
    figure.add_trace(
        go.Scatter(
            x=first[known],
            y=second[known],
            mode="markers",
            customdata=known,
            text=[f"{names[k]}<br>A {digits(first[k])}, B {digits(second[k], safe(unit))}" for k in known],
            marker={
                "color": FORECAST,
                "size": np.where(chosen, 13, 8),
                "opacity": 0.75 * marks.opacity(known),
                "line": {"width": np.where(chosen, 2.5, 0), "color": marks.ink},
            },
            hovertemplate="%{text}<extra></extra>",
        )
    )
    for text, x, y, anchor in (("B better", 1.0, 0.0, "right"), ("A better", 0.0, 1.0, "left")):
        figure.add_annotation(
            text=text, x=x, y=y, xref="paper", yref="paper", showarrow=False, xanchor=anchor,
            yanchor="bottom" if y == 0 else "top", font={"size": 12}, bgcolor=FAINT, borderpad=3,
        )  # fmt: skip
    figure.update_xaxes(range=[low, top])
    figure.update_yaxes(range=[low, top])
    return figure
