"""Parts, scaler and windows against loops that say what they should be."""

import numpy as np
import pandas as pd
import pytest
import torch

from core.data.sensors import SensorData, node_table
from core.data.windows import windows
from core.protocols import PROTOCOLS


def series(values: np.ndarray, freq: str = "15min", skip: int | None = None) -> SensorData:
    """A data set of these values; with ``skip``, a day is left out before that row."""
    times = pd.date_range("2024-01-01", periods=len(values), freq=freq).to_series()
    if skip is not None:
        times.iloc[skip:] += pd.Timedelta(days=1)
    return SensorData(
        name="made", values=values.astype(np.float32), times=pd.DatetimeIndex(times.to_numpy()),
        interval=pd.Timedelta(freq), unit="km/h", adjacency=None,
        nodes=node_table([f"s{k}" for k in range(values.shape[1])]),
    )


def counted(steps: int = 200, sensors: int = 2) -> np.ndarray:
    """Value = row + sensor / 10: every number tells where it comes from."""
    return np.arange(steps)[:, None] + np.arange(sensors) / 10.0


def test_the_parts_follow_each_other_in_time_at_70_and_80_per_cent() -> None:
    assert windows(series(counted()), horizon=4).parts == {
        "train": (0, 140), "validation": (140, 160), "test": (160, 200)
    }


@pytest.mark.parametrize("steps", [1000, 1001, 2000, 2016, 8640])
def test_both_protocols_begin_the_test_part_at_80_per_cent(steps: int) -> None:
    for name in PROTOCOLS:
        assert windows(series(counted(steps)), name, horizon=4).parts["test"] == (steps * 4 // 5, steps)


def test_in_the_published_protocol_the_test_part_is_also_the_validation() -> None:
    cut = windows(series(counted()), "published", horizon=4)
    assert cut.parts["validation"] == cut.parts["test"] == (160, 200)
    assert PROTOCOLS["published"].optimistic
    assert not PROTOCOLS["clean"].optimistic


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_window_comes_exactly_once_and_stays_in_its_part(size: int, shuffled: bool) -> None:
    cut = windows(series(counted()), inputs=5, horizon=3)
    generator = torch.Generator().manual_seed(1) if shuffled else None
    seen = []
    for chunk in cut.chunks("train", size, generator):
        b = len(chunk.target)
        assert len(chunk.series) == len(chunk.slot) == b + 5 - 1
        assert b <= size
        for k in range(b):
            first = chunk.first + k
            seen.append(first)
            assert chunk.series[k : k + 5, 0].tolist() == [first - 5 + i for i in range(5)]
            assert chunk.target[k, :, 0].tolist() == [first + i for i in range(3)]
            assert chunk.target[k, :, 1].tolist() == pytest.approx([first + i + 0.1 for i in range(3)])
    assert sorted(seen) == list(range(5, 140 - 3 + 1))
    assert cut.count("train") == len(seen)


def test_shuffling_depends_on_the_generator_alone() -> None:
    cut = windows(series(counted()), inputs=5, horizon=3)

    def order(seed: int) -> list[int]:
        return [c.first for c in cut.chunks("train", 8, torch.Generator().manual_seed(seed))]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert order(1) != sorted(order(1))


def test_no_window_crosses_a_gap_in_time() -> None:
    cut = windows(series(counted(), skip=50), inputs=5, horizon=3)
    firsts = {c.first + k for c in cut.chunks("train", 16) for k in range(len(c.target))}
    assert firsts == {*range(5, 48), *range(55, 138)}


def test_windows_are_views_of_the_series() -> None:
    cut = windows(series(counted()), inputs=5, horizon=3)
    chunk = next(cut.chunks("train", 8))
    inside = cut.filled.data_ptr() <= chunk.series.data_ptr() < cut.filled.data_ptr() + cut.filled.nbytes
    assert inside
    assert chunk.target.untyped_storage().data_ptr() == cut.observed.untyped_storage().data_ptr()


def test_the_scaler_knows_nothing_of_what_comes_after_the_training_part() -> None:
    values = counted()
    changed = values.copy()
    changed[140:] *= 50
    a, b = windows(series(values), horizon=4), windows(series(changed), horizon=4)
    assert (a.shift, a.scale) == (b.shift, b.scale)
    assert a.shift == pytest.approx(values[:140].mean(), rel=1e-6)
    assert a.scale == pytest.approx(values[:140].std(), rel=1e-6)


def test_the_published_scaler_is_the_largest_value_of_all_data() -> None:
    cut = windows(series(counted()), "published", horizon=4)
    assert (cut.shift, cut.scale) == (0.0, pytest.approx(199.1))


def test_gaps_are_filled_from_the_past_as_a_loop_would() -> None:
    random = np.random.default_rng(0)
    values = random.normal(50, 10, (120, 3))
    values[random.random(values.shape) < 0.4] = np.nan
    values[:7, 0] = np.nan
    values[:, 2] = np.nan
    cut = windows(series(values), inputs=5, horizon=3)
    train = values[:84]
    for n in range(3):
        last = np.nanmean(train[:, n]) if n < 2 else np.nanmean(train)
        for t in range(120):
            last = values[t, n] if not np.isnan(values[t, n]) else last
            assert cut.filled[t, n] == pytest.approx(last, rel=1e-5)
    assert np.array_equal(cut.observed.isnan().numpy(), np.isnan(values))


def test_in_the_published_protocol_missing_values_are_zeros_that_count() -> None:
    values = counted()
    values[20:30] = np.nan
    cut = windows(series(values), "published", horizon=4)
    assert (cut.observed[20:30] == 0).all()
    assert not cut.observed.isnan().any()


def test_the_slot_is_the_time_of_day() -> None:
    cut = windows(series(counted(), skip=50), horizon=4)
    assert cut.slots == 96
    assert cut.slot[:3].tolist() == [0, 1, 2]
    assert cut.slot[96].item() == 0
    assert windows(series(counted(), freq="7min"), horizon=4).slots == 1


@pytest.mark.parametrize(("wrong", "words"), [
    ({"protocol_name": "fair"}, "protocol must be one of clean, published, got 'fair'"),
    ({"inputs": 0}, "inputs must be at least 1, got 0"),
    ({"horizon": 0}, "horizon must be at least 1, got 0"),
    ({"horizon": 12}, r"the validation part must hold 12 \+ 12 rows without a gap in time, got rows 140 to 160"),
])
def test_what_cannot_be_cut_is_refused(wrong: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        windows(series(counted()), **wrong)


@pytest.mark.parametrize(("part", "rows"), [("validation", slice(140, 160)), ("test", slice(160, 200))])
def test_a_part_in_which_nothing_was_observed_is_refused(part: str, rows: slice) -> None:
    values = counted()
    values[rows] = np.nan
    with pytest.raises(ValueError, match=f"the {part} part must hold observed values to be forecast, got none in rows"):
        windows(series(values), horizon=4)


def test_a_training_part_without_variation_is_refused() -> None:
    with pytest.raises(ValueError, match="must vary, got only the value 7"):
        windows(series(np.full((200, 2), 7.0)), horizon=4)
    with pytest.raises(ValueError, match="at least one observed value"):
        windows(series(np.where(np.arange(200)[:, None] < 150, np.nan, 1.0) * np.ones(2)), horizon=4)
