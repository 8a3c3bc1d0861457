"""The Spacetime E(n)-Transformer, SET [1]: particles listen to each other in space and to themselves in time.

    h_i(l) = W ‖v_i(l)‖ + w_l                            all L frames shown, w_l learned
    M blocks:   K layers EGCL, shared by all frames      `core/models/egcl.py`
                one layer ETAL                           `core/models/etal.py`
    mean over time:  h̄_i = Σ_l ρ_i(l) h_i(l),  x̄ and v̄ as well,   ρ_i = softmax_l(r·h_i(l) + r_l)
    read-out:   one EGCL on h̄, x̄, v̄, whose T channels are x and v at each frame ahead

Turned, mirrored or moved particles give the forecast turned, mirrored or moved, exactly, with every switch but
``equivariance``. Weights ρ sum to 1 and are invariant, so a mean of coordinates moves along; w_l and r_l, the places
in time, touch features alone.

What the paper leaves open, and departures:
- *Which time coordinates mean.* A mean over frames of where a particle was is a place in the past. Here the EGCLs of
  frame l take it as much longer as it lies further back, ``τ_l = (reach + (L - l) interval) / (M K)``, so that all
  frames end at the same moment, the one from which the read-out goes on; their mean is one of forecasts.
- *Mean over time.* ρ, which begins at a softmax of ``-2 (L - l)``, most of it on the last frame: particles without
  noise have no memory, and the last frame is the best forecaster. A plain mean is ``r = 0, r_l = 0``.
- Those of the two layers. An untrained model is nearly flight straight ahead.
- Published settings without figures here: rate 4.45e-5; K = M = 4, width 64 in the authors' program.
- Dropout, published as 0.1, is 0; `benchmarks/NBODY.md` says what it is worth ('with dropout').

Switches: ``equivariance`` (without: components of positions and velocities are features, and φ's give components),
``spatial_attention`` (the gates), ``temporal_attention`` (without: no ETAL, frames meet in the mean alone),
``temporal_adjacency`` (messages attend over time too). Heads: the gate of each layer at each frame, then the read-out.

Axes: b trajectory, l input frame, n i j particle, f feature, t frame ahead, c component, h head, m block.
[1] Spacetime E(n)-Transformer: Equivariant Attention for Spatio-temporal Graphs, arXiv:2408.06039.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from core.choices import require_positive
from core.models.egcl import EGCL, Cloud, attributes, paced
from core.models.etal import ETAL, Listening
from core.models.model import Forecast
from core.models.particles import ParticleForecaster, ParticleSizes


@dataclass(frozen=True, kw_only=True, slots=True)
class SpacetimeConfig:
    """Sizes, and the switches of the ablations; with the read-out there are as many layers as in ``egnn``."""

    blocks: int = 3
    layers: int = 1
    width: int = 64
    dropout: float = 0.0
    equivariance: bool = True
    spatial_attention: bool = True
    temporal_attention: bool = True
    temporal_adjacency: bool = False

    def __post_init__(self) -> None:
        require_positive(self, "blocks", "layers", "width")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, got {self.dropout}")
        if self.temporal_adjacency and not self.temporal_attention:
            raise ValueError("temporal_adjacency must go with temporal_attention, got it without")


class Seen(NamedTuple):
    """What a forward pass leaves: the forecast, every gate (B, H, N, N), what each block listened to in time."""

    y: Tensor
    gates: Tensor
    listening: list[Listening]


class SpacetimeTransformer(ParticleForecaster):
    """``set``: attention over space and time that turns with the particles."""

    Config = SpacetimeConfig
    settings: ClassVar[dict[str, Any]] = {
        "epochs": 60, "batch": 100, "rate": 2e-3, "schedule": "cosine", "clip": 1.0,
    }

    back: Tensor

    def __init__(self, sizes: ParticleSizes, config: SpacetimeConfig) -> None:
        super().__init__(sizes, config)
        if config.temporal_attention and sizes.inputs < 2:
            raise ValueError(f"temporal_attention must have at least 2 input frames to look at, got {sizes.inputs}")
        f, back = config.width, torch.arange(sizes.inputs - 1, -1, -1.0)                     # L - l
        self.embed = nn.Linear(1 if config.equivariance else 6, f)
        self.place = nn.Parameter(torch.randn(sizes.inputs, f) / f**0.5)                     # w
        later = 4 + f if config.temporal_adjacency else 4                                    # what layers are given
        self.spatial = nn.ModuleList(
            self._layer(4 if m == 0 else later) for m in range(config.blocks) for _ in range(config.layers)
        )
        self.temporal = nn.ModuleList(
            ETAL(f, sizes.inputs, adjacency=config.temporal_adjacency, dropout=config.dropout)
            for _ in range(config.blocks if config.temporal_attention else 0)
        )
        self.score = nn.Linear(f, 1, bias=False)                                             # r
        nn.init.zeros_(self.score.weight)
        self.recent = nn.Parameter(-2 * back)                                                # r_l
        self.read_out = self._layer(later, channels=sizes.horizon)
        self.register_buffer("back", back * sizes.interval, persistent=False)

    @property
    def heads(self) -> tuple[str, ...]:
        """The gate of each layer at each input frame, and that of the read-out."""
        if not self.config.spatial_attention:
            return ()
        frames = range(1, self.sizes.inputs + 1)
        return (*(f"layer {k + 1}, frame {frame}" for k in range(len(self.spatial)) for frame in frames), "read-out")

    def forward(self, state: Tensor, charge: Tensor) -> Forecast:
        """See ``ParticleForecaster.forward``."""
        seen = self._seen(state, charge)
        return Forecast(seen.y, seen.gates if self.config.spatial_attention else self._no_interaction(state))

    def attention(self, state: Tensor, charge: Tensor) -> dict[str, Tensor]:
        """See ``ParticleForecaster.attention``; the weights β and γ count as much as ``ETAL.blend`` lets them."""
        listening = self._seen(state, charge).listening
        if not listening:
            return {}
        return {kind: torch.stack([getattr(block, kind) for block in listening], dim=1) for kind in Listening._fields}

    def _seen(self, state: Tensor, charge: Tensor) -> Seen:
        """The forward pass."""
        x, v = state[..., :3], state[..., 3:]
        h = self.embed(v.norm(dim=-1, keepdim=True) if self.config.equivariance else state)  # (B, L, N, F)
        cloud = Cloud(h + self.place.unsqueeze(1), x, v)
        given = told = attributes(x, charge.unsqueeze(1), self.config.equivariance)          # (B, L, N, N, 4)
        reach, rest = paced(self.times, len(self.spatial) + 1)
        time = ((reach + self.back) / len(self.spatial))[:, None, None]                      # τ_l
        gates, listening = [], []
        for k, layer in enumerate(self.spatial):
            cloud, heard = layer(cloud, told, time)
            gates.append(heard.gate)
            if self.temporal and (k + 1) % self.config.layers == 0:
                cloud, message, maps = self.temporal[k // self.config.layers](cloud, heard.message)
                listening.append(maps)
                if self.config.temporal_adjacency:
                    told = torch.cat([given, message], dim=-1)
        rho = (self.score(cloud.h).squeeze(-1) + self.recent.unsqueeze(-1)).softmax(dim=1)   # (B, L, N)
        mean = Cloud(*(torch.einsum("bln,blnc->bnc", rho, part) for part in cloud))
        told = torch.cat([given[:, -1], torch.einsum("bln,blnjf->bnjf", rho, told[..., 4:])], dim=-1)
        heard = self.read_out.heard(mean, told)
        y = torch.cat(self.read_out.moved(mean, heard, rest[:, None]), dim=-1).transpose(1, 2)
        return Seen(y, torch.cat([torch.stack(gates, dim=1).flatten(1, 2), heard.gate.unsqueeze(1)], dim=1), listening)

    def _layer(self, given: int, channels: int | None = None) -> EGCL:
        return EGCL(
            self.config.width,
            given,
            gate=self.config.spatial_attention,
            equivariance=self.config.equivariance,
            channels=channels,
        )
