"""What is said on the page about particles: of a frame, of gates, of attention over time, of energy, of turning."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.reading.evidence import LEVEL
from app.reading.particles import WORDS_OF
from app.reading.words import code, counted, joined, minus, percent, plain, probability, three

if TYPE_CHECKING:
    from analysis.ranks import RankMatch
    from app.flight import Energies, Heard

QUESTION = "Does the forecast move as the particles do?"
ROUNDING = 1e-9  # differences below are those of numbers with sixteen digits, not of a model
ENERGY = (
    r"$E = \sum_i \tfrac12 |v_i|^2 + \sum_{i<j} c_i c_j / r_{ij}$: kinetic and Coulomb energy; mass and constant 1. "
    "Lines: what happened. Blue points: what was forecast."
)
NO_GATES = "This model has no gates: nobody hears anybody through weights that could be drawn, so there are no edges."
NO_ATTENTION = (
    "This model has no attention over time: it sees {seen}, and nothing in it weighs one frame against another. To see "
    "which past frame counts, train a `set`:"
)
NOBODY_ELSE = (
    "No run of a model without this symmetry, for as many particles and frames seen, is here to stand beside it. Train "
    "one, and its figure appears in this place:"
)


def frame_words(frame: int, seen: int, ahead: tuple[int, ...]) -> str:
    """Which frame this is, and whether it was forecast.

    >>> frame_words(10, 10, (5,)), frame_words(13, 10, (5,)), frame_words(15, 10, (5,))
    ('Frame 10, the last one seen', 'Frame 13, 3 after the last one seen: no forecast', 'Frame 15, forecast 5 ahead')
    """
    if frame <= seen:
        return f"Frame {frame}, " + ("the last one seen" if frame == seen else f"of {seen} that are seen")
    after = frame - seen
    if after in ahead:
        return f"Frame {frame}, forecast {after} ahead"
    return f"Frame {frame}, {after} after the last one seen: no forecast"


def edge_words(found: "Heard | None", layer: str, *, single: bool) -> str:
    """How many pairs are drawn and how many are left out; '' for a model without gates.

    ``found`` is None where the layer hears nothing at that frame, ``single`` whether it has one gate for all frames.
    """
    if not layer:
        return ""
    if found is None:
        when = "from the last frame seen on" if single else "in the frames seen alone"
        return f"{layer} listens {when}: no edges here"
    drawn, left = len(found.gates), found.left_out
    if not drawn:
        return f"{layer}: no edges drawn, {left:,} left out"
    least = f"gates from {three(float(found.gates[-1]))}"
    return f"{layer}: {drawn:,} of {drawn + left:,} pairs drawn, {least}; {left:,} weaker left out"


def force_sentence(found: "RankMatch", layer: str, frame: int) -> str:
    """Whether the gates of a layer follow the force, at the frame in which it listens, and whether that is chance."""
    if math.isnan(found.correlation):
        return ""
    how = (
        "that cannot be told from chance"
        if found.p >= LEVEL
        else f"pairs that act strongly on each other are {'let through' if found.correlation > 0 else 'held back'}"
    )
    if found.p < LEVEL and abs(found.correlation) <= 0.3:
        how += " a little more than others"
    orders = f"over {'all ' if found.exact else ''}{counted(found.orders, 'order')} of the particles"
    return (
        f"Rank correlation of the gates of {plain(layer)} with the force of each pair, 1/r², in frame {frame} of this "
        f"trajectory: **{minus(f'{found.correlation:.2f}')}** ({probability(found.p)}, {orders}); {how}."
    )


def symmetry_sentence(largest: float, trajectories: int) -> str:
    """What the page's answer says of turning."""
    where = "all" if trajectories > 1 else "the"
    kept = f"{where} {counted(trajectories, 'test trajectory', 'test trajectories')} of this run"
    if largest < ROUNDING:
        return (
            f"When {kept} are turned and mirrored, the forecast turns along: what differs is **{three(largest)}** of "
            "the size of the cloud at most, the rounding of numbers."
        )
    return (
        f"When {kept} are turned and mirrored, the forecast does not turn along: it differs by up to "
        f"**{percent(largest)}** of the size of the cloud, though nothing about the particles has changed."
    )


