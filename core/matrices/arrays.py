"""Matrices as NumPy saves them: ``.npy`` and ``.npz``. Nothing is unpickled.

The header of an array says how large it is. That is compared with the bounds before any of the array is read, and with
the bytes there are before it is made.
"""

import ast
import io
import math
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core import zipped
from core.data.faults import Faults
from core.matrices.found import MOST_BYTES, Found, Given, check_finite, check_heads, check_size
from core.matrices.square import HEAD

LONGEST_HEADER = 10_000
PICKLED = "an array of numbers; pickled Python objects are never read"
_LENGTHS = {b"\x01\x00": struct.Struct("<H"), b"\x02\x00": struct.Struct("<I")}     # of the header, by version
_NUMBERS = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248])")
_SPARSE = ({"data", "indices", "indptr"}, {"data", "row", "col"})     # how SciPy saves sparse matrices
_COMPLEX = re.compile(r"[<>|=]?c(8|16|32)")


@dataclass(frozen=True, slots=True)
class _Header:
    """What an array says of itself: shape and type, where its numbers begin, and whether they go column by column."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int
    by_column: bool = False

    @property
    def size(self) -> int:
        """Bytes of its numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_one(path: Path, given: Given | None, faults: Faults) -> Found | None:
    """The heads of a ``.npy`` file, (N, N) or (H, N, N); None, and a fault, where there are none to use."""
    with path.open("rb") as file:
        array = _array(path.name, "", file, path.stat().st_size, faults, given)
    if array is None:
        return None
    names = [HEAD] if array.ndim == 2 else [f"head {h + 1}" for h in range(len(array))]
    return Found(array.reshape(len(names), *array.shape[-2:]), tuple(names), None)


def read_many(path: Path, given: Given | None, faults: Faults) -> Found | None:
    """The heads of a ``.npz`` file, in the order of its arrays; None, and a fault, where there are none to use.

    An array (N, N) is a head of its name; one (H, N, N) is H heads of its name and a number. What has fewer axes is no
    matrix and is left out, which is remarked.
    """
    before = len(faults)
    try:
        with path.open("rb") as file, zipped.opened(file) as archive:
            found, left = _arrays(path.name, archive, faults, given)
    except zipped.ZipError as error:
        faults.add(path.name, str(error))
        return None
    if not found and len(faults) == before:
        sparse = any(kind <= set(left) for kind in _SPARSE)
        hint = " (a sparse matrix: save its .toarray() instead)" if sparse else ""
        faults.add(path.name, f"must hold an array (N, N) or (H, N, N){hint}", got=", ".join(left)[:200] or "none")
    names: list[str] = []
    for name, array in found.items():
        names += [name] if array.ndim == 2 else [f"{name} {h + 1}" for h in range(len(array))]
    sizes = {name: array.shape[-1] for name, array in found.items()}
    check_heads(path.name, names, faults)
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name!r} {size:,}" for name, size in sizes.items())
        faults.add(path.name, "all arrays must have one number of sensors", got=said[:500])
    if len(faults) > before or not check_size(path.name, len(names), next(iter(sizes.values())), faults):
        return None
    weights = np.concatenate([array.reshape(-1, *array.shape[-2:]) for array in found.values()])
    remark = (f"Left out, since they are no matrices: {', '.join(left)[:200]}.",) if left else ()
    return Found(weights, tuple(names), None, remarks=remark)


def _arrays(
    file: str, archive: zipfile.ZipFile, faults: Faults, given: Given | None
) -> tuple[Mapping[str, NDArray[np.float32]], list[str]]:
    """The matrices of an archive by name, and the names of what is none."""
    members = archive.infolist()
    if (size := sum(member.file_size for member in members)) > MOST_BYTES:
        raise zipped.ZipError(f"must hold at most {MOST_BYTES:,} bytes, got {size:,}")
    found: dict[str, NDArray[np.float32]] = {}
    left: list[str] = []
    for member in members:
        name = member.filename.removesuffix(".npy")
        if name == member.filename:
            faults.add(file, "must hold arrays (.npy) and nothing else", cell=member.filename)
            continue
        content = io.BytesIO(b"".join(zipped.chunks(archive, member)))
        header = _header(file, name, content, faults)
        if header is not None and len(header.shape) < 2:
            left.append(name)
        elif header is not None:
            content.seek(0)
            array = _array(file, name, content, member.file_size, faults, given)
            if array is not None:
                found[name] = array
    return found, left


def _header(file: str, name: str, stream: BinaryIO, faults: Faults) -> _Header | None:
    """What the array in a stream says of itself; None, and a fault, where it is not in NumPy's format.

    NumPy's own reader of headers also repairs those of old versions, with a parser that can fail in many ways.
    """
    within = f" (array {name!r})" if name else ""
    try:
        if (start := stream.read(8))[:6] != npy.MAGIC_PREFIX or start[6:] not in _LENGTHS:
            raise ValueError("another beginning")
        (length,) = (kind := _LENGTHS[start[6:]]).unpack(stream.read(kind.size))
        if length > LONGEST_HEADER:
            raise ValueError(f"a header of {length:,} bytes")
        said = ast.literal_eval(stream.read(length).decode("latin1").strip())
        shape, descr = said["shape"], said["descr"]
        if set(said) != {"shape", "descr", "fortran_order"} or type(said["fortran_order"]) is not bool:
            raise ValueError("another header")
        if type(shape) is not tuple or any(type(axis) is not int for axis in shape):
            raise ValueError("a shape that is none")
    except (struct.error, SyntaxError, ValueError, TypeError, KeyError, MemoryError, RecursionError) as error:
        faults.add(file, f"must be an array as NumPy saves it{within}", got=str(error).partition("\n")[0][:100])
        return None
    if not isinstance(descr, str) or not _NUMBERS.fullmatch(descr):
        if len(shape) >= 2:     # what is no matrix may be of any type: it is left out unread
            if isinstance(descr, str) and _COMPLEX.fullmatch(descr):
                got = "complex ones: save their size, np.abs(matrix), or .real"
                faults.add(file, f"must hold real numbers{within}", got=got)
            else:
                faults.add(file, f"must be {PICKLED}{within}", got=f"type {descr}"[:100])
            return None
        return _Header(shape, np.dtype("u1"), stream.tell())
    return _Header(shape, np.dtype(descr), stream.tell(), said["fortran_order"])


def _array(
    file: str, name: str, stream: BinaryIO, size: int, faults: Faults, given: Given | None
) -> NDArray[np.float32] | None:
    """The array of a stream of ``size`` bytes, as float32; None, and a fault, where it is no matrix to use."""
    within = f" (array {name!r})" if name else ""
    header = _header(file, name, stream, faults)
    if header is None:
        return None
    shape = header.shape
    if len(shape) not in (2, 3) or shape[-1] != shape[-2]:
        faults.add(file, f"must have shape (N, N) or (H, N, N){within}", got=str(shape)[:100])
        return None
    if not check_size(file, 1 if len(shape) == 2 else shape[0], shape[-1], faults, given):
        return None
    if size - header.start != header.size:
        there = f"{size - header.start:,}"
        faults.add(file, f"must have the {header.size:,} bytes of its shape {shape}{within}", got=there)
        return None
    # numbers and nothing else: from here on there is no pickle that could be read
    numbers = np.frombuffer(stream.read(header.size), dtype=header.dtype)
    array = numbers.reshape(shape, order="F" if header.by_column else "C")
    before = len(faults)
    check_finite(file, name, array, faults)
    return np.ascontiguousarray(array, dtype=np.float32) if len(faults) == before else None
