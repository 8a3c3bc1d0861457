"""A matrix from elsewhere, without a model: uploaded, checked, looked at, and opened on every page but Forecast."""

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app import store
from app.figures.matrix import head_multiples
from app.reading.findings import fault_table
from app.reading.matrices import ORIGINS, sums_sentence, upload_answer
from app.reading.words import code, counted, plain
from app.views import controls
from app.views.page import answer, beside, figure, folded, heading
from app.views.tables import csv, rounded
from core.archive import LONGEST_TITLE, free_name
from core.data.faults import DataError, Fault
from core.matrices import FORMATS, Matrix, read, written

MOST_MB = 200
DRAWN = 8  # heads that the preview draws
KEPT = "matrix read"  # of this session: what was read last, and from which uploads
EDGES, ROWS = (
    {False: "From the sender to the receiver", True: "From the receiver to the sender"},
    {False: "What sensor i hears: rows are receivers", True: "Who hears sensor i: rows are senders"},
)


def on_disk(upload: Any, folder: Path) -> Path:
    """An upload as a file in a folder of its own, under a name that is harmless and as near to its own as can be."""
    name = re.sub(r"[^\w.() -]", "_", Path(upload.name.replace("\\", "/")).name)[-100:].lstrip(". ") or "file"
    folder.mkdir()
    path = folder / name
    path.write_bytes(upload.getvalue())
    return path


def read_uploads(uploads: dict[str, Any], turned: bool) -> Matrix | tuple[Fault, ...]:
    """The matrix that was uploaded, or everything that is wrong with it; kept until another is."""
    asked = (*(upload.file_id if upload else "" for upload in uploads.values()), turned)
    found: Matrix | tuple[Fault, ...]
    kept = st.session_state.get(KEPT)
    if kept is not None and kept[0] == asked:
        found = kept[1]
        return found
    with tempfile.TemporaryDirectory() as folder, st.spinner("Reading the matrix …"):
        files = {kind: on_disk(upload, Path(folder) / kind) if upload else None for kind, upload in uploads.items()}
        try:
            found = read(files["matrix"] or Path(), sensors=files["sensors"], roads=files["roads"], turned=turned)
        except DataError as error:
            found = error.faults
    st.session_state[KEPT] = asked, found
    return found


def head_table(matrix: Matrix) -> pd.DataFrame:
    """Size and shape of each head."""
    from analysis.direction import asymmetry
    from analysis.matrix import sparsity

    found = [sparsity(head) for head in matrix.weights]
    return pd.DataFrame(
        {
            "head": matrix.heads,
            "least weight": [float(head.min()) for head in matrix.weights],
            "most weight": [float(head.max()) for head in matrix.weights],
            "exact zeros [%]": [100 * each.zeros for each in found],
            "effective neighbours": [each.typical for each in found],
            "asymmetry": [asymmetry(head) for head in matrix.weights],
        }
    )


