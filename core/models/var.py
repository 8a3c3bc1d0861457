"""A ridge VAR: every step ahead of every sensor, linear in the last values of all sensors, in closed form.

    r_s   = x_s - p[time of day of s]                          departure from a course p
    ŷ_bt  = p[time of day t steps ahead] + B_t [r_b, r_b-1, ..., r_b-p+1]      r_b the last input row of window b
    B_t   = argmin Σ_b ‖y_bt - ŷ_bt‖² + λ_t R ‖B_t‖²           over the R windows of the training part

Each step ahead has matrices of its own, so nothing is iterated; missing targets are left out of the sum, sensor by
sensor: each pattern in which they are missing has a Gram matrix of its own, and too many are refused. λ_t of each step,
and whether p is the mean at each time of day or the mean of all times, are what forecasts the validation part best:
under a protocol whose test part picks the epoch, the test part picks them too. Nothing is learned by gradient. The B_t
are (steps ahead) x (lags) matrices, none of which is *the* graph: no interaction is shown.

Axes: b window, n sensor, t step ahead, l lag, p = l·N sensors at all lags, k = t·N sensors at all steps ahead.
Vector autoregression: Lütkepohl, New Introduction to Multiple Time Series Analysis, 2005, chapter 3; the penalty is
that of Hoerl and Kennard, Technometrics 12, 1970.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.choices import require_positive
from core.data.windows import Part, Windows
from core.models.everyday import everyday, slots_ahead
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes

PENALTIES = tuple(10.0**k for k in (-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1))
MOST_WORK = 3e13  # patterns of missing targets times (lags x sensors)³: some two hours of one core


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
        """The scaler, then p, λ and B: the best on the validation part of all that the training part gives.

        Raises
        ------
        ValueError
            Targets miss values in more patterns than can be solved for.
        """
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
        steps = (self.sizes.horizon, self.sizes.sensors)
        ahead, beyond = (part.view(-1, *steps).unbind(dim=1) for part in (y, targets))   # T of (R, N), of (V, N)
        _require_few(sum(len(_patterns(step)) for step in ahead), x.shape[1])
        ridges = _Ridges(x, inputs)
        found = [ridges.best(*step) for step in zip(ahead, beyond, strict=True)]
        least, place, weight = zip(*found, strict=True)
        return sum(least), torch.cat(weight, dim=1), torch.tensor([PENALTIES[k] for k in place])

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


class _Ridges:
    """Regressions on the same inputs (R, P) with every penalty, and what they forecast from other inputs (V, P).

    Targets that miss nothing have one Gram matrix, V diag(w) Vᵀ: their forecasts with a penalty μ are
    (inputs V) diag(1 / (w + μ)) (Vᵀ xᵀ y), and only the best is made a matrix of weights. A pattern of missing targets
    has a Gram matrix of its own, which is factorised for each penalty.
    """

    def __init__(self, x: Tensor, inputs: Tensor) -> None:
        self.x, self.inputs = x, inputs
        self.gram = x.T @ x
        self.penalties = [penalty * len(x) for penalty in PENALTIES]

    @cached_property
    def rotation(self) -> tuple[Tensor, Tensor, Tensor]:
        """Eigenvalues (P,) and vectors (P, P) of the Gram matrix, and the other inputs times these (V, P)."""
        values, vectors = torch.linalg.eigh(self.gram)
        return values, vectors, self.inputs @ vectors

    def best(self, y: Tensor, targets: Tensor) -> tuple[float, int, Tensor]:
        """From targets (R, N) and those to forecast (V, N): the least squared error, its penalty's place, weights."""
        whole = ~y.isnan().any(dim=0)
        cross = self.x.T @ y.nan_to_num()
        error = torch.zeros(len(PENALTIES), dtype=y.dtype)
        rotated = torch.zeros(0)
        if whole.any():
            values, vectors, turned = self.rotation
            rotated = vectors.T @ cross[:, whole]
            for place, penalty in enumerate(self.penalties):
                error[place] += _square(turned @ (rotated / (values + penalty)[:, None]), targets[:, whole])
        apart = self._apart(y, cross)
        for place, columns in enumerate(apart):
            error[place] += _square(self.inputs @ columns, targets[:, ~whole])
        place = int(error.numpy().argmin())
        weight = torch.empty(cross.shape)
        weight[:, ~whole] = apart[place].float()
        if whole.any():
            weight[:, whole] = (vectors @ (rotated / (values + self.penalties[place])[:, None])).float()
        return float(error[place]), place, weight

    def _apart(self, y: Tensor, cross: Tensor) -> Tensor:
        """Weights (penalties, P, M) of the M columns of targets that miss something."""
        missing = y.isnan()
        place_of = missing.any(dim=0).cumsum(dim=0) - 1
        weight = torch.zeros(len(PENALTIES), len(cross), int(place_of[-1]) + 1, dtype=y.dtype)
        for columns in _patterns(y):
            gone = missing[:, columns[0]]
            # That of all rows, less that of the rows that are missed; or of the others alone, where these are fewer.
            few = 2 * int(gone.sum()) <= len(gone)
            own = self.gram - self.x[gone].T @ self.x[gone] if few else self.x[~gone].T @ self.x[~gone]
            for penalty, of in zip(self.penalties, weight, strict=True):
                ridge = own.clone()
                ridge.diagonal().add_(penalty)
                of[:, place_of[columns]] = torch.cholesky_solve(cross[:, columns], torch.linalg.cholesky(ridge))
        return weight


def _square(forecast: Tensor, target: Tensor) -> Tensor:
    """Sum of squares of what differs, where it was observed."""
    return (forecast - target).nan_to_num_().square_().sum()


def _patterns(y: Tensor) -> list[Tensor]:
    """Columns of targets (R, C) that miss the same rows, for each such pattern; those that miss none are left out."""
    missing = y.isnan()
    found: dict[bytes, list[int]] = {}
    some = torch.nonzero(missing.any(dim=0)).flatten()
    for k, bits in zip(some.tolist(), np.packbits(missing[:, some].numpy(), axis=0).T, strict=True):
        found.setdefault(bits.tobytes(), []).append(k)
    return [torch.tensor(columns) for columns in found.values()]


def _require_few(patterns: int, inputs: int) -> None:
    """Refuse targets that miss values in too many ``patterns`` for so many ``inputs``, l·N."""
    if (work := patterns * inputs**3) > MOST_WORK:
        raise ValueError(
            "ridge-var solves anew for each pattern in which targets miss values: patterns x (lags x sensors)³ must be "
            f"at most {MOST_WORK:.0e}, got {work:.1e} from {patterns:,} patterns and {inputs:,} lags x sensors; take "
            "fewer sensors or lags, or data whose gaps are filled"
        )
