"""What is measured on one run, each thing when it is first asked for and only once; without Streamlit.

The pages ask through ``store``, which keeps one of these per run; what leaves the app (the report, the exported graph
and map, a notebook) makes its own. All who ask get the same arrays, so nobody can write into them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pandas as pd

from app.memo import Memo, once
from app.parts import Floats, clearness_draws, communities_in, compared, errors_by_step, linked, selectable, steps_at
from app.places import Ints, Order, Places, parted, places, position_order
from app.reading.words import noun_of
from app.selection import MEAN, MOST_COMMUNITIES
from core.run import Run

if TYPE_CHECKING:
    from analysis.clearness import Clearness
    from analysis.communities import Communities
    from analysis.forecasts import Errors
    from analysis.groups import Agreement, Contrast
    from analysis.matrix import Pairs, Sparsity, Strength
    from analysis.nulls import Preparation, Tests
    from analysis.roads import EdgeClasses, Reach, RoadMatch
    from analysis.spectrum import Localisation, Spectrum

FORECAST = "forecast"  # the model's own, beside the simple ones that have names
REFERENCES = ("groups", "roads")
FEW = 16  # results of (N, N) float64 each: of a run with many heads only the last are kept
MAP_NULL = ("moran",)  # what the agreement of two groupings is held against: none of the others knows the map


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """A partition to compare with: ``labels (N,)`` of names' positions, -1 for a sensor without one."""

    name: str
    labels: Ints
    names: tuple[str, ...]


