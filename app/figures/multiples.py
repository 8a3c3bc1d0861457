"""All heads of a model as small pictures beside one another."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from app.figures.cells import block_means, block_size, ordered
from app.figures.frame import BAR_ROOM, colour_bar, framed, noted, squared
from app.figures.scale import alike, scale_of, shared
from app.figures.text import safe

SMALL_CELLS = 240  # a side of a small picture
ROW, ROW_OF_FOUR = 250, 210  # pixels: between what a wide and a narrow screen leave to each picture
# Over half a page a row of so many is this high: half of a wide page and all of a narrow one are nearly as wide.
ROWS_OF_HALF = {1: 430, 2: 225, 3: 150, 4: 112}


def head_multiples(
    interaction: NDArray[Any],
    names: Sequence[str],
    order: NDArray[Any] | None = None,
    *,
    same_scale: bool = True,
    unit: str = "weight",
    half: bool = False,
    selected: int | None = None,
) -> go.Figure:
    """All heads (H, N, N) side by side as small pictures, to be compared; the name of the selected one is bold.

    ``half`` draws them for a column of half a page, which is a whole page where that is narrow: fewer in a row, and
    each as high as it is wide on either, so that no empty band is left beneath.

    Colours are sent as one byte a cell, a quarter of float32: a small picture shows no more. With
    ``same_scale`` a colour means the same weight in every head; without it, the name of each picture says
    from which weight to which its colours go. Above 240 sensors a cell is the mean of a block.
    """
    heads = [np.asarray(head, dtype=float) for head in interaction]
    if not heads:
        return noted(framed(go.Figure(), height=240), "this model mixes no sensors: there is no matrix")
    every = [scale_of(head) for head in heads]
    columns, row = _grid(len(heads), half=half)
    titles = [_title(name, 28 if row > 150 else 12) for name in names]
    line = 16 * any("<br>" in title for title in titles)
    said = f"{safe(unit)}, one scale for all"
    words = shared(every).words
    if same_scale:
        every = [shared(every)] * len(heads)
    else:
        every = alike(every)
        ends = [f"{scale.words[0]} to {scale.words[-1]}" for scale in every]
        titles = [f"{title}<br>{end}" for title, end in zip(titles, ends, strict=True)]
        said, words = f"{safe(unit)}, each on its own scale", ["least", "most"]
    rows = -(-len(heads) // columns)
    free = rows * columns > len(heads)  # the last place of the grid has no head: the colour bar lies there
    name_room = (24 if same_scale else 40) + line
    room = rows * (row + name_room) - name_room
    top, bottom = name_room + (8 if free else BAR_ROOM + 28), 8
    figure = make_subplots(rows, columns, horizontal_spacing=0.03, vertical_spacing=name_room / room)
    for place, (head, scale) in enumerate(zip(heads, every, strict=True)):
        drawn, _ = ordered(head, [""] * len(head), order)
        drawn = block_means(drawn, block_size(len(drawn), SMALL_CELLS))
        # hoverinfo "skip" would not hear clicks either
        picture = go.Heatmap(z=scale.coded(drawn), coloraxis="coloraxis", name=titles[place], hoverinfo="none")
        figure.add_trace(picture, row=place // columns + 1, col=place % columns + 1)
    framed(figure, height=room + top + bottom, bar=not free)
    squared(figure)
    left = 8 if len(words[0]) == 1 else 28  # plotly leaves out a word of the colour bar that would leave the page
    figure.update_layout(margin={"l": left, "r": 8, "t": top, "b": bottom, "autoexpand": False})
    figure.update_xaxes(showticklabels=False, automargin=False, title={"text": ""})
    figure.update_yaxes(showticklabels=False, automargin=False, title={"text": ""})
    for place, title in enumerate(titles):
        axis = "" if place == 0 else str(place + 1)
        across, up = figure.layout[f"xaxis{axis}"], figure.layout[f"yaxis{axis}"]
        up.scaleanchor = f"x{axis}"
        at = {"x": across.domain[0], "xanchor": "left", "y": up.domain[1], "yanchor": "bottom", "align": "left"}
        name = f"<b>{title}</b>" if place == selected else title
        figure.add_annotation(text=name, xref="paper", yref="paper", showarrow=False, font={"size": 13}, **at)
    ticks = [255 * k / (len(words) - 1) for k in range(len(words))]
    bar = colour_bar("", ticks, words)
    bar["title"]["text"] = f"{said}<br>rows: receivers<br>columns: senders"
    if free:
        x, y = figure.layout[f"xaxis{rows * columns}"], figure.layout[f"yaxis{rows * columns}"]
        x.visible = y.visible = False
        width = x.domain[1] - x.domain[0]
        bar |= {"x": x.domain[0], "y": y.domain[1], "yanchor": "top", "len": width * 0.9}
    else:
        bar |= {"y": 1 + name_room / room, "len": 0.45}
    look = {"colorscale": every[0].colours, "cmin": 0, "cmax": 255, "colorbar": bar}
    figure.update_layout(coloraxis=look)
    return figure


def _title(name: str, room: int) -> str:
    """The name of a head in as much room; one that is too long goes on after its comma in a second line.

    >>> _title("layer 2, frame 10", 12), _title("layer 2, frame 10", 28)
    ('layer 2<br>frame 10', 'layer 2, frame 10')
    """
    if len(name) <= room or ", " not in name:
        return safe(name, room)
    return "<br>".join(safe(part, room) for part in name.split(", ", 1))


def _grid(heads: int, *, half: bool) -> tuple[int, int]:
    """How many pictures stand in a row, and its height in pixels."""
    if half:
        columns = heads if heads <= 2 else 2 if heads <= 4 else 3 if heads <= 9 else 4
        return columns, ROWS_OF_HALF[columns]
    columns = heads if heads <= 4 else 3 if heads <= 6 else 4
    return columns, ROW_OF_FOUR if columns == 4 else ROW
