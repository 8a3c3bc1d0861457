"""What a page lets its reader take away: the learned graph, the map, the report; each is made when it is asked for.

The file is made on the click, in a thread of its own, where nothing of Streamlit may be called: so what it needs is
taken from the page before, and only functions without Streamlit make it. The imports stand inside them, since a page
must not wait for what few readers ask for.
"""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from app import store
from app.reading.words import about, whole_percent
from app.views.page import Opened
from app.views.tables import stem

MIME = {"graphml": "application/graphml+xml", "gexf": "application/gexf+xml", "html": "text/html"}

GRAPH_FILE = (
    "The learned graph for Gephi, networkx and others: an edge goes from who is heard to who listens and carries "
    "the exact weight. Sensors bring their place, group, community and strength; GEXF also its colours."
)


def graph_downloads(page: Opened) -> None:
    """The learned graph of the selected head, all weights or the strongest share, as GraphML and as GEXF."""
    if not page.run.heads:
        return
    strongest = f"strongest {whole_percent(page.selection.share)} of pairs"
    which = st.segmented_control(
        "Weights in the file",
        ["strongest", "all"],
        format_func={"strongest": strongest, "all": "all weights"}.__getitem__,
        default="strongest",
        required=True,
        key="weights in the file",
    )
    share = page.selection.share if which == "strongest" else None
    with st.container(horizontal=True):
        for form, label in (("graphml", "GraphML"), ("gexf", "GEXF")):
            _button(page, label, f"{page.selection.head}-{which}", form, _graph(page, form, share))
    st.caption(about(page.noun, GRAPH_FILE))


def map_download(page: Opened) -> None:
    """The map as it is selected, as one HTML file."""
    if not page.run.heads:
        return
    _button(page, "Map as one file", f"{page.selection.head}-map", "html", _map(page))
    st.caption("An HTML file of about 0.2 MB that opens without a network: zoom, drag, and names under the pointer.")


def report_download(page: Opened) -> None:
    """The report of the run, about what is selected."""
    _button(page, "Report as one file", "report", "html", _report(page))
    st.caption(
        "Every figure of every page, its numbers and its sentence in one HTML file of 5 to 9 MB that needs no network "
        "and can be printed. It takes some seconds to make. The same: `python -m app report`"
    )


def _button(page: Opened, label: str, name: str, ending: str, made: Callable[[], bytes]) -> None:
    st.download_button(
        label,
        made,
        file_name=f"{stem(page.entry.key, name)}.{ending}",
        mime=MIME[ending],
        icon=":material/download:",
        key=f"take {name} {ending}",
        on_click="ignore",
    )


def _graph(page: Opened, form: Literal["graphml", "gexf"] | str, share: float | None) -> Callable[[], bytes]:
    run, chosen = page.run, page.selection

    def made() -> bytes:
        from app.export.graph import graph_file
        from app.measured import Measured

        kind: Literal["graphml", "gexf"] = "gexf" if form == "gexf" else "graphml"
        return graph_file(Measured(run), kind, chosen.head, share, method=chosen.method, count=chosen.count)

    return made


def _map(page: Opened) -> Callable[[], bytes]:
    run, chosen, theme = page.run, page.selection, page.theme

    def made() -> bytes:
        from app.export.map import map_page
        from app.measured import Measured

        return map_page(
            Measured(run), chosen.head, chosen.share, roads=chosen.roads, planted=chosen.planted, theme=theme
        ).encode()

    return made


def _report(page: Opened) -> Callable[[], bytes]:
    run, chosen = page.run, page.selection
    beside = store.control_of(page.entry, page.entries)
    control = store.load_run(beside.version) if beside else None

    def made() -> bytes:
        from app.report import report_page

        return report_page(run, chosen, control=control).encode()

    return made
