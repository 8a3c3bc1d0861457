"""Text files of comma-separated cells, read with care: what cannot be read is a fault with its place.

A row of a table and a line of its file are not the same where a cell in quotes holds a line break, so every
row comes with the line on which it begins, as an editor counts them.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.faults import Faults

MOST_BYTES = 2**30
MOST_FAULTY = 100_000  # rows with a fault after which a table is read no further
UNREAD = "(the rest of the file was not read)"
LARGEST = float(np.finfo(np.float32).max)
LONGEST_CELL = 131_072  # the limit of Python's csv module; a quote left open runs into it
# Of a row before it is split, which takes up to a hundred bytes for each cell. The longest that data can have: 5,000
# ids of 1,000 quotes, each of which stands twice, are 10 million characters; they have 5,000 commas between them, and
# a hundred each within them.
LONGEST_ROW = 2**24
MOST_COMMAS = 500_000

_MISSING = re.compile(r"\s*([+-]?nan)?\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf|infinity)\s*", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*", re.ASCII)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def text(path: Path, faults: Faults, missing: str = "is missing") -> str | None:
    """Content of a UTF-8 file without its byte order mark; None, and a fault, where there is none to use.

    Parameters
    ----------
    path : a file; its name alone stands in the faults
    faults : gets what is wrong: no file, empty, too large, another encoding, NUL bytes
    missing : what the fault says where there is no file
    """
    file = path.name
    try:
        if not path.exists():
            faults.add(file, missing)
            return None
        if not path.is_file():
            faults.add(file, "must be a file")
            return None
        if path.stat().st_size > MOST_BYTES:
            faults.add(file, f"must be smaller than {MOST_BYTES:,} bytes", got=f"{path.stat().st_size:,}")
            return None
        content = path.read_bytes()
    except OSError as error:
        faults.add(file, f"must be readable, but {error.strerror or error}")
        return None
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        decoded = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        must = "must be UTF-8 text (it is UTF-16: save it again as UTF-8)" if wide else "must be UTF-8 text"
        faults.add(file, must, got=f"byte 0x{content[error.start]:02x} at position {error.start:,}", row=line)
        return None
    nul = decoded.find("\0")
    if nul >= 0:
        faults.add(file, "must be text without NUL bytes", row=decoded.count("\n", 0, nul) + 1)
        return None
    if not decoded.strip():
        faults.add(file, "must not be empty")
        return None
    return decoded


def rows(file: str, content: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Rows of a table: the line on which each begins, from 1, and its cells. Empty lines are left out.

    Where the quotes are broken a fault is added and the rows end: what follows cannot be told apart. So it is where a
    row is longer than that of any data can be: to split it would take a hundred times its room.
    """
    lines = _Lines(content)
    reader = csv.reader(lines, strict=True)
    line = 1
    while True:
        lines.length = lines.commas = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _LongError as error:
            faults.add(file, f"a row must have at most {error.must} {UNREAD}", got=error.got, row=line)
            return
        except csv.Error as error:
            large = "field larger" in str(error)
            must = f"a cell must be under {LONGEST_CELL:,} characters" if large else "quotes must be closed"
            faults.add(file, f"{must} {UNREAD}", row=line)
            return
        if cells:
            yield line, cells
        line = reader.line_num + 1


class _LongError(ValueError):
    """A row that no data can have."""

    def __init__(self, most: int, what: str, got: int) -> None:
        super().__init__(what)
        self.must, self.got = f"{most:,} {what}", f"{got:,}"


class _Lines:
    """The lines of a text; ``length`` and ``commas`` are those of the row so far, which may have several lines."""

    def __init__(self, content: str) -> None:
        self.lines = io.StringIO(content, newline="")
        self.length = self.commas = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.length += len(line)
        self.commas += line.count(",")
        if self.length > LONGEST_ROW:
            raise _LongError(LONGEST_ROW, "characters", self.length)
        if self.commas > MOST_COMMAS:
            raise _LongError(MOST_COMMAS, "commas", self.commas)
        return line


def is_hopeless(file: str, line: int, faulty: int, faults: Faults) -> bool:
    """Whether so many rows before this one were faulty that the rest is not worth its time and memory; then a fault."""
    if faulty <= MOST_FAULTY:
        return False
    faults.add(file, f"must have at most {MOST_FAULTY:,} rows with a fault {UNREAD}", row=line)
    return True


def separated_by_commas(file: str, line: int, cells: Sequence[str], faults: Faults) -> bool:
    """Whether the first row is split by commas; a fault where it shows another separator instead."""
    if len(cells) == 1:
        for mark, name in _SEPARATORS.items():
            if mark in cells[0]:
                faults.add(file, "cells must be separated by commas, decimals by points", got=name, row=line)
                return False
    return True


def number(cell: str) -> float | None:
    """The number in a cell, NaN where it is blank or 'nan', None where it holds anything else.

    >>> number(" 1.5e2 "), number(""), number("1_000"), number("1,5")
    (150.0, nan, None, None)
    """
    if _NUMBER.fullmatch(cell):
        return float(cell)
    return math.nan if _MISSING.fullmatch(cell) else None


def numbers(
    file: str,
    line: int,
    cells: Sequence[str],
    columns: Sequence[str],
    faults: Faults,
    *,
    gaps: bool = True,
    negative: bool = True,
) -> NDArray[np.float64]:
    """Cells as numbers (n,), NaN for what is missing or faulty.

    Parameters
    ----------
    file, line : where the cells stand
    cells, columns : the cells and the names of their columns, equally many
    faults : gets each cell that is no number, or that is not finite as float32
    gaps : whether a blank cell or 'nan' may stand for a missing value; otherwise it is a fault
    negative : whether numbers below 0 are allowed; otherwise they are faults
    """
    row = _plain_numbers(cells)
    if (
        row is not None
        and not (np.abs(row) > LARGEST).any()
        and (gaps or not np.isnan(row).any())
        and (negative or not (row < 0).any())
    ):
        return row
    checked = np.full(len(cells), np.nan)
    for j, cell in enumerate(cells):
        value = number(cell)
        must = None
        if value is None:
            # told apart, so that a table written with decimal commas is understood at once
            comma = "," in cell and _DECIMAL_COMMA.fullmatch(cell)
            must = "must be a number with a decimal point" if comma else "must be a number"
        elif math.isnan(value):
            must = None if gaps else "must be a number"
        elif abs(value) > LARGEST:
            must = "must be finite and fit float32"
        elif value < 0 and not negative:
            must = "must not be negative"
        else:
            checked[j] = value
        if must is not None:
            faults.add(file, must, cell=cell, row=line, column=columns[j])
    return checked


def _plain_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """All cells at once, or None where one needs a closer look."""
    joined = "".join(cells)
    if "_" in joined or not joined.isascii():  # float() reads 1_0, and digits of any script
        return None
    try:
        return np.array([float(cell) if cell else math.nan for cell in cells])
    except ValueError:
        return None
