"""Pictures of forecasts: curves of one sensor, and errors by step, sensor and hour."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, OBSERVED, SIMPLE, Theme
from app.figures.frame import framed, noted, quantity_axis
from app.figures.marks import NO_MARKS, Marks, mark_bars, mark_line
from app.figures.text import behind, digits, labels, safe

_SIMPLE = {"last value": ("dash", "square-open"), "window mean": ("dot", "diamond-open")}
_MODELS = (("solid", "circle"), ("longdashdot", "triangle-up"), ("longdash", "cross"), ("dashdot", "x"))


def forecast_curves(
    times: NDArray[Any],
    observed: NDArray[Any],
    forecasts: Mapping[str, NDArray[Any]],
    *,
    sensor: str,
    quantity: str,
    unit: str,
    step_minutes: float,
    theme: Theme = "light",
    chosen: np.datetime64 | None = None,
) -> go.Figure:
    """What was observed at one sensor, and what was forecast for the same times ``step_minutes`` before.

    Parameters
    ----------
    times : (W,) datetime64, local time of the values
    observed : (W,) NaN where missing: the line has a gap there, as it has where time jumps
    forecasts : name -> (W,); 'last value' and 'window mean' are drawn as simple forecasts, others as the model's
    chosen : the time that is looked at, marked by a line
    """
    moment, curves = _with_gaps(times, [observed, *forecasts.values()])
    reading = f"%{{y:,.3r}}{behind(unit)}"
    figure = go.Figure()
    styles = _styles(forecasts, 1.6)
    for name, values in zip(forecasts, curves[1:], strict=True):
        figure.add_trace(
            go.Scatter(
                x=moment,
                y=values,
                name=safe(name),
                mode="lines",
                line=styles[name][0],
                hovertemplate=reading,
            )
        )
    figure.add_trace(
        go.Scatter(
            x=moment,
            y=curves[0],
            name="observed",
            mode="lines",
            line={"color": OBSERVED(theme), "width": 1.6},
            hovertemplate=reading,
        )
    )
    framed(
        figure,
        title=f"{safe(sensor, 32)}, {step_minutes:g} minutes ahead",
        x="local time",
        y=f"{safe(quantity)} [{safe(unit)}]",
        height=400,
        legend=True,
    )
    figure.update_layout(hovermode="x unified", legend={"traceorder": "reversed"})
    figure.update_xaxes(type="date", hoverformat="%a %d %b %Y, %H:%M")
    if not np.isfinite(np.concatenate([np.asarray(c, dtype=float) for c in curves])).any():
        noted(figure, "nothing was observed or forecast here")
    elif chosen is not None:
        mark_line(figure, float(chosen.astype("datetime64[ms]").astype(np.int64)), theme)
    return figure


def error_by_horizon(
    minutes: NDArray[Any],
    errors: Mapping[str, NDArray[Any]],
    measure: str,
    unit: str,
    chosen: float | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """How an error grows with the time ahead: name -> (T,) at each of ``minutes`` (T,); ``chosen`` ones are marked."""
    figure = go.Figure()
    styles = _styles(errors, 2.2)
    for name, values in errors.items():
        figure.add_trace(
            go.Scatter(
                x=np.asarray(minutes, dtype=float),
                y=np.asarray(values, dtype=float),
                name=safe(name),
                mode="lines+markers",
                line=styles[name][0],
                marker={"size": 8, "symbol": styles[name][1]},
                hovertemplate=f"%{{y:,.3r}}{behind(unit)}",
            )
        )
    framed(figure, x="time ahead [minutes]", y=quantity_axis(measure, unit), height=340, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(tickvals=_few(minutes), tickangle=0, unifiedhovertitle={"text": "%{x} minutes ahead"})
    figure.update_yaxes(rangemode="tozero")
    return figure if chosen is None else mark_line(figure, chosen, theme)


def error_by_sensor(
    errors: NDArray[Any],
    ids: Sequence[str],
    unit: str,
    *,
    measure: str = "mean absolute error",
    marks: Marks = NO_MARKS,
) -> go.Figure:
    """The error at each sensor (N,), the worst first; sensors without an error (nothing observed) are left out.

    A bar carries its sensor's position as ``customdata``.
    """
    errors, names = np.asarray(errors, dtype=float), labels(ids)
    known = np.flatnonzero(np.isfinite(errors))
    order = known[np.argsort(-errors[known], kind="stable")]
    figure = go.Figure(
        go.Bar(
            x=[names[k] for k in order],
            y=errors[order].astype(np.float32),
            customdata=order,
            marker={"color": FORECAST, "opacity": marks.opacity(order), "line": {"width": 0}},
            hovertemplate=f"%{{x}}: %{{y:,.3r}}{behind(unit)}<extra></extra>",
        )
    )
    left_out = len(errors) - len(known)
    title = f"{left_out:,} sensor{'s' * (left_out > 1)} not observed, left out" if left_out else ""
    framed(figure, title=title, x="sensor, the worst first", y=quantity_axis(measure, unit), height=360, legend=True)
    figure.update_layout(bargap=0.05, showlegend=False)  # the room of a legend is that of the marks
    mark_bars(figure, marks, [names[k] for k in order], order)
    figure.update_xaxes(type="category", tickangle=-90)
    if not len(known):
        return noted(figure, "nothing was observed")
    middle = float(np.median(errors[known]))
    figure.add_hline(y=middle, line={"color": SIMPLE, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        x=1,
        xref="paper",
        y=middle,
        text=f"median {digits(middle, safe(unit))}",
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
    )
    return figure


def error_by_hour(
    errors: Mapping[str, NDArray[Any]],
    measure: str,
    unit: str,
    chosen: int | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """The error by local hour of day: name -> (24,), NaN where nothing was observed; a ``chosen`` hour is marked."""
    figure = go.Figure()
    styles = _styles(errors, 2.0)
    for name, values in errors.items():
        figure.add_trace(
            go.Scatter(
                x=np.arange(24),
                y=np.asarray(values, dtype=float),
                name=safe(name),
                mode="lines+markers",
                line=styles[name][0],
                marker={"size": 6, "symbol": styles[name][1]},
                hovertemplate=f"%{{y:,.3r}}{behind(unit)}",
            )
        )
    framed(figure, x="local hour of day", y=quantity_axis(measure, unit), height=340, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(
        tickvals=list(range(0, 24, 6)),
        ticktext=[f"{hour:02d}:00" for hour in range(0, 24, 6)],
        range=[-0.5, 23.5],
        tickangle=0,
        unifiedhovertitle={"text": "from %{x}:00, for one hour"},
    )
    figure.update_yaxes(rangemode="tozero")
    return figure if chosen is None else mark_line(figure, chosen, theme)


def _styles(names: Iterable[str], width: float) -> dict[str, tuple[dict[str, Any], str]]:
    """How the line and the points of each forecast are drawn; several models differ in dash and symbol."""
    found: dict[str, tuple[dict[str, Any], str]] = {}
    models = 0
    for name in names:
        if name in _SIMPLE:
            dash, symbol = _SIMPLE[name]
        else:
            dash, symbol = _MODELS[models % len(_MODELS)]
            models += 1
        found[name] = {"color": SIMPLE if name in _SIMPLE else FORECAST, "width": width, "dash": dash}, symbol
    return found


def _few(minutes: NDArray[Any]) -> list[float]:
    """At most 6 of the steps, the last among them."""
    steps = [float(step) for step in minutes]
    every = -(-len(steps) // 6) or 1
    return steps[::-1][::every][::-1]


def _with_gaps(times: NDArray[Any], curves: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    """Times as milliseconds, a third of the weight of written dates; where they jump, an unknown value between."""
    moment = np.asarray(times).astype("datetime64[ms]").astype(np.int64).astype(float)
    values = [np.asarray(curve, dtype=np.float32) for curve in curves]
    if len(moment) < 3:
        return moment, values
    step = np.diff(moment)
    jumps = np.flatnonzero(step > 1.5 * np.median(step)) + 1
    if not len(jumps):
        return moment, values
    moment = np.insert(moment, jumps, moment[jumps - 1] + 1)
    return moment, [np.insert(curve, jumps, np.float32(np.nan)) for curve in values]
