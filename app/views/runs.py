"""All runs as a table: sorted, filtered, opened, compared, renamed, deleted, and as zips."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from app import locks, store, trainings
from app.reading.roads import given_sentence
from app.reading.runs import Measured, best_sentence, runs_answer
from app.reading.words import counted, one_line, plain, whole_percent
from app.store import table as runs_table
from app.views import controls
from app.views.changes import CHOSEN, ask, asked, load_zip, told
from app.views.page import answer, how_to_read
from app.views.tables import csv, rounded
from core.archive import free_name, packed

FEW = 12  # runs that are measured without being asked for: as many as take a few seconds
DEMO_WORDS = "The demo runs come with the project: they can be neither renamed nor deleted."


def filtered(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that the filters keep; a filter is there where it has something to choose."""
    offered = {column: sorted(set(frame[column]) - {""}) for column in runs_table.FILTERS}
    offered = {column: values for column, values in offered.items() if len(values) > 1}
    if not offered:
        return frame
    chosen: dict[str, Sequence[str]] = {}
    for place, (column, values) in zip(st.columns(len(offered)), offered.items(), strict=True):
        with place:
            chosen[column] = st.multiselect(
                column.capitalize(), values, placeholder="all", format_func=lambda value: one_line(value, 40) or "none",
                key=f"filter {column}",
            )  # fmt: skip
    return runs_table.kept_by(frame, chosen)


def measure(entries: Sequence[store.RunEntry]) -> None:
    """Measure what is not known yet: at once where that is little, else when it is asked for."""
    unknown = [entry for entry in entries if runs_table.known(entry) is None]
    if not unknown:
        return
    place = st.empty()
    if len(unknown) > FEW:
        some = any(runs_table.known(entry) for entry in entries if entry.state == "done")
        words = f"Measure {'the other ' if some else ''}{counted(len(unknown), 'run')}"
        with place.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(words, icon=":material/straighten:", key="measure")
            st.caption("Errors and times chance are empty where they were not measured yet.")
        if not pressed:
            return
    with place:
        bar = st.progress(0.0)
        for number, entry in enumerate(unknown):
            bar.progress(number / len(unknown), f"Measuring {plain(entry.label, 60)} …")
            runs_table.measured(entry)
    place.empty()


def show(frame: pd.DataFrame) -> None:
    """The table, whose row chooses a run, and the same as CSV."""
    keys = frame[runs_table.KEY].tolist()
    # Another choice of rows is another table: a chosen row is known by its place alone.
    name = f"rows runs {zlib.crc32(chr(0).join(keys).encode('utf-8', errors='replace'))}"

    def choose() -> None:
        rows = st.session_state[name]["selection"]["rows"]
        st.session_state[CHOSEN] = keys[rows[0]] if rows and 0 <= rows[0] < len(keys) else ""

    number = st.column_config.NumberColumn
    shown = rounded(frame)
    for column in (runs_table.KEY, runs_table.TITLE, *runs_table.FILTERS, runs_table.UNIT):
        shown[column] = [one_line(value, 80) for value in shown[column]]
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=min(600, 38 + 35 * len(frame)),
        column_config={
            runs_table.KEY: st.column_config.TextColumn(pinned=True),
            runs_table.ERROR: number(format="plain", help="Mean absolute error on the test part, in the unit beside."),
            runs_table.LIFT: number(
                format="plain",
                help=f"How many times as often as chance the strongest {whole_percent(runs_table.SHARE)} of pairs of "
                "the mean of heads lie on a road.",
            ),
            runs_table.LOSS: number(help="On standardised values. It compares runs of the same data and loss alone."),
            runs_table.STATE: st.column_config.TextColumn(width=90),
            "seed": number(format="plain"),
            "started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
        key=name,
        on_select=choose,
        selection_mode="single-row",
        placeholder="",
    )  # fmt: skip
    st.download_button(
        "CSV", csv(frame), file_name="topolens-runs.csv", mime="text/csv", icon=":material/download:", key="csv runs",
        on_click="ignore", help=f"{counted(len(frame), 'row')} in full precision",
    )  # fmt: skip


def named(entry: store.RunEntry) -> str:
    """The run in a list: first the name of its folder, no two alike even where they look alike."""
    key = entry.key if one_line(entry.key, 300) == entry.key else ascii(entry.key)
    return f"{key} · {one_line(entry.title, 60)}" if entry.title else key


