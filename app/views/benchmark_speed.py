"""The parts of the page on the benchmark that are of time and size; each says what is missing, and what makes it."""

import streamlit as st

from app.figures import benchmark as drawn
from app.reading import benchmark as said
from app.reading.benchmark import OWN
from app.store.benchmark import asked
from app.tables import benchmark_speed as tables
from app.views.benchmark_parts import ENTRY, NAME, TRAIN, choice, missing, printed, ruled, theme
from app.views.page import beside, figure, folded, heading
from app.views.tables import table


def sizes_part() -> None:
    """Time, memory and error on cities that are larger than the published data."""
    heading("What becomes of it with more sensors?")
    cities = asked("sizes")
    if not any(one.seeds for sized in cities.values() for one in sized):
        missing("No larger city has been trained yet.", f"{TRAIN} --part sizes")
        return
    title = choice("City", "city", {name: name for name in cities})
    st.markdown(said.sizes_sentence(cities[title]))
    printed(tables.sizes_shown(cities[title]), lambda: tables.sizes_table(cities), "sizes")
    st.caption("Cities that do not exist, of a known process; protocol `clean`. Mean ± deviation over seeds.")


def speed_part() -> None:
    """Seconds of a training step of each rival beside the floor."""
    heading("How fast is a training step?")
    steps = asked("steps")
    if not steps:
        missing("No step has been timed yet.", "python -m benchmarks.speed")
        return
    with st.container(horizontal=True, gap="medium"):
        sizes = {one.sensors: f"{one.sensors:,}" for one in steps}
        sensors = choice("Sensors", "sensors", sizes)
        where = choice("On", "where", {one.where: one.where for one in steps if one.sensors == sensors})
    here = [one for one in steps if (one.sensors, one.where) == (sensors, where)]
    st.markdown(said.steps_sentence(here))
    left, right = beside([3, 2])
    with left:
        figure(
            drawn.step_bars(
                [one.rival for one in here], [one.seconds for one in here], [one.why for one in here], bold=OWN,
                floor="floor", theme=theme(),
            ),
            key="benchmark steps",
            alt=f"Seconds of one training step of {len(here)} rivals at {sensors:,} sensors on {where}",
            caption="64 windows of 12 steps, 12 ahead: forward, backward, Adam. Bars: medians; dotted: the floor, "
            f"which only multiplies; ×: times that. {asked('made')}.",
            keeps=f"{sensors} {where}",
            about=NAME,
        )  # fmt: skip
    with right:
        targets = asked("targets")
        st.markdown(f"**Targets of {OWN}.** {said.targets_sentence(targets)}")
        if near := [one for one in targets if (one.sensors, one.where) == (sensors, where)]:
            ruled(tables.targets_shown(near).drop(columns=["sensors", "on"]))
    if targets:
        folded(
            "Every target", ":material/flag:", "targets",
            lambda: ruled(tables.targets_shown(targets)),
        )  # fmt: skip
    table("Every rival, size and place", lambda: tables.steps_table(steps), ENTRY, "steps")
    rest_part()


def rest_part() -> None:
    """Epochs, the race, and the analyses of a matrix."""
    for sentence in (said.epochs_sentence(asked("epochs")), said.race_sentence(asked("race"))):
        if sentence:
            st.markdown(sentence)
    if asked("race") is None:
        st.caption("The race to the same error has not been run: `python -m benchmarks.speed --race`.")
    analyses = asked("analyses")
    st.markdown("##### How long do the analyses take?", anchors=False)
    st.markdown(said.analyses_sentence(analyses))
    if analyses:
        folded("Every analysis", ":material/table:", "analyses", lambda: ruled(tables.analyses_shown(analyses)))
        st.caption(f"Roads: match, reach and classes of edges together. {asked('made', 'analyses')}.")
