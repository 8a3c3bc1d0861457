"""The page of the forecast: which errors it tells, at or up to which time ahead, and of which sensors."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.measured import Measured
from app.reading import forecasts
from core.files import write_tensors
from core.run import Run, read_tensors
from tests.app.conftest import Recipe, figures, opened, words


def test_under_the_published_protocol_all_errors_are_up_to_the_time_that_is_told(make: Recipe) -> None:
    make(protocol="published")
    said = words(opened("forecast", step="2"))
    assert "Up to 30 minutes ahead the forecast is off" in said
    assert "Up to 30 minutes ahead, mean absolute error of each sensor" in said
    assert "At 30 minutes ahead" not in said


def chart_titles(app: AppTest) -> list[str]:
    return [figure["layout"].get("title", {}).get("text", "") for figure in figures(app)]


def test_the_chosen_time_ahead_is_the_one_that_is_told(make: Recipe) -> None:
    make()
    app = opened("forecast", step="1")
    assert "At 15 minutes ahead the forecast is off" in words(app)
    titles = chart_titles(app)
    assert sum("15" in title and "minutes ahead" in title for title in titles) == 2


def test_chosen_sensors_are_those_whose_curves_are_drawn(make: Recipe) -> None:
    make()
    app = opened("forecast", sensor=["S03", "S07"])
    titles = chart_titles(app)
    assert [title[:3] for title in titles if "ahead" in title] == ["S03", "S07"]


@pytest.mark.parametrize("protocol", ["clean", "published"])
def test_a_moment_stands_beside_what_is_usual_at_its_own_time_ahead(make: Recipe, protocol: str) -> None:
    run = Run.load(make(protocol=protocol))
    at, step = 7, run.horizon - 1
    off = np.abs(run.tested.forecast[:, step].astype(float) - run.tested.target[:, step])
    usual, then = float(np.nanmean(off)), float(np.nanmean(off[at]))
    time = run.tested.times[run.tested.first[at] + step]
    said = words(opened("forecast", step=str(step + 1), time=str(time)))
    assert f"sensors: {forecasts.benefit(then, usual)} usual.".replace("\u00a0", " ") in said
    pooled = Measured(run).errors()["forecast"].mae[step]
    assert (abs(pooled - usual) > 0.02 * usual) == (protocol == "published"), "else this would test nothing"


def test_errors_that_are_pooled_are_not_said_to_be_at_one_time_ahead(make: Recipe) -> None:
    folder = make("worse", protocol="published")
    arrays = read_tensors(folder / "forecasts.safetensors")
    forecast = arrays["forecast"].copy()
    forecast[:, 0] += 5  # worse than the last value at first, and better in the end
    forecast[:, 1:] = Run.load(folder).tested.target[:, 1:]
    write_tensors(folder / "forecasts.safetensors", {**arrays, "forecast": np.nan_to_num(forecast, nan=40.0)})
    said = words(opened(run="worse"))
    assert "Up to 15 minutes ahead it is worse than the last value" in said
    assert "At 15 minutes ahead" not in said
