"""Tables on pages: the numbers behind a figure, folded, to three significant digits, and as CSV in full precision."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.reading.words import counted
from app.views import controls

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a cell a formula in a spreadsheet


def table(
    label: str,
    frame: Callable[[], pd.DataFrame],
    entry: store.RunEntry,
    name: str,
    on_row: Callable[[int], None] | None = None,
) -> None:
    """The numbers behind a figure, folded; they are made when somebody wants to see them."""
    folded(label, ":material/table:", name, lambda: listing(frame(), entry, name, on_row=on_row))


def listing(
    frame: pd.DataFrame,
    entry: store.RunEntry,
    name: str,
    *,
    height: int = 300,
    empty: str = "There is nothing to list.",
    on_row: Callable[[int], None] | None = None,
) -> None:
    """Numbers to three significant digits, and the same as CSV in full precision.

    ``on_row`` is told which row was chosen, its place in ``frame``, before the page is drawn.
    """
    if frame.empty:
        st.markdown(empty)
        return
    key = f"rows {name}"

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and on_row is not None and 0 <= rows[0] < len(frame):
            on_row(rows[0])

    st.dataframe(
        rounded(frame),
        hide_index=True,
        width="stretch",
        height=min(height, 38 + 35 * len(frame)),
        column_config={column: _number(frame[column]) for column in _numeric(frame, "fiu")},
        key=key,
        on_select=chosen if on_row else "ignore",
        selection_mode="single-row",
    )
    st.download_button(
        "CSV",
        csv(frame),
        file_name=f"{stem(entry.key, name)}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"csv {name}",
        on_click="ignore",
        help=f"{counted(len(frame), 'row')} in full precision",
    )


@st.fragment
def folded(label: str, icon: str, name: str, content: Callable[[], None]) -> None:
    """A part of a page that is made when it is unfolded, without drawing the rest of the page again."""
    if controls.used():  # something in here was chosen, and the rest of the page shows it
        st.rerun()
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


def stem(run: str, name: str) -> str:
    """A harmless file name, without its ending, from a run's key and the name of a table or a figure."""
    return "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:60] or "run" for part in ("topolens", run, name))


def _numeric(frame: pd.DataFrame, kinds: str) -> list[str]:
    """The columns of numbers of those kinds, as NumPy abbreviates them."""
    return [column for column in frame.columns if frame[column].dtype.kind in kinds]


def _number(column: pd.Series) -> Any:
    values = column.to_numpy(dtype=float)
    large = bool((np.abs(values[np.isfinite(values)]) >= 1000).any())
    # "plain" would draw 64.3 as 64.30000000000001
    return st.column_config.NumberColumn(format="localized" if large else "%.3g")


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
