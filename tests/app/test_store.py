"""The runs there are, and the caches: what changes on disk is read anew, what does not is not."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app import datasets, store
from app.control import differences
from app.reading.models import TRAINABLE
from app.store import entries
from core.run import RunError, read_record
from tests.app.conftest import MATRIX_PAGES, PAGES, ROOT, N, Recipe, made_run, opened, words

ANALYSES_OF_A_HEAD = ("sparsity_of", "asymmetry_of", "strength_of", "reach_of", "spectrum_of")


def version(name: str) -> str:
    return next(entry.version for entry in store.runs() if entry.key == name)


def test_the_demo_comes_first_and_ones_own_runs_newest_first(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = own_runs.parent / "demo"
    made_run(demo / "intergat-plus")
    for age, name in enumerate(("new", "old")):
        made_run(own_runs / name)
        os.utime(own_runs / name / "run.json", (1e9 - age, 1e9 - age))
    monkeypatch.setattr(entries, "DEMO", demo)
    found = store.runs()
    assert [entry.key for entry in found] == ["demo/intergat-plus", "new", "old"]
    assert store.default_key(found) == "demo/intergat-plus"
    assert len({entry.label for entry in found}) == 3


def test_what_is_no_run_is_not_listed(own_runs: Path) -> None:
    (own_runs / "empty").mkdir()
    (own_runs / "file").write_text("")
    made_run(own_runs / ".hidden")
    assert store.runs() == ()


def test_no_folder_of_runs_is_no_error(own_runs: Path) -> None:
    own_runs.rmdir()
    assert store.runs() == ()
    assert store.default_key(()) == ""


def test_a_run_that_is_done_is_opened_before_one_that_is_not(make: Recipe) -> None:
    make("a", state="failed")
    make("b", heads=0, model="gru")
    assert store.default_key(store.runs()) == "b"
    make("c")
    assert store.default_key(store.runs()) == "c"


def test_a_run_is_read_once(make: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    make()
    first = store.load_run(version("ring"))
    assert store.load_run(version("ring")) is first


def test_what_is_measured_on_a_run_is_measured_once_for_all(make: Recipe) -> None:
    make()
    assert store.measured_of(version("ring")) is store.measured_of(version("ring"))
    assert store.measured_of(version("ring")).run is store.load_run(version("ring"))
    assert store.spectrum_of(version("ring"), "head 1") is store.spectrum_of(version("ring"), "head 1")
    with pytest.raises(ValueError, match="read-only"):
        store.matrix_of(version("ring"), "mean")[0, 0] = 1
    days = store.daily_errors_of(version("ring"), 0)
    days.iloc[0, 0] = -1.0
    assert store.daily_errors_of(version("ring"), 0).iloc[0, 0] != -1.0


def test_a_run_replaced_on_disk_is_read_anew(make: Recipe) -> None:
    folder = make(seed=1)
    before = store.matrix_of(version("ring"), "head 3")
    shutil.rmtree(folder)
    make(seed=2)
    assert not np.array_equal(store.matrix_of(version("ring"), "head 3"), before)


@pytest.mark.parametrize(
    "file", ["run.json", "interaction.safetensors", "forecasts.safetensors", "network.safetensors"]
)
def test_one_changed_file_is_another_version(make: Recipe, file: str) -> None:
    folder = make()
    before = version("ring")
    (folder / file).write_bytes((folder / file).read_bytes())
    os.utime(folder / file, (1.5e9, 1.5e9))
    assert version("ring") != before


@pytest.mark.parametrize("name", ANALYSES_OF_A_HEAD)
def test_an_analysis_is_of_the_head_that_was_asked_for(make: Recipe, name: str) -> None:
    make()
    analysis = getattr(store, name)
    first, second = (repr(analysis(version("ring"), head)) for head in ("head 1", "head 2"))
    assert first != second
    assert repr(analysis(version("ring"), "head 1")) == first


def test_the_mean_of_heads_is_their_mean(make: Recipe) -> None:
    make()
    heads = [store.matrix_of(version("ring"), f"head {k}") for k in (1, 2, 3)]
    np.testing.assert_allclose(store.matrix_of(version("ring"), "mean"), np.mean(heads, axis=0), rtol=1e-6)


def test_nobody_can_write_into_a_run_that_others_look_at(make: Recipe) -> None:
    make()
    run = store.load_run(version("ring"))
    with pytest.raises(ValueError, match="read-only"):
        run.interaction[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        run.forecasts.forecast[0, 0, 0] = 1


def test_an_unfinished_run_is_refused_with_its_reason(make: Recipe) -> None:
    make(state="stopped")
    with pytest.raises(RunError, match="was stopped after 3 epochs"):
        store.load_run(version("ring"))
    assert len(store.progress_of(version("ring"))) == 3


def test_the_control_is_the_model_without_a_graph_on_the_same_data(make: Recipe) -> None:
    make("graph")
    make("other data", heads=0, model="gru", record={"data": other_data(make)})
    make("other protocol", heads=0, model="gru", protocol="published")
    make("other horizon", heads=0, model="gru", steps=2)
    make("unfinished", heads=0, model="gru", state="training")
    found = {entry.key: entry for entry in store.runs()}
    assert store.control_of(found["graph"], store.runs()) is None
    make("control", heads=0, model="gru")
    assert store.control_of(found["graph"], store.runs()) == {e.key: e for e in store.runs()}["control"]
    assert store.control_of({e.key: e for e in store.runs()}["control"], store.runs()) is None


def test_of_several_controls_that_which_differs_least_stands_beside_a_run(make: Recipe) -> None:
    def control(key: str) -> str:
        found = {entry.key: entry for entry in store.runs()}
        beside = store.control_of(found[key], store.runs())
        return "" if beside is None else beside.key

    long = {"training": {"epochs": 60}}
    make("graph")
    make("gat", model="gat-gru")
    make("long gat", model="gat-gru", record=long)
    make("a long gru", heads=0, model="gru", record=long)
    make("short gru", heads=0, model="gru")
    assert [control(key) for key in ("graph", "gat", "long gat")] == ["short gru", "short gru", "a long gru"]
    make("itself", heads=0, record=long)
    assert control("graph") == "itself", "the same model without heads differs in nothing but the graph"
    assert control("gat") == "short gru", "and is no control of another"
    assert control("itself") == "", "it has no graph that could be worth anything"


def test_what_a_control_must_be_without_is_no_difference_and_anything_else_is(make: Recipe) -> None:
    def trained(name: str, heads: int, **config: object) -> dict[str, object]:
        model = {"name": "intergat-plus", "config": {"heads": heads, **config}, "parameters": 1}
        return read_record(make(name, heads=heads, record={"model": model}))

    graph = trained("graph", 3, hide=0.6, width=64)
    assert differences(graph, trained("alone", 0, hide=0.0, width=64)) == ()
    assert differences(graph, trained("other", 0, hide=0.6, width=32)) == ("width 64 and 32",)


@pytest.mark.parametrize(("model", "beside", "own"), [
    ("intergat-plus", "intergat-plus", True), ("intergat-plus", "gru", False), ("intergat-gru", "gru", True),
    ("gat-gru", "gru", True), ("gat-published", "gru", False),
])  # fmt: skip
def test_the_overview_offers_a_control_until_the_models_own_is_there(
    make: Recipe, monkeypatch: pytest.MonkeyPatch, model: str, beside: str, own: bool
) -> None:
    monkeypatch.setattr(datasets, "found", lambda _: (datasets.Dataset("folder:ring", "ring", "ring"),))
    has_one = model != "gat-published"
    config = {"name": model, "config": dict(TRAINABLE[model].config), "parameters": 1}
    make("graph", model=model, record={"model": config})
    app = opened(run="graph")
    assert ["train control"] * has_one == [button.key for button in app.button if button.key == "train control"]
    assert ("cannot be told from this run alone" in words(app)) == has_one
    make("alone", model=beside, heads=0)
    app = opened(run="graph")
    assert ("train control" in [button.key for button in app.button]) == (has_one and not own)
    assert ("a model that differs in more than that" in words(app)) == (has_one and not own)
    assert "train control" not in [button.key for button in opened(run="alone").button]


def test_a_control_that_lost_a_file_is_no_control(make: Recipe) -> None:
    make("graph")
    (make("damaged", heads=0, model="gru") / "forecasts.safetensors").unlink()
    found = {entry.key: entry for entry in store.runs()}
    assert found["damaged"].state == "done"
    assert store.control_of(found["graph"], store.runs()) is None
    make("whole", heads=0, model="gru")
    control = store.control_of(found["graph"], store.runs())
    assert control is not None
    assert control.key == "whole"


@pytest.mark.parametrize("error", [RunError("no"), ValueError("no"), OverflowError("no"), OSError("no")])
def test_whatever_one_folder_raises_is_its_problem_alone(
    make: Recipe, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def read(path: Path) -> dict[str, object]:
        if path.name == "bad":
            raise error
        return read_record(path)

    make("good")
    make("bad")
    monkeypatch.setattr(entries, "read_record", read)
    found = {entry.key: entry for entry in store.runs()}
    assert (found["bad"].state, found["bad"].problem) == ("unreadable", "no")
    assert (found["good"].state, found["good"].problem) == ("done", "")


def test_a_folder_that_nobody_may_look_into_hides_no_other(make: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    make("locked")
    make("open")
    is_file = Path.is_file

    def refused(path: Path) -> bool:
        if path.parent.name == "locked":
            raise PermissionError(path)
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refused)
    assert [entry.key for entry in store.runs()] == ["open"]


def other_data(make: Recipe) -> dict[str, object]:
    import json

    record = json.loads((make("graph") / "run.json").read_text())
    return {**record["data"], "sha256": "1" * 64}


@pytest.mark.parametrize("order", ["community", "group", "position", "given"])
def test_every_order_is_a_permutation(make: Recipe, order: str) -> None:
    make()
    made = store.order_of(version("ring"), "head 2", order)
    assert sorted(made.order.tolist()) == list(range(N))


def test_groups_stand_together_and_borders_part_them(make: Recipe) -> None:
    make()
    made = store.order_of(version("ring"), "mean", "group")
    groups = store.load_run(version("ring")).groups
    assert groups is not None
    parts = np.split(groups[made.order], list(made.borders))
    assert [len(set(part)) for part in parts] == [1] * len(set(groups))


def test_position_follows_the_long_side_of_the_map(make: Recipe) -> None:
    make()
    run = store.load_run(version("ring"))
    # 0.07 degrees of longitude are shorter than 0.05 of latitude, 48 degrees north
    north = run.nodes["latitude"].to_numpy()[store.position_order(version("ring"))]
    assert np.all(np.diff(north) <= 1e-9) or np.all(np.diff(north) >= -1e-9)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, "map"),
        ({"coordinates": False}, "roads"),
        ({"coordinates": False, "roads": False}, "learned"),
        ({"coordinates": False, "roads": False, "heads": 0}, "circle"),
        ({"coordinates": False, "roads": False, "matrix": 0.0}, "circle"),
    ],
)
def test_every_sensor_has_a_place_and_the_page_knows_what_it_means(make: Recipe, settings: dict, kind: str) -> None:
    make(**settings)
    places = store.places_of(version("ring"))
    assert places.kind == kind
    assert np.isfinite(places.latitude).all()
    assert np.isfinite(places.longitude).all()
    assert len(set(zip(places.latitude.round(6), places.longitude.round(6), strict=True))) == N


@pytest.mark.parametrize("protocol", ["clean", "published"])
@pytest.mark.parametrize("step", [0, 3])
def test_the_error_of_each_day_is_the_mean_over_what_was_observed(make: Recipe, step: int, protocol: str) -> None:
    make(steps=4, interval=60, protocol=protocol)  # an hour a step, so that a step more moves windows to the next day
    run = store.load_run(version("ring"))
    daily = store.daily_errors_of(version("ring"), step)
    kept = run.forecasts
    total: dict[np.datetime64, float] = {}
    seen: dict[np.datetime64, int] = {}
    steps = [step] if protocol == "clean" else range(step + 1)
    for w, k in itertools.product(range(len(kept.first)), steps):  # the slow twin
        row = kept.first[w] + k
        day = kept.times[row].astype("datetime64[D]")
        for n in range(N):
            value = kept.rows[row, n]
            if np.isfinite(value):
                total[day] = total.get(day, 0.0) + abs(float(kept.forecast[w, k, n]) - float(value))
                seen[day] = seen.get(day, 0) + 1
    assert len(daily) == len(total) >= 5
    for day, row in daily["forecast"].items():
        assert row == pytest.approx(total[np.datetime64(day, "D")] / seen[np.datetime64(day, "D")], rel=1e-6)


def test_published_errors_are_pooled_and_clean_ones_are_not(make: Recipe) -> None:
    make("clean")
    make("published", protocol="published")
    assert store.errors_of(version("published"))["forecast"].pooled
    assert not store.errors_of(version("clean"))["forecast"].pooled


@pytest.mark.parametrize("protocol", ["clean", "published"])
@pytest.mark.parametrize("step", [1, 3])
def test_errors_by_sensor_and_by_hour_add_up_to_the_error_of_the_step(make: Recipe, protocol: str, step: int) -> None:
    make(protocol=protocol)
    for name, whole in store.errors_of(version("ring")).items():
        parts = (store.errors_by_sensor_of(version("ring"), step), store.errors_by_hour_of(version("ring"), step))
        for part in (by[name] for by in parts):
            assert part.count.sum() == whole.count[step]
            assert np.nansum(part.mae * part.count) / part.count.sum() == pytest.approx(whole.mae[step])
        assert parts[0][name].pooled == (protocol == "published")


def test_no_page_loads_torch(own_runs: Path) -> None:
    made_run(own_runs / "ring")
    script = f"""
import sys
import streamlit
from streamlit.testing.v1 import AppTest
streamlit.config.set_option("server.address", "127.0.0.1")  # no settings lie here: the door would be shut
app = AppTest.from_file({str(ROOT / "app" / "main.py")!r}, default_timeout=60).run()
late = [name for name in ("folium", "networkx") if name in sys.modules]
assert not late, f"the first page waits for {{late}}"
for page in {(*PAGES[1:], "benchmark")!r}:
    app.switch_page(f"views/{{page}}.py").run()
    assert not app.exception
assert "torch" not in sys.modules and "lightning_fabric" not in sys.modules
print("seen", len(app.title))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=own_runs, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "seen 1"
    assert MATRIX_PAGES
