"""A run as a zip, renamed, moved, deleted: what is kept is whole, and what is there is never overwritten."""

import fcntl
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import archive
from core.archive import deleted, free_name, held, moved, packed, retitled, unpacked
from core.data import city
from core.data.sensors import node_table
from core.experiment import Plan, trained
from core.files import write_json
from core.matrices import Matrix, written
from core.record import CHECKPOINT, FILES, RunError, read_record
from core.run import Run
from core.train import Settings
from tests.core.archive_made import DEMO, files_of, nothing_but, zip_of


def test_a_run_comes_back_from_its_zip_byte_for_byte(run: Path, runs: Path) -> None:
    back = unpacked(packed(run), runs, "back")
    assert back == runs / "back"
    assert files_of(back) == files_of(run)
    assert nothing_but(runs, "mine", "back")


def test_a_run_packed_twice_gives_the_same_bytes_whatever_its_clocks_say(run: Path) -> None:
    before = packed(run)
    for file in run.iterdir():
        os.utime(file, (0, 0))
    assert packed(run) == before


def test_a_zip_holds_the_files_of_the_run_in_one_folder_in_their_order(run: Path) -> None:
    (run / "train.log").write_text("/home/somebody")
    (run / "notes.txt").write_text("mine")
    with zipfile.ZipFile(io.BytesIO(packed(run))) as made:
        names = made.namelist()
        assert made.testzip() is None
    assert names == [f"mine/{name}" for name in FILES if name != "particles.safetensors"]


def test_a_finished_run_is_packed_without_a_checkpoint_and_an_unfinished_one_with_it(stopped: Path, runs: Path) -> None:
    back = unpacked(packed(stopped), runs, "back")
    assert (back / CHECKPOINT).read_bytes() == (stopped / CHECKPOINT).read_bytes()
    record = json.loads((stopped / "run.json").read_text())
    write_json(stopped / "run.json", record | {"state": "done"})
    with zipfile.ZipFile(io.BytesIO(packed(stopped))) as made:
        assert f"mine/{CHECKPOINT}" not in made.namelist()


@pytest.mark.parametrize("state", ["done", "stopped"])
@pytest.mark.parametrize(("limit", "words"), [
    ("MOST_SENSORS", "a run must have at most 5 sensors, got"), ("MOST_WEIGHTS", "a run must have at most 5 weights"),
])  # fmt: skip
def test_a_run_of_more_than_any_page_can_show_is_not_taken_in(
    run: Path, runs: Path, monkeypatch: pytest.MonkeyPatch, state: str, limit: str, words: str
) -> None:
    record = json.loads((run / "run.json").read_text())
    write_json(run / "run.json", record | {"state": state})
    content = packed(run)
    monkeypatch.setattr(f"core.record.{limit}", 5)
    with pytest.raises(RunError, match=words):
        unpacked(content, runs, "back")
    assert nothing_but(runs, "mine")


def test_a_training_that_was_going_on_is_stopped_where_nobody_trains_it(stopped: Path, runs: Path) -> None:
    assert read_record(unpacked(packed(stopped), runs, "back"))["state"] == "stopped"
    assert read_record(stopped)["state"] == "training"


def test_a_zip_without_a_folder_and_one_from_a_file_are_read_too(run: Path, runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.zip"
    file.write_bytes(zip_of(files_of(run)))
    with file.open("rb") as stream:
        assert Run.load(unpacked(stream, runs, "flat")).model == "gat-gru"
    assert Run.load(unpacked(zip_of({"a/": b"", **files_of(run, "a/")}), runs, "with folder")).model == "gat-gru"


def test_nothing_is_ever_overwritten(run: Path, runs: Path) -> None:
    content = packed(run)
    (runs / "file").write_text("mine")
    (runs / "link").symlink_to(runs / "nowhere")
    for taken in ("mine", "file", "link"):
        with pytest.raises(RunError, match=f"the name of a run must be free, got '{taken}'"):
            unpacked(content, runs, taken)
        with pytest.raises(RunError, match="must be free"):
            moved(run, taken)


def test_what_takes_the_name_in_the_meantime_is_not_overwritten(
    run: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed(run)
    monkeypatch.setattr(archive, "vacant", lambda folder, name: folder / name)
    before = files_of(run)
    with pytest.raises(RunError, match="cannot take the run"):
        unpacked(content, runs, "mine")
    assert files_of(run) == before


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "-rf", " a", "a ", "a.", "x" * 81,
                                  "con", "LPT1.txt", "a\n", "a\0", "a:b", "<b>", "e\u0301", "é" * 81])  # fmt: skip
def test_a_name_that_no_run_can_have_is_refused(run: Path, runs: Path, name: str) -> None:
    with pytest.raises(RunError, match="the name of a run must"):
        unpacked(packed(run), runs, name)
    with pytest.raises(RunError, match="the name of a run must"):
        moved(run, name)
    assert nothing_but(runs, "mine")


