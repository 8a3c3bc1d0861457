"""The app in a real browser, every outside host blocked: what is asked for, what is drawn, what a click does.

Pages are opened by the links in the sidebar. (Opened by its own address, a page makes Streamlit look for its server
beneath that address first, and the browser notes two failed requests that mean nothing.)
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.browser.seen import INK, POINTS, SCREENSHOTS, WAIT, WITH_A_MAP, Seen
from tests.app.conftest import HOSTILE, PAGES, N

pytestmark = pytest.mark.browser

CITY, LOS_LOOP = 120, 207


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 800])
def test_each_page_opens_on_the_demo_and_is_photographed(
    demo: str, look: Callable[..., Seen], width: int, theme: str
) -> None:
    seen = look(demo, width, theme).open()
    assert "· demo city" in seen.page.locator(".st-key-control-run input").input_value()
    SCREENSHOTS.mkdir(exist_ok=True)
    for name in PAGES:
        seen.turn(name)
        if name in WITH_A_MAP:
            assert seen.nodes() == CITY
        height = seen.page.evaluate(
            "() => document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight"
        )
        seen.page.set_viewport_size({"width": width, "height": min(height + 60, 5000)})
        seen.page.wait_for_timeout(400)  # figures and map take the new size
        seen.page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png")
        seen.page.set_viewport_size({"width": width, "height": 1000})
        wide = seen.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is wider than the window"
    seen.quiet()


def test_each_page_opens_on_los_loop(
    serve: Callable[[Path], str], los_loop_run: Path, look: Callable[..., Seen]
) -> None:
    seen = look(serve(los_loop_run.parent)).open(f"?run={los_loop_run.name}")
    SCREENSHOTS.mkdir(exist_ok=True)
    for name in PAGES:
        seen.turn(name)
        if name in WITH_A_MAP:
            assert seen.nodes() == LOS_LOOP
        seen.page.screenshot(path=SCREENSHOTS / f"{name}-los-loop.png")
        assert f"run={los_loop_run.name}" in seen.page.url
    seen.quiet()


def test_the_map_draws_its_nodes_without_a_network(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("map")
    assert seen.nodes() == CITY
    assert seen.map().evaluate(INK) > 5_000
    seen.quiet()


def test_a_changed_head_changes_the_figures_and_the_link(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("heads")
    before = seen.figures()
    head = seen.page.locator(".st-key-control-head input")
    head.scroll_into_view_if_needed()   # a list closes when the sidebar is scrolled, so not in the same moment
    seen.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    head.click()
    seen.page.get_by_role("option").first.wait_for(timeout=WAIT)
    options = seen.page.get_by_role("option").all_inner_texts()
    seen.page.get_by_role("option", name=options[1], exact=True).click()
    seen.page.wait_for_function(f"() => location.search.includes({options[1].replace(' ', '+')!r})", timeout=WAIT)
    seen.settled()
    seen.page.wait_for_function(
        "before => JSON.stringify(document.querySelector('.js-plotly-plot').data).slice(0, 20000) !== before",
        arg=before[0],
        timeout=WAIT,
    )
    seen.quiet()


def test_a_clicked_sensor_shows_whom_it_hears_and_the_map_keeps_its_view(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open()
    seen.page.set_viewport_size({"width": 1400, "height": 1300})  # a map that is seen in part moves when it is clicked
    frame = seen.turn("map").still_map()
    frame.evaluate("() => { window.map.setZoom(window.map.getZoom() + 1, {animate: false}); }")
    view = (
        "() => { const c = window.map.getCenter(); return [c.lat.toFixed(5), c.lng.toFixed(5), window.map.getZoom()]; }"
    )
    before = frame.evaluate(view)
    spot = frame.evaluate(
        f"""() => {{
            const size = window.map.getSize();
            const near = ({POINTS}).map(l => window.map.latLngToContainerPoint(l.getLatLng()))
                .filter(p => p.x > 80 && p.y > 120 && p.x < size.x - 260 && p.y < size.y - 160);
            return [near[0].x, near[0].y];
        }}"""
    )
    frame.locator(".leaflet-container").click(position={"x": spot[0], "y": spot[1]})
    seen.page.get_by_text("Whom does this sensor hear?").wait_for(timeout=WAIT)
    seen.settled()
    assert "sensor=" in seen.page.url
    assert seen.map().evaluate(view) == before
    slider = seen.page.locator(".st-key-control-share").get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    seen.page.wait_for_function("() => location.search.includes('share=0.025')", timeout=WAIT)
    seen.settled()
    assert seen.map().evaluate(view) == before
    assert seen.nodes() == CITY
    seen.quiet()


def test_a_clicked_bar_and_a_clicked_dot_choose_the_mode(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open().turn("spectrum")
    bar = seen.page.locator(".st-key-eigenvalues .bars .point").nth(4).bounding_box()
    assert bar
    seen.page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    seen.page.wait_for_function("() => location.search.includes('mode=5')", timeout=WAIT)
    seen.settled()
    assert seen.page.get_by_text("Every sensor in mode 5").count() == 1
    seen.page.wait_for_selector(".st-key-localised .scatterlayer .point", timeout=WAIT)
    dot = seen.page.locator(".st-key-localised .scatterlayer .trace").first.locator(".point").nth(0).bounding_box()
    assert dot
    seen.page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    seen.page.wait_for_function("() => !location.search.includes('mode=')", timeout=WAIT)  # mode 1 is the default
    seen.quiet()


def test_a_link_gives_the_same_view_in_a_fresh_session_and_back_undoes(demo: str, look: Callable[..., Seen]) -> None:
    first = look(demo).open().turn("spectrum")
    first.page.get_by_text("road graph", exact=True).click()
    first.page.wait_for_function("() => location.search.includes('energy=road')", timeout=WAIT)
    first.settled()
    query = first.page.evaluate("() => location.search")
    second = look(demo).open(query).turn("spectrum")
    assert "energy=road" in second.page.url
    first.page.go_back()
    first.page.wait_for_function("() => !location.search.includes('energy=road')", timeout=WAIT)
    chosen = first.page.locator(".st-key-control-energy [aria-checked=true]")
    chosen.get_by_text("learned graph", exact=True).wait_for(timeout=WAIT)
    first.quiet()
    second.quiet()


def test_no_name_of_a_sensor_runs_on_any_page(demo: str, look: Callable[..., Seen]) -> None:
    from urllib.parse import urlencode

    query = urlencode([("run", "hostile"), *(("sensor", HOSTILE[k]) for k in (0, 1, 12))])
    seen = look(demo).open(f"?{query}")
    for name in PAGES:
        seen.turn(name)
        if name in WITH_A_MAP:
            assert seen.nodes() == N
        for frame in seen.page.frames:
            assert frame.evaluate("() => window.hit") is None
        assert seen.page.locator("img[src=x], a[href*=example]").count() == 0
    seen.quiet()


def test_data_without_coordinates_get_a_layout_and_the_page_says_so(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open("?run=layout").turn("map")
    assert seen.nodes() == N
    assert seen.page.get_by_text("this is a layout of the road graph").count() == 1
    seen.quiet()


def test_a_table_is_unfolded_and_downloaded_with_its_formulas_disarmed(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open("?run=hostile").turn("heads")
    seen.page.get_by_text("Every sensor", exact=True).click()
    button = seen.page.locator(".st-key-csv-sensors").get_by_role("button")
    button.wait_for(timeout=WAIT)
    assert seen.page.get_by_role("button", name="Download as CSV").count() == 0, "the table's own is not guarded"
    with seen.page.expect_download(timeout=WAIT) as download:
        button.click()
    assert download.value.suggested_filename == "topolens-hostile-sensors.csv"
    text = Path(download.value.path()).read_text()
    assert text.startswith("sensor,effective neighbours")
    assert "\n'=HYPERLINK('x')," in text
    assert "\n=" not in text
    seen.quiet()


def test_a_page_that_does_not_exist_opens_the_first(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open(path="%3Cscript%3E", query="?run=%00&head=../..&mode=1e9")
    assert seen.page.get_by_text("Page not found").count() == 1
    assert seen.page.locator("h1").inner_text() == "What did the model learn, and what is it worth?"
    assert seen.page.get_by_test_id("stException").count() == 0
