"""The equivariant temporal attention layer, ETAL [1]: each particle looks at its own other frames.

    features θ:     α = softmax_s(q(t)·k(s) / √F), q and k of LayerNorm(θ) + p
                    θ' = θ + W Σ_s α(t,s) u(s),   θ~ = θ' + FF(LayerNorm(θ'))
    coordinates ξ:  β = softmax_{s≠t}(-‖ξ(t) - ξ(s)‖²)     ξ~(t) = ξ(t) + B_ξ Σ_{s≠t} β(t,s) (ξ(s) - ξ(t))
    velocities ω:   γ = softmax_s(ω(t)·ω(s) / √3)          ω~(t) = ω(t) + B_ω Σ_s γ(t,s) (ω(s) - ω(t))

What the paper's formulas leave open is chosen so that the layer is equivariant exactly: p, learned numbers for the
place in time, and LayerNorm and dropout touch features alone; coordinates and velocities get nothing but weighted
differences of themselves, with weights that are invariant.

Departures from the formulas:
- β is over minus the squared distance. As printed it prefers the frame that lies farthest away, which is the one that
  tells least about now.
- B_ξ is 0.5 in the paper, and γ's sum replaces ω, which is B_ω = 1. Both blur the last frame, the only one that a
  forecast of particles without noise depends on, so both are learned and begin at 0.

With ``adjacency`` the messages m_ij(t) attend over time as the features do, and the next layers hear what comes out.

Axes: b trajectory, l t s frame (t listens), n i j particle, f feature, c component.
[1] Spacetime E(n)-Transformer, arXiv:2408.06039.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.egcl import Cloud, perceptron


class Listening(NamedTuple):
    """Attention over time, each (B, N, L, L); rows are the frame that listens and sum to 1."""

    features: Tensor
    coordinates: Tensor
    velocities: Tensor


class TimeAttention(nn.Module):
    """Attention over frames of what is invariant, and a perceptron: ``(..., L, F)`` to the same shape."""

    def __init__(self, width: int, frames: int, dropout: float) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.randn(frames, width) / width**0.5)                   # p
        self.before = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)          # a bias would be the same for all frames
        self.value = nn.Linear(width, width)
        self.mixed = nn.Linear(width, width)
        self.after = nn.LayerNorm(width)
        self.further = perceptron(width, 2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """New features, and the weights (..., L, L)."""
        u = self.before(theta)
        placed = u + self.place
        logits = self.query(placed) @ self.key(placed).transpose(-1, -2)
        alpha = (logits / theta.shape[-1] ** 0.5).softmax(dim=-1)
        theta = theta + self.dropout(self.mixed(alpha @ self.value(u)))
        return theta + self.dropout(self.further(self.after(theta))), alpha


class ETAL(nn.Module):
    """Attention over the L frames of features, coordinates, velocities, and with ``adjacency`` of messages."""

    def __init__(self, width: int, frames: int, *, adjacency: bool, dropout: float) -> None:
        super().__init__()
        self.features = TimeAttention(width, frames, dropout)
        self.messages = TimeAttention(width, frames, dropout) if adjacency else None
        self.blend = nn.Parameter(torch.zeros(2))                                            # B_ξ, B_ω

    def forward(self, cloud: Cloud, message: Tensor) -> tuple[Cloud, Tensor, Listening]:
        """The particles of all frames, ``(B, L, N, ·)``, and their messages ``(B, L, N, N, F)``, after listening."""
        theta, alpha = self.features(cloud.h.transpose(1, 2))                                # (B, N, L, F)
        x, v = cloud.x.transpose(1, 2), cloud.v.transpose(1, 2)                              # (B, N, L, 3)
        beta, gamma = nearness(x), (v @ v.transpose(-1, -2) / 3**0.5).softmax(dim=-1)
        x = x + self.blend[0] * (beta @ x - x)
        v = v + self.blend[1] * (gamma @ v - v)
        if self.messages is not None:
            message = self.messages(message.permute(0, 2, 3, 1, 4))[0].permute(0, 3, 1, 2, 4)
        cloud = Cloud(theta.transpose(1, 2), x.transpose(1, 2), v.transpose(1, 2))
        return cloud, message, Listening(alpha, beta, gamma)


def nearness(x: Tensor) -> Tensor:
    """β: (..., L, 3) coordinates -> (..., L, L) weights of the other frames, 0 on the diagonal."""
    square = (x.unsqueeze(-2) - x.unsqueeze(-3)).square().sum(dim=-1)
    itself = torch.eye(x.shape[-2], dtype=torch.bool, device=x.device)
    return (-square).masked_fill(itself, -torch.inf).softmax(dim=-1)
