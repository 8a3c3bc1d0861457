"""A GRU over every window of neighbouring rows, in which a row's features are multiplied once, not once per window.

    given = W f + b                                     per row, shared by the L windows that hold it
    r, z  = σ(given + U h + c)                          per window and step
    n     = tanh(given_n + r (U_n h + c_n))
    h     = n + z (h - n)                               from h = 0

The equations and the weights are ``torch.nn.GRU``'s; `benchmarks/SPEED.md` says by how much it is faster. Three
things make it so: the input product is L times smaller; a step reads its rows as a slice, so windows are never
copied; and the backward pass is written out, over blocks of windows whose states stay in the processor's cache.
Smaller savings: nothing is multiplied with the state before the first step, which is 0, and tanh x is computed as
2 σ(2x) - 1, which is quicker.

Axes: s row, n sensor, b window (B = S - L + 1), l step, w state. States are kept as columns, (w, b * n): each gate
is one piece of memory, and the rows of step l are the columns from l * N on.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn

# Columns of a block: its gates and states of one step are about 2 MB in float32 at width 32, a second-level cache.
BLOCK = 4096


def last_states(gru: nn.GRU, features: Tensor, length: int) -> Tensor:
    """The state after the last step of each window of ``length`` neighbouring rows.

    Parameters
    ----------
    gru : of one layer and one direction, with biases; F features in, W states out
    features : (S, N, F), with S >= length
    length : rows of a window

    Returns
    -------
    (B, N, W)
        With B = S - length + 1. Gradients flow to the features and to the GRU's weights; of first order alone.

    Raises
    ------
    ValueError
        The GRU has more layers, directions or no biases, or there are fewer rows than a window needs.
    RuntimeError
        A gradient is taken with ``create_graph``.
    """
    if gru.num_layers != 1 or gru.bidirectional or not gru.bias:
        raise ValueError("gru must have one layer, one direction and biases: the others are not written out here")
    rows, sensors, _ = features.shape
    if not 1 <= length <= rows:
        raise ValueError(f"length must be from 1 to the {rows} rows there are, got {length}")
    w, u, b, c = (cast(Tensor, weights) for weights in gru.all_weights[0])
    given = torch.addmm(b[:, None], w, features.flatten(0, 1).t())             # (3W, S*N)
    needed = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (given, u, c))
    states: Tensor = _Rolling.apply(given, u, c, length, sensors, needed)  # type: ignore[no-untyped-call]  # (W, B*N)
    return states.t().reshape(rows - length + 1, sensors, -1)


class _Rolling(torch.autograd.Function):
    """``given (3W, S*N)``, ``U (3W, W)``, ``c (3W,)`` -> the last states (W, B*N).

    ``needed``: whether there will be a way back. Only the caller knows: in here gradients are always off, and
    ``needs_input_grad`` is that of the weights even where they are off outside as well.
    """

    @staticmethod
    def forward(ctx: Any, given: Tensor, u: Tensor, c: Tensor, length: int, sensors: int, needed: bool) -> Tensor:
        width, columns = u.shape[1], given.shape[1] - (length - 1) * sensors
        last = given.new_empty(width, columns)
        kept = []                                   # of each block and step: gates with U_n h + c_n, n, h before
        for a in range(0, columns, BLOCK):
            b = min(a + BLOCK, columns)
            steps = []
            h = given.new_zeros(width, b - a)
            for k in range(length):
                row = given[:, a + k * sensors : b + k * sensors]
                gates = torch.addmm(c[:, None], u, h) if k else c[:, None].repeat(1, b - a)
                gates[: 2 * width].add_(row[: 2 * width]).sigmoid_()
                fresh = torch.addcmul(row[2 * width :], gates[:width], gates[2 * width :])
                fresh.mul_(2).sigmoid_().mul_(2).sub_(1)
                if needed:
                    steps.append((gates, fresh, h))
                h = torch.lerp(fresh, h, gates[width : 2 * width])
            last[:, a:b] = h
            kept.append(steps)
        ctx.kept, ctx.length, ctx.sensors, ctx.shape = kept, length, sensors, given.shape
        ctx.save_for_backward(u)
        return last

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None, None]:
        if torch.is_grad_enabled():                 # only with create_graph: what follows would be silently constant
            raise RuntimeError("gradients of last_states are of first order: create_graph must be False")
        (u,) = ctx.saved_tensors
        width, columns, back = u.shape[1], grad.shape[1], u.t().contiguous()
        d_given, d_u, d_c = grad.new_zeros(ctx.shape), torch.zeros_like(u), grad.new_zeros(3 * width)
        for a, steps in zip(range(0, columns, BLOCK), ctx.kept, strict=True):
            b = min(a + BLOCK, columns)
            d_h, d_gates = grad[:, a:b], grad.new_empty(3 * width, b - a)
            for k, (gates, fresh, h) in reversed(list(enumerate(steps))):
                reset, keep, candidate = gates[:width], gates[width : 2 * width], gates[2 * width :]
                passed = d_h * keep                                                     # what h gets past the step
                d_fresh = torch.ops.aten.tanh_backward(d_h - passed, fresh)
                torch.addcmul(passed, passed, keep, value=-1, out=d_gates[width : 2 * width]).mul_(h - fresh)
                torch.mul(d_fresh, reset, out=d_gates[2 * width :])
                torch.ops.aten.sigmoid_backward.grad_input(d_fresh * candidate, reset, grad_input=d_gates[:width])
                row = d_given[:, a + k * ctx.sensors : b + k * ctx.sensors]
                row[: 2 * width].add_(d_gates[: 2 * width])
                row[2 * width :].add_(d_fresh)
                d_c += d_gates.sum(dim=1)
                if k:                               # before the first step h is 0, and nobody asks how it got there
                    d_u.addmm_(d_gates, h.t())
                    d_h = torch.addmm(passed, back, d_gates)
        return d_given, d_u, d_c, None, None, None
