"""Pictures of the benchmark: rows beside each other, the front of the penalty, and the time of a step.

Means have the colour of measures, what costs nothing to train is grey; small marks are single seeds.

Axes: r row, s seed, k point of a front, b bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.figures.colours import MEASURE, SIMPLE, Theme
from app.figures.evidence import DASHES, SYMBOLS
from app.figures.frame import framed, noted
from app.figures.marks import mark_line
from app.figures.text import digits, labels, safe

LEAST_ROWS = 3
NEAR_SHARE, NEAR_ERROR = 0.12, 0.08  # points of a front that are nearer have one text


def row_dots(
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    measure: str,
    *,
    bold: int | None = None,
    faint: Sequence[int] = (),
    line: float | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """Mean ± deviation of each row, and every seed as a small mark; an upright line where ``line`` says.

    Parameters
    ----------
    names : (R,) as given
    values : R lists of S numbers, one for each seed; an empty one is said beside its name
    measure : the title of the axis
    bold : the row whose name is bold
    faint : the rows that are drawn in grey, with open marks
    """
    shown = labels(names)
    rows = [np.asarray(one, dtype=float) for one in values]
    figure = framed(go.Figure(), x=safe(measure, 120), height=110 + 32 * max(len(shown), LEAST_ROWS), legend=True)
    known = [place for place, row in enumerate(rows) if len(row)]
    if not known:
        return noted(figure, "nothing of this was measured yet")
    figure.add_trace(
        go.Scatter(
            x=np.concatenate([rows[place] for place in known]),
            y=np.concatenate([np.full(len(rows[place]), place) for place in known]),
            name="one seed",
            mode="markers",
            marker={"size": 15, "symbol": "line-ns-open", "color": SIMPLE, "line": {"width": 1.5, "color": SIMPLE}},
            text=[shown[place] for place in known for _ in rows[place]],
            hovertemplate="%{text}, one seed: %{x:.4r}<extra></extra>",
        )
    )
    for name, symbol, colour, chosen in (
        ("mean ± deviation", "circle", MEASURE, [place for place in known if place not in faint]),
        ("no chance in it", "circle-open", SIMPLE, [place for place in known if place in faint]),
    ):
        if not chosen:
            continue
        away = [float(rows[place].std(ddof=1)) if len(rows[place]) > 1 else 0.0 for place in chosen]
        figure.add_trace(
            go.Scatter(
                x=[float(rows[place].mean()) for place in chosen],
                y=chosen,
                name=name,
                mode="markers",
                marker={"size": 11, "symbol": symbol, "color": colour, "line": {"width": 2, "color": colour}},
                error_x={"type": "data", "array": away, "thickness": 2, "width": 5, "color": colour},
                text=[
                    f"{shown[place]}<br>{digits(float(rows[place].mean()))}"
                    + (f" ± {digits(one)}, {len(rows[place])} seeds" if one else "")
                    for place, one in zip(chosen, away, strict=True)
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    if line is not None and np.isfinite(line):
        mark_line(figure, line, theme)
    ticks = [name if len(row) else f"{name} (not measured)" for name, row in zip(shown, rows, strict=True)]
    ticks = [f"<b>{name}</b>" if place == bold else name for place, name in enumerate(ticks)]
    figure.update_yaxes(
        tickvals=list(range(len(ticks))), ticktext=ticks, range=[len(ticks) - 0.5, -0.5], zeroline=False,
        title={"text": ""},
    )  # fmt: skip
    return figure


@dataclass(frozen=True, slots=True)
class Front:
    """The points of one model: share (K,), error (K,), what stands beside each, and which are on the front."""

    model: str
    share: Sequence[float]
    error: Sequence[float]
    beside: Sequence[str]
    front: Sequence[bool]


def fronts(models: Sequence[Front], share: str, error: str) -> go.Figure:
    """Error against the share of weights that are small or zero, one line for each model; filled: on its front."""
    figure = framed(go.Figure(), x=safe(share, 120), y=safe(error, 120), height=400, legend=True)
    shown = [model for model in models if len(model.share)]
    if not shown:
        return noted(figure, "no weight of the penalty was trained yet")
    every = np.concatenate([np.asarray(model.error, dtype=float) for model in shown])
    span = float(np.ptp(every))
    for k, model in enumerate(shown):
        symbol = SYMBOLS[k % len(SYMBOLS)]
        figure.add_trace(
            go.Scatter(
                x=100 * np.asarray(model.share, dtype=float),
                y=np.asarray(model.error, dtype=float),
                name=safe(model.model),
                mode="lines+markers+text",
                line={"color": MEASURE, "width": 1.8, "dash": "solid" if k == 0 else DASHES[(k - 1) % len(DASHES)]},
                marker={
                    "size": 11,
                    "symbol": [symbol if on else f"{symbol}-open" for on in model.front],
                    "line": {"width": 2, "color": MEASURE},
                },
                text=_joined(model, span),
                customdata=[safe(text) for text in model.beside],
                textposition="top center" if k % 2 == 0 else "bottom center",
                textfont={"size": 11},
                cliponaxis=False,
                hovertemplate=f"{safe(model.model)}, %{{customdata}}<br>%{{x:.3r}} % · %{{y:.4r}}<extra></extra>",
            )
        )
    figure.update_xaxes(range=[-8, 108], ticksuffix=" %")
    room = 0.12 * span or 0.1 * abs(float(every[0])) or 1.0
    figure.update_yaxes(range=[float(every.min()) - room, float(every.max()) + room])
    return figure


def _joined(model: Front, span: float) -> list[str]:
    """What stands beside each point; where points are so near that texts would overlap, the first says it for all."""
    said: list[list[int]] = [[] for _ in model.beside]
    for k in range(len(said)):
        near = (
            j
            for j in range(k)
            if said[j]
            and abs(model.share[j] - model.share[k]) < NEAR_SHARE
            and abs(model.error[j] - model.error[k]) <= NEAR_ERROR * span
        )
        said[next(near, k)].append(k)
    return [f"λ {_listed([model.beside[k] for k in one], one)}" if one else "" for one in said]


def _listed(texts: Sequence[str], places: Sequence[int]) -> str:
    """'a, c', or 'a to c' where the places follow one another."""
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{safe(texts[0])} to {safe(texts[-1])}"
    return ", ".join(safe(text) for text in texts)


def step_bars(
    names: Sequence[str],
    seconds: Sequence[Sequence[float]],
    why: Sequence[str],
    *,
    bold: str = "",
    floor: str = "",
    theme: Theme = "light",
) -> go.Figure:
    """Seconds of a training step of each rival, medians on a logarithmic scale; an upright line at the floor.

    Parameters
    ----------
    names : (B,)
    seconds : B lists of times, from least to most of which a whisker reaches; an empty one was not measured
    why : (B,) why it was not, which stands in its place
    bold : the rival that is this project's, in the colour of measures
    floor : the rival that only multiplies: at its time stands the line, and a bar says how many times that it is
    """
    shown = labels(names)
    figure = framed(go.Figure(), x="seconds of one training step (log scale)", height=110 + 36 * max(len(shown), 3))
    known = [place for place, times in enumerate(seconds) if len(times)]
    if not known:
        return noted(figure, "no step was timed yet")
    middle = {place: float(np.median(seconds[place])) for place in known}
    low, high = min(min(seconds[place]) for place in known), max(max(seconds[place]) for place in known)
    decades = float(np.log10(high / low))
    ends = [float(np.log10(low)) - 0.4, float(np.log10(high)) + max(0.6, 0.45 * decades)]  # room for texts beside bars
    base = next((middle[place] for place in known if names[place] == floor), None)
    said = []
    for place in known:
        beside = f", {digits(middle[place] / base)} ×" if base and names[place] != floor else ""
        said.append(digits(middle[place], "s") + beside)
    figure.add_trace(
        go.Bar(
            x=[middle[place] for place in known],
            y=known,
            orientation="h",
            marker={"color": [MEASURE if names[place] == bold else SIMPLE for place in known], "line": {"width": 0}},
            width=0.62,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [max(seconds[place]) - middle[place] for place in known],
                "arrayminus": [middle[place] - min(seconds[place]) for place in known],
                "thickness": 1.4,
                "width": 4,
            },
            text=[
                f"{shown[place]}<br>{text}, measured {len(seconds[place])} times"
                for place, text in zip(known, said, strict=True)
            ],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.add_trace(  # beyond the whisker, which a text of the bar itself would lie on
        go.Scatter(
            x=[max(seconds[place]) for place in known], y=known, mode="text", text=[f"  {text}" for text in said],
            textposition="middle right", cliponaxis=False, hoverinfo="skip",
        )
    )  # fmt: skip
    for place, times in enumerate(seconds):
        if not len(times):
            figure.add_annotation(
                x=ends[0], y=place, text=safe(why[place] or "not measured"), showarrow=False, xanchor="left", xshift=6,
                font={"size": 12},
            )  # fmt: skip
    if base is not None:
        mark_line(figure, base, theme)
    ticks = [f"<b>{name}</b>" if given == bold else name for name, given in zip(shown, names, strict=True)]
    figure.update_xaxes(type="log", range=ends, exponentformat="none", tickvals=_decades(ends))
    figure.update_yaxes(
        tickvals=list(range(len(ticks))), ticktext=ticks, range=[len(ticks) - 0.5, -0.5], showgrid=False,
        zeroline=False, title={"text": ""},
    )  # fmt: skip
    return figure


def _decades(ends: Sequence[float]) -> list[float]:
    return [float(10.0**power) for power in range(int(np.floor(ends[0])), int(np.ceil(ends[1])) + 1)]
