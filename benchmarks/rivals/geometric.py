"""GAT-GRU from PyTorch Geometric: two ``GATConv``, ``nn.GRU``, a linear map; what its users write.

The graph is repeated for every step of every window, as ``GATConv`` takes one graph at a time. With the weights of
``core.models.gat`` the forecast is the same: self loops, four heads of 32 with ELU, then one, no bias.

Axes: b window, t step, n sensor, e edge, f feature.
"""

import warnings
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.data.windows import Windows
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes
from core.models.gat import GAT, GATConfig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")     # it still calls torch.jit.script, of which torch warns
    from torch_geometric.nn import GATConv


class GeometricGAT(Forecaster):
    """``gat-gru`` of ``core.models`` as a user of PyTorch Geometric would write it."""

    Config = GATConfig
    settings: ClassVar[dict[str, Any]] = GAT.settings

    def __init__(self, sizes: Sizes, config: GATConfig) -> None:
        super().__init__(sizes, config)
        k, f = config.heads, config.features
        self.first = GATConv(1, f, heads=k, bias=False)
        self.second = GATConv(k * f, f, heads=1, bias=False)
        self.gru = nn.GRU(f, config.width)
        self.decode = nn.Linear(config.width, sizes.horizon)
        self.edges = torch.empty(2, 0, dtype=torch.long)

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and the road graph as a list of sender and receiver; the layers add the self loops.

        Raises
        ------
        ValueError
            The data have no road graph.
        """
        super().observe(windows, adjacency)
        if adjacency is None:
            raise ValueError("the data must have an adjacency, got none")
        receiver, sender = (adjacency > 0).nonzero(as_tuple=True)
        self.edges = torch.stack([sender, receiver])

    def copied(self, other: GAT) -> None:
        """Take over the weights of a ``gat-gru``."""
        with torch.no_grad():
            self.first.lin.weight.copy_(other.project.flatten().unsqueeze(-1))
            self.second.lin.weight.copy_(other.output.T)
            for layer, attend in ((self.first, other.attend), (self.second, other.attend_output)):
                layer.att_dst.copy_(attend[None, :, 0])
                layer.att_src.copy_(attend[None, :, 1])
        self.gru.load_state_dict(other.gru.state_dict())
        self.decode.load_state_dict(other.decode.state_dict())

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``; there is nothing to edit."""
        x = ((series - self.shift) / self.scale).unfold(0, self.sizes.inputs, 1)         # (B, N, L)
        b, n, length = x.shape
        edges = self._repeated(b * length, x.device)
        z = functional.elu(self.first(x.permute(2, 0, 1).reshape(-1, 1), edges))         # (L*B*N, K*F)
        f = self.second(z, edges).view(length, b * n, -1)
        _, last = self.gru(f)
        y = self.decode(last[0]).view(b, n, -1).transpose(1, 2)                          # (B, T, N)
        return Forecast(y * self.scale + self.shift, self._no_interaction())

    def _repeated(self, copies: int, device: torch.device) -> Tensor:
        """(2, copies * E): the graph as many times, side by side."""
        first = torch.arange(copies, device=device) * self.sizes.sensors
        return (self.edges.to(device).unsqueeze(1) + first[None, :, None]).flatten(1)
