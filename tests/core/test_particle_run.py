"""A run of particles at the door: whatever a stranger changes in it is refused with what must hold and what came."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.experiment import trained
from core.files import write_tensors
from core.run import Run, RunError
from tests.core.particles_made import plan, scenes

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    return trained(scenes(folder), plan("egnn", epochs=1), folder / "whole").path


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def edited(run: Path, change: Change) -> None:
    record = json.loads((run / "run.json").read_text())
    change(record)
    (run / "run.json").write_text(json.dumps(record))


def errors(record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = record["metrics"]["errors"]
    return found


RECORDS: dict[str, tuple[Change, str]] = {
    "kind": (lambda r: r.update(kind="atoms"), "kind must be one of model, matrix, particles, got 'atoms'"),
    "windows": (lambda r: r.update(windows={}), "a run of particles must have no windows, which only one of sensors"),
    "unit": (lambda r: r["data"].update(unit="m"), "a run of particles must have no data.unit"),
    "no model": (lambda r: r.pop("model"), "model.name must be of type str, got NoneType"),
    "no scenes": (lambda r: r.pop("scenes"), "scenes.inputs must be of type int, got NoneType"),
    "seed": (lambda r: r.update(seed=True), "seed must be of type int, got bool"),
    "interval": (lambda r: r["data"].update(interval=0), "data.interval must be a time from 1e-09 to 1e.09, got 0"),
    "long interval": (lambda r: r["data"].update(interval=1e308), "must be a time from 1e-09 to 1e.09, got 1e.308"),
    "text interval": (lambda r: r["data"].update(interval="1"), "data.interval must be of type int or float, got str"),
    "inputs": (lambda r: r["scenes"].update(inputs=6), r"scenes.inputs must be from 1 to 5, the frames up to"),
    "no inputs": (lambda r: r["scenes"].update(inputs=0), "scenes.inputs must be from 1 to 5"),
    "last": (lambda r: r["scenes"].update(last=-1), "scenes.last must be a frame from 0 to 99,999, got -1"),
    "nothing ahead": (lambda r: r["scenes"].update(ahead=[]), "scenes.ahead must be frames from 1 on"),
    "now": (lambda r: r["scenes"].update(ahead=[0, 5]), "scenes.ahead must be frames from 1 on"),
    "twice": (lambda r: r["scenes"].update(ahead=[5, 5]), "each later than the one before, got .5, 5."),
    "boolean": (lambda r: r["scenes"].update(ahead=[True, 5]), "scenes.ahead must be frames from 1 on"),
    "text": (lambda r: r["scenes"].update(ahead=["2", "5"]), "scenes.ahead must be frames from 1 on"),
    "far": (lambda r: r["scenes"].update(ahead=[2, 2**52]), "scenes.ahead must be frames up to 100,000"),
    "velocities": (lambda r: r["scenes"].update(velocities=1), "scenes.velocities must be true or false, got 1"),
    "split": (lambda r: r["scenes"]["split"].update(test=[9, 8]), r"scenes\.split\.test must be the first row"),
    "no errors": (lambda r: r["metrics"].pop("errors"), "metrics.errors must be of .*, got NoneType"),
    "one error": (lambda r: errors(r).pop("velocity"), r"metrics.errors must be of .*, got \['position'\]"),
    "no row": (lambda r: errors(r)["position"].pop("last-frame"), "must hold the forecasts last-frame, constant-vel"),
    "more rows": (lambda r: [rows.update({"x\033": [1, 1]}) for rows in errors(r).values()], "egnn, and no others"),
    "short": (lambda r: errors(r)["position"]["egnn"].pop(), "errors.position of egnn must be 2 finite numbers"),
    "below": (lambda r: errors(r)["position"].update(egnn=[-1, 1]), "errors.position of egnn must be 2 finite numbers"),
    "words": (lambda r: errors(r)["velocity"].update(egnn=["1", 1]), "velocity of egnn must be 2 finite numbers"),
    "fewer frames": (lambda r: r["scenes"].update(ahead=[2]), "must be 1 finite numbers of at least 0, one for each"),
    "other frames": (lambda r: r["scenes"].update(ahead=[2, 9]), r"at least 14 frames, got \(5, 13, 4, 6\)"),
    "heads": (lambda r: r["heads"].append("x"), "interaction must be float32 of shape"),
    "groups": (lambda r: r["data"]["nodes"]["group"].reverse(), "data.nodes.group must be the signs of the charges in"),
    "no groups": (lambda r: r["data"]["nodes"].update(group=[""] * 4), "data.nodes.group must be the signs of the"),
    "particles": (lambda r: r["data"].update(particles=5), "data.particles must be 4, as many as data.nodes .*, got 5"),
    "node": (lambda r: [column.pop() for column in r["data"]["nodes"].values()], "interaction must be float32"),
}


@pytest.mark.parametrize("what", RECORDS)
def test_a_record_that_no_page_could_use_is_refused(run: Path, what: str) -> None:
    change, words = RECORDS[what]
    edited(run, change)
    with pytest.raises(RunError, match=words):
        Run.load(run)


def test_the_model_itself_must_be_among_the_errors_that_are_told(run: Path) -> None:
    edited(run, lambda r: [rows.pop("egnn") for rows in errors(r).values()])
    with pytest.raises(RunError, match="must hold the forecasts last-frame, constant-velocity and egnn, and no others"):
        Run.load(run)


def put(name: str, make: Callable[[np.ndarray], np.ndarray]) -> Change:
    return lambda tensors: tensors.update({name: np.ascontiguousarray(make(tensors[name]))})


def marked(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Puts a value at the first place of an array."""

    def make(array: np.ndarray) -> np.ndarray:
        array = array.copy()
        array.flat[0] = value
        return array

    return make


