"""One matrix at full size, how its weights are spread, its strongest pairs, and how alike the heads are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app import store
from app.figures.marks import cell_of
from app.figures.matrix import drawn_cell, matrix_heatmap, similarity_heatmap, weight_histogram
from app.reading import answers
from app.reading.heads import pairs_sentence, similarity_answer, threshold_caption
from app.reading.words import about
from app.selection import MEAN
from app.tables.heads import pair_table, sensor_table, similarity_table
from app.views import controls
from app.views.page import answer, beside, figure, folded, heading, how_to_read, listing, opened, table
from app.views.pair import choose_pair, chosen_pair, pair_by_head
from app.views.takeaway import graph_downloads

ORDER_NAMES = {"community": "community", "group": "known group", "position": "position", "given": "as in the data"}
PARTS = {"community": "communities", "group": "known groups"}


def chosen_cell(point: Mapping[str, Any]) -> None:
    """A click on the matrix chooses the pair."""
    if (cell := drawn_cell(point.get("index"), order.order)) is not None:
        choose_pair(page, *cell)


def chosen_heads(point: Mapping[str, Any]) -> None:
    """A click on the similarity of two heads chooses the one of its row, and the other to compare it with."""
    if (cell := cell_of(point.get("index"), np.arange(len(run.heads)))) is not None:
        controls.choose(head=run.heads[cell[0]], other_head=run.heads[cell[1]])


page = opened("Whom does each sensor listen to?", heads=True)
run, version, selection, marks, noun = page.run, page.version, page.selection, page.marks, page.noun
matrix = store.matrix_of(version, selection.head)
pairs = store.pairs_of(version, selection.head, selection.share)

place = None if selection.head == MEAN else run.heads.index(selection.head)
answer(*answers.of_heads(page.measured, selection.head, selection.share))
left, right = beside([3, 2])
with left:
    orders = {name: shown for name, shown in ORDER_NAMES.items() if name != "group" or run.groups is not None}
    controls.switch(about(noun, "Sensors in the order of"), "order", orders)
    order_settings = (selection.head, selection.order, selection.method, selection.count)
    order = store.order_of(version, *order_settings)
    figure(
        matrix_heatmap(matrix, page.ids, order.order, borders=order.borders, height=640, marks=marks, noun=noun),
        key="matrix",
        alt=f"Heatmap of {page.where}: who listens to whom among {len(run.nodes)} {noun}s",
        caption=f"Rows listen, columns are heard. All {matrix.size:,} weights are drawn, none is left out"
        + (f"; lines part {PARTS[selection.order]}." if order.borders else ".")
        + " Click a cell to choose the pair; drag to look closer, double-click to return.",
        on_point=chosen_cell,
        keeps=" ".join(map(str, order_settings)),
    )
    if said := chosen_pair(page):
        st.markdown(said)
with right:
    heading("How are the weights spread?")
    figure(
        weight_histogram(matrix, pairs.cut if pairs.count else None, marks=marks, noun=noun),
        key="weights",
        alt=f"Histogram of the weights between {noun}s in {page.where}",
        caption=threshold_caption(pairs, selection.share, noun),
    )
    heading("How alike are the heads?")
    if len(run.heads) > 1:
        similarity = store.similarity_of(version)
        figure(
            similarity_heatmap(similarity, run.heads, place),
            key="similarity",
            alt="Correlation between the heads' weights",
            caption=similarity_answer(similarity, run.heads) + " Click a cell to open the head of its row.",
            on_point=chosen_heads,
        )
    else:
        st.caption(similarity_answer(np.ones((1, 1)), run.heads))

heading("Which pairs are strongest?")
st.caption(f"{pairs_sentence(pairs, selection.share, selection.head)} The share is set in the sidebar.")
listing(
    pair_table(page.measured, selection.head, selection.share),
    page.entry,
    "pairs",
    height=330,
    on_row=lambda row: choose_pair(page, int(pairs.first[row]), int(pairs.second[row])),
)
if selection.pair:
    table("The chosen pair in every head", lambda: pair_by_head(page), page.entry, "pair")
table(
    f"Every {noun}",
    lambda: sensor_table(page.measured, selection.head),
    page.entry,
    f"{noun}s",
    on_row=lambda row: controls.choose(sensors=controls.with_first(page.ids[row])),
)
if len(run.heads) > 1:
    table("Similarity of heads", lambda: similarity_table(page.measured), page.entry, "similarity")
folded("Take the learned graph away", ":material/download:", "takeaway", lambda: graph_downloads(page))
how_to_read("interaction", "pair", "neighbours", "zeros", "asymmetry", "similarity", noun=noun)
