"""The AZ test: its definition as loops, a published implementation's values, and what it finds where."""

import re

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from analysis.arrays import FloatArray
from analysis.whiteness import sensor_whiteness, whiteness
from tests.analysis import planted

# Of az_whiteness_test in torch-spatiotemporal 0.9.5, printed by golden/whiteness.py: (statistic, p) with lamb of
# 0.5, 1 and 0.
GOLDEN = {
    "whole": ((2.188810890614, 0.028610587845), (4.620856324023, 0.000003821594), (-1.525410277046, 0.127156797016)),
    "with gaps": (
        (1.669940192071, 0.094931197252), (3.941382729017, 0.000081013241), (-1.579730661038, 0.114168560809),
    ),
}


def golden_signal() -> tuple[FloatArray, FloatArray, FloatArray]:
    row, sensor = np.arange(60)[:, None], np.arange(7)
    signal = np.sin(1.7 * row + 2.3 * sensor**2) + 0.4 * np.sin(0.31 * row) + 0.1 * sensor - 0.2
    gaps = np.where((3 * row + 5 * sensor) % 11 != 0, signal, np.nan)
    graph = np.zeros((7, 7))
    graph[[0, 1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, 6, 6]] = 1.0, 2.0, 0.5, 1.5, 1.0, 3.0, 0.25
    return signal, gaps, graph


@pytest.mark.parametrize("case", GOLDEN)
def test_it_is_the_published_implementation(case: str) -> None:
    signal, gaps, graph = golden_signal()
    found = whiteness(signal if case == "whole" else gaps, graph, median=False, independent=True)
    given = ((found.statistic, found.p), (found.space, found.space_p), (found.time, found.time_p))
    np.testing.assert_allclose(given, GOLDEN[case], rtol=0, atol=1e-11)


