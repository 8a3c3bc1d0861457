"""The equivariant graph layer with velocities, EGCL [1, §3.2], which ``egnn`` and ``set`` are made of.

    m_ij = s_ij φ_e(h_i, h_j, a_ij, d_ij)           s_ij = σ(φ_inf(·)), the gate [1, eq. 8]; 1 without; m_ii = 0
    v_i' = φ_v(h_i) v_i + C Σ_j (x_i - x_j) φ_x(m_ij)          C = 1 / (N - 1)
    x_i' = x_i + τ v_i'
    h_i' = h_i + φ_h(h_i, Σ_j m_ij)

``d_ij``, of the distance ``r² = ‖x_i - x_j‖²``, does not change when all particles are turned, mirrored or moved
together. Since it and h are invariant and the only vectors are v and differences of x, x' and v' turn, mirror and move
along.

Departures from the paper's formulas, none of which touches that:
- τ, the time a layer lasts. The paper's ``x' = x + v'`` adds a velocity to a position; here ``v'`` stays a velocity, so
  that layers that change nothing are flight straight ahead. ``τ = 1`` is the paper's.
- ``r²`` enters as ``log(r² + 0.01)``, ``1 / (r² + 0.05)`` and ``r² / 10``: forces go with ``1 / r²`` and are decided
  where particles nearly meet, which ``r²`` alone does not tell apart from nothing.
- φ_x has no bias, so that a shut gate is silence: ``φ_x(0) = 0``.
- φ_v begins at 1 and φ_x near 0, as in the authors' program for the latter.

φ_e's first layer is ``W [h_i, h_j, p_ij] = W_r h_i + W_s h_j + W_p p_ij``: h is multiplied once for each particle, not
once for each pair.

Not equivariant, to compare with: ``d_ij`` is the components of ``x_i - x_j``, φ_v and φ_x give three components each,
and ``v_i' = v_i + φ_v(h_i) + C Σ_j φ_x(m_ij)``.

Axes: ... any that come first, i receiver, j sender, f feature, p number of a pair, t channel, c component.
[1] Satorras et al., E(n) Equivariant Graph Neural Networks, ICML 2021, arXiv:2102.09844.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

SMALL = 0.001       # gain of the last weights of φ_x and φ_v: the untrained layer is flight straight ahead


class Cloud(NamedTuple):
    """Particles: invariant features ``h (..., N, F)``, positions ``x (..., N, 3)``, velocities ``v (..., N, 3)``."""

    h: Tensor
    x: Tensor
    v: Tensor


class Heard(NamedTuple):
    """Messages ``m (..., N, N, F)`` after the gate, zero where i is j; ``gate (..., N, N)``; differences of x."""

    message: Tensor
    gate: Tensor
    between: Tensor


class EGCL(nn.Module):
    """One layer.

    Parameters
    ----------
    width : features F of a particle and of a message
    given : numbers of a pair a_ij that come from outside
    gate : whether messages are gated
    equivariance : without, the variant to compare with
    channels : of a read-out, how many forecasts T it makes from the same messages; None for a layer before others
    """

    def __init__(
        self,
        width: int,
        given: int,
        *,
        gate: bool,
        equivariance: bool = True,
        channels: int | None = None,
    ) -> None:
        super().__init__()
        self.equivariance = equivariance
        self.receiver = nn.Linear(width, width)
        self.sender = nn.Linear(width, width, bias=False)
        self.pair = nn.Linear(given + 3, width, bias=False)
        self.message = nn.Linear(width, width)
        self.gate = nn.Linear(width, 1) if gate else None
        components = (channels or 1) * (1 if equivariance else 3)
        self.push = perceptron(width, width, components, bias=False, gain=SMALL)             # φ_x
        self.keep = perceptron(width, width, components, gain=SMALL)                         # φ_v
        self.feature = perceptron(2 * width, width, width) if channels is None else None     # φ_h

    def heard(self, cloud: Cloud, given: Tensor) -> Heard:
        """Every pair's message; ``given (..., N, N, P)``."""
        between = cloud.x.unsqueeze(-2) - cloud.x.unsqueeze(-3)                              # (..., i, j, c)
        pair = torch.cat([given, near(between) if self.equivariance else between], dim=-1)
        first = self.receiver(cloud.h).unsqueeze(-2) + self.sender(cloud.h).unsqueeze(-3) + self.pair(pair)
        m = functional.silu(self.message(functional.silu(first)))
        others = 1 - torch.eye(m.shape[-2], dtype=m.dtype, device=m.device)
        gate = others.expand(m.shape[:-1]) if self.gate is None else others * self.gate(m).squeeze(-1).sigmoid()
        return Heard(m * gate.unsqueeze(-1), gate, between)

    def moved(self, cloud: Cloud, heard: Heard, time: Tensor) -> tuple[Tensor, Tensor]:
        """Positions and velocities, each (..., N, T, 3), after ``time``, which is broadcast to that."""
        weight = 1 / max(cloud.x.shape[-2] - 1, 1)
        push, keep = self.push(heard.message), self.keep(cloud.h)
        x, v = cloud.x.unsqueeze(-2), cloud.v.unsqueeze(-2)
        if self.equivariance:
            pushed = torch.einsum("...ijt,...ijc->...itc", push, heard.between)
            v = (1 + keep).unsqueeze(-1) * v + weight * pushed
        else:
            v = v + (keep + weight * push.sum(dim=-2)).unflatten(-1, (-1, 3))
        return x + time * v, v

    def forward(self, cloud: Cloud, given: Tensor, time: Tensor) -> tuple[Cloud, Heard]:
        """The layer before others; ``time`` () or broadcast to (..., N, 1).

        Raises
        ------
        ValueError
            It is a read-out, which has no features to hand on.
        """
        if self.feature is None:
            raise ValueError("a layer with channels is a read-out: call heard and moved")
        heard = self.heard(cloud, given)
        x, v = self.moved(cloud, heard, time.unsqueeze(-1))
        told = torch.cat([cloud.h, heard.message.sum(dim=-2)], dim=-1)
        return Cloud(cloud.h + self.feature(told), x.squeeze(-2), v.squeeze(-2)), heard


