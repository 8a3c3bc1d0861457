"""The series that the checks of data take: values and times, checked before anything is measured.

Axes: t row in time, n sensor. `values (T, N)`, nan where nothing was observed; `times (T,)`, local time.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray

DAY = 1440  # minutes


def checked_values(values: ArrayLike) -> FloatArray:
    """Values as float64, once they are known to be a table of numbers.

    Parameters
    ----------
    values : (T, N), nan where missing, T >= 1 and N >= 1

    Returns
    -------
    (T, N) float64, a copy

    Raises
    ------
    ValueError
        Not real numbers, another shape, without rows or sensors, or infinite: the first bad place is named.

    Examples
    --------
    >>> checked_values([[1, float("nan")]]).tolist()
    [[1.0, nan]]
    >>> checked_values([[1, float("inf")]])
    Traceback (most recent call last):
    ...
    ValueError: values must be finite, or nan where missing, got inf at row 0, sensor 1
    """
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"values must hold real numbers, got dtype {array.dtype}")
    if array.ndim != 2 or not array.size:
        raise ValueError(f"values must have shape (rows, sensors), each at least 1, got shape {array.shape}")
    series = np.array(array, dtype=np.float64)
    if np.isinf(series).any():
        row, sensor = np.argwhere(np.isinf(series))[0]
        place = f"row {row}, sensor {sensor}"
        raise ValueError(f"values must be finite, or nan where missing, got {series[row, sensor]} at {place}")
    return series


def checked_minutes(times: ArrayLike, rows: int) -> IntArray:
    """Times as whole minutes since 1970-01-01 00:00, once they are known to increase.

    Parameters
    ----------
    times : (T,) datetime64, or integers that count minutes from a midnight
    rows : T

    Returns
    -------
    (T,) int64

    Raises
    ------
    ValueError
        Neither times nor integers, not T of them, unknown (NaT), or not increasing: the first bad row is named.

    Examples
    --------
    >>> checked_minutes(np.array(["1970-01-01T00:05", "1970-01-02"], dtype="datetime64[m]"), 2).tolist()
    [5, 1440]
    >>> checked_minutes([5, 5], 2)
    Traceback (most recent call last):
    ...
    ValueError: times must increase from row to row, got 5 after 5 at row 1
    """
    array = np.asarray(times)
    if array.dtype.kind not in "iuM" or array.shape != (rows,):
        raise ValueError(f"times must be {rows} times or whole minutes, got shape {array.shape}, dtype {array.dtype}")
    if array.dtype.kind == "M":
        if np.isnat(array).any():
            raise ValueError(f"times must be known, got none at row {int(np.argmax(np.isnat(array)))}")
        array = array.astype("datetime64[m]")
    minutes = np.array(array.astype(np.int64))
    wrong = np.flatnonzero(np.diff(minutes) <= 0)
    if len(wrong):
        row = int(wrong[0]) + 1
        raise ValueError(f"times must increase from row to row, got {array[row]} after {array[row - 1]} at row {row}")
    return minutes


def sorted_values(values: ArrayLike) -> FloatArray:
    """Each sensor's values in order.

    Parameters
    ----------
    values : (T, N), nan where missing

    Returns
    -------
    (N, T) ascending, the missing ones last

    Raises
    ------
    ValueError
        As `checked_values`.

    Examples
    --------
    >>> sorted_values([[3.0], [float("nan")], [1.0]]).tolist()
    [[1.0, 3.0, nan]]
    """
    return np.sort(np.ascontiguousarray(checked_values(values).T), axis=1)


def runs(inside: NDArray[np.bool_]) -> tuple[IntArray, IntArray, IntArray]:
    """Unbroken stretches in time within which something holds.

    Parameters
    ----------
    inside : (T, N) whether it holds

    Returns
    -------
    Sensor, first row and length of each stretch, three arrays (K,): by sensor, then in time

    Raises
    ------
    ValueError
        Not truth values of shape (rows, sensors).

    Examples
    --------
    >>> [part.tolist() for part in runs(np.array([[True], [True], [False], [True]]))]
    [[0, 0], [0, 3], [2, 1]]
    """
    mask = np.asarray(inside)
    if mask.dtype != np.bool_ or mask.ndim != 2:
        raise ValueError(f"inside must be truth values (rows, sensors), got dtype {mask.dtype}, shape {mask.shape}")
    padded = np.zeros((mask.shape[1], len(mask) + 2), dtype=np.int8)
    padded[:, 1:-1] = mask.T
    step = np.diff(padded, axis=1)
    sensor, first = np.nonzero(step == 1)
    _, last = np.nonzero(step == -1)
    return sensor.astype(np.int64), first.astype(np.int64), (last - first).astype(np.int64)


def column_medians(values: ArrayLike) -> FloatArray:
    """Median along the first axis, missing values left out; many times faster than NumPy's own for this.

    Parameters
    ----------
    values : (T, ...), nan where missing, T >= 1

    Returns
    -------
    (...) medians, nan where nothing was observed

    Raises
    ------
    ValueError
        There is no first axis, or nothing along it.

    Examples
    --------
    >>> column_medians([[1.0, 5.0], [2.0, float("nan")], [9.0, float("nan")]]).tolist()
    [2.0, 5.0]
    """
    array = np.asarray(values, dtype=np.float64)
    if not array.ndim or not len(array):
        raise ValueError(f"values must have at least one row, got shape {array.shape}")
    ordered = np.sort(array, axis=0)
    last = np.maximum((~np.isnan(array)).sum(axis=0) - 1, 0)
    low, high = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (last // 2, last - last // 2))
    return np.asarray((low + high) / 2)
