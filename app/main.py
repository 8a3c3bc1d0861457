"""The entry: ``streamlit run app/main.py``. Path, page settings, navigation, sidebar; nothing else."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Streamlit puts this folder on the path, not the project: the project comes first.
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

import streamlit as st

from app import store
from app.views import controls

# Before the navigation: until a page has an icon of its own, Streamlit takes the navigation's, from another host.
st.set_page_config(page_title="Topolens", page_icon=str(HERE.parent / "assets" / "icon.svg"), layout="wide")

VIEWS = HERE / "views"
page = st.navigation(
    {
        "": [st.Page(VIEWS / "overview.py", title="Overview", icon=":material/insights:", default=True)],
        "The learned graph": [
            st.Page(VIEWS / "heads.py", title="Heads", icon=":material/grid_on:", url_path="heads"),
            st.Page(VIEWS / "spectrum.py", title="Spectrum", icon=":material/equalizer:", url_path="spectrum"),
            st.Page(
                VIEWS / "communities.py", title="Communities", icon=":material/workspaces:", url_path="communities"
            ),
            st.Page(VIEWS / "map.py", title="Map", icon=":material/map:", url_path="map"),
        ],
        "The forecast": [
            st.Page(VIEWS / "forecast.py", title="Forecast", icon=":material/timeline:", url_path="forecast"),
        ],
    }
)
st.set_page_config(page_title=f"{page.title} · Topolens")
st.html(VIEWS / "narrow.css")
entries = store.runs()
controls.agree_with_link(entries)
if entries:
    controls.sidebar(entries)
page.run()
