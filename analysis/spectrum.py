"""The modes of an interaction matrix: how strong, how localised, how smooth over a graph.

A mode is an eigenvector of the symmetrised matrix. Axes: i sensor, k mode. `v (N, K)`: one mode a column.

Where g modes share an eigenvalue, any rotation of them are modes as well, and a solver's choice depends on the order of
the sensors: isolated sensors, and parts that are alike, have many such modes. What is measured of them is its mean over
all rotations, which does not:

    IPR      3 / (g (g + 2)) Σ_i P_i²,  P_i = Σ_k v_ik² over the g modes     for g = 1 the plain one, Σ_i v_i⁴
    energy   1 / g Σ_k of their energies

P_i is the squared length of sensor i's part in the g modes, the same for each choice of them. A mode drawn evenly from
what they span is v a, with a even on the unit sphere of g dimensions, where a fourth power has the mean 3 / (g (g + 2))
along any direction and a square 1 / g.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray, checked_road
from analysis.direction import asymmetry
from analysis.matrix import coupling, symmetrised

BoolArray = NDArray[np.bool_]

# Eigenvalues closer than this share of the largest are called equal: rounding, in float32 weights, is 6e-8.
EQUAL = 1e-7
# Below this share of weights that are not zero, a product that leaves the zeros out is faster.
SPARSE = 0.1
# To seek the libraries takes a millisecond, as long as a small eigenvalue problem: once is enough.
LIBRARIES = ThreadpoolController()


def _columns(v: ArrayLike) -> FloatArray:
    """Return the columns of v, each divided by its largest component so that no power of it can underflow."""
    columns = np.array(v, dtype=np.float64)
    if columns.ndim not in (1, 2) or not columns.size:
        raise ValueError(f"v must have shape (N,) or (N, K), each at least 1, got shape {columns.shape}")
    if not np.isfinite(columns).all():
        place = ", ".join(str(index) for index in np.argwhere(~np.isfinite(columns))[0])
        raise ValueError(f"v must be finite, got {columns[~np.isfinite(columns)][0]} at index ({place})")
    columns = columns.reshape(len(columns), -1)
    largest = np.abs(columns).max(axis=0)
    if not largest.all():
        raise ValueError(f"each column of v must differ from zero, got all zero in column {largest.argmin()}")
    return np.asarray(columns / largest, dtype=np.float64)


def laplacian(W: ArrayLike) -> FloatArray:
    """Graph Laplacian `L = D - C` of the couplings `C_ij = |W_ij + W_ji| / 2`, `D = diag(Σ_j C_ij)`.

    The diagonal of W plays no part. L is symmetric and positive semi-definite whatever the signs of W, and
    its rows sum to 0. It is zero for one sensor and for a matrix of zeros.

    Parameters
    ----------
    W : (N, N)

    Returns
    -------
    (N, N), in the unit of W

    Raises
    ------
    ValueError
        As `arrays.checked`.

    Examples
    --------
    >>> laplacian([[7, 1, 0], [1, 7, -2], [0, -2, 7]]).tolist()
    [[1.0, -1.0, 0.0], [-1.0, 3.0, -2.0], [0.0, -2.0, 2.0]]
    """
    weight = coupling(W)
    return np.diag(weight.sum(axis=1)) - weight


def inverse_participation_ratio(v: ArrayLike) -> float | FloatArray:
    """Inverse participation ratio `Σ_i v_i⁴ / (Σ_i v_i²)²`: 1 on a single sensor, 1/n spread evenly over n.

    Parameters
    ----------
    v : (N,) or (N, K), one vector a column, any length and unit

    Returns
    -------
    float for (N,), else (K,); from 1/N to 1, without unit

    Raises
    ------
    ValueError
        Another shape, not finite, or a column that is all zero.

    References
    ----------
    InterGAT, arXiv:2506.00770; Bell and Dean, Discussions of the Faraday Society 50 (1970).

    Examples
    --------
    >>> inverse_participation_ratio([1, 1, 1, 1]), inverse_participation_ratio([0, 5, 0, 0])
    (0.25, 1.0)
    """
    ratio = _participation(_columns(v))
    return ratio if np.ndim(v) == 2 else float(ratio[0])


def _participation(columns: FloatArray) -> FloatArray:
    square = columns**2
    return np.asarray((square**2).sum(axis=0) / square.sum(axis=0) ** 2, dtype=np.float64)


def _groups(values: FloatArray) -> tuple[IntArray, IntArray]:
    """First mode and number of modes of each group of equal eigenvalues, (G,) each; values are sorted."""
    near = np.abs(np.diff(values)) <= EQUAL * np.abs(values).max()
    first = np.append(0, np.flatnonzero(~near) + 1)
    return first, np.diff(np.append(first, len(values)))


def _mixed_participation(vectors: FloatArray, first: IntArray, count: IntArray) -> FloatArray:
    """Mean IPR over all rotations of each group of modes, (G,)."""
    part = np.add.reduceat(vectors**2, first, axis=1)  # (N, G): P_i, whose sum over i is g
    return np.asarray(3 * count / (count + 2) * (part**2).sum(axis=0) / part.sum(axis=0) ** 2, dtype=np.float64)


def dirichlet_energy(v: ArrayLike, W: ArrayLike) -> float | FloatArray:
    """Dirichlet energy `vᵀ L v / vᵀ v = Σ_{i<j} C_ij (v_i - v_j)² / Σ_i v_i²`: 0 where v is smooth over W.

    Parameters
    ----------
    v : (N,) or (N, K), one vector a column
    W : (N, N), turned into its `laplacian`

    Returns
    -------
    float for (N,), else (K,); >= 0, in the unit of W; at most the largest eigenvalue of L

    Raises
    ------
    ValueError
        As `inverse_participation_ratio` and `arrays.checked`, and when v and W differ in N.

    References
    ----------
    InterGAT, arXiv:2506.00770; Shuman et al., IEEE Signal Processing Magazine 30 (2013).

    Examples
    --------
    >>> dirichlet_energy([1, 1, 1], [[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    0.0
    >>> dirichlet_energy([1, -1], [[0, 3], [3, 0]])
    6.0
    """
    columns = _columns(v)
    weight = coupling(W)
    if len(weight) != len(columns):
        raise ValueError(f"v must have one row per sensor of W, got {len(columns)} rows and {len(weight)} sensors")
    energy = _energy(columns, weight)
    return energy if np.ndim(v) == 2 else float(energy[0])


def _energy(columns: FloatArray, weight: FloatArray) -> FloatArray:
    """Energy of each column on the Laplacian of couplings, (N, N)."""
    pairs = csr_array(weight) if np.count_nonzero(weight) < SPARSE * weight.size else weight
    strained = weight.sum(axis=1)[:, None] * columns - pairs @ columns
    energy = (columns * strained).sum(axis=0) / (columns**2).sum(axis=0)
    # The Laplacian is positive semi-definite: what is below 0 is rounding.
    return np.asarray(np.maximum(energy, 0.0), dtype=np.float64)


def _own_energy(matrix: FloatArray, values: FloatArray, vectors: FloatArray) -> FloatArray:
    """Energy of the modes of a symmetric matrix on its own couplings.

    Where no weight is negative, `L = D + diag(M) - M` with D the sums of couplings, so that a mode, which M only
    stretches, needs no product: `Σ_i (D_i + M_ii) v_i² - λ`. A diagonal that outweighs all couplings would leave of
    the difference only rounding.
    """
    weight = np.abs(matrix)
    np.fill_diagonal(weight, 0.0)
    strength, own = weight.sum(axis=1), matrix.diagonal()
    if (matrix < 0).sum() > (own < 0).sum() or np.abs(own).max() > strength.max():
        return _energy(vectors, weight)
    energy = (strength + own) @ vectors**2 - values
    return np.asarray(np.maximum(energy, 0.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues and eigenvectors of the symmetrised matrix, with what each mode looks like.

    Attributes
    ----------
    values : (N,) eigenvalues, descending, in the unit of M
    vectors : (N, N) unit eigenvectors, one a column; the largest component of each is positive
    ipr : (N,) inverse participation ratio of each mode; of modes that share an eigenvalue the mean over all their
        rotations, as is energy
    energy : (N,) Dirichlet energy of each mode on the Laplacian of M, in the unit of M
    road_energy : (N,) the same on the Laplacian of the road graph, in its unit; None without one
    gap : `values[0] - values[1]`; nan for one sensor
    asymmetry : what was lost by symmetrising, see `direction.asymmetry`
    repeated : (N,) True where a mode shares its eigenvalue with another: then any rotation of the two is a
        mode as well, and their vectors, but nothing else, depend on the order of the sensors
    """

    values: FloatArray
    vectors: FloatArray
    ipr: FloatArray
    energy: FloatArray
    road_energy: FloatArray | None
    gap: float
    asymmetry: float
    repeated: BoolArray


def spectrum(M: ArrayLike, road: ArrayLike | None = None) -> Spectrum:
    """Eigenvalues and eigenvectors of `(M + Mᵀ) / 2`, diagonal and signs kept.

    A matrix of zeros and one sensor have a spectrum like any other: its eigenvalues are the diagonal.

    Parameters
    ----------
    M : (N, N)
    road : (N, N) road graph, >= 0, if there is one

    Returns
    -------
    Spectrum

    Raises
    ------
    ValueError
        As `arrays.checked` for M, and `arrays.checked_road` for the road graph.

    References
    ----------
    InterGAT, arXiv:2506.00770. Its published code reads one triangle of a matrix that is not symmetric; here
    it is symmetrised, and `asymmetry` says what that cost.

    Examples
    --------
    >>> found = spectrum([[0, 2, 0], [2, 0, 0], [0, 0, 1]])
    >>> found.values.round(6).tolist(), round(found.gap, 6), found.ipr.round(6).tolist()
    ([2.0, 1.0, -2.0], 1.0, [0.5, 1.0, 0.5])
    """
    matrix = symmetrised(M)
    with LIBRARIES.limit(limits=1, user_api="blas"):  # see `localisation`
        values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[::-1].copy(), vectors[:, ::-1].copy()
    size = np.abs(vectors)
    # The first of the largest components, not whichever rounding made the larger by an ulp.
    leading = (size >= size.max(axis=0) * (1 - 1e-8)).argmax(axis=0)
    vectors *= np.where(vectors[leading, np.arange(len(values))] < 0, -1.0, 1.0)
    first, count = _groups(values)

    def mixed(energy: FloatArray) -> FloatArray:
        return np.repeat(np.add.reduceat(energy, first) / count, count)

    return Spectrum(
        values=values,
        vectors=vectors,
        ipr=np.repeat(_mixed_participation(vectors, first, count), count),
        energy=mixed(_own_energy(matrix, values, vectors)),
        road_energy=None if road is None else mixed(_energy(vectors, coupling(checked_road(road, len(matrix))))),
        gap=float(values[0] - values[1]) if len(values) > 1 else float("nan"),
        asymmetry=asymmetry(M),
        repeated=np.repeat(count > 1, count),
    )


@dataclass(frozen=True, slots=True)
class Localisation:
    """How localised the modes are, beside those of the same weights in random places.

    Attributes
    ----------
    ipr : mean inverse participation ratio over all modes, and over all rotations of modes that share an eigenvalue
    permuted : (permutations,) the same of each permuted matrix
    excess : `ipr / mean(permuted)`, how many times more localised than by chance; 1.0: the places of the
        weights do not matter
    p : share of permuted matrices at least as localised, `(1 + #{permuted >= ipr}) / (1 + permutations)`
    """

    ipr: float
    permuted: FloatArray
    excess: float
    p: float

    @property
    def chance(self) -> float:
        """Mean over the permuted matrices: what the weights alone, without their places, would give."""
        return float(self.permuted.mean())


def localisation(M: ArrayLike, permutations: int = 200, seed: int = 0) -> Localisation:
    """Mean inverse participation ratio, beside matrices whose off-diagonal pairs are put in random places.

        1/N Σ over the groups of g equal eigenvalues of g · 3 / (g (g + 2)) Σ_i P_i²,  P_i = Σ_k v_ik² over the group

    This is the mean over all rotations of modes that share an eigenvalue, of M and of each shuffle alike: which of them
    a solver finds depends on the order of the sensors. Where none is shared it is the mean of the plain ratios. Parts
    that are exactly alike share theirs, and mixtures spread over all of them: their modes do not count as local.

    The weights `(M_ij + M_ji) / 2`, i < j, are shuffled over all pairs; the diagonal stays where it is. All
    equal, all zero, one or two sensors: every shuffle is the same matrix, so excess is 1 and p is 1.
    Takes as long as `permutations` eigenvalue problems: ask for fewer above about 400 sensors.

    Parameters
    ----------
    M : (N, N)
    permutations : >= 1
    seed : of the shuffles

    Returns
    -------
    Localisation

    Raises
    ------
    ValueError
        As `arrays.checked`, and when permutations is below 1.

    References
    ----------
    The p value counts the matrix itself among the shuffles: North et al., American Journal of Human Genetics
    71 (2002).

    Examples
    --------
    >>> import numpy as np
    >>> blocks = np.kron(np.eye(8), np.ones((5, 5))) * np.random.default_rng(0).random((40, 40))
    >>> found = localisation(blocks, permutations=19)
    >>> found.p, found.excess > 1
    (0.05, True)
    """
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations}")
    matrix = symmetrised(M)
    first, second = np.triu_indices(len(matrix), k=1)
    weight = matrix[first, second]
    generator = np.random.default_rng(seed)
    permuted = np.empty(permutations)
    # One thread: on a busy machine the threads of many small eigenvalue problems wait for one another, and
    # take 40 times as long.
    with LIBRARIES.limit(limits=1, user_api="blas"):
        observed = _mean_participation(matrix)
        for index in range(permutations):
            matrix[first, second] = matrix[second, first] = generator.permutation(weight)
            permuted[index] = _mean_participation(matrix)
    at_least = int((permuted >= observed * (1 - 1e-9)).sum())  # equal but for rounding is equal
    return Localisation(
        ipr=observed,
        permuted=permuted,
        excess=observed / float(permuted.mean()),
        p=(1 + at_least) / (1 + permutations),
    )


def _mean_participation(symmetric: FloatArray) -> float:
    values, vectors = np.linalg.eigh(symmetric)
    first, count = _groups(values)
    return float(count @ _mixed_participation(vectors, first, count) / len(values))
