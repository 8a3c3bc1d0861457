"""A folder of one's own: what is sound is read exactly, and everything that is wrong is named at once."""

import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import load
from core.data.folder import read
from core.data.sensors import DataError
from tests.core.data.conftest import CLOCK, STEPS, Replaced, values_csv


def problems(folder: Path, **options: int) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(folder, **options)  # type: ignore[arg-type]
    return str(caught.value).splitlines()


def test_a_sound_folder_is_read_as_it_stands(folder: Replaced) -> None:
    data = read(folder())
    assert data.name == "mine"
    assert data.values[:2].tolist() == [[0.5, 1, 2], [1.5, 2, 3]]
    assert data.values.shape == (STEPS, 3)
    assert data.times[0] == pd.Timestamp("2024-01-01 00:00")
    assert data.times[-1] == pd.Timestamp("2024-01-01 05:45")
    assert data.interval == pd.Timedelta(minutes=15)
    assert data.adjacency is not None
    assert data.adjacency.tolist() == [[0, 1, 0], [0, 0, 0.5], [0, 0, 0]]
    assert list(data.nodes["id"]) == ["A", "B", "C"]
    assert data.groups == ("east", "east", "")
    assert data.nodes["longitude"].tolist()[:2] == [2.0, 2.5]


def test_blanks_around_ids_are_no_part_of_them_in_any_file(folder: Replaced) -> None:
    path = folder(
        values=values_csv({1: "time, A, B ,C\t"}), adjacency="from, to, weight\nB, A, 1\nC, B, 0.5\n",
        nodes="id, group\n A,east\n B,east\nC ,\n",
    )
    data = read(path)
    assert list(data.nodes["id"]) == ["A", "B", "C"]
    assert data.groups == ("east", "east", "")
    assert data.adjacency is not None
    assert data.adjacency.tolist() == [[0, 1, 0], [0, 0, 0.5], [0, 0, 0]]
    (path / "adjacency.csv").write_text("to, A, B , C\nA , 0, 1, 0\n B,0,0,0.5\nC,0,0,0\n")
    again = read(path)
    assert again.adjacency is not None
    assert again.adjacency.tolist() == data.adjacency.tolist()


def test_two_ids_that_differ_in_blanks_alone_are_one_given_twice(folder: Replaced) -> None:
    path = folder(values=values_csv({1: "time,A,B, A"}), adjacency=None, nodes=None)
    assert problems(path) == ["values.csv, row 1: the id of a sensor must be given once, got 'A' in columns 2 and 4"]


def test_a_folder_is_found_by_its_path(folder: Replaced) -> None:
    path = folder()
    assert load(f"folder:{path}").sha256 == read(path).sha256


def test_blank_and_nan_are_missing_values_in_any_spelling(folder: Replaced) -> None:
    lines = {k + 2: f"{CLOCK[k]},{cell},1,2" for k, cell in enumerate(["", " ", "nan", "NaN", "NAN", " nan "])}
    data = read(folder(values=values_csv(lines)))
    assert np.isnan(data.values[:6, 0]).all()
    assert data.missing == 6 / (3 * STEPS)