@given(wanted=st.text(max_size=300))
def test_any_wish_becomes_a_name_that_a_run_can_have(tmp_path_factory: pytest.TempPathFactory, wanted: str) -> None:
    runs = tmp_path_factory.mktemp("runs")
    name = free_name(runs, wanted)
    archive.vacant(runs, name)
    (runs / name).mkdir()
    second = free_name(runs, wanted)
    assert second != name
    archive.vacant(runs, second)


def test_a_new_title_changes_nothing_but_the_title(run: Path) -> None:
    before = read_record(run)
    others = {name: content for name, content in files_of(run).items() if name != "run.json"}
    retitled(run, "  Ring road, wide  ")
    assert read_record(run) == before | {"title": "Ring road, wide"}
    assert others == {name: content for name, content in files_of(run).items() if name != "run.json"}


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "x" * 201, "a\u202eb", "a\0b"])
def test_a_title_that_cannot_be_shown_is_refused(run: Path, title: str) -> None:
    with pytest.raises(RunError, match="a title must be one line of 1 to 200 letters"):
        retitled(run, title)


def test_a_run_moved_is_found_under_its_new_name_alone(run: Path, runs: Path) -> None:
    before = files_of(run)
    assert moved(run, "other") == runs / "other"
    assert nothing_but(runs, "other")
    assert files_of(runs / "other") == before


def test_a_deleted_run_is_gone_with_all_that_its_training_left(stopped: Path, runs: Path) -> None:
    (stopped / "train.log").write_text("said")
    (stopped / ".run.json.17.partial").write_text("half")
    deleted(stopped)
    assert nothing_but(runs)


@pytest.mark.parametrize("name", ["notes.txt", "thesis", ".git"])
def test_a_folder_that_holds_something_else_is_not_deleted(run: Path, name: str) -> None:
    (run / name).mkdir()
    (run / name / "chapter 1").write_text("years of work")
    with pytest.raises(RunError, match=f"must hold a run and nothing else to be deleted, got {name} in it"):
        deleted(run)
    assert (run / name / "chapter 1").exists()
    assert Run.load(run).model == "gat-gru"


def aged(path: Path, seconds: float = 100_000) -> Path:
    """The same, as if nobody had touched it for so long."""
    for place in (*path.rglob("*"), path):
        if not place.is_symlink():
            os.utime(place, (place.stat().st_atime, place.stat().st_mtime - seconds))
    return path


