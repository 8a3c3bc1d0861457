"""Families on the command line: trained one after another, continued, and what they agree on as a run."""

import json
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from app.__main__ import cli
from app.families import kept_consensus, trained_family
from core.data.folder import read as read_folder
from core.experiment import Plan, settings_for
from core.family import family_of
from core.files import write_tensors
from core.record import RunError, read_record
from core.run import Run
from tests.app.conftest import HOSTILE, PAGES, N, Recipe, made_matrix, made_run, opened, turned, words
from tests.app.small import small_data
from tests.app.test_evidence_page import keep

ROOT = Path(__file__).parents[2]


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


# Trained


@pytest.fixture
def asked(tmp_path: Path) -> list[object]:
    """A family of three, of a model that learns a matrix, on data so small that an epoch takes a moment."""
    load = small_data(tmp_path)
    return ["train", f"--dataset={load}", "--model=intergat-plus", "--epochs=1", "--seeds=3", "--out", tmp_path / "r/m"]


def records(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: read_record(path) for path in sorted(folder.iterdir())}


def test_seeds_make_a_family_of_ordinary_runs(asked: list[object], tmp_path: Path) -> None:
    result = run(*asked)
    assert result.exit_code == 0, result.output
    made = records(tmp_path / "r")
    assert [*made] == ["m-seed0", "m-seed1", "m-seed2"]
    assert [record["seed"] for record in made.values()] == [0, 1, 2]
    assert [record["training"]["seed"] for record in made.values()] == [0, 1, 2]
    assert [record["title"] for record in made.values()] == [f"intergat-plus on ring · seed {k}" for k in range(3)]
    first, second, _ = (Run.load(tmp_path / "r" / name) for name in made)
    assert not np.array_equal(first.interaction, second.interaction)
    assert family_of(first.path) == tuple(tmp_path / "r" / name for name in made)
    for k in range(3):
        assert f"seed {k}, {k + 1} of 3: {tmp_path / 'r' / f'm-seed{k}'}, begins" in result.output
    assert f"python -m app consensus {tmp_path / 'r/m-seed0'} --out {tmp_path / 'r/m'}-consensus" in result.output


def test_a_family_of_controls_is_called_what_it_is_and_has_nothing_to_agree_on(
    asked: list[object], tmp_path: Path
) -> None:
    result = run(*asked, "--seeds", 2, "--without-graph")
    assert result.exit_code == 0, result.output
    titles = [record["title"] for record in records(tmp_path / "r").values()]
    assert titles == [f"intergat-plus without graph on ring · seed {k}" for k in range(2)]
    assert "consensus" not in result.output
    assert "is a run already, and not of this family: its configuration is" in run(*asked).output


def test_a_run_of_a_family_is_the_one_that_its_seed_alone_makes(asked: list[object], tmp_path: Path) -> None:
    run(*asked, "--title", "mine", "--seed", 5, "--seeds", 1)
    words = [word for word in asked if word != "--seeds=3"][:-2]
    run(*words, "--seed", 5, "--out", tmp_path / "alone")
    ours, alone = Run.load(tmp_path / "r" / "m-seed5"), Run.load(tmp_path / "alone")
    np.testing.assert_array_equal(ours.interaction, alone.interaction)
    assert ours.record["title"] == "mine · seed 5"
    assert family_of(ours.path) == (ours.path,)


def test_the_same_command_keeps_what_is_done_and_goes_on_with_the_rest(asked: list[object], tmp_path: Path) -> None:
    run(*asked[:-2], "--seeds", 2, "--out", tmp_path / "r" / "m")
    before = {path: path.read_bytes() for path in (tmp_path / "r").rglob("*.safetensors")}
    second = tmp_path / "r" / "m-seed1"
    record = read_record(second)
    (second / "run.json").write_text(json.dumps({**record, "state": "stopped"}))
    result = run(*asked)
    assert result.exit_code == 0, result.output
    assert "m-seed0, is done already" in result.output
    assert "m-seed1, goes on" in result.output
    assert "m-seed2, begins" in result.output
    assert [made["state"] for made in records(tmp_path / "r").values()] == ["done"] * 3
    for path, content in before.items():
        assert path.read_bytes() == content, "a training that goes on reaches the same weights"