def near(between: Tensor) -> Tensor:
    """(..., c) differences -> (..., 3) what a network is told of how long they are."""
    square = between.square().sum(dim=-1, keepdim=True)
    return torch.cat([(square + 0.01).log(), 1 / (square + 0.05), square / 10], dim=-1)


def perceptron(inputs: int, width: int, outputs: int, *, bias: bool = True, gain: float | None = None) -> nn.Sequential:
    """Linear, SiLU, linear; with a gain, the last weights begin Xavier uniform with it and the bias at zero."""
    first, last = nn.Linear(inputs, width, bias=bias), nn.Linear(width, outputs, bias=bias)
    if gain is not None:
        nn.init.xavier_uniform_(last.weight, gain=gain)
        if bias:
            nn.init.zeros_(last.bias)
    return nn.Sequential(first, nn.SiLU(), last)


def attributes(x: Tensor, charge: Tensor, equivariance: bool = True) -> Tensor:
    """a_ij, what stays as it was at the input: ``x (..., N, 3)``, ``charge (..., N)`` -> (..., N, N, 4).

    They are ``c_i c_j`` and the distance, or without equivariance the components of ``x_i - x_j``.
    """
    between = x.unsqueeze(-2) - x.unsqueeze(-3)
    product = (charge.unsqueeze(-1) * charge.unsqueeze(-2)).expand(between.shape[:-1])
    return torch.cat([product.unsqueeze(-1), near(between) if equivariance else between], dim=-1)


def paced(times: Tensor, layers: int) -> tuple[Tensor, Tensor]:
    """How the time to the frames ahead is shared out among layers, of which the last is the read-out.

    The others together go as far as their share of the mean time, and the read-out the rest to each frame; with one
    frame ahead, all layers the same.

    Returns
    -------
    Tensor, Tensor
        The time in which all layers but the last reach where they end, (), and those of the last, (T,).

    >>> reach, rest = paced(torch.tensor([1.0]), 4)
    >>> reach.item(), rest.tolist()
    (0.75, [0.25])
    """
    reach = times.mean() * (layers - 1) / layers
    return reach, times - reach
