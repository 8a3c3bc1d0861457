"""The figures of the benchmark: rows against each other, and the pages as the committed record has them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from analysis.forecast_tests import diebold_mariano, paired
from benchmarks import claims as said
from benchmarks.figures import Cell, against, median, spread, stopped
from benchmarks.record import FOLDER, Record
from benchmarks.results import results
from benchmarks.rows import BUDGETS, MINUTES, ROWS, SEEDS, SWEEP, pairs_of
from tests.benchmarks.table_made import SETTINGS, entry, filled, losses, sized

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
    assert [median(values, str) for values in ([], [None], [9.0, 1.0, None, 2.0])] == ["–", "–", "2.0"]


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
    assert "300 windows are tested, 1.0 days in all." in part


def test_layers_stand_against_their_controls_and_the_linear_forecast_at_the_top() -> None:
    errors = {"intergat-plus": 3.0, "plus-alone": 4.0, "intergat-gru": 5.0, "gru": 4.5, "ridge-var": 3.5}

    def without_large_errors(made: dict) -> None:
        """The control has the smaller MAE, as one with few large errors may have."""
        if "plus-alone" in made["rows"]:
            made["errors"]["mae"] = [2.0] * 4

    page = results(filled(lambda row: errors.get(row, 6.0), change=without_large_errors))
    glance = page.partition("## At a glance")[2].partition("\n## ")[0]
    head = "`intergat-gru` against `gru` | `intergat-gru` against `ridge-var` | `intergat-plus` against `plus-alone`"
    assert head in glance
    # 60 minutes ahead, and seeds, add 0.32 to all but ridge-var, which has no seeds: 5.32 / 4.82, 5.32 / 3.8, ...
    figures = "10.4 % (10.4 %) | 40.0 % (40.0 %) | −23.1 % (66.0 %) | −12.6 % (−12.6 %)"
    assert f"| Los-Loop | `clean` | `intergat-plus` 3.320 | {figures} |" in glance
    assert glance.count("`intergat-plus` 3.320") == 7


def test_pairs_are_tested_once_and_the_swap_where_it_is_trained() -> None:
    pairs = pairs_of("los-loop", "clean")
    assert len(pairs) == len(set(pairs))
    assert {("intergat-gru", "gat-all"), ("intergat-plus", "plus-alone"), ("gru", "ridge-var")} <= set(pairs)
    assert ("last-value", "ridge-var") not in pairs
    assert ("intergat-gru", "gat-all") not in pairs_of("pemsd7m", "clean")


def test_no_auroc_is_given_for_a_row_that_is_told_the_roads() -> None:
    page = results(sized())
    larger = page.partition("## Larger cities")[2]
    lines = [line for line in larger.splitlines() if line.startswith("| `")]
    found = "0.700 ± 0.000"
    assert [line.split("|")[-2].strip() for line in lines[:4]] == ["–", "told the roads", found, found]
    assert [line.split("|")[-3].strip() for line in lines[:4]] == ["2 of 2"] * 4


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