def turn_words(degrees: tuple[int, int, int], moved: int, *, mirrored: bool) -> str:
    """What was done to the input.

    >>> turn_words((40, 0, 0), 2, mirrored=True)
    'mirrored, turned by 40° about x, moved by 2'
    """
    done = ["mirrored"] if mirrored else []
    turns = [f"{minus(str(angle))}° about {axis}" for angle, axis in zip(degrees, "xyz", strict=True) if angle]
    done += [f"turned by {joined(turns)}"] if turns else []
    done += [f"moved by {moved}"] if moved else []
    return ", ".join(done)


def turned_sentence(name: str, largest: float, done: str) -> str:
    """What turning by hand does to the forecast of one model."""
    if not done:
        return f"{code(name, 60)}: nothing is turned, mirrored or moved, so the forecast is the same."
    said = f"{code(name, 60)}, {done}: largest difference **{three(largest)}** of the size of the cloud; "
    return said + ("the forecast moves along." if largest < ROUNDING else "the forecast is another one.")


def horizon_sentence(errors: dict[str, float], model: str, frames: int, quantity: str) -> str:
    """How far off the model is at the last frame ahead, beside the simple forecasts."""
    beside = joined(
        [f"{three(value)} for {WORDS_OF[name]}" for name, value in errors.items() if name != model]
    )
    own = errors.get(model, math.nan)
    return f"{counted(frames, 'frame')} ahead, {quantity} is off by {three(own)} (mean square), beside {beside}."


def attention_sentence(kind: str, weights: NDArray[Any], particle: str) -> str:
    """What is seen in a map (L, L) of attention over time, rows the frame that listens.

    >>> attention_sentence("features", np.eye(4), "p1")
    '**features**: each frame of `p1` listens to itself alone.'
    """
    frames = len(weights)
    itself = float(np.diagonal(weights).mean())
    back = float((weights * np.abs(np.subtract.outer(np.arange(frames), np.arange(frames)))).sum(axis=1).mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = -np.where(weights > 0, weights * np.log(weights), 0.0).sum(axis=1)
    wide = float(np.exp(surprise).mean())
    if itself > 0.99:
        return f"**{kind}**: each frame of {code(particle, 24)} listens to itself alone."
    last = int(np.argmax(weights[-1])) + 1
    there = frames if itself > 0 else frames - 1
    even = "nearly all alike" if wide > 0.9 * there else "some more than others" if wide > 0.4 * there else "few"
    return (
        f"**{kind}**: a frame of {code(particle, 24)} listens to {three(wide)} of {there} "
        f"{'frames' if itself > 0 else 'other frames'} ({even}), "
        f"{three(back)} away on average, {percent(itself)} of it to itself; the last frame most to frame {last}."
    )


def blend_sentence(blend: NDArray[Any] | None, block: int) -> str:
    """How far what coordinates and velocities listen to counts; '' for a model without."""
    if blend is None:
        return ""
    xi, omega = (minus(f"{value:.3f}") for value in blend[block])
    return (
        f"How much it counts is learned: coordinates move by **{xi}** of the way to what they listen to, velocities by "
        f"**{omega}**; 0 would change nothing. Features always count in full."
    )


def energy_sentence(found: "Energies", ahead: tuple[int, ...], seen: int) -> str:
    """Whether energy is kept, and what the forecast makes of it at its last frame."""
    total = np.asarray(found.total, dtype=float)
    kept = float(np.ptp(total))
    size = float(np.abs(found.kinetic).mean()) or 1.0
    truth = f"What happened keeps its energy to within {percent(kept / size)} of the mean kinetic energy"
    if kept > 0.01 * size:
        truth += ", since the simulation limits the force where two particles nearly meet"
    at = seen + ahead[-1] - 1
    if found.forecast_total is None:
        off = float(found.forecast_potential[-1] - found.potential[at])
        return (
            f"{truth}. Velocities are not forecast, so the forecast has no kinetic energy; {ahead[-1]} frames ahead "
            f"its potential energy is {_off(off)}."
        )
    off = float(found.forecast_total[-1] - total[at])
    return f"{truth}; {ahead[-1]} frames ahead the forecast's energy is {_off(off)}."


def _off(difference: float) -> str:
    if not math.isfinite(difference):
        return "not known: it puts two particles at one place"
    if difference == 0:
        return "the same"
    return f"**{three(abs(difference))}** too {'high' if difference > 0 else 'low'}"
