"""What an entry of the glossary says."""

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its name, how to read a value of it, its formula in LaTeX, where it is from, where it stands.

    Attributes
    ----------
    name : as it stands on a page
    reading : how to read a value, in one or two sentences that need no formula
    formula : LaTeX, without delimiters
    source : paper or book with its year, or 'Own definition' and what it is based on
    pages : the views that explain it under 'How to read this', by the names of their files
    also : other words by which people look for it
    """

    name: str
    reading: str
    formula: str
    _: KW_ONLY
    source: str
    pages: tuple[str, ...]
    also: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the app that is no measure: its name and what it means."""

    name: str
    reading: str
    _: KW_ONLY
    also: str = ""
