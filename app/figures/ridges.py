"""What each kind of chance gives, as ridges of its draws, beside what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import MEASURE, SIMPLE
from app.figures.evidence import LEAST_ROWS
from app.figures.frame import framed, noted
from app.figures.text import digits, safe

BINS, ROW = 48, 82  # of a ridge; pixels of a row of draws
REACH = 3  # times the width of the middle 95 % of draws: farther out than that from it, draws are counted, not drawn


@dataclass(frozen=True, eq=False, slots=True)
class Draws:
    """What one null gave.

    Attributes
    ----------
    name : of the null
    values : (R,) the statistic of each draw
    said : what stands beside it, such as 'p = 0.002'
    faint : whether it is drawn fainter, since nobody should rest on it
    """

    name: str
    values: NDArray[Any]
    said: str
    faint: bool = False


def null_ridges(statistic: float, rows: Sequence[Draws], measure: str) -> go.Figure:
    """Each null's draws as a ridge, the middle 95 % of them as a bar beneath, and what was measured as a line.

    Draws that are all equal have no ridge but a stroke. The axis holds the measured value and all draws but those far
    out (see REACH), which would leave no room for the others: how many they are stands beside the null's name.
    """
    figure = go.Figure()
    framed(figure, x=safe(measure, 100), height=96 + ROW * max(len(rows), LEAST_ROWS))
    if not rows:
        return noted(figure, "no null could be drawn")
    values = [_near(_known(row.values)) for row in rows]
    every = np.concatenate([*values, [statistic]])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    room = 0.05 * (high - low) or 0.1 * abs(high) or 1.0
    for at, (row, draws) in enumerate(zip(rows, values, strict=True)):
        base, colour = len(rows) - 1 - at, SIMPLE
        opacity = 0.5 if row.faint else 0.8
        if not len(draws):
            continue
        x, height = _ridge(draws, (high - low) or 1.0)
        figure.add_trace(
            go.Scatter(
                x=x.astype(np.float32),
                y=(base + 0.1 + 0.5 * height).astype(np.float32),
                mode="lines",
                fill="toself",
                line={"color": colour, "width": 1, "dash": "dot" if row.faint else "solid"},
                fillcolor="rgba(124,130,140,0.15)" if row.faint else "rgba(124,130,140,0.30)",
                opacity=opacity,
                hoverinfo="skip",
            )
        )
        left, middle, right = np.quantile(_known(row.values), [0.025, 0.5, 0.975])
        figure.add_trace(
            go.Scatter(
                x=[float(left), float(middle), float(right)],
                y=[base] * 3,
                mode="lines+markers",
                line={"color": colour, "width": 5},
                marker={"symbol": "line-ns", "size": [0, 12, 0], "line": {"width": [0, 2, 0], "color": colour}},
                opacity=opacity,
                hovertemplate=f"{safe(row.name)}: 95 % of the draws from {digits(float(left))} to "
                f"{digits(float(right))}, middle {digits(float(middle))}<extra></extra>",
            )
        )
    right = bool(np.isfinite(statistic) and statistic < (low + high) / 2)  # names stand clear of the measured line
    for at, (row, draws) in enumerate(zip(rows, values, strict=True)):
        far = len(_known(row.values)) - len(draws)
        left_out = f" ({far:,} {'draw' if far == 1 else 'draws'} far out not drawn)" if far else ""
        figure.add_annotation(
            x=int(right), xref="paper", xanchor="right" if right else "left", y=len(rows) - 1 - at + 0.74,
            text=f"{safe(row.name)}: {safe(row.said)}{left_out}", showarrow=False, font={"size": 12},
            opacity=0.6 if row.faint else 1.0,
        )  # fmt: skip
    figure.update_xaxes(range=[low - room, high + room], exponentformat="power")
    figure.update_yaxes(range=[-0.3, len(rows) - 0.02], showticklabels=False, showgrid=False, zeroline=False)
    figure.update_layout(margin={"l": 16, "t": 30})
    if np.isfinite(statistic):
        line = {"color": MEASURE, "width": 3}
        figure.add_shape(type="line", x0=statistic, x1=statistic, y0=0, y1=1, yref="y domain", line=line)
        figure.add_annotation(
            x=statistic, y=1, yref="paper", yanchor="bottom", text=f"measured {digits(statistic)}", showarrow=False,
            xanchor="right" if statistic > (low + high) / 2 else "left", font={"size": 12, "color": MEASURE},
        )  # fmt: skip
    return figure


def _known(values: NDArray[Any]) -> NDArray[Any]:
    values = np.asarray(values, dtype=float)
    known: NDArray[Any] = values[np.isfinite(values)]
    return known


def _near(draws: NDArray[Any]) -> NDArray[Any]:
    """The draws that are not far out."""
    if len(draws) < 2:
        return draws
    low, high = np.quantile(draws, [0.025, 0.975])
    if not high > low:
        return draws
    near: NDArray[Any] = draws[(draws >= low - REACH * (high - low)) & (draws <= high + REACH * (high - low))]
    return near


def _ridge(draws: NDArray[Any], width: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """A closed line around how often each value was drawn, 1 at its highest; a stroke where all are equal.

    A histogram of BINS bins over the range of the draws, smoothed by a bell with a standard deviation of 2.2 bins.
    """
    low, high = draws.min(), draws.max()
    if high - low < 1e-9 * width:
        return np.array([low, low]), np.array([0.0, 1.0])
    counts, edges = np.histogram(draws, bins=BINS, range=(low, high))
    smooth = np.convolve(np.pad(counts, 6), _KERNEL, mode="same")
    step = edges[1] - edges[0]
    middle = edges[0] + step * (np.arange(-6, BINS + 6) + 0.5)
    x = np.concatenate([[middle[0]], middle, [middle[-1]]])
    y = np.concatenate([[0.0], smooth / smooth.max(), [0.0]])
    return x, y


_KERNEL = np.exp(-0.5 * (np.arange(-6, 7) / 2.2) ** 2)
_KERNEL = _KERNEL / _KERNEL.sum()
