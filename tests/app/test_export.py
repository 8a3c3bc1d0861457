"""The learned graph and the map as files: what is read back is what was learned, whatever sensors are called."""

import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.export.graph import MOST_EDGES, graph_file, kept, learned_graph, node_ids, write_graph
from app.export.map import map_page, threshold_words, write_map
from app.export.sealed import inlined, sealed
from app.measured import Measured
from core.run import Run
from tests.app.conftest import HOSTILE, made_run

READERS = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}
ONE_WAY = np.array([[0.5, 0.1, 0.0, 0.0], [0.0, 0.0, 0.2, 0.0], [0.3, 0.0, -0.7, 0.0], [0.4, 0.0, 0.0, 0.0]])


def measured(folder: Path, **settings: Any) -> Measured:
    return Measured(Run.load(made_run(folder, **settings)))


def read_back(content: bytes, form: str) -> "nx.DiGraph[str]":
    return READERS[form](io.BytesIO(content))


def matrix_in(graph: "nx.DiGraph[str]", ids: list[str]) -> np.ndarray:
    return nx.to_numpy_array(graph, ids).T


@pytest.mark.parametrize("form", READERS)
def test_what_networkx_reads_back_is_the_matrix_with_senders_as_sources(tmp_path: Path, form: str) -> None:
    found = measured(tmp_path / "run", heads=1, sensors=4, matrix=ONE_WAY)
    graph = read_back(graph_file(found, form, "head 1"), form)
    assert matrix_in(graph, found.ids).astype(np.float32).tolist() == ONE_WAY.astype(np.float32).tolist()
    assert graph.is_directed()
    assert graph.has_edge("S00", "S03"), "sensor 3 hears sensor 0: the edge goes from 0 to 3"
    assert not graph.has_edge("S03", "S00")
    assert not graph.has_edge("S01", "S03"), "an exact zero has no edge"


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("head", ["head 3", "mean"])
def test_every_bit_of_a_weight_survives_the_text(tmp_path: Path, form: str, head: str) -> None:
    found = measured(tmp_path / "run", seed=5)
    graph = read_back(graph_file(found, form, head), form)
    assert np.array_equal(matrix_in(graph, found.ids), found.matrix(head).astype(float))


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("weight", [1e-38, 1e-44, 0.1, 3.4e38, -1 / 3])
def test_weights_far_from_one_survive_too(tmp_path: Path, form: str, weight: float) -> None:
    matrix = np.array([[0.0, weight], [0.0, 0.0]])
    found = measured(tmp_path / "run", heads=1, sensors=2, matrix=matrix)
    graph = read_back(graph_file(found, form, "head 1"), form)
    assert np.float32(graph["S01"]["S00"]["weight"]) == np.float32(weight)


@pytest.mark.parametrize("form", READERS)
def test_one_sensor_makes_a_graph_of_one_node(tmp_path: Path, form: str) -> None:
    found = measured(tmp_path / "run", heads=1, sensors=1, matrix=[[0.25]])
    graph = read_back(graph_file(found, form), form)
    assert matrix_in(graph, found.ids).tolist() == [[0.25]]
    assert graph.nodes["S00"]["own_weight"] == 0.25


@pytest.mark.parametrize("form", READERS)
def test_hostile_ids_come_back_as_they_are(tmp_path: Path, form: str) -> None:
    found = measured(tmp_path / "run", hostile=True)
    graph = read_back(graph_file(found, form, "head 1"), form)
    assert list(graph) == found.ids
    assert set(HOSTILE) < set(graph)
    assert "\n" not in "".join(node["label"] for _, node in graph.nodes(data=True))


@pytest.mark.parametrize("form", READERS)
def test_letters_that_no_xml_may_hold_are_replaced_and_ids_stay_distinct(tmp_path: Path, form: str) -> None:
    nodes = {"id": ["a\x00", "a\x01", "a\ufffd", "\ufffe"], "latitude": [None] * 4, "longitude": [None] * 4}
    run = made_run(tmp_path / "run", heads=1, sensors=4, matrix=ONE_WAY)
    record = json.loads((run / "run.json").read_text())
    record["data"]["nodes"] = nodes | {"group": ["\x02", "", "", ""]}
    (run / "run.json").write_text(json.dumps(record))
    found = Measured(Run.load(run))
    graph = read_back(graph_file(found, form), form)
    assert list(graph) == ["a\ufffd (2)", "a\ufffd (3)", "a\ufffd", "\ufffd"]
    assert np.array_equal(matrix_in(graph, list(graph)), found.matrix("mean"))


