"""A matrix as a table: square, with or without ids, or a list of edges. See ``core/data/adjacency.py``."""

from pathlib import Path

import numpy as np

from core.data import adjacency
from core.data.faults import Faults
from core.data.sensors import id_problem, node_table
from core.matrices.found import EDGES, MOST_SENSORS, ROWS, Found, Given, check_size

HEAD = "matrix"     # what the one head of a file is called that gives it no name


def read(path: Path, given: Given | None, faults: Faults) -> Found | None:
    """The one head of a CSV file; None, and a fault, where there is none to use.

    Parameters
    ----------
    path : the file
    given : the sensors and their order, where they are known; else the file's own
    faults : gets everything that is wrong
    """
    file, before = path.name, len(faults)
    named = adjacency.named(path, MOST_SENSORS, faults)
    if named is None:
        return None
    if named.edges and not named.ids:
        faults.add(file, "must hold at least one edge")
        return None
    if given is not None:
        ids, known = given.ids, given.file
    else:
        ids, known = named.ids, "its edges" if named.edges else "its first row"
        for column, name in enumerate(ids, start=1):
            if problem := id_problem(name):
                faults.add(file, f"the id of a sensor {problem}", cell=name, column=str(column))
    numbered = tuple(str(i) for i in range(named.count))
    weights = adjacency.read(path, ids or numbered, faults, known=known, negative=True)
    if weights is None or len(faults) > before or not check_size(file, 1, len(weights), faults):
        return None
    return Found(weights[np.newaxis], (HEAD,), node_table(ids) if ids else None, EDGES if named.edges else ROWS)
