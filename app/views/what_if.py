"""What if: raise or drop what some sensors saw, and watch the forecast respond on the map."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import store
from app.figures.colours import diverging
from app.figures.marks import Marks
from app.figures.response import response_curves
from app.figures.text import digits
from app.reading import use as said
from app.reading.forecasts import minutes_words
from app.reading.models import GIVEN_ALONE
from app.reading.words import about, code, counted, plain, three, with_unit
from app.selection import MOST_LINKS
from app.store.asking import Unready
from app.store.probe import Response, ready, response_of
from app.tables.use import response_order, response_table
from app.views import controls
from app.views.ground import draw_places, place_words, road_edges, spread
from app.views.page import Opened, beside, figure, heading, table
from app.views.what_if_defaults import default_amount, default_window, hour_steps, round_step, window_at

EXPLAINED = ("response",)
CURVES = 4


def show_what_if(page: Opened) -> None:
    """The part of the page on evidence that changes inputs and shows the model's response."""
    heading(about(page.noun, "What would the model say if a sensor had seen something else?"))
    state = ready(page.version)
    if isinstance(state, Unready):
        st.warning(state.why, icon=":material/block:")
        st.markdown(state.what_to_do)
        return
    run, unit = page.run, page.run.unit
    tested, steps = run.tested, hour_steps(run.inputs, run.interval_minutes)
    chosen = page.marks.sensors[0] if page.marks.sensors else most_heard(page)
    st.markdown(said.RESPONSE)
    left, right = beside()
    with left:
        controls.pick_sensor("Sensor", page.ids)
        changed = around(page, chosen, _stretch(page))
    with right:
        spot = st.container()
        window = _window(page)
    with spot:
        last = tested.rows[: tested.first[window]][-steps:, changed]
        amount = _amount(page, steps, last)
    with st.spinner("Asking the model …"):
        try:
            found = response_of(page.version, window, changed, steps, amount)
        except ValueError as error:
            st.warning(f"This forecast cannot be asked for: {plain(str(error), 600)}.", icon=":material/block:")
            st.markdown("Choose another time.")
            return
    minutes, change = page.minutes, found.after - found.before
    now = tested.times[tested.first[window] - 1]
    complete = bool(np.isfinite(tested.rows[tested.first[window] - run.inputs : tested.first[window]]).all())
    alone = not run.heads and run.model not in GIVEN_ALONE
    st.markdown(said.response_answer(change, changed, page.ids, amount, unit, minutes.tolist(), alone))
    st.caption(
        ("" if page.marks.sensors else f"No sensor is chosen: {code(page.ids[chosen], 30)} is shown. ")
        + said.window_words(now, complete)
        + " "
        + said.held_back(amount, (found.changed - found.seen)[-steps:, changed], unit)
    )
    others = np.setdiff1d(np.arange(len(page.ids)), changed)
    bound = spread(change[:, others]) if len(others) and change[:, others].any() else spread(change)
    left, right = beside()
    with left:
        step = _step(page, minutes)
        _map(page, change[step], changed, bound, float(minutes[step]), beyond=bool((np.abs(change) > bound).any()))
    shown = [chosen, *[int(k) for k in response_order(change) if k in others and change[:, k].any()]][:CURVES]
    with right:
        for place, sensor in enumerate(shown[:2]):
            _curve(page, found, sensor, window, step, first=place == 0)
    for sensor, column in zip(shown[2:], beside() if len(shown) > 2 else (), strict=False):
        with column:
            _curve(page, found, sensor, window, step)
    table(
        "How every sensor responds",
        lambda: response_table(found.before, found.after, page.ids, unit, minutes.tolist(), changed),
        page.entry,
        "response",
        on_row=lambda row: controls.choose(
            pair=(), sensors=controls.with_first(page.ids[int(response_order(change)[row])])
        ),
    )


