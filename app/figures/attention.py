"""Attention over time: which past frame a particle listens to."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from app.figures.colours import SEQUENTIAL
from app.figures.frame import BAR_ROOM, colour_bar, framed
from app.figures.text import digits, safe

GAP = 0.06  # between two pictures, as a share of the width


def time_heatmaps(maps: Mapping[str, NDArray[Any]], *, height: int = 420) -> go.Figure:
    """Maps (L, L) by kind side by side on one scale: row t, column s is how much frame t listens to frame s."""
    frames = len(next(iter(maps.values()))) if maps else 1
    high = max(2 / frames, *(float(np.max(found)) for found in maps.values()))  # all alike is never the brightest
    ends = {0.0: "0", high: digits(high)}
    ends[1 / frames if high < 4 / frames else high / 2] = (
        f"{digits(1 / frames)}: all alike" if high < 4 / frames else digits(high / 2)
    )
    figure = make_subplots(1, max(len(maps), 1), horizontal_spacing=GAP)
    for place, (kind, found) in enumerate(maps.items(), start=1):
        numbers = np.arange(1, len(found) + 1)
        figure.add_trace(
            go.Heatmap(
                z=np.asarray(found, dtype=np.float32), x=numbers, y=numbers, coloraxis="coloraxis", name=safe(kind),
                hovertemplate=f"{safe(kind)}: frame %{{y}} listens to frame %{{x}}: %{{z:.3g}}<extra></extra>",
            ),
            row=1,
            col=place,
        )  # fmt: skip
    framed(figure, height=height, bar=True)
    figure.update_layout(
        coloraxis={
            "colorscale": SEQUENTIAL,
            "cmin": 0.0,
            "cmax": high,
            "colorbar": {**colour_bar("weight, one scale for all", list(ends), list(ends.values())),
                         "ypad": 30, "len": 0.4},
        },
        margin={"l": 64, "r": 8, "t": BAR_ROOM + 28, "b": 56},
    )  # fmt: skip
    ticks = _ticks(frames)
    figure.update_xaxes(tickvals=ticks, tickangle=0, showgrid=False, zeroline=False)
    figure.update_yaxes(tickvals=ticks, showgrid=False, zeroline=False, autorange="reversed")
    figure.update_yaxes(title={"text": ""})
    figure.update_yaxes(title={"text": "frame that listens", "standoff": 16}, col=1)
    for place, kind in enumerate(maps, start=1):
        axis = "" if place == 1 else str(place)
        across = figure.layout[f"xaxis{axis}"].domain
        middle = {"xref": "paper", "yref": "paper", "x": (across[0] + across[1]) / 2, "xanchor": "center"}
        figure.add_annotation(
            text=f"<b>{safe(kind)}</b>", y=1, yanchor="bottom", yshift=4, showarrow=False, font={"size": 13}, **middle
        )
        figure.add_annotation(
            text="frame that is heard", y=0, yanchor="top", yshift=-24, showarrow=False, name="axis", **middle
        )
    return figure


def _ticks(frames: int) -> list[int]:
    """At most 6 of the frames, the last among them.

    >>> _ticks(10)
    [2, 4, 6, 8, 10]
    """
    every = -(-frames // 6)
    return list(range(frames, 0, -every))[::-1]
