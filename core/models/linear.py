"""The linear baseline of the EGNN benchmark: how far one number gets.

    x̂(t) = x_L + a_t v_L          v̂(t) = b_t v_L          a_t begins at the time to the frame ahead, b_t at 1

It beats constant velocity where charges that attract slow each other down on average. Published position MSE on the
EGNN benchmark: 0.0819 [1, table 2].

[1] Satorras et al., E(n) Equivariant Graph Neural Networks, ICML 2021, arXiv:2102.09844.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.data.coulomb import flown
from core.models.model import Forecast
from core.models.particles import ParticleForecaster, ParticleSizes
from core.models.simple import NoConfig


class LinearDrift(ParticleForecaster):
    """``linear``: constant velocity, with a learned time and a learned brake."""

    Config = NoConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 1e-2, "batch": 100, "epochs": 30, "schedule": "cosine", "clip": None}

    def __init__(self, sizes: ParticleSizes, config: NoConfig) -> None:
        super().__init__(sizes, config)
        self.reach = nn.Parameter(self.times.clone())
        self.keep = nn.Parameter(torch.ones(sizes.horizon))

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:  # noqa: ARG002
        """See ``ParticleForecaster.forward``."""
        x, v = state[:, -1, :, :3], state[:, -1, :, 3:]
        y = torch.cat([flown(x, v, self.reach), self.keep[:, None, None] * v[:, None]], dim=-1)
        return Forecast(y, self._no_interaction(state))
