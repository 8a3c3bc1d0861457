"""Each weight against what cutting it alone does, and what was predicted of that against what it did."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, MEASURE, NEGATIVE, POSITIVE, SEQUENTIAL, SIMPLE
from app.figures.frame import colour_bar, framed, noted, quantity_axis
from app.figures.marks import NO_MARKS, Marks
from app.figures.text import behind, labels, safe

POINTS = 20_000  # as many dots as a browser draws without a wait
ABOVE = 400  # of more weights: how many of the strongest, and of the largest effects, are dots that can be hit
BINS = (70, 48)
FEW = 3000  # dots that hardly cover each other


def weight_against_effect(
    weight: NDArray[Any],
    effect: NDArray[Any],
    ids: Sequence[str],
    *,
    measure: str,
    unit: str,
    signed: bool,
    marks: Marks = NO_MARKS,
) -> go.Figure:
    """Each weight of a head as a dot: how large it is, and what cutting it does; both axes are logarithmic.

    Above POINTS weights, the number of weights in each cell of a grid, and over it as dots the strongest and those of
    the largest effect. A dot carries ``receiver * N + sender`` as ``customdata``.

    Parameters
    ----------
    weight : (N, N), receivers in rows; zeros and the diagonal are left out
    effect : (N, N) of cutting each; its size is drawn
    measure : what the effect is, for the axis
    signed : whether the sign of the effect is told apart by colour
    """
    weight, effect = np.abs(np.asarray(weight, dtype=float)), np.asarray(effect, dtype=float)
    n, names = len(weight), labels(ids)
    known = (weight > 0) & np.isfinite(effect) & (effect != 0) & ~np.eye(n, dtype=bool)
    cells = np.flatnonzero(known)
    x, y = weight.ravel()[cells], effect.ravel()[cells]
    figure = go.Figure()
    dots = np.arange(len(cells))
    if len(cells) > POINTS:
        figure.add_trace(_crowd(x, np.abs(y)))
        strongest = [np.argsort(-values, kind="stable")[:ABOVE] for values in (x, np.abs(y))]
        dots = np.unique(np.concatenate(strongest))
    colours = [FORECAST] * len(dots)
    if signed:
        dots = np.random.default_rng(0).permutation(dots)  # neither colour lies over the other
        colours = [POSITIVE if rise > 0 else NEGATIVE for rise in y[dots]]
        for name, colour in (("cutting it raises the error", POSITIVE), ("cutting it lowers the error", NEGATIVE)):
            named = {"color": colour, "size": 7}
            figure.add_trace(go.Scatter(x=[None], y=[None], name=name, mode="markers", marker=named, hoverinfo="skip"))
    few, pairs = len(dots) < FEW, np.stack(np.divmod(cells[dots], n), axis=-1)
    figure.add_trace(
        go.Scattergl(
            x=x[dots].astype(np.float32),
            y=np.abs(y[dots]).astype(np.float32),
            mode="markers",
            showlegend=False,
            customdata=cells[dots],
            text=[
                f"{names[i]} hears {names[j]}"
                + (f"<br>cutting it {'raises' if rise > 0 else 'lowers'} the error" if signed else "")
                for (i, j), rise in zip(pairs.tolist(), y[dots].tolist(), strict=True)
            ],
            marker={"color": colours, "size": 6 if few else 4, "opacity": 0.7 if few else 0.5, "line": {"width": 0}},
            hovertemplate=f"%{{text}}<br>weight %{{x:.3g}}<br>{safe(measure)} %{{y:.3g}}{behind(unit)}<extra></extra>",
        )
    )
    bar = len(cells) > POINTS
    height = 480 if bar else 430
    framed(figure, x="size of the weight", y=quantity_axis(measure, unit), height=height, legend=signed, bar=bar)
    if bar and signed:
        figure.update_layout(legend={"y": 0, "yanchor": "bottom", "x": 1, "xanchor": "right", "orientation": "v"})
    figure.update_xaxes(type="log", exponentformat="power", dtick=1)
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    if not len(cells):
        return noted(figure, "no weight has an effect")
    for axis, values in (("xaxis", x), ("yaxis", np.abs(y))):
        low, high = np.log10(values.min()), np.log10(values.max())
        room = 0.05 * (high - low) or 0.3
        figure.layout[axis].update(range=[low - room, high + room], dtick=1 if high - low > 1.2 else None)
    pair = marks.pair
    if pair is not None and known[pair]:
        figure.add_trace(
            go.Scatter(
                x=[weight[pair]], y=[abs(effect[pair])], mode="markers", hoverinfo="skip", showlegend=False,
                marker={"symbol": "circle-open", "size": 17, "color": marks.ink, "line": {"width": 2.5}},
            )
        )  # fmt: skip
    return figure


def predicted_against_true(predicted: NDArray[Any], true: NDArray[Any], unit: str) -> go.Figure:
    """What the gradient said that cutting each of S weights does, across, and what it did, upwards."""
    predicted, true = np.asarray(predicted, dtype=float), np.asarray(true, dtype=float)
    known = np.isfinite(predicted) & np.isfinite(true)
    figure = go.Figure()
    across, up = quantity_axis("predicted", unit), quantity_axis("true", unit)
    framed(figure, title="Are the predictions right?", x=across, y=up, height=350)
    figure.update_xaxes(exponentformat="power", nticks=5)
    figure.update_yaxes(exponentformat="power", nticks=6)
    if not known.any():
        return noted(figure, "no weight was cut in truth")
    every = np.concatenate([predicted[known], true[known]])
    room = 0.06 * float(np.ptp(every)) or 0.1 * abs(float(every.max())) or 1.0
    low, high = float(every.min()) - room, float(every.max()) + room
    line = {"color": SIMPLE, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=low, y0=low, x1=high, y1=high, line=line)
    figure.add_trace(
        go.Scatter(
            x=predicted[known],
            y=true[known],
            mode="markers",
            marker={"color": MEASURE, "size": 7, "opacity": 0.75, "line": {"width": 0}},
            hovertemplate="predicted %{x:.3g}, true %{y:.3g}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[low, high])
    figure.update_yaxes(range=[low, high])
    return figure


def _crowd(x: NDArray[Any], y: NDArray[Any]) -> go.Heatmap:
    """How many weights fall into each cell of a grid over both logarithms."""
    counts, across, up = np.histogram2d(np.log10(x), np.log10(y), bins=BINS)
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan).T.astype(np.float32)
    most = int(counts.max())
    ticks = [float(power) for power in range(int(np.log10(most)) + 1)]
    middles = [10 ** ((edges[1:] + edges[:-1]) / 2) for edges in (across, up)]
    return go.Heatmap(
        x=middles[0],
        y=middles[1],
        z=shown,
        customdata=counts.T.astype(np.int32),
        colorscale=SEQUENTIAL,
        colorbar=colour_bar("weights in a cell", ticks, [f"{10**power:,.0f}" for power in ticks]),
        hoverongaps=False,
        hovertemplate="%{customdata:,} weights near %{x:.2g}, with effects near %{y:.2g}<extra></extra>",
        opacity=0.9,
    )
