"""Is a learned matrix more than chance? Statistics of it, beside what nulls that know the map give.

    nulls.py     what a test is, and what its nulls keep: distance, degrees, strengths, or nothing
    against.py   coupling with roads, coupling within groups, found communities with known groups
    modes.py     localisation of the modes, and their smoothness over the roads

This module puts them together for all heads of a model. The plain permutation, the last of the nulls, is there to be
compared with: near sensors couple and near sensors have roads, so it rejects up to every time what has nothing to do
with roads [1]. 'configuration' knows the strengths, not the map, and is too liberal as well wherever near sensors
couple. Only a statistic that stands out from 'moran', 'rewired' and 'configuration' alike is more than what is
trivial; `benchmarks/evidence.md` says how often each rejects under which null, and its power.

A road joins two sensors where `road` is positive in either direction; couplings are `matrix.coupling`.

[1] Guillot and Rousset, Dismantling the Mantel tests, Methods in Ecology and Evolution 4 (2013), arXiv:1112.0651.

Axes: h head, i, j sensor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.against import agreement_tests, group_tests, road_tests
from analysis.arrays import checked_heads, checked_road, joined
from analysis.groups import checked_labels
from analysis.matrix import coupling, mean_of_heads, symmetrised
from analysis.modes import Modes, mode_tests
from analysis.multiplicity import enough_draws
from analysis.nulls import LEAST_DRAWS, Tests, preparation, preparation_of_some


@dataclass(frozen=True, slots=True)
class HeadChance:
    """What is more than chance in one head.

    Attributes
    ----------
    head : 'mean', or the head's name
    roads : correlation of coupling with roads; None without a road graph
    groups : contrast of coupling within known groups against across them; None without groups
    communities : adjusted Rand index of the found communities with the known groups; None without either
    modes : localisation and smoothness of the modes; None without a road graph
    """

    head: str
    roads: Tests | None
    groups: Tests | None
    communities: Tests | None
    modes: Modes | None


@dataclass(frozen=True, slots=True)
class Chance:
    """What is more than chance in each head.

    Attributes
    ----------
    heads : mean of heads first where there is more than one head
    draws : draws of each null; of the modes there are fewer, see `chance`
    """

    heads: tuple[HeadChance, ...]
    draws: int


def _silent(_done: int, _parts: int) -> None:
    """Progress that nobody watches."""


def chance(
    heads: Sequence[str],
    interaction: ArrayLike,
    road: ArrayLike | None = None,
    kilometres: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    communities: Sequence[ArrayLike] | NDArray[np.int64] | None = None,
    draws: int | None = None,
    seed: int = 0,
    tick: Callable[[int, int], None] = _silent,
) -> Chance:
    """All of the tests for every head; the mean of heads first where there is more than one.

    Rewired roads, places, signs and permutations are drawn once for all heads. The p values are of one test each: of
    many heads they are to be corrected for the number, and there are as many draws as leave one of them a chance.
    Time grows with draws times matrices: for 6 matrices of 120 sensors half a minute.

    Parameters
    ----------
    heads : (H,) names
    interaction : (H, N, N)
    road : (N, N), >= 0, or None
    kilometres : (N, N), nan where unknown, or None
    groups : (N,) known groups, or None
    communities : (H',) labels (N,) of the communities found in each, the mean of heads first where there is more
        than one head: H' is H, or H + 1; or None
    draws : R >= 19; None for as many as the heads and their mean need (`multiplicity.enough_draws`), 499 at least
        and 4999 at most. The modes of a matrix are ten tests, and take at most 499 of them, but for 'rewired'
    seed : of all draws
    tick : called with the number of parts that are done and of all parts

    Returns
    -------
    Chance

    Raises
    ------
    ValueError
        As `arrays.checked_heads`, `against_roads`, `against_groups` and `groups_agreement`; heads or communities
        that are not as many as there are matrices.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.random.default_rng(0).random((2, 9, 9))
    >>> found = chance(["a", "b"], M, road=M[0] > 0.8, draws=19)
    >>> [head.head for head in found.heads], found.heads[0].roads.statistic, found.heads[0].groups
    (['mean', 'a', 'b'], 'correlation', None)
    """
    matrices = checked_heads(interaction)
    if len(heads) != len(matrices):
        raise ValueError(f"heads must name each of {len(matrices)} matrices, got {len(heads)} names")
    named = list(zip(heads, matrices, strict=True))
    if len(named) > 1:
        named.insert(0, ("mean", mean_of_heads(matrices)))
    if draws is None:
        draws = enough_draws(len(named), LEAST_DRAWS)
    sensors = matrices.shape[1]
    edge = None if road is None else joined(checked_road(road, sensors))
    known = None if groups is None else checked_labels(groups, "groups", sensors)
    if known is not None and not (known >= 0).any():
        known = None
    found = None
    if communities is not None and known is not None:
        found = [checked_labels(labels, "communities", sensors) for labels in communities]
    if found is not None and len(found) != len(named):
        raise ValueError(f"communities must be those of {len(named)} matrices, got {len(found)}")
    parts = 1 + 2 * len(named)
    tick(0, parts)
    whole = None if edge is None else preparation(sensors, kilometres, edge, draws, seed)
    placed = np.zeros(sensors, dtype=bool) if known is None else known >= 0
    grouped = None if known is None else preparation_of_some(placed, kilometres, draws, seed)
    tick(1, parts)
    results = []
    for index, (name, matrix) in enumerate(named):
        weight = coupling(matrix)
        roads = None if edge is None or whole is None else road_tests(weight, edge, whole)
        within = agreed = None
        if known is not None and grouped is not None:
            within = group_tests(weight[np.ix_(placed, placed)], known[placed], grouped)
            if found is not None:
                agreed = agreement_tests(found[index][placed], known[placed], grouped)
        tick(2 + 2 * index, parts)
        modes = None if edge is None or whole is None else mode_tests(symmetrised(matrix), edge, whole)
        tick(3 + 2 * index, parts)
        results.append(HeadChance(head=name, roads=roads, groups=within, communities=agreed, modes=modes))
    return Chance(heads=tuple(results), draws=draws)
