"""The models by name: one model, one file."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, overload

from core.choices import chosen
from core.models.egnn import EGNN
from core.models.forecaster import Edit, Forecaster, Sizes
from core.models.gat import GAT
from core.models.gat_published import GATPublished
from core.models.gru import GRU
from core.models.historical import HistoricalAverage
from core.models.intergat import InterGAT
from core.models.intergat_plus import InterGATPlus
from core.models.linear import LinearDrift
from core.models.lstm import LSTM
from core.models.mlp import MLP
from core.models.model import Forecast, Model
from core.models.particles import ParticleForecaster, ParticleSizes
from core.models.simple import LastValue, WindowMean
from core.models.spacetime import SpacetimeTransformer
from core.models.still import ConstantVelocity, LastFrame
from core.models.tgcn import TGCN
from core.models.var import RidgeVAR

__all__ = [
    "MODELS",
    "PARTICLE_MODELS",
    "Edit",
    "Forecast",
    "Forecaster",
    "Model",
    "ParticleForecaster",
    "ParticleSizes",
    "Sizes",
    "built",
    "model_class",
    "name_of",
    "particle_model_class",
    "stored_config",
]

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

PARTICLE_MODELS: dict[str, type[ParticleForecaster]] = {
    "egnn": EGNN,
    "set": SpacetimeTransformer,
    "lstm": LSTM,
    "mlp": MLP,
    "linear": LinearDrift,
    "last-frame": LastFrame,
    "constant-velocity": ConstantVelocity,
}


def model_class(name: str) -> type[Forecaster]:
    """The class of that name.

    Raises
    ------
    ValueError
        Unknown name; the known ones are listed.
    """
    return chosen(MODELS, name, "model")


def particle_model_class(name: str) -> type[ParticleForecaster]:
    """The class of that name, of the models of particles.

    Raises
    ------
    ValueError
        Unknown name; the known ones are listed.
    """
    return chosen(PARTICLE_MODELS, name, "model of particles")


@overload
def built(name: str, sizes: Sizes, config: Mapping[str, Any] | None = None) -> Forecaster: ...
@overload
def built(name: str, sizes: ParticleSizes, config: Mapping[str, Any] | None = None) -> ParticleForecaster: ...
def built(name: str, sizes: Sizes | ParticleSizes, config: Mapping[str, Any] | None = None) -> Model:
    """A model with fresh weights, from its name, the sizes of the data and the settings that differ from default.

    The sizes say of which table: ``MODELS`` for sensors, ``PARTICLE_MODELS`` for particles.

    Raises
    ------
    ValueError
        Unknown model, unknown setting, or a setting out of its range.
    """
    kind: type[Model] = particle_model_class(name) if isinstance(sizes, ParticleSizes) else model_class(name)
    known = {field.name: field for field in fields(kind.Config)}
    for key in config or {}:
        chosen(known, key, f"a setting of {name}")
    return kind(sizes, kind.Config(**(config or {})))


def name_of(model: Model) -> str:
    """The name under which a model is in its table."""
    tables: dict[str, type[Model]] = {**MODELS, **PARTICLE_MODELS}
    return next(name for name, kind in tables.items() if type(model) is kind)


def stored_config(model: Model) -> dict[str, Any]:
    """A model's whole configuration, as it is written into a run."""
    return asdict(model.config)
