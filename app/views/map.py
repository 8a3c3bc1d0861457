"""Learned pairs on the map: along roads, without a road, and roads that were not learned."""

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.colours import BOTH, LEARNED, PLANTED, ROAD_ONLY, sequential
from app.figures.map import EDGE_CAP, Edges
from app.reading.roads import classes_answer, given_sentence, recovery_answer
from app.reading.words import code, counted, percent, three, whole_percent
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import Opened, answer, beside, heading, how_to_read, listing, opened, table

PARTNERS = 10  # as many as can be told apart around one sensor


def partner_table(page: Opened, sensor: int) -> pd.DataFrame:
    """Whom one sensor hears, the strongest first: the row of the matrix, with distances."""
    matrix = store.matrix_of(page.version, page.selection.head)
    heard = matrix[sensor].astype(float)
    others = np.flatnonzero((heard != 0) & (np.arange(len(heard)) != sensor))
    others = others[np.argsort(-np.abs(heard[others]), kind="stable")]
    total = np.abs(heard[others]).sum()
    frame = pd.DataFrame(
        {
            "it hears": [page.ids[k] for k in others],
            "weight": heard[others],
            "share [%]": 100 * np.abs(heard[others]) / total if total else heard[others],
            "weight back": matrix[others, sensor].astype(float),
        }
    )
    if (distance := store.kilometres_of(page.version)) is not None:
        frame["km"] = distance[sensor, others]
    if (hops := store.hops_of(page.version)) is not None:
        away = hops[sensor, others]
        frame["road hops"] = np.where(np.isfinite(away), away, np.nan)
    return frame.assign(position=others)


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


def far_table(page: Opened) -> pd.DataFrame:
    """The strongest pairs without a road, the strongest first."""
    classes = store.edge_classes_of(page.version, page.selection.head, page.selection.share)
    ids, at = np.array(page.ids, dtype=object), (classes.learned[:, 0], classes.learned[:, 1])
    frame = pd.DataFrame({"sensor": ids[at[0]], "and": ids[at[1]], "weight": classes.learned_weight})
    if (distance := store.kilometres_of(page.version)) is not None:
        frame["km"] = distance[at]
    if page.run.truth is not None:
        frame["planted"] = (page.run.truth[at] > 0) | (page.run.truth.T[at] > 0)
    return frame.iloc[np.argsort(-np.abs(classes.learned_weight), kind="stable")]


def class_table(page: Opened) -> pd.DataFrame:
    """All pairs of the three classes."""
    classes = store.edge_classes_of(page.version, page.selection.head, page.selection.share)
    ids = np.array(page.ids, dtype=object)
    parts = [
        pd.DataFrame({"sensor": ids[pairs[:, 0]], "and": ids[pairs[:, 1]], "class": name, "weight": weight})
        for name, pairs, weight in (
            ("learned, on a road", classes.both, classes.both_weight),
            ("learned, no road", classes.learned, classes.learned_weight),
            ("road, not learned", classes.road, np.nan),
        )
    ]
    return (
        pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else pd.DataFrame()
    )


page = opened("What has it learned that the roads do not show?", heads=True)
run, version, selection = page.run, page.version, page.selection
classes = store.edge_classes_of(version, selection.head, selection.share)
pairs = store.pairs_of(version, selection.head, selection.share)
match = store.road_match_of(version, selection.head, selection.share)
truth = store.recovery_of(version, selection.head, selection.share)
has_roads = match is not None

answer(
    classes_answer(classes, match, selection.share, has_roads),
    recovery_answer(truth) if truth is not None else "",
    given_sentence(run.model) if has_roads else "",
)
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

edges = []
if has_roads and selection.roads:
    edges.append(Edges("road, not learned", classes.road, ROAD_ONLY, dashed=True))
if selection.planted and run.truth is not None:
    edges.append(Edges("planted", store.planted_pairs(run), PLANTED))
edges.append(Edges("learned, no road" if has_roads else "learned", classes.learned, LEARNED, classes.learned_weight))
if has_roads:
    edges.append(Edges("learned, on a road", classes.both, BOTH, classes.both_weight))

sensor = page.ids.index(selection.sensor) if selection.sensor in page.ids else None
colours: str | list[str] = "#94a3b8"
tooltips = None
legend: list[tuple[str, str]] = []
partners = pd.DataFrame()
if sensor is not None:
    partners = partner_table(page, sensor)
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

left, right = beside([2, 1])
with left:
    draw_map(
        page,
        "map",
        colours=colours,
        tooltips=tooltips,
        edges=edges,
        legend=legend,
        selected=sensor,
        tiles=selection.tiles and places.geographic,
        height=620,
        on_sensor=lambda position: controls.choose(sensors=controls.with_first(page.ids[position])),
    )
    kept, all_pairs = counted(pairs.count, "pair"), counted(pairs.left_out, "weaker pair")
    st.caption(
        (
            f"Threshold: the strongest {whole_percent(selection.share)} of all pairs in {page.where}, {kept} drawn, "
            f"{all_pairs} left out; at most {EDGE_CAP:,} of a class are drawn. Wider lines have more weight. "
            if sensor is None
            else f"Drawn: the {min(PARTNERS, len(partners))} strongest of {counted(len(partners), 'weight')} that the "
            f"chosen sensor puts on others in {page.where}; {max(0, len(partners) - PARTNERS)} left out. "
        )
        + place_words(page)
    )
with right:
    if sensor is None:
        heading("Which strong pairs have no road?" if has_roads else "Which pairs are strongest?")
        listing(
            far_table(page),
            page.entry,
            "no-road",
            height=480,
            empty=f"None: all of the strongest {whole_percent(selection.share)} have a road.",
        )
        st.caption("Click a sensor on the map, or choose one in the list above it, to see whom it hears.")
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
        listing(partners.drop(columns="position"), page.entry, "partners", height=420)
        st.button(
            "Show all pairs again",
            icon=":material/close:",
            on_click=lambda: controls.choose(sensors=()),
            key="nobody",
        )

table("All pairs that are drawn, and roads that are not among them", lambda: class_table(page), page.entry, "classes")
how_to_read("pair", "lift", "auroc", *(["recovery"] if run.truth is not None else []), "interaction")
