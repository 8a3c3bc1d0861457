"""Documents that tests take apart, entry by entry."""

from collections.abc import Iterator
from typing import Any


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every entry of a document; of a list its first alone, since its others are treated alike."""
    if path:
        yield path
    inside = part.items() if isinstance(part, dict) else enumerate(part[:1]) if isinstance(part, list) else ()
    for key, value in inside:
        yield from places(value, (*path, key))
