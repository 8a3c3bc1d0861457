"""Made data on a known graph: that they are what they say, and what is found in them."""

import re
from dataclasses import replace

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.planted import LEAST, MOST, WAYS, Truth, noise_of, planted, process, recovered, ring, truth
from analysis.roads import hops
from tests.analysis import planted as made


def grid(side: int) -> FloatArray:
    """Streets of a town in squares."""
    place = np.arange(side * side)
    apart = np.abs(place[:, None] // side - place // side) + np.abs(place[:, None] % side - place % side)
    return (apart == 1).astype(float)


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


class TestRecovered:
    def known(self) -> Truth:
        return truth(grid(8), far=4)

    def test_the_truth_finds_itself(self) -> None:
        found = recovered("itself", self.known().coupling, self.known())
        assert (found.auroc, found.precision, found.far) == (1.0, 1.0, 1.0)
        assert found.nmi > 0.7

    def test_a_flat_matrix_finds_what_chance_finds(self) -> None:
        known = self.known()
        found = recovered("flat", np.ones((64, 64)), known)
        pairs = 64 * 63 / 2
        assert found.auroc == 0.5
        assert found.precision == pytest.approx(np.triu(known.coupling > 0).sum() / pairs)
        assert found.far == pytest.approx(round(0.05 * pairs) / pairs)

    def test_far_couplings_alone(self) -> None:
        found = recovered("far", self.known().far, self.known())
        assert found.far == 1.0
        assert found.precision < 0.2

    def test_without_far_couplings_or_communities_there_is_nothing_to_say(self) -> None:
        known = truth(grid(4), far=0, communities=1)
        found = recovered("itself", known.coupling, known)
        assert np.isnan([found.far, found.nmi]).all()

    def test_node_order_does_not_matter(self) -> None:
        known, new = self.known(), made.order(64)
        M = known.coupling + 0.5 * np.random.default_rng(0).random((64, 64))
        turned = Truth(made.reordered(known.coupling, new), made.reordered(known.far, new), known.groups[new])
        first, other = recovered("x", M, known), recovered("x", made.reordered(M, new), turned)
        assert (other.auroc, other.precision, other.far) == pytest.approx((first.auroc, first.precision, first.far))

    def test_a_matrix_of_another_size_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^interaction must have shape \(64, 64\), got shape \(9, 9\)$"):
            recovered("x", np.ones((9, 9)), self.known())


class TestPlanted:
    def test_long_series_give_the_graph_away(self) -> None:
        found = planted(grid(5), length=6000, noise=0.3, seeds=1)
        for row in found.recoveries[:3]:
            assert row.auroc > 0.95, row
            assert row.precision > 0.8, row
            assert row.far == 1.0, row

    def test_more_data_find_more_and_more_noise_less(self) -> None:
        found = planted(grid(6), length=400, noise=0.4, seeds=3)

        def mean(way: str, noise: float, length: int) -> float:
            rows = [row for row in found.recoveries if (row.way, row.noise, row.length) == (way, noise, length)]
            assert len(rows) == 3
            return float(np.mean([row.auroc for row in rows]))

        for way in WAYS:
            assert mean(way, 0.4, 200) < mean(way, 0.4, 400) < mean(way, 0.4, 800)
            assert mean(way, 0.8, 400) < mean(way, 0.4, 400)

    def test_every_setting_way_and_seed_is_there_once(self) -> None:
        ticks: list[tuple[int, int]] = []
        found = planted(grid(4), 40, 0.3, missing=0.1, seeds=2, tick=lambda done, of: ticks.append((done, of)))
        keys = {(row.way, row.noise, row.length, row.seed) for row in found.recoveries}
        assert len(keys) == len(found.recoveries) == 3 * 5 * 2
        assert {(row.noise, row.length) for row in found.recoveries} == {
            (0.3, 40), (0.15, 40), (0.6, 40), (0.3, 20), (0.3, 80),
        }
        assert {row.missing for row in found.recoveries} == {0.1}
        assert ticks == [(k + 1, 30) for k in range(30)]

    def test_noise_does_not_fall_below_the_news(self) -> None:
        def levels(noise: float, news: float) -> set[float]:
            return {row.noise for row in planted(ring(9), 40, noise, seeds=1, news=news).recoveries}

        assert levels(0.4, 0.1) == {0.4, 0.2, 0.8}
        assert levels(0.4, 0.3) == {0.4, 0.3, 0.8}
        assert levels(0.4, 0.9) == {0.4, 0.8}
        assert levels(0.95, 0.9) == {0.95, 0.9}

    def test_without_roads_it_is_a_ring(self) -> None:
        ringed = planted(None, 40, 0.3, sensors=12, seeds=1)
        assert ringed.graph == "ring"
        assert planted(np.eye(12), 40, 0.3, seeds=1) == ringed
        assert planted(ring(12), 40, 0.3, seeds=1) == replace(ringed, graph="roads")

    def test_noise_is_held_within_what_can_be_made(self) -> None:
        assert planted(ring(9), 40, 0.0, seeds=1).noise == LEAST
        assert planted(ring(9), 40, 1.0, seeds=1).noise == MOST

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"length": 7}, "length must be at least 8, got 7"),
            ({"seeds": 0}, "seeds must be at least 1, got 0"),
            ({"noise": float("nan")}, "noise must be finite, got nan"),
            ({"road": None}, "sensors must be given where road is None, got neither"),
            ({"road": [[0.0]]}, "sensors must be at least 2 for a pair to be found, got 1"),
            ({"sensors": 4}, "road must have shape (4, 4), got shape (5, 5)"),
        ],
    )
    def test_what_is_out_of_range_is_refused(self, given: dict, message: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            planted(**{"road": ring(5), "length": 40, "noise": 0.3, **given})
