"""Two matrices on the page Compare: weights, strongest pairs, communities, modes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.colours import ALONE, COMMUNITIES, GAINED, KEPT, LOST, community_colours
from app.figures.difference import common_scale, difference_heatmap, overlap_curve, scaled_heatmap, spectra
from app.figures.map import EDGE_CAP, Edges
from app.figures.matrix import drawn_cell
from app.reading import difference as said
from app.reading.words import code, counted, three, whole_percent
from app.store import compare
from app.views.comparison import Comparison
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import Opened, beside, figure, heading, table
from app.views.pair import choose_pair

if TYPE_CHECKING:
    from analysis.difference import MatrixDifference

SCALES = {"none": "as they are", "mean": "each by its mean size"}


def compared_weights(both: Comparison) -> None:
    """A, B and B - A as heatmaps."""
    page = both.page
    heading("Do they use the same weights?")
    alike = both.same_model
    scale = st.segmented_control(
        "Weights", list(SCALES), format_func=SCALES.__getitem__, default="none" if alike else "mean",
        required=True, key=f"scale {both.entry.key}",
        help="Heads and models weigh on different scales: divided by its mean size, each can be compared with the "
        "other.",
    )  # fmt: skip
    found: MatrixDifference = compare.difference_of(*both.key, scale)
    st.markdown(said.weights_sentence(found))
    order = store.order_of(
        page.version, page.selection.head, page.selection.order, page.selection.method, page.selection.count
    )
    unit = "weight" if scale == "none" else "weight / mean size"
    shared = common_scale(found.first, found.second)
    keeps = f"{page.selection.head} {page.selection.order}"

    def chosen(point: Mapping[str, Any]) -> None:
        if (cell := drawn_cell(point.get("index"), order.order)) is not None:
            choose_pair(page, *cell)

    left, right = beside()
    for name, matrix, column in (("A", found.first, left), ("B", found.second, right)):
        with column:
            figure(
                scaled_heatmap(
                    matrix, page.ids, shared, order.order, title=name, unit=unit, height=480, marks=page.marks
                ),
                key=f"matrix {name}",
                alt=f"Heatmap of {name}: who listens to whom among {len(page.ids)} sensors",
                on_point=chosen,
                keeps=keeps,
            )
    left, right = beside()
    with left:
        figure(
            difference_heatmap(found.difference, page.ids, order.order, unit=unit, height=480, marks=page.marks),
            key="matrix difference",
            alt="Heatmap of B minus A: green where B weighs more, purple where A does",
            on_point=chosen,
            keeps=keeps,
        )
    with right:
        st.markdown(said.scale_sentence(found))
        st.markdown(
            "A colour means the same weight in A and in B. In B − A, grey is no difference, green is where B weighs "
            "more, purple where A does. Rows listen, columns are heard; all three have the sensors in one order."
        )
        if ends := said.ends_sentence(shared.clipped):
            st.markdown(ends)
        if page.marks.pair is not None:
            i, j = page.marks.pair
            a, b = float(found.first[i, j]), float(found.second[i, j])
            st.markdown(
                f"The chosen weight, with which {code(page.ids[i], 24)} uses {code(page.ids[j], 24)}, is "
                f"{three(a)} in A and {three(b)} in B."
            )
        else:
            st.caption("Click a cell to choose the pair; drag to look closer, double-click to return.")
    table("Weights that differ most", lambda: weight_table(page, found), page.entry, "differences")


def weight_table(page: Opened, found: "MatrixDifference", most: int = 200) -> pd.DataFrame:
    """The weights between two sensors that differ most."""
    size = np.abs(found.difference)
    np.fill_diagonal(size, 0.0)
    strongest = np.argsort(-size, axis=None, kind="stable")[:most]
    rows, columns = np.unravel_index(strongest[size.ravel()[strongest] > 0], size.shape)
    ids = np.array(page.ids, dtype=object)
    return pd.DataFrame(
        {
            "listens": ids[rows],
            "is heard": ids[columns],
            "weight in A": found.first[rows, columns],
            "weight in B": found.second[rows, columns],
            "B − A": found.difference[rows, columns],
        }
    )


def compared_pairs(both: Comparison) -> None:
    """Strongest pairs kept, gained and lost, on one map."""
    page, change = both.page, both.change
    heading("Which of the strongest pairs came, went and stayed?")
    kept, gained, lost = len(change.kept), len(change.gained), len(change.lost)
    st.markdown(
        f"{counted(kept, 'pair')} {'is' if kept == 1 else 'are'} among the strongest "
        f"{whole_percent(page.selection.share)} of both, {gained:,} of B alone and {lost:,} of A alone. "
        + said.tied_sentence(change)
    )
    draw_map(
        page,
        "pairs map",
        colours=ALONE,
        edges=[
            Edges("in both", change.kept, KEPT, change.kept_weight),
            Edges("in B alone", change.gained, GAINED, change.gained_weight),
            Edges("in A alone", change.lost, LOST, change.lost_weight, dashed=True),
        ],
        roads=road_edges(page),
        height=520,
    )
    st.caption(
        "The share is set in the sidebar. Wider lines have more weight within their class; at most "
        f"{EDGE_CAP:,} of a class are drawn. " + place_words(page)
    )
    table("Pairs that came, went and stayed", lambda: pair_table(both), page.entry, "pairs")


def pair_table(both: Comparison) -> pd.DataFrame:
    """All pairs of the three classes, with their mean weight of both directions in A and in B."""
    page, change = both.page, both.change
    found: MatrixDifference = compare.difference_of(*both.key, "none")
    ids = np.array(page.ids, dtype=object)
    parts = []
    for name, listed in (("in both", change.kept), ("in B alone", change.gained), ("in A alone", change.lost)):
        at = (listed[:, 0], listed[:, 1])
        part = pd.DataFrame({"sensor": ids[at[0]], "and": ids[at[1]], "class": name})
        for column, matrix in (("weight in A", found.first), ("weight in B", found.second)):
            part[column] = (matrix[at] + matrix.T[at]) / 2
        if (distance := store.kilometres_of(page.version)) is not None:
            part["km"] = distance[at]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def compared_communities(both: Comparison) -> None:
    """The communities of both on two maps, under the same numbers and colours."""
    page, selection = both.page, both.page.selection
    heading("Do the same sensors belong together?")
    found: compare.Groups = compare.groups_of(*both.key, selection.method, selection.count)
    counts = found.first.count, found.match.matched + found.match.unmatched
    st.markdown(said.groups_sentence(found.match, found.agreement, selection.method, counts))
    colours, many = community_colours(max(found.count, 1)), found.count > len(COMMUNITIES)
    left, right = beside()
    for name, labels, column in (("A", found.first.labels, left), ("B", found.match.labels, right)):
        words = [f"community {label + 1}" if label >= 0 else "in no community" for label in labels]
        if name == "B":
            words = [f"{word}\nmoved" if moved else word for word, moved in zip(words, found.match.moved, strict=True)]
        with column:
            draw_map(
                page,
                f"communities {name}",
                colours=[colours[label] if label >= 0 else ALONE for label in labels],
                tooltips=words,
                roads=road_edges(page),
                numbers=[label + 1 if label >= 0 else "" for label in labels] if many else None,
                legend=[
                    (colours[k], f"{k + 1}: {counted(int((labels == k).sum()), 'sensor')}")
                    for k in range(found.count)
                    if (labels == k).any()
                ],
                height=420,
            )
            st.caption(
                f"{name}. One number and one colour are the matched community in both. Method and number are set on "
                "the page Communities. " + place_words(page)
            )
    table("Sensors that moved", lambda: moved_table(page, found), page.entry, "moved")


def moved_table(page: Opened, found: compare.Groups) -> pd.DataFrame:
    """The sensors whose community is another one; the empty text is none."""
    moved = np.flatnonzero(found.match.moved)
    names = [[str(label + 1) if label >= 0 else "" for label in labels[moved]]
             for labels in (found.first.labels, found.match.labels)]  # fmt: skip
    return pd.DataFrame(
        {"sensor": [page.ids[k] for k in moved], "community in A": names[0], "community in B": names[1]}
    )


def compared_modes(both: Comparison) -> None:
    """Eigenvalues beside each other, and what the leading modes span."""
    page = both.page
    heading("Do they hold the same patterns?")
    scale = "none" if both.same_model else "mean"
    found = compare.spectra_of(*both.key, scale)
    st.markdown(said.spectrum_sentence(found))
    left, right = beside()
    with left:
        figure(
            spectra(found.first, found.second),
            key="spectra",
            alt="Eigenvalues of A and of B, the largest first",
            caption="Eigenvalues of the symmetrised matrices"
            + ("." if scale == "none" else ", each divided by its mean size."),
        )
    with right:
        figure(
            overlap_curve(found.overlap, found.chance),
            key="overlap",
            alt="Overlap of what the leading modes of A and of B span, beside random directions",
            caption="1: the leading modes of both span the same patterns; 0: none in common. One mode alone has no "
            "sign and no lasting place, so they are compared together. Where no weight is negative the first is much "
            "the same in any two matrices: a pattern in which all sensors rise and fall together.",
        )
    table("Eigenvalues of both", lambda: mode_table(found.first, found.second), page.entry, "eigenvalues")


def mode_table(first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    """Eigenvalues by rank."""
    return pd.DataFrame(
        {"mode": np.arange(1, len(first) + 1), "eigenvalue in A": first, "eigenvalue in B": second,
         "B − A": second - first}
    )  # fmt: skip
