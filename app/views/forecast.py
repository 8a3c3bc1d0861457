"""How far off the forecast is: curves of chosen sensors, errors by step, sensor and hour of day."""

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.colours import sequential
from app.figures.forecasts import error_by_horizon, error_by_hour, error_by_sensor, forecast_curves
from app.reading import forecasts as said
from app.reading.words import code, counted, three, with_unit
from app.selection import MOST_SENSORS
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges
from app.views.page import Opened, answer, beside, figure, heading, how_to_read, opened, table


def sensor_table(page: Opened, step: int) -> pd.DataFrame:
    """Errors of every sensor, the worst first."""
    found = store.errors_by_sensor_of(page.version, step)
    unit = page.run.unit
    frame = pd.DataFrame({"sensor": page.ids})
    for name, errors in found.items():
        shown = page.run.model if name == store.FORECAST else name
        frame[f"MAE of {shown} [{unit}]"] = errors.mae
    frame[f"RMSE of {page.run.model} [{unit}]"] = found[store.FORECAST].rmse
    frame["values"] = found[store.FORECAST].count
    return frame.sort_values(frame.columns[1], ascending=False, kind="stable")


def horizon_table(page: Opened) -> pd.DataFrame:
    """Errors at every step ahead."""
    unit = page.run.unit
    rows = [
        {
            "minutes ahead": (step + 1) * page.run.interval_minutes,
            "forecast": page.run.model if name == store.FORECAST else name,
            f"MAE [{unit}]": errors.mae[step],
            f"RMSE [{unit}]": errors.rmse[step],
            "values": int(errors.count[step]),
        }
        for step in range(page.run.horizon)
        for name, errors in store.errors_of(page.version).items()
    ]
    return pd.DataFrame(rows)


def hour_table(page: Opened, step: int) -> pd.DataFrame:
    """Errors by hour of day."""
    frame = pd.DataFrame({"hour": [f"{hour:02d}:00" for hour in range(24)]})
    for name, errors in store.errors_by_hour_of(page.version, step).items():
        frame[f"MAE of {page.run.model if name == store.FORECAST else name} [{page.run.unit}]"] = errors.mae
    frame["values"] = store.errors_by_hour_of(page.version, step)[store.FORECAST].count
    return frame


def shown_sensors(page: Opened, errors: np.ndarray) -> list[int]:
    """The chosen sensors, or where none is chosen the hardest and the middle one."""
    chosen = [page.ids.index(sensor) for sensor in page.selection.sensors]
    known = np.flatnonzero(np.isfinite(errors))
    if chosen or not len(known):
        return chosen or [0]
    by_error = known[np.argsort(-errors[known], kind="stable")]
    return list(dict.fromkeys([int(by_error[0]), int(by_error[len(by_error) // 2])]))


page = opened("How far off is the forecast, and where?")
run, version, selection = page.run, page.version, page.selection
forecasts = run.forecasts
steps = said.shown_steps(run.horizon, run.interval_minutes)
step = (selection.step or steps[-1] + 1) - 1
minutes = (step + 1) * run.interval_minutes
by_sensor = store.errors_by_sensor_of(version, step)
errors = np.asarray(by_sensor[store.FORECAST].mae, dtype=float)
target = forecasts.target[:, step]
found = store.errors_of(version)
overall = float(found[store.FORECAST].mae[step])

answer(
    said.forecast_answer(
        minutes,
        run.unit,
        overall,
        errors,
        page.ids,
        np.asarray(by_sensor["last value"].mae, dtype=float),
        run.pooled,
    )
)
if run.optimistic:
    st.warning(said.PUBLISHED, icon=":material/warning:")
options = {k + 1: f"{(k + 1) * run.interval_minutes:g} min" for k in sorted({*steps, step})}
controls.switch("Time ahead", "step", options, shown=step + 1)

heading("Where is it hard?")
low, high = (float(np.nanmin(errors)), float(np.nanmax(errors))) if np.isfinite(errors).any() else (0.0, 1.0)
chosen = page.ids.index(selection.sensor) if selection.sensor in page.ids else None
left, right = beside()
with left:
    ends = sequential(np.array([low, high]), low, high)
    draw_map(
        page,
        "error map",
        colours=sequential(errors, low, high),
        tooltips=[f"off by {three(float(e))} {run.unit}" if np.isfinite(e) else "nothing observed" for e in errors],
        roads=road_edges(page),
        legend=[(ends[0], f"{three(low)} {run.unit}"), (ends[1], f"{three(high)} {run.unit}")],
        selected=chosen,
        height=440,
        on_sensor=lambda position: controls.choose(sensors=controls.with_first(page.ids[position])),
    )
    st.caption(
        f"{said.ahead(minutes, run.pooled)}, mean absolute error of each sensor. Click a sensor to see its curve. "
        + place_words(page)
    )
with right:
    figure(
        error_by_sensor(errors, page.ids, run.unit),
        key="by sensor",
        alt="Mean absolute error of each sensor, the worst first",
        caption=f"The same, the worst first; {counted(int(np.isfinite(errors).sum()), 'sensor')} observed in "
        "the test part.",
    )

heading("What does it look like?")
controls.pick_sensors("Sensors", page.ids, MOST_SENSORS)
sensors = shown_sensors(page, errors)
if not selection.sensors:
    st.caption("No sensor is chosen: the hardest and the middle one are shown.")
times = forecasts.times[forecasts.first + step]
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
        ),
        key=f"curve {position}",
        alt=f"Observed, forecast and last value of sensor {page.ids[position]} over the test part",
        caption=f"{code(page.ids[position], 40)}: {'up to this time ahead, ' if run.pooled else ''}forecast off by "
        f"{with_unit(float(errors[position]), run.unit)} on average, "
        f"last value by {with_unit(float(by_sensor['last value'].mae[position]), run.unit)}. Drag to look "
        "closer, double-click to return.",
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
        ),
        key="by horizon",
        alt="Mean absolute error of forecast, last value and window mean by time ahead",
        caption="All steps up to that one together." if run.pooled else "At each step ahead.",
    )
with right:
    heading("When is it hard?")
    hours = {name: np.asarray(e.mae, dtype=float) for name, e in store.errors_by_hour_of(version, step).items()}
    figure(
        error_by_hour(hours, "mean absolute error", run.unit),
        key="by hour",
        alt="Mean absolute error by hour of day",
        caption=f"{said.ahead(minutes, run.pooled)}. {said.hours_sentence(hours[store.FORECAST], run.unit)}",
    )

table("Every step ahead", lambda: horizon_table(page), page.entry, "horizon")
table("Every sensor", lambda: sensor_table(page, step), page.entry, "sensor-errors")
table("Every hour of day", lambda: hour_table(page, step), page.entry, "hours")
how_to_read("mae", "rmse", "simple")
