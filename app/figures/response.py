"""What a sensor saw, what the model was made to see instead, and the two forecasts that follow."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, OBSERVED, Theme
from app.figures.frame import FAINT, framed, quantity_axis
from app.figures.marks import mark_line
from app.figures.text import behind, safe


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
                hovertemplate=f"%{{y:,.3r}}{behind(unit)}",
            )
        )
    framed(figure, title=safe(sensor, 40), y=quantity_axis(quantity, unit), height=310, legend=True)
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


def _milliseconds(times: NDArray[Any]) -> NDArray[np.float64]:
    moments: NDArray[np.float64] = np.asarray(times).astype("datetime64[ms]").astype(np.int64).astype(float)
    return moments
