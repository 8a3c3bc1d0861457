"""Particles in a real browser: the frame moves, the view stays, and turning shows which model keeps the symmetry."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.reading.trajectories import QUESTION
from tests.app.browser.seen import SCREENSHOTS, WAIT, Seen

pytestmark = pytest.mark.browser

PLACES = "(box) => Array.from(box._fullData.find(t => t.name === 'positive charge').x, x => x.toFixed(5)).join()"
DRAWN = """() => document.querySelector('.st-key-flight .topolens-plot')?._fullLayout?.scene?._scene?.getCamera"""
EYE = "(box) => ['x', 'y', 'z'].map(k => box._fullLayout.scene._scene.getCamera().eye[k].toFixed(3)).join()"


@pytest.fixture(scope="module")
def served(serve: Callable[[Path], str], trained_particles: Path) -> str:
    """The app with runs of particles."""
    return serve(trained_particles)


def page(seen: Seen) -> Seen:
    """The page about particles of the run 'set', by its link in the sidebar."""
    seen.open("?v=1&run=set")
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text("Particles", exact=True).click()
    seen.page.locator("h1").get_by_text(QUESTION, exact=True).wait_for(timeout=WAIT)
    seen.page.get_by_text("Which past frame counts?").wait_for(timeout=WAIT)
    seen.page.wait_for_function(DRAWN, timeout=WAIT)
    return seen.settled()


def difference(seen: Seen, run: str) -> float:
    """The number that stands for what turning changes in the forecast of a run."""
    said = seen.page.locator("p", has_text="largest difference")
    said = said.filter(has=seen.page.locator(f"code:text-is('{run}')"))
    found = re.search(r"largest difference ([0-9.e+-]+) of the size", said.inner_text())
    assert found, said.inner_text()
    return float(found[1])


def shown(seen: Seen, frame: int) -> None:
    """Wait until the figure of the flight shows a frame, from 1, and says so."""
    there = """frame => {
        const flight = document.querySelector('.st-key-flight');
        return flight.querySelector('.topolens-plot').dataset.frame === String(frame - 1)
            && flight.querySelector('output').innerText.startsWith(`Frame ${frame},`);
    }"""
    seen.page.wait_for_function(there, arg=frame, timeout=WAIT)


def settled_eye(seen: Seen) -> str:
    """Where the flight is looked at from, once that moves no more."""
    figure = seen.page.locator(".st-key-flight .topolens-plot")
    before, now = "", figure.evaluate(EYE)
    while before != now:
        seen.page.wait_for_timeout(500)
        before, now = now, figure.evaluate(EYE)
    return str(now)


def test_turning_moves_the_forecast_along_or_not_and_the_link_keeps_it(served: str, look: Callable[..., Seen]) -> None:
    seen = page(look(served))
    before = difference(seen, "set-plain")
    slider = seen.page.locator(".st-key-control-about_x").get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    seen.asks("about_x=45")     # one step: a key pressed while the page is drawn may count from the old value
    seen.page.get_by_text("turned by 45° about x").first.wait_for(timeout=WAIT)
    seen.settled()
    assert difference(seen, "set") < 1e-9
    after = difference(seen, "set-plain")
    assert after > 1e-3
    assert after != before
    assert seen.figure("turned-own").count() == seen.figure("turned-beside").count() == 1
    seen.quiet()


def test_the_slider_and_the_player_move_particles_and_the_view_stays(served: str, look: Callable[..., Seen]) -> None:
    seen = page(look(served))
    figure = seen.page.locator(".st-key-flight .topolens-plot")
    drawn, first = figure.evaluate(PLACES), figure.evaluate(EYE)
    box = figure.bounding_box()
    assert box
    seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 350)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + 340, steps=5)
    seen.page.mouse.up()
    turned = settled_eye(seen)
    assert turned != first
    frames = seen.page.locator(".st-key-flight input[type=range]")
    said = seen.page.locator(".st-key-flight output")
    assert said.inner_text().startswith("Frame 3, the last one seen. Layer 1: 1 of 6 pairs drawn")
    frames.focus()
    frames.press("ArrowRight")
    frames.press("ArrowRight")
    seen.asks("frame=5")
    shown(seen, 5)
    assert "forecast 2 ahead" in said.inner_text()
    assert figure.evaluate(PLACES) != drawn
    assert figure.evaluate(EYE) == turned, "the view stays where the reader has gone"
    assert seen.marks("energy") == 1
    frames.press("Home")
    seen.asks("frame=1")
    shown(seen, 1)
    frames.press("ArrowRight")
    frames.press("ArrowRight")
    seen.asks("frame=3")
    shown(seen, 3)
    assert figure.evaluate(PLACES) == drawn, "the same frame shows the same places"
    assert figure.evaluate(EYE) == turned
    button = seen.page.locator(".st-key-flight .topolens-frames button")
    assert "Play" in button.inner_text()
    button.click()
    assert "Stop" in button.inner_text()
    seen.asks("frame=8")
    shown(seen, 8)
    button.get_by_text("Play").wait_for(timeout=WAIT)
    assert said.inner_text().startswith("Frame 8, forecast 5 ahead")
    assert figure.evaluate(EYE) == turned
    seen.quiet()


def test_a_narrow_page_cuts_no_scene_and_moves_no_legend_into_its_figure(
    served: str, look: Callable[..., Seen]
) -> None:
    wide, narrow = (page(look(served, width)) for width in (1400, 800))
    eyes = [
        float(seen.page.locator(".st-key-flight .topolens-plot").evaluate(EYE).split(",")[0]) for seen in (wide, narrow)
    ]
    assert eyes[1] > 1.1 * eyes[0], "its sides would be cut"
    below = """() => [...document.querySelectorAll('.js-plotly-plot')].map(box => {
        const legend = box.querySelector('.legend');
        const bottom = legend ? legend.getBoundingClientRect().bottom - box.getBoundingClientRect().top : 0;
        return bottom - box._fullLayout._size.t;
    })"""
    for width in (1400, 900):
        narrow.page.set_viewport_size({"width": width, "height": 1000})
        narrow.page.wait_for_timeout(1500)
        flat = narrow.page.evaluate(below)[1:4]
        assert max(flat) <= 2, "a legend lies over its curves"
    wide.quiet()
    narrow.quiet()


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (800, "dark")])
def test_the_page_is_photographed_and_no_wider_than_the_window(
    served: str, look: Callable[..., Seen], width: int, theme: str
) -> None:
    seen = page(look(served, width, theme))
    SCREENSHOTS.mkdir(exist_ok=True)
    height = seen.page.evaluate("() => document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight")
    seen.page.set_viewport_size({"width": width, "height": min(height + 60, 5000)})
    seen.page.wait_for_timeout(400)
    seen.page.screenshot(path=SCREENSHOTS / f"particles-{width}-{theme}.png")
    assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= width
    seen.quiet()
