"""A mean over windows, and how far it would move with other windows: an interval over blocks of neighbouring ones.

Windows next to each other err alike, so whole blocks of them are drawn again, with replacement, and blocks count as
independent. With K blocks the middle 95 % of such draws are too narrow a range; they are taken as far out as Student's
t of K - 1 degrees demands:

    low, high = quantiles α and 1 - α of the means of the draws,    α = Φ(√(K / (K - 1)) t_{K-1}(0.025))

Where something is drawn by chance, such as an order, it is drawn R times, and the mean over these is uncertain as
well, by Student's t of R - 1 degrees. Both reach out from the mean m, and add up as what is independent does:

    low = m - √((m - low_blocks)² + h²),  high likewise,    h = t_{R-1}(0.975) · deviation of the R means / √R

Axes: k block, r repeat. Sources: the block bootstrap of Künsch, Annals of Statistics 17, 1989; the level: Hesterberg,
What teachers should know about the bootstrap, The American Statistician 69, 2015, the expanded percentile interval.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from analysis.arrays import FloatArray

OUTSIDE = 0.025  # on each side of the interval


@dataclass(frozen=True, slots=True)
class BlockMean:
    """A mean and its interval.

    Attributes
    ----------
    value : sum over all blocks by the observations in them, mean over the repeats
    low, high : 95 % interval; nan where one block alone was observed
    """

    value: float
    low: float
    high: float


def block_mean(total: ArrayLike, seen: ArrayLike, bootstraps: int = 2000, seed: int = 0) -> BlockMean:
    """Mean of what was observed, from its sums over blocks, with the interval that heads this module.

    Parameters
    ----------
    total : (R, K) sum over the observations of each block, in any unit, of R repeats that count alike, drawn
        independently; one where nothing is drawn by chance
    seen : (K,) observations in each block; blocks of none are left out
    bootstraps : draws
    seed : of the draws

    Returns
    -------
    BlockMean, in the unit of what was summed

    Raises
    ------
    ValueError
        Arrays that do not fit together or hold no observation, or bootstraps under 1.

    Examples
    --------
    >>> import numpy as np
    >>> found = block_mean([np.random.default_rng(0).normal(3.0, 1.0, 100)], np.ones(100))
    >>> round(found.value, 1), round(found.low, 1), round(found.high, 1)
    (3.1, 2.9, 3.3)
    """
    sums, counts = np.array(total, dtype=np.float64), np.array(seen, dtype=np.float64)
    if sums.ndim != 2 or counts.shape != sums.shape[1:]:
        raise ValueError(f"total must be (repeats, blocks) and seen (blocks,), got {sums.shape} and {counts.shape}")
    if not counts.sum() > 0:
        raise ValueError(f"seen must count at least one observation, got {counts.tolist()}")
    if bootstraps < 1:
        raise ValueError(f"bootstraps must be at least 1, got {bootstraps}")
    value = float(sums.mean(axis=0).sum() / counts.sum())
    sums, counts = sums[:, counts > 0], counts[counts > 0]
    blocks = len(counts)
    if blocks < 2:
        return BlockMean(value, float("nan"), float("nan"))
    generator = np.random.default_rng(seed)
    drawn = generator.integers(blocks, size=(bootstraps, blocks))
    means = sums.mean(axis=0)[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    outside = float(ndtr(np.sqrt(blocks / (blocks - 1)) * stdtrit(blocks - 1, OUTSIDE)))
    low, high = np.quantile(means, [outside, 1 - outside])
    luck = _half_width(sums.sum(axis=1) / counts.sum())
    return BlockMean(value, value - float(np.hypot(value - low, luck)), value + float(np.hypot(high - value, luck)))


def _half_width(means: FloatArray) -> float:
    """Of the interval of a mean of independent draws, (R,); 0 for one that is no draw."""
    repeats = len(means)
    if repeats < 2:
        return 0.0
    return float(stdtrit(repeats - 1, 1 - OUTSIDE) * means.std(ddof=1) / np.sqrt(repeats))
