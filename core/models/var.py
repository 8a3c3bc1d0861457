"""A ridge VAR: every step ahead of every sensor, linear in the last values of all sensors, in closed form.

    r_s   = x_s - p[time of day of s]                          departure from a course p
    ŷ_bt  = p[time of day t steps ahead] + B_t [r_b, r_b-1, ..., r_b-p+1]      r_b the last input row of window b
    B_t   = argmin Σ_b ‖y_bt - ŷ_bt‖² + λ_t R ‖B_t‖²           over the R windows of the training part

Each step ahead has matrices of its own, so nothing is iterated; missing targets are left out of the sum, sensor by
sensor. λ_t of each step, and whether p is the mean at each time of day or the mean of all times, are what forecasts
the validation part best: under a protocol whose test part picks the epoch, the test part picks them too. Nothing is
learned by gradient. The B_t are (steps ahead) x (lags) matrices, none of which is *the* graph: no interaction is shown.

Axes: b window, n sensor, t step ahead, l lag, p = l·N sensors at all lags, k = t·N sensors at all steps ahead.
Vector autoregression: Lütkepohl, New Introduction to Multiple Time Series Analysis, 2005, chapter 3; the penalty is
that of Hoerl and Kennard, Technometrics 12, 1970.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.choices import require_positive
from core.data.windows import Part, Windows
from core.models.everyday import everyday, slots_ahead
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes

PENALTIES = tuple(10.0**k for k in (-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class RidgeVARConfig:
    """How many of the last inputs are used."""

    lags: int = 3

    def __post_init__(self) -> None:
        require_positive(self, "lags")


class RidgeVAR(Forecaster):
    """``ridge-var``: what linear algebra alone can do with the values of all sensors."""

    Config = RidgeVARConfig

    course: Tensor
    weight: Tensor
    penalised: Tensor

    def __init__(self, sizes: Sizes, config: RidgeVARConfig) -> None:
        super().__init__(sizes, config)
        if config.lags > sizes.inputs:
            raise ValueError(f"lags must be at most the inputs, {sizes.inputs}, got {config.lags}")
        n = sizes.sensors
        self.register_buffer("course", torch.zeros(sizes.slots, n))                         # p, standardised
        self.register_buffer("weight", torch.zeros(config.lags * n, sizes.horizon * n))     # B, transposed
        self.register_buffer("penalised", torch.zeros(sizes.horizon))                       # λ

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, then p, λ and B: the best on the validation part of all that the training part gives."""
        super().observe(windows, adjacency)
        daily = (everyday(windows) - self.shift) / self.scale
        least = torch.inf
        for course in (daily, _level(windows, daily)):
            error, weight, penalty = self._best(windows, course)
            if error < least:
                least = error
                self.course.copy_(course)
                self.weight.copy_(weight)
                self.penalised.copy_(penalty)

    def _best(self, windows: Windows, course: Tensor) -> tuple[float, Tensor, Tensor]:
        """Of one course: the least squared error on the validation part, and B and λ of each step that make it."""
        x, y = self._pairs(windows, "train", course)
        inputs, targets = self._pairs(windows, "validation", course)
        seen, steps = ~targets.isnan(), (self.sizes.horizon, self.sizes.sensors)
        least = torch.full((self.sizes.horizon,), torch.inf, dtype=x.dtype)
        best, penalised = torch.zeros_like(self.weight), torch.zeros_like(least)
        for penalty, weight in _solved(x, y):
            square = ((inputs @ weight - targets.nan_to_num()) ** 2 * seen).sum(dim=0)
            error = square.view(steps).sum(dim=1)                                           # (T,)
            better = error < least
            best.view(-1, *steps)[:, better] = weight.view(-1, *steps)[:, better].float()
            penalised[better], least[better] = penalty, error[better]
        return float(least.sum()), best, penalised

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``."""
        r = (series - self.shift) / self.scale - self.course[slot]
        y = (self._lagged(r) @ self.weight).view(-1, self.sizes.horizon, self.sizes.sensors)   # (B, T, N)
        y = y + self.course[slots_ahead(slot, self.sizes)]
        return Forecast(y * self.scale + self.shift, self._no_interaction())

    def _lagged(self, r: Tensor) -> Tensor:
        """(S, N) -> (B, l·N): the last row of each window, then the rows before it."""
        last = self.sizes.inputs - 1
        return torch.cat([r[last - k : len(r) - k] for k in range(self.config.lags)], dim=-1)

    def _pairs(self, windows: Windows, part: Part, course: Tensor) -> tuple[Tensor, Tensor]:
        """Departures before (R, l·N) and ahead (R, t·N) of every window of a part, in float64, nan where missing."""
        before, after = [], []
        for chunk in windows.chunks(part, 512):
            r = (chunk.series - self.shift) / self.scale - course[chunk.slot]
            ahead = course[slots_ahead(chunk.slot, self.sizes)]
            before.append(self._lagged(r).double())
            after.append(((chunk.target - self.shift) / self.scale - ahead).flatten(1).double())
        return torch.cat(before), torch.cat(after)


def _level(windows: Windows, daily: Tensor) -> Tensor:
    """(slots, N): each sensor's mean of the times of day at which it was seen, the same at all of them."""
    _, slot = windows.training_rows()
    return daily[slot].mean(dim=0).expand_as(daily)


def _solved(x: Tensor, y: Tensor) -> Iterator[tuple[float, Tensor]]:
    """Each penalty λ with its weights (P, K), from inputs (R, P) and targets (R, K), nan where missing."""
    seen = ~y.isnan()
    gram, cross = x.T @ x, x.T @ y.nan_to_num()
    ridges = [penalty * len(x) * torch.eye(len(gram), dtype=gram.dtype) for penalty in PENALTIES]
    whole = seen.all(dim=0)
    # A column with missing targets has a Gram matrix of its own: that of all rows, less those of the rows it misses.
    parts = torch.zeros(len(ridges), len(gram), int((~whole).sum()), dtype=gram.dtype)
    for place, k in enumerate(torch.nonzero(~whole).flatten().tolist()):
        missed = x[~seen[:, k]]
        own = gram - missed.T @ missed
        for ridge, weight in zip(ridges, parts, strict=True):
            weight[:, place] = _fitted(own + ridge, cross[:, k : k + 1])[:, 0]
    for penalty, ridge, part in zip(PENALTIES, ridges, parts, strict=True):
        weight = torch.empty_like(cross)
        weight[:, ~whole] = part
        if whole.any():
            weight[:, whole] = _fitted(gram + ridge, cross[:, whole])
        yield penalty, weight


def _fitted(gram: Tensor, cross: Tensor) -> Tensor:
    solved: Tensor = torch.cholesky_solve(cross, torch.linalg.cholesky(gram))
    return solved
