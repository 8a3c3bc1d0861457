"""Pictures of a training: how far off it was after each epoch."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import FORECAST
from app.figures.frame import framed, noted
from app.figures.text import safe

HEIGHT = 280  # the same before the first epoch and after the last: nothing jumps


def loss_curves(training: NDArray[Any], validation: NDArray[Any], epochs: int, *, chosen_by: str) -> go.Figure:
    """The loss after each epoch, on a logarithmic scale, with room for all epochs from the start.

    Parameters
    ----------
    training, validation : (E,) mean loss on standardised values after each epoch that is done, above 0
    epochs : all epochs of the training
    chosen_by : the part whose loss picks the epoch that is kept: 'validation', or 'test' where that is the same part
    """
    done = np.arange(1, len(validation) + 1)
    figure = go.Figure()
    for name, values, dash, symbol in (
        ("training part", training, "dot", "circle-open"),
        (f"{safe(chosen_by)} part", validation, "solid", "circle"),
    ):
        values = np.asarray(values, dtype=float)
        figure.add_trace(
            go.Scatter(
                x=done,
                y=np.where(values > 0, values, np.nan),
                name=name,
                mode="lines+markers",
                line={"color": FORECAST, "width": 1.8, "dash": dash},
                marker={"size": 5, "symbol": symbol},
                hovertemplate="%{y:.3r}",
            )
        )
    framed(figure, x="epoch", y="loss (log scale)", height=HEIGHT, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(range=[0.5, max(epochs, len(done), 2) + 0.5], unifiedhovertitle={"text": "epoch %{x}"})
    figure.update_yaxes(type="log", nticks=6, exponentformat="none")
    known = np.isfinite(np.asarray(validation, dtype=float)) & (np.asarray(validation, dtype=float) > 0)
    if not known.any():
        return noted(figure, "the first epoch is not done yet")
    best = int(np.argmin(np.where(known, validation, np.inf)))
    figure.add_trace(
        go.Scatter(
            x=[best + 1],
            y=[float(validation[best])],
            name="best so far",
            mode="markers",
            marker={"size": 13, "symbol": "circle-open", "color": FORECAST, "line": {"width": 2}},
            hoverinfo="skip",
        )
    )
    return figure
