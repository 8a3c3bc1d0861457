"""The errors of two runs on the page Compare, over what both forecast."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app.figures.colours import diverging
from app.figures.difference import error_scatter
from app.figures.forecasts import error_by_horizon
from app.figures.marks import index_of
from app.figures.text import digits
from app.reading.forecasts import ahead, shown_steps
from app.reading.words import counted, three
from app.store import paired
from app.views import controls
from app.views.comparison import Comparison
from app.views.ground import draw_map, place_words, road_edges, spread
from app.views.page import Opened, beside, figure, heading, table


def compared_errors(both: Comparison) -> None:
    """Errors of both by time ahead and by sensor."""
    page, run = both.page, both.page.run
    versions = page.version, both.entry.version
    heading("Which forecasts better, and where?")
    found = paired.both_errors_of(*versions)
    first, second = paired.both_by_sensor_of(*versions, both.step)
    common = paired.common_of(*versions)
    steps = sorted({*shown_steps(len(found["A"].mae), run.interval_minutes), both.step})
    controls.switch(
        "Time ahead", "step", {k + 1: f"{(k + 1) * run.interval_minutes:g} min" for k in steps}, shown=both.step + 1
    )
    st.markdown(both.errors_answer())
    minutes = np.arange(1, len(found["A"].mae) + 1) * run.interval_minutes
    left, right = beside()
    with left:
        figure(
            error_by_horizon(
                minutes,
                {name: np.asarray(one.mae, dtype=float) for name, one in found.items()},
                "mean absolute error",
                run.unit,
                both.minutes,
                page.theme,
            ),
            key="both by horizon",
            alt="Mean absolute error of A, B and the last value by time ahead",
            caption=("All steps up to that one together. " if run.pooled else "At each step ahead. ")
            + (
                f"{counted(common.left_out, 'window')} that only one of the two has are left out."
                if common is not None and common.left_out
                else "Over the same windows of the test part."
            ),
        )
    with right:
        figure(
            error_scatter(first, second, page.ids, run.unit, marks=page.marks),
            key="both by sensor",
            alt="Error of each sensor under B against its error under A",
            caption=f"{ahead(both.minutes, run.pooled)}. Each dot is a sensor: below the line B is the better. "
            "Click one to choose it.",
            on_point=lambda point: choose_sensor(page, point),
        )
    change = np.asarray(second - first, dtype=float)
    bound = spread(change[np.isfinite(change)])
    ends = diverging(np.array([-bound, 0.0, bound]), bound, page.theme)
    draw_map(
        page,
        "errors map",
        colours=diverging(change, bound, page.theme),
        tooltips=[f"A {three(float(a))}, B {digits(float(b), run.unit)}" for a, b in zip(first, second, strict=True)],
        roads=road_edges(page),
        legend=[
            (ends[0], f"B better by {digits(bound, run.unit)}"),
            (ends[1], "no difference"),
            (ends[2], f"A better by {digits(bound, run.unit)}"),
        ],
        height=440,
    )
    st.caption(f"{ahead(both.minutes, run.pooled)}, error of B minus error of A at each sensor. " + place_words(page))
    table("Errors of both at every sensor", lambda: sensor_table(page, first, second), page.entry, "both-errors")


def choose_sensor(page: Opened, point: Mapping[str, Any]) -> None:
    """A click on a sensor's point chooses it."""
    if (sensor := index_of(point, len(page.ids))) is not None:
        controls.choose(sensors=controls.with_first(page.ids[sensor]))


def sensor_table(page: Opened, first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    """Errors of both at every sensor, where B is better most first."""
    unit = page.run.unit
    frame = pd.DataFrame(
        {
            "sensor": page.ids,
            f"MAE of A [{unit}]": first,
            f"MAE of B [{unit}]": second,
            f"B − A [{unit}]": second - first,
        }
    )
    return frame.sort_values(frame.columns[3], kind="stable")
