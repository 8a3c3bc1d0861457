"""A matrix from elsewhere in a real browser: uploaded, opened, and seen on the pages that need no forecast."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.app.browser.seen import WAIT, Seen

pytestmark = pytest.mark.browser
QUESTION = "What does a matrix of mine show?"


def softmax_adjacency(sensors: int, groups: int = 6) -> np.ndarray:
    """What Graph WaveNet learns, in form: softmax over rows of relu(E1 E2), for sensors that come in groups."""
    random = np.random.default_rng(0)
    group = random.integers(0, groups, sensors)
    centre = 1.6 * random.normal(size=(groups, 10))
    receivers, senders = (centre[group] + 0.6 * random.normal(size=(sensors, 10)) for _ in range(2))
    weights = np.exp(np.maximum(receivers @ senders.T, 0))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def app(serve: Callable[[Path], str], runs: Path) -> str:
    return serve(runs)


def at_page(seen: Seen) -> Seen:
    """The page by its link: asked for by its address, Streamlit first looks for itself beneath that address."""
    seen.open().page.get_by_test_id("stSidebarNavLink").get_by_text("Matrix", exact=True).click()
    seen.page.locator("h1").get_by_text(QUESTION, exact=True).wait_for(timeout=WAIT)
    return seen.settled()


def uploaded(seen: Seen, file: Path) -> Seen:
    seen.page.locator("input[type=file]").first.set_input_files(file)
    seen.page.get_by_text(file.name, exact=True).first.wait_for(timeout=WAIT)
    return seen.settled()


@pytest.mark.parametrize(("sensors", "width", "theme"), [(800, 1400, "light"), (48, 800, "dark")])
def test_a_softmax_adjacency_is_uploaded_and_seen_on_every_page_of_the_matrix(
    app: str, look: Callable[..., Seen], tmp_path: Path, runs: Path, sensors: int, width: int, theme: str
) -> None:
    np.save(tmp_path / f"adp{sensors}.npy", softmax_adjacency(sensors))
    seen = uploaded(at_page(look(app, width=width, theme=theme)), tmp_path / f"adp{sensors}.npy")
    seen.page.get_by_text(f"{sensors} sensors", exact=False).first.wait_for(timeout=WAIT)
    seen.page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT)
    assert not (runs / f"adp{sensors}").exists()
    seen.page.get_by_role("button", name="Open it").click()
    seen.page.locator("h1").get_by_text("Whom does each sensor listen to?", exact=True).wait_for(timeout=WAIT)
    seen.settled()
    assert f"run=adp{sensors}" in seen.page.url
    for page in ("communities", "map", "spectrum", "overview"):
        seen.turn(page)
        if page in ("communities", "map"):
            assert seen.nodes() == sensors
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text("Forecast", exact=True).click()
    seen.page.get_by_text("is a matrix alone: it came without a model").wait_for(timeout=WAIT)
    seen.quiet()


@pytest.mark.parametrize("width", [1400, 800])
def test_a_hostile_graph_is_refused_with_words(
    app: str, look: Callable[..., Seen], tmp_path: Path, runs: Path, width: int
) -> None:
    file = tmp_path / "laughs.graphml"
    file.write_text('<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><graphml>&b;</graphml>')
    before = sorted(runs.iterdir())
    seen = uploaded(at_page(look(app, width=width)), file)
    seen.page.get_by_text("This cannot be read as a matrix: 1", exact=False).wait_for(timeout=WAIT)
    assert seen.page.get_by_role("button", name="Open it").count() == 0
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="CSV", exact=True).click()
    said = Path(download.value.path()).read_text()
    assert "laughs.graphml,1,,must have no document type and no entities" in said.replace('"', "")
    assert sorted(runs.iterdir()) == before
    seen.quiet()