def test_ctrl_c_ends_the_family_and_the_same_command_goes_on(
    asked: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.sensor_outcome import SensorTraining

    whole = SensorTraining.write_results

    def interrupted(training: SensorTraining, out: Path) -> dict[str, Any]:
        if out.name == "m-seed1":
            raise KeyboardInterrupt
        return whole(training, out)

    monkeypatch.setattr(SensorTraining, "write_results", interrupted)
    result = run(*asked)
    assert result.exit_code == 130
    assert "Stopped. What was done by then is kept; said again, the same command goes on." in result.output
    assert [made["state"] for made in records(tmp_path / "r").values()] == ["done", "stopped"]
    monkeypatch.undo()
    assert run(*asked).exit_code == 0
    assert [made["state"] for made in records(tmp_path / "r").values()] == ["done"] * 3


def test_nothing_is_trained_where_one_folder_is_another_run(asked: list[object], tmp_path: Path) -> None:
    other = made_run(tmp_path / "r" / "m-seed2")
    result = run(*asked)
    assert result.exit_code == 1
    assert f"{other} is a run already, and not of this family: its data is 00000" in result.output
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["m-seed2"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--epochs=2"], "its epochs is 1, not 2"),
        (["--batch=16"], "its batch is 32, not 16"),
        (["--rate=0.5"], "its rate is 0.003, not 0.5"),
        (["--protocol=published"], "its protocol is clean, not published"),
        (["--inputs=6"], "its inputs is 12, not 6"),
        (["--horizon=2"], "its horizon is 4, not 2"),
        (["--model=gru"], "its model is intergat-plus, not gru"),
    ],
)
def test_a_family_asked_for_otherwise_is_not_mixed_with_what_is_there(
    asked: list[object], tmp_path: Path, words: list[str], said: str
) -> None:
    assert run(*asked, "--seeds=1").exit_code == 0
    result = run(*asked, *words)
    assert result.exit_code == 1
    assert said in result.output
    assert "Name another --out, or ask for what it was begun with" in result.output
    assert [*records(tmp_path / "r")] == ["m-seed0"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: replace(data, adjacency=data.adjacency.T), "since it was begun, the road graph is another one"),
        (lambda data: replace(data, adjacency=None), "since it was begun, there was a road graph, and there is none"),
        (lambda data: replace(data, times=data.times + pd.Timedelta(days=150)), "its start is 2"),
    ],
)
@pytest.mark.parametrize("state", ["done", "stopped"])
def test_no_part_of_a_family_comes_from_other_roads_or_times(
    tmp_path: Path, change: Any, said: str, state: str
) -> None:
    ring = read_folder(Path(small_data(tmp_path).removeprefix("folder:")))
    plan = Plan(model="gru", settings=settings_for("gru", epochs=1), load="ring")
    bar = lambda _epochs: nullcontext(lambda *_: None)  # noqa: E731
    (first,) = trained_family(ring, plan, tmp_path / "r" / "m", 1, bar=bar)
    (first.path / "run.json").write_text(json.dumps({**first.record, "state": state}))
    other = change(ring)
    assert other.sha256 == ring.sha256, "the values alone do not tell them apart"
    with pytest.raises(RunError, match=f"m-seed0 is a run already, and not of this family: {said}"):
        trained_family(other, plan, tmp_path / "r" / "m", 2, bar=bar)
    assert [*records(tmp_path / "r")] == ["m-seed0"], "nothing was trained"


def test_what_is_in_the_way_and_no_run_is_left_alone(asked: list[object], tmp_path: Path) -> None:
    place = tmp_path / "r" / "m-seed1"
    place.mkdir(parents=True)
    (place / "thesis.txt").write_text("mine")
    result = run(*asked)
    assert result.exit_code == 1
    assert f"{place} is in the way, and is no run: move it, or name another --out" in result.output
    (place / "thesis.txt").unlink()
    made_matrix(tmp_path / "r" / "m-seed0")
    result = run(*asked)
    assert "not of this family: its model is None, not intergat-plus" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "--resume", "X", "--seeds", "3"], "--resume takes everything from the run: give no other option"),
        (["train", "--dataset", "city", "--seeds", "3"], "--dataset and --out are needed"),
        (["train", "--dataset", "city", "--timing", "--seeds", "3"], "--timing measures one training"),
        (["train", "--dataset", "city", "--seeds", "0", "--out", "X"], "seeds must be from 1 to 100, got 0"),
        (["train", "--dataset", "city", "--seeds", "101", "--out", "X"], "seeds must be from 1 to 100, got 101"),
        (["train", "--dataset", "city", "--seeds", "two", "--out", "X"], "'two' is not a valid integer"),
        (
            ["train", "--dataset", "city", "--seed", str(2**31 - 1), "--seeds", "2", "--out", "X"],
            f"seed must be from 0 to {2**31 - 1}, got {2**31}",
        ),
        (["consensus", "nowhere", "--out", "X"], "a run is a folder with a run.json, got nowhere without one"),
        (["consensus", "nowhere", "there", "--out", "X"], "a run is a folder with a run.json, got nowhere"),
        (["consensus", "--out", "X"], "Missing argument"),
        (["consensus", "nowhere"], "Missing option '--out'"),
    ],
)
def test_what_is_wrong_is_one_clear_error(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


# Consensus


@pytest.fixture
def members(own_runs: Path) -> list[Path]:
    """Three runs whose heads stand in another order in each: ring, districts, noise."""
    folders = []
    for seed, shuffled in enumerate(([0, 1, 2], [2, 0, 1], [1, 2, 0])):
        folder = made_run(own_runs / f"m-seed{seed}", seed=seed)
        heads = Run.load(folder).interaction[shuffled]
        write_tensors(folder / "interaction.safetensors", {"interaction": np.ascontiguousarray(heads)})
        folders.append(folder)
    return folders


def renamed(folder: Path, heads: list[str]) -> Path:
    """The same run, its heads called otherwise."""
    record = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**record, "heads": heads}))
    return folder


