"""A matrix as a graph in GraphML, as networkx, Gephi, igraph and Topolens write it.

The file is looked through by a parser that stops at a document type, where entities and other files hide, and at its
bounds; only then does networkx read it. An edge runs from ``source``, the sender, to ``target``, the receiver; in an
undirected graph it runs both ways. Its weight is the attribute ``weight``, or the only attribute that is a number, or 1
where edges have none. Nodes may have ``latitude`` and ``longitude`` in degrees, and a ``group``.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat  # its handlers below stop it at a document type

import numpy as np
import pandas as pd

from core.data import table
from core.data.faults import Faults, quoted
from core.data.sensors import coordinate_problems, id_problem, node_table, trimmed
from core.matrices.found import EDGES, LARGEST, MOST_SENSORS, Found, Given, check_size
from core.matrices.square import HEAD

MOST_XML = 2**27        # bytes
MOST_EDGES = 1_000_000
MOST_PARTS = 2**23      # elements
DEEPEST = 16
PLACES = {"latitude": ("latitude", "lat"), "longitude": ("longitude", "lon", "lng", "long")}


class _RefusedError(Exception):
    """The rest of the file is not read; the text says why."""


@dataclass(slots=True)
class _Outline:
    """What a file holds, and in which line: nodes by their id, edges by their ends; and how many graphs."""

    nodes: dict[str, int] = field(default_factory=dict)
    edges: dict[tuple[str, str], int] = field(default_factory=dict)
    graphs: int = 0
    parts: int = 0
    depth: int = 0
    directed: bool = True


def read(path: Path, given: Given | None, faults: Faults) -> Found | None:
    """The one head of a GraphML file; None, and a fault, where there is none to use.

    Parameters
    ----------
    path : the file
    given : the sensors and their order, where they are known; else the graph's own
    faults : gets everything that is wrong
    """
    file, before = path.name, len(faults)
    if (size := path.stat().st_size) > MOST_XML:
        faults.add(file, f"GraphML must have at most {MOST_XML:,} bytes (save it as .npy instead)", got=f"{size:,}")
        return None
    content = path.read_bytes()
    outline = _outline(file, content, faults)
    if outline is None or len(faults) > before:
        return None
    parsed = _parsed(file, content, faults)
    if parsed is None or not check_size(file, 1, len(outline.nodes), faults, given):
        return None
    if set(parsed.nodes) != set(outline.nodes) or len(parsed.edges) != len(outline.edges):
        came = f"{len(outline.nodes):,} nodes and {len(outline.edges):,} edges in all, {len(parsed.nodes):,} and "
        faults.add(file, "nodes and edges must stand in the graph itself", got=f"{came}{len(parsed.edges):,} in it")
        return None
    names = _names(parsed.nodes)
    nodes = None if given is not None else _nodes(file, parsed.nodes, names, outline.nodes, faults)
    ids = list(given.ids) if given is not None else list(names.values())
    position = {name: i for i, name in enumerate(ids)}
    for key, name in names.items():
        if given is not None and name not in position:
            faults.add(file, f"must be a sensor of {given.file}", cell=name, row=outline.nodes.get(key))
    weights = np.zeros((1, len(ids), len(ids)), dtype=np.float32)
    attribute = _attribute(file, parsed.edges, faults)
    for sender, receiver, kept in parsed.edges:
        line = outline.edges.get((sender, receiver)) or outline.edges.get((receiver, sender))
        weight = _weight(file, sender, receiver, kept, attribute, line, faults)
        i, j = position.get(names[receiver]), position.get(names[sender])
        if i is not None and j is not None:
            weights[0, i, j] = weight
            if not parsed.directed:
                weights[0, j, i] = weight
    if not parsed.edges:
        faults.add(file, "must hold at least one edge")
    remarks = [] if parsed.directed else ["The graph has no directions: each edge was read both ways."]
    remarks += [] if attribute else ["Its edges have no weight: each counts as 1."]
    return None if len(faults) > before else Found(weights, (HEAD,), nodes, EDGES, tuple(remarks))


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Nodes and edges with their attributes, as networkx read them."""

    nodes: Mapping[str, Mapping[str, Any]]
    edges: Sequence[tuple[str, str, Mapping[str, Any]]]
    directed: bool


