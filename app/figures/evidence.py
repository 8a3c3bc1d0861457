"""Pictures of evidence: what was measured beside what chance gives, and how that changes with the data.

Chance is grey, as every forecast that costs nothing; what was measured has the colour of measures. A filled mark is
beyond chance, an open one is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import MEASURE, SIMPLE, Theme
from app.figures.frame import FAINT, framed, noted
from app.figures.marks import mark_line
from app.figures.text import labels, safe

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot")
WHITE = 1.96  # standard deviations of the normal distribution that hold 95 %
LEAST_ROWS = 3
ROOMY, ROW, LOW_ROW = 10, 34, 24  # so many rows of a picture are this high; those of more are low


def effect_dots(
    heads: Sequence[str],
    nulls: Sequence[str],
    effect: NDArray[Any],
    beyond: NDArray[Any],
    said: Sequence[Sequence[str]],
    selected: int | None = None,
    faint: Sequence[str] = (),
) -> go.Figure:
    """How far above chance each head (row) stands under each null, in standard deviations of that null's draws.

    Parameters
    ----------
    heads : (H,) names, as given
    nulls : (K,) names
    effect : (H, K), nan where a null was not drawn, or gave the same each time
    beyond : (H, K) whether a mark is filled
    said : H lists of K texts, what its hover text adds, such as 'p = 0.002'
    selected : the head whose name is bold
    faint : the nulls that are drawn in grey

    A mark carries its head's place as ``customdata``.
    """
    effect, beyond = np.asarray(effect, dtype=float), np.asarray(beyond, dtype=bool)
    names = labels(heads)
    figure = go.Figure()
    framed(figure, x="standard deviations above chance", height=_height(len(names)), legend=True)
    if not np.isfinite(effect).any():
        return noted(figure, "no effect is defined here")
    shift = np.linspace(0.18, -0.18, len(nulls)) if len(nulls) > 1 else np.zeros(1)
    for k, null in enumerate(nulls):
        symbol = SYMBOLS[k % len(SYMBOLS)]
        known = np.flatnonzero(np.isfinite(effect[:, k]))
        if not len(known):
            continue
        grey = null in faint
        figure.add_trace(
            go.Scatter(
                x=effect[known, k],
                y=known + shift[k],
                name=safe(null),
                mode="markers",
                customdata=known,
                text=[f"{names[h]}, {safe(null)}<br>{safe(said[int(h)][k])}" for h in known],
                marker={
                    "symbol": [symbol if beyond[h, k] and not grey else f"{symbol}-open" for h in known],
                    "size": 9 if grey else 11,
                    "color": SIMPLE if grey else MEASURE,
                    "line": {"width": 1.5, "color": SIMPLE if grey else MEASURE},
                },
                hovertemplate="%{text}<br>%{x:.3r} standard deviations above chance<extra></extra>",
            )
        )
    figure.add_vline(x=0, line={"color": SIMPLE, "width": 1.5, "dash": "dash"})
    _rows(figure, names, selected)
    return figure


def mode_marks(
    observed: NDArray[Any], chance: Mapping[str, NDArray[Any]], beyond: NDArray[Any], measure: str
) -> go.Figure:
    """A quantity of the first K modes, and beside it what each null gives on average.

    Parameters
    ----------
    observed : (K,)
    chance : null -> (K,) mean over its draws; nan where it says nothing
    beyond : (K,) whether a mark is filled: beyond chance under every null that says something
    """
    observed = np.asarray(observed, dtype=float)
    modes = np.arange(1, len(observed) + 1)
    figure = go.Figure()
    for k, (null, mean) in enumerate(chance.items()):
        if not np.isfinite(np.asarray(mean, dtype=float)).any():
            continue
        figure.add_trace(
            go.Scatter(
                x=modes,
                y=np.asarray(mean, dtype=np.float32),
                name=f"chance: {safe(null)}",
                mode="lines+markers",
                line={"color": SIMPLE, "width": 1.5, "dash": DASHES[k % len(DASHES)]},
                marker={"size": 7, "symbol": f"{SYMBOLS[k % len(SYMBOLS)]}-open"},
                hovertemplate="%{y:.3r}",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=modes,
            y=observed.astype(np.float32),
            name="measured",
            mode="markers",
            marker={
                "size": 11,
                "color": MEASURE,
                "symbol": ["circle" if sure else "circle-open" for sure in np.asarray(beyond, dtype=bool)],
                "line": {"width": 2, "color": MEASURE},
            },
            hovertemplate="%{y:.3r}",
        )
    )
    framed(figure, x="mode, the largest eigenvalue first", y=safe(measure), height=330, legend=True)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(dtick=1 if len(modes) <= 12 else None, unifiedhovertitle={"text": "mode %{x}"})
    return figure if np.isfinite(observed).any() else noted(figure, "there is no mode to test")


def overlap_dots(
    heads: Sequence[str],
    overlap: NDArray[Any],
    chance: NDArray[Any],
    beyond: NDArray[Any],
    said: Sequence[str],
    selected: int | None = None,
) -> go.Figure:
    """Of each head (row): the overlap of the strongest pairs between seeds, joined with what chance gives.

    A mark carries its head's place as ``customdata``.
    """
    names = labels(heads)
    overlap, chance = np.asarray(overlap, dtype=float), np.asarray(chance, dtype=float)
    place = np.arange(len(names))
    figure = go.Figure()
    for at in place:
        ends = {"x0": chance[at], "x1": overlap[at], "y0": at, "y1": at}
        if np.isfinite([chance[at], overlap[at]]).all():
            figure.add_shape(type="line", layer="below", line={"color": FAINT, "width": 5}, **ends)
    kinds = (
        ("by chance", chance, SIMPLE, ["line-ns-open"] * len(names)),
        ("between seeds", overlap, MEASURE, ["circle" if sure else "circle-open" for sure in beyond]),
    )
    for name, values, colour, symbols in kinds:
        figure.add_trace(
            go.Scatter(
                x=values,
                y=place,
                name=name,
                mode="markers",
                customdata=place,
                text=[f"{head}<br>{safe(words)}" for head, words in zip(names, said, strict=True)],
                marker={"size": 13, "color": colour, "symbol": symbols, "line": {"width": 2, "color": colour}},
                hovertemplate=f"%{{text}}<br>{name}: %{{x:.3r}}<extra></extra>",
            )
        )
    framed(figure, x="overlap of the strongest pairs (Jaccard)", height=_height(len(names)), legend=True)
    figure.update_xaxes(range=[-0.02, 1.02])
    _rows(figure, names, selected)
    return figure


def whiteness_dots(
    graphs: Sequence[str], statistics: Mapping[str, NDArray[Any]], selected: int | None = None
) -> go.Figure:
    """What the errors still share along each graph (row): 95 % of the values lie in the band if nothing is left.

    ``statistics`` is name -> (G,), each standard normal if nothing is left.
    """
    names = labels(graphs)
    figure = go.Figure()
    shift = np.linspace(0.18, -0.18, len(statistics)) if len(statistics) > 1 else np.zeros(1)
    figure.add_vrect(x0=-WHITE, x1=WHITE, fillcolor=FAINT, line_width=0, layer="below")
    for k, (name, values) in enumerate(statistics.items()):
        values = np.asarray(values, dtype=float)
        symbol = SYMBOLS[k % len(SYMBOLS)]
        figure.add_trace(
            go.Scatter(
                x=values,
                y=np.arange(len(names)) + shift[k],
                name=safe(name),
                mode="markers",
                text=names,
                marker={
                    "symbol": [f"{symbol}-open" if abs(value) <= WHITE else symbol for value in values],
                    "size": 11,
                    "color": MEASURE,
                    "line": {"width": 1.5, "color": MEASURE},
                },
                hovertemplate=f"%{{text}}, {safe(name)}: %{{x:.3r}}<extra></extra>",
            )
        )
    framed(figure, x="AZ statistic (within ±1.96: nothing seen)", height=_height(len(names)), legend=True)
    most = max((float(np.nanmax(values, initial=0.0)) for values in statistics.values()), default=0.0)
    least = min((float(np.nanmin(values, initial=0.0)) for values in statistics.values()), default=0.0)
    room = 0.06 * (most - least)  # marks stand whole at both ends
    figure.update_xaxes(range=[min(-3.0, least - room), max(3.0, most + room)])
    _rows(figure, names, selected)
    return figure


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What one way found, against a setting: ``at`` (K,), middle, least and most over the seeds (K,) each.

    ``simple`` ways are drawn grey and dashed.
    """

    way: str
    at: NDArray[Any]
    middle: NDArray[Any]
    least: NDArray[Any]
    most: NDArray[Any]
    simple: bool = True


