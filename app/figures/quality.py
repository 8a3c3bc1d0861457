"""Pictures of what is wrong with a series: what is missing and when, the level with its shifts, one sensor's curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.cells import block_size
from app.figures.colours import MEASURE, OBSERVED, ROAD, SEQUENTIAL, Theme
from app.figures.frame import colour_bar, framed, noted
from app.figures.marks import mark_line
from app.figures.text import behind, labels, safe

MOST_POINTS = 2_000  # along an axis of time
MOST_SENSORS, MOST_TIMES = 240, 400  # cells of the picture of what is missing
MOST_MARKED = 400  # stretches that are marked on one curve
GAP, STUCK, COPIED = ROAD, MEASURE, MEASURE
BAND = 0.25  # how opaque the band over a stretch is


@dataclass(frozen=True, slots=True)
class Mark:
    """A time at which something changed, and its name."""

    time: np.datetime64
    text: str


def binned(rows: int, most: int = MOST_POINTS) -> NDArray[np.int64]:
    """First row of each of at most ``most`` blocks of rows.

    >>> binned(5, 2).tolist()
    [0, 3]
    """
    return np.arange(0, rows, block_size(rows, most))


def missing_picture(values: NDArray[Any], times: NDArray[Any], ids: Sequence[str]) -> go.Figure:
    """What share of the values (T, N) is missing at each sensor over time, sensors in the order of the data.

    A cell is the mean of a block of rows and, above 240 sensors, of sensors.
    """
    gone = np.isnan(values)
    across, down = binned(len(gone), MOST_TIMES), binned(gone.shape[1], MOST_SENSORS)
    size = np.outer(np.diff(np.append(across, len(gone))), np.diff(np.append(down, gone.shape[1])))
    summed = np.add.reduceat(np.add.reduceat(gone, across, axis=0, dtype=np.int64), down, axis=1)
    share = (summed / size * 255).round().astype(np.uint8)
    names = labels(ids)
    figure = go.Figure(
        go.Heatmap(
            z=share.T,
            x=_moments(times)[across],
            y=[names[k] for k in down],
            zmin=0,
            zmax=255,
            colorscale=SEQUENTIAL,
            colorbar=colour_bar("share of the values that are missing", [0, 127.5, 255], ["0 %", "50 %", "100 %"]),
            hovertemplate="%{y}<br>%{x}<extra></extra>",
        )
    )
    several = len(down) < gone.shape[1]
    axis = f"sensor (each row: {block_size(gone.shape[1], MOST_SENSORS)} sensors)" if several else "sensor"
    framed(figure, x="local time", y=axis, height=420, bar=True)
    figure.update_xaxes(type="date", showgrid=False, hoverformat="%a %d %b %Y, %H:%M")
    figure.update_yaxes(showgrid=False, autorange="reversed", type="category", nticks=20)
    return figure


def missing_curve(
    share: NDArray[Any], times: NDArray[Any], marks: Sequence[Mark] = (), theme: Theme = "light"
) -> go.Figure:
    """What share of the sensors is missing at each row (T,), as means of blocks of rows."""
    across = binned(len(share))
    mean = np.add.reduceat(share, across) / np.diff(np.append(across, len(share)))
    figure = go.Figure(
        go.Scatter(
            x=_moments(times)[across],
            y=100 * mean,
            mode="lines",
            line={"color": GAP, "width": 1.4},
            hovertemplate="%{y:.1f} % missing<extra></extra>",
        )
    )
    framed(figure, x="local time", y="missing [% of the sensors]", height=380)
    figure.update_xaxes(type="date", hoverformat="%a %d %b %Y, %H:%M")
    figure.update_yaxes(range=[0, 100])
    return _marked(figure, marks, theme)


def level_curve(
    values: NDArray[Any],
    times: NDArray[Any],
    *,
    quantity: str,
    unit: str,
    marks: Sequence[Mark] = (),
    theme: Theme = "light",
) -> go.Figure:
    """The middle sensor's value over time, its median over each day, and the times at which many sensors change."""
    across = binned(len(values))
    moments = _moments(times)
    middle = np.array([_median(block) for block in np.split(values, across[1:])])
    day = np.asarray(times).astype("datetime64[D]")
    starts = np.flatnonzero(np.concatenate([[True], day[1:] != day[:-1]]))
    daily = np.array([_median(block) for block in np.split(values, starts[1:])])
    noon = day[starts].astype("datetime64[ms]").astype(np.int64) + 12 * 3_600_000
    reading = f"%{{y:,.3r}}{behind(unit)}"
    figure = go.Figure()
    x, y = _broken(moments[across], middle)
    figure.add_trace(
        go.Scatter(
            x=x, y=y, name="median over the sensors", mode="lines", hovertemplate=reading,
            line={"color": ROAD, "width": 1},
        )
    )  # fmt: skip
    if len(starts) > 1:
        x, y = _broken(noon.astype(float), daily)
        figure.add_trace(
            go.Scatter(
                x=x, y=y, name="median over each day", mode="lines+markers", hovertemplate=reading,
                line={"color": OBSERVED(theme), "width": 2.2}, marker={"size": 5},
            )
        )  # fmt: skip
    framed(figure, x="local time", y=f"{safe(quantity)} [{safe(unit)}]", height=360, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(type="date", hoverformat="%a %d %b %Y, %H:%M")
    if not np.isfinite(daily).any():
        return noted(figure, "nothing was observed")
    return _marked(figure, marks, theme)


def sensor_curve(
    times: NDArray[Any],
    values: NDArray[Any],
    *,
    sensor: str,
    quantity: str,
    unit: str,
    gaps: Sequence[tuple[int, int]] = (),
    stuck: Sequence[tuple[int, int]] = (),
    copied: Sequence[tuple[int, int]] = (),
    marks: Sequence[Mark] = (),
    theme: Theme = "light",
) -> go.Figure:
    """What one sensor said (T,), gaps and copied days as bands, stuck stretches as thick lines: (first row, rows)."""
    moments = _moments(times)
    shown = np.asarray(values, dtype=np.float32)
    x, y = _broken(moments, shown)
    reading = f"%{{y:,.3r}}{behind(unit)}"
    figure = go.Figure(
        go.Scatter(
            x=x, y=y, name="observed", mode="lines", hovertemplate=reading,
            line={"color": OBSERVED(theme), "width": 1.2},
        )
    )  # fmt: skip
    alone = np.isfinite(shown)
    alone[1:] &= ~np.isfinite(shown[:-1])
    alone[:-1] &= ~np.isfinite(shown[1:])
    if alone.any():  # a value between two gaps has no line
        dots = {"color": OBSERVED(theme), "size": 3}
        figure.add_trace(
            go.Scatter(x=moments[alone], y=shown[alone], mode="markers", marker=dots, hovertemplate=reading,
                       showlegend=False, name="observed")
        )  # fmt: skip
    step = float(np.median(np.diff(moments))) if len(moments) > 1 else 1.0
    for name, colour, bands in (("missing", GAP, gaps), ("copied", COPIED, copied)):
        for first, rows in sorted(bands, key=lambda band: -band[1])[:MOST_MARKED]:
            left, right = moments[first] - step / 2, moments[first + rows - 1] + step / 2
            figure.add_shape(
                type="rect", x0=left, x1=right, y0=0, y1=1, yref="y domain", line={"width": 0}, fillcolor=colour,
                opacity=BAND, layer="below", name=name,
            )  # fmt: skip
        if bands:  # its name in the legend
            look = {"color": colour, "width": 8}
            figure.add_trace(go.Scatter(x=[None], y=[None], name=name, mode="lines", line=look, opacity=2 * BAND))
    if stuck:
        held = _stretches(moments, shown, stuck)
        figure.add_trace(
            go.Scatter(x=held[0], y=held[1], name="stuck", mode="lines", line={"color": STUCK, "width": 5},
                       hovertemplate=f"{reading}, repeated")
        )  # fmt: skip
    axis = f"{safe(quantity)} [{safe(unit)}]"
    framed(figure, title=safe(sensor, 40), x="local time", y=axis, height=380, legend=True)
    figure.update_xaxes(type="date", hoverformat="%a %d %b %Y, %H:%M", range=[moments[0], moments[-1]])
    if not np.isfinite(shown).any():
        return noted(figure, "nothing was observed at this sensor")
    return _marked(figure, marks, theme)


def _stretches(
    moments: NDArray[Any], values: NDArray[Any], stretches: Sequence[tuple[int, int]]
) -> tuple[list[float | None], list[float | None]]:
    """Both ends of each stretch, with a break between two."""
    x: list[float | None] = [None]
    y: list[float | None] = [None]
    for first, rows in stretches[:MOST_MARKED]:
        x += [float(moments[first]), float(moments[first + rows - 1]), None]
        y += [float(values[first]), float(values[first]), None]
    return x, y


def _broken(moments: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The same points, with an unknown value wherever time jumps, so that no line is drawn across."""
    step = np.diff(moments)
    jumps = np.flatnonzero(step > 1.5 * np.median(step)) + 1 if len(step) > 1 else np.zeros(0, dtype=np.int64)
    return np.insert(moments, jumps, moments[jumps] - 1), np.insert(np.float32(values), jumps, np.float32(np.nan))


def _marked(figure: go.Figure, marks: Sequence[Mark], theme: Theme) -> go.Figure:
    for mark in marks:
        mark_line(figure, float(_moments(np.array([mark.time]))[0]), theme, safe(mark.text))
    return figure.update_shapes(line={"color": MEASURE, "width": 2}, selector={"name": "chosen"})


def _moments(times: NDArray[Any]) -> NDArray[np.float64]:
    """Milliseconds, a third of the weight of written dates."""
    return np.asarray(times).astype("datetime64[ms]").astype(np.int64).astype(float)


def _median(values: NDArray[Any]) -> float:
    seen = values[~np.isnan(values)]
    return float(np.median(seen)) if len(seen) else float("nan")
