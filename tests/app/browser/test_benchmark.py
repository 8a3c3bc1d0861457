"""The page Benchmark in a real browser: a small record is read, a choice changes figure and table, nothing is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.benchmark_made import made_record
from tests.app.browser.seen import WAIT, Seen

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    record = made_record(tmp_path_factory.mktemp("benchmarks") / "results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOPOLENS_RECORD", str(record))
        return serve(tmp_path_factory.mktemp("own"))


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (800, "dark")])
def test_the_record_is_seen_chosen_from_and_taken_away(
    app: str, look: Callable[..., Seen], width: int, theme: str
) -> None:
    seen = look(app, width=width, theme=theme).open()
    seen.page.get_by_test_id("stSidebarNavLink").get_by_text("Benchmark", exact=True).click()
    seen.page.locator("h1").get_by_text("What holds of the paper's claims?", exact=True).wait_for(timeout=WAIT)
    seen.settled()
    for key in ("benchmark rows", "benchmark sweep los-loop", "benchmark ablations", "benchmark steps"):
        seen.figure(key)
    tables = seen.page.get_by_test_id("stTable")
    tables.get_by_text("holds only against the published baseline").wait_for(timeout=WAIT)
    for column in ("15 min", "target"):     # errors of the rows, and what the model was to reach
        found = tables.filter(has=seen.page.get_by_role("columnheader", name=column, exact=True))
        assert found.filter(has_text="4.044 ± 0.032").count() == 1, column
    before = seen.figure("benchmark rows").evaluate("box => box.layout.xaxis.title.text")
    seen.page.get_by_role("radio", name="15", exact=True).click()
    seen.page.get_by_text("15 minutes ahead,", exact=False).first.wait_for(timeout=WAIT)
    seen.settled()
    after = seen.figure("benchmark rows").evaluate("box => box.layout.xaxis.title.text")
    assert (before.split(",")[1], after.split(",")[1]) == (" 60 minutes ahead (unit of the data)",
                                                           " 15 minutes ahead (unit of the data)")  # fmt: skip
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="CSV", exact=True).nth(1).click()
    assert download.value.suggested_filename == "topolens-benchmark-results-los-loop-clean-rmse.csv"
    assert "gru,the same network without any graph: the control,5," in Path(download.value.path()).read_text()
    beyond = seen.page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert beyond <= 0, "nothing is wider than the page"
    seen.quiet()
