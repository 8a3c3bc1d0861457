"""What every model is, whatever it forecasts: sizes and configuration in, a ``Forecast`` out."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn


class Forecast:
    """A forecast and the graph that made it.

    ``y (B, T, N)`` in the data's unit, ``(B, T, N, 6)`` of particles. ``interaction (H, N, N)``, or ``(B, H, N, N)``
    where it depends on the input: the matrix that multiplies the features, after every normalisation; rows are
    receivers. A model that mixes without ever writing that matrix down hands over what makes it, and it is made when
    somebody looks: a training, which does not, need not wait for it.
    """

    __slots__ = ("_interaction", "y")

    def __init__(self, y: Tensor, interaction: Tensor | Callable[[], Tensor]) -> None:
        self.y = y
        self._interaction = interaction

    @property
    def interaction(self) -> Tensor:
        """See above."""
        if not isinstance(self._interaction, Tensor):
            self._interaction = self._interaction()
        return self._interaction

    def __iter__(self) -> Iterator[Tensor]:
        """``y, interaction = forecast``."""
        return iter((self.y, self.interaction))


class Model(nn.Module):
    """A model that ``core.train.fit`` can train: ``model(*chunk.inputs).y`` stands beside ``chunk.target``."""

    Config: ClassVar[type[Any]]
    settings: ClassVar[dict[str, Any]] = {}
    """Training settings that differ from the defaults of ``core.train.Settings``."""

    shift: Tensor
    scale: Tensor

    def __init__(self, sizes: Any, config: Any) -> None:
        super().__init__()
        self.sizes = sizes
        self.config = config
        self.register_buffer("shift", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the H matrices; empty for a model in which nobody hears anybody."""
        return ()

    def penalty(self) -> Tensor:
        """What the l1 weight multiplies: mean |parameter| of each learned matrix, summed."""
        return torch.zeros(())
