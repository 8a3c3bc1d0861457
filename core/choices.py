"""What a caller may choose: a name from an explicit table, a count of at least one."""

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def chosen(table: Mapping[str, T], name: str, what: str) -> T:
    """The entry of that name.

    Raises
    ------
    ValueError
        Unknown name; the known ones are listed.

    >>> chosen({"a": 1, "b": 2}, "c", "letter")
    Traceback (most recent call last):
    ValueError: letter must be one of a, b, got 'c'
    """
    if name not in table:
        raise ValueError(f"{what} must be one of {', '.join(table) or 'none'}, got {name!r}")
    return table[name]


def require_positive(record: Any, *names: str) -> None:
    """Refuse a record in which one of the named counts is under 1.

    Raises
    ------
    ValueError
        With the name and what it was.
    """
    for name in names:
        if getattr(record, name) < 1:
            raise ValueError(f"{name} must be at least 1, got {getattr(record, name)}")
