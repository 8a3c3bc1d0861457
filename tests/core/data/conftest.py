"""Small data for the tests of the readers: three sensors, one-way roads, a day of 15-minute steps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.sensors import SensorData, node_table

IDS = ("A", "B", "C")
STEPS = 24
CLOCK = [str(time)[:16] for time in pd.date_range("2024-01-01", periods=STEPS, freq="15min")]

Replaced = Callable[..., Path]


def values_csv(replaced: dict[int, str] | None = None, steps: int = STEPS) -> str:
    """A sound values.csv; ``replaced`` gives other text for lines as an editor counts them, header = 1."""
    lines = ["time," + ",".join(IDS)]
    lines += [f"{CLOCK[t]},{t}.5,{t + 1},{t + 2}e0" for t in range(steps)]
    for line, text in (replaced or {}).items():
        lines[line - 1] = text
    return "\n".join(lines) + "\n"


ADJACENCY_CSV = "0,1,0\n0,0,0.5\n0,0,0\n"  # A uses B, B uses C, nobody uses A
NODES_CSV = "id,latitude,longitude,group\nA,1,2,east\nB,1.5,2.5,east\nC,,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Replaced:
    """Make a sound folder, in which any file can be replaced by other text or bytes, or left out (None)."""

    def made(**replaced: str | bytes | None) -> Path:
        files = {"values": values_csv(), "adjacency": ADJACENCY_CSV, "nodes": NODES_CSV, **replaced}
        path = tmp_path / "mine"
        path.mkdir()
        for name, content in files.items():
            if content is not None:
                whole = content.encode() if isinstance(content, str) else content
                (path / f"{name}.csv").write_bytes(whole)
        return path

    return made


def made(**replaced: object) -> SensorData:
    """Sound SensorData of three sensors, in which any field can be replaced."""
    fields: dict[str, object] = {
        "name": "small",
        "values": np.array([[1, 2, np.nan], [4, 5, 6], [7, 8, 9], [10, 11, 12]], dtype=np.float32),
        "times": pd.date_range("2024-01-01", periods=4, freq="15min"),
        "interval": pd.Timedelta(minutes=15),
        "unit": "km/h",
        "nodes": node_table(IDS, [1.0, 1.5, np.nan], [2.0, 2.5, np.nan], ["east", "east", ""]),
        "adjacency": np.array([[0, 1, 0], [0, 0, 0.5], [0, 0, 0]], dtype=np.float32),
    }
    return SensorData(**{**fields, **replaced})  # type: ignore[arg-type]
