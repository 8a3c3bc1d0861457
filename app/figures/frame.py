"""What all Plotly figures have in common: no background of their own, a fixed height, named axes."""

from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from app.figures.text import safe

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly.js 4 can upload a figure to its maker; without an address it cannot
    "plotlyServerURL": "",
    "toImageButtonOptions": {"format": "svg", "filename": "topolens"},
    "modeBarButtonsToRemove": ["autoScale2d"],
}
"""For ``st.plotly_chart(..., config=CONFIG)``: pictures are saved as SVG by the browser, nothing is sent."""

CLEAR = "rgba(0,0,0,0)"
FAINT = "rgba(128,132,140,0.28)"  # grids and reference lines, on a light page and on a dark one
BAR_ROOM, LEGEND_ROOM, TITLE_ROOM = 60, 28, 30


def framed(
    figure: go.Figure,
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    height: int = 360,
    legend: bool = False,
    bar: bool = False,
) -> go.Figure:
    """The same figure with title, axis titles and height set, and nothing painted behind it.

    ``legend`` and ``bar`` make room above the plot for a legend or a colour bar.
    """
    top = 10 + TITLE_ROOM * bool(title) + LEGEND_ROOM * legend + BAR_ROOM * bar
    figure.update_layout(
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 64, "r": 16, "t": top, "b": 56},
        showlegend=legend,
        bargap=0.15,
        hoverlabel={"align": "left"},
    )
    if title and bar:
        # plotly.js 4.2 pushes the title of the figure up by the height of the colour bar's title, off the page
        place = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": BAR_ROOM + 2}
        over = {"xref": "paper", "yref": "paper", "showarrow": False, "font": {"size": 15}}
        figure.add_annotation(text=f"<b>{title}</b>", name="title", **place, **over)
    elif title:
        left = {"x": 0, "xref": "paper", "xanchor": "left"}
        top_edge = {"y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 10, "l": 0}}
        figure.update_layout(title={"text": title, "font": {"size": 15}, **left, **top_edge})
    if legend:
        place = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"}
        figure.update_layout(legend={**place, "title": {"text": ""}})
    common = {"automargin": True, "gridcolor": FAINT, "zerolinecolor": FAINT, "ticks": ""}
    figure.update_xaxes(title={"text": x, "standoff": 12}, **common)
    figure.update_yaxes(title={"text": y, "standoff": 16}, **common)
    return figure


def colour_bar(title: str, ticks: list[float] | None = None, words: list[str] | None = None) -> dict[str, Any]:
    """A colour bar that lies above the plot, at its left edge, so that a square plot keeps its width."""
    named = {} if ticks is None else {"tickvals": ticks, "ticktext": words}
    return {
        "title": {"text": safe(title), "side": "top", "font": {"size": 12}},
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "xpad": 0,
        "y": 1,
        "yanchor": "bottom",
        "ypad": 14,  # the room of the marks at a matrix's upper edge
        "lenmode": "fraction",
        "len": 0.7,
        "thickness": 9,
        "outlinewidth": 0,
        "tickfont": {"size": 11},
        "ticks": "",
        **named,
    }


def squared(figure: go.Figure) -> go.Figure:
    """The same figure with cells as wide as high, row 0 at the top, in the upper left of its room."""
    figure.update_xaxes(showgrid=False, zeroline=False, constrain="domain", constraintoward="left")
    figure.update_yaxes(showgrid=False, zeroline=False, constrain="domain", constraintoward="top")
    return figure.update_yaxes(autorange="reversed", scaleanchor="x")


def quantity_axis(measure: str, unit: str) -> str:
    """The title of an axis, made safe: what is measured, and its unit in brackets where there is one."""
    return f"{safe(measure)} [{safe(unit)}]" if unit else safe(measure)


def noted(figure: go.Figure, why: str) -> go.Figure:
    """The same figure with a sentence in its middle, and axes without numbers: why there is nothing to see."""
    place = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    figure.add_annotation(text="<br>".join(wrap(why, 30)), font={"size": 14}, **place)
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=False)
    figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False)
    return figure
