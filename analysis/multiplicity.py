"""Many tests at once: p values that allow for how many there are."""

from math import ceil

import numpy as np

from analysis.arrays import FloatArray, IntArray

FINEST = 0.02  # the smallest p that is to be possible after a correction: well below 0.05, at which tests are read
MOST_DRAWS = 4999  # of any null: what takes a minute with 499 draws takes ten


def enough_draws(tests: int, least: int = 19) -> int:
    """How many draws a null needs so that one of many tests can stand out after a correction for their number.

        p = (1 + #{draws >= statistic}) / (1 + R) >= 1 / (1 + R),   R + 1 >= m / 0.02

    The smallest of m values is multiplied by m, by Holm as by Benjamini and Hochberg: of 10 tests with 199 draws none
    can be below 10 / 200 = 0.05, whatever was measured. Up to 100 tests the smallest value possible is 0.02; above, no
    more than 4999 draws are made, and from 250 tests on no corrected value can be below 0.05.

    Parameters
    ----------
    tests : m >= 0, of those that are corrected together
    least : draws that are made in any case, at most 4999

    Returns
    -------
    R, from `least` to 4999

    Raises
    ------
    ValueError
        `tests` is negative, or `least` is not from 1 to 4999.

    Examples
    --------
    >>> [enough_draws(tests, least=199) for tests in (1, 6, 10, 32, 1000)]
    [199, 299, 499, 1599, 4999]
    """
    if tests < 0:
        raise ValueError(f"tests must be at least 0, got {tests}")
    if not 1 <= least <= MOST_DRAWS:
        raise ValueError(f"least must be from 1 to {MOST_DRAWS}, got {least}")
    return min(max(least, ceil(tests / FINEST) - 1), MOST_DRAWS)


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
