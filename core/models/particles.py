"""What every model of moving particles returns, and how it is told the times it forecasts.

    x̂_i(t), v̂_i(t)  for the frames t ahead, from x_i(l), v_i(l) of L input frames and the charges c_i

The scale is 1 and the shift 0, always: a shift of the coordinates other than along with all particles, or a scale
of one component other than all, would break the symmetry that half of these models are built for. Nothing in a model
knows the number of particles, so that a model of five can be asked about thirty.

Axes: b trajectory of a batch, l input frame, t frame ahead, i receiver, j sender, c component (0 to 2 the position,
3 to 5 the velocity), h head.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.choices import require_positive
from core.data.coulomb import flown
from core.data.trajectories import Scenes
from core.models.model import Forecast, Model


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticleSizes:
    """What a model of particles must know before it sees them; how many there are is not of it.

    Attributes
    ----------
    inputs : frames it is shown, L
    ahead : the frames it forecasts, counted from the last one shown, T of them, rising
    interval : time from one frame to the next
    """

    inputs: int = 10
    ahead: tuple[int, ...] = (10,)
    interval: float = 0.1

    def __post_init__(self) -> None:
        object.__setattr__(self, "ahead", tuple(self.ahead))      # a list, where it was read from JSON
        require_positive(self, "inputs")
        if not self.ahead or self.ahead[0] < 1 or list(self.ahead) != sorted(set(self.ahead)):
            raise ValueError(f"ahead must be frames of at least 1, each later than the one before, got {self.ahead}")
        if not 0 < self.interval < float("inf"):
            raise ValueError(f"interval must be a finite time above 0, got {self.interval}")

    @property
    def horizon(self) -> int:
        """T, the number of frames ahead."""
        return len(self.ahead)

    @property
    def times(self) -> tuple[float, ...]:
        """Time from the last frame shown to each frame ahead."""
        return tuple(self.interval * frames for frames in self.ahead)


class ParticleForecaster(Model):
    """A model of the table ``PARTICLE_MODELS``: sizes and configuration in, ``Forecast`` out."""

    sizes: ParticleSizes
    times: Tensor

    def __init__(self, sizes: ParticleSizes, config: Any) -> None:
        super().__init__(sizes, config)
        self.register_buffer("times", torch.tensor(sizes.times), persistent=False)

    def observe(self, scenes: Scenes) -> None:
        """Nothing is taken from the data but the certainty that they are cut as the model expects.

        Raises
        ------
        ValueError
            The scenes show or ask for other frames than the model was built for, or at another interval.
        """
        given = (scenes.inputs, tuple(scenes.ahead), scenes.trajectories.interval)
        built = (self.sizes.inputs, self.sizes.ahead, self.sizes.interval)
        if given != built:
            raise ValueError(f"scenes must have inputs, frames ahead and interval {built} as the model, got {given}")

    @abstractmethod
    def forward(self, state: Tensor, charge: Tensor) -> Forecast:
        """Forecast a batch of trajectories.

        Parameters
        ----------
        state : (B, L, N, 6) positions and velocities of the frames shown, the last one last
        charge : (B, N) of each particle, +1 or -1

        Returns
        -------
        Forecast
            ``y (B, T, N, 6)``, and ``interaction (B, H, N, N)``: the gate by which receiver i lets in the message of
            sender j, from 0 to 1, 0 on the diagonal; ``(0, N, N)`` where nobody hears anybody.
        """

    def attention(self, state: Tensor, charge: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """Attention over time; ``state`` and ``charge`` as in ``forward``.

        Returns
        -------
        dict
            'features', 'coordinates', 'velocities', as far as the model has them: each (B, M, N, L, L), for M blocks;
            rows are the frame that listens and sum to 1. Empty for a model without.
        """
        return {}

    def drift(self, state: Tensor) -> Tensor:
        """(B, L, N, 6) -> (B, T, N, 6): from the last frame shown on, everybody flies straight ahead."""
        v = state[:, -1, :, 3:]
        x = flown(state[:, -1, :, :3], v, self.times)
        return torch.cat([x, v[:, None].expand_as(x)], dim=-1)

    def _no_interaction(self, state: Tensor) -> Tensor:
        return state.new_zeros((0, state.shape[2], state.shape[2]))
