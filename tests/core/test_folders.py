"""Where data and runs lie: all who ask get the same answer."""

from pathlib import Path

import pytest

from app.evidence import kept
from app.processes import environment
from app.store import entries
from core.data import data_root
from core.folders import ROOT, runs_root


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("/runs", Path("/runs")),
        (" /runs\n", Path("/runs")),
        ("~/runs", Path("/home/me/runs")),
        (" ~/runs ", Path("/home/me/runs")),
        ("~of-nobody/runs", Path("~of-nobody/runs")),
        ("here", Path("here")),
    ],
)
def test_a_named_folder_means_the_same_to_all(monkeypatch: pytest.MonkeyPatch, said: str, meant: Path) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("TOPOLENS_DATA", said)
    monkeypatch.setenv("TOPOLENS_RUNS", said)
    assert data_root() == runs_root() == entries.runs_folder() == meant
    assert kept.elsewhere(Path("/run")).parent == meant.absolute() / ".evidence" / ".elsewhere"
    assert environment()["TOPOLENS_DATA"] == environment()["TOPOLENS_RUNS"] == str(meant.absolute())


@pytest.mark.parametrize("said", ["", "  ", None])
def test_without_a_name_they_lie_in_the_project(monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    for name in ("TOPOLENS_DATA", "TOPOLENS_RUNS"):
        monkeypatch.delenv(name, raising=False)
        if said is not None:
            monkeypatch.setenv(name, said)
    assert data_root() == ROOT / "data"
    assert runs_root() == entries.runs_folder() == ROOT / "runs"
    assert kept.elsewhere(Path("/run")).parent == ROOT / "runs" / ".evidence" / ".elsewhere"
    assert (ROOT / "core" / "folders.py").is_file()
