"""A result as a JSON document and arrays, and back: a frozen dataclass, read from its type hints alone.

A field is a number, a text, a truth value, an array of float64, int64 or bool, another frozen dataclass, a tuple of any
of these of one kind, or one of these or None. Floats with two axes of sensors are kept in single precision, as a run
keeps its weights, and come back as float64. What is read is checked as if a stranger wrote it: whatever does not fit
its hint, or an array that has not the axes that its field must have, is refused. Numbers that are not finite may stand
in a result, and are written as text, since JSON has none.
"""

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

R = TypeVar("R")
Array = NDArray[Any]

MOST_TEXT = 2_000  # letters of a text in a result
MOST_ITEMS = 1_000_000  # of a tuple
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

AXES: Mapping[str, Mapping[str, str]] = {
    "NullTest": {"draws": "R"},
    "ModeTest": {"ipr_chance": "K", "ipr_p": "K", "energy_chance": "K", "energy_p": "K"},
    "Modes": {"ipr": "K", "energy": "K"},
    "EdgeEffects": {
        "weight": "HNN", "error": "HNN", "forecast": "HNN", "rank_error": "H", "rank_forecast": "H",
        "sample": "S3", "sample_error": "S", "sample_forecast": "S",
    },
    "Cut": {"forecast": "T", "error": "T", "by_sensor": "N"},
    "Curve": {"share": "F", "error": "F"},
    "HeadStability": {"mean": "NN", "spread": "NN", "likeness": "SS", "consensus": "N"},
    "Stability": {"matched": "SH"},
    "Residuals": {"sensor": "N", "sensor_space": "N", "sensor_time": "N"},
}  # fmt: skip
"""The axes of each array, by the result's name and the field's: a letter is a length, the same within one result.

``N`` sensors, ``H`` heads and ``T`` steps ahead are those of the run; a digit is that length.
"""


def parted(result: Any) -> tuple[dict[str, Any], dict[str, Array]]:
    """What JSON can hold of a result, and its arrays by names that stand in their places.

    Raises
    ------
    ValueError
        The result holds what could not be read back.
    """
    arrays: dict[str, Array] = {}
    return cast(dict[str, Any], _parted(result, type(result), "", arrays, "")), arrays


