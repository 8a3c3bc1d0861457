"""Training on particles: the same loop, a run of its own kind, and errors that are what they are called."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.archive import packed, unpacked
from core.data.sensors import SensorData
from core.data.trajectories import Scenes
from core.emerging import Emerging, read_emerging
from core.experiment import Plan, epoch_seconds, model_of, resumed, settings_for, trained
from core.family import family_of
from core.models import PARTICLE_MODELS, Forecast, ParticleForecaster
from core.models.still import ConstantVelocity
from core.particle_outcome import ParticleTraining
from core.run import Run, RunError
from core.train import _error
from tests.core.particles_made import NAME, plan, scenes


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    return scenes(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data: Scenes, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(data, plan(), tmp_path_factory.mktemp("runs") / "whole")


def of(run: Run) -> ParticleForecaster:
    model = model_of(run)
    assert isinstance(model, ParticleForecaster)
    return model


def test_a_run_of_particles_holds_its_files_and_no_others(whole: Run) -> None:
    assert {file.name for file in whole.path.iterdir()} == {
        "run.json", "weights.safetensors", "interaction.safetensors", "network.safetensors", "particles.safetensors",
        "progress.jsonl",
    }  # fmt: skip
    assert (whole.kind, whole.model, whole.dataset, whole.seed) == ("particles", "set", "nbody-4", 0)
    assert whole.forecasts is None
    assert [epoch["epoch"] for epoch in whole.progress] == [1, 2]
    assert whole.record["data"]["load"].startswith("nbody-4:train=12,validation=4,test=5,steps=1400,seed=0,inputs=3")


def test_what_was_simulated_and_forecast_is_read_back(whole: Run, data: Scenes) -> None:
    moving, first = whole.tracked, data.trajectories.parts["test"][0]
    np.testing.assert_array_equal(moving.frames[..., :3], data.trajectories.positions[first:])
    np.testing.assert_array_equal(moving.frames[..., 3:], data.trajectories.velocities[first:])
    np.testing.assert_array_equal(moving.charge, data.trajectories.charges[first:])
    scene = data.scene(np.arange(first, first + 5))
    np.testing.assert_array_equal(moving.seen, scene.state)
    np.testing.assert_array_equal(moving.target, scene.target)
    np.testing.assert_allclose(moving.times, [0.2, 0.5])
    with torch.no_grad():
        y = of(whole)(*scene.inputs).y
    np.testing.assert_array_equal(moving.forecast, y)


def test_groups_are_the_charges_of_the_trajectory_whose_gates_are_shown(whole: Run, data: Scenes) -> None:
    first = data.trajectories.parts["test"][0]
    assert whole.groups is not None
    assert [{"+": 1, "-": -1}[sign] for sign in whole.groups] == data.trajectories.charges[first].tolist()
    with torch.no_grad():
        gates = of(whole)(*data.scene(np.array([first])).inputs).interaction[0]
    np.testing.assert_array_equal(whole.interaction, gates)
    assert len(whole.heads) == len(gates) > 1


def test_the_force_is_that_of_coulomb_between_each_two_over_the_frames_seen(whole: Run) -> None:
    x = whole.tracked.seen[0, :, :, :3].astype(float)
    wanted = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            if i != j:
                wanted[i, j] = np.mean([1 / ((frame[i] - frame[j]) ** 2).sum() for frame in x])
    np.testing.assert_allclose(whole.tracked.force, wanted, rtol=1e-5)


def test_errors_are_mean_squares_over_the_whole_test_part(whole: Run, data: Scenes) -> None:
    moving = whole.tracked
    assert set(moving.errors) == {"position", "velocity"}
    made = {"set": moving.forecast, **moving.simple()}
    for quantity, some in (("position", slice(0, 3)), ("velocity", slice(3, 6))):
        assert set(moving.errors[quantity]) == {"set", "last-frame", "constant-velocity"}
        for name, forecast in made.items():
            for t in range(2):
                off = [
                    (forecast[w, t, i, c].astype(float) - moving.target[w, t, i, c].astype(float)) ** 2
                    for w in range(5)
                    for i in range(4)
                    for c in range(6)[some]
                ]
                np.testing.assert_allclose(moving.errors[quantity][name][t], np.mean(off), rtol=1e-5, err_msg=name)


def test_only_so_many_trajectories_are_kept_and_errors_are_of_all(data: Scenes, monkeypatch: pytest.MonkeyPatch,
                                                                   tmp_path: Path, whole: Run) -> None:  # fmt: skip
    monkeypatch.setattr("core.particle_outcome.KEPT", 2)
    monkeypatch.setattr("core.particle_outcome.CHUNK", 2)
    run = trained(data, plan(), tmp_path / "run")
    assert len(run.tracked.frames) == len(run.tracked.forecast) == len(run.tracked.charge) == 2
    for name, errors in whole.tracked.errors["position"].items():
        np.testing.assert_allclose(run.tracked.errors["position"][name], errors, rtol=1e-5)


def test_where_velocities_are_not_asked_for_none_are_trained_and_no_error_is_told(tmp_path: Path) -> None:
    data = scenes(tmp_path, ",velocities=0")
    run = trained(data, plan(), tmp_path / "run")
    assert set(run.tracked.errors) == {"position"}
    assert not run.tracked.velocities
    scene = next(data.chunks("train", 5))
    y = torch.zeros_like(scene.target, requires_grad=True)
    error, seen = _error(of(run), y, scene.target, "mse")
    error.backward()
    assert seen == scene.target[..., :3].numel()
    assert y.grad is not None
    assert not y.grad[..., 3:].any()
    assert y.grad[..., :3].all()


@pytest.mark.parametrize("model", ["set", "egnn", "linear"])
def test_a_training_that_was_stopped_reaches_the_same_weights(data: Scenes, tmp_path: Path, model: str) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        assert chunks == 3
        if epoch == 2 and chunk == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(data, plan(model), tmp_path / "broken", tick=stop)
    with pytest.raises(RunError, match="was stopped after 1 epochs: continue it with"):
        Run.load(tmp_path / "broken")
    back, run = resumed(data, tmp_path / "broken"), trained(data, plan(model), tmp_path / "whole")
    assert [epoch["train"] for epoch in back.progress] == [epoch["train"] for epoch in run.progress]
    one, other = (load_file(each.path / "weights.safetensors") for each in (back, run))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    np.testing.assert_array_equal(back.interaction, run.interaction)
    np.testing.assert_array_equal(back.tracked.forecast, run.tracked.forecast)
    assert back.record["metrics"] == run.record["metrics"]
    assert {file.name for file in back.path.iterdir()} == {file.name for file in run.path.iterdir()}


def test_a_stopped_training_packs_with_its_checkpoint_and_goes_on_elsewhere(data: Scenes, tmp_path: Path) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(data, plan(), tmp_path / "run", tick=stop)
    place = unpacked(packed(tmp_path / "run"), tmp_path / "there", "mine")
    assert len(resumed(data, place).progress) == 2


def test_gates_emerge_epoch_by_epoch(data: Scenes, tmp_path: Path, whole: Run) -> None:
    found: list[Emerging | None] = []

    def look(epoch: int, chunk: int, chunks: int) -> None:
        if chunk == 1:
            found.append(read_emerging(tmp_path / "three", len(whole.heads), 4))

    trained(data, plan(epochs=3, schedule="constant"), tmp_path / "three", tick=look)
    run = trained(data, plan(epochs=2, schedule="constant"), tmp_path / "two")
    assert run.record["metrics"]["best_epoch"] == 2, "what follows is about the last epoch"
    first, second, third = found
    assert first is None
    assert second is not None
    assert third is not None
    assert (second.epoch, third.epoch) == (1, 2)
    np.testing.assert_array_equal(third.interaction, run.interaction)
    assert not np.array_equal(second.interaction, third.interaction)


def test_a_run_comes_back_from_its_zip(whole: Run, tmp_path: Path) -> None:
    back = Run.load(unpacked(packed(whole.path), tmp_path, "back"))
    np.testing.assert_array_equal(back.tracked.frames, whole.tracked.frames)
    assert {file.name: file.read_bytes() for file in back.path.iterdir()} == {
        file.name: file.read_bytes() for file in whole.path.iterdir()
    }


@pytest.mark.parametrize("model", PARTICLE_MODELS)
def test_every_model_trains_and_opens_again(data: Scenes, tmp_path: Path, model: str) -> None:
    run = trained(data, plan(model, epochs=1), tmp_path / "run")
    assert run.interaction.shape == (len(run.heads), 4, 4)
    assert model in run.tracked.errors["position"]
    with torch.no_grad():
        y = of(run)(*data.scene(np.array([16])).inputs).y
    np.testing.assert_allclose(y, run.tracked.forecast[:1], rtol=1e-4, atol=1e-5)


def test_a_model_without_training_is_as_good_as_its_row(data: Scenes, tmp_path: Path) -> None:
    run = trained(data, plan("constant-velocity"), tmp_path / "run")
    assert set(run.tracked.errors["position"]) == {"last-frame", "constant-velocity"}
    assert run.record["metrics"]["epochs"] == 0
    np.testing.assert_allclose(run.tracked.forecast, run.tracked.simple()["constant-velocity"], rtol=1e-6)


def test_the_time_of_an_epoch_is_measured_and_nothing_is_kept(data: Scenes, tmp_path: Path) -> None:
    assert epoch_seconds(data, plan(), budget=0.2) > 0
    assert not list(tmp_path.iterdir())


def test_runs_that_differ_in_their_seed_alone_are_a_family(data: Scenes, tmp_path: Path) -> None:
    for name, seed, epochs in (("a", 0, 1), ("b", 1, 1), ("c", 2, 2)):
        trained(data, plan("egnn", epochs=epochs, seed=seed), tmp_path / name)
    assert [path.name for path in family_of(tmp_path / "a")] == ["a", "b"]


def test_a_model_of_sensors_is_refused_for_particles(data: Scenes, tmp_path: Path) -> None:
    words = "model must be one of egnn, set, .*, which forecast particles as in nbody-4, got 'gru', which forecasts"
    with pytest.raises(ValueError, match=words):
        trained(data, Plan(model="gru", settings=settings_for("gru"), load=NAME), tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_a_model_of_particles_is_refused_for_sensors(city: SensorData, tmp_path: Path) -> None:
    words = "model must be one of intergat-gru, .*, which forecast sensors as in city, got 'set', which forecasts"
    with pytest.raises(ValueError, match=words):
        trained(city, Plan(model="set", settings=settings_for("set"), load="city"), tmp_path / "run")


@pytest.mark.parametrize("given", [{"protocol": "published"}, {"inputs": 5}, {"horizon": 3}])
def test_what_is_for_windows_is_refused_for_scenes(data: Scenes, given: dict[str, object]) -> None:
    words = "protocol, inputs and horizon must be left out for nbody-4: what is seen"
    with pytest.raises(ValueError, match=words):
        ParticleTraining.planned(data, Plan(model="set", settings=settings_for("set"), load=NAME, **given))  # type: ignore[arg-type]


def test_a_training_goes_on_with_its_own_data_and_frames_only(data: Scenes, tmp_path: Path) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(data, plan(), tmp_path / "run", tick=stop)
    with pytest.raises(RunError, match=r"must be continued on the data it was begun on .*, got nbody-4 with sha256"):
        resumed(scenes(tmp_path, ",seed=1"), tmp_path / "run")
    other = scenes(tmp_path).__class__(data.trajectories, data.inputs, data.last, (2, 4))
    with pytest.raises(RunError, match=r"cut as they were when it began, .*\[2, 5\].*, got .*\[2, 4\]"):
        resumed(other, tmp_path / "run")
    whole, ends = data.trajectories, {"train": (0, 11), "validation": (11, 16), "test": (16, 21)}
    for change, words in (({"parts": ends}, r"'train': \[0, 11\]"), ({"interval": 0.2}, "'interval': 0.2")):
        shifted = replace(data, trajectories=replace(whole, **change))      # type: ignore[arg-type]
        assert shifted.trajectories.sha256 == whole.sha256
        with pytest.raises(RunError, match=f"cut as they were when it began, .*, got .*{words}"):
            resumed(shifted, tmp_path / "run")


def begun_and_changed(data: Scenes, run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A training that was stopped at its first step, and whose record somebody changed since."""

    def stop(epoch: int, chunk: int, chunks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(data, plan(), run, tick=stop)
    record = json.loads((run / "run.json").read_text())
    change(record)
    (run / "run.json").write_text(json.dumps(record))


@pytest.mark.parametrize(("change", "words"), [
    (lambda r: r["model"]["config"].update(width=10**12), "must hold settings that a training can be built from"),
    (lambda r: r["training"].pop("batch"), "must hold settings that a training can be built from"),
])  # fmt: skip
def test_a_record_that_does_not_fit_its_data_is_refused_in_a_sentence(
    data: Scenes, tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    begun_and_changed(data, tmp_path / "run", change)
    with pytest.raises(RunError, match=words):
        resumed(data, tmp_path / "run")


def test_a_run_of_another_kind_than_its_data_is_refused_in_a_sentence(
    city: SensorData, data: Scenes, tmp_path: Path
) -> None:
    begun_and_changed(data, tmp_path / "run", lambda record: record["data"].update(sha256=city.sha256))
    with pytest.raises(RunError, match="run run is of particles, and the data city are not"):
        resumed(city, tmp_path / "run")


def test_no_more_trajectories_are_forecast_at_once_than_are_trained_at_once(
    data: Scenes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Run
) -> None:
    sizes: list[int] = []
    real = ConstantVelocity.forward

    def seen(model: ConstantVelocity, state: torch.Tensor, charge: torch.Tensor) -> Forecast:
        sizes.append(len(state))
        return real(model, state, charge)

    monkeypatch.setattr(ConstantVelocity, "forward", seen)
    run = trained(data, plan("constant-velocity", batch=2), tmp_path / "run")
    assert max(sizes) == 2
    np.testing.assert_array_equal(run.tracked.charge, whole.tracked.charge)
    np.testing.assert_allclose(run.tracked.forecast, run.tracked.simple()["constant-velocity"], rtol=1e-6)


def test_a_forecast_that_is_not_finite_ends_as_a_failure_that_says_so(
    data: Scenes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(model: ParticleForecaster, state: torch.Tensor) -> torch.Tensor:
        return state[:, -1:].expand(-1, 2, -1, -1) * float("nan")

    monkeypatch.setattr(ParticleForecaster, "drift", broken)
    with pytest.raises(ValueError, match="forecasts of the test part must be finite, and some are not"):
        trained(data, plan("constant-velocity"), tmp_path / "run")
    with pytest.raises(RunError, match=r"run run failed after 0 epochs \(ValueError: forecasts of the test part"):
        Run.load(tmp_path / "run")
