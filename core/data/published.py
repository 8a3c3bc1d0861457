"""Tables of numbers as their publishers serve them: read fast, and with care where something is wrong."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import table
from core.data.faults import Faults


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
        # a column named twice comes back renamed, and a short row as NaN: both lead to the careful way
        frame = pd.read_csv(
            path, header=0 if header else None, dtype=np.float64, float_precision="round_trip", index_col=False
        )
    except (ValueError, OSError, OverflowError):  # pandas' own errors are ValueErrors
        return None
    columns = tuple(str(name) for name in frame.columns) if header else _numbered(frame.shape[1])
    return Numbers(columns, frame.to_numpy())


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
