"""Trainings of the made-up city, as small as they may be."""

from pathlib import Path

import torch
from safetensors.torch import load_file

from core.experiment import Plan, settings_for

ROOT = Path(__file__).parents[2]
SMALL = {"heads": 1, "features": 4, "width": 4}


def plan(model: str = "intergat-gru", config: dict | None = None, protocol: str = "clean", **settings) -> Plan:
    config = SMALL if config is None and model in ("intergat-gru", "gat-gru") else config or {}
    return Plan(model=model, config=config, settings=settings_for(model, **settings), protocol=protocol, load="city")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "weights.safetensors")
