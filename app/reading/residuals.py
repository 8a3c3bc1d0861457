"""What is said of the structure that a model leaves in its errors, along which graph, and where."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.reading.evidence import LEVEL
from app.reading.heads import head_phrase
from app.reading.words import capital, counted, percent, probability, three

if TYPE_CHECKING:
    from analysis.residuals import Residuals
    from analysis.whiteness import Whiteness

SURELY = 1.96  # standard errors

NOT_WHITE = (
    "Space: joined sensors at one moment; time: a sensor from one moment to the next. Within the grey band, ±1.96, the "
    "test sees nothing: 95 % of values would lie there if nothing were left in the errors. That is no proof that "
    "nothing is. The sentence above looks three times, at space, at time and at both, and its p are corrected for that "
    "(Holm): a value just outside the band is not enough. Errors that change very slowly leave the band in space "
    "somewhat too often: 8 % of simulated ones did that had nothing left there."
)


def residuals_sentence(found: "Residuals", minutes: float) -> str:
    """Whether the model leaves something in its errors, along the roads, or along its own graph without any."""
    ahead = f"{three(minutes) if minutes % 1 else f'{minutes:,.0f}'} minutes ahead"
    known = [test for test in found.tests if np.isfinite(test.p)]
    best = next((test for test in known if test.graph == "roads"), known[0] if known else None)
    if best is None:
        return "There are too few errors, or no edges, to test."
    where = _graph_phrase(best.graph)
    ahead = capital(ahead)
    space, time, both = _looks(best)
    parts = []
    if space < LEVEL:
        sign = "are alike" if best.space > 0 else "are unlike each other"
        parts.append(
            f"errors of joined sensors {sign}, {percent(best.agree)} of them have the same sign where chance gives "
            f"{percent(0.5)} ({probability(space)})"
        )
    if time < LEVEL:
        sign = "follows the one before it" if best.time > 0 else "swings against the one before it"
        parts.append(f"a sensor's error {sign} ({probability(time)})")
    least = float(np.nanmin([space, time, both]))
    if least >= LEVEL:
        return (
            f"{ahead}, the test sees **nothing left in the errors** along {where} ({probability(least)}); that is no "
            "proof that nothing is."
        )
    said = f": {'; '.join(parts)}" if parts else f", in space and time taken together ({probability(both)})"
    if both >= LEVEL:
        opposite = len(parts) == 2 and best.space * best.time < 0
        said += f". Space and time taken together {'cancel' if opposite else 'do not show it'} ({probability(both)})"
    return f"{ahead}, the model **leaves structure in its errors** along {where}{said}."


def _looks(test: "Whiteness") -> tuple[float, float, float]:
    """The p of space, of time and of both together, corrected by Holm for as many looks as were taken.

    Where one of the parts has no edge, both together are the other one over again, and are no look of their own.
    """
    from analysis.multiplicity import holm

    both = test.p if np.isfinite(test.space_p) and np.isfinite(test.time_p) else float("nan")
    space, time, together = holm(np.array([test.space_p, test.time_p, both]))
    return float(space), float(time), float(together)


def residuals_beside(found: "Residuals") -> str:
    """What is left along the learned graphs, beside a random one: a graph that was used up leaves no more than it."""
    random = next((test for test in found.tests if test.graph == "random" and np.isfinite(test.agree)), None)
    learned = [test for test in found.tests if test.graph not in ("roads", "random") and np.isfinite(test.agree)]
    if not learned or random is None:
        return ""
    most = max(learned, key=lambda test: test.agree)
    said = (
        f"Along {_graph_phrase(most.graph)}{', the highest of the heads' if len(learned) > 1 else ''}, "
        f"{percent(most.agree)} of joined errors have the same sign; along a random graph {percent(random.agree)}."
    )
    # One of several was picked, so its p counts as often.
    clear = most.agree - random.agree > SURELY * float(np.hypot(most.agree_error, random.agree_error))
    if most.space > 0 and most.space_p * len(learned) < LEVEL and clear:
        return f"{said} So its pairs still share something that the model has not used up."
    return said


def scores_caption(scores: NDArray[np.floating], graph: str) -> str:
    """What the colours of the sensors mean, and how many lie outside of what chance gives.

    ``scores`` (N,) are those in space alone, nan where there is none.
    """
    known = scores[np.isfinite(scores)]
    if not len(known):
        return "No sensor has a score: there are too few errors, or no edges."
    beyond, expected = int((np.abs(known) > SURELY).sum()), max(round(0.05 * len(known)), 1)
    without = len(scores) - len(known)
    return (
        "Where the model still leaves structure: each sensor's colour says how alike its errors are to those of its "
        f"neighbours on {'the road graph' if graph == 'roads' else _graph_phrase(graph)} at the same moment, as a "
        "standard score. Above 0 it errs as they do, below 0 the other way. "
        f"{beyond:,} of {counted(len(known), 'sensor')} {'with a score ' if without else ''}lie outside ±1.96, where "
        f"chance would put about {expected:,} if nothing were left. How far a sensor's error goes with its own last "
        "one is no part of the colour; it is in the table below."
    )


def graph_name(graph: str) -> str:
    """A graph that errors were tested on, as a row of a figure; as given, so not yet safe."""
    return {"mean": "learned: mean of heads", "roads": "road graph", "random": "random graph"}.get(
        graph, f"learned: {graph}"
    )


def _graph_phrase(graph: str) -> str:
    if graph == "roads":
        return "the roads"
    return "a random graph" if graph == "random" else f"the learned graph, {head_phrase(graph)}"
