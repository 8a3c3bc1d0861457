"""What is drawn between sensors on a map, as lines: the roads, and the classes of learned pairs."""

from dataclasses import replace

from app.figures.colours import BOTH, LEARNED, PLANTED, ROAD, ROAD_ONLY
from app.figures.map import Edges
from app.measured import Measured, graph_pairs
from core.run import Run

FEW = 60  # lines without a road that hardly cover anything


def road_lines(run: Run) -> Edges | None:
    """The road graph as the ground of a map; None where there is none."""
    pairs = graph_pairs(run.adjacency)
    return Edges("road", pairs, ROAD) if len(pairs) else None


def drawn_edges(
    measured: Measured, head: str, share: float, *, roads: bool = True, planted: bool = False
) -> list[Edges]:
    """The classes of edges of the page on the map: roads that were not learned, planted, learned, learned on a road."""
    classes = measured.edge_classes(head, share)
    known = measured.road_match(head, share) is not None
    edges = [Edges("road, not learned", classes.road, ROAD_ONLY, dashed=True)] if known and roads else []
    if planted and measured.run.truth is not None:
        edges.append(Edges("planted", graph_pairs(measured.run.truth), PLANTED))
    far = Edges("learned, no road" if known else "learned", classes.learned, LEARNED, classes.learned_weight)
    if known:  # lines without a road are long and cross those with one, which are short
        seen = (FEW / max(len(far.pairs), FEW)) ** 0.5
        far = replace(far, least=0.8, most=3.2, opacity=max(0.3, 0.85 * seen))
        return [*edges, far, Edges("learned, on a road", classes.both, BOTH, classes.both_weight, least=3.0, most=6.0)]
    return [*edges, far]
