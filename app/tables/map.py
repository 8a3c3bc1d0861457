"""Strong pairs without a road, all pairs that a map draws, and whom one sensor hears."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from app.measured import Measured
from app.places import Ints

if TYPE_CHECKING:
    from analysis.roads import EdgeClasses


def far_order(classes: "EdgeClasses") -> Ints:
    """The pairs without a road, the strongest first: the rows of `far_table`, as places in ``classes.learned``."""
    return np.argsort(-np.abs(classes.learned_weight), kind="stable")


def far_table(measured: Measured, head: str, share: float) -> pd.DataFrame:
    """The strongest pairs without a road, the strongest first."""
    classes, truth = measured.edge_classes(head, share), measured.run.truth
    ids, at = np.array(measured.ids, dtype=object), (classes.learned[:, 0], classes.learned[:, 1])
    frame = pd.DataFrame({"sensor": ids[at[0]], "and": ids[at[1]], "weight": classes.learned_weight})
    if (distance := measured.kilometres()) is not None:
        frame["km"] = distance[at]
    if truth is not None:
        frame["planted"] = (truth[at] > 0) | (truth.T[at] > 0)
    return frame.iloc[far_order(classes)]


def class_table(measured: Measured, head: str, share: float) -> pd.DataFrame:
    """All pairs of the three classes."""
    classes, ids = measured.edge_classes(head, share), np.array(measured.ids, dtype=object)
    parts = [
        pd.DataFrame({"sensor": ids[pairs[:, 0]], "and": ids[pairs[:, 1]], "class": name, "weight": weight})
        for name, pairs, weight in (
            ("learned, on a road", classes.both, classes.both_weight),
            ("learned, no road", classes.learned, classes.learned_weight),
            ("road, not learned", classes.road, np.nan),
        )
    ]
    return (
        pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else pd.DataFrame()
    )


def partner_table(measured: Measured, head: str, sensor: int) -> pd.DataFrame:
    """Whom one sensor hears, the strongest first: the row of the matrix, with distances.

    The last column, ``position``, says where each partner stands in the data; it is not for showing.
    """
    matrix, ids = measured.matrix(head), measured.ids
    heard = matrix[sensor].astype(float)
    others = np.flatnonzero((heard != 0) & (np.arange(len(heard)) != sensor))
    others = others[np.argsort(-np.abs(heard[others]), kind="stable")]
    total = np.abs(heard[others]).sum()
    frame = pd.DataFrame(
        {
            "it hears": [ids[k] for k in others],
            "weight": heard[others],
            "share [%]": 100 * np.abs(heard[others]) / total if total else heard[others],
            "weight back": matrix[others, sensor].astype(float),
        }
    )
    if (distance := measured.kilometres()) is not None:
        frame["km"] = distance[sensor, others]
    if (hops := measured.hops()) is not None:
        away = hops[sensor, others]
        frame["road hops"] = np.where(np.isfinite(away), away, np.nan)
    return frame.assign(position=others)
