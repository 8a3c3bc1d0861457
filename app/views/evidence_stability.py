"""Whether a graph would come back under another seed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import store
from app.families import kept_consensus
from app.figures.colours import ALONE, community_colours
from app.figures.evidence import overlap_dots
from app.figures.marks import index_of
from app.figures.matrix import drawn_cell, matrix_heatmap, similarity_heatmap
from app.places import parted
from app.reading import stability as said
from app.reading.begun import begun_again, share_begun
from app.reading.communities import community_words
from app.reading.evidence import LEVEL
from app.reading.heads import head_label, head_phrase
from app.reading.verdict import named_in
from app.reading.words import about, code, counted, plain, probability
from app.store.evidence import family_of, names_of
from app.tables.evidence import consensus_table, family_table, relative_spread, stability_table, stable_p, weight_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import Opened, beside, figure, heading, table
from app.views.pair import choose_pair
from core.archive import free_name

if TYPE_CHECKING:
    from analysis.stability import HeadStability, Stability

_KEPT = "consensus kept"
SPREAD = (
    "Dark: the weight is nearly the same in every seed. From 2 on all are drawn alike; a weight that is zero in every "
    "seed has none. Sensors by consensus community. Click a cell to choose the pair."
)


def show_stability(page: Opened, found: "Stability") -> None:
    """All heads beside chance, then the selected one: likeness between seeds, weights, communities."""
    names = [one.head for one in found.heads]
    one = found.heads[names.index(named_in(page.selection.head, names))]
    adjusted = stable_p(found)
    seeds = len(found.seeds)
    heading("Would it come back?")
    st.markdown(" ".join(filter(None, [said.stability_sentence(found, one.head),
                                       said.few_seeds_sentence(seeds),
                                       begun_again(share_begun(page.run.record))])))  # fmt: skip
    left, right = beside([3, 2])
    with left:
        _all_heads(page, found, names, one.head, adjusted)
    with right:
        figure(
            similarity_heatmap(one.likeness, [f"seed {seed}" for seed in found.seeds]).update_layout(
                xaxis_title_text="", yaxis_title_text=""
            ),
            key="seeds alike",
            alt=f"Correlation of the couplings of {head_label(one.head)} between every two seeds",
            caption=f"How alike the couplings of {head_phrase(one.head)} are between every two seeds. "
            + said.matched_sentence(found),
        )
    heading("Which weights and which communities come back?")
    spread = said.spread_sentence(one, found.share)
    st.markdown(" ".join(filter(None, [spread, said.consensus_sentence(found, one.head, page.noun)])))
    left, right = beside()
    with left:
        _consensus_map(page, one)
    with right:
        _spread(page, one)
    _keep(page, found)
    table("How well each head came back", lambda: stability_table(found), page.entry, "stability")
    table(
        "The family, and who plays which head",
        lambda: family_table(found, names_of(page.version)),
        page.entry,
        "family",
    )
    table(
        f"Consensus community of every {page.noun}",
        lambda: consensus_table(page.ids, one.consensus, page.noun),
        page.entry,
        "consensus",
    )
    table(
        f"The strongest weights of {head_phrase(one.head)} over all seeds",
        lambda: weight_table(page.ids, one.mean, one.spread),
        page.entry,
        "weights",
    )


def _all_heads(
    page: Opened, found: "Stability", names: list[str], selected: str, adjusted: NDArray[Any]
) -> None:
    """The overlap of the strongest pairs of every head; a click chooses one."""

    def chosen(point: Mapping[str, Any]) -> None:
        if (place := index_of(point, len(names))) is not None and names[place] in page.measured.heads:
            controls.choose(head=names[place])

    figure(
        overlap_dots(
            [head_label(name) for name in names],
            np.array([head.overlap for head in found.heads]),
            np.array([head.chance_overlap for head in found.heads]),
            adjusted < LEVEL,
            [probability(p) for p in adjusted],
            names.index(selected),
        ),
        key="overlap",
        alt="Overlap of the strongest pairs between seeds for each head, beside chance",
        caption=f"{said.LIKE_SEEDS} {said.FILLED_STABLE} Click a mark to choose its head.",
        on_point=chosen,
    )


def _consensus_map(page: Opened, one: "HeadStability") -> None:
    """The consensus communities of the seeds."""
    labels = one.consensus
    count = int(labels.max(initial=-1)) + 1
    colours, sizes = community_colours(max(count, 1)), np.bincount(labels[labels >= 0], minlength=count)
    draw_map(
        page,
        "consensus map",
        colours=[colours[label] if label >= 0 else ALONE for label in labels],
        tooltips=[f"consensus: {community_words(int(label))}" for label in labels],
        roads=road_edges(page),
        numbers=[label + 1 if label >= 0 else "" for label in labels] if count > 8 else None,
        legend=[(colours[k], f"{k + 1}: {counted(int(size), page.noun)}") for k, size in enumerate(sizes)]
        + ([(ALONE, "in no community")] if (labels < 0).any() else []),
        height=460,
    )
    st.caption(
        f"Consensus communities of {head_phrase(one.head)}: who is together in more than half of the seeds. Click a "
        f"{page.noun} to choose it. "
        + place_words(page)
    )


def _spread(page: Opened, one: "HeadStability") -> None:
    """How much each weight changes from seed to seed, sensors in the order of the consensus communities."""
    order = parted(one.consensus, page.measured.position_order())

    def chosen(point: Mapping[str, Any]) -> None:
        if (cell := drawn_cell(point.get("index"), order.order)) is not None:
            choose_pair(page, *cell)

    figure(
        matrix_heatmap(
            relative_spread(one.mean, one.spread),
            page.ids,
            order.order,
            borders=order.borders,
            unit="standard deviation over mean",
            zmax=2.0,
            height=520,
            marks=page.marks,
            noun=page.noun,
        ),
        key="seed spread",
        alt=f"How much each weight of {head_label(one.head)} varies between seeds, beside its mean",
        caption=about(page.noun, SPREAD),
        on_point=chosen,
        keeps=one.head,
    )


def _keep(page: Opened, found: "Stability") -> None:
    """A button that keeps the mean over the seeds as a run, and then one that opens it."""
    kept = st.session_state.get(_KEPT, {}).get(page.version)
    if kept is not None and kept not in {entry.key for entry in store.runs()}:
        kept = None  # deleted since
    with st.container(horizontal=True, vertical_alignment="center"):
        if kept is None:
            if st.button(
                "Keep the consensus graph as a run",
                icon=":material/save:",
                key="keep consensus",
                help="The mean of every weight over the seeds, heads matched: a matrix like any other, on every page.",
            ):
                _kept(page, len(found.seeds))
        else:
            st.markdown(f"Kept as {code(kept)}.")
            if st.button("Open it", icon=":material/open_in_new:", key="open consensus", type="primary"):
                controls.open_run(kept)
                st.switch_page("views/heads.py")


def _kept(page: Opened, seeds: int) -> None:
    folder = store.runs_folder()
    name = free_name(folder, f"{page.entry.path.name}-consensus")
    try:
        with st.spinner(f"Taking the mean over {counted(seeds, 'seed')} …"):
            run = kept_consensus(family_of(page.version), folder / name)
    except (ValueError, OSError) as error:
        st.error(f"It could not be kept: {plain(str(error), 300)}", icon=":material/error:")
        return
    st.session_state[_KEPT] = {**st.session_state.get(_KEPT, {}), page.version: run.name}
    st.rerun()
