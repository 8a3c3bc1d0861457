"""The strongest pairs of a head, what each sensor takes and gives, and how alike the heads are."""

import numpy as np
import pandas as pd

from app.measured import Measured


def pair_table(measured: Measured, head: str, share: float) -> pd.DataFrame:
    """The strongest pairs, strongest first: who, how much, how far apart, whether there is a road.

    A row for each pair of ``measured.pairs(head, share)``, in that order.
    """
    pairs, matrix, truth = measured.pairs(head, share), measured.matrix(head), measured.run.truth
    ids, at = np.array(measured.ids, dtype=object), (pairs.first, pairs.second)
    frame = pd.DataFrame(
        {
            measured.noun: ids[pairs.first],
            "and": ids[pairs.second],
            "weight": pairs.weight,
            "first hears second": matrix[at].astype(float),
            "second hears first": matrix.T[at].astype(float),
        }
    )
    if (distance := measured.kilometres()) is not None:
        frame["km"] = distance[at]
    if (hops := measured.hops()) is not None:
        frame["road hops"] = np.where(np.isfinite(hops[at]), hops[at], np.nan)
        frame["on a road"] = hops[at] == 1
    if truth is not None:
        frame["planted"] = (truth[at] > 0) | (truth.T[at] > 0)
    return frame


def sensor_table(measured: Measured, head: str) -> pd.DataFrame:
    """What each sensor takes, gives and keeps, in the order of the data."""
    strength = measured.strength(head)
    return pd.DataFrame(
        {
            measured.noun: measured.ids,
            "effective neighbours": measured.sparsity(head).neighbours,
            "weight received": strength.received,
            "weight sent": strength.sent,
            "own weight": strength.self_weight,
        }
    )


def similarity_table(measured: Measured) -> pd.DataFrame:
    """The correlation of every two heads."""
    names = list(measured.run.heads)
    frame = pd.DataFrame(measured.similarity(), columns=names)
    frame.insert(0, "correlation of", names, allow_duplicates=True)
    return frame
