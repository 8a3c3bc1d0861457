"""A trained run, asked 'what if': with weights cut or replaced, or with other inputs.

Everything comes from the run's folder: its weights, and the rows and times of its test part. Gaps in the inputs are
filled as ``core.data.windows`` fills them; what was seen before the test part is read off the simple forecasts that a
run keeps. A probe stands on a sample of test windows, in stretches of neighbours, whose stored forecasts it reproduces.

Axes: w window, t step ahead, n sensor, h head, i receiver, j sender, l input step, k stretch of b windows, s row.
"""

from copy import deepcopy
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from core.experiment import model_of
from core.models import Edit
from core.models.forecaster import SpatialForecaster
from core.run import Forecasts, Run

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# A recomputed forecast may differ from the stored one by this share of the scaler's scale: another machine or another
# number of neighbours rounds by a thousandth of it, other weights move forecasts by tens of times as much.
TOLERANCE = 1e-3

# Errors of neighbouring stretches go together, so blocks of them stand for what is independent, at most so many. On the
# demo city the standard error of what a head is worth, of an error of 2.05 km/h: .31 and .38 over 16 blocks of 2
# stretches, .27 and .30 over those 32 stretches, and over 16 blocks of all windows of its test part .27 and .35.
BLOCKS = 16


class Gradients(NamedTuple):
    """How errors and forecasts follow each weight, where a gate of 1 on it begins to close; each (H, N, N).

    ``loss``: ∂MSE / ∂gate, in unit². ``observed``: mean of (∂ŷ / ∂gate)² over the outputs that were observed, in
    unit², which makes up the error; ``every``: the same over all outputs.
    """

    loss: FloatArray
    observed: FloatArray
    every: FloatArray