def recovery_lines(found: Sequence[Found], own: float, setting: str, measure: str, theme: Theme = "light") -> go.Figure:
    """How much each way finds against a setting on a logarithmic axis; whiskers span the seeds, ``own`` is marked."""
    figure = go.Figure()
    looks = {True: 0, False: 0}
    for way in found:
        k = looks[way.simple]
        looks[way.simple] += 1
        symbol = SYMBOLS[(k + (1 if way.simple else 0)) % len(SYMBOLS)]
        figure.add_trace(
            go.Scatter(
                x=np.asarray(way.at, dtype=float),
                y=np.asarray(way.middle, dtype=float),
                name=safe(way.way),
                mode="lines+markers",
                line={
                    "color": SIMPLE if way.simple else MEASURE,
                    "width": 1.8 if way.simple else 2.4,
                    "dash": DASHES[k % len(DASHES)] if way.simple else "solid" if k == 0 else DASHES[k % len(DASHES)],
                },
                marker={"size": 9, "symbol": f"{symbol}-open" if way.simple else symbol},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": np.asarray(way.most, dtype=float) - np.asarray(way.middle, dtype=float),
                    "arrayminus": np.asarray(way.middle, dtype=float) - np.asarray(way.least, dtype=float),
                    "thickness": 1.2,
                    "width": 4,
                },
                hovertemplate="%{y:.3r}",
            )
        )
    framed(figure, x=safe(setting), y=safe(measure), height=380, legend=True)
    every = np.unique(np.concatenate([np.asarray(way.at, dtype=float) for way in found])) if found else np.zeros(0)
    if not len(every) or not np.isfinite(every).any():
        return noted(figure, "nothing was planted in this setting")
    figure.update_layout(hovermode="x unified")
    if (every > 0).all():
        room = 0.06 * float(np.log10(every[-1] / every[0])) or 0.2
        ends = [float(np.log10(every[0])) - room, float(np.log10(every[-1])) + room]
        figure.update_xaxes(type="log", range=ends)
    words = [f"{value:,.0f}" if value % 1 == 0 else f"{value:.3g}" for value in every]
    figure.update_xaxes(tickvals=every, ticktext=words, tickangle=0)
    figure.update_yaxes(range=[0, 1.05])
    if np.isfinite(own) and every[0] <= own <= every[-1]:
        mark_line(figure, own, theme)
        at = np.log10(own) if (every > 0).all() else own  # a text stands by the logarithm, a line by the value
        low = float(np.nanmean(np.concatenate([np.asarray(way.middle, dtype=float) for way in found]))) < 0.5
        figure.add_annotation(
            x=float(at), y=0.98 if low else 0.02, yref="paper", text="your run", showarrow=False, xanchor="left",
            yanchor="top" if low else "bottom",  # clear of the curves
            xshift=4, font={"size": 11},
        )  # fmt: skip
    return figure


def _height(rows: int) -> int:
    """The height of a picture with so many rows, in pixels."""
    return 150 + (ROW if rows <= ROOMY else LOW_ROW) * max(rows, LEAST_ROWS)


def _rows(figure: go.Figure, names: Sequence[str], selected: int | None) -> None:
    """Names of rows on the vertical axis, the first at the top; the selected one bold, a faint line through each."""
    shown = [f"<b>{name}</b>" if place == selected else name for place, name in enumerate(names)]
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=shown,
        range=[max(len(names), 1) - 0.5, -0.5],
        zeroline=False,
        title={"text": ""},
    )
