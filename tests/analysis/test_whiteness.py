"""The AZ test: its definition as loops, a published implementation's values, false alarms, and what it finds."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from analysis.arrays import FloatArray
from analysis.residuals import residuals
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


DRAWS = 1000


def normal(generator: np.random.Generator) -> FloatArray:
    return generator.normal(size=(150, 20))


def heavy(generator: np.random.Generator) -> FloatArray:
    """Without a variance, of another size at each sensor and hour."""
    size = np.exp(generator.normal(0, 2, 20)) * np.exp(generator.normal(0, 1, (150, 1)))
    return size * generator.standard_t(1.5, size=(150, 20))


def skewed(generator: np.random.Generator) -> FloatArray:
    """Of mean 0 and a median far from it, as a queue leaves them."""
    return generator.exponential(size=(150, 20)) - 1.0


def with_gaps(generator: np.random.Generator) -> FloatArray:
    x = skewed(generator)
    x[generator.random(x.shape) < 0.3] = np.nan
    return x


def rejections(draw: Callable[[np.random.Generator], FloatArray], median: bool = True) -> FloatArray:
    """Share of draws that the whole, space and time reject at 5 %."""
    graph = planted.sparse(20, share=0.2)
    generator = np.random.default_rng(0)
    tests = [whiteness(draw(generator), graph, median=median) for _ in range(DRAWS)]
    return np.mean([[test.p < 0.05, test.space_p < 0.05, test.time_p < 0.05] for test in tests], axis=0)


@pytest.mark.parametrize("draw", [normal, heavy, skewed, with_gaps])
def test_white_residuals_are_rejected_as_often_as_promised(draw: Callable[..., FloatArray]) -> None:
    found = rejections(draw)
    assert (found >= 0.03).all(), found
    assert (found <= 0.07).all(), found


def test_the_papers_own_assumption_holds_without_taking_medians_away() -> None:
    found = rejections(heavy, median=False)
    assert (found >= 0.03).all(), found
    assert (found <= 0.07).all(), found


def test_skewed_residuals_would_look_coloured_without_taking_medians_away() -> None:
    assert (rejections(skewed, median=False) > 0.9).all()


def alike(generator: np.random.Generator, share: float = 0.3, groups: int = 1) -> FloatArray:
    """White in time; within a group of sensors (300, 40), two are correlated by ``share``."""
    common = np.repeat(generator.normal(size=(300, groups)), 40 // groups, axis=1)
    return np.sqrt(1 - share) * generator.normal(size=(300, 40)) + np.sqrt(share) * common


def slow_in_time(x: FloatArray, last: float) -> FloatArray:
    """Each value (W, N) is its last, times ``last``, and what is new; of the same variance throughout."""
    for t in range(1, len(x)):
        x[t] = last * x[t - 1] + np.sqrt(1 - last**2) * x[t]
    return x


def rejected(draw: Callable[[np.random.Generator], FloatArray], graph: FloatArray, draws: int = 500) -> FloatArray:
    """Share of draws that space and time reject at 5 %: here, and with the paper's variances; (2, 2)."""
    generator = np.random.default_rng(0)
    found = []
    for _ in range(draws):
        x = draw(generator)
        tests = [whiteness(x, graph, independent=independent) for independent in (False, True)]
        found.append([[test.space_p < 0.05, test.time_p < 0.05] for test in tests])
    return np.mean(found, axis=0)


def test_time_is_not_called_coloured_because_sensors_are_alike() -> None:
    (_, time), (_, papers) = rejected(alike, planted.ring(40))
    assert 0.03 <= time <= 0.075
    assert papers > 0.15, "the number of edges is no variance where they go together"


def test_space_is_not_called_coloured_because_residuals_are_slow() -> None:
    (space, _), (papers, _) = rejected(
        lambda generator: slow_in_time(generator.normal(size=(300, 40)), 0.9), planted.ring(40)
    )
    assert 0.03 <= space <= 0.1, "so slow, 8 % are rejected instead of 5, as the module says"
    assert papers > 0.3


