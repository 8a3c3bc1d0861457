"""nodes.csv: places and groups of the sensors, in any order, each sensor once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import nodes, table
from core.data.faults import Faults
from core.data.nodes import read

IDS = ["A", "B", "C"]


def found(tmp_path: Path, text: str, ids: list[str] | None = IDS) -> tuple[pd.DataFrame | None, list[str]]:
    path = tmp_path / "nodes.csv"
    path.write_text(text)
    faults = Faults()
    table = read(path, ids, faults)
    return table, [str(fault).removeprefix("nodes.csv") for fault in faults]


def test_sensors_come_in_the_order_of_the_values_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    table, faults = found(tmp_path, "group,longitude,ID,Latitude\nwest,3,C,30\neast,1,A,10\neast,2,B,20\n")
    assert faults == []
    assert table is not None
    assert table.to_dict("list") == {
        "id": IDS,
        "latitude": [10, 20, 30],
        "longitude": [1, 2, 3],
        "group": ["east", "east", "west"],
    }


def test_blanks_around_an_id_are_no_part_of_it(tmp_path: Path) -> None:
    table, faults = found(tmp_path, "id, latitude, longitude\n C,30,3\nA ,10,1\n\tB,20,2\n")
    assert faults == []
    assert table is not None
    assert table["id"].tolist() == IDS
    assert table["latitude"].tolist() == [10, 20, 30]
    assert found(tmp_path, "id\nA\nB\nC\n B\n")[1] == [
        ", row 5, column id: a sensor must be given once, got 'B' as in row 3"
    ]


def test_coordinates_keep_all_their_digits(tmp_path: Path) -> None:
    table, _ = found(tmp_path, "id,latitude,longitude\nA,34.15497123456789,-118.31829123456789\nB,0,0\nC,0,0\n")
    assert table is not None
    assert table["latitude"][0] == 34.15497123456789
    assert table["longitude"][0] == -118.31829123456789


def test_ids_alone_are_enough_and_what_is_blank_is_unknown(tmp_path: Path) -> None:
    table, faults = found(tmp_path, "id\nC\nB\nA\n")
    assert faults == []
    assert table is not None
    assert list(table["id"]) == IDS
    assert list(table["group"]) == [""] * 3
    assert np.isnan(table["latitude"]).all()


def test_the_file_need_not_be_there(tmp_path: Path) -> None:
    faults = Faults()
    assert read(tmp_path / "nodes.csv", IDS, faults) is None
    assert not faults


def test_a_link_to_nothing_is_a_fault_not_an_absent_file(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").symlink_to(tmp_path / "gone.csv")
    faults = Faults()
    read(tmp_path / "nodes.csv", IDS, faults)
    assert [str(fault) for fault in faults] == ["nodes.csv: is missing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [": must not be empty"]),
        (
            "name\nA\n",
            [
                ", row 1, column 1: the columns must be among id, latitude, longitude, group, got 'name'",
                ", row 1: must have a column id",
            ],
        ),
        (
            "id,lat,id\nA,1,A\nB,1,B\nC,1,C\n",
            [
                ", row 1, column 2: the columns must be among id, latitude, longitude, group, got 'lat'",
                ", row 1, column 3: a column must be given once, got 'id'",
            ],
        ),
        ("id;latitude\nA;1\n", [", row 1: cells must be separated by commas, decimals by points, got semicolons"]),
        ("id\nA\nB\nC\nA\n", [", row 5, column id: a sensor must be given once, got 'A' as in row 2"]),
        (
            "id\nA\nX\nC\n",
            [
                ", row 3, column id: must be a sensor of values.csv, got 'X'",
                ": must have a row for each sensor of values.csv, got none for 'B'",
            ],
        ),
        (
            "id,latitude,longitude\nA,90.01,0\nB,0,-181\nC,0\n",
            [
                ", row 2, column latitude: must lie between -90 and 90 degrees, got 90.01",
                ", row 3, column longitude: must lie between -180 and 180 degrees, got -181",
                ", row 4: must have 3 cells as the header has, got 2",
            ],
        ),
        (
            "id,latitude,longitude\nA,x,0\nB,inf,0\nC,0,\n",
            [
                ", row 2, column latitude: must be a number, got 'x'",
                ", row 3, column latitude: must be finite and fit float32, got 'inf'",
                ", row 4, column longitude: must be given where the other coordinate is, got none",
            ],
        ),
        (
            "id,latitude\nA,1\nB,\nC,\n",
            [", row 2, column longitude: must be given where the other coordinate is, got none"],
        ),
    ],
)
def test_each_fault_is_named_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    table, faults = found(tmp_path, text)
    assert table is None
    assert sorted(faults) == sorted(expected)


def test_a_file_without_an_end_is_read_no_further_than_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many rows as a file may have take gigabytes as lists; what was not read is not called missing."""
    monkeypatch.setattr(nodes, "MOST_UNKNOWN", 4)
    monkeypatch.setattr(table, "MOST_FAULTY", 4)
    (tmp_path / "nodes.csv").write_text("id\n" + "".join(f"S{k}\n" for k in range(9)))
    faults = Faults()
    assert read(tmp_path / "nodes.csv", None, faults, alone=True) is None
    assert [str(fault) for fault in faults] == [
        "nodes.csv, row 6: must have at most 4 sensors (the rest of the file was not read)"
    ]
    faults = Faults()
    assert read(tmp_path / "nodes.csv", IDS, faults) is None
    assert [fault.row for fault in faults] == [2, 3, 4, 5, 6, 7]
    assert "must have at most 4 rows with a fault (the rest of the file was not read)" in str(list(faults)[-1])
