"""Whether one forecast is better than another, or only luckier: over the times that were tested, and over seeds.

Two questions, two tests. Diebold and Mariano ask of *these two* forecasts whether the one would be better at other
times of the same kind: the windows are the sample. The paired t test asks whether *training again* would give the same
order: the seeds are the sample. A difference that passes the one and not the other is one that the other cannot
vouch for.

    d_w = loss of the one - loss of the other, at window w     W windows, h steps ahead
    γ_k = 1/W Σ_w (d_w - d̄)(d_{w-k} - d̄)
    H   = max(h, 1 + ⌊1.1447 (4 ρ² W / ((1 - ρ)² (1 + ρ)²))^(1/3)⌋), ρ = γ_1 / γ_0
    DM  = d̄ / √((γ_0 + 2 Σ_{k<H} (1 - k / H) γ_k) / W)         [1], its variance as in [3], H as in [4]
    S   = DM √((W + 1 - 2H + H (H - 1) / W) / W)               [2], against Student's t with min(W - 1, 3W / 2H)
                                                                    degrees of freedom

Errors h steps ahead overlap for h - 1 windows, and [1] counts no further. But a model that is worse in a rush hour is
worse for all of it, whatever the horizon: H follows how long differences last in the data, up to a third of the
windows. The correction [2] takes H for h, and the degrees of freedom are those of a variance with such weights. Equal
forecasts over 381 windows, 3 steps ahead, are then called different at p < 0.05 in 5 to 10 % of cases where their
differences are alike from window to window by 0 to 0.95; with lags up to h - 1 it would be 5 to 50 % (a test has it).

Negative: the one is better. Axes: w window, in the order of time, s seed.

[1] Diebold and Mariano, Comparing predictive accuracy, Journal of Business & Economic Statistics 13, 1995.
[2] Harvey, Leybourne and Newbold, Testing the equality of prediction mean squared errors, International Journal of
    Forecasting 13, 1997.
[3] Newey and West, A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent covariance
    matrix, Econometrica 55, 1987.
[4] Andrews, Heteroskedasticity and autocorrelation consistent covariance matrix estimation, Econometrica 59, 1991,
    for these weights and differences that follow a first-order autoregression.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.arrays import FloatArray

NOTHING = 1e-12  # a variance below this, relative to the losses, is rounding
LASTING = 0.97  # no likeness of neighbours is taken for more: the lags would have no end


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
    """Diebold and Mariano's test of equal accuracy, with lags as far as differences last; see the module.

    Windows where either loss is nan are left out of both; what is left counts as neighbours, which makes the variance
    a little too small where there are gaps. Where the two never differ, there is no statistic. Differences that last
    for a large part of all windows are judged too surely by any such test: few hours cannot vouch for others.

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
    (-0.833333, -4.662524, True)
    """
    d = _differences(loss, other, "windows")
    count = len(d)
    if not 1 <= steps < count:
        raise ValueError(f"steps must be from 1 to {count - 1}, one less than the windows, got {steps}")
    centred = d - d.mean()
    variance, lags = _variance(centred, steps)
    size = float(np.square(d).mean())
    if variance <= NOTHING * size:
        return Comparison(float(d.mean()), float(d.std(ddof=1)), float("nan"), float("nan"), count)
    correction = (count + 1 - 2 * lags + lags * (lags - 1) / count) / count
    statistic = float(d.mean() / np.sqrt(variance / count) * np.sqrt(correction))
    freedom = min(count - 1, 1.5 * count / lags)
    return Comparison(float(d.mean()), float(d.std(ddof=1)), statistic, _two_sided(statistic, freedom), count)


def _variance(centred: FloatArray, steps: int) -> tuple[float, int]:
    """Σ_k (1 - |k| / H) γ_k, never negative, and H, at least ``steps``."""
    count = len(centred)
    padded = np.fft.rfft(centred, 2 * count)
    gamma = np.fft.irfft(np.abs(padded) ** 2)[:count] / count
    rho = float(np.clip(gamma[1] / gamma[0], -LASTING, LASTING)) if count > 1 and gamma[0] > 0 else 0.0
    wanted = 1.1447 * (4 * rho**2 * count / ((1 - rho) * (1 + rho)) ** 2) ** (1 / 3)
    lags = max(steps, 1 + int(min(wanted, count / 3)))
    weights = 1 - np.arange(1, lags) / lags
    return float(gamma[0] + 2 * weights @ gamma[1:lags]), lags


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


def _two_sided(statistic: float, freedom: float) -> float:
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
