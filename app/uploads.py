"""Data of one's own, uploaded: checked in a folder that nobody sees, kept under a name if nothing is wrong with them.

A folder ``own/NAME`` among the data sets is whole or not there. What is written, and what is being deleted, has a
hidden name until it is done; what was left over by a process that was killed is cleared away a day later.

One process at a time looks who has a name and renames. Data that give way to others lie in the hidden folder of those
until they have taken the name::

    .topolens-XXXXXXXX/NAME            what is to have the name, while it is read and checked
    .topolens-XXXXXXXX/_before/NAME    what had it

Where both are there, the second rename is still to come, or its process was killed: what had the name gets it back.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from app import locks
from app.datasets import OWN
from core.data import about, data_root, folder
from core.data.about import About
from core.data.sensors import SensorData

LONGEST_NAME = 60
MOST_MB = {folder.VALUES: 200, folder.ADJACENCY: 200, folder.NODES: 20}
MOST_FOLDERS = 200  # of one's own data
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_HIDDEN = ".topolens-"
_BEFORE = "_before"  # no name of data: those begin with a letter or a digit
_LEFT_OVER = 86_400.0  # seconds


class UploadError(ValueError):
    """An upload that cannot be kept for a reason that is not in its data; the text is one sentence."""


def own_folder(root: Path | None = None) -> Path:
    """Where data of one's own lie: ``own`` among the data sets."""
    return (data_root() if root is None else root) / OWN


def name_problem(name: str) -> str | None:
    """What must hold and does not for the name of a data set; None where it is fine.

    >>> name_problem("my-city_2"), name_problem("../etc")
    (None, 'letters, digits, - and _ only, the first a letter or a digit')
    """
    if not name:
        return "a name, for example my-city"
    if len(name) > LONGEST_NAME:
        return f"at most {LONGEST_NAME} characters"
    return None if _NAME.fullmatch(name) else "letters, digits, - and _ only, the first a letter or a digit"


def kept(
    name: str, files: Mapping[str, bytes], said: About | None = None, *, replace: bool = False, root: Path | None = None
) -> SensorData:
    """Check uploaded files and keep them as ``own/NAME``.

    Parameters
    ----------
    name : of the data set
    files : content of values.csv and, where there are any, of adjacency.csv and nodes.csv, by these names
    said : quantity, unit and source
    replace : whether data that have this name already give way to these
    root : folder of the data sets, ``data_root()`` if not given

    Returns
    -------
    The data, as they are read from where they now are.

    Raises
    ------
    DataError
        With every fault of every file; nothing is kept then, and what had the name before is still there.
    UploadError
        The name is none, or is taken, be it only since the files were read; a file is too large, or none of these;
        there are too many data sets.
    OSError
        The folder cannot be written.
    """
    problem = name_problem(name)
    if problem:
        raise UploadError(f"the name must be {problem}, got {name[:80]!r}")
    for file, content in files.items():
        if file not in MOST_MB:
            raise UploadError(f"files must be among {', '.join(MOST_MB)}, got {file[:80]!r}")
        if len(content) > MOST_MB[file] * 2**20:
            raise UploadError(f"{file} must have at most {MOST_MB[file]} MB, got {len(content) / 2**20:,.0f} MB")
    place = own_folder(root)
    place.mkdir(parents=True, exist_ok=True)
    restored(root)
    _clear(place)
    target = place / name
    _check_free(target, replace=replace)
    beside = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=place))
    try:
        inside = beside / name  # what is read is called after its folder
        inside.mkdir()
        for file, content in files.items():
            (inside / file).write_bytes(content)
        if said is not None:
            (inside / about.FILE).write_text(said.to_json(), encoding="utf-8")
        data = folder.read(inside)
        with locks.alone_in(place) as surely:
            _give_back(place, surely=surely)
            _check_free(target, replace=replace)  # while these were read, others may have come
            _take(inside, target, replace=replace)
    finally:
        if not _is_cut_short(beside):  # or the only copy of what had the name would go
            shutil.rmtree(beside, ignore_errors=True)
    return data


def removed(name: str, root: Path | None = None) -> None:
    """Delete the data of one's own that have this name, all of the folder.

    Raises
    ------
    UploadError
        There are none, or they are elsewhere and only linked here.
    OSError
        The folder cannot be written.
    """
    restored(root)
    target = _there(name, root)
    beside = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=target.parent))
    try:
        with locks.alone_in(target.parent):
            _there(name, root).rename(beside / name)  # from here on nobody finds it, however long deleting takes
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def restored(root: Path | None = None) -> None:
    """Give data their name back whose replacing was cut short, by ``kill -9`` for example; for whoever lists data."""
    place = own_folder(root)
    with suppress(OSError):  # a folder that cannot be written: they stay where they are
        if any(_is_cut_short(path) for path in place.glob(f"{_HIDDEN}*")):
            with locks.alone_in(place) as surely:
                _give_back(place, surely=surely)


def _there(name: str, root: Path | None) -> Path:
    target = own_folder(root) / name
    if name_problem(name) or target.is_symlink() or not target.is_dir():
        raise UploadError(f"there must be a data set of this name in {OWN}, got {name[:80]!r}")
    return target


def _take(inside: Path, target: Path, *, replace: bool) -> None:
    """Give a folder a name; who has it gives way if that is asked for, and has it again where this fails."""
    before = inside.parent / _BEFORE / inside.name
    if replace:
        before.parent.mkdir()
        with suppress(FileNotFoundError):  # nobody has the name
            target.rename(before)
    try:
        inside.rename(target)  # never over a folder that holds something: who comes between is not replaced
    except OSError:
        try:
            before.rename(target)
        except OSError:
            if target.exists():
                where = f"; what had it before is in {before}" if before.exists() else ""
                raise UploadError(f"others took the name {target.name!r} at the same moment{where}") from None
        raise


def _is_cut_short(beside: Path) -> bool:
    """Whether others gave way to the data in a hidden folder, which did not take their name."""
    return any((beside / path.name).is_dir() for path in (beside / _BEFORE).glob("*"))


def _give_back(place: Path, *, surely: bool) -> None:
    """Give those their name back who gave way to data that did not take it; where it is taken since, they stay.

    Unless it is sure that nobody is at work, only what is a day old is taken for left over.
    """
    for beside in place.glob(f"{_HIDDEN}*"):
        if _is_cut_short(beside) and (surely or _is_left_over(beside)):
            for before in list((beside / _BEFORE).iterdir()):
                if not os.path.lexists(place / before.name):
                    before.rename(place / before.name)


def _check_free(target: Path, *, replace: bool) -> None:
    if target.is_symlink():
        raise UploadError(f"{target.name!r} is a link to elsewhere: choose another name")
    if target.exists() and not replace:
        raise UploadError(f"there are data called {target.name!r} already: choose another name, or replace them")
    if not target.exists() and len([path for path in target.parent.iterdir() if path.name[0] != "."]) >= MOST_FOLDERS:
        raise UploadError(f"there can be {MOST_FOLDERS} data sets of one's own: delete one first")


def _clear(place: Path) -> None:
    """Delete what a killed process left over, but for data that could not have their name back."""
    for path in place.glob(f"{_HIDDEN}*"):
        with suppress(OSError):  # somebody else clears it away at the same time
            if _is_left_over(path) and not _is_cut_short(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_left_over(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > _LEFT_OVER
