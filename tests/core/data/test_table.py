"""Rows of a table: what is longer than a row of any data can be is refused before it is split."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest

from core.data import adjacency, table
from core.data.faults import DataError, Faults
from core.data.folder import read
from core.data.sensors import LONGEST_ID, MOST_SENSORS
from tests.core.data.conftest import ADJACENCY_CSV, NODES_CSV, values_csv

COMMAS, LETTERS = "0," * table.MOST_COMMAS + "0,", f"{'1' * 100_000}," * 168
UNREAD = "(the rest of the file was not read)"


def found(content: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    faults = Faults()
    rows = list(table.rows("x.csv", content, faults))
    return rows, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (COMMAS, f"a row must have at most 500,000 commas {UNREAD}, got 500,001"),
        (LETTERS, f"a row must have at most 16,777,216 characters {UNREAD}, got 16,800,169"),
    ],
)
@pytest.mark.parametrize("file", ["values.csv", "adjacency.csv", "nodes.csv"])
@pytest.mark.parametrize("first", [True, False])
def test_a_row_that_no_data_can_have_is_named(tmp_path: Path, file: str, row: str, said: str, first: bool) -> None:
    files = {"values.csv": values_csv(), "adjacency.csv": ADJACENCY_CSV, "nodes.csv": NODES_CSV}
    lines = files[file].splitlines()
    lines[0 if first else 2] = row
    for name, content in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n" if name == file else content)
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    assert f"{file}, row {1 if first else 3}: {said}" in str(caught.value).splitlines()


def test_such_a_matrix_alone_is_refused_as_well(tmp_path: Path) -> None:
    path, faults = tmp_path / "learned.csv", Faults()
    path.write_text(COMMAS + "\n")
    adjacency.named(path, MOST_SENSORS, faults)
    assert adjacency.read(path, None, faults, known="the file", negative=True) is None
    assert f"learned.csv, row 1: a row must have at most 500,000 commas {UNREAD}, got 500,001" in map(str, faults)


def test_it_takes_no_more_than_the_room_of_its_text() -> None:
    """A line of 40 MB took 3 GB."""
    content = "12," * 4_000_000
    tracemalloc.start()
    try:
        assert found(content)[0] == []
        assert tracemalloc.get_traced_memory()[1] < 10 * len(content)
    finally:
        tracemalloc.stop()


def test_a_row_over_several_lines_counts_as_one() -> None:
    rows, faults = found("a\n" + '"\n,"' + ",1" * (table.MOST_COMMAS - 1) + "\nb\n")
    assert [line for line, _ in rows] == [1, 2, 4]
    assert not faults
    rows, faults = found("a\n" + '"\n,"' + ",1" * table.MOST_COMMAS + "\nb\n")
    assert [line for line, _ in rows] == [1]
    assert faults == [f"x.csv, row 2: a row must have at most 500,000 commas {UNREAD}, got 500,001"]


@pytest.mark.parametrize("name", ['"' * LONGEST_ID, "," * 99, "\n" * LONGEST_ID])
def test_the_longest_row_that_data_can_have_is_read(name: str) -> None:
    header = ["time", *(f"{name[:-4]}{k:04d}" for k in range(MOST_SENSORS))]
    made = io.StringIO()
    csv.writer(made).writerow(header)
    csv.writer(made).writerow(["2024-01-01 00:00", *["-1.2345678901234567e-300"] * MOST_SENSORS])
    rows, faults = found(made.getvalue())
    assert not faults
    assert rows[0] == (1, header)
    assert len(rows[1][1]) == MOST_SENSORS + 1
