"""Arrays from a stranger: heads where they are heads, and nothing that a header claims or a pickle hides."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.matrices import found, read
from tests.core.matrices.made import faults_of


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f2", ">i4", "|b1", "<u8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_number_in_any_order_are_read(tmp_path: Path, dtype: str, order: Any) -> None:
    matrix = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0]])
    np.save(tmp_path / "m.npy", np.asarray(matrix.astype(dtype), order=order))
    np.testing.assert_array_equal(read(tmp_path / "m.npy").weights[0], matrix)


def test_each_array_of_an_archive_is_a_head_of_its_name_or_heads(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    one, many = random.random((5, 5)), random.random((2, 5, 5))
    np.savez(tmp_path / "m.npz", adp=one, layer=many, ids=np.arange(5))
    matrix = read(tmp_path / "m.npz")
    assert matrix.heads == ("adp", "layer 1", "layer 2")
    np.testing.assert_array_equal(matrix.weights, np.stack([one, *many]).astype(np.float32))
    assert "Left out, since they are no matrices: ids." in matrix.remarks


def test_an_array_of_three_axes_is_heads(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.arange(27.0).reshape(3, 3, 3))
    assert read(tmp_path / "m.npy").heads == ("head 1", "head 2", "head 3")


def test_weights_of_an_array_that_are_no_numbers_are_placed_and_counted(tmp_path: Path) -> None:
    heads = np.zeros((2, 40, 40))
    heads[1, 2, 3] = np.nan
    heads[0, 4, 5] = 1e39
    np.savez(tmp_path / "m.npz", adp=heads)
    first, second = faults_of(tmp_path / "m.npz")
    assert (first.row, first.column) == (5, "6")
    assert "float32 can hold (array 'adp'), got 1e+39 in head 1" in first.problem
    assert (second.row, second.column) == (3, "4")
    heads[:] = np.inf
    np.save(tmp_path / "m.npy", heads)
    faults = faults_of(tmp_path / "m.npy")
    assert len(faults) == found.LISTED + 1
    assert "got 3,200 that are not" in faults[-1].problem


@pytest.mark.parametrize(("array", "words"), [
    (np.zeros((2, 3)), r"must have shape (N, N) or (H, N, N), got (2, 3)"),
    (np.zeros(4), "must have shape (N, N) or (H, N, N), got (4,)"),
    (np.zeros((3, 3, 2)), "got (3, 3, 2)"),
    (np.zeros((65, 2, 2)), "must have 1 to 64 heads, got 65"),
    (np.zeros((0, 2, 2)), "must have 1 to 64 heads, got 0"),
    (np.zeros((2, 2), dtype=complex), "must hold real numbers, got complex ones: save their size, np.abs("),
    (np.array([["a", "b"], ["c", "d"]]), "must be an array of numbers"),
    (np.zeros((2, 2), dtype="f4,f4"), "must be an array of numbers"),
])  # fmt: skip
def test_an_array_that_is_no_matrix_is_refused(tmp_path: Path, array: np.ndarray, words: str) -> None:
    np.save(tmp_path / "m.npy", array)
    assert words in faults_of(tmp_path / "m.npy")[0].problem


class Burst:
    """What a pickle could do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("something was unpickled",))


@pytest.mark.parametrize("kind", ["npy", "npz", "bare pickle"])
def test_nothing_is_ever_unpickled(tmp_path: Path, kind: str) -> None:
    hostile = np.array([[Burst(), Burst()], [Burst(), Burst()]], dtype=object)
    if kind == "bare pickle":
        path = tmp_path / "m.npy"
        path.write_bytes(pickle.dumps(Burst()))
    else:
        path = tmp_path / f"m.{kind}"
        np.save(path, hostile, allow_pickle=True) if kind == "npy" else np.savez(path, m=hostile, allow_pickle=True)
    assert all("must be an array" in fault.problem for fault in faults_of(path))


def header(shape: str, descr: str = "'<f4'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(("shape", "words"), [
    ("(5000, 5000)", "must have the 100,000,000 bytes of its shape (5000, 5000), got 16"),
    ("(1000000, 1000000)", "must have 2 to 5,000 sensors, got 1,000,000"),
    ("(64, 5000, 5000)", "must have at most 134,217,728 weights in all, got 1,600,000,000"),
    ("(-2, -2)", "must have 2 to 5,000 sensors, got -2"),
    ("(2, 3)", "must have shape (N, N)"),
    ("(" + "9" * 5000 + ",)", "must be an array as NumPy saves it"),
    ("(2, 2)" + " " * 20_000, "must be an array as NumPy saves it, got a header of 20,0"),
    ("(" * 3000, "must be an array as NumPy saves it"),
    ("(2, 2, __import__('os'))", "must be an array as NumPy saves it"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_a_header_that_lies_makes_no_array(tmp_path: Path, shape: str, words: str, kind: str) -> None:
    content = header(shape) + bytes(16)
    if kind == "npz":
        with zipfile.ZipFile(tmp_path / "m.npz", "w") as made:
            made.writestr("a.npy", content)
        named = "of its shape" in words or "as NumPy saves it, got" in words
        words = words.replace(", got", " (array 'a'), got") if named else words
    else:
        (tmp_path / "m.npy").write_bytes(content)
    assert words in faults_of(tmp_path / f"m.{kind}")[0].problem


def test_an_archive_that_would_burst_is_refused_by_what_it_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "m.npz", a=np.zeros((600, 600)), b=np.zeros((600, 600)))
    monkeypatch.setattr("core.matrices.arrays.MOST_BYTES", 10**6)
    monkeypatch.setattr("core.zipped.chunks", lambda *_: pytest.fail("it was read"))
    assert "must hold at most 1,000,000 bytes, got 5,760,2" in faults_of(tmp_path / "m.npz")[0].problem


@pytest.mark.parametrize(("arrays", "words"), [
    ({"mean": np.eye(2)}, "a head must not be called 'mean'"),
    ({"a 1": np.eye(2), "a": np.zeros((1, 2, 2))}, "heads must have names of their own, got 'a 1'"),
    ({"a": np.eye(2), "b": np.eye(3)}, "all arrays must have one number of sensors, got 'a' 2, 'b' 3"),
    ({"data": np.ones(3), "indices": np.ones(3), "indptr": np.ones(3)}, "save its .toarray() instead"),
    ({"x": np.ones(3)}, "must hold an array (N, N) or (H, N, N), got x"),
    ({f"h{i}": np.eye(2) for i in range(65)}, "must have 1 to 64 heads, got 65"),
    ({" ": np.eye(2)}, "the name of a head must be text that can be seen"),
])  # fmt: skip
def test_an_archive_that_holds_no_heads_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], words: str) -> None:
    np.savez(tmp_path / "m.npz", **arrays)
    assert any(words in fault.problem for fault in faults_of(tmp_path / "m.npz"))
