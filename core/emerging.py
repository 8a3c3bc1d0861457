"""The interaction while it is being learned: one small file in the run's folder, replaced after every epoch.

    emerging.safetensors   ``interaction (H, N, N)`` float32, ``epoch (1,)`` int64 after which it was taken

It is there from the first whole epoch until the run is done. No torch here: the app reads it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.files import write_tensors
from core.run import RunError, read_tensors

EMERGING = "emerging.safetensors"
_HEADER = 4096      # bytes that names and shapes take at most


@dataclass(frozen=True, eq=False, slots=True)
class Emerging:
    """The interaction (H, N, N) as it was after an epoch; rows are receivers."""

    epoch: int
    interaction: NDArray[np.float32]


def write_emerging(folder: Path, emerging: Emerging) -> None:
    """Write the snapshot into a run's folder, in place of the one before."""
    write_tensors(
        folder / EMERGING,
        {
            "interaction": emerging.interaction.astype(np.float32, copy=False),
            "epoch": np.array([emerging.epoch], dtype=np.int64),
        },
    )


def read_emerging(folder: Path, heads: int, sensors: int) -> Emerging | None:
    """The snapshot in a run's folder; None where there is none.

    Parameters
    ----------
    folder : of the run
    heads, sensors : what its record says; a file of another size is not read

    Raises
    ------
    RunError
        The file is not such a snapshot, or not of that many heads and sensors.
    """
    file, shape = folder / EMERGING, (heads, sensors, sensors)
    try:
        size = file.stat().st_size
    except OSError:
        return None
    if size > 4 * heads * sensors**2 + _HEADER:
        raise RunError(f"{file} must hold interaction of shape {shape}, got a file of {size:,} bytes")
    tensors = read_tensors(file)
    interaction, epoch = tensors.get("interaction"), tensors.get("epoch")
    if interaction is None or interaction.dtype != np.float32 or interaction.shape != shape:
        came = "none" if interaction is None else f"{interaction.dtype} of {interaction.shape}"
        raise RunError(f"{file} must hold interaction, float32 of shape {shape}, got {came}")
    if not np.isfinite(interaction).all():
        raise RunError(f"{file} must hold finite weights")
    if epoch is None or epoch.dtype != np.int64 or epoch.shape != (1,) or epoch[0] < 1:
        raise RunError(f"{file} must hold epoch, one int64 of at least 1")
    return Emerging(int(epoch[0]), interaction)
