"""Every head's matrix, how its weights are spread, the strongest pairs, and how alike the heads are."""

import numpy as np

from app.figures.matrix import similarity_heatmap, weight_histogram
from app.reading import answers
from app.reading.heads import head_name, pairs_sentence, similarity_answer, threshold_caption
from app.reading.words import about
from app.report.content import Asked, Block, Picture, Row, Section, Table, Words, no_graph
from app.report.reduced import MOST_HEADS, heatmap, reduced_words, side
from app.selection import MEAN
from app.tables.heads import pair_table, sensor_table, similarity_table

QUESTION = "Whom does each sensor listen to?"


def heads(asked: Asked) -> Section:
    """The section Heads."""
    measured, run = asked.measured, asked.measured.run
    question = about(measured.noun, QUESTION)
    if not run.heads:
        return Section("Heads", question, (no_graph(asked),))
    shown = (measured.heads if len(run.heads) > 1 else run.heads)[: MOST_HEADS + 1]
    blocks: list[Block] = []
    for head in shown:
        said = [] if head == asked.head else [Words(answers.of_heads(measured, head, asked.share)[0])]
        blocks += [Words(head_name(head), "heading"), *said, _row(asked, head)]
    if len(run.heads) > MOST_HEADS:
        blocks.append(Words(f"{len(run.heads) - MOST_HEADS:,} more heads have no picture here.", "note"))
    blocks.append(Words("How alike are the heads?", "heading"))
    if len(run.heads) > 1:
        similarity = measured.similarity()
        picture = Picture(
            similarity_heatmap(similarity, run.heads),
            "Correlation between the heads' weights",
            similarity_answer(similarity, run.heads),
        )
        blocks += [Row((picture,)), Table("Similarity of heads", similarity_table(measured))]
    else:
        blocks.append(Words(similarity_answer(np.ones((1, 1)), run.heads)))
    pairs, sensors = measured.pairs(asked.head, asked.share), sensor_table(measured, asked.head)
    blocks += [
        Words("Which pairs are strongest?", "heading"),
        Words(pairs_sentence(pairs, asked.share, asked.head)),
        Table("Strongest pairs", pair_table(measured, asked.head, asked.share)),
        # The first rows are all that the report shows: those that give most.
        Table(f"Every {measured.noun}", sensors.sort_values("weight sent", ascending=False, kind="stable")),
    ]
    measures = ("interaction", "pair", "neighbours", "zeros", "asymmetry", "similarity")
    return Section("Heads", question, answers.of_heads(measured, asked.head, asked.share), tuple(blocks), measures)


def _row(asked: Asked, head: str) -> Row:
    measured, run = asked.measured, asked.measured.run
    matrix, pairs = measured.matrix(head), measured.pairs(head, asked.share)
    most = side(min(len(run.heads), MOST_HEADS) + 2)
    order = measured.order(MEAN, "group")
    name = "the mean of the heads" if head == MEAN else head
    by = "known group, lines part the groups" if order.borders else "position"
    return Row(
        (
            Picture(
                heatmap(matrix, measured.ids, order, most),
                f"Heatmap of {name}: who listens to whom among {len(run.nodes)} {measured.noun}s",
                f"Rows listen, columns are heard; {measured.noun}s ordered by {by}. All {matrix.size:,} weights count, "
                f"none is left out.{reduced_words(len(matrix), most, measured.noun)}",
            ),
            Picture(
                weight_histogram(matrix, pairs.cut if pairs.count else None, noun=measured.noun),
                f"Histogram of the weights between {measured.noun}s in {name}",
                threshold_caption(pairs, asked.share, measured.noun),
            ),
        )
    )
