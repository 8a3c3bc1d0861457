"""Forecasts of particles that need no training: what every model must beat.

    last frame:         x̂(t) = x_L                 v̂(t) = v_L
    constant velocity:  x̂(t) = x_L + Δ_t v_L       v̂(t) = v_L

Δ_t is the time from the last frame shown to the frame ahead.
"""

from torch import Tensor

from core.models.model import Forecast
from core.models.particles import ParticleForecaster
from core.models.simple import NoConfig


class LastFrame(ParticleForecaster):
    """``last-frame``: everybody stays where they are."""

    Config = NoConfig

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:  # noqa: ARG002
        """See ``ParticleForecaster.forward``."""
        y = state[:, -1:].expand(-1, self.sizes.horizon, -1, -1)
        return Forecast(y, self._no_interaction(state))


class ConstantVelocity(ParticleForecaster):
    """``constant-velocity``: everybody flies straight ahead, as if nobody had a charge."""

    Config = NoConfig

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:  # noqa: ARG002
        """See ``ParticleForecaster.forward``."""
        return Forecast(self.drift(state), self._no_interaction(state))
