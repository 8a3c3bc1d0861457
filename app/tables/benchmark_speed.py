"""The tables of times and sizes: to be read, and as CSV; see ``app.tables.benchmark``."""

import math
from collections.abc import Sequence

import pandas as pd

from app.benchmark import Sized, Step, Target, spread
from app.benchmark_speed import ANALYSIS_TARGET, BARE, Analysis
from app.reading.words import three
from app.tables.benchmark import unbroken


def steps_table(steps: Sequence[Step]) -> pd.DataFrame:
    """Every rival at every size and place."""
    return pd.DataFrame(
        [
            {
                "rival": one.rival,
                "sensors": one.sensors,
                "on": one.where,
                "median [s]": float(pd.Series(one.seconds, dtype=float).median()),
                "least [s]": min(one.seconds, default=math.nan),
                "most [s]": max(one.seconds, default=math.nan),
                "times": len(one.seconds),
                "left out": one.why,
            }
            for one in steps
        ]
    )


def targets_shown(targets: Sequence[Target]) -> pd.DataFrame:
    """What a step is to take beside others, what it takes, and whether that is enough."""
    return pd.DataFrame(
        [
            {
                "target": one.asked,
                "sensors": f"{one.sensors:,}",
                "on": one.where,
                "measured": three(one.ratio),
                "": "reached" if one.reached else "**not reached**",
            }
            for one in targets
        ]
    )


def analyses_shown(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """Every analysis at every size and place, and whether it is soon enough."""
    return pd.DataFrame(
        [
            {
                "analysis": f"`{one.what}`" if one.what == BARE else one.what,
                "sensors": f"{one.sensors:,}",
                "on": one.where,
                "median [s]": three(float(pd.Series(one.seconds).median())),
                "times the bare one": three(one.times),
                "": "" if one.what == BARE else "reached" if one.times <= ANALYSIS_TARGET else "**not reached**",
            }
            for one in analyses
        ]
    )


def sizes_shown(sized: Sequence[Sized]) -> pd.DataFrame:
    """Mean ± deviation of every row that is trained on a larger city."""
    return pd.DataFrame(
        [
            {
                "row": f"`{one.row}`",
                "seeds": str(one.seeds),
                "seconds an epoch": unbroken(spread(one.seconds.values, lambda x: f"{x:.1f}")),
                "peak memory, MB": unbroken(spread(one.memory.values, lambda x: f"{x:.0f}")),
                "RMSE, 60 min": unbroken(spread(one.error.values)),
                "AUROC of the planted graph": unbroken(spread(one.planted.values)),
            }
            for one in sized
        ]
    )


def sizes_table(cities: dict[str, list[Sized]]) -> pd.DataFrame:
    """Means of every row on every city."""
    return pd.DataFrame(
        [
            {
                "city": title,
                "row": one.row,
                "seeds": one.seeds,
                "seconds an epoch": one.seconds.mean,
                "peak memory [MB]": one.memory.mean,
                "RMSE, 60 min": one.error.mean,
                "AUROC of the planted graph": one.planted.mean,
            }
            for title, sized in cities.items()
            for one in sized
        ]
    )
