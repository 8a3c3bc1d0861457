"""What it costs to cut parts of a graph: a bar for each part, a line over the steps ahead."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, NEGATIVE, POSITIVE, SIMPLE
from app.figures.frame import framed, noted, quantity_axis
from app.figures.text import behind, digits, labels, safe


def cut_bars(
    names: Sequence[str],
    rises: NDArray[Any],
    unit: str,
    *,
    per_cent_of: float,
    title: str = "",
    ends: NDArray[Any] | None = None,
    chosen: Sequence[int] = (),
    span: tuple[float, float] | None = None,
    least_height: int = 0,
) -> go.Figure:
    """The rise of the error when each part is cut: a bar each, in the order given from the top, its size beside it.

    ``ends`` (K, 2) are those of the interval of each, drawn as a thin line; nan where there is none. A bar carries its
    place as ``customdata``; where some are chosen, the others fade. ``span`` holds the lowest and the highest value of
    the axis, where figures stand side by side to be compared; ``least_height`` is that of what stands beside.
    """
    rises = np.asarray(rises, dtype=float)
    every = labels(names, 40)
    ends = np.full((len(rises), 2), np.nan) if ends is None else np.asarray(ends, dtype=float)
    low_ends, high_ends = np.where(np.isfinite(ends), ends, rises[:, None]).T
    figure = go.Figure(
        go.Bar(
            x=rises.astype(np.float32),
            y=list(range(len(rises))),
            orientation="h",
            customdata=np.arange(len(rises)),
            marker={
                "color": [POSITIVE if rise >= 0 else NEGATIVE for rise in rises],
                "opacity": [1.0 if not len(chosen) or k in chosen else 0.45 for k in range(len(rises))],
                "line": {"width": 0},
            },
            error_x={
                "type": "data", "symmetric": False, "array": high_ends - rises, "arrayminus": rises - low_ends,
                "thickness": 1.2, "width": 3, "color": SIMPLE, "visible": bool(np.isfinite(ends).any()),
            },
            hovertext=[
                f"{name}: {digits(rise, safe(unit))}{_between(low, high)}"
                for name, rise, (low, high) in zip(every, rises, ends, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(  # right of the bar, or of zero: left of zero stand the names
            x=np.where(np.isfinite(rises), np.maximum(high_ends, 0), 0.0),
            y=list(range(len(rises))),
            mode="text",
            text=[f" {digits(rise)} ({_signed_percent(rise, per_cent_of)})".replace("-", "−") for rise in rises],
            textposition="middle right",
            textfont={"size": 11},
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    framed(figure, title=safe(title), x=quantity_axis("rise of the mean absolute error", unit),
           height=max(96 + 30 * bool(title) + 26 * max(len(rises), 3), least_height))  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(rises))), ticktext=every, range=[len(rises) - 0.4, -0.6], showgrid=False, zeroline=False
    )
    if not len(rises):
        return noted(figure, "nothing was cut")
    low, high = float(np.nanmin(low_ends, initial=0.0)), float(np.nanmax(high_ends, initial=0.0))
    low, high = (low, high) if span is None else (min(low, span[0]), max(high, span[1]))
    wide = high - low or 1.0
    figure.update_xaxes(range=[low - 0.02 * wide, high + 0.5 * wide], nticks=5, exponentformat="power")
    figure.update_xaxes(zeroline=True, zerolinewidth=1.5, zerolinecolor="rgba(128,132,140,0.8)")
    return figure


def rise_by_step(
    minutes: NDArray[Any],
    rises: Mapping[str, NDArray[Any]],
    unit: str,
    *,
    measure: str = "rise of the mean absolute error",
    full: Sequence[str] = (),
    others: str = "",
) -> go.Figure:
    """What cuts do at each time ahead: name -> (T,); those not in ``full`` are thin and grey, and called ``others``."""
    figure = go.Figure()
    dashes = ("solid", "longdash", "dot", "dashdot")
    if others and len(rises) > len(full):
        line = {"color": SIMPLE, "width": 1.3}
        figure.add_trace(go.Scatter(x=[None], y=[None], name=safe(others), mode="lines", line=line, hoverinfo="skip"))
    for name, values in rises.items():
        place = list(full).index(name) if name in full else None
        figure.add_trace(
            go.Scatter(
                x=np.asarray(minutes, dtype=float),
                y=np.asarray(values, dtype=float),
                name=safe(name),
                mode="lines+markers" if place is not None else "lines",
                line={"color": FORECAST, "width": 2.2, "dash": dashes[place % len(dashes)]}
                if place is not None
                else {"color": SIMPLE, "width": 1.3},
                marker={"size": 7},
                showlegend=place is not None,
                hovertemplate=f"%{{y:,.3r}}{behind(unit)}",
            )
        )
    framed(figure, x="time ahead [minutes]", y=quantity_axis(measure, unit), height=310, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(tickvals=_few(minutes), tickangle=0, unifiedhovertitle={"text": "%{x} minutes ahead"})
    figure.update_yaxes(zeroline=True, zerolinewidth=1.5, zerolinecolor="rgba(128,132,140,0.8)", rangemode="tozero",
                        exponentformat="power")  # fmt: skip
    return figure if rises else noted(figure, "nothing was cut")


def _between(low: float, high: float) -> str:
    """The ends of an interval of 95 %; '' where there is none."""
    return f", 95 % interval {digits(low)} to {digits(high)}".replace("-", "−") if np.isfinite(low) else ""


def _signed_percent(rise: float, of: float) -> str:
    share = 100 * rise / of if of > 0 else np.nan
    return f"{share:+.1f} %" if np.isfinite(share) else "not known"


def _few(minutes: NDArray[Any]) -> list[float]:
    """At most 6 of the steps, the last among them."""
    steps = [float(step) for step in minutes]
    every = -(-len(steps) // 6) or 1
    return steps[::-1][::every][::-1]
