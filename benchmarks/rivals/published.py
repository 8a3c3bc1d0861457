"""GAT-GRU and InterGAT-GRU in the way such models are published: plain, and slow.

    x_bt       one step of one window                     rows that windows share are mixed once per window
    h_k        = x_bt W_k                                 projected first,
    z_k        = A_k h_k                                  then mixed, one head after the other
    f_bt       = A_o (ELU([z_1, ..., z_K]) W_o)           a layer of one head, no ELU behind it
    GRU cell:  r, u = σ(W f + b + U h + c);  n = tanh(W_n f + b_n + r (U_n h + c_n));  h' = (1 - u) n + u h
    ŷ          = W h_L + c

InterGAT: ``A`` are the matrices of ``core.models.intergat``, so with its weights the forecast is the same. GAT:

    e_ij = LeakyReLU(a_dst · h_i + a_src · h_j, 0.2) for all pairs;  e / ‖e‖ over all windows of the step;
    α    = softmax over the senders in the road graph; no self loops are added

Written from the equations. Where these leave a choice, it is the faster one: InterGAT's matrices are made once a
forward pass, not once a step.

Axes: b window, t step, i receiver, j sender, k head, f feature.
[1] Beyond Attention: Learning Spatio-Temporal Dynamics with Emergent Interpretable Topologies, arXiv:2506.00770.
[2] Veličković et al., Graph Attention Networks, ICLR 2018, arXiv:1710.10903.
"""

from abc import abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.data.windows import Windows
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes
from core.models.gat import GAT, GATConfig
from core.models.intergat import GAIN, InterGAT, InterGATConfig

NOT_HEARD = -9e15


class Cell(nn.Module):
    """A GRU cell written out; its parameters have the names and shapes of a layer of ``nn.GRU``."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        bound = width**-0.5
        for name, shape in (("weight_ih_l0", (3 * width, features)), ("weight_hh_l0", (3 * width, width)),
                            ("bias_ih_l0", (3 * width,)), ("bias_hh_l0", (3 * width,))):
            self.register_parameter(name, nn.Parameter(torch.empty(shape).uniform_(-bound, bound)))

    def forward(self, features: Tensor, h: Tensor) -> Tensor:
        """(B, N, F) and (B, N, width) -> (B, N, width)."""
        r_in, u_in, n_in = functional.linear(features, self.weight_ih_l0, self.bias_ih_l0).chunk(3, dim=-1)
        r_own, u_own, n_own = functional.linear(h, self.weight_hh_l0, self.bias_hh_l0).chunk(3, dim=-1)
        r, u = torch.sigmoid(r_in + r_own), torch.sigmoid(u_in + u_own)
        n = torch.tanh(n_in + r * n_own)
        return (1 - u) * n + u * h


class Published(Forecaster):
    """Window by window and step by step: a spatial layer, a GRU cell, one map at the end."""

    def __init__(self, sizes: Sizes, config: Any) -> None:
        super().__init__(sizes, config)
        k, f = config.heads, config.features
        self.project = nn.Parameter(torch.empty(k, 1, f))
        self.output = nn.Parameter(torch.empty(k * f, f))
        self.gru = Cell(f, config.width)
        self.decode = nn.Linear(config.width, sizes.horizon)

    def matrices(self) -> list[Tensor]:
        """What a forward pass makes once, before the first step; nothing here."""
        return []

    @abstractmethod
    def mixed(self, k: int, h: Tensor, matrices: list[Tensor]) -> Tensor:
        """What head k, or the output layer as the last, makes of projected features (B, N, F)."""

    def forward(self, series: Tensor, slot: Tensor, edit: Edit | None = None) -> Forecast:  # noqa: ARG002
        """See ``Forecaster.forward``; there is nothing to edit."""
        windows = ((series - self.shift) / self.scale).unfold(0, self.sizes.inputs, 1)    # (B, N, L)
        heads, made = len(self.project), self.matrices()
        h = windows.new_zeros(*windows.shape[:2], self.config.width)
        for t in range(self.sizes.inputs):
            x = windows[:, :, t].unsqueeze(-1)                                            # (B, N, 1)
            z = torch.cat([functional.elu(self.mixed(k, x @ self.project[k], made)) for k in range(heads)], dim=-1)
            h = self.gru(self.mixed(heads, z @ self.output, made), h)
        y = self.decode(h).transpose(1, 2)                                                # (B, T, N)
        return Forecast(y * self.scale + self.shift, self._no_interaction())


class PublishedInterGAT(Published):
    """``intergat-gru`` of ``core.models``, the slow way; the same parameters by the same names."""

    Config = InterGATConfig
    settings: ClassVar[dict[str, Any]] = InterGAT.settings

    def __init__(self, sizes: Sizes, config: InterGATConfig) -> None:
        super().__init__(sizes, config)
        n = sizes.sensors
        self.free = nn.Parameter(torch.empty(config.heads + 1, n, n))
        for matrix in (*self.free, *self.project, self.output):
            nn.init.xavier_uniform_(matrix, gain=GAIN)

    def penalty(self) -> Tensor:
        """Mean |I| of each of the five matrices, summed."""
        return torch.stack([free.abs().mean() for free in self.free]).sum()

    def matrices(self) -> list[Tensor]:
        """The five matrices that multiply the features, each (N, N)."""
        return [self._matrix(free) for free in self.free]

    def mixed(self, k: int, h: Tensor, matrices: list[Tensor]) -> Tensor:
        """``A_k h``."""
        return torch.matmul(matrices[k], h)

    @staticmethod
    def _matrix(free: Tensor) -> Tensor:
        e = (free + free.T) / 2
        e = e / (e.norm(dim=1, keepdim=True) + 1e-8)
        return functional.layer_norm(e, e.shape[-1:]).softmax(dim=1)


class PublishedGAT(Published):
    """The GAT-GRU that InterGAT-GRU was published beside."""

    Config = GATConfig
    settings: ClassVar[dict[str, Any]] = GAT.settings

    hears: Tensor

    def __init__(self, sizes: Sizes, config: GATConfig) -> None:
        super().__init__(sizes, config)
        self.attend = nn.Parameter(torch.empty(config.heads + 1, 2, config.features))     # a_dst, a_src
        for matrix in (*self.project, self.output, *self.attend):
            nn.init.xavier_uniform_(matrix, gain=GAIN)
        self.register_buffer("hears", torch.eye(sizes.sensors, dtype=torch.bool))

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and the road graph as it is.

        Raises
        ------
        ValueError
            The data have no road graph.
        """
        super().observe(windows, adjacency)
        if adjacency is None:
            raise ValueError("the data must have an adjacency, got none")
        self.hears.copy_(adjacency > 0)

    def mixed(self, k: int, h: Tensor, matrices: list[Tensor]) -> Tensor:  # noqa: ARG002
        """``α h``, for every pair of sensors in every window."""
        dst, src = h @ self.attend[k, 0], h @ self.attend[k, 1]                           # (B, N)
        e = functional.leaky_relu(dst.unsqueeze(2) + src.unsqueeze(1), 0.2)               # (B, N, N)
        e = e / e.norm()
        alpha = torch.where(self.hears, e, NOT_HEARD).softmax(dim=-1)
        return torch.matmul(alpha, h)
