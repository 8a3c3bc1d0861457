"""Who belongs together in a head, and how that agrees with roads and known groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.parts import linked
from app.store.entries import Floats, Ints, cached, load_run
from app.store.matrix import matrix_of, selectable

if TYPE_CHECKING:
    from analysis.communities import Agreement, Communities, Contrast


@cached
def communities_of(version: str, head: str, method: str, count: int) -> "Communities":
    """Communities of a head; ``count`` 0 lets the eigengap decide (Louvain always decides by itself)."""
    return _communities(matrix_of(version, head), method, count)


@cached
def road_communities_of(version: str, method: str, count: int) -> "Communities | None":
    """Communities of the road graph by the same method; None without one."""
    road = linked(load_run(version).adjacency)
    return None if road is None else _communities(road, method, count)


def _communities(matrix: Floats, method: str, count: int) -> "Communities":
    from analysis.communities import louvain_communities, spectral_communities

    return louvain_communities(matrix) if method == "louvain" else spectral_communities(matrix, count or None)


@cached
def modularity_of(version: str, head: str, method: str, count: int) -> float:
    """Modularity of the communities in the head they were found in."""
    from analysis.communities import modularity

    return modularity(matrix_of(version, head), communities_of(version, head, method, count).labels)


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """A partition to compare with: ``labels (N,)`` of names' positions, -1 for a sensor without one."""

    name: str
    labels: Ints
    names: tuple[str, ...]


@cached
def reference_of(version: str, name: str, method: str, count: int) -> Reference | None:
    """The known groups ('groups') or the communities of the road graph ('roads'); None where the data have none."""
    run = load_run(version)
    if name == "groups":
        if run.groups is None:
            return None
        names = tuple(sorted(set(run.groups) - {""}))
        place = {group: k for k, group in enumerate(names)}
        return Reference("known groups", np.array([place.get(group, -1) for group in run.groups]), names)
    found = road_communities_of(version, method, count)
    if found is None:
        return None
    return Reference("road clusters", found.labels, tuple(f"road cluster {k + 1}" for k in range(found.count)))


@cached
def agreement_of(version: str, head: str, method: str, count: int, reference: str) -> "Agreement | None":
    """Agreement of a head's communities with a reference, which gets as many clusters; None without one."""
    from analysis.communities import agreement

    found = communities_of(version, head, method, count)
    other = reference_of(version, reference, method, found.count)
    return None if other is None else agreement(found.labels, other.labels)


@cached
def contrasts_of(version: str, reference: str, method: str, count: int) -> "tuple[Contrast, ...] | None":
    """Contrast of the mean and of each head within against across a reference's groups; None without one."""
    from analysis.communities import contrast

    run = load_run(version)
    other = reference_of(version, reference, method, count)
    if other is None:
        return None
    return tuple(contrast(matrix_of(version, head), other.labels) for head in selectable(run))