def killed(at: str, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Do some work in a process that is killed there: nothing is cleared up."""

    @contextmanager
    def kept(dir: Path, prefix: str) -> Iterator[str]:  # noqa: A002  as tempfile has it
        yield tempfile.mkdtemp(prefix=prefix, dir=dir)

    def kill(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(tempfile, "TemporaryDirectory", kept)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        if at:
            patch.setattr(at, kill)
        work()


@pytest.mark.parametrize("work", ["unpacked", "deleted", "written", "trained"])
def test_what_a_killed_process_left_is_cleared_away_a_day_later(
    run: Path, runs: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    content = packed(run)
    weights = np.eye(3, dtype=np.float32)[np.newaxis]
    matrix = Matrix(weights, ("a",), node_table("xyz"), None, "a.npy", "0" * 64, False, ())
    data, plan = city.load(weeks=1), Plan(model="gru", settings=Settings(epochs=1), load="city")
    how: dict[str, tuple[str, Callable[[], object]]] = {
        "unpacked": ("core.archive._take", lambda: unpacked(content, runs, "theirs")),
        "deleted": ("", lambda: deleted(run)),
        "written": ("core.matrices.write_tensors", lambda: written(matrix, runs / "theirs")),
        "trained": ("core.experiment.write_tensors", lambda: trained(data, plan, runs / "theirs")),
    }
    killed(how[work][0], monkeypatch, how[work][1])
    (left,) = (path for path in runs.iterdir() if path.name[0] == ".")
    assert list(left.rglob("run.json"))
    unpacked(content, runs, "first")
    assert left.exists(), "somebody may still be at work there"
    aged(left)
    if work == "trained":
        deleted(runs / "first")
    else:
        unpacked(content, runs, "second")
    assert not [path for path in runs.iterdir() if path.name[0] == "."]


def test_nothing_of_the_users_is_cleared_away(run: Path, runs: Path, tmp_path: Path) -> None:
    """Whatever it is called, and however old it is."""
    precious = tmp_path / "elsewhere" / "mine"
    shutil.copytree(run, precious)
    (runs / ".topolens-abcdefgh").symlink_to(precious.parent)
    (runs / ".topolens-notes").mkdir()
    (runs / ".topolens-file_no1").write_text("mine")
    for name, inside in {
        ".mine.20240101": "mine",               # a copy of a run, hidden by hand
        ".theirs.20240101": "mine",
        ".git": "objects",
        ".topolens-a_thesis": "mine",
        "topolens-abcdefgh": "mine",
    }.items():
        shutil.copytree(run, runs / name / inside)
    (runs / ".topolens-a_thesis" / "mine" / "thesis.txt").write_text("years of work")
    (runs / ".topolens-two_runs" / "a").mkdir(parents=True)
    (runs / ".topolens-two_runs" / "b").mkdir()
    (runs / ".begun.20240101" / "begun").mkdir(parents=True)
    shutil.copy(run / "run.json", runs / ".begun.20240101" / "begun")
    shutil.copy(run / "weights.safetensors", runs / ".begun.20240101" / "begun")
    (runs / ".noted.20240101" / "noted").mkdir(parents=True)
    shutil.copy(run / "run.json", runs / ".noted.20240101" / "noted")
    (runs / ".noted.20240101" / "noted" / "diary.log").write_text("mine")
    for path in runs.iterdir():
        if not path.is_symlink():
            aged(path)
    before = {path.name for path in runs.iterdir()}
    unpacked(packed(run), runs, "back")
    deleted(runs / "back")
    assert {path.name for path in runs.iterdir()} == before
    assert (precious / "run.json").exists()


def test_a_run_that_cannot_be_hidden_is_kept_and_nothing_is_left_beside_it(
    run: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="busy"):
        deleted(run)
    assert nothing_but(runs, "mine")


CHANGES: list[Callable[[Path], object]] = [deleted, lambda run: retitled(run, "t"), lambda run: moved(run, "other")]


@pytest.mark.parametrize("change", CHANGES)
def test_the_demo_is_not_changed(change: Callable[[Path], object]) -> None:
    with pytest.raises(RunError, match="gru comes with the project and stays as it is"):
        change(DEMO / "gru")
    with pytest.raises(RunError, match="comes with the project"):
        change(DEMO / ".." / "demo" / "gru")
    assert Run.load(DEMO / "gru").model == "gru"


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_to_a_run_is_not_changed(run: Path, runs: Path, change: Callable[[Path], object]) -> None:
    (runs / "link").symlink_to(run)
    with pytest.raises(RunError, match="must be a run's folder, got a link to one"):
        change(runs / "link")
    assert Run.load(run).model == "gat-gru"


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_is_no_run_is_not_changed(runs: Path, change: Callable[[Path], object]) -> None:
    (runs / "photos").mkdir()
    (runs / "photos" / "cat.jpg").write_text("cat")
    with pytest.raises(RunError, match=r"a run is a folder with a run\.json"):
        change(runs / "photos")
    assert (runs / "photos" / "cat.jpg").exists()


@pytest.mark.parametrize("change", [*CHANGES, packed])
def test_a_run_that_is_being_trained_is_left_alone(stopped: Path, change: Callable[[Path], object]) -> None:
    with held(stopped), pytest.raises(RunError, match="is being trained by another process: wait for it, or stop it"):
        change(stopped)
    assert (stopped / CHECKPOINT).exists()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("replaced", [False, True])
def test_a_folder_that_goes_before_it_is_held_is_not_taken_for_the_one_that_has_its_name_since(
    run: Path, runs: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool, change: Callable[[Path], object]
) -> None:
    flock = fcntl.flock

    def too_late(handle: int, how: int) -> None:
        if not (runs / "elsewhere").exists():
            run.rename(runs / "elsewhere")
            if replaced:
                shutil.copytree(DEMO / "gru", run)
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", too_late)
    with pytest.raises(RunError, match="mine must stay where it is, and was renamed, deleted or replaced: look again"):
        change(run)
    assert nothing_but(runs, "elsewhere", *(["mine"] if replaced else []))
    assert Run.load(runs / "elsewhere").model == "gat-gru"
    assert not replaced or files_of(run) == files_of(DEMO / "gru")


def test_a_link_within_a_run_is_not_followed_into_its_zip(run: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("word")
    (run / "progress.jsonl").unlink()
    (run / "progress.jsonl").symlink_to(secret)
    with pytest.raises(RunError, match=r"must hold plain files, got progress\.jsonl, which is a link"):
        packed(run)


@pytest.mark.parametrize("file", ["run.json", "weights.safetensors", "progress.jsonl"])
@pytest.mark.parametrize("change", ["deleted", "replaced", "retitled", "linked"])
def test_no_zip_is_of_a_run_that_changes_while_it_is_read(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, change: str
) -> None:
    read, before = Path.read_bytes, tmp_path / "before"

    def meanwhile(path: Path) -> bytes:
        if path == run / file and not before.exists():
            shutil.copytree(run, before)
            if change == "retitled":
                retitled(run, "Another")
            elif change == "linked":
                (run / "interaction.safetensors").unlink()
                (run / "interaction.safetensors").symlink_to(before / "interaction.safetensors")
            else:
                deleted(run)
            if change == "replaced":
                shutil.copytree(DEMO / "gru", run)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", meanwhile)
    with pytest.raises(RunError, match="run mine must stay as it is while it is packed, and was changed or deleted"):
        packed(run)


def test_a_run_too_large_is_not_packed(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(RunError, match="a run to pack must have at most 1,000 bytes, got "):
        packed(run)


def test_the_checkpoint_is_called_as_the_training_calls_it() -> None:
    from core import train

    assert train.CHECKPOINT == CHECKPOINT
