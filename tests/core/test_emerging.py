"""The matrix as it emerges: there after every epoch, gone at the end, and no weight is another for it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core import experiment
from core.data.sensors import SensorData
from core.data.windows import windows
from core.emerging import EMERGING, Emerging, read_emerging, write_emerging
from core.experiment import Plan, epoch_seconds, model_of, resumed, settings_for, trained
from core.files import write_bytes, write_tensors
from core.models import Forecaster
from core.run import RunError
from core.sensor_outcome import SensorTraining

SMALL = {
    "intergat-gru": {"heads": 2, "features": 4, "width": 4},
    "intergat-plus": {"heads": 2, "width": 4},
    "gat-gru": {"heads": 2, "features": 4, "width": 4},
}
HEADS = {"intergat-gru": 3, "intergat-plus": 2, "gat-gru": 3}


def plan(model: str, epochs: int = 3, **settings: object) -> Plan:
    chosen = settings_for(model, epochs=epochs, **settings)
    return Plan(model=model, config=SMALL.get(model, {}), settings=chosen, load="city")


@pytest.mark.parametrize("model", SMALL)
def test_after_every_epoch_there_is_a_new_matrix_and_at_the_end_none(
    city: SensorData, tmp_path: Path, model: str
) -> None:
    seen: dict[int, Emerging] = {}

    def look(epoch: int, chunk: int, chunks: int) -> None:
        found = read_emerging(tmp_path / "run", HEADS[model], city.sensors)
        if found is None:
            assert epoch == 1
        elif chunk == 1:
            seen[epoch] = found

    run = trained(city, plan(model), tmp_path / "run", tick=look)
    assert {epoch: found.epoch for epoch, found in seen.items()} == {2: 1, 3: 2}
    assert not np.array_equal(seen[2].interaction, seen[3].interaction)
    assert not (run.path / EMERGING).exists()


@pytest.mark.parametrize("model", SMALL)
def test_weights_are_the_same_with_snapshots_and_without(
    city: SensorData, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(city, plan(model), tmp_path / "with")
    monkeypatch.setattr(experiment, "_snapshots", lambda *_: lambda _: None)
    trained(city, plan(model), tmp_path / "without")
    one, other = (load_file(tmp_path / name / "weights.safetensors") for name in ("with", "without"))
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


@pytest.mark.parametrize("model", SMALL)
def test_the_snapshot_is_what_the_model_mixes_with(city: SensorData, tmp_path: Path, model: str) -> None:
    """Of a fixed matrix that matrix; of attention the mean over the windows of the first validation chunk."""
    run = trained(city, plan(model, epochs=1), tmp_path / "run")
    made, cut = model_of(run), windows(city, horizon=4)
    chunk = next(cut.chunks("validation", 64))
    wanted = made(chunk.series, chunk.slot).interaction.detach()
    wanted = wanted if wanted.dim() == 3 else torch.stack([*wanted]).mean(0)
    training = SensorTraining(city, cut, made)
    found = training.interaction(64)
    np.testing.assert_allclose(found.numpy(), wanted.numpy(), atol=1e-6)
    if model == "gat-gru":
        assert not torch.equal(found, training.interaction(1))


def test_a_stopped_training_keeps_its_matrix_for_those_who_look(city: SensorData, tmp_path: Path) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(city, plan("intergat-plus"), tmp_path / "run", tick=stop)
    found = read_emerging(tmp_path / "run", 2, city.sensors)
    assert found is not None
    assert found.epoch == 1


def test_what_a_killed_training_was_writing_is_gone_when_it_goes_on(city: SensorData, tmp_path: Path) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(city, plan("gru", epochs=1), tmp_path / "run", tick=stop)
    (tmp_path / "run" / f".{EMERGING}.123.partial").write_bytes(b"half")
    resumed(city, tmp_path / "run")
    assert not list((tmp_path / "run").glob(".*"))


def test_a_model_that_mixes_no_sensors_has_none(city: SensorData, tmp_path: Path) -> None:
    def look(*_: int) -> None:
        assert not (tmp_path / "run" / EMERGING).exists()

    trained(city, plan("gru", epochs=2), tmp_path / "run", tick=look)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    weights = np.random.default_rng(0).random((2, 3, 3)).astype(np.float32)
    assert read_emerging(tmp_path, 2, 3) is None
    write_emerging(tmp_path, Emerging(7, weights))
    found = read_emerging(tmp_path, 2, 3)
    assert found is not None
    assert found.epoch == 7
    np.testing.assert_array_equal(found.interaction, weights)


GOOD = np.ones((2, 3, 3), dtype=np.float32)
ONE = np.array([1])


@pytest.mark.parametrize(("tensors", "words"), [
    ({"epoch": ONE}, "must hold interaction, float32 of shape .*, got none"),
    ({"interaction": GOOD[:1], "epoch": ONE}, r"got float32 of \(1, 3, 3\)"),
    ({"interaction": GOOD.astype(np.float16), "epoch": ONE}, "got float16"),
    ({"interaction": GOOD * np.nan, "epoch": ONE}, "must hold finite weights"),
    ({"interaction": GOOD}, "must hold epoch, one int64 of at least 1"),
    ({"interaction": GOOD, "epoch": ONE - 1}, "must hold epoch, one int64 of at least 1"),
    ({"interaction": GOOD, "epoch": np.array([1, 2])}, "must hold epoch, one int64 of at least 1"),
    ({"interaction": np.ones((2, 90, 90), dtype=np.float32), "epoch": ONE}, "got a file of 64,"),
])
def test_a_strangers_snapshot_is_refused_with_a_sentence(tmp_path: Path, tensors: dict, words: str) -> None:
    write_tensors(tmp_path / EMERGING, tensors)
    with pytest.raises(RunError, match=words):
        read_emerging(tmp_path, 2, 3)


def test_a_snapshot_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    write_emerging(tmp_path, Emerging(1, GOOD))
    write_bytes(tmp_path / EMERGING, (tmp_path / EMERGING).read_bytes()[:-1])
    with pytest.raises(RunError, match="must be a whole safetensors file"):
        read_emerging(tmp_path, 2, 3)


def test_an_epoch_is_timed_by_whole_epochs_where_they_are_short(
    city: SensorData, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    original = experiment.fit

    def fit(model: Forecaster, *rest: object, tick: object, after: object, **more: object) -> object:
        return original(model, *rest, tick=tick, after=lambda state: (told.append(state.epoch), after(state)), **more)  # type: ignore[arg-type, operator]

    monkeypatch.setattr(experiment, "fit", fit)
    monkeypatch.setattr(experiment, "_last_seconds", lambda state: 10.0 + state.epoch)
    assert epoch_seconds(city, plan("intergat-plus"), budget=1e9) == 13.0
    assert told == [1, 2, 3]


def test_a_long_epoch_is_timed_by_its_first_steps(city: SensorData, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is a second later: a step takes one, and so does the step of validation."""
    moments = iter(range(1000))
    monkeypatch.setattr(experiment.time, "perf_counter", lambda: float(next(moments)))
    chosen = plan("intergat-plus", batch=8)
    cut = windows(city, horizon=4)
    steps, checks = (sum(1 for _ in cut.chunks(part, 8)) for part in ("train", "validation"))
    ticks = steps // 2
    monkeypatch.setattr(experiment, "fit", lambda *_, tick, **__: [tick(1, k + 1, steps) for k in range(ticks)])
    assert epoch_seconds(city, chosen, budget=5) == pytest.approx(steps + checks)


def test_a_model_without_parameters_takes_no_time(city: SensorData) -> None:
    assert epoch_seconds(city, Plan(model="last-value", settings=settings_for("last-value"), load="city")) == 0
