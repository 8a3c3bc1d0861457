"""Who belongs together, on the map and in the matrix, and whether roads and known groups agree."""

import numpy as np

from app.edges import road_lines
from app.figures.colours import ALONE, community_colours
from app.figures.communities import confusion_heatmap, contrast_bars
from app.measured import Reference
from app.places import LAYOUTS
from app.reading import answers
from app.reading.communities import (
    AGREEMENT_NULL,
    NOT_TWO,
    NOTHING_KNOWN,
    ORDERED,
    agreement_sentence,
    community_words,
    contrast_caption,
)
from app.reading.heads import head_label
from app.reading.roads import given_sentence
from app.reading.words import about, counted
from app.report.content import Asked, Block, Picture, Row, Section, Table, Words, no_graph
from app.report.ground import ground
from app.report.reduced import MOST_HEADS, heatmap, reduced_words, side
from app.tables.communities import agreement_table, contrast_table

QUESTION = "Which sensors belong together?"
MANY = 8  # communities: past these, colours repeat and sensors carry numbers


def communities(asked: Asked) -> Section:
    """The section Communities."""
    measured, run, chosen = asked.measured, asked.measured.run, asked.selection
    noun, question = measured.noun, about(measured.noun, QUESTION)
    if not run.heads:
        return Section("Communities", question, (no_graph(asked),))
    found = measured.communities(asked.head, chosen.method, chosen.count)
    colours = community_colours(max(found.count, 1))
    order = measured.order(asked.head, "community", chosen.method, chosen.count)
    most = side(min(len(run.heads), MOST_HEADS) + 2)
    map_ = ground(
        measured,
        colours=[colours[label] if label >= 0 else ALONE for label in found.labels],
        tooltips=[community_words(int(label)) for label in found.labels],
        edges=[roads] if (roads := road_lines(run)) else [],
        key=[(colours[k], f"{k + 1}: {counted(int(size), noun)}") for k, size in enumerate(found.sizes[:MANY])]
        + ([(ALONE, "in no community")] if len(found.isolated) else []),
        numbers=[label + 1 if label >= 0 else "" for label in found.labels] if found.count > MANY else (),
        height=560,
    )
    blocks: list[Block] = [
        Row(
            (
                Picture(
                    map_,
                    f"Map of the {noun}s, coloured by the communities of {asked.where}",
                    f"Communities of {asked.where}, numbered by size. {about(noun, LAYOUTS[measured.places().kind])}",
                ),
                Picture(
                    heatmap(measured.matrix(asked.head), measured.ids, order, most),
                    f"Heatmap of {asked.where}, {noun}s ordered by community",
                    f"{about(noun, ORDERED)}{reduced_words(len(run.nodes), most, noun)}",
                ),
            )
        ),
        Words("Do they match what is known?", "heading"),
    ]
    count = max(found.count, 1)
    references = measured.references(asked.head, chosen.method, chosen.count)
    if not references:
        blocks.append(Words(NOTHING_KNOWN))
    elif found.count < 2:
        blocks.append(Words(NOT_TWO))
    else:
        blocks += _agreements(asked, references)
    if references:
        blocks += _compared(asked, references, count)
    answer = answers.of_communities(measured, asked.head, chosen.method, chosen.count)
    measures = ("spectral", "louvain", "modularity", "nmi", "ari", "contrast")
    return Section("Communities", question, (answer,), tuple(blocks), measures)


def _agreements(asked: Asked, references: dict[str, Reference]) -> list[Block]:
    settings = (asked.head, asked.selection.method, asked.selection.count)
    noun, drawn = asked.measured.noun, False
    blocks: list[Block] = []
    for name, reference in references.items():
        agreed, tests = asked.measured.agreement(*settings, name), asked.measured.agreement_tests(*settings, name)
        if agreed is not None and tests is not None:
            blocks.append(Words(agreement_sentence(agreed, tests, reference.name, len(reference.names), noun)))
            drawn = drawn or bool(tests.tests)
    if drawn:
        blocks.append(Words(about(noun, AGREEMENT_NULL), "note"))
    return [*blocks, Table("Agreement with what is known", agreement_table(asked.measured, *settings))]


def _compared(asked: Asked, references: dict[str, Reference], count: int) -> list[Block]:
    """The confusion with the first reference, and the contrast of every head along it."""
    measured, chosen = asked.measured, asked.selection
    against, reference = next(iter(references.items()))
    contrasts = measured.contrasts(against, chosen.method, count) or ()
    names = [head_label(head) for head in measured.heads]
    labels, placed = measured.communities(asked.head, chosen.method, chosen.count).labels, reference.labels >= 0
    groups = [reference.names[label] for label in reference.labels[placed]]
    given = given_sentence(*measured.run.made_of)
    return [
        *([Words(given, "note")] if given else []),
        Row(
            (
                Picture(
                    confusion_heatmap(labels[placed], groups, reference.name.removesuffix("s"), noun=measured.noun),
                    f"How many {measured.noun}s of each community are in each of the {reference.name}",
                    f"How many {measured.noun}s of each community are in each of the {reference.name}.",
                ),
                Picture(
                    contrast_bars(names, np.array([contrast.value for contrast in contrasts]), reference.name),
                    f"Contrast of each head within against across the {reference.name}",
                    contrast_caption(names, contrasts, reference.name),
                ),
            )
        ),
        Table("Contrast of every head", contrast_table(measured, against, chosen.method, count)),
    ]
