"""Curves of particles: errors over the frames ahead, and the energy of what happened and of what was forecast."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST, OBSERVED, SIMPLE, Theme
from app.figures.frame import framed, noted
from app.figures.marks import mark_line
from app.figures.text import safe

SIMPLE_STYLES = {
    "last-frame": ("last frame", "dot", "square-open"),
    "constant-velocity": ("flight straight ahead", "dash", "diamond-open"),
}
FAR = 30.0  # times the least error from which an axis of errors is logarithmic


def error_ahead(
    ahead: Sequence[int], errors: Mapping[str, NDArray[Any]], quantity: str, *, chosen: int | None = None,
    theme: Theme = "light",
) -> go.Figure:  # fmt: skip
    """Mean squared error at each frame ahead (T,), name -> (T,); 'last-frame' and 'constant-velocity' are simple ones.

    The axis is logarithmic where errors differ by more than thirty times and none is zero; its title says so.
    """
    figure = go.Figure()
    for name, values in errors.items():
        words, dash, symbol = SIMPLE_STYLES.get(name, (name, "solid", "circle"))
        colour = SIMPLE if name in SIMPLE_STYLES else FORECAST
        figure.add_trace(
            go.Scatter(
                x=list(ahead),
                y=np.asarray(values, dtype=float),
                name=safe(words),
                mode="lines+markers",
                line={"color": colour, "width": 2.2, "dash": dash},
                marker={"size": 9, "symbol": symbol},
                hovertemplate="%{y:,.3r}",
            )
        )
    every = np.concatenate([np.asarray(values, dtype=float) for values in errors.values()] or [np.empty(0)])
    far = bool(len(every)) and bool((every > 0).all()) and every.max() > FAR * every.min()
    title = f"squared error of {safe(quantity)}{', logarithmic' if far else ''}"
    framed(figure, x="frames ahead", y=title, height=340, legend=True)
    room = max(0.5, (ahead[-1] - ahead[0]) * 0.05) if len(ahead) else 1.0
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(
        tickvals=list(ahead), tickangle=0, range=[ahead[0] - room, ahead[-1] + room] if len(ahead) else None,
        unifiedhovertitle={"text": "%{x} frames ahead"},
    )  # fmt: skip
    figure.update_yaxes(type="log", exponentformat="power", dtick=1) if far else figure.update_yaxes(rangemode="tozero")
    return figure if chosen is None else mark_line(figure, chosen, theme)


def energy_curves(
    kinetic: NDArray[Any],
    potential: NDArray[Any],
    forecast_kinetic: NDArray[Any] | None,
    forecast_potential: NDArray[Any],
    frames: Sequence[int],
    *,
    seen: int,
    chosen: int | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """Energies of what happened (F,) as lines, and of the forecast (T,) as points at shown frames ``frames``, from 1.

    Without ``forecast_kinetic`` velocities are not forecast, and the forecast has a potential energy alone.
    """
    figure, ink = go.Figure(), OBSERVED(theme)
    at = np.arange(1, len(kinetic) + 1)
    rows: list[tuple[str, NDArray[Any], NDArray[Any] | None, str, str]] = [
        ("kinetic", kinetic, forecast_kinetic, "dash", "square"),
        (
            "total",
            kinetic + potential,
            None if forecast_kinetic is None else forecast_kinetic + forecast_potential,
            "solid",
            "circle",
        ),
        ("potential", potential, forecast_potential, "dot", "diamond"),
    ]
    for name, happened, _, dash, _ in rows:
        figure.add_trace(
            go.Scatter(
                x=at, y=np.asarray(happened, dtype=float), name=name, mode="lines",
                line={"color": ink, "width": 2.4 if dash == "solid" else 1.6, "dash": dash},
                hovertemplate="%{y:,.3r}",
            )
        )  # fmt: skip
    for name, _, said, _, symbol in rows:
        if said is not None:
            figure.add_trace(
                go.Scatter(
                    x=list(frames), y=np.where(np.isfinite(said), said, np.nan), name=f"{name}, forecast",
                    mode="markers", marker={"size": 9, "symbol": symbol, "color": FORECAST},
                    hovertemplate="%{y:,.3r}",
                )
            )  # fmt: skip
    framed(figure, x="frame, from the first one seen", y="energy", height=390, legend=True)
    figure.update_layout(hovermode="x unified", margin={"t": 52})
    figure.update_xaxes(unifiedhovertitle={"text": "frame %{x}"}, range=[0.5, len(at) + 0.5])
    figure.add_vrect(x0=0.5, x1=seen + 0.5, fillcolor="rgba(128,132,140,0.10)", line={"width": 0}, layer="below")
    figure.add_annotation(
        x=0.5, y=0, xref="x", yref="paper", text="seen", showarrow=False, xanchor="left", yanchor="bottom", xshift=4
    )
    if not np.isfinite(np.concatenate([kinetic, potential])).any():
        return noted(figure, "no energy is known")
    return figure if chosen is None else mark_line(figure, chosen, theme)
