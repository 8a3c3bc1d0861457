"""The benchmark commands run, and say again what they already know."""

from pathlib import Path

from click.testing import CliRunner

from benchmarks.epochs import epochs
from benchmarks.recovery import recoveries
from benchmarks.table import table


def test_the_table_is_resumed_from_finished_runs(tmp_path: Path) -> None:
    words = ["--dataset", "city", "--model", "last-value", "--model", "window-mean", "--runs", str(tmp_path)]
    first = CliRunner().invoke(table, words, catch_exceptions=False)
    made = {path.name: (path / "run.json").read_bytes() for path in tmp_path.iterdir()}
    assert sorted(made) == ["city-clean-last-value-30-0", "city-clean-window-mean-30-0"]
    second = CliRunner().invoke(table, words, catch_exceptions=False)
    assert first.output == second.output
    assert {path.name: (path / "run.json").read_bytes() for path in tmp_path.iterdir()} == made
    rows = [line.split() for line in first.output.splitlines() if line.startswith(("last-value ", "window-mean "))]
    assert [row[0] for row in rows if float(row[1]) == 15] == ["last-value", "window-mean"]


def test_epochs_are_timed_for_each_model_in_turns() -> None:
    said = CliRunner().invoke(epochs, ["--dataset", "city", "--model", "gru", "--turns", "1"], catch_exceptions=False)
    assert "120 sensors, 1866 training windows, batch 64" in said.output
    assert said.output.splitlines()[-1].startswith("gru ")


def test_recoveries_are_a_table_of_ways_and_levels() -> None:
    words = ["--on", "ring", "--by", "missing", "--seeds", "1", "--epochs", "0"]
    said = CliRunner().invoke(recoveries, words, catch_exceptions=False).output
    assert "126 planted pairs of 7,140, 6 of them far couplings" in said
    rows = [line.strip("|").split("|") for line in said.splitlines() if line.startswith("|")]
    assert [row[0].strip() for row in rows] == ["way", "---", "correlation", "partial correlation", "ridge VAR"]
    assert [level.strip() for level in rows[0][1:]] == ["0", "0.05", "0.1", "0.2", "0.4"]
    assert all(0.9 < float(row[1].split("·")[0]) <= 1 for row in rows[2:])
