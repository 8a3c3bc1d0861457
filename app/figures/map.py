"""Sensors and the edges between them on a map that needs no network."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import folium
import numpy as np
from numpy.typing import NDArray

from app.figures.colours import OBSERVED, Theme
from app.figures.layout import layout
from app.figures.leaflet import STATIC, Legend, Lines, OfflineMap, Points, Streets, View
from app.figures.marks import NO_MARKS, Marks
from app.figures.text import digits, safe

__all__ = [
    "EDGE_CAP", "RETURNED", "Edges", "OfflineMap", "capped", "hit", "hit_pair", "layout", "sensor_map",
]  # fmt: skip

EDGE_CAP = 4000
"""The most edges of one class that are drawn; the legend says how many are left out."""

RETURNED = ["last_active_drawing"]
"""For ``st_folium(..., returned_objects=RETURNED)``: what `hit` reads; moving the map does not change it."""


@dataclass(frozen=True, eq=False, slots=True)
class Edges:
    """One class of edges.

    Attributes
    ----------
    name : what they are, for the legend: 'learned, no road'
    pairs : (P, 2) positions of the two sensors of each
    colour : '#rrggbb', from app.figures.colours
    weight : (P,) what decides the width of each line; None draws all alike
    dashed : drawn thin and dashed, for what is not there
    least, most : width of the lightest and of the heaviest line, in pixels
    opacity : of each line, 0 to 1; below what lies on it where many cross
    """

    name: str
    pairs: NDArray[Any]
    colour: str
    weight: NDArray[Any] | None = None
    dashed: bool = False
    least: float = 1.2
    most: float = 5.0
    opacity: float = 0.85


def sensor_map(
    latitude: NDArray[Any],
    longitude: NDArray[Any],
    ids: Sequence[str],
    *,
    colours: str | Sequence[str],
    tooltips: Sequence[str] | None = None,
    edges: Sequence[Edges] = (),
    roads: Edges | None = None,
    marks: Marks = NO_MARKS,
    numbers: Sequence[object] | None = None,
    key: Sequence[tuple[str, str]] = (),
    radius: float | None = None,
    theme: Theme = "light",
    tiles: bool = False,
    scale_bar: bool = True,
    geographic: bool = True,
    legend: bool = True,
    static: str = STATIC,
) -> tuple[OfflineMap, folium.FeatureGroup]:
    """A map of N sensors: the base that stays, and the feature group that changes.

    Draw it with ``st_folium(base, feature_group_to_add=group, returned_objects=RETURNED, key=...)``. While
    positions, ``roads``, ``theme`` and ``static`` stay the same, so does the base, and with it zoom and place.
    Build both anew for each run of the script: streamlit-folium alters what it is given.

    Parameters
    ----------
    latitude, longitude : (N,) degrees, all finite; with ``geographic=False`` the heights and widths of `layout`
    ids : the N sensors' ids as they are; texts are made harmless here, and must not be before
    colours : '#rrggbb' of all sensors or of each
    tooltips : of each sensor, what is said beside its id; lines are separated by a line break
    edges : classes of edges, drawn in this order; at most EDGE_CAP of each, the strongest
    roads : drawn beneath everything, in the base
    marks : what is selected: chosen sensors get a ring, those outside a chosen community fade
    numbers : what is written on each sensor, where colours alone do not tell communities apart
    key : (colour, meaning) of the sensors' colours, for the legend
    radius : of a sensor, in pixels; None takes a size that suits how many there are
    tiles : streets beneath; they need a network, and nothing else here does
    scale_bar : kilometres in a corner, on geographic maps
    """
    places = _places(latitude, longitude, ids, colours, edges if roads is None else (*edges, roads))
    n = len(places)
    low, high = places.min(axis=0), places.max(axis=0)
    base = OfflineMap(
        theme=theme,
        static=static,
        location=((low + high) / 2)[::-1].tolist(),
        zoom_start=11 if geographic else _plane_zoom(high - low) - 2,
        crs="EPSG3857" if geographic else "Simple",
        zoom_snap=0.25,
        max_bounds=False,
    )
    nearest = 15 if geographic else _plane_zoom(high - low)
    base.options["max_zoom"] = nearest + 3
    base.options["min_zoom"] = nearest - 13 if geographic else nearest - 6
    bounds = [low[::-1].tolist(), high[::-1].tolist()]
    View(bounds, theme=theme, scale=scale_bar and geographic, zoom=nearest).add_to(base)
    names = [safe(name) for name in ids]
    group = folium.FeatureGroup(name="drawn", control=False)
    rows = []
    if roads is not None:
        lines, row = _drawn(roads, places, names, interactive=False)
        lines.add_to(base)
        rows.append(row)
    if tiles and geographic:
        Streets().add_to(group)
    for one in edges:
        lines, row = _drawn(one, places, names, interactive=True)
        lines.add_to(group)
        rows.append(row)
    every = [colours] * n if isinstance(colours, str) else list(colours)
    said = [_said(name, "" if tooltips is None else tooltips[k]) for k, name in enumerate(names)]
    Points(
        {
            "places": places.tolist(),
            "colours": every,
            "tooltips": said,
            "numbers": [] if numbers is None else [safe(number, 4) for number in numbers],
            "outline": OBSERVED(theme),
            "outline_opacity": 0.8 if theme == "light" else 0.4,
            "radius": radius or (8 if numbers is not None else 6 if n <= 150 else 5),
            "selected": [sensor for sensor in marks.sensors if 0 <= sensor < n],
            "faded": [] if marks.members is None else [int(not member) for member in marks.members],
        }
    ).add_to(group)
    rows += [_dot(colour, meaning) for colour, meaning in key]
    Legend(rows if legend else []).add_to(group)
    return base, group


def capped(edges: Edges, most: int = EDGE_CAP) -> tuple[Edges, int]:
    """The strongest ``most`` edges (the first, where they have no weight), and how many are left out.

    >>> kept, left_out = capped(Edges("all", np.array([[0, 1], [1, 2]]), "#000000", np.array([0.1, 0.9])), most=1)
    >>> kept.pairs.tolist(), left_out
    ([[1, 2]], 1)
    """
    left_out = len(edges.pairs) - most
    if left_out <= 0:
        return edges, 0
    if edges.weight is None:
        return replace(edges, pairs=edges.pairs[:most]), left_out
    strongest = np.sort(np.argsort(-np.abs(edges.weight), kind="stable")[:most])
    return replace(edges, pairs=edges.pairs[strongest], weight=edges.weight[strongest]), left_out


def hit(click: Mapping[str, Any] | None, latitude: NDArray[Any], longitude: NDArray[Any]) -> int | None:
    """Which sensor the last click in what ``st_folium`` returned was on; None for none, an edge or the ground.

    The sensor's position comes back with the click, so sensors in one place are told apart; a click on
    another map (its place is not that sensor's) is none.
    """
    drawing = (click or {}).get("last_active_drawing")
    if not isinstance(drawing, Mapping):
        return None
    properties, geometry = drawing.get("properties"), drawing.get("geometry")
    if not isinstance(properties, Mapping) or not isinstance(geometry, Mapping):
        return None
    sensor, place = properties.get("sensor"), geometry.get("coordinates")
    if not isinstance(sensor, int) or not 0 <= sensor < len(latitude) or not isinstance(place, Sequence):
        return None
    if geometry.get("type") != "Point" or len(place) < 2:
        return None
    if not all(isinstance(degrees, (int, float)) for degrees in place[:2]):
        return None
    expected = (float(longitude[sensor]), float(latitude[sensor]))
    return sensor if np.allclose(place[:2], expected, rtol=0, atol=1e-5) else None


def hit_pair(click: Mapping[str, Any] | None, sensors: int) -> tuple[int, int] | None:
    """Which two sensors the edge joins that was clicked last; None where it was no edge.

    >>> hit_pair({"last_active_drawing": {"properties": {"ends": [0, 2]}, "geometry": {"type": "LineString"}}}, 3)
    (0, 2)
    """
    drawing = (click or {}).get("last_active_drawing")
    properties = drawing.get("properties") if isinstance(drawing, Mapping) else None
    ends = properties.get("ends") if isinstance(properties, Mapping) else None
    if not isinstance(ends, Sequence) or len(ends) != 2:
        return None
    if not all(isinstance(end, int) and 0 <= end < sensors for end in ends):
        return None
    return ends[0], ends[1]


def _places(
    latitude: NDArray[Any], longitude: NDArray[Any], ids: Sequence[str], colours: Any, edges: Sequence[Edges]
) -> NDArray[np.float64]:
    """Checked (N, 2) longitudes and latitudes, as GeoJSON orders them; six decimals are a decimetre."""
    places = np.column_stack([np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)])
    if not len(places) or len(ids) != len(places):
        raise ValueError(f"a map needs a place for each of at least one sensor, got {len(places)} for {len(ids)}")
    if not np.isfinite(places).all():
        lost = int(np.flatnonzero(~np.isfinite(places).all(axis=1))[0])
        raise ValueError(f"places must be finite, got none for sensor {lost}: layout() makes some from the road graph")
    own = [colours] if isinstance(colours, str) else colours
    for colour in (*own, *(one.colour for one in edges)):
        if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
            raise ValueError(f"a colour must be written #rrggbb, got {colour!r}")
    if not isinstance(colours, str) and len(colours) != len(places):
        raise ValueError(f"colours must be one or {len(places)}, got {len(colours)}")
    return places.round(6)


def _plane_zoom(size: NDArray[np.float64]) -> int:
    """The zoom at which a plane of this size is some 2,000 pixels wide: 2 ** zoom pixels are one unit."""
    widest = float(size.max())
    return int(np.ceil(np.log2(2000 / widest))) if widest > 0 else 4


def _drawn(edges: Edges, places: NDArray[np.float64], names: list[str], *, interactive: bool) -> tuple[Lines, str]:
    kept, left_out = capped(edges)
    pairs = np.asarray(kept.pairs, dtype=int).reshape(-1, 2)
    rows: list[list[Any]] = pairs.tolist()
    if kept.weight is None:
        for row in rows:
            row.append(1.2 if edges.dashed else 2)
    else:
        size = np.abs(np.asarray(kept.weight, dtype=float))
        low, span = (size.min(), np.ptp(size)) if len(size) else (0.0, 0.0)
        share = (size - low) / span if span > 0 else np.full(len(size), 0.3)
        widths = edges.least + (edges.most - edges.least) * share
        for row, width, weight in zip(rows, widths.round(1).tolist(), kept.weight, strict=True):
            row += [width, digits(float(weight))]
    lines = Lines(
        {
            "rows": rows,
            "places": places.tolist(),
            "names": names if interactive else [],
            "name": safe(edges.name),
            "colour": edges.colour,
            "dash": "4 5" if edges.dashed else None,
            "opacity": edges.opacity if interactive else 0.6,
            "interactive": interactive,
        }
    )
    return lines, _line(edges, len(rows), left_out)


def _said(name: str, more: str) -> str:
    lines = [safe(line, 80) for line in more.split("\n") if line.strip()]
    return "<br>".join([f"<b>{name}</b>", *lines])


def _line(edges: Edges, drawn: int, left_out: int) -> str:
    dash = ' stroke-dasharray="4 3"' if edges.dashed else ""
    stroke = f'stroke="{edges.colour}" stroke-width="{2 if edges.dashed else 3}"{dash}'
    mark = f'<line x1="0" y1="5" x2="22" y2="5" {stroke}/>'
    more = f" (strongest; {left_out:,} more not drawn)" if left_out else ""
    return f'<div><svg width="22" height="10">{mark}</svg><span>{safe(edges.name)}: {drawn:,}{more}</span></div>'


def _dot(colour: str, meaning: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"a colour must be written #rrggbb, got {colour!r}")
    mark = f'<circle cx="11" cy="6" r="5" fill="{colour}"/>'
    return f'<div><svg width="22" height="12">{mark}</svg><span>{safe(meaning)}</span></div>'
