"""The tests of one forecast against another: their formulas, what they say of planted differences, their refusals."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from analysis.forecast_tests import diebold_mariano, paired


def plain(loss: np.ndarray, other: np.ndarray, h: int) -> tuple[float, float]:
    """Statistic and p, with loops."""
    d = [a - b for a, b in zip(loss, other, strict=True)]
    n = len(d)
    mean = sum(d) / n
    gamma = [sum((d[w] - mean) * (d[w - k] - mean) for w in range(k, n)) / n for k in range(n)]
    rho = gamma[1] / gamma[0]
    lags = max(h, 1 + math.floor(1.1447 * (4 * rho**2 * n / ((1 - rho) ** 2 * (1 + rho) ** 2)) ** (1 / 3)))
    total = sum((1 - abs(k) / lags) * gamma[abs(k)] for k in range(-(lags - 1), lags))
    found = mean / math.sqrt(total / n) * math.sqrt((n + 1 - 2 * lags + lags * (lags - 1) / n) / n)
    return found, 2 * (1 - stats.t.cdf(abs(found), min(n - 1, 1.5 * n / lags)))


def losses(count: int = 200, seed: int = 0, better: float = 0.0, lasting: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Losses of two forecasts whose differences last for some windows."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=(2, count + lasting - 1))
    both = np.stack([np.convolve(row, np.ones(lasting), "valid") / np.sqrt(lasting) for row in noise])
    return 5 + both[0] - better, 5 + both[1]


@pytest.mark.parametrize("h", [1, 3, 12])
def test_the_statistic_is_that_of_its_formula(h: int) -> None:
    one, other = losses(better=0.2, lasting=h)
    found = diebold_mariano(one, other, h)
    assert (found.statistic, found.p) == pytest.approx(plain(one, other, h))
    assert found.count == 200
    assert found.difference == pytest.approx((one - other).mean())
    assert found.deviation == pytest.approx((one - other).std(ddof=1))


def test_where_neighbours_are_not_alike_it_is_nearly_a_t_test() -> None:
    one, other = losses(better=0.1, seed=9)
    d = one - other
    assert abs(np.corrcoef(d[1:], d[:-1])[0, 1]) < 0.02
    found, wanted = diebold_mariano(one, other, 1), stats.ttest_rel(one, other)
    assert found.statistic == pytest.approx(wanted.statistic)          # the correction turns 1/W into 1/(W - 1)
    assert found.p == pytest.approx(wanted.pvalue)


def test_the_better_forecast_has_the_negative_statistic_and_turns_with_the_order() -> None:
    one, other = losses(better=0.5)
    forth, back = diebold_mariano(one, other, 3), diebold_mariano(other, one, 3)
    assert forth.statistic < -3
    assert forth.p < 0.01
    assert (back.statistic, back.p) == (-forth.statistic, forth.p)


@pytest.mark.parametrize(("alike", "most"), [(0.0, 0.08), (0.5, 0.09), (0.87, 0.11), (0.95, 0.14)])
def test_equal_forecasts_are_called_different_about_as_often_as_promised(alike: float, most: float) -> None:
    """Differences that last far longer than the horizon, as in a rush hour: cut off at it, half would be called so."""
    random = np.random.default_rng(0)
    found = [
        diebold_mariano(lfilter([1], [1, -alike], random.normal(size=700))[-381:], np.zeros(381), 3).p < 0.05
        for _ in range(600)
    ]
    assert 0.03 <= np.mean(found) <= most


def test_a_lasting_difference_is_found() -> None:
    random = np.random.default_rng(0)
    found = [
        diebold_mariano(1 + lfilter([1], [1, -0.87], random.normal(size=700))[-381:], np.zeros(381), 3).p < 0.05
        for _ in range(100)
    ]
    assert np.mean(found) > 0.5     # the mean of so many has a deviation of about 0.4


def test_windows_without_a_loss_are_left_out_of_both() -> None:
    one, other = losses()
    holes, gaps = one.copy(), other.copy()
    holes[3], gaps[100] = np.nan, np.nan
    kept = np.delete(np.arange(200), [3, 100])
    assert diebold_mariano(holes, gaps, 2) == diebold_mariano(one[kept], other[kept], 2)


def test_where_two_never_differ_there_is_no_statistic() -> None:
    one, _ = losses()
    for other in (one, one + 0.25):
        found = diebold_mariano(one, other, 3)
        assert math.isnan(found.statistic)
        assert math.isnan(found.p)
        assert found.difference == pytest.approx((one - other).mean())


def test_differences_that_turn_from_window_to_window_have_a_variance() -> None:
    one = 0.1 + np.array([1.0, -1.0] * 20)     # cut off sharply after one lag it would be negative
    found = diebold_mariano(one, np.zeros(40), 2)
    assert found.statistic > 0
    assert 0 <= found.p <= 1


def test_pairs_over_seeds_are_students() -> None:
    random = np.random.default_rng(1)
    one, other = random.normal(size=(2, 5))
    found, wanted = paired(one, other), stats.ttest_rel(one, other)
    assert (found.statistic, found.p) == pytest.approx((wanted.statistic, wanted.pvalue))
    assert (found.difference, found.count) == (pytest.approx((one - other).mean()), 5)


def test_the_order_of_the_seeds_does_not_matter_but_their_pairs_do() -> None:
    one, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.1, 2.2, 3.3, 4.2])
    turned = np.array([2, 0, 3, 1])
    assert paired(one[turned], other[turned]) == paired(one, other)
    assert paired(one[turned], other).p > 5 * paired(one, other).p


def test_one_seed_or_a_constant_difference_is_no_test() -> None:
    for one, other in (([1.0], [2.0]), ([1.0, np.nan], [2.0, 2.0]), ([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])):
        found = paired(one, other)
        assert (found.difference, math.isnan(found.p)) == (-1.0, True)


@pytest.mark.parametrize(("one", "other", "words"), [
    ([[1.0, 2.0]], [[1.0, 2.0]], r"loss must be a row .*, one for each of the windows, got shape \(1, 2\)"),
    (["a", "b"], ["a", "b"], "loss must be a row of real numbers"),
    ([1.0, 2.0], [1.0, np.inf], "other must be finite or nan, got inf at 1"),
    ([1.0, 2.0, 3.0], [1.0, 2.0], "must have one entry for each of the same windows, got 3 and 2"),
    ([np.nan, 1.0], [1.0, np.nan], "must both be known for at least one of the windows, got none"),
    ([1.0, 2.0], [1.0, 2.5], "steps must be from 1 to 1, one less than the windows, got 2"),
])
def test_what_cannot_be_compared_is_refused(one: list, other: list, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        diebold_mariano(one, other, 2)


def test_seeds_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry for each of the same seeds, got 3 and 2"):
        paired([1.0, 2.0, 3.0], [1.0, 2.0])
