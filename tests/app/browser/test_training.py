"""Training in the app, in a real browser: it goes on whoever looks, stops, goes on, queues, says why it broke."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app import jobs
from app.trainings import FOLDER, read
from core.files import write_json
from core.record import read_progress
from tests.app.browser.seen import WAIT, Seen
from tests.app.conftest import QUESTIONS
from tests.app.small import LONG, arguments, kill_all, small_data, state, until

pytestmark = pytest.mark.browser
QUESTION = "What will this training need, and how is it going?"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Small data of one's own, where the app looks for such."""
    root = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOPOLENS_DATA", str(root))
        yield small_data(root)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def url(serve: Callable[[Path], str], runs: Path, data: str) -> Iterator[str]:
    yield serve(runs)
    kill_all(runs)


@pytest.fixture(autouse=True)
def nothing_left(runs: Path) -> Iterator[None]:
    yield
    kill_all(runs)


def at_train(seen: Seen) -> Seen:
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text("Train", exact=True).click()
    seen.page.locator("h1").get_by_text(QUESTION, exact=True).wait_for(timeout=WAIT)
    return seen


def said(seen: Seen, words: str) -> None:
    expect(seen.page.get_by_test_id("stMain").get_by_text(words).first).to_be_visible(timeout=WAIT)


def press(seen: Seen, name: str) -> None:
    seen.page.get_by_role("button", name=name, exact=True).click()


def filled(seen: Seen, name: str, epochs: int) -> Seen:
    """The form with that name and that many epochs, on the small data."""
    page = seen.page
    chosen = page.locator(".st-key-train-load input")
    if not chosen.input_value().startswith("ring"):
        chosen.click()
        page.get_by_role("option").get_by_text("ring").click()
        seen.settled()
    for key, value in (("epochs", str(epochs)), ("name", name)):
        field = page.locator(f".st-key-train-{key} input")
        field.fill(value)
        field.press("Enter")
        seen.settled()
        expect(field).to_have_value(value)  # else the training would have a name that no test looks for
    return seen


def shorten(run: Path, epochs: int) -> None:
    """Let a training that was asked for thousands of epochs end soon."""
    record = json.loads((run / "run.json").read_text())
    record["training"]["epochs"] = epochs
    write_json(run / "run.json", record)


DONE = "document.querySelector('.st-key-losses .js-plotly-plot')?._fullData?.[1]?.x?.length ?? 0"  # epochs drawn


def losses(seen: Seen) -> int:
    """Epochs in the figure of the losses."""
    count: int = seen.page.evaluate(f"() => {DONE}")
    return count


def test_a_training_survives_refresh_page_switch_and_a_second_tab_then_stops_goes_on_and_becomes_a_run(
    url: str, look: Callable[..., Seen], runs: Path
) -> None:
    first = filled(at_train(look(url).open()), "mine", LONG)
    press(first, "Train")
    said(first, f"of {LONG:,},")
    seen_by_first = first.page.locator(".st-key-emerging .js-plotly-plot")
    seen_by_first.wait_for(timeout=WAIT)
    first.page.wait_for_function(f"() => {DONE} > 0", timeout=WAIT)
    first.quiet()
    first.page.reload()
    first.page.wait_for_selector("h1", timeout=WAIT)
    said(first, f"of {LONG:,},")
    first.wrong.clear()  # Streamlit's own page, reloaded below /train, first looks for its server there
    first.turn("heads")
    assert state(runs, "mine") == "training"
    at_train(first)
    said(first, f"of {LONG:,},")
    second = at_train(look(url).open())
    said(second, f"of {LONG:,},")
    press(second, "Stop")
    said(second, "mine was stopped after")
    said(first, "mine was stopped after")
    kept = len(read_progress(runs / "mine"))
    assert kept > 0
    shorten(runs / "mine", kept + 2)
    press(first, "Resume")
    said(first, "mine is done")
    assert len(read_progress(runs / "mine")) == kept + 2
    press(first, "Open this run")
    first.page.locator("h1").get_by_text(QUESTIONS["overview"], exact=True).wait_for(timeout=WAIT)
    first.settled()
    assert "run=mine" in first.page.url
    first.page.locator(".st-key-control-run input").click()
    assert any(label.startswith("mine ·") for label in first.page.get_by_role("option").all_inner_texts())
    first.page.keyboard.press("Escape")
    first.quiet()
    second.quiet()


def test_a_crash_shows_the_end_of_its_log_and_a_way_on(
    url: str, look: Callable[..., Seen], runs: Path, data: str
) -> None:
    job = jobs.started(runs, "crashed", arguments(data))
    seen = at_train(look(url).open())
    until(lambda: len(read_progress(runs / "crashed")) > 1, "no epoch was done")
    os.kill(job.pid, signal.SIGKILL)
    said(seen, "crashed ended without a word after")
    said(seen, "epoch 2 of")
    press(seen, "Resume")
    said(seen, f"of {LONG:,},")
    seen.quiet()


def test_two_trainings_queue_and_the_second_begins_when_the_first_is_stopped(
    url: str, look: Callable[..., Seen], runs: Path
) -> None:
    seen = filled(at_train(look(url).open()), "one", LONG)
    press(seen, "Train")
    said(seen, f"of {LONG:,},")
    filled(seen, "two", LONG)
    press(seen, "Add to the queue")
    said(seen, "two: queued")
    assert state(runs, "two") == "queued"
    said(seen, "It begins once the 2 trainings before it are over.")
    filled(seen, "three", LONG)
    press(seen, "Add to the queue")
    said(seen, "three: queued")
    seen.page.locator(".st-key-train-cancel-three button").click()
    said(seen, "three: taken out of the queue")
    press(seen, "Stop")
    said(seen, "one: stopped")
    said(seen, "two has")
    assert state(runs, "two") == "training"
    seen.quiet()


def test_nothing_is_asked_of_the_app_where_nothing_is_trained(
    url: str, look: Callable[..., Seen], runs: Path, data: str
) -> None:
    """A page that polls would be told something each second."""
    seen = look(url)
    told: list[int] = []
    seen.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(len(frame))))
    at_train(seen.open())
    seen.settled()
    seen.page.wait_for_timeout(1000)
    told.clear()
    seen.page.wait_for_timeout(3000)
    assert told == []
    jobs.started(runs, "watched", arguments(data))
    seen.page.reload()
    said(seen, f"of {LONG:,},")
    told.clear()
    seen.page.wait_for_timeout(3000)
    assert len(told) >= 2
    kept = read(runs / FOLDER, 1)
    assert kept is None or kept.run != "watched"


def test_figures_keep_their_place_while_they_change(
    url: str, look: Callable[..., Seen], runs: Path, data: str
) -> None:
    jobs.started(runs, "still", arguments(data))
    seen = at_train(look(url).open())
    seen.page.locator(".st-key-emerging .js-plotly-plot").wait_for(timeout=WAIT)
    heights = """() => ['losses', 'emerging'].map(
        key => document.querySelector(`.st-key-${key}`).getBoundingClientRect().height)"""
    seen.page.wait_for_timeout(1000)
    first = seen.page.evaluate(heights)
    before = losses(seen)
    until(lambda: losses(seen) > before + 1, "no epoch was drawn")
    assert seen.page.evaluate(heights) == first
    seen.quiet()
