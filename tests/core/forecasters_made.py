"""Small forecasters of every kind, and a chunk of made-up readings to ask them of."""

import torch
from torch import Tensor

from core.models import MODELS, Forecaster, Sizes, built
from core.models.tgcn import normalised

N, L, T, S = 7, 5, 3, 11
SIZES = Sizes(sensors=N, inputs=L, horizon=T, slots=96)
UNTRAINED = ("ridge-var", "historical-average", "last-value", "window-mean")
TRAINED = [name for name in MODELS if name not in UNTRAINED]
MIXING = ["intergat-gru", "intergat-plus", "gat-gru", "gat-published"]
ATTENDING = ("gat-gru", "gat-published")


def ring() -> Tensor:
    """A one-way ring: sensor i hears sensor i + 1 and nobody else."""
    return torch.roll(torch.eye(N), 1, dims=1)


def model(name: str) -> Forecaster:
    torch.manual_seed(0)
    made = built(name, SIZES)
    made.shift.fill_(50.0)
    made.scale.fill_(10.0)
    if name in ATTENDING:
        made.hears.copy_((ring() > 0) | torch.eye(N, dtype=torch.bool))
    if name in ("intergat-plus", "historical-average"):
        made.profile.copy_(torch.randn(96, N))
    if name == "ridge-var":
        made.weight.copy_(torch.randn(3 * N, T * N))
    if name == "tgcn":
        made.roads.copy_(normalised(ring()))
    return made.eval()


def chunk(rows: int = S) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return 50 + 10 * torch.randn(rows, N, generator=generator), torch.arange(90, 90 + rows) % 96
