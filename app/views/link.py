"""A button that copies the link to the page as it is, with all that is selected."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parent

_CSS = """
button {
    border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); padding: 0.2rem 0.7rem;
    background: transparent; color: var(--st-text-color); font: 0.85rem var(--st-font); cursor: pointer;
}
button:hover, button:focus-visible {
    border-color: var(--st-primary-color); background: var(--st-secondary-background-color);
}
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""
_component = st.components.v2.component(
    "topolens_link",
    html='<button type="button" title="Copy the address of this page and of all that is selected">Copy link</button>',
    css=_CSS,
    js=(HERE / "link.js").read_text(encoding="utf-8"),
)


def copy_link() -> None:
    """The button."""
    _component(key="copy link", width="content")
