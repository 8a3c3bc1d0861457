"""What is said of forecasts: beside simple ones, without a graph, by sensor, and at which times ahead."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.reading import forecasts
from tests.app.reading_made import clear


def days(ours: list[float], last: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"forecast": ours, "last value": last})


def test_a_better_forecast_says_by_how_much_and_on_how_many_days() -> None:
    errors = {"forecast": 3.0, "last value": 4.0, "window mean": 5.0}
    said = clear(forecasts.overview_answer("intergat-plus", 60, "km/h", errors, days([3, 3, 5], [4, 4, 4])))
    assert said == (
        "At 60 minutes ahead, **intergat-plus** is off by **3.00 km/h** on average: 25.0 % less than repeating the "
        "last value (4.00 km/h). It was the better of the two on 2 of 3 days of the test part."
    )


def test_a_worse_forecast_says_so() -> None:
    errors = {"forecast": 5.0, "last value": 4.0, "window mean": 4.5}
    said = clear(forecasts.overview_answer("gru", 60, "mph", errors, days([5, 5], [4, 4]), pooled=True))
    assert said.startswith(
        "Up to 60 minutes ahead, **gru** is off by **5.00 mph** on average: 25.0 % more than repeating"
    )
    assert "on 0 of 2 days" in said


def test_where_a_forecast_is_worse_at_first_is_said_as_the_errors_are_counted() -> None:
    at = forecasts.early_sentence([15, 60], [4.0, 5.0], [3.5, 6.0], "mph")
    up_to = forecasts.early_sentence([15, 60], [4.0, 5.0], [3.5, 6.0], "mph", pooled=True)
    assert at.startswith("At 15\u00a0minutes ahead it is worse than the last value")
    assert up_to == at.replace("At 15", "Up to 15")


def test_exactly_the_times_at_which_a_forecast_is_worse_are_named() -> None:
    minutes, simple = [15, 30, 45, 60], [3.5, 4.5, 5.0, 6.0]
    between = clear(forecasts.early_sentence(minutes, [4.0, 4.0, 5.2, 5.0], simple, "mph"))
    assert between.endswith("4.00 mph against 3.50 mph, and so at 45 minutes.")
    assert "up to" not in between
    all_but_last = clear(forecasts.early_sentence(minutes, [4.0, 5.0, 5.2, 5.0], simple, "mph"))
    assert all_but_last.endswith(", and so at 30 minutes and 45 minutes.")
    pooled = clear(forecasts.early_sentence(minutes, [3.0, 5.0, 5.2, 5.0], simple, "mph", pooled=True))
    assert pooled.startswith("Up to 30 minutes ahead it is worse")
    assert pooled.endswith(", and so up to 45 minutes.")


def test_a_simple_forecast_is_not_compared_with_itself() -> None:
    errors = {"forecast": 4.0, "last value": 4.0, "window mean": 4.5}
    assert "one of the simple forecasts" in forecasts.overview_answer(
        "last-value", 60, "mph", errors, days([4, 4], [4, 4])
    )


def test_what_a_graph_is_worth_is_said_with_its_doubt() -> None:
    said = clear(forecasts.control_sentence(3.0, 4.0, "mph", "intergat-plus"))
    assert "the error is 4.00 mph; that of intergat-plus is 25.0 % less than that" in said
    assert "may be luck, and the two models differ in more than the graph" in said
    assert clear(forecasts.control_sentence(4.0, 4.0, "mph", "gat-gru")).endswith("small differences may be luck.")
    differ = "3 and 60 epochs"
    assert clear(forecasts.control_sentence(4.0, 4.0, "mph", "gat-gru", "gru", differ)).endswith(
        "small differences may be luck, and they were trained differently (3 and 60 epochs)."
    )
    assert clear(forecasts.control_sentence(4.0, 4.0, "mph", "gat-published", "gru", differ)).endswith(
        "luck, the two models differ in more than the graph, and they were trained differently (3 and 60 epochs)."
    )
    own = clear(forecasts.control_sentence(4.0, 4.0, "mph", "intergat-plus", "intergat-plus"))
    assert own.startswith("Without any graph (model intergat-plus without graph, same data and protocol) the error is")
    assert own.endswith("small differences may be luck.")


def test_nothing_observed_is_not_an_error_of_nan() -> None:
    unknown = np.full(3, np.nan)
    assert "Nothing was observed" in forecasts.forecast_answer(
        60, "mph", float("nan"), unknown, ["a", "b", "c"], unknown
    )
    assert forecasts.hours_sentence(np.full(24, np.nan), "mph") == ""


def test_the_forecast_page_names_the_best_and_the_worst_sensor() -> None:
    said = clear(
        forecasts.forecast_answer(15, "mph", 2.0, np.array([1, np.nan, 3.0]), ["a", "b", "c"], np.array([2.0, 2, 2]))
    )
    assert "least at `a` (1.00 mph) and most at `c` (3.00 mph)" in said
    assert said.endswith("It beats repeating the last value at **1 of 2 sensors**.")


@pytest.mark.parametrize(
    ("horizon", "interval", "minutes"),
    [
        (12, 5, [15, 30, 45, 60]),
        (4, 15, [15, 30, 45, 60]),
        (2, 15, [15, 30]),
        (1, 60, [60]),
        (3, 60, [60, 120, 180]),
        (6, 10, [30, 60]),
    ],
)
def test_the_steps_that_are_shown(horizon: int, interval: float, minutes: list[int]) -> None:
    assert [(step + 1) * interval for step in forecasts.shown_steps(horizon, interval)] == minutes


@given(some.integers(1, 50), some.sampled_from((1, 5, 7, 10, 15, 60, 1440)))
def test_shown_steps_are_steps_that_exist(horizon: int, interval: int) -> None:
    steps = forecasts.shown_steps(horizon, interval)
    assert 1 <= len(steps) <= 4
    assert steps == sorted(set(steps))
    assert 0 <= steps[0] <= steps[-1] < horizon
