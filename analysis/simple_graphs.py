"""The graphs that take no forecaster: what a learned one has to stand beside.

Each takes values x (T, N), nan where missing, and gives a matrix (N, N) with a zero diagonal that goes where a learned
one goes. Where the time of day of each row is known, each sensor's mean at that time is taken away first: two sensors
that know the same rush hours would be joined by them otherwise. With few days, that mean holds much of the day
itself, and takes some of what was to be found with it.

`M[i, j]`: receiver i uses sender j. Axes: t row in time, i receiver, j sender.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray
from analysis.series import checked_values

PENALTIES = 10.0 ** np.arange(-4, 6.5, 0.5)  # of ridge_var, times the number of rows / 1,000


def correlation(values: ArrayLike, slot: ArrayLike | None = None) -> FloatArray:
    """Pearson correlation of each two sensors, over the rows where both were observed.

    0 where one of the two does not vary over these rows, or fewer than 3 are left.

    Parameters
    ----------
    values : (T, N), nan where missing
    slot : (T,) time of day of each row as an integer >= 0; None leaves the values as they are

    Returns
    -------
    (N, N), symmetric, from -1 to 1, zero diagonal

    Raises
    ------
    ValueError
        As `series.checked_values`, and when slots are not one integer >= 0 per row.

    Examples
    --------
    >>> correlation([[1, 2, 5], [2, 4, 5], [3, 6, 5], [4, 8, 5]]).round(6).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    x = _standardised(values, slot)
    seen = np.isfinite(x).astype(np.float64)
    x = np.nan_to_num(x)
    with threadpool_limits(limits=1):
        count = seen.T @ seen
        total = x.T @ seen  # (i, j): of i, where j was seen as well
        square = (x**2).T @ seen
        product = x.T @ x
    rows = np.maximum(count, 1)
    spread = square - total**2 / rows
    variance = spread * spread.T
    known = (count >= 3) & (spread > 1e-9) & (spread.T > 1e-9)  # standardised: the rest is rounding
    found = np.zeros(count.shape)
    found[known] = (product - total * total.T / rows)[known] / np.sqrt(variance[known])
    np.fill_diagonal(found, 0.0)
    return np.clip((found + found.T) / 2, -1.0, 1.0)


