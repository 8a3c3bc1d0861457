"""The form for data of one's own: three tables and what they do not say; all that is wrong with them, as a table."""

import streamlit as st

from app import uploads
from app.reading.findings import fault_table
from app.reading.words import code, counted, one_line, plain
from app.views.page import beside
from app.views.tables import csv
from core.data import FOLDER, folder
from core.data.about import LONGEST, About
from core.data.faults import LISTED_OF_A_KIND, DataError

FAULTS, NEXT = "data faults", "data to show"
FILES = {"values": folder.VALUES, "adjacency": folder.ADJACENCY, "nodes": folder.NODES}


def bring() -> None:
    """The form for data of one's own, and what was wrong with those that were tried last."""
    with st.expander("Bring your own data", icon=":material/upload_file:", key="bring", on_change="rerun"):
        with st.form("bring data", border=False):
            left, right = beside([3, 2])
            files = {
                "values": left.file_uploader(
                    "values.csv: a time column, then one column for each sensor",
                    type="csv",
                    max_upload_size=uploads.MOST_MB[folder.VALUES],
                    key="data values",
                    help="The header holds the ids. Times are local, such as 2024-03-04 00:15, and a regular interval "
                    "apart. A blank cell is a missing value. Decimals have a point, cells are separated by commas.",
                ),
                "adjacency": left.file_uploader(
                    "adjacency.csv, if you have it: the road graph",
                    type="csv",
                    max_upload_size=uploads.MOST_MB[folder.ADJACENCY],
                    key="data adjacency",
                    help="A square table, rows receivers, or an edge list from,to,weight; 'from' is heard by 'to'. "
                    "Models that learn their graph need none; gat-gru does.",
                ),
                "nodes": left.file_uploader(
                    "nodes.csv, if you have it: where the sensors are",
                    type="csv",
                    max_upload_size=uploads.MOST_MB[folder.NODES],
                    key="data nodes",
                    help="Columns id and any of latitude, longitude (degrees) and group.",
                ),
            }
            name = right.text_input(
                "Name", max_chars=uploads.LONGEST_NAME, placeholder="my-city", key="data name",
                help="Letters, digits, - and _.",
            )  # fmt: skip
            quantity = right.text_input(
                "What was measured", max_chars=LONGEST["quantity"], placeholder="speed", key="data quantity"
            )
            unit = right.text_input("In which unit", max_chars=LONGEST["unit"], placeholder="km/h", key="data unit")
            source = right.text_input(
                "Whose data they are", max_chars=LONGEST["source"], placeholder="City of X, 2024", key="data source"
            )
            replace = right.checkbox("Replace data that have this name", key="data replace")
            pressed = st.form_submit_button("Check and keep", type="primary", icon=":material/fact_check:")
        st.caption(
            f"Kept in {code(str(uploads.own_folder()), 200)} until you delete them, if nothing is wrong with them."
        )
        if pressed:
            given = {FILES[kind]: file.getvalue() for kind, file in files.items() if file is not None}
            about = About(*(one_line(text, 500).strip() for text in (quantity, unit, source)))
            keep(name.strip(), given, about, replace=replace)
        show_faults()


def keep(name: str, files: dict[str, bytes], about: About, *, replace: bool) -> None:
    """Check the uploaded files; keep and show them, or say all that is wrong with them."""
    st.session_state.pop(FAULTS, None)
    if folder.VALUES not in files:
        st.session_state[FAULTS] = "A file values.csv is needed: without values there is nothing to look at."
        return
    try:
        with st.spinner("Reading every cell …"):
            uploads.kept(name, files, about, replace=replace)
    except DataError as error:
        st.session_state[FAULTS] = error.faults
    except (uploads.UploadError, OSError) as error:
        st.session_state[FAULTS] = f"They could not be kept: {error}."
    else:
        st.session_state[NEXT] = f"{FOLDER}{(uploads.own_folder() / name).absolute()}"
        st.rerun()


def show_faults() -> None:
    """What was wrong with the upload that was tried last; a sentence, or faults with file, row and column."""
    faults = st.session_state.get(FAULTS)
    if isinstance(faults, str):
        st.error(plain(faults, 500), icon=":material/error:")
    elif faults:
        many = any(fault.problem.startswith("... and ") for fault in faults)
        found = "Many faults" if many else counted(len(faults), "fault")
        st.error(
            f"{found} found, and nothing was kept. Rows count from 1, as an editor shows them."
            + f" Of each kind, the first {LISTED_OF_A_KIND} are listed." * many,
            icon=":material/error:",
        )
        frame = fault_table(faults)
        with st.container(key="fault list"):
            st.dataframe(frame, hide_index=True, width="stretch", height=min(600, 38 + 35 * len(frame)))
            st.download_button(
                "CSV", csv(frame), "topolens-faults.csv", "text/csv", icon=":material/download:", on_click="ignore"
            )
