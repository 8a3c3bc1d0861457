"""The benchmark: what its record keeps, what its pages say of planted records, and one training from end to end."""

import dataclasses
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from analysis.forecast_tests import diebold_mariano, paired
from benchmarks import claims as said
from benchmarks.claims import claims
from benchmarks.figures import Cell, against, spread
from benchmarks.record import FOLDER, Record, key_of
from benchmarks.results import results, stopped
from benchmarks.rows import BUDGETS, DATASETS, LAMBDAS, MINUTES, ROWS, SEEDS, SIZES, SWEEP, SWEPT, protocols_of, work
from benchmarks.table import table
from core.models import MODELS

ROOT = Path(__file__).parents[1]
SETTINGS = {"horizon": 12}


def entry(row: str, seed: int, rmse: float, **other: object) -> dict:
    """A run that could have been, with the same error at every time ahead."""
    head = {
        "on_roads": 0.2,
        "chance": 0.06,
        "auroc": 0.6,
        "contrast": 0.1,
        "local_p": 0.01,
        "local_excess": 1.5,
        "leading_spread": 0.9,
        "nmi": 0.3,
        "nmi_chance": 0.2,
        "nmi_p": 0.01,
        "ari": 0.1,
    }
    graph = {
        "heads": {"mean": dict(head), "sharpest: head 2": dict(head), "output": dict(head)},
        "zeros": 0.0,
        "small": 0.04,
        "neighbours": 120.0,
    }
    learns = ROWS[row].model.startswith(("gat", "inter")) if row in ROWS else True
    return {
        "key": key_of({"row": row}),
        "rows": [row],
        "seed": seed,
        "errors": {name: [rmse + t / 10 for t in range(4)] for name in ("rmse", "mae", "mape", "accuracy", "r2")},
        "seconds": 60.0,
        "seconds_per_epoch": 2.0,
        "memory_mb": 500,
        "parameters": 1234,
        "epochs": {"asked": 40, "done": 30, "best": 20},
        "validation_loss": 0.3,
        "graph": graph if learns else None,
        "sha256": "0" * 64,
        "commit": "abc",
        "machine": "2 cores, some",
        "torch": "2.0",
        "date": f"2026-01-01T00:00:{seed:02d}+00:00",
        **other,
    }


def losses(row: str, seed: int, rmse: float) -> np.ndarray:
    random = np.random.default_rng([seed, len(row)])
    return (rmse**2 * random.uniform(0.5, 1.5, (4, 300))).astype(np.float32)


