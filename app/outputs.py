"""Where a command writes: looked at before the work is done, so that nothing is lost to a place that cannot take it."""

import os
import tempfile
from pathlib import Path

from core.archive import checked_name
from core.record import RunError

LONGEST_FILE = 200  # bytes of a name: the file it is written to first has a longer one


def checked_file(target: str | Path) -> Path:
    """The file that a command is to write, which may be there already.

    Raises
    ------
    ValueError
        It is '-', its folder is not there or takes no file, or another thing than a file is in its place; the text
        says what.
    """
    path = Path(target)
    folder = path.parent
    if path.name == "-":
        raise ValueError("the output must be a file, got '-'")
    if path.is_dir():
        raise ValueError(f"the output must be a file, got the folder {path}")
    if os.path.lexists(path) and not path.is_file():
        raise ValueError(f"the output must be a plain file, got {path}")
    if not folder.exists():
        raise ValueError(f"the folder {folder} must exist for {path.name} to be written in it")
    if not folder.is_dir():
        raise ValueError(f"{folder} must be a folder for {path.name} to be written in it")
    if len(os.fsencode(path.name)) > LONGEST_FILE:
        raise ValueError(f"the name of the output must have at most {LONGEST_FILE} bytes, got {path.name[:50]!r}")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"the folder {folder} must take new files: {error.strerror}") from None
    return path


def checked_place(out: Path) -> Path:
    """The folder that a new run is to have; whether another is there already, who makes it looks.

    Raises
    ------
    RunError
        No run can have that name, it is a link, the folder would lie inside another run, or it cannot be made; the
        text says which.
    """
    if out.is_symlink():
        raise RunError(f"the folder of a run must be no link, got {out}: name another folder")
    place = out.parent.resolve() / out.name if out.name else out.resolve()
    checked_name(place.name)
    for folder in place.parents:
        if (folder / "run.json").exists():
            raise RunError(f"a run must not lie inside another one, got {out}, and {folder} is a run")
    above = next(folder for folder in place.parents if folder.exists())
    try:
        with tempfile.TemporaryDirectory(dir=above):
            pass
    except OSError as error:
        raise RunError(f"{out} cannot be made: {above} takes no new folder ({error.strerror})") from None
    return out
