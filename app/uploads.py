"""Data of one's own, uploaded: checked in a folder that nobody sees, kept under a name if nothing is wrong with them.

A folder ``own/NAME`` among the data sets is whole or not there. What is written, and what is being deleted, has a
hidden name until it is done; what was left over by a process that was killed is cleared away a day later.
"""

import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from app.datasets import OWN
from core.data import about, data_root, folder
from core.data.about import About
from core.data.sensors import SensorData

LONGEST_NAME = 60
MOST_MB = {folder.VALUES: 200, folder.ADJACENCY: 200, folder.NODES: 20}
MOST_FOLDERS = 200  # of one's own data
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_HIDDEN = ".topolens-"
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
        The name is none, or is taken; a file is too large, or none of these; there are too many data sets.
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
        _check_free(target, replace=replace)  # while these were read, others may have come
        before = beside / "before"
        if replace:
            with suppress(FileNotFoundError):  # nobody has the name, or not any more
                target.rename(before)
        try:
            inside.rename(target)  # never over a folder that holds something: who comes between is not replaced
        except OSError:
            with suppress(OSError):
                before.rename(target)
            _check_free(target, replace=replace)
            raise
    finally:
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
    target = own_folder(root) / name
    if name_problem(name) or target.is_symlink() or not target.is_dir():
        raise UploadError(f"there must be a data set of this name in {OWN}, got {name[:80]!r}")
    beside = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=target.parent))
    try:
        target.rename(beside / name)  # from here on nobody finds it, however long deleting takes
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check_free(target: Path, *, replace: bool) -> None:
    if target.is_symlink():
        raise UploadError(f"{target.name!r} is a link to elsewhere: choose another name")
    if target.exists() and not replace:
        raise UploadError(f"there are data called {target.name!r} already: choose another name, or replace them")
    if not target.exists() and len([path for path in target.parent.iterdir() if path.name[0] != "."]) >= MOST_FOLDERS:
        raise UploadError(f"there can be {MOST_FOLDERS} data sets of one's own: delete one first")


def _clear(place: Path) -> None:
    """Delete what a killed process left over."""
    for path in place.glob(f"{_HIDDEN}*"):
        with suppress(OSError):  # somebody else clears it away at the same time
            if time.time() - path.stat().st_mtime > _LEFT_OVER:
                shutil.rmtree(path, ignore_errors=True)
