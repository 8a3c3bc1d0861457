"""The learned graph of a head as GraphML and GEXF, which Gephi and networkx open.

An edge from j to i carries ``M[i, j]``, the weight with which receiver i uses sender j: source is heard by target. So
``nx.to_numpy_array(graph, nodelist).T`` is the matrix again, to the last bit. The weight of a sensor on itself is an
entry like any other: a loop, and the node's ``own_weight``; of the strongest pairs, which join two sensors, it is
the latter alone.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from app.figures.colours import ALONE, community_colours
from app.measured import Measured
from app.parts import Floats
from app.reading.facts import subject, title
from app.reading.words import counted, one_line, whole_percent
from app.selection import MEAN
from core.files import write_bytes
from core.run import Run

if TYPE_CHECKING:
    import networkx as nx

MOST_EDGES = 500_000  # some 100 MB of text
WIDTH = 1000.0  # of the drawing in a GEXF file, in the units of Gephi's page
DIRECTION = "Source is heard by target: an edge from j to i carries the weight with which receiver i uses sender j."
Format = Literal["graphml", "gexf"]
_NOT_KNOWN = (("community", 0), ("group", ""))


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """Which weights of a matrix go into the file: ``mask (N, N)``, and how that is said."""

    mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    sentence: str


def kept(measured: Measured, head: str, share: float | None) -> Kept:
    """All weights that are not zero (``share`` None), or both directions of the strongest share of pairs.

    Raises
    ------
    ValueError
        No such head, a share outside of 0 to 1, or more weights than a file can hold.
    """
    M = measured.matrix(head)
    some = M != 0
    if share is None:
        mask, loops = some, int(np.count_nonzero(M.diagonal()))
        sentence = (
            f"All {counted(int(some.sum()), 'weight')} that are not zero, of which {loops:,} "
            f"{'is' if loops == 1 else 'are'} of a {measured.noun} on itself; {int((~some).sum()):,} exact zeros have "
            "no edge."
        )
    else:
        pairs = measured.pairs(head, share)
        mask = np.zeros(M.shape, dtype=bool)
        mask[pairs.first, pairs.second] = mask[pairs.second, pairs.first] = True
        mask &= some
        sentence = (
            f"The strongest {whole_percent(share)} of all pairs of {measured.noun}s: {counted(pairs.count, 'pair')}, "
            f"{counted(int(mask.sum()), 'weight')}. Left out: {counted(pairs.left_out, 'weaker pair')}. Weights of "
            f"{measured.noun}s on themselves are attributes of the nodes."
        )
    if mask.sum() > MOST_EDGES:
        raise ValueError(
            f"a file must hold at most {MOST_EDGES:,} edges, got {int(mask.sum()):,}: export the strongest share of "
            "pairs instead"
        )
    return Kept(mask, sentence)


def learned_graph(
    measured: Measured, head: str = MEAN, share: float | None = None, *, method: str = "louvain", count: int = 0
) -> "nx.DiGraph[str]":
    """The learned graph with what is known of its sensors and pairs, nodes and edges in the order of the sensors.

    Nodes: ``label``, ``sensor`` (position from 0), ``latitude``, ``longitude`` [degrees], ``group``, ``community``
    (from 1), ``received``, ``sent``, ``own_weight``. What is not known of a sensor is left out. Edges: ``weight``
    (the exact value), ``on_road``, ``planted``, ``km``, where the data know them. The graph says what it is.

    Parameters
    ----------
    measured : the run
    head : name of a head, or 'mean'
    share : the strongest share of pairs; None for all weights that are not zero
    method, count : how communities are found

    Raises
    ------
    ValueError
        As `kept`.
    """
    import networkx as nx

    run, M = measured.run, measured.matrix(head)
    chosen = kept(measured, head, share)
    names = node_ids(measured.ids)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.graph.update(_said(run, head, chosen))
    strength, found = measured.strength(head), measured.communities(head, method, count)
    for k, name in enumerate(names):
        node = {
            "label": _legal(one_line(measured.ids[k], 80)) or "(no name)",
            measured.noun: k,
            "latitude": float(run.nodes["latitude"].iloc[k]),
            "longitude": float(run.nodes["longitude"].iloc[k]),
            "group": _legal(one_line(run.nodes["group"].iloc[k], 200)),
            "community": int(found.labels[k]) + 1,
            "received": float(strength.received[k]),
            "sent": float(strength.sent[k]),
            "own_weight": float(strength.self_weight[k]),
        }
        unknown = {key for key, value in node.items() if value != value or (key, value) in _NOT_KNOWN}
        graph.add_node(name, **{key: value for key, value in node.items() if key not in unknown})
    km = measured.kilometres()
    for j, i in np.argwhere(chosen.mask.T):  # sorted by sender, as a reader of the file meets the nodes
        known: dict[str, Any] = {"weight": float(M[i, j])}
        for key, graph_known in (("on_road", run.adjacency), ("planted", run.truth)):
            if graph_known is not None and i != j:
                known[key] = bool(graph_known[i, j] > 0 or graph_known[j, i] > 0)
        if km is not None:
            known["km"] = round(float(km[i, j]), 3)
        graph.add_edge(names[j], names[i], **known)
    return graph


def graph_file(
    measured: Measured,
    form: Format,
    head: str = MEAN,
    share: float | None = None,
    *,
    method: str = "louvain",
    count: int = 0,
) -> bytes:
    """The learned graph as a GraphML or GEXF document; the same run gives the same bytes.

    GEXF also says where each sensor stands and its community's colour, so that Gephi draws it at once.

    Raises
    ------
    ValueError
        As `learned_graph`, or another format.
    """
    graph = learned_graph(measured, head, share, method=method, count=count)
    if form == "graphml":
        return _graphml(graph)
    if form == "gexf":
        return _gexf(graph, measured)
    raise ValueError(f"the format must be graphml or gexf, got {form!r}")


def write_graph(run: Run, path: str | Path, head: str = MEAN, share: float | None = None) -> None:
    """Write the learned graph of a run; the file's ending, ``.graphml`` or ``.gexf``, says how.

    A file that is there already is replaced, and only by a whole one.

    Raises
    ------
    ValueError
        Another ending, or as `learned_graph`.
    """
    path = Path(path)
    forms: dict[str, Format] = {".graphml": "graphml", ".gexf": "gexf"}
    if path.suffix.lower() not in forms:
        raise ValueError(f"the file of a graph must end in {' or '.join(forms)}, got {path.name!r}")
    write_bytes(path, graph_file(Measured(run), forms[path.suffix.lower()], head, share))


def node_ids(ids: Sequence[str]) -> list[str]:
    """The ids as XML can hold them, one for each sensor and no two alike.

    Letters that no XML document may hold become U+FFFD; where that makes two ids alike, the later ones are counted.
    An id that was legal stays as it is.

    >>> node_ids(["a", chr(0), chr(1)])
    ['a', '\ufffd', '\ufffd (2)']
    """
    taken = {name for name in ids if _legal(name) == name}
    found = []
    for name in ids:
        legal = _legal(name)
        if legal != name:
            base, number = legal, 1
            while legal in taken:
                number += 1
                legal = f"{base} ({number})"
            taken.add(legal)
        found.append(legal)
    return found


def _legal(text: str) -> str:
    """Text with U+FFFD in place of each letter that XML 1.0 (section 2.2) has no room for."""
    return "".join(
        c if c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "\ufffd"
        for c in text
    )


def _said(run: Run, head: str, chosen: Kept) -> dict[str, str]:
    said = {
        "name": f"{one_line(title(run), 120)}, {'mean of heads' if head == MEAN else one_line(head, 60)}",
        "direction": DIRECTION,
        "weights": chosen.sentence.replace("\u00a0", " "),
        "run": one_line(run.name, 120),
        "head": one_line(head, 60),
        "of": one_line(subject(run), 120),
        "program": "Topolens",
    }
    return {key: _legal(text) for key, text in said.items()}


def _graphml(graph: "nx.DiGraph[str]") -> bytes:
    from networkx.readwrite.graphml import GraphMLWriter

    writer = GraphMLWriter(encoding="utf-8", prettyprint=True, named_key_ids=True)
    writer.add_graph_element(graph)
    for entry in writer.xml.iter("data"):
        if entry.get("key") in ("on_road", "planted"):
            entry.text = str(entry.text).lower()  # networkx writes Python's True; the schema has true
    file = io.BytesIO()
    writer.dump(file)
    return file.getvalue()


def _gexf(graph: "nx.DiGraph[str]", measured: Measured) -> bytes:
    from xml.etree.ElementTree import SubElement

    from networkx.readwrite.gexf import GEXFWriter

    at = _drawn_at(measured)
    colours = community_colours(max((node.get("community", 0) for _, node in graph.nodes(data=True)), default=0))
    drawn = graph.copy()
    for k, name in enumerate(graph):
        node = drawn.nodes[name]
        colour = colours[node["community"] - 1] if "community" in node else ALONE
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        node["viz"] = {
            "color": {"r": red, "g": green, "b": blue, "a": 1.0},
            "position": {"x": at[k, 0], "y": at[k, 1], "z": 0.0},
            "size": 10.0,
        }
    writer = GEXFWriter(drawn, encoding="utf-8", prettyprint=True, version="1.2draft")
    meta = next(part for part in writer.xml if part.tag == "meta")
    del meta.attrib["lastmodifieddate"]  # the same run gives the same bytes on any day
    said = graph.graph
    about = f"{said['name']} ({said['of']}, run {said['run']})"
    SubElement(meta, "description").text = f"{about}. {said['direction']} {said['weights']}"
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _drawn_at(measured: Measured) -> Floats:
    """Where each sensor stands on Gephi's page, (N, 2), north up, about 1,000 units wide."""
    places = measured.places()
    east, north = np.asarray(places.longitude, dtype=float), np.asarray(places.latitude, dtype=float)
    if places.geographic:
        east = east * np.cos(np.deg2rad(north.mean()))
    at = np.stack([east - east.mean(), north - north.mean()], axis=1)
    span = float(np.ptp(at, axis=0).max())
    scaled: Floats = np.round(at * (WIDTH / span if span > 0 else 1.0), 3) + 0.0
    return scaled