def whole(kind: type[R], content: object, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> R:
    """The result of that kind that ``content`` and ``arrays`` hold.

    Parameters
    ----------
    kind : a frozen dataclass
    content : what `parted` gave, as it came back from JSON
    arrays : by name
    sizes : lengths of the axes that the run gives, such as ``{"N": 120}``

    Raises
    ------
    ValueError
        A field is missing or not known, is of another type or an array of other axes than it must have.
    """
    return cast(R, _whole(kind, content, "result", arrays, sizes))


@cache
def hints(kind: type) -> Mapping[str, Any]:
    """The type of each field of a dataclass."""
    known = get_type_hints(kind)
    return {field.name: known[field.name] for field in fields(cast(Any, kind))}


def _optional(hint: Any) -> Any | None:
    """What else than None may stand where a hint allows None; None for any other hint."""
    if get_origin(hint) not in (Union, types.UnionType) or type(None) not in get_args(hint):
        return None
    (other,) = [inner for inner in get_args(hint) if inner is not type(None)]
    return other


def _dtype(hint: Any) -> Any:
    """How an array of a hint is kept: bool, int64 or float64."""
    scalar = get_args(get_args(hint)[1])[0]
    scalar = get_origin(scalar) or scalar
    return np.bool_ if issubclass(scalar, np.bool_) else np.int64 if issubclass(scalar, np.integer) else np.float64


def _stored(hint: Any, axes: str) -> Any:
    """How an array of a hint with these axes is stored."""
    dtype = _dtype(hint)
    return np.float32 if dtype is np.float64 and axes.count("N") > 1 else dtype


def _parted(value: Any, hint: Any, name: str, arrays: dict[str, Array], axes: str) -> Any:
    if (inner := _optional(hint)) is not None:
        return None if value is None else _parted(value, inner, name, arrays, axes)
    if get_origin(hint) is np.ndarray:
        arrays[name] = np.ascontiguousarray(value, dtype=_stored(hint, axes))
        return name
    if get_origin(hint) is tuple:
        return [_parted(one, get_args(hint)[0], f"{name}.{k}", arrays, "") for k, one in enumerate(value)]
    if is_dataclass(hint):
        known = AXES.get(cast(type, hint).__name__, {})
        return {
            field: _parted(getattr(value, field), kind, f"{name}.{field}".lstrip("."), arrays, known.get(field, ""))
            for field, kind in hints(cast(type, hint)).items()
        }
    if hint is float:
        number = float(value)
        return number if math.isfinite(number) else str(number)
    if hint in (int, bool, str):
        return hint(value)
    raise ValueError(f"{name} must be of a kind that can be kept, got {hint}")


def _whole(
    hint: Any, content: Any, name: str, arrays: Mapping[str, Array], sizes: Mapping[str, int], axes: str = ""
) -> Any:
    if (inner := _optional(hint)) is not None:
        return None if content is None else _whole(inner, content, name, arrays, sizes, axes)
    if get_origin(hint) is np.ndarray:
        return _array(hint, content, name, arrays, axes)
    if get_origin(hint) is tuple:
        if not isinstance(content, list) or len(content) > MOST_ITEMS:
            raise ValueError(f"{name} must be a list, got {type(content).__name__}")
        kind = get_args(hint)[0]
        return tuple(_whole(kind, one, f"{name}.{k}", arrays, sizes) for k, one in enumerate(content))
    if is_dataclass(hint):
        return _record(cast(type, hint), content, name, arrays, sizes)
    if hint is float and isinstance(content, str) and content in NOT_FINITE:
        return NOT_FINITE[content]
    allowed: Any = (int, float) if hint is float else hint
    if hint not in (float, int, str, bool) or not isinstance(content, allowed) or (
        isinstance(content, bool) and hint is not bool
    ):
        raise ValueError(f"{name} must be of type {getattr(hint, '__name__', hint)}, got {type(content).__name__}")
    if isinstance(content, str) and len(content) > MOST_TEXT:
        raise ValueError(f"{name} must have at most {MOST_TEXT:,} letters, got {len(content):,}")
    return hint(content)


def _record(kind: type, content: Any, name: str, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> Any:
    known = hints(kind)
    if not isinstance(content, dict) or set(content) != set(known):
        raise ValueError(f"{name} must have the fields {', '.join(known)}")
    axes = AXES.get(kind.__name__, {})
    made = {
        field: _whole(hint, content[field], f"{name}.{field}", arrays, sizes, axes.get(field, ""))
        for field, hint in known.items()
    }
    lengths = dict(sizes)
    for field, array in made.items():
        if isinstance(array, np.ndarray):
            _fit(array, axes[field], f"{name}.{field}", lengths)
    return kind(**made)


def _fit(array: Array, axes: str, name: str, lengths: dict[str, int]) -> None:
    """Refuse an array that has not these axes; lengths that are met first hold for what comes after."""
    if array.ndim != len(axes):
        raise ValueError(f"{name} must have {len(axes)} axes, got {array.ndim}")
    for axis, size in zip(axes, array.shape, strict=True):
        wanted = int(axis) if axis.isdigit() else lengths.setdefault(axis, size)
        if size != wanted:
            raise ValueError(f"{name} must have axes {axes} with {axis} = {wanted}, got {array.shape}")


def _array(hint: Any, content: Any, name: str, arrays: Mapping[str, Array], axes: str) -> Array:
    if not isinstance(content, str) or content not in arrays:
        raise ValueError(f"{name} must name an array that is there, got {str(content)[:60]!r}")
    array, stored = arrays[content], np.dtype(_stored(hint, axes))
    if array.dtype != stored:
        raise ValueError(f"{name} must be an array of {stored.name}, got {array.dtype}")
    return array.astype(_dtype(hint), copy=False)
