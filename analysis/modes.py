"""How localised the leading modes of a matrix are, and how smooth over the roads, beside what nulls make of them.

Each null gives its own draw of a mode, or of what is measured of it; see `modes_by_chance`.

Axes: i, j sensor, p pair i < j, k mode, r draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, checked_road, joined
from analysis.configuration import configurations
from analysis.matrix import symmetrised
from analysis.moran import Places, cross_products, moran_vectors
from analysis.multiplicity import enough_draws
from analysis.nulls import NULLS, Preparation, Untested, preparation, road_sums, untestable, upper_tail

MODES = 10
ALIKE = 0.9  # cosine of a mode with the strengths from which on it is the strengths
MODE_DRAWS = enough_draws(MODES)  # 499, which let one mode of ten stand out: a draw costs an eigenvalue problem


@dataclass(frozen=True, slots=True)
class ModeTest:
    """The first K modes under one null; nan where the null says nothing of a quantity.

    Attributes
    ----------
    null : as in `NullTest`
    ipr_chance : (K,) mean of the inverse participation ratio over the draws
    ipr_p : (K,) upper tail: small where a mode is more localised than by chance; not corrected for how many there are
    energy_chance : (K,) mean of the Dirichlet energy on the roads over the draws
    energy_p : (K,) lower tail: small where a mode is smoother over the roads than by chance
    """

    null: str
    ipr_chance: FloatArray
    ipr_p: FloatArray
    energy_chance: FloatArray
    energy_p: FloatArray


@dataclass(frozen=True, slots=True)
class Modes:
    """The first K modes, sorted as in `spectrum.spectrum`, beside what each null gives.

    Where modes share an eigenvalue, the figures are of those that the solver finds, not means over their rotations as
    in `spectrum.Spectrum`: they depend on the order of the sensors.

    Attributes
    ----------
    ipr : (K,) inverse participation ratio
    energy : (K,) Dirichlet energy on the road graph, each road of weight 1
    tests : one per null
    untested : the nulls that could not be drawn
    """

    ipr: FloatArray
    energy: FloatArray
    tests: tuple[ModeTest, ...]
    untested: tuple[Untested, ...]


def modes_by_chance(
    M: ArrayLike,
    road: ArrayLike,
    kilometres: ArrayLike | None = None,
    draws: int = MODE_DRAWS,
    seed: int = 0,
    nulls: Sequence[str] = NULLS,
) -> Modes:
    """Localisation of the first ten modes, and their smoothness over the roads, under each null.

    moran: for the IPR `Q v`, a vector with the mode's autocorrelation on the map at every scale, at random
    otherwise; for the energy the matrix `(v_i - v_j)²`, as a matrix of couplings is turned, since `Q v` is rougher
    than v over short distances where the map is uneven. rewired: the mode on rewired roads.
    configuration: the k-th mode of a random matrix with the strengths, diagonal and signs of M; nan where the mode
    is the strengths but for little (cosine above 0.9, as is the first of most matrices without negative weights):
    the null keeps those. permuted: the mode with its sensors exchanged.

    A random vector on the map is nearly Gaussian. The first mode of a matrix that varies smoothly is more even than
    that, and the IPR under 'moran' rejects less than 5 %; a mode of a sparse matrix or one with very unequal
    strengths is not Gaussian, and it rejects for that alone. The IPR under 'configuration' rejects where a mode is
    only as smooth as the map makes it. A mode is more localised than is trivial where both say so.

    Parameters
    ----------
    M : (N, N), symmetrised with its diagonal and signs, as in `spectrum.spectrum`
    road, kilometres, draws, seed, nulls : as in `against_roads`; at most 499 draws, but for 'rewired': for
        'configuration' each costs an eigenvalue problem

    Returns
    -------
    Modes of K = min(10, N)

    Raises
    ------
    ValueError
        As `against_roads`.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.kron(np.diag([3.0, 2.0, 1.0]), np.ones((4, 4)))
    >>> found = modes_by_chance(M, M, draws=19)
    >>> found.ipr.round(3)[:3].tolist(), found.energy.round(3)[:3].tolist(), [test.null for test in found.tests]
    ([0.25, 0.25, 0.25], [0.0, 0.0, 0.0], ['configuration', 'permuted'])
    """
    matrix = symmetrised(M)
    edge = joined(checked_road(road, len(matrix)))
    return mode_tests(matrix, edge, preparation(len(matrix), kilometres, edge, draws, seed, nulls), nulls)


def mode_tests(matrix: FloatArray, edge: FloatArray, prepared: Preparation, nulls: Sequence[str] = NULLS) -> Modes:
    """`modes_by_chance` for one of many matrices of the same sensors.

    Parameters
    ----------
    matrix : (N, N) symmetric
    edge : (N, N) of 0 and 1, the roads that were prepared with
    prepared : of these sensors, at least for `nulls`
    nulls : some of `NULLS`

    Returns
    -------
    Modes of K = min(10, N)

    Raises
    ------
    ValueError
        Matrices of other sensors than were prepared for.

    Examples
    --------
    >>> import numpy as np
    >>> road = np.roll(np.eye(9), 1, axis=1) + np.roll(np.eye(9), -1, axis=1)
    >>> found = mode_tests(road, road, preparation(9, None, road, draws=19), nulls=("permuted",))
    >>> float(found.ipr[0].round(6)), float(found.energy[0].round(6)), found.tests[0].null
    (0.111111, 0.0, 'permuted')
    """
    count, roads = min(MODES, prepared.count), prepared.pairs(edge)
    reason = untestable(matrix, prepared) or (None if edge.any() else "no pair is joined")
    L = np.diag(edge.sum(axis=1)) - edge

    def measured(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """IPR and energy (..., K) of unit vectors (..., N, K)."""
        return (vectors**4).sum(axis=-2), np.maximum((vectors * (L @ vectors)).sum(axis=-2), 0.0)

    nothing = np.full(count, np.nan)
    tests = []
    untested = []
    with threadpool_limits(limits=1, user_api="blas"):
        v = _leading(matrix, count)
        ipr, energy = measured(v)
        if reason is not None:
            return Modes(ipr=ipr, energy=energy, tests=(), untested=tuple(Untested(null, reason) for null in nulls))
        across = (v[prepared.first] - v[prepared.second]) ** 2  # (P, K): a road of weight 1 adds as much
        for null in nulls:
            if null == "moran":
                if isinstance(prepared.places, str):
                    untested.append(Untested(null, prepared.places))
                    continue
                signs = prepared.signs[:MODE_DRAWS]
                localised, _ = measured(moran_vectors(v, prepared.places, signs))
                smooth = np.maximum(_turned_sums(across, roads, prepared.places, signs), 0.0)
            elif null == "rewired":
                if isinstance(prepared.roads, str) or isinstance(prepared.places, str):
                    untested.append(Untested(null, str(prepared.roads)))
                    continue
                smooth = np.maximum(road_sums(across, roads, prepared.roads, prepared.places), 0.0)
                localised = np.tile(nothing, (len(smooth), 1))
            elif null == "configuration":
                try:
                    drawn = configurations(matrix, min(prepared.draws, MODE_DRAWS), prepared.seed)
                except ValueError as error:
                    untested.append(Untested(null, str(error)))
                    continue
                localised, smooth = measured(np.stack([_leading(draw, count) for draw in drawn]))
                strength = np.abs(matrix - np.diag(matrix.diagonal())).sum(axis=1)
                kept = np.abs(strength @ v) > ALIKE * np.linalg.norm(strength)
                localised[:, kept] = smooth[:, kept] = np.nan
            else:
                localised, smooth = measured(v[prepared.permutations[:MODE_DRAWS]])
                localised = np.tile(nothing, (len(smooth), 1))
            tests.append(
                ModeTest(
                    null=null,
                    ipr_chance=localised.mean(axis=0),
                    ipr_p=_each(ipr, localised),
                    energy_chance=smooth.mean(axis=0),
                    energy_p=_each(-energy, -smooth),
                )
            )
    return Modes(ipr=ipr, energy=energy, tests=tuple(tests), untested=tuple(untested))


def _turned_sums(values: FloatArray, edge: FloatArray, known: Places, signs: FloatArray) -> FloatArray:
    """Sums (R, K) over the roads of values (P, K), each column turned on the map as a matrix of its own."""
    return np.column_stack([cross_products(column, edge, known, signs) for column in values.T])


def _leading(matrix: FloatArray, count: int) -> FloatArray:
    """Eigenvectors (N, K) of the largest eigenvalues, descending."""
    size = len(matrix)
    vectors = eigh(matrix, subset_by_index=[size - count, size - 1], check_finite=False)[1]
    return np.asarray(vectors[:, ::-1], dtype=np.float64)


def _each(statistic: FloatArray, draws: FloatArray) -> FloatArray:
    """The p values (K,) of statistics (K,) beside draws (R, K); nan where draws are."""
    pairs = zip(statistic.tolist(), draws.T, strict=True)
    return np.array([np.nan if np.isnan(drawn).any() else upper_tail(value, drawn) for value, drawn in pairs])
