"""The road graph of a folder, ``adjacency.csv``, in one of two forms.

A square table: row i, column j holds the weight with which receiver i uses sender j. It may have a header row,
an index column, both (with any text in the corner) or neither; where the ids are given they set the order,
where they are not the order is that of ``values.csv``. Blanks around an id are no part of it.

An edge list: a header with ``from``, ``to`` and ``weight``, then one edge a row. ``from`` is the sender and ``to``
the receiver, so ``adjacency[to, from] = weight``; a road open both ways is two rows. A list with nothing below its
header says that no graph is known.

A learned matrix that comes as a table has the same two forms, and may have weights below 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from core.data import table
from core.data.faults import Faults, quoted
from core.data.sensors import MOST_SENSORS, FloatArray, trimmed

EDGE_COLUMNS = ("from", "to", "weight")
MISSING = (
    "is missing (where no road graph is known, make it the one line "
    f"'{','.join(EDGE_COLUMNS)}': an edge list without edges)"
)


def read(
    path: Path,
    ids: Sequence[str] | None,
    faults: Faults,
    *,
    known: str = "values.csv",
    negative: bool = False,
    hint: str = "",
) -> FloatArray | None:
    """Read the graph of the sensors ``ids``, (N, N) float32 with rows as receivers.

    Parameters
    ----------
    path : the file
    ids : the N sensors in the order of ``values.csv``; None where that could not be read: then the graph is
        checked as far as it can be by itself
    faults : gets everything that is wrong
    known : where the ids come from, for the words of a fault
    negative : whether weights below 0 are allowed
    hint : what to do where none of the ids is known, for the words of that fault

    Returns
    -------
    The graph, or None where none is known, or where there are faults.
    """
    file = path.name
    content = table.text(path, faults, missing=MISSING)
    if content is None:
        return None
    first = next(table.rows(file, content, Faults()), None)
    if first is None:  # the quotes are broken from the start
        list(table.rows(file, content, faults))
        return None
    line, cells = first
    if not table.separated_by_commas(file, line, cells, faults):
        return None
    before = len(faults)
    words = [cell.strip().lower() for cell in cells]
    if ids is not None and len(plain := list(dict.fromkeys(map(trimmed, ids)))) == len(ids):
        ids = plain  # as they are read here, in the same order
    names_all = ids is not None and set(ids) <= set(map(trimmed, cells))  # sensors may be called 'from' and 'to'
    sensors = _Sensors(ids, known, negative, hint)
    if _ends(words) and not names_all:
        graph = _edges(file, content, words, sensors, faults)
    else:
        graph = _square(file, content, sensors, faults)
    return graph if len(faults) == before else None


@dataclass(frozen=True, slots=True)
class _Sensors:
    """The sensors to be met, where they are known from, whether weights may lie below 0; what to do if none is met."""

    ids: Sequence[str] | None
    known: str
    negative: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a graph says of its sensors before its weights are read.

    Attributes
    ----------
    ids : by header or first column of a square table; in an edge list as they come; empty where it names none
    count : of the sensors
    edges : whether it is an edge list
    """

    ids: tuple[str, ...]
    count: int
    edges: bool


def named(path: Path, most: int, faults: Faults) -> Named | None:
    """The sensors of a graph that comes alone, by what the file itself says.

    Parameters
    ----------
    path : the file
    most : sensors that are allowed
    faults : gets what stops it from being read, and too many sensors; what else is wrong, ``read`` finds
    """
    content = table.text(path, faults)
    if content is None:
        return None
    rows = table.rows(path.name, content, Faults())
    _, top = next(rows, (1, [""]))
    words = [cell.strip().lower() for cell in top]
    if ends := _ends(words):
        met = dict[str, None]()  # a set that keeps its order
        for _, cells in rows:
            if len(met) > most:
                break
            if len(cells) == len(words):
                met |= dict.fromkeys(trimmed(cells[end]) for end in ends)
        found = Named(tuple(met), len(met), edges=True)
    else:
        top = [trimmed(cell) for cell in top]
        left = [top[0], *(trimmed(cells[0]) for _, cells in islice(rows, most + 1))]
        form = _form(top[: most + 2], left, None)
        count = max(len(top) - form.index, len(left) - form.header)
        ids = top[form.index :] if form.header else left if form.index else []
        found = Named(tuple(ids), count, edges=False)
    if found.count > most:
        faults.add(path.name, f"must have at most {most:,} sensors", got="more")
        return None
    return found


