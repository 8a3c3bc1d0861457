"""Forecasts that need no training: what every model must beat.

    last value:   ŷ_t = x_L                      the last input, for every step ahead
    window mean:  ŷ_t = (x_1 + ... + x_L) / L    the mean of the inputs

Where an input is missing it is the last value seen before it.
"""

from dataclasses import dataclass

from torch import Tensor

from core.models.forecaster import Edit, Forecast, Forecaster


@dataclass(frozen=True, kw_only=True, slots=True)
class NoConfig:
    """Nothing to choose."""


class LastValue(Forecaster):
    """``last-value``: tomorrow is like now."""

    Config = NoConfig

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``."""
        last = series[self.sizes.inputs - 1 :]
        return Forecast(last[:, None].expand(-1, self.sizes.horizon, -1), self._no_interaction())


class WindowMean(Forecaster):
    """``window-mean``: the near future is like the last hour."""

    Config = NoConfig

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``."""
        mean = series.unfold(0, self.sizes.inputs, 1).mean(dim=-1)
        return Forecast(mean[:, None].expand(-1, self.sizes.horizon, -1), self._no_interaction())
