"""The screen: Streamlit pages, Plotly figures and folium maps, and the command line.

The only place where ``core`` and ``analysis`` meet. Who does what:

    main.py       path, page settings, navigation, sidebar; nothing else
    store/        the only reads of runs and the only caches
    parts.py      what of a run is measured, for the pages and the commands alike
    measures.py   all measures as plain data, for the commands
    selection.py  what is selected, one frozen record <-> the URL
    reading/      results -> plain sentences, without Streamlit
    glossary.py   the one-line reading and the formula of each measure
    figures/      results -> Plotly figures and folium maps, without Streamlit
    views/        one page each; controls.py, page.py and ground.py are what all pages share

No torch in the app's process: a run is read with NumPy alone, and the first page must be there in seconds.
"""
