"""Which forecaster without a graph stands beside each one that has a graph: the same in all else. No torch here."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.choices import chosen

CONTROLS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "intergat-plus": ("intergat-plus", {"heads": 0, "hide": 0.0}),  # without heads hide does nothing: said for a reader
    "intergat-gru": ("gru", {}),
    "gat-gru": ("gru", {}),
}
"""The model that is a model's control, and its settings that differ from those of the model.

Not in it: ``tgcn``, whose graph is inside its gates, and ``gat-published``, of which a whole layer would be left out
with it.
"""


def control_of(model: str) -> tuple[str, Mapping[str, Any]]:
    """The control of a model, as ``CONTROLS`` has it.

    Raises
    ------
    ValueError
        The model has none; those that have one are listed.

    >>> control_of("gat-gru")
    ('gru', {})
    >>> control_of("gru")
    Traceback (most recent call last):
    ValueError: a model that has a control must be one of intergat-plus, intergat-gru, gat-gru, got 'gru'
    """
    return chosen(CONTROLS, model, "a model that has a control")


def called(model: str, heads: Sequence[str] | int) -> str:
    """What a model is called in titles: by its name, and that it has no graph where the name alone does not say so.

    Parameters
    ----------
    model : its name
    heads : its heads, or how many

    >>> called("intergat-plus", 0), called("intergat-plus", 4), called("gru", ())
    ('intergat-plus without graph', 'intergat-plus', 'gru')
    """
    alone = not heads and CONTROLS.get(model, ("",))[0] == model
    return f"{model} without graph" if alone else model
