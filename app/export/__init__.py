"""What leaves the app as a file: the learned graph for other programs, the map as a page; without Streamlit.

graph.py    GraphML and GEXF, for Gephi and networkx
map.py      one HTML file with Leaflet inside
sealed.py   what a page that stands alone may run and fetch: its own scripts, and nothing
"""
