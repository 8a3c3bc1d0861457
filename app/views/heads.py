"""One matrix at full size, how its weights are spread, its strongest pairs, and how alike the heads are."""

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.matrix import matrix_heatmap, similarity_heatmap, weight_histogram
from app.reading.heads import heads_answer, similarity_answer, spread_sentence
from app.reading.words import counted, three, whole_percent
from app.selection import MEAN
from app.views import controls
from app.views.page import Opened, answer, beside, figure, heading, how_to_read, listing, opened, table

ORDER_NAMES = {"community": "community", "group": "known group", "position": "position", "given": "as in the data"}
PARTS = {"community": "communities", "group": "known groups"}


def pair_table(page: Opened) -> pd.DataFrame:
    """The strongest pairs, strongest first: who, how much, how far apart, whether there is a road."""
    pairs = store.pairs_of(page.version, page.selection.head, page.selection.share)
    matrix = store.matrix_of(page.version, page.selection.head)
    ids = np.array(page.ids, dtype=object)
    at = (pairs.first, pairs.second)
    frame = pd.DataFrame(
        {
            "sensor": ids[pairs.first],
            "and": ids[pairs.second],
            "weight": pairs.weight,
            "first hears second": matrix[at].astype(float),
            "second hears first": matrix.T[at].astype(float),
        }
    )
    if (distance := store.kilometres_of(page.version)) is not None:
        frame["km"] = distance[at]
    if (hops := store.hops_of(page.version)) is not None:
        frame["road hops"] = np.where(np.isfinite(hops[at]), hops[at], np.nan)
        frame["on a road"] = hops[at] == 1
    if page.run.truth is not None:
        frame["planted"] = (page.run.truth[at] > 0) | (page.run.truth.T[at] > 0)
    return frame


def sensor_table(page: Opened) -> pd.DataFrame:
    """What each sensor takes, gives and keeps."""
    strength = store.strength_of(page.version, page.selection.head)
    return pd.DataFrame(
        {
            "sensor": page.ids,
            "effective neighbours": store.sparsity_of(page.version, page.selection.head).neighbours,
            "weight received": strength.received,
            "weight sent": strength.sent,
            "own weight": strength.self_weight,
        }
    )


def similarity_table(page: Opened) -> pd.DataFrame:
    """The correlation of every two heads."""
    names = list(page.run.heads)
    frame = pd.DataFrame(store.similarity_of(page.version), columns=names)
    frame.insert(0, "correlation of", names, allow_duplicates=True)
    return frame


page = opened("Whom does each sensor listen to?", heads=True)
run, version, selection = page.run, page.version, page.selection
matrix = store.matrix_of(version, selection.head)
pairs = store.pairs_of(version, selection.head, selection.share)
sparsity = store.sparsity_of(version, selection.head)

of_head = slice(None) if selection.head == MEAN else run.heads.index(selection.head)
answer(
    heads_answer(selection.head, sparsity, store.asymmetry_of(version, selection.head), pairs, page.ids),
    spread_sentence(run.interaction[of_head], None if run.spread is None else run.spread[of_head]),
)
left, right = beside([3, 2])
with left:
    orders = {name: shown for name, shown in ORDER_NAMES.items() if name != "group" or run.groups is not None}
    controls.switch("Sensors in the order of", "order", orders)
    order = store.order_of(version, selection.head, selection.order, selection.method, selection.count)
    figure(
        matrix_heatmap(matrix, page.ids, order.order, borders=order.borders, height=640),
        key="matrix",
        alt=f"Heatmap of {page.where}: who listens to whom among {len(run.nodes)} sensors",
        caption=f"Rows listen, columns are heard. All {matrix.size:,} weights are drawn, none is left out"
        + (f"; lines part {PARTS[selection.order]}." if order.borders else "."),
    )
with right:
    heading("How are the weights spread?")
    figure(
        weight_histogram(matrix, pairs.cut if pairs.count else None),
        key="weights",
        alt=f"Histogram of the weights between sensors in {page.where}",
        caption=f"Weights between two sensors, both directions. The threshold {three(pairs.cut)} keeps the strongest "
        f"{whole_percent(selection.share)}: {counted(pairs.count, 'pair')}; "
        f"{counted(pairs.left_out, 'weaker pair')} left out."
        if pairs.count
        else "There is no weight between any two sensors.",
    )
    heading("How alike are the heads?")
    if len(run.heads) > 1:
        similarity = store.similarity_of(version)
        figure(
            similarity_heatmap(similarity, run.heads),
            key="similarity",
            alt="Correlation between the heads' weights",
            caption=similarity_answer(similarity, run.heads),
        )
    else:
        st.caption(similarity_answer(np.ones((1, 1)), run.heads))

heading("Which pairs are strongest?")
st.caption(
    f"The strongest {whole_percent(selection.share)} of all pairs in {page.where}: {counted(pairs.count, 'pair')}; "
    f"{counted(pairs.left_out, 'weaker pair')} left out. The share is set in the sidebar."
)
listing(pair_table(page), page.entry, "pairs", height=330)
table("Every sensor", lambda: sensor_table(page), page.entry, "sensors")
if len(run.heads) > 1:
    table("Similarity of heads", lambda: similarity_table(page), page.entry, "similarity")
how_to_read("interaction", "pair", "neighbours", "zeros", "asymmetry", "similarity")
