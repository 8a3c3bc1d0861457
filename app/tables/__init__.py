"""The tables behind the figures, the same on a page and in the report; a module for each page, without Streamlit.

A function takes what is measured on a run and plain parameters, and returns a frame in full precision. A row's place in
it is what a page is told when the row is chosen.
"""
