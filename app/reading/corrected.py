"""P values of several heads, corrected for how many there are, and the smallest that one could have had."""

from collections.abc import Mapping

import numpy as np


def over_heads(p: Mapping[str, float]) -> dict[str, float]:
    """The p values of all heads after Holm's correction for their number; what is not finite stays.

    >>> over_heads({"a": 0.01, "b": 0.4})
    {'a': 0.02, 'b': 0.4}
    """
    from analysis.multiplicity import holm

    finite = {head: value for head, value in p.items() if np.isfinite(value)}
    return {**p, **dict(zip(finite, holm(np.array(list(finite.values()))).tolist(), strict=True))}


def at_best(p: Mapping[str, float], head: str, least: float) -> float:
    """The corrected p of a head if its own were the least that its test allows, those of the others as they are.

    Where this is no smaller than the level, the test could not have told the head from chance whatever was measured.

    >>> at_best({"a": 0.4, "b": 0.9}, "a", least=0.005)
    0.01
    """
    return over_heads({**p, head: least})[head]
