"""For everyone, in a real browser: formulas, words for figures, the keyboard, first steps, base paths, a login."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.glossary import MEASURES, TERMS
from tests.app.browser.seen import WAIT, WITH_A_MAP, WITH_FIGURES, Seen
from tests.app.conftest import PAGES, QUESTIONS, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

GUIDE = ".st-key-guide"
# What has the focus, as a reader of the screen names it.
FOCUSED = """() => {
    const e = document.activeElement;
    const key = e.closest('[class*="st-key-"]')?.className.match(/st-key-([^ ]+)/)?.[1] || '';
    return {tag: e.tagName, name: e.getAttribute('aria-label') || e.textContent.trim(), key};
}"""
# Whether the eye can see that it has: it, or what is around it, looks other than without.
SEEN_FOCUS = """async () => {
    const e = document.activeElement, around = [e];
    while (around.length < 6 && around.at(-1).parentElement) { around.push(around.at(-1).parentElement); }
    const looks = () => JSON.stringify(around.map(one => {
        const style = getComputedStyle(one);
        return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor];
    }));
    const settled = () => new Promise(done => setTimeout(done, 400));
    await settled();
    const focused = looks();
    e.blur();
    await settled();
    const other = looks() !== focused;
    e.focus({preventScroll: true});
    return other;
}"""
# The accessible name of every figure, through whatever shadow it stands in.
NAMES = """plot => {
    for (let e = plot; e; e = e.parentNode || e.host) {
        const name = e.getAttribute && e.getAttribute('aria-label');
        if (name) { return name; }
    }
    return '';
}"""


def tabbed(page: "Page", wanted: Callable[[dict[str, object]], bool], most: int = 60) -> None:
    """Press Tab until what is wanted has the focus, and be sure that this can be seen."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focused: dict[str, object] = page.evaluate(FOCUSED)
        passed.append(f"{focused['tag']} {focused['key']} {focused['name']}"[:60])
        if wanted(focused):
            assert page.evaluate(SEEN_FOCUS), f"the focus on {passed[-1]} cannot be seen"
            return
    raise AssertionError("not reached by the keyboard: " + " | ".join(passed))


