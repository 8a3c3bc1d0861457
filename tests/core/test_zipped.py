"""A stranger's zip: whatever is not the zip of a whole run is refused with a sentence, and nothing of it stays."""

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import archive, zipped
from core.archive import unpacked
from core.record import CHECKPOINT, RunError
from tests.core.archive_made import DEMO, files_of, nothing_but, zip_of

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
    monkeypatch.setitem(archive.MOST_TEXT, "run.json", 10**6)
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


@settings(max_examples=150)
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