def _ends(words: Sequence[str]) -> list[int]:
    """Where the header of an edge list has its two ends; [] for that of a square table.

    'source' and 'target' are not what the columns are called here, but who writes them means a list.
    """
    if {"from", "to"} <= set(words):
        return [words.index(word) for word in ("from", "to")]
    if set(words) in ({"source", "target"}, {"source", "target", "weight"}):
        return [words.index(word) for word in ("source", "target")]
    return []


def _edges(file: str, content: str, words: list[str], sensors: _Sensors, faults: Faults) -> FloatArray | None:
    ids = sensors.ids
    rows = table.rows(file, content, faults)
    header, _ = next(rows)
    if sorted(words) != sorted(EDGE_COLUMNS):
        faults.add(
            file,
            f"an edge list must have the columns {', '.join(EDGE_COLUMNS)} and no other"
            + (" (call source 'from' and target 'to')" if "source" in words else ""),
            cell=",".join(words),
            row=header,
        )
        return None
    column = {word: j for j, word in enumerate(words)}
    order = {name: i for i, name in enumerate(ids or ())}
    graph = np.zeros((len(order), len(order)), dtype=np.float32)
    given = np.zeros(graph.shape, dtype=np.int32)  # the row of each edge, 0 for none
    strange: dict[tuple[str, str], int] = {}  # the same, of edges with a sensor that is not known
    most = table.MOST_FAULTY if ids is None else len(ids) ** 2
    faulty = 0
    for count, (line, cells) in enumerate(rows):
        if count == most:
            if ids is not None:  # else there is a fault already, that of the file that should name them
                faults.add(file, f"must have at most {most:,} edges, one for each pair {table.UNREAD}", row=line)
            break
        if table.is_hopeless(file, line, faulty, faults):
            break
        if len(cells) != len(words):
            faults.add(file, f"must have {len(words)} cells as the header has", got=len(cells), row=line)
            faulty += 1
            continue
        sender, receiver = trimmed(cells[column["from"]]), trimmed(cells[column["to"]])
        cell = [cells[column["weight"]]]
        weight = table.numbers(file, line, cell, ["weight"], faults, gaps=False, negative=sensors.negative)
        for word, name in (("from", sender), ("to", receiver)):
            if ids is not None and name not in order:
                faults.add(file, f"must be a sensor of {sensors.known}", cell=name, row=line, column=word)
        if sender in order and receiver in order:
            place = order[receiver], order[sender]
            earlier = int(given[place]) or line
            graph[place], given[place] = weight[0], earlier
        else:
            earlier = strange.setdefault((sender, receiver), line)
            faulty += ids is not None
        if earlier != line:
            faults.add(file, "an edge must be given once", got=f"the edge of row {earlier} again", row=line)
    return graph if given.any() else None


@dataclass(frozen=True, slots=True)
class _Form:
    header: bool
    index: bool


def _square(file: str, content: str, sensors: _Sensors, faults: Faults) -> FloatArray | None:
    ids, before = sensors.ids, len(faults)
    top: list[str] = []
    left: list[str] = []
    for line, cells in table.rows(file, content, Faults()):  # once for the form, once for the numbers
        top = top or [trimmed(cell) for cell in cells]
        left.append(trimmed(cells[0]))
        if max(len(left), len(top)) > MOST_SENSORS + 1:  # with a header, and an index
            must = f"must have at most {MOST_SENSORS:,} sensors, one row and one column for each {table.UNREAD}"
            faults.add(file, must, row=line)
            return None
    form = _form(top, left, ids)
    rows = table.rows(file, content, faults)
    senders = list(ids or ())
    met = True
    if form.header:
        line, _ = next(rows)
        senders = top[1:] if form.index else top
        offset = 2 if form.index else 1
        places = [(line, str(j)) for j in range(offset, offset + len(senders))]
        met = _check_names(file, "column", senders, places, sensors, faults)
    width = len(top)
    columns = _column_names(senders if form.header else [], width - form.index, first=1 + form.index)
    receivers: list[str] = []
    lines: list[int] = []
    weights: list[FloatArray] = []
    for line, cells in rows:
        lines.append(line)
        receivers.append(trimmed(cells[0]))
        if len(cells) != width:
            faults.add(file, f"must have {width} cells as the first row has", got=len(cells), row=line)
        elif len(cells) > form.index:
            numbers = cells[form.index :]
            row = table.numbers(file, line, numbers, columns, faults, gaps=False, negative=sensors.negative)
            weights.append(row.astype(np.float32))
    size = (len(lines), width - form.index)
    if not lines:
        faults.add(file, "must hold at least one row of weights", got="none")
    elif size[0] != size[1]:  # where values.csv could not be read the form is a guess that fits
        faults.add(
            file,
            "must be square, one row and one column for each sensor",
            got=f"{size[0]} rows and {size[1]} columns",
        )
    elif ids is not None and size[0] != len(ids):
        faults.add(file, f"must have a row and a column for each of {len(ids)} sensors", got=size[0])
    if form.index:
        if met or set(receivers) != set(senders):  # else it was said of the header
            _check_names(file, "row", receivers, [(line, "1") for line in lines], sensors, faults)
        senders = senders if form.header else receivers
    else:
        receivers = senders
    if ids is None or len(faults) > before:
        return None
    return _ordered(np.stack(weights), receivers, senders, ids)


