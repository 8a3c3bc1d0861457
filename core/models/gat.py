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

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.choices import require_positive
from core.data.windows import Windows
from core.models.forecaster import Edit, RecurrentForecaster, Sizes
from core.models.intergat import GAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class GATConfig:
    """Four heads of 32, an output layer of 32, a GRU of 32."""

    heads: int = 4
    features: int = 32
    width: int = 32

    def __post_init__(self) -> None:
        require_positive(self, "heads", "features", "width")


class GAT(RecurrentForecaster):
    """``gat-gru``: attention over road neighbours and the sensor itself."""

    Config = GATConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 1e-3, "weight_decay": 1e-4, "l1": 0.0, "clip": None}

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

    def spatial(
        self, x: Tensor, slot: Tensor, edit: Edit | None = None  # noqa: ARG002
    ) -> tuple[Tensor, Callable[[], Tensor]]:
        """See ``RecurrentForecaster.spatial``."""
        heard = Heard.of(self.hears)
        h = x[:, None, :, None] * self.project                               # (S, K, N, F)
        alpha = self._attention(h, self.attend, heard)                       # (S, K, N, D)
        if edit is not None:
            alpha = alpha * heard.places(edit.gates[:-1])
        mixed = (alpha * x[:, None, heard.sender]).sum(-1, keepdim=True)     # (S, K, N, 1): mix, then project
        if edit is not None and edit.added is not None:                      # also from who is not heard
            mixed = mixed + torch.einsum("kij,sj->ski", edit.added[:-1], x).unsqueeze(-1)
        z = functional.elu(mixed * self.project).transpose(1, 2).flatten(-2)     # (S, N, K*F)
        h = (z @ self.output)[:, None]                                       # (S, 1, N, F)
        beta = heard.matrix(self._attention(h, self.attend_output, heard))   # (S, 1, N, N)
        if edit is not None:
            beta = edit.heads(self.config.heads, self.config.heads + 1).of(beta)

        def interaction() -> Tensor:
            last = self.sizes.inputs - 1
            first_layer = heard.matrix(alpha[last:])
            if edit is not None and edit.added is not None:
                first_layer = first_layer + edit.added[:-1]
            return torch.cat([first_layer, beta[last:]], dim=1)

        return (beta @ h)[:, 0], interaction

    def _attention(self, h: Tensor, attend: Tensor, heard: "Heard") -> Tensor:
        """(S, K, N, F) and (K, 2, F) -> (S, K, N, D): the weights of each receiver's D places."""
        ends = torch.einsum("skif,kef->skei", h, attend)                     # (S, K, 2, N)
        e = functional.leaky_relu(ends[:, :, 0, :, None] + ends[:, :, 1][:, :, heard.sender], 0.2)
        return e.masked_fill(~heard.taken, -torch.inf).softmax(dim=-1)


class Heard(NamedTuple):
    """The senders of each receiver as a list of D places, the largest number of senders of any.

    Logits and softmax are over D places instead of N: a road graph has few senders for each receiver.
    """

    sender: Tensor  # (N, D) a sensor; any where the place is not taken
    taken: Tensor   # (N, D)

    @classmethod
    def of(cls, hears: Tensor) -> "Heard":
        """From ``hears (N, N)``, in which every row has a True."""
        count = hears.sum(dim=1, keepdim=True)
        places = int(count.max())
        sender = (~hears).to(torch.uint8).argsort(dim=1, stable=True)[:, :places]
        return cls(sender, torch.arange(places, device=hears.device) < count)

    def places(self, matrix: Tensor) -> Tensor:
        """(K, N, N) -> (K, N, D): what a matrix holds for the senders of each receiver."""
        return matrix.gather(-1, self.sender.expand(len(matrix), -1, -1))

    def matrix(self, weight: Tensor) -> Tensor:
        """(S, K, N, D) -> (S, K, N, N)."""
        s, k, n, _ = weight.shape
        return weight.new_zeros(s, k, n, n).scatter(-1, self.sender.expand(s, k, -1, -1), weight)
