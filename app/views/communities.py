"""Who belongs together, on the map and in the matrix, and whether roads and known groups agree."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from analysis.communities import Contrast
from app import store
from app.figures.colours import ALONE, community_colours
from app.figures.communities import confusion_heatmap, contrast_bars
from app.figures.matrix import matrix_heatmap
from app.reading.communities import agreement_sentence, communities_answer, contrast_sentence
from app.reading.roads import given_sentence
from app.reading.words import counted
from app.selection import MEAN, MOST_COMMUNITIES
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import Opened, answer, beside, figure, heading, how_to_read, opened, table

METHODS = {"louvain": "Louvain", "spectral": "spectral"}
REFERENCES = {"groups": "known group", "roads": "road cluster"}


def community_table(page: Opened, labels: np.ndarray) -> pd.DataFrame:
    """Which community each sensor is in; empty for a sensor without any weight."""
    frame = pd.DataFrame({"sensor": page.ids, "community": [str(label + 1) if label >= 0 else "" for label in labels]})
    for name, column in REFERENCES.items():
        other = store.reference_of(page.version, name, page.selection.method, max(int(labels.max(initial=0)) + 1, 1))
        if other is not None:
            frame[column] = [other.names[label] if label >= 0 else "" for label in other.labels]
    return frame


def agreement_table(page: Opened, references: Mapping[str, store.Reference]) -> pd.DataFrame:
    """Agreement with each reference, beside chance."""
    selection = page.selection
    rows = []
    for name, reference in references.items():
        found = store.agreement_of(page.version, selection.head, selection.method, selection.count, name)
        if found is not None:
            rows.append(
                {
                    "compared with": reference.name,
                    "NMI": found.nmi,
                    "NMI by chance": found.chance_nmi,
                    "ARI": found.ari,
                    "ARI by chance": found.chance_ari,
                    "p": found.p,
                    "sensors compared": found.compared,
                }
            )
    return pd.DataFrame(rows)


def contrast_table(names: Sequence[str], contrasts: Sequence[Contrast]) -> pd.DataFrame:
    """Contrast of the mean and of each head, and the two means it is made of."""
    return pd.DataFrame(
        {
            "head": names,
            "mean weight within": [contrast.within for contrast in contrasts],
            "mean weight across": [contrast.across for contrast in contrasts],
            "contrast": [contrast.value for contrast in contrasts],
        }
    )


page = opened("Which sensors belong together?", heads=True)
run, version, selection = page.run, page.version, page.selection

found = store.communities_of(version, selection.head, selection.method, selection.count)
answer(
    communities_answer(
        found,
        selection.method,
        selection.count == 0,
        store.modularity_of(version, selection.head, selection.method, selection.count),
    )
)
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
names = [f"community {label + 1}" if label >= 0 else "in no community" for label in found.labels]
left, right = beside()
with left:
    draw_map(
        page,
        "community map",
        colours=[colours[label] if label >= 0 else ALONE for label in found.labels],
        tooltips=names,
        roads=road_edges(page),
        numbers=[label + 1 if label >= 0 else "" for label in found.labels] if found.count > 8 else None,
        legend=[(colours[k], f"{k + 1}: {counted(int(size), 'sensor')}") for k, size in enumerate(found.sizes)]
        + ([(ALONE, "in no community")] if len(found.isolated) else []),
        height=520,
    )
    st.caption(f"Communities of {page.where}, numbered by size. " + place_words(page))
with right:
    order = store.order_of(version, selection.head, "community", selection.method, selection.count)
    figure(
        matrix_heatmap(
            store.matrix_of(version, selection.head), page.ids, order.order, borders=order.borders, height=520
        ),
        key="ordered",
        alt=f"Heatmap of {page.where}, sensors ordered by community",
        caption="All weights, sensors ordered by community; lines part the communities. Bright blocks on the diagonal "
        "are what makes them communities.",
    )

count = max(found.count, 1)
references = {
    name: reference
    for name in REFERENCES
    if (reference := store.reference_of(version, name, selection.method, count)) is not None
}
heading("Do they match what is known?")
if not references:
    st.markdown("These data have neither a road graph nor known groups, so there is nothing to compare with.")
elif found.count < 2:
    st.markdown("There are no two communities to compare with anything.")
for name, reference in references.items() if found.count >= 2 else ():
    agreed = store.agreement_of(version, selection.head, selection.method, selection.count, name)
    if agreed is not None:
        st.markdown(agreement_sentence(agreed, reference.name, len(reference.names)))
if references:
    if given := given_sentence(run.model):
        st.info(given, icon=":material/info:")
    if "roads" in references:
        st.caption(
            "Road clusters: the same method on the road graph, asked for as many clusters where it takes a number."
        )
    against, reference = next(iter(references.items()))
    contrasts = store.contrasts_of(version, against, selection.method, count) or ()
    names = ["mean of heads" if head == MEAN else head for head in store.selectable(run)]
    left, right = beside()
    with left:
        placed = reference.labels >= 0
        figure(
            confusion_heatmap(
                found.labels[placed],
                [reference.names[label] for label in reference.labels[placed]],
                reference.name.removesuffix("s"),
            ),
            key="confusion",
            alt=f"How many sensors of each community are in each of the {reference.name}",
            caption=f"How many sensors of each community are in each of the {reference.name}.",
        )
    with right:
        figure(
            contrast_bars(names, np.array([contrast.value for contrast in contrasts]), reference.name),
            key="contrast",
            alt=f"Contrast of each head within against across the {reference.name}",
            caption=contrast_sentence(names, contrasts, reference.name)
            + f" Measured on the {reference.name}, which no head has chosen: on its own every head looks good.",
        )
    if found.count >= 2:
        table("Agreement with what is known", lambda: agreement_table(page, references), page.entry, "agreement")
    table("Contrast of every head", lambda: contrast_table(names, contrasts), page.entry, "contrast")
table("Every sensor's community", lambda: community_table(page, found.labels), page.entry, "communities")
how_to_read("spectral", "louvain", "modularity", "nmi", "ari", "contrast")
