"""What is known of two sensors and the weight between them."""

from dataclasses import dataclass

import numpy as np

from app.store.entries import cached
from app.store.measured import measured_of


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Receiver i and sender j in one matrix.

    Attributes
    ----------
    taken, given : what i uses of j, and what j uses of i
    rank, pairs : its place among all pairs of sensors by the mean of both directions, from 1; equal ones share a place
    km : as the crow flies; None without coordinates
    hops : road links between them, inf where there is no way; None without a road graph
    planted : whether the graph that the data were made from joins them; None where there is no such graph
    """

    taken: float
    given: float
    rank: int
    pairs: int
    km: float | None
    hops: float | None
    planted: bool | None


@cached
def pair_of(version: str, head: str, receiver: int, sender: int) -> PairFacts:
    """The facts of one pair of different sensors, given by their positions."""
    measured = measured_of(version)
    run, matrix = measured.run, measured.matrix(head)
    n = len(matrix)
    strength = (matrix + matrix.T)[np.triu_indices(n, 1)]
    own = matrix[receiver, sender] + matrix[sender, receiver]
    distance, hops = measured.kilometres(), measured.hops()
    return PairFacts(
        taken=float(matrix[receiver, sender]),
        given=float(matrix[sender, receiver]),
        rank=int((strength > own).sum()) + 1,
        pairs=n * (n - 1) // 2,
        km=None if distance is None else float(distance[receiver, sender]),
        hops=None if hops is None else float(hops[receiver, sender]),
        planted=None
        if run.truth is None
        else bool(run.truth[receiver, sender] > 0 or run.truth[sender, receiver] > 0),
    )
