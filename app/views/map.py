"""Learned pairs on the map: along roads, without a road, and roads that were not learned."""

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.edges import drawn_edges
from app.figures.colours import BOTH, LEARNED, sequential
from app.figures.map import EDGE_CAP, Edges
from app.reading import answers
from app.reading.particles import NO_MAP
from app.reading.words import code, counted, percent, three, whole_percent
from app.tables.map import class_table, far_order, far_table, partner_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import Opened, answer, beside, folded, heading, how_to_read, listing, opened, table
from app.views.pair import choose_pair, chosen_pair, pair_by_head
from app.views.takeaway import map_download

PARTNERS = 10  # as many as can be told apart around one sensor


def heard_edges(page: Opened, sensor: int, partners: pd.DataFrame, has_roads: bool) -> list[Edges]:
    """The lines to the strongest partners of one sensor, in the colours of the classes."""
    others, weight = partners["position"].to_numpy(dtype=int), partners["weight"].to_numpy(dtype=float)
    pairs = np.column_stack([np.full(len(others), sensor), others])
    if not has_roads or page.run.adjacency is None:
        return [Edges("heard", pairs, LEARNED, weight)]
    road = (page.run.adjacency[sensor, others] > 0) | (page.run.adjacency[others, sensor] > 0)
    return [
        Edges("heard, no road", pairs[~road], LEARNED, weight[~road]),
        Edges("heard, on a road", pairs[road], BOTH, weight[road]),
    ]


def chosen_far(row: int) -> None:
    """A chosen row of the pairs without a road chooses the pair."""
    first, second = classes.learned[far_order(classes)[row]].tolist()
    choose_pair(page, first, second)


def chosen_partner(row: int) -> None:
    """A chosen row of whom a sensor hears chooses the pair."""
    if sensor is not None:
        choose_pair(page, sensor, int(partners["position"].iloc[row]))


page = opened("Where do the learned pairs lie?", heads=True, moving=NO_MAP)
run, version, selection = page.run, page.version, page.selection
classes = store.edge_classes_of(version, selection.head, selection.share)
pairs = store.pairs_of(version, selection.head, selection.share)
has_roads = store.road_match_of(version, selection.head, selection.share) is not None

answer(*answers.of_map(page.measured, selection.head, selection.share))
places = store.places_of(version)
controls.pick_sensor("Sensor", page.ids)
with st.container(horizontal=True, gap="medium"):
    if has_roads:
        controls.toggle("Roads", "roads")
    if run.truth is not None:
        controls.toggle("Planted graph", "planted", help="The graph these data were made from.")
    if places.geographic:
        controls.toggle(
            "Street map", "tiles", help="Streets come from OpenStreetMap and need a network; nothing else here does."
        )

edges = drawn_edges(page.measured, selection.head, selection.share, roads=selection.roads, planted=selection.planted)

pair = page.marks.pair
sensor = None if pair else next(iter(page.marks.sensors), None)
colours: str | list[str] = "#94a3b8"
tooltips = None
legend: list[tuple[str, str]] = []
partners = pd.DataFrame()
if sensor is not None:
    partners = partner_table(page.measured, selection.head, sensor)
    heard = np.zeros(len(page.ids))
    heard[partners["position"]] = np.abs(partners["weight"])
    top = float(heard.max(initial=0.0))
    colours = sequential(heard, 0, top or 1.0)
    tooltips = [f"heard with weight {three(float(weight))}" if weight else "" for weight in heard]
    tooltips[sensor] = "chosen"
    legend = [
        (sequential(np.zeros(1), 0, 1)[0], "not heard: 0"),
        (colours[int(heard.argmax())], f"heard most: {three(top)}"),
    ]
    roads = road_edges(page) if selection.roads else None
    edges = [*([roads] if roads else []), *heard_edges(page, sensor, partners.head(PARTNERS), has_roads)]

left, right = beside([5, 3])
with left:
    draw_map(
        page,
        "map",
        colours=colours,
        tooltips=tooltips,
        edges=edges,
        legend=legend,
        tiles=selection.tiles and places.geographic,
        height=620,
        on_sensor=lambda position: controls.choose(pair=(), sensors=controls.with_first(page.ids[position])),
    )
    kept, all_pairs = counted(pairs.count, "pair"), counted(pairs.left_out, "weaker pair")
    st.caption(
        (
            f"Threshold: the strongest {whole_percent(selection.share)} of all pairs in {page.where}, {kept} drawn, "
            f"{all_pairs} left out; at most {EDGE_CAP:,} of a class are drawn. Wider lines have more weight within "
            "their class. "
            if sensor is None
            else f"Drawn: the {min(PARTNERS, len(partners))} strongest of {counted(len(partners), 'weight')} that the "
            f"chosen sensor puts on others in {page.where}; {max(0, len(partners) - PARTNERS)} left out. "
        )
        + place_words(page)
    )
with right:
    if pair is not None:
        heading("What is between these two?")
        st.markdown(chosen_pair(page))
        listing(pair_by_head(page), page.entry, "pair", height=420)
        st.button(
            "Show whom the first hears",
            icon=":material/hearing:",
            on_click=lambda: controls.choose(pair=()),
            key="one of the pair",
        )
    elif sensor is None:
        heading("Which strong pairs have no road?" if has_roads else "Which pairs are strongest?")
        listing(
            far_table(page.measured, selection.head, selection.share),
            page.entry,
            "no-road",
            height=480,
            empty=f"None: all of the strongest {whole_percent(selection.share)} have a road.",
            on_row=chosen_far,
        )
        st.caption(
            "Click a sensor on the map, or choose one in the list above it, to see whom it hears; click a line, or "
            "choose a row, to see one pair."
        )
    else:
        shown = partners.head(PARTNERS)
        covered = shown["share [%]"].sum() / 100 if len(shown) else 0.0
        heading("Whom does this sensor hear?")
        st.markdown(
            f"{code(page.ids[sensor], 40)} hears {counted(len(partners), 'other')}; the strongest {len(shown)}, "
            "which are "
            f"drawn, make up {percent(float(covered))} of what it takes from others."
            if len(partners)
            else f"{code(page.ids[sensor], 40)} hears nobody: all its weights to others are exactly zero."
        )
        listing(
            partners.drop(columns="position"),
            page.entry,
            "partners",
            height=420,
            on_row=chosen_partner,
        )
        st.button(
            "Show all pairs again",
            icon=":material/close:",
            on_click=lambda: controls.choose(sensors=(), pair=()),
            key="nobody",
        )

table(
    "All pairs that are drawn, and roads that are not among them",
    lambda: class_table(page.measured, selection.head, selection.share),
    page.entry,
    "classes",
)
folded("Take the map away", ":material/download:", "takeaway", lambda: map_download(page))
how_to_read("pair", "lift", "auroc", *(["recovery"] if run.truth is not None else []), "interaction")
