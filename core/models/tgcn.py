"""T-GCN: a GRU whose gates look along the roads, at the values and at the state of the neighbours.

    Â   = D^-1/2 (A + 1) D^-1/2,  D = diag(row sums of A + 1)         [2] eq. 9, with self loops
    u_s = σ(Â [x_s, h_s-1] W_u + b_u)                                 [1] eqs. 3 to 6; b_u and b_r start at 1
    r_s = σ(Â [x_s, h_s-1] W_r + b_r)
    c_s = tanh(Â [x_s, r_s * h_s-1] W_c + b_c)                        b_c starts at 0
    h_s = u_s * h_s-1 + (1 - u_s) * c_s
    ŷ   = W h_L + c                                                   all steps ahead at once

Of the two forms in use this is the one behind the published figures, in which the graph convolution is inside every
gate and mixes the state as well; the text of [1] has one convolution of x before the gates. A's own diagonal, if it
has one, is replaced by the self loops. Departure: width 32, as every recurrent model here, instead of 64 or 100.

The matrix is given and nothing of it is learned, so there is no interaction to show.

Axes: s row, b window, n i j sensor, l input step, f feature.
[1] Zhao et al., T-GCN, IEEE Transactions on Intelligent Transportation Systems 21(9), 2020, arXiv:1811.05320.
[2] Kipf and Welling, Semi-supervised classification with graph convolutional networks, ICLR 2017, arXiv:1609.02907.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.data.windows import Windows
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes


@dataclass(frozen=True, kw_only=True, slots=True)
class TGCNConfig:
    """A state of 32."""

    width: int = 32

    def __post_init__(self) -> None:
        require_positive(self, "width")


class TGCN(Forecaster):
    """``tgcn``: graph convolutions within the gates, over roads that are given."""

    Config = TGCNConfig
    settings: ClassVar[dict[str, Any]] = {"rate": 1e-3, "weight_decay": 1e-4, "l1": 0.0, "clip": None}

    roads: Tensor

    def __init__(self, sizes: Sizes, config: TGCNConfig) -> None:
        super().__init__(sizes, config)
        width = config.width
        self.gates = nn.Linear(1 + width, 2 * width)               # u, then r
        self.candidate = nn.Linear(1 + width, width)
        self.decode = nn.Linear(width, sizes.horizon)
        for layer, bias in ((self.gates, 1.0), (self.candidate, 0.0)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.constant_(layer.bias, bias)
        self.register_buffer("roads", torch.eye(sizes.sensors))    # Â

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and Â from the road graph.

        Raises
        ------
        ValueError
            The data have no road graph.
        """
        super().observe(windows, adjacency)
        if adjacency is None:
            raise ValueError("tgcn convolves over road neighbours: the data must have an adjacency, got none")
        self.roads.copy_(normalised(adjacency))

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``."""
        x = (series - self.shift) / self.scale
        roads = self.roads.to_sparse()                                     # few senders for each receiver
        seen = torch.sparse.mm(roads, x.T).unfold(1, self.sizes.inputs, 1)  # (N, B, L): x is mixed once per row
        n, b, length = seen.shape
        h = x.new_zeros(n, b, self.config.width)
        for step in range(length):
            now = seen[..., step : step + 1]                               # (N, B, 1)
            gates = self.gates(torch.cat([now, _mixed(roads, h)], dim=-1)).sigmoid()
            update, reset = gates.chunk(2, dim=-1)
            candidate = self.candidate(torch.cat([now, _mixed(roads, reset * h)], dim=-1)).tanh()
            h = update * h + (1 - update) * candidate
        y = self.decode(h).permute(1, 2, 0)                                # (B, T, N)
        return Forecast(y * self.scale + self.shift, self._no_interaction())


def normalised(adjacency: Tensor) -> Tensor:
    """Â (N, N) of a road graph (N, N) >= 0: with self loops of weight 1, divided by the roots of the row sums."""
    looped = adjacency.clone().fill_diagonal_(1.0)
    root = looped.sum(dim=1).rsqrt()
    return looped * (root.unsqueeze(1) * root)


def _mixed(roads: Tensor, h: Tensor) -> Tensor:
    """(N, N) sparse and (N, B, F) -> (N, B, F)."""
    mixed: Tensor = torch.sparse.mm(roads, h.flatten(1))
    return mixed.view_as(h)
