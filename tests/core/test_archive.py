"""A run as a zip, renamed, moved, deleted: what is kept is whole, what is a stranger's is refused with a sentence."""

import io
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import archive, zipped
from core.archive import deleted, free_name, held, moved, packed, retitled, unpacked
from core.files import write_json
from core.record import CHECKPOINT, FILES, RunError, read_record
from core.run import Run

DEMO = Path(__file__).parents[2] / "assets" / "demo"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def run(runs: Path) -> Path:
    return Path(shutil.copytree(DEMO / "gat-gru", runs / "mine"))


@pytest.fixture
def stopped(run: Path) -> Path:
    """A run that is not done: it has a checkpoint and no results."""
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"state": "training"}))
    (run / "forecasts.safetensors").unlink()
    shutil.copy(run / "weights.safetensors", run / CHECKPOINT)
    return run


def zip_of(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], object] = lambda _: None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, inside in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o40755 if name.endswith("/") else 0o100644) << 16
            change(member)
            made.writestr(member, inside)
    return content.getvalue()


def files_of(run: Path, prefix: str = "") -> dict[str, bytes]:
    return {f"{prefix}{file.name}": file.read_bytes() for file in sorted(run.iterdir())}


def nothing_but(runs: Path, *names: str) -> bool:
    return {path.name for path in runs.iterdir()} == set(names)


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


def test_a_training_that_was_going_on_is_stopped_where_nobody_trains_it(stopped: Path, runs: Path) -> None:
    assert read_record(unpacked(packed(stopped), runs, "back"))["state"] == "stopped"
    assert read_record(stopped)["state"] == "training"


