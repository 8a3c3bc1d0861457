"""The modes of a matrix: how large, how local, how smooth, and where one of them lives."""

import numpy as np

from app.edges import road_lines
from app.figures.colours import DIVERGING
from app.figures.spectrum import eigenvalue_bars, eigenvector_bars, ipr_against_energy
from app.places import LAYOUTS
from app.reading.spectrum import (
    ENERGY,
    REPEATED,
    localisation_answer,
    mode_sentence,
    spectrum_answer,
    symmetrised_sentence,
)
from app.reading.words import about, counted, three
from app.report.content import Asked, Block, Picture, Row, Section, Table, Words, no_graph
from app.report.ground import Coloured, ground
from app.tables.spectrum import mode_table

QUESTION = "Which patterns does the matrix hold, and where do they live?"


def spectrum(asked: Asked) -> Section:
    """The section Spectrum."""
    measured, run, noun = asked.measured, asked.measured.run, asked.measured.noun
    if not run.heads:
        return Section("Spectrum", QUESTION, (no_graph(asked),))
    found = measured.spectrum(asked.head)
    mode = min(asked.selection.mode, len(found.values)) - 1
    road = found.road_energy is not None and asked.selection.energy == "road"
    energy = found.road_energy if road and found.road_energy is not None else found.energy
    vector = found.vectors[:, mode]
    largest = float(np.abs(vector).max()) or 1.0
    roads = road_lines(run)
    coloured = Coloured(vector, -largest, largest, f"part in mode {mode + 1}", list(DIVERGING))
    order = measured.order(asked.head, "position").order
    where = about(noun, LAYOUTS[measured.places().kind])
    rows: tuple[Block, ...] = (
        Row(
            (
                Picture(
                    eigenvalue_bars(found.values, mode),
                    f"Eigenvalues of {asked.where}, the largest first; mode {mode + 1} is marked",
                    f"The eigenvalues of the symmetrised matrix. {symmetrised_sentence(found)}",
                ),
                Picture(
                    ipr_against_energy(
                        found.ipr,
                        energy,
                        mode,
                        f"Dirichlet energy on the {'road' if road else 'learned'} graph",
                        len(run.nodes),
                        noun=noun,
                    ),
                    "Inverse participation ratio of each mode against its Dirichlet energy",
                    about(noun, ENERGY),
                ),
            )
        ),
        Words("Where does one mode live?", "heading"),
        Words(mode_sentence(found, mode, road, noun)),
        *([Words(REPEATED, "note")] if found.repeated[mode] else []),
        Row(
            (
                Picture(
                    ground(
                        measured,
                        colours=coloured,
                        edges=[roads] if roads else [],
                        tooltips=[f"part in mode {mode + 1}: {three(float(part))}" for part in vector],
                    ),
                    f"Map of the {noun}s, coloured by their part in mode {mode + 1}",
                    f"The same signs rise and fall together; grey {noun}s take no part. {where}",
                ),
                Picture(
                    eigenvector_bars(vector, measured.ids, order, noun=noun),
                    f"Part of each {noun} in mode {mode + 1}",
                    f"All {counted(len(vector), noun)}, in the order of position.",
                ),
            )
        ),
        Words("Are the modes more local than chance?", "heading"),
        Words(localisation_answer(measured.localisation(asked.head), noun)),
        Table("The first modes", mode_table(measured, asked.head), 10),
    )
    measures = ("eigenvalue", "gap", "ipr", "dirichlet", "localisation", "asymmetry")
    return Section("Spectrum", QUESTION, (spectrum_answer(found, noun),), rows, measures)
