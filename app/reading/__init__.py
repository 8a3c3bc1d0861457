"""Results into plain sentences, without Streamlit: what a page answers to the question in its title.

    words.py        numbers, units, and text from data that must not become markup
    heads.py        what one head does
    spectrum.py     what the modes do
    communities.py  who belongs together, and how sure that is
    roads.py        learned pairs against the road graph
    forecasts.py    how far off, where, when

A sentence never claims more than its test supports: chance or p stands beside each figure, and a figure near chance
is called that. All sentences are Markdown; whatever comes from data went through ``plain`` or ``code``.
"""
