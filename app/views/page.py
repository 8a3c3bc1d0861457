"""What all pages share: the question, its answer, figures, the table behind them, how to read them, empty states."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from app import store
from app.figures.marks import Marks
from app.glossary import MEASURES
from app.measured import Measured
from app.reading.forecasts import OPTIMISTIC
from app.reading.heads import head_phrase
from app.reading.models import graphless
from app.reading.particles import GATES_SHOWN, NO_PARTICLES, TRAIN_PARTICLES, TRAINING
from app.reading.words import SENSOR, about, code, noun_of, one_line, plain
from app.selection import Selection
from app.views import controls
from app.views.plot import plot
from app.views.tables import folded, listing, stem, table
from core.run import Run

__all__ = ["Opened", "answer", "beside", "figure", "folded", "heading", "how_to_read", "listing", "opened", "table"]

Theme = Literal["light", "dark"]


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """A run that is open on a page: the run, its entry among all runs, and what of it is selected."""

    run: Run
    entry: store.RunEntry
    entries: tuple[store.RunEntry, ...]
    selection: Selection
    theme: Theme

    @property
    def version(self) -> str:
        """The key of all cached results of this run."""
        return self.entry.version

    @property
    def measured(self) -> Measured:
        """What is measured on this run, which is kept for all sessions."""
        return store.measured_of(self.version)

    @property
    def control(self) -> Measured | None:
        """The same of a finished run without any graph on the same data; None where there is none."""
        found = store.control_of(self.entry, self.entries)
        return None if found is None else store.measured_of(found.version)

    @property
    def ids(self) -> list[str]:
        """The ids of the sensors, as the data give them."""
        return cast(list[str], self.run.nodes["id"].tolist())

    @property
    def noun(self) -> str:
        """What the matrices are of, in the singular."""
        return noun_of(self.run.kind)

    @property
    def minutes(self) -> NDArray[np.float64]:
        """How far ahead each step of the forecast is, (T,)."""
        return np.arange(1, self.run.horizon + 1, dtype=np.float64) * self.run.interval_minutes

    @property
    def marks(self) -> Marks:
        """What is selected, as positions of sensors: what every figure marks."""
        selection, place = self.selection, {sensor: k for k, sensor in enumerate(self.ids)}
        members = None
        if selection.community and self.run.heads:
            found = store.communities_of(self.version, selection.head, selection.method, selection.count)
            if selection.community <= found.count:
                members = found.labels == selection.community - 1
        receiver, sender = selection.pair if len(selection.pair) == 2 else (None, None)
        return Marks(
            sensors=tuple(place[sensor] for sensor in selection.sensors if sensor in place),
            pair=(place[receiver], place[sender]) if receiver in place and sender in place else None,
            members=members,
            theme=self.theme,
        )

    @property
    def where(self) -> str:
        """The selected matrix, as a phrase within a sentence."""
        return head_phrase(self.selection.head)


def opened(
    question: str, *, heads: bool = False, forecasts: bool = False, moving: str = "", particles: bool = False
) -> Opened:
    """The selected run under the page's question; where there is none to show, the page says why and ends.

    A run under an optimistic protocol is marked here, and so on every page.

    Parameters
    ----------
    question : the page's title, as it is asked of sensors
    heads : whether the page needs a learned matrix
    forecasts : whether it needs forecasts of sensors, which a matrix alone has not
    moving : why the page cannot show a run of particles, and where to look instead; '' where it can
    particles : whether it needs a run of particles
    """
    entries = store.runs()
    selection = controls.selected()
    entry = {entry.key: entry for entry in entries}.get(selection.run)
    st.title(about(noun_of(entry.kind) if entry else SENSOR, question), anchor=False)
    if entry is None:
        _no_runs(particles=particles)
    assert entry is not None  # noqa: S101  # for mypy: _no_runs() ends the page
    if entry.problem:
        _not_open(entry, entry.problem)
    try:
        run = store.load_run(entry.version)
    except store.UNREADABLE as error:
        _not_open(entry, str(error) or type(error).__name__)
    if run.optimistic:
        st.caption(OPTIMISTIC.format(plain(run.protocol)))
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    page = Opened(run, entry, entries, selection, theme)
    _let_go_of_what_is_not_there(page)
    if moving and run.kind == "particles":
        _not_of_particles(page, moving)
    if heads and not run.heads:
        _no_heads(page)
    if particles and run.kind != "particles":
        _no_particles(page)
    if run.kind == "particles" and not particles:
        st.caption(GATES_SHOWN)
    if forecasts and run.forecasts is None:
        _no_forecasts(page)
    return page


def _let_go_of_what_is_not_there(page: Opened) -> None:
    """A link may name a community, a time or a trajectory that this run does not have: what only its arrays tell."""
    run, selection = page.run, page.selection
    stale: dict[str, Any] = {}
    if selection.community:
        found = run.heads and store.communities_of(page.version, selection.head, selection.method, selection.count)
        if not found or selection.community > found.count:
            stale["community"] = 0
    if selection.time and (run.forecasts is None or np.datetime64(selection.time) not in run.forecasts.times):
        stale["time"] = ""
    if run.particles is not None and selection.trajectory > len(run.particles.frames):
        stale["trajectory"] = 1
    if stale:
        controls.let_go(**stale)


def answer(*sentences: str) -> None:
    """The page's answer: sentences computed from the run, the first in large type."""
    first, *rest = [sentence for sentence in sentences if sentence]
    st.markdown(f"#### {first}", anchors=False)
    if rest:
        st.markdown(" ".join(rest))