def test_space_is_not_called_coloured_because_sensors_are_alike_elsewhere() -> None:
    between = np.zeros((40, 40))
    between[:20, 20:] = np.random.default_rng(0).random((20, 20)) < 0.2
    (space, time), (papers, _) = rejected(lambda generator: alike(generator, groups=2), between)
    assert 0.03 <= space <= 0.075
    assert 0.03 <= time <= 0.075
    assert papers > 0.2


def test_what_is_there_is_found_nearly_as_often_as_by_the_papers_variances() -> None:
    def drawn(generator: np.random.Generator) -> FloatArray:
        white = generator.normal(size=(301, 100))
        return white[1:] + 0.022 * np.roll(white[1:], 1, axis=1) + 0.02 * white[:-1]

    ours, papers = rejected(drawn, planted.ring(100), draws=300)
    assert (papers > 0.5).all(), "weak, but not to be missed"
    assert (papers < 0.9).all()
    assert (ours > papers - 0.12).all()


def test_structure_in_time_is_found_though_sensors_are_alike() -> None:
    def drawn(generator: np.random.Generator) -> FloatArray:
        return slow_in_time(alike(generator), 0.25)

    assert rejected(drawn, planted.ring(40), draws=200)[0, 1] > 0.9


def test_the_standard_error_of_the_share_that_agrees_is_the_spread_of_its_draws() -> None:
    """Also where sensors do agree, and slowly change."""
    generator = np.random.default_rng(0)
    found = [whiteness(slow_in_time(alike(generator), 0.5), planted.ring(40)) for _ in range(300)]
    spread = np.std([test.agree for test in found])
    assert np.mean([test.agree for test in found]) > 0.58
    assert np.mean([test.agree_error for test in found]) == pytest.approx(spread, rel=0.2)


def test_balanced_signs_do_not_pull_time_down_in_short_series() -> None:
    """Uncorrected, the median would move its mean by -√(sensors / windows), here -1.4."""
    generator = np.random.default_rng(0)
    found = [whiteness(generator.normal(size=(20, 40)), planted.ring(40)).time for _ in range(300)]
    assert abs(np.mean(found)) < 0.15


def test_sensors_are_standard_normal_where_residuals_are_white() -> None:
    generator = np.random.default_rng(0)
    scores = np.concatenate([sensor_whiteness(with_gaps(generator), planted.ring(20)) for _ in range(100)])
    assert abs(scores.mean()) < 0.05
    assert 0.95 < scores.std() < 1.05
    assert 0.04 < (np.abs(scores) > 1.96).mean() < 0.06


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


def run_of(steps: int = 2, sensors: int = 9) -> tuple[FloatArray, FloatArray, FloatArray]:
    observed = np.random.default_rng(0).normal(size=(120, steps, sensors))
    return np.zeros_like(observed), observed, np.arange(120)


