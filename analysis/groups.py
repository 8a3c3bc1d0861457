"""Groupings of sensors: what a matrix has inside and across them, and how well two of them agree.

A grouping is one label per sensor, integers or texts. The label -1, or an empty text, means: in no group.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, IntArray
from analysis.matrix import coupling


def checked_labels(labels: ArrayLike, name: str, sensors: int | None = None) -> IntArray:
    """Labels as 0, 1, ... in their sorted order, and -1 for what is in no group.

    Parameters
    ----------
    labels : (N,) integers or texts; -1 and '' for no group
    name : what a refusal calls them
    sensors : N, if it is known

    Returns
    -------
    (N,) from -1 on

    Raises
    ------
    ValueError
        Not one integer or text per sensor.

    Examples
    --------
    >>> checked_labels(["north", "", "south", "north"], "groups").tolist()
    [0, -1, 1, 0]
    """
    array = np.asarray(labels)
    if array.ndim != 1:
        raise ValueError(f"{name} must hold one label per sensor, (N,), got shape {array.shape}")
    if sensors is not None and len(array) != sensors:
        raise ValueError(f"{name} must hold one label per sensor, {sensors}, got {len(array)}")
    if array.dtype.kind in "iu":
        none = array == -1
    elif array.dtype.kind == "U" or all(isinstance(label, str) for label in array):
        array = array.astype(str)
        none = array == ""
    else:
        raise ValueError(f"{name} must hold integers or texts, got dtype {array.dtype}")
    groups = np.full(len(array), -1, dtype=np.int64)
    groups[~none] = np.unique(array[~none], return_inverse=True)[1]
    return groups


def modularity(M: ArrayLike, labels: ArrayLike) -> float:
    """Modularity `Q = Σ_c [w_c / m - (d_c / 2m)²]` of a grouping: the weight inside groups beyond chance.

    `w_c` is the coupling of the pairs inside group c, `d_c` the sum of its sensors' strengths, `m` of all
    pairs, each pair once. 0 for one group of all. Sensors in no group are left out of M. nan where no
    weight remains.

    Parameters
    ----------
    M : (N, N)
    labels : (N,) integers or texts; -1 and '' for no group

    Returns
    -------
    float from -0.5 to 1, without unit: the scale of M cancels

    Raises
    ------
    ValueError
        As `arrays.checked`, and when labels are not one integer or text per sensor.

    References
    ----------
    Newman, Analysis of weighted networks, Physical Review E 70 (2004) 056131.

    Examples
    --------
    >>> import numpy as np
    >>> modularity(np.kron(np.eye(2), np.ones((3, 3))), ["north"] * 3 + ["south"] * 3)
    0.5
    """
    weight, groups = _grouped(M, labels)
    total = weight.sum()  # 2 m
    if not total:
        return float("nan")
    strength = np.bincount(groups, weight.sum(axis=1))
    inside = weight[groups[:, None] == groups].sum()
    return float(inside / total - ((strength / total) ** 2).sum())


def _grouped(M: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Couplings and groups of the sensors that are in a group."""
    weight = coupling(M)
    groups = checked_labels(labels, "labels", len(weight))
    placed = groups >= 0
    return weight[np.ix_(placed, placed)], groups[placed]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Coupling within groups against across them, each a mean over pairs, in the unit of M.

    Attributes
    ----------
    within : mean coupling of pairs in one group; nan where no two sensors share a group
    across : mean coupling of pairs in two groups; nan where there is only one group
    value : `(within - across) / across`; 0 where groups mean nothing, -1 where nothing couples within them,
        inf where nothing couples across, nan where within or across is nan or both are 0
    """

    within: float
    across: float
    value: float


def contrast(M: ArrayLike, labels: ArrayLike) -> Contrast:
    """Mean coupling within the groups of a given partition, against the mean across them; diagonal left out.

    Sensors in no group are left out.

    Parameters
    ----------
    M : (N, N)
    labels : (N,) integers or texts; -1 and '' for no group

    Returns
    -------
    Contrast

    Raises
    ------
    ValueError
        As `arrays.checked`, and when labels are not one integer or text per sensor.

    References
    ----------
    InterGAT, arXiv:2506.00770: `(μ_in - μ_out) / μ_out`, there on spectral clusters of the road graph.

    Examples
    --------
    >>> contrast([[9, 4, 1], [4, 9, 1], [1, 1, 9]], labels=[0, 0, 1])
    Contrast(within=4.0, across=1.0, value=3.0)
    """
    weight, groups = _grouped(M, labels)
    first, second = np.triu_indices(len(weight), k=1)
    pairs = weight[first, second]
    together = groups[first] == groups[second]
    within = float(pairs[together].mean()) if together.any() else float("nan")
    across = float(pairs[~together].mean()) if not together.all() else float("nan")
    return Contrast(within=within, across=across, value=_relative(within, across))


def _relative(within: float, across: float) -> float:
    if across == 0:
        return float("inf") if within > 0 else float("nan")
    return (within - across) / across


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two groupings agree, beside what the same labels in random places would give.

    That chance knows no map: near sensors are grouped together, so two compact groupings that know nothing of each
    other exceed it nearly always. Where there are places, `against.groups_agreement` tests beside a null that does.

    Attributes
    ----------
    nmi : normalised mutual information, 0 to 1; grows with the number of groups even by chance
    ari : adjusted Rand index, at most 1; about 0 by chance
    chance_nmi, chance_ari : mean over the permutations
    p : share of permutations with at least this nmi, `(1 + #{>= nmi}) / (1 + permutations)`; small by itself between
        compact groupings on one map
    compared : number of sensors that were compared
    """

    nmi: float
    ari: float
    chance_nmi: float
    chance_ari: float
    p: float
    compared: int


