"""Groups of sensors that a matrix suggests. A grouping is one label per sensor; -1 means: in no group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import KMeans
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray
from analysis.matrix import coupling

# Weights below this share of the largest are none, as they could not be told from rounding.
NEGLIGIBLE = 1e-12
# Eigenvalues of the normalised Laplacian (0 to 2) this close are equal: rounding of float32 weights is 6e-8.
EQUAL = 1e-7
# One eigenvector in so many is worth a solver that finds only these.
FEW = 8
# Those that numpy, scipy and scikit-learn have loaded by now; to seek them takes a millisecond.
LIBRARIES = ThreadpoolController()


@dataclass(frozen=True, slots=True)
class Communities:
    """Groups found in a matrix, the largest first.

    Attributes
    ----------
    labels : (N,) 0 for the largest group, then 1, ...; of two equally large, the one with the earlier sensor
        comes first; -1 for isolated sensors
    count : number of groups, isolated sensors not counted
    gaps : (G,) eigengaps, `gaps[k - 1] = λ_{k+1} - λ_k` of the normalised Laplacian in ascending order: large
        where k groups suit the matrix; empty where no spectrum was used
    isolated : (I,) the sensors without any weight to another
    parts : True where the groups are the separate parts of the matrix, found without a gap, see `spectral_communities`
    """

    labels: IntArray
    count: int
    gaps: FloatArray
    isolated: IntArray
    parts: bool = False

    @property
    def sizes(self) -> IntArray:
        """Number of sensors in each group, (count,), descending."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.count).astype(np.int64)


