"""Run folders: what was written is read back, and what is not a whole run is refused with its reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from core import record
from core.data import folder
from core.data.sensors import SensorData
from core.experiment import Plan, model_of, settings_for, trained
from core.files import write_bytes, write_json, write_tensors
from core.matrices import found
from core.models import MODELS, PARTICLE_MODELS, ParticleSizes, Sizes, built
from core.run import Run, RunError, read_progress
from tests.core.archive_made import DEMO

SMALL = {"heads": 1, "features": 4, "width": 4}


@pytest.fixture(scope="module")
def whole(city: SensorData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "whole"
    settings = settings_for("intergat-gru", epochs=1)
    trained(city, Plan(model="intergat-gru", config=SMALL, settings=settings, load="city"), out)
    return out


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def edited(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    record = json.loads((run / "run.json").read_text())
    change(record)
    (run / "run.json").write_text(json.dumps(record))


def retensored(file: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    tensors = load_file(file)
    change(tensors)
    write_tensors(file, tensors)


def test_a_run_carries_its_sensors_and_graphs(whole: Path, city: SensorData) -> None:
    run = Run.load(whole, city.sha256)
    assert run.heads == ("head 1", "output")
    assert list(run.nodes["id"]) == list(city.nodes["id"])
    np.testing.assert_allclose(run.nodes["latitude"], city.nodes["latitude"])
    np.testing.assert_array_equal(run.adjacency, city.adjacency)
    np.testing.assert_array_equal(run.truth, city.truth)
    assert run.groups is not None
    assert run.has_coordinates
    assert (run.model, run.dataset, run.unit, run.protocol) == ("intergat-gru", "city", "km/h", "clean")


def test_the_folder_holds_the_files_of_the_design_and_no_others(whole: Path) -> None:
    assert {file.name for file in whole.iterdir()} == {
        "run.json", "weights.safetensors", "interaction.safetensors", "network.safetensors",
        "forecasts.safetensors", "progress.jsonl",
    }
    assert set(load_file(whole / "interaction.safetensors")) == {"interaction"}


def test_a_run_opens_without_what_the_data_may_lack(run: Path) -> None:
    write_tensors(run / "network.safetensors", {})

    def forget(record: dict[str, Any]) -> None:
        nodes = record["data"]["nodes"]
        nodes["latitude"] = nodes["longitude"] = [None] * 120
        nodes["group"] = [""] * 120

    edited(run, forget)
    read = Run.load(run)
    assert read.adjacency is None
    assert read.truth is None
    assert read.groups is None
    assert not read.has_coordinates


WRONG_RECORDS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "schema": (lambda r: r.update(schema=2), "must have schema 1, got 2: it was written by another version"),
    "state": (lambda r: r.update(state="almost"), "state must be one of training, done, .*, got 'almost'"),
    "no model": (lambda r: r.pop("model"), "model.name must be of type str, got NoneType"),
    "boolean": (lambda r: r.update(seed=True), "seed must be of type int, got bool"),
    "heads": (lambda r: r.update(heads=[1]), "heads must be names, each of them once"),
    "same heads": (lambda r: r.update(heads=["a", "a"]), "heads must be names, each of them once"),
    "split": (lambda r: r["windows"]["split"].update(test=["0", "9"]), r"windows\.split\.test must be the first row"),
    "more heads": (lambda r: r["heads"].append("x"), r"interaction must be float32 of shape \(3, 120, 120\)"),
    "horizon": (lambda r: r["windows"].update(horizon=0), "windows.horizon must be from 1 to 100,000, got 0"),
    "interval": (lambda r: r["data"].update(interval_minutes=0), "interval_minutes must be from 1 to 527,040, got 0"),
    "long interval": (lambda r: r["data"].update(interval_minutes=527041), "must be from 1 to 527,040, got 527041"),
    "no title": (lambda r: r.pop("title"), "title must be of type str, got NoneType"),
    "no load": (lambda r: r["data"].pop("load"), "data.load must be of type str, got NoneType"),
    "no epochs": (lambda r: r["training"].pop("epochs"), "training.epochs must be of type int, got NoneType"),
    "no slots": (lambda r: r["windows"].pop("slots"), "windows.slots must be of type int, got NoneType"),
    "slots": (lambda r: r["windows"].update(slots=0), "windows.slots must be from 1 to 100,000, got 0"),
    "inputs": (lambda r: r["windows"].update(inputs=100_001), "windows.inputs must be from 1 to 100,000, got 100001"),
    "far": (lambda r: r["windows"].update(horizon=2**52), "windows.horizon must be from 1 to 100,000, got 4503"),
    "protocol": (lambda r: r["windows"].update(protocol="own"), "protocol must be one of clean, published, got 'own'"),
    "mean": (lambda r: r.update(heads=["head 1", "mean"]), "heads must not be named 'mean'"),
    "no head": (lambda r: r.update(heads=["head 1", ""]), "heads must be names, each of them once"),
    "turned split": (lambda r: r["windows"]["split"].update(test=[9, 8]), "0 <= first <= last"),
    "early split": (lambda r: r["windows"]["split"].update(test=[-1, 8]), "0 <= first <= last"),
    "seconds": (lambda r: r["times"].update(seconds_per_epoch=-1), "seconds_per_epoch must be from 0 to .*, got -1"),
    "seconds text": (lambda r: r["times"].update(seconds_per_epoch="1"), "must be of type int or float, got str"),
    "best": (lambda r: r["metrics"].update(best_epoch=1.5), "metrics.best_epoch must be of type int, got float"),
    "epochs": (lambda r: r["metrics"].update(epochs=-1), "metrics.epochs must be from 0 to .*, got -1"),
    "true schema": (lambda r: r.update(schema=True), "must have schema 1, got True"),
    "north": (lambda r: r["data"]["nodes"]["latitude"].__setitem__(2, 90.5), "latitude .* got '90.5' at 2"),
    "east": (lambda r: r["data"]["nodes"]["longitude"].__setitem__(2, -181), "longitude .* got '-181' at 2"),
    "true place": (lambda r: r["data"]["nodes"]["latitude"].__setitem__(2, True), "latitude .* got 'True' at 2"),
    "no id": (lambda r: r["data"]["nodes"]["id"].__setitem__(2, ""), "id must be a list of texts of 1 to 1,000"),
    "long id": (lambda r: r["data"]["nodes"]["id"].__setitem__(2, "a" * 1001), "id must be a list of texts of 1 to"),
    "nodes": (lambda r: r["data"]["nodes"]["id"].pop(), "data.nodes must have columns of one length"),
    "node type": (lambda r: r["data"]["nodes"].update(latitude=["x"]), "data.nodes.latitude must be a list"),
    "twice": (lambda r: r["data"]["nodes"]["id"].__setitem__(0, r["data"]["nodes"]["id"][1]), "no id twice"),
}


@pytest.mark.parametrize("case", WRONG_RECORDS)
def test_a_wrong_record_is_refused(run: Path, case: str) -> None:
    change, words = WRONG_RECORDS[case]
    edited(run, change)
    with pytest.raises(RunError, match=words):
        Run.load(run)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"schema": "\\ud800"}'])
def test_a_record_that_is_no_record_is_refused(run: Path, content: bytes) -> None:
    (run / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=r"run.json must (be a JSON document|have schema 1)"):
        Run.load(run)


def test_a_folder_without_a_record_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"a run is a folder with a run.json, got .* without one"):
        Run.load(tmp_path)


@pytest.mark.parametrize("name", ["weights", "interaction", "network", "forecasts"])
def test_a_missing_or_broken_file_is_named(run: Path, name: str) -> None:
    file = run / f"{name}.safetensors"
    content = file.read_bytes()
    file.unlink()
    with pytest.raises(RunError, match=f"run run must hold {name}.safetensors, but it is missing"):
        Run.load(run)
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(RunError, match=f"{name}.safetensors must be a whole safetensors file"):
        Run.load(run)


WRONG_TENSORS: dict[str, tuple[str, Callable[[dict[str, np.ndarray]], object], str]] = {
    "nan weight": ("weights", lambda t: t["free"].__setitem__((0, 3, 4), np.nan),
                   r"free must be finite, got nan at \(0, 3, 4\)"),
    "nan interaction": ("interaction", lambda t: t["interaction"].__setitem__((1, 0, 2), np.inf),
                        r"interaction must be finite, got inf at \(1, 0, 2\)"),
    "shape": ("interaction", lambda t: t.update(interaction=t["interaction"][:, :5]), r"got float32 of \(2, 5, 120\)"),
    "name": ("interaction", lambda t: t.update(other=t.pop("interaction")), r"named interaction, got \['other'\]"),
    "graph": ("network", lambda t: t.update(adjacency=t["adjacency"][:4]), r"adjacency must be float32 of shape"),
    "type": ("forecasts", lambda t: t.update(forecast=t["forecast"].astype(np.float64)), "forecast must be float32"),
    "pointer": ("forecasts", lambda t: t["first"].__setitem__(-1, 10**6), "first must point at windows within"),
    "backward": ("forecasts", lambda t: t["first"].__setitem__(0, -1), "first must point at windows within"),
    "row too far": ("forecasts", lambda t: t["first"].__setitem__(-1, len(t["rows"]) - t["forecast"].shape[1] + 1),
                    "first must point at windows within"),
    "same window": ("forecasts", lambda t: t["first"].__setitem__(1, t["first"][0]), "first must grow from each entry"),
    "far pointer": ("forecasts", lambda t: t["first"].__setitem__(-1, 2**63 - 1), "first must point at windows within"),
    "time stands": ("forecasts", lambda t: t["times"].__setitem__(1, t["times"][0]), "times must grow from each entry"),
    "time wraps": ("forecasts", lambda t: t["times"].__setitem__(slice(2), [2**63 - 1, -(2**63)]), "times must grow"),
    "year 0": ("forecasts", lambda t: t["times"].__setitem__(0, -(2**63)), "within the years 1 to 9999, got -9223"),
    "year 10000": ("forecasts", lambda t: t["times"].__setitem__(-1, 4223371680), "within the years 1 to 9999"),
    "negative road": ("network", lambda t: t["adjacency"].__setitem__((3, 4), -1),
                      r"must be at least 0, got -1.0 at \(3, 4\)"),
    "negative truth": ("network", lambda t: t["truth"].__setitem__((3, 4), -1), "truth must be at least 0, got -1.0"),
    "endless road": ("network", lambda t: t["adjacency"].__setitem__((3, 4), np.inf), "adjacency must be finite"),
    "complex": ("weights", lambda t: t.update(free=t["free"].astype(np.complex64)), "free must hold numbers, got"),
    "no rows": ("forecasts", lambda t: t.pop("rows"), "must hold .*, got"),
}


@pytest.mark.parametrize("case", WRONG_TENSORS)
def test_a_wrong_tensor_is_refused(run: Path, case: str) -> None:
    name, change, words = WRONG_TENSORS[case]
    retensored(run / f"{name}.safetensors", change)
    with pytest.raises(RunError, match=words):
        Run.load(run)


def test_other_data_are_refused(run: Path) -> None:
    with pytest.raises(RunError, match=r"was trained on data with sha256 .* got data with sha256 000000000000"):
        Run.load(run, "0" * 64)


def test_weights_of_another_model_are_refused(run: Path) -> None:
    edited(run, lambda r: r["model"].update(name="gru", config={}))
    with pytest.raises(RunError, match=r"weights.safetensors must fit model gru as it is now; .* trained anew"):
        model_of(Run.load(run))


@pytest.mark.parametrize("model", [*MODELS, *PARTICLE_MODELS])
def test_every_model_has_the_same_arrays_without_memory(model: str) -> None:
    sizes = (
        Sizes(sensors=7, horizon=4, slots=96) if model in MODELS else ParticleSizes(inputs=3, ahead=(2,), interval=0.1)
    )
    with torch.device("meta"):
        bare = built(model, sizes).state_dict()
    made = built(model, sizes).state_dict()
    assert all(tensor.is_meta for tensor in bare.values())
    assert {name: tensor.shape for name, tensor in bare.items()} == {name: made[name].shape for name in made}


@pytest.mark.parametrize(("model", "config", "words"), [
    ("gru", {"hidden": 2**31}, r"hidden must be at most 120 in a run of such arrays, got 2,147,483,648"),
    ("intergat-gru", SMALL | {"width": 50_000}, r"width must be at most 120 in a run of such arrays, got 50,000"),
    ("intergat-gru", SMALL | {"width": 119}, r"\S+ must be of shape \(.*119.*\), got of shape \(.*4.*\)"),
    ("intergat-gru", SMALL | {"heads": 10**9}, "heads must be at most 2 in a run"),
    ("intergat-plus", {"width": 100}, r"\S+ must be of shape \(4, 100\), got of shape \(4, 4\)"),
    ("gat-gru", {"features": 2**52}, "features must be at most 120"),
])  # fmt: skip
def test_a_record_of_a_huge_model_is_refused_before_the_model_takes_memory(
    run: Path, monkeypatch: pytest.MonkeyPatch, model: str, config: dict[str, int], words: str
) -> None:
    edited(run, lambda r: r["model"].update(name=model, config=config))
    opened = Run.load(run)

    def watched(*given: Any) -> Any:
        assert str(torch.get_default_device()) == "meta", "it must be known that it fits first"
        return built(*given)

    monkeypatch.setattr("core.experiment.built", watched)
    with pytest.raises(RunError, match=rf"weights.safetensors must fit model .* trained anew: ({words})"):
        model_of(opened)


def test_a_setting_that_is_no_size_may_be_any_whole_number(city: SensorData, tmp_path: Path) -> None:
    config = {"heads": 1, "width": 4, "half_life": 1000}
    plan = Plan(model="intergat-plus", config=config, settings=settings_for("intergat-plus", epochs=1), load="city")
    assert model_of(trained(city, plan, tmp_path / "new")).config.half_life == 1000


def test_a_record_of_endless_layers_takes_no_time(tmp_path: Path) -> None:
    run = Path(shutil.copytree(DEMO / "set", tmp_path / "run"))
    edited(run, lambda r: r["model"]["config"].update(layers=10**7, blocks=10**7))
    with pytest.raises(RunError, match=r"at most as many layers as arrays, \d+, got 100,000,000,000,000$"):
        model_of(Run.load(run))


def test_a_run_of_too_many_sensors_or_weights_is_refused(
    run: Path, city: SensorData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.record.MOST_WEIGHTS", 2 * 120**2 - 1)
    words = "a run must have at most 28,799 weights in its matrices, got 2 heads of 120 times 120"
    with pytest.raises(RunError, match=rf"run\.json: {words}"):
        Run.load(run)
    plan = Plan(model="intergat-gru", config=SMALL, settings=settings_for("intergat-gru", epochs=1), load="city")
    with pytest.raises(RunError, match=words):          # before it is trained, not after
        trained(city, plan, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    monkeypatch.setattr("core.record.MOST_SENSORS", 119)
    with pytest.raises(RunError, match=r"run\.json: a run must have at most 119 sensors, got 120"):
        Run.load(run)


def test_data_matrices_and_runs_may_have_as_many_sensors() -> None:
    assert folder.MOST_SENSORS == found.MOST_SENSORS == record.MOST_SENSORS
    assert found.MOST_WEIGHTS <= record.MOST_WEIGHTS


def test_a_last_line_of_progress_cut_short_is_left_out_and_one_before_is_refused(run: Path) -> None:
    file = run / "progress.jsonl"
    file.write_text('{"epoch": 1}\n{"epo')
    assert read_progress(run) == ({"epoch": 1},)
    file.write_text('{"epo\n{"epoch": 2}\n')
    with pytest.raises(RunError, match=r"progress\.jsonl, line 1 must be a JSON object"):
        read_progress(run)


@pytest.mark.parametrize("line", [
    "1" * 5000, '{"a": 9007199254740992}', '{"a": NaN}', '{"a": [1]}', '{"a": true}', "[" * 10**5, '{"\\ud800": 1}',
])
def test_progress_that_no_page_could_show_is_refused(run: Path, line: str) -> None:
    (run / "progress.jsonl").write_text(line + "\n")
    with pytest.raises(RunError, match=r"progress\.jsonl, line 1 must be a JSON object"):
        Run.load(run)


@pytest.mark.parametrize("dtype", ["F8_E4M3", "F8_E5M2", "BF16", "X"])
def test_a_type_that_numpy_lacks_is_refused(run: Path, dtype: str) -> None:
    content = bytes(2 if dtype == "BF16" else 1)
    header = json.dumps({"a": {"dtype": dtype, "shape": [1], "data_offsets": [0, len(content)]}}).encode()
    (run / "weights.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + content)
    with pytest.raises(RunError, match=r"weights.safetensors must be a whole safetensors file"):
        Run.load(run)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_json(file, {"a": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(file, {"a": float("nan")})
    with pytest.raises(TypeError):
        write_bytes(file, "text")  # type: ignore[arg-type]
    assert json.loads(file.read_text()) == {"a": 1}
    assert [f.name for f in tmp_path.iterdir()] == ["run.json"]
