"""The page on data: what is in them and what is wrong with them, in words, figures and tables, whatever they are."""

import csv
import io
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from app.__main__ import cli
from app.datasets import FILES
from app.reading.findings import (
    fault_table,
)
from app.store.quality import version_of
from core.data import about
from core.data.download import SOURCES
from core.data.faults import DataError
from core.data.folder import MARKS, read, write
from core.data.sensors import SensorData, node_table
from tests.app.conftest import HOSTILE, ROOT, figures, opened, unfolded, words
from tests.app.conftest import Recipe as Recipe
from tests.app.data_made import made, spoilt


@pytest.fixture
def root(tmp_path: Path, own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of data sets."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("TOPOLENS_DATA", str(folder))
    return folder


def shown(root: Path, data: SensorData | None = None, name: str = "mine", **state: Any) -> AppTest:
    """The page with that data set among one's own, and chosen."""
    if data is not None:
        write(data, root / "own" / name)
    app = opened("overview")
    for key, value in state.items():
        app.session_state[key] = value
    return app.switch_page("views/data.py").run()


def test_the_page_shows_findings_figures_and_tables(root: Path) -> None:
    app = shown(root, spoilt())
    assert not app.exception
    text = words(app)
    assert "mine has 5 sensors and 672 steps" in text.replace("**", "")
    assert "(row 360) the level of" in text
    drawn = {figure["key"]: figure for figure in figures(app)}
    assert len(drawn) == 4
    level = next(figure for key, figure in drawn.items() if "level" in key)
    (mark,) = [shape for shape in level["layout"]["shapes"] if shape.get("name") == "chosen"]
    assert mark["x0"] == pd.Timestamp("2024-03-19").timestamp() * 1000
    assert [note["text"] for note in level["layout"]["annotations"]] == ["row 360: level"]
    assert not unfolded(app).exception


def test_the_curve_of_the_chosen_sensor_marks_its_gaps_stuck_stretches_and_copied_days(root: Path) -> None:
    app = shown(root, spoilt(), **{"data sensor": "S2"})
    curve = figures(app)[-1]
    assert curve["layout"]["title"]["text"] == "S2"
    gaps = [shape for shape in curve["layout"]["shapes"] if shape.get("name") == "missing"]
    assert len(gaps) == 1
    hour = 3_600_000
    first = pd.Timestamp("2024-03-06 12:00").timestamp() * 1000
    assert (gaps[0]["x0"], gaps[0]["x1"]) == (first - hour / 2, first + 1.5 * hour)
    stuck = next(trace for trace in curve["data"] if trace.get("name") == "stuck")
    assert [y for y in stuck["y"] if y is not None] == [33.0, 33.0]
    (copied,) = [shape for shape in curve["layout"]["shapes"] if shape.get("name") == "copied"]
    assert copied["x0"] == pd.Timestamp("2024-03-24").timestamp() * 1000 - hour / 2
    assert copied["x1"] - copied["x0"] == 24 * hour


def test_where_nothing_is_missing_the_map_shows_what_was_copied(root: Path) -> None:
    values = made().values.copy()
    values[480:528, 3] = values[408:456, 3]
    app = shown(root, made(values=values))
    assert app.session_state["data sensor"] == "S3"
    text = words(app).replace("\u00a0", " ")
    assert "Share of the rows that are copied." in text
    assert "0 gaps, 0 stuck stretches, 2 copied days." in text


@pytest.mark.parametrize(
    "data",
    [
        made(days=1, sensors=1),
        made(days=2, values=np.full((48, 3), 7.0)),
        made(adjacency=None),
        made(nodes=node_table([f"S{k}" for k in range(5)], np.linspace(48, 48.1, 5), np.linspace(11, 11.1, 5))),
    ],
    ids=["one sensor, one day", "one value throughout", "no roads", "coordinates"],
)
def test_odd_data_are_answered_in_words(root: Path, data: SensorData) -> None:
    app = shown(root, data)
    assert not app.exception
    assert "sensor" in words(app)
    assert not unfolded(app).exception


def test_no_name_of_a_sensor_becomes_markup(root: Path) -> None:
    ids = tuple(dict.fromkeys(HOSTILE))
    values = made(sensors=len(ids)).values.copy()
    values[10:60, 0] = np.nan
    values[:, 1] = 5
    values[100:150, 2] = 1
    values[:, 4] = values[:, 3]
    values[9, 5] = -9999
    app = shown(root, made(ids=ids, values=values, unit="<b>km</b>", source="[x](javascript:alert(1))"))
    assert not app.exception
    said = "\n".join(element.value for element in [*app.markdown, *app.caption])
    for part in said.split("`")[::2]:  # outside of code
        assert "<img" not in part
        assert "<b>" not in part
        assert "[x](" not in part
    assert not unfolded(app).exception


def test_a_folder_that_is_broken_is_shown_with_its_faults(root: Path) -> None:
    write(made(), root / "own" / "mine")
    (root / "own" / "mine" / "values.csv").write_text("time,A\nx,1\n")
    app = shown(root)
    assert not app.exception
    assert "These data cannot be read." in words(app)
    assert "values.csv" in app.dataframe[0].value["file"].tolist()


def test_training_on_the_data_opens_its_page_with_them_chosen(root: Path) -> None:
    app = shown(root, made())
    app.button(key="train on data").click().run()
    (chosen,) = [box for box in app.selectbox if box.label == "Data"]
    assert chosen.value == f"folder:{root / 'own' / 'mine'}"
    assert app.title[0].value != "What is in my data, and what is wrong with them?"


def test_ones_own_data_are_deleted_after_a_question_and_published_ones_cannot_be(root: Path) -> None:
    app = shown(root, made())
    app.button(key="delete data").click().run()
    assert not (root / "own" / "mine").exists()
    assert "city has 120 sensors" in words(app).replace("**", "")
    assert "delete data" not in [button.key for button in app.button]


def test_deleting_a_link_takes_no_data_that_have_the_name_of_where_it_leads(root: Path) -> None:
    write(made(), root / "elsewhere" / "other")
    write(made(sensors=3), root / "own" / "other")
    (root / "own" / "a-link").symlink_to(root / "elsewhere" / "other")
    app = shown(root, **{"data shown": f"folder:{root / 'own' / 'a-link'}"})
    assert "The folder `a-link` and all in it is deleted." in words(app)
    app.button(key="delete data").click().run()
    assert not app.exception
    assert "there must be a data set of this name in own, got 'a-link'" in words(app)
    for place in ("own/other", "own/a-link", "elsewhere/other"):
        assert (root / place / "values.csv").exists(), place


@pytest.mark.parametrize("page", ["data", "train"])
def test_data_whose_replacing_was_killed_are_listed_again(root: Path, page: str) -> None:
    hidden = root / "own" / ".topolens-killed00"
    write(made(), hidden / "_before" / "mine")
    write(made(), hidden / "mine")
    listed = opened(page).selectbox(key="data shown" if page == "data" else "train load").options
    assert "mine: your own data" in listed
    assert (root / "own" / "mine" / "values.csv").exists()


def test_no_link_chooses_data(root: Path) -> None:
    write(made(), root / "own" / "mine")
    app = opened("overview", **{"data shown": "folder:/etc", "train dataset": "folder:/etc"})
    app = app.switch_page("views/data.py").run()
    assert not app.exception
    assert "/etc" not in words(app)
    assert "train dataset" not in app.session_state


def test_an_upload_without_values_is_refused_in_words(root: Path) -> None:
    app = shown(root)
    next(button for button in app.button if button.label == "Check and keep").click().run()
    assert not app.exception
    assert "A file values.csv is needed" in words(app)
    assert not (root / "own").exists()


def test_ten_faults_are_ten_rows_with_their_places(tmp_path: Path) -> None:
    lines = ["time,A,B"] + [f"2024-01-01 {k:02d}:00,{k},{k}" for k in range(24)]
    for k in range(10):
        lines[2 + k] = f"2024-01-01 {1 + k:02d}:00,{k},bad {k}"
    (tmp_path / "values.csv").write_text("\n".join(lines))
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    frame = fault_table(caught.value.faults)
    assert frame["row"].tolist() == list(range(3, 13))
    assert set(frame["column"]) == {"B"}
    assert frame["what is wrong"].tolist() == [f"must be a number, got 'bad {k}'" for k in range(10)]


def test_changed_files_are_another_version(tmp_path: Path) -> None:
    write(made(), tmp_path / "mine")
    name = f"folder:{tmp_path / 'mine'}"
    before = version_of(name)
    assert before == version_of(name)
    (tmp_path / "mine" / "about.json").write_text("{}")
    assert version_of(name) != before


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_read_tells_versions_apart_whatever_lies_beside_it(tmp_path: Path, file: str) -> None:
    for k in range(30):
        (tmp_path / f"0{k}.csv").write_text("mine")
    (tmp_path / file).write_text("1")
    before = version_of(f"folder:{tmp_path}")
    (tmp_path / file).write_text("12")
    changed = version_of(f"folder:{tmp_path}")
    assert changed != before
    (tmp_path / file).unlink()
    assert version_of(f"folder:{tmp_path}") not in (before, changed)


def test_what_no_reader_opens_is_no_part_of_a_version(tmp_path: Path) -> None:
    write(made(), tmp_path / "mine")
    before = version_of(f"folder:{tmp_path / 'mine'}")
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert version_of(f"folder:{tmp_path / 'mine'}") == before
    assert {*itertools.chain(*MARKS.values()), about.FILE} <= set(FILES)
    assert {source.file for sources in SOURCES.values() for source in sources} <= set(FILES)


def test_the_keys_of_about_are_told_where_a_folder_is_checked() -> None:
    help_text = " ".join(CliRunner().invoke(cli, ["data", "check", "--help"]).output.split())
    readme = (ROOT / "README.md").read_text()
    for text in (help_text, readme):
        assert "about.json" in text
        example = re.search(r'\{"quantity": .*?\}', text)
        assert example is not None
        assert set(json.loads(example[0])) == set(about.LONGEST)


def test_the_command_line_adds_a_line_for_each_finding(tmp_path: Path) -> None:
    write(spoilt(), tmp_path / "mine")
    result = CliRunner().invoke(cli, ["data", "check", str(tmp_path / "mine")])
    assert result.exit_code == 0, result.output
    text = result.stdout.replace("\u00a0", " ")
    assert "values      speed, km/h" in text
    assert "\n! On 19 March 2024, 00:00 (row 360) the level of 80.0 % of the sensors falls" in text
    assert "\n! 1 sensor said (almost) only one value (S3).\n" in text


def test_looking_at_data_loads_no_torch(root: Path) -> None:
    write(made(), root / "own" / "mine")
    code = (
        "import sys; from core.data import load; from app.quality import findings; import app.uploads, app.datasets; "
        f"findings(load('folder:{root / 'own' / 'mine'}')); findings(load('city')); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_faults_as_csv_are_those_of_the_table_and_hold_no_formula(tmp_path: Path) -> None:
    from app.views.tables import csv as written

    (tmp_path / "values.csv").write_text("time,=A\n" + "\n".join(f"2024-01-01 {k:02d}:00,x" for k in range(24)))
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    rows = list(csv.reader(io.StringIO(written(fault_table(caught.value.faults)).decode())))
    assert rows[0] == ["file", "row", "column", "what is wrong"]
    assert rows[1] == ["values.csv", "2", "'=A", "must be a number, got 'x'"]
    assert rows[21][3] == "... and 4 more: must be a number"


@pytest.mark.real_data
def test_sz_taxi_shows_its_shift_and_what_is_missing(
    published: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPOLENS_DATA", str(published))
    app = shown(root, **{"data to show": "sz-taxi"})
    assert not app.exception
    text = words(app).replace("**", "")
    assert "sz-taxi has 156 sensors and 2,976 steps, one every 15 min; 24.8 % of the values are missing" in text
    assert "(row 960) the level of" in text
    assert any("row 960: level" in json.dumps(figure["layout"]) for figure in figures(app))
