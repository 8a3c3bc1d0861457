"""What a section of the report is made of, before anything is HTML."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from app.measured import Measured
from app.reading.heads import head_phrase
from app.reading.models import graphless
from app.reading.words import plain
from app.selection import MEAN, Selection


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A figure, what it shows for those who do not see it, and what is said under it (Markdown of our own)."""

    figure: go.Figure
    alt: str
    caption: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """Figures side by side; one under the other where there is little room, and on paper."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """Sentences (Markdown of our own): text, a heading, a note, or a warning."""

    text: str
    kind: Literal["text", "heading", "note", "warning"] = "text"


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """Sentences as a list."""

    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Numbers behind a figure; of a long table the first ``most`` rows, and it says so."""

    label: str
    frame: pd.DataFrame
    most: int = 20


Block = Row | Words | Points | Table


@dataclass(frozen=True, eq=False, slots=True)
class Section:
    """What a page of the app shows: its name, its question, the answer, and what shows it.

    ``measures`` are the names of what is explained under it, as in the glossary.
    """

    name: str
    question: str
    answers: tuple[str, ...]
    blocks: tuple[Block, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """What the report is about: a run, what of it is selected, and the run without any graph to compare with."""

    measured: Measured
    selection: Selection
    control: Measured | None = None

    @property
    def head(self) -> str:
        """The selected head where the run has it, else the mean; of one head alone, that head."""
        heads = self.measured.run.heads
        return self.selection.head if self.selection.head in heads else heads[0] if len(heads) == 1 else MEAN

    @property
    def share(self) -> float:
        """The share of pairs that count as strongest."""
        return self.selection.share

    @property
    def where(self) -> str:
        """The selected matrix, as a phrase within a sentence."""
        return head_phrase(self.head)


def no_graph(asked: Asked) -> str:
    """Why a run without heads has no learned graph to show."""
    return f"{plain(asked.measured.run.called)} {graphless(asked.measured.run.model)}: it has no learned graph."