class Measured(Memo):
    """A run and what is measured on it: ``head`` is a head's name or 'mean', ``share`` a share of pairs."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    @property
    def ids(self) -> list[str]:
        """The ids of the N sensors, as the data give them."""
        return cast(list[str], self.run.nodes["id"].tolist())

    @property
    def noun(self) -> str:
        """What the rows and columns of its matrices are, in the singular: 'sensor' or 'particle'."""
        return noun_of(self.run.kind)

    @property
    def heads(self) -> tuple[str, ...]:
        """What can be looked at: the mean, then each head; nothing for a model without heads."""
        return selectable(self.run)

    @once()
    def matrix(self, head: str) -> Floats:
        """The matrix of a head (float32), or the mean of all (float64), (N, N).

        Raises
        ------
        ValueError
            The run has no matrix, or none of that name.
        """
        run = self.run
        if not run.heads:
            raise ValueError(f"a run must have a learned matrix, but {run.model} mixes no sensors")
        if head == MEAN:
            from analysis.matrix import mean_of_heads

            return mean_of_heads(run.interaction)
        if head not in run.heads:
            raise ValueError(f"head must be one of {', '.join(self.heads)}, got {head!r}")
        return cast(Floats, run.interaction[run.heads.index(head)])

    @once()
    def sparsity(self, head: str) -> "Sparsity":
        """Zeros and effective neighbours."""
        from analysis.matrix import sparsity

        return sparsity(self.matrix(head))

    @once()
    def asymmetry(self, head: str) -> float:
        """How much the two directions differ."""
        from analysis.direction import asymmetry

        return asymmetry(self.matrix(head))

    @once()
    def mutuality(self, head: str) -> Floats:
        """The weaker direction of each pair with weight over its stronger one, (P,)."""
        from analysis.direction import mutuality

        return mutuality(self.matrix(head))

    @once()
    def strength(self, head: str) -> "Strength":
        """Weight received, sent and kept, per sensor."""
        from analysis.matrix import strength

        return strength(self.matrix(head))

    @once()
    def pairs(self, head: str, share: float) -> "Pairs":
        """The strongest pairs."""
        from analysis.matrix import strongest_pairs

        return strongest_pairs(self.matrix(head), share)

    @once()
    def similarity(self) -> Floats:
        """Correlation between heads, (H, H)."""
        from analysis.matrix import head_similarity

        return head_similarity(self.run.interaction)

    @once(FEW)
    def spectrum(self, head: str) -> "Spectrum":
        """Eigenvalues, eigenvectors, how local and how smooth each is."""
        from analysis.spectrum import spectrum

        return spectrum(self.matrix(head), self.run.adjacency)

    @once()
    def localisation(self, head: str) -> "Localisation":
        """How local the modes are beside those of the same weights in random places."""
        from analysis.spectrum import localisation

        # The time grows with N³: 207 sensors take two seconds for 200, a thousand would take minutes.
        n = len(self.run.nodes)
        return localisation(self.matrix(head), permutations=200 if n <= 250 else 50 if n <= 500 else 20)

    @once()
    def communities(self, head: str, method: str = "louvain", count: int = 0) -> "Communities":
        """Communities of a head; ``count`` 0 lets the eigengap decide (Louvain always decides by itself)."""
        return communities_in(self.matrix(head), method, count)

    @once()
    def clearness(self, head: str, method: str = "louvain", count: int = 0) -> "Clearness | None":
        """Their modularity beside what is found in the same weights in random places; None for less than two."""
        from analysis.clearness import clearness

        found = self.communities(head, method, count)
        if found.count < 2:
            return None
        by: Literal["louvain", "spectral"] = "louvain" if method == "louvain" else "spectral"
        return clearness(self.matrix(head), found.labels, by, count or None, clearness_draws(len(found.labels)))

    @once()
    def reference(self, name: str, method: str = "louvain", count: int = 0) -> Reference | None:
        """The known groups ('groups') or the communities of the road graph ('roads'); None where there are none.

        No more clusters of roads are asked for than can be asked for on the page.
        """
        if name == "groups":
            if self.run.groups is None:
                return None
            names = tuple(sorted(set(self.run.groups) - {""}))
            place = {group: k for k, group in enumerate(names)}
            return Reference("known groups", np.array([place.get(group, -1) for group in self.run.groups]), names)
        road = linked(self.run.adjacency)
        if road is None:
            return None
        found = communities_in(road, method, min(count, MOST_COMMUNITIES))  # a thousand would take a minute
        return Reference("road clusters", found.labels, tuple(f"road cluster {k + 1}" for k in range(found.count)))

    def references(self, head: str, method: str, count: int) -> dict[str, Reference]:
        """The references there are, by name; those that need a number get as many clusters as the head has."""
        clusters = max(self.communities(head, method, count).count, 1)
        found = {name: self.reference(name, method, clusters) for name in REFERENCES}
        return {name: reference for name, reference in found.items() if reference is not None}

    @once()
    def agreement(self, head: str, method: str, count: int, reference: str) -> "Agreement | None":
        """Agreement of a head's communities with a reference, which gets as many clusters; None without one.

        Its chance and its p are of sensors that are exchanged, which decides nothing on a map: see `agreement_tests`.
        """
        from analysis.groups import agreement

        found = self.communities(head, method, count)
        other = self.reference(reference, method, found.count)
        return None if other is None else agreement(found.labels, other.labels)

    @once()
    def agreement_tests(self, head: str, method: str, count: int, reference: str) -> "Tests | None":
        """The same beside what the Moran null gives on the map, as the evidence tests it; None without a reference."""
        from analysis.against import agreement_tests

        found = self.communities(head, method, count)
        other = self.reference(reference, method, found.count)
        if other is None:
            return None
        placed = other.labels >= 0
        known = other.labels[placed].astype(np.int64)
        return agreement_tests(found.labels[placed], known, self.ground_of(placed.tobytes()), MAP_NULL)

    @once(2)
    def ground_of(self, placed: bytes) -> "Preparation":
        """The places of some of the sensors and the draws on them; ``placed`` are N bools as bytes."""
        from analysis.nulls import preparation_of_some

        return preparation_of_some(np.frombuffer(placed, dtype=bool), self.kilometres(), nulls=MAP_NULL)

    @once()
    def contrasts(self, reference: str, method: str, count: int) -> "tuple[Contrast, ...] | None":
        """Contrast of the mean and of each head within against across a reference's groups; None without one."""
        from analysis.groups import contrast

        other = self.reference(reference, method, count)
        return None if other is None else tuple(contrast(self.matrix(head), other.labels) for head in self.heads)

    @once()
    def road_match(self, head: str, share: float) -> "RoadMatch | None":
        """The strongest pairs against the road graph; None where there is none, or it has no road or all of them."""
        from analysis.roads import road_match

        road = linked(self.run.adjacency)
        return None if road is None else road_match(self.matrix(head), road, share)

    @once()
    def recovery(self, head: str, share: float) -> "RoadMatch | None":
        """The same against the planted graph, where the data have one."""
        from analysis.roads import recovery

        truth = linked(self.run.truth)
        return None if truth is None else recovery(self.matrix(head), truth, share)

    @once()
    def reach(self, head: str) -> "Reach | None":
        """How far along the roads the weight stays; None without a road graph."""
        from analysis.roads import reach

        road = linked(self.run.adjacency)
        return None if road is None else reach(self.matrix(head), road)

    @once()
    def edge_classes(self, head: str, share: float) -> "EdgeClasses":
        """Learned and on a road, learned only, road only; without a road graph, all learned pairs are 'learned'."""
        from analysis.roads import edge_classes

        n = len(self.run.nodes)
        road = self.run.adjacency if self.run.adjacency is not None else np.zeros((n, n), dtype=np.float32)
        return edge_classes(self.matrix(head), road, share)

    @once()
    def kilometres(self) -> Floats | None:
        """Distance between sensors as the crow flies, (N, N) km; None without coordinates."""
        if not self.run.has_coordinates:
            return None
        from analysis.distances import kilometres

        return kilometres(self.run.nodes["latitude"].to_numpy(), self.run.nodes["longitude"].to_numpy())

    @once()
    def hops(self) -> Floats | None:
        """Road links between sensors, (N, N), inf where there is no way; None without a road graph."""
        if self.run.adjacency is None:
            return None
        from analysis.distances import hops

        return hops(self.run.adjacency)

    @once()
    def places(self) -> Places:
        """Where each sensor is drawn."""
        return places(self.run)

    @once()
    def position_order(self) -> Ints:
        """Sensors along the longest direction of the map, or along the road graph where there is no map, (N,)."""
        return position_order(self.run, self.places())

    @once()
    def order(self, head: str, kind: str, method: str = "louvain", count: int = 0) -> Order:
        """Sensors by 'community', known 'group' or 'position', or as 'given'; by position where there are no groups."""
        if kind == "given":
            return Order(np.arange(len(self.run.nodes)))
        along = self.position_order()
        if kind == "community":
            return parted(self.communities(head, method, count).labels, along)
        groups = self.reference("groups") if kind == "group" else None
        return Order(along) if groups is None else parted(groups.labels, along)

    @once()
    def errors(self) -> "Mapping[str, Errors]":
        """Errors of the forecast and of the simple ones at each step."""
        return errors_by_step(self.run, FORECAST)

    @once()
    def error_at(self, step: int) -> float:
        """Mean absolute error of the forecast at one step ahead (from 0) alone, also where the protocol pools steps."""
        from analysis.forecasts import errors

        at, tested = slice(step, step + 1), self.run.tested
        return float(errors(tested.forecast[:, at], tested.target[:, at]).mae[0])

    @once()
    def errors_by_sensor(self, step: int) -> "Mapping[str, Errors]":
        """The same per sensor, at one step ahead (from 0)."""
        from analysis.forecasts import errors_by_sensor

        at, alone = steps_at(self.run, step), None if self.run.pooled else 0
        target = self.run.tested.target[:, at]
        made = compared(self.run, FORECAST)
        return {name: errors_by_sensor(forecast[:, at], target, alone) for name, forecast in made.items()}

    @once()
    def errors_by_hour(self, step: int) -> "Mapping[str, Errors]":
        """The same per hour of day of the time that is forecast."""
        from analysis.forecasts import errors_by_hour

        at = steps_at(self.run, step)
        target, hours = self.run.tested.target[:, at], self.run.tested.hours[:, at]
        made = compared(self.run, FORECAST)
        return {name: errors_by_hour(forecast[:, at], target, hours) for name, forecast in made.items()}

    @once()
    def daily_errors(self, step: int) -> pd.DataFrame:
        """Mean absolute error of each forecast on each day of the test part, at one step ahead (from 0)."""
        run = self.run
        made, target = compared(run, FORECAST), run.tested.target
        sums = []
        for k in range(run.horizon)[steps_at(run, step)]:  # one after another: all at once takes T times the memory
            observed = target[:, k].astype(np.float64)
            off = {name: np.nansum(np.abs(values[:, k] - observed), axis=1) for name, values in made.items()}
            off["seen"] = np.isfinite(observed).sum(axis=1)
            sums.append(pd.DataFrame(off, index=run.tested.times[run.tested.first + k].astype("datetime64[D]")))
        daily = pd.concat(sums).groupby(level=0).sum()
        daily = daily[daily["seen"] > 0]
        return daily[list(made)].div(daily["seen"], axis=0)


def graph_pairs(graph: Floats | None) -> Ints:
    """Pairs that a graph (N, N) joins in either direction, (P, 2), first < second; none where there is no graph."""
    if graph is None:
        return np.empty((0, 2), dtype=np.int64)
    return cast(Ints, np.argwhere(np.triu((graph > 0) | (graph.T > 0), k=1)))
