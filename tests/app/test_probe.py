"""The demo's model, asked by a page: which weights gates close, what a cut costs, how a forecast responds."""

import numpy as np
import pytest

from app.store.probe import Asked, gates_of
from core.probe import Probe
from core.run import Run
from tests.app.conftest import DEMO


def test_gates_close_what_they_name_and_nothing_else() -> None:
    run = Run.load(DEMO / "intergat-plus")
    n, h = len(run.nodes), len(run.heads)
    off = ~np.eye(n, dtype=bool)
    members = (3, 4, 9)
    weight = gates_of(run, "weight", "head 2", pair=(3, 7))
    assert np.argwhere(weight == 0).tolist() == [[1, 3, 7]]
    pair = gates_of(run, "pair", "mean", pair=(3, 7))
    assert np.argwhere(pair == 0).tolist() == [[k, *at] for k in range(h) for at in ((3, 7), (7, 3))]
    inputs = gates_of(run, "inputs", "head 1", sensor=5)
    assert np.array_equal(inputs[0] == 0, off & (np.arange(n) == 5)[:, None])
    assert inputs[1:].all()
    inside, border = (gates_of(run, what, "mean", members=members)[0] == 0 for what in ("inside", "border"))
    assert inside.sum() == 6
    assert border.sum() == 2 * 3 * (n - 3)
    assert not (inside & border).any()
    assert np.array_equal(gates_of(run, "head", "mean")[h - 1] == 0, off)
    for what in ("pair", "nothing"):
        with pytest.raises(ValueError, match="what must be one of pair, weight"):
            gates_of(run, what, "mean")


def test_cutting_everything_at_once_is_what_cutting_every_head_at_once_is(plus: Asked) -> None:
    everything = plus.cut("head", "mean", (), -1, ())
    one = plus.cut("head", "head 1", (), -1, ())
    probe = Probe(Run.load(DEMO / "intergat-plus"))
    moved = probe.gated(np.zeros((len(probe.heads), *probe.forecast.shape[-1:] * 2))) - probe.forecast
    assert np.allclose(everything.forecast, np.sqrt((moved**2).mean(axis=(0, 2))), rtol=1e-4)
    assert not np.isclose(everything.forecast, one.forecast).any()
    assert np.allclose(np.mean(everything.forecast**2), np.mean(everything.forecast_by_sensor**2))
    assert everything.windows == 64
    assert everything.low < everything.rise < everything.high
    assert plus.cut("head", "mean", (), -1, ()) is everything, "an answer is kept"


def test_a_sensor_without_inputs_moves_alone(plus: Asked) -> None:
    live = plus.cut("inputs", "mean", (), 7, ())
    assert np.flatnonzero(live.forecast_by_sensor).tolist() == [7]


def test_what_if_changes_the_last_hour_of_some_and_stays_within_what_was_seen(plus: Asked) -> None:
    found = plus.response(3, (5, 9), 4, -1000.0)
    moved = found.changed != found.seen
    assert set(np.argwhere(moved)[:, 1]) == {5, 9}
    assert set(np.argwhere(moved)[:, 0]) == {8, 9, 10, 11}
    rows = Run.load(DEMO / "intergat-plus").tested.rows
    assert found.changed.min() >= np.nanmin(rows) - 1e-3
    assert (found.after[:, 5] != found.before[:, 5]).any()
    none = plus.response(3, (5,), 4, 0.0)
    assert np.array_equal(none.before, none.after)
