"""Which weight has which colour: the scale of a heatmap, said in words on its colour bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.colours import DIVERGING, SEQUENTIAL
from app.figures.text import digits

USUAL = 0.995  # quantile of the weights at which a scale ends where few are far above it
FAR = 1.5  # as many times that quantile


@dataclass(frozen=True, slots=True)
class Scale:
    """Colours from ``low`` to ``high``; weights beyond are drawn as the end they are beyond."""

    low: float
    high: float
    clipped: bool
    signed: bool

    @property
    def colours(self) -> Any:
        """The colour scale, as Plotly wants it."""
        return list(DIVERGING) if self.signed else SEQUENTIAL

    @property
    def ticks(self) -> list[float]:
        """The weights that are named on the colour bar: the ends and the middle."""
        return [self.low, (self.low + self.high) / 2, self.high]

    @property
    def words(self) -> list[str]:
        """The names of the ticks; '≥' where stronger weights share the last colour."""
        words = [digits(tick) for tick in self.ticks]
        if self.clipped:
            words[-1] = f"≥ {words[-1]}"
            if self.signed:
                words[0] = f"≤ {words[0]}"
        return words

    def coded(self, matrix: NDArray[Any]) -> NDArray[np.uint8]:
        """Each weight as one of 256 steps from ``low`` to ``high``."""
        share = np.clip((np.nan_to_num(matrix, nan=self.low) - self.low) / (self.high - self.low), 0, 1)
        steps: NDArray[np.uint8] = np.round(255 * share).astype(np.uint8)
        return steps


def usual_end(size: NDArray[Any], quantile: float) -> float:
    """Where a scale ends: at the largest of the sizes, or at a quantile where a few stand far above it."""
    most = float(size.max(initial=0.0))
    usual = float(np.quantile(size, quantile)) if len(size) else 0.0
    return usual if most > FAR * usual else most


def scale_of(matrix: NDArray[Any], zmax: float | None = None, zmin: float | None = 0.0) -> Scale:
    """The scale on which one matrix (N, N) is seen well.

    The diagonal does not count: a sensor's weight on itself often dwarfs all others. Where a few weights
    stand far above the rest (more than half as much again as the 99.5th percentile of the weights that are
    not zero), that percentile is the brightest colour.
    """
    between = matrix[~np.eye(len(matrix), dtype=bool)] if len(matrix) > 1 else matrix.ravel()
    between = between[np.isfinite(between)]
    size = np.abs(between[between != 0])
    most = float(size.max()) if len(size) else 0.0
    high = float(zmax) if zmax is not None else usual_end(size, USUAL)
    clipped = most > high * (1 + 1e-6)
    signed = bool((between < 0).any())
    least = float(zmin) if zmin is not None else float(between.min(initial=high))
    low = -high if signed else least
    if not high > low:
        # nothing to tell apart: all weights are the same or zero, and the darkest colour shows them
        high = low + (abs(low) or 1.0)
        clipped = False
    return Scale(low, high, clipped, signed)


def alike(scales: Sequence[Scale]) -> list[Scale]:
    """Scales of the same kind, each with its own end: all centred on zero where one is."""
    signed = any(scale.signed for scale in scales)
    return [Scale(-scale.high, scale.high, scale.clipped, True) if signed else scale for scale in scales]


def shared(scales: Sequence[Scale]) -> Scale:
    """One scale on which several matrices can be compared."""
    high = max(scale.high for scale in scales)
    signed = any(scale.signed for scale in scales)
    low = -high if signed else min(scale.low for scale in scales)
    return Scale(low, high, any(scale.clipped for scale in scales), signed)