def test_a_zip_without_a_folder_and_one_from_a_file_are_read_too(run: Path, runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.zip"
    file.write_bytes(zip_of(files_of(run)))
    with file.open("rb") as stream:
        assert Run.load(unpacked(stream, runs, "flat")).model == "gat-gru"
    assert Run.load(unpacked(zip_of({"a/": b"", **files_of(run, "a/")}), runs, "with folder")).model == "gat-gru"


BAD_NAMES = ["../run.json", "/run.json", "a/../run.json", "a\\run.json", "C:\\run.json", "C:/run.json", "a/b/run.json",
             "./run.json", "a//run.json", "run.json/", "a/RUN.JSON", "a/run.json ", "a/other.txt",
             "__MACOSX/._run.json", "a/.run.json", "", "a/\u202erun.json", "..\\..\\evil"]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("prefix", ["", "a/"])
def test_a_member_that_is_no_file_of_the_run_is_refused_and_nothing_stays(
    run: Path, runs: Path, name: str, prefix: str
) -> None:
    before = files_of(run)
    with pytest.raises(RunError, match=r"the zip of a run|the folder in the zip"):
        unpacked(zip_of({**files_of(run, prefix), name: b"x"}), runs, "back")
    assert nothing_but(runs, "mine")
    assert nothing_but(runs.parent, "runs")
    assert files_of(run) == before


def test_a_name_with_more_behind_its_end_is_refused(run: Path, runs: Path) -> None:
    made = zip_of({**files_of(run), "run.json_.txt": b"{}"}).replace(b"run.json_.txt", b"run.json\0.txt")
    with pytest.raises(RunError, match="the zip of a run the name of a member must be plain"):
        unpacked(made, runs, "back")


def test_a_zip_of_two_runs_is_refused(run: Path, runs: Path) -> None:
    with pytest.raises(RunError, match="must hold one folder at most, got 'a', 'b'"):
        unpacked(zip_of({**files_of(run, "a/"), **files_of(run, "b/")}), runs, "back")


def test_a_name_twice_is_refused(run: Path, runs: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("run.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("run.json", "{}")
    with pytest.raises(RunError, match=r"a member must be there once, got 'run\.json' twice"):
        unpacked(content.getvalue(), runs, "back")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_a_link_or_a_device_is_refused(run: Path, runs: Path, kind: int) -> None:
    made = zip_of(files_of(run), lambda member: setattr(member, "external_attr", (kind | 0o777) << 16))
    with pytest.raises(RunError, match=r"must be a plain file, got .*, which is a link or a device"):
        unpacked(made, runs, "back")


def with_flag(content: bytes, flag: int) -> bytes:
    """The same zip with a flag set in every header and in the list."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + place] |= flag
            at = changed.find(mark, at + 4)
    return bytes(changed)


def test_an_encrypted_member_is_refused(runs: Path) -> None:
    with pytest.raises(RunError, match=r"a member must not be encrypted, got 'run\.json'"):
        unpacked(with_flag(zip_of({"run.json": b"{}"}), 1), runs, "back")


def test_other_ways_of_packing_are_refused(runs: Path) -> None:
    made = zip_of({"run.json": b"{}"}, lambda member: setattr(member, "compress_type", zipfile.ZIP_BZIP2))
    with pytest.raises(RunError, match="must be stored or deflated"):
        unpacked(made, runs, "back")


def test_a_bomb_is_refused_by_what_it_declares(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zip_of({"run.json": b"{}", "weights.safetensors": bytes(10**7)}, deflated)
    assert len(bomb) < 20_000
    monkeypatch.setattr(archive, "MOST_BYTES", 10**7)
    with pytest.raises(RunError, match="must have at most 10,000,000 bytes, got a zip of 10,000,002"):
        unpacked(bomb, runs, "back")
    monkeypatch.setattr(archive, "MOST_TEXT", 10**6)
    with pytest.raises(RunError, match=r"run\.json must have at most 1,000,000 bytes, got 1,000,001"):
        unpacked(zip_of({"run.json": bytes(10**6 + 1)}, deflated), runs, "back")
    assert nothing_but(runs)


def deflated(member: zipfile.ZipInfo) -> None:
    member.compress_type = zipfile.ZIP_DEFLATED


@pytest.mark.parametrize("declared", [0, 5, 999_999, 1_000_001])
def test_a_bomb_that_declares_less_or_more_than_it_holds_is_refused_while_it_is_read(
    runs: Path, declared: int
) -> None:
    made = bytearray(zip_of({"run.json": bytes(10**6)}, deflated))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = made.find(mark) + place
        made[at : at + 4] = declared.to_bytes(4, "little")
    with pytest.raises(RunError, match="the zip of a run"):
        unpacked(bytes(made), runs, "back")
    assert nothing_but(runs)


def test_a_list_of_too_many_members_is_refused_before_it_is_read(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = zip_of({str(i): b"" for i in range(zipped.MOST_MEMBERS + 1)})
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the list was read"))
    with pytest.raises(RunError, match="must have at most 256 members, got 257"):
        unpacked(made, runs, "back")


@pytest.mark.parametrize("damage", ["cut", "byte", "behind", "comment", "empty", "no zip", "wide"])
def test_a_damaged_zip_is_refused(run: Path, runs: Path, damage: str) -> None:
    whole = zip_of(files_of(run))
    middle = len(whole) // 2
    content = {
        "cut": whole[:-30],
        "byte": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "behind": whole + b"x",
        "comment": whole[:-2] + b"\x01\x00",
        "empty": b"",
        "no zip": b"PK" + bytes(100),
        "wide": whole[:-22] + b"PK\x06\x07" + bytes(16) + whole[-22:],
    }[damage]
    words = {"comment": "without a comment", "wide": "a plain list of members, got one of 64 bits"}.get(damage, "")
    with pytest.raises(RunError, match=f"the zip of a run .*{words}"):
        unpacked(content, runs, "back")
    assert nothing_but(runs, "mine")


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 10**6), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_whatever_byte_of_a_zip_is_changed_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, cut: int
) -> None:
    runs = tmp_path_factory.mktemp("runs")
    record = (DEMO / "gat-gru" / "run.json").read_bytes()
    made = bytearray(zip_of({"a/run.json": record, "a/progress.jsonl": b'{"epoch": 1}\n'}, deflated))
    made[at % len(made)] = value
    with pytest.raises(RunError):   # it misses the other files, so it is refused in any case, but with a sentence
        unpacked(bytes(made[: len(made) - cut]), runs, "back")
    assert nothing_but(runs)


@pytest.mark.parametrize(("change", "words"), [
    (lambda files: files.pop("run.json"), "must hold a run.json"),
    (lambda files: files.pop("forecasts.safetensors"), "run back must hold forecasts.safetensors, but it is missing"),
    (lambda files: files.update({"run.json": b"{"}), r"^back/run\.json must be a JSON document"),
    (lambda files: files.update({"weights.safetensors": b"cut"}), r"^back/weights\.safetensors must be a whole"),
    (lambda files: files.update({CHECKPOINT: b"x"}), f"is done, so it must hold no {CHECKPOINT}"),
])  # fmt: skip
def test_what_is_no_run_is_refused_by_the_name_it_would_have(
    run: Path, runs: Path, change: Callable[[dict[str, bytes]], object], words: str
) -> None:
    files = files_of(run)
    change(files)
    with pytest.raises(RunError, match=words):
        unpacked(zip_of(files), runs, "back")
    assert nothing_but(runs, "mine")


def test_a_run_that_is_not_done_is_checked_as_far_as_it_goes(stopped: Path, runs: Path) -> None:
    for name in (CHECKPOINT, "network.safetensors"):
        with pytest.raises(RunError, match=f"back/{name} must be a whole safetensors file"):
            unpacked(zip_of(files_of(stopped) | {name: b"x"}), runs, "back")
    with pytest.raises(RunError, match="line 1 must be a JSON object of numbers"):
        unpacked(zip_of(files_of(stopped) | {"progress.jsonl": b"[]\n"}), runs, "back")


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


def test_a_link_within_a_run_is_not_followed_into_its_zip(run: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("word")
    (run / "progress.jsonl").unlink()
    (run / "progress.jsonl").symlink_to(secret)
    with pytest.raises(RunError, match=r"must hold plain files, got progress\.jsonl, which is a link"):
        packed(run)


def test_a_run_too_large_is_not_packed(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(RunError, match="a run to pack must have at most 1,000 bytes, got "):
        packed(run)


def test_the_checkpoint_is_called_as_the_training_calls_it() -> None:
    from core import train

    assert train.CHECKPOINT == CHECKPOINT
