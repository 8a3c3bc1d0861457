"""Maps on pages: sensors in their places, roads beneath, and what is drawn on them."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from streamlit_folium import st_folium

from app import store
from app.edges import road_lines
from app.figures.alternative import Alternative, map_words
from app.figures.colours import Theme, contrast
from app.figures.map import RETURNED, Edges, hit, hit_pair, sensor_map
from app.figures.marks import NO_MARKS, Marks
from app.places import LAYOUTS, Places
from app.reading.words import SENSOR, about, plain
from app.views import controls
from app.views.page import Opened
from app.views.plot import served


def road_edges(page: Opened) -> Edges | None:
    """The road graph as the ground of a map; None where there is none."""
    return road_lines(page.run)


def place_words(page: Opened) -> str:
    """What must be said of places that are not places; '' for a real map."""
    return about(page.noun, LAYOUTS[store.places_of(page.version).kind])


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
    tiles: bool = False,
    height: int = 480,
    on_sensor: Callable[[int], None] | None = None,
) -> None:
    """A map of the run's sensors, with what is selected marked on it.

    A click on a sensor chooses it, or does what ``on_sensor`` does with its position; a click on an edge chooses its
    two sensors as a pair. Both happen before the page is drawn. What the sensors' colours mean stands beneath the map:
    on it, a long list would cover sensors.
    """

    def choose(sensor: int) -> None:
        controls.choose(sensors=controls.with_first(page.ids[sensor]))

    draw_places(
        store.places_of(page.version),
        page.ids,
        key,
        colours=colours,
        tooltips=tooltips,
        edges=[*edges, *_chosen(page)],
        roads=roads,
        legend=legend,
        numbers=numbers,
        marks=page.marks,
        theme=page.theme,
        tiles=tiles,
        height=height,
        on_sensor=on_sensor or choose,
        on_pair=lambda first, second: controls.choose(pair=(page.ids[first], page.ids[second])),
        noun=page.noun,
    )
    if page.marks.members is not None:
        st.caption(f"Faint: {page.noun}s outside community {page.selection.community}.")


def draw_places(
    places: Places,
    ids: Sequence[str],
    key: str,
    *,
    colours: str | Sequence[str],
    tooltips: Sequence[str] | None = None,
    edges: Sequence[Edges] = (),
    roads: Edges | None = None,
    legend: Sequence[tuple[str, str]] = (),
    numbers: Sequence[object] | None = None,
    marks: Marks = NO_MARKS,
    theme: Theme = "light",
    tiles: bool = False,
    height: int = 480,
    on_sensor: Callable[[int], None] | None = None,
    on_pair: Callable[[int, int], None] | None = None,
    noun: str = SENSOR,
) -> None:
    """A map of sensors that need not belong to a run; ``on_sensor`` and ``on_pair`` are told what was clicked."""
    served()
    base, group = sensor_map(
        places.latitude,
        places.longitude,
        ids,
        colours=colours,
        tooltips=tooltips,
        edges=edges,
        roads=roads,
        numbers=numbers,
        marks=marks,
        radius=6 if len(ids) <= 150 else 4.5 if len(ids) <= 400 else 3,
        theme=theme,
        tiles=tiles,
        geographic=places.geographic,
    )
    Alternative(map_words(len(ids), edges, geographic=places.geographic, noun=noun)).add_to(group)

    def clicked() -> None:
        returned = st.session_state.get(key)
        sensor, pair = hit(returned, places.latitude, places.longitude), hit_pair(returned, len(ids))
        if sensor is not None and on_sensor is not None:
            on_sensor(sensor)
        elif sensor is None and pair is not None and on_pair is not None:
            on_pair(*pair)

    st_folium(
        base,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=RETURNED,
        feature_group_to_add=group,
        on_change=clicked,
    )
    if legend:
        st.markdown(" ".join(f":small[{chip(colour, meaning)}]" for colour, meaning in legend))


def _chosen(page: Opened) -> list[Edges]:
    """The chosen pair as a line of its own, above all others."""
    pair = page.marks.pair
    if pair is None or pair[0] == pair[1]:
        return []
    matrix = store.matrix_of(page.version, page.selection.head) if page.run.heads else np.zeros((len(page.ids),) * 2)
    weight = (matrix[pair] + matrix[pair[::-1]]) / 2
    return [Edges("chosen", np.array([pair]), page.marks.ink, np.array([weight]))]


def chip(colour: str, meaning: str) -> str:
    """What a colour '#rrggbb' means, written on that colour, in Streamlit's Markdown."""
    ink = max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, colour))
    words = plain(meaning).replace(" ", "\u00a0")
    return f':color[\u00a0{words}\u00a0]{{foreground="{ink}" background="{colour}"}}'


def spread(values: Sequence[float] | np.ndarray) -> float:
    """The largest size among values, for a scale around zero; 1 where all are zero."""
    largest = float(np.nanmax(np.abs(np.asarray(values, dtype=float)), initial=0.0))
    return largest or 1.0
