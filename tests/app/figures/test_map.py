"""The map: what is drawn in which layer, what changes the base, and which sensor a click means."""

import html
import json
import re

import numpy as np
import pytest

from app.figures.colours import BOTH, LEARNED, ROAD, ROAD_ONLY
from app.figures.leaflet import Legend, Lines, OfflineMap, Points, Streets, written
from app.figures.map import EDGE_CAP, Edges, capped, hit, hit_pair, sensor_map
from app.figures.marks import Marks
from tests.app.figures.test_text import HOSTILE

LATITUDE, LONGITUDE = np.array([48.71, 48.72, 48.74]), np.array([9.11, 9.13, 9.10])
IDS = ["a", "b", "c"]
ONE = Edges("learned, no road", np.array([[0, 2]]), LEARNED, np.array([0.5]))


def drawn(**changes):
    return sensor_map(LATITUDE, LONGITUDE, changes.pop("ids", IDS), **{"colours": "#478ff5", **changes})


def layers(group, kind):
    return [child for child in group._children.values() if isinstance(child, kind)]


def data(layer) -> dict:
    return json.loads(layer.data)


def page(**changes) -> str:
    base, group = drawn(**changes)
    group.add_to(base)
    return base.get_root().render()


def base_script(base: OfflineMap) -> str:
    """What decides whether the map is loaded anew: its script without the random names."""
    root = base.get_root()
    root.render()
    return re.sub(r"_[0-9a-f]{32}", "", root.script.render())


def test_each_class_of_edges_is_one_layer_in_the_group_in_order() -> None:
    road = Edges("road, not learned", np.array([[0, 1], [1, 2]]), ROAD_ONLY, dashed=True)
    both = Edges("learned, on a road", np.zeros((0, 2), dtype=int), BOTH, np.zeros(0))
    _, group = drawn(edges=[road, ONE, both])
    found = [data(layer) for layer in layers(group, Lines)]
    assert [one["colour"] for one in found] == [ROAD_ONLY, LEARNED, BOTH]
    assert [one["dash"] is not None for one in found] == [True, False, False]
    assert found[0]["rows"] == [[0, 1, 1.2], [1, 2, 1.2]]
    assert found[2]["rows"] == []
    kinds = [type(child) for child in group._children.values()]
    assert kinds.index(Points) > max(k for k, kind in enumerate(kinds) if kind is Lines)


def test_a_line_joins_the_places_of_its_two_sensors() -> None:
    _, group = drawn(edges=[ONE])
    lines = data(layers(group, Lines)[0])
    first, second, _, weight = lines["rows"][0]
    assert lines["places"][first] == [9.11, 48.71]  # GeoJSON has the longitude first
    assert lines["places"][second] == [9.10, 48.74]
    assert weight == "0.500"


def test_the_strongest_edge_is_the_widest() -> None:
    edges = Edges("e", np.array([[0, 1], [0, 2], [1, 2]]), LEARNED, np.array([0.1, -0.9, 0.5]))
    widths = [row[2] for row in data(layers(drawn(edges=[edges])[1], Lines)[0])["rows"]]
    assert widths == [1.2, 5.0, 3.1]
    same = Edges("e", np.array([[0, 1], [0, 2]]), LEARNED, np.array([0.3, 0.3]))
    assert len({row[2] for row in data(layers(drawn(edges=[same])[1], Lines)[0])["rows"]}) == 1


def test_roads_lie_in_the_base_beneath_everything_and_take_no_clicks() -> None:
    base, group = drawn(roads=Edges("road", np.array([[0, 1]]), ROAD), edges=[ONE])
    (roads,) = layers(base, Lines)
    assert data(roads)["colour"] == ROAD
    assert data(roads)["interactive"] is False
    assert len(layers(group, Lines)) == 1


def test_a_changed_selection_or_threshold_leaves_the_base_as_it_is() -> None:
    roads = Edges("road", np.array([[0, 1]]), ROAD)
    first = base_script(drawn(roads=roads)[0])
    again = drawn(roads=roads, edges=[ONE], marks=Marks((1,)), colours=["#000000"] * 3, numbers=[1, 2, 3], tiles=True)
    assert base_script(again[0]) == first


@pytest.mark.parametrize("change", [{"theme": "dark"}, {"geographic": False}, {"scale_bar": False}])
def test_another_theme_or_kind_of_place_is_another_base(change: dict) -> None:
    assert base_script(drawn(**change)[0]) != base_script(drawn()[0])


