"""What every weight does, on models that can be reckoned by hand, and how the sample that checks it is drawn."""

import numpy as np
import pytest

from analysis.effects import effects
from tests.analysis.linear import ONES, H, N, exact_gradients, linear, uneven


class TestEffects:
    def test_of_a_linear_model_they_are_exact(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=2.0)
        target[np.random.default_rng(5).random(target.shape) < 0.2] = np.nan
        found = effects(predict, M, exact_gradients(M, predict, target), target, sample=30)
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
        found = effects(predict, M, exact_gradients(M, predict, target), target, sample=10, seed=2)
        weights = found.weight[tuple(found.sample.T)]
        every = np.sort(found.weight[found.weight > 0])
        edges = np.arange(11) * len(every) // 10
        assert len(weights) == 10
        for weight, a, b in zip(weights, edges[:-1], edges[1:], strict=True):
            assert every[a] <= weight <= every[b - 1]
        assert effects(predict, M, exact_gradients(M, predict, target), target, sample=999).sample.shape == (
            len(every), 3)

    def test_rank_is_spearmans_over_weights_that_are_not_zero(self) -> None:
        from scipy.stats import spearmanr

        M = uneven()
        predict, target = linear(M, noise=1.0)
        slopes = exact_gradients(M, predict, target)
        found = effects(predict, M, slopes, target)
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
            found = effects(predict, M, (M * 0, flat**2, flat**2), target)
            assert found.rank_forecast.tolist() == pytest.approx([rank, rank])

    def test_a_head_without_weights_has_no_rank_and_no_effect(self) -> None:
        M = uneven()
        M[1] = np.eye(N)
        predict, target = linear(M)
        found = effects(predict, M, exact_gradients(M, predict, target), target)
        assert np.isnan(found.rank_error[1])
        assert (found.error[1] == 0).all()
        assert (found.sample[:, 0] == 0).all()
        none = effects(predict, M * 0, (M * 0, M * 0, M * 0), target)
        assert none.sample.shape == (0, 3)
        assert np.isnan(none.agreement_error)

    def test_what_does_not_fit_is_refused(self) -> None:
        M = uneven()
        predict, target = linear(M)
        with pytest.raises(ValueError, match=r"gradients must have the shape of interaction, \(2, 7, 7\), got \(1, "):
            effects(predict, M, (M, M[:1], M), target)
        with pytest.raises(ValueError, match="gradients must be finite, got nan at head 0"):
            effects(predict, M, (M, M, M * np.nan), target)
        with pytest.raises(ValueError, match="sample must be at least 1, got 0"):
            effects(predict, M, (M, M, M), target, sample=0)
