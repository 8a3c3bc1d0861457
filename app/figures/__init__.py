"""Results as Plotly figures and folium maps: pure functions that never import Streamlit."""
