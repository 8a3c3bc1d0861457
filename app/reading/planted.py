"""What is said of data in which the truth is known: how much of a planted graph each way finds."""

from typing import TYPE_CHECKING

import numpy as np

from app.reading.words import counted, percent, plain

if TYPE_CHECKING:
    from analysis.planted import Planted

SIMPLE_WAYS = ("correlation", "partial correlation", "ridge VAR")

RECOVERY = (
    "Whiskers span the seeds; the upright line is the setting of this run. Grey: simple ways that need no training."
)

LEFT = (
    "That much is left by this run one step ahead, or by the last value where it is nearer: at most so much is "
    "unforeseeable in its data, and a better forecast would leave less."
)
NOISE = "noise: share of variance left one step ahead"


def planted_sentence(found: "Planted") -> str:
    """What share of the true edges each way finds with data like those of the run, the best first."""
    own = own_recoveries(found)
    if not own:
        return "Nothing was measured in the setting of this run."
    if not any(np.isfinite(one.auroc) for one in found.recoveries):
        return "Cannot be told: every pair of sensors was planted, or none, so whatever is learned finds as much."
    ranked = sorted(own, key=lambda way: -np.nanmean(own[way]))
    first = ranked[0]
    said = [_found_words(way, own[way]) for way in ranked]
    return (
        f"With data like yours, **{percent(float(np.mean(own[first])))} of true edges are found** by {plain(first)}"
        f"{_over_seeds(own[first])}" + (f"; {'; '.join(said[1:])}" if len(said) > 1 else "") + "."
    )


def planted_setting(found: "Planted", chance: float = float("nan")) -> str:
    """What was planted, and what of it is that of the run; ``chance``: the share of all pairs that was planted."""
    graph = "the road graph of this run" if found.graph == "roads" else "a ring, since this run has no road graph"
    far = (
        f", and {counted(found.far_planted, 'far coupling')} between sensors that no road joins"
        if found.far_planted
        else ""
    )
    guessed = f", of which a guess would find {percent(chance)}" if np.isfinite(chance) else ""
    return (
        f"Made-up data in which the truth is known: {graph} was planted{far}; {counted(found.length, 'step')} of data "
        f"and {percent(found.missing)} missing, as in this run, and noise of {percent(found.noise)} of each sensor's "
        f"variance. {LEFT} The share of true edges found is counted among as many strongest pairs as were planted"
        f"{guessed}. How strong couplings are in real data nobody knows, so this is a guide to what can be hoped for, "
        "no grade of your run."
    )


def own_recoveries(found: "Planted") -> dict[str, list[float]]:
    """Of each way, the share of true edges that it found in the run's own setting, one value a seed."""
    own: dict[str, list[float]] = {}
    for one in found.recoveries:
        if (one.length, one.noise, one.missing) == (found.length, found.noise, found.missing):
            own.setdefault(one.way, []).append(one.precision)
    return {way: values for way, values in own.items() if np.isfinite(values).all()}


def own_caption(found: "Planted") -> str:
    """What the columns of the table in the run's own setting count."""
    far = " Far couplings: the share of those planted that is among the strongest 5 % of pairs."
    said = "AUROC: how often a true edge stands above another pair, 0.50 by chance."
    return said + far if found.far_planted else said


def is_simple(way: str) -> bool:
    """Whether a way is one that a user could take without any model."""
    return way in SIMPLE_WAYS


def _found_words(way: str, values: list[float]) -> str:
    return f"{plain(way)} finds {percent(float(np.mean(values)))}{_over_seeds(values)}"


def _over_seeds(values: list[float]) -> str:
    if len(values) < 2:
        return ""
    return f" ({percent(min(values))} to {percent(max(values))} over {counted(len(values), 'seed')})"
