"""What is left of the forecast when weights are removed in one order after the other."""

from typing import TYPE_CHECKING

import streamlit as st

from app.control import differences
from app.figures.deletion import Interval, Removal, deletion_curves, interval_dots
from app.reading import use as said
from app.store.probe import control_error
from app.views import controls
from app.views.page import Opened, beside, figure, folded

if TYPE_CHECKING:
    from analysis.use import Use


def show_curves(page: Opened, use: "Use") -> None:
    """Deletion curves under one way of removing, and the areas between them under all."""
    unit = page.run.unit
    offered = [name for name in said.REMOVALS if any(curve.removal == name for curve in use.curves)]
    if not offered:
        st.markdown("There is no weight to remove.")
        return
    removal = page.selection.removal if page.selection.removal in offered else offered[0]
    controls.switch("Weights are", "removal", {name: said.REMOVALS[name] for name in offered}, shown=removal)
    st.markdown(said.areas_sentence(use.areas, removal, unit))
    left, right = beside([3, 2])
    with left:
        figure(
            deletion_curves(
                [Removal(curve.order, curve.share, curve.error) for curve in use.curves if curve.removal == removal],
                unit,
                unchanged=use.mae,
                control=_control_error(page, use),
                without=_control_name(page),
                theme=page.theme,
            ),
            key="deletion",
            alt="Error against the share of weights removed, in four orders",
            caption=said.curves_caption(removal),
            keeps=removal,
        )
    with right:
        figure(
            interval_dots(
                [
                    Interval(said.BESIDE[area.beside], said.REMOVALS[area.removal], area.value, area.low, area.high)
                    for area in sorted(use.areas, key=lambda area: list(said.BESIDE).index(area.beside))
                ],
                unit,
                said.REMOVALS[removal],
                page.theme,
            ),
            key="areas",
            alt="By how much removing the strongest first hurts more than other orders, with 95 % intervals",
            caption=said.AREAS,
        )
        folded("Why three ways of removing?", ":material/help:", "why three", _why_three)


def _why_three() -> None:
    st.markdown(said.WHY_THREE)


def _control_error(page: Opened, use: "Use") -> float | None:
    """The error of a run without any graph on the same data, on the same windows; None where no such run is there."""
    control = page.control
    return None if control is None else control_error(page.version, control.run, use.windows)


def _control_name(page: Opened) -> str:
    """The model of that run, and whether it was trained otherwise than this one."""
    control = page.control
    if control is None:
        return ""
    name = control.run.model
    return f"{name}, trained differently" if differences(page.run.record, control.run.record) else name
