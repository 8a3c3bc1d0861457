"""GAT-GRU, a fair one: self loops, real attention, the widths and the decoder of InterGAT-GRU.

    h_i  = W x_i
    e_ij = LeakyReLU(a_dst · h_i + a_src · h_j, 0.2)      [1] eq. 3
    α_ij = softmax over j in N(i) ∪ {i} of e_ij            per row of the series: attention depends on the input
    y_i  = Σ_j α_ij h_j

Two such layers: four heads of 32 with ELU, then one of 128 -> 32 without; then GRU and linear map. As x is one
number wide, ``Σ_j α_ij (W x_j) = (Σ_j α_ij x_j) W`` in the first layer: mix first, project after. N(i) are the
senders of the road graph. The interaction of a window is the attention at its last input row.

Departures from the published baseline, which is close to a plain neighbour mean: no division of the logits by
the norm of the whole tensor, and a sensor hears itself.

Axes: s row, i receiver, j sender, k head, f feature.
[1] Veličković et al., Graph Attention Networks, ICLR 2018, arXiv:1710.10903.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.data.windows import Windows
from core.models.forecaster import RecurrentForecaster, Sizes
from core.models.intergat import GAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class GATConfig:
    """Four heads of 32, an output layer of 32, a GRU of 32."""

    heads: int = 4
    features: int = 32
    width: int = 32

    def __post_init__(self) -> None:
        for name in ("heads", "features", "width"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")


class GAT(RecurrentForecaster):
    """``gat-gru``: attention over road neighbours and the sensor itself."""

    Config = GATConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 1e-3, "weight_decay": 1e-4, "l1": 0.0}

    hears: Tensor

    def __init__(self, sizes: Sizes, config: GATConfig) -> None:
        super().__init__(sizes, config, features=config.features, width=config.width)
        k, f = config.heads, config.features
        self.project = nn.Parameter(torch.empty(k, 1, f))
        self.output = nn.Parameter(torch.empty(k * f, f))
        self.attend = nn.Parameter(torch.empty(k, 2, f))             # a_dst, a_src of each head
        self.attend_output = nn.Parameter(torch.empty(1, 2, f))
        for matrix in (*self.project, self.output, *self.attend, *self.attend_output):
            nn.init.xavier_uniform_(matrix, gain=GAIN)
        self.register_buffer("hears", torch.eye(sizes.sensors, dtype=torch.bool))

    @property
    def heads(self) -> tuple[str, ...]:
        """Four heads and the output layer."""
        return (*(f"head {k + 1}" for k in range(self.config.heads)), "output")

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and who hears whom: the road graph with self loops.

        Raises
        ------
        ValueError
            The data have no road graph.
        """
        super().observe(windows, adjacency)
        if adjacency is None:
            raise ValueError("gat-gru attends over road neighbours: the data must have an adjacency, got none")
        self.hears.copy_((adjacency > 0) | torch.eye(len(adjacency), dtype=torch.bool))

    def spatial(self, x: Tensor, slot: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """See ``RecurrentForecaster.spatial``."""
        h = x[:, None, :, None] * self.project                               # (S, K, N, F)
        alpha = self._attention(h, self.attend)                              # (S, K, i, j)
        mixed = torch.matmul(alpha, x[:, None, :, None])                     # (S, K, N, 1): mix, then project
        z = functional.elu(mixed * self.project).transpose(1, 2).flatten(-2)     # (S, N, K*F)
        h = (z @ self.output)[:, None]                                       # (S, 1, N, F)
        beta = self._attention(h, self.attend_output)                        # (S, 1, i, j)
        last = self.sizes.inputs - 1
        return (beta @ h)[:, 0], torch.cat([alpha[last:], beta[last:]], dim=1)

    def _attention(self, h: Tensor, attend: Tensor) -> Tensor:
        """(S, K, N, F) and (K, 2, F) -> (S, K, N, N), zero where i does not hear j."""
        ends = torch.einsum("skif,kef->skei", h, attend)                     # (S, K, 2, N)
        e = functional.leaky_relu(ends[:, :, 0, :, None] + ends[:, :, 1, None, :], 0.2)
        return e.masked_fill(~self.hears, -torch.inf).softmax(dim=-1)
