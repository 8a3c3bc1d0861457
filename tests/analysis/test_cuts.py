"""What a set of weights is worth that is cut: as loops, pooled over blocks, of one sensor alone."""

import numpy as np
import pytest

from analysis import gates
from analysis.arrays import FloatArray
from analysis.blocks import block_mean
from analysis.cuts import cut
from tests.analysis.linear import BLOCK, ONES, H, N, T, W, linear, uneven


class TestCut:
    def test_it_is_what_loops_make_it(self) -> None:
        predict, target = linear(uneven(), noise=1.0)
        target[2, 1, 4] = target[:, :, 6] = np.nan
        where = gates.edge(H, N, 2, 5)
        before, after = predict(ONES, None), predict(where, None)
        found = cut(predict, before, target, where, "one", "edge")
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
        found = cut(predict, before, target, where, block=BLOCK)
        assert found.rise == pytest.approx(np.nanmean(rise))
        sums = [np.nansum(rise[np.asarray(BLOCK) == b]) for b in np.unique(BLOCK)]
        counts = [np.isfinite(rise[np.asarray(BLOCK) == b]).sum() for b in np.unique(BLOCK)]
        wanted = block_mean([sums], counts)
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
        assert found.low < found.rise < found.high
        alone = cut(predict, before, target, where)
        assert np.isnan([alone.low, alone.high]).all(), "one block has no interval"
        assert alone.rise == found.rise

    def test_of_one_sensor_alone_it_is_what_that_sensor_loses(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        target[2, 1, 4] = np.nan
        before, where = predict(ONES, None), gates.head(H, N)
        whole = cut(predict, before, target, where, block=BLOCK)
        for sensor in range(N):
            here = target.copy()
            here[:, :, np.arange(N) != sensor] = np.nan  # as if nothing else had been observed
            wanted = cut(predict, before, here, where, block=BLOCK)
            found = cut(predict, before, target, where, block=BLOCK, only=sensor)
            assert found.rise == pytest.approx(whole.by_sensor[sensor])
            assert (found.rise, found.low, found.high) == pytest.approx((wanted.rise, wanted.low, wanted.high))
            np.testing.assert_allclose(found.error, wanted.error)
            moved = predict(where, None)[:, :, sensor] - before[:, :, sensor]
            np.testing.assert_allclose(found.forecast, np.sqrt((moved**2).mean(axis=0)))
            np.testing.assert_array_equal(found.by_sensor, whole.by_sensor)

    def test_a_sensor_that_was_never_observed_has_no_rise(self) -> None:
        predict, target = linear(uneven())
        target[:, :, 3] = np.nan
        found = cut(predict, predict(ONES, None), target, gates.inputs(H, N, [3]), block=BLOCK, only=3)
        assert np.isnan([found.rise, found.low, found.high, *found.error]).all()
        assert (found.forecast > 0).any(), "its forecast moves all the same"

    def test_a_step_without_observations_has_no_rise(self) -> None:
        predict, target = linear(uneven())
        target[:, 1] = np.nan
        found = cut(predict, predict(ONES, None), target, gates.head(H, N))
        assert np.isnan(found.error).tolist() == [False, True, False]

    def test_what_does_not_fit_is_refused(self) -> None:
        predict, target = linear(uneven())
        before = predict(ONES, None)
        with pytest.raises(ValueError, match=r"forecast must have the shape of target, \(8, 3, 7\), got \(7, 3, 7\)"):
            cut(predict, before[1:], target, ONES)
        with pytest.raises(ValueError, match="forecast must be finite, got inf at window 0, step 1, sensor 2"):
            cut(lambda *_: _infinite(before), before, target, ONES)
        with pytest.raises(ValueError, match=r"target must have shape \(windows, steps, 7\), got shape \(8, 3, 6\)"):
            cut(predict, before, target[:, :, 1:], ONES)
        with pytest.raises(ValueError, match="target must hold observed values"):
            cut(predict, before, target * np.nan, ONES)
        with pytest.raises(ValueError, match=r"gates must have shape \(heads, sensors, sensors\)"):
            cut(predict, before, target, ONES[0])
        with pytest.raises(ValueError, match="only must be a sensor from 0 to 6, or None for all, got 7"):
            cut(predict, before, target, ONES, only=7)


def _infinite(forecast: FloatArray) -> FloatArray:
    bad = forecast.copy()
    bad[0, 1, 2] = np.inf
    return bad