def agreement(labels: ArrayLike, reference: ArrayLike, permutations: int = 200, seed: int = 0) -> Agreement:
    """Agreement of found labels with a reference, by mutual information and by pairs, next to chance.

        NMI = I(labels; reference) / mean(H(labels), H(reference))
        ARI = (Σ_ij C(n_ij, 2) - E) / (½ (A + B) - E)
              A = Σ_i C(a_i, 2),  B = Σ_j C(b_j, 2),  E = A B / C(n, 2)

    n_ij sensors have label i and reference j; a_i, b_j are the sums. Both are 1 for equal groupings
    whatever the names. As in scikit-learn, two groupings that each make one group of all (one sensor as
    well) agree with 1; so does every permutation, and p is 1.

    Sensors in no group of the reference are left out: nothing is known of them. Sensors in no group of the
    labels count as one group: a method cannot gain by leaving sensors out.

    Parameters
    ----------
    labels : (N,) integers or texts; -1 and '' for no group
    reference : (N,) the same, such as freeways, or clusters of the road graph
    permutations : >= 1
    seed : of the permutations

    Returns
    -------
    Agreement

    Raises
    ------
    ValueError
        Labels that are not one integer or text per sensor, different N, permutations below 1, or a
        reference without any group.

    References
    ----------
    Vinh, Epps and Bailey, JMLR 11 (2010): NMI with the arithmetic mean; Hubert and Arabie, Journal of
    Classification 2 (1985).

    Examples
    --------
    >>> found = agreement([0, 0, 1, 1, 2, 2], ["a", "a", "b", "b", "", "c"])
    >>> found.nmi, found.ari, found.compared
    (1.0, 1.0, 5)
    """
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations}")
    found = checked_labels(labels, "labels")
    known = checked_labels(reference, "reference", len(found))
    if not (known >= 0).any():
        raise ValueError("reference must put at least one sensor into a group, got none")
    found = np.unique(found[known >= 0], return_inverse=True)[1].astype(np.int64)
    known = known[known >= 0]
    nmi, ari = _scores(found, known)
    generator = np.random.default_rng(seed)
    chance = np.array([_scores(generator.permutation(found), known) for _ in range(permutations)])  # (P, 2)
    at_least = int((chance[:, 0] >= nmi - 1e-12).sum())
    return Agreement(
        nmi=nmi,
        ari=ari,
        chance_nmi=float(chance[:, 0].mean()),
        chance_ari=float(chance[:, 1].mean()),
        p=(1 + at_least) / (1 + permutations),
        compared=len(known),
    )


def _scores(found: IntArray, known: IntArray) -> tuple[float, float]:
    """NMI and ARI from the cells of the contingency table that are not empty, at most N of them."""
    n = len(found)
    width = int(known.max()) + 1
    cell, n_ij = np.unique(found * width + known, return_counts=True)
    a, b = np.bincount(found), np.bincount(known)
    if len(a) == len(b) == len(n_ij):
        return 1.0, 1.0  # one cell in each row and column: the same grouping, by other names
    expected = a[cell // width] * b[cell % width] / n
    information = float((n_ij / n * np.log(n_ij / expected)).sum())
    entropy = -sum(float((size / n * np.log(size / n)).sum()) for size in (a, b)) / 2
    together, pairs_a, pairs_b = (float((size * (size - 1) / 2).sum()) for size in (n_ij, a, b))
    chance = pairs_a * pairs_b / (n * (n - 1) / 2)
    return (
        min(1.0, max(0.0, information / entropy)),
        (together - chance) / ((pairs_a + pairs_b) / 2 - chance),
    )
