"""A perceptron on all frames of each particle by itself, which hears nobody.

    z_i = [x_i(1), v_i(1), ..., x_i(L), v_i(L), c_i]
    [x̂_i(t), v̂_i(t)] = flight straight ahead from the last frame + MLP(z_i), all T at once

One set of weights for all particles. Components are numbers like any others here: nothing turns with the particles.
Its forecast is added to flight straight ahead and its last layer begins at 0, so that what it scores is what it has
learned.

Axes: b trajectory, l input frame, n i particle, t frame ahead, c component.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.models.model import Forecast
from core.models.particles import ParticleForecaster, ParticleSizes


@dataclass(frozen=True, kw_only=True, slots=True)
class MLPConfig:
    """Three hidden layers of width 128."""

    layers: int = 3
    width: int = 128

    def __post_init__(self) -> None:
        require_positive(self, "layers", "width")


class MLP(ParticleForecaster):
    """``mlp``: each particle's own past, all of it at once."""

    Config = MLPConfig
    settings: ClassVar[dict[str, Any]] = {
        "epochs": 200, "batch": 100, "rate": 1e-3, "schedule": "cosine", "clip": 1.0,
    }

    def __init__(self, sizes: ParticleSizes, config: MLPConfig) -> None:
        super().__init__(sizes, config)
        widths = [6 * sizes.inputs + 1] + [config.width] * config.layers
        hidden = [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), nn.SiLU())]
        last = nn.Linear(config.width, 6 * sizes.horizon)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.network = nn.Sequential(*hidden, last)

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:
        """See ``ParticleForecaster.forward``."""
        z = torch.cat([state.transpose(1, 2).flatten(2), charge.unsqueeze(-1)], dim=-1)      # (B, N, 6L + 1)
        ahead = self.network(z).unflatten(-1, (-1, 6)).transpose(1, 2)
        return Forecast(self.drift(state) + ahead, self._no_interaction(state))
