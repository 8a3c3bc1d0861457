"""The floor: the matrix products of one training step of ``intergat-plus``, and nothing else.

What must be multiplied, whatever the order of the rest, for B windows of L inputs in ``S = B + L - 1`` rows, N sensors,
K heads, width F and T steps ahead; ``(m, k, n)`` is the product of an m x k with a k x n matrix, 2 m k n operations:

    what                    forward                        gradient of the weights     gradient of what came in
    mixing                  (S, N, K N)                    (K N, S, N)                 none: the series is given
    projection              (S N, 2 + K, F)                (F, S N, 2 + K)             (S N, F, K): own path is given
    GRU, input, per row     (S N, F, 3 F)                  (3 F, S N, F)               (S N, 3 F, F)
    GRU, state, L - 1 times (B N, F, 3 F)                  (3 F, B N, F)               (B N, 3 F, F)
    decoder                 (B N, F, T)                    (T, B N, F)                 (B N, T, F)

The first state is zero and needs no product; rows that windows share are multiplied once. Operands are float32 and
dense, lie in memory already, and results go where memory is ready. No activation, no copy, no sum over windows, no
loss, no optimiser.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from core.models import Sizes


class Product(NamedTuple):
    """An m x k times a k x n matrix, so many times."""

    m: int
    k: int
    n: int
    times: int = 1

    @property
    def operations(self) -> int:
        """Multiplications and additions."""
        return 2 * self.m * self.k * self.n * self.times


def products(sizes: Sizes, *, batch: int = 64, heads: int = 4, width: int = 32) -> list[Product]:
    """Every product of the table, forward before backward."""
    n, t, again = sizes.sensors, sizes.horizon, sizes.inputs - 1
    s = batch + again
    rows, windows = s * n, batch * n
    return [
        Product(s, n, heads * n),
        Product(rows, 2 + heads, width),
        Product(rows, width, 3 * width),
        Product(windows, width, 3 * width, again),
        Product(windows, width, t),
        Product(t, windows, width),
        Product(windows, t, width),
        Product(3 * width, windows, width, again),
        Product(windows, 3 * width, width, again),
        Product(3 * width, rows, width),
        Product(rows, 3 * width, width),
        Product(width, rows, 2 + heads),
        Product(rows, width, heads),
        Product(heads * n, s, n),
    ]


def floor(sizes: Sizes, *, batch: int = 64, heads: int = 4, width: int = 32,
          device: str = "cpu") -> Callable[[], None]:
    """What multiplies them all once when it is called."""
    generator = torch.Generator().manual_seed(0)

    def matrix(rows: int, columns: int) -> torch.Tensor:
        return torch.randn(rows, columns, generator=generator).to(device)

    work = []
    for product in products(sizes, batch=batch, heads=heads, width=width):
        m, k, n, times = product
        # A gradient of weights has its first factor transposed, as it lies in memory after the forward pass.
        left = matrix(k, m).T if k > m and k > n else matrix(m, k)
        work.append((left, matrix(k, n), torch.empty(m, n, device=device), times))

    def once() -> None:
        for left, right, out, times in work:
            for _ in range(times):
                torch.mm(left, right, out=out)

    return once
