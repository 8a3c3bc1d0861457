"""Bring your own: a folder with ``values.csv`` and, if there are any, ``adjacency.csv``, ``nodes.csv``, ``about.json``.

    values.csv      first column: local time, 2012-03-01 00:05; then one column for each sensor, its id as header.
                    A blank cell or 'nan' is a missing value.
    adjacency.csv   the road graph: a square table or an edge list, see ``core/data/adjacency.py``. Without it no
                    graph is known, and a model that needs one refuses.
    nodes.csv       id, latitude, longitude, group: each sensor once, in any order. All but id may be left out.
    about.json      what was measured, in which unit, whose data: see ``core/data/about.py``.

UTF-8, commas between cells, points in decimals; a cell with a comma, a quote or a line break stands in quotes. Blanks
around an id are no part of it.
"""

import csv
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import DATASETS, about, adjacency, nodes, table
from core.data.faults import Faults, quoted
from core.data.report import Report, report
from core.data.sensors import (
    COORDINATE_LIMITS,
    MOST_SENSORS,
    NODE_COLUMNS,
    FloatArray,
    SensorData,
    id_problem,
    node_table,
    trimmed,
)
from core.data.timeline import is_time, timeline

VALUES, ADJACENCY, NODES = "values.csv", "adjacency.csv", "nodes.csv"
OWN = "folder"  # what a folder of one's own is called where data sets have names
MARKS = {  # by which files a folder is recognised
    "los-loop": ("los_speed.csv", "los_adj.csv"),
    "sz-taxi": ("sz_speed.csv", "sz_adj.csv"),
    "pemsd7m": ("V_228.csv", "V_228_f32.npz", "W_228.csv"),
    OWN: (VALUES, ADJACENCY, NODES),
}
LEAST = 24  # 12 steps in and 12 out: the rows of one window


def read(folder: Path, *, least: int = LEAST, quantity: str = "", unit: str = "") -> SensorData:
    """Read a folder in the format above.

    Parameters
    ----------
    folder : holds ``values.csv`` and perhaps ``adjacency.csv``, ``nodes.csv`` and ``about.json``
    least : rows that the longest stretch without a gap in time must have, for one window
    quantity, unit : what was measured and in what, for the axes; '' takes what ``about.json`` says, and where that
        says nothing, that it was not stated

    Returns
    -------
    SensorData
        Sensors in the order of ``values.csv``; the interval is the most frequent step in time.

    Raises
    ------
    DataError
        With every fault of every file.
    """
    faults = Faults()
    if not folder.is_dir():
        faults.add(str(folder), "must be a folder")
        faults.raise_any()
    series = _series(folder / VALUES, least, faults)
    ids = None if series is None else series.ids
    roads = folder / ADJACENCY
    graph = adjacency.read(roads, ids, faults) if roads.exists() or roads.is_symlink() else None
    sensors = nodes.read(folder / NODES, ids, faults)
    said = about.read(folder / about.FILE, faults)
    faults.raise_any()
    if series is None:  # a series that cannot be read is a fault, so it was raised above
        raise AssertionError("values.csv was neither read nor faulty")
    name = folder.resolve().name or "folder"
    return SensorData(
        name=name,
        values=series.values,
        times=pd.DatetimeIndex(series.times.astype("datetime64[s]")),
        interval=pd.Timedelta(minutes=series.interval),
        unit=unit or said.unit or about.UNSTATED,
        nodes=node_table(series.ids) if sensors is None else sensors,
        adjacency=graph,
        source=said.source or f"Your own files, from the folder {name}",
        quantity=quantity or said.quantity or "value",
    )


def check(folder: Path, *, least: int = LEAST) -> Report:
    """Say what a folder holds, as :func:`inspected` does, without the data."""
    return inspected(folder, least=least)[1]


def inspected(folder: Path, *, least: int = LEAST) -> tuple[SensorData, Report]:
    """Read and say what a folder holds: files of one's own in the format above, or one of the published data sets.

    Files of a published data set are also compared with the hashes of what its publisher serves: a difference is
    no fault, since they may be read all the same, but the report names it.

    Raises
    ------
    DataError
        With every fault of every file, or because the folder holds no data, or those of several data sets.
    """
    faults = Faults()
    found = [kind for kind, files in MARKS.items() if any((folder / file).exists() for file in files)]
    if not folder.is_dir():
        faults.add(str(folder), "must be a folder")
    elif not found:
        known = "; ".join(f"{files[0]} ({kind})" for kind, files in MARKS.items())
        faults.add(str(folder), f"must hold sensor data, as a first file {known}")
    elif len(found) > 1:
        faults.add(str(folder), "must hold one data set", got=" and ".join(found))
    faults.raise_any()
    (kind,) = found
    if kind == OWN:
        own = read(folder, least=least)
        return own, report(own, kind)
    data = DATASETS[kind](folder)
    from core.data.download import SOURCES, is_published  # costs the time to import what fetches

    there = [source for source in SOURCES[kind] if (folder / source.file).exists()]
    altered = tuple(source.file for source in there if not is_published(folder / source.file, source))
    known_files = {source.file for source in there}
    unchecked = tuple(f for f in MARKS[kind] if (folder / f).exists() and f not in known_files)
    return data, report(data, kind, altered, unchecked)