TENSORS: dict[str, tuple[str, Change, str]] = {
    "missing": ("particles", lambda t: t.pop("charge"), r"must hold \['charge', 'forecast', 'frames'\], got"),
    "more": ("particles", lambda t: t.update(x=t["charge"]), r"must hold \['charge', 'forecast', 'frames'\], got"),
    "axes": ("particles", put("frames", lambda a: a[0]), r"frames must be of shape \(W, F, 4, 6\)"),
    "empty": ("particles", put("frames", lambda a: a[:0]), "with at least one trajectory"),
    "few frames": ("particles", put("frames", lambda a: a[:, :9]), "at least 10 frames, got"),
    "components": ("particles", put("frames", lambda a: a[..., :5]), r"must be float32 of shape \(5, 13, 4, 6\)"),
    "double": ("particles", put("frames", lambda a: a.astype(np.float64)), "frames must be float32 .* got float64"),
    "nan": ("particles", put("frames", marked(np.nan)), "frames must be finite, got nan"),
    "infinite": ("particles", put("forecast", marked(np.inf)), "forecast must be finite, got inf"),
    "steps": ("particles", put("forecast", lambda a: a[:, :1]), r"forecast must be float32 of shape \(5, 2, 4, 6\)"),
    "trajectories": ("particles", put("charge", lambda a: a[1:]), r"charge must be float32 of shape \(5, 4\)"),
    "charge": ("particles", put("charge", marked(2)), r"charge must be \+1 or -1, got 2"),
    "no charge": ("particles", put("charge", marked(np.nan)), "charge must be finite, got nan"),
    "push": ("network", put("force", marked(-1)), "force must be at least 0, got -1.0"),
    "forces": ("network", put("force", lambda a: a[:3]), r"force must be float32 of shape \(4, 4\)"),
    "roads": ("network", lambda t: t.update(adjacency=t["force"]), "must hold force and nothing else for particles"),
    "none": ("network", lambda t: t.clear(), "must hold force and nothing else for particles, got nothing"),
    "gates": ("interaction", put("interaction", marked(np.nan)), "interaction must be finite, got nan"),
}


@pytest.mark.parametrize("what", TENSORS)
def test_an_array_that_does_not_fit_is_refused(run: Path, what: str) -> None:
    name, change, words = TENSORS[what]
    file = run / f"{name}.safetensors"
    tensors = load_file(file)
    change(tensors)
    write_tensors(file, tensors)
    with pytest.raises(RunError, match=words):
        Run.load(run)


def test_more_numbers_than_a_page_can_hold_are_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.particles.MOST_VALUES", 200)
    with pytest.raises(RunError, match=r"(frames|forecast) must hold at most 200 numbers, got \d"):
        Run.load(run)


@pytest.mark.parametrize("name", ["particles", "network", "interaction", "weights"])
def test_a_file_that_is_not_there_is_named(run: Path, name: str) -> None:
    (run / f"{name}.safetensors").unlink()
    with pytest.raises(RunError, match=f"run run must hold {name}.safetensors, but it is missing"):
        Run.load(run)


@pytest.mark.parametrize("name", ["forecasts", "spread"])
def test_a_file_of_another_kind_of_run_is_refused(run: Path, name: str) -> None:
    shutil.copy(run / "interaction.safetensors", run / f"{name}.safetensors")
    with pytest.raises(RunError, match=f"run run is of particles and must have no {name}.safetensors"):
        Run.load(run)


def test_a_run_of_sensors_must_have_no_particles(whole: Path, tmp_path: Path) -> None:
    demo = Path(__file__).parents[2] / "assets" / "demo" / "gru"
    mixed = Path(shutil.copytree(demo, tmp_path / "mixed"))
    shutil.copy(whole / "particles.safetensors", mixed)
    with pytest.raises(RunError, match=r"run mixed is of sensors and must have no particles\.safetensors"):
        Run.load(mixed)


def test_it_has_no_series_of_sensors_and_says_where_to_look(whole: Path) -> None:
    run = Run.load(whole)
    with pytest.raises(RunError, match=r"is of particles, which have no series of sensors: .* python -m app evaluate"):
        _ = run.tested
    with pytest.raises(RunError, match="run gru must be of particles, and is of sensors"):
        _ = Run.load(Path(__file__).parents[2] / "assets" / "demo" / "gru").tracked
    assert (run.unit, run.quantity, run.protocol, run.inputs, run.horizon) == ("", "", "", 0, 0)
    assert run.adjacency is None
    assert run.truth is None
    assert not run.pooled
    assert not run.optimistic
