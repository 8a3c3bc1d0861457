"""One matrix in every kind of file, and the faults of a file."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.faults import DataError, Fault
from core.matrices import read

IDS = ["A", "B", "C", "D"]
# one way: a transpose shows; negative, zero, very small and very large weights
ONE_WAY = np.array([[0, 1.5, -2, 0], [0, 0.25, 1e-30, 3e38], [4, 0, 0, 7], [0, -0.5, 0, 0]], dtype=np.float32)


def faults_of(path: Path, **settings: Any) -> list[Fault]:
    with pytest.raises(DataError) as caught:
        read(path, **settings)
    return list(caught.value.faults)


def edges_of(matrix: np.ndarray, ids: list[str]) -> str:
    rows = [f"{ids[j]},{ids[i]},{matrix[i, j]!r}" for i, j in np.argwhere(matrix)]
    return "\n".join(["from,to,weight", *(row.replace("np.float32(", "").replace(")", "") for row in rows)])


def graph_of(matrix: np.ndarray, ids: list[str]) -> bytes:
    import networkx as nx

    made = nx.DiGraph()
    made.add_nodes_from(ids)
    made.add_edges_from((ids[j], ids[i], {"weight": float(matrix[i, j])}) for i, j in np.argwhere(matrix))
    content = io.BytesIO()
    nx.write_graphml(made, content)
    return content.getvalue()


def saved(folder: Path, kind: str, matrix: np.ndarray = ONE_WAY) -> Path:
    """The matrix as a file of that kind, its sensors named A, B, ... where the kind has names."""
    ids = [chr(65 + i) for i in range(len(matrix))]
    rows = [",".join(str(weight) for weight in row) for row in matrix.tolist()]
    if kind in ("npy", "npz"):
        path = folder / f"m.{kind}"
        if kind == "npy":
            np.save(path, matrix)
        else:
            np.savez_compressed(path, matrix=matrix)
        return path
    path = folder / ("m.graphml" if kind == "graphml" else "m.csv")
    if kind == "graphml":
        path.write_bytes(graph_of(matrix, ids))
    else:
        labelled = [f"{name},{row}" for name, row in zip(ids, rows, strict=True)]
        path.write_text({
            "bare": "\n".join(rows),
            "header": "\n".join([",".join(ids), *rows]),
            "index": "\n".join(labelled),
            "both": "\n".join([",".join(["", *ids]), *labelled]),
            "named corner": "\n".join([",".join(["sensor", *ids]), *labelled]),
            "edges": edges_of(matrix, ids),
        }[kind])  # fmt: skip
    return path


NODES = "id,latitude,longitude,group\nC,48,11,x\nA,49,12,y\nD,47,11,\nB,48.5,11.5,x\n"
