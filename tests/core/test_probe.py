"""A run asked 'what if': it repeats what it has stored, and answers as the whole model would."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import load_file

from core import probe
from core.data.sensors import SensorData, node_table
from core.data.windows import windows
from core.experiment import Plan, model_of, settings_for, trained
from core.files import write_json, write_tensors
from core.models import Edit
from core.probe import Probe
from core.run import Run, read_record

N, L, T, ROWS = 5, 4, 3, 300
SMALL = {
    "intergat-gru": {"heads": 2, "features": 4, "width": 4},
    "intergat-plus": {"heads": 2, "width": 4},
    "gat-gru": {"heads": 2, "features": 4, "width": 4},
    "gru": {"hidden": 4, "features": 4, "width": 4},
    "last-value": {},
}
MIXING = ["intergat-gru", "intergat-plus", "gat-gru"]
GAP = 240   # first row of the test part


def data() -> SensorData:
    """A wave that passes five sensors on a one-way ring, every hour, with gaps where they are hard to fill."""
    generator = np.random.default_rng(0)
    values = 40 + 10 * np.sin(np.arange(ROWS)[:, None] / 4 + np.arange(N)) + generator.normal(0, 2, (ROWS, N))
    values[generator.random(values.shape) < 0.1] = np.nan
    values[GAP - 2 : GAP + 2, 1] = np.nan           # the test part begins without sensor 1: within the first window,
    values[GAP - 1 : GAP + 9, 2] = np.nan           # and without sensor 2: for longer than that
    values[GAP - 3 :, 3] = np.nan                   # and never sees sensor 3
    ring = np.roll(np.eye(N, dtype=np.float32), 1, axis=1)
    return SensorData(
        name="ring",
        values=values.astype(np.float32),
        times=pd.date_range("2024-03-04 05:00", periods=ROWS, freq="h"),
        interval=pd.Timedelta(hours=1),
        unit="mph",
        nodes=node_table([f"S{k}" for k in range(N)]),
        adjacency=ring,
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("runs")

    def one(name: str) -> Run:
        settings = settings_for(name, epochs=2, rate=1e-2)
        plan = Plan(model=name, config=SMALL[name], settings=settings, inputs=L, horizon=T, load="ring")
        return trained(data(), plan, folder / name)

    return {name: one(name) for name in SMALL}


@pytest.fixture(scope="module")
def probes(runs: dict[str, Run]) -> dict[str, Probe]:
    return {name: Probe(run, stretches=3, length=2) for name, run in runs.items()}


def uneven(run: Run, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(run.interaction.shape) * 2


def plain(run: Run, at: Probe, gates: np.ndarray, added: np.ndarray | None = None) -> np.ndarray:
    """The forecast of each window by the whole model, window by window, from the data themselves."""
    cut = windows(data(), "clean", L, T)
    model, first = model_of(run), cut.parts["test"][0] + run.tested.first
    edit = Edit(torch.tensor(gates).float(), None if added is None else torch.tensor(added).float())
    with torch.no_grad():
        rows = [slice(int(first[w]) - L, int(first[w])) for w in at.windows]
        return np.stack([model(cut.filled[r], cut.slot[r], edit).y[0].numpy() for r in rows])


@pytest.mark.parametrize("name", SMALL)
def test_it_repeats_the_stored_forecasts_from_the_run_alone(name: str, runs: dict, probes: dict) -> None:
    run, at = runs[name], probes[name]
    every = Probe(run, stretches=1000, length=1)            # with those that begin in the gaps that begin the part
    assert every.windows.tolist() == list(range(len(run.tested.first)))
    np.testing.assert_allclose(every.forecast, run.tested.forecast, atol=1e-4)
    np.testing.assert_allclose(at.forecast, run.tested.forecast[at.windows], atol=1e-4)
    assert at.reproduced == np.abs(at.forecast - run.tested.forecast[at.windows]).max()
    np.testing.assert_array_equal(at.target, run.tested.target[at.windows])
    assert at.stretch.tolist() == [0, 0, 1, 1, 2, 2]
    assert (np.diff(at.windows)[::2] == 1).all()


def test_inputs_are_filled_as_those_a_model_is_trained_on(runs: dict) -> None:
    run, cut = runs["gru"], windows(data(), "clean", L, T)
    first, last = cut.parts["test"]
    assert first == GAP
    assert np.isnan(run.tested.rows[0, 1:4]).all()
    np.testing.assert_allclose(probe.filled(run.tested, L), cut.filled[first:last], atol=1e-4)
    np.testing.assert_array_equal(probe.slots_of_day(run), cut.slot[first:last])
    assert set(probe.slots_of_day(run)) == set(range(24))
    no_day = replace(run, record={**run.record, "windows": {**run.record["windows"], "slots": 1}})
    assert not probe.slots_of_day(no_day).any()


def test_a_gap_before_the_first_window_needs_no_value(runs: dict) -> None:
    tested = runs["gru"].tested
    later = type(tested)(
        tested.forecast[6:], tested.rows, tested.times, tested.first[6:], tested.last_value[6:], tested.window_mean[6:]
    )
    np.testing.assert_allclose(probe.filled(later, L)[6:], probe.filled(tested, L)[6:], atol=1e-4)


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("name", MIXING)
def test_an_edited_forecast_is_that_of_the_whole_model_window_by_window(
    name: str, double: bool, runs: dict, probes: dict
) -> None:
    run, at = runs[name], probes[name]
    gates, added = uneven(run), uneven(run, 1) / 10
    np.testing.assert_allclose(at.edited(gates, double=double), plain(run, at, gates), atol=1e-3)
    np.testing.assert_allclose(at.edited(gates, added, double=double), plain(run, at, gates, added), atol=1e-3)
    np.testing.assert_array_equal(at.gated(gates), at.edited(gates))
    np.testing.assert_array_equal(at.replaced(added), at.edited(gates * 0, added))
    assert np.abs(at.gated(gates) - at.forecast).max() > 0.01


@pytest.mark.parametrize("name", MIXING)
def test_gates_of_one_are_the_forecast_to_the_bit(name: str, runs: dict, probes: dict) -> None:
    np.testing.assert_array_equal(probes[name].gated(np.ones(runs[name].interaction.shape)), probes[name].forecast)


@pytest.mark.parametrize("name", MIXING)
def test_cutting_what_a_receiver_hears_changes_the_receiver_alone(name: str, runs: dict, probes: dict) -> None:
    """In the last layer; 2 hears 3 on the one-way ring, 3 does not hear 2."""
    run, at = runs[name], probes[name]
    layer = 0 if name == "intergat-plus" else -1
    gates = np.ones(run.interaction.shape)
    gates[layer, 0, 1] = 0
    moved = (at.gated(gates) != at.forecast).any(axis=(0, 1))
    assert np.flatnonzero(moved).tolist() == [0]


def test_a_matrix_in_place_of_itself_is_the_forecast(runs: dict, probes: dict) -> None:
    for name in ("intergat-gru", "intergat-plus"):
        np.testing.assert_allclose(probes[name].replaced(runs[name].interaction), probes[name].forecast, atol=1e-3)


@pytest.mark.parametrize("name", MIXING)
def test_the_slope_is_that_of_finite_differences(name: str, runs: dict, probes: dict) -> None:
    run, at = runs[name], probes[name]
    loss = at.gradients(probes=1).loss
    step = 1e-3

    def error(gates: np.ndarray) -> float:
        return float(np.nanmean((at.edited(gates, double=True) - at.target) ** 2))

    for place in np.ndindex(run.interaction.shape):
        if place[1] not in (0, 2):
            continue
        up, down = np.ones((2, *run.interaction.shape))
        up[place] += step
        down[place] -= step
        assert loss[place] == pytest.approx((error(up) - error(down)) / (2 * step), abs=2e-4, rel=1e-2)


@pytest.mark.parametrize("name", MIXING)
def test_the_squares_are_near_those_of_every_output(name: str, runs: dict, probes: dict) -> None:
    """(∂ŷ/∂gate)² by finite differences, output by output; many probes come near, few are right in the mean."""
    run, at = runs[name], probes[name]
    found = at.gradients(probes=400, seed=1)
    step, seen = 1e-3, ~np.isnan(at.target)
    assert 0 < seen.sum() < seen.size, "the observed outputs must differ from all"
    for place in np.ndindex(run.interaction.shape):
        if run.interaction[place] == 0:
            assert found.every[place] == 0
        elif place[1] in (0, 3):                    # 3 is never observed, so it makes up no error
            up, down = np.ones((2, *run.interaction.shape))
            up[place] += step
            down[place] -= step
            square = ((at.edited(up, double=True) - at.edited(down, double=True)) / (2 * step)) ** 2
            assert found.every[place] == pytest.approx(square.mean(), rel=0.3, abs=1e-9)
            assert found.observed[place] == pytest.approx(square[seen].mean(), rel=0.3, abs=1e-9)


def test_probes_are_drawn_from_the_seed(probes: dict) -> None:
    at = probes["intergat-plus"]
    np.testing.assert_array_equal(at.gradients(2, seed=3).every, at.gradients(2, seed=3).every)
    assert (at.gradients(2, seed=3).every != at.gradients(2, seed=4).every).any()


@pytest.mark.parametrize("name", SMALL)
def test_it_responds_as_the_model_does_to_other_inputs(name: str, runs: dict, probes: dict) -> None:
    run, at = runs[name], probes[name]
    change = np.zeros((L, N))
    change[-1, 1] = -15
    window = len(run.tested.first) - 1
    before, after = at.respond(window, change)
    np.testing.assert_allclose(before, run.tested.forecast[window], atol=1e-4)
    cut, model = windows(data(), "clean", L, T), model_of(run)
    rows = slice(int(run.tested.first[window]) + GAP - L, int(run.tested.first[window]) + GAP)
    with torch.no_grad():
        wanted = model(cut.filled[rows] + torch.tensor(change).float(), cut.slot[rows]).y[0]
    np.testing.assert_allclose(after, wanted, atol=1e-4)
    np.testing.assert_allclose(at.inputs(window), cut.filled[rows], atol=1e-4)
    heard = {"gat-gru": {0, 1, 4}, "gru": {1}, "last-value": {1}, "intergat-plus": set(range(N))}
    moved = set(np.flatnonzero((after != before).any(axis=0)).tolist())
    assert moved <= heard.get(name, set(range(N)))      # on the ring 0 hears 1, and 4 hears 0 in the second layer
    assert 1 in moved


@pytest.mark.parametrize(("stretches", "length"), [(1, 1), (3, 2), (4, 5), (100, 3), (2, 100)])
def test_stretches_are_neighbours_and_share_no_window(stretches: int, length: int) -> None:
    first = np.array([*range(10, 17), *range(40, 60), *range(80, 83)])
    for seed in range(20):
        starts, windows_in_each = probe.sample(first, stretches, length, seed)
        assert len(starts) <= stretches
        assert windows_in_each <= length
        every = (starts[:, None] + np.arange(windows_in_each)).ravel()
        assert len(set(every)) == len(every)
        assert (np.diff(every) > 0).all()
        assert (first[starts + windows_in_each - 1] - first[starts] == windows_in_each - 1).all()
    if (stretches, length) == (3, 2):
        assert (starts < 10).sum() == 1             # one in each third
    if length == 100:
        assert windows_in_each == 20                # the longest that is there


@pytest.mark.parametrize("stretches", [1, 7, 16, 30, 32])
def test_blocks_are_at_most_sixteen_and_of_neighbouring_stretches(runs: dict[str, Run], stretches: int) -> None:
    made = Probe(runs["gru"], stretches=stretches)
    count = made.stretch.max() + 1
    sizes = np.bincount(made.block[:: len(made.stretch) // count])
    assert len(sizes) == min(probe.BLOCKS, count)
    assert sizes.max() - sizes.min() <= 1
    assert (np.diff(made.block) >= 0).all()
    assert all(len(set(made.block[made.stretch == k])) == 1 for k in range(count)), "a stretch is whole"


def test_as_many_stretches_as_there_is_room_for() -> None:
    for seed in range(50):
        starts, length = probe.sample(np.arange(50, 62), 9, 3, seed)
        assert starts.tolist() == [0, 3, 6, 9]
        assert length == 3


class TestItRefuses:
    def test_a_matrix_alone(self, runs: dict) -> None:
        run = runs["gru"]
        alone = Run(run.path, {**run.record, "kind": "matrix"}, run.nodes, run.interaction, None, None, None, None, ())
        with pytest.raises(ValueError, match="a probe must have a model to run, got run gru, which is a matrix alone"):
            Probe(alone)

    def test_no_stretch(self, runs: dict) -> None:
        with pytest.raises(ValueError, match="stretches must be at least 1, got 0"):
            Probe(runs["gru"], stretches=0)
        with pytest.raises(ValueError, match="length must be at least 1, got -1"):
            Probe(runs["gru"], length=-1)

    def test_weights_that_are_not_those_of_the_forecasts(self, runs: dict, tmp_path: Path) -> None:
        folder = Path(shutil.copytree(runs["intergat-plus"].path, tmp_path / "other"))
        weights = load_file(folder / "weights.safetensors")
        write_tensors(folder / "weights.safetensors", {**weights, "decode.bias": weights["decode.bias"] + 1})
        with pytest.raises(ValueError, match=r"weights of run other must reproduce its stored forecasts, got .* mph"):
            Probe(Run.load(folder))

    def test_weights_of_another_model(self, runs: dict, tmp_path: Path) -> None:
        folder = Path(shutil.copytree(runs["intergat-plus"].path, tmp_path / "other"))
        record = read_record(folder)
        record["model"]["name"], record["model"]["config"] = "gru", {}
        write_json(folder / "run.json", record)
        with pytest.raises(ValueError, match="must fit model gru"):
            Probe(Run.load(folder))

    @pytest.mark.parametrize("name", ["gru", "last-value"])
    def test_to_cut_where_nothing_is_mixed(self, name: str, probes: dict) -> None:
        words = f"model must mix sensors for its interaction to be edited, got {name}, which has no head"
        for ask in (lambda: probes[name].gated(np.ones((0, N, N))), probes[name].gradients):
            with pytest.raises(ValueError, match=words):
                ask()

    def test_gates_that_do_not_fit(self, probes: dict) -> None:
        at = probes["intergat-plus"]
        with pytest.raises(ValueError, match=r"gates must have shape \(2, 5, 5\), got \(5, 5\)"):
            at.gated(np.ones((N, N)))
        bad = np.ones((2, N, N))
        bad[1, 0, 3] = np.nan
        with pytest.raises(ValueError, match=r"added must be finite, got nan at \(1, 0, 3\)"):
            at.edited(np.ones((2, N, N)), bad)
        with pytest.raises(ValueError, match="probes must be at least 1, got 0"):
            at.gradients(probes=0)

    def test_a_change_that_does_not_fit(self, runs: dict, probes: dict) -> None:
        at = probes["gru"]
        with pytest.raises(ValueError, match=r"change must have shape \(4, 5\), got \(5, 4\)"):
            at.respond(0, np.zeros((N, L)))
        with pytest.raises(ValueError, match=r"change must be finite, got inf at \(0, 2\)"):
            at.respond(0, np.where(np.arange(N) == 2, np.inf, np.zeros((L, N))))
        with pytest.raises(ValueError, match=f"window must be from 0 to {len(runs['gru'].tested.first) - 1}, got -1"):
            at.inputs(-1)

    def test_a_window_that_is_not_repeated(self, runs: dict, tmp_path: Path) -> None:
        """The others are: a stored forecast that was changed stops its own window alone."""
        folder = Path(shutil.copytree(runs["gru"].path, tmp_path / "run"))
        stored = load_file(folder / "forecasts.safetensors")
        stored["forecast"][7] += 3
        write_tensors(folder / "forecasts.safetensors", stored)
        at = Probe(Run.load(folder), stretches=1000, length=1)
        assert 7 not in at.windows
        assert len(at.windows) == len(stored["forecast"]) - 1
        with pytest.raises(ValueError, match=r"stored forecast of window 7, got a forecast that is 3 mph away"):
            at.respond(7, np.zeros((L, N)))
