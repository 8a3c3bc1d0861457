"""A run as one HTML file that needs no network: every figure of every page, its numbers and its sentence.

    written.py    the report of a run, as text or as a file
    content.py    what a section is made of, before anything is HTML
    sections/     one section for each page of the app
    ground.py     maps as figures that stand still and print
    reduced.py    matrices as small as the room for them
    text.py       sentences, tables and formulas as HTML
    page.py       the frame: title, contents, styles, script, and the rule that nothing is fetched
    report.css, report.js

No Streamlit here: the command line, a notebook and a button of the app make the same file.
"""

from app.report.written import report_page, write_report

__all__ = ["report_page", "write_report"]