def test_layers_are_averaged_with_their_own_in_whatever_order_a_run_names_them(
    members: list[Path], own_runs: Path
) -> None:
    orders = ([1, 2, 3], [1, 2, 3], [3, 1, 2])
    for folder, order in zip(members, orders, strict=True):
        renamed(folder, [f"layer {k}" for k in order])
    made = kept_consensus(members, own_runs / "together")
    loaded = [Run.load(folder).interaction for folder in members]
    for h in range(3):
        wanted = np.mean([every[order.index(h + 1)] for every, order in zip(loaded, orders, strict=True)], axis=0)
        np.testing.assert_allclose(made.interaction[h], wanted, atol=1e-6)


def test_the_consensus_of_one_run_is_that_of_its_family(members: list[Path], own_runs: Path) -> None:
    result = run("consensus", members[1], "--out", own_runs / "together")
    assert result.exit_code == 0, result.output
    assert f"3 head(s) of {N} sensors, from 3 runs" in result.output
    made, first = Run.load(own_runs / "together"), Run.load(members[0])
    loaded = [Run.load(folder).interaction for folder in members]
    matched = ([0, 1, 2], [1, 2, 0], [2, 0, 1])
    for h in range(2):
        wanted = np.mean([heads[order[h]] for heads, order in zip(loaded, matched, strict=True)], axis=0)
        np.testing.assert_allclose(made.interaction[h], wanted, atol=1e-6)
    assert (made.kind, made.heads, made.seed, made.forecasts) == ("matrix", first.heads, None, None)
    assert made.nodes.equals(first.nodes)
    np.testing.assert_array_equal(made.adjacency, first.adjacency)
    np.testing.assert_array_equal(made.truth, first.truth)
    assert made.groups is not None
    assert made.has_coordinates
    assert made.record["title"] == "Consensus of 3 seeds · intergat-plus on ring"
    assert made.source == (
        "Mean over 3 runs of intergat-plus on ring: m-seed0 (seed 0), m-seed1 (seed 1) and m-seed2 (seed 2). "
        "Data: made by hand"
    )
    assert "They differ in their seed alone." in made.note
    assert "1.00 (head 1), 1.00 (head 2) and 0." in made.note, "head 3 is noise of its own in each"


def test_a_consensus_of_runs_on_other_roads_says_so(members: list[Path], own_runs: Path) -> None:
    write_tensors(members[1] / "network.safetensors", {"adjacency": np.eye(N, dtype=np.float32)})
    made = kept_consensus(members, own_runs / "together")
    assert "The runs differ in more than their seed: graphs." in made.note


def test_a_consensus_opens_on_every_page(members: list[Path], own_runs: Path) -> None:
    kept_consensus(members, own_runs / "together", title="Together")
    for page in PAGES:
        app = turned(opened(run="together"), page)
        assert not app.exception, page


def test_a_consensus_without_roads_places_and_truth_has_none(own_runs: Path) -> None:
    runs = [made_run(own_runs / f"{k}", seed=k, roads=False, coordinates=False, truth=False, groups=False)
            for k in range(2)]  # fmt: skip
    made = kept_consensus(runs, own_runs / "x")
    assert (made.adjacency, made.truth, made.groups, made.has_coordinates) == (None, None, None, False)


def test_runs_that_differ_in_more_are_taken_and_it_is_said(own_runs: Path) -> None:
    runs = [made_run(own_runs / "a"), made_run(own_runs / "b", seed=1, model="intergat-gru", steps=3)]
    made = kept_consensus(runs, own_runs / "x")
    assert "The runs differ in more than their seed: horizon and model." in made.note
    assert made.record["title"] == "Consensus of 2 runs · intergat-plus on ring"
    again = kept_consensus([made.path, runs[0]], own_runs / "y")
    assert "not all of them were trained here" in again.note


