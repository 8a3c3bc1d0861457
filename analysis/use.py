"""Does the model use what it learned? Weights are cut, and the change of forecast and of error is measured.

The model is a function of what multiplies its weights, `predict(gates, added)`: forecasts (W, T, N) with
`M * gates + added` in place of the interaction M. It is asked three things, each in a module of its own:

    effects.py      what every weight does, predicted from gradients and checked on a sample
    cuts.py         what is lost without a set of weights: a head, a community, all that one sensor hears
    deletion.py     what is lost as more and more pairs are removed

Axes: h head, i receiver, j sender, w window, t step ahead, n sensor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from analysis import gates
from analysis.arrays import FloatArray, IntArray, checked_heads
from analysis.cuts import Cut, cut
from analysis.deletion import REPEATS, Area, Curve, deletion, model_runs
from analysis.effects import EdgeEffects, Tick, effects
from analysis.predict import Predict, checked_forecast, checked_target

Gradients = Callable[[], tuple[FloatArray, FloatArray, FloatArray]]
"""Slope ∂MSE/∂gate, and the mean of (∂ŷ/∂gate)² over the observed outputs and over all; each (H, N, N)."""


@dataclass(frozen=True, slots=True)
class Use:
    """Whether, and where, the model uses what it learned.

    Attributes
    ----------
    heads : their names
    windows : how many test windows were used
    mae : mean absolute error of the unchanged model on them, in unit
    reproduced : largest difference between a stored forecast and the recomputed one, in unit
    effects : every directed weight
    cuts : 'all' first, then heads, communities, and every sensor's inputs
    curves : every order under every removal
    areas : between the curves
    untested : sentences, such as 'no coordinates, so no pairs of the same length'
    """

    heads: tuple[str, ...]
    windows: int
    mae: float
    reproduced: float
    effects: EdgeEffects
    cuts: tuple[Cut, ...]
    curves: tuple[Curve, ...]
    areas: tuple[Area, ...]
    untested: tuple[str, ...]


def use(
    heads: Sequence[str],
    interaction: ArrayLike,
    predict: Predict,
    gradients: Gradients,
    target: ArrayLike,
    block: ArrayLike,
    *,
    exact: Predict | None = None,
    sensors: Sequence[str] | None = None,
    labels: ArrayLike | None = None,
    kilometres: ArrayLike | None = None,
    reproduced: float = 0.0,
    sample: int = 24,
    repeats: int = REPEATS,
    seed: int = 0,
    tick: Tick | None = None,
) -> Use:
    """Whether the model uses what it learned: every weight, cuts of many weights, and deletion curves.

    Parameters
    ----------
    heads : (H,) their names
    interaction : (H, N, N), mean over windows where it depends on the input
    predict : gates and what is added to forecasts (W, T, N)
    gradients : gives the slope and the two curvatures that `effects` takes
    target : (W, T, N) what was observed, nan where missing
    block : (W,) number of the block of neighbouring windows that each window belongs to
    exact : as predict, in double precision, for the cuts of single weights; None to take predict
    sensors : (N,) names of the sensors; None for their numbers
    labels : (N,) community of each sensor, below 0 for none; None to cut no community
    kilometres : (N, N) distances; None to leave out pairs of the same length
    reproduced : largest difference between a stored forecast and the recomputed one, in unit
    sample, repeats, seed : see `effects` and `deletion`
    tick : called with runs of the model done and runs in all

    Returns
    -------
    Use

    Raises
    ------
    ValueError
        As `effects`, `cut` and `deletion`, and names that are not as many as heads or sensors.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.array([[[0.0, 4.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]])
    >>> def predict(gates, added):  # sensor i forecasts the sum of its weights
    ...     return (M * gates + (0 if added is None else added)).sum(axis=(0, 2))[None, None].repeat(2, axis=0)
    >>> target = predict(np.ones((1, 3, 3)), None)
    >>> found = use(["head 1"], M, predict, lambda: (M * 0, M**2 / 3, M**2 / 3), target, [0, 1])
    >>> [(one.name, one.error.round(2).tolist()) for one in found.cuts[:3]]  # sensor 0 loses its own 5
    [('all heads', [2.0]), ('head 1', [2.0]), ('inputs of 0', [5.0])]
    >>> found.mae, found.untested
    (0.0, ('no communities, so none was cut', 'no coordinates, so no pairs of the same length'))
    """
    matrices = checked_heads(interaction)
    number, size = matrices.shape[:2]
    observed, _ = checked_target(target, block, size)
    names = [str(n) for n in range(size)] if sensors is None else list(sensors)
    for what, given, wanted in (("heads", heads, number), ("sensors", names, size)):
        if len(given) != wanted:
            raise ValueError(f"{what} must be {wanted} names, got {len(given)}")
    numbers = None if labels is None else _checked_labels(labels, size)
    planned = list(_planned(list(heads), names, numbers))
    singles = min(sample, int(np.count_nonzero(matrices * ~np.eye(size, dtype=bool))))
    curve_runs = model_runs(matrices, repeats, lengths=kilometres is not None)
    total = singles + len(planned) + curve_runs

    def after(first: int) -> Tick:
        return lambda done, _: tick(first + done, total) if tick is not None else None

    slopes = gradients()
    found = effects(exact or predict, matrices, slopes, observed, sample, seed, after(0))
    forecast = checked_forecast(predict(np.ones(matrices.shape), None), observed)
    cuts = []
    for row, (name, kind, where, only) in enumerate(planned):
        cuts.append(cut(predict, forecast, observed, where(), name, kind, block, only))
        after(singles)(row + 1, 0)
    curves = deletion(
        predict, matrices, observed, block, kilometres, repeats=repeats, seed=seed, tick=after(singles + len(planned))
    )
    reasons = {
        "no communities, so none was cut": labels is None,
        "no coordinates, so no pairs of the same length": kilometres is None,
        "one stretch of windows alone, so no interval": len(np.unique(np.asarray(block))) < 2,
    }
    return Use(
        heads=tuple(heads),
        windows=len(observed),
        mae=float(np.nanmean(np.abs(forecast - observed))),
        reproduced=float(reproduced),
        effects=found,
        cuts=tuple(cuts),
        curves=curves.curves,
        areas=curves.areas,
        untested=tuple(reason for reason, holds in reasons.items() if holds),
    )


def _checked_labels(labels: ArrayLike, sensors: int) -> IntArray:
    numbers = np.asarray(labels)
    if numbers.shape != (sensors,) or numbers.dtype.kind not in "iu":
        raise ValueError(f"labels must be whole numbers, ({sensors},), got {numbers.dtype} of shape {numbers.shape}")
    return numbers.astype(np.int64)


def _planned(
    heads: list[str], sensors: list[str], labels: IntArray | None
) -> Iterator[tuple[str, str, Callable[[], FloatArray], int | None]]:
    """Name, kind and gates of every cut, and of which sensor alone; all gates at once would fill the memory."""
    h, n = len(heads), len(sensors)
    yield "all heads", "all", partial(gates.head, h, n), None
    for index, name in enumerate(heads):
        yield name, "head", partial(gates.head, h, n, index), None
    if labels is not None:
        found, members = np.unique(labels, return_counts=True)
        for label in found[(found >= 0) & (members > 1)].tolist():
            yield f"inside community {label + 1}", "inside", partial(gates.inside, h, labels, label), None
            if members.max() < n:
                yield f"border of community {label + 1}", "border", partial(gates.border, h, labels, label), None
    for index, name in enumerate(sensors):
        yield f"inputs of {name}", "inputs", partial(gates.inputs, h, n, [index]), index
