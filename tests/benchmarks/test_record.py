"""The record of the benchmark: what it keeps, for which row, and at what size."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.record import Record
from benchmarks.rows import ROWS, SEEDS
from tests.benchmarks.table_made import SETTINGS, entry, losses


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
