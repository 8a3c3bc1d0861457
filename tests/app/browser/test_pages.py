"""The app in a real browser, every outside host blocked: what is asked for, what is drawn, what a click does.

Pages are opened by the links in the sidebar. (Opened by its own address, a page makes Streamlit look for its server
beneath that address first, and the browser notes two failed requests that mean nothing.)
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.conftest import HOSTILE, PAGES, QUESTIONS, ROOT, N, made_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = pytest.mark.browser

SCREENSHOTS = ROOT / "screenshots"
WITH_FIGURES = ("overview", "heads", "spectrum", "communities", "forecast")
WITH_A_MAP = ("spectrum", "communities", "map", "forecast")
CITY, LOS_LOOP = 120, 207
WAIT = 60_000


@dataclass
class Seen:
    """One tab of a browser, and everything it complained about."""

    page: "Page"
    url: str
    wrong: list[str] = field(default_factory=list)

    def settled(self) -> "Seen":
        """The page has run to its end and nothing on it is from before."""
        self.page.wait_for_function(
            """() => {
                const app = document.querySelector('[data-testid="stApp"]');
                return app && app.getAttribute('data-test-script-state') === 'notRunning'
                    && !document.querySelector('[data-stale="true"]');
            }""",
            timeout=WAIT,
        )
        return self

    def open(self, query: str = "", path: str = "") -> "Seen":
        self.page.goto(f"{self.url}/{path}{query}")
        self.page.wait_for_selector("h1", timeout=WAIT)
        return self.settled()

    def turn(self, name: str) -> "Seen":
        """Another page, by its link in the sidebar, until its figures and its map are drawn."""
        self.page.get_by_test_id("stSidebarNavLink").get_by_text(name.capitalize(), exact=True).click()
        self.page.locator("h1").get_by_text(QUESTIONS[name], exact=True).wait_for(timeout=WAIT)
        self.settled()
        if name in WITH_FIGURES:
            self.page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
        if name in WITH_A_MAP:
            self.nodes()
        return self

    def map(self) -> "Frame":
        """The frame of the page's map, once Leaflet has drawn the sensors."""
        from playwright.sync_api import Error

        deadline = time.monotonic() + WAIT / 1000
        while time.monotonic() < deadline:
            for frame in self.page.frames:
                try:
                    if "streamlit_folium" in frame.url and frame.evaluate(f"() => window.map && ({POINTS}).length > 0"):
                        return frame
                except Error:  # the frame of the page before, on its way out
                    continue
            self.page.wait_for_timeout(50)
        raise AssertionError("the map was not drawn")

    def nodes(self) -> int:
        """The sensors on the map, once there are any."""
        return int(self.map().evaluate(f"() => ({POINTS}).length"))

    def figures(self) -> list[str]:
        """What the figures of the page show, as Plotly has it."""
        found: list[str] = self.page.evaluate(
            "() => [...document.querySelectorAll('.js-plotly-plot')].map(p => JSON.stringify(p.data).slice(0, 20000))"
        )
        return found

    def quiet(self) -> None:
        """Nothing failed, nothing was asked of another host, no traceback is shown."""
        assert self.wrong == []
        assert self.page.get_by_test_id("stException").count() == 0


POINTS = """Object.values(window.map._layers)
    .filter(layer => layer.feature && layer.feature.geometry && layer.feature.geometry.type === 'Point')"""
INK = """() => [...document.querySelectorAll('canvas')].reduce((ink, canvas) => {
    const cells = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let k = 3; k < cells.length; k += 4) { if (cells[k] > 0) { ink += 1; } }
    return ink;
}, 0)"""


@pytest.fixture(scope="module")
def odd_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs made by hand: one with hostile names, one without coordinates."""
    folder = tmp_path_factory.mktemp("odd")
    made_run(folder / "hostile", hostile=True)
    made_run(folder / "layout", coordinates=False)
    return folder


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Starts the app as a user does, with that folder of runs; gives its address."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(runs: Path) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.headless=true",
                   f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]  # fmt: skip
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "TOPOLENS_RUNS": str(runs)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        servers.append(server)
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health"):
                    return url
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the app ended before it answered"
                time.sleep(0.1)
        raise AssertionError("the app did not answer")

    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def demo(serve: Callable[[Path], str], odd_runs: Path) -> str:
    """The app with the demo and the odd runs."""
    return serve(odd_runs)


@pytest.fixture
def look(browser: "Browser") -> Iterator[Callable[..., Seen]]:
    """Opens a tab of its own that may ask nobody but the app."""
    contexts = []

    def tab(url: str, width: int = 1400, theme: str = "light") -> Seen:
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
        contexts.append(context)
        seen = Seen(context.new_page(), url)

        def route(asked: Any) -> None:
            if asked.request.url.startswith((url, "data:", "blob:")):
                asked.continue_()
            else:
                seen.wrong.append(f"asked another host: {asked.request.url}")
                asked.abort()

        context.route("**/*", route)
        seen.page.on("requestfailed", lambda asked: seen.wrong.append(f"failed: {asked.url} {asked.failure}"))
        seen.page.on("response", lambda got: got.status >= 400 and seen.wrong.append(f"{got.status}: {got.url}"))
        seen.page.on("console", lambda said: said.type == "error" and seen.wrong.append(f"console: {said.text}"))
        seen.page.on("pageerror", lambda error: seen.wrong.append(f"error: {error}"))
        return seen

    yield tab
    for context in contexts:
        context.close()


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
    head.click()
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
    seen = look(demo).open().turn("map")
    frame = seen.map()
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