def most_heard(page: Opened) -> int:
    """The sensor on which the others put most weight; the first where nobody hears anybody."""
    if not page.run.heads:
        return 0
    sent = np.abs(np.asarray(page.run.interaction, dtype=np.float64)).sum(axis=0)
    np.fill_diagonal(sent, 0.0)
    return int(sent.sum(axis=0).argmax())


def around(page: Opened, sensor: int, hops: int) -> list[int]:
    """A sensor, first, and all within that many road links of it, the near ones first."""
    away = store.hops_of(page.version) if hops else None
    if away is None:
        return [sensor]
    near = np.flatnonzero((away[sensor] <= hops) & (np.arange(len(away)) != sensor))
    return [sensor, *near[np.argsort(away[sensor][near], kind="stable")].tolist()]


def _stretch(page: Opened) -> int:
    """How many road links around the sensor are changed with it; 0 without a road graph."""
    if store.hops_of(page.version) is None:
        st.caption("These data have no road graph, so one sensor is changed at a time.")
        return 0
    words = {0: "this sensor alone", **{k: counted(k, "road link") for k in range(1, MOST_LINKS + 1)}}
    key = "what if stretch"
    st.session_state[key] = page.selection.links
    st.select_slider(
        "How far along the road",
        list(words),
        format_func=words.__getitem__,
        key=key,
        on_change=lambda: controls.choose(links=st.session_state[key]),
        help="A stretch of road: the chosen sensor, and all that can be reached from it over so many links.",
    )
    return page.selection.links


def _amount(page: Opened, steps: int, last: NDArray[Any]) -> float:
    """By how much the last hour is raised, in the data's unit; negative to drop it.

    ``last`` is what was seen in it, NaN where missing: where nobody has said how much, it is an amount that fits.
    """
    run, unit = page.run, plain(page.run.unit)  # labels are read as Markdown, too
    seen = run.tested.rows[np.isfinite(run.tested.rows)]
    low, high = (float(value) for value in np.quantile(seen, [0.01, 0.99])) if len(seen) else (0.0, 1.0)
    size = round_step((high - low) / 40 or 1.0)
    most = float(np.ceil((high - low or 1.0) / size) * size)
    asked = page.selection.amount
    if asked is not None and abs(asked) > most:
        controls.let_go(amount=None)
    least, largest = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 0.0)
    shown = default_amount(last, least, largest, most / 2, size) if asked is None else asked
    key = f"what if amount {run.name}"
    st.session_state[key] = float(np.clip(round(shown / size) * size, -most, most))
    covered = minutes_words(steps * run.interval_minutes)
    return float(
        st.slider(
            f"What they saw in the last {covered} is raised or dropped by [{unit}]".replace("[]", ""),
            -most,
            most,
            step=size,
            format=f"%+.{max(0, -int(np.floor(np.log10(size))))}f",
            key=key,
            on_change=lambda: controls.choose(amount=float(f"{st.session_state[key]:g}")),
            help=f"The same for all {counted(steps, 'input')}. What they are made to see stays between "
            f"{three(least)} and {with_unit(largest, run.unit)}: the least and the most that was observed in the test "
            "part.",
        )
    )


def _window(page: Opened) -> int:
    """The window whose forecast is asked for, chosen by the time at which it is made."""
    tested, inputs = page.run.tested, page.run.inputs
    moment = np.datetime64(page.selection.time, "m") if page.selection.time else None
    window = (
        default_window(tested.times, tested.first, tested.rows, inputs)
        if moment is None
        else window_at(tested.times, tested.first, moment)
    )
    now = tested.times[tested.first - 1].astype("datetime64[m]")
    if len(now) < 2:
        return window
    key = "what if time"
    st.session_state[key] = _plain_time(now[window])

    def chosen() -> None:
        asked = window_at(tested.times, tested.first, np.datetime64(st.session_state[key], "m"))
        controls.choose(time=str(now[asked]))

    st.slider(
        "Forecast made on",
        _plain_time(now[0]),
        _plain_time(now[-1]),
        step=timedelta(minutes=page.run.interval_minutes),
        format="ddd D MMM, HH:mm",
        key=key,
        on_change=chosen,
    )
    return window


