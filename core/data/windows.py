"""What a forecaster is trained on: parts of the series in time order, scaled, cut into windows without copies.

Axes: t row of the series, n sensor, s row of one chunk, b window of one chunk, k step ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.sensors import SensorData
from core.protocols import Protocol, protocol

Part = Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Neighbouring windows: B windows need only S = B + inputs - 1 rows, each of which is mixed once.

    Attributes
    ----------
    series : (S, N) inputs in the data's unit, gaps filled from the past
    slot : (S,) time of day of each row, counted in steps
    target : (B, T, N) what followed each window, NaN where missing; a view of the series
    first : row of the whole series that is the first step ahead of the first window
    """

    series: Tensor
    slot: Tensor
    target: Tensor
    first: int

    @property
    def inputs(self) -> tuple[Tensor, Tensor]:
        """What a forecaster is called with: series and slot."""
        return self.series, self.slot


@dataclass(frozen=True, eq=False, slots=True)
class Windows:
    """The series of a data set under a protocol, and the windows of each part.

    A window lies in one part with its inputs and its targets, and crosses no gap in time.

    Attributes
    ----------
    observed : (T, N) in the data's unit, NaN where missing
    filled : (T, N) the same, where missing the last value seen before; before any, the mean of the training part
    slot : (T,) time of day in steps, 0 .. slots - 1
    slots : steps a day; 1 where the interval does not divide a day
    parts : rows ``[first, last)`` of each part
    shift, scale : the scaler; x is standardised to ``(x - shift) / scale``
    shuffled : whether training takes its chunks in a new order each epoch
    """

    observed: Tensor
    filled: Tensor
    slot: Tensor
    slots: int
    segments: tuple[tuple[int, int], ...]
    parts: dict[Part, tuple[int, int]]
    inputs: int
    horizon: int
    shift: float
    scale: float
    shuffled: bool

    def runs(self, part: Part) -> list[tuple[int, int]]:
        """Rows ``[first, last)`` without a gap within a part, each long enough for one window."""
        first, last = self.parts[part]
        within = [(max(a, first), min(b, last)) for a, b in self.segments]
        return [(a, b) for a, b in within if b - a >= self.inputs + self.horizon]

    def count(self, part: Part) -> int:
        """Number of windows in a part."""
        return sum(b - a - self.inputs - self.horizon + 1 for a, b in self.runs(part))

    def chunks(self, part: Part, size: int, generator: torch.Generator | None = None) -> Iterator[Chunk]:
        """The windows of a part, ``size`` neighbours at a time; every window exactly once.

        With a generator, where chunks begin and the order in which they come are drawn from it.
        """
        offset = int(torch.randint(size, (1,), generator=generator)) if generator is not None else 0
        starts: list[tuple[int, int]] = []
        for a, b in self.runs(part):
            windows = b - a - self.inputs - self.horizon + 1
            cuts = sorted({0, *range(offset if offset < windows else 0, windows, size), windows})
            starts += [(a + c, d - c) for c, d in pairwise(cuts)]
        order = range(len(starts)) if generator is None else torch.randperm(len(starts), generator=generator)
        for k in order:
            yield self._chunk(*starts[int(k)])

    def _chunk(self, start: int, windows: int) -> Chunk:
        rows = windows + self.inputs - 1
        first = start + self.inputs
        ahead = self.observed[first : first + windows + self.horizon - 1]
        return Chunk(
            series=self.filled[start : start + rows],
            slot=self.slot[start : start + rows],
            target=ahead.unfold(0, self.horizon, 1).transpose(1, 2),
            first=first,
        )

    def training_rows(self) -> tuple[Tensor, Tensor]:
        """The training part as observed ``(T', N)`` and the slot of each of its rows ``(T',)``."""
        first, last = self.parts["train"]
        return self.observed[first:last], self.slot[first:last]


def windows(data: SensorData, protocol_name: str = "clean", inputs: int = 12, horizon: int = 12) -> Windows:
    """Cut a data set into parts and windows under a protocol.

    Raises
    ------
    ValueError
        Unknown protocol; inputs or horizon under 1; a part too short for one window; a training part in
        which nothing was observed or nothing varies.
    """
    rules = protocol(protocol_name)
    for name, value in (("inputs", inputs), ("horizon", horizon)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    parts = _parts(data.steps, rules)
    values = np.nan_to_num(data.values, nan=0.0) if rules.zeros else data.values
    train = values[parts["train"][0] : parts["train"][1]]
    shift, scale = _scaler(values if rules.scale == "max" else train, rules)
    slots = _slots(data)
    slot = _slot(data, slots)
    cut = Windows(
        observed=torch.tensor(values),
        filled=torch.from_numpy(_filled(values, train)),
        slot=torch.from_numpy(slot),
        slots=slots,
        segments=tuple(data.segments()),
        parts=parts,
        inputs=inputs,
        horizon=horizon,
        shift=shift,
        scale=scale,
        shuffled=rules.shuffle,
    )
    for part in parts:
        if not cut.count(part):
            raise ValueError(
                f"the {part} part must hold {inputs} + {horizon} rows without a gap in time, "
                f"got rows {parts[part][0]} to {parts[part][1]} of {data.name}: bring a longer series"
            )
        if not any((~cut.observed[a + inputs : b].isnan()).any() for a, b in cut.runs(part)):
            raise ValueError(
                f"the {part} part must hold observed values to be forecast, got none in rows {parts[part][0]} to "
                f"{parts[part][1]} of {data.name}"
            )
    return cut


def _parts(steps: int, rules: Protocol) -> dict[Part, tuple[int, int]]:
    a, b = steps * rules.train // 100, steps * (rules.train + rules.validation) // 100
    test = (b, steps)
    return {"train": (0, a), "validation": (a, b) if b > a else test, "test": test}


def _scaler(values: NDArray[np.float32], rules: Protocol) -> tuple[float, float]:
    seen = values[~np.isnan(values)].astype(np.float64)
    if not seen.size:
        raise ValueError("the training part must hold at least one observed value, got none")
    shift, scale = (0.0, float(seen.max())) if rules.scale == "max" else (float(seen.mean()), float(seen.std()))
    if not scale > 0:
        raise ValueError(f"the training part must vary, got only the value {seen[0]:g}")
    return shift, scale


def _slots(data: SensorData) -> int:
    try:
        return data.steps_per_day
    except ValueError:
        return 1


def _slot(data: SensorData, slots: int) -> NDArray[np.int64]:
    if slots == 1:
        return np.zeros(data.steps, dtype=np.int64)
    position = (data.times - data.times.normalize()) / data.interval
    return np.asarray(position.to_numpy().astype(np.int64) % slots)


def _filled(values: NDArray[np.float32], train: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each gap takes the last value seen before it, so that no input knows the future."""
    missing = np.isnan(values)
    seen = (~np.isnan(train)).sum(axis=0)
    total = np.nansum(train, axis=0, dtype=np.float64)
    overall = total.sum() / max(seen.sum(), 1)
    start = np.where(seen > 0, total / np.maximum(seen, 1), overall).astype(np.float32)
    row = np.where(missing, 0, np.arange(1, len(values) + 1)[:, None])
    last = np.maximum.accumulate(row, axis=0)              # 1 + row last seen; 0 before any
    padded = np.concatenate([start[None], values])
    return np.take_along_axis(padded, last, axis=0)
