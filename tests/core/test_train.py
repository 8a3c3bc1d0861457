"""Training: it learns, it repeats, it survives a kill, and it refuses what it cannot do."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from core import train
from core.data import city as made_up
from core.data.sensors import SensorData
from core.data.windows import windows
from core.experiment import Plan, model_of, resumed, settings_for, trained
from core.models import Sizes, built
from core.run import Run, RunError, read_progress, read_record
from core.train import CHECKPOINT, Settings, TrainingError, fit, loss

ROOT = Path(__file__).parents[2]
SMALL = {"heads": 1, "features": 4, "width": 4}


def plan(model: str = "intergat-gru", config: dict | None = None, protocol: str = "clean", **settings) -> Plan:
    config = SMALL if config is None and model in ("intergat-gru", "gat-gru") else config or {}
    return Plan(model=model, config=config, settings=settings_for(model, **settings), protocol=protocol, load="city")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "weights.safetensors")


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


TRAIN = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from core.data import city
from core.experiment import Plan, settings_for, trained
settings = settings_for("intergat-plus", epochs=6, seed=3)
plan = Plan(model="intergat-plus", config={{"heads": 2, "width": 8}}, settings=settings, load="city")
trained(city.load(weeks=1), plan, Path({out!r}))
"""


def start(out: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", TRAIN.format(root=str(ROOT), out=str(out))])


def wait_for_epoch(out: Path, process: subprocess.Popen, epoch: int) -> None:
    deadline = time.monotonic() + 120
    while len(read_progress(out)) < epoch:
        assert time.monotonic() < deadline, "the training wrote no progress"
        assert process.poll() is None, "the training ended before it could be killed"
        time.sleep(0.01)


def test_a_killed_training_continues_to_the_same_weights(tmp_path: Path) -> None:
    assert start(tmp_path / "whole").wait(timeout=180) == 0
    process = start(tmp_path / "killed")
    wait_for_epoch(tmp_path / "killed", process, 2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.raises(RunError, match=r"is not finished \(\d epochs so far\): .*--resume"):
        Run.load(tmp_path / "killed")
    before = len(read_progress(tmp_path / "killed"))
    run = resumed(made_up.load(weeks=1), tmp_path / "killed")
    assert 2 <= before < 6
    assert [epoch["epoch"] for epoch in run.progress] == [1, 2, 3, 4, 5, 6]
    whole, killed = weights(tmp_path / "whole"), weights(tmp_path / "killed")
    assert whole.keys() == killed.keys()
    for name, tensor in whole.items():
        assert torch.equal(tensor, killed[name]), name
    assert not (tmp_path / "killed" / CHECKPOINT).exists()
    assert not list(tmp_path.rglob("*.partial"))


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


def test_a_stopped_training_says_so_and_continues(city: SensorData, tmp_path: Path) -> None:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        if epoch == 2 and chunk == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(city, plan(epochs=3), tmp_path / "run", tick=stop)
    assert read_record(tmp_path / "run")["state"] == "stopped"
    with pytest.raises(RunError, match=r"run run was stopped after 1 epochs: continue it with"):
        Run.load(tmp_path / "run")
    assert resumed(city, tmp_path / "run").record["metrics"]["epochs"] == 3


def test_a_failed_training_keeps_its_reason(city: SensorData, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"the .* loss must be finite, got .* try a smaller rate"):
        trained(city, plan(epochs=2, rate=1e30), tmp_path / "run")
    with pytest.raises(RunError, match=r"run run failed after \d epochs \(TrainingError: the .* loss"):
        Run.load(tmp_path / "run")


def test_a_run_is_not_continued_on_other_data(city: SensorData, tmp_path: Path) -> None:
    trained(city, plan(epochs=1), tmp_path / "run")
    with pytest.raises(RunError, match=r"must be continued on the data it was begun on .* got city"):
        resumed(made_up.load(seed=1, weeks=1), tmp_path / "run")


def stopped_at_once(data: SensorData, out: Path, model: str = "intergat-gru") -> Path:
    def stop(epoch: int, chunk: int, chunks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(data, plan(model, epochs=1), out, tick=stop)
    return out


def later(data: SensorData, **by: int) -> SensorData:
    return replace(data, times=data.times + pd.Timedelta(**by))


def with_a_gap(data: SensorData, row: int) -> SensorData:
    """As many rows, one step of time left out before a row."""
    times = data.times.to_numpy()
    late = times[row:] + (times[1] - times[0])
    return replace(data, times=pd.DatetimeIndex(np.concatenate([times[:row], late])))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: replace(data, adjacency=np.roll(data.adjacency, 1, axis=0)), "the road graph is another one$"),
        (lambda data: replace(data, adjacency=None), "there was a road graph, and there is none$"),
        (lambda data: replace(data, truth=None), "there was a planted graph, and there is none$"),
        (lambda data: later(data, days=150, hours=5), "the first time was 2.*T00:00:00, is 2.*T05:00:00 now; the last"),
        (lambda data: with_a_gap(data, 300), "the last time was .*; the sha256 of the times was .{60}, is .{60} now$"),
        (lambda data: replace(data, interval=data.interval / 3), "minutes from row to row was 15.0, is 5.0 now$"),
        (
            lambda data: replace(data, nodes=data.nodes.assign(id=[*data.nodes["id"][:-2], "x", "y"])),
            "sensor 119 was .*, is x now$",
        ),
    ],
)
def test_a_training_goes_on_with_its_own_roads_times_and_sensors_only(
    city: SensorData, tmp_path: Path, change: Callable[[SensorData], SensorData], words: str
) -> None:
    out = stopped_at_once(city, tmp_path / "run")
    before = (out / "run.json").read_bytes()
    other = change(city)
    assert other.sha256 == city.sha256, "the values alone do not tell them apart"
    with pytest.raises(RunError, match=f"^run must be continued on the data it was begun on, or trained anew: {words}"):
        resumed(other, out)
    assert (out / "run.json").read_bytes() == before
    assert resumed(city, out).record["state"] == "done"


