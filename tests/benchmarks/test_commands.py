"""The benchmark commands run, and say again what they already know."""

from click.testing import CliRunner

from benchmarks.epochs import epochs
from benchmarks.recovery import recoveries


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
