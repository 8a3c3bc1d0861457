"""Uploaded data are kept whole under a harmless name, or not at all, and deleted without a trace."""

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app import datasets, locks, uploads
from app.uploads import UploadError, kept, name_problem, own_folder, removed, restored
from core.data import load
from core.data.about import About
from core.data.faults import DataError
from tests.app.conftest import ROOT
from tests.core.data.conftest import ADJACENCY_CSV, CLOCK, NODES_CSV, values_csv

GOOD = {"values.csv": values_csv().encode(), "adjacency.csv": ADJACENCY_CSV.encode(), "nodes.csv": NODES_CSV.encode()}
OTHER = {"values.csv": values_csv({2: f"{CLOCK[0]},9,9,9"}).encode()}
THIRD = {"values.csv": values_csv({2: f"{CLOCK[0]},8,8,8"}).encode()}
BAD = {"values.csv": values_csv({5: f"{CLOCK[3]},abc,1,2"}).encode()}


def inside(root: Path) -> list[str]:
    """Every path below, hidden ones as well."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_good_files_are_kept_and_found_by_their_name(tmp_path: Path) -> None:
    data = kept("my-city_2", GOOD, About("speed", "km/h", "City of X"), root=tmp_path)
    assert (data.name, data.quantity, data.unit, data.source) == ("my-city_2", "speed", "km/h", "City of X")
    assert inside(tmp_path) == [
        "own",
        "own/my-city_2",
        *(f"own/my-city_2/{file}" for file in ("about.json", "adjacency.csv", "nodes.csv", "values.csv")),
    ]
    (own,) = [found for found in datasets.found(tmp_path) if found.load.startswith("folder:")]
    again = load(own.load)
    assert (again.sha256, again.unit, again.name) == (data.sha256, "km/h", "my-city_2")
    assert (own.name, own.sensors, own.steps) == ("my-city_2", 3, 24)


def test_values_alone_are_enough(tmp_path: Path) -> None:
    data = kept("alone", {"values.csv": GOOD["values.csv"]}, root=tmp_path)
    assert (data.adjacency, data.has_coordinates, data.unit) == (None, False, "unit not stated")


def test_faulty_files_leave_nothing_and_all_faults_are_told(tmp_path: Path) -> None:
    files = {**GOOD, **BAD, "adjacency.csv": b"0,-1,0\n0,0,x\n0,0,0\n", "nodes.csv": b"id,latitude\nA,91\nB,\n"}
    with pytest.raises(DataError) as caught:
        kept("mine", files, root=tmp_path)
    assert {fault.file for fault in caught.value.faults} == {"values.csv", "adjacency.csv", "nodes.csv"}
    assert inside(tmp_path) == ["own"]


def test_files_that_are_no_text_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"values\.csv, row \d+: must be UTF-8 text"):
        kept("mine", {"values.csv": b"time,A\n" + b"\xff"}, root=tmp_path)
    assert inside(tmp_path) == ["own"]


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "a b", ".hidden", "-rf", "_x", "ä", "a\n", "x" * 61, "a\0", "<b>"],
)
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UploadError, match="the name must be "):
        kept(name, GOOD, root=tmp_path)
    with pytest.raises(UploadError, match="there must be a data set of this name"):
        removed(name, root=tmp_path)
    assert inside(tmp_path) == []


@pytest.mark.parametrize("name", ["a", "A-1_b", "x" * 60, "0"])
def test_a_plain_name_is_taken(name: str) -> None:
    assert name_problem(name) is None


def test_data_are_replaced_only_when_asked_and_only_by_good_ones(tmp_path: Path) -> None:
    first = kept("mine", GOOD, root=tmp_path)
    other = {"values.csv": values_csv({2: f"{CLOCK[0]},9,9,9"}).encode()}
    with pytest.raises(UploadError, match="there are data called 'mine' already"):
        kept("mine", other, root=tmp_path)
    with pytest.raises(DataError):
        kept("mine", BAD, replace=True, root=tmp_path)
    assert load(f"folder:{own_folder(tmp_path) / 'mine'}").sha256 == first.sha256
    second = kept("mine", other, replace=True, root=tmp_path)
    assert load(f"folder:{own_folder(tmp_path) / 'mine'}").sha256 == second.sha256 != first.sha256
    assert inside(tmp_path) == ["own", "own/mine", "own/mine/values.csv"]


def test_what_was_there_is_still_there_if_the_new_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept("mine", GOOD, root=tmp_path)
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "mine" and path.parent.name.startswith("."):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="No space left"):
        kept("mine", GOOD, replace=True, root=tmp_path)
    assert load(f"folder:{own_folder(tmp_path) / 'mine'}").sha256 == first.sha256
    assert [path.name for path in own_folder(tmp_path).iterdir()] == ["mine"]


def test_a_file_that_is_too_large_or_unknown_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(uploads.MOST_MB, "nodes.csv", 0)
    with pytest.raises(UploadError, match=r"nodes\.csv must have at most 0 MB"):
        kept("mine", GOOD, root=tmp_path)
    with pytest.raises(UploadError, match=r"files must be among values\.csv, adjacency\.csv, nodes\.csv, got '\.\./x'"):
        kept("mine", {"values.csv": b"", "../x": b""}, root=tmp_path)
    assert inside(tmp_path) == []


def test_there_is_an_end_to_how_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FOLDERS", 1)
    kept("one", GOOD, root=tmp_path)
    with pytest.raises(UploadError, match="there can be 1 data sets of one's own: delete one first"):
        kept("two", GOOD, root=tmp_path)
    kept("one", GOOD, replace=True, root=tmp_path)


def test_deleting_takes_the_whole_folder_and_no_other(tmp_path: Path) -> None:
    kept("one", GOOD, root=tmp_path)
    kept("two", GOOD, root=tmp_path)
    removed("one", root=tmp_path)
    assert [path.name for path in own_folder(tmp_path).iterdir()] == ["two"]
    with pytest.raises(UploadError, match="got 'one'"):
        removed("one", root=tmp_path)


def test_a_link_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_text("x")
    own_folder(tmp_path).mkdir()
    (own_folder(tmp_path) / "mine").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UploadError, match="is a link to elsewhere"):
        kept("mine", GOOD, replace=True, root=tmp_path)
    with pytest.raises(UploadError, match="there must be a data set"):
        removed("mine", root=tmp_path)
    assert (tmp_path / "elsewhere" / "precious").exists()


def test_of_two_at_once_one_is_kept_whole(tmp_path: Path) -> None:
    said: list[str] = []

    def keep() -> None:
        try:
            kept("mine", GOOD, root=tmp_path)
            said.append("kept")
        except UploadError:
            said.append("refused")

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["kept", "refused", "refused", "refused"]
    assert inside(own_folder(tmp_path)) == ["mine", *(f"mine/{file}" for file in sorted(GOOD))]


@pytest.mark.parametrize("replace", [False, True])
def test_who_comes_after_the_last_look_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    """Somebody who holds no lock: another program, or this one where there are no locks."""
    target, rename = own_folder(tmp_path) / "mine", Path.rename

    def too_late(self: Path, to: Path) -> Path:
        if to == target and not target.exists():
            target.mkdir()
            (target / "values.csv").write_text("another's")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", too_late)
    with pytest.raises(UploadError, match="others took the name 'mine' at the same moment"):
        kept("mine", GOOD, replace=replace, root=tmp_path)
    assert (target / "values.csv").read_text() == "another's"
    assert inside(own_folder(tmp_path)) == ["mine", "mine/values.csv"]


def test_what_gave_way_is_not_lost_to_who_took_its_name_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept("mine", GOOD, root=tmp_path)
    target, rename = own_folder(tmp_path) / "mine", Path.rename

    def too_late(self: Path, to: Path) -> Path:
        if to == target:
            target.mkdir(exist_ok=True)
            (target / "values.csv").write_text("another's")
        return rename(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", too_late)
        with pytest.raises(UploadError, match=r"; what had it before is in .*_before/mine$"):
            kept("mine", OTHER, replace=True, root=tmp_path)
    aged(own_folder(tmp_path))
    kept("second", GOOD, root=tmp_path)  # clears away what is left over, but nothing that is the only copy
    assert (target / "values.csv").read_text() == "another's"
    removed("mine", root=tmp_path)
    restored(tmp_path)
    assert load(f"folder:{target}").sha256 == first.sha256


@pytest.mark.parametrize("replace", [False, True])
def test_nobody_comes_between_the_two_renames_of_a_replacement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    """The second upload runs when the first has made the name free, until it has ended or waits for the lock."""
    kept("mine", GOOD, root=tmp_path)
    target, rename, taken = own_folder(tmp_path) / "mine", Path.rename, locks.taken
    seconds: list[threading.Thread] = []
    said: list[Exception | str] = []
    begun = threading.Event()

    def second() -> None:
        try:
            said.append(kept("mine", THIRD, replace=replace, root=tmp_path).sha256)
        except (UploadError, OSError) as error:
            said.append(error)
        finally:
            begun.set()

    def waiting(handle: int) -> None:
        if threading.current_thread() in seconds:
            begun.set()
        taken(handle)

    def between(self: Path, to: Path) -> Path:
        moved = rename(self, to)
        if self == target and not seconds:
            seconds.append(threading.Thread(target=second))
            seconds[0].start()
            begun.wait()
        return moved

    monkeypatch.setattr(locks, "taken", waiting)
    monkeypatch.setattr(Path, "rename", between)
    first = kept("mine", OTHER, replace=True, root=tmp_path)
    seconds[0].join()
    last = load(f"folder:{target}").sha256
    if replace:
        assert said == [last]
        assert last != first.sha256
    else:
        assert str(said[0]).startswith("there are data called 'mine' already")
        assert last == first.sha256
    assert inside(own_folder(tmp_path)) == ["mine", "mine/values.csv"]


@pytest.mark.parametrize("look", ["restored", "kept", "kept another", "removed"])
def test_who_is_killed_between_the_two_renames_loses_nothing(tmp_path: Path, look: str) -> None:
    first = kept("mine", GOOD, root=tmp_path)
    killed_while_replacing(tmp_path)
    target = own_folder(tmp_path) / "mine"
    assert not target.exists()
    match look:
        case "restored":
            restored(tmp_path)
        case "kept":
            with pytest.raises(UploadError, match="there are data called 'mine' already"):
                kept("mine", OTHER, root=tmp_path)
        case "kept another":
            aged(own_folder(tmp_path))
            kept("another", OTHER, root=tmp_path)
        case _:
            removed("mine", root=tmp_path)
            restored(tmp_path)
            assert not target.exists()
            return
    assert load(f"folder:{target}").sha256 == first.sha256
    aged(own_folder(tmp_path))
    kept("last", OTHER, root=tmp_path)
    assert not list(own_folder(tmp_path).glob(".*"))


def test_who_is_killed_after_the_two_renames_brings_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept("mine", GOOD, root=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        kept("mine", OTHER, replace=True, root=tmp_path)
    removed("mine", root=tmp_path)
    restored(tmp_path)
    assert not (own_folder(tmp_path) / "mine").exists()
    aged(own_folder(tmp_path))
    kept("last", OTHER, root=tmp_path)
    assert [path.name for path in own_folder(tmp_path).iterdir()] == ["last"]


@pytest.mark.parametrize("without", ["system", "folder"])
def test_without_locks_only_what_is_a_day_old_is_taken_for_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    first = kept("mine", GOOD, root=tmp_path)
    killed_while_replacing(tmp_path)
    if without == "system":
        monkeypatch.setattr(locks, "fcntl", None)
    else:
        monkeypatch.setattr(locks, "taken", no_locks)
    restored(tmp_path)
    target = own_folder(tmp_path) / "mine"
    assert not target.exists()
    aged(own_folder(tmp_path))
    restored(tmp_path)
    assert load(f"folder:{target}").sha256 == first.sha256
    assert kept("mine", OTHER, replace=True, root=tmp_path).sha256 == load(f"folder:{target}").sha256 != first.sha256
    removed("mine", root=tmp_path)


def test_a_lock_that_fails_for_another_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(locks, "taken", failing)
    with pytest.raises(OSError, match="Input/output error"):
        kept("mine", GOOD, root=tmp_path)
    assert inside(tmp_path) == ["own"]


def test_data_may_be_called_before(tmp_path: Path) -> None:
    kept("before", GOOD, root=tmp_path)
    second = kept("before", OTHER, replace=True, root=tmp_path)
    assert load(f"folder:{own_folder(tmp_path) / 'before'}").sha256 == second.sha256


def killed_while_replacing(root: Path) -> None:
    """A process replaces the data 'mine' and is killed when they have given way."""
    words = f"""
import os
from pathlib import Path
from app import uploads
rename = Path.rename
def killing(self, to):
    rename(self, to)
    if self == uploads.own_folder(Path({str(root)!r})) / "mine":
        os.kill(os.getpid(), 9)
Path.rename = killing
uploads.kept("mine", {OTHER!r}, replace=True, root=Path({str(root)!r}))
"""
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == -9


def no_locks(handle: int) -> None:
    raise OSError(errno.EBADF, "Bad file descriptor")


def aged(place: Path) -> None:
    """Everything hidden there is older than a day."""
    for path in place.glob(".topolens-*"):
        clock = path.stat().st_mtime - 100_000
        os.utime(path, (clock, clock))


def test_what_a_killed_process_left_is_cleared_away_a_day_later(tmp_path: Path) -> None:
    place = own_folder(tmp_path)
    for name, age in ((".topolens-old", 100_000), (".topolens-new", 10), ("data", 100_000)):
        (place / name).mkdir(parents=True)
        clock = (place / name).stat().st_mtime - age
        os.utime(place / name, (clock, clock))
    kept("mine", GOOD, root=tmp_path)
    assert sorted(path.name for path in place.iterdir()) == [".topolens-new", "data", "mine"]
