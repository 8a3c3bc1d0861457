"""What of a run is measured, the same for the pages and for the commands.

The analyses are imported inside the functions: a page that opens first does not wait for them.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.run import Run

if TYPE_CHECKING:
    from analysis.forecasts import Errors

Floats = NDArray[np.floating[Any]]


def linked(graph: Floats | None) -> Floats | None:
    """The graph (N, N), if there is one and it has at least one link between two sensors."""
    if graph is None or not (graph > 0)[~np.eye(len(graph), dtype=bool)].any():
        return None
    return graph


def compared(run: Run, name: str) -> dict[str, Floats]:
    """The run's forecast under ``name``, and beside it the simple ones, each (W, T, N)."""
    return {name: run.forecasts.forecast, **run.forecasts.simple()}


def errors_by_step(run: Run, name: str) -> "dict[str, Errors]":
    """Errors of the forecasts to compare at each step, (T,); pooled up to the step where the protocol pools them."""
    from analysis.forecasts import errors

    target = run.forecasts.target
    return {made: errors(values, target, pooled=run.pooled) for made, values in compared(run, name).items()}


def steps_at(run: Run, step: int) -> slice:
    """The steps that a figure at ``step`` (from 0) is about: all up to it where the protocol pools them, else it alone.

    What is shown by sensor, hour and day then agrees with the error that stands above it.
    """
    return slice(0 if run.pooled else step, step + 1)
