"""Made series as data that a model can be trained on."""

import numpy as np
import pandas as pd
import pytest

from core.data.process import made
from core.data.sensors import DataError
from core.data.windows import windows

SERIES = np.random.default_rng(0).normal(size=(200, 4))
ROAD = np.roll(np.eye(4), 1, axis=1)


def test_what_was_given_is_there() -> None:
    data = made(np.where(SERIES > 2, np.nan, SERIES), ROAD, 0.5 * ROAD, interval_minutes=15, name="like mine")
    assert (data.name, data.interval, data.steps_per_day) == ("like mine", pd.Timedelta(minutes=15), 96)
    np.testing.assert_array_equal(data.adjacency, ROAD.astype(np.float32))
    np.testing.assert_array_equal(data.truth, (0.5 * ROAD).astype(np.float32))
    np.testing.assert_array_equal(np.isnan(data.values), SERIES > 2)


def test_values_keep_their_course() -> None:
    data = made(SERIES, None, ROAD)
    np.testing.assert_allclose((data.values - 50) / 10, SERIES, atol=1e-5)
    assert data.adjacency is None


def test_a_training_can_be_cut_from_it() -> None:
    assert windows(made(SERIES, ROAD, ROAD), horizon=3).count("train") == 140 - 12 - 3 + 1


def test_what_is_wrong_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^interval_minutes must be at least 1, got 0$"):
        made(SERIES, None, ROAD, interval_minutes=0)
    with pytest.raises(DataError, match="adjacency"):
        made(SERIES, -ROAD, ROAD)
