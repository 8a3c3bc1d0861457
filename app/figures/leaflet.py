"""A folium map that needs no network, and the few layers that Topolens draws on it.

folium loads Leaflet and nine other files from the network: without one the map has no height and nobody is
told. `OfflineMap` asks for Leaflet alone, from the machine that serves the app. The layers write their data
once, as compact tables that the browser unfolds: a threshold slider sends them anew at every step.

Everything written here is read three times: by folium as a template, by the browser as JavaScript, and, where
it is a text, by Leaflet as HTML. So texts must have gone through ``safe``, and no two braces may meet.
"""

import json
from typing import Any, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.map import Layer
from folium.template import Template
from folium.utilities import JsCode

from app.figures.colours import OBSERVED, Theme

STATIC = "../../app/static"
"""Where Streamlit serves the folder ``static`` beside the app's entry, seen from a map's frame, which it serves at
``component/<name>/``: relative, so that it holds under any base path and behind any proxy."""


class OfflineMap(folium.Map):
    """A `folium.Map` that loads Leaflet from ``static`` and nothing else, in the page's light or dark theme."""

    default_js = [("leaflet", f"{STATIC}/leaflet.js")]  # noqa: RUF012  folium declares it as a list
    default_css = [("leaflet_css", f"{STATIC}/leaflet.css")]  # noqa: RUF012

    def __init__(self, *, theme: Theme = "light", static: str = STATIC, **options: Any) -> None:
        super().__init__(
            tiles=None,
            prefer_canvas=True,
            font_size="13px",
            **options,
        )
        # a thin line need not be hit exactly
        cast(dict[str, Any], self.options)["renderer"] = JsCode("L.canvas({tolerance: 3, padding: 0.5})")
        self.default_js = [("leaflet", f"{static}/leaflet.js")]
        self.default_css = [("leaflet_css", f"{static}/leaflet.css")]
        self.theme = theme
        cast(Figure, self.get_root()).header.add_child(Element(f"<style>{_CSS}</style>"), name="topolens_style")


