"""Pictures of interaction matrices: rows are receivers, columns senders, row 0 at the top."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.cells import block_means, block_names, block_size, ordered
from app.figures.colours import DIVERGING, MEASURE, SIMPLE
from app.figures.frame import colour_bar, framed, noted, squared
from app.figures.marks import NO_MARKS, Marks, cell_of, mark_cells, mark_line
from app.figures.multiples import head_multiples
from app.figures.scale import scale_of
from app.figures.text import digits, labels

__all__ = ["drawn_cell", "head_multiples", "matrix_heatmap", "similarity_heatmap", "weight_histogram"]

MOST_CELLS = 400  # a side of a heatmap sent in full: 400 x 400 float32 are 0.85 MB on the wire
MOST_NUMBERED = 8  # heads whose likeness fits as numbers into cells that can be read
LETTER, COLUMN = 6.5, 230.0  # pixels: a letter of a name, and what a wide page leaves to all columns of the likeness
RECEIVER, SENDER = "receiver (who listens)", "sender (who is heard)"


def matrix_heatmap(
    matrix: NDArray[Any],
    ids: Sequence[str],
    order: NDArray[Any] | None = None,
    *,
    zmax: float | None = None,
    zmin: float | None = 0.0,
    unit: str = "weight",
    borders: Sequence[int] | None = None,
    title: str = "",
    height: int = 560,
    marks: Marks = NO_MARKS,
    noun: str = "sensor",
) -> go.Figure:
    """One matrix (N, N) as a heatmap: cell (i, j) is the weight with which receiver i uses sender j.

    Parameters
    ----------
    matrix : (N, N); sent as float32. Above 400 sensors, means of blocks, and the title says so
    ids : the N sensors' ids as they are; made harmless here
    order : a permutation of the sensors, applied to rows and columns; None leaves them as given
    zmax : the brightest colour; None takes the largest weight between two sensors, or where a few stand far
        above the rest, the 99.5th percentile of the weights that are not zero. What lies above is drawn as
        zmax, and the scale then says '≥'
    zmin : the darkest colour; None takes the smallest weight. A matrix with negative weights is drawn
        on the scale of differences, centred on zero, whatever zmin is
    unit : what a cell is
    borders : positions in the drawn order at which a new community begins
    marks : what is selected
    noun : what the matrix is of
    """
    drawn, names = ordered(np.asarray(matrix), labels(ids, 18), order)
    scale = scale_of(drawn, zmax, zmin)
    size = block_size(len(drawn), MOST_CELLS)
    if size > 1:
        drawn, names = block_means(drawn, size), block_names(names, size)
        title = f"{title} (means of {size} × {size} {noun}s)".strip()
    figure = go.Figure(
        go.Heatmap(
            z=drawn.astype(np.float32),
            x=names,
            y=names,
            colorscale=scale.colours,
            zmin=scale.low,
            zmax=scale.high,
            colorbar=colour_bar(unit, scale.ticks, scale.words),
            hovertemplate="%{y} hears %{x}: %{z:.3g}<extra></extra>",
        )
    )
    framed(figure, title=title, x=SENDER, y=RECEIVER, height=height, bar=True)
    squared(figure)
    figure.update_xaxes(type="category", tickangle=-90)
    figure.update_yaxes(type="category")
    for border in borders or ():
        at = border / size - 0.5
        if -0.5 < at < len(drawn) - 0.5:
            line = {"color": "rgba(255,255,255,0.75)", "width": 1}
            figure.add_shape(type="line", x0=at, x1=at, y0=-0.5, y1=len(drawn) - 0.5, line=line)
            figure.add_shape(type="line", y0=at, y1=at, x0=-0.5, x1=len(drawn) - 0.5, line=line)
    return mark_cells(figure, marks, np.arange(len(matrix)) if order is None else np.asarray(order), size)


def drawn_cell(index: object, order: NDArray[Any]) -> tuple[int, int] | None:
    """Receiver and sender of a clicked cell of `matrix_heatmap`, whose sensors (N,) stand in that order."""
    return cell_of(index, order, block_size(len(order), MOST_CELLS))


def weight_histogram(
    matrix: NDArray[Any],
    cut: float | None = None,
    *,
    unit: str = "weight",
    marks: Marks = NO_MARKS,
    noun: str = "sensor",
) -> go.Figure:
    """How often each weight between two sensors occurs in a matrix (N, N), diagonal left out.

    Counts are on a logarithmic axis, since weak weights are many. Weights of exactly zero have no bar: the title
    says how many there are. ``cut`` is the weight from which pairs are drawn elsewhere. The weight of a chosen pair
    is marked.
    """
    matrix = np.asarray(matrix, dtype=float)
    weights = matrix[~np.eye(len(matrix), dtype=bool)]
    weights = weights[np.isfinite(weights)]
    drawn = weights[weights != 0]
    zeros = len(weights) - len(drawn)
    title = f"{zeros:,} exact zeros left out ({digits(100 * zeros / len(weights))} %)" if zeros else ""
    figure = go.Figure()
    if not len(drawn):
        why = f"all weights between {noun}s are zero" if len(weights) else f"one {noun}: there is no pair"
        return noted(framed(figure, x=unit, y="number of ordered pairs", height=320), why)
    low, high = float(drawn.min()), float(drawn.max())
    if low == high:
        low, high = low - abs(low) / 10, high + abs(high) / 10
    whole = (min(low, 0.0) if low < 0.2 * high else low, high)
    counts, edges = np.histogram(drawn, bins=60 if drawn.min() < drawn.max() else 1, range=whole)
    middle, width = (edges[1:] + edges[:-1]) / 2, float(edges[1] - edges[0])
    some = counts > 0
    figure.add_trace(
        go.Bar(
            x=middle[some],
            y=counts[some],
            width=width * 0.9,
            marker={"color": MEASURE, "line": {"width": 0}},
            customdata=np.stack([edges[:-1][some], edges[1:][some]], axis=-1),
            hovertemplate="%{y:,} pairs of %{customdata[0]:.3g} to %{customdata[1]:.3g}<extra></extra>",
        )
    )
    framed(figure, title=title, x=unit, y="number of ordered pairs", height=320)
    room = 5  # for words above the bars
    figure.update_yaxes(type="log", dtick=1, tickformat=",", range=[np.log10(0.6), np.log10(counts.max() * room)])
    beyond = max(whole[1], cut) if cut is not None and np.isfinite(cut) else whole[1]
    margin = 0.03 * (beyond - whole[0])
    figure.update_xaxes(exponentformat="power", range=[whole[0] - margin, beyond + margin])
    if cut is not None and np.isfinite(cut):
        figure.add_vline(x=cut, line={"color": SIMPLE, "width": 2, "dash": "dash"})
        figure.add_annotation(
            x=cut,
            y=1,
            yref="paper",
            text=f"threshold {digits(cut)}",
            showarrow=False,
            xanchor="left" if cut < beyond / 2 else "right",
            yanchor="top",
            xshift=5 if cut < beyond / 2 else -5,
        )
    if marks.pair is not None and np.isfinite(weight := float(matrix[marks.pair])):
        mark_line(figure, weight, marks.theme, f"&#160;<br>chosen {digits(weight)}", left=weight > beyond / 2)
    return figure


def similarity_heatmap(similarity: NDArray[Any], names: Sequence[str], selected: int | None = None) -> go.Figure:
    """How alike the heads are: correlations (H, H) between -1 and 1; of at most eight, with the number in each cell.

    The row and the column of the selected head are named in bold. Cells take all the width there is, whatever their
    height: squares would leave half of the room empty where many long names stand beside them.
    """
    similarity = np.asarray(similarity, dtype=np.float32)
    if not len(similarity):
        return noted(framed(go.Figure(), height=240), "this model has no heads to compare")
    heads = labels(names)
    figure = go.Figure(
        go.Heatmap(
            z=similarity,
            x=heads,
            y=heads,
            colorscale=list(DIVERGING),
            zmin=-1,
            zmax=1,
            texttemplate="%{z:.2f}" if len(heads) <= MOST_NUMBERED else None,
            colorbar=colour_bar("correlation", [-1, 0, 1], ["-1", "0", "1"]),
            hovertemplate="%{y} and %{x}: %{z:.3g}<extra></extra>",
        )
    )
    longest, rows = LETTER * max(map(len, heads)), len(heads) * float(np.clip(240 / len(heads), 18, 50))
    upright = longest > COLUMN / len(heads)
    # plotly.js 4.2 sets a title that fits between two names beside them, into the plot: a line more takes it below
    across = "head" if len(heads) % 2 else "&#160;<br>head"
    framed(figure, x=across, y="head", height=round(max(300, 170 + rows + upright * longest)), bar=True)
    shown = [f"<b>{name}</b>" if place == selected else name for place, name in enumerate(heads)]
    axes = {"type": "category", "tickvals": heads, "ticktext": shown, "showgrid": False, "zeroline": False}
    figure.update_xaxes(tickangle=-90 if upright else 0, **axes)
    figure.update_yaxes(autorange="reversed", **axes)
    return figure
