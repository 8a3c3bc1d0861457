"""The entry: ``streamlit run app/main.py``. Path, page settings, navigation, sidebar; nothing else."""

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# Streamlit puts this folder on the path, not the project: the project comes first.
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

import streamlit as st

from app import store
from app.views import controls, door
from app.views.link import copy_link

# Before the navigation: until a page has an icon of its own, Streamlit takes the navigation's, from another host.
st.set_page_config(page_title="Topolens", page_icon=str(HERE.parent / "assets" / "icon.svg"), layout="wide")

door.door()
VIEWS = HERE / "views"


def shown(view: str, title: str, icon: str, *, default: bool = False) -> Any:
    """A page: its file in views/, which is also its address, its name and its icon."""
    return st.Page(
        VIEWS / f"{view}.py",
        title=title,
        icon=f":material/{icon}:",
        url_path="" if default else view.replace("_", "-"),
        default=default,
    )


page = st.navigation(
    {
        "": [
            shown("overview", "Overview", "insights", default=True),
            shown("runs", "Runs", "list"),
            shown("compare", "Compare", "compare_arrows"),
        ],
        "The learned graph": [
            shown("heads", "Heads", "grid_on"),
            shown("spectrum", "Spectrum", "equalizer"),
            shown("communities", "Communities", "workspaces"),
            shown("map", "Map", "map"),
            shown("evidence", "Evidence", "fact_check"),
        ],
        "The forecast": [shown("forecast", "Forecast", "timeline")],
        "Particles": [shown("particles", "Particles", "scatter_plot")],
        "Your own": [
            shown("train", "Train", "model_training"),
            shown("data", "Data", "upload_file"),
            shown("matrix_alone", "Matrix", "data_array"),
        ],
        "The project's record": [shown("benchmark", "Benchmark", "leaderboard")],
        "Words": [shown("glossary", "Glossary", "menu_book")],
    },
    expanded=True,  # else the last of more than twelve hide behind a button
)
st.set_page_config(page_title=f"{page.title} · Topolens")
st.html(VIEWS / "narrow.css")
entries = store.runs()
controls.agree_with_link(entries)
if entries:
    controls.sidebar(entries)
with st.container(horizontal=True, horizontal_alignment="right"):
    copy_link()
door.way_out()
with controls.link_answered():
    page.run()
