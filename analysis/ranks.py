"""Whether two matrices of the same sensors rank their pairs alike: Mantel's test on ranks.

Pairs of sensors are not independent of one another, as each sensor is in N - 1 of them. So what chance would give is
read off matrices whose sensors have exchanged their names, rows and columns together, and not off the number of pairs.

Axes: i, j sensor, p pair i < j in the order of `np.triu_indices`, r draw.
"""

from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from analysis.arrays import FloatArray, checked
from analysis.matrix import symmetrised

DRAWS = 199
EVERY = 720  # orders of the sensors that are all looked at: those of 6 sensors


@dataclass(frozen=True, slots=True)
class RankMatch:
    """Rank correlation of the pairs of two matrices, and how often chance gives one as far from 0.

    Attributes
    ----------
    correlation : Spearman's, from -1 to 1; nan with fewer than 3 pairs, or where one of the two has all pairs alike
    p : two-sided share of the orders of the sensors that give one at least as far from 0, the own order among them;
        nan where the correlation is
    orders : how many orders were looked at, the own one among them; 0 where the correlation is nan
    exact : whether these are all that there are
    """

    correlation: float
    p: float
    orders: int
    exact: bool


def rank_match(M: ArrayLike, other: ArrayLike, draws: int = DRAWS, seed: int = 0) -> RankMatch:
    """Spearman's correlation over the pairs, next to that of the same matrices with the sensors of one reordered.

        ρ = corr(rank a_p, rank b_p),  a = (M_ij + M_ji) / 2,  b = (O_ij + O_ji) / 2,  i < j; ties share middle ranks
        p = #{π : |ρ_π| >= |ρ|} / #{π},  ρ_π of a_π(i)π(j) and b_ij

    Up to 6 sensors π goes over every order, so that p is exact; above, over `draws` random ones and the own. With 3
    sensors no p is below 1 / 3.

    Parameters
    ----------
    M : (N, N), signs kept, diagonal left out
    other : (N, N) the same
    draws : random orders R >= 19, where there are too many to look at all
    seed : of the orders

    Returns
    -------
    RankMatch

    Raises
    ------
    ValueError
        As `arrays.checked` for both; fewer than 19 draws.

    References
    ----------
    Mantel, Cancer Research 27 (1967); Dietz, Systematic Zoology 32 (1983), for ranks.

    Examples
    --------
    >>> import numpy as np
    >>> near = -np.abs(np.subtract.outer(np.arange(5.0) ** 2, np.arange(5.0) ** 2))
    >>> rank_match(np.exp(near), near)
    RankMatch(correlation=1.0, p=0.008333333333333333, orders=120, exact=True)
    """
    if draws < 19:
        raise ValueError(f"draws must be at least 19, for p values down to 0.05, got {draws}")
    one = symmetrised(M)
    sensors = len(one)
    pairs = np.triu_indices(sensors, k=1)
    ranks, against = (_ranks(values) for values in (one[pairs], symmetrised(checked(other, "other", sensors))[pairs]))
    if len(ranks) < 3 or not ranks.any() or not against.any():
        return RankMatch(float("nan"), float("nan"), 0, exact=False)
    square = np.zeros((sensors, sensors))
    square[pairs] = ranks
    square += square.T
    if exact := factorial(min(sensors, 20)) <= EVERY:
        orders = np.array(list(permutations(range(sensors))))  # the own order first
    else:
        generator = np.random.default_rng(seed)
        orders = np.stack([np.arange(sensors), *(generator.permutation(sensors) for _ in range(draws))])
    first, second = orders[:, pairs[0]], orders[:, pairs[1]]  # (R, P)
    correlations = square[first, second] @ against
    own = float(correlations[0])
    at_least = np.abs(correlations) >= abs(own) - 1e-9  # equal but for rounding is equal
    return RankMatch(min(max(own, -1.0), 1.0), float(at_least.mean()), len(orders), exact)


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks around their mean and of length 1, so that a product of two is their correlation; 0 where all are tied."""
    if not len(values):
        return values
    ranks = rankdata(values) - (len(values) + 1) / 2
    length = float(np.linalg.norm(ranks))
    return np.asarray(ranks / length if length else ranks, dtype=np.float64)
