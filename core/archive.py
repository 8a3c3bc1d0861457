"""A run as one zip, and a run folder renamed, moved or deleted.

The zip holds one folder with the files of the run, in the order of ``FILES`` and without clocks: packed twice, a run
gives the same bytes. A run that is not done keeps its checkpoint, without which it could not go on; one that is done
has none. Logs stay at home: they name places of the machine.

What comes in is a stranger's. It is checked as strictly as any run on disk, in a hidden folder beside its place, and
takes its name only when it has opened. The runs that come with the project are not changed.

What is not whole yet, and what is being deleted, lies in a folder ``.topolens-XXXXXXXX`` beside its place. Where a
process was killed it stays, and is cleared away a day later by the next run that is unpacked or deleted there.
"""

import io
import os
import re
import shutil
import stat
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core import zipped
from core.emerging import EMERGING
from core.files import write_json
from core.record import CHECKPOINT, FILES, MOST_TEXT, RunError, node_table, read_progress, read_record
from core.run import Run
from core.tensors import read_tensors

DEMO = Path(__file__).resolve().parents[1] / "assets" / "demo"
MOST_BYTES = 2**31                  # of one run, unpacked
LONGEST_NAME = 80                   # letters of a folder's name
LONGEST_TITLE = 200
HIDDEN = ".topolens-"               # with it begins a folder of what is not whole yet, or not any more
_LEFT_OVER = 86_400.0               # seconds after which nobody is at work in such a folder any more
_AT_WORK = re.compile(r"\.topolens-[a-z0-9_]{8}|\.(?P<name>.+)\.[a-z0-9_]{8}")  # the latter: core.experiment.trained
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # what Windows takes for a device
_OF_A_RUN = frozenset({*FILES, CHECKPOINT, EMERGING})
_LEFTOVER = re.compile(r"\..+\.partial|.+\.log")    # a write that was killed, and what a training said


def packed(folder: Path) -> bytes:
    """The run in ``folder`` as a zip.

    Raises
    ------
    RunError
        The folder is not a run, one of its files is a link, it is larger than ``MOST_BYTES``, it is being trained, or
        it was changed, deleted or replaced by another while it was read.
    """
    seen = _seen(folder)
    done = read_record(folder)["state"] == "done"
    with nullcontext() if done else held(folder):
        if not done:
            seen = _seen(folder)
        there = [name for name in (FILES if done else (*FILES, CHECKPOINT)) if name in seen]
        if linked := [name for name in there if not stat.S_ISREG(seen[name].st_mode)]:
            raise RunError(f"run {folder.name} must hold plain files, got {linked[0]}, which is a link or a folder")
        if (size := sum(seen[name].st_size for name in there)) > MOST_BYTES:
            raise RunError(f"a run to pack must have at most {MOST_BYTES:,} bytes, got {size:,}")
        content = io.BytesIO()
        inside = folder.name if _name_problem(folder.name) is None else "run"
        with zipfile.ZipFile(content, "w") as archive, suppress(FileNotFoundError):
            for name in there:
                member = zipfile.ZipInfo(f"{inside}/{name}")  # its clock is the first that a zip knows
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o100644 << 16
                archive.writestr(member, (folder / name).read_bytes())
        if _marks(_seen(folder)) != _marks(seen):   # who only reads does not hold it, so that several can
            raise RunError(f"run {folder.name} must stay as it is while it is packed, and was changed or deleted")
    return content.getvalue()


def _seen(folder: Path) -> dict[str, os.stat_result]:
    """What there is of the files of a run, not following links."""
    found = {}
    for name in (*FILES, CHECKPOINT):
        with suppress(FileNotFoundError, NotADirectoryError):
            found[name] = (folder / name).lstat()
    return found


def _marks(seen: dict[str, os.stat_result]) -> dict[str, tuple[int, ...]]:
    """By what a file is told from another of its name; no clock that reading moves."""
    return {name: (of.st_dev, of.st_ino, of.st_size, of.st_mtime_ns, of.st_ctime_ns) for name, of in seen.items()}


