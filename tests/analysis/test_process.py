"""Made data on a known graph: that they are what they say."""

import re

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.distances import hops
from analysis.process import noise_of, process, ring, truth
from tests.analysis import planted as made
from tests.analysis.planted import grid


class TestTruth:
    def test_every_road_is_coupled_and_borders_weakly(self) -> None:
        road = grid(8)
        known = truth(road, far=0)
        np.testing.assert_array_equal(known.coupling > 0, road > 0)
        inside = known.groups[:, None] == known.groups
        assert set(known.coupling[(road > 0) & inside]) == {1.0}
        assert set(known.coupling[(road > 0) & ~inside]) == {0.3}

    def test_far_couplings_are_far_symmetric_and_one_to_a_sensor(self) -> None:
        road = grid(8)
        known = truth(road, far=5, seed=3)
        assert known.far_pairs == 5
        assert hops(road)[known.far > 0].min() > 2
        np.testing.assert_array_equal(known.coupling, known.coupling.T)
        assert known.far.sum(axis=1).max() == 1
        ends = known.far.any(axis=1)
        heard = (known.coupling * known.far).sum(axis=1) / known.coupling.sum(axis=1)
        assert (np.abs(heard[ends] - 1 / 3) < 0.12).all()

    def test_a_one_way_road_couples_both(self) -> None:
        np.testing.assert_array_equal(truth(made.chain(9)).coupling, truth(made.chain(9).T).coupling)

    def test_where_nothing_is_far_there_are_fewer(self) -> None:
        assert truth(np.ones((6, 6)), far=3).far_pairs == 0
        assert truth(np.zeros((5, 5)), far=9).far_pairs == 2

    @pytest.mark.parametrize(("sensors", "far", "groups"), [(4, 1, 2), (120, 6, 5), (207, 10, 7)])
    def test_numbers_follow_the_number_of_sensors(self, sensors: int, far: int, groups: int) -> None:
        known = truth(ring(sensors))
        assert known.far_pairs == (far if sensors > 6 else 0)
        assert known.communities == groups

    def test_a_negative_number_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^far must be at least 0, got -1$"):
            truth(ring(9), far=-1)


