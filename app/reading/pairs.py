"""What is said of two sensors and the weight between them."""

import math

from app.reading.words import code, counted, joined, three


def pair_sentence(
    receiver: str,
    sender: str,
    where: str,
    *,
    taken: float,
    given: float,
    rank: int,
    pairs: int,
    km: float | None = None,
    hops: float | None = None,
    planted: bool | None = None,
) -> str:
    r"""One pair in words: what each takes from the other, its place if it has a weight, and how they lie.

    >>> said = pair_sentence("A", "B", "head 1", taken=0.5, given=0.0, rank=3, pairs=10, km=1.234, hops=1.0)
    >>> for part in said.replace("\xa0", " ").split(": "):
    ...     print(part)
    In head 1, `A` takes 0.500 from `B` and gives 0 back
    number 3 of 10 pairs. They are 1.23 km apart and joined by a road.
    """
    # All pairs without a weight share one place, and a number would look like a strength.
    place = f"number {rank:,} of {counted(pairs, 'pair')}" if taken or given else "they do not use each other"
    facts = []
    if km is not None:
        facts.append(f"{three(km)} km apart")
    if hops is not None:
        facts.append(
            "joined by a road"
            if hops == 1
            else f"{counted(int(hops), 'road link')} from each other"
            if math.isfinite(hops)
            else "not joined by any roads"
        )
    if planted is not None:
        facts.append("coupled in the planted graph" if planted else "not coupled in the planted graph")
    lie = f" They are {joined(facts)}." if facts else ""
    return (
        f"In {where}, {code(receiver, 40)} takes {three(taken)} from {code(sender, 40)} and gives {three(given)} back: "
        f"{place}.{lie}"
    )


def own_sentence(sensor: str, where: str, weight: float) -> str:
    r"""A sensor's weight on itself in words.

    >>> own_sentence("A", "head 1", 0.25)
    'In head 1, `A` takes 0.250 from itself.'
    """
    return f"In {where}, {code(sensor, 40)} takes {three(weight)} from itself."