def test_nothing_is_loaded_from_elsewhere() -> None:
    sources = re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)""", page(edges=[ONE], marks=Marks((0,)), numbers=IDS))
    assert sources == ["../../app/static/leaflet.js", "../../app/static/leaflet.css"]
    assert "http" not in page().replace('http-equiv="content-type"', "")


def test_leaflet_can_come_from_another_address() -> None:
    base, _ = drawn(static="/topolens/app/static")
    assert base.default_js == [("leaflet", "/topolens/app/static/leaflet.js")]
    assert OfflineMap.default_js == [("leaflet", "../../app/static/leaflet.js")]


def test_streets_are_asked_for_only_when_switched_on_and_only_on_the_earth() -> None:
    assert not layers(drawn()[1], Streets)
    assert layers(drawn(tiles=True)[1], Streets)
    assert not layers(drawn(tiles=True, geographic=False)[1], Streets)


def test_a_layout_is_a_plain_plane_without_kilometres() -> None:
    sent = page(geographic=False)
    assert "L.CRS.Simple" in sent
    assert '"scale":false' in sent
    assert '"scale":true' in page()


def test_every_sensor_has_its_colour_tooltip_and_number_and_the_selected_ones_a_ring() -> None:
    colours = ["#111111", "#222222", "#333333"]
    _, group = drawn(colours=colours, tooltips=["one\ntwo", "", "<b>"], numbers=[1, "", 12], marks=Marks((2, 0)))
    points = data(layers(group, Points)[0])
    assert points["colours"] == colours
    assert points["tooltips"] == ["<b>a</b><br>one<br>two", "<b>b</b>", "<b>c</b><br>&#60;b&#62;"]
    assert points["numbers"] == ["1", "", "12"]
    assert points["selected"] == [2, 0]
    assert points["faded"] == []
    assert data(layers(drawn(marks=Marks((3,)))[1], Points)[0])["selected"] == []


def test_sensors_outside_the_chosen_community_fade() -> None:
    points = data(layers(drawn(marks=Marks(members=np.array([True, False, True])))[1], Points)[0])
    assert points["faded"] == [0, 1, 0]


@pytest.mark.parametrize("ends", [None, [0], [0, 3], [-1, 1], ["0", 1], [0, 1, 2], "01", [True, None]])
def test_a_click_on_what_is_no_edge_is_no_pair(ends: object) -> None:
    assert hit_pair({"last_active_drawing": {"properties": {"ends": ends}}}, 3) is None
    assert hit_pair(None, 3) is None
    assert hit_pair({"last_active_drawing": {"properties": {"ends": [2, 0]}}}, 3) == (2, 0)


def test_the_legend_counts_what_is_drawn_and_what_is_not() -> None:
    many = Edges("learned, no road", np.tile([0, 1], (EDGE_CAP + 1234, 1)), LEARNED, np.ones(EDGE_CAP + 1234))
    road = Edges("road", np.array([[0, 1]]), ROAD)
    _, group = drawn(edges=[many], roads=road, key=[("#123456", "community <1>")])
    rows = [re.sub(r"<[^>]*>", "", row) for row in data(layers(group, Legend)[0])["rows"]]
    assert rows == [
        "road: 1",
        "learned, no road: 4,000 (strongest; 1,234 more not drawn)",
        "community &#60;1&#62;",
    ]
    assert data(layers(drawn(edges=[ONE], legend=False)[1], Legend)[0])["rows"] == []


def test_a_cap_keeps_the_strongest_in_their_order() -> None:
    weight = np.array([0.1, -0.9, 0.5, 0.9, 0.2])
    edges = Edges("e", np.arange(10).reshape(5, 2), LEARNED, weight)
    kept, left_out = capped(edges, 3)
    assert kept.weight is not None
    assert (kept.weight.tolist(), kept.pairs[:, 0].tolist(), left_out) == ([-0.9, 0.5, 0.9], [2, 4, 6], 2)
    assert capped(edges, 5) == (edges, 0)
    assert capped(Edges("e", edges.pairs, LEARNED), 2)[0].pairs.tolist() == [[0, 1], [2, 3]]


def test_the_group_is_light() -> None:
    n, rng = 228, np.random.default_rng(0)
    pairs = np.argwhere(np.triu(np.ones((n, n)), 1))[:1500]
    ids = [str(400000 + k) for k in range(n)]
    edges = [Edges("e", pairs, LEARNED, rng.random(len(pairs)))]
    _, group = sensor_map(rng.random(n), rng.random(n), ids, colours="#478ff5", edges=edges)
    assert sum(len(layer.data) for layer in group._children.values()) < 100_000


def test_hostile_ids_reach_the_page_as_text() -> None:
    sent = page(ids=[HOSTILE] * 3, tooltips=[HOSTILE] * 3, numbers=["<i>"] * 3, edges=[Edges(HOSTILE, ONE.pairs, BOTH)],
                key=[("#000000", HOSTILE)])  # fmt: skip
    for piece in ("<img", "alert(", "{{7", "${x", "`", "onerror=\\"):
        assert piece not in sent.split("</head>")[1].replace("alert(&", "")
    assert html.unescape("&#123;&#123;7*7&#125;&#125;") in html.unescape(sent)


def test_what_is_written_into_a_script_can_neither_end_it_nor_be_a_template() -> None:
    for text in ("</script>", "<!--", "\u2028"):
        assert text not in written([text])
    for told in ("{{7*7}}", "{% raw %}", "{#", "{{{%", "</script>", [{"%": [{"#": {}}]}], {"a": {"b": {}}}):
        text = written(told)
        assert not re.search(r"\{\{|\{%|\{#|<", text)
        assert json.loads(text) == told
    with pytest.raises(ValueError, match="Out of range float"):
        written(float("nan"))


def click(sensor: object, place: object, kind: str = "Point") -> dict:
    geometry = {"type": kind, "coordinates": place}
    return {"last_active_drawing": {"type": "Feature", "properties": {"sensor": sensor}, "geometry": geometry}}


def test_a_click_names_its_sensor_even_where_two_stand_in_one_place() -> None:
    latitude, longitude = np.array([1.0, 1.0, 2.0]), np.array([5.0, 5.0, 6.0])
    assert [hit(click(k, [5.0, 1.0]), latitude, longitude) for k in (0, 1)] == [0, 1]


@pytest.mark.parametrize(
    "other",
    [
        None,
        {},
        {"last_active_drawing": None},
        {"last_active_drawing": {"properties": {}, "geometry": {"type": "Point", "coordinates": [9.11, 48.71]}}},
        {"last_active_drawing": {"properties": None, "geometry": None}},
        click(0, [[9.11, 48.71], [9.13, 48.72]], "LineString"),
        click(0, [1.0, 2.0]),
        click(0, [9.11]),
        click(0, ["9.11", None]),
        click(3, [9.11, 48.71]),
        click(-1, [9.10, 48.74]),
        click("0", [9.11, 48.71]),
    ],
)
def test_a_click_on_anything_else_names_none(other: dict | None) -> None:
    assert hit(other, LATITUDE, LONGITUDE) is None


def test_a_click_comes_back_with_six_decimals() -> None:
    assert hit(click(0, [9.123457, 48.7]), np.array([48.7]), np.array([9.12345678])) == 0


def test_places_must_be_known() -> None:
    with pytest.raises(ValueError, match=r"places must be finite, got none for sensor 1: layout\(\) makes some"):
        sensor_map(np.array([1.0, np.nan]), np.array([1.0, 2.0]), ["a", "b"], colours="#000000")
    with pytest.raises(ValueError, match="a place for each of at least one sensor, got 0 for 0"):
        sensor_map(np.zeros(0), np.zeros(0), [], colours="#000000")
    with pytest.raises(ValueError, match="got 3 for 2"):
        sensor_map(LATITUDE, LONGITUDE, ["a", "b"], colours="#000000")


@pytest.mark.parametrize("colour", ["red", "#12345", '"><script>', "#12345g"])
def test_a_colour_must_be_one(colour: str) -> None:
    for change in ({"colours": colour}, {"edges": [Edges("e", ONE.pairs, colour)]}, {"key": [(colour, "x")]}):
        with pytest.raises(ValueError, match="a colour must be written #rrggbb"):
            drawn(**change)
    with pytest.raises(ValueError, match="colours must be one or 3, got 2"):
        drawn(colours=["#000000"] * 2)


@pytest.mark.parametrize("geographic", [True, False])
def test_one_sensor_alone_is_drawn(geographic: bool) -> None:
    base, group = sensor_map(np.zeros(1), np.zeros(1), ["a"], colours="#000000", geographic=geographic)
    group.add_to(base)
    assert "L.map" in base.get_root().render()