@given(st.lists(st.text(min_size=1), min_size=1, unique=True))
@settings(max_examples=200)
def test_node_ids_are_legal_distinct_and_keep_what_was_legal(ids: list[str]) -> None:
    names = node_ids(ids)
    assert len(set(names)) == len(ids)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(names)
    from app.export.graph import _graphml

    assert list(read_back(_graphml(graph), "graphml")) == names
    assert all(name == given_ for name, given_ in zip(names, ids, strict=True) if given_.isascii() and given_.isalnum())


def test_nodes_and_edges_say_what_is_known(tmp_path: Path) -> None:
    found = measured(tmp_path / "run")
    graph = read_back(graph_file(found, "graphml", "head 1"), "graphml")
    strength, M = found.strength("head 1"), found.matrix("head 1")
    node = graph.nodes["S05"]
    assert node["latitude"] == found.run.nodes["latitude"].iloc[5]
    assert node["longitude"] == found.run.nodes["longitude"].iloc[5]
    assert node["group"] == "district 1"
    assert node["community"] == found.communities("head 1").labels[5] + 1
    assert (node["received"], node["sent"]) == (strength.received[5], strength.sent[5])
    assert node["own_weight"] == M[5, 5]
    near, far = graph["S05"]["S06"], graph["S05"]["S12"]
    assert (near["on_road"], near["planted"], far["on_road"]) == (True, True, False)
    assert near["km"] == pytest.approx(found.kilometres()[5, 6], abs=1e-3)  # type: ignore[index]
    assert "source is heard by target" in graph.graph["direction"].lower()


@pytest.mark.parametrize("form", READERS)
def test_what_the_data_do_not_know_is_left_out(tmp_path: Path, form: str) -> None:
    unknown = dict.fromkeys(("coordinates", "roads", "groups", "truth"), False)
    found = measured(tmp_path / "run", matrix=np.zeros((24, 24)), **unknown)
    graph = read_back(graph_file(found, form, "mean"), form)
    assert set(graph.nodes["S00"]) - {"viz"} == {"label", "sensor", "received", "sent", "own_weight"}
    assert not graph.edges


def test_the_strongest_share_keeps_both_directions_and_says_what_is_left_out(tmp_path: Path) -> None:
    found = measured(tmp_path / "run", heads=1, sensors=4, matrix=ONE_WAY)
    graph = read_back(graph_file(found, "graphml", "head 1", 0.34), "graphml")
    pairs = found.pairs("head 1", 0.34)
    assert {frozenset(edge) for edge in graph.edges} == {
        frozenset((found.ids[i], found.ids[j])) for i, j in zip(pairs.first, pairs.second, strict=True)
    }
    assert nx.number_of_selfloops(graph) == 0
    assert graph.nodes["S02"]["own_weight"] == np.float32(-0.7)
    assert "2 pairs, 2 weights. Left out: 2 weaker pairs" in graph.graph["weights"]
    whole = read_back(graph_file(found, "graphml", "head 1"), "graphml")
    assert "All 6 weights that are not zero, of which 2 are of a sensor on itself" in whole.graph["weights"]


def test_gexf_stands_north_up_in_the_colours_of_the_communities(tmp_path: Path) -> None:
    from app.figures.colours import community_colours

    found = measured(tmp_path / "run")
    graph = read_back(graph_file(found, "gexf", "head 2"), "gexf")
    at = np.array([[node["viz"]["position"][axis] for axis in "xy"] for _, node in graph.nodes(data=True)], dtype=float)
    assert np.argmax(at[:, 1]) == found.run.nodes["latitude"].argmax()
    assert np.argmax(at[:, 0]) == found.run.nodes["longitude"].argmax()
    colour = graph.nodes["S00"]["viz"]["color"]
    wanted = community_colours(4)[graph.nodes["S00"]["community"] - 1]
    assert "#{:02x}{:02x}{:02x}".format(*(int(colour[part]) for part in "rgb")) == wanted


