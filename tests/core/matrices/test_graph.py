"""GraphML from a stranger: weights, places and names as it says, no document type, nothing beyond the bounds."""

from pathlib import Path

import numpy as np
import pytest

from core.matrices import graph as graphml
from core.matrices import read
from tests.core.matrices.made import IDS, faults_of, saved

XML = '<?xml version="1.0" encoding="UTF-8"?>'
KEYS = (
    '<key id="w" for="edge" attr.name="weight" attr.type="double"/>'
    '<key id="s" for="edge" attr.name="strength" attr.type="double"/>'
    '<key id="y" for="node" attr.name="lat" attr.type="double"/><key id="x" for="node" attr.name="lon" '
    'attr.type="double"/><key id="g" for="node" attr.name="group" attr.type="string"/>'
    '<key id="l" for="node" attr.name="label" attr.type="string"/>'
)


def graph(inside: str, default: str = "directed", before: str = "") -> str:
    space = 'xmlns="http://graphml.graphdrawing.org/xmlns"'
    return f'{XML}{before}<graphml {space}>{KEYS}<graph edgedefault="{default}">\n{inside}\n</graph></graphml>'


def data(key: str, value: object) -> str:
    return f'<data key="{key}">{value}</data>'


def test_places_groups_and_names_of_nodes_are_kept(tmp_path: Path) -> None:
    nodes = [f'<node id="n{i}">{data("l", name)}{data("y", 48 + i)}{data("x", 11)}{data("g", f"d{i % 2}")}</node>'
             for i, name in enumerate(IDS)]  # fmt: skip
    edge = f'<edge source="n0" target="n2">{data("w", -2.5)}</edge>'
    (tmp_path / "m.graphml").write_text(graph("\n".join([*nodes, edge])))
    matrix = read(tmp_path / "m.graphml")
    assert matrix.nodes["id"].tolist() == IDS
    assert matrix.nodes["latitude"].tolist() == [48, 49, 50, 51]
    assert matrix.nodes["group"].tolist() == ["d0", "d1", "d0", "d1"]
    assert matrix.weights[0, 2, 0] == -2.5
    assert np.count_nonzero(matrix.weights) == 1


def test_names_that_are_not_each_nodes_own_leave_the_ids(tmp_path: Path) -> None:
    nodes = "".join(f'<node id="n{i}">{data("l", "same")}</node>' for i in range(2))
    (tmp_path / "m.graphml").write_text(graph(nodes + '<edge source="n0" target="n1"/>'))
    assert read(tmp_path / "m.graphml").nodes["id"].tolist() == ["n0", "n1"]


def test_blanks_around_the_names_of_nodes_are_no_part_of_them(tmp_path: Path) -> None:
    nodes = "".join(f'<node id="n{i}">{data("l", name)}</node>' for i, name in enumerate((" a", "b ")))
    (tmp_path / "m.graphml").write_text(graph(nodes + '<edge source="n0" target="n1"/>'))
    assert read(tmp_path / "m.graphml").nodes["id"].tolist() == ["a", "b"]
    (tmp_path / "nodes.csv").write_text("id\n a\nb\n")
    assert read(tmp_path / "m.graphml", sensors=tmp_path / "nodes.csv").nodes["id"].tolist() == ["a", "b"]
    twice = "".join(f'<node id="{name}"/>' for name in ("a", " a"))
    (tmp_path / "m.graphml").write_text(graph(twice + '<edge source="a" target=" a"/>'))
    assert read(tmp_path / "m.graphml").nodes["id"].tolist() == ["a", " a"]


@pytest.mark.parametrize(("default", "both"), [("directed", 0), ("undirected", 3)])
def test_a_graph_without_directions_is_read_both_ways(tmp_path: Path, default: str, both: int) -> None:
    inside = f'<node id="a"/><node id="b"/><edge source="b" target="a">{data("s", 3)}</edge>'
    (tmp_path / "m.graphml").write_text(graph(inside, default))
    matrix = read(tmp_path / "m.graphml")
    assert matrix.weights[0].tolist() == [[0, 3], [both, 0]]
    assert any("no directions" in remark for remark in matrix.remarks) is bool(both)


def test_a_graph_that_does_not_say_its_direction_gives_no_pair_two_weights(tmp_path: Path) -> None:
    edges = [f'<edge source="{j}" target="{i}">{data("w", w)}</edge>' for j, i, w in (("a", "b", 1), ("b", "a", 2))]
    inside = f'<node id="a"/><node id="b"/>{"".join(edges)}'
    (tmp_path / "m.graphml").write_text(graph(inside).replace(' edgedefault="directed"', ""))
    (fault,) = faults_of(tmp_path / "m.graphml")
    assert "an edge must be given once" in fault.problem


@pytest.mark.parametrize("inside", [
    '<o:node xmlns:o="u" id="a"/><o:node xmlns:o="u" id="b"/><edge source="a" target="a"/>',
    '<node id="a"/><node id="b"/><edge source="a" target="b"/><desc><edge source="b" target="a"/></desc>',
])  # fmt: skip
def test_nodes_and_edges_that_networkx_does_not_see_are_not_counted_on(tmp_path: Path, inside: str) -> None:
    (tmp_path / "m.graphml").write_text(graph(inside))
    (fault,) = faults_of(tmp_path / "m.graphml")
    assert "nodes and edges must stand in the graph itself" in fault.problem


