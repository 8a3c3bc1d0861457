"""The map of a head as one HTML file that needs no network: Leaflet and all data are in it."""

import re
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from branca.element import Element, Figure

from app.edges import drawn_edges
from app.export.sealed import data_uri, inlined, sealed
from app.figures.colours import OBSERVED, Theme, page
from app.figures.map import EDGE_CAP, sensor_map
from app.measured import Measured
from app.places import LAYOUTS
from app.reading.facts import subject, title
from app.reading.words import counted, one_line, three, whole_percent
from app.selection import MEAN
from core.files import write_bytes
from core.run import Run, RunError

SENSOR = "#94a3b8"


def map_page(
    measured: Measured,
    head: str = MEAN,
    share: float = 0.02,
    *,
    roads: bool = True,
    planted: bool = False,
    theme: Theme = "light",
) -> str:
    """A whole HTML document: the strongest pairs of a head, the roads that are not among them, and what they are.

    Parameters
    ----------
    measured : the run
    head : name of a head, or 'mean'
    share : the strongest share of pairs that is drawn
    roads : whether roads that are not among them are drawn
    planted : whether the planted graph is drawn, where the data have one
    theme : on a light or a dark ground

    Raises
    ------
    ValueError
        The run has no matrix, no head of that name, or the share is outside of 0 to 1; or it is of particles.
    """
    if measured.run.kind == "particles":
        raise RunError(
            f"run {measured.run.name} is of particles, which move and have no place on a map: write its graph, as in "
            f"python -m app export {measured.run.path} -o graph.graphml"
        )
    places, strength = measured.places(), measured.strength(head)
    groups = measured.run.nodes["group"].tolist()
    tooltips = [
        "\n".join([*([group] if group else []), f"takes {three(float(takes))}, gives {three(float(gives))}"])
        for group, takes, gives in zip(groups, strength.received, strength.sent, strict=True)
    ]
    base, drawn = sensor_map(
        places.latitude,
        places.longitude,
        measured.ids,
        colours=SENSOR,
        tooltips=tooltips,
        edges=drawn_edges(measured, head, share, roads=roads, planted=planted),
        radius=6 if len(groups) <= 150 else 4.5 if len(groups) <= 400 else 3,
        theme=theme,
        geographic=places.geographic,
    )
    drawn.add_to(base)
    base.default_js, base.default_css = [], []
    root = cast(Figure, base.get_root())
    root.title = escape(one_line(title(measured.run), 120))
    for part, name, text in (
        (root.header, "leaflet_css", f"<style>{_leaflet_css()}</style>"),
        (root.header, "leaflet_js", f"<script>{inlined(_leaflet() / 'leaflet.js')}</script>"),
        (root.header, "page_css", f"<style>{_page_css(theme)}</style>"),
        (root.html, "said", _said(measured, head, share)),
    ):
        part.add_child(_Written(text), name=name)
    return sealed(root.render().replace("\r", ""), scripts=3)  # Leaflet, folium's head, the map


def threshold_words(measured: Measured, head: str, share: float) -> str:
    """What is drawn of a head and what is left out, as plain text."""
    pairs = measured.pairs(head, share)
    return (
        f"The strongest {whole_percent(share)} of all pairs of sensors: {counted(pairs.count, 'pair')} drawn, "
        f"{counted(pairs.left_out, 'weaker pair')} left out; at most {EDGE_CAP:,} of a class are drawn."
    )


def write_map(run: Run, path: str | Path, head: str = MEAN, share: float = 0.02) -> None:
    """Write the map of a run; a file that is there already is replaced, and only by a whole one.

    Raises
    ------
    ValueError
        As `map_page`.
    """
    write_bytes(Path(path), map_page(Measured(run), head, share).encode())


class _Written(Element):
    """Text that goes into the page as it is, and is not read as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """The text."""
        return self.text


def _said(measured: Measured, head: str, share: float) -> str:
    run = measured.run
    name = "the mean of the heads" if head == MEAN else one_line(head, 60)
    marks = f" Protocol {run.protocol}: optimistic, the test part picked the epoch." if run.optimistic else ""
    layout = LAYOUTS[measured.places().kind]
    line = (
        f"Run {one_line(run.name, 60)}, {name}: {one_line(subject(run), 80)}. "
        f"{threshold_words(measured, head, share)} Wider lines have more weight within their class. {layout}{marks}"
    )
    question = f"Where do the learned pairs of {one_line(title(run), 120)} lie?"
    return f'<header class="said"><h1>{escape(question)}</h1><p>{escape(line)}</p></header>'


def _leaflet() -> Path:
    return Path(import_module("xstatic.pkg.leaflet").BASE_DIR)


def _leaflet_css() -> str:
    """Leaflet's style sheet with its few pictures in it."""
    folder = _leaflet()
    return re.sub(
        r"url\((images/[\w.-]+\.png)\)",
        lambda found: f"url({data_uri(folder / found[1])})",
        inlined(folder / "leaflet.css"),
    )


def _page_css(theme: Theme) -> str:
    return f"""
    html {{ color-scheme: {theme}; }}
    body {{ display: flex; flex-direction: column; height: 100vh; background: {page(theme)}; color: {OBSERVED(theme)};
        font-family: system-ui, sans-serif; }}
    .said {{ flex: none; padding: 10px 16px 8px; border-bottom: 1px solid rgba(128,132,140,0.35); }}
    .said h1 {{ font-size: 19px; margin: 0 0 4px; overflow-wrap: anywhere; }}
    .said p {{ font-size: 13px; margin: 0; line-height: 1.45; overflow-wrap: anywhere; }}
    body > .folium-map {{ flex: 1 1 auto; height: auto !important; min-height: 240px; }}
    """
