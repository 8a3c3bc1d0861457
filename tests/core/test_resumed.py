"""A training goes on where it was, after a stop or a kill, and only where it is the same training."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from core import experiment
from core.archive import held
from core.data import city as made_up
from core.data.sensors import SensorData
from core.data.windows import windows
from core.experiment import resumed, trained
from core.models import Sizes, built
from core.run import Run, RunError, read_progress, read_record
from core.train import CHECKPOINT, Settings, TrainingError, fit
from tests.core.train_made import ROOT, plan, weights

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



def test_a_run_that_another_finishes_in_between_is_not_trained_again(
    city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one has it when this one has read its record, and has finished it when this one holds it."""
    out = stopped_at_once(city, tmp_path / "run")
    begun: list[int] = []

    def other_first(folder: Path) -> AbstractContextManager[None]:
        monkeypatch.setattr(experiment, "held", held)
        resumed(city, out)
        return held(folder)

    monkeypatch.setattr(experiment, "held", other_first)
    run = resumed(city, out, tick=lambda epoch, chunk, chunks: begun.append(epoch))
    assert (run.record["state"], run.record["metrics"]["epochs"], begun) == ("done", 1, [])
    assert experiment.held is held, "nobody came in between"


def test_nobody_continues_a_run_before_its_first_epoch(
    city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment that it can be found."""
    out, rename, said = tmp_path / "run", Path.rename, []

    def found(self: Path, to: Path) -> Path:
        place = rename(self, to)
        if to == out:
            with pytest.raises(RunError, match="is being trained by another process"):
                resumed(city, out)
            said.append("refused")
        return place

    monkeypatch.setattr(Path, "rename", found)
    trained(city, plan(epochs=1), out)
    assert said == ["refused"]



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



def test_a_checkpoint_of_another_model_is_refused(city: SensorData, tmp_path: Path) -> None:
    cut = windows(city, horizon=4)
    (tmp_path / CHECKPOINT).write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match="must be a checkpoint of this model"):
        fit(built("gru", Sizes(sensors=120, horizon=4, slots=96)), cut, Settings(epochs=1), tmp_path)
