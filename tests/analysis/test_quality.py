"""What is wrong with a series is found where it was planted, as slow loops find it, and nowhere else in real data."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.quality import blackouts, dead, duplicates, gaps, missing, outliers
from analysis.series import column_medians, runs
from core.data import load

nan = float("nan")
tables = arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.sampled_from([nan, 0, 1, 2]))


def slow_stretches(inside: np.ndarray) -> list[tuple[int, int, int]]:
    found = []
    for sensor in range(inside.shape[1]):
        start = None
        for row in range(len(inside) + 1):
            holds = row < len(inside) and inside[row, sensor]
            if holds and start is None:
                start = row
            if not holds and start is not None:
                found.append((sensor, start, row - start))
                start = None
    return found


@given(tables)
def test_gaps_are_those_of_a_loop_over_rows(values: np.ndarray) -> None:
    found = gaps(values)
    rows = list(zip(found.sensor.tolist(), found.start.tolist(), found.length.tolist(), strict=True))
    assert rows == slow_stretches(np.isnan(values))
    assert found.length.sum() == np.isnan(values).sum()


@given(tables)
def test_blackouts_are_rows_in_which_nobody_saw_anything(values: np.ndarray) -> None:
    found = blackouts(values)
    dark = slow_stretches(np.isnan(values).all(axis=1)[:, None])
    assert list(zip(found.start.tolist(), found.length.tolist(), strict=True)) == [(s, n) for _, s, n in dark]
    assert (found.sensor == -1).all()


@given(tables)
def test_shares_are_those_of_counting(values: np.ndarray) -> None:
    found = missing(values)
    assert found.share == pytest.approx(np.isnan(values).mean())
    np.testing.assert_allclose(found.by_sensor, [np.isnan(column).mean() for column in values.T])
    np.testing.assert_allclose(found.by_step, [np.isnan(row).mean() for row in values])
    seen = values[~np.isnan(values)]
    assert found.zeros == pytest.approx((seen == 0).mean()) if len(seen) else np.isnan(found.zeros)
    for share, column in zip(found.zeros_by_sensor, values.T, strict=True):
        own = column[~np.isnan(column)]
        assert share == pytest.approx((own == 0).mean()) if len(own) else np.isnan(share)


@given(tables)
def test_the_most_frequent_value_is_that_of_counting(values: np.ndarray) -> None:
    found = dead(values)
    for sensor, column in enumerate(values.T):
        own = column[~np.isnan(column)]
        assert found.silent[sensor] == (len(own) == 0)
        if not len(own):
            assert np.isnan(found.value[sensor])
            assert np.isnan(found.share[sensor])
            continue
        kinds, counts = np.unique(own, return_counts=True)
        assert found.value[sensor] == kinds[counts.argmax()]
        assert found.share[sensor] == counts.max() / len(own)
        assert found.constant[sensor] == (counts.max() / len(own) >= 0.99)


def test_a_sensor_is_dead_with_one_value_in_a_hundred_that_differs_and_alive_with_two() -> None:
    values = np.zeros((200, 3))
    values[0, 0] = values[:2, 1] = values[:3, 2] = 5
    values[1, 1] = 6
    assert dead(values).constant.tolist() == [True, True, False]


@given(tables)
@settings(max_examples=50)
def test_medians_are_those_of_numpy(values: np.ndarray) -> None:
    expected = [np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else nan for column in values.T]
    np.testing.assert_array_equal(column_medians(values), expected)


def test_duplicates_agree_value_for_value_and_gap_for_gap_and_the_dead_are_none() -> None:
    one = np.array([1.0, nan, 3.0])
    values = np.stack([one, [1.0, 2.0, 3.0], one, [0, 0, 0], [-0.0, 0, 0], [1.0, 2.0, 3.0], [nan, 1.0, 3.0]], axis=1)
    assert duplicates(values).tolist() == [0, 1, 0, -1, -1, 1, -1]


def test_minus_zero_and_another_nan_make_no_difference() -> None:
    odd = np.frombuffer(np.array([0x7FF8000000000001], dtype=np.uint64).tobytes(), dtype=np.float64)[0]
    values = np.array([[0.0, -0.0], [nan, odd], [1.0, 1.0]])
    assert duplicates(values).tolist() == [0, 0]


def test_outliers_are_found_where_they_were_planted_and_nowhere_else() -> None:
    random = np.random.default_rng(0)
    values = random.normal(60, 5, (1000, 5))
    values[random.random(values.shape) < 0.05] -= 45  # congestion is none
    planted = [(0, 7, -999.0), (0, 400, 9999.0), (3, 10, 400.0)]
    for sensor, row, value in planted:
        values[row, sensor] = value
    found = outliers(values)
    assert list(zip(found.sensor.tolist(), found.row.tolist(), found.value.tolist(), strict=True)) == planted


def test_a_free_road_among_busy_ones_may_have_one_jam() -> None:
    values = np.random.default_rng(0).uniform(10, 70, (1000, 5))
    values[:, 0] = np.random.default_rng(1).normal(65, 0.5, 1000)
    values[500:504, 0] = 5
    assert len(outliers(values).row) == 0


def test_one_value_throughout_has_no_outliers_and_neither_has_nothing() -> None:
    values = np.zeros((100, 2))
    values[3, 0] = 1
    assert len(outliers(values).row) == 0
    assert len(outliers(np.full((5, 2), nan)).row) == 0
    assert np.isnan(outliers(np.full((5, 2), nan)).low).all()


def test_runs_of_a_whole_column_begin_at_its_first_row() -> None:
    assert [part.tolist() for part in runs(np.ones((3, 1), dtype=bool))] == [[0], [0], [3]]


@pytest.mark.parametrize("measure", [missing, gaps, blackouts, dead, duplicates, outliers])
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (np.zeros(3), r"values must have shape \(rows, sensors\), each at least 1, got shape \(3,\)"),
        (np.zeros((0, 3)), r"values must have shape \(rows, sensors\), each at least 1, got shape \(0, 3\)"),
        (np.array([["a"]]), "values must hold real numbers, got dtype <U1"),
        (np.array([[1.0, np.inf]]), "values must be finite, or nan where missing, got inf at row 0, sensor 1"),
    ],
)
def test_what_is_no_series_is_refused(measure, values: np.ndarray, problem: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=f"^{problem}$"):
        measure(values)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "share", "most_outliers"), [("sz-taxi", 0.248, 0), ("los-loop", 0, 0), ("pemsd7m", 0, 0)]
)
def test_real_data_are_what_is_known_of_them(published: Path, name: str, share: float, most_outliers: int) -> None:
    values = load(name, published).values
    assert missing(values).share == pytest.approx(share, abs=5e-4)
    assert not dead(values).constant.any()
    assert not dead(values).silent.any()
    assert (duplicates(values) == -1).all()
    assert len(outliers(values).row) == most_outliers
    if name == "sz-taxi":
        assert (missing(values).by_sensor > 0.5).sum() == 37
        zeros = np.nan_to_num(values, nan=0.0)  # as the publisher has them
        assert missing(zeros).zeros == pytest.approx(0.248, abs=5e-4)
