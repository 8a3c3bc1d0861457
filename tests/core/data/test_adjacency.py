"""The road graph comes in five shapes, all of them with receivers as rows and senders as columns."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import table
from core.data.adjacency import named, read
from core.data.faults import Faults

IDS = ["A", "B", "C", "D"]
GRAPH = np.array([[0, 1, 0, 0], [0, 0, 0.5, 0], [0, 0, 0, 0.25], [0.125, 0, 0, 2]], dtype=np.float32)  # one-way


def found(tmp_path: Path, text: str, ids: list[str] | None = IDS) -> tuple[np.ndarray | None, list[str]]:
    path = tmp_path / "adjacency.csv"
    path.write_text(text)
    faults = Faults()
    graph = read(path, ids, faults)
    return graph, [str(fault).removeprefix("adjacency.csv") for fault in faults]


def square(
    ids: list[str], header: bool, index: bool, order: list[int] | None = None, columns: list[int] | None = None
) -> str:
    rows = order or list(range(len(ids)))
    across = columns or rows
    lines = [",".join([*["corner"] * index, *(ids[j] for j in across)])] if header else []
    lines += [",".join([*[ids[i]] * index, *(f"{GRAPH[i, j]:g}" for j in across)]) for i in rows]
    return "\n".join(lines)


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("ids", [IDS, ["0", "1", "2", "3"], ["773869", "767541", "0.5", "nan"]])
def test_a_square_table_is_read_with_or_without_header_and_index(
    tmp_path: Path, header: bool, index: bool, ids: list[str]
) -> None:
    graph, faults = found(tmp_path, square(ids, header, index), ids)
    assert faults == []
    np.testing.assert_array_equal(graph, GRAPH)


@pytest.mark.parametrize(("header", "index"), [(True, False), (False, True), (True, True)])
def test_names_set_the_order_of_rows_and_columns(tmp_path: Path, header: bool, index: bool) -> None:
    graph, faults = found(tmp_path, square(IDS, header, index, order=[2, 0, 3, 1]))
    assert faults == []
    np.testing.assert_array_equal(graph, GRAPH)


def test_rows_and_columns_may_stand_in_different_orders(tmp_path: Path) -> None:
    graph, faults = found(tmp_path, square(IDS, True, True, order=[2, 0, 3, 1], columns=[1, 3, 2, 0]))
    assert faults == []
    np.testing.assert_array_equal(graph, GRAPH)


def test_an_edge_goes_from_the_sender_to_the_receiver(tmp_path: Path) -> None:
    graph, faults = found(tmp_path, "from,to,weight\nB,A,1\nC,B,0.5\nD,C,0.25\nA,D,0.125\nD,D,2\n")
    assert faults == []
    np.testing.assert_array_equal(graph, GRAPH)


def test_blanks_around_ids_make_no_other_sensors(tmp_path: Path) -> None:
    graph, faults = found(tmp_path, "from, to, weight\nB, A, 1\n C,B ,0.5\nD, C, 0.25\nA, D, 0.125\nD, D, 2\n")
    assert faults == []
    np.testing.assert_array_equal(graph, GRAPH)
    for header, index in ((True, False), (False, True), (True, True)):
        text = square(IDS, header, index, order=[2, 0, 3, 1]).replace(",", ", ")
        graph, faults = found(tmp_path, text)
        assert faults == []
        np.testing.assert_array_equal(graph, GRAPH)
    assert found(tmp_path, "from,to,weight\nB,A,1\nB, A,1\n")[1] == [
        ", row 3: an edge must be given once, got the edge of row 2 again"
    ]
    twice = "A,B,C, C\n" + "0,0,0,0\n" * 4
    assert ", row 1, column 4: a sensor must have one column, got 'C'" in found(tmp_path, twice)[1]


def test_a_file_alone_names_each_sensor_once_whatever_the_blanks(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    for text in ("from, to, weight\na, b, 1\nb, c, 2\n", "x, a, b , c\na, 0, 0, 0\nb, 0, 0, 0\n c,0,0,0\n"):
        path.write_text(text)
        seen = named(path, 9, Faults())
        assert seen is not None
        assert seen.ids == ("a", "b", "c")


def test_the_columns_of_an_edge_list_may_stand_in_any_order_and_case(tmp_path: Path) -> None:
    graph, faults = found(tmp_path, "weight, To,FROM\n1,A,B\n")
    assert faults == []
    assert graph is not None
    assert graph[0, 1] == 1
    assert graph.sum() == 1


def test_an_edge_list_without_edges_says_that_no_graph_is_known(tmp_path: Path) -> None:
    assert found(tmp_path, "from,to,weight\n") == (None, [])


def test_sensors_may_be_called_from_and_to(tmp_path: Path) -> None:
    ids = ["from", "to"]
    graph, faults = found(tmp_path, "from,to\n0,1\n0,0\n", ids)
    assert faults == []
    assert graph is not None
    assert graph.tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("ids", [["0"], ["0", "1"], ["1", "0", "2"]])
def test_a_bare_table_is_not_taken_for_names_although_the_ids_are_numbers(tmp_path: Path, ids: list[str]) -> None:
    n = len(ids)
    graph, faults = found(tmp_path, "\n".join(",".join("01"[j > i] for j in range(n)) for i in range(n)), ids)
    assert faults == []
    np.testing.assert_array_equal(graph, np.triu(np.ones((n, n)), 1))


STRANGERS = "the ids in the header must be those of values.csv, got none of them"


@pytest.mark.parametrize("corner", ["", "id"])
@pytest.mark.parametrize("count", [4, 5, 2])
@pytest.mark.parametrize("ids", [["0010", "0020", "0030", "0040"], IDS])
def test_ids_that_are_none_of_those_that_are_known_are_not_taken_for_weights(
    tmp_path: Path, corner: str, count: int, ids: list[str]
) -> None:
    names = ["10", "20", "30", "40", "50"][:count]
    text = "\n".join([",".join([corner, *names]), *(f"{name}{',0' * count}" for name in names)])
    graph, faults = found(tmp_path, text, ids)
    assert graph is None
    assert f", row 1, column 2: {STRANGERS}: '10' here, '{ids[0]}' there" in faults
    assert len(faults) == 1 + (count != 4), "the number of sensors is the only other fault"


def test_of_strange_words_one_is_named_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "adjacency.csv"
    path.write_text("W,X,Y,Z\n" + "0,0,0,0\n" * 4)
    faults = Faults()
    read(path, IDS, faults, known="m.npy", hint="; use --nodes")
    must = "the ids in the header must be those of m.npy, got none of them: 'W' here, 'A' there; use --nodes"
    assert [str(fault) for fault in faults] == [f"adjacency.csv, row 1, column 1: {must}"]


def test_a_bare_table_with_blanks_on_its_diagonal_is_no_list_of_names(tmp_path: Path) -> None:
    _, faults = found(tmp_path, ",1,2\n1,,3\n2,3,\n", ["A", "B", "C"])
    assert faults == [f", row {k}, column {k}: must be a number, got ''" for k in (1, 2, 3)]


@pytest.mark.parametrize("header", ["source,target,weight", "Target, Source, weight", "source,target"])
def test_source_and_target_are_told_what_they_are_called_here(tmp_path: Path, header: str) -> None:
    text = f"{header}\nA,B,1\n"
    must = "an edge list must have the columns from, to, weight and no other (call source 'from' and target 'to')"
    assert found(tmp_path, text)[1] == [f", row 1: {must}, got '{header.replace(' ', '').lower()}'"]
    assert found(tmp_path, text, None)[1] == found(tmp_path, text)[1]
    seen = named(tmp_path / "adjacency.csv", 9, Faults())
    assert seen is not None
    assert seen.edges


def test_a_header_of_numbers_is_seen_although_a_row_is_missing(tmp_path: Path) -> None:
    _, faults = found(tmp_path, "10,20,30\n0,0,0\n0,0,0\n", ["10", "20", "30"])
    assert faults == [f": {SQUARE}, got 2 rows and 3 columns"]


SQUARE = "must be square, one row and one column for each sensor"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,1\n1,0\n", [": must have a row and a column for each of 4 sensors, got 2"]),
        ("0,1,0,0\n0,0,0,0\n0,0,0,0\n", [f": {SQUARE}, got 3 rows and 4 columns"]),
        ("0,1,0\n0,0,0\n0,0,0\n0,0,0\n", [f": {SQUARE}, got 4 rows and 3 columns"]),
        ("0,0,0,0,0\n" * 5, [": must have a row and a column for each of 4 sensors, got 5"]),
        ("0,1,0,0\n0,0,0\n0,0,0,0\n0,0,0,0\n", [", row 2: must have 4 cells as the first row has, got 3"]),
        (
            "0,x,0,0\n0,-1,0,0\n0,0,,0\ninf,nan,0,0\n",
            [
                ", row 1, column 2: must be a number, got 'x'",
                ", row 2, column 2: must not be negative, got '-1'",
                ", row 3, column 3: must be a number, got ''",
                ", row 4, column 2: must be a number, got 'nan'",
                ", row 4, column 1: must be finite and fit float32, got 'inf'",
            ],
        ),
        ("A,B,C,D\n0,0,0,0\n0,0,-2,0\n0,0,0,0\n0,0,0,0\n", [", row 3, column C: must not be negative, got '-2'"]),
        (
            "A,B,C,E\n" + "0,0,0,0\n" * 4,
            [
                ", row 1, column 4: must be a sensor of values.csv, got 'E'",
                ": must have a column for each sensor of values.csv, got none for 'D'",
            ],
        ),
        (
            "A,B,C,C\n" + "0,0,0,0\n" * 4,
            [
                ", row 1, column 4: a sensor must have one column, got 'C'",
                ": must have a column for each sensor of values.csv, got none for 'D'",
            ],
        ),
        (
            "A,B,C\n" + "0,0,0\n" * 3,
            [
                ": must have a row and a column for each of 4 sensors, got 3",
                ": must have a column for each sensor of values.csv, got none for 'D'",
            ],
        ),
        (
            ",A,B,C,D\nA,0,0,0,0\nB,0,0,0,0\nC,0,0,0,0\n",
            [
                f": {SQUARE}, got 3 rows and 4 columns",
                ": must have a row for each sensor of values.csv, got none for 'D'",
            ],
        ),
        (
            ",A,B,C,D\nA,0,0,0,0\nB,0,0,0,0\nC,0,0,0,0\nX,0,0,0,0\n",
            [
                ", row 5, column 1: must be a sensor of values.csv, got 'X'",
                ": must have a row for each sensor of values.csv, got none for 'D'",
            ],
        ),
        (
            "from,to,weight\nA,B,1\nX,B,1\nA,Y,-1\nA,B,2\nA,C\nA,D,\n",
            [
                ", row 3, column from: must be a sensor of values.csv, got 'X'",
                ", row 4, column to: must be a sensor of values.csv, got 'Y'",
                ", row 4, column weight: must not be negative, got '-1'",
                ", row 5: an edge must be given once, got the edge of row 2 again",
                ", row 6: must have 3 cells as the header has, got 2",
                ", row 7, column weight: must be a number, got ''",
            ],
        ),
        (
            "from,to\nA,B\n",
            [", row 1: an edge list must have the columns from, to, weight and no other, got 'from,to'"],
        ),
        (
            "from,to,weight,note\nA,B,1,x\n",
            [", row 1: an edge list must have the columns from, to, weight and no other, got 'from,to,weight,note'"],
        ),
        ("from;to;weight\nA;B;1\n", [", row 1: cells must be separated by commas, decimals by points, got semicolons"]),
        ('"A,B\n', [", row 1: quotes must be closed (the rest of the file was not read)"]),
    ],
)
def test_each_fault_is_named_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    graph, faults = found(tmp_path, text)
    assert graph is None
    assert sorted(faults) == sorted(expected)


@pytest.mark.parametrize("form", ["0,0,0,0\n" * 6 + "0,x,0,0\n", "0,0,0,0,0,0\n0,x,0,0,0,0\n"], ids=["rows", "columns"])
@pytest.mark.parametrize("ids", [IDS, None])
def test_a_table_of_too_many_sensors_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, ids: list[str] | None
) -> None:
    monkeypatch.setattr("core.data.adjacency.MOST_SENSORS", 4)
    row = 6 if form.startswith("0,0,0,0\n") else 1
    graph, faults = found(tmp_path, form, ids)
    assert graph is None
    must = "must have at most 4 sensors, one row and one column for each (the rest of the file was not read)"
    assert faults == [f", row {row}: {must}"]


@pytest.mark.parametrize("ids", [[], ["A"], ["A", "B"], None])
@pytest.mark.parametrize("text", ["A", '""', ",", "A,B", "from", "A\n"])
def test_a_header_alone_is_no_graph(tmp_path: Path, text: str, ids: list[str] | None) -> None:
    graph, faults = found(tmp_path, text, ids)
    assert graph is None
    assert faults


def test_an_edge_list_is_read_no_further_than_all_pairs(tmp_path: Path) -> None:
    pairs = [f"{a},{b},1" for a in "AB" for b in "AB"]
    graph, faults = found(tmp_path, "\n".join(["from,to,weight", *pairs]), ["A", "B"])
    assert faults == []
    assert graph is not None
    assert graph.tolist() == [[1, 1], [1, 1]]
    _, faults = found(tmp_path, "\n".join(["from,to,weight", *pairs, "A,A,1", "X,A,1"]), ["A", "B"])
    assert faults == [", row 6: must have at most 4 edges, one for each pair (the rest of the file was not read)"]


@pytest.mark.parametrize("row", ["A", "A,X,1"], ids=["too short", "a stranger"])
def test_an_edge_list_of_faults_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    monkeypatch.setattr("core.data.table.MOST_FAULTY", 3)
    _, faults = found(tmp_path, "from,to,weight\n" + f"{row}\n" * 12)
    assert ", row 6: must have at most 3 rows with a fault (the rest of the file was not read)" in faults
    assert any(fault.startswith(", row 5") for fault in faults)
    assert not any(fault.startswith(", row 7") for fault in faults)


def test_an_edge_list_beside_values_that_cannot_be_read_is_checked_as_far_as_it_makes_sense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.table.MOST_FAULTY", 3)
    assert found(tmp_path, "from,to,weight\nA,B,1\nA,B,1\nA,C,x\nA,D,x\n", None) == (
        None,
        [
            ", row 3: an edge must be given once, got the edge of row 2 again",
            ", row 4, column weight: must be a number, got 'x'",
        ],
    )


@pytest.mark.parametrize("text", ["0\n" * 9, "0,1,2,3,4,5,6\n", "from,to,weight\n" + "A,B,1\nC,D,1\nE,F,1\n"])
def test_a_graph_alone_is_told_to_be_too_large_by_its_first_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(text + "0,0\n" * 100)
    read_rows, whole = [], table.rows

    def counted(file: str, content: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
        for row in whole(file, content, faults):
            read_rows.append(row)
            yield row

    monkeypatch.setattr(table, "rows", counted)
    faults = Faults()
    assert named(path, 4, faults) is None
    assert [str(fault) for fault in faults] == ["matrix.csv: must have at most 4 sensors, got more"]
    assert len(read_rows) < 10


def test_a_missing_file_says_what_to_do_where_no_graph_is_known(tmp_path: Path) -> None:
    faults = Faults()
    assert read(tmp_path / "adjacency.csv", IDS, faults) is None
    (fault,) = faults
    assert str(fault) == (
        "adjacency.csv: is missing (where no road graph is known, make it the one line 'from,to,weight': "
        "an edge list without edges)"
    )


@pytest.mark.parametrize(("header", "index"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_sound_table_has_no_faults_even_where_the_sensors_are_not_known(
    tmp_path: Path, header: bool, index: bool
) -> None:
    assert found(tmp_path, square(IDS, header, index), None) == (None, [])


@settings(max_examples=100)
@given(data=st.data(), n=st.integers(1, 6))
def test_every_form_agrees_with_a_loop_over_the_edges(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, n: int
) -> None:
    ids = [str(k) for k in data.draw(st.permutations(range(n)))]
    edges = data.draw(st.dictionaries(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), st.integers(1, 9)))
    slow = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            slow[i, j] = edges.get((ids[j], ids[i]), 0)  # key: sender, receiver
    as_list = "from,to,weight\n" + "\n".join(f"{a},{b},{w}" for (a, b), w in edges.items())
    as_table = "\n".join([",".join(["", *ids]), *(",".join([ids[i], *map(str, slow[i])]) for i in range(n))])
    path = tmp_path_factory.mktemp("forms")
    for text in [as_list, as_table] if edges else [as_table]:
        graph, faults = found(path, text, ids)
        assert faults == []
        np.testing.assert_array_equal(graph, slow)
