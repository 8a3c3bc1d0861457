"""GAT-GRU as the paper's authors published it: attention that is nearly a plain mean of the neighbours.

    h_i  = W x_i
    e_ij = LeakyReLU(a_dst · h_i + a_src · h_j, 0.2)      of all pairs
    e    = e / ‖e‖                                        the norm of the whole tensor of a row of the series, all pairs
    α_ij = softmax over j in N(i) of e_ij                 no self loop but those of the road graph itself
    y_i  = Σ_j α_ij h_j

Two such layers, widths, decoder and training as in ``gat-gru``, which is the fair one. The division leaves logits
of the size of 1 / N, or about 1 / √N of a sender that stands out from all others: among 200 sensors the weights in a
row differ by a few per cent. This is a mean over the neighbours, whatever a_dst and a_src are. On a road graph without
a diagonal a sensor does not hear itself. And through the norm, every sensor moves every weight a little, roads or not.
Departure: a sensor that the road graph leaves without anybody hears itself, where the authors' mask gives it the
mean of all sensors.

It is here to stand beside the figures of [1], whose baseline it is; nothing else should be compared with it.

Axes: s row, i receiver, j sender, k head, f feature, d place in the list of a receiver's senders.
[1] Beyond Attention: Learning Spatio-Temporal Dynamics with Emergent Interpretable Topologies, arXiv:2506.00770.
"""

import torch
from torch import Tensor
from torch.nn import functional

from core.data.windows import Windows
from core.models.forecaster import RecurrentForecaster
from core.models.gat import GAT, Heard

SLOPE = 0.2  # of LeakyReLU below zero


class GATPublished(GAT):
    """``gat-published``: the baseline of the paper, with what is wrong with it."""

    def observe(self, windows: Windows, adjacency: Tensor | None) -> None:
        """The scaler, and who hears whom: the road graph as it comes; where it names nobody, the sensor itself.

        Raises
        ------
        ValueError
            The data have no road graph.
        """
        RecurrentForecaster.observe(self, windows, adjacency)
        if adjacency is None:
            raise ValueError("gat-published attends over road neighbours: the data must have an adjacency, got none")
        hears = adjacency > 0
        self.hears.copy_(hears | torch.diag(~hears.any(dim=1)))

    def _attention(self, h: Tensor, attend: Tensor, heard: Heard) -> Tensor:
        """(S, K, N, F) and (K, 2, F) -> (S, K, N, D): the weights of each receiver's D places."""
        ends = torch.einsum("skif,kef->skei", h, attend)                     # (S, K, 2, N)
        dst, src = ends[:, :, 0], ends[:, :, 1]
        e = functional.leaky_relu(dst[..., None] + src[:, :, heard.sender], SLOPE)
        norm = norm_of_all(dst, src)                                         # (S, K)
        e = e / (norm[..., None, None] + 1e-8)
        alpha: Tensor = e.masked_fill(~heard.taken, -torch.inf).softmax(dim=-1)
        return alpha


def norm_of_all(dst: Tensor, src: Tensor) -> Tensor:
    """(S, K, N) and (S, K, N) -> (S, K): the root of Σ_ij LeakyReLU(dst_i + src_j)² over all pairs.

    Of the senders in order of src, those below -dst_i have a negative logit, so the sum over j is two differences of
    running sums: N log N instead of N². In float64, since they may be far larger than what is left.
    """
    a, (b, _) = dst.double(), src.double().sort(dim=-1)
    start = b.new_zeros(*b.shape[:-1], 1)
    first, second = (torch.cat([start, power.cumsum(dim=-1)], dim=-1) for power in (b, b**2))   # (S, K, N + 1)
    below = torch.searchsorted(b.detach().contiguous(), -a.detach().contiguous())    # (S, K, N)
    count = torch.arange(b.shape[-1] + 1, dtype=b.dtype, device=b.device).expand_as(first)

    def square(upto: Tensor) -> Tensor:
        """Σ (a_i + b_j)² over the first so many j."""
        return a**2 * count.gather(-1, upto) + 2 * a * first.gather(-1, upto) + second.gather(-1, upto)

    negative, every = square(below), square(torch.full_like(below, b.shape[-1]))
    total: Tensor = (SLOPE**2 * negative + (every - negative)).clamp(min=0).sum(dim=-1)
    return total.clamp(min=torch.finfo(total.dtype).tiny).sqrt().to(dst.dtype)
