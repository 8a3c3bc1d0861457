"""What every model returns, and the parts that most of them share: features, a GRU over time, one map to all steps.

    f_s  = spatial(x_s)                      mixed once per row s, not once per window
    h_b  = GRU(f_b, ..., f_{b+L-1})          last state, per sensor; `core/models/recurrence.py`
    ŷ_b  = W h_b + c                         all T steps at once, then the scaler is undone

Axes: s row of a chunk of neighbouring windows, b window (B = S - L + 1), n i j sensor, k head, l input step,
t step ahead, f feature. Inputs and forecasts are in the data's unit; the scaler is part of the model.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from torch import Tensor, nn

from core.choices import require_positive
from core.data.windows import Windows
from core.models.model import Forecast, Model
from core.models.recurrence import last_states

__all__ = ["Edit", "Forecast", "Forecaster", "RecurrentForecaster", "Sizes", "SpatialForecaster"]


class Edit(NamedTuple):
    """What if the interaction were another: ``M * gates + added`` in place of M, in every row of the series.

    It comes after every normalisation, where M multiplies the features, so nothing evens out what is taken away.
    ``gates (H, N, N)``; a gate of 0 cuts the weight with which receiver i uses sender j, 1 leaves it, to the bit.
    ``added (H, N, N)``, or None for nothing.
    """

    gates: Tensor
    added: Tensor | None = None

    def heads(self, first: int, last: int) -> "Edit":
        """The part for heads first to last - 1."""
        return Edit(self.gates[first:last], None if self.added is None else self.added[first:last])

    def of(self, interaction: Tensor) -> Tensor:
        """The edited matrix, for an interaction (..., H, N, N)."""
        gated = interaction * self.gates
        return gated if self.added is None else gated + self.added


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """What a model must know of the data before it sees them."""

    sensors: int
    inputs: int = 12
    horizon: int = 12
    slots: int = 288

    def __post_init__(self) -> None:
        require_positive(self, "sensors", "inputs", "horizon", "slots")


class Forecaster(Model):
    """A model of the table ``MODELS``: it forecasts sensors."""

    sizes: Sizes

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:  # noqa: ARG002
        """Take from the training part what is not learned by gradient: the scaler here, more in some models."""
        self.shift.fill_(windows.shift)
        self.scale.fill_(windows.scale)

    @abstractmethod
    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:
        """Forecast every window of a chunk.

        Parameters
        ----------
        series : (S, N) rows of neighbouring windows, in the data's unit, without gaps
        slot : (S,) time of day of each row, in steps
        edit : a change of the interaction; a model without one has nothing to change

        Returns
        -------
        Forecast
            For the ``B = S - inputs + 1`` windows, in order; its interaction is the edited one.
        """

    def _no_interaction(self) -> Tensor:
        return self.scale.new_zeros((0, self.sizes.sensors, self.sizes.sensors))


class SpatialForecaster(Forecaster):
    """A spatial layer for each row, then each sensor's forecast from its own features in the window."""

    @abstractmethod
    def spatial(
        self, x: Tensor, slot: Tensor, edit: Edit | None = None
    ) -> tuple[Tensor, Tensor | Callable[[], Tensor]]:
        """Features ``(S, N, F)`` of standardised rows ``x (S, N)``, and the interaction, edited, that made them.

        Or what makes that interaction, see ``Forecast``.
        """

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:
        """See ``Forecaster.forward``."""
        x = (series - self.shift) / self.scale
        features, interaction = self.spatial(x, slot, edit)
        y = self.decoded(features) + self.baseline(x, slot)
        return Forecast(y * self.scale + self.shift, interaction)

    def baseline(self, x: Tensor, slot: Tensor) -> Tensor:  # noqa: ARG002
        """What the network's output is added to, standardised, (B, T, N) or broadcast to it; nothing here."""
        return x.new_zeros(())

    @abstractmethod
    def decoded(self, features: Tensor) -> Tensor:
        """(S, N, F) -> (B, T, N), standardised: every sensor's forecast for every window of neighbouring rows.

        A sensor's forecast is made from its own features alone, so some sensors can be decoded without the others.
        """


class RecurrentForecaster(SpatialForecaster):
    """A spatial layer for each row, then a GRU over each window and one linear map to all steps ahead."""

    def __init__(self, sizes: Sizes, config: Any, *, features: int, width: int) -> None:
        super().__init__(sizes, config)
        self.gru = nn.GRU(features, width)
        self.decode = nn.Linear(width, sizes.horizon)

    def decoded(self, features: Tensor) -> Tensor:
        """The GRU over every window, then the linear map; see ``SpatialForecaster.decoded``."""
        y = cast(Tensor, self.decode(last_states(self.gru, features, self.sizes.inputs)))      # (B, N, T)
        return y.transpose(1, 2)
