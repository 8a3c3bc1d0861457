"""What `data check` says of a folder: what it holds, its faults, and files that are not as published."""

import shutil
from pathlib import Path

import pytest

from core.data.folder import check
from core.data.sensors import DataError
from tests.core.data.conftest import STEPS, Replaced


def test_check_reports_what_a_folder_of_ones_own_holds(folder: Replaced) -> None:
    found = check(folder())
    assert (found.kind, found.sensors, found.steps, found.minutes, found.gaps) == ("folder", 3, STEPS, 15, 0)
    assert (found.edges, found.one_way, found.alone, found.located, found.groups) == (2, 2, 0, 2, 1)
    assert str(found).splitlines()[:6] == [
        "mine: 3 sensors, 24 steps",
        "time        2024-01-01 00:00 to 2024-01-01 05:45, every 15 min, no gaps",
        "values      value, unit not stated: 0.5 to 25, 0 % missing",
        "places      2 of 3 sensors with coordinates",
        "road graph  2 edges (33.3 % of all pairs), 2 edges unlike the reverse, no sensors without an edge",
        "groups      1",
    ]


def test_check_raises_the_faults_of_a_folder_of_ones_own(folder: Replaced) -> None:
    with pytest.raises(DataError, match=r"adjacency\.csv, row 1, column 2: must not be negative"):
        check(folder(adjacency="0,-1,0\n0,0,0\n0,0,0\n"))


def test_check_refuses_a_folder_without_data_and_one_with_two_kinds(folder: Replaced, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="must be a folder"):
        check(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"must hold sensor data, as a first file .*values.csv \(folder\)"):
        check(tmp_path / "empty")
    path = folder()
    (path / "los_adj.csv").touch()
    with pytest.raises(DataError, match="must hold one data set, got los-loop and folder"):
        check(path)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["los-loop", "sz-taxi", "pemsd7m"])
def test_check_knows_a_published_folder_by_its_files(published: Path, name: str) -> None:
    found = check(published / name)
    assert found.kind == name
    assert found.edges == {"los-loop": 2626, "sz-taxi": 532, "pemsd7m": 1664}[name]  # without the diagonal
    assert found.altered == ()
    assert found.unchecked == (("V_228_f32.npz",) if name == "pemsd7m" else ())
    assert str(found).startswith(f"{name}: ")


@pytest.mark.real_data
def test_check_names_a_file_that_can_be_read_but_is_not_the_published_one(published: Path, tmp_path: Path) -> None:
    shutil.copytree(published / "los-loop", tmp_path / "los")
    changed = tmp_path / "los" / "los_speed.csv"
    changed.chmod(0o644)
    changed.write_text(changed.read_text().replace("64.375", "64.376", 1))
    found = check(tmp_path / "los")
    assert found.altered == ("los_speed.csv",)
    assert "files       not as published: los_speed.csv" in str(found)
