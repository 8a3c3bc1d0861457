"""What the browser needs beside the pages, put where Streamlit serves it: Leaflet for maps, Plotly for figures.

Both come from installed packages, so nothing is asked of another host and their versions are those of the requirements.
"""

import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path

PLOTLY = "plotly.min.js"


def prepare_served(static: Path) -> None:
    """Put Leaflet and Plotly into the folder that Streamlit serves.

    Files that are there already are left alone. Each is written beside and then renamed, so that another
    process that starts or serves at the same time sees it whole or not at all.
    """
    for name, source in _sources():
        content, place = source.read_bytes(), static / name
        if place.is_file() and place.read_bytes() == content:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(beside).chmod(0o644)
            Path(beside).replace(place)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


def _sources() -> Iterator[tuple[Path, Path]]:
    leaflet = Path(import_module("xstatic.pkg.leaflet").BASE_DIR)
    images = [Path("images") / file.name for file in sorted((leaflet / "images").iterdir())]
    for name in (Path("leaflet.js"), Path("leaflet.css"), *images):
        yield name, leaflet / name
    yield Path(PLOTLY), Path(str(files("plotly") / "package_data" / PLOTLY))
