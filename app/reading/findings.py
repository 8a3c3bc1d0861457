"""What was found in a data set as tables, and the faults of files that could not be read."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from app.quality import Findings
from core.data.faults import Fault
from core.data.sensors import SensorData

MOST_ROWS = 1_000  # of a table of stretches or of values


def fault_table(faults: Sequence[Fault]) -> pd.DataFrame:
    """Every fault with its place; rows and columns count from 1, as an editor does."""
    return pd.DataFrame(
        {
            "file": [fault.file for fault in faults],
            "row": pd.Series([fault.row for fault in faults], dtype="Int64"),
            "column": [fault.column or "" for fault in faults],
            "what is wrong": [fault.problem for fault in faults],
        }
    )


def shift_table(data: SensorData, found: Findings) -> pd.DataFrame:
    """The times at which many sensors changed at once."""
    shifts = found.shifts
    return pd.DataFrame(
        {
            "time": _clock(data, shifts.row),
            "row": shifts.row,
            "what changed": list(shifts.kind),
            "sensors [%]": 100 * shifts.share,
            "before": shifts.before,
            "after": shifts.after,
        }
    )


def gap_table(data: SensorData, found: Findings) -> pd.DataFrame:
    """Stretches of missing values, of all sensors at once first, then the longest of single sensors."""
    one, every = found.gaps, found.blackouts
    longest = np.argsort(-one.length, kind="stable")[:MOST_ROWS]
    rows = np.concatenate([every.start, one.start[longest]])
    length = np.concatenate([every.length, one.length[longest]])
    ids = [*["all sensors"] * len(every.start), *_ids(data, one.sensor[longest])]
    return _stretches(data, ids, rows, length)


def stuck_table(data: SensorData, found: Findings) -> pd.DataFrame:
    """Stretches in which a sensor repeats one value for too long, the longest first."""
    stuck = found.stuck
    longest = np.argsort(-stuck.length, kind="stable")[:MOST_ROWS]
    frame = _stretches(data, _ids(data, stuck.sensor[longest]), stuck.start[longest], stuck.length[longest])
    frame[f"value [{data.unit}]"] = stuck.value[longest]
    frame["expected by chance"] = stuck.expected[longest]
    return frame


def copy_table(data: SensorData, found: Findings) -> pd.DataFrame:
    """Days that are an earlier day of their sensor once more, by sensor and in time, and which day that is."""
    some = found.copies
    sensor, row = some.sensor[:MOST_ROWS], some.start[:MOST_ROWS]
    frame = _stretches(data, _ids(data, sensor), row, some.length[:MOST_ROWS])
    frame["is the same as"] = _clock(data, some.first[:MOST_ROWS])
    return frame


def outlier_table(data: SensorData, found: Findings) -> pd.DataFrame:
    """Values far beyond what their sensor mostly says, and what it mostly says."""
    some = found.outliers
    sensor, row = some.sensor[:MOST_ROWS], some.row[:MOST_ROWS]
    return pd.DataFrame(
        {
            "sensor": _ids(data, sensor),
            "time": _clock(data, row),
            "row": row,
            f"value [{data.unit}]": some.value[:MOST_ROWS],
            "plausible from": some.low[sensor],
            "to": some.high[sensor],
        }
    )


def sensor_table(data: SensorData, found: Findings) -> pd.DataFrame:
    """Every sensor: what is missing, zero, dead, stuck, copied, or the same as another's."""
    stuck = np.bincount(found.stuck.sensor, weights=found.stuck.length, minlength=data.sensors)
    gaps = np.bincount(found.gaps.sensor, minlength=data.sensors)
    state = np.where(found.dead.silent, "nothing observed", np.where(found.dead.constant, "one value", ""))
    return pd.DataFrame(
        {
            "sensor": data.nodes["id"],
            "missing [%]": 100 * found.missing.by_sensor,
            "gaps": gaps,
            "zeros [%]": 100 * found.missing.zeros_by_sensor,
            "dead": state,
            "most frequent value": found.dead.value,
            "its share [%]": 100 * found.dead.share,
            "rows stuck": stuck.astype(np.int64),
            "days copied": np.bincount(found.copies.sensor, minlength=data.sensors),
            "same series as": [f"group {group + 1}" if group >= 0 else "" for group in found.duplicates],
        }
    ).sort_values("missing [%]", ascending=False, kind="stable")


def _stretches(data: SensorData, ids: Sequence[str], rows: np.ndarray, length: np.ndarray) -> pd.DataFrame:
    minutes = data.interval.total_seconds() / 60
    return pd.DataFrame(
        {"sensor": ids, "from": _clock(data, rows), "row": rows, "rows": length, "hours": length * minutes / 60}
    )


def _ids(data: SensorData, which: np.ndarray) -> list[str]:
    return [str(data.nodes["id"][int(sensor)]) for sensor in which]


def _clock(data: SensorData, rows: np.ndarray) -> list[str]:
    return [f"{data.times[int(row)]:%Y-%m-%d %H:%M}" for row in rows]
