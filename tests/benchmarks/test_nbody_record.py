"""The record of the benchmark of particles: its horizon, its lines, and two records made one."""

from pathlib import Path

from benchmarks.nbody_page import page
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import ABLATIONS, Item
from tests.benchmarks.nbody_made import entry, filled


def test_a_record_has_a_horizon_once_every_number_of_particles_is_measured() -> None:
    record = filled()
    assert record.horizon() == 3
    record.held["runs"] = [run for run in record.held["runs"] if run["rows"] != ["predictability 20 twin"]]
    assert record.horizon() is None
    assert "No horizon fits 5, 20, 30 particles yet." in page(record)


def test_records_are_merged_without_doubling(tmp_path: Path) -> None:
    one, two = ParticleRecord(tmp_path / "one"), ParticleRecord(tmp_path / "two")
    for record, seeds in ((one, (0, 1)), (two, (1, 2))):
        for seed in seeds:
            record.keep(entry("egnn 5 egnn", seed, 0.01), {"model": "egnn"})
    assert one.merge(two) == 1
    assert one.merge(two) == 0
    assert [run["seed"] for run in one.line("egnn", 5, "egnn")] == [0, 1, 2]


def test_one_training_stands_in_two_lines_that_ask_for_the_same(tmp_path: Path) -> None:
    record = ParticleRecord(tmp_path)
    record.keep({**entry("set 5 set", 0, 0.01), "key": "k"}, {})
    item = Item("ablations", 5, ABLATIONS["whole"], 0, "nbody-5:ahead=7")
    assert record.holds(item, "k")
    assert not record.holds(item, "other")
    assert record.line("ablations", 5, "whole") == record.line("set", 5, "set")