class Probe:
    """A trained run that can be run again with another interaction or other inputs, on the CPU.

    Attributes
    ----------
    windows : (W,) which windows of the run's test part it stands on
    stretch : (W,) to which stretch of neighbouring windows each belongs, from 0
    block : (W,) to which of at most ``BLOCKS`` blocks of neighbouring stretches each belongs, from 0
    forecast : (W, T, N) the model's forecast of them as it is, in the data's unit
    target : (W, T, N) what was observed, NaN where missing
    reproduced : largest difference between ``forecast`` and what the run has stored, in the data's unit
    """

    def __init__(self, run: Run, *, stretches: int = 32, length: int = 2, seed: int = 0) -> None:
        """Make a run ready, on at most ``stretches`` of ``length`` neighbouring windows, evenly spread.

        Raises
        ------
        ValueError
            The run is a matrix alone, ``stretches`` or ``length`` is under 1, its weights do not fit its model (a
            ``RunError``), or do not reproduce its stored forecasts.
        """
        if run.forecasts is None:
            raise ValueError(f"a probe must have a model to run, got run {run.name}, which is a matrix alone")
        self._run, self._tested = run, run.forecasts
        self._model = model_of(run).requires_grad_(requires_grad=False)
        self._filled = torch.from_numpy(filled(self._tested, run.inputs))
        self._slot = torch.from_numpy(slots_of_day(run))
        first, length = sample(self._tested.first, stretches, length, seed)
        stored = self._tested.forecast[first[:, None] + np.arange(length)]                # (K, B, T, N)
        away = np.stack([np.abs(self._plain(a, length) - y).max() for a, y in zip(first, stored, strict=True)])
        kept = away <= TOLERANCE * float(self._model.scale)
        if not kept.any():
            raise ValueError(
                f"the weights of run {run.name} must reproduce its stored forecasts, got forecasts that are "
                f"{away.min():.3g} {run.unit} or more away in all {len(first)} stretches of the test part that were "
                "tried: the weights or the forecasts were changed since, or made by another version"
            )
        self._first, self._length = first[kept], length
        self.windows: IntArray = (self._first[:, None] + np.arange(length)).ravel()
        self.stretch: IntArray = np.repeat(np.arange(len(self._first)), length)
        self.block: IntArray = self.stretch * min(BLOCKS, len(self._first)) // len(self._first)
        self.target: FloatArray = self._tested.target[self.windows].astype(np.float64)
        self._passes: dict[torch.dtype, _Pass] = {}
        if self.heads:
            self.forecast: FloatArray = self._pass(torch.float32).forecast
        else:
            self.forecast = np.concatenate([self._plain(a, length) for a in self._first]).astype(np.float64)
        self.reproduced = float(np.abs(self.forecast - self._tested.forecast[self.windows]).max())

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the H matrices; empty for a model that mixes no sensors, of which only inputs can be changed."""
        return self._model.heads

    def edited(self, gates: ArrayLike, added: ArrayLike | None = None, *, double: bool = False) -> FloatArray:
        """The forecast (W, T, N) with ``M * gates + added`` in place of the interaction M, in the data's unit.

        Where attention depends on the input, every row's is edited alike.

        Parameters
        ----------
        gates : (H, N, N) of finite numbers: 0 cuts the weight with which receiver i uses sender j, 1 leaves it
        added : the same, or None for nothing
        double : whether to compute in float64, at twice the time: a single weight among many can move a forecast by
            less than float32 resolves; gates of 1 then give the forecast to compare with

        Raises
        ------
        ValueError
            The model mixes no sensors, or another shape, or a number that is not finite.
        """
        self._require_heads()
        dtype = torch.float64 if double else torch.float32
        shape = self._run.interaction.shape
        plus = None if added is None else _checked("added", added, shape).to(dtype)
        return self._pass(dtype).edited(Edit(_checked("gates", gates, shape).to(dtype), plus))

    def gated(self, gates: ArrayLike) -> FloatArray:
        """The forecast (W, T, N) with every weight multiplied by its gate; see ``edited``."""
        return self.edited(gates)

    def replaced(self, matrices: ArrayLike) -> FloatArray:
        """The forecast (W, T, N) with other matrices (H, N, N) in place of the interaction; see ``edited``."""
        return self.edited(np.zeros_like(self._run.interaction), matrices)

    def gradients(self, probes: int = 8, seed: int = 0) -> Gradients:
        """How errors and forecasts follow each weight, at the weights as they are.

        The squares are estimated by Hutchinson's probes: with v of random signs, the square of ∂(Σ_o v_o ŷ_o) / ∂gate
        has the mean Σ_o (∂ŷ_o / ∂gate)². Stretches are taken one by one, so each probe counts K times.

        Parameters
        ----------
        probes : vectors of signs for each stretch
        seed : of the signs

        Raises
        ------
        ValueError
            The model mixes no sensors, or ``probes`` is under 1.
        """
        self._require_heads()
        if probes < 1:
            raise ValueError(f"probes must be at least 1, got {probes}")
        generator = torch.Generator().manual_seed(seed)
        targets = torch.from_numpy(self.target).float().view(len(self._first), self._length, *self.target.shape[1:])
        loss, observed, every = torch.zeros(3, *self._run.interaction.shape, dtype=torch.float64)
        for first, target in zip(self._first, targets, strict=True):
            gates = torch.ones(self._run.interaction.shape, requires_grad=True)
            y = self._model(*self._rows(first, self._length), Edit(gates)).y             # (B, T, N)
            seen = ~target.isnan()
            loss += _gradient((seen * (y - target.nan_to_num()) ** 2).sum(), gates)
            for _ in range(probes):
                sign = torch.randint(2, y.shape, generator=generator) * 2.0 - 1.0
                slope = _gradient((sign * seen * y).sum(), gates)
                observed += slope**2
                if not seen.all():
                    slope = slope + _gradient((sign * ~seen * y).sum(), gates)
                every += slope**2
        count = int((~np.isnan(self.target)).sum())
        return Gradients(
            (loss / max(count, 1)).numpy(),
            (observed / (probes * max(count, 1))).numpy(),
            (every / (probes * self.target.size)).numpy(),
        )

    def inputs(self, window: int) -> FloatArray:
        """The inputs (L, N) of a window of the test part, gaps filled, in the data's unit; see ``respond``."""
        return cast(FloatArray, self._rows(self._window(window), 1)[0].numpy().astype(np.float64))

    @torch.inference_mode()
    def respond(self, window: int, change: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """The forecast of a window with other inputs: the model's response, not what the traffic would do.

        Parameters
        ----------
        window : one of the W windows of the run's test part, sampled or not
        change : (L, N), added to its inputs, in the data's unit; the last row is the latest

        Returns
        -------
        (T, N) and (T, N)
            Forecasts of the inputs as they were, and with the change.

        Raises
        ------
        ValueError
            No such window, another shape or a number that is not finite, or the weights do not reproduce the stored
            forecast of this window.
        """
        first = self._window(window)
        series, slot = self._rows(first, 1)
        difference = _checked("change", change, tuple(series.shape)).float()
        before, after = (self._model(rows, slot).y[0].numpy() for rows in (series, series + difference))
        away = float(np.abs(before - self._tested.forecast[first]).max())
        if not away <= TOLERANCE * float(self._model.scale):
            raise ValueError(
                f"the weights of run {self._run.name} must reproduce its stored forecast of window {window}, "
                f"got a forecast that is {away:.3g} {self._run.unit} away"
            )
        return before.astype(np.float64), after.astype(np.float64)

    def _require_heads(self) -> None:
        if not self.heads:
            raise ValueError(
                f"the model must mix sensors for its interaction to be edited, got {self._run.model}, which has no head"
            )

    def _pass(self, dtype: torch.dtype) -> "_Pass":
        """The sample's rows before the model in that precision; kept."""
        if dtype not in self._passes:
            model = cast(SpatialForecaster, deepcopy(self._model).to(dtype))
            rows = [self._rows(a, self._length) for a in self._first]
            series = torch.stack([series for series, _ in rows]).to(dtype)
            self._passes[dtype] = _Pass(
                model, series, torch.stack([slot for _, slot in rows]), varies=self._run.spread is not None
            )
        return self._passes[dtype]

    def _window(self, window: int) -> int:
        windows = len(self._tested.first)
        if not 0 <= window < windows:
            raise ValueError(f"window must be from 0 to {windows - 1}, got {window}")
        return int(window)

    def _rows(self, window: int, length: int) -> tuple[Tensor, Tensor]:
        """Inputs (S, N) and times of day (S,) of ``length`` neighbouring windows."""
        start = int(self._tested.first[window]) - self._run.inputs
        rows = slice(start, start + self._run.inputs + length - 1)
        return self._filled[rows], self._slot[rows]

    @torch.inference_mode()
    def _plain(self, window: int, length: int) -> NDArray[np.float32]:
        """The forecast (B, T, N) of neighbouring windows, as the run made it."""
        return cast(NDArray[np.float32], self._model(*self._rows(window, length)).y.numpy())


class _Pass:
    """A model and the rows (K, S, N) of stretches: every stretch decoded as if its sensors stood beside the others'."""

    def __init__(self, model: SpatialForecaster, series: Tensor, slots: Tensor, *, varies: bool) -> None:
        self.model, self.slots, self.varies = model, slots, varies
        self.x = (series - model.shift) / model.scale
        self.features = self.mixed(None)
        self.forecast = self.decoded(self.features, torch.ones(series.shape[-1], dtype=torch.bool))

    @torch.inference_mode()
    def edited(self, edit: Edit) -> FloatArray:
        """The forecast (W, T, N)."""
        features = self.mixed(edit)
        # Each sensor's forecast is made from its own features: where they are as before, to the bit, so is it.
        changed = (features != self.features).any(dim=-1).any(dim=0).any(dim=0)
        forecast = self.forecast.copy()
        if changed.any():
            forecast[:, :, changed.numpy()] = self.decoded(features, changed)
        return forecast

    @torch.inference_mode()
    def mixed(self, edit: Edit | None) -> Tensor:
        """Features (K, S, N, F) of all rows."""
        if self.varies:     # attention makes a matrix of each row after the first L - 1: few, stretch by stretch
            rows = zip(self.x, self.slots, strict=True)
            return torch.stack([self.model.spatial(x, slot, edit)[0] for x, slot in rows])
        features, _ = self.model.spatial(self.x.flatten(0, 1), self.slots.flatten(), edit)
        return features.view(*self.slots.shape, *features.shape[1:])

    @torch.inference_mode()
    def decoded(self, features: Tensor, sensors: Tensor) -> FloatArray:
        """The forecast (W, T, n) of some of the sensors, from features (K, S, N, F) of all."""
        chosen = features[:, :, sensors]                                         # (K, S, n, F)
        k, s, n, _ = chosen.shape
        y = self.model.decoded(chosen.transpose(0, 1).reshape(s, k * n, -1))     # (B, T, K*n)
        y = y.reshape(*y.shape[:2], k, n).permute(2, 0, 1, 3)                    # (K, B, T, n)
        course = [self.model.baseline(x, slot) for x, slot in zip(self.x, self.slots, strict=True)]
        y = y + torch.stack([c.expand(*y.shape[1:3], len(sensors))[..., sensors] for c in course])
        y = y * self.model.scale + self.model.shift
        return y.flatten(0, 1).double().numpy()


def filled(tested: Forecasts, inputs: int) -> NDArray[np.float32]:
    """The rows (R, N) of a test part with each gap filled by the last value seen before it, as models see them.

    A gap that begins with the part is filled by what was seen before the part. That is not among the rows, but it is
    the last value before a window that ends within the gap, or what the mean of a window's inputs lacks.
    """
    rows, first = tested.rows, tested.first
    missing = np.isnan(rows)
    row = np.where(missing, 0, np.arange(1, len(rows) + 1)[:, None])
    last = np.maximum.accumulate(row, axis=0)                       # 1 + row last seen; 0 before any
    before = np.zeros(rows.shape[1], dtype=np.float32)
    whole = np.take_along_axis(np.concatenate([before[None], rows]), last, axis=0)
    gap = (last == 0).sum(axis=0)                                   # (N,) rows before the first that was seen
    start, end = int(first[0]) - inputs, int(first[0])              # of the first window; no other begins earlier
    within = gap >= end
    before[within] = tested.last_value[0, within]
    for n in np.flatnonzero((gap > start) & ~within):
        total = float(tested.window_mean[0, n]) * inputs - float(whole[gap[n] : end, n].sum(dtype=np.float64))
        before[n] = total / (gap[n] - start)
    return np.where(last == 0, before, whole).astype(np.float32)


def slots_of_day(run: Run) -> IntArray:
    """The time of day of each row of a run's test part, in steps; 0 where the interval does not divide a day."""
    slots = run.record["windows"]["slots"]
    minutes = run.tested.times.astype("datetime64[m]").astype(np.int64) % 1440
    return cast(IntArray, minutes // int(run.interval_minutes) % slots)


def sample(first: IntArray, stretches: int, length: int, seed: int) -> tuple[IntArray, int]:
    """Evenly spread stretches of neighbouring windows that share no window.

    Windows are neighbours where their first steps ahead are neighbouring rows. Fewer stretches where there are too
    few windows for so many, shorter ones where no so many windows are neighbours.

    Parameters
    ----------
    first : (W,) row of the first step ahead of each window, growing
    stretches, length : how many are wanted, and windows in each
    seed : of the place of each within its share of the windows

    Returns
    -------
    (K,) first window of each, growing, and the windows in each

    Raises
    ------
    ValueError
        ``stretches`` or ``length`` is under 1.
    """
    for name, value in (("stretches", stretches), ("length", length)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    edges = np.concatenate([[0], np.flatnonzero(np.diff(first) != 1) + 1, [len(first)]])
    length = min(length, int(np.diff(edges).max()))
    starts = np.arange(len(first) - length + 1)
    starts = starts[first[starts + length - 1] - first[starts] == length - 1]
    count = min(stretches, (len(starts) - 1) // length + 1)
    generator = np.random.default_rng(seed)
    share = np.arange(count + 1) * (len(starts) + length - 1) // count      # each of at least ``length`` windows
    places = [generator.integers(a, b - length + 1) for a, b in pairwise(share)]
    return cast(IntArray, starts[np.array(places)].astype(np.int64)), length


def _gradient(value: Tensor, gates: Tensor) -> Tensor:
    return torch.autograd.grad(value, gates, retain_graph=True)[0].double()


def _checked(name: str, array: ArrayLike, shape: tuple[int, ...]) -> Tensor:
    numbers = np.asarray(array, dtype=np.float64)
    if numbers.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {numbers.shape}")
    if not np.isfinite(numbers).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(f"{name} must be finite, got {numbers[place]} at {place}")
    return torch.tensor(numbers)