class TestResiduals:
    def test_every_graph_is_tested_in_order(self) -> None:
        heads = np.stack([planted.uneven(9), planted.uneven(9, seed=1)])
        found = residuals(("a", "b"), heads, planted.chain(9), *run_of(), share=0.25)
        assert [(test.graph, test.edges) for test in found.tests] == [
            ("mean", 9), ("a", 9), ("b", 9), ("roads", 8), ("random", 9),
        ]
        assert found.sensor_graph == "roads"

    def test_one_head_needs_no_mean_and_no_roads(self) -> None:
        found = residuals(("a",), planted.uneven(9)[None], None, *run_of(), share=0.25)
        assert [test.graph for test in found.tests] == ["a", "random"]
        assert found.sensor_graph == "a"

    def test_a_model_without_heads_has_its_roads(self) -> None:
        found = residuals((), np.empty((0, 9, 9)), planted.chain(9), *run_of())
        assert [(test.graph, test.edges) for test in found.tests] == [("roads", 8), ("random", 8)]

    def test_with_neither_there_is_a_random_graph(self) -> None:
        found = residuals((), np.empty((0, 9, 9)), None, *run_of(), share=0.5)
        assert [(test.graph, test.edges) for test in found.tests] == [("random", 18)]
        assert found.sensor_graph == "random"

    def test_it_takes_the_step_and_the_observed_minus_the_forecast(self) -> None:
        forecast, observed, first = run_of()
        forecast = forecast + 0.1 * np.arange(120)[:, None, None]
        found = residuals((), np.empty((0, 9, 9)), planted.chain(9), forecast, observed, first, step=2)
        direct = whiteness((observed - forecast)[:, 1], planted.chain(9), first, name="roads")
        assert (found.step, found.tests[0]) == (2, direct)
        np.testing.assert_array_equal(
            found.sensor, sensor_whiteness((observed - forecast)[:, 1], planted.chain(9), first)
        )

    def test_what_a_sensor_shares_with_neighbours_and_with_its_past_is_kept_apart(self) -> None:
        generator = np.random.default_rng(4)
        slow = generator.normal(size=(301, 9))
        observed = slow[1:] + slow[:-1]  # each goes with its own last value
        observed[:, 1] = observed[:, 0]  # and two of a pair with each other
        road = np.kron(np.eye(5), [[0, 1], [1, 0]])[:9, :9]
        found = residuals((), np.empty((0, 9, 9)), road, np.zeros((300, 1, 9)), observed[:, None], np.arange(300))
        assert (found.sensor_space[:2] > 5).all()
        assert (np.abs(found.sensor_space[2:8]) < 3).all()
        assert (found.sensor_time > 3).all()
        assert np.isnan(found.sensor_space[8]), "no road ends at the last"
        assert found.sensor[8] == found.sensor_time[8]
        np.testing.assert_allclose(found.sensor[:8], (found.sensor_space + found.sensor_time)[:8] / np.sqrt(2))
        chain = residuals((), np.empty((0, 9, 9)), planted.chain(9), np.zeros((300, 1, 9)), observed[:, None],
                          np.arange(300))  # fmt: skip
        end = whiteness(observed[:, :2], planted.chain(2))
        assert chain.sensor_space[0] == pytest.approx(end.space), "the chain's end has one edge: the test on that alone"

    def test_a_learned_graph_is_its_strongest_pairs_without_weights(self) -> None:
        forecast, observed, first = run_of()
        M = np.zeros((9, 9))
        M[4, 2], M[0, 7], M[1, 3] = 9.0, -5.0, 0.1
        found = residuals(("a",), M[None], None, forecast, observed, first, share=2 / 36)
        graph = (np.abs(M) > 1).astype(float)
        assert found.tests[0] == whiteness(observed[:, 0], graph, first, name="a")

    def test_the_random_graph_is_the_seeds(self) -> None:
        def drawn(seed: int) -> float:
            return residuals((), np.empty((0, 9, 9)), planted.chain(9), *run_of(), seed=seed).tests[-1].space

        assert drawn(0) == drawn(0)
        assert len({drawn(seed) for seed in range(5)}) > 1

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"step": 3}, "step must be from 1 to 2, got 3"),
            ({"step": 0}, "step must be from 1 to 2, got 0"),
            ({"heads": ("a",)}, "interaction must have shape (1, 9, 9), got shape (2, 9, 9)"),
            ({"forecast": np.zeros((120, 2, 8))}, "forecast and observed must both be (windows, steps, sensors), got"),
            ({"road": np.zeros((8, 8))}, "road must have shape (9, 9), got shape (8, 8)"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, change: dict, message: str) -> None:
        forecast, observed, first = run_of()
        given = {
            "heads": ("a", "b"), "interaction": np.ones((2, 9, 9)), "road": None,
            "forecast": forecast, "observed": observed, "first": first,
        }
        with pytest.raises(ValueError, match="^" + re.escape(message)):
            residuals(**{**given, **change})


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
