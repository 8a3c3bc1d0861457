"""Every word of the app: what it means, how to read a value, its formula, where it is from, where it stands."""

import streamlit as st

from app.glossary import GROUPS, MEASURES, Entry, Measure, entry, found
from app.reading.words import code, counted
from app.views import controls
from app.views.guide import steps
from app.views.page import answer, beside, folded

LONGEST = 60  # characters of a search


def asked() -> str:
    """The key that the link asks for, '' for none; one that does not exist is said once and leaves the link."""
    key = (st.query_params.get_all("term") or [""])[-1]
    if not key or entry(key):
        return key
    del st.query_params["term"]
    controls.missed("word of the glossary")
    return ""


def explained(key: str, entry: Entry, *, anchor: bool = True) -> None:
    """One entry: a term in words, a measure with its formula on the right."""
    left, right = beside() if isinstance(entry, Measure) else (st.container(), None)
    with left:
        st.subheader(entry.name, anchor=key if anchor else False)
        st.markdown(entry.reading)
        if isinstance(entry, Measure):
            st.caption(f"Source: {entry.source}.")
            with st.container(horizontal=True, gap="small", key=f"{'' if anchor else 'asked '}pages of {key}"):
                for view in entry.pages:
                    query = controls.selected().to_query()
                    st.page_link(f"views/{view}.py", icon=":material/arrow_forward:", query_params=query)
    if right is not None and isinstance(entry, Measure):
        right.latex(entry.formula)


def in_pairs(entries: dict[str, Entry]) -> None:
    """Entries two by two: measures take the whole width, terms half of it."""
    terms = [key for key, one in entries.items() if not isinstance(one, Measure)]
    for first in range(0, len(terms), 2):
        for place, key in zip(beside(), terms[first : first + 2], strict=False):
            with place:
                explained(key, entries[key])
    for key, one in entries.items():
        if isinstance(one, Measure):
            explained(key, one)


st.title("What do the words mean?", anchor=False)
answer(
    f"{counted(sum(map(len, GROUPS.values())), 'word')}, among them {counted(len(MEASURES), 'measure')}.",
    "Each measure stands here with how to read it, its formula, its source and the pages that show it.",
)
folded("First steps in this app", ":material/flag:", "first steps", steps)
key = asked()
text = st.text_input(
    "Search",
    type="search",
    max_chars=LONGEST,
    placeholder="a word, such as IPR or chance",
    icon=":material/search:",
    live=True,
    key="glossary search",
)
wanted = entry(key) if not text else None  # what is typed is the later wish
if wanted is not None:
    with st.container(border=True, key="asked"):
        explained(key, wanted, anchor=False)
groups = found(text)
if not groups:
    st.markdown(f"No entry holds {code(text, LONGEST)}. A shorter word finds more.")
for group, entries in groups.items():
    st.header(group, anchor=False, divider="gray")
    in_pairs(entries)
