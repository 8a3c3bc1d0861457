"""Matrices small enough for a report: means of blocks where there are too many cells for the room there is."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.figures.cells import block_means, block_names, block_size
from app.figures.matrix import matrix_heatmap
from app.figures.multiples import head_multiples
from app.measured import Measured
from app.parts import Floats
from app.places import Order
from app.reading.words import SENSOR

ROOM = 2_800_000  # bytes for all large matrices of a report together
SMALL_ROOM = 500_000  # bytes for all small pictures together
BASE64 = 4 / 3
MOST_HEADS = 24  # with a picture of their own


def side(matrices: int, room: float = ROOM, cell: int = 4) -> int:
    """How many cells a side ``matrices`` pictures of ``cell`` bytes a cell may have to fit into ``room`` bytes.

    >>> side(5) >= 207, side(30) < 207
    (True, True)
    """
    return max(40, math.isqrt(int(room / (max(matrices, 1) * cell * BASE64))))


def heatmap(matrix: Floats, ids: Sequence[str], order: Order, most: int, height: int = 600) -> go.Figure:
    """A matrix (N, N) in an order of its sensors, with at most ``most`` cells a side."""
    drawn = np.asarray(matrix)[np.ix_(order.order, order.order)]
    names = [ids[k] for k in order.order]
    size = block_size(len(drawn), most)
    brightest = None
    if size > 1:
        drawn, names = block_means(drawn, size), block_names(names, size)
        brightest = float(np.abs(drawn).max()) or None  # blocks on the diagonal hold more than weights on oneself
    borders: Sequence[Any] = [border / size for border in order.borders]
    return matrix_heatmap(drawn, names, zmax=brightest, borders=borders, height=height)


def reduced_words(sensors: int, most: int, noun: str = SENSOR) -> str:
    """What must be said of a matrix that is drawn with fewer cells than it has; '' where all are drawn."""
    size = block_size(sensors, most)
    return f" To keep this file small, each cell is the mean of {size} × {size} {noun}s." if size > 1 else ""


def multiples(measured: Measured, order: Order) -> go.Figure:
    """All heads as small pictures on one scale."""
    run = measured.run
    most = side(len(run.heads), SMALL_ROOM, 1)
    size = block_size(len(run.nodes), most)
    heads = [block_means(head[np.ix_(order.order, order.order)], size) for head in run.interaction]
    return head_multiples(np.stack(heads), run.heads)