@pytest.mark.parametrize("form", READERS)
def test_the_same_run_gives_the_same_bytes_on_any_day(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_run(tmp_path / "run")
    first = graph_file(Measured(Run.load(path)), form)
    monkeypatch.setattr("time.strftime", lambda *_: "1999-01-01")
    assert graph_file(Measured(Run.load(path)), form) == first


def test_a_schema_would_accept_the_booleans(tmp_path: Path) -> None:
    content = graph_file(measured(tmp_path / "run"), "graphml", "head 1", 0.05)
    assert b">true<" in content
    assert b">True<" not in content


def test_our_own_reader_takes_the_graph_back(tmp_path: Path) -> None:
    from core.matrices import read

    found = measured(tmp_path / "run", heads=1, sensors=4, matrix=ONE_WAY)
    write_graph(found.run, tmp_path / "learned.graphml", "head 1")
    assert np.array_equal(read(tmp_path / "learned.graphml").weights[0], found.matrix("head 1"))


def test_what_cannot_be_exported_is_refused_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run.load(made_run(tmp_path / "run"))
    with pytest.raises(ValueError, match=r"must end in \.graphml or \.gexf, got 'a\.txt'"):
        write_graph(run, tmp_path / "a.txt")
    with pytest.raises(ValueError, match="head must be one of mean, head 1, head 2, head 3, got 'head 9'"):
        learned_graph(Measured(run), "head 9")
    with pytest.raises(ValueError, match="gru mixes no sensors"):
        learned_graph(measured(tmp_path / "gru", heads=0, model="gru"))
    monkeypatch.setattr("app.export.graph.MOST_EDGES", 100)
    with pytest.raises(ValueError, match="at most 100 edges, got 552: export the strongest share"):
        kept(Measured(run), "mean", None)
    assert MOST_EDGES == 500_000
    assert list(tmp_path.glob("*.graphml")) == []


def test_the_map_is_one_file_that_names_run_head_threshold_and_what_is_left_out(tmp_path: Path) -> None:
    found = measured(tmp_path / "ring")
    page = map_page(found, "head 1", 0.05)
    for words in ("Run ring, head 1: intergat-plus on ring", "The strongest 5\u00a0%", "left out", "road, not learned"):
        assert words in page
    assert threshold_words(found, "head 1", 0.05) in page
    outside = ("<script src", "<link", "@import", "url(http", "url(images", "/app/static")
    assert not [mark for mark in outside if mark in page]
    assert len(page.encode()) < 400_000


def test_the_map_of_a_run_without_coordinates_says_that_places_mean_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path / "run", coordinates=False, protocol="published")
    page = map_page(found)
    assert "this is a layout of the road graph" in page
    assert "optimistic, the test part picked the epoch" in page


def test_a_map_of_nothing_learned_is_refused(tmp_path: Path) -> None:
    run = Run.load(made_run(tmp_path / "gru", heads=0, model="gru"))
    with pytest.raises(ValueError, match="gru mixes no sensors"):
        write_map(run, tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


def test_hostile_names_are_text_in_the_map(tmp_path: Path) -> None:
    found = measured(tmp_path / "run", hostile=True, record={"title": "</title><script>window.hit=1</script>"})
    page = map_page(found)
    assert "window.hit=1</script>" not in page
    assert "<img" not in page


def test_a_sealed_page_names_its_scripts_and_nothing_else() -> None:
    import base64
    import hashlib

    data = "<script type='application/json'>{}</script>"
    page = sealed(f"<html><head></head><body><script>\nlet a = 1; </script>{data}</body></html>", 1)
    digest = base64.b64encode(hashlib.sha256(b"\nlet a = 1; ").digest()).decode()
    assert f"script-src 'sha256-{digest}';" in page
    assert "default-src 'none'" in page
    assert page.index("Content-Security-Policy") < page.index("<body>")
    assert "script-src 'none'" in sealed("<head></head>", 0)
    with pytest.raises(ValueError, match="one <head>, got 0"):
        sealed("<body></body>", 0)
    with pytest.raises(ValueError, match="no carriage return, got one at letter 6"):
        sealed("<head>\r</head>", 0)


def test_a_script_that_nobody_wrote_into_a_page_is_not_named_but_refused() -> None:
    page = "<head></head><script>let own = 1;</script>{}"
    assert sealed(page.format("&lt;script>"), 1)
    with pytest.raises(ValueError, match="the 1 scripts it was written with, got 2"):
        sealed(page.format("<script>window.hit=1</script>"), 1)


def test_what_is_inlined_cannot_end_its_element_and_asks_for_no_source_map(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("let a = 1;\n//# sourceMappingURL=a.js.map\n")
    assert "sourceMappingURL" not in inlined(file)
    file.write_text("let a = '</SCRIPT>';")
    with pytest.raises(ValueError, match=r"a\.js must not hold </script"):
        inlined(file)