def write(data: SensorData, folder: Path) -> None:
    """Save data as a folder that :func:`read` gives back: values, times, sensors and road graph are the same.

    The planted graph ``truth`` and the note have no place in these files and are not saved.
    All files are written to a folder beside it, which then takes the name: it is there whole, or not at all.

    Raises
    ------
    FileExistsError
        ``folder`` is there and not empty.
    ValueError
        An id begins or ends with a blank, which no reader would give back.
    """
    folder = folder.absolute()  # so that '.' has a name, and a parent to write beside it
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"the folder to write must be new or empty, got {folder}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        ids = [str(name) for name in data.nodes["id"]]
        if blank := next((name for name in ids if trimmed(name) != name), None):
            raise ValueError(f"an id must have no blanks around it to be written, got {blank!r}")
        clock = [str(time).replace("T", " ") for time in data.times.to_numpy().astype("datetime64[m]")]
        _write_table(beside / VALUES, ["time", *ids], clock, data.values)
        if data.adjacency is None:
            _write_lines(beside / ADJACENCY, [adjacency.EDGE_COLUMNS])
        else:
            _write_table(beside / ADJACENCY, ["", *ids], ids, data.adjacency)
        places = data.nodes[list(COORDINATE_LIMITS)].to_numpy(dtype=np.float64)
        sensors = zip(ids, *_texts(places).T, map(str, data.nodes["group"]), strict=True)
        _write_lines(beside / NODES, [NODE_COLUMNS, *sensors])
        said = about.About(quantity=data.quantity, unit=data.unit, source=data.source)
        (beside / about.FILE).write_text(said.to_json(), encoding="utf-8")
        beside.chmod(0o755)  # mkdtemp makes it the owner's alone
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Series:
    """What ``values.csv`` holds, as far as it could be read: T rows, N sensors."""

    ids: list[str]
    times: NDArray[np.datetime64]  # (T,) in minutes, NaT where a time could not be read
    interval: int  # minutes
    values: FloatArray  # (T, N); rows of another length than the header's, which are faults, are left out


def _series(path: Path, least: int, faults: Faults) -> _Series | None:
    file = path.name
    content = table.text(path, faults)
    if content is None:
        return None
    rows = table.rows(file, content, faults)
    first, header = next(rows, (1, []))
    if not header or not table.separated_by_commas(file, first, header, faults):
        return None
    if is_time(header[0]):
        faults.add(file, "the first row must be a header: time, then the ids of the sensors", row=first)
        return None
    ids = [trimmed(cell) for cell in header[1:]]
    if not 1 <= len(ids) <= MOST_SENSORS:
        faults.add(file, f"must have a time column and 1 to {MOST_SENSORS:,} sensor columns", got=len(ids), row=first)
        return None
    _check_ids(file, first, ids, faults)
    names = [name if name.strip() else str(column) for column, name in enumerate(ids, start=2)]
    lines, clock, before = list[int](), list[str](), len(faults)
    # a row has a comma for each sensor: empty lines, and the two halves of a line end, need no place
    most = min(content.count("\n") + content.count("\r") + 1, content.count(",") // len(ids) + 1)
    values = np.empty((most, len(ids)), dtype=np.float32)
    whole = faulty = 0  # rows of the header's length; rows without it, or without a time
    for line, cells in rows:
        if table.is_hopeless(file, line, faulty, faults):
            break
        faulty += len(cells) != len(header) or not is_time(cells[0])
        if len(cells) == len(header):
            values[whole] = table.numbers(file, line, cells[1:], names, faults)
            whole += 1
        else:
            commas = len(cells) == 2 * len(ids) + 1
            hint = "; decimals must be written with a point, not a comma" if commas else ""
            faults.add(file, f"must have {len(header)} cells as the header has{hint}", got=len(cells), row=line)
        lines.append(line)
        clock.append(cells[0])
    values = values[:whole]
    if len(faults) == before and lines:  # cells with a fault have been named, and count as missing here
        for j in map(int, np.flatnonzero(np.isnan(values).all(axis=0))):
            faults.add(file, "a sensor must have at least one value", column=names[j])
    times, interval = timeline(file, lines, clock, least, faults)
    return _Series(ids, times, interval, values)


def _check_ids(file: str, line: int, ids: Sequence[str], faults: Faults) -> None:
    first: dict[str, int] = {}
    for column, name in enumerate(ids, start=2):
        problem = id_problem(name)
        if problem:
            faults.add(file, f"the id of a sensor {problem}", cell=name, row=line, column=str(column))
        elif first.setdefault(name, column) != column:
            faults.add(
                file,
                "the id of a sensor must be given once",
                got=f"{quoted(name)} in columns {first[name]} and {column}",
                row=line,
            )


def _write_table(path: Path, header: Sequence[str], index: Sequence[str], numbers: FloatArray) -> None:
    _write_lines(path, [header, *([name, *_texts(row)] for name, row in zip(index, numbers, strict=True))])


def _texts(numbers: NDArray[np.floating]) -> NDArray[np.str_]:
    """Each number in the fewest digits that give it back exactly; '' for NaN."""
    return np.where(np.isnan(numbers), "", numbers.astype(str))


def _write_lines(path: Path, rows: Iterable[Sequence[str]]) -> None:
    # \r\n as line end makes the writer quote a cell with either of the two in it
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(rows)
