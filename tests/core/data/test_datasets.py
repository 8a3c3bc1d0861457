"""Which data sets there are, and where their files are looked for."""

from pathlib import Path

import pytest

from core.data import DATASETS, data_root, load


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match="data set must be one of city, los-loop, sz-taxi, pemsd7m or folder:PATH, got 'x'"
    ):
        load("x", tmp_path)
    with pytest.raises(ValueError, match="a folder must be named after 'folder:', got nothing"):
        load("folder: ", tmp_path)


def test_the_city_needs_no_files(tmp_path: Path) -> None:
    assert load("city", tmp_path / "nowhere").truth is not None


def test_the_root_is_named_by_the_environment_or_lies_in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPOLENS_DATA", "~/somewhere")
    assert data_root() == Path.home() / "somewhere"
    monkeypatch.setenv("TOPOLENS_DATA", " ")
    assert data_root() == Path(__file__).parents[3] / "data"


def test_the_names_are_known_without_reading_anything() -> None:
    assert list(DATASETS) == ["city", "los-loop", "sz-taxi", "pemsd7m"]
