"""A trained run of particles, asked again: for any trajectory, as it is or turned, and what it listened to.

Arrays in, arrays out. The model runs in float64, so that what remains of a symmetry after turning is the model's and
not the rounding of its numbers; the weights are those of the run.

Axes: b trajectory, l s frame seen, t frame ahead, n i j particle, c component, h head, m block.
"""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from core.experiment import model_of
from core.models import ParticleForecaster
from core.models.etal import ETAL
from core.models.spacetime import SpacetimeTransformer
from core.run import Run

Array = NDArray[np.float64]

# A recomputed forecast may differ from the stored one by this share of the size of the cloud: float32 rounds by a
# millionth of it, and particles that nearly meet make that a thousand times as much; other weights make it all of it.
TOLERANCE = 1e-2


class ParticleProbe:
    """A trained model of particles, on the CPU, in float64.

    Attributes
    ----------
    forecast : (W, T, N, 6) of the trajectories that the run keeps
    reproduced : largest difference of a position from what the run has stored
    """

    def __init__(self, run: Run) -> None:
        """Load the weights and repeat the forecasts that the run has stored.

        Raises
        ------
        ValueError
            The run is not of particles, its weights do not fit its model (both as a ``RunError``), or they do not
            repeat its forecasts.
        """
        kept = run.tracked
        model = cast(ParticleForecaster, model_of(run))
        self._model: ParticleForecaster = model.double().requires_grad_(requires_grad=False)
        self.heads = model.heads
        self.forecast = self.ask(kept.seen, kept.charge)
        away = np.abs(self.forecast[..., :3] - kept.forecast[..., :3])
        places = self.forecast[..., :3]
        size = float(np.sqrt(np.square(places - places.mean(axis=-2, keepdims=True)).sum(axis=-1).mean()))
        self.reproduced = float(away.max())
        # the middle of all differences: where two particles nearly meet, a forecast may turn on the last digit
        if not np.quantile(away, 0.9) <= TOLERANCE * max(size, 1e-6):
            raise ValueError(
                f"the weights of run {run.name} must repeat its stored forecasts, got positions that are "
                f"{np.quantile(away, 0.9):.3g} or more away for a tenth of them: the weights or the forecasts were "
                "changed since, or made by another version"
            )

    def ask(self, state: NDArray[np.floating], charge: NDArray[np.floating]) -> Array:
        """What the model forecasts.

        Parameters
        ----------
        state : (B, L, N, 6) positions and velocities of the frames seen
        charge : (B, N)

        Returns
        -------
        (B, T, N, 6)

        Raises
        ------
        ValueError
            Shapes that do not fit the model or each other, or numbers that are not finite.
        """
        given = self._given(state, charge)
        with torch.no_grad():
            y: torch.Tensor = self._model(*given).y
        return np.asarray(y.numpy(), dtype=np.float64)

    def gates(self, state: NDArray[np.floating], charge: NDArray[np.floating]) -> Array:
        """The gates (B, H, N, N) of the forecast of ``state`` and ``charge``, as in ``ask``; H is 0 without gates."""
        given = self._given(state, charge)
        with torch.no_grad():
            found: torch.Tensor = self._model(*given).interaction
        b, n = charge.shape
        return np.broadcast_to(found.numpy(), (b, len(self.heads), n, n)).astype(np.float64)

    def attention(self, state: NDArray[np.floating], charge: NDArray[np.floating]) -> dict[str, Array]:
        """Attention over time by kind, each (B, M, N, L, L), rows the frame that listens; empty for a model without."""
        given = self._given(state, charge)
        with torch.no_grad():
            return {kind: np.asarray(maps.numpy()) for kind, maps in self._model.attention(*given).items()}

    @property
    def blend(self) -> Array | None:
        """(M, 2) how far coordinates and velocities follow what they listen to, B_ξ and B_ω of `core/models/etal.py`.

        None for a model without attention over time.
        """
        if not isinstance(self._model, SpacetimeTransformer) or not self._model.temporal:
            return None
        return np.stack([cast(ETAL, layer).blend.numpy() for layer in self._model.temporal])

    def _given(
        self, state: NDArray[np.floating], charge: NDArray[np.floating]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        frames = self._model.sizes.inputs
        if state.ndim != 4 or state.shape[1] != frames or state.shape[-1] != 6 or 0 in state.shape:
            raise ValueError(f"state must have shape (B, {frames}, N, 6), got {state.shape}")
        if charge.shape != (state.shape[0], state.shape[2]):
            raise ValueError(f"charge must have shape {(state.shape[0], state.shape[2])}, got {charge.shape}")
        for name, array in (("state", state), ("charge", charge)):
            if not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
        return torch.tensor(np.asarray(state, dtype=np.float64)), torch.tensor(np.asarray(charge, dtype=np.float64))
