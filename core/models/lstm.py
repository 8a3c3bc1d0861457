"""An LSTM over the frames of each particle by itself, which hears nobody.

    z_i(l) = [x_i(l), v_i(l), c_i],   s_i = the last state of an LSTM over z_i(1), ..., z_i(L)
    [x̂_i(t), v̂_i(t)] = flight straight ahead from the last frame + W s_i + b, all T at once

One set of weights for all particles. Components are numbers like any others here: nothing turns with the particles.
Its forecast is added to flight straight ahead and W begins at 0, so that what it scores is what it has learned.

Axes: b trajectory, l input frame, n i particle, t frame ahead, c component.
Hochreiter and Schmidhuber, Long Short-Term Memory, Neural Computation 9(8), 1997.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.models.model import Forecast
from core.models.particles import ParticleForecaster, ParticleSizes


@dataclass(frozen=True, kw_only=True, slots=True)
class LSTMConfig:
    """Two layers of width 64."""

    layers: int = 2
    width: int = 64

    def __post_init__(self) -> None:
        require_positive(self, "layers", "width")


class LSTM(ParticleForecaster):
    """``lstm``: each particle's own past."""

    Config = LSTMConfig
    settings: ClassVar[dict[str, Any]] = {
        "epochs": 200, "batch": 100, "rate": 1e-3, "schedule": "cosine", "clip": 1.0,
    }

    def __init__(self, sizes: ParticleSizes, config: LSTMConfig) -> None:
        super().__init__(sizes, config)
        self.recurrence = nn.LSTM(7, config.width, num_layers=config.layers)
        self.decode = nn.Linear(config.width, 6 * sizes.horizon)
        nn.init.zeros_(self.decode.weight)
        nn.init.zeros_(self.decode.bias)

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:
        """See ``ParticleForecaster.forward``."""
        z = torch.cat([state, charge[:, None, :, None].expand(*state.shape[:3], 1)], dim=-1)
        states, _ = self.recurrence(z.transpose(0, 1).flatten(1, 2))                         # (L, B*N, W)
        ahead = self.decode(states[-1]).unflatten(-1, (-1, 6)).unflatten(0, (len(state), -1))
        return Forecast(self.drift(state) + ahead.transpose(1, 2), self._no_interaction(state))
