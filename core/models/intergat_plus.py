"""A symmetric interaction layer whose matrix holds only what comes from other sensors.

    p   = mean of the training part at each time of day, (slots, N)
    r_s = x_s - p[time of day of s]                  departure from the everyday course
    S_h = relu((R_h + R_hᵀ) / 2), diagonal zero      non-negative, exactly sparse, exactly symmetric
    M_h = D^-1/2 S_h D^-1/2,  D = diag(row sums)     still symmetric; a sensor without weights keeps a zero row
    f_i = relu(W [x_i, r_i, (M_1 r)_i, ..., (M_H r)_i] + b)      the sensor's own value has its own path
    ŷ_t = p[time of day t steps ahead] + σ(g_t) r_last + decoder(GRU(f))_t

R starts positive, so that every pair can still be learned when training begins.

Axes: s row, i receiver, j sender, k head, t step ahead.
The departures and the separate own path are this project's; the symmetric normalisation is that of Kipf and
Welling, arXiv:1609.02907, eq. 2.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.data.windows import Windows
from core.models.forecaster import Edit, RecurrentForecaster, Sizes


@dataclass(frozen=True, kw_only=True, slots=True)
class InterGATPlusConfig:
    """Four heads, width 32."""

    heads: int = 4
    width: int = 32
    start: float = 0.1

    def __post_init__(self) -> None:
        require_positive(self, "heads", "width")
        if not self.start > 0:
            raise ValueError(f"start must be above 0, got {self.start}: relu would leave nothing to learn from")


class InterGATPlus(RecurrentForecaster):
    """``intergat-plus``: symmetric, exactly sparse, mixing departures from the time of day."""

    Config = InterGATPlusConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 3e-3, "weight_decay": 0.0, "l1": 0.0}

    profile: Tensor

    def __init__(self, sizes: Sizes, config: InterGATPlusConfig) -> None:
        super().__init__(sizes, config, features=config.width, width=config.width)
        n = sizes.sensors
        self.free = nn.Parameter(torch.rand(config.heads, n, n) * 2 * config.start)
        self.project = nn.Linear(2 + config.heads, config.width)
        self.keep = nn.Parameter(torch.zeros(sizes.horizon, 1))
        self.register_buffer("profile", torch.zeros(sizes.slots, n))

    @property
    def heads(self) -> tuple[str, ...]:
        """One name per matrix."""
        return tuple(f"head {k + 1}" for k in range(self.config.heads))

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and the mean of the training part at each time of day, standardised."""
        super().observe(windows, adjacency)
        self.profile.copy_((_profile(windows) - self.shift) / self.scale)

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
        """See ``RecurrentForecaster.spatial``."""
        m = self.interaction() if edit is None else edit.of(self.interaction())
        r = x - self.profile[slot]
        mixed = torch.einsum("kij,sj->sik", m, r)                                    # (S, N, K)
        own = torch.stack([x, r], dim=-1)
        return self.project(torch.cat([own, mixed], dim=-1)).relu(), m               # (S, N, width)

    def baseline(self, x: Tensor, slot: Tensor) -> Tensor:
        """The everyday course ahead, and what is left of the last departure."""
        last, ahead = self.sizes.inputs - 1, torch.arange(1, self.sizes.horizon + 1, device=slot.device)
        future = self.profile[(slot[last:, None] + ahead) % self.sizes.slots]        # (B, T, N)
        departure = (x - self.profile[slot])[last:, None]                            # (B, 1, N)
        return future + self.keep.sigmoid() * departure

    def _weights(self) -> Tensor:
        s = ((self.free + self.free.transpose(1, 2)) / 2).relu()
        return s * (1 - torch.eye(self.sizes.sensors, device=s.device))


def _profile(windows: Windows) -> Tensor:
    """(slots, N): mean at each time of day; where none was seen, the sensor's mean, else that of all."""
    rows, slot = windows.training_rows()
    seen = ~rows.isnan()
    count = torch.zeros(windows.slots, rows.shape[1]).index_add_(0, slot, seen.float())
    total = torch.zeros(windows.slots, rows.shape[1]).index_add_(0, slot, rows.nan_to_num(0.0))
    overall = total.sum() / count.sum()
    sensor = torch.where(count.sum(0) > 0, total.sum(0) / count.sum(0).clamp(min=1), overall)
    return torch.where(count > 0, total / count.clamp(min=1), sensor)
