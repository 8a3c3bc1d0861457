"""E(n)-equivariant graph network with velocities [1, §3.2], which sees the last frame alone.

    h_i = W ‖v_i‖,   x_i, v_i, c_i of the last frame shown,   a_ij = (c_i c_j, ‖x_i - x_j‖)
    four layers of `core/models/egcl.py`, of which the last makes T forecasts from its messages

Turned, mirrored or moved particles give the forecast turned, mirrored or moved, exactly; charges of all particles may
change their sign. With one frame ahead the last layer is a layer like the others. The head of a layer is its gate.
Published position MSE on the EGNN benchmark: 0.0071 [1, table 2], after 10,000 epochs.

Departures are those of the layer.

Axes: b trajectory, n i j particle, t frame ahead, c component, h head.
[1] Satorras et al., E(n) Equivariant Graph Neural Networks, ICML 2021, arXiv:2102.09844.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.models.egcl import EGCL, Cloud, attributes, paced
from core.models.model import Forecast
from core.models.particles import ParticleForecaster, ParticleSizes


@dataclass(frozen=True, kw_only=True, slots=True)
class EGNNConfig:
    """Four layers of width 64, as published; the gates can be left out."""

    layers: int = 4
    width: int = 64
    spatial_attention: bool = True

    def __post_init__(self) -> None:
        require_positive(self, "layers", "width")


class EGNN(ParticleForecaster):
    """``egnn``: equivariant messages between particles, from one frame."""

    Config = EGNNConfig
    settings: ClassVar[dict[str, Any]] = {
        "epochs": 200, "batch": 100, "rate": 1e-3, "schedule": "cosine", "clip": 1.0,
    }

    def __init__(self, sizes: ParticleSizes, config: EGNNConfig) -> None:
        super().__init__(sizes, config)
        self.embed = nn.Linear(1, config.width)
        self.layers = nn.ModuleList(
            EGCL(
                config.width,
                given=4,
                gate=config.spatial_attention,
                channels=sizes.horizon if last else None,
            )
            for last in [False] * (config.layers - 1) + [True]
        )

    @property
    def heads(self) -> tuple[str, ...]:
        """The gate of each layer."""
        return tuple(f"layer {k + 1}" for k in range(self.config.layers)) if self.config.spatial_attention else ()

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:
        """See ``ParticleForecaster.forward``."""
        x, v = state[:, -1, :, :3], state[:, -1, :, 3:]
        cloud = Cloud(self.embed(v.norm(dim=-1, keepdim=True)), x, v)
        given = attributes(x, charge)
        reach, rest = paced(self.times, self.config.layers)
        *before, last = cast(list[EGCL], list(self.layers))
        gates = []
        for layer in before:
            cloud, heard = layer(cloud, given, reach / len(before))
            gates.append(heard.gate)
        heard = last.heard(cloud, given)
        gates.append(heard.gate)
        y = torch.cat(last.moved(cloud, heard, rest[:, None]), dim=-1).transpose(1, 2)       # (B, T, N, 6)
        return Forecast(y, torch.stack(gates, dim=1) if self.config.spatial_attention else self._no_interaction(state))
