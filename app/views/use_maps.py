"""Maps of what cuts do: sensors coloured by how their error, or their forecast, changes."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.figures.colours import diverging, sequential
from app.figures.text import digits
from app.reading import use as said
from app.views.ground import draw_map, place_words, road_edges, spread
from app.views.page import Opened


def rises_map(page: Opened, key: str, values: NDArray[Any], what: str) -> None:
    """Sensors coloured by a change, centred on zero."""
    unit, known = page.run.unit, np.where(np.isfinite(values), values, 0.0)
    bound = spread(known)
    negative, middle, positive = diverging(np.array([-1.0, 0.0, 1.0]), 1.0, page.theme)
    draw_map(
        page,
        key,
        colours=diverging(values, bound, page.theme),
        tooltips=[
            f"{what}: {said.signed(float(value), unit, markdown=False)}" if np.isfinite(value) else "nothing observed"
            for value in values
        ],
        roads=road_edges(page),
        legend=[(negative, f"−{digits(bound, unit)}"), (middle, "0"), (positive, f"+{digits(bound, unit)}")],
        height=440,
    )
    st.caption(f"Each sensor's colour: {what}. Click a sensor to choose it. {place_words(page)}")


def moved_map(page: Opened, key: str, values: NDArray[Any]) -> None:
    """Sensors coloured by how far their forecast moves."""
    unit = page.run.unit
    top = float(values.max(initial=0.0))
    ends = sequential(np.array([0.0, 1.0]), 0, 1)
    draw_map(
        page,
        key,
        colours=sequential(values, 0.0, top or 1.0),
        tooltips=[f"forecast moves by {digits(float(value), unit)}" for value in values],
        roads=road_edges(page),
        legend=[(ends[0], digits(0.0, unit)), (ends[1], digits(top, unit))],
        height=440,
    )
    st.caption(f"Each sensor's colour: by how much its forecast moves, root mean square. {place_words(page)}")
