"""What the words on the pages mean: each measure in one line with its formula, and the terms of the app.

The only place where they are explained, so that they read the same everywhere: under 'How to read this' on a page,
and all together on the page Glossary. The key of an entry is also its anchor there: ``glossary?term=ipr``.
"""

import unicodedata
from collections.abc import Mapping

from app.glossary.benchmark import BENCHMARK, WORDS
from app.glossary.communities import COMMUNITIES
from app.glossary.difference import DIFFERENCE
from app.glossary.evidence import EVIDENCE
from app.glossary.forecasts import FORECASTS
from app.glossary.matrix import MATRIX
from app.glossary.particles import PARTICLES
from app.glossary.particles import TERMS as OF_PARTICLES
from app.glossary.records import Measure, Term
from app.glossary.roads import ROADS
from app.glossary.spectrum import SPECTRUM
from app.glossary.terms import TERMS as OF_THIS_APP
from app.glossary.use import USE

__all__ = ["GROUPS", "MEASURES", "TERMS", "Entry", "Measure", "Term", "entry", "found"]

Entry = Measure | Term

TERMS: dict[str, Term] = {**OF_THIS_APP, **OF_PARTICLES, **WORDS}
MEASURES: dict[str, Measure] = {
    **MATRIX, **ROADS, **SPECTRUM, **COMMUNITIES, **FORECASTS, **DIFFERENCE, **EVIDENCE, **USE, **PARTICLES,
    **BENCHMARK,
}  # fmt: skip

GROUPS: dict[str, Mapping[str, Entry]] = {
    "Words of this app": TERMS,
    "The learned matrix": MATRIX,
    "The matrix and the roads": ROADS,
    "Spectrum": SPECTRUM,
    "Communities": COMMUNITIES,
    "Forecasts": FORECASTS,
    "Two runs beside each other": DIFFERENCE,
    "Is the graph real?": EVIDENCE,
    "Does the model use it?": USE,
    "Particles": PARTICLES,
    "The benchmark": BENCHMARK,
}


def entry(key: str) -> Entry | None:
    """The entry of that key; None where there is none. The key may be a stranger's.

    >>> entry("ipr").name, entry("nothing of the kind")
    ('Inverse participation ratio (IPR)', None)
    """
    return MEASURES.get(key) or TERMS.get(key)


def found(text: str) -> dict[str, dict[str, Entry]]:
    """The entries that hold every word of ``text``, by group; groups without any are left out.

    Words are looked for in the name, the reading and the other words of an entry, whatever their case and accents,
    and as parts of words. No text finds all.

    >>> [list(entries) for entries in found("IPR localised").values()]
    [['ipr']]
    """
    words = _folded(text).split()
    kept = {
        group: {key: entry for key, entry in entries.items() if _holds(entry, words)}
        for group, entries in GROUPS.items()
    }
    return {group: entries for group, entries in kept.items() if entries}


def _holds(entry: Entry, words: list[str]) -> bool:
    said = _folded(f"{entry.name} {entry.reading} {entry.also}")
    return all(word in said for word in words)


def _folded(text: str) -> str:
    """Text without case and accents: 'R²' is found as 'r2'."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
