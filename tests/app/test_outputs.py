"""Where a command writes is looked at first: in words, before anything is computed, and nothing is left there."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import cli
from app.outputs import checked_file, checked_place
from core.run import RunError
from tests.app.conftest import made_matrix, made_run

BEFORE = {
    "report": ["report", "RUN", "-o", "OUT"],
    "export": ["export", "RUN", "-o", "OUT"],
    "analyse": ["analyse", "RUN", "--json", "OUT"],
    "planted": ["planted", "RUN", "--json", "OUT"],
}


def never(*_: object, **__: object) -> None:
    raise AssertionError("nothing may be computed")


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (
        "app.report.write_report", "app.export.map.write_map", "app.measures.measures", "app.planted.learned_recovery",
        "core.experiment.trained", "app.__main__.trained_family", "core.matrices.read",
    ):
        monkeypatch.setattr(place, never)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("command", BEFORE)
@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("nix/out.html", "the folder nix must exist for out.html to be written in it"),
        ("here", "the output must be a file, got the folder here"),
        ("file/out.html", "file must be a folder for out.html to be written in it"),
        ("/proc/out.html", "the folder /proc must take new files"),
        ("x" * 230 + ".html", "the name of the output must have at most 200 bytes"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    command: str, out: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(cli, [{"RUN": str(run), "OUT": out}.get(word, word) for word in BEFORE[command]])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {words}")
    assert ".partial" not in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "here", "run"]


TRAIN = ["train", "--dataset", "city", "--model", "gru"]


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([*TRAIN, "--out", "/proc/foo"], "/proc/foo cannot be made: /proc takes no new folder"),
        ([*TRAIN, "--out", "runs/.hidden"], "the name of a run must begin with a letter, a digit or a bracket"),
        ([*TRAIN, "--out", "runs/a=b", "--seeds", "2"], "the name of a run must be of letters, digits, spaces"),
        ([*TRAIN, "--out", "run/sub"], "a run must not lie inside another one, got run/sub, and "),
        ([*TRAIN, "--out", "run/sub/deeper"], "a run must not lie inside another one, got run/sub/deeper, and "),
        (["matrix", "m.npy", "--out", "run/sub"], "a run must not lie inside another one, got run/sub, and "),
        (["matrix", "m.npy", "--out", "/proc/foo"], "/proc/foo cannot be made: /proc takes no new folder"),
        (["consensus", "run", "run", "--out", "run/sub"], "a run must not lie inside another one, got run/sub, and "),
        ([*TRAIN, "--out", "new", "--title", "x" * 300], "a title must be one line of 1 to 200 letters"),
        ([*TRAIN, "--out", "new", "--title", "two\nlines"], "a title must be one line of 1 to 200 letters"),
        ([*TRAIN, "--out", "new", "--seeds", "9", "--title", "x" * 195], "a title must be one line of 1 to 200"),
    ],
)
def test_a_run_that_the_app_could_not_show_is_not_begun(
    asked: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_run(tmp_path / "run")
    before = sorted(path.name for path in (tmp_path / "run").iterdir())
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {words}")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == before


def test_what_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old.html").write_text("an older one")
    for name in ("old.html", "new.html"):
        assert checked_file(tmp_path / name) == tmp_path / name
    assert checked_place(tmp_path / "runs" / "deep" / "mine") == tmp_path / "runs" / "deep" / "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["old.html"]
    assert (tmp_path / "old.html").read_text() == "an older one"


def test_a_device_is_not_replaced_by_a_file() -> None:
    with pytest.raises(ValueError, match="the output must be a plain file, got /dev/null"):
        checked_file("/dev/null")


def test_beside_a_run_there_is_room_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_matrix(tmp_path / "run")
    assert checked_place(tmp_path / "other")
    assert checked_place(tmp_path / "run" / ".." / "other")
    monkeypatch.chdir(tmp_path / "run")
    assert checked_place(Path("../other")) == Path("../other")
    with pytest.raises(RunError, match="inside another one"):
        checked_place(tmp_path / "run" / "other")


def test_a_link_and_a_dash_are_no_places_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with pytest.raises(RunError, match=r"must be no link, got .*link: name another folder"):
        checked_place(tmp_path / "link")
    with pytest.raises(ValueError, match="the output must be a file, got '-'"):
        checked_file("-")
