"""Who belongs together, on the map and in the matrix, and whether roads and known groups agree."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app import store
from app.figures.colours import ALONE, community_colours
from app.figures.communities import confusion_heatmap, contrast_bars
from app.figures.marks import index_of
from app.figures.matrix import drawn_cell, matrix_heatmap
from app.reading import answers
from app.reading.communities import (
    AGREEMENT_NULL,
    NOT_TWO,
    NOTHING_KNOWN,
    ORDERED,
    agreement_sentence,
    community_words,
    contrast_caption,
)
from app.reading.heads import head_label
from app.reading.roads import given_sentence
from app.reading.words import about, counted
from app.selection import MOST_COMMUNITIES
from app.tables.communities import agreement_table, community_table, contrast_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import answer, beside, figure, heading, how_to_read, opened, table
from app.views.pair import choose_pair, chosen_pair

METHODS = {"louvain": "Louvain", "spectral": "spectral"}
LISTED = 30  # communities beneath the map


def chosen_community(label: int) -> None:
    """Choose a community by its label, counted from 0; a chosen one is let go of."""
    number = label + 1
    if 1 <= number <= found.count:
        controls.choose(community=0 if number == selection.community else number)


def chosen_sensor(position: int) -> None:
    """A click on a sensor of the map chooses it, and its community."""
    label = int(found.labels[position])
    controls.choose(sensors=controls.with_first(page.ids[position]), community=label + 1 if label >= 0 else 0)


def chosen_row(point: Mapping[str, Any]) -> None:
    """A click on a cell of the comparison chooses the community of its row."""
    if (label := index_of(point, found.count)) is not None:
        chosen_community(label)


def chosen_cell(point: Mapping[str, Any]) -> None:
    """A click on the matrix chooses the pair."""
    if (cell := drawn_cell(point.get("index"), order.order)) is not None:
        choose_pair(page, *cell)


def chosen_head(point: Mapping[str, Any]) -> None:
    """A click on the bar of a head chooses that head."""
    if (place := index_of(point, len(store.selectable(run)))) is not None:
        controls.choose(head=store.selectable(run)[place])


page = opened("Which sensors belong together?", heads=True)
run, version, selection, marks, noun = page.run, page.version, page.selection, page.marks, page.noun

found = store.communities_of(version, selection.head, selection.method, selection.count)
asked = (selection.head, selection.method, selection.count)
with st.spinner("Seeking communities in the same weights in random places …"):
    store.clearness_of(version, *asked)
answer(answers.of_communities(page.measured, *asked))
left, right = st.columns([1, 2], gap="medium", vertical_alignment="bottom")
with left:
    controls.switch("Method", "method", METHODS)
with right:
    most = min(MOST_COMMUNITIES, len(run.nodes))
    if selection.method == "spectral" and most >= 2:
        controls.pick(
            "Number of communities",
            "count",
            [0, *range(2, most + 1)],
            name=lambda count: (
                f"automatic: {found.count}" if count == 0 and selection.count == 0 else str(count or "automatic")
            ),
        )
    elif selection.method == "louvain":
        st.caption("Louvain's method finds the number by itself.")

colours = community_colours(max(found.count, 1))
left, right = beside()
with left:
    draw_map(
        page,
        "community map",
        colours=[colours[label] if label >= 0 else ALONE for label in found.labels],
        tooltips=[community_words(int(label)) for label in found.labels],
        roads=road_edges(page),
        numbers=[label + 1 if label >= 0 else "" for label in found.labels] if found.count > 8 else None,
        legend=[(colours[k], f"{k + 1}: {counted(int(size), noun)}") for k, size in enumerate(found.sizes[:LISTED])]
        + ([(ALONE, "in no community")] if len(found.isolated) else []),
        height=520,
        on_sensor=chosen_sensor,
    )
    st.caption(
        f"Communities of {page.where}, numbered by size"
        + (f"; the {LISTED} largest are listed" if found.count > LISTED else "")
        + f". Click a {noun} to choose it and its community. "
        + place_words(page)
    )
    controls.pick(
        "Community to look at",
        "community",
        range(found.count + 1),
        name=lambda number: f"community {number}" if number else "all",
    )
with right:
    order = store.order_of(version, selection.head, "community", selection.method, selection.count)
    figure(
        matrix_heatmap(
            store.matrix_of(version, selection.head),
            page.ids,
            order.order,
            borders=order.borders,
            height=520,
            marks=marks,
            noun=noun,
        ),
        key="ordered",
        alt=f"Heatmap of {page.where}, {noun}s ordered by community",
        caption=f"{about(noun, ORDERED)} Click a cell to choose the pair.",
        on_point=chosen_cell,
        keeps=f"{selection.head} {selection.method} {selection.count}",
    )
    if said := chosen_pair(page):
        st.markdown(said)

count = max(found.count, 1)
references = page.measured.references(*asked)
drawn = False
heading("Do they match what is known?")
if not references:
    st.markdown(NOTHING_KNOWN)
elif found.count < 2:
    st.markdown(NOT_TWO)
for name, reference in references.items() if found.count >= 2 else ():
    agreed = store.agreement_of(version, *asked, name)
    with st.spinner("Holding the groupings against chance on the map …"):
        tests = store.agreement_tests_of(version, *asked, name)
    if agreed is not None and tests is not None:
        st.markdown(agreement_sentence(agreed, tests, reference.name, len(reference.names), noun))
        drawn = drawn or bool(tests.tests)
if drawn:
    st.caption(about(noun, AGREEMENT_NULL))
if references:
    if given := given_sentence(*run.made_of):
        st.info(given, icon=":material/info:")
    if "roads" in references:
        st.caption(
            "Road clusters: the same method on the road graph, asked for as many clusters where it takes a number, at "
            f"most {MOST_COMMUNITIES}."
        )
    against, reference = next(iter(references.items()))
    contrasts = store.contrasts_of(version, against, selection.method, count) or ()
    names = [head_label(head) for head in store.selectable(run)]
    left, right = beside()
    with left:
        placed = reference.labels >= 0
        figure(
            confusion_heatmap(
                found.labels[placed],
                [reference.names[label] for label in reference.labels[placed]],
                reference.name.removesuffix("s"),
                selection.community - 1 if selection.community else None,
                noun,
            ),
            key="confusion",
            alt=f"How many {noun}s of each community are in each of the {reference.name}",
            caption=f"How many {noun}s of each community are in each of the {reference.name}. Click a row to choose "
            "its community.",
            on_point=chosen_row,
        )
    with right:
        figure(
            contrast_bars(
                names,
                np.array([contrast.value for contrast in contrasts]),
                reference.name,
                store.selectable(run).index(selection.head),
            ),
            key="contrast",
            alt=f"Contrast of each head within against across the {reference.name}",
            caption=contrast_caption(names, contrasts, reference.name),
            on_point=chosen_head,
        )
    if found.count >= 2:
        table("Agreement with what is known", lambda: agreement_table(page.measured, *asked), page.entry, "agreement")
    table(
        "Contrast of every head",
        lambda: contrast_table(page.measured, against, selection.method, count),
        page.entry,
        "contrast",
    )
table(
    f"Every {noun}'s community",
    lambda: community_table(page.measured, *asked),
    page.entry,
    "communities",
    on_row=chosen_sensor,
)
how_to_read("spectral", "louvain", "modularity", "nmi", "ari", "contrast", noun=noun)