class View(MacroElement):
    """What is set once on a map: its theme, the scale bar, and the area that is seen at first."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map, d) {
            L.DomUtil.addClass(map.getContainer(), "topolens-" + d.theme);
            if (map.attributionControl) { map.attributionControl.setPrefix(false); }
            if (d.scale) { L.control.scale({imperial: false, maxWidth: 110, position: "topright"}).addTo(map); }
            function fit() {
                if (map.getSize().x > 0) {
                    map.fitBounds(d.bounds, {padding: [22, 22], maxZoom: d.zoom, animate: false});
                } else {
                    map.once("resize", fit);
                }
            }
            fit();
        })({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, bounds: list[list[float]], *, theme: Theme, scale: bool, zoom: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "View"
        self.data = written({"bounds": bounds, "theme": theme, "scale": scale, "zoom": zoom})


class Lines(Layer):
    """One class of edges as one GeoJSON layer: ``rows`` of (end, end, width[, weight in words])."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = (function (d) {
            var features = d.rows.map(function (r) {
                var ends = {type: "LineString", coordinates: [d.places[r[0]], d.places[r[1]]] };
                var known = {ends: [r[0], r[1]], width: r[2], weight: r[3]};
                return {type: "Feature", properties: known, geometry: ends};
            });
            return L.geoJson(features, {
                interactive: d.interactive,
                style: function (f) {
                    return {color: d.colour, weight: f.properties.width, opacity: d.opacity, dashArray: d.dash};
                },
                onEachFeature: function (f, line) {
                    if (!d.interactive) { return; }
                    var p = f.properties, text = d.names[p.ends[0]] + " – " + d.names[p.ends[1]];
                    text += "<br>" + d.name + (p.weight ? ": " + p.weight : "");
                    line.bindTooltip(text, {sticky: true});
                }
            });
        })({{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(name="edges", overlay=True, control=False)
        self._name = "Lines"
        self.rows = data["rows"]
        self.data = written(data)


class Points(Layer):
    """The sensors as one GeoJSON layer of circles; a click returns ``properties.sensor``, its position."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = (function (d) {
            var group = L.featureGroup();
            var features = d.places.map(function (place, k) {
                return {type: "Feature", properties: {sensor: k}, geometry: {type: "Point", coordinates: place} };
            });
            group.addLayer(L.geoJson(features, {
                pointToLayer: function (f, place) {
                    return L.circleMarker(place, {
                        radius: d.radius, fillColor: d.colours[f.properties.sensor],
                        fillOpacity: d.faded[f.properties.sensor] ? 0.25 : 1,
                        color: d.outline, weight: 1, opacity: d.faded[f.properties.sensor] ? 0.2 : d.outline_opacity
                    });
                },
                onEachFeature: function (f, circle) { circle.bindTooltip(d.tooltips[f.properties.sensor]); }
            }));
            d.numbers.forEach(function (text, k) {
                var icon = L.divIcon({className: "topolens-number", html: text, iconSize: [20, 12]});
                group.addLayer(L.marker([d.places[k][1], d.places[k][0]], {icon: icon, interactive: false}));
            });
            d.selected.forEach(function (k) {
                group.addLayer(L.circleMarker([d.places[k][1], d.places[k][0]], {
                    radius: d.radius + 5, color: d.outline, weight: 3, fill: false, interactive: false
                }));
            });
            return group;
        })({{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(name="sensors", overlay=True, control=False)
        self._name = "Points"
        self.data = written(data)


class Legend(MacroElement):
    """What the colours mean, in a corner of the map; it comes and goes with the feature group it is in."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (group, d) {
            // streamlit-folium remembers every group it ever added; the old ones are off the map by now
            window.feature_group = [];
            if (!d.rows.length) { return; }
            var control = L.control({position: "bottomright"});
            control.onAdd = function () {
                var box = L.DomUtil.create("div", "topolens-legend");
                box.innerHTML = d.rows.join("");
                L.DomEvent.disableClickPropagation(box);
                return box;
            };
            group.on("add", function (e) { control.addTo(e.target._map); });
            group.on("remove", function () { control.remove(); });
            if (group._map) { control.addTo(group._map); }
        })({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, rows: list[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Legend"
        self.rows = rows
        self.data = written({"rows": rows})


class Streets(Layer):
    """Street tiles from OpenStreetMap: the one thing on a map that needs a network, and only when asked for."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", {
            maxZoom: 19, className: "topolens-tiles",
            attribution: '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'
        });
        {{ this.get_name() }}.on("add", function (e) {
            var map = e.target._map;  // tiles are sharp at whole zooms only
            map.options.zoomSnap = 1;
            map.setZoom(Math.round(map.getZoom()), {animate: false});
        });
        {{ this.get_name() }}.on("remove", function (e) { e.target._mapToAdd = null; });
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__(name="streets", overlay=True, control=False)
        self._name = "Streets"


def written(data: Any) -> str:
    """``data`` as JSON that may stand in a script and in a template: compact, ASCII, without ``<`` or ``{{``."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for piece in ("<", "{{", "{%", "{#"):  # outside texts, JSON has a brace followed by a quote or a brace that closes
        text = text.replace(piece, piece[:-1] + f"\\u{ord(piece[-1]):04x}")
    return text


def _rules(theme: Theme) -> str:
    ink = OBSERVED(theme)
    panel = "rgba(255,255,255,0.88)" if theme == "light" else "rgba(27,30,36,0.92)"
    line = "rgba(128,132,140,0.35)"
    at = f".topolens-{theme}"
    return f"""
    {at}, {at}.leaflet-container {{ background: transparent; color: {ink}; }}
    {at} .leaflet-tooltip, {at} .topolens-legend, {at} .leaflet-bar a, {at} .leaflet-control-scale-line,
    {at} .leaflet-control-attribution {{ background: {panel}; color: {ink}; border-color: {line}; }}
    {at} .leaflet-control-scale-line {{ border-color: {ink}; text-shadow: none; }}
    {at} .leaflet-control-attribution a {{ color: {ink}; }}
    {at} .leaflet-tooltip-top:before {{ border-top-color: {panel}; }}
    {at} .leaflet-tooltip-bottom:before {{ border-bottom-color: {panel}; }}
    {at} .leaflet-tooltip-left:before {{ border-left-color: {panel}; }}
    {at} .leaflet-tooltip-right:before {{ border-right-color: {panel}; }}
    """


_CSS = f"""
    .leaflet-container {{ font-family: "Source Sans", "Source Sans Pro", system-ui, sans-serif; }}
    .leaflet-container:focus {{ outline: none; }}
    .leaflet-container:focus-visible {{ outline: 2px solid currentColor; outline-offset: -2px; }}
    .leaflet-bar, .leaflet-touch .leaflet-bar {{ border: 1px solid rgba(128,132,140,0.35); box-shadow: none; }}
    .leaflet-control-attribution:empty {{ display: none; }}
    .leaflet-tooltip {{ border-width: 1px; border-style: solid; box-shadow: 0 1px 4px rgba(0,0,0,0.25); }}
    .topolens-legend {{ padding: 6px 10px; border: 1px solid; border-radius: 6px; line-height: 1.5;
        max-width: 260px; }}
    @media (max-width: 420px) {{ .topolens-legend {{ font-size: 11px; padding: 3px 6px; max-width: 190px; }} }}
    .topolens-legend div {{ display: flex; align-items: center; gap: 7px; }}
    .topolens-legend svg {{ flex: none; }}
    .topolens-number {{ font-size: 9px; line-height: 12px; font-weight: 700; text-align: center; color: #ffffff;
        text-shadow: 0 0 2px #000000, 0 0 2px #000000; }}
    .topolens-dark .topolens-tiles {{ filter: invert(1) hue-rotate(180deg) brightness(0.85) contrast(0.85); }}
    {_rules("light")}{_rules("dark")}
"""
