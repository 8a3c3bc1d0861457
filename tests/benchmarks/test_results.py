"""The figures of the benchmark: rows against each other, and the pages as the committed record has them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from analysis.forecast_tests import diebold_mariano, paired
from benchmarks import claims as said
from benchmarks.figures import Cell, against, spread
from benchmarks.record import FOLDER, Record
from benchmarks.results import results, stopped
from benchmarks.rows import BUDGETS, MINUTES, ROWS, SEEDS, SWEEP
from tests.benchmarks.table_made import SETTINGS, entry, filled, losses

ROOT = Path(__file__).parents[2]


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


def test_a_whole_record_leaves_no_dash_where_there_is_a_figure() -> None:
    page = results(filled(lambda row: 3.0 + len(row) / 10))
    part = page.partition("## PeMSD7(M), protocol `clean`")[2].partition("\n## ")[0]
    assert "39 of 39 runs. In 35 of 35 trainings" in part
    rmse = part.partition("**RMSE**")[2].partition("**MAE**")[0]
    assert "| `gru` | 5 | 3.320 ± 0.016 | 3.420 ± 0.016 |" in rmse
    assert "| `last-value` | no chance | 4.000 | 4.100 |" in rmse
    assert "–" not in rmse


def test_the_committed_pages_are_what_the_committed_record_says() -> None:
    record, steps = Record(FOLDER), said.steps_of(ROOT / "benchmarks/speed.json")
    for name, text in (("RESULTS.md", results(record)), ("CLAIMS.md", said.page(record, steps))):
        assert (ROOT / "benchmarks" / name).read_text() == text, f"run: python -m benchmarks.table --render ({name})"


def test_the_committed_record_names_no_place_and_knows_its_rows() -> None:
    for dataset, protocol in Record(FOLDER).cells():
        assert dataset in BUDGETS
        for run in Record(FOLDER).runs(dataset, protocol):
            assert set(run["rows"]) <= ROWS.keys() | SWEEP.keys()
            assert not re.search(r"/(home|root|work|tmp|Users)\b", json.dumps(run))
