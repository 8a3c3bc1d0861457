"""What changes the runs there are: one is loaded from a zip, renamed or deleted."""

from pathlib import Path

import streamlit as st

from app import store
from app.evidence import kept
from app.reading.words import code, one_line, plain
from app.views import controls
from core.archive import LONGEST_NAME, LONGEST_TITLE, checked_title, deleted, free_name, moved, retitled, unpacked
from core.record import RunError

# What of the session the page Runs is about: the run chosen there, and what was asked of which run.
CHOSEN, ASKED = "chosen run", "asked of run"
_LOADED, _SAID = "zips loaded", "run changed"


def tell(words: str) -> None:
    """Say something once the page was drawn anew."""
    st.session_state[_SAID] = words


def told() -> None:
    """Say what was to be said, once."""
    if words := st.session_state.pop(_SAID, ""):
        st.toast(words, icon=":material/check:")


def ask(what: str, key: str) -> None:
    """Open the dialog to rename or delete a run; for callbacks."""
    st.session_state[ASKED] = (what, key)


def asked(entry: store.RunEntry) -> None:
    """The dialog that was asked for, if it is about this run."""
    what, key = st.session_state.get(ASKED, ("", ""))
    if key == entry.key:
        (rename if what == "rename" else delete)(entry)


def refused(what: str, error: Exception) -> None:
    """What was not done, and why; the reason may quote a stranger."""
    st.error(what, icon=":material/block:")
    st.code(one_line(str(error) or type(error).__name__, 1000), language=None, wrap_lines=True)


def load_zip() -> None:
    """A run from a zip, checked as strictly as any run."""
    with st.expander("Load a run from a zip", icon=":material/upload:", key="folded zip", on_change="rerun"):
        count = st.session_state.setdefault(_LOADED, 0)
        file = st.file_uploader("Zip of a run", type="zip", key=f"zip {count}", help="As downloaded on this page.")
        if file is None:
            st.caption("A zip that was downloaded here, on this machine or another. Nothing in it is run.")
            return
        runs = store.runs_folder()
        name = st.text_input(
            "Name of its folder", free_name(runs, Path(file.name).stem), max_chars=LONGEST_NAME,
            key=f"name of zip {count}", help="Links to the run carry this name.",
        )  # fmt: skip
        if st.button("Load", icon=":material/upload:", type="primary", key="load zip"):
            try:
                with st.spinner("Checking what is in the zip …"):
                    place = unpacked(file, runs, name)
            except (RunError, OSError) as error:
                refused("The zip was not loaded.", error)
            else:
                st.session_state[_LOADED] = count + 1  # an empty field for the next one
                st.session_state[CHOSEN] = place.name
                tell(f"Loaded {code(place.name)}.")
                st.rerun()


def let_go() -> None:
    """The dialog is closed."""
    st.session_state.pop(ASKED, None)


@st.dialog("Rename this run", on_dismiss=let_go)
def rename(entry: store.RunEntry) -> None:
    """Another title, or another folder."""
    title = st.text_input("Title", entry.title[:LONGEST_TITLE], max_chars=LONGEST_TITLE, key=f"title of {entry.key}")
    name = st.text_input(
        "Name of its folder", entry.path.name[:LONGEST_NAME], max_chars=LONGEST_NAME, key=f"folder of {entry.key}",
        help="Links to the run carry this name.",
    )  # fmt: skip
    if name != entry.path.name:
        st.caption("Links that were shared before will no longer find the run.")
    if st.button("Save", type="primary", key="save names"):
        folder, title_stays = entry.path, ""
        try:
            retitle = title.strip() != entry.title
            if retitle:
                checked_title(title)  # before anything is done
            if name != folder.name:
                folder = moved(folder, name)
                kept.renamed(entry.path, folder)
            if retitle:
                retitled(folder, title)
        except (RunError, OSError) as error:
            if folder == entry.path:
                refused("The run was not renamed.", error)
                return
            title_stays = f" Its title stays as it was: {plain(one_line(str(error), 300))}"
        if folder != entry.path:
            follow(entry.key, folder.name)
        let_go()
        renamed = f"{code(entry.key)} is now {code(folder.name)}." if folder != entry.path else ""
        tell(f"{renamed}{title_stays}" or f"Renamed {code(entry.key)}.")
        st.rerun()


def follow(old: str, new: str) -> None:
    """Keep the run chosen, open and compared under its new name."""
    st.session_state[CHOSEN] = new
    selection = controls.selected()
    renamed = {name: new for name in ("run", "other") if getattr(selection, name) == old}
    if renamed:
        controls.choose(**renamed)


@st.dialog("Delete this run?", on_dismiss=let_go)
def delete(entry: store.RunEntry) -> None:
    """A second click before anything is lost."""
    st.markdown(f"**{plain(entry.title, 100)}**, in the folder {code(entry.path.name, 100)}, would be gone for good.")
    keep, lose = st.columns(2)
    with keep:
        if st.button("Keep it", key="keep run", width="stretch"):
            let_go()
            st.rerun()
    with lose:
        sure = st.button("Delete for good", icon=":material/delete:", type="primary", key="sure", width="stretch")
    if sure:
        try:
            deleted(entry.path)
            kept.cleared(entry.path)
        except (RunError, OSError) as error:
            refused("The run was not deleted.", error)
            return
        st.session_state[CHOSEN] = ""
        let_go()
        tell(f"Deleted {code(entry.path.name)}.")
        st.rerun()
