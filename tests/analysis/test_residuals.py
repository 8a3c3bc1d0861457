"""The AZ test of a run's residuals: along which graphs, of which step, and what each sensor scores."""

import re

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.residuals import residuals
from analysis.whiteness import sensor_whiteness, whiteness
from tests.analysis import planted


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
