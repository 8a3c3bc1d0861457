"""Faults are told on one line each, safely, and never so many that they bury one another."""

import copy

from core.data.faults import DataError, Fault, Faults, shown


def test_a_fault_names_file_row_and_column() -> None:
    assert str(Fault("values.csv", "must be a number, got 'abc'", row=12, column="767541")) == (
        "values.csv, row 12, column 767541: must be a number, got 'abc'"
    )
    assert str(Fault("values.csv", "must not be empty")) == "values.csv: must not be empty"


def test_text_from_a_file_cannot_break_the_line_or_drive_the_terminal() -> None:
    hostile = "a\nb\x1b[31m\u202e\ud800"
    line = str(Fault(hostile, hostile, row=1, column=hostile))
    assert line.isprintable()
    assert line.count("a\\nb\\x1b[31m\\u202e\\ud800") == 3


def test_long_text_is_cut() -> None:
    assert len(shown("x" * 10_000)) == 61
    assert shown("äöü 北京") == "äöü 北京"


def test_an_error_lists_fifty_faults_and_counts_the_rest() -> None:
    lines = str(DataError(Fault("f", f"p{k}") for k in range(60))).splitlines()
    assert len(lines) == 51
    assert lines[0] == "f: p0"
    assert lines[-1] == "... and 10 more"


def test_an_error_keeps_its_faults_when_copied() -> None:
    error = DataError([Fault("f", "p", row=3)])
    assert copy.copy(error).faults == copy.deepcopy(error).faults == error.faults


def test_each_kind_keeps_twenty_and_counts_all() -> None:
    faults = Faults()
    for k in range(30):
        faults.add("f", "must be a number", cell="x", row=k)
        faults.add("f", "must be finite", cell="inf", row=k)
    listed = list(faults)
    assert len(faults) == 60
    assert len(listed) == 42
    assert str(listed[20]) == "f: ... and 10 more: must be a number"
