"""Maps on pages: sensors in their places, roads beneath, and what is drawn on them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit_folium import st_folium

from app import store
from app.figures.colours import ROAD, contrast
from app.figures.map import RETURNED, Edges, hit, prepare_leaflet, sensor_map
from app.reading.words import plain
from app.views.page import Opened

STATIC = Path(__file__).resolve().parent.parent / "static"

_LAYOUTS = {
    "map": "",
    "roads": "These data have no coordinates: this is a layout of the road graph, so distances and directions "
    "mean nothing.",
    "learned": "These data have neither coordinates nor a road graph: this is a layout of the strongest learned "
    "pairs, so what is near is so because it was learned to be.",
    "circle": "These data have neither coordinates nor a road graph: the sensors stand on a circle, as given.",
}


@st.cache_resource(show_spinner=False)
def _prepared() -> None:
    prepare_leaflet(STATIC)


def road_edges(page: Opened) -> Edges | None:
    """The road graph as the ground of a map; None where there is none."""
    pairs = store.road_pairs(page.run)
    return Edges("road", pairs, ROAD) if len(pairs) else None


def place_words(page: Opened) -> str:
    """What must be said of places that are not places; '' for a real map."""
    return _LAYOUTS[store.places_of(page.version).kind]


def draw_map(
    page: Opened,
    key: str,
    *,
    colours: str | Sequence[str],
    tooltips: Sequence[str] | None = None,
    edges: Sequence[Edges] = (),
    roads: Edges | None = None,
    legend: Sequence[tuple[str, str]] = (),
    numbers: Sequence[object] | None = None,
    selected: int | None = None,
    tiles: bool = False,
    height: int = 480,
    on_sensor: Callable[[int], None] | None = None,
) -> None:
    """A map of the run's sensors; ``on_sensor`` is told which one was clicked, before the page is drawn.

    What the sensors' colours mean stands beneath the map: on it, a long list would cover sensors.
    """
    _prepared()
    places = store.places_of(page.version)
    base, group = sensor_map(
        places.latitude,
        places.longitude,
        page.ids,
        colours=colours,
        tooltips=tooltips,
        edges=edges,
        roads=roads,
        numbers=numbers,
        selected=selected,
        radius=6 if len(page.ids) <= 150 else 4.5 if len(page.ids) <= 400 else 3,
        theme=page.theme,
        tiles=tiles,
        geographic=places.geographic,
    )

    def clicked() -> None:
        sensor = hit(st.session_state.get(key), places.latitude, places.longitude)
        if sensor is not None and on_sensor is not None:
            on_sensor(sensor)

    st_folium(
        base,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=RETURNED if on_sensor else [],
        feature_group_to_add=group,
        on_change=clicked if on_sensor else None,
    )
    if legend:
        st.markdown(" ".join(f":small[{chip(colour, meaning)}]" for colour, meaning in legend))


def chip(colour: str, meaning: str) -> str:
    """What a colour '#rrggbb' means, written on that colour, in Streamlit's Markdown."""
    ink = max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, colour))
    words = plain(meaning).replace(" ", "\u00a0")
    return f':color[\u00a0{words}\u00a0]{{foreground="{ink}" background="{colour}"}}'


def spread(values: Sequence[float] | np.ndarray) -> float:
    """The largest size among values, for a scale around zero; 1 where all are zero."""
    largest = float(np.nanmax(np.abs(np.asarray(values, dtype=float)), initial=0.0))
    return largest or 1.0