def _scaled_coupling(M: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Couplings as shares of the largest, and the sensors that have any."""
    weight = coupling(M)
    largest = weight.max()
    if largest > 0:
        weight /= largest
    weight[weight < NEGLIGIBLE] = 0.0
    return weight, np.flatnonzero(weight.any(axis=1)).astype(np.int64)


def _ordered(
    found: IntArray, connected: IntArray, sensors: int, gaps: FloatArray, *, parts: bool = False
) -> Communities:
    """Name the groups by size, then by their first sensor, whatever the method called them."""
    names, first, members = np.unique(found, return_index=True, return_counts=True)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((first, -members))] = np.arange(len(names))
    labels = np.full(sensors, -1, dtype=np.int64)
    labels[connected] = rank[np.searchsorted(names, found)]
    return Communities(
        labels=labels,
        count=len(names),
        gaps=gaps,
        isolated=np.flatnonzero(labels < 0).astype(np.int64),
        parts=parts,
    )


def spectral_communities(M: ArrayLike, count: int | None = None, seed: int = 0, most: int = 30) -> Communities:
    """Spectral clustering: k-means on the first eigenvectors u of the normalised Laplacian.

        L = 1 - D^-1/2 C D^-1/2,  D = diag(Σ_j C_ij)
        embedding of sensor i: (u_1(i), ..., u_count(i)) / √D_ii

    C are the couplings of the pairs, `matrix.coupling`; weights below 1e-12 of the largest are none. On a
    connected matrix this is `SpectralClustering(count, affinity="precomputed", random_state=seed)` of
    scikit-learn. It also answers where that one warns: isolated sensors get the label -1, and where
    eigenvectors share the eigenvalue at which the embedding would end (more separate parts than groups asked
    for), all of them are used, as any choice would depend on the order of the sensors.

    Only the eigenvectors that are used, and the eigenvalues for `gaps`, are sought where they are few: LAPACK finds
    the first ones alone in less than half the time of all. A Lanczos solver takes about as long at 2,000 sensors, and
    may miss one of equal eigenvalues.

    Where the groups are not clear, k-means ends elsewhere from another seed, and in another order of the
    sensors: compare a few seeds with `agreement` before a group is believed.

    Without a count, it is the k from 2 to `most` with the largest eigengap. Where no such gap exceeds 1e-7
    (all weights equal, two sensors) no split is better than another: one group. No weight at all: no group.

    As many eigenvalues are 0 as there are separate parts. Where all `most` + 1 that are looked at are below 1e-7, the
    gap lies beyond them: the groups are then the separate parts themselves, found on the graph, however many there
    are. Sensors are in one part where links of `C_ij / √(D_ii D_jj)` above 1e-7 lead from one to the other.

    Parameters
    ----------
    M : (N, N)
    count : 1 to N, or None for the eigengap; no more groups are found than there are connected sensors
    seed : of k-means, which starts ten times
    most : >= 2, the largest number that the eigengap may suggest; separate parts may be more

    Returns
    -------
    Communities, with `gaps` of length min(most, connected sensors - 1)

    Raises
    ------
    ValueError
        As `arrays.checked`, and when count or most is out of its range.

    References
    ----------
    Shi and Malik, IEEE PAMI 22 (2000); von Luxburg, A tutorial on spectral clustering, Statistics and
    Computing 17 (2007), whose section 8.3 is the eigengap.

    Examples
    --------
    >>> import numpy as np
    >>> found = spectral_communities(np.kron(np.eye(3), np.ones((2, 2))) + 0.01)
    >>> found.labels.tolist(), found.count, int(found.gaps.argmax()) + 1
    ([0, 0, 1, 1, 2, 2], 3, 3)
    """
    weight, connected = _scaled_coupling(M)
    sensors = len(weight)
    if count is not None and not 1 <= count <= sensors:
        raise ValueError(f"count must be from 1 to the number of sensors, {sensors}, got {count}")
    if most < 2:
        raise ValueError(f"most must be at least 2, got {most}")
    if not len(connected):
        return _ordered(np.empty(0, dtype=np.int64), connected, sensors, gaps=np.empty(0))
    weight = weight[np.ix_(connected, connected)]
    root = np.sqrt(weight.sum(axis=1))
    random = np.random.RandomState(seed)
    random.uniform(-1, 1, size=len(root))  # scikit-learn draws a start for ARPACK here: now k-means starts alike
    with LIBRARIES.limit(limits=1):  # see `spectrum.localisation`
        normalised = np.eye(len(root)) - weight / np.outer(root, root)
        values, vectors = _first_modes(normalised, max(most + 1, (count or 0) + 1))
        gaps = np.diff(values)[:most]
        if count is None and len(values) > most and values[most] <= EQUAL:
            found = connected_components(normalised < -EQUAL, directed=False)[1]
            return _ordered(found.astype(np.int64), connected, sensors, gaps, parts=True)
        count = min(count or _count_from(gaps), len(root))
        while len(values) < len(root) and values[-1] <= values[count - 1] + EQUAL:  # as many as share its eigenvalue
            values, vectors = _first_modes(normalised, 4 * len(values))
        used = values <= values[count - 1] + EQUAL
        embedding = vectors[:, used] / root[:, None]
        found = KMeans(count, n_init=10, random_state=random).fit_predict(embedding)
    return _ordered(np.asarray(found, dtype=np.int64), connected, sensors, gaps)


def _first_modes(symmetric: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Smallest eigenvalues, ascending, and their vectors: so many, or all where these are not few."""
    if count > len(symmetric) // FEW:
        values, vectors = np.linalg.eigh(symmetric)
    else:
        values, vectors = eigh(symmetric, subset_by_index=(0, count - 1), check_finite=False)
    return values, vectors


def _count_from(gaps: FloatArray) -> int:
    """Smallest k from 2 on whose eigengap is the largest but for rounding; 1 where all are rounding."""
    candidates = gaps[1:]
    if not (candidates > EQUAL).any():
        return 1
    return int((candidates >= candidates.max() - EQUAL).argmax()) + 2


def louvain_communities(M: ArrayLike, seed: int = 0, resolution: float = 1.0) -> Communities:
    """Louvain's greedy search for the groups with the highest modularity, by networkx.

    Works on the couplings of the pairs, `matrix.coupling`; weights below 1e-12 of the largest are none, and
    isolated sensors get the label -1. No weight at all: no group. The search visits sensors in random order:
    another seed may find other groups where several are equally good. It takes some 10 s where 1,000 sensors
    are all coupled to one another.

    Parameters
    ----------
    M : (N, N)
    seed : of the order in which sensors are visited
    resolution : > 0; above 1 favours smaller groups, below 1 larger ones

    Returns
    -------
    Communities, with empty `gaps`

    Raises
    ------
    ValueError
        As `arrays.checked`, and when the resolution is not a positive number.

    References
    ----------
    Blondel et al., Journal of Statistical Mechanics (2008) P10008.

    Examples
    --------
    >>> import numpy as np
    >>> found = louvain_communities(np.kron(np.eye(3), np.ones((2, 2))) + 0.01)
    >>> found.labels.tolist(), found.count
    ([0, 0, 1, 1, 2, 2], 3)
    """
    if not (np.isfinite(resolution) and resolution > 0):
        raise ValueError(f"resolution must be greater than 0, got {resolution}")
    import networkx as nx  # here: half a second that no page which only reads may wait for

    weight, connected = _scaled_coupling(M)
    graph = nx.from_numpy_array(weight[np.ix_(connected, connected)])
    found = np.empty(len(connected), dtype=np.int64)
    for group, members in enumerate(nx.community.louvain_communities(graph, resolution=resolution, seed=seed)):
        found[list(members)] = group
    return _ordered(found, connected, len(weight), gaps=np.empty(0))
