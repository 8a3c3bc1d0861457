"""How a figure is got: what a model may see, what counts, and whether the figure is to be believed."""

from dataclasses import dataclass
from typing import Literal

from core.choices import chosen


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a figure is got.

    Attributes
    ----------
    train, validation : shares of the rows in per cent, from the start; the test part is the rest
    scale : 'z-score' of the training part, or 'max' of all data
    zeros : missing values become zeros that count, as the published tables have it
    pooled : errors over all steps up to the horizon together, instead of at the horizon
    shuffle : chunks of windows in a new order each epoch, instead of in time order
    optimistic : the test part picks the epoch or gives the scale: marked wherever a figure is shown
    """

    train: int
    validation: int
    scale: Literal["z-score", "max"]
    zeros: bool
    pooled: bool
    shuffle: bool
    optimistic: bool


PROTOCOLS: dict[str, Protocol] = {
    "clean": Protocol(70, 10, "z-score", zeros=False, pooled=False, shuffle=True, optimistic=False),
    "published": Protocol(80, 0, "max", zeros=True, pooled=True, shuffle=False, optimistic=True),
}


def protocol(name: str) -> Protocol:
    """The protocol of that name.

    Raises
    ------
    ValueError
        Unknown name; the known ones are listed.
    """
    return chosen(PROTOCOLS, name, "protocol")
