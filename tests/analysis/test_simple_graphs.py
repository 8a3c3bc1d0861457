"""The graphs that take no forecaster: against NumPy and scikit-learn, in loops, and where the truth is known."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.linear_model import Ridge

from analysis.arrays import FloatArray
from analysis.simple_graphs import PENALTIES, correlation, partial_correlation, ridge_var
from tests.analysis import planted

WAYS = [correlation, partial_correlation, ridge_var]
Way = Callable[..., FloatArray]


def series(rows: int = 300, sensors: int = 6, seed: int = 0) -> FloatArray:
    """Of uneven means and sizes, each sensor drawn along by the one before."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, sensors))
    for t in range(1, rows):
        x[t] += 0.5 * x[t - 1] + 0.4 * np.roll(x[t - 1], 1)
    return 40 + 7 * np.arange(1, sensors + 1) * x


def with_gaps(x: FloatArray, share: float = 0.2) -> FloatArray:
    return np.where(np.random.default_rng(9).random(x.shape) < share, np.nan, x)


def test_correlation_is_numpys() -> None:
    expected = np.corrcoef(series(), rowvar=False)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(correlation(series()), expected, atol=1e-12)


def test_correlation_of_what_both_observed() -> None:
    x = with_gaps(series())
    found = correlation(x)
    for i in range(6):
        for j in range(i):
            both = np.isfinite(x[:, i]) & np.isfinite(x[:, j])
            assert found[i, j] == pytest.approx(np.corrcoef(x[both, i], x[both, j])[0, 1])


def test_partial_correlation_is_what_regression_on_the_others_leaves() -> None:
    x = series(rows=50_000)
    found = partial_correlation(x)
    for i, j in ((0, 1), (2, 5)):
        others = np.delete(x, [i, j], axis=1)
        others = np.column_stack([others, np.ones(len(x))])
        left = [x[:, k] - others @ np.linalg.lstsq(others, x[:, k], rcond=None)[0] for k in (i, j)]
        assert found[i, j] == pytest.approx(np.corrcoef(*left)[0, 1], abs=0.01)


def test_partial_correlation_is_its_formula_where_values_are_missing() -> None:
    x = with_gaps(series(rows=60, sensors=9), 0.3)
    x[:, 3] = 33.3  # does not vary: 0 on the diagonal of R, and not in P
    x[20:, 5] = np.nan
    z = np.nan_to_num((x - np.nanmean(x, axis=0)) / np.where(np.arange(9) == 3, 1.0, np.nanstd(x, axis=0)))
    z[:, 3] = 0.0
    R, varying = z.T @ z / len(z), np.delete(np.arange(9), 3)
    seen = np.isfinite(x).mean(axis=0)
    np.testing.assert_allclose(R.diagonal()[varying], seen[varying])
    mu, shrinkage = R.trace() / 9, ledoit_wolf_shrinkage(z, assume_centered=True)
    assert shrinkage > 0.05
    P = np.linalg.inv(((1 - shrinkage) * R + (shrinkage * mu + 1e-9) * np.eye(9))[np.ix_(varying, varying)])
    found = partial_correlation(x)
    for a, i in enumerate(varying):
        for b, j in enumerate(varying):
            assert found[i, j] == pytest.approx(0 if i == j else -P[a, b] / np.sqrt(P[a, a] * P[b, b]), abs=1e-9)
    towards_one = np.linalg.inv(((1 - shrinkage) * R + shrinkage * np.eye(9))[np.ix_(varying, varying)])
    other = -towards_one / np.sqrt(np.outer(towards_one.diagonal(), towards_one.diagonal()))
    assert np.abs(other - found[np.ix_(varying, varying)])[~np.eye(8, dtype=bool)].max() > 0.005  # μ is not 1 here


def test_ridge_is_scikit_learns_at_the_best_penalty_of_all() -> None:
    x = series(rows=80)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    before, after = z[:-1], z[1:]
    errors, fits = [], []
    for penalty in PENALTIES * len(before) / 1e3:
        fit = Ridge(alpha=penalty, fit_intercept=False).fit(before, after)
        hat = before @ np.linalg.inv(before.T @ before + penalty * np.eye(6)) @ before.T
        errors.append(((after - hat @ after) ** 2).sum() / np.trace(np.eye(len(before)) - hat) ** 2)
        fits.append(np.abs(fit.coef_))
    expected = fits[int(np.argmin(errors))]
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(ridge_var(x), expected, atol=1e-9)


def test_ridge_knows_the_direction() -> None:
    found = ridge_var(series(rows=3000))
    for i in range(6):
        assert found[i].argmax() == (i - 1) % 6  # rows are receivers


@pytest.mark.parametrize("way", WAYS)
class TestEveryWay:
    def test_node_order_does_not_matter(self, way: Way) -> None:
        x, new = with_gaps(series()), planted.order(6)
        np.testing.assert_allclose(way(x[:, new]), planted.reordered(way(x), new), atol=1e-10)

    def test_units_do_not_matter(self, way: Way) -> None:
        x = with_gaps(series())
        for scale in (1e-150, 3.0, 1e150):
            np.testing.assert_allclose(way(scale * (x - 40)), way(x), atol=1e-9)

    def test_the_diagonal_is_empty_and_all_is_finite(self, way: Way) -> None:
        found = way(with_gaps(series()))
        assert not found.diagonal().any()
        assert np.isfinite(found).all()

    def test_gaps_cost_little(self, way: Way) -> None:
        whole, part = way(series(rows=4000)), way(with_gaps(series(rows=4000), 0.1))
        assert np.corrcoef(whole.ravel(), part.ravel())[0, 1] > 0.95

    def test_a_dead_or_silent_sensor_is_coupled_to_none(self, way: Way) -> None:
        x = series()
        x[:, 1], x[:, 4] = 33.3, np.nan
        found = way(x)
        assert not found[[1, 4]].any()
        assert not found[:, [1, 4]].any()
        assert found.any()

    def test_the_everyday_course_joins_nobody(self, way: Way) -> None:
        slot = np.arange(960) % 24
        white = np.random.default_rng(0).normal(size=(960, 5))
        rush = white + 6 * np.sin(2 * np.pi * slot / 24)[:, None]
        assert way(rush).max() > 3 * way(rush, slot).max()
        assert np.abs(way(rush, slot)).max() < 0.2

    def test_names_of_slots_do_not_matter(self, way: Way) -> None:
        x, slot = with_gaps(series()), np.arange(300) % 24
        np.testing.assert_allclose(way(x, 10**9 - 7 * slot), way(x, slot), atol=1e-12)

    def test_the_smallest_series_have_answers(self, way: Way) -> None:
        for x in (np.ones((1, 1)), np.ones((1, 3)), np.full((4, 2), np.nan), np.eye(2), np.arange(9.0)[:, None]):
            assert way(x).shape == (x.shape[1], x.shape[1])

    def test_an_infinity_is_refused(self, way: Way) -> None:
        with pytest.raises(ValueError, match=r"^values must be finite, or nan .*, got inf at row 1, sensor 0$"):
            way([[1.0, 2.0], [np.inf, 3.0]])

    @pytest.mark.parametrize("slot", [[0, 1], [0.0, 1.0, 2.0], [0, -1, 2]])
    def test_slots_that_are_none_are_refused(self, way: Way, slot: list) -> None:
        message = f"slot must hold 3 integers >= 0, got shape {np.shape(slot)} of dtype {np.asarray(slot).dtype}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            way(np.ones((3, 2)), slot)
