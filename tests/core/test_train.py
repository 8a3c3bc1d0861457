"""Training: it learns, it repeats, it says how it goes, and it refuses what it cannot do."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from core import experiment, train
from core.data.sensors import SensorData
from core.data.windows import windows
from core.experiment import model_of, trained
from core.models import Sizes, built
from core.run import Run, RunError
from core.train import Settings, TrainingError, loss
from tests.core.train_made import plan, weights


@pytest.mark.parametrize("model", ["intergat-gru", "intergat-plus", "gat-gru", "gru"])
def test_every_model_comes_nearer_to_the_data_by_training(model: str, city: SensorData, tmp_path: Path) -> None:
    small = {"gru": {"hidden": 4, "features": 4, "width": 4}, "intergat-plus": {"heads": 1, "width": 4}}
    chosen = plan(model, small.get(model), epochs=3, rate=1e-2, batch=16)
    run = trained(city, chosen, tmp_path / "run")
    errors = [epoch["validation"] for epoch in run.progress]
    cut = windows(city, horizon=4)
    untrained = built(model, model_of(run).sizes, chosen.config)
    untrained.observe(cut, torch.tensor(city.adjacency))
    assert min(errors) < 0.9 * loss(untrained, cut, "validation", chosen.settings)
    assert run.record["metrics"]["best_epoch"] == 1 + int(np.argmin(errors))


def test_the_kept_weights_are_those_of_the_best_epoch(
    city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = iter([3.0, 1.0, 2.0])
    monkeypatch.setattr(train, "loss", lambda *_: next(said))
    run = trained(city, plan(epochs=3), tmp_path / "run")
    assert run.record["metrics"]["best_epoch"] == 2
    said = iter([3.0, 1.0])
    trained(city, plan(epochs=2), tmp_path / "two")
    for name, kept in weights(tmp_path / "two").items():
        assert torch.equal(weights(tmp_path / "run")[name], kept), name


def test_the_same_seed_reaches_the_same_weights_and_another_does_not(city: SensorData, tmp_path: Path) -> None:
    a, b, c = (trained(city, plan(epochs=1, seed=s), tmp_path / str(k)) for k, s in enumerate((0, 0, 1)))
    assert np.array_equal(a.interaction, b.interaction)
    assert all(torch.equal(x, y) for x, y in zip(weights(a.path).values(), weights(b.path).values(), strict=True))
    assert not np.array_equal(a.interaction, c.interaction)


def test_the_random_state_of_the_caller_is_left_alone(city: SensorData, tmp_path: Path) -> None:
    torch.manual_seed(7)
    wanted = torch.rand(1)
    torch.manual_seed(7)
    trained(city, plan(epochs=1), tmp_path / "run")
    assert torch.equal(torch.rand(1), wanted)


def test_the_rate_falls_along_half_a_cosine_through_all_epochs(
    city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    class Watched(torch.optim.Adam):
        def step(self, *args):
            seen.append(self.param_groups[0]["lr"])
            return super().step(*args)

    monkeypatch.setitem(train.OPTIMIZERS, "adam", Watched)
    run = trained(city, plan(epochs=3, batch=256, rate=0.02, schedule="cosine"), tmp_path / "run")
    assert run.record["training"]["schedule"] == "cosine"
    assert seen[0] == 0.02
    assert all(before > after for before, after in pairwise(seen))
    third = len(seen) // 3                                               # of the steps, when an epoch is done
    assert seen[third] == pytest.approx(0.02 * (0.01 + 0.99 * 0.75), rel=0.02)
    assert seen[-1] < 0.1 * 0.02
    seen.clear()
    trained(city, plan(epochs=2, batch=256, rate=0.02), tmp_path / "constant")
    assert set(seen) == {0.02}


def test_a_failed_training_keeps_its_reason(city: SensorData, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"the .* loss must be finite, got .* try a smaller rate"):
        trained(city, plan(epochs=2, rate=1e30), tmp_path / "run")
    with pytest.raises(RunError, match=r"run run failed after \d epochs \(TrainingError: the .* loss"):
        Run.load(tmp_path / "run")


def test_a_run_is_never_overwritten(city: SensorData, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    trained(city, plan(epochs=1), tmp_path / "run")      # an empty folder is no run
    before = (tmp_path / "run" / "run.json").read_bytes()
    with pytest.raises(RunError, match="exists already: name another folder"):
        trained(city, plan(epochs=1), tmp_path / "run")
    assert (tmp_path / "run" / "run.json").read_bytes() == before


@pytest.mark.parametrize("empty", [False, True])
def test_a_run_that_takes_the_folder_in_the_meantime_is_not_overwritten(
    city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: bool
) -> None:
    out = tmp_path / "run"
    if empty:
        out.mkdir()

    def too_late(file: Path, tensors: dict) -> None:
        out.mkdir(exist_ok=True)
        (out / "run.json").write_text("another's")

    monkeypatch.setattr(experiment, "write_tensors", too_late)
    with pytest.raises(RunError, match="run cannot take the run: Directory not empty"):
        trained(city, plan(epochs=1), out)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (out / "run.json").read_text() == "another's"


def test_a_wrong_choice_leaves_no_folder(city: SensorData, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a setting of intergat-gru must be one of"):
        trained(city, plan(config={"depth": 3}, epochs=1), tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_training_ends_when_nothing_has_improved_for_long(city: SensorData, tmp_path: Path) -> None:
    run = trained(city, plan(epochs=50, rate=1e-30, patience=2), tmp_path / "run")
    assert run.record["metrics"] == {**run.record["metrics"], "epochs": 3, "best_epoch": 1}


def test_a_model_without_parameters_needs_no_epoch(city: SensorData, tmp_path: Path) -> None:
    run = trained(city, plan("last-value", epochs=1), tmp_path / "run")
    assert run.progress == ()
    assert run.interaction.shape == (0, 120, 120)
    assert np.array_equal(run.forecasts.forecast[:, 2], run.forecasts.last_value)


def test_missing_values_teach_nothing(city: SensorData) -> None:
    """A loss is the mean over what was observed: filling gaps with anything must not change it."""
    cut = windows(city, horizon=4)
    made = built("gru", Sizes(sensors=120, horizon=4, slots=96))
    made.observe(cut, None)
    total = count = 0.0
    for chunk in cut.chunks("validation", 64):
        y, target = made(chunk.series, chunk.slot).y.detach().numpy(), chunk.target.numpy()
        for value, wanted in zip(y.ravel(), target.ravel(), strict=True):
            if not np.isnan(wanted):
                total, count = total + ((value - wanted) / cut.scale) ** 2, count + 1
    assert loss(made, cut, "validation", Settings()) == pytest.approx(total / count, rel=1e-4)


def test_the_l1_weight_makes_the_plus_matrix_sparser(city: SensorData, tmp_path: Path) -> None:
    config = {"heads": 1, "width": 4}
    free, tight = (
        trained(city, plan("intergat-plus", config, epochs=4, l1=l1, rate=2e-2), tmp_path / str(l1))
        for l1 in (0.0, 5.0)
    )
    assert (tight.interaction == 0).mean() > (free.interaction == 0).mean() + 0.2


def test_the_published_protocol_picks_the_epoch_on_the_test_part(city: SensorData, tmp_path: Path) -> None:
    run = trained(city, plan(epochs=1, protocol="published"), tmp_path / "run")
    split = run.record["windows"]["split"]
    assert split["validation"] == split["test"] == [537, 672]
    assert run.record["scaler"]["shift"] == 0
    assert not np.isnan(run.forecasts.rows).any()


def test_attention_is_averaged_over_the_test_part_with_its_spread(city: SensorData, tmp_path: Path) -> None:
    run = trained(city, plan("gat-gru", epochs=1), tmp_path / "run")
    cut = windows(city, horizon=4)
    alpha = torch.cat([model_of(run)(c.series, c.slot).interaction for c in cut.chunks("test", 32)]).detach()
    np.testing.assert_allclose(run.interaction, alpha.mean(0).numpy(), atol=1e-6)
    assert run.spread is not None
    np.testing.assert_allclose(run.spread, alpha.std(0, correction=0).numpy(), atol=1e-5)


def test_the_run_holds_the_test_part_and_what_was_forecast(city: SensorData, tmp_path: Path) -> None:
    run = trained(city, plan(epochs=1), tmp_path / "run")
    f, first = run.forecasts, run.record["windows"]["split"]["test"][0]
    assert f.forecast.shape == (672 - first - 12 - 4 + 1, 4, 120)
    w, t, n = 17, 2, 5
    row = first + 12 + w + t
    np.testing.assert_equal(f.target[w, t, n], city.values[row, n])
    assert f.times[f.first[w] + t] == city.times[row].to_datetime64()
    assert f.hours[w, t] == city.times[row].hour
    made = model_of(run)
    series = windows(city, horizon=4).filled[row - t - 12 : row - t]
    y = made(series, torch.arange(row - t - 12, row - t) % 96).y[0].detach().numpy()
    np.testing.assert_allclose(f.forecast[w], y, atol=1e-3)
    np.testing.assert_allclose(f.window_mean[w], series.mean(0).numpy(), atol=1e-4)
    np.testing.assert_array_equal(f.last_value[w], series[-1].numpy())


def test_progress_has_one_json_line_for_each_epoch(city: SensorData, tmp_path: Path) -> None:
    trained(city, plan(epochs=2), tmp_path / "run")
    lines = (tmp_path / "run" / "progress.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]
    assert all(set(json.loads(line)) == {"epoch", "train", "validation", "seconds"} for line in lines)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"optimizer": "sgd"}, "optimizer must be one of adam, adamw, got 'sgd'"),
    ({"loss": "hinge"}, "loss must be one of mse, mae, huber, got 'hinge'"),
    ({"epochs": 0}, "epochs must be at least 1, got 0"),
    ({"epochs": 100_001}, "epochs must be at most 100,000, got 100,001"),
    ({"batch": 0}, "batch must be at least 1, got 0"),
    ({"rate": 0.0}, "rate must be a finite number above 0, got 0.0"),
    ({"rate": float("nan")}, "rate must be a finite number above 0, got nan"),
    ({"clip": 0.0}, "clip must be a finite number above 0, got 0.0"),
    ({"l1": -1.0}, "l1 must be a finite number of at least 0, got -1.0"),
    ({"seed": -1}, "seed must be from 0 to 2147483647, got -1"),
])
def test_wrong_settings_are_named(wrong: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Settings(**wrong)
