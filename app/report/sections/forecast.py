"""How far off the forecast is: curves of chosen sensors, errors by step, sensor and hour of day."""

import numpy as np

from app.edges import road_lines
from app.figures.colours import SEQUENTIAL
from app.figures.forecasts import error_by_horizon, error_by_hour, error_by_sensor, forecast_curves
from app.measured import FORECAST
from app.parts import Floats, shown_sensors
from app.places import LAYOUTS
from app.reading import answers
from app.reading import forecasts as said
from app.reading.particles import NO_FORECAST
from app.reading.words import counted
from app.report.content import Asked, Block, Picture, Row, Section, Table, Words
from app.report.ground import Coloured, ground
from app.report.sections.overview import NO_FORECASTS
from app.tables.forecast import hour_table, sensor_table, step_table

QUESTION = "How far off is the forecast, and where?"


def forecast(asked: Asked) -> Section:
    """The section Forecast."""
    measured, run = asked.measured, asked.measured.run
    if run.kind == "particles":
        return Section("Forecast", QUESTION, (NO_FORECAST,))
    if run.forecasts is None:
        return Section("Forecast", QUESTION, (NO_FORECASTS,))
    steps = said.shown_steps(run.horizon, run.interval_minutes)
    step = min(asked.selection.step or steps[-1] + 1, run.horizon) - 1
    found = measured.errors()
    errors = np.asarray(measured.errors_by_sensor(step)[FORECAST].mae, dtype=float)
    minutes = (step + 1) * run.interval_minutes
    hours = {name: np.asarray(e.mae, dtype=float) for name, e in measured.errors_by_hour(step).items()}
    when = said.ahead(minutes, run.pooled)
    blocks: list[Block] = [
        *([Words(said.PUBLISHED, "warning")] if run.optimistic else []),
        Words("Where is it hard?", "heading"),
        Row(
            (
                _error_map(asked, errors, when),
                Picture(
                    error_by_sensor(errors, measured.ids, run.unit),
                    "Mean absolute error of each sensor, the worst first",
                    f"The same, the worst first; {counted(int(np.isfinite(errors).sum()), 'sensor')} observed in the "
                    "test part.",
                ),
            )
        ),
        Words("What does it look like?", "heading"),
        *(Row((picture,)) for picture in _curves(asked, step, errors)),
        Row(
            (
                Picture(
                    error_by_horizon(
                        np.arange(1, run.horizon + 1) * run.interval_minutes,
                        {name: np.asarray(e.mae, dtype=float) for name, e in found.items()},
                        "mean absolute error",
                        run.unit,
                    ),
                    "Mean absolute error of forecast, last value and window mean by time ahead",
                    "How fast it gets worse: "
                    + ("all steps up to that one together." if run.pooled else "at each step ahead."),
                ),
                Picture(
                    error_by_hour(hours, "mean absolute error", run.unit),
                    "Mean absolute error by hour of day",
                    f"{when}. {said.hours_sentence(hours[FORECAST], run.unit)}",
                ),
            )
        ),
        Table("Every step ahead", step_table(measured), 40),
        Table("The hardest sensors", sensor_table(measured, step)),
        Table("Every hour of day", hour_table(measured, step), 24),
    ]
    return Section(
        "Forecast", QUESTION, (answers.of_forecast(measured, step),), tuple(blocks), ("mae", "rmse", "simple")
    )


def _error_map(asked: Asked, errors: Floats, when: str) -> Picture:
    measured, run = asked.measured, asked.measured.run
    low, high = (float(np.nanmin(errors)), float(np.nanmax(errors))) if np.isfinite(errors).any() else (0.0, 1.0)
    figure = ground(
        measured,
        colours=Coloured(errors, low, high, f"off by [{run.unit}]", SEQUENTIAL),
        tooltips=[said.off_words(float(error), run.unit) for error in errors],
        edges=[roads] if (roads := road_lines(run)) else [],
    )
    caption = f"{when}, mean absolute error of each sensor. {LAYOUTS[measured.places().kind]}"
    return Picture(figure, "Map of the sensors, coloured by mean absolute error", caption)


def _curves(asked: Asked, step: int, errors: Floats) -> list[Picture]:
    """The chosen sensors, or where none is chosen the hardest and the middle one."""
    measured, run, kept = asked.measured, asked.measured.run, asked.measured.run.tested
    chosen = [measured.ids.index(sensor) for sensor in asked.selection.sensors if sensor in measured.ids]
    simple = measured.errors_by_sensor(step)["last value"].mae
    pictures = []
    for k in shown_sensors(chosen, errors):
        figure = forecast_curves(
            kept.times[kept.first + step],
            kept.rows[kept.first + step, k],
            {"last value": kept.last_value[:, k], "forecast": kept.forecast[:, step, k]},
            sensor=measured.ids[k],
            quantity=run.quantity,
            unit=run.unit,
            step_minutes=(step + 1) * run.interval_minutes,
        )
        caption = said.curve_sentence(measured.ids[k], float(errors[k]), float(simple[k]), run.unit, run.pooled)
        alt = f"Observed, forecast and last value of sensor {measured.ids[k]} over the test part"
        pictures.append(Picture(figure, alt, caption))
    return pictures
