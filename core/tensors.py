"""Arrays of a run folder, read and checked as if they came from a stranger."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from core.record import RunError

FloatArray = NDArray[np.float32]


def read_tensors(file: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a safetensors file.

    Raises
    ------
    RunError
        The file is missing, is cut short, or is not in the safetensors format.
    """
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise RunError(f"{file} must be a plain file, got a device or a pipe")
    try:
        with safe_open(file, framework="numpy") as tensors:
            return {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise RunError(f"run {file.parent.name} must hold {file.name}, but it is missing") from None
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:   # AttributeError: 8 bit floats
        raise RunError(f"{file} must be a whole safetensors file: {error}") from None


def tensor(file: Path, name: str, shape: tuple[int, ...]) -> FloatArray:
    """The array of that name in a safetensors file, as `required` wants it; RunError where there is none."""
    tensors = read_tensors(file)
    if name not in tensors:
        raise RunError(f"{file} must hold a tensor named {name}, got {sorted(tensors) or 'none'}")
    return required(file, name, tensors[name], shape)


def required(file: Path, name: str, array: NDArray[Any], shape: tuple[int, ...]) -> FloatArray:
    """The same array, if it is float32 of that shape and finite; RunError where it is not."""
    if array.shape != shape or array.dtype != np.float32:
        raise RunError(f"{file}: {name} must be float32 of shape {shape}, got {array.dtype} of {array.shape}")
    require_finite(file, name, array)
    return array


def require_weights(file: Path, name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """RunError where an array is not float32 of that shape, finite and at least 0."""
    required(file, name, array, shape)
    if (array < 0).any():
        place = tuple(int(i) for i in np.argwhere(array < 0)[0])
        raise RunError(f"{file}: {name} must be at least 0, got {array[place]} at {place}")


def require_finite(file: Path, name: str, array: NDArray[Any]) -> None:
    """RunError where an array of floats holds one that is not finite."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise RunError(f"{file}: {name} must be finite, got {array[place]} at {place}")
