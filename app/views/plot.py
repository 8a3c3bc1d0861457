"""Plotly figures on a page, by a component of our own.

Streamlit's own ``st.plotly_chart`` mounts a changed figure anew, so zoom and selection are lost; it reports no click
on a heatmap; and it saves one format. This one changes a figure in place (``Plotly.react``), so the zoom stays while
``layout.uirevision`` does, reports every click, and saves PNG and SVG. A figure with frames gets a slider over them:
the browser draws each frame into the same axes, a camera stays where it is, and Python is told where the slider rests.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from app.figures.frame import CONFIG
from app.figures.served import prepare_served
from app.reading.words import one_line

# The pictures have buttons of their own, beneath the figure: in two formats, and within reach of the keyboard.
_CONFIG = CONFIG | {"modeBarButtonsToRemove": [*CONFIG["modeBarButtonsToRemove"], "toImage"]}

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"

_component = st.components.v2.component(
    "topolens_plot",
    js=(HERE / "plot.js").read_text(encoding="utf-8"),
    css=(HERE / "plot.css").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly styles its toolbar and its hover texts in the page's head
)


@st.cache_resource(show_spinner=False)
def served() -> None:
    """Put what figures and maps need where Streamlit serves it, once for each start of the app."""
    prepare_served(STATIC)


def plot(
    figure: go.Figure,
    key: str,
    *,
    alt: str,
    name: str,
    theme: str,
    on_click: Callable[[Mapping[str, Any]], None] | None = None,
    frame: int | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Draw a figure as wide as there is room and as high as its layout says.

    Parameters
    ----------
    figure : with a height; its ``layout.uirevision`` says what its zoom belongs to
    alt : what it shows, for those who do not see it
    name : of the file, without ending, under which it is saved
    theme : of the page, 'light' or 'dark': where it changes, the figure is drawn anew
    on_click : is told ``x``, ``y``, ``customdata``, ``index`` (of a heatmap row and column) and ``curve`` of the point
        that was clicked, before the page is drawn; what a browser sends is a stranger's
    frame : which of the figure's frames is shown, from 0; None for a figure without frames
    on_frame : is told which frame the reader chose, one that there is, before the page is drawn
    """
    served()
    frames = len(figure.frames)

    def clicked() -> None:
        point = st.session_state[key].get("click")
        if isinstance(point, Mapping) and on_click is not None:
            on_click(point)

    def moved() -> None:
        place = st.session_state[key].get("frame")
        if isinstance(place, int | float) and 0 <= place < frames and on_frame is not None:
            on_frame(int(place))

    _component(
        key=key,
        data={
            "figure": str(figure.to_json()).replace("\\u002f", "/"),  # escaped for pages of HTML, which this is not
            "height": int(figure.layout.height or 360),
            "alt": one_line(alt, 300),
            "name": name,
            "theme": theme,
            "clickable": on_click is not None,
            "config": _CONFIG,
            "frame": frame,
        },
        on_click_change=clicked,
        on_frame_change=moved,
    )