def _form(top: Sequence[str], left: Sequence[str], ids: Sequence[str] | None) -> _Form:
    """Tell from first row and first column whether a table has a header row and an index column.

    Ids may be numbers, as the weights are, so the size settles it where it can: N sensors make N rows without a
    header and N + 1 with one. Only where the size fits no form, the content has to tell.
    """
    height, width = len(left), len(top)
    if ids is None:
        # a word in the corner of a square is the name of the ids; in a header without ids it is an id itself
        corner = not top[0].strip() or (height == width and table.number(top[0]) is None)
        return _Form(corner or _words(top) or height == width + 1, corner or _words(left) or width == height + 1)
    known, n = frozenset(ids), len(ids)
    form = _Form(header=height == n + 1, index=width == n + 1)
    if height in (n, n + 1) and width in (n, n + 1):
        weights = top[form.index :]
        every_id = n > 2 and known == set(weights)  # with one or two sensors 0 and 1 may be either
        is_header = _names(top, known) if form.header else _words(weights) or every_id
        if is_header == form.header:
            return form
    if _strangers(top, left, known):
        return _Form(header=True, index=True)
    return _Form(_names(top, known), _names(left, known))


def _strangers(top: Sequence[str], left: Sequence[str], known: frozenset[str]) -> bool:
    """Whether first row and first column name the same sensors, each once, and none of those that are known.

    A square table with a blank or a word in its corner; ids may be numbers, so what else it holds does not tell.
    """
    corner = not top[0].strip() or table.number(top[0]) is None
    across, down = set(top[1:]), set(left[1:])
    square = len(top) == len(left) == len(across) + 1
    return corner and square and across == down and known.isdisjoint(across)


def _words(cells: Sequence[str]) -> bool:
    """Whether most of the cells are words, not numbers."""
    return 2 * sum(table.number(cell) is None for cell in cells) > len(cells)


def _names(cells: Sequence[str], known: frozenset[str]) -> bool:
    """Whether at least half of the cells are names: words, blanks, or ids that are known, each counted once."""
    blank_or_word = sum(not cell.strip() or table.number(cell) is None for cell in cells if cell not in known)
    return 2 * (len(known.intersection(cells)) + blank_or_word) >= len(cells)


def _column_names(names: Sequence[str], count: int, first: int) -> list[str]:
    return list(names) if len(names) == count else [str(j) for j in range(first, first + count)]


def _check_names(
    file: str,
    what: str,
    names: Sequence[str],
    places: Sequence[tuple[int, str]],
    sensors: _Sensors,
    faults: Faults,
) -> bool:
    """Names of the rows or of the columns must be the sensors that are known, each once; False if none of them is."""
    ids, known, seen = sensors.ids, frozenset(sensors.ids or ()), set[str]()
    if ids and names and known.isdisjoint(names):
        line, column = places[0]
        must = f"the ids in the {'header' if what == 'column' else 'first column'} must be those of {sensors.known}"
        got = f"none of them: {quoted(names[0])} here, {quoted(ids[0])} there{sensors.hint}"
        faults.add(file, must, got=got, row=line, column=column)
        return False
    for name, (line, column) in zip(names, places, strict=True):
        if ids is not None and name not in known:
            faults.add(file, f"must be a sensor of {sensors.known}", cell=name, row=line, column=column)
        elif name in seen:
            faults.add(file, f"a sensor must have one {what}", cell=name, row=line, column=column)
        seen.add(name)
    for name in ids or ():
        if name not in seen:
            faults.add(file, f"must have a {what} for each sensor of {sensors.known}", got=f"none for {quoted(name)}")
    return True


def _ordered(weights: FloatArray, receivers: Sequence[str], senders: Sequence[str], ids: Sequence[str]) -> FloatArray:
    """Rows and columns in the order of ``ids``."""
    row = {name: i for i, name in enumerate(receivers)}
    column = {name: j for j, name in enumerate(senders)}
    return weights[np.ix_([row[name] for name in ids], [column[name] for name in ids])]
