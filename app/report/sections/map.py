"""Learned pairs on the map: along roads, without a road, and roads that were not learned."""

from app.edges import drawn_edges
from app.export.map import threshold_words
from app.places import LAYOUTS
from app.reading import answers
from app.reading.particles import NO_MAP
from app.reading.words import whole_percent
from app.report.content import Asked, Block, Picture, Row, Section, Table, Words, no_graph
from app.report.ground import ground
from app.tables.map import far_table

QUESTION = "Where do the learned pairs lie?"


def roads(asked: Asked) -> Section:
    """The section Map."""
    measured, run = asked.measured, asked.measured.run
    if run.kind == "particles":
        return Section("Map", QUESTION, (NO_MAP,))
    if not run.heads:
        return Section("Map", QUESTION, (no_graph(asked),))
    classes = measured.edge_classes(asked.head, asked.share)
    match = measured.road_match(asked.head, asked.share)
    edges = drawn_edges(measured, asked.head, asked.share, planted=asked.selection.planted)
    words = f"{threshold_words(measured, asked.head, asked.share)} Wider lines have more weight within their class."
    blocks: list[Block] = [
        Row(
            (
                Picture(
                    ground(measured, edges=edges, height=640),
                    f"Map of the sensors with the strongest pairs of {asked.where}"
                    + (", those on a road, those without, and roads that are not among them" if match else ""),
                    f"{words} {LAYOUTS[measured.places().kind]}",
                ),
            )
        )
    ]
    heading = "Which strong pairs have no road?" if match is not None else "Which pairs are strongest?"
    blocks.append(Words(heading, "heading"))
    if len(classes.learned):
        far = far_table(measured, asked.head, asked.share)
        blocks.append(Table("Strongest pairs without a road" if match else "Strongest pairs", far))
    else:
        blocks.append(Words(f"None: all of the strongest {whole_percent(asked.share)} have a road."))
    measures = ("pair", "lift", "auroc", *(("recovery",) if run.truth is not None else ()), "interaction")
    return Section("Map", QUESTION, answers.of_map(measured, asked.head, asked.share), tuple(blocks), measures)
