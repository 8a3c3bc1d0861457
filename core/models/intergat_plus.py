"""A symmetric interaction layer whose matrix holds only what comes from other sensors.

    p    = mean of the training part within half an hour of each time of day, (slots, N); days count the less
           the longer ago they are, half as much every `half_life` days
    r_s  = x_s - p[time of day of s]                 departure from the everyday course
    S_h  = relu((R_h + R_hᵀ) / 2), diagonal zero     non-negative, exactly sparse, exactly symmetric
    M_h  = D^-1/2 S_h D^-1/2,  D = diag(row sums)    still symmetric; a sensor without weights keeps a zero row
    u_i  = [k x_i, k r_i, (M_1 r)_i, ..., (M_H r)_i of all L rows, e_i, d_(time of day), k]
    z_i  = a + V relu(U a),  a = relu(W u_i)         (biases not written)
    ŷ_t  = p[time of day t steps ahead] + k σ(g_t) r_last + (D relu(z_i))_t

e_i is learned for each sensor, d for each time of day. k is 1, but while the model is trained it is 0 in a random
share of windows and sensors: the sensor does not see itself, and only its neighbours can tell what it will do. So M
is a map of who can stand in for whom, and not of what little a sensor's own past leaves to be explained.
`benchmarks/ABLATIONS.md` says what each part adds, and what else was tried.

R starts positive, so that every pair can still be learned when training begins, and a share w of it from the data:

    R = a₀ ((1 - w) 2 U + w P / mean(P))             U uniform in [0, 1), P the partial correlations of r, a₀ `start`

P (`core/models/partial.py`) is what hiding asks for in closed form, as far as that is linear. From chance alone the
network overfits before it has found a matrix where rows are few or noise is strong. Days are forgotten in p because
levels move: on SZ-Taxi, departures from a mean of all days are above all that movement, which every sensor shares with
every other. In P all rows count alike: the more rows, the surer are correlations.

Axes: s row, b window (B = S - L + 1), i receiver, j sender, h head, t step ahead, c signal: x, r and the H mixed.
The departures, the separate own path and the hiding are this project's; the symmetric normalisation is that of Kipf
and Welling, arXiv:1609.02907, eq. 2; learned sensors and times instead of a recurrence as in Shao et al., STID,
arXiv:2208.05233.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.data.windows import Windows
from core.models.everyday import everyday, recency, slots_ahead
from core.models.forecaster import Edit, Sizes, SpatialForecaster
from core.models.partial import partial_correlations

OWN = 2                 # signals of the sensor itself, before the mixed ones
HALF_HOURS = 48         # of a day


@dataclass(frozen=True, kw_only=True, slots=True)
class InterGATPlusConfig:
    """Two heads, width 128.

    Attributes
    ----------
    heads : matrices; 0 for the same forecaster without a graph, the control
    width : of the hidden layers
    sensor, time : numbers that are learned for each sensor and for each time of day
    hide : share of windows, while training, in which a sensor does not see itself, from 0 to below 1; none are without
        heads, where there is nobody who could stand in for it
    start : mean of the free parameters at the start, above 0
    informed : share of the start that comes from partial correlations, from 0 to below 1
    shrinkage : of the correlations towards none, before they are inverted, above 0 and at most 1
    half_life : days after which a day counts half as much in p, above 0
    """

    heads: int = 2
    width: int = 128
    sensor: int = 8
    time: int = 4
    hide: float = 0.6
    start: float = 0.1
    informed: float = 0.5
    shrinkage: float = 0.3
    half_life: float = 7.0

    def __post_init__(self) -> None:
        require_positive(self, "width", "sensor", "time")
        if self.heads < 0:
            raise ValueError(f"heads must be at least 0, got {self.heads}")
        for name in ("hide", "informed"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, got {getattr(self, name)}")
        if not 0 < self.shrinkage <= 1:
            raise ValueError(f"shrinkage must be above 0 and at most 1, got {self.shrinkage}")
        if not 0 < self.half_life < float("inf"):
            raise ValueError(f"half_life must be a finite number of days above 0, got {self.half_life}")
        if not self.start > 0:
            raise ValueError(f"start must be above 0, got {self.start}: relu would leave nothing to learn from")


class InterGATPlus(SpatialForecaster):
    """``intergat-plus``: symmetric, exactly sparse, mixing departures from the time of day."""

    Config = InterGATPlusConfig
    settings: ClassVar[dict[str, Any]] = {"batch": 32, "rate": 3e-3, "loss": "huber", "schedule": "cosine"}

    profile: Tensor

    def __init__(self, sizes: Sizes, config: InterGATPlusConfig) -> None:
        super().__init__(sizes, config)
        n, width = sizes.sensors, config.width
        self.free = nn.Parameter(torch.rand(config.heads, n, n) * 2 * config.start)
        self.sensor = nn.Parameter(torch.randn(n, config.sensor) * 0.1)
        self.time = nn.Parameter(torch.randn(sizes.slots, config.time) * 0.1)
        seen = (OWN + config.heads) * sizes.inputs + config.sensor + config.time + 1
        self.first = nn.Linear(seen, width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        self.decode = nn.Linear(width, sizes.horizon)
        self.keep = nn.Parameter(torch.zeros(sizes.horizon, 1))
        self.register_buffer("profile", torch.zeros(sizes.slots, n))

    @property
    def heads(self) -> tuple[str, ...]:
        """One name per matrix."""
        return tuple(f"head {k + 1}" for k in range(self.config.heads))

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, the everyday course of each sensor, standardised, and what the data say of R."""
        super().observe(windows, adjacency)
        course = everyday(windows, windows.slots // HALF_HOURS, recency(windows, self.config.half_life))
        self.profile.copy_((course - self.shift) / self.scale)
        w, partial = self.config.informed, partial_correlations(windows, course, self.config.shrinkage)
        if w and partial.any():
            with torch.no_grad():
                self.free.mul_(1 - w).add_(w * self.config.start * partial / partial.mean())

    def penalty(self) -> Tensor:
        """Mean of each head's S, summed."""
        return self._weights().mean(dim=(1, 2)).sum()

    def interaction(self) -> Tensor:
        """M, (H, N, N): symmetric, non-negative, zero diagonal."""
        s = self._weights()
        degree = s.sum(dim=-1)
        root = torch.where(degree > 0, degree, 1.0).rsqrt()
        return s * (root.unsqueeze(-1) * root.unsqueeze(-2))     # in this order: exactly symmetric

    def spatial(self, x: Tensor, slot: Tensor, edit: Edit | None = None) -> tuple[Tensor, Tensor]:
        """The signals of each row and sensor, then what is learned of the sensor and of the time of day."""
        m = self.interaction() if edit is None else edit.of(self.interaction())
        r = x - self.profile[slot]
        mixed = (m @ r.t()).permute(2, 1, 0)                                         # (S, N, H)
        signals = torch.cat([x.unsqueeze(-1), r.unsqueeze(-1), mixed], dim=-1)
        place = self.sensor.expand(len(x), -1, -1)
        time = self.time[slot].unsqueeze(1).expand(-1, x.shape[1], -1)
        return torch.cat([signals, place, time], dim=-1), m

    def decoded(self, features: Tensor) -> Tensor:
        """See ``SpatialForecaster.decoded``; computed in columns, (feature, b * n), which windows share as slices."""
        length, (s, n, _) = self.sizes.inputs, features.shape
        b, signals = s - length + 1, OWN + self.config.heads
        rows = features[..., :signals].permute(2, 0, 1).reshape(signals, s * n)
        window = rows.unfold(1, b * n, n)                                            # (c, L, B*N), a view
        known = self._known(b * n, features)
        u = torch.cat([
            window[:OWN].reshape(-1, b * n) * known,
            window[OWN:].reshape(-1, b * n),
            features[length - 1 :, :, signals:].reshape(b * n, -1).t(),
            known,
        ])
        a = _columns(self.first, u).relu()
        z = a + _columns(self.outer, _columns(self.inner, a).relu())
        last = known * window[1, -1]                                                 # r_last
        y = _columns(self.decode, z.relu()) + self.keep.sigmoid() * last             # (T, B*N)
        return y.view(-1, b, n).transpose(0, 1)

    def baseline(self, x: Tensor, slot: Tensor) -> Tensor:  # noqa: ARG002
        """The everyday course ahead."""
        return self.profile[slots_ahead(slot, self.sizes)]                           # (B, T, N)

    def _known(self, columns: int, like: Tensor) -> Tensor:
        """k, (1, B*N): 1 where a sensor sees itself."""
        if not (self.training and self.config.hide and self.config.heads):
            return like.new_ones(1, columns)
        drawn = torch.rand(1, columns)                       # on the CPU: the same on every machine
        known: Tensor = drawn >= self.config.hide
        return known.to(like)

    def _weights(self) -> Tensor:
        s = ((self.free + self.free.transpose(1, 2)) / 2).relu()
        return s * (1 - torch.eye(self.sizes.sensors, device=s.device))


def _columns(layer: nn.Linear, u: Tensor) -> Tensor:
    """A linear layer on columns (F, C) instead of rows."""
    return torch.addmm(layer.bias[:, None], layer.weight, u)
