"""Many tests at once: p values that allow for how many there are."""

import numpy as np

from analysis.arrays import FloatArray, IntArray


def holm(p: FloatArray) -> FloatArray:
    """The p values (K,) that keep the chance of any false alarm among them, by Holm's steps down.

    The k-th smallest of m is ``max over j <= k of min(1, (m - j + 1) p_(j))``. Values that are nan were not tested:
    they stay nan and do not count.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979).

    Parameters
    ----------
    p
        (K,) of tests that belong together.

    Returns
    -------
    ndarray
        (K,) adjusted, in the same order.

    Raises
    ------
    ValueError
        `p` has another shape, or a value lies outside 0 to 1.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values, order = _sorted(p)
    m = len(values)
    stepped = np.maximum.accumulate(np.minimum(1.0, (m - np.arange(m)) * values))
    return _back(p, order, stepped)


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """The p values (K,) that keep the expected share of false alarms among alarms, by Benjamini and Hochberg.

    The k-th smallest of m is ``min over j >= k of min(1, m p_(j) / j)``. Values that are nan were not tested: they stay
    nan and do not count.

    Source: Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995).

    Parameters
    ----------
    p
        (K,) of tests that belong together.

    Returns
    -------
    ndarray
        (K,) adjusted, in the same order.

    Raises
    ------
    ValueError
        `p` has another shape, or a value lies outside 0 to 1.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    values, order = _sorted(p)
    m = len(values)
    scaled = np.minimum(1.0, m * values / np.arange(1, m + 1))
    return _back(p, order, np.minimum.accumulate(scaled[::-1])[::-1])


def _sorted(p: FloatArray) -> tuple[FloatArray, IntArray]:
    """The known values, the smallest first, and their places."""
    p = np.asarray(p, dtype=float)
    if p.ndim != 1:
        raise ValueError(f"p must have the shape (K,), got {p.shape}")
    wrong = np.flatnonzero((p < 0) | (p > 1))
    if len(wrong):
        raise ValueError(f"p must lie between 0 and 1, got {p[wrong[0]]} at {wrong[0]}")
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    return p[order], order


def _back(p: FloatArray, order: IntArray, values: FloatArray) -> FloatArray:
    found = np.full(np.shape(p), np.nan)
    found[order] = values
    return found
