"""What of a run is measured, the same for the pages and for the commands.

The analyses are imported inside the functions: a page that opens first does not wait for them.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.selection import MEAN
from core.run import Run

if TYPE_CHECKING:
    from analysis.communities import Communities
    from analysis.forecasts import Errors

Floats = NDArray[np.floating[Any]]


def selectable(run: Run) -> tuple[str, ...]:
    """What can be looked at: the mean of several heads, then each; nothing for a model without heads."""
    return (MEAN, *run.heads) if len(run.heads) > 1 else tuple(run.heads)


def linked(graph: Floats | None) -> Floats | None:
    """The graph (N, N), if there is one and it has at least one link between two sensors."""
    if graph is None or not (graph > 0)[~np.eye(len(graph), dtype=bool)].any():
        return None
    return graph


def weighted(run: Run) -> bool:
    """Whether any head has a weight, of either sign, between two sensors: to itself does not count."""
    return any(np.count_nonzero(head) > np.count_nonzero(np.diagonal(head)) for head in run.interaction)


def compared(run: Run, name: str) -> dict[str, Floats]:
    """The run's forecast under ``name``, and beside it the simple ones, each (W, T, N)."""
    return {name: run.tested.forecast, **run.tested.simple()}


def errors_by_step(run: Run, name: str) -> "dict[str, Errors]":
    """Errors of the forecasts to compare at each step, (T,); pooled up to the step where the protocol pools them."""
    from analysis.forecasts import errors

    target = run.tested.target
    return {made: errors(values, target, pooled=run.pooled) for made, values in compared(run, name).items()}


def steps_at(run: Run, step: int) -> slice:
    """The steps that a figure at ``step`` (from 0) is about: all up to it where the protocol pools them, else it alone.

    What is shown by sensor, hour and day then agrees with the error that stands above it.
    """
    return slice(0 if run.pooled else step, step + 1)


def shown_sensors(chosen: list[int], errors: Floats) -> list[int]:
    """Whose curves to show, as positions: the chosen ones, else of errors (N,) the hardest and the middle one.

    >>> shown_sensors([], np.array([1.0, np.nan, 3.0, 2.0])), shown_sensors([1], np.ones(3))
    ([2, 3], [1])
    >>> shown_sensors([], np.array([np.nan, np.nan]))
    [0]
    """
    known = np.flatnonzero(np.isfinite(errors))
    if chosen or not len(known):
        return chosen or [0]
    by_error = known[np.argsort(-errors[known], kind="stable")]
    return list(dict.fromkeys([int(by_error[0]), int(by_error[len(by_error) // 2])]))


def communities_in(matrix: Floats, method: str, count: int) -> "Communities":
    """Communities of a matrix (N, N) by a method; ``count`` 0 lets the eigengap decide."""
    from analysis.communities import louvain_communities, spectral_communities

    return louvain_communities(matrix) if method == "louvain" else spectral_communities(matrix, count or None)


def clearness_draws(sensors: int) -> int:
    """Random matrices beside which communities are held: p down to 0.025, or 0.04 where each takes long.

    >>> clearness_draws(207), clearness_draws(1000)
    (39, 24)
    """
    return 39 if sensors <= 300 else 24
