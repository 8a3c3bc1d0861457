"""Two runs, two heads or two seeds side by side: settings, weights, pairs, communities, modes and errors."""

import math

import pandas as pd
import streamlit as st

from app import store
from app.reading import difference as said
from app.reading.forecasts import OPTIMISTIC
from app.reading.models import graphless
from app.reading.particles import NO_COMPARISON
from app.reading.words import one_line, plain
from app.selection import MEAN
from app.store import compare
from app.store.settings import differing, kin, settings_of
from app.views import controls
from app.views.comparison import Comparison
from app.views.matrices import compared_communities, compared_modes, compared_pairs, compared_weights
from app.views.page import Opened, answer, heading, how_to_read, listing, opened
from app.views.paired import compared_errors
from core.protocols import PROTOCOLS
from core.run import Run

OFFERED = 3


def others_of(page: Opened) -> dict[str, tuple[store.RunEntry, str]]:
    """The other runs that are done, the nearest first, each with how near it is."""
    found = {
        other.key: (other, kin(page.entry, other))
        for other in page.entries
        if other.key != page.entry.key
        and other.kind != "particles"
        and (other.state == "done" or other.key == page.selection.other)
    }
    nearness = list(said.KIN)
    return dict(sorted(found.items(), key=lambda item: nearness.index(item[1][1])))


def choose_second(page: Opened, others: dict[str, tuple[store.RunEntry, str]]) -> None:
    """The control for the second run; where none is chosen, the nearest are offered as well."""

    def name(key: str) -> str:
        if not key:
            return "the same run, another head" if page.run.heads else "none"
        other, near = others[key]
        return f"{one_line(other.label, 60)} ({said.KIN[near]})"

    controls.pick(
        "Second run",
        "other",
        ["", *others],
        name=name,
        change=lambda key: controls.choose(other=key, other_head=""),
        help="Runs that differ from the first in nothing but the seed come first, then those on the same data.",
    )


def offer(others: dict[str, tuple[store.RunEntry, str]]) -> None:
    """Buttons that choose one of the nearest runs as the second."""
    if not others:
        st.info(
            "There is no second run: this one is the only one that is done. Train another on the page Train, or load "
            "one on the page Runs.",
            icon=":material/compare_arrows:",
        )
        return
    st.markdown("Compare it with another run:")
    with st.container(horizontal=True):
        for key, (other, near) in list(others.items())[:OFFERED]:
            st.button(
                f"{plain(other.label, 60)} ({said.KIN[near]})",
                key=f"beside {key}",
                on_click=lambda key=key: controls.choose(other=key, other_head=""),
            )


def second_of(page: Opened) -> tuple[store.RunEntry, Run]:
    """The second run; where it cannot be opened the page says why and ends."""
    entry = {entry.key: entry for entry in page.entries}.get(page.selection.other, page.entry)
    if entry.kind == "particles":  # no control offers it, but a link may
        st.info(f"The second run: {NO_COMPARISON[0].lower()}{NO_COMPARISON[1:]}", icon=":material/scatter_plot:")
        st.stop()
    try:
        return entry, store.load_run(entry.version)
    except store.UNREADABLE as error:
        st.warning("The second run cannot be opened.", icon=":material/broken_image:")
        st.code(one_line(str(error) or type(error).__name__, 2000), language=None, wrap_lines=True)
        st.stop()


def choose_head(page: Opened, entry: store.RunEntry, heads: tuple[str, ...]) -> compare.Counterpart | None:
    """The control for the second head, and the head that is compared."""
    selection = page.selection
    found: compare.Counterpart | None = compare.counterpart_of(
        page.version, selection.head, entry.version, selection.other_head
    )
    automatic = "the one most like it" if entry.key == page.entry.key else "the one that matches"

    def name(head: str) -> str:
        if head:
            return "mean of heads" if head == MEAN else one_line(head, 40)
        if selection.other_head or found is None:
            return automatic
        return f"{automatic}: {'mean of heads' if found.head == MEAN else one_line(found.head, 40)}"

    controls.pick(
        "Second head", "other_head", ["", *([MEAN] if len(heads) > 1 else []), *heads], name=name,
        help="Heads of one layer have no order: what one run calls head 1 may be head 3 of another. Any other is "
        "compared with the one of its name. The first head is set in the sidebar.",
    )  # fmt: skip
    return found


