"""Random matrices that know the map: Moran spectral randomisation of what distance does not explain.

A learned matrix and a road graph both know the map: near sensors couple, near sensors have roads, and what a
sensor couples with, its neighbours couple with. A null must keep all of this. With the places of the sensors,

    W_ij = exp(-d_ij / (8 d₁))           spatial weights; d₁ the median distance to the nearest other place
    U = eigenvectors of H W H            Moran's eigenvectors, H = 1 - 11ᵀ/N; the constant vector is kept apart
    C_ij = f(d_ij) + σ(d_ij) R_ij        mean and spread of the coupling at each distance; R the rest
    C*_ij = f(d_ij) + σ(d_ij) (Q R Qᵀ)_ij,  Q = U S Uᵀ,  S random signs, + for the constant vector

Q turns every node profile in the same way and keeps the autocorrelation of R at every scale [1], as in the
Mantel test of [2]. f and σ² are linear splines in the distance, by least squares, with knots that lie denser
where it is short: of a stretch for every 30 pairs, 2 to 8, and of three up to 11 sensors. A single one is straight,
which coupling that falls as exp(-3d) is not: of 300 such nulls of 8 to 11 sensors it rejects 12 to 18 % of each at
5 %, three stretches 5 to 6 %, and the two of 12 sensors 8 %.

**Why not Q C Qᵀ, the plain form?** It keeps the distance decay only where W and f have the same eigenvectors,
and on real maps (edges, clusters) they do not: simulated, it rejects 10 to 50 % of nulls at 5 %. With the
decay taken out and put back [3] it rejects 5 %, but 15 % where the noise is larger between near sensors, as
it is wherever weights are not negative: hence σ. The same trend is taken out of the road graph, so that draws
have no part along it, as R has none. `python -m benchmarks.evidence` prints the figures; zero on the diagonal
of R did as well as a diagonal made from the neighbours.

[1] Wagner and Dray, Methods in Ecology and Evolution 6 (2015). [2] Crabot, Clappe, Dray and Datry, Methods in
Ecology and Evolution 10 (2019). [3] Freedman and Lane, Journal of Business and Economic Statistics 1 (1983).

Axes: i, j sensor, p pair i < j in the order of `np.triu_indices`, m eigenvector, r draw.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, checked

KNOTS = 8  # stretches of the spline where pairs are many
PAIRS_A_KNOT = 30
FEW = 3  # stretches where there are not pairs for two, up to 11 sensors
WIDTH = 8.0  # of the spatial weights, in median distances to the nearest other place
# Spread at a distance is at least this share of the whole: exact zeros far away would have none to divide by, and
# a rest that is divided by next to nothing is noise. Between 0.03 and 0.3 all tests reject 2 to 9 % of nulls.
LEAST_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class Places:
    """What the nulls need to know of the map.

    Attributes
    ----------
    basis : (N, N) Moran's eigenvectors, one a column, the constant vector first, then from the smoothest on
    autocorrelation : (N,) Moran's I of each; nan for the constant vector
    splines : (P, J) each pair's distance in the J functions of a linear spline
    smoother : (J, P) its pseudoinverse: `splines @ smoother` is the projection on what distance explains
    solver : (J + N, J + N) pseudoinverse of the normal equations of the splines and one level a sensor
    """

    basis: FloatArray
    autocorrelation: FloatArray
    splines: FloatArray
    smoother: FloatArray
    solver: FloatArray

    def trend(self, pairs: FloatArray) -> FloatArray:
        """Least squares of values of pairs (P,) or (P, K) by their distance."""
        return np.asarray(self.splines @ (self.smoother @ pairs), dtype=np.float64)

    def trend_and_levels(self, pairs: FloatArray) -> FloatArray:
        """Least squares of values of pairs (P,) by their distance and a level of each of the two sensors."""
        sensors, functions = len(self.basis), self.splines.shape[1]
        sides = np.concatenate([self.splines.T @ pairs, square(pairs, sensors).sum(axis=1)])
        found = self.solver @ sides
        first, second = np.triu_indices(sensors, k=1)
        levels = found[functions:]
        return np.asarray(self.splines @ found[:functions] + levels[first] + levels[second], dtype=np.float64)


def spatial_weights(kilometres: ArrayLike) -> FloatArray:
    """Weights `exp(-d_ij / (8 d₁))` with a zero diagonal; `d₁` the median distance to the nearest other place.

    Sensors at one place (two directions of a road) have weight 1 and do not enter d₁.

    Parameters
    ----------
    kilometres : (N, N) distances, symmetric, from `distances.kilometres`; any unit

    Returns
    -------
    (N, N), symmetric, from 0 to 1

    Raises
    ------
    ValueError
        As `arrays.checked` (a place that is unknown is nan), when a distance is negative or not symmetric, and
        when no two sensors are apart.

    Examples
    --------
    >>> spatial_weights([[0, 1, 2], [1, 0, 1], [2, 1, 0]]).round(3).tolist()
    [[0.0, 0.882, 0.779], [0.882, 0.0, 0.882], [0.779, 0.882, 0.0]]
    """
    distance = checked(kilometres, "kilometres")
    if (distance < 0).any() or not np.allclose(distance, distance.T):
        raise ValueError("kilometres must be symmetric and at least 0, as between places")
    np.fill_diagonal(distance, 0.0)
    apart = np.where(distance > 0, distance, np.inf)
    nearest = apart.min(axis=1)
    if not np.isfinite(nearest).all():
        raise ValueError("kilometres must hold at least two places, got all sensors at one")
    weight = np.exp(-distance / (WIDTH * np.median(nearest)))
    np.fill_diagonal(weight, 0.0)
    return np.asarray(weight, dtype=np.float64)


def places(kilometres: ArrayLike) -> Places:
    """Moran's eigenvectors of the map, and splines of the distance, once for all matrices on these sensors.

    Rotations of eigenvectors with equal autocorrelation depend on the order of the sensors, as where several
    places have two sensors each; what a null draws with them differs as one seed from another.

    Parameters
    ----------
    kilometres : (N, N) distances, symmetric, 0 on the diagonal

    Returns
    -------
    Places

    Raises
    ------
    ValueError
        As `spatial_weights`.

    References
    ----------
    Dray, Legendre and Peres-Neto, Ecological Modelling 196 (2006): Moran's eigenvector maps.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(4)
    >>> found = places(np.abs(spot[:, None] - spot))
    >>> found.basis[:, 0].round(3).tolist(), bool((found.basis.T @ found.basis).round(9).trace() == 4)
    ([0.5, 0.5, 0.5, 0.5], True)
    """
    weight = spatial_weights(kilometres)
    sensors = len(weight)
    # H W H has the constant vector in its kernel, perhaps among others: pushed below all else, it is the first.
    mean = weight.mean(axis=0)
    centred = weight - mean[:, None] - mean + mean.mean()
    with threadpool_limits(limits=1, user_api="blas"):  # see `spectrum.localisation`
        below = 2.0 * np.abs(centred).sum(axis=1).max() / sensors
        _, vectors = np.linalg.eigh(-centred - below)
        # One sign for each, whatever the machine and the order of the sensors.
        largest = np.abs(vectors).argmax(axis=0)
        vectors = vectors * np.where(vectors[largest, np.arange(sensors)] < 0, -1.0, 1.0)
        basis = np.column_stack([np.full(sensors, sensors**-0.5), vectors[:, 1:]])
        values = np.einsum("im,ij,jm->m", basis, weight, basis, optimize=True)
        autocorrelation = np.append(np.nan, values[1:] * sensors / weight.sum())
        splines = _splines(np.asarray(kilometres, dtype=np.float64)[np.triu_indices(sensors, k=1)])
        smoother = np.asarray(np.linalg.pinv(splines), dtype=np.float64)
        solver = _solver(splines, sensors)
    return Places(basis=basis, autocorrelation=autocorrelation, splines=splines, smoother=smoother, solver=solver)


def _solver(splines: FloatArray, sensors: int) -> FloatArray:
    """Pseudoinverse of the normal equations: a pair of sensors shares one pair, a sensor is in N - 1."""
    shared = np.stack([square(function, sensors).sum(axis=1) for function in splines.T])  # (J, N)
    levels = np.ones((sensors, sensors)) + (sensors - 2) * np.eye(sensors)
    equations = np.block([[splines.T @ splines, shared], [shared.T, levels]])
    return np.asarray(np.linalg.pinv(equations, rcond=1e-10, hermitian=True), dtype=np.float64)


def _splines(distance: FloatArray) -> FloatArray:
    """Return (P, J) functions that are 1 at one knot, 0 at the others and linear between them."""
    stretches = min(len(distance) // PAIRS_A_KNOT, KNOTS)
    if stretches < 2:
        stretches = FEW  # one is straight, which coupling that falls with distance is not
    knots = np.unique(np.quantile(distance, (np.arange(stretches + 1) / stretches) ** 2))
    return np.column_stack([np.interp(distance, knots, unit) for unit in np.eye(len(knots))])


def random_signs(sensors: int, draws: int, seed: int = 0) -> FloatArray:
    """Signs of Moran's eigenvectors in each draw, 1 for the constant vector.

    Parameters
    ----------
    sensors : N >= 1
    draws : R >= 1
    seed : of the signs

    Returns
    -------
    (R, N) of 1 and -1

    Raises
    ------
    ValueError
        When sensors or draws is below 1.

    Examples
    --------
    >>> random_signs(4, 2).tolist()
    [[1.0, -1.0, -1.0, -1.0], [1.0, 1.0, 1.0, 1.0]]
    """
    if sensors < 1 or draws < 1:
        raise ValueError(f"sensors and draws must be at least 1, got {sensors} and {draws}")
    signs = np.where(np.random.default_rng(seed).random((draws, sensors)) < 0.5, -1.0, 1.0)
    signs[:, 0] = 1.0
    return signs


def standardised(pairs: FloatArray, known: Places, levels: bool = False) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Values of pairs as `f + σ R`: mean and spread at their distance, and the rest.

    Parameters
    ----------
    pairs : (P,) values of the pairs i < j
    known : Places of the same sensors
    levels : take out one level a sensor as well, so that f is a function of the distance and the two sensors

    Returns
    -------
    f (P,), σ (P,) > 0, R (P,); σ is 1 where values are a function of distance but for rounding, R then 0

    Raises
    ------
    ValueError
        When pairs are not as many as the sensors have.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(4)
    >>> f, σ, R = standardised(np.arange(6.0), places(np.abs(spot[:, None] - spot)))
    >>> bool(np.allclose(f + σ * R, np.arange(6)))
    True
    """
    if pairs.shape != (len(known.splines),):
        raise ValueError(f"pairs must have shape ({len(known.splines)},), got shape {pairs.shape}")
    mean = known.trend_and_levels(pairs) if levels else known.trend(pairs)
    rest = pairs - mean
    total = float((rest**2).mean())
    if total <= 1e-20 * float((pairs**2).mean()):
        return mean, np.ones_like(pairs), np.zeros_like(pairs)
    spread = np.sqrt(np.maximum(known.trend(rest**2), LEAST_SPREAD**2 * total))
    return mean, spread, rest / spread


