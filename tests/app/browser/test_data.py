"""Data of one's own in a browser: ten faults are ten rows, good files are kept and shown, hostile ones do nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.sensors import node_table
from tests.app.browser.seen import WAIT, Seen
from tests.app.conftest import HOSTILE
from tests.app.test_data_page import made, spoilt

pytestmark = pytest.mark.browser

QUESTION = "What is in my data, and what is wrong with them?"


@pytest.fixture(scope="module")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of data sets, empty but for what a test puts there."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def address(serve: Callable[[Path], str], data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The app with that folder of data sets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOPOLENS_DATA", str(data_root))
        return serve(tmp_path_factory.mktemp("runs"))


def page(seen: Seen) -> Seen:
    """The page on data, by its link."""
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text("Data", exact=True).click()
    seen.page.locator("h1").get_by_text(QUESTION, exact=True).wait_for(timeout=WAIT)
    return seen.settled()


def bring(seen: Seen, name: str, files: dict[str, tuple[str, bytes]]) -> None:
    """Fill in the form with files (kind -> their name and content) and send it."""
    if not seen.page.get_by_label("Name", exact=True).is_visible():
        seen.page.get_by_text("Bring your own data", exact=True).click()
    seen.page.get_by_label("Name", exact=True).fill(name)
    for kind, (called, content) in files.items():
        box = seen.page.locator(f".st-key-data-{kind}")
        box.locator("input[type=file]").set_input_files({"name": called, "mimeType": "text/csv", "buffer": content})
        box.get_by_test_id("stFileChipName").wait_for(timeout=WAIT)
    seen.page.get_by_role("button", name="Check and keep").click()


def texts(folder: Path, data: Any) -> dict[str, tuple[str, bytes]]:
    """The files of a data set, as they would be uploaded."""
    from core.data.folder import write

    write(data, folder)
    return {kind: (f"{kind}.csv", (folder / f"{kind}.csv").read_bytes()) for kind in ("values", "adjacency", "nodes")}


def faulty() -> bytes:
    lines = ["time,A,B"] + [f"2024-01-{1 + k // 24:02d} {k % 24:02d}:00,{k},{k}" for k in range(48)]
    for k in range(10):
        lines[2 + k] = f"2024-01-01 {1 + k:02d}:00,{k},bad {k}"
    return "\n".join(lines).encode()


def test_an_upload_with_ten_faults_shows_ten_with_row_and_column(
    address: str, data_root: Path, look: Callable[..., Seen]
) -> None:
    seen = page(look(address).open())
    bring(seen, "ten", {"values": ("my speeds.csv", faulty())})
    seen.page.get_by_text("10 faults found, and nothing was kept.").wait_for(timeout=WAIT)
    seen.settled()
    table = seen.page.locator(".st-key-fault-list")
    table.locator("[role=gridcell]").nth(39).wait_for(state="attached", timeout=WAIT)
    cells = table.locator("[role=gridcell]").all_inner_texts()
    rows = [cells[k : k + 4] for k in range(0, len(cells), 4)]
    assert [row[:3] for row in rows] == [["values.csv", str(3 + k), "B"] for k in range(10)]
    assert [row[3] for row in rows] == [f"must be a number, got 'bad {k}'" for k in range(10)]
    with seen.page.expect_download(timeout=WAIT) as download:
        table.get_by_role("button", name="CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 11
    assert not list((data_root / "own").iterdir())
    seen.quiet()


def test_good_files_are_kept_shown_and_handed_to_training(
    address: str, data_root: Path, look: Callable[..., Seen], tmp_path: Path
) -> None:
    seen = page(look(address).open())
    bring(seen, "good", texts(tmp_path / "good", spoilt()))
    seen.page.get_by_text("has 5 sensors and 672 steps").wait_for(timeout=WAIT)
    seen.settled()
    assert sorted(path.name for path in (data_root / "own" / "good").iterdir()) == [
        "about.json", "adjacency.csv", "nodes.csv", "values.csv",
    ]  # fmt: skip
    assert seen.page.get_by_text("(row 360) the level of").count() >= 1
    assert seen.nodes() == 5
    seen.figure("data level")
    assert seen.marks("data level") == 1
    seen.page.get_by_role("button", name="Train on these data").click()
    seen.page.locator("h1").get_by_text("What will this training need").wait_for(timeout=WAIT)
    seen.settled()
    chosen = seen.page.locator(".st-key-train-load input").input_value()
    assert chosen.startswith("good: your own data")
    seen.quiet()


def test_hostile_names_of_files_and_sensors_do_nothing(
    address: str, data_root: Path, look: Callable[..., Seen], tmp_path: Path
) -> None:
    ids = tuple(dict.fromkeys(HOSTILE))
    values = made(sensors=len(ids)).values.copy()
    values[100:150, 2] = 1
    values[10:60, 0] = np.nan
    nodes = node_table(ids, np.linspace(48, 48.1, len(ids)), np.linspace(11, 11.1, len(ids)), list(ids))
    files = texts(tmp_path / "odd", made(ids=ids, values=values, nodes=nodes))
    evil = "<img src=x onerror=window.hit=1>..%2f..%2fetc.csv"
    files["values"] = (evil, files["values"][1])
    seen = page(look(address).open())
    seen.page.get_by_text("Bring your own data", exact=True).click()
    seen.page.get_by_label("In which unit", exact=True).fill("<img src=x onerror=window.hit=1>")
    bring(seen, "../../etc", files)
    seen.page.get_by_text("They could not be kept").wait_for(timeout=WAIT)
    bring(seen, "odd", {})
    seen.page.get_by_text(f"has {len(ids)} sensors").wait_for(timeout=WAIT)
    seen.settled()
    assert seen.nodes() == len(ids)
    for frame in seen.page.frames:
        assert frame.evaluate("() => window.hit") is None
    assert seen.page.locator("img[src=x], a[href*=example]").count() == 0
    assert sorted(path.name for path in (data_root / "own").iterdir() if path.name != "good") == ["odd"]
    seen.quiet()


@pytest.mark.real_data
def test_sz_taxi_shows_its_shift_at_row_960_and_what_is_missing(
    published: Path, address: str, data_root: Path, look: Callable[..., Seen]
) -> None:
    (data_root / "sz-taxi").symlink_to(published / "sz-taxi")
    seen = page(look(address).open())
    seen.page.locator(".st-key-data-shown").get_by_role("button", name="Open").click()
    seen.page.get_by_role("option").get_by_text("sz-taxi").click(timeout=WAIT)
    seen.page.get_by_text("has 156 sensors and 2,976 steps").wait_for(timeout=WAIT)
    seen.settled()
    assert seen.page.get_by_text("24.8\u00a0% of all values are missing").count() == 1
    assert seen.page.get_by_text("(row 960) the level of").count() >= 1
    seen.figure("data level")
    seen.page.wait_for_function(
        """() => {
            const box = document.querySelector('.st-key-data-level .js-plotly-plot');
            const notes = ((box && box.layout && box.layout.annotations) || []).map(note => note.text.split(':')[0]);
            return notes.length === 1 && notes[0] === 'row 960';
        }""",
        timeout=WAIT,
    )
    seen.quiet()
