"""Runs kept in order, and two of them compared, in a real browser."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from tests.app.browser.seen import INK, SCREENSHOTS, WAIT, Seen
from tests.app.conftest import made_run

pytestmark = pytest.mark.browser

RUNS, COMPARE = "Which runs are there?", "What differs between two runs?"
CITY = 120


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs that tests may change."""
    folder = tmp_path_factory.mktemp("kept")
    made_run(folder / "first")
    made_run(folder / "second", better=0.8, record={"seed": 1})
    return folder


@pytest.fixture(scope="module")
def url(serve: Callable[[Path], str], kept: Path) -> str:
    return serve(kept)


def turned(seen: Seen, name: str, question: str) -> Seen:
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text(name, exact=True).click()
    seen.page.locator("h1").get_by_text(question, exact=True).wait_for(timeout=WAIT)
    return seen.settled()


def chosen(seen: Seen, key: str) -> Seen:
    """Choose a run in the list below the table, by the keyboard."""
    field = seen.page.locator(".st-key-pick-run input")
    field.click()
    field.fill(key)
    seen.page.get_by_role("option", name=f"{key} ·").first.wait_for(timeout=WAIT)
    field.press("Enter")
    seen.page.get_by_role("button", name="Rename").wait_for(timeout=WAIT)
    return seen.settled()


def drawn(seen: Seen, maps: int, figures: int) -> None:
    """Wait until that many maps have sensors and that many figures are drawn."""
    seen.page.wait_for_function(
        "count => document.querySelectorAll('.js-plotly-plot .main-svg').length >= count", arg=figures, timeout=WAIT
    )
    for _ in range(600):
        inked = 0
        for frame in seen.page.frames:
            if "streamlit_folium" in frame.url and frame.evaluate("() => Boolean(window.map)"):
                inked += frame.evaluate(INK) > 1000
        if inked == maps:
            return
        seen.page.wait_for_timeout(100)
    raise AssertionError(f"{inked} of {maps} maps were drawn")


def photographed(seen: Seen, name: str, width: int) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    height = seen.page.evaluate("() => document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight")
    seen.page.set_viewport_size({"width": width, "height": min(height + 60, 6500)})
    seen.page.wait_for_timeout(600)  # figures and maps take the new size
    seen.page.screenshot(path=SCREENSHOTS / f"{name}.png")
    assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= width
    seen.page.set_viewport_size({"width": width, "height": 1000})


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (800, "dark")])
def test_two_models_are_compared_on_the_demo(url: str, look: Callable[..., Seen], width: int, theme: str) -> None:
    seen = look(url, width, theme).open("?run=demo/intergat-plus&other=demo/intergat-gru")
    turned(seen, "Compare", COMPARE)
    drawn(seen, maps=4, figures=7)
    assert seen.page.get_by_text("two independent choices would share").count() == 1
    assert seen.page.get_by_text(f"of {CITY} sensors").count() >= 2
    photographed(seen, f"compare-{width}-{theme}", width)
    seen.quiet()


def test_a_cell_of_the_difference_chooses_the_pair_and_the_link_gives_the_same_view(
    url: str, look: Callable[..., Seen]
) -> None:
    seen = look(url).open("?run=demo/intergat-plus&other=demo/intergat-gru")
    turned(seen, "Compare", COMPARE)
    names = seen.figure("matrix difference").evaluate("box => [box.data[0].y[3], box.data[0].x[40]]")
    seen.click_at("matrix difference", 40, 3)
    seen.asks("pair=")
    assert parse_qs(urlparse(seen.page.url).query)["pair"] == names
    seen.page.get_by_text("The chosen weight, with which").wait_for(timeout=WAIT)
    sentence = seen.page.get_by_text("The chosen weight, with which").inner_text()
    assert seen.marks("matrix A") == seen.marks("matrix B") == seen.marks("matrix difference") > 0
    other = turned(look(url).open(f"?{urlparse(seen.page.url).query}"), "Compare", COMPARE)
    other.page.get_by_text("The chosen weight, with which").wait_for(timeout=WAIT)
    assert other.page.get_by_text("The chosen weight, with which").inner_text() == sentence
    seen.quiet()
    other.quiet()


