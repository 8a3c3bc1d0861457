"""Results on disk: each part of the evidence of a run as a file pair, for exactly the run it was made of.

    <runs>/.evidence/<name of the run>/chance.json          figures and texts, and what they depend on
    <runs>/.evidence/<name of the run>/chance.safetensors   arrays

Nothing of it lies in the run's own folder, which stays as it was trained. Where the folder beside a run cannot be
written to, or the run comes with the project, what is made goes to a folder of its own among the user's runs.

What is kept is a stranger's: it is read only if it was made by this version of the part, of a run with the same
content, and if every figure and array is of the type and shape that it must be. Else it counts as absent, and is made
anew. A run that is renamed keeps its evidence; one that takes the name of a deleted run does not inherit any.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from json import dumps
from pathlib import Path
from typing import Any, TypeVar

from app.evidence.codec import parted, whole
from core.archive import DEMO
from core.document import document, text
from core.files import write_json, write_tensors
from core.folders import runs_root
from core.record import RunError, read_record
from core.tensors import read_tensors

FOLDER = ".evidence"
ELSEWHERE = ".elsewhere"  # below it, runs of other folders: no run of the user's own can have this name
FORMAT = 1
MOST_JSON = 2**26  # bytes
MOST_TENSORS = 2**30
MOST_REASON = 1_000  # letters
LIBRARIES = ("numpy", "scipy", "scikit-learn", "networkx", "torch")
CONTENT = ("interaction", "network", "forecasts", "spread", "weights")  # files of a run that evidence depends on
RECORDED = ("heads", "seed", "model", "windows", "scaler")  # and parts of its record, beside its sensors

R = TypeVar("R")


def absolute(run: Path) -> Path:
    """The folder of a run from the root on, without '..', which would be taken for its name; no link is followed."""
    return Path(os.path.abspath(run))  # noqa: PTH100  Path.absolute keeps '..'


def beside(run: Path) -> Path:
    """Where the evidence of the run in folder ``run`` lies if it can: beside it, hidden."""
    run = absolute(run)
    return run.parent / FOLDER / run.name


def home(run: Path) -> Path:
    """Where new evidence of a run is kept."""
    place = beside(run)
    if run.resolve().parent != DEMO.resolve():
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        if os.access(there, os.W_OK):
            return place
    return elsewhere(run)


def elsewhere(run: Path) -> Path:
    """Where evidence of a run lies if the folder beside it cannot be written to."""
    named = hashlib.sha256(str(run.resolve()).encode()).hexdigest()[:16]
    return runs_root().absolute() / FOLDER / ELSEWHERE / f"{absolute(run).name}-{named}"


def places(run: Path) -> tuple[Path, ...]:
    """Where evidence of a run may lie, the one that counts more first."""
    return (home(run), beside(run)) if home(run) != beside(run) else (home(run),)


def fingerprint(run: Path, named: str, others: Sequence[Path] = ()) -> str:
    """What a part depends on, as a hash: the content of the run, ``named`` for the part and its version, other runs.

    Neither the name of a run nor its title, clocks or place count.

    Raises
    ------
    RunError
        One of the folders is not a run.
    """
    contents = [_content(run), *sorted(_content(other) for other in others)]
    return hashlib.sha256("\n".join([str(FORMAT), named, *contents]).encode()).hexdigest()


def read(run: Path, part: str, kind: type[R], made_of: str, sizes: Mapping[str, int]) -> R | None:
    """The result of a part, if one is kept that was made of what has the fingerprint ``made_of``; else None."""
    for place in places(run):
        with suppress(OSError, ValueError, OverflowError, RecursionError):
            return _read(place, part, kind, made_of, sizes)
    return None


def write(run: Path, part: str, result: Any, made_of: str, place: Path | None = None) -> Path:
    """Keep the result of a part, whole or not at all, in place of what was kept; returns the folder.

    Raises
    ------
    OSError
        It cannot be written.
    ValueError
        The result holds what could not be read back.
    """
    content, arrays = parted(result)
    folder = place or home(run)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = folder / f"{part}.safetensors"
    write_tensors(tensors, arrays)
    about = {"format": FORMAT, "part": part, "fingerprint": made_of, "versions": _versions(), "arrays": _hash(tensors)}
    write_json(folder / f"{part}.json", {**about, "result": content})  # last: without it, or of other arrays, no result
    return folder


def refuse(run: Path, part: str, reason: str, made_of: str) -> None:
    """Keep why a part cannot be made of this run, in place of what was kept; lost where it cannot be written."""
    with suppress(OSError):
        home(run).mkdir(parents=True, exist_ok=True)
        about = {"format": FORMAT, "part": part, "fingerprint": made_of, "reason": reason[:MOST_REASON]}
        write_json(home(run) / f"{part}.json", about)


def refusal(run: Path, part: str, made_of: str) -> str:
    """Why a part cannot be made of this run, if that is known; else ''."""
    with suppress(OSError, ValueError, OverflowError, RecursionError):
        return str(_about(home(run), part, made_of).get("reason") or "")[:MOST_REASON]
    return ""


def stamp(run: Path, part: str) -> str:
    """Changes whenever what is kept of a part does; '' where nothing is."""
    said = []
    for place in places(run):
        for kind in ("json", "safetensors"):
            with suppress(OSError):
                status = (place / f"{part}.{kind}").stat()
                said.append(f"{status.st_mtime_ns}:{status.st_size}:{status.st_ino}")
    return " ".join(said)


def cleared(run: Path) -> None:
    """Forget all evidence of a run that is no more: nothing would ever read it again."""
    for place in {beside(run), elsewhere(run)}:
        shutil.rmtree(place, ignore_errors=True)


def renamed(old: Path, new: Path) -> None:
    """Let the evidence of a run follow it to its new folder; where it cannot, it is made anew when asked for."""
    cleared(new)
    with suppress(OSError):
        beside(old).rename(beside(new))


def _read(folder: Path, part: str, kind: type[R], made_of: str, sizes: Mapping[str, int]) -> R:
    about = _about(folder, part, made_of)
    tensors = folder / f"{part}.safetensors"
    if (size := tensors.stat().st_size) > MOST_TENSORS:
        raise ValueError(f"arrays must have at most {MOST_TENSORS:,} bytes, got {size:,}")
    if about.get("arrays") != _hash(tensors):
        raise ValueError("the arrays must be those that were written with the figures")
    return whole(kind, about.get("result"), read_tensors(tensors), sizes)


def _about(folder: Path, part: str, made_of: str) -> dict[str, Any]:
    """What is kept of a part as a document, if it was made of that."""
    about = document(text(folder / f"{part}.json", MOST_JSON))
    wanted = {"format": FORMAT, "part": part, "fingerprint": made_of}
    if not isinstance(about, dict) or {name: about.get(name) for name in wanted} != wanted:
        raise ValueError("it must be of this format and part, and made of this run")
    return about


def _content(run: Path) -> str:
    """The content of a run as a hash."""
    stamps = []
    for name in ("run.json", *(f"{name}.safetensors" for name in CONTENT)):
        try:
            status = (run / name).stat()
        except OSError:
            stamps.append((name, 0, 0, 0))
            continue
        stamps.append((name, status.st_mtime_ns, status.st_size, status.st_ino))
    return _content_at(run, tuple(stamps))


@lru_cache(maxsize=256)
def _content_at(run: Path, stamps: tuple[tuple[str, int, int, int], ...]) -> str:
    record = read_record(run)
    data = {name: record["data"].get(name) for name in ("sha256", "interval_minutes", "nodes")}
    said = [dumps([data, {name: record.get(name) for name in RECORDED}], sort_keys=True)]
    for name, *_ in stamps[1:]:
        try:
            said.append(f"{name} {_hash(run / name)}")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise RunError(f"{run / name} cannot be read: {error.strerror}") from None
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _hash(file: Path) -> str:
    if file.exists() and not file.is_file():  # a link to a device, or a pipe, may have no end
        raise OSError(errno.EINVAL, "it is no plain file")
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    """The versions of the libraries that figures may depend on."""
    found = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
