"""The control: InterGAT-GRU with nothing mixed. What a graph adds is what another model does better than this.

f_i = ELU(x_i W_1) W_2,  1 -> 128 -> 32            the projections of InterGAT-GRU, A replaced by the identity
ŷ   = W GRU(f) + c
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.choices import require_positive
from core.models.forecaster import Edit, RecurrentForecaster, Sizes
from core.models.intergat import GAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class GRUConfig:
    """The widths of InterGAT-GRU: 128 hidden features, 32 into a GRU of 32."""

    hidden: int = 128
    features: int = 32
    width: int = 32

    def __post_init__(self) -> None:
        require_positive(self, "hidden", "features", "width")


class GRU(RecurrentForecaster):
    """``gru``: each sensor on its own."""

    Config = GRUConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 1e-3, "weight_decay": 1e-4, "l1": 0.0, "clip": None}

    def __init__(self, sizes: Sizes, config: GRUConfig) -> None:
        super().__init__(sizes, config, features=config.features, width=config.width)
        self.project = nn.Parameter(torch.empty(1, config.hidden))
        self.output = nn.Parameter(torch.empty(config.hidden, config.features))
        for matrix in (self.project, self.output):
            nn.init.xavier_uniform_(matrix, gain=GAIN)

    def spatial(
        self, x: Tensor, slot: Tensor, edit: Edit | None = None  # noqa: ARG002
    ) -> tuple[Tensor, Tensor]:
        """See ``RecurrentForecaster.spatial``."""
        z = functional.elu(x.unsqueeze(-1) * self.project[0])
        return z @ self.output, self._no_interaction()