def test_edges_without_a_weight_count_as_one(tmp_path: Path) -> None:
    (tmp_path / "m.graphml").write_text(graph('<node id="a"/><node id="b"/><edge source="a" target="b"/>'))
    matrix = read(tmp_path / "m.graphml")
    assert matrix.weights[0, 1, 0] == 1
    assert any("each counts as 1" in remark for remark in matrix.remarks)


TWO = '<node id="a"/>\n<node id="b"/>\n'
WRONG_GRAPHS: dict[str, tuple[str, int | None, str]] = {
    "weight": (f'{TWO}<edge source="a" target="b">{data("w", "NaN")}</edge>', 4, "an edge must have a finite weight"),
    "one without": (f'{TWO}<edge source="a" target="b">{data("w", 1)}</edge>\n<edge source="b" target="a"/>', 5,
                    "an edge must have a finite weight, got none from 'b' to 'a'"),
    "two numbers": (f'{TWO}<edge source="a" target="b">{data("s", 1)}{data("z", 1)}</edge>', None, "networkx can read"),
    "twice": (f'{TWO}<edge source="a" target="b"/>\n<edge source="a" target="b"/>', 5, "the edge of row 4 again"),
    "node twice": (f'{TWO}<node id="a"/>', 4, "a node must be given once"),
    "node twice in a row": ('<node id="a"/><node id="a"/><node id="b"/>', 2, "a node must be given once"),
    "no end": (f'{TWO}<edge source="a" target="c"/>', 4, "the end of an edge must be a node, got 'c'"),
    "far north": (f'{TWO}<node id="c">{data("y", 91)}{data("x", 0)}</node><edge source="a" target="b"/>', 4,
                  "must lie between -90 and 90 degrees, got 91"),
    "half a place": (f'{TWO}<node id="c">{data("y", 9)}</node><edge source="a" target="b"/>', 4, "must be given where"),
    "hyperedge": (f"{TWO}<hyperedge/>", 4, "must have plain edges"),
    "port": (f'{TWO}<node id="c"><port name="p"/></node>', 4, "must have plain edges"),
    "no edges": (TWO, None, "must hold at least one edge"),
    "one node": ('<node id="a"/>', None, "must have 2 to 5,000 sensors, got 1"),
    "unseen": ('<node id="&#9;"/><node id="b"/><edge source="b" target="b"/>', 2, "must be text that can be seen"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_GRAPHS)
def test_a_wrong_graph_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    inside, row, words = WRONG_GRAPHS[case]
    (tmp_path / "m.graphml").write_text(graph(inside))
    faults = faults_of(tmp_path / "m.graphml")
    assert any(fault.row == row and words in fault.problem for fault in faults), faults


def test_a_key_without_a_type_is_refused(tmp_path: Path) -> None:
    made = saved(tmp_path, "graphml")
    made.write_bytes(made.read_bytes().replace(b'attr.type="double"', b""))
    (fault,) = faults_of(made)
    assert "a key must have a type (attr.type), got 'd0'" in fault.problem


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
HOSTILE_XML = {
    "billion laughs": graph('<node id="&l9;"/>', before=f'<!DOCTYPE g [<!ENTITY l0 "ha">{LAUGHS}]>').encode(),
    "a file": graph('<node id="a">&f;</node>', before='<!DOCTYPE g [<!ENTITY f SYSTEM "file:///etc/passwd">]>').encode(),
    "a far file": graph("", before='<!DOCTYPE g SYSTEM "http://example.org/g.dtd">').encode(),
    "empty type": graph(TWO, before="<!DOCTYPE graphml>").encode(),
    "in UTF-16": graph("&a;", before='<!DOCTYPE g [<!ENTITY a "b">]>').replace("UTF-8", "UTF-16").encode("utf-16"),
}


@pytest.mark.parametrize("case", HOSTILE_XML)
def test_a_document_type_is_refused_before_anything_is_read(
    tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("networkx.read_graphml", lambda *_: pytest.fail("it was parsed"))
    (tmp_path / "m.graphml").write_bytes(HOSTILE_XML[case])
    (fault,) = faults_of(tmp_path / "m.graphml")
    assert "must have no document type and no entities" in fault.problem


@pytest.mark.parametrize(("bound", "most", "words"), [
    ("MOST_EDGES", 2, "must have at most 2 edges"),
    ("MOST_SENSORS", 2, "must have at most 2 nodes"),
    ("MOST_PARTS", 10, "must have at most 10 parts"),
    ("DEEPEST", 3, "3 deep in each other"),
    ("MOST_XML", 100, "GraphML must have at most 100 bytes"),
])  # fmt: skip
def test_a_graph_beyond_the_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, words: str
) -> None:
    monkeypatch.setattr(graphml, bound, most)
    assert any(words in fault.problem for fault in faults_of(saved(tmp_path, "graphml")))