def unpacked(content: bytes | BinaryIO, runs: Path, name: str) -> Path:
    """Make the run that a zip holds the folder ``name`` among ``runs``; it is there whole and checked, or not at all.

    A run whose training was going on when it was packed is stopped here: nobody trains it on.

    Raises
    ------
    RunError
        ``name`` cannot be a run's or is taken; the zip is no zip, or holds anything but the known files of one run in
        at most one folder, each within its size; or what it holds is not a run. The text says what.
    """
    place = vacant(runs, name)
    runs.mkdir(parents=True, exist_ok=True)
    _clear(runs)
    beside = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=runs))
    try:
        folder = beside / name
        folder.mkdir()
        _extract(content, folder)
        try:
            _check(folder)
        except RunError as error:   # named as it will be called, not by where it lies for the moment
            raise RunError(str(error).replace(f"{beside}{os.sep}", "")) from None
        _take(folder, place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return place


def retitled(folder: Path, title: str) -> None:
    """Give a run another title, by which readers know it; its folder, and so every link to it, stays.

    Raises
    ------
    RunError
        Not a run, one that comes with the project, or one that is being trained; or the title is not one line of 1 to
        ``LONGEST_TITLE`` letters that can be seen.
    """
    title = checked_title(title)
    with _own(folder):
        write_json(folder / "run.json", {**read_record(folder), "title": title})


def checked_title(title: str) -> str:
    """The title without blanks around it; RunError where it is not one line of letters that can be seen."""
    if not title.strip() or len(title) > LONGEST_TITLE or not title.isprintable():
        raise RunError(f"a title must be one line of 1 to {LONGEST_TITLE} letters that can be seen, got {title[:50]!r}")
    return title.strip()


def moved(folder: Path, name: str) -> Path:
    """Give the folder of a run another name, which is how links call it: old links no longer find it.

    Raises
    ------
    RunError
        Not a run, one that comes with the project, or one that is being trained; or the name cannot be a run's or is
        taken.
    """
    with _own(folder):
        place = vacant(folder.parent, name)
        _take(folder, place)
    return place


def deleted(folder: Path) -> None:
    """Delete a run: first its name goes, then its files, so that nothing is ever half a run.

    Raises
    ------
    RunError
        Not a run, a link to one, one that comes with the project, one that is being trained, or a folder that holds
        something else as well, which nobody asked to lose.
    """
    with _own(folder):
        if stranger := _stranger(folder, _OF_A_RUN):
            raise RunError(f"{folder.name} must hold a run and nothing else to be deleted, got {stranger} in it")
        _clear(folder.parent)
        hidden = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=folder.parent))
        try:
            folder.rename(hidden / folder.name)     # from here on nobody finds it, however long deleting takes
        except OSError:
            hidden.rmdir()
            raise
    shutil.rmtree(hidden)


def free_name(runs: Path, wanted: str) -> str:
    """A name that a run among ``runs`` can have, as near to what is wanted as can be.

    >>> free_name(Path("nowhere"), "Graph WaveNet: my / first <try>")
    'Graph WaveNet- my - first -try'
    """
    words = unicodedata.normalize("NFC", wanted)
    words = re.sub(r"[^\w .()-]+", "-", words)[: LONGEST_NAME - 5].strip(" .-")
    first = words if _name_problem(words) is None else "run"
    names = (first if count == 1 else f"{first}-{count}" for count in range(1, 10_000))
    return next((name for name in names if not os.path.lexists(runs / name)), first)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a run's folder, so that no second process trains, changes or deletes it at the same time.

    Raises
    ------
    RunError
        Another process holds it, there is no such folder, or it was renamed, deleted or replaced in this moment.
    """
    try:
        import fcntl
    except ImportError:             # a system without such locks
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise RunError(f"{folder} must be a run's folder: {error.strerror}") from None
    try:
        for attempt in range(10):   # who only asks whether a run is held, holds it for a moment
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == 9:
                    words = "is being trained by another process: wait for it, or stop it first"
                    raise RunError(f"{folder} {words}") from None
                time.sleep(0.05)
        if not _is_at(handle, folder):      # what is held is not what has the name: all that follows goes by the name
            raise RunError(f"{folder} must stay where it is, and was renamed, deleted or replaced: look again")
        yield
    finally:
        os.close(handle)


def _is_at(handle: int, folder: Path) -> bool:
    """Whether an open folder still has this name."""
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except OSError:
        return False


@contextmanager
def _own(folder: Path) -> Iterator[None]:
    """Hold the folder of a run that may be changed."""
    if folder.is_symlink():
        raise RunError(f"{folder} must be a run's folder, got a link to one: change what it points at")
    if folder.resolve().parent == DEMO.resolve():
        raise RunError(f"{folder.name} comes with the project and stays as it is")
    read_record(folder)
    with held(folder):
        yield


def _name_problem(name: str) -> str | None:
    """What must hold and does not for the name of a run's folder; None where it is fine."""
    if not 1 <= len(name) <= LONGEST_NAME or len(name.encode(errors="replace")) > 2 * LONGEST_NAME:
        return f"must have 1 to {LONGEST_NAME} letters"
    if re.search(r"[^\w .()-]", name) or unicodedata.normalize("NFC", name) != name:
        return "must be of letters, digits, spaces and . _ - ( ) alone"
    if name[0] in " .-" or name[-1] in " ." or _RESERVED.fullmatch(name):
        return "must begin with a letter, a digit or a bracket, end in no dot or space, and be no name of a device"
    return None


def checked_name(name: str) -> str:
    """The name; RunError where no run's folder can have it."""
    problem = _name_problem(name)
    if problem:
        raise RunError(f"the name of a run {problem}, got {name[:100]!r}")
    return name