def _step(page: Opened, minutes: NDArray[Any]) -> int:
    """The step ahead that the map shows, from 0."""
    step = (page.selection.step or page.run.horizon) - 1
    if len(minutes) < 2:
        return 0
    key = "what if step"
    st.session_state[key] = step
    st.select_slider(
        "Time ahead",
        list(range(len(minutes))),
        format_func=lambda at: f"{minutes[at]:g} min",
        key=key,
        on_change=lambda: controls.choose(step=st.session_state[key] + 1),
    )
    return step


def _map(
    page: Opened, change: NDArray[Any], changed: list[int], bound: float, minutes: float, *, beyond: bool
) -> None:
    """Every sensor in the colour of how its forecast moves; the scale is that of all steps ahead."""
    unit, places = page.run.unit, store.places_of(page.version)
    negative, middle, positive = diverging(np.array([-1.0, 0.0, 1.0]), 1.0, page.theme)
    low, high = ("≤ ", "≥ ") if beyond else ("", "")
    draw_places(
        places,
        page.ids,
        "what if map",
        colours=diverging(change, bound, page.theme),
        tooltips=[
            f"forecast moves by {said.signed(float(value), unit, markdown=False)}"
            + ("\nwhat it saw is changed" if k in set(changed) else "")
            for k, value in enumerate(change)
        ],
        roads=road_edges(page),
        legend=[
            (negative, f"{low}−{digits(bound, unit)}"),
            (middle, "0"),
            (positive, f"{high}+{digits(bound, unit)}"),
        ],
        marks=Marks(sensors=tuple(changed), theme=page.theme),
        theme=page.theme,
        height=500,
        on_sensor=lambda at: controls.choose(pair=(), sensors=controls.with_first(page.ids[at])),
    )
    st.caption(
        f"{said.moved_sentence(change, unit, minutes, bound)} Rings: sensors whose inputs are changed. The colours "
        f"mean the same at every time ahead{', up to the largest response of the other sensors' if beyond else ''}. "
        f"Click a sensor to change that one. {place_words(page)}"
    )


def _curve(
    page: Opened, found: Response, sensor: int, window: int, step: int, *, first: bool = False
) -> None:
    """One sensor's inputs and both forecasts."""
    run, tested = page.run, page.run.tested
    row = int(tested.first[window])
    seen, changed = found.seen[:, sensor], found.changed[:, sensor]
    observed = tested.rows[row : row + run.horizon, sensor]
    every = np.concatenate([seen, changed, found.before[:, sensor], found.after[:, sensor], observed])
    change = found.after[:, sensor] - found.before[:, sensor]
    at = int(np.argmax(np.abs(change)))
    figure(
        response_curves(
            tested.times[row - run.inputs : row],
            seen,
            changed,
            tested.times[row : row + run.horizon],
            found.before[:, sensor],
            found.after[:, sensor],
            observed=observed,
            sensor=page.ids[sensor],
            quantity=run.quantity,
            unit=run.unit,
            span=(float(np.nanmin(every)), float(np.nanmax(every))),
            chosen=tested.times[row + step],
            theme=page.theme,
        ),
        key=f"response {sensor}",
        alt=f"Inputs and both forecasts of sensor {page.ids[sensor]}",
        caption=f"{'The chosen sensor' if first else code(page.ids[sensor], 30)}: its forecast moves by up to "
        f"{said.signed(float(change[at]), run.unit)}, {minutes_words((at + 1) * run.interval_minutes)} ahead.",
        keeps=f"{window}",
    )


def _plain_time(moment: np.datetime64) -> datetime:
    made: datetime = moment.astype("datetime64[s]").item()
    return made


__all__ = ["EXPLAINED", "show_what_if"]
