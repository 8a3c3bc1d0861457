"""What is measured on a run, kept as long as the run is: the one cache of all analyses of one run."""

import streamlit as st

from app.measured import Measured
from app.store.entries import load_run


@st.cache_resource(show_spinner=False, max_entries=8)
def measured_of(version: str) -> Measured:
    """The run of a version and what is measured on it, each thing once for all sessions.

    Raises
    ------
    RunError
        The folder is not a finished run; the text says why.
    """
    return Measured(load_run(version))
