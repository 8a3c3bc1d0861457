"""Could it have been found? What is found of a graph in made data as long, noisy and incomplete as the user's.

The data, and what their noise is, are those of `analysis.process`; the simple ways to find a graph in them stand in
`WAYS`. Whatever is found holds for couplings as strong as the process assumes.

Axes: t row in time, i receiver, j sender.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import FloatArray, checked, checked_road
from analysis.communities import spectral_communities
from analysis.groups import agreement
from analysis.process import Truth, process, ring, truth
from analysis.roads import recovery
from analysis.simple_graphs import correlation, partial_correlation, ridge_var

WAYS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "correlation": correlation,
    "partial correlation": partial_correlation,
    "ridge VAR": ridge_var,
}
TOP = 0.05  # strongest share of pairs within which a far coupling counts as found
LEAST, MOST = 0.01, 0.95  # of the noise that is simulated


@dataclass(frozen=True, slots=True)
class Recovery:
    """How well one way found what was planted, in one setting.

    Attributes
    ----------
    way : 'correlation', 'partial correlation', 'ridge VAR', or a model's name
    noise : share of a sensor's variance that nobody could foresee one step ahead, 0 to 1
    length : rows it was given
    missing : share of values that it was not given
    seed : of the made data
    auroc : how likely a planted pair couples more than another one
    precision : share of planted pairs among the strongest, as many as are planted
    far : share of the planted far couplings within the strongest 5 % of pairs; nan where none is planted
    nmi : normalised mutual information of spectral communities, as many as are planted, with these; nan without
    """

    way: str
    noise: float
    length: int
    missing: float
    seed: int
    auroc: float
    precision: float
    far: float
    nmi: float


@dataclass(frozen=True, slots=True)
class Planted:
    """What the simple ways find in made data like the user's.

    Attributes
    ----------
    graph : 'roads', or 'ring' where there is no road graph
    length : rows that were taken from the run
    noise : share that was taken from the run, held within 0.01 to 0.95
    missing : share that was taken from the run
    far_planted : far couplings planted in each draw
    recoveries : each way at the run's own setting, at half and double its noise as far as they can be made, and at half
        and double its length, over the seeds
    """

    graph: str
    length: int
    noise: float
    missing: float
    far_planted: int
    recoveries: tuple[Recovery, ...]


def recovered(way: str, M: ArrayLike, truth: Truth) -> Recovery:
    """How well a matrix found a planted graph; the setting is left for the caller to fill in.

    Parameters
    ----------
    way : what found it
    M : (N, N)
    truth : what was planted

    Returns
    -------
    Recovery with noise and missing nan, length and seed 0

    Raises
    ------
    ValueError
        As `roads.recovery`.

    Examples
    --------
    >>> known = truth(ring(60), far=2)
    >>> found = recovered("itself", known.coupling, known)
    >>> found.auroc, found.precision, found.far
    (1.0, 1.0, 1.0)
    """
    matrix = checked(M, sensors=len(truth.coupling))
    found = recovery(matrix, truth.coupling)
    far = recovery(matrix, truth.far, share=TOP).hits / truth.far_pairs if truth.far_pairs else float("nan")
    return Recovery(
        way=way,
        noise=float("nan"),
        length=0,
        missing=float("nan"),
        seed=0,
        auroc=found.auroc,
        precision=found.precision,
        far=far,
        nmi=_nmi(matrix, truth),
    )


def _nmi(M: FloatArray, truth: Truth) -> float:
    if truth.communities < 2:
        return float("nan")
    return agreement(spectral_communities(M, truth.communities).labels, truth.groups, permutations=1).nmi


def planted(
    road: ArrayLike | None,
    length: int,
    noise: float,
    missing: float = 0.0,
    sensors: int | None = None,
    seeds: int = 3,
    news: float | None = None,
    tick: Callable[[int, int], None] | None = None,
) -> Planted:
    """What the simple ways find in made data on the user's graph, at the user's length, noise and missing share.

    Each seed draws far couplings and one process, twice as long as the user's data; the ways are given all of it, the
    first half, and the first quarter. Half and double noise change the noise of measuring in the same process: so a
    seed's settings differ in what they are called by, and in nothing else. Noise cannot fall below the news: where that
    is more than half of it, the lower level is the news; levels and settings that coincide come once.

    Parameters
    ----------
    road : (N, N), >= 0; None, or a graph without roads, for a ring
    length : rows of the user's data, at least 8
    noise : share of the variance that is not foreseen one step ahead, see `process.noise_of`; held within 0.01 to 0.95
    missing : share of the user's values that are missing, 0 to below 1
    sensors : N where there is no road graph
    seeds : draws of each setting, at least 1
    news : the part of noise that lasts, see `process.process`, held to at most the noise; None for half of it
    tick : called with what is done and all there is to do, such as (3, 45)

    Returns
    -------
    Planted

    Raises
    ------
    ValueError
        As `arrays.checked_road`; a number out of its range; neither road nor sensors; a single sensor.

    Examples
    --------
    >>> found = planted(ring(12), length=600, noise=0.5, seeds=1)
    >>> found.graph, found.far_planted, len(found.recoveries), found.recoveries[2].way
    ('roads', 1, 15, 'ridge VAR')
    """
    for name, value, least in (("length", length, 8), ("seeds", seeds, 1)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    if not np.isfinite(noise):
        raise ValueError(f"noise must be finite, got {noise}")
    if road is None and sensors is None:
        raise ValueError("sensors must be given where road is None, got neither")
    graph, name = _graph(road, sensors)
    if len(graph) < 2:
        raise ValueError(f"sensors must be at least 2 for a pair to be found, got {len(graph)}")
    noise = float(min(max(noise, LEAST), MOST))
    news = noise / 2 if news is None else float(min(news, noise))
    levels = tuple(dict.fromkeys((noise, max(noise / 2, news), min(2 * noise, MOST))))
    settings = [*((level, length) for level in levels), (noise, length // 2), (noise, 2 * length)]
    done, of = 0, seeds * len(settings) * len(WAYS)
    found: list[Recovery] = []
    far = 0
    for seed in range(seeds):
        known = truth(graph, seed=seed)
        far = known.far_pairs
        series = {
            level: process(known.coupling, 2 * length, level, missing, news=news, seed=seed) for level in levels
        }
        for level, rows in settings:
            for way, matrix in WAYS.items():
                match = recovered(way, matrix(series[level][:rows]), known)
                found.append(replace(match, noise=level, length=rows, missing=float(missing), seed=seed))
                done += 1
                if tick is not None:
                    tick(done, of)
    return Planted(
        graph=name,
        length=length,
        noise=noise,
        missing=float(missing),
        far_planted=far,
        recoveries=tuple(found),
    )


def _graph(road: ArrayLike | None, sensors: int | None) -> tuple[FloatArray, str]:
    if road is None:
        return ring(int(sensors or 0)), "ring"
    graph = checked_road(road, sensors)
    np.fill_diagonal(graph, 0.0)
    return (graph, "roads") if graph.any() else (ring(len(graph)), "ring")