def _outline(file: str, content: bytes, faults: Faults) -> _Outline | None:
    """Look through a file without keeping what it says; None, and a fault, where it must not be read."""
    found = _Outline()
    parser = expat.ParserCreate(namespace_separator=" ")

    def refused(*_: object) -> None:
        raise _RefusedError("must have no document type and no entities (<!DOCTYPE, <!ENTITY): they can hide anything")

    def begins(tag: str, attributes: dict[str, str]) -> None:
        found.parts, found.depth = found.parts + 1, found.depth + 1
        if found.parts > MOST_PARTS or found.depth > DEEPEST:
            raise _RefusedError(f"must have at most {MOST_PARTS:,} parts, {DEEPEST} deep in each other")
        kind, line = tag.rpartition(" ")[2], parser.CurrentLineNumber
        if kind == "graph":
            found.graphs += 1
            found.directed = attributes.get("edgedefault") == "directed"   # as networkx reads one that says nothing
        elif kind == "node":
            name = attributes.get("id", "")
            if name in found.nodes:
                came = f"{quoted(name)} as in row {found.nodes[name]}"
                faults.add(file, "a node must be given once", got=came, row=line)
            found.nodes.setdefault(name, line)
            if len(found.nodes) > MOST_SENSORS:
                raise _RefusedError(f"must have at most {MOST_SENSORS:,} nodes")
        elif kind == "edge":
            _add_edge(file, found, attributes, line, faults)
        elif kind == "key" and not {"attr.type", "yfiles.type"} & set(attributes):
            faults.add(file, "a key must have a type (attr.type)", got=quoted(attributes.get("id", "")), row=line)
        elif kind in ("hyperedge", "port"):
            faults.add(file, "must have plain edges between two nodes", got=f"a {kind}", row=line)

    def ends(_: str) -> None:
        found.depth -= 1

    for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "ExternalEntityRefHandler"):
        setattr(parser, handler, refused)
    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    try:
        parser.Parse(content, True)
    except _RefusedError as error:
        faults.add(file, str(error), row=parser.CurrentLineNumber)
        return None
    except (expat.ExpatError, ValueError, LookupError) as error:   # the latter: an encoding nobody knows
        faults.add(file, "must be GraphML, whole and well formed", got=str(error)[:200], row=parser.CurrentLineNumber)
        return None
    if found.graphs != 1:
        faults.add(file, "must hold one graph", got=found.graphs)
    for (sender, receiver), line in found.edges.items():
        for name in (sender, receiver):
            if name not in found.nodes:
                faults.add(file, "the end of an edge must be a node", cell=name, row=line)
    return found


def _add_edge(file: str, found: _Outline, attributes: Mapping[str, str], line: int, faults: Faults) -> None:
    ends = attributes.get("source", ""), attributes.get("target", "")
    earlier = found.edges.get(ends) or (None if found.directed else found.edges.get(ends[::-1]))
    if earlier is not None:
        faults.add(file, "an edge must be given once", got=f"the edge of row {earlier} again", row=line)
    found.edges.setdefault(ends, line)
    if len(found.edges) > MOST_EDGES:
        raise _RefusedError(f"must have at most {MOST_EDGES:,} edges (save it as .npy instead)")


def _parsed(file: str, content: bytes, faults: Faults) -> _Parsed | None:
    import networkx as nx

    try:
        graph = nx.read_graphml(io.BytesIO(content))
    except (nx.NetworkXException, ValueError, KeyError, TypeError, AttributeError, OverflowError, SyntaxError) as error:
        faults.add(file, "must be GraphML that networkx can read", got=str(error)[:200])
        return None
    return _Parsed(dict(graph.nodes(data=True)), list(graph.edges(data=True)), graph.is_directed())


def _names(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What each node is called: its ``name`` or ``label`` where every node has one of its own, else its id."""
    for attribute in ("name", "label"):
        names = {key: trimmed(str(kept.get(attribute, ""))) for key, kept in nodes.items()}
        if len(set(names.values())) == len(names) and not any(id_problem(name) for name in names.values()):
            return names
    trimmed_keys = {key: trimmed(key) for key in nodes}
    return trimmed_keys if len(set(trimmed_keys.values())) == len(nodes) else {key: key for key in nodes}


def _nodes(
    file: str,
    nodes: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    lines: Mapping[str, int],
    faults: Faults,
) -> pd.DataFrame:
    """Names, places and groups of the nodes, N rows."""
    degrees: dict[str, list[float]] = {axis: [] for axis in PLACES}
    for key, kept in nodes.items():
        if problem := id_problem(names[key]):
            faults.add(file, f"the id of a node {problem}", cell=names[key], row=lines.get(key))
        for axis, spelled in PLACES.items():
            text = next((str(kept[word]) for word in spelled if word in kept), "")
            degree = table.number(text)
            if degree is None:
                faults.add(file, f"{axis} must be a number of degrees", cell=text, row=lines.get(key), column=axis)
            degrees[axis].append(np.nan if degree is None else degree)
    order = list(nodes)
    for i, axis, must, degree in coordinate_problems(*(np.array(degrees[axis], dtype=float) for axis in PLACES)):
        came = "none" if np.isnan(degree) else f"{degree:g}"
        faults.add(file, must, got=came, row=lines.get(order[i]), column=axis)
    groups = [str(kept.get("group", ""))[:1000] for kept in nodes.values()]
    return node_table(list(names.values()), degrees["latitude"], degrees["longitude"], groups)


def _attribute(file: str, edges: Sequence[tuple[str, str, Mapping[str, Any]]], faults: Faults) -> str:
    """The attribute of the edges that is their weight; '' where they have none."""
    met = {name for _, _, kept in edges for name, value in kept.items() if isinstance(value, int | float)}
    if any("weight" in kept for _, _, kept in edges):
        return "weight"
    numbers = sorted(met - {"id"})
    if len(numbers) > 1:
        said = ", ".join(map(quoted, numbers[:10]))
        faults.add(file, "edges must have an attribute 'weight', or one number alone", got=said)
    return numbers[0] if len(numbers) == 1 else ""


def _weight(
    file: str, sender: str, receiver: str, kept: Mapping[str, Any], attribute: str, line: int | None, faults: Faults
) -> float:
    """The weight of one edge; 0, and a fault, where it has none that can be used."""
    if not attribute:
        return 1.0
    value = kept.get(attribute)
    number = None if value is None or isinstance(value, bool) else table.number(str(value))
    if number is None or not abs(number) <= LARGEST:
        came = "none" if value is None else quoted(value)
        edge = f"from {quoted(sender)} to {quoted(receiver)}"
        faults.add(file, "an edge must have a finite weight", got=f"{came} {edge}", row=line, column=attribute)
        return 0.0
    return number
