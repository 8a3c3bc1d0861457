"""The readers of the published data sets on small files that are, and on files that are not, as published."""

from pathlib import Path

import numpy as np
import pytest

from core.data import load, los_loop, pemsd7m, published, sz_taxi
from core.data.faults import Faults
from core.data.sensors import DataError

_STATIONS = """,ID,Fwy,Dir,District,Latitude,Longitude
0,30,5,S,7,3,-3
1,10,5,N,7,1,-1
2,20,101,S,7,2,-2
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """All three data sets in a small form: 3 sensors, and 2 days of 4 steps or 8 steps."""
    for reader in (los_loop, sz_taxi, pemsd7m):
        monkeypatch.setattr(reader, "SENSORS", 3)
    for reader in (los_loop, sz_taxi):
        monkeypatch.setattr(reader, "STEPS", 8)
    monkeypatch.setattr(pemsd7m, "DAYS", 2)
    monkeypatch.setattr(pemsd7m, "STEPS_PER_DAY", 4)
    speeds = "\n".join(f"{t + 1}.5,{t + 2},0" for t in range(8)) + "\n"
    square = "1,0.5,0\n0,1,0.25\n0,0,1\n"
    for path, text in {
        "los-loop/los_speed.csv": "30,10,20\n" + speeds,
        "los-loop/los_adj.csv": square,
        "los-loop/graph_sensor_locations.csv": "index,sensor_id,latitude,longitude\n0,30,3,-3\n1,10,1,-1\n2,20,2,-2\n",
        "sz-taxi/sz_speed.csv": "30,10,20\n" + speeds,
        "sz-taxi/sz_adj.csv": square,
        "pemsd7m/W_228.csv": "0,1000,9000\n2000,0,0\n9000,9000,0\n",
        "pemsd7m/PeMSD7_M_Station_Info.csv": _STATIONS,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    rows = np.array([[float(cell) for cell in line.split(",")] for line in speeds.split()])
    np.savetxt(tmp_path / "pemsd7m" / "V_228.csv", rows, delimiter=",")  # as the publisher wrote it
    return tmp_path


def problems(name: str, root: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        load(name, root)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", ["los-loop", "sz-taxi", "pemsd7m"])
def test_the_small_forms_are_sound(small: Path, name: str) -> None:
    data = load(name, small)
    assert data.name == name
    assert list(data.nodes["id"]) == ["30", "10", "20"]
    expected = [1.5, 2, 0] if name != "sz-taxi" else [1.5, 2, np.nan]
    np.testing.assert_array_equal(data.values[0], expected)
    assert data.adjacency is not None
    assert data.adjacency[0, 1] > data.adjacency[1, 0]


def test_pemsd7m_is_the_same_from_the_published_text_and_from_the_small_archive(small: Path) -> None:
    from_text = load("pemsd7m", small)
    folder = small / "pemsd7m"
    np.savez_compressed(folder / "V_228_f32.npz", data=from_text.values)
    (folder / "V_228.csv").unlink()
    assert load("pemsd7m", small).sha256 == from_text.sha256


def test_the_published_text_goes_before_the_small_archive(small: Path) -> None:
    np.savez_compressed(small / "pemsd7m" / "V_228_f32.npz", data=np.zeros((8, 3), dtype=np.float32))
    assert load("pemsd7m", small).values[0, 0] == 1.5


def test_pemsd7m_groups_are_freeway_and_direction_and_its_roads_have_no_diagonal(small: Path) -> None:
    data = load("pemsd7m", small)
    assert data.groups == ("5 S", "5 N", "101 S")
    near = np.float32(np.exp(-0.1)), np.float32(np.exp(-0.4))
    assert data.adjacency is not None
    np.testing.assert_array_equal(data.adjacency, [[0, near[0], 0], [near[1], 0, 1], [0, 0, 0]])
    assert data.segments() == [(0, 4), (4, 8)]


@pytest.mark.parametrize("name", ["los-loop", "sz-taxi", "pemsd7m"])
def test_missing_files_are_all_named_with_place_and_command(tmp_path: Path, name: str) -> None:
    found = problems(name, tmp_path)
    assert len(found) == {"los-loop": 3, "sz-taxi": 2, "pemsd7m": 3}[name]
    for line in found:
        assert line.endswith(f".csv: is missing in {tmp_path / name}; get it with: python -m app data fetch {name}")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("los-loop/los_speed.csv", "2.5,3,0", "2.5,x,0", "los_speed.csv, row 3, column 10: must be a number, got 'x'"),
        ("los-loop/los_speed.csv", "2.5,3,0", "2.5,,0", "los_speed.csv, row 3, column 10: must be a number, got ''"),
        (
            "los-loop/los_speed.csv",
            "2.5,3,0",
            "2.5,3",
            "los_speed.csv, row 3: must have 3 cells as the first row has, got 2",
        ),
        (
            "los-loop/los_speed.csv",
            "2.5,3,0",
            "2.5,3,0,9",
            "los_speed.csv, row 3: must have 3 cells as the first row has, got 4",
        ),
        (
            "los-loop/los_speed.csv",
            "2.5,3,0",
            "2.5,-3,0",
            "los_speed.csv, row 3, column 10: must not be negative, got '-3'",
        ),
        ("los-loop/los_speed.csv", "2.5,3,0\n", "", "los_speed.csv: must hold 8 x 3 numbers as published, got 7 x 3"),
        (
            "los-loop/los_speed.csv",
            "30,10,20",
            "30,10,21",
            "row 4, column sensor_id: must name the sensors in the order of los_speed.csv, got '20' where its column 3",
        ),
        (
            "los-loop/los_adj.csv",
            "0,0,1\n",
            "0,0,1\n0,0,0\n",
            "los_adj.csv: must hold 3 x 3 numbers as published, got 4 x 3",
        ),
        (
            "los-loop/los_adj.csv",
            "0.25",
            "inf",
            "los_adj.csv, row 2, column 3: must be finite and fit float32, got 'inf'",
        ),
        (
            "los-loop/graph_sensor_locations.csv",
            "index",
            "INDEX",
            "row 1: must have the header index,sensor_id,latitude,longitude, got 'INDEX,sensor_id,latitude,longitude'",
        ),
        (
            "los-loop/graph_sensor_locations.csv",
            "1,10,1,-1",
            "2,10,1,-1",
            "graph_sensor_locations.csv, row 3, column index: must count the rows from 0, got '2'",
        ),
        (
            "los-loop/graph_sensor_locations.csv",
            "10,1,-1",
            "10,91,-1",
            "graph_sensor_locations.csv, row 3, column latitude: must lie between -90 and 90 degrees, got 91",
        ),
        (
            "los-loop/graph_sensor_locations.csv",
            "10,1,-1",
            "10,,-1",
            "row 3, column latitude: must be a number, got ''",
        ),
        ("los-loop/graph_sensor_locations.csv", "\n2,20,2,-2", "", "must have 3 rows as published, got 2"),
        ("sz-taxi/sz_speed.csv", "30,10,20", "30,10,30", "nodes: id must be unique, got '30' at index 0 and 2"),
        ("sz-taxi/sz_speed.csv", "2.5,3,0", "nan,3,0", "sz_speed.csv, row 3, column 30: must be a number, got 'nan'"),
        ("sz-taxi/sz_adj.csv", "0,0,1", "0,0", "sz_adj.csv, row 3: must have 3 cells as the first row has, got 2"),
        ("pemsd7m/W_228.csv", "9000", "far", "W_228.csv, row 1, column 3: must be a number, got 'far'"),
        (
            "pemsd7m/PeMSD7_M_Station_Info.csv",
            "101,S,7,2",
            "101,S,7,two",
            "PeMSD7_M_Station_Info.csv, row 4, column Latitude: must be a number, got 'two'",
        ),
        (
            "pemsd7m/V_228.csv",
            "1.500000000000000000e+00",
            "1.5e",
            "V_228.csv, row 1, column 1: must be a number, got '1.5e'",
        ),
    ],
)
def test_a_file_that_is_not_as_published_is_named_with_the_place(
    small: Path, file: str, old: str, new: str, expected: str
) -> None:
    text = (small / file).read_text()
    assert old in text
    (small / file).write_text(text.replace(old, new, 1))
    found = problems(file.split("/", maxsplit=1)[0], small)
    assert any(expected in line for line in found), found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK", "must be a NumPy archive with an array 'data', but it is not a whole .npz file"),
        (b"", "must be a NumPy archive"),
        ({"other": np.zeros((8, 3), np.float32)}, "must be a NumPy archive with an array 'data'"),
        (
            {"data": np.zeros((8, 2), np.float32)},
            "'data' must be numbers of shape (8, 3) as published, got float32 (8, 2)",
        ),
        ({"data": np.full((8, 3), "x")}, "'data' must be numbers of shape (8, 3) as published, got <U1 (8, 3)"),
        ({"data": np.full((8, 3), np.nan)}, "must be finite and not negative, got nan at [0, 0]"),
        ({"data": np.array([{"object": 1}] * 8)}, "must be a NumPy archive with an array 'data'"),  # would need pickle
    ],
)
def test_an_archive_that_is_not_as_published_is_refused(
    small: Path, content: bytes | dict[str, np.ndarray], expected: str
) -> None:
    folder = small / "pemsd7m"
    (folder / "V_228.csv").unlink()
    if isinstance(content, bytes):
        (folder / "V_228_f32.npz").write_bytes(content)
    else:
        np.savez_compressed(folder / "V_228_f32.npz", **content)  # type: ignore[arg-type]
    assert any(line.startswith("V_228_f32.npz: ") and expected in line for line in problems("pemsd7m", small))


def test_an_archive_cut_or_damaged_at_any_byte_is_read_right_or_refused(small: Path) -> None:
    folder = small / "pemsd7m"
    (folder / "V_228.csv").unlink()
    speeds = np.ones((8, 3), np.float32)
    np.savez_compressed(folder / "V_228_f32.npz", data=speeds)
    whole = (folder / "V_228_f32.npz").read_bytes()
    read = 0
    for at in range(len(whole)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :]):
            (folder / "V_228_f32.npz").write_bytes(damaged)
            faults = Faults()
            found = pemsd7m._speeds(folder, faults)
            assert (found is None) == bool(faults)
            if found is not None:  # the byte was a date or the like
                read += 1
                np.testing.assert_array_equal(found, speeds)
    assert read < len(whole) / 2


@pytest.mark.parametrize("header", [True, False])
def test_the_fast_way_and_the_careful_way_read_the_same(tmp_path: Path, header: bool) -> None:
    random = np.random.default_rng(0)
    cells = random.uniform(0, 100, (20, 4)) ** 3
    names = "a,b,c,d" if header else ""
    path = tmp_path / "t.csv"
    np.savetxt(path, cells, delimiter=",", header=names, comments="")
    if not header:
        path.write_text(path.read_text().lstrip("\n"))
    fast = published._read_fast(path, header)
    careful = published._read_with_care(path, "x", Faults(), header)
    assert fast is not None
    assert careful is not None
    assert fast.columns == careful.columns == (("a", "b", "c", "d") if header else ("1", "2", "3", "4"))
    np.testing.assert_array_equal(fast.cells, cells)
    np.testing.assert_array_equal(careful.cells, cells)