def vacant(runs: Path, name: str) -> Path:
    """The folder that a new run of that name has among ``runs``; RunError where no run can have it, or one has it."""
    checked_name(name)
    if os.path.lexists(runs / name):
        raise RunError(f"the name of a run must be free, got {name!r}, which is there already")
    return runs / name


def _stranger(folder: Path, known: Collection[str]) -> str | None:
    """The first by name of what is in a folder but no file that is known, nor what a killed write or a log left."""
    for file in sorted(folder.iterdir()):
        ours = file.name in known or _LEFTOVER.fullmatch(file.name)
        if not ours or (file.is_dir() and not file.is_symlink()):
            return file.name
    return None


def _clear(runs: Path) -> None:
    """Delete what killed processes left among the runs: a day old, named as here, and nothing but half a run in it."""
    with suppress(OSError):
        for path in list(runs.iterdir()):
            with suppress(OSError):             # somebody else clears it away at the same time
                if _is_left_over(path):
                    shutil.rmtree(path, ignore_errors=True)


def _is_left_over(path: Path) -> bool:
    named = _AT_WORK.fullmatch(path.name)
    if named is None or path.is_symlink() or not path.is_dir():
        return False
    inside = list(path.iterdir())
    if len(inside) > 1 or any(run.is_symlink() or not run.is_dir() for run in inside):
        return False
    if name := named["name"]:                   # a name that somebody else could have given: only what is just begun
        known: Collection[str] = ("run.json", "network.safetensors")
        if [run.name for run in inside] != [name] or any(inside[0].glob("*.log")):
            return False
    else:
        known = _OF_A_RUN
    newest = max(place.stat().st_mtime for place in (path, *inside))
    return time.time() - newest > _LEFT_OVER and not any(_stranger(run, known) for run in inside)


def _take(folder: Path, place: Path) -> None:
    """Rename, never onto what came there since: no system replaces a folder that has something in it."""
    try:
        folder.rename(place)
    except OSError as error:
        raise RunError(f"{place} cannot take the run: {error.strerror}") from None


def _extract(content: bytes | BinaryIO, folder: Path) -> None:
    """Write the members of a zip into an empty folder, after every one of them was found to be a run's."""
    try:
        with zipped.opened(content) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            places = [PurePosixPath(member.filename) for member in archive.infolist()]
            inside = {place.parts[0] for place in places if len(place.parts) == 2}
            for member, place in zip(archive.infolist(), places, strict=True):
                _check_place(member, place, inside)
            if (size := sum(member.file_size for member in members)) > MOST_BYTES:
                raise RunError(f"a run must have at most {MOST_BYTES:,} bytes, got a zip of {size:,}")
            if "run.json" not in {PurePosixPath(member.filename).name for member in members}:
                raise RunError("the zip of a run must hold a run.json, got none")
            for member in members:
                with (folder / PurePosixPath(member.filename).name).open("xb") as file:
                    for piece in zipped.chunks(archive, member):
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
    except zipped.ZipError as error:
        raise RunError(f"the zip of a run {error}") from None


def _check_place(member: zipfile.ZipInfo, place: PurePosixPath, inside: set[str]) -> None:
    """Refuse a member that is no file of a run in the one folder, by the very letters of its name."""
    shown = repr(member.filename[:100])
    folder = next(iter(inside), None)
    if len(inside) > 1:
        raise RunError(f"the zip of a run must hold one folder at most, got {', '.join(map(repr, sorted(inside)[:3]))}")
    if folder is not None and _name_problem(folder):
        raise RunError(f"the folder in the zip of a run {_name_problem(folder)}, got {folder[:100]!r}")
    prefix = "" if folder is None else f"{folder}/"
    if member.is_dir():
        if member.filename != prefix or member.file_size:
            raise RunError(f"the zip of a run must hold no folder beside its own, got {shown}")
    elif member.filename not in {f"{prefix}{name}" for name in (*FILES, CHECKPOINT)}:
        raise RunError(f"the zip of a run must hold {', '.join(FILES)} and nothing else, got {shown}")
    elif place.name in MOST_TEXT and member.file_size > (most := MOST_TEXT[place.name]):
        raise RunError(f"{place.name} must have at most {most:,} bytes, got {member.file_size:,}")


def _check(folder: Path) -> None:
    """Open a run of any state as far as it goes; RunError where it is none."""
    record = read_record(folder)
    if record["state"] == "done":
        if (folder / CHECKPOINT).exists():
            raise RunError(f"run {folder.name} is done, so it must hold no {CHECKPOINT}")
        Run.load(folder)
        return
    node_table(folder, record)
    read_progress(folder)
    for file in sorted(folder.glob("*.safetensors")):
        read_tensors(file)
    if record["state"] == "training":
        write_json(folder / "run.json", {**record, "state": "stopped"})
