"""One tab of a browser as a test sees it: what is on the page, and everything that went wrong."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.app.conftest import QUESTIONS, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

SCREENSHOTS = ROOT / "screenshots"
WITH_FIGURES = ("overview", "heads", "spectrum", "communities", "forecast")
WITH_A_MAP = ("spectrum", "communities", "map", "forecast")
WAIT = 120_000
POINTS = """Object.values(window.map._layers)
    .filter(layer => layer.feature && layer.feature.geometry && layer.feature.geometry.type === 'Point')"""
INK = """() => [...document.querySelectorAll('canvas')].reduce((ink, canvas) => {
    const cells = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let k = 3; k < cells.length; k += 4) { if (cells[k] > 0) { ink += 1; } }
    return ink;
}, 0)"""


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
                    && !document.querySelector('[data-stale="true"]')
                    && [...document.querySelectorAll('.topolens-plot')].every(box => box.shown === box.wanted);
            }""",
            timeout=WAIT,
        )
        return self

    def open(self, query: str = "?v=1", path: str = "") -> "Seen":
        """The first page. Without any query the first steps are shown, a moment after the page itself."""
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

    def still_map(self) -> "Frame":
        """The same, once it has stopped to fit itself into its room."""
        frame, view = self.map(), "() => { const b = window.map.getBounds(); return b.toBBoxString(); }"
        before = ""
        while before != (now := frame.evaluate(view)):
            before = now
            self.page.wait_for_timeout(300)
        return frame

    def nodes(self) -> int:
        """The sensors on the map, once there are any."""
        return int(self.map().evaluate(f"() => ({POINTS}).length"))

    def figures(self) -> list[str]:
        """What the figures of the page show, as Plotly has it."""
        found: list[str] = self.page.evaluate(
            "() => [...document.querySelectorAll('.js-plotly-plot')].map(p => JSON.stringify(p.data).slice(0, 20000))"
        )
        return found

    def figure(self, key: str) -> "Locator":
        """The figure of that key, once it is drawn."""
        figure = self.page.locator(f".st-key-{key.replace(' ', '-')} .js-plotly-plot")
        figure.locator(".main-svg").first.wait_for(timeout=WAIT)
        return figure

    def click_at(self, key: str, x: float | str, y: float | str) -> None:
        """Click where the axes of a figure say x and y: numbers, places of categories, or times."""
        figure = self.figure(key)
        figure.scroll_into_view_if_needed()
        spot = figure.evaluate(
            """(box, at) => {
                const layout = box._fullLayout, edge = box.getBoundingClientRect();
                const x = layout.xaxis.d2p(at[0]), y = layout.yaxis.d2p(at[1]);
                return [edge.x + layout.xaxis._offset + x, edge.y + layout.yaxis._offset + y];
            }""",
            [x, y],
        )
        self.page.mouse.move(spot[0] - 1, spot[1])
        self.page.mouse.click(*spot)

    def click_row(self, name: str, row: int) -> None:
        """Choose a row of a table, by the box before it."""
        table = self.page.locator(f".st-key-rows-{name} canvas").first
        table.wait_for(timeout=WAIT)
        table.scroll_into_view_if_needed()
        box = table.bounding_box()
        assert box
        self.page.mouse.click(box["x"] + 16, box["y"] + 35 * (row + 1) + 17)

    def asks(self, text: str) -> "Seen":
        """The address holds that text, and the page has been drawn for it."""
        there = "text => decodeURIComponent(location.search).includes(text)"
        self.page.wait_for_function(there, arg=text, timeout=WAIT)
        return self.settled()

    def marks(self, key: str) -> int:
        """How many strokes of a figure stand for what is selected."""
        count = "box => (box.layout.shapes || []).filter(shape => shape.name === 'chosen').length"
        before, now = -1, int(self.figure(key).evaluate(count))
        while before != now:  # what the script sent may not have reached the figure yet
            self.page.wait_for_timeout(400)
            before, now = now, int(self.figure(key).evaluate(count))
        return now

    def quiet(self) -> None:
        """Nothing failed, nothing was asked of another host, no traceback is shown."""
        assert self.wrong == []
        assert self.page.get_by_test_id("stException").count() == 0
