"""The screen: Streamlit pages, Plotly figures and folium maps, and the command line.

The only place where ``core`` and ``analysis`` meet. Who does what:

    main.py       path, page settings, navigation, sidebar; nothing else
    __main__.py   the command line
    views/        one page each; controls.py, page.py, tables.py, plot.py and ground.py are what all pages share
    selection.py  what is selected, one frozen record <-> the URL
    store/        the only reads of runs and the only caches
    measured.py   what of a run is measured, for pages, report and notebook alike; with parts.py and places.py
    tables/       the tables behind the figures
    measures.py   all measures as plain data, for the commands
    reading/      results -> plain sentences
    figures/      results -> Plotly figures and folium maps
    glossary/     what every word means: reading, formula, source, pages
    export/       the graph and the map as files;  report/  everything in one file;  notebook.py  use without an app
    jobs.py       trainings as processes: asking (with drafts, datasets and estimate), looking (trainings),
                  waiting (turn, locks)
    evidence/     whether a graph is real, used and stable: made by a process of its own (processes), kept beside runs
    uploads.py    data of one's own, checked before they are kept

Streamlit is imported by main.py, views/ and store/ alone.
No torch in the app's process: a run is read with NumPy alone, and the first page must be there in seconds.
"""
