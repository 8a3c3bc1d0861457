"""``intergat-plus`` with one part of it changed, to see what the part is worth; see ``benchmarks.ablations``.

Axes: s row, b window, n sensor, h head, t step ahead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from core.data.windows import Windows
from core.models.everyday import everyday, recency
from core.models.forecaster import Edit, Sizes
from core.models.intergat_plus import OWN, InterGATPlus, InterGATPlusConfig
from core.models.recurrence import last_states


class Levels(InterGATPlus):
    """The matrices mix values, not departures from the time of day."""

    def mixed(self, x: Tensor, slot: Tensor) -> Tensor:  # noqa: ARG002
        """What is mixed, (S, N)."""
        return x

    def spatial(self, x: Tensor, slot: Tensor, edit: Edit | None = None) -> tuple[Tensor, Tensor]:
        """As in the whole model, but for what is mixed."""
        features, m = super().spatial(x, slot, edit)
        signals = (m @ self.mixed(x, slot).t()).permute(2, 1, 0)
        return torch.cat([features[..., :OWN], signals, features[..., OWN + len(m) :]], dim=-1), m


class Changes(Levels):
    """The matrices mix how departures changed since the row before."""

    def mixed(self, x: Tensor, slot: Tensor) -> Tensor:
        """See ``Levels``."""
        r = x - self.profile[slot]
        return torch.cat([torch.zeros_like(r[:1]), r[1:] - r[:-1]])


class Directed(InterGATPlus):
    """R is not symmetrised: i may hear j where j does not hear i; normalised by what is sent and what is received."""

    def _weights(self) -> Tensor:
        return self.free.relu() * (1 - torch.eye(self.sizes.sensors, device=self.free.device))

    def interaction(self) -> Tensor:
        """M, (H, N, N)."""
        s = self._weights()
        received, sent = (s.sum(dim=dim, keepdim=True) for dim in (-1, -2))
        return s * (torch.where(received > 0, received, 1.0) * torch.where(sent > 0, sent, 1.0)).rsqrt()


class LowRank(InterGATPlus):
    """S = relu(E Eᵀ) of 16 numbers a sensor, in place of a free weight for every pair."""

    def __init__(self, sizes: Sizes, config: InterGATPlusConfig) -> None:
        super().__init__(sizes, config)
        self.free = nn.Parameter(torch.randn(config.heads, sizes.sensors, 16) / 2)

    def _weights(self) -> Tensor:
        s = (self.free @ self.free.transpose(1, 2)).relu()
        return s * (1 - torch.eye(self.sizes.sensors, device=s.device))


class Everyday(InterGATPlus):
    """The everyday course is the mean at the very time of day, not within half an hour of it."""

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """As in the whole model, but for the course."""
        super().observe(windows, adjacency)
        course = everyday(windows, weight=recency(windows, self.config.half_life))
        self.profile.copy_((course - self.shift) / self.scale)


class Alike(InterGATPlus):
    """Nothing is learned of a single sensor."""

    def __init__(self, sizes: Sizes, config: InterGATPlusConfig) -> None:
        super().__init__(sizes, config)
        self.sensor.requires_grad_(requires_grad=False).zero_()


class Timeless(InterGATPlus):
    """Nothing is learned of the time of day."""

    def __init__(self, sizes: Sizes, config: InterGATPlusConfig) -> None:
        super().__init__(sizes, config)
        self.time.requires_grad_(requires_grad=False).zero_()


class Recurrent(InterGATPlus):
    """A GRU reads the signals row by row, in place of hidden layers that see all rows at once."""

    def __init__(self, sizes: Sizes, config: InterGATPlusConfig) -> None:
        super().__init__(sizes, config)
        self.gru = nn.GRU(self.first.in_features - (OWN + config.heads) * (sizes.inputs - 1), config.width // 2)
        self.decode = nn.Linear(config.width // 2, sizes.horizon)

    def decoded(self, features: Tensor) -> Tensor:
        """As in the whole model, but for the network."""
        length, (s, n, _) = self.sizes.inputs, features.shape
        known = self._known(s * n, features).view(s, n, 1)          # for each row: neighbouring windows share them
        seen = torch.cat([features[..., :OWN] * known, features[..., OWN:], known], dim=-1)
        y = self.decode(last_states(self.gru, seen, length)).transpose(1, 2)                 # (B, T, N)
        return y + self.keep.sigmoid() * seen[length - 1 :, None, :, 1]


@dataclass(frozen=True, slots=True)
class Variant:
    """One line of the ablations: the model with some of its configuration or training settings changed."""

    name: str
    model: type[InterGATPlus] = InterGATPlus
    config: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("whole"),
        Variant("hide 0", config={"hide": 0.0}),
        Variant("hide 0.3", config={"hide": 0.3}),
        Variant("hide 0.8", config={"hide": 0.8}),
        Variant("levels", Levels),
        Variant("changes", Changes),
        Variant("directed", Directed),
        Variant("low rank", LowRank, config={"informed": 0.0}),
        Variant("by chance", config={"informed": 0.0}),
        Variant("informed 0.9", config={"informed": 0.9}),
        Variant("shrunk 0.1", config={"shrinkage": 0.1}),
        Variant("shrunk 0.6", config={"shrinkage": 0.6}),
        Variant("1 head", config={"heads": 1}),
        Variant("4 heads", config={"heads": 4}),
        Variant("three days", config={"half_life": 3.0}),
        Variant("two weeks", config={"half_life": 14.0}),
        Variant("all days alike", config={"half_life": 1e6}),
        Variant("sharp day", Everyday),
        Variant("alike", Alike),
        Variant("timeless", Timeless),
        Variant("recurrent", Recurrent),
        Variant("width 64", config={"width": 64}),
        Variant("mse", settings={"loss": "mse"}),
        Variant("mae", settings={"loss": "mae"}),
        Variant("constant rate", settings={"schedule": "constant"}),
        Variant("l1 0.1", settings={"l1": 0.1}),
        Variant("l1 1", settings={"l1": 1.0}),
    )
}