class TestProcess:
    @pytest.mark.parametrize("noise", [0.05, 0.2, 0.5, 0.9])
    @pytest.mark.parametrize("road", [ring(30), grid(6), np.zeros((9, 9))], ids=["ring", "grid", "no roads"])
    def test_the_noise_is_the_share_asked_for(self, road: FloatArray, noise: float) -> None:
        """Without noise of measuring, so that what the last row leaves is news alone; the best forecast is fitted."""
        x = process(road, 20_000, noise, news=noise)
        past = np.column_stack([x[:-1], np.ones(len(x) - 1)])
        left = x[1:] - past @ np.linalg.lstsq(past, x[1:], rcond=None)[0]
        assert left.var() / x.var(axis=0).mean() == pytest.approx(noise, rel=0.2)

    def test_noise_of_measuring_is_what_news_leaves(self) -> None:
        states = process(ring(20), 5000, 0.2, news=0.2, seed=4)
        measured = process(ring(20), 5000, 0.6, news=0.2, seed=4)
        np.testing.assert_allclose(np.corrcoef(states.ravel(), measured.ravel())[0, 1] ** 2, 0.5, atol=0.03)
        assert measured.var() == pytest.approx(1.0, abs=0.15)

    def test_the_start_is_the_same_for_every_length_and_missing_share(self) -> None:
        long = process(ring(9), 80, 0.3, seed=2)
        np.testing.assert_array_equal(process(ring(9), 30, 0.3, seed=2), long[:30])
        gaps = process(ring(9), 80, 0.3, missing=0.25, seed=2)
        seen = np.isfinite(gaps)
        np.testing.assert_array_equal(gaps[seen], long[seen])
        assert 0.15 < 1 - seen.mean() < 0.35

    def test_the_seed_makes_it(self) -> None:
        np.testing.assert_array_equal(process(ring(9), 30, seed=1), process(ring(9), 30, seed=1))
        assert not np.array_equal(process(ring(9), 30, seed=1), process(ring(9), 30, seed=2))

    @pytest.mark.parametrize(
        "road", [np.ones((12, 12)), made.hub(12), 1e9 * made.uneven(12), 1e-9 * grid(4), np.zeros((3, 3)), [[0.0]]]
    )
    def test_it_fades_on_any_graph(self, road: FloatArray) -> None:
        for noise in (0.01, 0.5, 0.95):
            x = process(road, 3000, noise)
            assert np.isfinite(x).all()
            assert x.std() < 3

    def test_sensors_that_are_coupled_move_together(self) -> None:
        road = np.zeros((6, 6))
        road[0, 1] = road[2, 3] = 1.0
        x = process(road, 5000, 0.3)
        together = np.corrcoef(x, rowvar=False)
        assert together[0, 1] > 0.2
        assert together[2, 3] > 0.2
        assert np.abs(together[[0, 1, 4], [2, 3, 5]]).max() < 0.15

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"noise": 0.0}, "noise must be above 0 and below 1, got 0.0"),
            ({"noise": 1.0}, "noise must be above 0 and below 1, got 1.0"),
            ({"noise": 0.2, "news": 0.3}, "news must be above 0 and at most the noise, got 0.3"),
            ({"missing": 1.0}, "missing must be from 0 to below 1, got 1.0"),
            ({"coupled": 1.0}, "coupled must be from 0 to below 1, got 1.0"),
            ({"length": 0}, "length must be at least 1, got 0"),
        ],
    )
    def test_what_is_out_of_range_is_refused(self, given: dict, message: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            process(ring(5), **{"length": 50, **given})


class TestNoise:
    def test_it_is_what_the_forecast_leaves(self) -> None:
        """An autoregression of 0.8 leaves 1 - 0.8² to the best forecast, and all to its mean."""
        generator = np.random.default_rng(0)
        x = np.zeros((20_001, 3))
        for t in range(1, len(x)):
            x[t] = 0.8 * x[t - 1] + generator.normal(size=3)
        assert noise_of(x[1:], 0.8 * x[:-1]) == pytest.approx(0.36, abs=0.01)
        assert noise_of(x[1:], np.broadcast_to(x[1:].mean(axis=0), x[1:].shape)) == pytest.approx(1.0)
        assert noise_of(x[1:], x[1:]) == 0.0

    def test_the_everyday_course_counts_as_foreseen_only_without_slots(self) -> None:
        generator = np.random.default_rng(0)
        slot = np.arange(2400) % 24
        rush = 5 * np.sin(2 * np.pi * slot / 24)[:, None]
        new = generator.normal(size=(2400, 4))
        assert noise_of(rush + new, np.broadcast_to(rush, new.shape)) < 0.1
        assert noise_of(rush + new, np.broadcast_to(rush, new.shape), slot) == pytest.approx(1.0, abs=0.05)

    def test_means_of_few_days_are_counted_as_what_they_take(self) -> None:
        """White values, three a slot: without the correction their spread would be a third too small."""
        new = np.random.default_rng(0).normal(size=(3 * 400, 5))
        slot = np.arange(3 * 400) % 400
        assert noise_of(new, 0 * new + 0.5 * new, slot) == pytest.approx(0.25, abs=0.02)

    def test_missing_values_and_silent_sensors_are_left_out(self) -> None:
        x = np.random.default_rng(0).normal(size=(500, 4))
        x[::3, 0] = np.nan
        x[:, 1], x[:, 2] = np.nan, 7.0
        assert noise_of(x, np.nan_to_num(x) / 2) == pytest.approx(0.25, abs=0.01)

    def test_nothing_varies(self) -> None:
        assert np.isnan(noise_of(np.ones((5, 2)), np.ones((5, 2))))
        assert np.isnan(noise_of(np.full((5, 2), np.nan), np.ones((5, 2))))

    def test_what_does_not_fit_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^observed and forecast must both be \(windows, sensors\), got \(5, 2\)"):
            noise_of(np.ones((5, 2)), np.ones((5, 3)))
        with pytest.raises(ValueError, match=r"^slot must hold 5 integers, got shape \(4,\) of dtype int64$"):
            noise_of(np.ones((5, 2)), np.ones((5, 2)), np.arange(4))


