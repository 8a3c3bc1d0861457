"""The folders of data and of runs: those that the environment names, or those in the project."""

import os
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def named(variable: str) -> Path | None:
    """The folder that a variable of the environment names, without blanks around it, ``~`` for the home; None for none.

    Where there is no such home, ``~name`` is the name of a folder.
    """
    if not (said := os.environ.get(variable, "").strip()):
        return None
    with suppress(RuntimeError):
        return Path(said).expanduser()
    return Path(said)


def data_root() -> Path:
    """Folder with one folder for each data set: TOPOLENS_DATA if that is set, or ``data`` in the project."""
    return named("TOPOLENS_DATA") or ROOT / "data"


def runs_root() -> Path:
    """Folder of a user's own runs: TOPOLENS_RUNS if that is set, or ``runs`` in the project."""
    return named("TOPOLENS_RUNS") or ROOT / "runs"
