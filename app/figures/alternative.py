"""What a map shows, in words, for those who do not see it."""

from collections.abc import Sequence

from branca.element import MacroElement
from folium.template import Template

from app.figures.leaflet import written
from app.figures.map import Edges


class Alternative(MacroElement):
    """The accessible name of a map and of the frame around it; it changes with the feature group it is in.

    A map on a page lies in a frame of its own, which streamlit-folium names after itself. Frame and page have one
    origin, so what is drawn in the frame may name it; where it may not, the map alone has its name.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (group, d) {
            function name(map) {
                map.getContainer().setAttribute("role", "region");
                map.getContainer().setAttribute("aria-label", d.text);
                try { window.frameElement.title = d.text; } catch (error) { /* another origin, or no frame */ }
            }
            group.on("add", function (e) { name(e.target._map); });
            if (group._map) { name(group._map); }
        })({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, text: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Alternative"
        self.data = written({"text": text})


def map_words(sensors: int, edges: Sequence[Edges], *, geographic: bool = True, noun: str = "sensor") -> str:
    """What is drawn on a map of N sensors, as a list in words.

    >>> import numpy as np
    >>> map_words(120, [Edges("road", np.array([[0, 1], [1, 2]]), "#64748b")])
    'Map of 120 sensors; road: 2 lines'
    """
    kind = "Map" if geographic else "Layout, not a map,"
    lines = [f"{one.name}: {len(one.pairs):,} line{'' if len(one.pairs) == 1 else 's'}" for one in edges]
    return "; ".join([f"{kind} of {sensors:,} {noun}{'' if sensors == 1 else 's'}", *lines])