def test_a_consensus_of_a_model_that_is_given_the_roads_is_no_finding_on_any_page(own_runs: Path) -> None:
    runs = [made_run(own_runs / f"{k}", seed=k, model="gat-gru") for k in range(2)]
    made = kept_consensus(runs, own_runs / "together")
    assert made.made_of == ("gat-gru",)
    keep(made.path, "chance")
    caveat = "gat-gru is given the road graph and can listen along roads only"
    said = {page: words(opened(page, run="together")) for page in ("overview", "map", "communities", "evidence")}
    for page, text in said.items():
        assert caveat in text, page
    assert "all are on the roads by construction" in said["overview"]
    assert "a mean over runs of gat-gru" in said["overview"]
    assert "By construction, so no finding" in said["evidence"]
    assert said["evidence"].count(caveat) == 2, "in the verdict, and beside what chance gives"


def test_what_a_consensus_is_made_of_goes_on_into_one_of_it(own_runs: Path) -> None:
    runs = [made_run(own_runs / f"{k}", seed=k, model=model) for k, model in enumerate(["gru", "gat-gru", "my own"])]
    made = kept_consensus(runs, own_runs / "x")
    assert made.made_of == ("gru", "gat-gru"), "of a name that nobody knows here, nothing could be said"
    alone = renamed(made_matrix(own_runs / "alone", heads=3), ["head 1", "head 2", "head 3"])
    again = kept_consensus([alone, made.path], own_runs / "y")
    assert again.made_of == ("gru", "gat-gru")


def test_a_folder_of_a_stranger_has_a_consensus_with_plain_words(own_runs: Path) -> None:
    names = ["a\nb", "x" * 80, "\u202eabc"]
    runs = [made_run(own_runs / name, seed=k, hostile=True) for k, name in enumerate(names)]
    many = [made_run(own_runs / f"{'long' * 19}{k}", seed=10 + k, hostile=True) for k in range(9)]
    made = kept_consensus([*runs, *many], own_runs / "x")
    assert made.source.isprintable()
    assert " more. Data: made by hand" in made.source
    assert made.nodes["id"][0] == HOSTILE[0]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda runs, make: [runs[0]], "a consensus must be of at least two runs, got 1"),
        (lambda runs, make: [runs[0], runs[0]], "a run must stand only once in a consensus, got m-seed0 twice"),
        (lambda runs, make: [runs[0], make("other", sensors=12)], "runs must have the same sensors in the same order"),
        (lambda runs, make: [runs[0], make("other", heads=2)], "as many heads as the first, 3, got 2 in other"),
        (
            lambda runs, make: [runs[0], renamed(make("other"), ["head 1", "head 2", "output"])],
            "same heads as the first, head 1, head 2, head 3, got head 1, head 2, output in other",
        ),
        (lambda runs, make: [make("g", heads=0, model="gru"), make("h", heads=0)], "run g has no matrix: model gru"),
        (lambda runs, make: [runs[0], make("other", state="stopped")], "run other was stopped after 3 epochs"),
    ],
)
def test_runs_without_a_mean_are_refused(
    members: list[Path], make: Recipe, own_runs: Path, spoil: Any, said: str
) -> None:
    runs = spoil(members, make)
    before = sorted(own_runs.iterdir())
    with pytest.raises(RunError, match=said):
        kept_consensus(runs, own_runs / "x")
    assert sorted(own_runs.iterdir()) == before


def test_a_run_without_a_family_is_told_how_to_get_one(make: Recipe, own_runs: Path) -> None:
    result = run("consensus", make("alone"), "--out", own_runs / "x")
    assert result.exit_code == 1
    assert "has no finished run beside it that differs in its seed alone" in result.output
    assert "python -m app train --seeds 5" in result.output
    result = run("consensus", made_matrix(own_runs / "m"), "--out", own_runs / "x")
    assert "has no finished run beside it" in result.output


def test_a_consensus_takes_no_ones_place(members: list[Path], own_runs: Path) -> None:
    before = (members[0] / "run.json").read_bytes()
    result = run("consensus", members[0], "--out", members[0])
    assert result.exit_code == 1
    assert "the name of a run must be free, got 'm-seed0'" in result.output
    assert (members[0] / "run.json").read_bytes() == before


def test_the_app_keeps_a_consensus_without_torch() -> None:
    code = "import sys, app.families, core.matrices, analysis.consensus; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
