"""The sensors of a folder, ``nodes.csv``: id, latitude and longitude in degrees, group. Only id must be there."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.data import table
from core.data.faults import Faults, quoted
from core.data.sensors import (
    COORDINATE_LIMITS,
    NODE_COLUMNS,
    coordinate_problems,
    id_problem,
    node_table,
    trimmed,
)

MOST_UNKNOWN = 100_000  # sensors of the file that are not in values.csv, after which it is read no further


def read(path: Path, ids: Sequence[str] | None, faults: Faults, *, alone: bool = False) -> pd.DataFrame | None:
    """Read the sensors in the order of ``ids``.

    Parameters
    ----------
    path : the file; it need not exist
    ids : the N sensors of ``values.csv``; None where that could not be read: then only the file itself is checked
    faults : gets everything that is wrong
    alone : whether, without ``ids``, the sensors are those of the file, in its order

    Returns
    -------
    N rows with the columns of ``SensorData.nodes``, or None where there is no file, or where it has faults.
    """
    file = path.name
    if not path.exists() and not path.is_symlink():
        return None
    before = len(faults)
    content = table.text(path, faults)
    if content is None:
        return None
    rows = table.rows(file, content, faults)
    first, header = next(rows, (1, []))
    if not header or not table.separated_by_commas(file, first, header, faults):
        return None
    words = [cell.strip().lower() for cell in header]
    _check_header(file, first, header, words, faults)
    if "id" not in words:
        return None
    place = {word: words.index(word) for word in NODE_COLUMNS if word in words}
    axes = [axis for axis in COORDINATE_LIMITS if axis in place]
    known, most = frozenset(ids or ()), len(ids or ()) + MOST_UNKNOWN
    lines: dict[str, int] = {}
    latitude, longitude, groups = list[float](), list[float](), list[str]()
    for line, cells in rows:
        found = len(faults)
        if table.is_hopeless(file, line, found - before, faults):
            return None
        if len(lines) >= most:
            faults.add(file, f"must have at most {most:,} sensors {table.UNREAD}", row=line)
            return None
        if len(cells) != len(header):
            faults.add(file, f"must have {len(header)} cells as the header has", got=len(cells), row=line)
            cells = [*cells, *[""] * len(header)]
        name = trimmed(cells[place["id"]])
        problem = id_problem(name)
        if problem:
            faults.add(file, f"the id of a sensor {problem}", cell=name, row=line, column="id")
        elif ids is not None and name not in known:
            faults.add(file, "must be a sensor of values.csv", cell=name, row=line, column="id")
        if lines.setdefault(name, line) != line:
            came = f"{quoted(name)} as in row {lines[name]}"
            faults.add(file, "a sensor must be given once", got=came, row=line, column="id")
            continue
        degrees = table.numbers(file, line, [cells[place[axis]] for axis in axes], axes, faults)
        # a row with a fault has been named: its coordinates must not be called alone as well
        where = {} if len(faults) > found else dict(zip(axes, degrees.tolist(), strict=True))
        latitude.append(where.get("latitude", np.nan))
        longitude.append(where.get("longitude", np.nan))
        groups.append(cells[place["group"]] if "group" in place else "")
    for name in ids or ():
        if name not in lines:
            faults.add(file, "must have a row for each sensor of values.csv", got=f"none for {quoted(name)}")
    given = list(lines.values())
    for i, axis, must, degree in coordinate_problems(np.array(latitude), np.array(longitude)):
        came = "none" if np.isnan(degree) else f"{degree:g}"
        faults.add(file, must, got=came, row=given[i], column=axis)
    if (ids is None and not alone) or len(faults) != before:
        return None
    order = {name: i for i, name in enumerate(lines)}
    table_rows = [order[name] for name in (order if ids is None else ids)]
    sensors = node_table(list(lines), latitude, longitude, groups)
    return sensors.iloc[table_rows].reset_index(drop=True)


def _check_header(file: str, line: int, header: Sequence[str], words: Sequence[str], faults: Faults) -> None:
    for column, (cell, word) in enumerate(zip(header, words, strict=True), start=1):
        if word not in NODE_COLUMNS:
            must = f"the columns must be among {', '.join(NODE_COLUMNS)}"
            faults.add(file, must, cell=cell, row=line, column=str(column))
        elif words.index(word) != column - 1:
            faults.add(file, "a column must be given once", cell=cell, row=line, column=str(column))
    if "id" not in words:
        faults.add(file, "must have a column id", row=line)
