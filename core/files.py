"""Files that are whole or absent: written beside their place, then renamed into it."""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, or leave what was there untouched.

    The bytes go to a hidden neighbour first, reach the disk, and take the name in one step
    (``os.replace``), so a reader never meets half a file, whenever the writer is killed. Each thread has a
    neighbour of its own; of two that write the same file at once, the last one's content stays.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON document (no NaN: JSON has none) as a whole file."""
    write_bytes(path, (json.dumps(content, indent=1, allow_nan=False) + "\n").encode())


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays in the safetensors format as a whole file."""
    write_bytes(path, save({name: np.ascontiguousarray(array) for name, array in tensors.items()}))
