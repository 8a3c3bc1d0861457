"""Pictures of interventions: what the model's error and its forecast do when weights or inputs are changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, MEASURE, NEGATIVE, OBSERVED, POSITIVE, ROAD, SEQUENTIAL, SIMPLE, Theme
from app.figures.frame import FAINT, colour_bar, framed, noted
from app.figures.marks import NO_MARKS, Marks, mark_line
from app.figures.text import digits, labels, safe

POINTS = 20_000  # as many dots as a browser draws without a wait
ABOVE = 400  # of more weights: how many of the strongest, and of the largest effects, are dots that can be hit
BINS = (70, 48)
FEW = 3000  # dots that hardly cover each other
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
    theme: Theme = "light",
) -> go.Figure:
    """The error against the share of weights that is removed, a line for each order.

    The axis of shares is that of their square roots: what happens to the first per cents is seen best.

    Parameters
    ----------
    unchanged : error of the model as it is
    control : error of the same forecaster without any graph, where there is one
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
                hovertemplate=f"%{{y:,.3r}} {safe(unit)}",
            )
        )
    framed(figure, x="weights removed [%]", y=_axis("mean absolute error", unit), height=400, legend=True)
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
        side = "left" if control > unchanged else "right"
        lines.append(("no graph at all (gru)", control, SIMPLE, side, "bottom" if control > unchanged else "top"))
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
    framed(figure, x=_axis("extra error", unit), height=150 + 56 * max(len(rows), 1),
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
            hovertemplate=f"%{{text}}<br>weight %{{x:.3g}}<br>{safe(measure)} %{{y:.3g}} {safe(unit)}<extra></extra>",
        )
    )
    bar = len(cells) > POINTS
    framed(figure, x="size of the weight", y=_axis(measure, unit), height=520 if bar else 460, legend=signed, bar=bar)
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
    framed(figure, title="Are the predictions right?", x=_axis("predicted", unit), y=_axis("true", unit), height=350)
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


def cut_bars(
    names: Sequence[str],
    rises: NDArray[Any],
    unit: str,
    *,
    per_cent_of: float,
    title: str = "",
    chosen: Sequence[int] = (),
    span: tuple[float, float] | None = None,
) -> go.Figure:
    """The rise of the error when each part is cut: a bar each, in the order given from the top, its size beside it.

    A bar carries its place as ``customdata``; where some are chosen, the others fade. ``span`` holds the lowest and the
    highest value of the axis, where figures stand side by side to be compared.
    """
    rises = np.asarray(rises, dtype=float)
    every = labels(names, 40)
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
            hovertext=[f"{name}: {digits(rise, safe(unit))}" for name, rise in zip(every, rises, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(  # right of the bar, or of zero: left of zero stand the names
            x=np.where(np.isfinite(rises), np.maximum(rises, 0), 0.0),
            y=list(range(len(rises))),
            mode="text",
            text=[f" {digits(rise)} ({_signed_percent(rise, per_cent_of)})".replace("-", "−") for rise in rises],
            textposition="middle right",
            textfont={"size": 11},
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    framed(figure, title=safe(title), x=_axis("rise of the mean absolute error", unit),
           height=96 + 30 * bool(title) + 26 * max(len(rises), 3))  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(rises))), ticktext=every, range=[len(rises) - 0.4, -0.6], showgrid=False, zeroline=False
    )
    if not len(rises):
        return noted(figure, "nothing was cut")
    low, high = min(float(np.nanmin(rises, initial=0.0)), 0.0), max(float(np.nanmax(rises, initial=0.0)), 0.0)
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
                hovertemplate=f"%{{y:,.3r}} {safe(unit)}",
            )
        )
    framed(figure, x="time ahead [minutes]", y=_axis(measure, unit), height=360, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(tickvals=_few(minutes), tickangle=0, unifiedhovertitle={"text": "%{x} minutes ahead"})
    figure.update_yaxes(zeroline=True, zerolinewidth=1.5, zerolinecolor="rgba(128,132,140,0.8)", rangemode="tozero",
                        exponentformat="power")  # fmt: skip
    return figure if rises else noted(figure, "nothing was cut")


def response_curves(
    times: NDArray[Any],
    seen: NDArray[Any],
    changed: NDArray[Any],
    ahead: NDArray[Any],
    before: NDArray[Any],
    after: NDArray[Any],
    *,
    observed: NDArray[Any],
    sensor: str,
    quantity: str,
    unit: str,
    span: tuple[float, float],
    chosen: np.datetime64 | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """One sensor: what the model saw, what it was made to see, and the two forecasts.

    Parameters
    ----------
    times : (L,) local time of the inputs;  seen, changed : (L,) as they were, as they are made to be
    ahead : (T,) local time of the steps ahead;  before, after, observed : (T,) forecasts without and with the change,
        and what came
    span : lowest and highest value of the axis, the same in the figures beside it
    chosen : the time whose forecast the map shows
    """
    moment = _milliseconds(times)
    later = np.concatenate([moment[-1:], _milliseconds(ahead)])
    joined = (np.concatenate([seen[-1:], before]), np.concatenate([changed[-1:], after]))
    ink, whole = OBSERVED(theme), np.concatenate([moment, later[1:]])
    curves = [
        ("observed", whole, np.concatenate([seen, observed]), {"color": ink, "width": 1.3, "dash": "solid"}),
        ("forecast", later, joined[0], {"color": FORECAST, "width": 1.8, "dash": "dot"}),
        ("forecast, changed", later, joined[1], {"color": FORECAST, "width": 2.8, "dash": "solid"}),
    ]
    if not np.array_equal(seen, changed, equal_nan=True):
        curves.insert(1, ("made to see", moment, changed, {"color": ink, "width": 2.8, "dash": "dash"}))
    figure = go.Figure()
    for name, x, values, line in curves:
        figure.add_trace(
            go.Scatter(
                x=x,
                y=np.asarray(values, dtype=np.float32),
                name=name,
                mode="lines",
                line=line,
                hovertemplate=f"%{{y:,.3r}} {safe(unit)}",
            )
        )
    framed(figure, title=safe(sensor, 40), y=_axis(quantity, unit), height=310, legend=True)
    figure.update_layout(hovermode="x unified", margin={"b": 40, "t": 88})
    figure.update_xaxes(type="date", hoverformat="%a %d %b %Y, %H:%M", tickformat="%H:%M", nticks=7)
    low, high = span
    room = 0.06 * (high - low) or 1.0
    figure.update_yaxes(range=[low - room, high + room])
    figure.add_shape(
        type="rect", x0=moment[-1], x1=later[-1], y0=0, y1=1, yref="y domain", line={"width": 0}, fillcolor=FAINT,
        opacity=0.35, layer="below",
    )  # fmt: skip
    if chosen is not None:
        mark_line(figure, float(_milliseconds(np.array([chosen]))[0]), theme)
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


def _axis(measure: str, unit: str) -> str:
    return f"{safe(measure)} [{safe(unit)}]" if unit else safe(measure)


def _signed_percent(rise: float, of: float) -> str:
    share = 100 * rise / of if of > 0 else np.nan
    return f"{share:+.1f} %" if np.isfinite(share) else "not known"


def _few(minutes: NDArray[Any]) -> list[float]:
    """At most 6 of the steps, the last among them."""
    steps = [float(step) for step in minutes]
    every = -(-len(steps) // 6) or 1
    return steps[::-1][::every][::-1]


def _milliseconds(times: NDArray[Any]) -> NDArray[np.float64]:
    moments: NDArray[np.float64] = np.asarray(times).astype("datetime64[ms]").astype(np.int64).astype(float)
    return moments