def square(pairs: FloatArray, sensors: int) -> FloatArray:
    """Symmetric matrix with a zero diagonal from the values of its pairs.

    Parameters
    ----------
    pairs : (P,) with P = N(N-1)/2
    sensors : N

    Returns
    -------
    (N, N)

    Raises
    ------
    ValueError
        When there are not P values.

    Examples
    --------
    >>> import numpy as np
    >>> square(np.array([1.0, 2.0, 3.0]), 3).tolist()
    [[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]]
    """
    if pairs.shape != (sensors * (sensors - 1) // 2,):
        raise ValueError(f"pairs must have shape ({sensors * (sensors - 1) // 2},), got shape {pairs.shape}")
    matrix = np.zeros((sensors, sensors))
    matrix[np.triu_indices(sensors, k=1)] = pairs
    return matrix + matrix.T


def cross_products(
    pairs: FloatArray, other: FloatArray, known: Places, signs: FloatArray, levels: bool = False
) -> FloatArray:
    """Cross product `Σ_{i<j} C*_ij A_ij` of each draw C* with a graph A that has no part along the distance.

    Where `known.trend(other)` is taken out of A first, here, and `Σ f A` put back:

        Σ_{i<j} C*_ij A_ij = Σ_{i<j} f_ij A_ij + sᵀ (R̂ ∘ Â) s / 2,  R̂ = Uᵀ R U,  Â = Uᵀ (σ ∘ A) U

    N² steps a draw, without drawing a matrix. With all signs 1 it is the cross product of the matrix itself.

    Parameters
    ----------
    pairs : (P,) couplings of the pairs i < j
    other : (P,) the graph
    known : Places
    signs : (R, N) from `random_signs`
    levels : keep one level a sensor too, in both, see `standardised`

    Returns
    -------
    (R,)

    Raises
    ------
    ValueError
        When pairs, other or signs do not suit the sensors.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(4)
    >>> cross_products(np.arange(6.0), np.eye(6)[2], places(np.abs(spot[:, None] - spot)), np.ones((1, 4))).round(9)
    array([2.])
    """
    sensors = len(known.basis)
    if other.shape != pairs.shape or signs.ndim != 2 or signs.shape[1] != sensors:
        raise ValueError(
            f"other must have shape {pairs.shape} and signs (R, {sensors}), got {other.shape} and {signs.shape}"
        )
    mean, spread, rest = standardised(pairs, known, levels)
    free = other - (known.trend_and_levels(other) if levels else known.trend(other))
    with threadpool_limits(limits=1, user_api="blas"):
        basis = known.basis
        product = (basis.T @ square(rest, sensors) @ basis) * (basis.T @ square(spread * free, sensors) @ basis)
        turned = np.einsum("rm,rm->r", signs @ product, signs) / 2
    return np.asarray(float(mean @ other) + turned, dtype=np.float64)


def moran_matrices(pairs: FloatArray, known: Places, signs: FloatArray) -> Iterator[FloatArray]:
    """Draw after draw, the matrix C* itself, with a zero diagonal.

    Parameters
    ----------
    pairs : (P,) values of the pairs i < j, of any sign
    known : Places
    signs : (R, N) from `random_signs`

    Returns
    -------
    Iterator of (N, N), symmetric

    Raises
    ------
    ValueError
        As `standardised`.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(4)
    >>> known = places(np.abs(spot[:, None] - spot))
    >>> next(moran_matrices(np.arange(6.0), known, np.ones((1, 4)))).round(6)[0, 2:].tolist()
    [1.0, 2.0]
    """
    mean, spread, rest = standardised(pairs, known)
    sensors = len(known.basis)
    mean, spread = square(mean, sensors), square(spread, sensors)
    turned = known.basis.T @ square(rest, sensors) @ known.basis
    return (mean + spread * (known.basis @ (turned * np.outer(sign, sign)) @ known.basis.T) for sign in signs)


def moran_vectors(v: ArrayLike, known: Places, signs: FloatArray) -> FloatArray:
    """Randomised vectors `Q v = U S Uᵀ v`: the mean, the length and the autocorrelation at each scale stay.

    Parameters
    ----------
    v : (N, K) one vector a column
    known : Places
    signs : (R, N)

    Returns
    -------
    (R, N, K)

    Raises
    ------
    ValueError
        When v has not one row per sensor.

    Examples
    --------
    >>> import numpy as np
    >>> spot = np.arange(4)
    >>> moran_vectors([[1], [2], [4], [8]], places(np.abs(spot[:, None] - spot)), np.ones((1, 4))).round(9).ravel()
    array([1., 2., 4., 8.])
    """
    columns = np.asarray(v, dtype=np.float64)
    if columns.ndim != 2 or len(columns) != len(known.basis):
        raise ValueError(f"v must have shape ({len(known.basis)}, K), got shape {columns.shape}")
    with threadpool_limits(limits=1, user_api="blas"):
        part = known.basis.T @ columns
        return np.asarray(known.basis @ (signs[:, :, None] * part), dtype=np.float64)
