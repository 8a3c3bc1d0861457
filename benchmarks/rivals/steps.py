"""One training step of each rival on made-up data, and about how much memory it takes.

    loss = mean (ŷ - y)² / scale² + l1 · penalty;  backward;  clip where the model's settings say so;  Adam

The same for every rival, with the model's own settings. Axes: b window, t step, n sensor, k head, f feature, e edge.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from benchmarks.rivals.floor import floor
from benchmarks.rivals.geometric import GeometricGAT
from benchmarks.rivals.published import PublishedGAT, PublishedInterGAT
from core.data.sensors import SensorData, node_table
from core.data.windows import Chunk, Windows, windows
from core.models import Forecaster, Sizes, model_class
from core.train import LOSSES, OPTIMIZERS, Settings

BATCH = 64
NEIGHBOURS = 12.7   # of a sensor of Los-Loop, without itself
ROWS = 2016         # of Los-Loop
FLOOR = "floor"
OURS = ("gat-gru", "intergat-gru", "intergat-plus", "gru")
RIVALS: dict[str, type[Forecaster]] = {
    "PyG GAT-GRU": GeometricGAT,
    "published GAT-GRU": PublishedGAT,
    "published InterGAT-GRU": PublishedInterGAT,
    **{name: model_class(name) for name in OURS},
}


def made_up(sensors: int, rows: int = ROWS) -> SensorData:
    """Random speeds with a course over the day, on random places joined to their nearest as densely as Los-Loop."""
    generator = np.random.default_rng(0)
    place = generator.uniform(size=(sensors, 2))
    distance = np.linalg.norm(place[:, None] - place, axis=-1)
    first, second = np.triu_indices(sensors, k=1)
    cut = np.quantile(distance[first, second], min(1.0, NEIGHBOURS / (sensors - 1)))
    road = (distance <= cut) & ~np.eye(sensors, dtype=bool)
    slot = np.arange(rows)[:, None]
    values = 60 - 10 * np.cos(slot / 288 * 2 * np.pi) + 5 * generator.normal(size=(rows, sensors))
    return SensorData(
        name="made up", values=values.astype(np.float32), times=pd.date_range("2012-03-01", periods=rows, freq="5min"),
        interval=pd.Timedelta(minutes=5), unit="mph", nodes=node_table([str(i) for i in range(sensors)]),
        adjacency=road.astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """Data of one size on one device.

    Attributes
    ----------
    data : made up, or read
    cut : its windows under the protocol 'clean'
    """

    data: SensorData
    cut: Windows
    device: str = "cpu"

    @classmethod
    def of(cls, data: SensorData, device: str = "cpu") -> "Bench":
        """Twelve steps in, twelve out."""
        return cls(data, windows(data), device)

    @property
    def sizes(self) -> Sizes:
        """What a model is built for."""
        return Sizes(sensors=self.data.sensors, horizon=self.cut.horizon, slots=self.cut.slots)

    @property
    def chunks(self) -> list[Chunk]:
        """The training part, 64 neighbouring windows at a time, on the device."""
        return [Chunk(c.series.to(self.device), c.slot.to(self.device), c.target.to(self.device), c.first)
                for c in self.cut.chunks("train", BATCH)]

    def model(self, name: str) -> Forecaster:
        """A rival that has seen the training part and the roads; its weights are drawn from seed 0."""
        torch.manual_seed(0)
        kind = RIVALS[name]
        model = kind(self.sizes, kind.Config())
        model.observe(self.cut, None if self.data.adjacency is None else torch.tensor(self.data.adjacency))
        return model.to(self.device)

    def trainer(self, name: str) -> Callable[[Chunk], None]:
        """What makes one training step of a rival on a chunk."""
        model, settings = self.model(name), Settings(**RIVALS[name].settings)
        optimizer = OPTIMIZERS[settings.optimizer](
            model.parameters(), lr=settings.rate, weight_decay=settings.weight_decay  # type: ignore[call-arg]
        )

        def step(chunk: Chunk) -> None:
            optimizer.zero_grad(set_to_none=True)
            y = model(chunk.series, chunk.slot).y
            error = LOSSES[settings.loss](y / model.scale, chunk.target / model.scale) / chunk.target.numel()
            (error + settings.l1 * model.penalty() if settings.l1 else error).backward()
            if settings.clip is not None:
                torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            optimizer.step()

        return step

    def step(self, name: str) -> Callable[[], None]:
        """One training step of a rival, always on the first 64 windows; or the floor beneath it."""
        if name == FLOOR:
            return floor(self.sizes, batch=BATCH, device=self.device)
        train, chunk = self.trainer(name), self.chunks[0]
        return lambda: train(chunk)

    def epoch(self, name: str) -> Callable[[], None]:
        """A step on every chunk of the training part."""
        train, chunks = self.trainer(name), self.chunks

        def once() -> None:
            for chunk in chunks:
                train(chunk)

        return once

    def bytes_needed(self, name: str) -> float:
        """About the memory of a step, of those rivals that keep an array for every pair or edge of every window.

        Five arrays (B L, E, K F) of PyTorch Geometric, four (B L, K + 1, N, N) of the published GAT.
        """
        sizes, config = self.sizes, RIVALS[name].Config() if name in RIVALS else None
        steps = BATCH * sizes.inputs * 4.0
        if name == "PyG GAT-GRU" and config is not None:
            return steps * sizes.sensors * (NEIGHBOURS + 1) * config.heads * config.features * 5
        if name == "published GAT-GRU" and config is not None:
            return steps * (config.heads + 1) * sizes.sensors**2 * 4
        return 0.0


def growth(name: str, smaller: int, larger: int) -> float:
    """How many times longer a step takes at a larger size, at least: as the edges, or as the pairs."""
    return (larger / smaller) ** (2 if name.startswith("published") else 1)
