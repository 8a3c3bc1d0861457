"""A matrix against roads and groups: each statistic is a sum over the pairs of a graph, beside its draws.

    correlation   coupling with roads                           sum of the couplings over the roads
    contrast      coupling within groups with that across       sum of the couplings over the pairs within
    agreement     found communities with known groups           pairs that are together in both

Each rises in a straight line, or at least steadily, with its sum: so nulls draw the sum, and show it on the scale of
the statistic. `road_tests`, `group_tests` and `agreement_tests` take what is prepared once for many matrices.

Axes: i, j sensor, p pair i < j, r draw.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray, checked_road, joined
from analysis.configuration import configurations
from analysis.groups import checked_labels
from analysis.matrix import coupling
from analysis.moran import cross_products
from analysis.nulls import (
    NULLS,
    NullTest,
    Preparation,
    Tests,
    Untested,
    preparation,
    preparation_of_some,
    road_sums,
    untestable,
    upper_tail,
)

GROUP_NULLS = ("moran", "configuration", "permuted")  # groups are no graph to rewire
LABEL_NULLS = ("moran", "permuted")  # and labels have no strengths


def against_roads(
    M: ArrayLike,
    road: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = NULLS,
) -> Tests:
    """Pearson correlation of coupling with roads over the pairs, under all four nulls.

    With one value for each road it is the correlation of a weight with 0 or 1: a scaled difference between the
    mean coupling of pairs with and without a road. Raw weights, not ranks: on sparse matrices most ranks are tied.

    Parameters
    ----------
    M : (N, N); with fewer than 8 sensors nothing is tested
    road : (N, N), >= 0
    kilometres : (N, N) distances, nan where unknown; None where there are no coordinates
    draws : R >= 19
    seed : of all draws
    nulls : some of `NULLS`

    Returns
    -------
    Tests, of statistic 'correlation'

    Raises
    ------
    ValueError
        As `arrays.checked`, `arrays.checked_road` and `moran.spatial_weights`; fewer than 19 draws.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.random.default_rng(0).random((40, 2))
    >>> apart = np.linalg.norm(spot[:, None] - spot, axis=-1)
    >>> road = (apart < 0.4) & (np.random.default_rng(1).random((40, 40)) < 0.1)
    >>> found = against_roads(road + 0.0, road, apart, draws=99)
    >>> [test.null for test in found.tests if test.p <= 0.05]
    ['moran', 'rewired', 'configuration', 'permuted']
    """
    weight = coupling(M)
    edge = joined(checked_road(road, len(weight)))
    return road_tests(weight, edge, preparation(len(weight), kilometres, edge, draws, seed, nulls), nulls)


def road_tests(weight: FloatArray, edge: FloatArray, prepared: Preparation, nulls: Sequence[str] = NULLS) -> Tests:
    """`against_roads` for one of many matrices of the same sensors.

    Parameters
    ----------
    weight : (N, N) couplings, `matrix.coupling`
    edge : (N, N) of 0 and 1, the roads that were prepared with
    prepared : of these sensors, at least for `nulls`
    nulls : some of `NULLS`

    Returns
    -------
    Tests, of statistic 'correlation'

    Raises
    ------
    ValueError
        Matrices of other sensors than were prepared for.

    Examples
    --------
    >>> import numpy as np
    >>> road = np.roll(np.eye(9), 1, axis=1) + np.roll(np.eye(9), -1, axis=1)
    >>> prepared = preparation(9, None, road, draws=19)
    >>> [(test.null, round(test.statistic, 6)) for test in road_tests(road, road, prepared).tests]
    [('configuration', 1.0), ('permuted', 1.0)]
    """
    pairs, roads = prepared.pairs(weight), prepared.pairs(edge)
    unit = pairs.std() * roads.std() * len(pairs) if len(pairs) else 1.0

    def correlation(sums: FloatArray) -> FloatArray:
        return np.asarray((sums - pairs.mean() * roads.sum()) / unit, dtype=np.float64)

    return _tests("correlation", weight, roads, prepared, nulls, correlation)


def against_groups(
    M: ArrayLike,
    groups: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = GROUP_NULLS,
) -> Tests:
    """Contrast of the coupling within known groups with that across them, `groups.contrast`.

        contrast = (within - across) / across

    A draw has the mean coupling of the matrix, so that its contrast rises with the coupling within groups; the
    mean across is held at a thousandth of it or more. The Moran null keeps one level a sensor as well as the trend
    with distance: groups are large where sensors are dense. Sensors in no group are left out.

    Parameters
    ----------
    M : (N, N)
    groups : (N,) integers or texts; -1 and '' for no group
    kilometres, draws, seed, nulls : as in `against_roads`

    Returns
    -------
    Tests, of statistic 'contrast', without 'rewired', which is of roads

    Raises
    ------
    ValueError
        As `against_roads`, of the sensors that are in a group, and when groups are not one label per sensor.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.random.default_rng(0).random((12, 12)) + np.kron(np.eye(3), np.ones((4, 4)))
    >>> found = against_groups(M, np.arange(12) // 4, draws=19)
    >>> [(test.null, test.p) for test in found.tests], found.untested[0].reason
    ([('configuration', 0.05), ('permuted', 0.05)], 'no sensor has coordinates')
    """
    weight = coupling(M)
    known = checked_labels(groups, "groups", len(weight))
    placed = known >= 0
    prepared = preparation_of_some(placed, kilometres, draws, seed, nulls)
    return group_tests(weight[np.ix_(placed, placed)], known[placed], prepared, nulls)


def group_tests(
    weight: FloatArray, groups: IntArray, prepared: Preparation, nulls: Sequence[str] = GROUP_NULLS
) -> Tests:
    """`against_groups` for one of many matrices of the same sensors, all of them in a group.

    Parameters
    ----------
    weight : (N, N) couplings, `matrix.coupling`
    groups : (N,) the group of each sensor
    prepared : of these sensors
    nulls : some of `GROUP_NULLS`

    Returns
    -------
    Tests, of statistic 'contrast'

    Raises
    ------
    ValueError
        As `road_tests`, and groups that are not one per sensor.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.kron(np.eye(3), np.ones((4, 4))) + 1
    >>> [test.statistic for test in group_tests(M, np.arange(12) // 4, preparation(12, draws=19)).tests]
    [1.0, 1.0]
    """
    inside = _together(groups, prepared)
    total, count = float(prepared.pairs(weight).sum()), float(inside.sum())

    def contrast(sums: FloatArray) -> FloatArray:
        across = np.maximum((total - sums) / (len(inside) - count), 1e-3 * total / len(inside))
        return np.asarray(sums / count / across - 1.0, dtype=np.float64)

    return _tests("contrast", weight, inside, prepared, nulls, contrast, levels=True)


def groups_agreement(
    labels: ArrayLike,
    groups: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = 499,
    seed: int = 0,
    nulls: Sequence[str] = LABEL_NULLS,
) -> Tests:
    """Adjusted Rand index of found communities with known groups, `groups.agreement`.

    Given the sizes, it rises in a straight line with the number of pairs that are together in both groupings: the
    Moran null takes the matrix of pairs that are together as it takes any other. It takes out one level a sensor
    as well as the distance, since groups are large where sensors are dense, in both groupings. Its draws are no
    groupings, and can exceed 1. Sensors in no known group are left out; those in no community count as one.

    Calibrated where communities follow smooth fields; where both groupings are compact patches with sharp borders
    it rejects 14 to 17 % at 5 % (`benchmarks/evidence.md`), the permutation 100 %: p below 0.05 is not enough there.

    Parameters
    ----------
    labels : (N,) integers or texts, as `communities.spectral_communities` finds them
    groups : (N,) the same, known
    kilometres, draws, seed, nulls : as in `against_roads`

    Returns
    -------
    Tests, of statistic 'agreement', under 'moran' and 'permuted'

    Raises
    ------
    ValueError
        As `against_groups`, for both groupings.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.arange(12) // 4
    >>> [(test.null, test.statistic, test.p) for test in groups_agreement(labels, labels, draws=19).tests]
    [('permuted', 1.0, 0.05)]
    """
    known = checked_labels(groups, "groups")
    found = checked_labels(labels, "labels", len(known))
    placed = known >= 0
    prepared = preparation_of_some(placed, kilometres, draws, seed, nulls)
    return agreement_tests(found[placed], known[placed], prepared, nulls)


def agreement_tests(
    found: IntArray, known: IntArray, prepared: Preparation, nulls: Sequence[str] = LABEL_NULLS
) -> Tests:
    """`groups_agreement` for one of many groupings of the same sensors, all of them in a known group.

    Parameters
    ----------
    found : (N,) communities; those in none count as one
    known : (N,) the known group of each sensor
    prepared : of these sensors
    nulls : some of `LABEL_NULLS`

    Returns
    -------
    Tests, of statistic 'agreement'

    Raises
    ------
    ValueError
        As `group_tests`.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.arange(12) // 4
    >>> [test.p for test in agreement_tests(labels, labels, preparation(12, draws=19)).tests]
    [0.05]
    """
    together, inside = _together(found, prepared), _together(known, prepared)
    chance = together.sum() * inside.sum() / max(1, len(inside))
    most = (together.sum() + inside.sum()) / 2

    def rand(sums: FloatArray) -> FloatArray:
        return np.asarray((sums - chance) / (most - chance), dtype=np.float64)

    matrix = (found[:, None] == found).astype(np.float64)
    np.fill_diagonal(matrix, 0.0)
    return _tests("agreement", matrix, inside, prepared, nulls, rand, levels=True)


def _together(labels: IntArray, prepared: Preparation) -> FloatArray:
    """1 for each pair (P,) of one group, else 0."""
    if len(labels) != prepared.count:
        raise ValueError(f"labels must be of the {prepared.count} sensors prepared for, got {len(labels)}")
    return np.asarray(labels[prepared.first] == labels[prepared.second], dtype=np.float64)


def _tests(
    name: str,
    matrix: FloatArray,
    edge: FloatArray,
    prepared: Preparation,
    nulls: Sequence[str],
    scaled: Callable[[FloatArray], FloatArray],
    levels: bool = False,
) -> Tests:
    """Tests of the sum over a graph's pairs, each shown on the scale of the statistic, which rises with the sum."""
    nothing = untestable(matrix, prepared)
    if nothing is None and edge.min() == edge.max():
        nothing = "every pair is joined" if edge.all() else "no pair is joined"
    if nothing is not None:
        return Tests(statistic=name, tests=(), untested=tuple(Untested(null, nothing) for null in nulls))
    sums, untested = _pair_sums(matrix, edge, prepared, nulls, levels)
    observed = float(prepared.pairs(matrix) @ edge)
    statistic = float(scaled(np.array([observed]))[0])
    tests = tuple(
        NullTest(null=null, statistic=statistic, draws=scaled(drawn), p=upper_tail(observed, drawn))
        for null, drawn in sums.items()
    )
    return Tests(statistic=name, tests=tests, untested=tuple(untested))


def _pair_sums(
    matrix: FloatArray, edge: FloatArray, prepared: Preparation, nulls: Sequence[str], levels: bool
) -> tuple[dict[str, FloatArray], list[Untested]]:
    """Sum of the couplings over a graph's pairs (P,) in each draw of each null."""
    pairs = prepared.pairs(matrix)
    ends = prepared.first[edge > 0], prepared.second[edge > 0]
    found: dict[str, FloatArray] = {}
    untested = []
    for null in nulls:
        if null == "moran":
            if isinstance(prepared.places, str):
                untested.append(Untested(null, prepared.places))
            else:
                found[null] = cross_products(pairs, edge, prepared.places, prepared.signs, levels)
        elif null == "rewired":
            if isinstance(prepared.roads, str) or isinstance(prepared.places, str):
                untested.append(Untested(null, str(prepared.roads)))
            else:
                found[null] = road_sums(pairs, edge, prepared.roads, prepared.places)
        elif null == "configuration":
            try:
                drawn = configurations(matrix, prepared.draws, prepared.seed)
            except ValueError as error:
                untested.append(Untested(null, str(error)))
            else:
                found[null] = np.array([draw[ends].sum() for draw in drawn])
        else:
            found[null] = np.array([matrix[order[ends[0]], order[ends[1]]].sum() for order in prepared.permutations])
    return found, untested