def test_numbers_in_any_common_spelling_are_read(folder: Replaced) -> None:
    cells = ["1", "+1", "1.", "1.0", "10e-1", " 1 ", ".1E1"]
    lines = {k + 2: f"{CLOCK[k]},{cell},1,2" for k, cell in enumerate(cells)}
    assert (read(folder(values=values_csv(lines))).values[: len(cells), 0] == 1).all()


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace(" 00", "T00", 5),
        lambda text: text.replace(":15,", ":15:00,").replace(":30,", ":30:00.000,"),
        lambda text: (
            text.replace(":15,", ":15Z,").replace(":30,", ":30Z,").replace(":45,", ":45Z,").replace(":00,", ":00Z,")
        ),
        lambda text: "".join(f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in text.splitlines()),
    ],
    ids=["BOM", "CRLF", "CR", "no last line end", "empty lines", "T", "seconds", "one zone", "all in quotes"],
)
def test_what_spreadsheets_do_to_a_file_does_not_change_it(folder: Replaced, changed, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    data = read(folder(values=changed(values_csv())))
    assert data.values[:2].tolist() == [[0.5, 1, 2], [1.5, 2, 3]]
    assert data.times.equals(pd.date_range("2024-01-01", periods=STEPS, freq="15min").as_unit("s"))
    assert list(data.nodes["id"]) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({5: f"{CLOCK[3]},abc,1,2"}, "values.csv, row 5, column A: must be a number, got 'abc'"),
        ({5: f"{CLOCK[3]},1_0,1,2"}, "values.csv, row 5, column A: must be a number, got '1_0'"),
        ({5: f"{CLOCK[3]},１,1,2"}, "values.csv, row 5, column A: must be a number, got '１'"),
        ({5: f"{CLOCK[3]},0x10,1,2"}, "values.csv, row 5, column A: must be a number, got '0x10'"),
        ({5: f'{CLOCK[3]},"1,5",1,2'}, "row 5, column A: must be a number with a decimal point, got '1,5'"),
        (
            {5: f"{CLOCK[3]},1,5,1,5,1,5"},
            "row 5: must have 4 cells as the header has; decimals must be written with a point, not a comma, got 7",
        ),
        ({5: f"{CLOCK[3]},1,2"}, "values.csv, row 5: must have 4 cells as the header has, got 3"),
        ({5: f"{CLOCK[3]},1,2,3,"}, "values.csv, row 5: must have 4 cells as the header has, got 5"),
        ({5: f"{CLOCK[3]},1,inf,2"}, "values.csv, row 5, column B: must be finite and fit float32, got 'inf'"),
        ({5: f"{CLOCK[3]},1,-Infinity,2"}, "row 5, column B: must be finite and fit float32, got '-Infinity'"),
        ({5: f"{CLOCK[3]},1,1e39,2"}, "row 5, column B: must be finite and fit float32, got '1e39'"),
        ({5: f"{CLOCK[3]},1,1e999,2"}, "row 5, column B: must be finite and fit float32, got '1e999'"),
        ({5: f"{CLOCK[2]},1,2,3"}, "values.csv, row 5: a time must be given once, got 2024-01-01 00:30 as in row 4"),
        (
            {5: "2023-12-31 00:00,1,2,3"},
            "values.csv, row 5: times must be in order, got 2023-12-31 00:00 after 2024-01-01 00:30",
        ),
        (
            {5: "2024-01-01 00:47,1,2,3"},
            "values.csv, row 5: times must be whole multiples of 15 min apart, the most frequent step, got 17 min",
        ),
        (
            {5: "01/01/2024 00:45,1,2,3"},
            "row 5: must be a local time in whole minutes, such as 2012-03-01 00:05, got '01/01/2024 00:45'",
        ),
        ({5: "2024-02-30 00:45,1,2,3"}, "got '2024-02-30 00:45'"),
        ({5: "2024-01-01 24:45,1,2,3"}, "got '2024-01-01 24:45'"),
        ({5: "2024-01-01 00:45:30,1,2,3"}, "row 5: must be a local time in whole minutes"),
        ({5: ",1,2,3"}, "row 5: must be a local time in whole minutes, such as 2012-03-01 00:05, got ''"),
        (
            {5: "2024-01-01 00:45+01:00,1,2,3"},
            "values.csv, row 5: times must all have the offset from UTC of row 2, none, got +01:00",
        ),
        ({1: "time,A,B,A"}, "values.csv, row 1: the id of a sensor must be given once, got 'A' in columns 2 and 4"),
        ({1: "time,A,,C"}, "values.csv, row 1, column 3: the id of a sensor must be text that can be seen, got ''"),
        ({1: "time;A;B;C"}, "values.csv, row 1: cells must be separated by commas, decimals by points, got semicolons"),
        ({1: "time\tA\tB\tC"}, "cells must be separated by commas, decimals by points, got tabs"),
        (
            {1: f"{CLOCK[0]},1,2,3"},
            "values.csv, row 1: the first row must be a header: time, then the ids of the sensors",
        ),
        ({1: "time"}, "values.csv, row 1: must have a time column and 1 to 5,000 sensor columns, got 0"),
        ({5: f'{CLOCK[3]},"1,2,3'}, "values.csv, row 5: quotes must be closed (the rest of the file was not read)"),
        ({5: f'{CLOCK[3]},"1"x,2,3'}, "values.csv, row 5: quotes must be closed (the rest of the file was not read)"),
        (
            {5: f"{CLOCK[3]},{'9' * 200_000},2,3"},
            "values.csv, row 5: a cell must be under 131,072 characters (the rest of the file was not read)",
        ),
        ({5: f"{CLOCK[3]},1\0,2,3"}, "values.csv, row 5: must be text without NUL bytes"),
    ],
)
def test_each_fault_of_the_values_is_named_with_its_place(
    folder: Replaced, replaced: dict[int, str], expected: str
) -> None:
    found = problems(folder(values=values_csv(replaced)))
    assert any(expected in line for line in found), found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "values.csv: is missing"),
        (b"", "values.csv: must not be empty"),
        (b"\xef\xbb\xbf\n \r\n", "values.csv: must not be empty"),
        (
            values_csv().encode("utf-16"),
            "values.csv, row 1: must be UTF-8 text (it is UTF-16: save it again as UTF-8), got byte 0xff at position 0",
        ),
        (
            values_csv({1: "time,A,B,Stra\xdfe"}).encode("latin-1"),
            "values.csv, row 1: must be UTF-8 text, got byte 0xdf at position 13",
        ),
        (values_csv(steps=0), "values.csv: must have at least 24 rows for one window, got 0"),
        (values_csv(steps=1), "values.csv: must have at least 24 rows for one window, got 1"),
        (values_csv(steps=23), "values.csv: must have at least 24 rows for one window, got 23"),
    ],
)
def test_a_file_that_cannot_be_used_at_all_is_named(
    folder: Replaced, content: bytes | str | None, expected: str
) -> None:
    assert expected in problems(folder(values=content))


