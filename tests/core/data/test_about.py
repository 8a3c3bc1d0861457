"""What was measured and in which unit is kept beside the tables, and read as strictly as they are."""

from pathlib import Path

import pytest

from core.data.about import LONGEST, About
from core.data.faults import DataError
from core.data.folder import read, write
from tests.core.data.conftest import Replaced, made


def test_quantity_unit_and_source_are_those_of_the_file(folder: Replaced) -> None:
    path = folder()
    (path / "about.json").write_text('{"quantity": "Fluss", "unit": "µg/m³", "source": "Ämter"}', encoding="utf-8")
    data = read(path)
    assert (data.quantity, data.unit, data.source) == ("Fluss", "µg/m³", "Ämter")


def test_what_is_not_stated_is_said_to_be_so_and_what_is_given_wins(folder: Replaced) -> None:
    path = folder()
    data = read(path)
    assert (data.quantity, data.unit) == ("value", "unit not stated")
    assert data.source == "Your own files, from the folder mine"
    (path / "about.json").write_text('{"unit": "mph"}')
    assert (read(path).quantity, read(path).unit) == ("value", "mph")
    assert read(path, unit="km/h").unit == "km/h"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write(made(quantity="flow", unit="vehicles/h", source="City of X"), tmp_path / "out")
    data = read(tmp_path / "out", least=4)
    assert (data.quantity, data.unit, data.source) == ("flow", "vehicles/h", "City of X")


def test_a_text_that_the_reader_would_refuse_is_not_written(tmp_path: Path) -> None:
    write(made(unit="x" * 61, source="two\nlines"), tmp_path / "out")
    assert read(tmp_path / "out", least=4).unit == "unit not stated"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "about.json: must not be empty"),
        ("{", "about.json, row 1: must be JSON, got Expecting property name"),
        ('{\n"unit": km/h}', "about.json, row 2: must be JSON"),
        ("[" * 20_000, "about.json: must be JSON, got what cannot be read"),
        ('["km/h"]', 'about.json: must hold one object, such as {"unit": "km/h"}, got list'),
        ('{"units": "km/h"}', "about.json: must name nothing but quantity, unit, source, got 'units'"),
        ('{"unit": 5}', "about.json, column unit: must be text"),
        ('{"unit": "' + "x" * (LONGEST["unit"] + 1) + '"}', "about.json, column unit: must have at most 60 characters"),
        ('{"unit": "a\\nb"}', "about.json, column unit: must be one line of text"),
        ('{"unit": "\\ud800"}', "about.json, column unit: must be one line of text"),
        ('{"unit": "' + " " * 100_000 + '"}', "about.json: must be smaller than 100,000 bytes, got 100,012"),
    ],
)
def test_what_is_wrong_with_it_is_named(folder: Replaced, content: str, fault: str) -> None:
    path = folder()
    (path / "about.json").write_text(content)
    with pytest.raises(DataError) as caught:
        read(path)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(fault)


def test_its_faults_stand_beside_those_of_the_tables(folder: Replaced) -> None:
    path = folder(adjacency="0,-1,0\n0,0,0\n0,0,0\n")
    (path / "about.json").write_text("{}x")
    with pytest.raises(DataError) as caught:
        read(path)
    assert [fault.file for fault in caught.value.faults] == ["adjacency.csv", "about.json"]


def test_nothing_known_is_an_empty_object() -> None:
    assert About().to_json() == "{}\n"
