"""Leaflet comes from this machine, and the map works in a real browser that can reach nothing else."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures.colours import BOTH, LEARNED, ROAD
from app.figures.frame import CONFIG
from app.figures.map import Edges, hit, sensor_map
from app.figures.marks import Marks
from app.figures.matrix import matrix_heatmap
from app.figures.served import prepare_served
from tests.app.figures.test_text import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

SITE = "http://topolens.test/"
LATITUDE, LONGITUDE = np.array([48.70, 48.72, 48.74]), np.array([9.10, 9.14, 9.10])


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_leaflet_and_plotly_are_put_where_they_are_served(tmp_path: Path) -> None:
    prepare_served(tmp_path / "static")
    found = files(tmp_path / "static")
    assert {"leaflet.js", "leaflet.css", "images/layers.png"} <= set(found)
    assert found["leaflet.js"].startswith(b"/* @preserve")
    assert b"plotly.js v" in found["plotly.min.js"][:100]
    assert (tmp_path / "static" / "leaflet.js").stat().st_mode & 0o444 == 0o444


def test_files_that_are_there_are_left_alone_and_broken_ones_are_replaced(tmp_path: Path) -> None:
    prepare_served(tmp_path)
    whole, before = files(tmp_path), (tmp_path / "leaflet.css").stat().st_mtime_ns
    (tmp_path / "leaflet.js").write_text("half of", encoding="utf-8")
    prepare_served(tmp_path)
    assert files(tmp_path) == whole
    assert (tmp_path / "leaflet.css").stat().st_mtime_ns == before


def test_many_may_prepare_at_once(tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def prepare() -> None:
        try:
            prepare_served(tmp_path)
        except BaseException as error:  # noqa: BLE001  a thread must hand its failure over
            failed.append(error)

    workers = [threading.Thread(target=prepare) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed
    assert not [name for name in files(tmp_path) if Path(name).name.startswith(".")]


@pytest.fixture
def page(browser: "Browser", tmp_path: Path) -> "Iterator[Page]":
    """A page on a site that serves Leaflet and ``tmp_path/index.html``; ``page.trouble`` lists what went wrong."""
    prepare_served(tmp_path / "app" / "static")
    opened = browser.new_page(viewport={"width": 600, "height": 500})
    trouble: list[str] = []

    def answer(route: "Route") -> None:
        address = route.request.url
        file = tmp_path / (address.removeprefix(SITE).split("?")[0] or "index.html")
        if address.startswith(SITE) and file.is_file():
            route.fulfill(path=file)
        else:
            trouble.append(f"asked for {address}")
            route.abort()

    opened.route("**/*", answer)
    opened.on("pageerror", lambda error: trouble.append(f"failed: {error}"))
    opened.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    opened.on("dialog", lambda dialog: (trouble.append("a dialog"), dialog.dismiss()))
    opened.trouble = trouble  # type: ignore[attr-defined]
    yield opened
    opened.close()
    assert not trouble


def open_map(page: "Page", tmp_path: Path, **changes) -> None:
    base, group = sensor_map(LATITUDE, LONGITUDE, **{"ids": ["a", "b", "c"], "colours": "#478ff5", **changes})
    group.add_to(base)
    html = base.get_root().render()
    name = base.get_name()
    (tmp_path / "index.html").write_text(html.replace("</html>", f"<script>window.map = {name};</script></html>"))
    page.goto(SITE)
    page.wait_for_function("window.map && window.map._loaded")


def circles(page: "Page") -> list[dict]:
    """The sensors on the map, each with its place on the page."""
    return page.evaluate("""() => {
        const found = [];
        map.eachLayer(layer => {
            if (layer.feature && layer.feature.properties.sensor !== undefined) {
                const at = map.latLngToContainerPoint(layer.getLatLng());
                found.push({sensor: layer.feature.properties.sensor, x: at.x, y: at.y,
                            tooltip: layer.getTooltip().getContent(), drawing: layer.toGeoJSON()});
            }
        });
        return found.sort((a, b) => a.sensor - b.sensor);
    }""")


@pytest.mark.browser
def test_hostile_ids_run_nowhere_on_a_map(page: "Page", tmp_path: Path) -> None:
    hostile = HOSTILE + "<svg onload=window.ran=1>"
    edges = [Edges(hostile, np.array([[0, 1]]), LEARNED, np.array([0.5])), Edges("x", np.array([[1, 2]]), BOTH)]
    open_map(page, tmp_path, ids=[hostile] * 3, tooltips=[hostile] * 3, edges=edges, key=[("#000000", hostile)],
             roads=Edges(hostile, np.array([[0, 2]]), ROAD), numbers=["<b>", "", "1"], marks=Marks((0,)))  # fmt: skip
    first = circles(page)[0]
    page.mouse.move(first["x"], first["y"])
    page.wait_for_selector(".leaflet-tooltip")
    shown = page.inner_text(".leaflet-tooltip")
    assert shown.startswith("</script><img src=x onerror=")
    assert "{{7*7}}" in shown
    assert "{{7*7}}" in page.inner_text(".topolens-legend")
    a, b = circles(page)[:2]
    page.mouse.move((a["x"] + b["x"]) / 2, (a["y"] + b["y"]) / 2)
    page.wait_for_function("document.querySelector('.leaflet-tooltip')?.innerText.includes('0.500')")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('img').length") == 0


@pytest.mark.browser
@pytest.mark.parametrize(("geographic", "theme"), [(True, "light"), (False, "dark")])
def test_all_sensors_are_seen_and_a_click_on_each_finds_it(
    page: "Page", tmp_path: Path, geographic: bool, theme: str
) -> None:
    open_map(page, tmp_path, geographic=geographic, theme=theme, edges=[Edges("e", np.array([[0, 1]]), LEARNED)])
    found = circles(page)
    assert [circle["sensor"] for circle in found] == [0, 1, 2]
    assert all(20 < circle["x"] < 580 and 20 < circle["y"] < 480 for circle in found)
    south, _, north = (circle["y"] for circle in found)
    assert south > north
    assert found[1]["x"] > found[0]["x"]
    for circle in found:
        assert hit({"last_active_drawing": circle["drawing"]}, LATITUDE, LONGITUDE) == circle["sensor"]
    assert page.locator(".leaflet-control-scale").count() == geographic
    assert page.locator(f".topolens-{theme}").count() == 1


@pytest.mark.browser
def test_the_legend_comes_and_goes_with_the_group(page: "Page", tmp_path: Path) -> None:
    open_map(page, tmp_path, edges=[Edges("learned", np.array([[0, 1]]), LEARNED)])
    assert page.inner_text(".topolens-legend") == "learned: 1"
    remove = "let group; map.eachLayer(l => { if (l instanceof L.FeatureGroup && !(l instanceof L.GeoJSON) && !group) "
    page.evaluate(f"() => {{ {remove} group = l; }}); window.group = group; map.removeLayer(group); }}")
    assert page.locator(".topolens-legend").count() == 0
    assert circles(page) == []
    page.evaluate("map.addLayer(group)")
    assert page.locator(".topolens-legend").count() == 1


@pytest.mark.browser
def test_hostile_ids_run_nowhere_in_a_figure(page: "Page", tmp_path: Path) -> None:
    ids = [HOSTILE, "<svg onload=window.ran=1>", '<a href="javascript:window.ran=1">x</a>']
    figure: go.Figure = matrix_heatmap(np.eye(3)[::-1], ids, title="head 1", unit="<svg onload=window.ran=1>")
    figure.write_html(tmp_path / "index.html", include_plotlyjs=True, config=CONFIG)
    page.goto(SITE)
    page.wait_for_selector(".js-plotly-plot .heatmaplayer image")
    cells = page.locator(".nsewdrag").first.bounding_box()
    assert cells
    page.mouse.move(cells["x"] + cells["width"] / 2, cells["y"] + cells["height"] / 2)
    page.wait_for_selector(".hoverlayer .hovertext")
    assert page.text_content(".hoverlayer .hovertext") == "<svg onload=windo… hears <svg onload=windo…: 1.00"
    assert page.evaluate("window.ran") is None
    assert page.locator(".js-plotly-plot a[href^=javascript]").count() == 0
