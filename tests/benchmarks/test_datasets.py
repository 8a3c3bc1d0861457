"""The data sets that only the benchmark has: made-up cities of any size, and SZ-Taxi after its shift."""

from pathlib import Path

import numpy as np
import pytest


def test_a_made_up_city_is_connected_and_of_the_size_that_was_asked_for() -> None:
    from scipy.sparse.csgraph import connected_components

    from benchmarks.datasets import made_city

    data = made_city(30)
    assert (data.sensors, data.steps) == (30, 2000)
    road = data.adjacency
    np.testing.assert_array_equal(road, road.T)
    assert connected_components(road)[0] == 1
    assert (road.sum(axis=1) >= 2).all()
    assert not road.diagonal().any()
    np.testing.assert_array_equal(data.values, made_city(30).values)
    with pytest.raises(ValueError, match="must have at least 10 sensors, got 9"):
        made_city(9)


@pytest.mark.real_data
def test_sz_taxi_after_its_shift_begins_on_11_january(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.datasets import opened

    monkeypatch.setenv("TOPOLENS_DATA", str(published))
    whole, after = opened("sz-taxi"), opened("sz-taxi-after")
    assert (after.steps, after.times[0].isoformat()) == (2016, "2015-01-11T00:00:00")
    np.testing.assert_array_equal(after.values, whole.values[960:])
    assert np.nanmean(whole.values[:960]) - np.nanmean(after.values) > 8
    assert after.sha256 != whole.sha256
