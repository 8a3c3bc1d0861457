"""Every weight against what cutting it alone does, which says whether a large weight is an important one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.figures.effects import ABOVE, POINTS, predicted_against_true, weight_against_effect
from app.figures.marks import index_of
from app.reading import use as said
from app.reading.words import counted, plain
from app.selection import MEAN
from app.views import controls
from app.views.page import Opened, beside, figure, folded, heading
from app.views.pair import choose_pair, chosen_pair

if TYPE_CHECKING:
    from analysis.use import Use

EFFECTS = {"error": "error", "forecast": "forecast"}


def show_weights(page: Opened, use: "Use") -> None:
    """Every weight of one head against its effect, and how well effects were predicted."""
    head, unit, effects = head_shown(page, use), page.run.unit, use.effects
    effect = page.selection.effect
    by_error = effect == "error"
    rank = effects.rank_error if by_error else effects.rank_forecast
    heading(said.rank_sentence(use.heads[head], float(rank[head]), by_error))
    controls.switch("Effect on the", "effect", EFFECTS)
    if page.selection.head == MEAN and len(use.heads) > 1:
        st.caption(
            f"The model uses no mean of its heads: {plain(use.heads[head])} is shown, whose cut cost most here. Choose "
            "another in the sidebar."
        )
    measure = "change of the mean squared error" if by_error else "root mean square change"
    at, of = tuple(effects.sample.T), said.squared(unit) if by_error else unit
    left, right = beside([2, 1])
    with left:
        weights = effects.weight[head]
        kept = int(np.count_nonzero(weights))
        none = weights.size - len(weights) - kept
        zeros = f"Left out: {counted(none, 'weight')} of exactly zero. " if none else ""
        crowd = (
            f" Of {counted(kept, 'weight')}, the {ABOVE:,} largest and the {ABOVE:,} of the largest effect are dots; "
            "how many all of them are stands in the colour beneath."
            if kept > POINTS
            else ""
        )
        figure(
            weight_against_effect(
                weights,
                effects.error[head] if by_error else effects.forecast[head],
                page.ids,
                measure=measure,
                unit=of,
                signed=by_error,
                marks=page.marks,
            ),
            key="weight effect",
            alt=f"Effect of cutting each weight of {use.heads[head]} against its size",
            caption=f"Each dot is one weight, alone cut to zero.{crowd} {zeros}Click a dot to choose the pair.",
            on_point=lambda point: _chosen_cell(page, point),
            keeps=f"{head} {effect}",
        )
    with right:
        st.caption(f"{said.SIZES} {said.SIZES_MORE}")
        st.markdown(
            said.check_sentence(
                effects.agreement_error if by_error else effects.agreement_forecast, len(effects.sample)
            )
        )
        if len(effects.sample):
            true = effects.sample_error if by_error else effects.sample_forecast
            predicted = (effects.error if by_error else effects.forecast)[at]
            folded(
                "Predicted against true effects", ":material/rule:", "check", lambda: _check(predicted, true, of)
            )
        if words := chosen_pair(page):
            st.markdown(words)


def _check(predicted: NDArray[Any], true: NDArray[Any], unit: str) -> None:
    """What the gradient said of some weights, against what cutting them did."""
    figure(
        predicted_against_true(predicted, true, unit),
        key="check",
        alt="Predicted against true effect of cutting single weights",
        caption="Dots on the line are predicted exactly.",
    )


def head_shown(page: Opened, use: "Use") -> int:
    """The head whose weights are shown: the selected, else the one that costs most to cut."""
    if page.selection.head in use.heads:
        return use.heads.index(page.selection.head)
    rises = [said.rise_of(said.cut_named(use, "head", head)) for head in use.heads]
    return int(np.nanargmax(rises)) if np.isfinite(rises).any() else 0


def _chosen_cell(page: Opened, point: Mapping[str, Any]) -> None:
    """A click on a weight's dot chooses the pair."""
    n = len(page.ids)
    if point.get("customdata") is not None and (cell := index_of(point, n * n)) is not None:
        choose_pair(page, *divmod(cell, n))