def no_matrices(page: Opened, entry: store.RunEntry, second: Run) -> str:
    """Why the matrices of the two cannot be compared; '' where they can."""
    for name, run in (("A", page.run), ("B", second)):
        if not run.heads:
            return f"{name} ({plain(run.called)}) {graphless(run.model)}, so there are no matrices to compare."
    if compare.aligned(page.version, entry.version) is None:
        return (
            f"A has {len(page.run.nodes):,} sensors and B {len(second.nodes):,}, and they are not the same ones: a "
            "matrix of one cannot be set against a matrix of the other. Open each on the page Heads instead."
        )
    return ""


def remarks(page: Opened, entry: store.RunEntry, counterpart: compare.Counterpart | None) -> list[str]:
    """What a reader must know of the two before believing a difference."""
    same_run = entry.key == page.entry.key
    found = []
    if not same_run:
        near = kin(page.entry, entry)
        found.append(said.SAME_SEED_WORDS if near == "seed" else said.ONE_EACH if entry.kind == "model" else "")
        if entry.protocol != page.entry.protocol and (second := protocol_of(entry)):
            found.append(second)
    if counterpart is not None:
        head, matched = page.selection.head, counterpart.why == "matched"
        rest = compare.head_match_of(page.version, entry.version).rest if matched else math.nan
        found.append(said.counterpart_sentence(head, counterpart.head, counterpart.why, counterpart.likeness, rest))
        if same_run and head != counterpart.head and MEAN in (head, counterpart.head):
            found.append("The mean of heads contains the other head, so the two are bound to be alike.")
    return [remark for remark in found if remark]


def protocol_of(entry: store.RunEntry) -> str:
    """That the second run is optimistic, where it is: the first is marked above."""
    optimistic = entry.protocol in PROTOCOLS and PROTOCOLS[entry.protocol].optimistic
    return f"B: {OPTIMISTIC.format(plain(entry.protocol))}" if optimistic else ""


def settings_table(first: store.RunEntry, second: store.RunEntry) -> pd.DataFrame:
    """The settings that differ."""
    rows = differing(settings_of(first), settings_of(second))
    return pd.DataFrame(rows, columns=["setting", "A", "B"])


page = opened("What differs between two runs?", moving=NO_COMPARISON)
others = others_of(page)
place = st.container()
left, right = st.columns(2, gap="medium")
with left:
    choose_second(page, others)
entry, second = second_of(page)
same_run = entry.key == page.entry.key
if same_run:
    offer(others)
why = no_matrices(page, entry, second)
counterpart = None
if not why:
    with right:
        counterpart = choose_head(page, entry, second.heads)
if same_run and counterpart is None:
    with place:
        answer(
            "Nothing yet: choose a second run to compare with."
            + ("" if page.run.heads else f" {plain(page.run.called)} has no heads to compare with each other.")
        )
    st.stop()

both = Comparison(page, entry, second, counterpart.head if counterpart else "")
no_errors = "" if same_run else both.why_no_errors()
with place:
    sentences = [
        both.pairs_answer() if counterpart else "",
        both.errors_answer() if not same_run and not no_errors else "",
    ]
    answer(*(sentences if any(sentences) else ["Little can be compared: see below what, and why."]))
    st.markdown(both.names())
    for remark in remarks(page, entry, counterpart):
        st.caption(remark)

if not same_run:
    heading("Which settings differ?")
    frame = settings_table(page.entry, entry)
    st.markdown(said.settings_sentence(len(frame)))
    if len(frame):
        listing(frame, page.entry, "settings")
if counterpart:
    compared_weights(both)
    compared_pairs(both)
    compared_communities(both)
    compared_modes(both)
elif why:
    heading("Do they use the same weights?")
    st.markdown(why)
if no_errors:
    heading("Which forecasts better, and where?")
    st.markdown(f"Their errors cannot be compared: {no_errors}.")
elif not same_run:
    compared_errors(both)
measures = ["likeness", "jaccard", "counterpart", "overlap", "interaction", "pair", "eigenvalue", "ari", "nmi"]
measures = [*(measures if counterpart else []), *([] if same_run or no_errors else ["mae"])]
if measures:
    how_to_read(*measures)
