"""Does the model use what it learned? Weights are cut, and the change of forecast and of error is measured.

The model is a function of what multiplies its weights, `predict(gates, added)`: forecasts (W, T, N) with
`M * gates + added` in place of the interaction M. Cut is set to zero after every normalisation, so that nothing is
evened out. What a sensor keeps for itself, the diagonal, is never cut.

One weight among many moves a forecast by little, so all of them at once are predicted, from the slope and the
curvature of the error where a gate of 1 on weight e begins to close, to second order (Gauss and Newton's):

    ΔMSE_e = -∂MSE/∂g_e + mean over outputs (∂ŷ/∂g_e)²        rms change of forecast_e = √ mean (∂ŷ/∂g_e)²

and a sample of them is cut in truth. The slope alone leaves out what a well learned weight is worth: there the slope is
near zero. Over samples of 24 weights the predicted rises differ from the true ones, ‖predicted - true‖ / ‖true‖, by

                                       with curvature   slope alone
    intergat-plus   demo city, Los-Loop     .06  .07       .08  .14
    intergat-gru    demo city, Los-Loop     .02  .01       .09  .03
    gat-gru         demo city               .85            1.13

Attention over few neighbours gives each a third of all that is heard: to cut one is no small change, and the
agreement that is returned says so.

Axes: h head, i receiver, j sender, w window, t step ahead, n sensor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from analysis import gates
from analysis.arrays import FloatArray, IntArray, checked_heads
from analysis.blocks import BlockMean, block_mean
from analysis.deletion import SHARES, Area, Curve, Predict, checked_forecast, checked_target, deletion, model_runs

__all__ = ["Area", "Curve", "Cut", "EdgeEffects", "Predict", "Use", "cut", "effects", "use"]

Tick = Callable[[int, int], None]
Gradients = Callable[[], tuple[FloatArray, FloatArray, FloatArray]]
"""Slope ∂MSE/∂gate, and the mean of (∂ŷ/∂gate)² over the observed outputs and over all; each (H, N, N)."""


@dataclass(frozen=True, slots=True)
class EdgeEffects:
    """What each directed weight of each head does, predicted by gradients and checked by true cuts.

    Attributes
    ----------
    weight : (H, N, N) absolute weight, its mean over windows where it depends on the input; diagonal 0
    error : (H, N, N) predicted rise of the mean squared error when this weight alone is set to zero, in unit²
    forecast : (H, N, N) predicted root mean square change of the forecast, in unit
    rank_error : (H,) Spearman correlation of weight with the size of `error`; nan where either is constant
    rank_forecast : (H,) Spearman correlation of weight with `forecast`
    sample : (S, 3) head, receiver and sender of the weights that were cut in truth
    sample_error : (S,) true rise of the mean squared error, in unit²
    sample_forecast : (S,) true root mean square change of the forecast, in unit
    agreement_error : Pearson correlation of predicted with true rises over the sample
    agreement_forecast : the same of the changes of the forecast
    """

    weight: FloatArray
    error: FloatArray
    forecast: FloatArray
    rank_error: FloatArray
    rank_forecast: FloatArray
    sample: IntArray
    sample_error: FloatArray
    sample_forecast: FloatArray
    agreement_error: float
    agreement_forecast: float


@dataclass(frozen=True, slots=True)
class Cut:
    """What happens when a set of weights is set to zero.

    Attributes
    ----------
    name : such as 'head 1', 'all heads', 'inside community 2', 'border of community 2', 'inputs of S03'
    kind : 'all' | 'head' | 'inside' | 'border' | 'inputs', or as the caller names it
    forecast : (T,) root mean square change of the forecast at each step ahead, in unit
    error : (T,) rise of the mean absolute error at each step ahead, in unit; nan without observations
    by_sensor : (N,) rise of the mean absolute error of each sensor, all steps together
    rise : of the mean absolute error, all steps and sensors together; nan without observations
    low, high : its 95 % interval over blocks of neighbouring windows, see `blocks`; nan where there is one block only

    Of the inputs of one sensor, kind 'inputs', all but `by_sensor` are those of that sensor's own forecast.
    """

    name: str
    kind: str
    forecast: FloatArray
    error: FloatArray
    by_sensor: FloatArray
    rise: float
    low: float
    high: float


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


def cut(
    predict: Predict,
    forecast: ArrayLike,
    target: ArrayLike,
    where: ArrayLike,
    name: str = "",
    kind: str = "",
    block: ArrayLike | None = None,
    only: int | None = None,
) -> Cut:
    """What changes when weights are cut.

    Parameters
    ----------
    predict : gates and what is added to forecasts (W, T, N)
    forecast : (W, T, N) of the unchanged model, in unit
    target : (W, T, N) what was observed, nan where missing
    where : (H, N, N) gates, see `analysis.gates`: 0 cuts a weight, 1 leaves it
    name, kind : what the cut is called
    block : (W,) number of the block of neighbouring windows that each window belongs to; None: all to one
    only : the sensor whose forecast alone `forecast`, `error` and `rise` are taken over; None: all

    Returns
    -------
    Cut

    Raises
    ------
    ValueError
        As `arrays.checked_heads` for the gates, arrays that do not fit together, or a sensor that there is not.

    Examples
    --------
    >>> import numpy as np
    >>> def predict(gates, added):  # sensor 1 hears 2.0 from sensor 0, and sensor 0 nothing
    ...     return np.array([[[1.0, 1.0 + 2.0 * gates[0, 1, 0]]]])
    >>> everything = np.ones((1, 2, 2))
    >>> found = cut(predict, predict(everything, None), [[[1.0, 3.0]]], gates.edge(1, 2, receiver=1, sender=0))
    >>> found.forecast.round(3).tolist(), found.error.tolist(), found.by_sensor.tolist()
    ([1.414], [1.0], [0.0, 2.0])
    """
    factor = checked_heads(where, "gates")
    given = np.zeros(len(np.asarray(target))) if block is None else block
    observed, blocks = checked_target(target, given, factor.shape[1])
    before = checked_forecast(forecast, observed)
    after = checked_forecast(predict(factor, None), observed)
    if only is not None and not 0 <= only < factor.shape[1]:
        raise ValueError(f"only must be a sensor from 0 to {factor.shape[1] - 1}, or None for all, got {only}")
    rise = np.abs(after - observed) - np.abs(before - observed)
    of = slice(None) if only is None else slice(only, only + 1)
    total = np.bincount(blocks, np.nansum(rise[:, :, of], axis=(1, 2)))
    seen = np.bincount(blocks, (~np.isnan(rise[:, :, of])).sum(axis=(1, 2)))
    nothing = BlockMean(*[float("nan")] * 3)  # a sensor alone may never have been observed
    whole = block_mean(total[None], seen) if seen.any() else nothing
    return Cut(
        name=name,
        kind=kind,
        forecast=np.sqrt(((after - before)[:, :, of] ** 2).mean(axis=(0, 2))),
        error=_mean(rise[:, :, of], (0, 2)),
        by_sensor=_mean(rise, (0, 1)),
        rise=whole.value,
        low=whole.low,
        high=whole.high,
    )


def _mean(values: FloatArray, axes: tuple[int, int]) -> FloatArray:
    """Mean of what is not nan; nan where nothing is left."""
    seen = (~np.isnan(values)).sum(axis=axes)
    mean = np.full(seen.shape, np.nan)
    np.divide(np.nansum(values, axis=axes), seen, out=mean, where=seen > 0)
    return mean


def effects(
    predict: Predict,
    interaction: ArrayLike,
    gradients: Sequence[ArrayLike],
    target: ArrayLike,
    sample: int = 24,
    seed: int = 0,
    tick: Tick | None = None,
) -> EdgeEffects:
    """What each weight does, predicted for all of them, and checked by cutting a sample in truth.

    The sample takes one weight from each of as many ranges of rank, from the weakest to the strongest of all heads.
    Weights of zero have no effect and no rank. A weight cut multiplies what a model is sensitive to by how much of it
    is taken, so weight and change of forecast go together even where all inputs matter alike.

    Parameters
    ----------
    predict : gates and what is added to forecasts (W, T, N); in double precision, or rounding hides small weights
    interaction : (H, N, N), mean over windows where it depends on the input
    gradients : slope ∂MSE/∂gate, and the mean of (∂ŷ/∂gate)² over the observed outputs and over all; each (H, N, N)
    target : (W, T, N) what was observed, nan where missing
    sample : weights that are cut in truth, at least 1
    seed : of the sample
    tick : called with cuts done and cuts in all

    Returns
    -------
    EdgeEffects

    Raises
    ------
    ValueError
        As `arrays.checked_heads`, arrays that do not fit together, or a sample under 1.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.array([[[0.0, 2.0], [1.0, 0.0]]])
    >>> def predict(gates, added):
    ...     return (M * gates).sum(axis=2)[None]
    >>> target = predict(np.ones((1, 2, 2)), None)  # a perfect model: its slope is zero
    >>> found = effects(predict, M, (M * 0, M**2 / 2, M**2 / 2), target, sample=2)
    >>> found.error.tolist(), found.sample.tolist(), found.sample_error.tolist()
    ([[[0.0, 2.0], [0.5, 0.0]]], [[0, 1, 0], [0, 0, 1]], [0.5, 2.0])
    """
    matrices = checked_heads(interaction)
    slope, observed_square, square = (checked_heads(array, "gradients") for array in gradients)
    for array in (slope, observed_square, square):
        if array.shape != matrices.shape:
            raise ValueError(f"gradients must have the shape of interaction, {matrices.shape}, got {array.shape}")
    if sample < 1:
        raise ValueError(f"sample must be at least 1, got {sample}")
    observed, _ = checked_target(target, np.zeros(len(np.asarray(target))), matrices.shape[1])
    own = np.eye(matrices.shape[1], dtype=bool)
    weight, error, forecast = np.abs(matrices), observed_square - slope, np.sqrt(np.maximum(square, 0.0))
    for array in (weight, error, forecast):
        array[:, own] = 0.0
    chosen = _stratified(weight, sample, np.random.default_rng(seed))
    true_error, true_forecast = np.empty((2, len(chosen)))
    everything = np.ones(matrices.shape)
    before = checked_forecast(predict(everything, None), observed)
    for row, place in enumerate(map(tuple, chosen)):
        one = everything.copy()
        one[place] = 0.0
        after = checked_forecast(predict(one, None), observed)
        # Apart from the change nothing is subtracted: two nearly equal errors would leave little but rounding.
        true_error[row] = np.nanmean((after - before) * (after + before - 2 * observed))
        true_forecast[row] = np.sqrt(((after - before) ** 2).mean())
        if tick is not None:
            tick(row + 1, len(chosen))
    picked = tuple(chosen.T)
    return EdgeEffects(
        weight=weight,
        error=error,
        forecast=forecast,
        rank_error=np.array([_rank(w[w > 0], np.abs(e)[w > 0]) for w, e in zip(weight, error, strict=True)]),
        rank_forecast=np.array([_rank(w[w > 0], f[w > 0]) for w, f in zip(weight, forecast, strict=True)]),
        sample=chosen,
        sample_error=true_error,
        sample_forecast=true_forecast,
        agreement_error=_correlation(error[picked], true_error),
        agreement_forecast=_correlation(forecast[picked], true_forecast),
    )


def _stratified(weight: FloatArray, sample: int, generator: np.random.Generator) -> IntArray:
    """Head, receiver and sender (S, 3) of one weight from each of S ranges of rank, weakest first."""
    places = np.argwhere(weight > 0)
    places = places[np.argsort(weight[tuple(places.T)], kind="stable")]
    edges = np.arange(min(sample, len(places)) + 1) * len(places) // max(min(sample, len(places)), 1)
    return places[generator.integers(edges[:-1], edges[1:])].astype(np.int64)


def _correlation(x: FloatArray, y: FloatArray) -> float:
    """Pearson correlation; nan where either is constant or there are fewer than two."""
    if len(x) < 2:
        return float("nan")
    a, b = x - x.mean(), y - y.mean()
    scale = float(np.abs(a).max()), float(np.abs(b).max())
    if min(scale) == 0:
        return float("nan")
    a, b = a / scale[0], b / scale[1]
    return float(np.clip((a @ b) / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def _rank(x: FloatArray, y: FloatArray) -> float:
    """Spearman correlation; nan where either is constant."""
    return _correlation(rankdata(x), rankdata(y))


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
    repeats: int = 2,
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
    curve_runs = model_runs(2 + repeats * (1 if kilometres is None else 2), len(SHARES))
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
