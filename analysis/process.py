"""Made data on a known graph: the couplings that are planted, and series of a process on them.

    x_t = tanh(a x_t-1 + κ (1 - a) S x_t-1) + ε_t        y_t = x_t + η_t
    S = D^-1/2 C D^-1/2                                   C the planted couplings, D = diag(row sums)

a, a sensor's own persistence, is what makes the series as persistent as asked for. Those that it is coupled to fill the
share κ of what persistence leaves up to 1, so the process fades on any graph. ε is news, which lasts; η is the noise of
measuring, which does not. `noise` is the share of a sensor's variance that both make up together, var(ε + η) / var(y):
what is left one step ahead to a forecast that knows x_t-1; `noise_of` estimates it from a forecast of real data.

The process is the GPVAR of Zambon and Alippi (arXiv:2204.11135, section 5) of order 1 in time and in space, with
θ = (a, κ (1 - a)), small enough for tanh to bend large departures alone, and with noise of measuring added. Whatever
it shows holds for couplings as strong as κ says: that, nobody knows of real data.

Axes: t row in time, i receiver, j sender, n sensor, w window.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import FloatArray, IntArray, checked_road, joined
from analysis.communities import spectral_communities
from analysis.distances import hops

ACROSS = 0.3  # coupling between groups, inside them 1: as in the demo city
FAR_SHARE = 0.5  # coupling of a far pair, of the root of what its ends are coupled otherwise
AMPLITUDE = 0.15  # standard deviation of the process where nothing lasts; less where much does, see `_state`


@dataclass(frozen=True, slots=True)
class Truth:
    """A planted graph.

    Attributes
    ----------
    coupling : (N, N) C, symmetric, >= 0, zero diagonal
    far : (N, N) 1 where a coupling joins sensors that are far apart on the roads, else 0
    groups : (N,) the community of each sensor, -1 for none
    """

    coupling: FloatArray
    far: FloatArray
    groups: IntArray

    @property
    def communities(self) -> int:
        """Number of planted communities."""
        return int(self.groups.max()) + 1

    @property
    def far_pairs(self) -> int:
        """Number of far couplings."""
        return int(np.triu(self.far).sum())


def ring(sensors: int) -> FloatArray:
    """Road graph of a ring: each sensor beside the next, the last beside the first.

    Parameters
    ----------
    sensors : N >= 1

    Returns
    -------
    (N, N) of 0 and 1

    Raises
    ------
    ValueError
        Fewer than one sensor.

    Examples
    --------
    >>> ring(4).sum(axis=1).tolist(), ring(2).tolist()
    ([2.0, 2.0, 2.0, 2.0], [[0.0, 1.0], [1.0, 0.0]])
    """
    if sensors < 1:
        raise ValueError(f"sensors must be at least 1, got {sensors}")
    graph = np.zeros((sensors, sensors))
    here = np.arange(sensors)
    graph[here, (here + 1) % sensors] = graph[(here + 1) % sensors, here] = 1.0
    np.fill_diagonal(graph, 0.0)
    return graph


def truth(road: ArrayLike, far: int | None = None, communities: int | None = None, seed: int = 0) -> Truth:
    """Couplings along every road, stronger inside communities, and a few that no road explains.

    Every pair with a road is coupled with 1 inside a community and 0.3 across its border; the communities are
    spectral ones of the roads. Far pairs lie more than 2 hops apart, or on parts that no way joins; each sensor is
    in one of them at most, and its far coupling is half as large as all its others together, so about a third of
    what it hears. Where the roads leave fewer far pairs than asked for, there are fewer. Far couplings across borders
    blur the communities: the truth itself, measured by `planted.recovered`, need not have an NMI of 1.

    Parameters
    ----------
    road : (N, N), >= 0; any positive weight, in either direction, is a road
    far : number of far pairs; None for one to 20 sensors, at least one
    communities : 1 to N; None for half the root of N, at least 2
    seed : of the far pairs

    Returns
    -------
    Truth

    Raises
    ------
    ValueError
        As `arrays.checked_road`; a negative number of far pairs; communities out of range.

    Examples
    --------
    >>> found = truth(ring(20), far=2)
    >>> int(np.triu(found.coupling > 0).sum()), found.far_pairs, found.communities
    (22, 2, 2)
    """
    edge = joined(checked_road(road))
    sensors = len(edge)
    if far is not None and far < 0:
        raise ValueError(f"far must be at least 0, got {far}")
    count = min(sensors, max(2, round(sensors**0.5 / 2))) if communities is None else communities
    groups = spectral_communities(edge, count).labels
    coupling = np.where(groups[:, None] == groups, 1.0, ACROSS) * edge
    distant = _far_pairs(edge, max(1, sensors // 20) if far is None else far, seed)
    level = coupling.sum(axis=1)
    level[level == 0] = float(level[level > 0].mean()) if (level > 0).any() else 1.0
    coupling += FAR_SHARE * np.sqrt(np.outer(level, level)) * distant
    return Truth(coupling=coupling, far=distant, groups=groups)


def _far_pairs(edge: FloatArray, count: int, seed: int) -> FloatArray:
    first, second = np.nonzero(np.triu(hops(edge) > 2))
    found = np.zeros(edge.shape)
    taken = np.zeros(len(edge), dtype=bool)
    for k in np.random.default_rng(seed).permutation(len(first)):
        if not count:
            break
        i, j = first[k], second[k]
        if not (taken[i] or taken[j]):
            taken[i] = taken[j] = True
            found[i, j] = found[j, i] = 1.0
            count -= 1
    return found


def process(
    couplings: ArrayLike,
    length: int,
    noise: float = 0.3,
    missing: float = 0.0,
    news: float | None = None,
    coupled: float = 0.8,
    seed: int = 0,
) -> FloatArray:
    """Series of the GPVAR process that heads this module, on a planted graph.

    Parameters
    ----------
    couplings : (N, N) >= 0; `|C_ij + C_ji| / 2` couples i and j, the diagonal counts for nothing
    length : rows, at least 1
    noise : share of the variance that is news or noise of measuring, above 0 and below 1
    missing : share of values that are taken out, one by one and at random, 0 to below 1
    news : var(ε) / var(x), above 0 and at most noise; None for half the noise. What noise is left is that of
        measuring. With less news the process is more persistent; to compare levels of noise in one process, hold it.
    coupled : κ, how much of what a sensor's own persistence leaves comes from those it is coupled to, 0 to below 1
    seed : of everything random; x is the same for every `noise` and `missing`, and at its start for every length

    Returns
    -------
    (T, N), nan where missing; each sensor's mean is about 0, the mean of their variances about 1

    Raises
    ------
    ValueError
        As `arrays.checked_road`; a number out of its range.

    Examples
    --------
    >>> y = process(ring(6), length=500, noise=0.4, missing=0.1)
    >>> y.shape, bool(0.05 < np.isnan(y).mean() < 0.15)
    ((500, 6), True)
    """
    weight = checked_road(couplings, name="couplings")
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    news = noise / 2 if news is None else news
    ranges = (
        ("noise", noise, 0 < noise < 1, "above 0 and below 1"),
        ("news", news, 0 < news <= noise, "above 0 and at most the noise"),
        ("missing", missing, 0 <= missing < 1, "from 0 to below 1"),
        ("coupled", coupled, 0 <= coupled < 1, "from 0 to below 1"),
    )
    for name, value, right, bounds in ranges:
        if not right:
            raise ValueError(f"{name} must be {bounds}, got {value}")
    motion, measuring, removal = np.random.default_rng(seed).spawn(3)
    with threadpool_limits(limits=1):
        state = _state(weight, length, news, coupled, motion)
    of_state = (1 - noise) / (1 - news)  # var(x) / var(y), so that var(ε + η) is the noise's share
    y = np.asarray(np.sqrt(of_state) * state + np.sqrt(1 - of_state) * measuring.normal(size=state.shape))
    y[removal.random(y.shape) < missing] = np.nan
    return y


def _state(weight: FloatArray, length: int, news: float, coupled: float, random: np.random.Generator) -> FloatArray:
    """States x (T, N), mean variance about 1, where news is the share of its variance that is new at each step."""
    pairs = (weight + weight.T) / 2
    np.fill_diagonal(pairs, 0.0)
    degree = pairs.sum(axis=1)
    root = np.where(degree > 0, degree, 1.0) ** -0.5
    spatial = pairs * np.outer(root, root)
    modes = np.asarray(np.linalg.eigvalsh(spatial), dtype=np.float64)
    own, coupled = _persistence(modes, news, coupled)
    step = own * np.eye(len(weight)) + coupled * (1 - own) * spatial
    # Small where much lasts: tanh then takes as little, next to 1 - a, from a slow process as from a quick one.
    scale = AMPLITUDE * np.sqrt(1 - own)
    burn = int(min(5000, np.ceil(4 / max(1e-3, (1 - own) * (1 - coupled)))))
    shocks = np.sqrt(news) * scale * random.normal(size=(burn + length, len(weight)))
    x = np.zeros(len(weight))
    rows = np.empty((length, len(weight)))
    for t, shock in enumerate(shocks):
        x = np.tanh(step @ x) + shock
        if t >= burn:
            rows[t - burn] = x
    return np.asarray(rows / scale)


def _persistence(modes: FloatArray, news: float, coupled: float) -> tuple[float, float]:
    """Return a and κ for which news makes up that share of the variance of the linear process.

        share = 1 / mean over modes λ of 1 / (1 - (a + κ (1 - a) λ)²)

    κ is the one asked for and a is sought from 0 to 1; where news is so large a share that even a = 0 leaves too
    little, a is 0 and κ is lowered.
    """

    def share(u: float) -> float:
        own, strength = (u, coupled) if u >= 0 else (0.0, coupled * (1 + u))
        return float(1 / np.mean(1 / (1 - (own + strength * (1 - own) * modes) ** 2)))

    low, high = -1.0, 1.0 - 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) > news else (low, middle)
    return (low, coupled) if low >= 0 else (0.0, coupled * (1 + low))


def noise_of(observed: ArrayLike, forecast: ArrayLike, slot: ArrayLike | None = None) -> float:
    """Share of a sensor's variance that a forecast one step ahead leaves unexplained; the median over sensors.

        noise_n = mean (observed - forecast)² / var(observed)

    A forecast that could be better leaves more than nobody could foresee: what is returned is an upper limit. As long
    as the excess is simulated as noise of measuring, recovery errs to the careful side.

    With slots the variance is that about the sensor's mean at each time of day, since the everyday course is foreseen
    by everybody and teaches no graph; the means are counted as what they take, so a slot needs several days. Without,
    the everyday course counts as explained, and the noise is too small.

    Parameters
    ----------
    observed : (W, N) values one step ahead, nan where missing
    forecast : (W, N)
    slot : (W,) time of day of each as an integer >= 0, such as the hour; None for none

    Returns
    -------
    float, 0 for a perfect forecast, held to at most 1; nan where no sensor varies

    Raises
    ------
    ValueError
        Arrays that do not fit one another.

    Examples
    --------
    >>> noise_of([[0.0], [2.0], [0.0], [2.0]], [[0.5], [1.5], [0.5], [1.5]])
    0.25
    """
    truth_, ahead = np.asarray(observed, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    if truth_.ndim != 2 or truth_.shape != ahead.shape:
        raise ValueError(f"observed and forecast must both be (windows, sensors), got {truth_.shape}, {ahead.shape}")
    group = np.zeros(len(truth_), dtype=np.int64) if slot is None else np.asarray(slot)
    if group.dtype.kind not in "iu" or group.shape != (len(truth_),):
        raise ValueError(f"slot must hold {len(truth_)} integers, got shape {group.shape} of dtype {group.dtype}")
    seen = np.isfinite(truth_) & np.isfinite(ahead)
    count = seen.sum(axis=0)
    left = np.where(seen, truth_ - ahead, 0.0) ** 2
    spread, used = np.zeros(truth_.shape[1]), np.zeros(truth_.shape[1])
    for name in np.unique(group):
        rows = group == name
        here = seen[rows]
        values = np.where(here, truth_[rows], 0.0)
        mean = values.sum(axis=0) / np.maximum(here.sum(axis=0), 1)
        spread += (np.where(here, values - mean, 0.0) ** 2).sum(axis=0)
        used += here.any(axis=0)
    spread *= count / np.maximum(count - used, 1) if slot is not None else 1.0
    varies = (spread > 0) & (count > used)
    if not varies.any():
        return float("nan")
    return float(min(1.0, np.median(left.sum(axis=0)[varies] / spread[varies])))
