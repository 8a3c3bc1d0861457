"""Signs of residuals: how far sums of their products are from what chance gives, in space and in time.

The residuals x of two sensors at one time, and of one sensor at two neighbouring times, should agree in sign as often
as not. Two kinds of edges are looked at: spatial ones, between sensors i and j that a graph joins, at each time t;
temporal ones, of one sensor from t to t + 1.

    q_t   = Σ_(i,j) w_ij s_ti s_tj                 s = sign x, over edges whose two ends were observed
    m_t   = Σ_i (s_ti s_(t+1)i - c_i)              c_i what signs balanced by the median give by chance, see `Signs.of`
    space = Σ_t q_t / √V                           V the variance of the sum, below
    time  = Σ_t m_t / √(Σ_t m_t²)

Each is standard normal, for many moments, where what it tests is not there, whatever the distribution of the residuals,
and however it differs from sensor to sensor. `time` asks whether a sensor's residual goes with its own last one: its
variance is read off the sums over moments, so that residuals may be alike in space. `space` asks whether residuals of
joined sensors agree: they may be coloured in time, and alike elsewhere than along this graph. V is that of
equal-weighted cosines, with as many of them as its source recommends:

    V = W mean_k (√(2/W) Σ_t d_t cos(π k (t - ½) / W))²    k = 1 .. ν,  ν = ⌊0.4 W^⅔⌋,  t = 1 .. W
    d_t = q_t - n_t Σ q / Σ n                              n_t = Σ w_ij over the edges observed at t

Σ q / √V is Student's t of ν degrees, and `space` the normal score of the same p. V counts as at least a tenth of
Σ_t Σ w_ij², the variance of independent residuals: sensors that always agree would have none. With fewer than 4 moments
there is no V, and `space` is nan. How often the 5 % level rejects where nothing is to be found, of 1000 draws each:

                                           sensors  moments   space   time   by the paper: space   time
    white                                      100      300      4 %    5 %                    5 %    5 %
    white in time, correlation .1 in space     100      300             4 %                           9 %
    white in time, correlation .3 in space     100      300             4 %                          35 %
    two groups, .3 within, edges between        40      300      4 %    5 %                   36 %   12 %
    its last value, times .5                   100      300      4 %                           7 %
    its last value, times .9                   100      300      8 %                          38 %
    its last value, times .95                   50     1000      8 %                          53 %

So under very slow residuals the p of `space` is still somewhat too small. Where residuals are independent, structure
that the paper's variances find in 72 % of draws is found in 63 % (`space`, 100 sensors, 300 moments, a ring).

The variances of the paper that the test is from, Σ_t Σ w_ij² and the number of temporal edges, are those of residuals
that are independent both in space and in time, and `independent=True` takes them.

A sign of 0, a residual of exactly 0, adds nothing to a sum.

Axes: w window, t moment, n sensor. Sources: Zambon and Alippi, AZ-whiteness test, NeurIPS 2022, arXiv:2204.11135;
V: Lazarus, Lewis, Stock and Watson, HAR inference: recommendations for practice, J. of Business and Economic Statistics
36, 2018.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import dct
from scipy.sparse import csr_array
from scipy.special import ndtri, stdtr

from analysis.arrays import FloatArray, IntArray
from analysis.series import checked_values, column_medians

LEAST = 0.1  # of the variance of independent residuals that the variance of a sum counts as
SMALLEST = 1e-300  # p of a normal score: 37, the largest that `space` can be


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of residuals, and their products from one moment to the next, of which there are M.

    Attributes
    ----------
    sign : (W, N) -1, 0 or 1; 0 where missing
    seen : (W, N) of 0 and 1: where it was observed
    time : (M, N) s_ti s_(t+1)i, less what removing the median takes from it, 0 where one is missing
    pairs : (M, N) of 0 and 1: where both were observed
    independent : whether sums have the variance of residuals that are independent in space and in time
    """

    sign: FloatArray
    seen: FloatArray
    time: FloatArray
    pairs: FloatArray
    independent: bool

    @classmethod
    def of(cls, residuals: ArrayLike, first: ArrayLike | None, median: bool, independent: bool = False) -> "Signs":
        """The signs of residuals (W, N), after each sensor's median is taken away if `median`; rows as for `whiteness`.

        Signs that are balanced by construction agree a little less often in time, by 1 / (W - 1) with all W observed;
        this is their mean product over all orders, and is taken out of `time`.
        """
        values = checked_values(residuals)
        rows = np.arange(len(values)) if first is None else _rows(first, len(values))
        if median:
            values = values - column_medians(values)
        seen = np.isfinite(values)
        sign = np.where(seen, np.sign(values), 0.0)
        follows = np.diff(rows) == 1
        both = (seen[:-1][follows] & seen[1:][follows]).astype(np.float64)
        time = sign[:-1][follows] * sign[1:][follows]
        if median:
            time = time - both * _by_chance(sign, seen)
        return cls(sign, seen.astype(np.float64), time, both, independent)

    def along(self, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of each moment and sensor, (W, N) each: Σ_j w_ij s_i s_j, Σ_j w_ij and Σ_j w_ij² over what was observed."""
        agree, joined, square = (
            np.asarray((csr_array(graph) @ signs.T).T)  # the graph is symmetric
            for graph, signs in ((weight, self.sign), (weight, self.seen), (weight**2, self.seen))
        )
        return self.sign * agree, self.seen * joined, self.seen * square

    def after(self, time: FloatArray, pairs: FloatArray) -> float:
        """Sum of products (M,) in time over its standard deviation, from `pairs` (M,) edges at each moment."""
        square = pairs.sum() if self.independent else (time**2).sum()
        return float(time.sum() / np.sqrt(square)) if square > 0 else float("nan")

    def beside(self, agree: FloatArray, joined: FloatArray, square: FloatArray) -> tuple[float, float]:
        """Sum of products (W,) in space as a normal score, and its standard deviation; nan where that is not known."""
        known = joined > 0
        least = float(square.sum())
        degrees = int(0.4 * known.sum() ** (2 / 3) + 1e-9)
        if least == 0 or (degrees < 1 and not self.independent):
            return float("nan"), float("nan")
        if self.independent:
            return float(agree.sum() / np.sqrt(least)), float(np.sqrt(least))
        agree, joined = agree[known], joined[known]
        around = agree - joined * (agree.sum() / joined.sum())
        cosines = dct(around, type=2, norm="ortho")[1 : degrees + 1]
        root = float(np.sqrt(max(len(agree) * (cosines**2).mean(), LEAST * least)))
        t = float(agree.sum()) / root
        return float(-np.sign(t) * ndtri(max(stdtr(degrees, -abs(t)), SMALLEST))), root

    def by_sensor(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of each sensor, (N,) each: `beside` of the edges that end there, and `after` of its own temporal edges."""
        parts = zip(*(each.T for each in self.along(weight)), strict=True)
        space = np.array([self.beside(*part)[0] for part in parts])
        time = np.array([self.after(*part) for part in zip(self.time.T, self.pairs.T, strict=True)])
        return space, time


def together(space: ArrayLike, time: ArrayLike) -> FloatArray:
    """The two parts of AZ alike, (space + time) / √2; one alone where the other has no edge.

    Parameters
    ----------
    space, time : of one shape, standard normal; nan where there is no edge

    Returns
    -------
    of that shape; standard normal if both are and are independent, nan where neither has an edge

    Raises
    ------
    ValueError
        Shapes that do not go together.

    Examples
    --------
    >>> together([3.0, 3.0, float("nan")], [1.0, float("nan"), 2.0]).round(2).tolist()
    [2.83, 3.0, 2.0]
    """
    beside, after = np.asarray(space, dtype=np.float64), np.asarray(time, dtype=np.float64)
    both = (beside + after) / np.sqrt(2.0)
    return np.where(np.isnan(beside), after, np.where(np.isnan(after), beside, both))


def _by_chance(sign: FloatArray, seen: np.ndarray) -> FloatArray:
    """Mean product (N,) of two of a sensor's signs in random order: below 0, as half of them lie above the median."""
    count = seen.sum(axis=0)
    product = sign.sum(axis=0) ** 2 - (sign**2).sum(axis=0)
    return np.asarray(product / np.maximum(count * (count - 1), 1))


def _rows(first: ArrayLike, windows: int) -> IntArray:
    rows = np.asarray(first)
    if rows.dtype.kind not in "iu" or rows.shape != (windows,):
        raise ValueError(f"first must hold {windows} row numbers, got shape {rows.shape} of dtype {rows.dtype}")
    wrong = np.flatnonzero(np.diff(rows.astype(np.int64)) <= 0)
    if len(wrong):
        window = int(wrong[0]) + 1
        raise ValueError(f"first must grow, got {rows[window]} after {rows[window - 1]} at window {window}")
    return rows.astype(np.int64)
