"""A mean over blocks of windows: its definition, how often its interval holds the truth, and what it refuses."""

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from analysis.blocks import block_mean


def test_it_is_the_mean_of_what_was_observed_and_quantiles_of_drawn_blocks() -> None:
    total, seen = np.array([4.0, 7.0, 0.0, 2.0]), np.array([2, 4, 0, 1])
    found = block_mean([total], seen, bootstraps=500, seed=3)
    assert found.value == pytest.approx((4 + 7 + 2) / 7)
    sums, counts = total[[0, 1, 3]], seen[[0, 1, 3]]  # a block without observations says nothing
    drawn = np.random.default_rng(3).integers(3, size=(500, 3))
    means = [sum(sums[k] for k in row) / sum(counts[k] for k in row) for row in drawn]
    outside = norm.cdf(np.sqrt(3 / 2) * student.ppf(0.025, 2))
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [outside, 1 - outside])))


def test_repeats_are_a_sample_that_widens_the_interval_of_their_mean() -> None:
    total, seen = np.array([[3.0, 8.0, 0.0, 1.0], [5.0, 6.0, 0.0, 3.0], [4.0, 9.0, 0.0, 0.0]]), np.array([2, 4, 0, 1])
    alike = block_mean([total.mean(axis=0)], seen, bootstraps=500, seed=3)
    found = block_mean(total, seen, bootstraps=500, seed=3)
    half = student.ppf(0.975, 2) * np.std([12 / 7, 14 / 7, 13 / 7], ddof=1) / np.sqrt(3)
    assert found.value == pytest.approx(alike.value)
    assert found.low == pytest.approx(alike.value - np.hypot(alike.value - alike.low, half))
    assert found.high == pytest.approx(alike.value + np.hypot(alike.high - alike.value, half))


@pytest.mark.parametrize("blocks", [6, 16])
def test_the_interval_holds_the_truth_as_often_as_it_says(blocks: int) -> None:
    generator = np.random.default_rng(0)
    seen = generator.integers(20, 40, blocks)
    held = []
    for _ in range(600):
        found = block_mean([seen * generator.normal(2.0, 1.0, blocks)], seen, bootstraps=400)
        held.append(found.low < 2.0 < found.high)
    assert 0.92 <= np.mean(held) <= 0.975


@pytest.mark.parametrize(("between", "repeats"), [(0.05, 5), (1.0, 5), (5.0, 5), (1.0, 2)])
def test_the_interval_holds_the_truth_where_repeats_differ_little_or_much(between: float, repeats: int) -> None:
    generator, blocks = np.random.default_rng(0), 16
    held = []
    for _ in range(600):
        total = 2.0 + generator.normal(0, 1, blocks) + between * generator.normal(0, 1, (repeats, 1))
        total = total + 0.5 * generator.normal(0, 1, (repeats, blocks))
        found = block_mean(total, np.ones(blocks), bootstraps=400)
        held.append(found.low < 2.0 < found.high)
    assert 0.92 <= np.mean(held) <= 0.99


def test_one_block_that_was_observed_has_no_interval() -> None:
    found = block_mean([[3.0, 0.0]], [2, 0])
    assert found.value == 1.5
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize(
    ("total", "seen", "bootstraps", "message"),
    [
        ([1.0, 2.0], [1, 1], 9, r"total must be \(repeats, blocks\) and seen \(blocks,\), got \(2,\) and \(2,\)"),
        ([[1.0, 2.0]], [1], 9, r"got \(1, 2\) and \(1,\)"),
        ([[0.0, 0.0]], [0, 0], 9, r"seen must count at least one observation, got \[0.0, 0.0\]"),
        ([[1.0, 2.0]], [1, 1], 0, "bootstraps must be at least 1, got 0"),
    ],
)
def test_what_does_not_fit_is_refused(total: list, seen: list, bootstraps: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        block_mean(total, seen, bootstraps)
