"""One selection on every page: what is clicked in one figure is marked in all, and stands in the link."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from tests.app.browser.seen import POINTS, WAIT, Seen

pytestmark = pytest.mark.browser

RINGS = """() => Object.values(window.map._layers)
    .filter(l => !l.options.fill && l.options.weight === 3 && l._radius).length"""
RANGE = "box => [...box.layout.xaxis.range, ...box.layout.yaxis.range].map(at => Math.round(at * 100))"
CHOSEN_LINE = """() => Object.values(window.map._layers)
    .filter(l => l.feature && l.feature.geometry.type === 'LineString' && l.options.weight > 2
        && ['#1f2937', '#e5e7eb'].includes(l.options.color)).length"""


def query(seen: Seen) -> dict[str, list[str]]:
    return parse_qs(urlparse(seen.page.url).query)


def test_a_bright_cell_leads_to_the_map_to_the_forecasts_and_to_a_link(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("heads")
    assert seen.marks("matrix") == 0
    names = seen.figure("matrix").evaluate("box => [box.data[0].y[3], box.data[0].x[40]]")
    seen.click_at("matrix", 40, 3)
    seen.asks("pair=")
    assert query(seen)["pair"] == names, "receiver first, then sender"
    assert seen.marks("matrix") >= 2
    assert seen.page.get_by_text("In the mean of the heads,").count() >= 1
    seen.turn("map")
    assert seen.map().evaluate(RINGS) == 2
    seen.page.get_by_text("What is between these two?").wait_for(timeout=WAIT)
    seen.turn("forecast")
    titles = seen.page.evaluate(
        "() => [...document.querySelectorAll('.js-plotly-plot')].map(box => box.layout.title?.text || '')"
    )
    assert [title.split(",")[0] for title in titles if "minutes ahead" in title] == names
    other = look(demo).open(urlparse(seen.page.url).query.join(["?", ""])).turn("heads")
    assert query(other)["pair"] == names
    assert other.marks("matrix") == 6
    other.page.get_by_role("button", name="Clear selection").click()
    other.page.wait_for_function("() => !location.search.includes('pair=')", timeout=WAIT)
    other.settled()
    assert other.marks("matrix") == 0
    seen.quiet()
    other.quiet()


def test_the_matrix_keeps_its_zoom_when_a_cell_is_chosen(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("heads")
    box = seen.figure("matrix").locator(".nsewdrag").first.bounding_box()
    assert box
    whole = seen.figure("matrix").evaluate(RANGE)
    seen.page.mouse.move(box["x"] + 60, box["y"] + 60)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + 160, box["y"] + 160, steps=4)
    seen.page.mouse.up()
    seen.page.wait_for_timeout(1500)  # a click too soon after it would be a double click, which returns to the whole
    closer = seen.figure("matrix").evaluate(RANGE)
    assert closer != whole
    seen.page.mouse.click(box["x"] + 100, box["y"] + 120)
    seen.asks("pair=")
    assert seen.marks("matrix") > 0
    assert seen.figure("matrix").evaluate(RANGE) == closer
    seen.page.get_by_text("position", exact=True).click()
    seen.asks("order=position")
    seen.page.wait_for_function(
        "() => document.querySelector('.st-key-matrix .js-plotly-plot').layout.xaxis.autorange === true", timeout=WAIT
    )
    seen.quiet()


def test_a_line_of_the_map_and_a_row_of_a_table_choose_a_pair(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open()
    seen.page.set_viewport_size({"width": 1400, "height": 1300})  # a map that is seen in part moves when it is clicked
    frame = seen.turn("map").still_map()
    spot = frame.evaluate(
        """() => {
            const free = Object.values(window.map._layers).filter(l => l.feature
                && l.feature.geometry.type === 'LineString' && l.options.interactive && !l.options.dashArray);
            const points = free.map(l => l.getLatLngs().map(p => window.map.latLngToContainerPoint(p)));
            const nodes = """
        + POINTS
        + """.map(l => window.map.latLngToContainerPoint(l.getLatLng()));
            for (const [a, b] of points) {
                const m = {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2};
                if (nodes.every(n => Math.hypot(n.x - m.x, n.y - m.y) > 12)) { return [m.x, m.y]; }
            }
        }"""
    )
    frame.locator(".leaflet-container").click(position={"x": spot[0], "y": spot[1]})
    seen.asks("pair=")
    seen.page.get_by_text("What is between these two?").wait_for(timeout=WAIT)
    assert seen.map().evaluate(CHOSEN_LINE) == 1
    seen.turn("heads")
    before = query(seen)["pair"]
    seen.click_row("pairs", 3)
    seen.page.wait_for_function(
        "before => !location.search.includes(before)", arg=f"pair={before[0]}&pair={before[1]}", timeout=WAIT
    )
    seen.settled()
    assert query(seen)["pair"] != before
    assert seen.marks("matrix") >= 6
    seen.quiet()


def test_a_row_of_a_folded_table_is_shown_by_the_rest_of_the_page(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("spectrum")
    seen.page.get_by_text("Every mode", exact=True).click()
    seen.click_row("modes", 4)
    seen.asks("mode=5")
    seen.page.get_by_text("Every sensor in mode 5").wait_for(timeout=WAIT)
    seen.quiet()


def test_a_community_is_chosen_by_its_sensor_on_the_map_and_marked_on_every_page(
    demo: str, look: Callable[..., Seen]
) -> None:
    seen = look(demo).open().turn("communities")
    seen.click_at("confusion", 0, 1)
    seen.asks("community=2")
    faded = f"() => ({POINTS}).filter(l => l.options.fillOpacity < 1).length"
    outside = seen.map().evaluate(faded)
    assert 0 < outside < 120
    seen.turn("map")
    assert seen.map().evaluate(faded) == outside
    seen.turn("spectrum")
    opacity = seen.figure("vector").evaluate(
        "box => Array.from(box._fullData[0].marker.opacity).filter(o => o < 1).length"
    )
    assert opacity == outside
    seen.turn("heads")
    assert seen.marks("matrix") >= 4
    seen.quiet()


def test_a_click_on_a_curve_looks_at_that_time_everywhere(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("forecast")
    curve = next(
        key for key in seen.page.evaluate(
            "() => [...document.querySelectorAll('[class*=st-key-curve]')].map(box => box.className)"
        )
    )  # fmt: skip
    key = next(part for part in curve.split() if part.startswith("st-key-curve")).removeprefix("st-key-")
    at = seen.figure(key).evaluate("box => { const c = box.calcdata[0][200]; return [c.x, c.y]; }")
    seen.click_at(key, *at)
    seen.asks("time=2024-")
    seen.page.get_by_text("Where was it wrong then?").wait_for(timeout=WAIT)
    assert seen.marks(key) == 1
    seen.quiet()


def test_bars_and_errors_by_time_ahead_choose_sensor_and_step(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("forecast")
    worst = seen.figure("by sensor").evaluate("box => [box.data[0].x[5], box._fullData[0].y[5] / 2]")
    seen.click_at("by sensor", 5, worst[1])
    seen.asks(f"sensor={worst[0]}")
    first = seen.figure("by horizon").evaluate("box => [box.calcdata[0][1].x, box.calcdata[0][1].y]")
    seen.click_at("by horizon", *first)
    seen.asks("step=2")
    seen.quiet()


def test_a_figure_is_saved_as_png_and_as_svg(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("heads")
    for form, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        seen.figure("matrix")
        with seen.page.expect_download(timeout=WAIT) as download:
            seen.page.locator(".st-key-matrix").get_by_role("button", name=form).click()
        assert download.value.suggested_filename == f"topolens-demo-intergat-plus-matrix.{form.lower()}"
        assert Path(download.value.path()).read_bytes().startswith(start)
    seen.quiet()


def test_the_link_is_copied_from_every_page(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open()
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo)
    seen.turn("map")
    seen.page.get_by_role("button", name="Copy link").click()
    seen.page.get_by_role("button", name="Link copied").wait_for(timeout=WAIT)
    assert seen.page.evaluate("() => navigator.clipboard.readText()") == seen.page.url
    assert "/map?" in seen.page.url
    seen.quiet()


def test_a_hostile_link_opens_what_exists_and_says_so_once(demo: str, look: Callable[..., Seen]) -> None:
    hostile = "?run=<img src=x onerror=window.hit=1>&head=-3&pair=a&pair=%00&community=99999&time=<b>&share=1e9&mode=-1"
    seen = look(demo).open(hostile)
    seen.page.get_by_text("The link asks for what is not here").wait_for(timeout=WAIT)
    assert seen.page.get_by_test_id("stToast").count() == 1
    assert query(seen)["run"] == ["demo/intergat-plus"]
    assert not {"pair", "community", "time", "mode"} & set(query(seen))
    seen.turn("heads")
    assert seen.page.evaluate("() => window.hit") is None
    long = look(demo).open(f"?run=demo/intergat-plus&head={'x' * 30_000}")
    assert query(long)["head"] == ["mean"]
    seen.quiet()
    long.quiet()


def test_a_figure_that_cannot_be_drawn_says_so(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo)
    seen.page.route("**/plotly.min.js", lambda asked: asked.abort())
    seen.page.goto(f"{demo}/heads")
    seen.page.get_by_text("This figure could not be drawn: plotly.min.js was not served").first.wait_for(timeout=WAIT)
    assert seen.page.get_by_test_id("stException").count() == 0
