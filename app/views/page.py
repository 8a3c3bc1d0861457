"""What all pages share: the question, its answer, figures, the table behind them, how to read them, empty states."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import store
from app.figures.frame import CONFIG
from app.glossary import MEASURES
from app.reading.forecasts import OPTIMISTIC
from app.reading.words import code, counted, one_line, plain
from app.selection import Selection
from app.views import controls
from core.run import Run

Theme = Literal["light", "dark"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a cell a formula in a spreadsheet


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
    def ids(self) -> list[str]:
        """The ids of the sensors, as the data give them."""
        return cast(list[str], self.run.nodes["id"].tolist())

    @property
    def where(self) -> str:
        """The selected matrix, as a phrase within a sentence."""
        return "the mean of the heads" if self.selection.head == "mean" else plain(self.selection.head)


def opened(question: str, *, heads: bool = False) -> Opened:
    """The selected run under the page's question; where there is none to show, the page says why and ends.

    A run under an optimistic protocol is marked here, and so on every page.

    Parameters
    ----------
    question : the page's title
    heads : whether the page needs a learned matrix
    """
    st.title(question, anchor=False)
    entries = store.runs()
    selection = controls.selected()
    entry = {entry.key: entry for entry in entries}.get(selection.run)
    if entry is None:
        _no_runs()
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
    if heads and not run.heads:
        _no_heads(page)
    return page


def answer(*sentences: str) -> None:
    """The page's answer: sentences computed from the run, the first in large type."""
    first, *rest = [sentence for sentence in sentences if sentence]
    st.markdown(f"#### {first}", anchors=False)
    if rest:
        st.markdown(" ".join(rest))


def figure(
    drawn: go.Figure, key: str, alt: str, caption: str = "", on_point: Callable[[dict[str, Any]], None] | None = None
) -> None:
    """A figure over the width there is, with its text alternative and what must be said under it.

    ``on_point`` is told which point was clicked, before the page is drawn. The changed figure loses the selection that
    its browser made; that comes back as an empty one and is no choice.
    """

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points and on_point is not None:
            on_point(points[0])

    with st.container(gap=None):
        st.plotly_chart(
            drawn,
            width="stretch",
            config=CONFIG,
            key=key,
            alt=one_line(alt, 300),
            on_select=clicked if on_point else "ignore",
            selection_mode="points",
        )
        if caption:
            st.caption(caption)


def heading(text: str) -> None:
    """The heading of a part of a page."""
    st.subheader(text, anchor=False)


def table(label: str, frame: Callable[[], pd.DataFrame], entry: store.RunEntry, name: str) -> None:
    """The numbers behind a figure, folded; they are made when somebody wants to see them."""
    folded(label, ":material/table:", name, lambda: listing(frame(), entry, name))


def listing(
    frame: pd.DataFrame,
    entry: store.RunEntry,
    name: str,
    *,
    height: int = 300,
    empty: str = "There is nothing to list.",
) -> None:
    """Numbers to three significant digits, and the same as CSV in full precision."""
    if frame.empty:
        st.markdown(empty)
        return
    st.dataframe(
        rounded(frame),
        hide_index=True,
        width="stretch",
        height=min(height, 38 + 35 * len(frame)),
        column_config={column: _number(frame[column]) for column in _numeric(frame, "fiu")},
    )
    st.download_button(
        "CSV",
        csv(frame),
        file_name=file_name(entry.key, name),
        mime="text/csv",
        icon=":material/download:",
        key=f"csv {name}",
        on_click="ignore",
        help=f"{counted(len(frame), 'row')} in full precision",
    )


@st.fragment
def folded(label: str, icon: str, name: str, content: Callable[[], None]) -> None:
    """A part of a page that is made when it is unfolded, without drawing the rest of the page again."""
    with st.expander(label, icon=icon, key=f"folded {name}", on_change="rerun") as place:
        if place.open:
            content()


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """The same numbers to three significant digits."""
    shown = frame.copy()
    for column in _numeric(shown, "f"):
        values = shown[column].to_numpy(dtype=float)
        known = np.isfinite(values) & (values != 0)
        power = np.zeros(len(values))
        power[known] = np.floor(np.log10(np.abs(values[known])))
        scale = 10.0 ** (2 - power)
        shown[column] = np.where(known, np.round(values * scale) / scale, np.where(np.isinf(values), np.nan, values))
    return shown


def csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV whose texts no spreadsheet takes for a formula: those get an apostrophe before them."""
    guarded = frame.reset_index(drop=True)
    for column in guarded.columns:
        if not pd.api.types.is_numeric_dtype(guarded[column]):
            guarded[column] = pd.Series([_guarded(value) for value in guarded[column]], dtype=object)
    guarded.columns = pd.Index([_guarded(str(column)) for column in guarded.columns])
    return guarded.to_csv(index=False, lineterminator="\n").encode("utf-8", errors="replace")


def file_name(run: str, name: str) -> str:
    """A harmless file name from a run's key and a table's name."""
    return (
        "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:60] or "run" for part in ("topolens", run, name))
        + ".csv"
    )


def how_to_read(*measures: str) -> None:
    """The one-line reading and the formula of each measure on the page."""
    chosen = [MEASURES[name] for name in measures]

    def explained() -> None:
        for measure in chosen:
            st.markdown(f"**{measure.name}.** {measure.reading}")
            st.latex(measure.formula)

    folded("How to read this", ":material/menu_book:", "how to read", explained)


def beside(widths: Sequence[float] | int = 2) -> Sequence[st.delta_generator.DeltaGenerator]:
    """Two columns for what is to be compared; below 900 pixels they stand one under the other."""
    return st.columns(widths, gap="medium")


def _numeric(frame: pd.DataFrame, kinds: str) -> list[str]:
    """The columns of numbers of those kinds, as NumPy abbreviates them."""
    return [column for column in frame.columns if frame[column].dtype.kind in kinds]


def _number(column: pd.Series) -> Any:
    values = column.to_numpy(dtype=float)
    large = bool((np.abs(values[np.isfinite(values)]) >= 1000).any())
    return st.column_config.NumberColumn(format="localized" if large else "plain")


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _no_runs() -> None:
    st.info(
        "There is no run to look at: neither the demo nor a run of your own was found.", icon=":material/folder_off:"
    )
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
    _offer([other for other in store.runs() if other.state == "done"][:3])
    st.stop()


def _no_heads(page: Opened) -> None:
    st.info(
        f"{plain(page.run.model)} lets no sensor listen to another: it has no learned graph, so there is nothing to "
        "show here. Its forecasts are on the page Forecast.",
        icon=":material/hub:",
    )
    same = [other for other in page.entries if other.state == "done" and other.heads]
    _offer(sorted(same, key=lambda other: other.sha256 != page.entry.sha256)[:3])
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
            on_click=lambda key=entry.key: controls.choose(run=key),
        )
