"""Would a matrix come back? What runs that differ in their seed alone agree on, beside what chance would give.

Heads of one layer have no order of their own, so those of every run are matched to those of the first, by the
correlation of their weights (`matching.matched_runs`), before anything is compared. Their names tell which these are
(`matching.layer`): 'head 1' and 'head 2' may stand for each other, 'output' and 'layer 1' only for themselves.

Agreement says that a graph came back, not that it is right, and not that it was learned: a model that is handed its
graph (`gat-gru`: the roads) agrees with itself by construction.

Axes: s, t seeds (runs), h head, i receiver, j sender.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray
from analysis.communities import louvain_communities
from analysis.consensus import consensus
from analysis.matching import checked_runs, counterparts, layers, matched_runs
from analysis.matrix import coupling, head_similarity, strongest_count
from analysis.multiplicity import enough_draws

Tick = Callable[[int, int], None]
Top = tuple[IntArray, IntArray, FloatArray]

LEAST_DRAWS = 199  # of the null, for however few heads
STEPS = 10  # in which the draws are told to `tick`


@dataclass(frozen=True, slots=True)
class HeadStability:
    """How well one head came back.

    Attributes
    ----------
    head : its name in the first run, or 'mean' for the mean of heads
    mean, spread : (N, N) mean and standard deviation (ddof 1) of every weight over the seeds, in the unit of the
        matrices
    likeness : (S, S) correlation of the couplings of every two seeds, 1 on the diagonal; 0 with a matrix whose
        couplings are all equal
    overlap : Jaccard index of the strongest shares of pairs of two seeds, mean over every two; 1 where no seed has
        any pair
    chance_overlap : its mean over the draws of the null
    ari : adjusted Rand index of the Louvain communities of two seeds, mean over every two; a sensor that is isolated
        is a community of its own
    consensus : (N,) consensus communities, the largest first; -1 for a sensor that is together with no other in more
        than half of the seeds, as one that is isolated
    p : share of the draws with at least this overlap, `(1 + #{>= overlap}) / (1 + draws)`
    least : the same for an overlap of 1: no p can be smaller, and where few pairs are among the strongest, or few
        sensors can be renamed, it is far above 0
    ari_p : share of the same draws with at least this ari; 1 where all seeds make one community of all sensors
    """

    head: str
    mean: FloatArray
    spread: FloatArray
    likeness: FloatArray
    overlap: float
    chance_overlap: float
    ari: float
    consensus: IntArray
    p: float
    least: float
    ari_p: float


@dataclass(frozen=True, slots=True)
class Stability:
    """What the runs of a family agree on.

    Attributes
    ----------
    runs : (S,) their names
    seeds : (S,) their seeds
    share : strongest share of pairs that the overlap is about
    heads : the mean of heads first, where there is more than one head
    matched : (S, H) which head of run s plays head h of the first; the first row is 0, 1, ...
    draws : of the null
    """

    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    share: float
    heads: tuple[HeadStability, ...]
    matched: IntArray
    draws: int


def stability(
    interactions: Sequence[ArrayLike] | FloatArray,
    heads: Sequence[str],
    runs: Sequence[str],
    seeds: Sequence[int],
    share: float = 0.02,
    draws: int | None = None,
    seed: int = 0,
    tick: Tick = lambda _done, _all: None,
) -> Stability:
    """What the matrices of runs with different seeds have in common, head by head and for the mean of heads.

        overlap = mean over s < t of |top_s ∩ top_t| / |top_s ∪ top_t|,  top_s: the strongest share of pairs of run s

    Pairs are ranked by `matrix.coupling`; a pair without weight is never among the strongest, and pairs tied at the
    cut share what is left of it: each counts as the same part of a pair, and the index becomes Σ min / Σ max.

    The null: in every draw the sensors of each run are renamed at random, the same for all its heads, so that each
    matrix keeps its shape but not its places; then heads are matched anew, since the best of several matches is
    better than chance. The communities are renamed along with their sensors, and their agreement is held against the
    same draws. The p-values are exact where the runs know nothing of each other. They are for one head: of many
    heads some will be below 0.05 by chance, so they are to be corrected for their number, and there are as many draws
    as leave that a chance (`multiplicity.enough_draws`).

    The order of the sensors matters only where Louvain's search depends on it (`communities.louvain_communities`), and
    for which renamings are drawn. That of the runs matters for the heads: the first gives them names. For 5 runs of
    4 heads on 207 sensors it takes some 10 s, most of them in Louvain's search; 100 draws take 1 to 2 s, so that many
    heads take longer: 9 with their mean 10 s for the draws, and no number of heads more than 4999 draws.

    Parameters
    ----------
    interactions : (S, H, N, N), or S of (H, N, N); S >= 2, the same sensors in the same order
    heads : (H,) names, the same in every run, which tell the layers: see the top of this module
    runs : (S,) names
    seeds : (S,) integers, no two alike: two runs of one seed are one sample
    share : strongest share of the N(N-1)/2 pairs, see `matrix.strongest_count`
    draws : >= 1, of the null; None for as many as the heads and their mean need, 199 at least and 4999 at most
    seed : of the draws, of Louvain's search and of the consensus
    tick : called with the parts done and all parts, after each

    Returns
    -------
    Stability

    Raises
    ------
    ValueError
        As `arrays.checked_heads` for each run; fewer than two runs, other shapes, names that do not fit, a seed that
        stands twice, draws below 1, or a share out of its range.

    References
    ----------
    Jaccard, New Phytologist 11 (1912); for the rest see `matching.matched_heads`, `groups.agreement` and
    `consensus.consensus`.

    Examples
    --------
    >>> import numpy as np
    >>> near = np.roll(np.eye(9), 1, axis=1)
    >>> far = np.roll(np.eye(9), 4, axis=1)
    >>> found = stability([[near, far], [far, near]], ["head 1", "head 2"], ["a", "b"], [0, 1], share=0.25)
    >>> [(one.head, one.overlap, one.p < 0.05) for one in found.heads]
    [('mean', 1.0, True), ('head 1', 1.0, True), ('head 2', 1.0, True)]
    >>> found.matched.tolist(), round(found.heads[1].chance_overlap, 1)
    ([[0, 1], [1, 0]], 0.2)
    """
    every = checked_runs(interactions)
    _check_names(every, heads, runs, seeds)
    if draws is None:
        draws = enough_draws(every.shape[1] + (every.shape[1] > 1), LEAST_DRAWS)
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    strongest_count(every.shape[-1], share)
    with threadpool_limits(limits=1):  # see `spectrum.localisation`
        matched = matched_runs(every, heads)
        rows = _rows(every, matched)
        names = (*(["mean"] if len(rows) > len(heads) else []), *heads)
        told, parts = 0, len(rows) * (len(every) + 1) + STEPS

        def done() -> None:
            nonlocal told
            told += 1
            tick(told, parts)

        groups = np.empty((len(every), len(rows), every.shape[-1]), dtype=np.int64)  # heads in the order of each run
        for s, matrices in enumerate(every):
            means = [rows[0][s]] if len(rows) > len(heads) else []
            for k, matrix in enumerate([*means, *matrices]):
                groups[s, k] = louvain_communities(matrix, seed=seed).labels
                done()
        observed, chance = _agreements(every, groups, matched, layers(heads), share, draws, seed, done)
        played = _played(matched, len(rows))
        found = []
        for k, (name, matrices) in enumerate(zip(names, rows, strict=True)):
            agreed = consensus([one[order[k]] for one, order in zip(groups, played, strict=True)], seed=seed).labels
            done()
            found.append(
                HeadStability(
                    head=name,
                    mean=matrices.mean(axis=0),
                    spread=matrices.std(axis=0, ddof=1),
                    likeness=head_similarity([coupling(matrix) for matrix in matrices]),
                    overlap=float(observed[0, k]),
                    chance_overlap=float(chance[:, 0, k].mean()),
                    ari=float(observed[1, k]),
                    consensus=agreed,
                    p=_p(chance[:, 0, k], observed[0, k]),
                    least=_p(chance[:, 0, k], 1.0),
                    ari_p=_p(chance[:, 1, k], observed[1, k]),
                )
            )
    return Stability(
        runs=tuple(runs),
        seeds=tuple(int(number) for number in seeds),
        share=float(share),
        heads=tuple(found),
        matched=matched,
        draws=draws,
    )


def _p(chance: FloatArray, observed: float) -> float:
    """Share of the draws and what was observed itself that are at least that, but for rounding."""
    return float((1 + (chance >= observed - 1e-12).sum()) / (1 + len(chance)))


def _played(matched: IntArray, rows: int) -> IntArray:
    """Which row of each run plays each row of the first, (S, K): the mean of heads, if there is one, itself."""
    if rows == matched.shape[1]:
        return matched
    return np.hstack([np.zeros((len(matched), 1), dtype=np.int64), matched + 1])


def _agreements(
    every: FloatArray,
    groups: IntArray,
    matched: IntArray,
    alike: Sequence[IntArray],
    share: float,
    draws: int,
    seed: int,
    done: Callable[[], None],
) -> tuple[FloatArray, FloatArray]:
    """Overlap and ARI of each row of `_rows`, (2, K), and the same in each draw of the null, (draws, 2, K)."""
    runs, heads, sensors, _ = every.shape
    tops = [[_top(matrix, share) for matrix in matrices] for matrices in every]
    means = [_top(matrix, share) for matrix in every.mean(axis=1)] if heads > 1 else None
    plain = np.broadcast_to(np.arange(sensors), (runs, sensors))

    def agreed(matched: IntArray, orders: IntArray) -> FloatArray:
        aris = _mean_aris(groups, _played(matched, groups.shape[1]), orders)
        return np.stack([_mean_jaccards(tops, means, matched, orders), aris])

    observed = agreed(matched, plain)
    standard = np.stack([_standardised(matrices) for matrices in every])
    generator = np.random.default_rng(seed)
    chance = np.empty((draws, *observed.shape))
    for draw in range(draws):
        # The first run may keep its names: only who is who between two runs counts.
        orders = np.stack([plain[0], *(generator.permutation(sensors) for _ in range(runs - 1))])
        chance[draw] = agreed(_rematched(standard, orders, alike), orders)
        for _ in range((draw + 1) * STEPS // draws - draw * STEPS // draws):
            done()
    return observed, chance


def _mean_aris(groups: IntArray, played: IntArray, orders: IntArray) -> FloatArray:
    """Mean adjusted Rand index over every two runs of groups (S, K, N), for each row, (K,); -1 is a group of its own.

    In run s, sensor ``orders[s, a]`` is called a.
    """
    runs, rows, sensors = groups.shape
    width = int(groups.max()) + 2
    named = np.stack([groups[s][played[s]][:, orders[s]] for s in range(runs)]) + 1  # 0: alone, in no pair
    pairs = [[_pairs(np.bincount(one)[1:]) for one in run] for run in named]
    found = np.empty(rows)
    for k in range(rows):
        indices = []
        for s, t in combinations(range(runs), 2):
            cells = np.bincount(named[s, k] * width + named[t, k], minlength=width * width).reshape(width, width)
            a, b, both = pairs[s][k], pairs[t][k], _pairs(cells[1:, 1:])
            chance = a * b / max(sensors * (sensors - 1) / 2, 1)
            # as in `groups.agreement`: the same grouping agrees with 1, also where it has no pairs or all
            indices.append(1.0 if a == b == both else (both - chance) / ((a + b) / 2 - chance))
        found[k] = np.mean(indices)
    return found


def _pairs(sizes: IntArray) -> float:
    """How many pairs lie within groups of these sizes."""
    return float((sizes * (sizes - 1)).sum()) / 2


def _mean_jaccards(tops: list[list[Top]], means: list[Top] | None, matched: IntArray, orders: IntArray) -> FloatArray:
    """Mean Jaccard index over every two runs, (K,): of the means of heads if there are any, then of matched heads.

    In run s, sensor ``orders[s, a]`` is called a.
    """
    runs, heads = matched.shape
    places = np.argsort(orders, axis=1)
    rows = [] if means is None else [means]
    rows += [[tops[s][matched[s, h]] for s in range(runs)] for h in range(heads)]
    sensors = orders.shape[1]
    member = np.zeros(sensors * sensors)
    found = np.empty(len(rows))
    for k, row in enumerate(rows):
        pairs = []
        for place, (first, second, _) in zip(places, row, strict=True):
            i, j = place[first], place[second]
            pairs.append(np.minimum(i, j) * sensors + np.maximum(i, j))
        indices = []
        for s in range(runs):
            member[pairs[s]] = row[s][2]
            for t in range(s + 1, runs):
                shared = float(np.minimum(member[pairs[t]], row[t][2]).sum())
                either = float(row[s][2].sum() + row[t][2].sum()) - shared
                indices.append(shared / either if either else 1.0)
            member[pairs[s]] = 0.0
        found[k] = np.mean(indices)
    return found


def _top(matrix: FloatArray, share: float) -> Top:
    """The strongest share of pairs: first and second sensor of each, and what part of it belongs to them."""
    first, second = np.triu_indices(len(matrix), k=1)
    weight = coupling(matrix)[first, second]
    wanted = strongest_count(len(matrix), share)
    if np.count_nonzero(weight) <= wanted:
        kept = np.flatnonzero(weight)
        return first[kept], second[kept], np.ones(len(kept))
    cut = np.partition(weight, -wanted)[-wanted]
    kept = np.flatnonzero(weight >= cut)
    tied = weight[kept] == cut
    part = np.where(tied, (wanted - np.count_nonzero(~tied)) / np.count_nonzero(tied), 1.0)
    return first[kept], second[kept], part


def _standardised(matrices: FloatArray) -> FloatArray:
    """Weights between two sensors less their mean, of norm 1, so that products are those of `head_similarity`."""
    between = ~np.eye(matrices.shape[-1], dtype=bool)
    found = np.zeros_like(matrices)
    for matrix, departures in zip(matrices, found, strict=True):
        weights = matrix[between]
        if weights.size and weights.max() > weights.min():
            weights = weights - weights.mean()
            weights /= np.abs(weights).max()
            departures[between] = weights / np.linalg.norm(weights)
    return found


def _rematched(standard: FloatArray, orders: IntArray, alike: Sequence[IntArray]) -> IntArray:
    """As `matching.matched_runs`, of renamed runs."""
    runs, heads = standard.shape[:2]
    matched = np.tile(np.arange(heads), (runs, 1))
    if heads == len(alike):
        return matched
    first = standard[0].reshape(heads, -1)
    for s in range(1, runs):
        renamed = standard[s][:, orders[s][:, None], orders[s]].reshape(heads, -1)
        matched[s] = counterparts(first @ renamed.T, alike)
    return matched


def _rows(every: FloatArray, matched: IntArray) -> list[FloatArray]:
    """The matrices (S, N, N) of the mean of heads, where there is more than one, and of each head."""
    heads = [np.stack([one[order[h]] for one, order in zip(every, matched, strict=True)])
             for h in range(every.shape[1])]  # fmt: skip
    return heads if len(heads) == 1 else [every.mean(axis=1), *heads]


def _check_names(every: FloatArray, heads: Sequence[str], runs: Sequence[str], seeds: Sequence[int]) -> None:
    _check_count("heads", heads, every.shape[1], "heads")
    _check_count("runs", runs, len(every), "runs")
    _check_count("seeds", seeds, len(every), "runs")
    if len(set(seeds)) < len(seeds):
        twice = next(number for k, number in enumerate(seeds) if number in seeds[:k])
        raise ValueError(f"seeds must be different, as two runs of one seed are one sample, got {twice} twice")


def _check_count(what: str, given: Sequence[object], wanted: int, of: str) -> None:
    if len(given) != wanted:
        raise ValueError(f"{what} must have one entry for each of the {wanted} {of}, got {len(given)}")