def slow_sums(x: FloatArray, graph: FloatArray, first: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each moment, edge by edge: products in space, how many, squares and of one sign (W, 4); in time (W - 1, 2)."""
    windows, sensors = x.shape
    beside, after = np.zeros((windows, 4)), np.zeros((windows - 1, 2))
    for t in range(windows):
        for i in range(sensors):
            for j in range(i + 1, sensors):
                w = abs(graph[i, j] + graph[j, i]) / 2
                if w and np.isfinite(x[t, i]) and np.isfinite(x[t, j]):
                    sign = np.sign(x[t, i] * x[t, j])
                    beside[t] += w * sign, w, w**2, w * (sign > 0) + w * (sign == 0) / 2
    for t in range(windows - 1):
        for i in range(sensors):
            if first[t + 1] == first[t] + 1 and np.isfinite(x[t, i]) and np.isfinite(x[t + 1, i]):
                after[t] += np.sign(x[t, i] * x[t + 1, i]), 1
    return beside, after


def slow(
    x: FloatArray, graph: FloatArray, first: FloatArray, independent: bool = False
) -> tuple[float, float, float, float, float]:
    """Statistic, space, time, agreement and its standard error, edge by edge and cosine by cosine."""
    beside, after = slow_sums(x, graph, first)
    total, joined, least, same = beside.sum(axis=0)
    if independent:
        spread, space = np.sqrt(least), total / np.sqrt(least)
        time = after[:, 0].sum() / np.sqrt(after[:, 1].sum())
    else:
        known = beside[beside[:, 1] > 0]
        around = [agree - count * total / joined for agree, count, *_ in known]
        degrees = int(0.4 * len(known) ** (2 / 3))
        waves = 0.0
        for k in range(1, degrees + 1):
            wave = sum(d * np.cos(np.pi * k * (t + 0.5) / len(known)) for t, d in enumerate(around))
            waves += 2 / len(known) * wave**2 / degrees
        spread = np.sqrt(max(len(known) * waves, least / 10))
        below = student.cdf(-abs(total / spread), degrees)
        space = -np.sign(total) * norm.ppf(below)
        time = after[:, 0].sum() / np.sqrt((after[:, 0] ** 2).sum())
    return (space + time) / np.sqrt(2), space, time, same / joined, spread / joined / 2


def uneven_residuals() -> tuple[FloatArray, FloatArray, FloatArray]:
    generator = np.random.default_rng(3)
    x = generator.normal(0.3, 1.0, (40, 6))
    x[generator.random(x.shape) < 0.2] = np.nan
    x[generator.random(x.shape) < 0.1] = 0.0
    return x, planted.sparse(6, share=0.6), np.cumsum(generator.integers(1, 3, 40))


@pytest.mark.parametrize("independent", [False, True])
def test_it_is_its_definition_edge_by_edge(independent: bool) -> None:
    x, graph, first = uneven_residuals()
    x[[4, 9]] = np.nan  # moments without any edge
    found = whiteness(x, graph, first, median=False, independent=independent)
    given = (found.statistic, found.space, found.time, found.agree, found.agree_error)
    np.testing.assert_allclose(given, slow(x, graph, first, independent))
    assert found.p == pytest.approx(2 * norm.sf(abs(found.statistic)))
    assert found.edges == np.count_nonzero(np.triu(graph + graph.T, 1))


def test_a_sensor_is_the_test_on_the_edges_that_end_there() -> None:
    x, graph, first = uneven_residuals()
    for sensor in range(6):
        here = np.zeros_like(graph)
        here[sensor], here[:, sensor] = graph[sensor], graph[:, sensor]
        others_once = x.copy()
        space = slow(others_once, here, first)[1]
        alone = x[:, [sensor, sensor]].copy()
        alone[:, 1] = np.nan
        alone[0, 1] = 1.0
        time = slow(alone, np.ones((2, 2)), first)[2]
        found = sensor_whiteness(x, graph, first, median=False)[sensor]
        assert found == pytest.approx((space + time) / np.sqrt(2))


def test_node_order_and_the_scale_of_weights_do_not_matter() -> None:
    x, graph, first = uneven_residuals()
    new = planted.order(6)
    found, other = whiteness(x, graph, first), whiteness(x[:, new], 7 * planted.reordered(graph, new), first)
    for field in ("edges", "statistic", "space", "time", "agree", "p"):
        assert getattr(other, field) == pytest.approx(getattr(found, field))
    by_sensor = sensor_whiteness(x, graph, first)
    np.testing.assert_allclose(sensor_whiteness(x[:, new], planted.reordered(graph, new), first), by_sensor[new])


def test_only_signs_matter() -> None:
    x, graph, first = uneven_residuals()
    bent = np.sign(x) * np.abs(x) ** 3
    assert whiteness(bent, graph, first, median=False) == whiteness(x, graph, first, median=False)


def test_structure_in_space_is_found_in_space_only() -> None:
    white = np.random.default_rng(0).normal(size=(400, 12))
    shared = white + 0.7 * (np.roll(white, 1, axis=1) + np.roll(white, -1, axis=1))
    found = whiteness(shared, planted.ring(12))
    assert found.space_p < 1e-6
    assert found.p < 1e-6
    assert found.agree > 0.6
    assert found.time_p > 0.05


def test_structure_in_time_is_found_in_time_only() -> None:
    white = np.random.default_rng(0).normal(size=(401, 12))
    found = whiteness(white[1:] + 0.5 * white[:-1], planted.ring(12))
    assert found.time_p < 1e-6
    assert found.p < 1e-6
    assert found.space_p > 0.05


def test_alternating_residuals_are_negative() -> None:
    white = np.random.default_rng(0).normal(size=(401, 12))
    found = whiteness(white[1:] - 0.5 * white[:-1], planted.ring(12))
    assert found.time < -5
    assert found.p < 0.001


def test_structure_is_seen_on_the_graph_it_lies_on() -> None:
    white = np.random.default_rng(1).normal(size=(400, 12))
    white[:, 1] = white[:, 0]
    joined, apart = np.zeros((12, 12)), np.zeros((12, 12))
    joined[0, 1] = apart[0, 2] = 1.0
    assert whiteness(white, joined).agree > 0.99
    assert whiteness(white, apart).space_p > 0.05


def test_gaps_in_time_are_no_edges() -> None:
    """Each residual comes twice, and the pairs are far apart: where time is known, all that agrees is within pairs."""
    white = np.repeat(np.random.default_rng(0).normal(size=(200, 3)), 2, axis=0)
    apart = 2 * np.arange(400)
    assert whiteness(white, planted.chain(3)).time > 5
    assert np.isnan(whiteness(white, planted.chain(3), apart).time)
    pairs = np.stack([10 * np.arange(200), 10 * np.arange(200) + 1], axis=1).ravel()
    found = whiteness(white, planted.chain(3), pairs, median=False, independent=True)
    assert found.time == pytest.approx(np.sqrt(600))


def test_without_spatial_edges_time_stands_alone() -> None:
    white = np.random.default_rng(0).normal(size=(50, 3))
    found = whiteness(white, np.eye(3))
    assert found.edges == 0
    assert np.isnan([found.space, found.space_p, found.agree]).all()
    assert (found.statistic, found.p) == (found.time, found.time_p)


def test_one_window_has_no_time() -> None:
    found = whiteness([[1.0, 2.0, -1.0]], planted.chain(3), median=False, independent=True)
    assert np.isnan([found.time, found.time_p]).all()
    assert (found.statistic, found.agree) == (0.0, 0.5)


def test_fewer_than_four_moments_say_nothing_of_space() -> None:
    """Three moments give no variance of their sum."""
    white = np.random.default_rng(0).normal(size=(4, 12))
    few, enough = whiteness(white[:3], planted.ring(12)), whiteness(white, planted.ring(12))
    assert np.isnan([few.space, few.space_p, few.agree_error]).all()
    assert (few.statistic, few.p) == (few.time, few.time_p)
    assert np.isfinite([enough.space, enough.statistic, enough.agree_error]).all()


def test_sensors_that_always_agree_have_a_finite_statistic() -> None:
    """Their sum has no variance of its own: a tenth of that of independent residuals stands in."""
    found = whiteness(np.random.default_rng(0).normal(size=(400, 1)).repeat(2, axis=1), planted.chain(2))
    assert found.agree == 1.0
    assert 6 < found.space < 38
    assert found.agree_error == pytest.approx(np.sqrt(0.1 * 400) / 400 / 2)


def test_zeros_add_nothing_and_their_edges_count() -> None:
    kept = {"median": False, "independent": True}
    whole = whiteness([[1.0, 1.0]], planted.chain(2), **kept)
    padded = whiteness([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]], planted.chain(2), **kept)
    assert (whole.space, padded.space, padded.agree) == (1.0, 0.5, 0.625)


def test_a_sensor_that_was_never_observed_has_no_score() -> None:
    x = np.random.default_rng(0).normal(size=(50, 4))
    x[:, 2] = np.nan
    assert np.isnan(sensor_whiteness(x, planted.ring(4))).tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ([0, 1], "first must hold 3 row numbers, got shape (2,) of dtype int64"),
        ([0.0, 1.0, 2.0], "first must hold 3 row numbers, got shape (3,) of dtype float64"),
        ([0, 2, 2], "first must grow, got 2 after 2 at window 2"),
    ],
)
def test_rows_that_are_none_are_refused(first: list, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        whiteness(np.ones((3, 2)), planted.chain(2), first)


def test_a_graph_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^graph must have shape \(2, 2\), got shape \(3, 3\)$"):
        whiteness(np.ones((3, 2)), planted.chain(3))
