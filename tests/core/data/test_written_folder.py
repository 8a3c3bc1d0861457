"""A folder that is written: read back it is the same, whatever sensors are called, and nothing half stays."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.folder import read, write
from core.data.sensors import node_table
from tests.core.data.conftest import made


def test_written_data_are_read_back_unchanged(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    values = random.uniform(-1e3, 1e3, (50, 4)).astype(np.float32)
    values[random.random((50, 4)) < 0.2] = np.nan
    values[0] = [1e-38, 3e38, 0.1, 16777217]
    times = pd.date_range("1999-12-31 12:00", periods=50, freq="5min").delete(slice(0, 0))
    graph = random.random((4, 4)).astype(np.float32)
    nodes = node_table(
        ["5 S", "a,b", 'q"q', "n\nl"],
        random.uniform(-90, 90, 4),
        random.uniform(-180, 180, 4),
        ["", "x;y", " z ", "<b>"],
    )
    data = made(values=values, times=times, interval=pd.Timedelta(minutes=5), adjacency=graph, nodes=nodes)
    write(data, tmp_path / "out")
    again = read(tmp_path / "out")
    assert again.sha256 == data.sha256
    assert again.times.equals(data.times)
    assert again.interval == data.interval
    assert again.adjacency is not None
    assert (again.adjacency == graph).all()
    pd.testing.assert_frame_equal(again.nodes, data.nodes)


def test_data_without_a_road_graph_are_written_and_read_as_such(tmp_path: Path) -> None:
    write(made(adjacency=None), tmp_path / "out")
    assert read(tmp_path / "out", least=4).adjacency is None


BLANKS = " \t\u00a0"
visible = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: text.strip() != "" and text.strip(BLANKS) == text
)
hostile = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "a,b",
        'say "x"',
        "two\nlines",
        "two\r\nlines",
        "\r",
        "'; DROP TABLE",
        "=1+1",
        "from",
        "to",
        "weight",
        "id",
        "time",
        "0",
        "1",
        "nan",
        "-1",
        "\ufeff\u200bx",
        '"',
        "北京",
        "\x85x",
        "\u2028y",
        "\x1bz",
        "2024-01-01 00:00",
    ]
).filter(lambda text: text.strip() != "")


@settings(max_examples=150)
@given(
    ids=st.lists(visible | hostile, min_size=1, max_size=5, unique=True),
    group=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
)
def test_any_id_and_group_survives_writing_and_reading(
    ids: list[str], group: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    n = len(ids)
    graph = np.triu(np.arange(n * n, dtype=np.float32).reshape(n, n))  # one-way, so that a transpose is seen
    data = made(values=np.ones((4, n)), nodes=node_table(ids, group=[group] * n), adjacency=graph)
    folder = tmp_path_factory.mktemp("ids") / "out"
    write(data, folder)
    again = read(folder, least=4)
    assert list(again.nodes["id"]) == ids
    assert list(again.nodes["group"]) == [group] * n
    assert again.adjacency is not None
    assert (again.adjacency == graph).all()


@pytest.mark.parametrize("name", [" lead", "trail ", "\u00a0lead", "trail\t"])
def test_an_id_that_no_reader_would_give_back_is_not_written(tmp_path: Path, name: str) -> None:
    data = made(nodes=node_table([name, "B", "C"]))
    with pytest.raises(ValueError, match="an id must have no blanks around it to be written, got "):
        write(data, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_writing_takes_a_new_or_empty_folder_and_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(made(), tmp_path / "empty")
    write(made(), tmp_path / "deep" / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "empty"]
    written = sorted(path.name for path in (tmp_path / "empty").iterdir())
    assert written == ["about.json", "adjacency.csv", "nodes.csv", "values.csv"]
    with pytest.raises(FileExistsError, match="must be new or empty, got"):
        write(made(), tmp_path / "empty")


def test_writing_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.data.folder._write_lines", broken)
    with pytest.raises(OSError, match="No space left"):
        write(made(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_written_files_open_in_any_reader_of_csv(tmp_path: Path) -> None:
    write(made(), tmp_path / "out")
    text = (tmp_path / "out" / "values.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[:2] == [["time", "A", "B", "C"], ["2024-01-01 00:00", "1.0", "2.0", ""]]
