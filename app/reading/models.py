"""The models that can be trained, in a line each, and the settings with which they train unless told otherwise.

``core.models.MODELS`` cannot be asked in the app's process, since it loads torch; a test holds this table against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Trainable:
    """A model that can be trained.

    Attributes
    ----------
    line : what it mixes sensors with, in a line
    batch, rate, weight_decay, loss, schedule, l1, clip : the training settings it is known to do well with; clip None
        for no clipping
    graph : whether it learns a matrix
    config : its own settings, of a model that has a control: what a training here cannot change
    """

    line: str
    batch: int = 64
    rate: float = 1e-3
    weight_decay: float = 1e-4
    loss: str = "mse"
    schedule: str = "constant"
    l1: float = 0.0
    clip: float | None = None
    graph: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)


_PAPERS = {"heads": 4, "features": 32, "width": 32}

TRAINABLE: dict[str, Trainable] = {
    "intergat-plus": Trainable(
        "A symmetric, exactly sparse matrix, learned from how far each sensor is from its usual course.",
        batch=32,
        rate=3e-3,
        weight_decay=0.0,
        loss="huber",
        schedule="cosine",
        clip=5.0,
        config={
            "heads": 2,
            "width": 128,
            "sensor": 8,
            "time": 4,
            "hide": 0.6,
            "start": 0.1,
            "informed": 0.5,
            "shrinkage": 0.3,
            "half_life": 7.0,
        },
    ),
    "intergat-gru": Trainable(
        "The published layer: one free matrix a head, of which no weight can be zero.", l1=0.1, config=_PAPERS
    ),
    "gat-gru": Trainable(
        "Graph attention: it weighs the road neighbours it is given, and can learn no other.", config=_PAPERS
    ),
    "gat-published": Trainable("The paper's baseline, to stand beside its figures: nearly a mean of the neighbours."),
    "tgcn": Trainable("T-GCN: gates that look along the roads it is given. It learns no graph.", graph=False),
    "gru": Trainable("No graph at all: the control, against which a graph has to prove its worth.", graph=False),
}
OPTIMIZERS = ("adam", "adamw")
LOSSES = {"mse": "squared error", "mae": "absolute error", "huber": "Huber: squared when small, absolute when large"}
SCHEDULES = {"constant": "constant", "cosine": "falls along a cosine"}
EPOCHS = 30
CONTROL = (
    "The same forecaster, trained alike, in which no sensor hears another. What a graph is worth is by how much the "
    "forecast with it is better than this one: Overview puts both side by side."
)

GIVEN_ALONE = ("tgcn", "ridge-var")  # models that mix sensors without a matrix that could be looked at


GATELESS = ("egnn", "set")  # models whose particles send each other messages, with gates unless these are left out
LONELY = ("lstm", "mlp", "linear", "last-frame", "constant-velocity")  # models of particles that hear nobody


def graphless(model: str) -> str:
    """Why a model has no matrix to show, as what it does: 'lets no sensor listen to another'.

    >>> graphless("gru"), graphless("tgcn")
    ('lets no sensor listen to another', 'lets sensors listen to each other, but learns no matrix of who hears whom')
    """
    if model in GIVEN_ALONE:
        return "lets sensors listen to each other, but learns no matrix of who hears whom"
    if model in GATELESS:
        return "lets particles send each other messages, but was trained without gates that say who hears whom"
    return f"lets no {'particle' if model in LONELY else 'sensor'} listen to another"
