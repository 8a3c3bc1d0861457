"""Tables of numbers as their publishers serve them: read fast, and with care where something is wrong."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import table
from core.data.faults import Faults
from core.data.sensors import coordinate_problems


@dataclass(frozen=True, slots=True)
class Numbers:
    """A table of numbers with the names of its columns, which are '1', '2', ... where it has no header."""

    columns: tuple[str, ...]
    cells: NDArray[np.float64]  # (rows, columns)


def missing(folder: Path, dataset: str) -> str:
    """What the fault of a missing file says: where it was looked for, and how to get it."""
    return f"is missing in {folder}; get it with: python -m app data fetch {dataset}"


def numbers(
    path: Path, dataset: str, shape: tuple[int, int], faults: Faults, *, header: bool = False
) -> Numbers | None:
    """Read a table of numbers without gaps.

    Parameters
    ----------
    path : a file of comma-separated numbers, 0 or larger
    dataset : whose file it is, for the fault where it is missing
    shape : rows and columns that the published file has
    faults : gets what is wrong, cell by cell
    header : whether the first row holds the names of the columns

    Returns
    -------
    The table, or None where it has faults.
    """
    read = _read_fast(path, header) if path.is_file() else None
    if read is not None and read.cells.shape == shape and (read.cells >= 0).all() and _fits(read.cells):
        return read
    before = len(faults)
    read = _read_with_care(path, dataset, faults, header)
    if read is not None and read.cells.shape != shape:
        came = " x ".join(f"{length:,}" for length in read.cells.shape)
        must = f"must hold {shape[0]:,} x {shape[1]:,} numbers as published"
        faults.add(path.name, must, got=came)
    return read if len(faults) == before else None


def _fits(cells: NDArray[np.float64]) -> bool:
    return bool((cells <= table.LARGEST).all())


def _read_fast(path: Path, header: bool) -> Numbers | None:
    """Read a table in which nothing is wrong; None for any other, without a reason."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = tuple(next(csv.reader(file), ()))
        frame = pd.read_csv(path, header=None, skiprows=int(header), dtype=np.float64, encoding="utf-8-sig", engine="c")
    except (ValueError, OSError, csv.Error):  # pandas' own errors are ValueErrors
        return None
    if frame.shape[1] != len(names):
        return None
    return Numbers(names if header else _numbered(len(names)), frame.to_numpy())


def _read_with_care(path: Path, dataset: str, faults: Faults, header: bool) -> Numbers | None:
    file = path.name
    content = table.text(path, faults, missing=missing(path.parent, dataset))
    if content is None:
        return None
    columns: tuple[str, ...] = ()
    read: list[NDArray[np.float64]] = []
    for line, cells in table.rows(file, content, faults):
        if not columns:
            columns = tuple(cells) if header else _numbered(len(cells))
            if header:
                continue
        if len(cells) != len(columns):
            faults.add(file, f"must have {len(columns)} cells as the first row has", got=len(cells), row=line)
            continue
        read.append(table.numbers(file, line, cells, columns, faults, gaps=False, negative=False))
    return Numbers(columns, np.array(read, dtype=np.float64).reshape(len(read), len(columns)))


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(str(j + 1) for j in range(count))


@dataclass(frozen=True, slots=True)
class Stations:
    """A small table of sensors: the line of each row and the cells of each column, as text."""

    file: str
    lines: tuple[int, ...]
    cells: dict[str, list[str]]

    def degrees(self, latitude: str, longitude: str, faults: Faults) -> NDArray[np.float64]:
        """(rows, 2) latitude and longitude from the columns so named; faults for what is none."""
        axes = [latitude, longitude]
        pairs = zip(self.lines, self.cells[latitude], self.cells[longitude], strict=True)
        degrees = np.array([table.numbers(self.file, line, pair, axes, faults, gaps=False) for line, *pair in pairs])
        for i, axis, must, degree in coordinate_problems(*degrees.T):
            column = latitude if axis == "latitude" else longitude
            if not np.isnan(degree):
                faults.add(self.file, must, got=f"{degree:g}", row=self.lines[i], column=column)
        return degrees


def stations(path: Path, dataset: str, columns: Sequence[str], count: int, faults: Faults) -> Stations | None:
    """Read a table of sensors with exactly these columns; the first one counts the rows from 0.

    Parameters
    ----------
    path, dataset, faults : as for :func:`numbers`
    columns : the header
    count : rows that the published file has

    Returns
    -------
    The table, or None where it has faults.
    """
    file, before = path.name, len(faults)
    content = table.text(path, faults, missing=missing(path.parent, dataset))
    if content is None:
        return None
    rows = table.rows(file, content, faults)
    first, header = next(rows, (1, []))
    if header != list(columns):
        faults.add(file, f"must have the header {','.join(columns)}", cell=",".join(header), row=first)
        return None
    lines, read = list[int](), list[list[str]]()
    for line, cells in rows:
        if len(cells) != len(columns):
            faults.add(file, f"must have {len(columns)} cells as the header has", got=len(cells), row=line)
            continue
        if cells[0] != str(len(read)):
            faults.add(file, "must count the rows from 0", cell=cells[0], row=line, column=columns[0] or "1")
        lines.append(line)
        read.append(cells)
    if len(read) != count:
        faults.add(file, f"must have {count} rows as published", got=len(read))
    if len(faults) > before:
        return None
    by_column = [list(cells) for cells in zip(*read, strict=True)]
    return Stations(file, tuple(lines), dict(zip(columns, by_column, strict=True)))
