"""The models that can be trained, in a line each, and the settings with which they train unless told otherwise.

``core.models.MODELS`` cannot be asked in the app's process, since it loads torch; a test holds this table against it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trainable:
    """A model that can be trained.

    Attributes
    ----------
    line : what it mixes sensors with, in a line
    rate, weight_decay, l1, clip : the training settings it is known to do well with; clip None for no clipping
    graph : whether it learns a matrix
    """

    line: str
    rate: float = 1e-3
    weight_decay: float = 1e-4
    l1: float = 0.0
    clip: float | None = None
    graph: bool = True


TRAINABLE: dict[str, Trainable] = {
    "intergat-plus": Trainable(
        "A symmetric, exactly sparse matrix, learned from how far each sensor is from its usual course.",
        rate=3e-3,
        weight_decay=0.0,
        clip=5.0,
    ),
    "intergat-gru": Trainable("The published layer: one free matrix a head, of which no weight can be zero.", l1=0.1),
    "gat-gru": Trainable("Graph attention: it weighs the road neighbours it is given, and can learn no other."),
    "gru": Trainable("No graph at all: the control, against which a graph has to prove its worth.", graph=False),
}
OPTIMIZERS = ("adam", "adamw")
LOSSES = {"mse": "squared error", "mae": "absolute error"}
EPOCHS = 30
