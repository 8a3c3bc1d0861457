"""The report and the map as a reader opens them: from the disk, in a browser that may ask nobody."""

from collections.abc import Callable, Iterator
from math import cos, pi, sin
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.export.map import write_map
from app.report import write_report
from core.run import Run
from tests.app.browser.seen import INK, SCREENSHOTS, WAIT
from tests.app.conftest import ROOT, N, made_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DEMO = ROOT / "assets" / "demo" / "intergat-plus"
PAPER = """() => [...document.querySelectorAll('.plot .main-svg:first-child')]
    .map(svg => svg.getBoundingClientRect().width)"""
INK_OF_TEXT = "() => getComputedStyle(document.querySelector('.plot .xtick text')).fill"


@pytest.fixture
def disk(browser: "Browser") -> Iterator[Callable[..., tuple["Page", list[str]]]]:
    """Opens a file in a tab that may ask for nothing but that file; gives the tab and everything that went wrong."""
    contexts = []

    def tab(file: Path, width: int = 1300, theme: str = "light") -> tuple["Page", list[str]]:
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
        contexts.append(context)
        wrong: list[str] = []

        def route(asked: Any) -> None:
            if asked.request.url == file.as_uri():
                asked.continue_()
            else:
                wrong.append(f"asked for {asked.request.url}")
                asked.abort()

        context.route("**/*", route)
        page = context.new_page()
        page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.goto(file.as_uri())
        return page, wrong

    yield tab
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the demo."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    write_report(Run.load(DEMO), file)
    return file


def drawn(page: "Page") -> "Page":
    page.wait_for_selector("html[data-figures=drawn]", state="attached", timeout=WAIT)
    return page


@pytest.mark.parametrize(("theme", "width"), [("light", 1300), ("dark", 800)])
def test_the_report_opens_from_disk_asks_nobody_and_draws_every_figure(
    report: Path, disk: Callable[..., tuple["Page", list[str]]], theme: str, width: int
) -> None:
    page, wrong = disk(report, width, theme)
    drawn(page)
    plots = page.locator(".plot").count()
    assert plots >= 25
    assert page.locator(".plot.js-plotly-plot").count() == plots
    for k in range(plots):
        marks = page.locator(f"#plot-{k}").locator(".trace, .hm, .point, .js-line, .scatterlayer path, .bars path")
        assert marks.count() > 0, page.locator(f"#plot-{k}").get_attribute("aria-label")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"report-{theme}.png", full_page=True)
    assert wrong == []


def test_figures_take_the_colours_of_the_page_when_it_turns_dark(
    report: Path, disk: Callable[..., tuple["Page", list[str]]]
) -> None:
    page, wrong = disk(report)
    drawn(page)
    assert page.evaluate(INK_OF_TEXT) == "rgb(31, 41, 55)"
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("#plot-0[data-theme=dark]", timeout=WAIT)
    assert page.evaluate(INK_OF_TEXT) == "rgb(229, 231, 235)"
    observed = page.locator(".plot .js-line[style*='rgb(229, 231, 235)']")
    assert observed.count() >= 2, "the curve of what was observed is ink"
    assert wrong == []


def test_on_paper_it_is_light_unfolded_and_no_figure_is_cut_off(
    report: Path, disk: Callable[..., tuple["Page", list[str]]]
) -> None:
    page, wrong = disk(report, theme="dark")
    drawn(page)
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_selector("#plot-27[data-theme=light]", timeout=WAIT)
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate(INK_OF_TEXT) == "rgb(31, 41, 55)"
    assert max(page.evaluate(PAPER)) <= 660
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_selector("#plot-27[data-theme=dark]", timeout=WAIT)
    assert page.locator("details[open]").count() == 0
    assert len(page.pdf(format="A4")) > 100_000
    assert wrong == []


def test_the_contents_lead_to_the_sections_by_keyboard(
    report: Path, disk: Callable[..., tuple["Page", list[str]]]
) -> None:
    page, wrong = disk(report)
    page.emulate_media(reduced_motion="reduce")
    drawn(page)
    page.get_by_role("link", name="Communities").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    top = page.locator("#communities").bounding_box()
    assert top is not None
    assert abs(top["y"]) < 100
    page.locator("#communities summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#communities table").first.is_visible()
    assert wrong == []


@pytest.mark.parametrize("kind", ["hostile", "gru"])
def test_no_name_runs_in_a_report_and_one_without_a_graph_opens_too(
    tmp_path: Path, disk: Callable[..., tuple["Page", list[str]]], kind: str
) -> None:
    bad = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"
    settings: dict[str, Any] = {"heads": 0, "model": "gru"} if kind == "gru" else {"hostile": True}
    run = made_run(tmp_path / "run", note=bad, record={"title": bad}, **settings)
    write_report(Run.load(run), tmp_path / "report.html")
    page, wrong = disk(tmp_path / "report.html")
    drawn(page)
    assert page.evaluate("() => window.hit") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("h1").inner_text() == bad
    assert wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_opens_from_disk_asks_nobody_and_draws_nodes_and_edges(
    tmp_path: Path, disk: Callable[..., tuple["Page", list[str]]], theme: str
) -> None:
    from app.export.map import map_page
    from app.measured import Measured

    (tmp_path / "map.html").write_text(map_page(Measured(Run.load(DEMO)), "head 2", theme=theme))  # type: ignore[arg-type]
    page, wrong = disk(tmp_path / "map.html", theme=theme)
    page.wait_for_selector(".leaflet-container canvas", timeout=WAIT)
    page.wait_for_timeout(300)
    assert page.evaluate(INK) > 5_000
    legend = page.locator(".topolens-legend").inner_text()
    assert "road, not learned" in legend
    assert "learned, no road" in legend
    assert "head 2" in page.locator("header.said").inner_text()
    assert "weaker pairs left out" in page.locator("header.said").inner_text()
    before = page.evaluate("() => document.querySelector('.leaflet-control-scale-line').textContent")
    page.locator(".leaflet-control-zoom-in").click()
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(600)
    assert page.evaluate("() => document.querySelector('.leaflet-control-scale-line').textContent") != before
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"map-file-{theme}.png")
    assert wrong == []


def test_no_name_runs_in_the_map(tmp_path: Path, disk: Callable[..., tuple["Page", list[str]]]) -> None:
    run = made_run(tmp_path / "run", hostile=True, record={"title": "</title><script>window.hit=1</script>"})
    write_map(Run.load(run), tmp_path / "map.html")
    page, wrong = disk(tmp_path / "map.html")
    page.wait_for_selector(".leaflet-container canvas", timeout=WAIT)
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    for k in range(N):  # over a ring of sensors: each shows its name
        reach = min(box["width"], box["height"]) / 2
        for share in (0.8, 0.9, 0.95):
            page.mouse.move(
                box["x"] + box["width"] / 2 + share * reach * cos(2 * pi * k / N),
                box["y"] + box["height"] / 2 - share * reach * sin(2 * pi * k / N),
            )
    assert page.evaluate("() => window.hit") is None
    assert page.locator("img[src=x]").count() == 0
    assert wrong == []
