"""The floor: the matrix products of one training step of ``intergat-plus``, and nothing else.

What must be multiplied, whatever the order of the rest, for B windows of L inputs in ``S = B + L - 1`` rows, N sensors,
K heads, width F, T steps ahead and Q numbers learned of a sensor and a time of day; ``(m, k, n)`` is the product of an
m x k with a k x n matrix, 2 m k n operations, and ``U = (2 + K) L + Q + 1`` is what a window is seen by:

    what               forward            gradient of the weights     gradient of what came in
    mixing             (K N, N, S)        (K N, S, N)                 none: the series is given
    first layer        (F, U, B N)        (F, B N, U)                 (K L + Q, F, B N): the own path is given
    two inner layers   (F, F, B N)        (F, B N, F)                 (F, F, B N)
    decoder            (T, F, B N)        (T, B N, F)                 (F, T, B N)

Rows that windows share are mixed once. Operands are float32 and dense, lie in memory already, and results go where
memory is ready. No activation, no copy, no sum over windows, no loss, no optimiser.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from core.models import Sizes
from core.models.intergat_plus import OWN, InterGATPlusConfig

DEFAULT = InterGATPlusConfig()


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


def products(sizes: Sizes, *, batch: int = 64, config: InterGATPlusConfig = DEFAULT) -> list[Product]:
    """Every product of the table, forward before backward."""
    n, t, heads, width = sizes.sensors, sizes.horizon, config.heads, config.width
    rows, windows = batch + sizes.inputs - 1, batch * n
    learned = config.sensor + config.time
    seen = (OWN + heads) * sizes.inputs + learned + 1
    return [
        Product(heads * n, n, rows),
        Product(width, seen, windows),
        Product(width, width, windows, 2),
        Product(t, width, windows),
        Product(t, windows, width),
        Product(width, t, windows),
        Product(width, windows, width, 2),
        Product(width, width, windows, 2),
        Product(width, windows, seen),
        Product(heads * sizes.inputs + learned, width, windows),
        Product(heads * n, rows, n),
    ]


def floor(
    sizes: Sizes, *, batch: int = 64, config: InterGATPlusConfig = DEFAULT, device: str = "cpu"
) -> Callable[[], None]:
    """What multiplies them all once when it is called."""
    generator = torch.Generator().manual_seed(0)

    def matrix(rows: int, columns: int) -> torch.Tensor:
        return torch.randn(rows, columns, generator=generator).to(device)

    work = []
    for m, k, n, times in products(sizes, batch=batch, config=config):
        # A gradient of weights has its second factor transposed, as it lies in memory after the forward pass.
        right = matrix(n, k).T if k > m and k > n else matrix(k, n)
        work.append((matrix(m, k), right, torch.empty(m, n, device=device), times))

    def once() -> None:
        for left, right, out, times in work:
            for _ in range(times):
                torch.mm(left, right, out=out)

    return once