def pick_run(by_key: Mapping[str, store.RunEntry]) -> store.RunEntry | None:
    """The chosen run, and a list to choose it of: what a click on a row does, for the keyboard."""
    key = "pick run"
    chosen = st.session_state.get(CHOSEN)
    st.session_state[key] = chosen if chosen in by_key else None
    st.selectbox(
        "Chosen run", list(by_key), index=None, placeholder="none: choose a row above, or choose here",
        format_func=lambda run: named(by_key[run]), key=key,
        on_change=lambda: st.session_state.update({CHOSEN: st.session_state[key]}),
    )  # fmt: skip
    return by_key.get(st.session_state.get(CHOSEN) or "")


def chosen_run(entry: store.RunEntry) -> None:
    """What can be done with the chosen run."""
    if entry.problem:
        st.code(one_line(entry.problem, 1000), language=None, wrap_lines=True)
    open_key, own = controls.selected().run, not entry.key.startswith("demo/")
    # A killed training leaves its state, but no lock; one that waits in the queue to go on holds no lock yet.
    waits = any(job.alive and job.run == entry.path.name for job in trainings.listed(store.runs_folder()))
    training = (entry.state == "training" and locks.held(entry.path)) or (own and waits)
    free = not training and entry.state != "unreadable"
    with st.container(horizontal=True):
        if st.button("Open", icon=":material/insights:", type="primary", key="open run", disabled=bool(entry.problem)):
            controls.open_run(entry.key)
            st.switch_page("views/overview.py")
        other = entry.key == open_key or entry.state != "done"
        if st.button("Compare with the open run", icon=":material/compare_arrows:", key="compare run", disabled=other):
            controls.choose(other=entry.key, other_head="")
            st.switch_page("views/compare.py")
        st.download_button(
            "Zip", lambda: packed(entry.path), file_name=f"{free_name(Path(), entry.path.name)}.zip",
            mime="application/zip", icon=":material/folder_zip:", key="zip run", on_click="ignore",
            disabled=not free, help="The whole run as one file, to be loaded elsewhere.",
        )  # fmt: skip
        for what, icon in (("rename", "edit"), ("delete", "delete")):
            st.button(
                what.capitalize(), icon=f":material/{icon}:", key=f"{what} run", disabled=not (own and free),
                on_click=lambda what=what: ask(what, entry.key),
            )  # fmt: skip
    if own and free:
        asked(entry)
    if not own:
        st.caption(DEMO_WORDS)
    elif training:
        st.caption("This run is being trained: it can be packed, renamed and deleted once that has ended.")
    elif entry.state == "unreadable":
        st.caption("What cannot be read is not touched: look into its folder.")
    if entry.key == open_key:
        st.caption("This is the run that is open.")


def compared(entries: Sequence[store.RunEntry]) -> list[Measured]:
    """The runs whose errors are known, with what makes them comparable."""
    found = []
    for entry in entries:
        figures = runs_table.known(entry)
        if entry.kind == "model" and figures is not None and figures.error == figures.error:
            alike = (entry.sha256, entry.protocol, figures.minutes, figures.unit)
            found.append(
                Measured(
                    entry.title, entry.dataset, alike, figures.error, figures.unit, figures.minutes,
                    entry.protocol == "published",
                )
            )  # fmt: skip
    return found


st.title("Which runs are there?", anchor=False)
told()
entries = store.runs()
top = st.container()
load_zip()
if not entries:
    with top:
        answer(runs_answer([]))
    st.stop()
measure(entries)
with top:
    answer(runs_answer([entry.state for entry in entries]), best_sentence(compared(entries)))
by_key = {entry.key: entry for entry in entries}
frame = filtered(runs_table.table(entries))
if frame.empty:
    st.markdown("No run is as the filters ask for.")
else:
    show(frame)
    st.caption(
        "Click a column to sort, the box at the left of a row to choose the run. Errors of different units, data, "
        "protocols or times ahead cannot be compared, nor can losses of different data, protocols or kinds. Protocol "
        "published is optimistic: the test part picked its epoch. One training is one sample: another seed may do "
        "better or worse."
    )
    models = sorted({name for key in frame[runs_table.KEY] for name in by_key[key].made_of})
    for given in filter(None, map(given_sentence, models)):
        st.caption(given)
if (chosen := pick_run(by_key)) is not None:
    chosen_run(chosen)
how_to_read("mae", "lift")
