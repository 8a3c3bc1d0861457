"""What several tests share: real data, a browser, small runs. What cannot be had is skipped with its reason."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

# One thread, here and in every process that a test starts: on a machine that does other work as well, two threads
# wait for each other most of the time, and small models gain nothing from them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A test says the same whenever and wherever it runs: the same examples, and no limit of time, which a first import or
# a busy machine takes up.
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from core.data.sensors import SensorData

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of published data sets that TOPOLENS_DATA names."""
    named = os.environ.get("TOPOLENS_DATA")
    if not named:
        pytest.skip("TOPOLENS_DATA does not name a folder of published data")
    folder = Path(named).resolve()
    assert folder.is_dir(), f"TOPOLENS_DATA must name a folder, got {named}"
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium without a screen; TOPOLENS_BROWSER_REQUIRED=1 makes its absence a failure."""
    found = [path for path in CHROMIUM if Path(path).exists()]
    if not found:
        if os.environ.get("TOPOLENS_BROWSER_REQUIRED") == "1":
            pytest.fail("browser tests are required, but Chromium is not installed")
        pytest.skip("Chromium is not installed: the pages are not tested in a browser")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found[0], args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def city() -> "SensorData":
    """One week of the made-up city."""
    from core.data import city

    return city.load(weeks=1)


@pytest.fixture(scope="session")
def los_loop_run(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of ``intergat-gru`` on Los-Loop, from the published files, one epoch long."""
    from core.data import load
    from core.experiment import Plan, settings_for, trained

    out = tmp_path_factory.mktemp("runs") / "los-loop"
    settings = settings_for("intergat-gru", epochs=1)
    trained(load("los-loop", published), Plan(model="intergat-gru", settings=settings, load="los-loop"), out)
    return out
