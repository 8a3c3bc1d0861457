"""InterGAT-GRU as published: one learnable matrix per head in place of attention.

    E_h = (I_h + I_hᵀ) / 2                          symmetrise
    e_i = E_i / (‖E_i‖₂ + 1e-8)                     each row to unit length (in the authors' code only)
    A_h = softmax(LayerNorm(e_i))                   each row, LayerNorm without affine
    z   = ELU([A_1 x W_1, ..., A_4 x W_4])          1 -> 32 for each of four heads
    f   = A_o z W_o                                 128 -> 32, its own matrix, no ELU
    ŷ   = W GRU(f) + c                              width 32, all steps ahead at once

Five matrices: four heads and the output layer. I and W start Xavier-uniform with gain 1.414, no bias. Because
``A`` does not depend on the input and x is one number wide, ``A (x W) = (A x) W``: mix first, project after.
The softmax of a normalised row cannot be sparse, whatever the l1 weight on I, and A is not symmetric.
Departure: the GRU reads all input steps (the authors' code skips the first two).

Axes: s row, i receiver, j sender, k head, f feature.
[1] Beyond Attention: Learning Spatio-Temporal Dynamics with Emergent Interpretable Topologies,
    arXiv:2506.00770.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.choices import require_positive
from core.models.forecaster import Edit, RecurrentForecaster, Sizes

GAIN = 1.414


@dataclass(frozen=True, kw_only=True, slots=True)
class InterGATConfig:
    """Widths of the paper: four heads of 32, an output layer of 32, a GRU of 32."""

    heads: int = 4
    features: int = 32
    width: int = 32

    def __post_init__(self) -> None:
        require_positive(self, "heads", "features", "width")


class InterGAT(RecurrentForecaster):
    """``intergat-gru``: the layer of the paper, exactly."""

    Config = InterGATConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 1e-3, "weight_decay": 1e-4, "l1": 0.1, "clip": None}

    def __init__(self, sizes: Sizes, config: InterGATConfig) -> None:
        super().__init__(sizes, config, features=config.features, width=config.width)
        n, hidden = sizes.sensors, config.heads * config.features
        self.free = nn.Parameter(torch.empty(config.heads + 1, n, n))        # I; the last is the output layer's
        self.project = nn.Parameter(torch.empty(config.heads, 1, config.features))
        self.output = nn.Parameter(torch.empty(hidden, config.features))
        for matrix in (*self.free, *self.project, self.output):
            nn.init.xavier_uniform_(matrix, gain=GAIN)

    @property
    def heads(self) -> tuple[str, ...]:
        """Four heads and the output layer, whose matrix the paper's figures call 'aggregate'."""
        return (*(f"head {k + 1}" for k in range(self.config.heads)), "output")

    def penalty(self) -> Tensor:
        """Mean |I| of each of the five matrices, summed."""
        return self.free.abs().mean(dim=(1, 2)).sum()

    def interaction(self) -> Tensor:
        """The five matrices that multiply the features, (H, N, N); every row sums to 1."""
        e = (self.free + self.free.transpose(1, 2)) / 2
        e = e / (e.norm(dim=-1, keepdim=True) + 1e-8)
        return functional.layer_norm(e, e.shape[-1:]).softmax(dim=-1)

    def spatial(
        self, x: Tensor, slot: Tensor, edit: Edit | None = None  # noqa: ARG002
    ) -> tuple[Tensor, Tensor]:
        """See ``RecurrentForecaster.spatial``."""
        a = self.interaction() if edit is None else edit.of(self.interaction())
        heads, output = a[:-1], a[-1]
        mixed = torch.einsum("kij,sj->sik", heads, x)                        # (S, N, K): mix, then project
        z = functional.elu(mixed.unsqueeze(-1) * self.project[:, 0]).flatten(-2)   # (S, N, K*F)
        return torch.matmul(output, z @ self.output), a                      # (S, N, F)
