"""What the evidence is made of, how far its tests are, and what they wait for."""

from collections.abc import Sequence

from app.reading.words import joined

LEVEL = 0.05  # a p value below this is called beyond chance

ICONS = {
    "yes": ":material/check_circle:",
    "faint": ":material/contrast:",
    "no": ":material/cancel:",
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
