"""Whether a graph is more than what near sensors coupling, or their strengths alone, would give."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from app.figures.evidence import effect_dots, mode_marks
from app.figures.marks import index_of
from app.figures.ridges import Draws, null_ridges
from app.reading import chance as said
from app.reading.evidence import LEVEL
from app.reading.heads import head_label, head_phrase
from app.reading.roads import given_sentence
from app.reading.verdict import named_in
from app.reading.words import about, probability
from app.tables.evidence import Effects, beyond_modes, chance_table, effects, mode_chance, mode_test_table, tests_of
from app.views import controls
from app.views.page import Opened, beside, figure, heading, table

if TYPE_CHECKING:
    from analysis.evidence import Chance, HeadChance
    from analysis.nulls import Tests


def show_chance(page: Opened, chance: "Chance") -> None:
    """Each statistic of all heads, then of the selected one; then the modes."""
    names = [one.head for one in chance.heads]
    one = chance.heads[names.index(named_in(page.selection.head, names))]
    if given := given_sentence(*page.run.made_of):
        st.info(given, icon=":material/info:")
    explained, missing = False, []
    for statistic in said.STATISTICS:
        tests = tests_of(one, statistic)
        if tests is None and statistic != "correlation":
            missing.append(said.MISSING[statistic])
            continue
        heading(said.QUESTIONS[statistic])
        if tests is None:
            st.markdown(said.MISSING[statistic])
            continue
        found = effects(chance.heads, statistic)
        adjusted = found.adjusted(names.index(one.head))
        st.markdown(said.tests_sentence(tests, one.head, adjusted, len(names), page.noun))
        if not explained:
            st.caption(said.NULL)
        if len(names) > 1:
            left, right = beside([2, 3])
            with left:
                _all_heads(page, names, found, statistic, one.head, explained=explained)
            with right:
                _one_head(page, tests, one.head, adjusted, explained=explained)
        else:
            _one_head(page, tests, one.head, {}, explained=explained)
        if not explained:
            kept = [said.KEEPS[test.null] for test in tests.tests if test.null in said.KEEPS]
            st.markdown(about(page.noun, "\n".join(f"- {sentence}" for sentence in kept)))
            explained = True
        for sentence in said.untested_sentences([tests], page.noun):
            st.caption(sentence)
    _modes(page, one)
    for sentence in missing:
        st.caption(sentence)
    st.caption(said.draws_caption(chance.draws, len(names)))
    table("Every test of every head", lambda: chance_table(chance, page.noun), page.entry, "chance")


def _all_heads(
    page: Opened, names: Sequence[str], found: Effects, statistic: str, selected: str, *, explained: bool
) -> None:
    """How far each head stands above chance; a click chooses one."""

    def chosen(point: Mapping[str, Any]) -> None:
        if (place := index_of(point, len(names))) is not None and names[place] in page.measured.heads:
            controls.choose(head=names[place])

    figure(
        effect_dots(
            [head_label(name) for name in names],
            [said.SHORT[null] for null in found.nulls],
            found.effect,
            found.holm < LEVEL,
            [[_said(p, adjusted) for p, adjusted in zip(*rows, strict=True)]
             for rows in zip(found.p, found.holm, strict=True)],
            names.index(selected),
            faint=(said.SHORT[said.PLAIN],),
        ),
        key=f"effects {statistic}",
        alt=f"How far each head stands above chance in {said.STATISTICS[statistic]}, under each null",
        caption="Click a mark to choose its head." if explained else f"{said.EFFECTS} Click a mark to choose its head.",
        on_point=chosen,
    )  # fmt: skip


def _one_head(page: Opened, tests: "Tests", head: str, adjusted: Mapping[str, float], *, explained: bool) -> None:
    """The draws of each null beside what was measured; ``adjusted`` is p after Holm, where there are several heads."""
    rows = [
        Draws(
            said.null_name(test.null, page.noun),
            test.draws,
            _said(test.p, adjusted.get(test.null, np.nan)),
            faint=test.null == said.PLAIN,
        )
        for test in tests.tests
    ]
    statistic = tests.tests[0].statistic if tests.tests else np.nan
    figure(
        null_ridges(statistic, rows, f"{said.STATISTICS[tests.statistic]}, {head_label(head)}"),
        key=f"nulls {tests.statistic}",
        alt=f"What each null gives for {said.STATISTICS[tests.statistic]} of {head_label(head)}, and what was measured",
        caption="" if explained else said.BESIDE,
        keeps=head,
    )


def _modes(page: Opened, one: "HeadChance") -> None:
    """The first modes beside chance."""
    heading("Are its modes more local, or smoother, than by chance?")
    modes = one.modes
    if modes is None:
        st.markdown(said.MISSING["modes"])
        return
    local, smooth = beyond_modes(modes, "ipr"), beyond_modes(modes, "energy")
    st.markdown(said.modes_sentence(int(local.sum()), int(smooth.sum()), len(modes.ipr), head_phrase(one.head)))
    left, right = beside()
    for place, quantity, observed, beyond, measure, words in (
        (left, "ipr", modes.ipr, local, "inverse participation ratio", "Up: the mode lives on fewer sensors."),
        (right, "energy", modes.energy, smooth, "Dirichlet energy on the road graph",
         "Down: neighbours on the roads have more similar values."),
    ):  # fmt: skip
        with place:
            figure(
                mode_marks(
                    observed,
                    {said.SHORT[null]: mean for null, mean in mode_chance(modes, quantity).items()},
                    beyond,
                    measure,
                ),
                key=f"modes {quantity}",
                alt=f"{measure.capitalize()} of the first modes beside what chance gives",
                caption=f"{words} {said.FILLED_MODES}",
                keeps=one.head,
            )  # fmt: skip
    for missing in modes.untested:
        st.caption(said.untested_sentence(missing.null, missing.reason))
    table("Every test of the first modes", lambda: mode_test_table(modes), page.entry, "mode tests")


def _said(p: float, adjusted: float) -> str:
    if not np.isfinite(p):
        return ""
    return f"{probability(p)}, after Holm {probability(adjusted)}" if np.isfinite(adjusted) else probability(p)