def test_the_same_times_with_a_gap_elsewhere_are_other_times(city: SensorData, tmp_path: Path) -> None:
    first, second = (with_a_gap(city, row) for row in (300, 301))
    assert (first.times[0], first.times[-1]) == (second.times[0], second.times[-1])
    assert first.times_sha256 != second.times_sha256
    out = stopped_at_once(first, tmp_path / "run")
    with pytest.raises(RunError, match=r"trained anew: the sha256 of the times was .*, is .* now$"):
        resumed(second, out)


@pytest.mark.parametrize(("section", "name", "words"), [
    ("windows", "split", "the split was .*, is .* now"), ("windows", "count", "the windows was .*, is .* now"),
    ("windows", "slots", "steps a day was 7, is 96 now"), ("scaler", "shift", "the scaler's shift was 7, is .* now"),
    ("scaler", "scale", "the scaler's scale was 7, is .* now"),
])  # fmt: skip
def test_a_training_goes_on_only_with_windows_and_scaler_as_they_were(
    city: SensorData, tmp_path: Path, section: str, name: str, words: str
) -> None:
    out = stopped_at_once(city, tmp_path / "run")
    record = json.loads((out / "run.json").read_text())
    record[section][name] = {**record[section][name], "train": [0, 7]} if name in ("split", "count") else 7
    (out / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match=f"trained anew: {words}"):
        resumed(city, out)


def test_a_run_of_an_earlier_version_goes_on_though_its_record_says_less(city: SensorData, tmp_path: Path) -> None:
    out = stopped_at_once(city, tmp_path / "run")
    record = json.loads((out / "run.json").read_text())
    for name in ("start", "end", "times_sha256"):
        del record["data"][name]
    del record["windows"]["count"], record["scaler"]
    (out / "run.json").write_text(json.dumps(record))
    assert resumed(city, out).record["state"] == "done"


def test_the_last_digits_of_another_machine_stop_no_training(city: SensorData, tmp_path: Path) -> None:
    out = stopped_at_once(city, tmp_path / "run")
    record = json.loads((out / "run.json").read_text())
    record["scaler"]["shift"] = float(np.nextafter(record["scaler"]["shift"], np.inf))
    (out / "run.json").write_text(json.dumps(record))
    roads = np.nextafter(city.adjacency, np.float32(2)) * (city.adjacency > 0)
    assert resumed(replace(city, adjacency=roads), out).record["state"] == "done"


def test_a_run_is_never_overwritten(city: SensorData, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    trained(city, plan(epochs=1), tmp_path / "run")      # an empty folder is no run
    before = (tmp_path / "run" / "run.json").read_bytes()
    with pytest.raises(RunError, match="exists already: name another folder"):
        trained(city, plan(epochs=1), tmp_path / "run")
    assert (tmp_path / "run" / "run.json").read_bytes() == before


def test_no_second_process_trains_the_same_run(city: SensorData, tmp_path: Path) -> None:
    """A run is begun here and, from within its first epoch, continued by another process."""
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\nfrom core.data import city\nfrom core.experiment import resumed\n"
        f"resumed(city.load(weeks=1), Path({str(tmp_path / 'run')!r}))"
    )
    said: list[str] = []

    def intrude(epoch: int, chunk: int, chunks: int) -> None:
        if not said:
            other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
            said.append(other.stderr)

    trained(city, plan(epochs=1), tmp_path / "run", tick=intrude)
    assert "is being trained by another process: wait for it, or stop it first" in said[0]


@pytest.mark.parametrize("change", [{"epochs": "x"}, {"depth": 1}, {"rate": -1}])
def test_a_run_whose_settings_cannot_be_built_is_refused(city: SensorData, tmp_path: Path, change: dict) -> None:
    trained(city, plan(epochs=1), tmp_path / "run")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    record["state"] = "stopped"
    record["training"] |= change
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match=r"run\.json"):
        resumed(city, tmp_path / "run")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heads": 10**9}, "heads must be at most 1,000, got 1,000,000,000"),
        ({"heads": 1_000, "features": 2_000}, "a model must have at most 536,870,912 parameters, got"),
        ({"features": 16_000, "width": 16_000}, "a model must have at most 536,870,912 parameters, got"),
    ],
)
def test_a_record_that_asks_for_a_model_without_end_is_refused_before_it_is_built(
    city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, int], words: str
) -> None:
    out = stopped_at_once(city, tmp_path / "run")
    record = json.loads((out / "run.json").read_text())
    record["model"]["config"] |= change
    (out / "run.json").write_text(json.dumps(record))
    held = []
    monkeypatch.setattr("core.sensor_outcome.seeded", lambda build, seed: held.append(build))
    with pytest.raises(RunError, match=f"settings that a training can be built from: {words}"):
        resumed(city, out)
    assert not held


def test_a_wrong_choice_leaves_no_folder(city: SensorData, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a setting of intergat-gru must be one of"):
        trained(city, plan(config={"depth": 3}, epochs=1), tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_of_another_model_is_refused(city: SensorData, tmp_path: Path) -> None:
    cut = windows(city, horizon=4)
    (tmp_path / CHECKPOINT).write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match="must be a checkpoint of this model"):
        fit(built("gru", Sizes(sensors=120, horizon=4, slots=96)), cut, Settings(epochs=1), tmp_path)


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
