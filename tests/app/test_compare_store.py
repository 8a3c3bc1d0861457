"""What is compared: the same sensors whatever their order, the same windows, and nothing that does not compare."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from app import store
from app.selection import MEAN
from app.store import compare, paired, settings
from app.store.entries import RunEntry
from core.files import write_tensors
from core.run import Run, read_tensors
from tests.app.conftest import N, Recipe

logging.getLogger("streamlit").setLevel(logging.ERROR)  # no app runs here


def entry(key: str) -> RunEntry:
    return {entry.key: entry for entry in store.runs()}[key]


def reorder(folder: Path, new: np.ndarray) -> None:
    """The same run with its sensors in another order."""
    record = json.loads((folder / "run.json").read_text())
    nodes = record["data"]["nodes"]
    record["data"]["nodes"] = {name: [column[k] for k in new] for name, column in nodes.items()}
    (folder / "run.json").write_text(json.dumps(record))
    for name in ("interaction", "network", "forecasts"):
        tensors = read_tensors(folder / f"{name}.safetensors")
        for key, array in tensors.items():
            if key not in ("times", "first"):
                axes = [
                    axis
                    for axis, size in enumerate(array.shape)
                    if size == N and not (name == "interaction" and not axis)
                ]
                for axis in axes:
                    array = np.take(array, new, axis=axis)
                tensors[key] = array
        write_tensors(folder / f"{name}.safetensors", tensors)


def rewritten(folder: Path, **changes: object) -> None:
    """The record with some of its entries, by dotted names, changed."""
    record = json.loads((folder / "run.json").read_text())
    for dotted, value in changes.items():
        part = record
        *path, last = dotted.split("__")
        for name in path:
            part = part[name]
        part[last] = value
    (folder / "run.json").write_text(json.dumps(record))


ORDER = np.random.default_rng(4).permutation(N)


def test_sensors_in_another_order_are_the_same_sensors(make: Recipe) -> None:
    make("one")
    reorder(make("two"), ORDER)
    one, two = entry("one").version, entry("two").version
    places = compare.aligned(one, two)
    assert places is not None
    np.testing.assert_array_equal(ORDER[places], np.arange(N))
    for head in (MEAN, "head 1", "head 2"):
        assert compare.difference_of(one, head, two, head, "none").difference.any() == False  # noqa: E712
        change = compare.edges_of(one, head, two, head, 0.05)
        assert len(change.gained) == len(change.lost) == 0
    assert np.diag(compare.head_match_of(one, two).similarity) == pytest.approx(1)
    errors = paired.both_errors_of(one, two)
    np.testing.assert_allclose(errors["A"].mae, errors["B"].mae, rtol=1e-6)
    first, second = paired.both_by_sensor_of(one, two, 3)
    np.testing.assert_allclose(first, second, rtol=1e-6)
    groups = compare.groups_of(one, "head 2", two, "head 2", "louvain", 0)
    assert groups.match.moves == 0
    assert groups.agreement is not None
    assert groups.agreement.ari == 1.0


def test_other_sensors_are_not_set_against_each_other(make: Recipe) -> None:
    make("one")
    make("two", sensors=12)
    make("three", hostile=True)
    for other in ("two", "three"):
        assert compare.aligned(entry("one").version, entry(other).version) is None
        with pytest.raises(ValueError, match="must have the same sensors"):
            compare.edges_of(entry("one").version, MEAN, entry(other).version, MEAN, 0.02)


def test_each_head_finds_its_like_in_the_other_run(make: Recipe) -> None:
    make("one")
    folder = make("two", seed=1)
    weights = read_tensors(folder / "interaction.safetensors")["interaction"]
    write_tensors(folder / "interaction.safetensors", {"interaction": 3 * weights[[1, 0, 2]]})
    one, two = entry("one").version, entry("two").version
    found = compare.counterpart_of(one, "head 1", two, "")
    assert (found.head, found.why) == ("head 2", "matched")
    assert found.likeness > 0.9
    assert compare.counterpart_of(one, "head 2", two, "").head == "head 1"
    assert compare.counterpart_of(one, MEAN, two, "") == compare.Counterpart(MEAN, "mean")
    assert compare.counterpart_of(one, "head 1", two, "head 3").why == "chosen"


def test_what_has_a_place_of_its_own_is_compared_by_name_however_alike_another_is(make: Recipe) -> None:
    """The matrices stand in other places in the second run, as they may by accident: only heads are looked for."""
    weights = read_tensors(make("one") / "interaction.safetensors")["interaction"]
    for name, order in (("one", [0, 1, 2]), ("two", [1, 2, 0])):
        folder = entry("one").path if name == "one" else make("two", seed=1)
        write_tensors(folder / "interaction.safetensors", {"interaction": np.ascontiguousarray(weights[order])})
        rewritten(folder, heads=["head 1", "head 2", "output"])
    one, two = entry("one").version, entry("two").version
    found = compare.counterpart_of(one, "output", two, "")
    assert (found.head, found.why) == ("output", "named")
    assert found.likeness < 0.9
    found = compare.counterpart_of(one, "head 2", two, "")
    assert (found.head, found.why) == ("head 1", "matched")
    assert compare.counterpart_of(one, "head 1", two, "").head == "head 2"
    for folder in (entry("one").path, entry("two").path):
        rewritten(folder, heads=["layer 1", "layer 2", "layer 3"])
    one, two = entry("one").version, entry("two").version
    for k in (1, 2, 3):
        found = compare.counterpart_of(one, f"layer {k}", two, "")
        assert (found.head, found.why) == (f"layer {k}", "named")


def test_within_a_run_a_head_is_compared_with_the_one_most_like_it(make: Recipe) -> None:
    folder = make("one")
    weights = read_tensors(folder / "interaction.safetensors")["interaction"].copy()
    weights[2] = weights[0] * 2 + 0.01 * weights[2]
    write_tensors(folder / "interaction.safetensors", {"interaction": weights})
    version = entry("one").version
    assert compare.counterpart_of(version, "head 1", version, "").head == "head 3"
    assert compare.counterpart_of(version, "head 3", version, "").head == "head 1"
    assert compare.counterpart_of(version, MEAN, version, "").head in ("head 1", "head 3")


def test_a_head_too_many_is_compared_with_the_one_most_like_it(make: Recipe) -> None:
    make("one")
    make("two", heads=1, seed=1)
    one, two = entry("one").version, entry("two").version
    assert compare.counterpart_of(one, "head 1", two, "").why == "matched"
    assert compare.counterpart_of(one, "head 3", two, "").why == "alike"
    weights = read_tensors(make("like-two", heads=2) / "interaction.safetensors")["interaction"].copy()
    write_tensors(
        entry("one").path / "interaction.safetensors", {"interaction": weights[[0, 1, 1]] + 0.1 * weights[[1, 0, 0]]}
    )
    one, other = entry("one").version, entry("like-two").version
    lone = [
        head for head in ("head 1", "head 2", "head 3") if compare.counterpart_of(one, head, other, "").why == "alike"
    ]
    assert len(lone) == 1
    assert lone[0] != "head 1"
    assert compare.counterpart_of(one, lone[0], other, "").head == "head 2"
    make("three", heads=1)
    three = entry("three").version
    assert compare.counterpart_of(three, MEAN, three, "") is None, "the mean of one head is that head"
    assert compare.counterpart_of(three, "head 1", three, "") is None


def test_errors_are_those_of_a_loop_over_what_both_forecast(make: Recipe) -> None:
    make("one", better=0.5)
    make("two", better=0.8)
    one, two = entry("one"), entry("two")
    runs = [Run.load(one.path).tested, Run.load(two.path).tested]
    target = runs[0].target
    errors = paired.both_errors_of(one.version, two.version)
    for name, run in zip("AB", runs, strict=True):
        for step in range(4):
            slow = [
                abs(float(run.forecast[w, step, n]) - float(target[w, step, n]))
                for w in range(len(target)) for n in range(N) if np.isfinite(target[w, step, n])
            ]  # fmt: skip
            assert errors[name].mae[step] == pytest.approx(np.mean(slow), rel=1e-5)
    sensors = paired.both_by_sensor_of(one.version, two.version, 2)
    off = np.abs(runs[1].forecast[:, 2] - target[:, 2])
    np.testing.assert_allclose(sensors[1], np.nanmean(off, axis=0), rtol=1e-5)
    days = paired.both_by_day_of(one.version, two.version, 2)
    first = runs[0].times[runs[0].first + 2].astype("datetime64[D]")
    for day in np.unique(first):
        assert days.loc[day, "B"] == pytest.approx(np.nanmean(off[first == day]), rel=1e-5)
    assert errors["B"].mae[0] < errors["A"].mae[0] < errors["last value"].mae[0]


def test_only_the_windows_and_steps_that_both_have_count(make: Recipe) -> None:
    make("one")
    folder = make("two", better=0.8)
    tensors = dict(read_tensors(folder / "forecasts.safetensors"))
    for key in ("forecast", "first", "last_value", "window_mean"):
        tensors[key] = tensors[key][10:]
    tensors["forecast"] = tensors["forecast"][:, :3]
    write_tensors(folder / "forecasts.safetensors", tensors)
    rewritten(folder, windows__horizon=3)
    one, two = entry("one").version, entry("two").version
    common = paired.common_of(one, two)
    assert common is not None
    assert common.left_out == 10
    assert common.observed.shape == (110, 3, N)
    whole = Run.load(entry("one").path).tested
    np.testing.assert_array_equal(common.first, whole.forecast[10:, :3])
    np.testing.assert_array_equal(common.times, whole.times[whole.first[10:]])


def test_a_day_on_which_nothing_was_observed_is_no_day(make: Recipe) -> None:
    for name in ("one", "two"):
        file = make(name, better=0.5 if name == "one" else 0.8) / "forecasts.safetensors"
        tensors = dict(read_tensors(file))
        days = (tensors["times"] // 1440) == tensors["times"][-1] // 1440
        tensors["rows"] = np.where(days[:, None], np.float32(np.nan), tensors["rows"])
        write_tensors(file, tensors)
    found = paired.both_by_day_of(entry("one").version, entry("two").version, 3)
    assert len(found) == 1
    assert (found["B"] < found["A"]).all()


def why(one: str, two: str) -> str:
    a, b = entry(one), entry(two)
    return paired.why_no_errors(a, b, store.load_run(a.version), store.load_run(b.version))


def test_why_errors_cannot_be_compared_is_said(make: Recipe) -> None:
    make("one")
    make("same", seed=3)
    rewritten(make("elsewhere"), data__sha256="f" * 64)
    make("published", protocol="published")
    folder = make("shifted")
    tensors = dict(read_tensors(folder / "forecasts.safetensors"))
    tensors["times"] = tensors["times"] + 7
    write_tensors(folder / "forecasts.safetensors", tensors)
    assert "different data" in why("one", "elsewhere")
    assert "different protocols" in why("one", "published")
    assert "no window" in why("one", "shifted")
    assert why("one", "one") == ""
    assert "no window" in why("one", "same"), "the values were others although the data claim to be the same"


def test_settings_that_differ_are_listed_and_no_others(make: Recipe) -> None:
    make("one", record={"training": {"epochs": 3, "rate": 0.1}, "versions": {"torch": "2"}})
    make("two", seed=1, record={"training": {"epochs": 3, "rate": 0.2}, "versions": {"torch": "3"}})
    make("three", seed=7, record={"training": {"epochs": 3, "rate": 0.1}, "versions": {"torch": "3"}})
    one, two, three = entry("one"), entry("two"), entry("three")
    assert settings.differing(settings.settings_of(one), settings.settings_of(two)) == [
        ("seed", "0", "1"), ("training: rate", "0.1", "0.2"), ("version of torch", "2", "3"),
    ]  # fmt: skip
    assert settings.kin(one, three) == "seed", "where it was trained does not count"
    assert settings.kin(one, two) == "data"
    assert settings.kin(one, one) == "data"


def test_how_near_two_runs_are_is_told_by_data_and_sensors(make: Recipe) -> None:
    make("one")
    rewritten(make("other-data"), data__sha256="f" * 64)
    rewritten(make("elsewhere", sensors=5), data__sha256="f" * 64)
    assert settings.kin(entry("one"), entry("other-data")) == "sensors"
    assert settings.kin(entry("one"), entry("elsewhere")) == ""


@pytest.mark.parametrize("versions", [[1, 2], "text", None, {"torch": {"deep": [1] * 1000}}, {"a\nb" * 500: 1}])
def test_a_strangers_settings_are_text_of_a_bounded_length(make: Recipe, versions: object) -> None:
    make("one", record={"versions": versions, "machine": ["x" * 10_000]})
    found = settings.settings_of(entry("one"))
    assert found["seed"] == "0"
    assert all(len(name) <= 80 and len(value) <= 200 and "\n" not in name + value for name, value in found.items())


def test_a_run_that_cannot_be_read_has_no_settings(make: Recipe) -> None:
    (make("one") / "run.json").write_text("{}")
    assert settings.settings_of(entry("one")) == {}
