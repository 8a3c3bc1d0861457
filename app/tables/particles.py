"""Errors of a run of particles, beside forecasts that need no training."""

import pandas as pd

from core.particle_record import QUANTITIES
from core.run import Run


def particle_error_table(run: Run) -> pd.DataFrame:
    """One row for each forecast and frame ahead: the mean squared errors over the whole test part.

    A column of velocities is there only where they are forecast.

    Raises
    ------
    RunError
        The run is not of particles.
    """
    moving = run.tracked
    names = sorted(moving.errors[QUANTITIES[0]], key=lambda name: name != run.model)
    return pd.DataFrame(
        [
            {
                "forecast": name,
                "frames ahead": frames,
                "time ahead": time,
                **{f"{quantity} MSE": float(rows[name][t]) for quantity, rows in moving.errors.items()},
            }
            for name in names
            for t, (frames, time) in enumerate(zip(moving.ahead, moving.times.tolist(), strict=True))
        ]
    )