def test_a_row_is_clicked_opened_and_compared(url: str, look: Callable[..., Seen]) -> None:
    seen = turned(look(url).open("?run=first"), "Runs", RUNS)
    table = seen.page.locator('[class*="st-key-rows-runs"] canvas').first
    table.wait_for(timeout=WAIT)
    box = table.bounding_box()
    assert box
    seen.page.wait_for_timeout(1000)  # the table listens a moment after it is drawn
    seen.page.mouse.click(box["x"] + 16, box["y"] + 35 * 4 + 17)  # the fourth row: the last run of the demo
    seen.page.get_by_role("button", name="Compare with the open run").wait_for(timeout=WAIT)
    assert seen.page.locator(".st-key-pick-run input").input_value().startswith("demo/intergat-plus")
    assert seen.page.get_by_role("button", name="Delete").is_disabled()
    photographed(seen, "runs-1400-light", 1400)
    chosen(seen, "second")
    seen.page.get_by_role("button", name="Compare with the open run").click()
    seen.page.locator("h1").get_by_text(COMPARE, exact=True).wait_for(timeout=WAIT)
    seen.asks("other=second")
    assert seen.page.get_by_text("The two differ in nothing but the seed").count() == 1
    drawn(seen, maps=4, figures=7)
    seen.quiet()


def test_a_run_is_packed_loaded_renamed_and_deleted(
    url: str, kept: Path, look: Callable[..., Seen], tmp_path: Path
) -> None:
    seen = chosen(turned(look(url).open("?run=first"), "Runs", RUNS), "first")
    page = seen.page
    with page.expect_download(timeout=WAIT) as download:
        page.get_by_role("button", name="Zip", exact=False).last.click()
    assert download.value.suggested_filename == "first.zip"
    download.value.save_as(tmp_path / "first.zip")
    assert "first/run.json" in zipfile.ZipFile(tmp_path / "first.zip").namelist()
    page.get_by_text("Load a run from a zip").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "first.zip")
    name = page.get_by_role("textbox", name="Name of its folder")
    name.wait_for(timeout=WAIT)
    assert name.input_value() == "first-2"
    name.fill("loaded")
    name.press("Enter")
    seen.settled()
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_text("Loaded loaded.").wait_for(timeout=WAIT)
    seen.settled()
    for file in (kept / "first").iterdir():
        assert (kept / "loaded" / file.name).read_bytes() == file.read_bytes()
    chosen(seen, "loaded")
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Title").fill("Renamed <b>run</b>")
    dialog.get_by_role("textbox", name="Name of its folder").fill("renamed")
    dialog.get_by_role("textbox", name="Name of its folder").press("Enter")
    dialog.get_by_text("Links that were shared before").wait_for(timeout=WAIT)
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached", timeout=WAIT)
    seen.settled()
    assert not (kept / "loaded").exists()
    assert json.loads((kept / "renamed" / "run.json").read_text())["title"] == "Renamed <b>run</b>"
    assert page.locator(".st-key-pick-run input").input_value() == "renamed · Renamed <b>run</b>"
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    page.get_by_role("dialog").wait_for(state="detached", timeout=WAIT)
    assert (kept / "renamed").exists()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_text("would be gone for good").wait_for(timeout=WAIT)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached", timeout=WAIT)
    seen.settled()
    assert (kept / "renamed").exists()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    page.get_by_role("dialog").wait_for(state="detached", timeout=WAIT)
    seen.settled()
    assert sorted(path.name for path in kept.iterdir() if not path.name.startswith(".")) == ["first", "second"]
    seen.quiet()


def test_a_hostile_zip_is_refused_with_words(url: str, kept: Path, look: Callable[..., Seen], tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("run/../../../outside.txt", "x")
    (tmp_path / "evil.zip").write_bytes(content.getvalue())
    seen = turned(look(url).open("?run=first"), "Runs", RUNS)
    seen.page.get_by_text("Load a run from a zip").click()
    seen.page.locator("input[type=file]").set_input_files(tmp_path / "evil.zip")
    seen.page.get_by_role("button", name="Load", exact=True).click()
    seen.page.get_by_text("The zip was not loaded.").wait_for(timeout=WAIT)
    seen.page.get_by_test_id("stCode").get_by_text("got 'run/../../../outside.txt'").wait_for(timeout=WAIT)
    assert sorted(path.name for path in kept.iterdir() if not path.name.startswith(".")) == ["first", "second"]
    assert not list(kept.parent.rglob("outside.txt"))
    seen.quiet()
