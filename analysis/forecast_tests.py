"""Whether one forecast is better than another, or only luckier: over the times that were tested, and over seeds.

Two questions, two tests. Diebold and Mariano ask of *these two* forecasts whether the one would be better at other
times of the same kind: the windows are the sample. The paired t test asks whether *training again* would give the same
order: the seeds are the sample. A difference that passes the one and not the other is one that the other cannot
vouch for.

    d_w = loss of the one - loss of the other, at window w     W windows, h steps ahead
    γ_k = 1/W Σ_w (d_w - d̄)(d_{w-k} - d̄)
    DM  = d̄ / √((γ_0 + 2 Σ_{k<h} γ_k) / W)                    [1]: errors h steps ahead overlap for h - 1 windows
    S   = DM √((W + 1 - 2h + h (h - 1) / W) / W)               [2], against Student's t with W - 1 degrees of freedom

Negative: the one is better. Axes: w window, in the order of time, s seed.

[1] Diebold and Mariano, Comparing predictive accuracy, Journal of Business & Economic Statistics 13, 1995.
[2] Harvey, Leybourne and Newbold, Testing the equality of prediction mean squared errors, International Journal of
    Forecasting 13, 1997.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.arrays import FloatArray

NOTHING = 1e-12  # a variance below this, relative to the losses, is rounding


@dataclass(frozen=True, slots=True)
class Comparison:
    """One forecast against another.

    Attributes
    ----------
    difference : mean of what the one loses more than the other, in the unit of the losses; negative: the one is better
    deviation : of these differences, the sample's; nan for a single one
    statistic : the test's, negative where the one is better; nan where there is nothing to divide by
    p : two-sided; nan where the statistic is
    count : how many differences it rests on, windows or seeds
    """

    difference: float
    deviation: float
    statistic: float
    p: float
    count: int


def diebold_mariano(loss: ArrayLike, other: ArrayLike, steps: int) -> Comparison:
    """Diebold and Mariano's test of equal accuracy, with the small-sample correction of Harvey and others.

    Windows where either loss is nan are left out of both; what is left counts as neighbours, which makes the variance
    a little too small where there are gaps. The estimate of the variance can be negative, as autocovariances up to
    h - 1 are cut off sharply: then, and where the two never differ, there is no statistic. It is known to reject too
    often where h is large beside W.

    Parameters
    ----------
    loss, other : (W,) loss of the one and of the other forecast at each window, in the order of time; nan for none
    steps : h, the steps ahead that were forecast, at least 1 and fewer than the windows

    Returns
    -------
    Comparison, over windows

    Raises
    ------
    ValueError
        Losses that are not two rows of numbers of one length, infinite ones, or steps out of their range.

    Examples
    --------
    >>> found = diebold_mariano([1, 2, 1, 2, 1, 2], [2, 2, 2, 3, 2, 3], steps=1)
    >>> round(found.difference, 6), round(found.statistic, 6), found.p < 0.01
    (-0.833333, -5.0, True)
    """
    d = _differences(loss, other, "windows")
    count = len(d)
    if not 1 <= steps < count:
        raise ValueError(f"steps must be from 1 to {count - 1}, one less than the windows, got {steps}")
    centred = d - d.mean()
    gamma = [float(centred[k:] @ centred[: count - k]) / count for k in range(steps)]
    variance = (gamma[0] + 2 * sum(gamma[1:])) / count
    size = float(np.square(d).mean())
    correction = (count + 1 - 2 * steps + steps * (steps - 1) / count) / count
    if variance <= NOTHING * size or correction <= 0:
        return Comparison(float(d.mean()), float(d.std(ddof=1)), float("nan"), float("nan"), count)
    statistic = float(d.mean() / np.sqrt(variance) * np.sqrt(correction))
    return Comparison(float(d.mean()), float(d.std(ddof=1)), statistic, _two_sided(statistic, count - 1), count)


def paired(loss: ArrayLike, other: ArrayLike) -> Comparison:
    """Student's t test of pairs: losses of two models from the same seeds.

    What is paired is only what the two share with a seed, such as the order of the windows; where that is nothing, the
    test is still right, and no sharper than an unpaired one. With five seeds, differences of about 1.2 deviations are
    the smallest that reach p = 0.05.

    Parameters
    ----------
    loss, other : (S,) loss of the one and of the other from each seed, in the same order; nan for none

    Returns
    -------
    Comparison, over seeds; without statistic for fewer than two seeds, or where all differ by exactly the same

    Raises
    ------
    ValueError
        Losses that are not two rows of numbers of one length, infinite ones, or none at all.

    References
    ----------
    Student, The probable error of a mean, Biometrika 6 (1908).

    Examples
    --------
    >>> found = paired([1.0, 1.2, 1.1], [1.3, 1.4, 1.5])
    >>> round(found.difference, 6), round(found.statistic, 6), round(found.p, 6)
    (-0.3, -5.196152, 0.035099)
    """
    d = _differences(loss, other, "seeds")
    count = len(d)
    mean = float(d.mean())
    if count < 2:
        return Comparison(mean, float("nan"), float("nan"), float("nan"), count)
    deviation = float(d.std(ddof=1))
    if deviation**2 <= NOTHING * float(np.square(d).mean()):
        return Comparison(mean, deviation, float("nan"), float("nan"), count)
    statistic = mean / (deviation / float(np.sqrt(count)))
    return Comparison(mean, deviation, statistic, _two_sided(statistic, count - 1), count)


def _two_sided(statistic: float, freedom: int) -> float:
    return float(2 * stats.t.sf(abs(statistic), freedom))


def _differences(loss: ArrayLike, other: ArrayLike, what: str) -> FloatArray:
    """Differences where both are known."""
    one, two = np.asarray(loss), np.asarray(other)
    for name, array in (("loss", one), ("other", two)):
        if array.dtype.kind not in "biuf" or array.ndim != 1:
            raise ValueError(
                f"{name} must be a row of real numbers, one for each of the {what}, got shape {array.shape} of dtype "
                f"{array.dtype}"
            )
        if np.isinf(array).any():
            place = int(np.isinf(array).argmax())
            raise ValueError(f"{name} must be finite or nan, got {array[place]} at {place}")
    if one.shape != two.shape:
        raise ValueError(
            f"loss and other must have one entry for each of the same {what}, got {len(one)} and {len(two)}"
        )
    d = one.astype(np.float64) - two.astype(np.float64)
    d = d[~np.isnan(d)]
    if not len(d):
        raise ValueError(f"loss and other must both be known for at least one of the {what}, got none")
    return d
