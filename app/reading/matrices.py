"""What is said of a matrix that comes without a model."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.reading.words import counted, percent, plain, three

if TYPE_CHECKING:
    from analysis.matrix import Sparsity

MATRIX_ALONE = (
    "It shows whom each sensor would listen to, not how much that helps: only a forecast that is better with the graph "
    "than without it says that the graph is worth anything."
)
ONE = 1e-3  # how far sums of float32 weights may lie from 1 and still be called 1


def matrix_answer(title: str, sensors: int, heads: int) -> str:
    r"""The answer of the overview for a matrix alone.

    >>> print(matrix_answer("Graph WaveNet", 207, 1).replace("\xa0", " "))
    **Graph WaveNet** is a matrix alone: 207 sensors, 1 head, and no model whose forecast could be judged.
    """
    size = f"{counted(sensors, 'sensor')}, {counted(heads, 'head')}"
    return f"**{plain(title)}** is a matrix alone: {size}, and no model whose forecast could be judged."


def upload_answer(weights: NDArray[np.floating], sparsity: "Sparsity") -> str:
    """The answer of the page that reads a matrix: what came, and how its weights lie; ``weights`` is (H, N, N)."""
    heads, sensors, _ = weights.shape
    low, high = three(float(weights.min())), three(float(weights.max()))
    answer = f"**{counted(sensors, 'sensor')}** and **{counted(heads, 'head')}**, weights from {low} to {high}"
    if not sparsity.neighbours.any():
        return answer + ", all between two sensors exactly zero: there is nothing to see in it."
    others = counted(sensors - 1, "other")
    answer += f"; a typical sensor hears about {three(sparsity.typical)} of {others}"
    return answer + (f", {percent(sparsity.zeros)} of weights are exactly zero." if sparsity.zeros else ".")


def sums_sentence(weights: NDArray[np.floating], turned: bool) -> str:
    """What the sums of rows and columns say of the direction: a hint, no proof; '' where they say nothing.

    Parameters
    ----------
    weights : (H, N, N) with receivers as rows
    turned : whether rows of the file were taken as senders
    """
    rows, columns = (bool((np.abs(weights.sum(axis=axis) - 1) < ONE).all()) for axis in (2, 1))
    if rows == columns:
        return ""
    listed = "what each sensor hears adds up to 1" if rows else "what is heard of each sensor adds up to 1"
    file = "column" if rows == turned else "row"
    usual = "as after a softmax over senders" if rows else "as after a softmax over receivers"
    return (
        f"Every {file} of the file sums to 1: taken this way, {listed}, {usual}. "
        "That is a hint at the direction, not a proof: what decides is how the code multiplies."
    )


class Origin(NamedTuple):
    """How a matrix comes out of somebody's code: what to run there, and which way its rows then point."""

    name: str
    code: str
    rows: str  # 'receivers' or 'senders'
    words: str


_SAVED = 'weights = adp.detach().cpu().numpy()\nnp.save("adjacency.npy", weights)'
ORIGINS = (
    Origin(
        "Graph WaveNet",
        f"scores = torch.relu(model.nodevec1 @ model.nodevec2)\nadp = torch.softmax(scores, dim=1)\n{_SAVED}",
        "senders",
        "Its `nconv` sums over the first index of the matrix (`ncvl,vw->ncwl`), so a row is a sender, although each "
        "row sums to 1: a sensor shares itself out among those who hear it.",
    ),
    Origin(
        "MTGNN",
        f"adp = model.gc(model.idx)\n{_SAVED}",
        "receivers",
        "Look at `nconv` in your copy of `layer.py`: with `ncwl,vw->ncvl` rows are receivers; older copies have "
        "`ncvl,vw->ncwl`, and there they are senders. What is saved are the strongest k of each row, before the layer "
        "adds 1 to the diagonal and divides by row sums; a second convolution uses the transpose.",
    ),
    Origin(
        "AGCRN",
        f"e = model.node_embeddings\nadp = torch.softmax(torch.relu(e @ e.T), dim=1)\n{_SAVED}",
        "receivers",
        "It sums over the second index (`knm,bmc->bknc`), so a row is a receiver, and what each sensor hears sums to "
        "1. Its Chebyshev terms are made of this one matrix.",
    ),
)
