"""The record of the benchmark for its page, read anew whenever one of its files changes."""

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from app.benchmark import Kept


class RecordError(Exception):
    """The record cannot be read."""


def asked(what: str, *about: str) -> Any:
    """What a method of ``app.benchmark.Kept`` says of the record as it is now.

    Raises
    ------
    RecordError
        A file of the record cannot be read, or is not what it should be.
    ModuleNotFoundError
        The folder ``benchmarks`` is not part of this installation.
    """
    from app.benchmark import Kept, folder

    kept = Kept(folder())
    try:
        return _asked(kept, str(kept.folder), kept.stamp, what, about)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RecordError(f"{what.capitalize()}: {type(error).__name__}, {error}") from error


@st.cache_data(show_spinner="Reading the record …", max_entries=200)
def _asked(_kept: "Kept", folder: str, stamp: tuple[Any, ...], what: str, about: tuple[str, ...]) -> Any:  # noqa: ARG001
    return getattr(_kept, what)(*about)
