"""How far off the forecast is: curves of chosen sensors, errors by step, sensor and hour of day."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app import store
from app.figures.colours import sequential
from app.figures.forecasts import error_by_horizon, error_by_hour, error_by_sensor, forecast_curves
from app.figures.marks import index_of
from app.figures.text import digits
from app.parts import shown_sensors
from app.reading import answers
from app.reading import forecasts as said
from app.reading.particles import NO_FORECAST
from app.reading.words import counted
from app.selection import MOST_SENSORS
from app.tables.forecast import hour_table, sensor_table, step_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import answer, beside, figure, heading, how_to_read, opened, table

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9.]{1,9})?)?", re.ASCII)


def chosen_step(point: Mapping[str, Any]) -> None:
    """A click on a curve of errors by time ahead chooses that step."""
    if (place := index_of(point, run.horizon)) is not None:
        controls.choose(step=place + 1)


def chosen_time(point: Mapping[str, Any]) -> None:
    """A click on a curve chooses the time, if it is one of the test part."""
    place = np.searchsorted(times, clicked) if (clicked := moment(point.get("x"))) is not None else len(times)
    if place < len(times) and times[place] == clicked:
        controls.choose(time=str(clicked))


def moment(text: object) -> np.datetime64 | None:
    """The minute that a browser names on an axis of time; None where it names none."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return np.datetime64(text.replace(" ", "T"), "m")
    except ValueError:
        return None


def chosen_bar(point: Mapping[str, Any]) -> None:
    """A click on a sensor's bar chooses the sensor."""
    if (place := index_of(point, len(page.ids))) is not None:
        controls.choose(sensors=controls.with_first(page.ids[place]))


page = opened("How far off is the forecast, and where?", forecasts=True, moving=NO_FORECAST)
run, version, selection = page.run, page.version, page.selection
forecasts = run.tested
steps = said.shown_steps(run.horizon, run.interval_minutes)
step = (selection.step or steps[-1] + 1) - 1
minutes = (step + 1) * run.interval_minutes
by_sensor = store.errors_by_sensor_of(version, step)
errors = np.asarray(by_sensor[store.FORECAST].mae, dtype=float)
target = forecasts.target[:, step]
found = store.errors_of(version)

answer(answers.of_forecast(page.measured, step))
if run.optimistic:
    st.warning(said.PUBLISHED, icon=":material/warning:")
options = {k + 1: f"{(k + 1) * run.interval_minutes:g} min" for k in sorted({*steps, step})}
controls.switch("Time ahead", "step", options, shown=step + 1)

times = forecasts.times[forecasts.first + step]
looked_at = np.datetime64(selection.time, "m") if selection.time else None
at = None if looked_at is None else next(iter(np.flatnonzero(times == looked_at)), None)
shown_errors, when = errors, f"{said.ahead(minutes, run.pooled)}, mean absolute error of each sensor."
if at is not None:
    shown_errors = np.abs(forecasts.forecast[at, step] - target[at]).astype(float)
    when = f"How far off each sensor was then, forecast {said.minutes_words(minutes)} before."
    st.markdown(said.moment_sentence(times[at], shown_errors, page.measured.error_at(step), run.unit))
elif looked_at is not None:
    st.caption(f"There is no forecast {said.minutes_words(minutes)} ahead for {said.moment_words(looked_at)}.")

heading("Where is it hard?" if at is None else "Where was it wrong then?")
known = np.isfinite(shown_errors)
low, high = (float(shown_errors[known].min()), float(shown_errors[known].max())) if known.any() else (0.0, 1.0)
left, right = beside()
with left:
    ends = sequential(np.array([low, high]), low, high)
    draw_map(
        page,
        "error map",
        colours=sequential(shown_errors, low, high),
        tooltips=[said.off_words(float(error), run.unit) for error in shown_errors],
        roads=road_edges(page),
        legend=[(ends[0], digits(low, run.unit)), (ends[1], digits(high, run.unit))],
        height=440,
    )
    st.caption(f"{when} Click a sensor to see its curve. " + place_words(page))
with right:
    figure(
        error_by_sensor(
            shown_errors,
            page.ids,
            run.unit,
            measure="mean absolute error" if at is None else "absolute error",
            marks=page.marks,
        ),
        key="by sensor",
        alt="Error of each sensor, the worst first",
        caption=f"The same, the worst first; {counted(int(known.sum()), 'sensor')} observed "
        f"{'in the test part' if at is None else 'then'}. Click a bar to choose its sensor.",
        on_point=chosen_bar,
    )

heading("What does it look like?")
controls.pick_sensors("Sensors", page.ids, MOST_SENSORS)
sensors = shown_sensors([page.ids.index(sensor) for sensor in selection.sensors], errors)
if not selection.sensors:
    st.caption("No sensor is chosen: the hardest and the middle one are shown.")
for position in sensors:
    figure(
        forecast_curves(
            times,
            target[:, position],
            {
                "last value": forecasts.last_value[:, position],
                "forecast": forecasts.forecast[:, step, position],
            },
            sensor=page.ids[position],
            quantity=run.quantity,
            unit=run.unit,
            step_minutes=minutes,
            theme=page.theme,
            chosen=looked_at,
        ),
        key=f"curve {position}",
        alt=f"Observed, forecast and last value of sensor {page.ids[position]} over the test part",
        caption=said.curve_sentence(
            page.ids[position],
            float(errors[position]),
            float(by_sensor["last value"].mae[position]),
            run.unit,
            run.pooled,
        )
        + " Click a time to see all sensors then; drag to look closer, double-click to return.",
        on_point=chosen_time,
    )

left, right = beside()
with left:
    heading("How fast does it get worse?")
    figure(
        error_by_horizon(
            np.arange(1, run.horizon + 1) * run.interval_minutes,
            {name: np.asarray(e.mae, dtype=float) for name, e in found.items()},
            "mean absolute error",
            run.unit,
            chosen=minutes,
            theme=page.theme,
        ),
        key="by horizon",
        alt="Mean absolute error of forecast, last value and window mean by time ahead",
        caption=("All steps up to that one together." if run.pooled else "At each step ahead.")
        + " Click a point to look at that time ahead.",
        on_point=chosen_step,
    )
with right:
    heading("When is it hard?")
    hours = {name: np.asarray(e.mae, dtype=float) for name, e in store.errors_by_hour_of(version, step).items()}
    figure(
        error_by_hour(
            hours,
            "mean absolute error",
            run.unit,
            None if looked_at is None else int(looked_at.astype("datetime64[h]").astype(np.int64)) % 24,
            page.theme,
        ),
        key="by hour",
        alt="Mean absolute error by hour of day",
        caption=f"{said.ahead(minutes, run.pooled)}. {said.hours_sentence(hours[store.FORECAST], run.unit)}",
    )

table(
    "Every step ahead",
    lambda: step_table(page.measured),
    page.entry,
    "horizon",
    on_row=lambda row: controls.choose(step=row // len(found) + 1),
)
table(
    "Every sensor",
    lambda: sensor_table(page.measured, step),
    page.entry,
    "sensor-errors",
    on_row=lambda row: controls.choose(
        sensors=controls.with_first(page.ids[sensor_table(page.measured, step).index[row]])
    ),
)
table("Every hour of day", lambda: hour_table(page.measured, step), page.entry, "hours")
how_to_read("mae", "rmse", "simple")
