"""What cuts of weights say, on models that can be reckoned by hand."""

import dataclasses

import numpy as np
import pytest

from analysis import gates, use
from analysis.arrays import FloatArray
from analysis.blocks import block_mean
from tests.analysis import planted
from tests.analysis.linear import BLOCK, ONES, H, N, T, W, exact_gradients, linear, uneven


class TestCut:
    def test_it_is_what_loops_make_it(self) -> None:
        predict, target = linear(uneven(), noise=1.0)
        target[2, 1, 4] = target[:, :, 6] = np.nan
        where = gates.edge(H, N, 2, 5)
        before, after = predict(ONES, None), predict(where, None)
        found = use.cut(predict, before, target, where, "one", "edge")
        for t in range(T):
            rises = [abs(after[w, t, n] - target[w, t, n]) - abs(before[w, t, n] - target[w, t, n])
                     for w in range(W) for n in range(N) if not np.isnan(target[w, t, n])]
            changes = [(after[w, t, n] - before[w, t, n]) ** 2 for w in range(W) for n in range(N)]
            assert found.error[t] == pytest.approx(np.mean(rises))
            assert found.forecast[t] == pytest.approx(np.sqrt(np.mean(changes)))
        assert np.flatnonzero(np.nan_to_num(found.by_sensor)).tolist() == [2], "the receiver's forecast changes"
        assert np.isnan(found.by_sensor[6])
        assert (found.name, found.kind) == ("one", "edge")

    def test_the_rise_is_pooled_and_its_interval_is_over_blocks(self) -> None:
        predict, target = linear(uneven(), noise=1.0)
        target[2, 1, 4] = target[:5, :, 6] = np.nan
        before, where = predict(ONES, None), gates.head(H, N)
        rise = np.abs(predict(where, None) - target) - np.abs(before - target)
        found = use.cut(predict, before, target, where, block=BLOCK)
        assert found.rise == pytest.approx(np.nanmean(rise))
        sums = [np.nansum(rise[np.asarray(BLOCK) == b]) for b in np.unique(BLOCK)]
        counts = [np.isfinite(rise[np.asarray(BLOCK) == b]).sum() for b in np.unique(BLOCK)]
        wanted = block_mean([sums], counts)
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
        assert found.low < found.rise < found.high
        alone = use.cut(predict, before, target, where)
        assert np.isnan([alone.low, alone.high]).all(), "one block has no interval"
        assert alone.rise == found.rise

    def test_of_one_sensor_alone_it_is_what_that_sensor_loses(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        target[2, 1, 4] = np.nan
        before, where = predict(ONES, None), gates.head(H, N)
        whole = use.cut(predict, before, target, where, block=BLOCK)
        for sensor in range(N):
            here = target.copy()
            here[:, :, np.arange(N) != sensor] = np.nan  # as if nothing else had been observed
            wanted = use.cut(predict, before, here, where, block=BLOCK)
            found = use.cut(predict, before, target, where, block=BLOCK, only=sensor)
            assert found.rise == pytest.approx(whole.by_sensor[sensor])
            assert (found.rise, found.low, found.high) == pytest.approx((wanted.rise, wanted.low, wanted.high))
            np.testing.assert_allclose(found.error, wanted.error)
            moved = predict(where, None)[:, :, sensor] - before[:, :, sensor]
            np.testing.assert_allclose(found.forecast, np.sqrt((moved**2).mean(axis=0)))
            np.testing.assert_array_equal(found.by_sensor, whole.by_sensor)

    def test_a_sensor_that_was_never_observed_has_no_rise(self) -> None:
        predict, target = linear(uneven())
        target[:, :, 3] = np.nan
        found = use.cut(predict, predict(ONES, None), target, gates.inputs(H, N, [3]), block=BLOCK, only=3)
        assert np.isnan([found.rise, found.low, found.high, *found.error]).all()
        assert (found.forecast > 0).any(), "its forecast moves all the same"

    def test_a_step_without_observations_has_no_rise(self) -> None:
        predict, target = linear(uneven())
        target[:, 1] = np.nan
        found = use.cut(predict, predict(ONES, None), target, gates.head(H, N))
        assert np.isnan(found.error).tolist() == [False, True, False]

    def test_what_does_not_fit_is_refused(self) -> None:
        predict, target = linear(uneven())
        before = predict(ONES, None)
        with pytest.raises(ValueError, match=r"forecast must have the shape of target, \(8, 3, 7\), got \(7, 3, 7\)"):
            use.cut(predict, before[1:], target, ONES)
        with pytest.raises(ValueError, match="forecast must be finite, got inf at window 0, step 1, sensor 2"):
            use.cut(lambda *_: _infinite(before), before, target, ONES)
        with pytest.raises(ValueError, match=r"target must have shape \(windows, steps, 7\), got shape \(8, 3, 6\)"):
            use.cut(predict, before, target[:, :, 1:], ONES)
        with pytest.raises(ValueError, match="target must hold observed values"):
            use.cut(predict, before, target * np.nan, ONES)
        with pytest.raises(ValueError, match=r"gates must have shape \(heads, sensors, sensors\)"):
            use.cut(predict, before, target, ONES[0])
        with pytest.raises(ValueError, match="only must be a sensor from 0 to 6, or None for all, got 7"):
            use.cut(predict, before, target, ONES, only=7)


def _infinite(forecast: FloatArray) -> FloatArray:
    bad = forecast.copy()
    bad[0, 1, 2] = np.inf
    return bad


class TestEffects:
    def test_of_a_linear_model_they_are_exact(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=2.0)
        target[np.random.default_rng(5).random(target.shape) < 0.2] = np.nan
        found = use.effects(predict, M, exact_gradients(M, predict, target), target, sample=30)
        base = predict(ONES, None)
        for place in np.ndindex(M.shape):
            one = ONES.copy()
            one[place] = 0
            after = predict(one, None)
            own = place[1] == place[2]
            rise = np.nanmean((after - target) ** 2) - np.nanmean((base - target) ** 2)
            assert found.weight[place] == (0 if own else abs(M[place]))
            assert found.error[place] == pytest.approx(0 if own else rise, abs=1e-9)
            assert found.forecast[place] == pytest.approx(0 if own else np.sqrt(((after - base) ** 2).mean()))
        assert found.agreement_error == pytest.approx(1)
        assert found.agreement_forecast == pytest.approx(1)
        np.testing.assert_allclose(found.sample_error, found.error[tuple(found.sample.T)], atol=1e-9)
        np.testing.assert_allclose(found.sample_forecast, found.forecast[tuple(found.sample.T)])

    def test_the_sample_goes_from_the_weakest_to_the_strongest(self) -> None:
        M = uneven()
        predict, target = linear(M)
        found = use.effects(predict, M, exact_gradients(M, predict, target), target, sample=10, seed=2)
        weights = found.weight[tuple(found.sample.T)]
        every = np.sort(found.weight[found.weight > 0])
        edges = np.arange(11) * len(every) // 10
        assert len(weights) == 10
        for weight, a, b in zip(weights, edges[:-1], edges[1:], strict=True):
            assert every[a] <= weight <= every[b - 1]
        assert use.effects(predict, M, exact_gradients(M, predict, target), target, sample=999).sample.shape == (
            len(every), 3)

    def test_rank_is_spearmans_over_weights_that_are_not_zero(self) -> None:
        from scipy.stats import spearmanr

        M = uneven()
        predict, target = linear(M, noise=1.0)
        slopes = exact_gradients(M, predict, target)
        found = use.effects(predict, M, slopes, target)
        for h in range(H):
            there = found.weight[h] > 0
            for rank, what in ((found.rank_error, found.error), (found.rank_forecast, found.forecast)):
                wanted = spearmanr(found.weight[h][there], np.abs(what[h][there])).statistic
                assert rank[h] == pytest.approx(wanted)

    def test_weight_is_importance_where_all_inputs_matter_alike_and_not_where_the_weak_ones_do(self) -> None:
        M = np.abs(uneven())
        for matter, rank in ((None, 1), (1 / np.where(M > 0, M, 1) ** 2, -1)):
            predict, target = linear(M, matter)
            flat = np.abs(M * (1 if matter is None else matter))
            found = use.effects(predict, M, (M * 0, flat**2, flat**2), target)
            assert found.rank_forecast.tolist() == pytest.approx([rank, rank])

    def test_a_head_without_weights_has_no_rank_and_no_effect(self) -> None:
        M = uneven()
        M[1] = np.eye(N)
        predict, target = linear(M)
        found = use.effects(predict, M, exact_gradients(M, predict, target), target)
        assert np.isnan(found.rank_error[1])
        assert (found.error[1] == 0).all()
        assert (found.sample[:, 0] == 0).all()
        none = use.effects(predict, M * 0, (M * 0, M * 0, M * 0), target)
        assert none.sample.shape == (0, 3)
        assert np.isnan(none.agreement_error)

    def test_what_does_not_fit_is_refused(self) -> None:
        M = uneven()
        predict, target = linear(M)
        with pytest.raises(ValueError, match=r"gradients must have the shape of interaction, \(2, 7, 7\), got \(1, "):
            use.effects(predict, M, (M, M[:1], M), target)
        with pytest.raises(ValueError, match="gradients must be finite, got nan at head 0"):
            use.effects(predict, M, (M, M, M * np.nan), target)
        with pytest.raises(ValueError, match="sample must be at least 1, got 0"):
            use.effects(predict, M, (M, M, M), target, sample=0)


class TestUse:
    def made(self, **options) -> use.Use:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        given = {
            "heads": ["one", "two"], "interaction": M, "predict": predict, "target": target, "block": BLOCK,
            "gradients": lambda: exact_gradients(M, predict, target), "sensors": [f"S{k}" for k in range(N)],
            "labels": np.array([0, 0, 1, 1, 2, -1, 1]), "kilometres": np.ones((N, N)), "reproduced": 0.25,
        }
        return use.use(**{**given, **options})

    def test_it_holds_every_part(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        found = self.made()
        assert [(cut.name, cut.kind) for cut in found.cuts] == [
            ("all heads", "all"), ("one", "head"), ("two", "head"),
            ("inside community 1", "inside"), ("border of community 1", "border"),
            ("inside community 2", "inside"), ("border of community 2", "border"),     # 3 is one sensor, -1 is none
            *((f"inputs of S{k}", "inputs") for k in range(N)),
        ]
        wanted = use.cut(predict, predict(ONES, None), target, gates.inside(H, np.array([0, 0, 1, 1, 2, -1, 1]), 1))
        np.testing.assert_array_equal(found.cuts[5].error, wanted.error)
        assert all(one.low < one.rise < one.high for one in found.cuts if one.kind in ("all", "head"))
        for sensor, one in enumerate(found.cuts[-N:]):
            assert one.rise == pytest.approx(one.by_sensor[sensor]), "a sensor's inputs are held against its own error"
        assert (found.heads, found.windows, found.reproduced, found.untested) == (("one", "two"), W, 0.25, ())
        assert found.mae == pytest.approx(np.abs(predict(ONES, None) - target).mean())
        assert {curve.order for curve in found.curves} == {"strongest", "weakest", "random", "length"}
        assert len(found.curves) == 12
        assert len(found.areas) == 9

    def test_what_cannot_be_tested_is_said(self) -> None:
        found = self.made(labels=None, kilometres=None, block=np.zeros(W, dtype=int))
        assert found.untested == (
            "no communities, so none was cut",
            "no coordinates, so no pairs of the same length",
            "one stretch of windows alone, so no interval",
        )
        assert {cut.kind for cut in found.cuts} == {"all", "head", "inputs"}
        assert "length" not in {curve.order for curve in found.curves}

    def test_progress_goes_from_one_to_all(self) -> None:
        for options in ({}, {"kilometres": None, "labels": None, "sample": 3}, {"sample": 10_000}):
            seen: list[tuple[int, int]] = []
            self.made(**options, tick=lambda done, of, seen=seen: seen.append((done, of)))
            assert len({of for _, of in seen}) == 1
            assert [done for done, _ in seen] == list(range(1, seen[0][1] + 1))

    def test_single_weights_are_cut_in_double_precision_if_there_is_one(self) -> None:
        M = uneven()
        predict, _ = linear(M)
        found = self.made(exact=lambda gate, added: 2 * predict(gate, added))
        plain = self.made()
        np.testing.assert_allclose(found.effects.sample_forecast, 2 * plain.effects.sample_forecast)
        np.testing.assert_array_equal(found.cuts[0].error, plain.cuts[0].error)

    def test_another_order_of_the_sensors_changes_no_prediction_and_no_cut(self) -> None:
        M, new = uneven(), planted.order(N)
        predict, target = linear(M, noise=1.0)
        back = np.argsort(new)

        def moved(gate: FloatArray, added: FloatArray | None) -> FloatArray:
            places = np.ix_(range(H), back, back)
            return predict(gate[places], None if added is None else added[places])[:, :, new]

        M2, target2 = M[np.ix_(range(H), new, new)], target[:, :, new]
        labels = np.array([0, 0, 1, 1, 2, -1, 1])
        found = self.made(kilometres=None)
        other = self.made(
            interaction=M2, predict=moved, target=target2, labels=labels[new], kilometres=None,
            gradients=lambda: exact_gradients(M2, moved, target2), sensors=[f"S{k}" for k in new],
        )
        np.testing.assert_allclose(other.effects.error, found.effects.error[np.ix_(range(H), new, new)], atol=1e-9)
        ours, theirs = ({cut.name: cut for cut in one.cuts} for one in (found, other))
        for name, cut in ours.items():
            np.testing.assert_allclose(theirs[name].error, cut.error)
            np.testing.assert_allclose(theirs[name].by_sensor, cut.by_sensor[new], atol=1e-12)
        for a, b in zip(found.curves, other.curves, strict=True):
            if a.order in ("strongest", "weakest") and a.removal != "rewire":
                np.testing.assert_allclose(a.error, b.error)

    def test_names_must_be_as_many_as_what_they_name(self) -> None:
        with pytest.raises(ValueError, match="heads must be 2 names, got 1"):
            self.made(heads=["one"])
        with pytest.raises(ValueError, match="sensors must be 7 names, got 0"):
            self.made(sensors=[])
        with pytest.raises(ValueError, match=r"labels must be whole numbers, \(7,\), got int64 of shape \(3,\)"):
            self.made(labels=np.array([0, 1, 2]))

    def test_a_result_is_plain_all_the_way_down(self) -> None:
        def plain(thing: object) -> bool:
            if dataclasses.is_dataclass(thing):
                return all(plain(getattr(thing, field.name)) for field in dataclasses.fields(thing))
            if isinstance(thing, tuple):
                return all(map(plain, thing))
            return type(thing) in (int, float, str) or (
                isinstance(thing, np.ndarray) and thing.dtype in (np.float64, np.int64))

        assert plain(self.made())
