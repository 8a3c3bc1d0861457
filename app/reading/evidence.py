"""What the evidence is made of, how far its tests are, and what they wait for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.reading.words import joined

if TYPE_CHECKING:
    from analysis.nulls import NullTest

LEVEL = 0.05  # a p value below this is called beyond chance
# Of the way from chance to the same grouping: groupings agree more than by chance if they cover at least so much too.
# Compact ones that know nothing of each other have p below 0.05 two to four times too often, and rarely cover it.
LEAST_SHARE = 0.3

ICONS = {
    "yes": ":material/check_circle:",
    "faint": ":material/contrast:",
    "no": ":material/cancel:",
    "harmful": ":material/warning:",
    "unclear": ":material/help:",
    "untested": ":material/radio_button_unchecked:",
}
"""How a line of a verdict stands, as an icon in Markdown."""

WHAT_FOR = {
    "chance": "whether it is more than nearness alone, or the sensors' strengths alone, would give",
    "use": "what the model loses when weights are cut",
    "stability": "whether it comes back under another seed",
    "residuals": "whether the model leaves structure in its errors, and where",
    "planted": "whether a graph could be found in data like these",
}
"""What each part of the evidence is about, as a phrase."""


def no_weight(noun: str) -> str:
    """Why a matrix without a weight between two ``noun``s cannot be tested, as a sentence.

    >>> no_weight("sensor")
    'The matrix has no weight between two sensors: there is nothing to test.'
    """
    return f"The matrix has no weight between two {noun}s: there is nothing to test."


def faint_agreement(test: "NullTest") -> bool:
    """Whether the agreement of two groupings covers less than `LEAST_SHARE` of the way from a null's mean to 1.

    The draws are no groupings: where their mean is 1 or more, there is no way to cover.
    """
    return not test.statistic - test.chance >= LEAST_SHARE * (1 - test.chance) > 0


def whole_share(share: float, over: Sequence[str], asked: Sequence[str]) -> float:
    """How far a process is over all parts that it was asked for, 0 to 1."""
    return min((len(over) + share) / max(len(asked), 1), 1.0)


def progress_words(part: str, share: float, over: Sequence[str], asked: Sequence[str]) -> str:
    """What a process does now, and how far it is with it."""
    if not part:
        return "going on" if over else "starting"
    at = min(len(over) + 1, len(asked))
    return f"Testing {WHAT_FOR[part]}: {round(100 * share)} %, part {at} of {len(asked)}"


def start_words(missing: Sequence[str], failed: Sequence[str], ended: str) -> str:
    """What stands beside the button that starts the tests."""
    before = {
        "stopped": "It was stopped; what was done by then is kept. ",
        "renamed": "The run was renamed while it was being tested, which ended the test; what was done by then is "
        "kept. ",
        "killed": "The last test ended without a word: it was killed, or memory ran out. ",
    }.get(ended, "")
    if failed and set(failed) >= set(missing):
        said = _parts(failed)
        return f"{before}{said[:1].upper()}{said[1:]} could not be tested: the reason stands in its place below."
    todo = [part for part in missing if part not in failed]
    return f"{before}To test: {_parts(todo)}." + ("" if before else " It may take a minute or more, in the background.")


def _parts(parts: Sequence[str]) -> str:
    names = {"planted": "planted truth"}
    return joined([names.get(part, part) for part in WHAT_FOR if part in parts])
