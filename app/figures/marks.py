"""What is selected, marked in a figure: chosen sensors, a chosen pair, the members of a chosen community.

Marks are drawn in ink, the colour of no measure: on a matrix, ticks at its edges and a box around a cell; on bars,
triangles beneath; sensors outside a chosen community fade.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import OBSERVED, Theme

FADED = 0.3


@dataclass(frozen=True, eq=False, slots=True)
class Marks:
    """What is selected among N sensors.

    Attributes
    ----------
    sensors : positions of the chosen sensors, the latest choice first
    pair : positions of receiver and sender of the chosen weight; None for none
    members : (N,) whether a sensor is in the chosen community; None where none is chosen
    theme : of the page, which decides the ink
    """

    sensors: tuple[int, ...] = ()
    pair: tuple[int, int] | None = None
    members: NDArray[np.bool_] | None = None
    theme: Theme = "light"

    @property
    def ink(self) -> str:
        """The colour of marks on the page."""
        return OBSERVED(self.theme)

    def opacity(self, positions: NDArray[np.integer]) -> NDArray[np.float32]:
        """How opaque each of the sensors at ``positions`` (K,) is drawn: those outside the community fade."""
        inside = np.ones(len(positions), dtype=bool) if self.members is None else self.members[positions]
        return np.where(inside, np.float32(1), np.float32(FADED))


NO_MARKS = Marks()


def mark_cells(figure: go.Figure, marks: Marks, order: NDArray[np.integer], size: int = 1) -> go.Figure:
    """Mark what is selected on a matrix's picture.

    Parameters
    ----------
    figure : a heatmap whose rows and columns are sensors, row 0 at the top
    order : (N,) the sensors in the order in which they are drawn
    size : sensors a side of a drawn cell; more than 1 where a cell is the mean of a block
    """
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    ink = {"color": marks.ink, "width": 3}
    for sensor in marks.sensors:
        at = int(place[sensor]) // size
        half = max(0.5, len(order) / size / 160)
        ends = {"x0": at - half, "x1": at + half}
        _tick(figure, 0, ends["x0"], ends["x1"], "x", ink)
        _tick(figure, 0, ends["x0"], ends["x1"], "y", ink)
    if marks.members is not None:
        drawn = np.asarray(marks.members)[order]
        runs = list(_runs(drawn))
        thick = {"color": marks.ink, "width": 5}
        for first, last in runs:
            _tick(figure, 1, first / size - 0.5, last / size - 0.5, "x", thick)
            _tick(figure, 1, first / size - 0.5, last / size - 0.5, "y", thick)
        if len(runs) == 1:
            start, end = (edge / size - 0.5 for edge in runs[0])
            _box(figure, start, end, start, end)
    if marks.pair is not None:
        row, column = (int(place[sensor]) // size for sensor in marks.pair)
        half = max(0.5, len(order) / size / 100)
        _box(figure, column - half, column + half, row - half, row + half)
    return figure


def mark_bars(figure: go.Figure, marks: Marks, names: Sequence[str], positions: NDArray[np.integer]) -> go.Figure:
    """Mark chosen sensors among bars: a triangle beneath each, with its name.

    Parameters
    ----------
    figure : bars on a category axis
    names : (K,) the categories, in the order in which they are drawn
    positions : (K,) which sensor each of them is
    """
    where = {int(sensor): (at, name) for at, (sensor, name) in enumerate(zip(positions, names, strict=True))}
    for sensor in marks.sensors:
        if sensor in where:
            at, name = where[sensor]
            figure.add_annotation(  # by its place: Plotly would read a name such as '717468' as one
                x=at, xref="x", y=1, yref="y domain", yanchor="bottom", text=f"▼<br>{name}"[:80],
                showarrow=False, font={"size": 11, "color": marks.ink}, align="center", name="chosen",
            )  # fmt: skip
    return figure


def mark_line(figure: go.Figure, at: float, theme: Theme, text: str = "", left: bool = False) -> go.Figure:
    """Mark a place on the horizontal axis by an upright line in ink, its text right or left of it."""
    line = {"color": OBSERVED(theme), "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="y domain", line=line, name="chosen")
    if text:
        figure.add_annotation(
            x=at, y=1, yref="y domain", text=text, showarrow=False, yanchor="top",
            xanchor="right" if left else "left", xshift=-4 if left else 4,
            font={"size": 11, "color": OBSERVED(theme)},
        )  # fmt: skip
    return figure


def mark_row(figure: go.Figure, row: int, columns: int) -> go.Figure:
    """Frame one row of a heatmap that has that many columns."""
    _box(figure, -0.5, columns - 0.5, row - 0.5, row + 0.5)
    return figure


def cell_of(index: object, order: NDArray[np.integer], size: int = 1) -> tuple[int, int] | None:
    """Receiver and sender of a clicked cell; of a block, those of the sensors in its middle. None for no cell.

    ``index`` is what the browser sent, row and column as drawn, whatever that may be.

    >>> cell_of([0, 1], np.array([2, 0, 1]))
    (2, 0)
    >>> cell_of([0, 7], np.array([2, 0, 1])) is None
    True
    """
    if not isinstance(index, list | tuple) or len(index) != 2:
        return None
    if not all(isinstance(at, int) and not isinstance(at, bool) for at in index):
        return None
    row, column = (at * size + (size - 1) // 2 for at in index)
    if not (0 <= row < len(order) and 0 <= column < len(order)):
        return None
    return int(order[row]), int(order[column])


def index_of(point: Mapping[str, Any], count: int) -> int | None:
    """What a clicked point stands for: its ``customdata``, else its place; None where it is none of ``count``.

    ``point`` is what the browser sent.

    >>> index_of({"customdata": 4, "index": 0}, 5), index_of({"index": 2}, 5), index_of({"index": 9}, 5)
    (4, 2, None)
    """
    data = point.get("customdata")
    place = data[0] if isinstance(data, list) and data else data if data is not None else point.get("index")
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < count:
        return None
    return place


def _runs(inside: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and one past the last of each unbroken run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _tick(figure: go.Figure, row: int, start: float, end: float, axis: str, line: dict[str, object]) -> None:
    """A stroke just outside the matrix: above it for columns, right of it for rows."""
    off = 1 + 0.008 + 0.012 * row
    if axis == "x":
        figure.add_shape(type="line", x0=start, x1=end, y0=off, y1=off, yref="y domain", line=line, name="chosen")
    else:
        figure.add_shape(type="line", y0=start, y1=end, x0=off, x1=off, xref="x domain", line=line, name="chosen")


def _box(figure: go.Figure, left: float, right: float, top: float, bottom: float) -> None:
    """A frame that is seen on dark and on bright cells: black within white."""
    for colour, width in (("#ffffff", 4.5), ("#000000", 1.8)):
        figure.add_shape(
            type="rect", x0=left, x1=right, y0=top, y1=bottom, line={"color": colour, "width": width}, name="chosen"
        )
