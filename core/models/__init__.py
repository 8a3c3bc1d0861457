"""The models by name: one model, one file."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from core.choices import chosen
from core.models.forecaster import Edit, Forecast, Forecaster, Sizes
from core.models.gat import GAT
from core.models.gat_published import GATPublished
from core.models.gru import GRU
from core.models.historical import HistoricalAverage
from core.models.intergat import InterGAT
from core.models.intergat_plus import InterGATPlus
from core.models.simple import LastValue, WindowMean
from core.models.tgcn import TGCN
from core.models.var import RidgeVAR

__all__ = ["MODELS", "Edit", "Forecast", "Forecaster", "Sizes", "built", "model_class", "stored_config"]

MODELS: dict[str, type[Forecaster]] = {
    "intergat-gru": InterGAT,
    "intergat-plus": InterGATPlus,
    "gat-gru": GAT,
    "gat-published": GATPublished,
    "tgcn": TGCN,
    "gru": GRU,
    "ridge-var": RidgeVAR,
    "historical-average": HistoricalAverage,
    "last-value": LastValue,
    "window-mean": WindowMean,
}


def model_class(name: str) -> type[Forecaster]:
    """The class of that name.

    Raises
    ------
    ValueError
        Unknown name; the known ones are listed.
    """
    return chosen(MODELS, name, "model")


def built(name: str, sizes: Sizes, config: Mapping[str, Any] | None = None) -> Forecaster:
    """A model with fresh weights, from its name, the sizes of the data and the settings that differ from default.

    Raises
    ------
    ValueError
        Unknown model, unknown setting, or a setting out of its range.
    """
    kind = model_class(name)
    known = {field.name: field for field in fields(kind.Config)}
    for key in config or {}:
        chosen(known, key, f"a setting of {name}")
    return kind(sizes, kind.Config(**(config or {})))


def stored_config(model: Forecaster) -> dict[str, Any]:
    """A model's whole configuration, as it is written into a run."""
    return asdict(model.config)
