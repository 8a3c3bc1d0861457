"""Errors of forecasts: definitions, planted truths, slow twins."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from analysis.arrays import FloatArray, IntArray
from analysis.forecasts import Errors, errors, errors_by_hour, errors_by_sensor
from tests.analysis.planted import order

W, T, N = 7, 4, 5
MEASURES = ("mae", "rmse", "mape", "accuracy", "r2")


def made(seed: int = 0, missing: float = 0.25) -> tuple[FloatArray, FloatArray, IntArray]:
    """Forecast, observed with gaps and exact zeros, hours of the day."""
    generator = np.random.default_rng(seed)
    observed = generator.normal(30, 15, (W, T, N))
    forecast = observed + generator.normal(2, 5, (W, T, N))
    observed[generator.random((W, T, N)) < 0.1] = 0.0
    observed[generator.random((W, T, N)) < missing] = np.nan
    return forecast, observed, generator.integers(0, 24, (W, T))


FORECAST, OBSERVED, HOURS = made()


def slow(places: Iterable[tuple[int, int, int]]) -> list[float]:
    """The five measures and the count over given places, from their formulas."""
    used = [(FORECAST[p], OBSERVED[p]) for p in places if not math.isnan(OBSERVED[p])]
    if not used:
        return [math.nan] * 5 + [0]
    square = sum((f - y) ** 2 for f, y in used)
    relative = [abs(f - y) / abs(y) for f, y in used if abs(y) >= 1e-3]
    mean = sum(y for _, y in used) / len(used)
    size, spread = sum(y**2 for _, y in used), sum((y - mean) ** 2 for _, y in used)
    return [
        sum(abs(f - y) for f, y in used) / len(used),
        math.sqrt(square / len(used)),
        sum(relative) / len(relative) if relative else math.nan,
        1 - math.sqrt(square) / math.sqrt(size) if size else math.nan,
        1 - square / spread if spread else math.nan,
        len(used),
    ]


def listed(found: Errors) -> FloatArray:
    """(G, 6): the five measures and the count of each entry."""
    return np.stack([getattr(found, name) for name in (*MEASURES, "count")], axis=1)


WINDOWS, STEPS, SENSORS = range(W), range(T), range(N)


def test_errors_at_a_horizon_equal_their_formulas_in_loops() -> None:
    expected = [slow((w, t, n) for w in WINDOWS for n in SENSORS) for t in STEPS]
    found = errors(FORECAST, OBSERVED)
    np.testing.assert_allclose(listed(found), expected, rtol=1e-10)
    assert not found.pooled


def test_pooled_errors_hold_all_steps_up_to_the_horizon() -> None:
    expected = [slow((w, s, n) for w in WINDOWS for s in range(t + 1) for n in SENSORS) for t in STEPS]
    found = errors(FORECAST, OBSERVED, pooled=True)
    np.testing.assert_allclose(listed(found), expected, rtol=1e-10)
    assert found.pooled


@pytest.mark.parametrize("step", [None, 0, 2, 3])
def test_errors_by_sensor_equal_their_formulas_in_loops(step: int | None) -> None:
    steps = STEPS if step is None else [step]
    expected = [slow((w, t, n) for w in WINDOWS for t in steps) for n in SENSORS]
    found = errors_by_sensor(FORECAST, OBSERVED, step)
    np.testing.assert_allclose(listed(found), expected, rtol=1e-10)
    assert found.pooled == (step is None)


def test_errors_by_hour_equal_their_formulas_in_loops() -> None:
    expected = [
        slow((w, t, n) for w in WINDOWS for t in STEPS if HOURS[w, t] == hour for n in SENSORS) for hour in range(24)
    ]
    found = errors_by_hour(FORECAST, OBSERVED, HOURS)
    np.testing.assert_allclose(listed(found), expected, rtol=1e-10)
    assert len(found.mae) == 24
    assert np.isnan(found.mae).any()  # some hour never occurs
    assert found.pooled


def test_a_perfect_forecast_has_no_error() -> None:
    found = errors(np.nan_to_num(OBSERVED), OBSERVED)
    assert (found.mae.tolist(), found.rmse.tolist(), found.mape.tolist()) == ([0] * T, [0] * T, [0] * T)
    assert (found.accuracy.tolist(), found.r2.tolist()) == ([1] * T, [1] * T)


def test_the_mean_of_the_observations_explains_none_of_their_variance() -> None:
    mean = np.nanmean(OBSERVED, axis=(0, 2), keepdims=True)
    np.testing.assert_allclose(errors(np.broadcast_to(mean, (W, T, N)), OBSERVED).r2, 0, atol=1e-12)


def test_a_forecast_of_zero_has_no_accuracy_and_is_wholly_wrong() -> None:
    found = errors(np.zeros((W, T, N)), OBSERVED)
    assert found.accuracy.tolist() == [0] * T
    np.testing.assert_allclose(found.mape, 1)


def test_what_is_forecast_where_nothing_was_observed_does_not_matter() -> None:
    other = np.where(np.isnan(OBSERVED), 1e6, FORECAST)
    for measure in (errors, errors_by_sensor):
        np.testing.assert_array_equal(listed(measure(other, OBSERVED)), listed(measure(FORECAST, OBSERVED)))


def test_without_observations_nothing_is_known() -> None:
    observed = OBSERVED.copy()
    observed[:, 1] = np.nan
    observed[:, :, 3] = np.nan
    found = listed(errors(FORECAST, observed))[1]
    np.testing.assert_array_equal(found, [math.nan] * 5 + [0])
    np.testing.assert_array_equal(listed(errors_by_sensor(FORECAST, observed))[3], [math.nan] * 5 + [0])
    pooled = listed(errors(FORECAST, observed, pooled=True))
    np.testing.assert_array_equal(pooled[0], pooled[1])
    nothing = errors(FORECAST[:0], OBSERVED[:0])
    np.testing.assert_array_equal(listed(nothing), [[math.nan] * 5 + [0]] * T)


def test_a_first_step_without_observations_does_not_spoil_the_pool() -> None:
    observed = OBSERVED.copy()
    observed[:, 0] = np.nan
    pooled, alone = errors(FORECAST, observed, pooled=True), errors(FORECAST, observed)
    assert math.isnan(pooled.r2[0])
    np.testing.assert_allclose(listed(pooled)[1], listed(alone)[1], rtol=1e-12)


@pytest.mark.parametrize("level", [0.1, 1 / 3, 65.7, 0.0])
def test_constant_observations_have_no_variance_to_explain(level: float) -> None:
    observed = np.full((W, T, N), level)
    for found in (
        errors(FORECAST, observed),
        errors(FORECAST, observed, pooled=True),
        errors_by_sensor(FORECAST, observed),
        errors_by_hour(FORECAST, observed, HOURS),
    ):
        assert np.isnan(found.r2).all()
    assert np.isnan(errors(FORECAST, observed).accuracy).all() == (level == 0)


def test_observations_near_zero_have_no_relative_error() -> None:
    forecast = np.array([[[2.0, 2.0, 2.0]]])
    assert errors(forecast, np.array([[[1.0, 0.0, -9e-4]]])).mape.tolist() == [1.0]
    assert errors(forecast, np.array([[[1.0, 1e-3, math.nan]]])).mape[0] == pytest.approx((1 + 1.999 / 1e-3) / 2)
    assert math.isnan(errors(forecast, np.zeros((1, 1, 3))).mape[0])


def test_a_large_offset_does_not_eat_the_variance() -> None:
    observed = 1e8 + np.random.default_rng(0).normal(size=(50, 3, 4))
    forecast = observed + 0.5
    mean = observed[:, 0].mean()
    expected = 1 - 0.25 * observed[:, 0].size / ((observed[:, 0] - mean) ** 2).sum()
    assert errors(forecast, observed).r2[0] == pytest.approx(expected, rel=1e-6)
    everything = 1 - 0.25 * observed.size / ((observed - observed.mean()) ** 2).sum()
    assert errors(forecast, observed, pooled=True).r2[-1] == pytest.approx(everything, rel=1e-6)


def test_order_of_windows_and_sensors_does_not_matter() -> None:
    windows, sensors = order(W), order(N)
    forecast, observed = FORECAST[windows][:, :, sensors], OBSERVED[windows][:, :, sensors]
    np.testing.assert_allclose(listed(errors(forecast, observed)), listed(errors(FORECAST, OBSERVED)), rtol=1e-12)
    np.testing.assert_allclose(
        listed(errors_by_sensor(forecast, observed)), listed(errors_by_sensor(FORECAST, OBSERVED))[sensors], rtol=1e-12
    )
    np.testing.assert_allclose(
        listed(errors_by_hour(forecast, observed, HOURS[windows])),
        listed(errors_by_hour(FORECAST, OBSERVED, HOURS)),
        rtol=1e-12,
    )


def test_measures_without_a_unit_do_not_depend_on_it() -> None:
    found, other = errors(FORECAST, OBSERVED), errors(1e3 * FORECAST, 1e3 * OBSERVED)
    np.testing.assert_allclose(other.mae, 1e3 * found.mae)
    for name in ("mape", "accuracy", "r2"):
        np.testing.assert_allclose(getattr(other, name), getattr(found, name), rtol=1e-10)


def test_float32_is_summed_in_float64() -> None:
    forecast = np.full((4000, 1, 50), 65.1, dtype=np.float32)
    found = errors(forecast, np.full((4000, 1, 50), 65, dtype=np.float32))
    assert found.mae[0] == pytest.approx(float(np.float32(65.1)) - 65, rel=1e-9)


@pytest.mark.parametrize("measure", [errors, errors_by_sensor, lambda f, o: errors_by_hour(f, o, HOURS)])
@pytest.mark.parametrize(
    ("forecast", "observed", "message"),
    [
        (FORECAST[0], OBSERVED[0], r"^forecast must have shape \(windows, steps, sensors\), got shape \(4, 5\)$"),
        (FORECAST, OBSERVED[0], r"^observed must have shape \(windows, steps, sensors\), got shape \(4, 5\)$"),
        (FORECAST[:, :0], OBSERVED[:, :0], r"^forecast must have shape .*, got shape \(7, 0, 5\)$"),
        (FORECAST[1:], OBSERVED, r"^forecast and observed must have the same shape, got \(6, 4, 5\) and \(7, 4, 5\)$"),
        (FORECAST.astype(str), OBSERVED, r"^forecast must hold real numbers, got dtype <U"),
        (FORECAST, OBSERVED.astype(complex), r"^observed must hold real numbers, got dtype complex128$"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    measure: type, forecast: FloatArray, observed: FloatArray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        measure(forecast, observed)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_forecast_that_is_not_finite_is_refused_with_its_place(bad: float) -> None:
    forecast = FORECAST.copy()
    forecast[2, 3, 1] = bad
    with pytest.raises(ValueError, match=f"^forecast must be finite, got {bad} at window 2, step 3, sensor 1$"):
        errors(forecast, OBSERVED)


def test_an_infinite_observation_is_refused_with_its_place() -> None:
    observed = OBSERVED.copy()
    observed[6, 0, 4] = -math.inf
    with pytest.raises(
        ValueError, match=r"^observed must be finite, or nan where missing, got -inf at window 6, step 0, "
    ):
        errors(FORECAST, observed)


@pytest.mark.parametrize("step", [-1, 4])
def test_a_step_that_is_not_forecast_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match=f"^step must be from 0 to 3, got {step}$"):
        errors_by_sensor(FORECAST, OBSERVED, step)


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        (HOURS[:, :2], r"^hours must have shape \(windows, steps\), \(7, 4\), got \(7, 2\)$"),
        (HOURS.astype(float), r"^hours must be integers, got dtype float64$"),
        (
            np.where(np.arange(28).reshape(7, 4) == 9, 24, HOURS),
            r"^hours must be from 0 to 23, got 24 at window 2, step 1$",
        ),
        (
            np.where(np.arange(28).reshape(7, 4) == 9, -1, HOURS),
            r"^hours must be from 0 to 23, got -1 at window 2, step 1$",
        ),
    ],
)
def test_hours_that_are_no_hours_are_refused(hours: IntArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        errors_by_hour(FORECAST, OBSERVED, hours)
