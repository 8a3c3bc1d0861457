"""A matrix from elsewhere: the same weights from every kind of file, and each fault with its place."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from core.data.faults import DataError
from core.matrices import read, written
from tests.core.matrices.made import IDS, NODES, ONE_WAY, faults_of, saved

KINDS = ["npy", "npz", "graphml", "bare", "header", "index", "both", "named corner", "edges"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_weights_with_receivers_as_rows(tmp_path: Path, kind: str) -> None:
    matrix = read(saved(tmp_path, kind))
    ids = matrix.nodes["id"].tolist()
    assert set(ids) == (set("0123") if kind in ("npy", "npz", "bare") else set(IDS))
    order = [ids.index(name) for name in sorted(ids)]
    np.testing.assert_array_equal(matrix.weights[0][np.ix_(order, order)], ONE_WAY)
    assert matrix.weights.dtype == np.float32
    assert matrix.heads == ("matrix",)


@pytest.mark.parametrize("corner", ["", "sensor", '""'])
def test_ids_that_are_numbers_are_told_from_weights_by_the_corner(tmp_path: Path, corner: str) -> None:
    rows = [f"{10 + i},{','.join(map(str, row))}" for i, row in enumerate(ONE_WAY.tolist())]
    (tmp_path / "m.csv").write_text("\n".join([f"{corner},10,11,12,13", *rows]))
    matrix = read(tmp_path / "m.csv")
    assert matrix.nodes["id"].tolist() == ["10", "11", "12", "13"]
    np.testing.assert_array_equal(matrix.weights[0], ONE_WAY)


@pytest.mark.parametrize(("hint", "options"), [(True, {}), (False, {"sensors": "nodes.csv"})])
def test_roads_that_name_other_sensors_are_told_from_weights(
    tmp_path: Path, hint: bool, options: dict[str, str]
) -> None:
    np.save(tmp_path / "m.npy", ONE_WAY)
    (tmp_path / "nodes.csv").write_text("id\n010\n011\n012\n013\n")
    rows = [f"{10 + i},{','.join(map(str, row))}" for i, row in enumerate(np.abs(ONE_WAY).tolist())]
    (tmp_path / "roads.csv").write_text("\n".join([",10,11,12,13", *rows]))
    with pytest.raises(DataError) as caught:
        read(tmp_path / "m.npy", roads=tmp_path / "roads.csv", **{k: tmp_path / v for k, v in options.items()})
    known, first = ("m.npy", "0") if hint else ("nodes.csv", "010")
    assert str(caught.value) == (
        f"roads.csv, row 1, column 2: the ids in the header must be those of {known}, got none of them: '10' here, "
        f"'{first}' there" + ("; name the sensors of the matrix, in its order, with --nodes" if hint else "")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_turned_a_file_gives_the_transpose_and_says_so(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path, kind)
    straight, turned = read(path), read(path, turned=True)
    np.testing.assert_array_equal(turned.weights, straight.weights.transpose(0, 2, 1))
    assert straight.remarks[0] != turned.remarks[0]
    edges = kind in ("edges", "graphml")
    assert ("from receiver to sender" if edges else "rows were taken as senders") in turned.remarks[0]


@pytest.mark.parametrize(("einsum", "turned"), [("ncvl,vw->ncwl", True), ("ncwl,vw->ncvl", False)])
def test_turned_as_the_help_says_a_matrix_does_what_it_does_in_its_own_code(
    tmp_path: Path, einsum: str, turned: bool
) -> None:
    random = np.random.default_rng(0)
    values, matrix = random.random((1, 2, 4, 3)), random.random((4, 4))
    np.save(tmp_path / "m.npy", matrix)
    mixing = read(tmp_path / "m.npy", turned=turned).weights[0]
    np.testing.assert_allclose(np.einsum("ij,ncjl->ncil", mixing, values), np.einsum(einsum, values, matrix), rtol=1e-6)


@settings(max_examples=30)
@given(
    matrix=arrays_of.arrays(
        np.float32,
        st.tuples(st.integers(2, 6)).map(lambda n: n * 2),
        elements=st.floats(-(2.0**99), 2.0**99, width=32),
    ),
    kind=st.sampled_from(["npy", "npz", "bare", "header", "both", "index"]),
)
def test_any_matrix_comes_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, matrix: np.ndarray, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("m")
    made = read(saved(folder, kind, matrix))
    np.testing.assert_array_equal(made.weights[0], matrix)
    np.testing.assert_array_equal(written(made, folder / "run").interaction[0], matrix)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_sensors_is_that_of_their_own_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "nodes.csv").write_text(NODES)
    matrix = read(saved(tmp_path, kind), sensors=tmp_path / "nodes.csv")
    assert matrix.nodes["id"].tolist() == ["C", "A", "D", "B"]
    assert matrix.nodes["latitude"].tolist() == [48, 49, 47, 48.5]
    named = kind not in ("npy", "npz", "bare")
    order = [IDS.index(name) for name in "CADB"] if named else range(4)
    np.testing.assert_array_equal(matrix.weights[0], ONE_WAY[np.ix_(order, order)])


def test_a_road_graph_follows_the_sensors_and_never_turns(tmp_path: Path) -> None:
    (tmp_path / "roads.csv").write_text("from,to,weight\nA,B,1\n")
    matrix = read(saved(tmp_path, "both"), roads=tmp_path / "roads.csv", turned=True)
    assert matrix.adjacency is not None
    assert matrix.adjacency[1, 0] == 1
    assert matrix.adjacency.sum() == 1


FAULTY: dict[str, tuple[str, str, list[tuple[int | None, str | None, str]]]] = {
    "cells": ("m.csv", "A,B\n0,x\n1,nan\n", [(2, "B", "a number, got 'x'"), (3, "B", "a number, got 'nan'")]),
    "infinite": ("m.csv", ",A,B\nA,0,inf\nB,1e39,0\n", [(2, "B", "must be finite"), (3, "A", "must be finite")]),
    "not square": ("m.csv", "1,2,3,4\n5,6,7,8\n", [(None, None, "must be square")]),
    "ragged": ("m.csv", "A,B\n0,1\n1\n", [(3, None, "must have 2 cells")]),
    "rows named otherwise": ("m.csv", ",A,B\nA,0,1\nX,1,0\n", [
        (3, "1", "must be a sensor of its first row, got 'X'"), (None, None, "must have a row for each sensor")]),
    "twice": ("m.csv", ",A,A\nA,0,1\nB,1,0\n", [(1, "3", "a sensor must have one column, got 'A'")]),
    "no name": ("m.csv", ",A, \nA,0,1\n ,1,0\n", [(None, "2", "the id of a sensor must be text that can be seen")]),
    "edges": ("m.csv", "from,to,weight\nA,B,x\nA,B,1\nB,C\n", [
        (2, "weight", "must be a number"), (3, None, "the edge of row 2 again"), (4, None, "must have 3 cells")]),
    "no edges": ("m.csv", "from,to,weight\n", [(None, None, "must hold at least one edge")]),
    "semicolons": ("m.csv", "1;2\n3;4\n", [(1, None, "cells must be separated by commas")]),
    "one sensor": ("m.csv", "1\n", [(None, None, "must have 2 to 5,000 sensors, got 1")]),
    "empty": ("m.csv", " ", [(None, None, "must not be empty")]),
    "kind": ("m.pkl", "x", [(None, None, "must end in one of .csv, .npy, .npz, .graphml, got '.pkl'")]),
    "no array": ("m.npy", "x", [(None, None, "must be an array as NumPy saves it")]),
    "no archive": ("m.npz", "x", [(None, None, "must be a whole zip")]),
    "no xml": ("m.graphml", "<graph", [(1, None, "must be GraphML, whole and well formed")]),
    "no graph": ("m.graphml", "<a/>", [(None, None, "must hold one graph, got 0")]),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_every_fault_is_named_with_its_place(tmp_path: Path, case: str) -> None:
    name, content, expected = FAULTY[case]
    (tmp_path / name).write_text(content)
    faults = faults_of(tmp_path / name)
    assert {fault.file for fault in faults} == {name}
    for row, column, words in expected:
        assert any((fault.row, fault.column) == (row, column) and words in fault.problem for fault in faults), faults


def test_faults_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("A,B\n0,x\n1,0\n")
    (tmp_path / "nodes.csv").write_text("id,latitude\nA,100\nB,1\n")
    (tmp_path / "adjacency.csv").write_text("from,to,weight\nA,B,-1\n")
    faults = faults_of(tmp_path / "m.csv", sensors=tmp_path / "nodes.csv", roads=tmp_path / "adjacency.csv")
    assert {fault.file for fault in faults} == {"m.csv", "nodes.csv", "adjacency.csv"}


def test_sensors_that_do_not_fit_are_named_by_the_file_that_has_them(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("id\nA\nB\nX\n")
    said = [str(fault) for fault in faults_of(saved(tmp_path, "both"), sensors=tmp_path / "places.csv")]
    assert any("must be a sensor of places.csv, got 'C'" in text for text in said)
    assert any("must have a row for each sensor of places.csv, got none for 'X'" in text for text in said)
    for kind in ("npy", "npz"):
        (fault,) = faults_of(saved(tmp_path, kind), sensors=tmp_path / "places.csv")
        assert "must have a row and a column for each of the 3 sensors of places.csv, got 4" in fault.problem
    assert "is missing" in str(faults_of(saved(tmp_path, "npy"), sensors=tmp_path / "none.csv")[0])


@settings(max_examples=300)
@given(at=st.integers(0, 10**6), value=st.integers(0, 255), kind=st.sampled_from(["npy", "npz", "graphml", "both"]))
def test_whatever_byte_of_a_file_is_changed_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, kind: str
) -> None:
    path = saved(tmp_path_factory.mktemp("m"), kind)
    content = bytearray(path.read_bytes())
    content[at % len(content)] = value
    path.write_bytes(content)
    try:
        matrix = read(path)
    except DataError as error:
        str(error).encode()
    else:
        assert np.isfinite(matrix.weights).all()
        written(matrix, path.parent / "run")


@pytest.mark.parametrize("kind", ["both", "bare", "header", "index", "edges"])
def test_a_table_of_too_many_sensors_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("core.matrices.square.MOST_SENSORS", 3)
    (fault,) = faults_of(saved(tmp_path, kind))
    assert "must have at most 3 sensors" in fault.problem
    monkeypatch.setattr("core.matrices.square.MOST_SENSORS", 4)
    assert read(saved(tmp_path, kind)).heads == ("matrix",)


@pytest.mark.parametrize("content", ["x", "x\n", '""', "a,b,c", "from"])
def test_a_table_without_a_row_of_weights_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "m.csv").write_text(content)
    assert "m.csv: must hold at least one row of weights, got none" in map(str, faults_of(tmp_path / "m.csv"))


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.matrices.MOST_BYTES", 100)
    assert "must have at most 100 bytes" in faults_of(saved(tmp_path, "npy"))[0].problem