def partial_correlation(values: ArrayLike, slot: ArrayLike | None = None) -> FloatArray:
    """Correlation of each two sensors given all others, from a covariance shrunk towards a multiple of the unit matrix.

        P = ((1 - α) R + (α μ + 1e-9) 1)^-1,   M_ij = -P_ij / √(P_ii P_jj)

    R is the covariance of the standardised values, the missing ones at their sensor's mean; μ is the mean of its
    diagonal, and α the shrinkage of Ledoit and Wolf, who shrink towards μ 1. R_ii is the share of rows in which i was
    observed, 0 where it does not vary: where nothing is missing and all vary, μ is 1. Filling at the mean draws the
    correlations of a sensor towards 0 by what it misses.

    Parameters
    ----------
    values : (T, N), nan where missing
    slot : (T,) time of day of each row as an integer >= 0; None leaves the values as they are

    Returns
    -------
    (N, N), symmetric, from -1 to 1, zero diagonal; 0 for a sensor that does not vary

    Raises
    ------
    ValueError
        As `correlation`.

    References
    ----------
    Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices, Journal of
    Multivariate Analysis 88 (2004), by scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> a, b, c = np.random.default_rng(0).normal(size=(3, 2000))
    >>> chain = np.stack([a, a + b, a + b + c], axis=1)  # the ends are tied through the middle alone
    >>> (partial_correlation(chain) > 0.3).astype(int).tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    from sklearn.covariance import ledoit_wolf

    x = np.nan_to_num(_standardised(values, slot))
    rows, sensors = x.shape
    if rows == 1 or sensors == 1:
        return np.zeros((sensors, sensors))
    with threadpool_limits(limits=1):
        shrunk, _ = ledoit_wolf(x, assume_centered=True)
        varies = np.diag(shrunk) > 1e-9
        found = np.zeros((sensors, sensors))
        if varies.any():
            kept = shrunk[np.ix_(varies, varies)]
            precision = np.linalg.inv(kept + 1e-9 * np.eye(len(kept)))  # one sensor may be another's copy, unshrunk
            root = np.sqrt(np.diag(precision))
            found[np.ix_(varies, varies)] = -precision / np.outer(root, root)
    np.fill_diagonal(found, 0.0)
    return np.clip((found + found.T) / 2, -1.0, 1.0)


def ridge_var(values: ArrayLike, slot: ArrayLike | None = None) -> FloatArray:
    """Size of the coefficients that forecast each sensor from all sensors one row before, by ridge regression.

        min_A Σ_t ‖x_t+1 - A x_t‖² + μ ‖A‖²,   M = |A|, zero diagonal

    x are the standardised values, the missing ones at their sensor's mean. μ is one for all sensors: of 21 penalties,
    half a decade apart from 1e-7 to 1e3 times the number of rows, the one with the least generalised cross-validation
    error. Rows are taken to follow one another: put a row of nan where time is left out.

    Parameters
    ----------
    values : (T, N), nan where missing
    slot : (T,) time of day of each row as an integer >= 0; None leaves the values as they are

    Returns
    -------
    (N, N), >= 0, zero diagonal, not symmetric: row i is what receiver i takes; zeros where there is but one row

    Raises
    ------
    ValueError
        As `correlation`.

    References
    ----------
    Golub, Heath and Wahba, Generalized cross-validation as a method for choosing a good ridge parameter,
    Technometrics 21 (1979).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(2000, 3))
    >>> x[1:, 1] += x[:-1, 0]  # sensor 1 repeats what sensor 0 was one row before
    >>> (ridge_var(x) > 0.3).astype(int).tolist()
    [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    """
    x = np.nan_to_num(_standardised(values, slot))
    before, after = x[:-1], x[1:]
    if not len(before):
        return np.zeros((x.shape[1], x.shape[1]))
    with threadpool_limits(limits=1):
        left, singular, right = np.linalg.svd(before, full_matrices=False)
        projected = left.T @ after  # (K, N)
        outside = (after**2).sum() - (projected**2).sum()  # what no penalty reaches
        energy = (projected**2).sum(axis=1)
        rows = len(before)
        penalties = PENALTIES * rows / 1e3
        kept = singular[:, None] ** 2 / (singular[:, None] ** 2 + penalties)  # (K, penalties)
        error = outside + ((1 - kept) ** 2 * energy[:, None]).sum(axis=0)
        free = np.maximum(rows - kept.sum(axis=0), 1e-9 * rows)
        best = penalties[int(np.argmin(error / free**2))]
        coefficients = right.T @ ((singular / (singular**2 + best))[:, None] * projected)  # (sender, receiver)
    found = np.abs(coefficients.T)
    silent = ~x.any(axis=0)
    found[silent] = found[:, silent] = 0.0  # but for rounding they are
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def _standardised(values: ArrayLike, slot: ArrayLike | None) -> FloatArray:
    """Departures from the mean, at each time of day if given, in standard deviations; a constant sensor is all 0."""
    x = checked_values(values)
    if slot is not None:
        x = x - _everyday(x, _slots(slot, len(x)))
    seen = np.isfinite(x)
    count = np.maximum(seen.sum(axis=0), 1)
    largest = np.maximum(np.abs(np.where(seen, x, 0.0)).max(axis=0), np.finfo(np.float64).tiny)
    x = x / largest  # squares of very large or very small values would leave the range of float64
    x = x - np.where(seen, x, 0.0).sum(axis=0) / count
    deviation = np.sqrt((np.where(seen, x, 0.0) ** 2).sum(axis=0) / count)
    constant = deviation <= 1e-9
    x = x / np.where(constant, 1.0, deviation)
    return np.where(seen & constant, 0.0, x)


def _slots(slot: ArrayLike, rows: int) -> IntArray:
    slots = np.asarray(slot)
    if slots.dtype.kind not in "iu" or slots.shape != (rows,) or (slots < 0).any():
        raise ValueError(f"slot must hold {rows} integers >= 0, got shape {slots.shape} of dtype {slots.dtype}")
    return np.unique(slots, return_inverse=True)[1].astype(np.int64)


def _everyday(x: FloatArray, slot: IntArray) -> NDArray[np.float64]:
    """Mean of each sensor at each row's time of day, (T, N); 0 where it was never observed then."""
    seen = np.isfinite(x)
    total = np.zeros((int(slot.max()) + 1, x.shape[1]))
    count = np.zeros_like(total)
    np.add.at(total, slot, np.where(seen, x, 0.0))
    np.add.at(count, slot, seen)
    return np.asarray((total / np.maximum(count, 1))[slot])