def test_every_formula_of_the_glossary_is_drawn(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open()
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text("Glossary", exact=True).click()
    seen.page.locator("h1").get_by_text("What do the words mean?").wait_for(timeout=WAIT)
    seen.settled()
    seen.page.wait_for_function(
        f"() => document.querySelectorAll('[data-testid=stMarkdown] .katex-display').length >= {len(MEASURES)}",
        timeout=WAIT,
    )
    assert seen.page.locator(".katex-error").count() == 0
    assert seen.page.locator('.katex [style*="color"]').count() == 0, "a command that KaTeX does not know is drawn red"
    assert seen.page.locator(".katex-display").count() == len(MEASURES)
    for key in (*MEASURES, *TERMS):
        assert seen.page.locator(f"#{key}").count() == 1, f"no anchor for {key}"
    seen.quiet()


def test_a_measure_on_a_page_leads_to_its_entry_and_the_selection_stays(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open("?run=demo%2Fintergat-gru&head=head+2&share=0.05").turn("spectrum")
    seen.page.get_by_text("How to read this", exact=True).click()
    link = seen.page.get_by_role("link", name="Inverse participation ratio (IPR)")
    link.wait_for(timeout=WAIT)
    assert "term=ipr" in (link.get_attribute("href") or ""), "it can be opened in another tab as well"
    link.click()
    seen.page.locator("h1").get_by_text("What do the words mean?").wait_for(timeout=WAIT)
    seen.settled()
    asked = seen.page.locator(".st-key-asked")
    asked.get_by_text("Inverse participation ratio (IPR)").wait_for(timeout=WAIT)
    for part in ("run=demo%2Fintergat-gru", "head=head+2", "share=0.05", "term=ipr"):
        assert part in seen.page.url
    assert seen.page.locator(".st-key-control-head input").input_value() == "head 2"
    asked.get_by_role("link", name="Spectrum").click()
    seen.page.locator("h1").get_by_text(QUESTIONS["spectrum"]).wait_for(timeout=WAIT)
    seen.settled()
    assert "term=" not in seen.page.url
    assert "head=head+2" in seen.page.url
    seen.quiet()


def test_every_figure_and_every_map_has_words(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open()
    for name in PAGES:
        seen.turn(name)
        plots = seen.page.locator(".js-plotly-plot")
        names = [plots.nth(k).evaluate(NAMES) for k in range(plots.count())]
        assert len(names) >= (name in WITH_FIGURES)
        assert all(len(one) > 15 for one in names), f"{name}: {names}"
        assert len(set(names)) == len(names), f"{name}: two figures have one name"
        if name in WITH_A_MAP:
            seen.map()
        frames = seen.page.locator("iframe")
        for k in range(frames.count()):
            frame = frames.nth(k)
            assert "120 sensors" in (frame.get_attribute("title") or ""), f"{name}: a frame without words"
            inside = frame.content_frame.locator(".leaflet-container")
            assert inside.get_attribute("aria-label") == frame.get_attribute("title")
    seen.quiet()


def test_the_words_of_a_map_change_with_what_is_drawn(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open("?share=0.02").turn("map")
    seen.map()
    before = seen.page.locator("iframe").get_attribute("title") or ""
    assert "learned, no road: " in before
    seen.page.locator(".st-key-control-share").get_by_role("slider").press("End")
    seen.page.wait_for_function("before => document.querySelector('iframe').title !== before", arg=before, timeout=WAIT)
    seen.quiet()


@pytest.mark.parametrize("width", [1400, 800])
def test_run_head_threshold_and_pages_are_reached_and_changed_by_the_keyboard(
    demo: str, look: Callable[..., Seen], width: int
) -> None:
    seen = look(demo, width).open("?run=demo%2Fintergat-plus")
    page = seen.page
    tabbed(page, lambda focused: focused["tag"] == "A" and str(focused["name"]).endswith("Heads"))
    page.keyboard.press("Enter")
    page.locator("h1").get_by_text(QUESTIONS["heads"]).wait_for(timeout=WAIT)
    seen.settled()
    for key, before in (("control-run", "run=demo%2Fintergat-plus"), ("control-head", "head=mean")):
        assert before in page.url
        tabbed(page, lambda focused, key=key: focused["key"] == key and focused["tag"] == "INPUT")
        page.keyboard.press("ArrowDown")
        page.get_by_role("option").first.wait_for(timeout=WAIT)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_function("before => !location.search.includes(before)", arg=before, timeout=WAIT)
        seen.settled()
    tabbed(page, lambda focused: focused["key"] == "control-share" and focused["tag"] != "BUTTON")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('share=0.025')", timeout=WAIT)
    seen.settled()
    seen.quiet()


@pytest.mark.parametrize("width", [1400, 800])
def test_first_steps_are_shown_once_reached_by_the_keyboard_and_closed_for_good(
    demo: str, look: Callable[..., Seen], width: int
) -> None:
    seen = look(demo, width).open("")
    page = seen.page
    page.locator(GUIDE).wait_for(timeout=WAIT)
    box = page.locator(GUIDE).bounding_box()
    assert box
    assert box["x"] + box["width"] <= width
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
    page.reload()
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
    seen.settled()
    page.locator(GUIDE).wait_for(timeout=WAIT)  # loading again closes nothing
    tabbed(page, lambda focused: focused["key"] == "guide-close")
    page.keyboard.press("Enter")
    page.locator(GUIDE).wait_for(state="detached", timeout=WAIT)
    seen.settled()
    page.wait_for_function("() => localStorage.getItem('topolens guide') === 'closed'", timeout=WAIT)
    page.goto(seen.url)
    page.wait_for_selector("h1", timeout=WAIT)
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
    seen.settled()
    assert page.locator(GUIDE).count() == 0
    seen.quiet()


def test_first_steps_bother_nobody_who_opens_a_link(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open("?v=1&run=demo%2Fgat-gru")
    seen.page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
    seen.settled()
    assert seen.page.locator(GUIDE).count() == 0
    seen.page.reload()
    seen.page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
    seen.settled()
    assert seen.page.locator(GUIDE).count() == 0
    seen.quiet()


def test_first_steps_lead_to_a_page_and_stay_open_meanwhile(demo: str, look: Callable[..., Seen]) -> None:
    seen = look(demo).open("")
    seen.page.locator(GUIDE).get_by_role("link", name="Map").click(timeout=WAIT)
    seen.page.locator("h1").get_by_text(QUESTIONS["map"]).wait_for(timeout=WAIT)
    seen.settled().nodes()
    seen.turn("overview")
    seen.page.locator(GUIDE).wait_for(timeout=WAIT)
    seen.quiet()


@pytest.fixture(scope="module")
def other_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts the app with further options and gives its address."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(*options: str, base: str = "") -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.headless=true", *options,
                   f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]  # fmt: skip
        environment = {**os.environ, "TOPOLENS_RUNS": str(tmp_path_factory.mktemp("none"))}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        servers.append(subprocess.Popen(command, cwd=ROOT, env=environment, **quiet))
        url = f"http://127.0.0.1:{port}{base}"
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health"):
                    return url
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise AssertionError("the app did not answer")

    yield start
    for server in servers:
        server.terminate()
        server.wait(timeout=20)


def test_under_a_base_path_maps_and_figures_are_drawn(other_app: Callable[..., str], look: Callable[..., Seen]) -> None:
    seen = look(other_app("--server.baseUrlPath=topolens", base="/topolens")).open().turn("map")
    assert seen.nodes() == 120
    seen.turn("spectrum")
    assert "/topolens/spectrum" in seen.page.url
    seen.quiet()


def test_where_a_login_is_set_up_a_page_shows_nothing_before_it(
    other_app: Callable[..., str], look: Callable[..., Seen], tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\ncookie_secret = "x"\n[auth.okta]\nclient_id = "x"\n')
    seen = look(other_app(f"--secrets.files={secrets}")).open("?run=demo%2Fgat-gru")
    assert seen.page.locator("h1").inner_text() == "Who are you?"
    assert seen.page.get_by_test_id("stSidebarNavLink").count() == 0
    assert seen.page.get_by_text("gat-gru").count() == 0
    seen.quiet()
