"""What every model is, whatever it forecasts: sizes and configuration in, a ``Forecast`` out."""

from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn


class Forecast(NamedTuple):
    """A forecast and the graph that made it.

    ``y (B, T, N)`` in the data's unit, ``(B, T, N, 6)`` of particles. ``interaction (H, N, N)``, or ``(B, H, N, N)``
    where it depends on the input: the matrix that multiplies the features, after every normalisation; rows are
    receivers.
    """

    y: Tensor
    interaction: Tensor


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
