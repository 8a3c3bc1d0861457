"""Results as plain data, for whoever reads them elsewhere: numbers, texts, lists and dictionaries."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from app.evidence.codec import AXES

DERIVED: Mapping[str, tuple[str, ...]] = {"NullTest": ("chance", "spread", "effect")}
"""Properties that stand beside the fields."""
LEFT_OUT: Mapping[str, tuple[str, ...]] = {"NullTest": ("draws",)}
"""Fields that are left out, beside arrays with two axes of sensors: what they are about stands beside them."""
INPUTS = "inputs"  # the kind of cut of which there is one for each sensor


def plain_result(result: Any) -> Any:
    """A result as plain data, without what is as large as a matrix: those arrays are read from the files it is kept in.

    Left out are arrays with two axes of sensors, the draws of nulls (their mean, deviation and the effect are given),
    and, of the cuts of single sensors' inputs, what each does to every other sensor.
    """
    if not is_dataclass(result):
        return [plain_result(one) for one in result] if isinstance(result, tuple) else result
    kind = type(result).__name__
    axes, left = AXES.get(kind, {}), LEFT_OUT.get(kind, ())
    if kind == "Cut" and getattr(result, "kind", "") == INPUTS:
        left = (*left, "by_sensor")
    large = {name for name, letters in axes.items() if letters.count("N") > 1}
    names = [field.name for field in fields(result) if field.name not in {*left, *large}]
    found = {name: getattr(result, name) for name in (*names, *DERIVED.get(kind, ()))}
    return {name: value if isinstance(value, np.ndarray) else plain_result(value) for name, value in found.items()}