def figure(
    drawn: go.Figure,
    key: str,
    alt: str,
    caption: str = "",
    on_point: Callable[[Mapping[str, Any]], None] | None = None,
    keeps: str = "",
    about: str = "",
    frame: int | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """A figure over the width there is, with its text alternative and what must be said under it.

    ``on_point`` is told which point was clicked, before the page is drawn. The reader's zoom stays as long as the run
    and ``keeps`` do: what the axes stand for. Pictures are named after the run, or after what else it is ``about``.
    """
    selection = controls.selected()
    drawn.update_layout(uirevision=f"{about or selection.run} {keeps}")
    theme = "dark" if st.context.theme.type == "dark" else "light"
    with st.container(gap=None):
        name = stem(about or selection.run, key)
        plot(drawn, key, alt=alt, name=name, theme=theme, on_click=on_point, frame=frame, on_frame=on_frame)
        if caption:
            st.caption(caption)


def heading(text: str) -> None:
    """The heading of a part of a page."""
    st.subheader(text, anchor=False)


def how_to_read(*measures: str, noun: str = SENSOR) -> None:
    """The one-line reading and the formula of each measure on the page, each with a link to its glossary entry.

    ``noun`` is what the run's matrices are of.
    """
    chosen = {name: MEASURES[name] for name in measures}

    def explained() -> None:
        for name, measure in chosen.items():
            query = controls.selected().to_query() | {"term": name}
            st.page_link("views/glossary.py", label=f"**{about(noun, measure.name)}**", icon="", query_params=query)
            st.markdown(about(noun, measure.reading))
            st.latex(measure.formula)

    folded("How to read this", ":material/menu_book:", "how to read", explained)


def beside(widths: Sequence[float] | int = 2) -> Sequence[st.delta_generator.DeltaGenerator]:
    """Two columns for what is to be compared; below 900 pixels they stand one under the other."""
    return st.columns(widths, gap="medium")


def _no_runs(*, particles: bool) -> None:
    st.info(
        "There is no run to look at: neither the demo nor a run of your own was found.", icon=":material/folder_off:"
    )
    if particles:
        st.markdown(TRAIN_PARTICLES)
        st.code(TRAINING, language="bash")
    else:
        st.markdown("Train one on the made-up city, which takes a minute, then come back to this page:")
        st.code("python -m app train --dataset city --model intergat-plus --epochs 10 --out runs/mine", language="bash")
    st.caption(
        f"Runs are looked for in {code(str(store.runs_folder()), 200)} and {code(str(store.demo_folder()), 200)}."
    )
    st.stop()


def _not_open(entry: store.RunEntry, problem: str) -> None:
    said = {
        "training": ("This run is still training.", ":material/hourglass_top:"),
        "stopped": ("This run was stopped before it was done.", ":material/stop_circle:"),
        "failed": ("The training of this run failed.", ":material/error:"),
    }
    sentence, icon = said.get(entry.state, ("This run cannot be opened.", ":material/broken_image:"))
    st.warning(sentence, icon=icon)
    st.code(one_line(problem, 2000), language=None, wrap_lines=True)
    progress = store.progress_of(entry.version)
    if len(progress):
        table("Epochs so far", lambda: progress.iloc[::-1], entry, "epochs")
    st.button("Look again", icon=":material/refresh:", key="look again")
    if entry.state in said:
        st.page_link("views/train.py", label="See how it goes on the page Train", icon=":material/model_training:")
    _offer([other for other in store.runs() if other.state == "done"][:3])
    st.stop()


def _no_heads(page: Opened) -> None:
    st.info(
        f"{plain(page.run.called)} {graphless(page.run.model)}: it has no learned graph, so there is nothing to "
        f"show here. Its forecasts are on the page {'Particles' if page.run.kind == 'particles' else 'Forecast'}.",
        icon=":material/hub:",
    )
    same = [other for other in page.entries if other.state == "done" and other.heads]
    _offer(sorted(same, key=lambda other: other.sha256 != page.entry.sha256)[:3])
    st.stop()


def _not_of_particles(page: Opened, why: str) -> None:
    st.info(why, icon=":material/scatter_plot:")
    _offer([other for other in page.entries if other.state == "done" and other.kind == "model"][:3])
    st.stop()


def _no_particles(page: Opened) -> None:
    st.info(NO_PARTICLES.format(plain(page.entry.title)), icon=":material/scatter_plot:")
    st.markdown(TRAIN_PARTICLES)
    st.code(TRAINING, language="bash")
    _offer([other for other in page.entries if other.state == "done" and other.kind == "particles"][:3])
    st.stop()


def _no_forecasts(page: Opened) -> None:
    st.info(
        f"{plain(page.entry.title)} is a matrix alone: it came without a model, so there is no forecast to look at. "
        "What the matrix shows is on the pages Heads, Spectrum, Communities and Map.",
        icon=":material/timeline:",
    )
    st.markdown(
        "To see what a graph is worth, open a run with a model, or train one on the page Train: its forecast then "
        "stands beside that of the same model without any graph."
    )
    _offer([other for other in page.entries if other.state == "done" and other.kind == "model"][:3])
    st.stop()


def _offer(entries: Sequence[store.RunEntry]) -> None:
    """Buttons that open other runs."""
    if not entries:
        return
    st.markdown("Open another run:")
    for entry in entries:
        st.button(
            plain(entry.label, 80),
            key=f"open {entry.key}",
            on_click=lambda key=entry.key: controls.open_run(key),
        )
