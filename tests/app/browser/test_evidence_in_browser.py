"""Cutting weights and asking what if, in a real browser: a click on a weight, a slider, a sensor of the map."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from app.evidence import kept, parts
from core.run import Run
from tests.app.browser.seen import POINTS, SCREENSHOTS, WAIT, Seen
from tests.app.conftest import ROOT
from tests.app.evidence_made import made_use

pytestmark = pytest.mark.browser

COLOURS = f"() => ({POINTS}).map(layer => layer.options.fillColor)"
VIEW = "() => window.map.getBounds().toBBoxString()"


@pytest.fixture(scope="module")
def city(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The app with a copy of the demo's models, with and without a graph, of which one has a kept result."""
    runs = tmp_path_factory.mktemp("runs")
    for name in ("intergat-plus", "gru"):
        shutil.copytree(ROOT / "assets" / "demo" / name, runs / name)
    run = Run.load(runs / "intergat-plus")
    made = made_use(("mean", *run.heads), len(run.nodes))
    fitted = tuple(
        replace(cut, forecast=np.resize(cut.forecast, run.horizon), error=np.resize(cut.error, run.horizon))
        for cut in made.cuts
    )
    at = (0, *strongest(run))
    made.effects.weight[at], made.effects.error[at] = 9.0, 1e-5  # a dot that stands by itself
    kept.write(run.path, "use", replace(made, cuts=fitted), parts.fingerprint(run, "use"))
    return serve(runs)


def strongest(run: Run) -> tuple[int, int]:
    """Receiver and sender of the largest weight of head 1."""
    receiver, sender = np.unravel_index(run.interaction[0].argmax(), run.interaction[0].shape)
    return int(receiver), int(sender)


def query(seen: Seen) -> dict[str, list[str]]:
    return parse_qs(urlparse(seen.page.url).query)


def evidence(seen: Seen, part: str, more: str = "") -> Seen:
    """The page on evidence at one of its parts, by the link in the sidebar."""
    return seen.open(f"?v=1&run=intergat-plus&part={part}{more}").turn("evidence")


def says(seen: Seen, text: str) -> Seen:
    """The page says that."""
    seen.page.get_by_text(text).first.wait_for(timeout=WAIT)
    return seen.settled()


def changed(seen: Seen, before: list[str]) -> list[str]:
    """The colours of the map's sensors, once they are others."""
    for _ in range(300):
        seen.settled()
        now: list[str] = seen.map().evaluate(COLOURS)
        if now != before:
            return now
        seen.page.wait_for_timeout(100)
    raise AssertionError("the map kept its colours")


def test_a_click_on_a_weight_chooses_the_pair_and_cuts_it_at_once(city: str, look: Callable[..., Seen]) -> None:
    seen = evidence(look(city), "use", "&head=head 1")
    says(seen, "Without anything that its sensors tell each other")
    says(seen, "Cutting all weights of head 1 moves the forecast by")
    seen.click_at("weight effect", 9.0, 1e-5)
    seen.asks("pair=")
    run = Run.load(ROOT / "assets/demo/intergat-plus")
    assert query(seen)["pair"] == [run.nodes["id"][at] for at in strongest(run)], "receiver first, then sender"
    says(seen, "hear of each other in head 1 moves the forecast by")
    seen.page.get_by_text("one weight of it", exact=True).click()
    says(seen, "Cutting what")
    seen.quiet()


def test_the_way_of_removing_is_chosen_and_the_bars_choose_heads(city: str, look: Callable[..., Seen]) -> None:
    seen = evidence(look(city), "use")
    seen.page.get_by_text("moved to other pairs", exact=True).first.click()
    says(seen, "With weights moved to other pairs, removing the strongest first hurts more than")
    seen.click_at("cut heads", 0.01, 2)
    seen.asks("head=head+2")
    says(seen, "Cutting head 2 alone costs")
    seen.quiet()


def test_what_if_answers_to_its_slider_on_the_map(city: str, look: Callable[..., Seen]) -> None:
    seen = evidence(look(city), "what-if", "&sensor=R1-05")
    seen.page.set_viewport_size({"width": 1400, "height": 1600})
    says(seen, "the model's response")
    says(seen, "moves its own forecast by up to")
    frame = seen.still_map()
    first, view = frame.evaluate(COLOURS), frame.evaluate(VIEW)
    assert len(set(first)) > 2, "more sensors than the chosen one respond"
    amount = seen.page.get_by_role("slider", name="What they saw in the last")
    amount.focus()
    for _ in range(4):
        seen.page.keyboard.press("End")
    says(seen, "Raising")
    second = changed(seen, first)
    assert seen.map().evaluate(VIEW) == view, "the map stays where it was"
    seen.page.get_by_role("slider", name="Time ahead").focus()
    seen.page.keyboard.press("Home")
    seen.asks("step=1")
    changed(seen, second)
    legend = seen.page.locator("small", has_text="km/h")
    before = legend.all_inner_texts()
    seen.page.get_by_role("slider", name="Time ahead").focus()
    seen.page.keyboard.press("ArrowRight")
    seen.asks("step=2")
    assert legend.all_inner_texts() == before, "the scale is the same at every time ahead"
    seen.quiet()


def test_what_if_takes_its_sensor_from_the_map_and_a_link_gives_the_same(
    city: str, look: Callable[..., Seen]
) -> None:
    seen = evidence(look(city), "what-if")
    seen.page.set_viewport_size({"width": 1400, "height": 2000})  # a map that is seen in part moves when clicked
    says(seen, "No sensor is chosen")
    frame = seen.still_map()
    x, y, place = frame.evaluate(
        f"""() => {{
            const points = {POINTS};
            const layer = points.reduce((a, b) => a.getLatLng().lat > b.getLatLng().lat ? a : b);  // none covers it
            const at = window.map.latLngToContainerPoint(layer.getLatLng());
            return [at.x, at.y, layer.feature.properties.sensor];
        }}"""
    )
    frame.locator(".leaflet-container").click(position={"x": x, "y": y})
    seen.asks("sensor=")
    (sensor,) = query(seen)["sensor"]
    says(seen, "moves its own forecast by up to")
    assert Run.load(ROOT / "assets/demo/intergat-plus").nodes["id"][place] == sensor
    other = look(city).open("?" + urlparse(seen.page.url).query).turn("evidence")
    says(other, "moves its own forecast by up to")
    assert query(other)["sensor"] == [sensor]
    assert query(other)["part"] == ["what-if"]
    seen.quiet()
    other.quiet()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 800])
def test_both_parts_are_photographed_and_no_wider_than_the_window(
    city: str, look: Callable[..., Seen], width: int, theme: str
) -> None:
    seen = look(city, width, theme)
    SCREENSHOTS.mkdir(exist_ok=True)
    for part in ("use", "what-if"):
        evidence(seen, part)
        seen.nodes()
        height = seen.page.evaluate(
            "() => document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight"
        )
        seen.page.set_viewport_size({"width": width, "height": min(height + 60, 5000)})
        seen.page.wait_for_timeout(400)
        seen.page.screenshot(path=SCREENSHOTS / f"evidence-{part}-{width}-{theme}.png")
        seen.page.set_viewport_size({"width": width, "height": 1000})
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= width
    seen.quiet()
