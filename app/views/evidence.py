"""Whether a learned graph is more than chance, used, stable, explains the data, and could have been found at all."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from app.reading.begun import share_begun
from app.reading.verdict import Verdict, verdict
from app.reading.verdict_summary import overall, thresholds, verdict_list
from app.selection import EVIDENCE
from app.store.evidence import PARTS, evidence_of, state_of_evidence, unavailable
from app.views import controls
from app.views.evidence_chance import show_chance
from app.views.evidence_job import not_there, watched
from app.views.evidence_planted import show_planted
from app.views.evidence_residuals import show_residuals
from app.views.evidence_stability import show_stability
from app.views.page import Opened, answer, how_to_read, opened
from app.views.use import EXPLAINED as OF_USE
from app.views.use import show_use
from app.views.what_if import EXPLAINED as OF_WHAT_IF
from app.views.what_if import show_what_if

NAMES = {
    "chance": "Chance",
    "use": "Use",
    "what-if": "What if",
    "stability": "Stability",
    "residuals": "Residuals",
    "planted": "Planted truth",
}
SHOWN: dict[str, Callable[[Opened, Any], None]] = {
    "chance": show_chance,
    "stability": show_stability,
    "residuals": show_residuals,
    "planted": show_planted,
}
MEASURES = {
    "chance": ("moran", "rewiring", "configuration", "mantel", "effect", "p_value", "holm", "bh", "contrast", "ari",
               "ipr", "dirichlet"),
    "use": OF_USE,
    "what-if": OF_WHAT_IF,
    "stability": ("stable_overlap", "spread", "consensus", "ari", "counterpart"),
    "residuals": ("az", "az_sensor", "one_sign", "p_normal"),
    "planted": ("found", "far", "auroc", "recovery", "nmi"),
}  # fmt: skip


OF_VERDICT = ("holm", "cut", "stable_overlap")  # what the verdict speaks of above every part


def read(page: Opened, part: str) -> None:
    """How to read a part, and the verdict above it."""
    truth = ("auroc",) if page.run.truth is not None and page.run.heads else ()
    how_to_read(*dict.fromkeys((*MEASURES[part], *(OF_VERDICT if page.run.heads else ()), *truth)), noun=page.noun)


def judged(page: Opened, found: Mapping[str, Any], reasons: Mapping[str, str]) -> Verdict:
    """The verdict on the selected head."""
    head = page.selection.head
    return verdict(
        head,
        found["chance"],
        found["use"],
        found["stability"],
        model=page.run.model,
        made_of=page.run.made_of,
        begun=share_begun(page.run.record),
        unit=page.run.unit,
        reasons=reasons,
        truth=page.measured.recovery(head, page.selection.share),
        noun=page.noun,
    )


def show_verdict(made: Verdict, use: Any, *, grows: bool) -> None:
    """The answer: one sentence, the three lines behind it, and from where on a line says what it says.

    Where tests may come in that say a lot, it has its room beforehand.
    """
    with st.container(key="evidence-verdict" if grows else None):
        answer(overall((made,)))
        st.markdown(verdict_list(made))
        if any(line.state != "untested" for line in made.lines):
            st.caption(thresholds(use))


def part_label(part: str) -> str:
    """A part in the list of them, with a mark where it is there, and another where it cannot be."""
    if found.get(part) is not None:
        return f":material/check: {NAMES[part]}"
    return f":material/block: {NAMES[part]}" if reasons.get(part) else NAMES[part]


asked = controls.selected().part
page = opened("Is this graph real?", heads=asked != "what-if")
if not page.run.heads:  # there is no graph to test, but what such a model says can be asked
    show_what_if(page)
    read(page, asked)
    st.stop()
found = {part: evidence_of(page.version, part) for part in PARTS}
reasons = {part: unavailable(page.version, part) for part, result in found.items() if result is None}
progress = state_of_evidence(page.version)

show_verdict(judged(page, found, reasons), found["use"], grows=not reasons.get("use"))
watched(page, found, reasons, progress)
controls.switch("Evidence", "part", {part: part_label(part) for part in EVIDENCE})
part = page.selection.part
if part in PARTS and found[part] is None:
    not_there(page, part, reasons[part], progress)
if part == "use" and not reasons.get("use"):  # else why is said above
    show_use(page)
elif part == "what-if":
    show_what_if(page)
elif found[part] is not None:
    SHOWN[part](page, found[part])
elif part == "planted":
    show_planted(page, None)
read(page, part)