class Held(Record):
    """A record that is held in memory: a thousand files that must reach the disk take minutes."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.held: dict[tuple[str, ...], dict] = {}

    def _alone(self) -> AbstractContextManager[None]:
        return nullcontext()

    def _read(self, dataset: str, protocol: str) -> dict:
        return self.held.get((dataset, protocol), {"settings": {}, "runs": []})

    def _write(self, dataset: str, protocol: str, whole: dict) -> None:
        self.held[dataset, protocol] = whole

    def _losses(self, dataset: str, protocol: str) -> dict:
        return self.held.get((dataset, protocol, "losses"), {})

    def _write_losses(self, dataset: str, protocol: str, whole: dict) -> None:
        self.held[dataset, protocol, "losses"] = whole


def filled(
    rmse: Callable[[str], float] = lambda _: 4.0, seeds: int = SEEDS, change: Callable[[dict], None] = lambda _: None
) -> Record:
    """A record of all rows on all data, with planted errors."""
    record = Held()
    for item in work(["table"], seeds=seeds):
        made = entry(item.row.name, item.seed, rmse(item.row.name) + 0.01 * item.seed * item.row.random)
        change(made)
        record.add(item.dataset, item.protocol, made, SETTINGS, losses(item.row.name, item.seed, rmse(item.row.name)))
    return record


def verdicts(record: Record, row: str = "intergat-gru") -> list[str]:
    return [claim.verdict for claim in claims(record, row)]


# What is to be done


def test_every_row_is_a_model_and_every_model_a_row() -> None:
    assert {row.model for row in ROWS.values()} == set(MODELS)
    assert {row.model for row in SWEEP.values()} == set(SWEPT)
    assert len(SWEEP) == len(SWEPT) * len(LAMBDAS)


def test_rows_without_chance_are_those_whose_models_learn_nothing_by_gradient() -> None:
    from core.models import Sizes, built

    for row in ROWS.values():
        learns = any(True for _ in built(row.model, Sizes(sensors=3)).parameters())
        assert row.random == learns, row.name


def test_work_goes_seed_by_seed_and_through_everything() -> None:
    items = list(work(["table"]))
    assert [item.seed for item in items] == sorted(item.seed for item in items)
    cells = {(name, protocol) for name in DATASETS for protocol in protocols_of(name)}
    assert {(item.dataset, item.protocol) for item in items} == cells
    assert len(cells) == 7      # SZ-Taxi after its shift under one protocol alone
    assert len(set(items)) == len(items) == 7 * (6 * SEEDS + 4) + 2 * SEEDS
    swaps = {(item.dataset, item.protocol) for item in items if item.row.name == "gat-all"}
    assert swaps == {("los-loop", "clean"), ("sz-taxi", "clean")}


def test_work_keeps_what_is_named() -> None:
    items = list(work(["table"], ["city"], ["clean"], ["gru", "last-value"], seeds=2))
    assert [(item.dataset, item.row.name, item.seed) for item in items] == [
        ("city", "last-value", 0),
        ("city", "gru", 0),
        ("city", "gru", 1),
    ]
    assert {item.dataset for item in work(["sizes"])} == set(SIZES)
    assert {item.row.l1 for item in work(["sweep"], only=["intergat-plus"])} == set(LAMBDAS)


def test_a_weight_that_is_the_models_own_is_one_training_in_two_tables() -> None:
    from benchmarks.training import identity

    def key(row: str) -> str:
        (item,) = (item for item in work(["table", "sweep"], ["los-loop"], ["clean"], [row], 1) if item.row.name == row)
        return key_of(identity(dataclasses.replace(item, dataset="city")))

    assert key("intergat-gru") == key("intergat-gru l1=0.1")
    assert len({key(name) for name in (*SWEEP, "gru", "gat-gru", "gat-all")}) == len(SWEEP) + 3


# The record


def test_the_record_gives_back_what_was_added(tmp_path: Path) -> None:
    record = Record(tmp_path / "new")
    made = entry("gru", 0, 4.0)
    record.add("los-loop", "clean", made, SETTINGS, losses("gru", 0, 4.0))
    again = Record(tmp_path / "new")
    assert again.runs("los-loop", "clean") == [made]
    assert again.settings("los-loop", "clean") == {made["key"]: SETTINGS}
    (tmp_path / "new" / "another.json").write_text("{}")
    assert again.cells() == [("los-loop", "clean")]
    assert again.has("los-loop", "clean", made["key"], 0)
    assert not again.has("los-loop", "clean", made["key"], 1)
    assert not again.has("los-loop", "published", made["key"], 0)


def test_what_is_added_twice_is_there_once(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for _ in range(2):
        record.add("los-loop", "clean", entry("gru", 0, 4.0), SETTINGS, losses("gru", 0, 4.0))
    assert len(record.runs("los-loop", "clean")) == 1
    seeds, mean = record.losses("los-loop", "clean", "gru")
    assert seeds == {0}
    np.testing.assert_allclose(mean, losses("gru", 0, 4.0))


def test_losses_are_means_over_the_seeds(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for seed in (0, 2):
        record.add("los-loop", "clean", entry("gru", seed, 4.0), SETTINGS, losses("gru", seed, 4.0))
    seeds, mean = record.losses("los-loop", "clean", "gru")
    assert seeds == {0, 2}
    np.testing.assert_allclose(mean, (losses("gru", 0, 4.0) + losses("gru", 2, 4.0)) / 2, rtol=1e-6)


def test_a_row_is_that_of_its_newest_settings(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for seed in (0, 1, 2):
        record.add("los-loop", "clean", entry("gru", seed, 4.0), SETTINGS, losses("gru", seed, 4.0))
    newer = entry("gru", 0, 3.0, key="0" * 12, date="2026-02-01")
    record.add("los-loop", "clean", newer, SETTINGS, losses("gru", 0, 3.0))
    assert [run["errors"]["rmse"][0] for run in record.row("los-loop", "clean", "gru")] == [3.0]
    assert record.losses("los-loop", "clean", "gru")[0] == {0}


def test_settings_that_are_trained_again_are_the_newest_again(tmp_path: Path) -> None:
    record = Record(tmp_path)
    trial = entry("gru", 0, 9.0, key="0" * 12, date="2026-02-01")
    for made in (entry("gru", 0, 4.0), trial, entry("gru", 0, 4.0, date="2026-02-02")):
        record.add("los-loop", "clean", made, SETTINGS, losses("gru", 0, 4.0))
    assert [run["errors"]["rmse"][0] for run in record.row("los-loop", "clean", "gru")] == [4.0]
    assert record.losses("los-loop", "clean", "gru")[0] == {0}
    assert len(record.runs("los-loop", "clean")) == 2


def test_what_is_added_at_the_same_time_is_all_there(tmp_path: Path) -> None:
    def add(row: str) -> None:
        for seed in range(10):
            Record(tmp_path).add("los-loop", "clean", entry(row, seed, 4.0), SETTINGS, losses(row, seed, 4.0))

    rows = ("gru", "tgcn", "gat-gru", "intergat-gru")
    with ThreadPoolExecutor(len(rows)) as pool:
        list(pool.map(add, rows))
    record = Record(tmp_path)
    assert {row: len(record.row("los-loop", "clean", row)) for row in rows} == dict.fromkeys(rows, 10)
    assert all(record.losses("los-loop", "clean", row)[0] == set(range(10)) for row in rows)


def test_a_run_may_stand_for_two_rows(tmp_path: Path) -> None:
    record = Record(tmp_path)
    made = entry("intergat-gru", 0, 4.0)
    record.add("los-loop", "clean", made, SETTINGS)
    record.name("los-loop", "clean", made["key"], 0, "intergat-gru l1=0.1")
    assert [len(record.row("los-loop", "clean", name)) for name in ("intergat-gru", "intergat-gru l1=0.1")] == [1, 1]


def test_a_whole_record_is_small_enough_for_a_repository(tmp_path: Path) -> None:
    """As many windows as the test parts have: what random numbers in float32 take is the most that anything can."""
    windows = {"los-loop": 381, "sz-taxi": 581, "sz-taxi-after": 389, "pemsd7m": 2328}
    record = Record(tmp_path)
    for dataset, count in windows.items():
        for name in ROWS:
            noise = np.random.default_rng(0).random((4, count), np.float32)
            record.add(dataset, "clean", entry(name, 0, 4.0), SETTINGS, noise)
    of_losses = sum(path.stat().st_size for path in tmp_path.glob("*.losses.json"))
    of_runs = sum(path.stat().st_size for path in tmp_path.glob("*-clean.json"))
    assert 2 * (of_losses + SEEDS * of_runs) < 3_000_000


# One row against another


def test_a_row_against_another_is_tested_over_seeds_and_over_windows() -> None:
    record = filled(lambda row: 3.0 if row == "intergat-gru" else 4.0)
    cell = Cell(record, "los-loop", "clean")
    found = against(cell, "intergat-gru", "gat-gru")
    assert [one.seeds for one in found] == [SEEDS] * 4
    mine, theirs = ([errors[3] for errors in cell.errors(row).values()] for row in ("intergat-gru", "gat-gru"))
    assert found[3].gain == pytest.approx(1 - np.mean(mine) / np.mean(theirs))
    rows = {
        row: np.mean([losses(row, seed, rmse) for seed in range(SEEDS)], axis=0)
        for row, rmse in (("intergat-gru", 3.0), ("gat-gru", 4.0))
    }
    for t, minutes in enumerate(MINUTES):
        wanted = diebold_mariano(rows["intergat-gru"][t], rows["gat-gru"][t], minutes // 5).p
        assert found[t].windows_p == pytest.approx(wanted, rel=1e-3)
        assert np.isnan(found[t].seeds_p) == np.isnan(paired(mine, theirs).p)


def test_a_row_without_chance_stands_against_every_seed() -> None:
    cell = Cell(filled(lambda row: 5.0 if row == "last-value" else 4.0), "los-loop", "clean")
    (one, *_), (same, *_) = against(cell, "last-value", "gru"), against(cell, "last-value", "window-mean")
    assert one.seeds == SEEDS
    assert one.seeds_p < 0.001
    assert one.windows_p < 0.001
    assert np.isnan(same.seeds_p)


def test_windows_are_not_compared_where_the_seeds_are_not_the_same() -> None:
    record = filled(seeds=1)
    record.add("los-loop", "clean", entry("gru", 1, 4.0), SETTINGS, losses("gru", 1, 4.0))
    assert np.isnan(against(Cell(record, "los-loop", "clean"), "gru", "gat-gru")[0].windows_p)


def test_means_and_deviations() -> None:
    assert [spread([]), spread([None]), spread([1.0]), spread([1.0, 2.0, 3.0])] == ["–", "–", "1.000", "2.000 ± 1.000"]


def test_a_loss_has_stopped_falling_where_the_end_brought_nothing() -> None:
    made = entry("gru", 0, 4.0)
    for done, best, wanted in ((30, 27, True), (30, 28, False), (12, 10, True), (12, 11, False), (1, 1, False)):
        made["epochs"] = {"asked": 40, "done": done, "best": best}
        assert stopped(made) == wanted, (done, best)


# The pages


def test_an_empty_record_claims_nothing(tmp_path: Path) -> None:
    record = Record(tmp_path)
    assert set(verdicts(record)) == {"not measured yet"}
    page = results(record)
    assert page.count("Not measured yet.") == 7
    assert "±" not in page.partition("## Los-Loop")[2]


def test_a_record_of_too_few_seeds_claims_nothing() -> None:
    record = filled(lambda row: 1.0 if row == "intergat-gru" else 4.0, seeds=SEEDS - 1)
    assert set(verdicts(record)) == {"not measured yet"}
    assert f"`intergat-gru` on SZ-Taxi, `published`: {SEEDS - 1} of {SEEDS} seeds" in said.page(record)


@pytest.mark.parametrize(
    ("errors", "wanted"),
    [
        ({"intergat-gru": 3.0, "gat-gru": 4.0, "gat-published": 4.0}, "holds"),
        ({"intergat-gru": 3.0, "gat-gru": 3.0, "gat-published": 4.0}, "holds only against the published baseline"),
        ({"intergat-gru": 4.0, "gat-gru": 4.0, "gat-published": 4.0}, "does not hold"),
        ({"intergat-gru": 4.0, "gat-gru": 3.0, "gat-published": 3.0}, "does not hold"),
    ],
)
def test_planted_errors_give_their_verdict(errors: dict[str, float], wanted: str) -> None:
    assert verdicts(filled(lambda row: errors.get(row, 5.0)))[:4] == [wanted] * 4


def test_every_horizon_counts() -> None:
    """A gain of 25 % at three of the four times ahead is none of 21 % at every one."""

    def worse_at_the_end(made: dict) -> None:
        made["errors"]["rmse"] = [3.0, 3.0, 3.0, 3.3] if made["rows"] == ["intergat-gru"] else [4.0] * 4

    found = claims(filled(change=worse_at_the_end))
    assert [claim.verdict for claim in found[:4]] == ["does not hold"] * 2 + ["holds"] * 2
    assert "17.5 % to 25.0 %" in found[0].figure


def test_planted_graphs_and_times_give_their_verdicts() -> None:
    assert verdicts(filled())[4:] == ["does not hold", "does not hold", "does not hold", "holds"]

    def good(made: dict) -> None:
        if made["rows"] == ["intergat-gru"]:
            made["seconds_per_epoch"] = 0.7
            made["graph"]["small"] = 0.6
            made["graph"]["heads"]["output"]["contrast"] = 1.5

    assert verdicts(filled(change=good))[4:] == ["holds"] * 4

    def one_seed_fails(made: dict) -> None:
        good(made)
        if made["rows"] == ["intergat-gru"] and made["seed"] == 3:
            made["graph"]["small"] = 0.4
            made["graph"]["heads"]["output"].update(contrast=0.2, local_p=0.2)

    assert verdicts(filled(change=one_seed_fails))[4:] == ["holds"] + ["does not hold"] * 3


def test_times_of_different_machines_are_not_compared() -> None:
    def elsewhere(made: dict) -> None:
        if made["rows"] == ["intergat-gru"]:
            made.update(machine="64 cores, another", seconds_per_epoch=0.1)

    found = claims(filled(change=elsewhere))[4]
    assert (found.verdict, found.figure) == ("not measured yet", "no machine has run all of them on Los-Loop")


def test_a_whole_record_leaves_no_dash_where_there_is_a_figure() -> None:
    page = results(filled(lambda row: 3.0 + len(row) / 10))
    part = page.partition("## PeMSD7(M), protocol `clean`")[2].partition("\n## ")[0]
    assert "34 of 34 runs. In 30 of 30 trainings" in part
    rmse = part.partition("**RMSE**")[2].partition("**MAE**")[0]
    assert "| `gru` | 5 | 3.320 ± 0.016 | 3.420 ± 0.016 |" in rmse
    assert "| `last-value` | no chance | 4.000 | 4.100 |" in rmse
    assert "–" not in rmse


def test_the_committed_pages_are_what_the_committed_record_says() -> None:
    record = Record(FOLDER)
    for name, text in (("RESULTS.md", results(record)), ("CLAIMS.md", said.page(record))):
        assert (ROOT / "benchmarks" / name).read_text() == text, f"run: python -m benchmarks.table --render ({name})"


def test_the_committed_record_names_no_place_and_knows_its_rows() -> None:
    for dataset, protocol in Record(FOLDER).cells():
        assert dataset in BUDGETS
        for run in Record(FOLDER).runs(dataset, protocol):
            assert set(run["rows"]) <= ROWS.keys() | SWEEP.keys()
            assert not re.search(r"/(home|root|work|tmp|Users)\b", json.dumps(run))


# The command


def test_the_command_trains_what_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    words = [
        "--part",
        "table",
        "--dataset",
        "city",
        "--protocol",
        "clean",
        "--seeds",
        "1",
        "--epochs",
        "1",
        "--only",
        "last-value",
        "--only",
        "gru",
        "--jobs",
        "2",
        "--runs",
        str(tmp_path / "runs"),
        "--record",
        str(tmp_path / "record"),
    ]
    first = CliRunner().invoke(table, words, catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert "2 trainings to do" in first.output
    assert re.search(r"city clean gru seed 0: RMSE [\d. ]+, best epoch 1 of 1", first.output)
    runs = {run["rows"][0]: run for run in Record(tmp_path / "record").runs("city", "clean")}
    assert runs["gru"]["graph"] is None
    assert runs["gru"]["memory_mb"] > 100
    assert runs["gru"]["seconds"] > 0
    assert (runs["last-value"]["parameters"], runs["gru"]["parameters"]) == (0, runs["gru"]["parameters"])
    for row in runs:
        _, mean = Record(tmp_path / "record").losses("city", "clean", row)
        np.testing.assert_allclose(np.sqrt(mean.mean(axis=1)), runs[row]["errors"]["rmse"], rtol=1e-4)
    assert not list((tmp_path / "runs").iterdir())
    second = CliRunner().invoke(table, words, catch_exceptions=False)
    assert second.output.splitlines() == ["0 trainings to do"]


def test_a_budget_of_no_time_trains_nothing(tmp_path: Path) -> None:
    words = [
        "--part",
        "table",
        "--dataset",
        "city",
        "--only",
        "last-value",
        "--budget",
        "0",
        "--runs",
        str(tmp_path / "runs"),
        "--record",
        str(tmp_path / "record"),
    ]
    said = CliRunner().invoke(table, words, catch_exceptions=False).output
    assert said.splitlines() == ["2 trainings to do", "stopped after 0 minutes; 2 trainings are left"]


def test_a_training_that_fails_is_said_and_not_recorded(tmp_path: Path) -> None:
    words = [
        "--part",
        "table",
        "--dataset",
        "city",
        "--protocol",
        "clean",
        "--only",
        "last-value",
        "--runs",
        str(tmp_path / "runs"),
        "--record",
        str(tmp_path / "record"),
    ]
    from benchmarks.training import identity

    (item,) = work(["table"], ["city"], ["clean"], ["last-value"])
    broken = tmp_path / "runs" / f"city-clean-last-value-{key_of(identity(item))}-0"
    broken.mkdir(parents=True)
    (broken / "run.json").write_text("{")
    done = CliRunner().invoke(table, words)
    assert done.exit_code == 1
    assert re.search(r"1/1 city clean last-value seed 0: FAILED, .*run\.json", done.output)
    assert Record(tmp_path / "record").runs("city", "clean") == []


def test_the_plan_says_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    words = [
        "--plan",
        "--part",
        "table",
        "--dataset",
        "city",
        "--protocol",
        "clean",
        "--only",
        "last-value",
        "--only",
        "gru",
        "--seeds",
        "3",
        "--runs",
        str(tmp_path / "runs"),
        "--record",
        str(tmp_path / "record"),
    ]
    said = CliRunner().invoke(table, words, catch_exceptions=False).output
    assert re.search(r"city +gru +3 runs of 30 epochs of +[\d.]+ s: ", said)
    assert "at most" in said.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_the_plan_names_no_row_that_a_training_stands_for_as_well(tmp_path: Path) -> None:
    from benchmarks.table import _known

    record = Record(tmp_path)
    item = next(work(["sweep"], [], [], [], seeds=1))
    record.add(item.dataset, item.protocol, {"key": "k", "seed": 0, "rows": ["another"], "date": "2026"}, {})
    (file,) = tmp_path.glob("*.json")
    before = file.read_bytes()
    assert _known(record, item, "k", naming=False)
    assert file.read_bytes() == before
    assert _known(record, item, "k")
    assert record.row(item.dataset, item.protocol, item.row.name)[0]["rows"] == sorted(["another", item.row.name])


# The data


def test_a_made_up_city_is_connected_and_of_the_size_that_was_asked_for() -> None:
    from scipy.sparse.csgraph import connected_components

    from benchmarks.datasets import made_city

    data = made_city(30)
    assert (data.sensors, data.steps) == (30, 2000)
    road = data.adjacency
    np.testing.assert_array_equal(road, road.T)
    assert connected_components(road)[0] == 1
    assert (road.sum(axis=1) >= 2).all()
    assert not road.diagonal().any()
    np.testing.assert_array_equal(data.values, made_city(30).values)
    with pytest.raises(ValueError, match="must have at least 10 sensors, got 9"):
        made_city(9)


@pytest.mark.real_data
def test_sz_taxi_after_its_shift_begins_on_11_january(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.datasets import opened

    monkeypatch.setenv("TOPOLENS_DATA", str(published))
    whole, after = opened("sz-taxi"), opened("sz-taxi-after")
    assert (after.steps, after.times[0].isoformat()) == (2016, "2015-01-11T00:00:00")
    np.testing.assert_array_equal(after.values, whole.values[960:])
    assert np.nanmean(whole.values[:960]) - np.nanmean(after.values) > 8
    assert after.sha256 != whole.sha256
