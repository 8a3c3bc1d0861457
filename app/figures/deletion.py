"""Weights removed in one order after the other: what error is left, and how much more one order costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, MEASURE, OBSERVED, ROAD, SIMPLE, Theme
from app.figures.frame import framed, noted, quantity_axis
from app.figures.marks import mark_line
from app.figures.text import behind, digits, safe

TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)  # shares that are named

ORDERS = {
    "strongest": ("strongest first", FORECAST, "solid", "circle"),
    "weakest": ("weakest first", FORECAST, "dot", "circle-open"),
    "random": ("random order", SIMPLE, "dash", "square-open"),
    "length": ("same length, random", ROAD, "longdashdot", "diamond"),
}
"""Of each order in which weights are removed: its name, its colour, its dash, its symbol."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up")


@dataclass(frozen=True, eq=False, slots=True)
class Removal:
    """One curve: weights removed in one order.

    Attributes
    ----------
    order : one of ORDERS
    share : (F,) of the weights that is removed, 0 to 1
    error : (F,) mean absolute error that is left
    """

    order: str
    share: NDArray[Any]
    error: NDArray[Any]


@dataclass(frozen=True, eq=False, slots=True)
class Interval:
    """A value with what it may be: ``low`` to ``high``; ``beside`` and ``group`` say what it is of."""

    beside: str
    group: str
    value: float
    low: float
    high: float


def deletion_curves(
    curves: Sequence[Removal],
    unit: str,
    *,
    unchanged: float,
    control: float | None = None,
    without: str = "gru",
    theme: Theme = "light",
) -> go.Figure:
    """The error against the share of weights that is removed, a line for each order.

    The axis of shares is that of their square roots: what happens to the first per cents is seen best.

    Parameters
    ----------
    unchanged : error of the model as it is
    control : error of a forecaster without any graph, where there is one
    without : which that is
    """
    figure = go.Figure()
    for curve in curves:
        name, colour, dash, symbol = ORDERS[curve.order]
        figure.add_trace(
            go.Scatter(
                x=np.sqrt(np.asarray(curve.share, dtype=float)),
                y=np.asarray(curve.error, dtype=float),
                name=name,
                customdata=100 * np.asarray(curve.share, dtype=float),
                mode="lines+markers",
                line={"color": colour, "width": 2.2 if colour == FORECAST else 1.8, "dash": dash},
                marker={"size": 7, "symbol": symbol},
                hovertemplate=f"%{{y:,.3r}}{behind(unit)}",
            )
        )
    framed(figure, x="weights removed [%]", y=quantity_axis("mean absolute error", unit), height=370, legend=True)
    figure.update_layout(hovermode="x unified", margin={"t": 66})
    ticks = sorted({float(share) for curve in curves for share in curve.share if share in TICKS})
    figure.update_xaxes(
        unifiedhovertitle={"text": "%{customdata:.3~g} % of weights removed"}, range=[-0.03, 1.03],
        tickvals=np.sqrt(ticks), ticktext=[f"{100 * share:g}" for share in ticks], tickangle=0,
    )  # fmt: skip
    if not curves:
        return noted(figure, "nothing was removed in this way")
    lines = [("the model as it is", unchanged, OBSERVED(theme), "left", "top")]  # below where the curves begin is room
    if control is not None and np.isfinite(control):
        far = control > unchanged + 0.25 * (max(float(np.nanmax(curve.error)) for curve in curves) - unchanged)
        side = "left" if far else "right"  # near the model's own line the left is full of curves
        above = "bottom" if far else "top"
        lines.append((f"no graph at all ({safe(without)})", control, SIMPLE, side, above))
    for text, error, colour, side, above in lines:
        figure.add_shape(
            type="line", x0=0, x1=1, xref="x domain", y0=error, y1=error,
            line={"color": colour, "width": 1.5, "dash": "longdash"},
        )  # fmt: skip
        figure.add_annotation(
            x=int(side == "right"), xref="x domain", y=error, text=f"{text}: {digits(error, safe(unit))}",
            showarrow=False, xanchor=side, yanchor=above, xshift=4 if side == "left" else -4, font={"size": 11},
        )  # fmt: skip
    every = np.concatenate([np.asarray(curve.error, dtype=float) for curve in curves] + [[line[1]] for line in lines])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    room = 0.09 * (high - low) or 0.05 * abs(high) or 1.0
    figure.update_yaxes(range=[low - room, high + room])
    return figure


def interval_dots(areas: Sequence[Interval], unit: str, chosen: str, theme: Theme = "light") -> go.Figure:
    """Values with their intervals, a row for what each is beside and a dot for each group; the chosen one in full."""
    rows = list(dict.fromkeys(area.beside for area in areas))
    groups = list(dict.fromkeys(area.group for area in areas))
    figure = go.Figure()
    for place, group in enumerate(groups):
        own = [area for area in areas if area.group == group]
        value = np.array([area.value for area in own], dtype=float)
        off = 0.22 * (place - (len(groups) - 1) / 2)
        full = group == chosen
        figure.add_trace(
            go.Scatter(
                x=value,
                y=[len(rows) - 1 - rows.index(area.beside) - off for area in own],
                error_x={
                    "type": "data",
                    "array": np.nan_to_num(np.array([area.high for area in own]) - value),
                    "arrayminus": np.nan_to_num(value - np.array([area.low for area in own])),
                    "thickness": 1.8,
                    "width": 5,
                },
                name=safe(group),
                mode="markers",
                opacity=1.0 if full else 0.6,
                marker={"color": MEASURE, "size": 10 if full else 8, "symbol": SYMBOLS[place % len(SYMBOLS)]},
                text=[
                    f"{safe(area.group)}, beside {safe(area.beside)}<br>{digits(area.value, safe(unit))}, "
                    f"95 % interval {digits(area.low)} to {digits(area.high)}"
                    for area in own
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    framed(figure, x=quantity_axis("extra error", unit), height=150 + 56 * max(len(rows), 1),
           legend=True)  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[safe(row) for row in reversed(rows)], showgrid=False,
        range=[-0.6, max(len(rows), 1) - 0.4], zeroline=False,
    )  # fmt: skip
    if not areas:
        return noted(figure, "no area could be computed")
    ends = np.array([[area.low, area.value, area.high] for area in areas], dtype=float)
    low, high = min(float(np.nanmin(ends)), 0.0), max(float(np.nanmax(ends)), 0.0)
    room = 0.07 * (high - low) or 1.0
    figure.update_xaxes(range=[low - room, high + room], zeroline=False)
    return mark_line(figure, 0.0, theme)
