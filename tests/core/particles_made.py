"""Four particles, a dozen trajectories, a model of a few numbers: a run that takes a moment."""

from pathlib import Path
from typing import Any

from core.data import nbody
from core.data.trajectories import Scenes
from core.experiment import Plan, settings_for

NAME = "nbody-4:train=12,validation=4,test=5,steps=1400,inputs=3,last=4,ahead=2+5"
SMALL = {"set": {"blocks": 1, "width": 8}, "egnn": {"layers": 1, "width": 8}}


def scenes(root: Path, more: str = "") -> Scenes:
    """Twenty-one trajectories of thirteen frames, of which three are seen and two forecast."""
    return nbody.opened(NAME + more, root)


def plan(model: str = "set", epochs: int = 2, config: dict[str, Any] | None = None, **settings: Any) -> Plan:
    chosen = settings_for(model, epochs=epochs, **({"batch": 5} | settings))
    return Plan(model=model, config=SMALL.get(model, {}) | (config or {}), settings=chosen, load=NAME)
