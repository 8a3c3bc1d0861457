"""A JSON document from a stranger, read so bounded that nothing in it can stop what reads it later."""

import json
import math
import re
from itertools import islice
from pathlib import Path
from typing import Any

DEEPEST = 16     # a record needs five

# The next mark outside of texts, or the end. No place is read twice, whatever is never closed.
_MARK = re.compile(r'(?:[^"\[{,]++|"(?:[^"\\]++|\\.)*+"?)*+(?:([\[{,])|\Z)', re.DOTALL)


def text(file: Path, most: int) -> str:
    """The text of a file.

    Raises
    ------
    ValueError
        It has more than ``most`` bytes, or is not UTF-8.
    OSError
        It cannot be read.
    """
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise ValueError("it must be a plain file, got a device or a pipe, which may have no end")
    if (size := file.stat().st_size) > most:
        raise ValueError(f"it must have at most {most:,} bytes, got {size:,}")
    return file.read_text(encoding="utf-8")


def document(content: str, most: int | None = None) -> Any:
    """What a JSON text holds, so bounded that no number, text or nesting in it can stop what reads it.

    Parameters
    ----------
    content : the text
    most : parts that it may have, for a text that may be large: each takes up to a hundred bytes once it is read

    Raises
    ------
    ValueError
        Not JSON, more parts than ``most``, a number that is not finite, a whole number that a float cannot hold,
        parts too deep in each other, or half of a surrogate pair, which JSON may hold and no page can show.
    """
    if most is not None and has_more_parts(content, most):
        raise ValueError(f"it must have at most {most:,} parts, got more")
    try:
        found = json.loads(content, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError(f"its parts must lie at most {DEEPEST} deep in each other") from None
    level = [found]
    for _ in range(DEEPEST):
        level = [child for part in level if isinstance(part, dict | list)
                 for child in (part.values() if isinstance(part, dict) else part)]
    if level:
        raise ValueError(f"its parts must lie at most {DEEPEST} deep in each other")
    json.dumps(found, ensure_ascii=False).encode()
    return found


def has_more_parts(content: str, most: int) -> bool:
    """Whether a JSON text has more than ``most`` parts: brackets that open and commas, outside of texts, are counted.

    >>> has_more_parts('{"a": [1, 2], "b": ",[,"}', 4), has_more_parts('{"a": [1, 2], "b": ",[,"}', 3)
    (False, True)
    """
    if sum(content.count(mark) for mark in "[{,") <= most:
        return False
    marks = (found for found in _MARK.finditer(content) if found[1])
    return sum(1 for _ in islice(marks, most + 1)) > most


def _whole(digits: str) -> int:
    # Python refuses to read integers of more than 4,300 digits, and to make a float of those above 10**308.
    if len(digits) > 17 or abs(number := int(digits)) >= 2**53:
        raise ValueError(f"whole numbers must lie within -2**53 and 2**53, got {digits[:20]}")
    return number


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(f"numbers must be finite, got {literal[:20]}")
    return number
