"""The everyday course: what a sensor showed at that time of day, whatever it shows today.

    p_s  = mean of the training part at time of day s, per sensor
    ŷ_t  = p[time of day t steps ahead]

Nothing is learned by gradient. The day of the week is left out: a training part of a few days has seen no Monday
twice, and some data sets hold weekdays only. Where a sensor was never seen at a time of day it is the sensor's mean,
and where it was never seen at all, that of all sensors. Under a protocol in which missing values are zeros that
count, they count here too.

Axes: s time of day in steps, b window, n sensor, t step ahead.
"""

import torch
from torch import Tensor

from core.data.windows import Windows
from core.models.everyday import everyday, slots_ahead
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes
from core.models.simple import NoConfig


class HistoricalAverage(Forecaster):
    """``historical-average``: today is like every day."""

    Config = NoConfig

    profile: Tensor

    def __init__(self, sizes: Sizes, config: NoConfig) -> None:
        super().__init__(sizes, config)
        self.register_buffer("profile", torch.zeros(sizes.slots, sizes.sensors))

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and the mean of the training part at each time of day, in the data's unit."""
        super().observe(windows, adjacency)
        self.profile.copy_(everyday(windows))

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``."""
        return Forecast(self.profile[slots_ahead(slot, self.sizes)], self._no_interaction())
