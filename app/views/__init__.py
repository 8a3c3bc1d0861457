"""One page each, as scripts that Streamlit runs; controls, page and ground are what all pages share."""
