"""Whether the model leaves structure in its errors, along which graph, and where."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app.figures.colours import diverging
from app.figures.evidence import whiteness_dots
from app.reading import residuals as said
from app.reading.words import minus, three
from app.tables.evidence import score_order, score_table, whiteness_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges, spread
from app.views.page import Opened, beside, figure, heading, table

if TYPE_CHECKING:
    from analysis.residuals import Residuals


def show_residuals(page: Opened, found: "Residuals") -> None:
    """What is left along each graph, and at each sensor."""
    minutes = found.step * page.run.interval_minutes
    heading("Does the model leave structure in its errors?")
    st.markdown(" ".join(filter(None, [said.residuals_sentence(found, minutes), said.residuals_beside(found)])))
    left, right = beside()
    with left:
        graphs = [test.graph for test in found.tests]
        figure(
            whiteness_dots(
                [said.graph_name(graph) for graph in graphs],
                {
                    "space and time": np.array([test.statistic for test in found.tests]),
                    "space": np.array([test.space for test in found.tests]),
                    "time": np.array([test.time for test in found.tests]),
                },
                graphs.index(page.selection.head) if page.selection.head in graphs else None,
            ),
            key="whiteness",
            alt="What the errors still share along each graph, in space and in time",
            caption=f"{said.NOT_WHITE} Right of it: joined sensors, or following moments, have errors of one sign more "
            "often than chance; left of it: of opposite signs.",
        )
        table("What is left along each graph", lambda: whiteness_table(found), page.entry, "whiteness")
    with right:
        _scores(page, found)
    rows = score_order(found.sensor_space)
    table(
        "What is left at every sensor",
        lambda: score_table(page.ids, found),
        page.entry,
        "scores",
        on_row=lambda row: controls.choose(sensors=controls.with_first(page.ids[rows[row]])),
    )


def _scores(page: Opened, found: "Residuals") -> None:
    """Each sensor's score in space on the map, centred on zero."""
    scores = np.asarray(found.sensor_space, dtype=float)
    bound = spread(np.where(np.isfinite(scores), scores, 0.0))
    negative, middle, positive = diverging(np.array([-1.0, 0.0, 1.0]), 1.0, page.theme)
    draw_map(
        page,
        "score map",
        colours=diverging(scores, bound, page.theme),
        tooltips=[
            f"errs as its neighbours: {minus(three(float(score)))}" if np.isfinite(score) else "no score"
            for score in scores
        ],
        roads=road_edges(page),
        legend=[(negative, f"−{three(bound)}"), (middle, "0"), (positive, f"+{three(bound)}")],
        height=460,
    )
    st.caption(said.scores_caption(scores, found.sensor_graph) + " " + place_words(page))
