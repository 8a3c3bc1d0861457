"""What each head, each community and each sensor's inputs are worth."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.figures.cuts import cut_bars, rise_by_step
from app.figures.marks import index_of
from app.reading import use as said
from app.reading.words import counted
from app.selection import MEAN
from app.views import controls
from app.views.page import Opened, beside, figure, folded
from app.views.use_maps import rises_map

if TYPE_CHECKING:
    from analysis.cuts import Cut
    from analysis.use import Use

PARTS = {
    "inside": (
        "Inside each community",
        (
            "Without what the sensors of a community hear of one another. Communities of the mean of all heads, found "
            "by Louvain's method; click a bar to choose one."
        ),
    ),
    "border": (
        "At the border of each community",
        "Without what a community and all other sensors hear of each other. Click a bar to choose it.",
    ),
}
MOST_SENSORS_SHOWN = 14
MOST_BARS = 24  # communities beyond are in the table
_COMMUNITY = re.compile(r"community ([0-9]{1,4})$", re.ASCII)


def show_heads(page: Opened, use: "Use") -> None:
    """What each head is worth, and when; the communities folded below."""
    heads = [cut for cut in use.cuts if cut.kind == "all" or (cut.kind == "head" and len(use.heads) > 1)]
    if len(heads) > 1:
        left, right = beside()
        with left:
            words = f"{said.window_sentence(use)} Click a bar to choose its head."
            _bars(page, use, "heads", heads, "Each head", words, least_height=310)
        with right:
            _by_step(page, heads)
    else:
        _by_step(page, heads, said.window_sentence(use))
    if any(cut.kind in PARTS for cut in use.cuts):
        folded(
            "What each community is worth", ":material/workspaces:", "communities", lambda: _communities(page, use)
        )


def _by_step(page: Opened, heads: Sequence["Cut"], more: str = "") -> None:
    """What cutting all weights, or one head, costs at each time ahead."""
    figure(
        rise_by_step(
            page.minutes,
            {cut.name if len(heads) > 1 else "all weights": cut.error for cut in heads},
            page.run.unit,
            full=[cut.name for cut in heads if cut.kind == "all" or cut.name == page.selection.head]
            if len(heads) > 1
            else ["all weights"],
            others="single heads",
        ),
        key="cut by step",
        alt="Rise of the error at each time ahead when all weights or one head are cut",
        caption=f"When what other sensors say is worth most: the rise of the error at each time ahead. {more}".rstrip(),
    )


def _communities(page: Opened, use: "Use") -> None:
    """What weights inside each community, and at its border, are worth, on one scale."""
    parts = [cut for cut in use.cuts if cut.kind in PARTS]
    left_out = max(0, len(parts) - MOST_BARS)
    if left_out:
        kept = sorted(sorted(range(len(parts)), key=lambda k: -abs(said.rise_of(parts[k])))[:MOST_BARS])
        parts = [parts[k] for k in kept]
    more = f"{counted(left_out, 'part')} with smaller effects: see the table below. " if left_out else ""
    every = np.array([0.0, *(end for part in parts for end in (part.rise, part.low, part.high))])
    span = (float(np.nanmin(every)), float(np.nanmax(every)))
    for kind, column in zip(PARTS, beside(), strict=True):
        title, caption = PARTS[kind]
        shown = [cut for cut in parts if cut.kind == kind]
        with column:
            _bars(page, use, kind, shown, title, f"{caption} {more}".rstrip(), span)


def show_sensors(page: Opened, use: "Use") -> None:
    """Which sensors lose by not hearing the others."""
    inputs = [cut for cut in use.cuts if cut.kind == "inputs"]
    if len(inputs) != len(page.ids):
        st.markdown("The inputs of single sensors were not cut.")
        return
    st.markdown(said.sensors_sentence(inputs, page.ids, page.run.unit, use.mae))
    label = "Sensors on the map, and those that lose most"
    folded(label, ":material/map:", "sensors", lambda: _sensors(page, use, inputs))


def _sensors(page: Opened, use: "Use", inputs: Sequence["Cut"]) -> None:
    """What each sensor's own forecast loses when its inputs are cut."""
    own = np.array([cut.rise for cut in inputs])
    ends = np.array([(cut.low, cut.high) for cut in inputs])
    left, right = beside()
    with left:
        rises_map(page, "inputs map", own, "rise of its own error when its inputs are cut")
    with right:
        first = np.argsort(-np.where(np.isfinite(own), own, -np.inf), kind="stable")[:MOST_SENSORS_SHOWN]
        chosen = [k for k, sensor in enumerate(first) if page.selection.sensor == page.ids[sensor]]
        figure(
            cut_bars(
                [page.ids[k] for k in first],
                own[first],
                page.run.unit,
                per_cent_of=use.mae,
                ends=ends[first],
                chosen=chosen,
            ),
            key="dependent",
            alt="Sensors whose error rises most when their inputs are cut",
            caption=f"The {counted(len(first), 'sensor')} with the largest rise of their own error, with 95 % "
            "intervals, in per cent of the error of all. Click a bar to choose its sensor; all are in the table of "
            "everything that was cut, below.",
            on_point=lambda point: _chosen_sensor(page, first, point),
        )


def _bars(
    page: Opened,
    use: "Use",
    name: str,
    cuts: Sequence["Cut"],
    title: str,
    caption: str,
    span: tuple[float, float] | None = None,
    least_height: int = 0,
) -> None:
    """What some cuts cost, a bar each; a click chooses the head or the community."""
    chosen = {page.selection.head}
    if page.selection.community:
        chosen |= {cut.name for cut in cuts if _community(cut) == page.selection.community}
    figure(
        cut_bars(
            [cut.name for cut in cuts],
            np.array([said.rise_of(cut) for cut in cuts]),
            page.run.unit,
            per_cent_of=use.mae,
            title=title,
            ends=np.array([(cut.low, cut.high) for cut in cuts]).reshape(-1, 2),
            chosen=[k for k, cut in enumerate(cuts) if cut.name in chosen],
            span=span,
            least_height=least_height,
        ),
        key=f"cut {name}",
        alt=f"Rise of the error under each cut. {title}",
        caption=caption,
        on_point=lambda point: _chosen_bar(page, cuts, point),
    )


def _chosen_bar(page: Opened, cuts: Sequence["Cut"], point: Mapping[str, Any]) -> None:
    """A click on a bar chooses its head, or its community in the mean of the heads, where it was found."""
    if (place := index_of(point, len(cuts))) is None:
        return
    if cuts[place].kind in ("head", "all"):
        controls.choose(head=MEAN if cuts[place].kind == "all" else cuts[place].name)
    elif number := _community(cuts[place]):
        whole = page.run.heads[0] if len(page.run.heads) == 1 else MEAN
        controls.choose(head=whole, method="louvain", count=0, community=number)


def _community(cut: "Cut") -> int:
    """The number of the community that a cut is about, from 1; 0 where it is about none."""
    found = _COMMUNITY.search(cut.name)
    return int(found[1]) if found and cut.kind in PARTS else 0


def _chosen_sensor(page: Opened, sensors: NDArray[np.integer], point: Mapping[str, Any]) -> None:
    """A click on a sensor's bar chooses the sensor."""
    if (place := index_of(point, len(sensors))) is not None:
        controls.choose(sensors=controls.with_first(page.ids[int(sensors[place])]))
