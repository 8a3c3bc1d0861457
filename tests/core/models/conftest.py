"""Particles drawn at random, and models whose weights are large enough that every path through them counts."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.models import ParticleForecaster, ParticleSizes, built

B, L, N = 3, 4, 5
SIZES = ParticleSizes(inputs=L, ahead=(2, 5), interval=0.1)


def loud(module: nn.Module, seed: int = 1) -> None:
    """Weights in place of the initial ones, of which some are nearly nothing."""
    generator = torch.Generator().manual_seed(seed)
    for weight in module.parameters():
        size = 0.9 / weight.shape[-1] ** 0.5 if weight.ndim == 2 else 0.4
        weight.data = size * torch.randn(weight.shape, generator=generator, dtype=torch.float64)


def model(name: str, sizes: ParticleSizes = SIZES, **config: Any) -> ParticleForecaster:
    if name in {"egnn", "set", "lstm", "mlp"}:
        config = {"width": 8, **config}
    made = built(name, sizes, config).double()
    loud(made)
    return made.eval()


def scene(batch: int = B, frames: int = L, particles: int = N, seed: int = 2) -> tuple[Tensor, Tensor]:
    """Particles on smooth paths, near enough to each other to matter."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    v = drawn(batch, 1, particles, 3) + 0.3 * drawn(batch, frames, particles, 3)
    x = drawn(batch, 1, particles, 3) + 0.1 * v.cumsum(dim=1)
    charge = torch.ones(batch, particles, dtype=torch.float64)
    charge[:, ::2] = -1
    return torch.cat([x, v], dim=-1), charge


@pytest.fixture
def state() -> Tensor:
    return scene()[0]


@pytest.fixture
def charge() -> Tensor:
    return scene()[1]