def test_a_folder_in_the_place_of_a_file_is_a_fault(folder: Replaced) -> None:
    path = folder(values=None)
    (path / "values.csv").mkdir()
    assert "values.csv: must be a file" in problems(path)


def test_a_path_that_is_no_folder_is_a_fault(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: must be a folder"]


def test_the_rows_for_one_window_can_be_asked_for(folder: Replaced) -> None:
    path = folder(values=values_csv(steps=10))
    assert read(path, least=10).steps == 10
    assert problems(path, least=11) == ["values.csv: must have at least 11 rows for one window, got 10"]


def test_a_gap_in_time_is_allowed_but_does_not_count_as_a_long_enough_stretch(folder: Replaced) -> None:
    late = {k + 2: f"2024-01-02 {CLOCK[k][11:]},1,2,3" for k in range(10, STEPS)}
    path = folder(values=values_csv(late))
    assert read(path, least=14).segments() == [(0, 10), (10, 24)]
    assert problems(path, least=15) == [
        "values.csv: must have at least 15 rows in a row, without a gap in time, for one window, got 14"
    ]


def test_a_time_that_cannot_be_read_is_one_fault_not_two(folder: Replaced) -> None:
    assert len(problems(folder(values=values_csv({12: "noon,1,2,3"})))) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_empty_lines_take_no_place(folder: Replaced, end: str) -> None:
    """Each used to get a row of all sensors: a file of 329 KB asked for 5.6 GiB."""
    ids = [f"S{k}" for k in range(200)]
    rows = [",".join([clock, *["1"] * len(ids)]) for clock in CLOCK]
    path = folder(values="\n".join([",".join(["time", *ids]), *rows]) + end * 100_000, adjacency=None, nodes=None)
    tracemalloc.start()
    assert read(path).values.shape == (STEPS, len(ids))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6  # 80 MB with a row for each line


def test_rows_are_counted_by_what_is_whole_where_some_are_not(folder: Replaced) -> None:
    found = problems(folder(values=values_csv({3: "x", 4: f"{CLOCK[2]},1", 6: f"{CLOCK[4]},1,abc,2"})))
    assert found == [
        "values.csv, row 3: must have 4 cells as the header has, got 1",
        "values.csv, row 4: must have 4 cells as the header has, got 2",
        "values.csv, row 6, column B: must be a number, got 'abc'",
        "values.csv, row 3: must be a local time in whole minutes, such as 2012-03-01 00:05, got 'x'",
    ]


@pytest.mark.parametrize("row", ["x", ",1,2,3"], ids=["too short", "no time"])
def test_a_table_of_faults_is_not_read_to_its_end(folder: Replaced, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    monkeypatch.setattr("core.data.table.MOST_FAULTY", 5)
    found = problems(folder(values=values_csv(dict.fromkeys(range(2, 25), row))))
    assert "values.csv, row 8: must have at most 5 rows with a fault (the rest of the file was not read)" in found
    assert any("row 7" in line for line in found)
    assert not any("row 9" in line for line in found)


def test_a_sensor_without_any_value_is_a_fault(folder: Replaced) -> None:
    lines = {k + 2: f"{CLOCK[k]},1,,3" for k in range(STEPS)}
    assert problems(folder(values=values_csv(lines))) == ["values.csv, column B: a sensor must have at least one value"]


def test_rows_are_counted_as_an_editor_shows_them(folder: Replaced) -> None:
    header = 'time,A,"line\nbreak",C'
    text = values_csv({1: header, 3: "\n" + f"{CLOCK[1]},x,2,3", 5: f"{CLOCK[3]},y,2,3"})
    found = problems(folder(values=text, nodes=None))
    assert text.splitlines()[4].split(",")[1] == "x"  # line 5: two for the header, one row, one empty line
    assert "values.csv, row 5, column A: must be a number, got 'x'" in found
    assert "values.csv, row 7, column A: must be a number, got 'y'" in found


def test_faults_of_all_files_are_found_at_once(folder: Replaced) -> None:
    found = problems(
        folder(
            values=values_csv({4: f"{CLOCK[2]},abc,1,2", 6: f"{CLOCK[4]},1,inf,2", 9: f"{CLOCK[6]},1,2,3"}),
            adjacency="0,1,0\n0,0,-0.5\n0,x,0\n",
            nodes="id,latitude,longitude\nA,91,0\nB,0,0\nD,0,0\n",
        )
    )
    assert found == [
        "values.csv, row 4, column A: must be a number, got 'abc'",
        "values.csv, row 6, column B: must be finite and fit float32, got 'inf'",
        "values.csv, row 9: a time must be given once, got 2024-01-01 01:30 as in row 8",
        "adjacency.csv, row 2, column 3: must not be negative, got '-0.5'",
        "adjacency.csv, row 3, column 2: must be a number, got 'x'",
        "nodes.csv, row 4, column id: must be a sensor of values.csv, got 'D'",
        "nodes.csv: must have a row for each sensor of values.csv, got none for 'C'",
        "nodes.csv, row 2, column latitude: must lie between -90 and 90 degrees, got 91",
    ]


def test_the_other_files_are_checked_even_where_the_values_cannot_be_read(folder: Replaced) -> None:
    found = problems(folder(values=None, adjacency="0,1\n-1,0\n", nodes="id,latitude,longitude\nA,91,0\n"))
    assert found == [
        "values.csv: is missing",
        "adjacency.csv, row 2, column 1: must not be negative, got '-1'",
        "nodes.csv, row 2, column latitude: must lie between -90 and 90 degrees, got 91",
    ]


def test_a_broken_column_does_not_bury_other_faults(folder: Replaced) -> None:
    steps = 200
    clock = pd.date_range("2024-01-01", periods=steps, freq="15min")
    lines = ["time,A,B,C", *(f"{time:%Y-%m-%d %H:%M},x,1,2" for time in clock)]
    found = problems(folder(values="\n".join(lines), adjacency="0,1\n1,0\n"))
    assert sum("got 'x'" in line for line in found) == 20
    assert "values.csv: ... and 180 more: must be a number" in found
    assert not any("at least one value" in line for line in found)  # A has been told to be wrong already
    assert any(line.startswith("adjacency.csv") for line in found)


def test_a_road_graph_may_be_left_out(folder: Replaced) -> None:
    data = read(folder(adjacency=None))
    assert data.adjacency is None


def test_a_road_graph_that_is_there_and_cannot_be_read_is_a_fault(folder: Replaced) -> None:
    path = folder(adjacency=None)
    (path / "adjacency.csv").symlink_to(path / "nowhere.csv")
    assert problems(path)[0].startswith("adjacency.csv: is missing")


@settings(max_examples=150)
@given(values=st.binary(max_size=60), adjacency=st.binary(max_size=40), nodes=st.binary(max_size=40))
def test_no_bytes_lead_to_anything_but_named_faults(
    values: bytes, adjacency: bytes, nodes: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name, content in (("values", values), ("adjacency", adjacency), ("nodes", nodes)):
        (folder / f"{name}.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(folder)
    assert all(line.isprintable() for line in str(caught.value).splitlines())


cells = st.sampled_from(["", "0", "1", "-1", "nan", "A", "B", "from", "to", "weight", "inf", '"', "2024-01-01", "\n"])
tables = st.lists(st.lists(cells, max_size=4), max_size=5).map(lambda rows: "\n".join(",".join(r) for r in rows))


@settings(max_examples=200)
@given(adjacency=tables, nodes=tables)
def test_no_table_of_plausible_cells_leads_to_anything_but_data_or_named_faults(
    adjacency: str, nodes: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "values.csv").write_text(values_csv().replace("time,A,B,C", "time,A,B,1"))
    (folder / "adjacency.csv").write_text(adjacency)
    (folder / "nodes.csv").write_text(nodes)
    with suppress(DataError):
        assert read(folder).sensors == 3
