"""All errors of all forecasts, and figures of every head."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from app.measured import FORECAST, Measured
from app.reading.heads import head_label

if TYPE_CHECKING:
    from analysis.forecasts import Errors

NO_GRAPH = "no graph"


def errors_beside(measured: Measured, control: Measured | None) -> "dict[str, Errors]":
    """Errors at each step of the forecast, of the simple ones, and of a run without any graph where there is one."""
    beside = {} if control is None else {NO_GRAPH: control.errors()[FORECAST]}
    return {**measured.errors(), **beside}


def error_table(measured: Measured, control: Measured | None, steps: Sequence[int]) -> pd.DataFrame:
    """All errors of all forecasts at some steps ahead (from 0), one row each."""
    run = measured.run
    names = {FORECAST: run.model} | ({} if control is None else {NO_GRAPH: f"{control.run.model} (no graph)"})
    return pd.DataFrame(
        [
            {
                "minutes ahead": (step + 1) * run.interval_minutes,
                "forecast": names.get(name, name),
                f"MAE [{run.unit}]": found.mae[step],
                f"RMSE [{run.unit}]": found.rmse[step],
                "MAPE [%]": 100 * found.mape[step],
                "accuracy": found.accuracy[step],
                "R²": found.r2[step],
                "values": int(found.count[step]),
            }
            for step in steps
            for name, found in errors_beside(measured, control).items()
        ]
    )


def head_table(measured: Measured, share: float) -> pd.DataFrame:
    """One row of figures for the mean and each head, in the order of ``measured.heads``."""
    rows = []
    for head in measured.heads:
        sparsity = measured.sparsity(head)
        row = {
            "head": head_label(head),
            "effective neighbours": sparsity.typical,
            "exact zeros [%]": 100 * sparsity.zeros,
            "asymmetry": measured.asymmetry(head),
        }
        if (reach := measured.reach(head)) is not None:
            row |= {"half the weight within [hops]": reach.half, "flat matrix [hops]": reach.chance_half}
        for name, match in (
            ("roads", measured.road_match(head, share)),
            ("planted", measured.recovery(head, share)),
        ):
            if match is not None:
                row |= {
                    f"strongest on {name} [%]": 100 * match.precision,
                    f"chance, {name} [%]": 100 * match.chance,
                    f"times chance, {name}": match.lift,
                    f"AUROC, {name}": match.auroc,
                    f"average precision, {name}": match.average_precision,
                }
        rows.append(row)
    return pd.DataFrame(rows)
