"""What is to be trained, and how; and which models fit which data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from core.choices import chosen
from core.controls import called, control_of
from core.models import MODELS, PARTICLE_MODELS, Model
from core.train import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be trained, and how.

    Attributes
    ----------
    model : a name of ``MODELS``, or of ``PARTICLE_MODELS`` for particles
    config : its settings that differ from the defaults
    settings : of the training; see ``settings_for``
    title : how a reader will know the run
    load : the name under which the data are found again; particles have their own, ``Trajectories.load``
    protocol : of sensors: 'clean' or 'published'
    inputs, horizon : of sensors: steps seen and steps forecast; None for 12, and for one hour. What is seen and
        forecast of particles is part of their name
    """

    model: str
    config: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings
    protocol: str = "clean"
    inputs: int | None = None
    horizon: int | None = None
    title: str = ""
    load: str

    @property
    def called(self) -> str:
        """The model, as titles have it."""
        return called(self.model, self.config.get("heads", 1))


def settings_for(model: str, **chosen_ones: Any) -> Settings:
    """The settings a model is known to train well with, changed by those that were chosen.

    Raises
    ------
    ValueError
        Unknown model, or a setting out of its range.
    """
    known: dict[str, type[Model]] = {**MODELS, **PARTICLE_MODELS}
    return Settings(**{**chosen(known, model, "model").settings, **chosen_ones})


def without_graph(plan: Plan) -> Plan:
    """The control of a plan: the same forecaster on the same data, trained alike, in which no sensor hears another.

    Returned is the plan of the model that ``core.controls`` names, with all settings of the training, and those of the
    model that the control has as well.

    Raises
    ------
    ValueError
        The model has no control.

    >>> plan = Plan(model="gat-gru", config={"heads": 2, "width": 8}, settings=Settings(), load="city")
    >>> without_graph(plan).model, without_graph(plan).config
    ('gru', {'width': 8, 'hidden': 64})
    """
    model, differs = control_of(plan.model)
    known = {one.name for one in fields(MODELS[model].Config)}
    kept = {name: value for name, value in plan.config.items() if name in known}
    if model != plan.model and plan.config:
        own: Any = MODELS[plan.model].Config(**plan.config)
        kept["hidden"] = own.heads * own.features  # as wide as all heads side by side
    return replace(plan, model=model, config={**kept, **differs})


def require_fitting(model: str, data: str, *, particles: bool) -> None:
    """Refuse a model of sensors for particles, and a model of particles for sensors.

    Parameters
    ----------
    model : its name
    data : what the data are called
    particles : whether they are of particles

    Raises
    ------
    ValueError
        The models that fit are listed.

    >>> require_fitting("gru", "nbody-5", particles=True)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: model must be one of ..., which forecast particles as in nbody-5, got 'gru', which forecasts sensors
    """
    ours, others = (PARTICLE_MODELS, MODELS) if particles else (MODELS, PARTICLE_MODELS)
    what, else_what = ("particles", "sensors") if particles else ("sensors", "particles")
    if model in ours:
        return
    known = ", which forecasts " + else_what if model in others else ""
    raise ValueError(
        f"model must be one of {', '.join(ours)}, which forecast {what} as in {data}, got {model!r}{known}"
    )