def show_faults(faults: tuple[Fault, ...]) -> None:
    """What is wrong, with file, row and column."""
    heading("What is wrong with it?")
    st.error(
        f"This cannot be read as a matrix: {counted(len(faults), 'fault')} found, and nothing was kept. Rows and "
        "columns count from 1.",
        icon=":material/error:",
    )
    frame = fault_table(faults)
    st.dataframe(frame, hide_index=True, width="stretch", height=min(400, 38 + 35 * len(frame)))
    st.download_button(
        "CSV", csv(frame), "topolens-faults.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )


def show_preview(matrix: Matrix) -> None:
    """What came: its size, its range, a picture."""
    from analysis.matrix import mean_of_heads, sparsity

    answer(
        upload_answer(matrix.weights, sparsity(mean_of_heads(matrix.weights))),
        sums_sentence(matrix.weights, matrix.turned),
    )
    left, right = beside([3, 2])
    with left:
        shown = matrix.weights[:DRAWN]
        figure(
            head_multiples(shown, matrix.heads[:DRAWN], half=True),
            key="preview",
            alt=f"The matrices of {counted(len(shown), 'head')} as small pictures",
            caption="Rows listen, columns are heard; sensors in the order of the file."
            + (f" {len(matrix.heads) - DRAWN} more heads are not drawn here." if len(matrix.heads) > DRAWN else ""),
        )
    with right:
        heading("How was it read?")
        placed = int(np.isfinite(matrix.nodes[["latitude", "longitude"]].to_numpy(dtype=float)).all(axis=1).sum())
        groups = len(set(matrix.nodes["group"]) - {""})
        facts = [
            *matrix.remarks,
            f"{counted(placed, 'sensor')} of {len(matrix.nodes):,} have a place on the map."
            if placed
            else "No sensor has a place: the map will be a layout.",
            f"They come in {counted(groups, 'known group')}." if groups else "No groups are known.",
            "A road graph came with it." if matrix.adjacency is not None else "No road graph came with it.",
        ]
        st.markdown("\n".join(f"- {plain(fact, 300)}" for fact in facts))
    folded("Each head as a table", ":material/table:", "preview heads", lambda: show_heads(matrix))


def show_heads(matrix: Matrix) -> None:
    """Size and shape of each head, to three significant digits."""
    st.dataframe(rounded(head_table(matrix)), hide_index=True, width="stretch")


def is_edges(upload: Any) -> bool:
    """Whether what was uploaded is a list of edges, by its name and its first line."""
    if upload.name.lower().endswith(".graphml"):
        return True
    first = upload.getvalue()[:200].decode(errors="replace").splitlines()[:1]
    return {"from", "to"} <= {word.strip(' "\ufeff').lower() for line in first for word in line.split(",")}


def keep(matrix: Matrix, title: str, source: str) -> None:
    """Write the matrix as a run, select it, and turn to its heads."""
    folder = store.runs_folder()
    try:
        run = written(matrix, folder / free_name(folder, title or Path(matrix.file).stem), title=title, source=source)
    except (ValueError, OSError) as error:
        st.error(f"It could not be kept: {plain(str(error), 300)}", icon=":material/error:")
        return
    st.session_state.pop(KEPT, None)
    controls.open_run(run.name)
    st.switch_page("views/heads.py")


def show_origins() -> None:
    """How the matrix comes out of the code of others."""
    for origin in ORIGINS:
        st.markdown(f"**{origin.name}**: rows are {origin.rows}. {origin.words}")
        st.code(origin.code, language="python")
    st.caption(
        "Several matrices, one a head: `np.savez('heads.npz', first=a, second=b)`. Of other code, look at the line "
        "that multiplies: where the matrix is on the left of the values, rows are receivers."
    )


st.title("What does a matrix of mine show?", anchor=False)
st.markdown(
    "Bring a learned graph from any code, without its model. It is checked, and then opens on every page that needs no "
    "forecast: Heads, Spectrum, Communities, Map, Compare."
)
uploads: dict[str, Any] = {}
left, right = beside()
with left:
    uploads["matrix"] = st.file_uploader(
        "The matrix",
        type=[suffix[1:] for suffix in FORMATS],
        max_upload_size=MOST_MB,
        key="matrix file",
        help="CSV: a square table, with or without ids, or an edge list from,to,weight. NumPy: .npy, or .npz with one "
        "array for each head. GraphML: edges with a weight. At most 5,000 sensors and 64 heads.",
    )
    folded("Where do I find my matrix?", ":material/help:", "origins", show_origins)
with right:
    uploads["sensors"] = st.file_uploader(
        "Its sensors, if you have them: nodes.csv",
        type="csv",
        max_upload_size=20,
        key="sensors file",
        help="Columns id and any of latitude, longitude, group; their order is that of the matrix where it has no ids.",
    )
    uploads["roads"] = st.file_uploader(
        "Their road graph, if you have it: adjacency.csv",
        type="csv",
        max_upload_size=MOST_MB,
        key="roads file",
        help="A square table, rows receivers, or an edge list from,to,weight; 'from' is heard by 'to'.",
    )
if uploads["matrix"] is None:
    st.info("Choose a file, and what is in it is shown here.", icon=":material/data_array:")
    st.stop()
edges = is_edges(uploads["matrix"])
directions = EDGES if edges else ROWS
turned = st.radio(
    "Which way does an edge run?" if edges else "What does row i of the file hold?",
    list(directions),
    format_func=directions.__getitem__,
    key=f"turned {edges}",
)
found = read_uploads(uploads, bool(turned))
if not isinstance(found, Matrix):
    show_faults(found)
    st.stop()
show_preview(found)
heading("Open it")
left, right = beside()
title = left.text_input("Title", value="", max_chars=LONGEST_TITLE, placeholder=found.file[:80], key="matrix title")
source = right.text_input(
    "Where it comes from", value="", max_chars=500, placeholder="Graph WaveNet on METR-LA", key="matrix source"
)
st.caption(f"It is kept as a run of its own in {code(str(store.runs_folder()), 200)}, until you delete it.")
if st.button("Open it", type="primary", icon=":material/open_in_new:", key="open matrix"):
    keep(found, title, source)
