"""The app served as a user serves it, and tabs of a browser that may ask nobody else."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.browser.seen import Seen
from tests.app.conftest import ROOT, made_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def odd_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs made by hand: one with hostile names, one without coordinates."""
    folder = tmp_path_factory.mktemp("odd")
    made_run(folder / "hostile", hostile=True)
    made_run(folder / "layout", coordinates=False)
    return folder


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Starts the app as a user does, with that folder of runs; gives its address."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(runs: Path) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.headless=true",
                   f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]  # fmt: skip
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "TOPOLENS_RUNS": str(runs)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        servers.append(server)
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health"):
                    return url
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the app ended before it answered"
                time.sleep(0.1)
        raise AssertionError("the app did not answer")

    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def demo(serve: Callable[[Path], str], odd_runs: Path) -> str:
    """The app with the demo and the odd runs."""
    return serve(odd_runs)


@pytest.fixture
def look(browser: "Browser") -> Iterator[Callable[..., Seen]]:
    """Opens a tab of its own that may ask nobody but the app."""
    contexts = []

    def tab(url: str, width: int = 1400, theme: str = "light") -> Seen:
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
        contexts.append(context)
        seen = Seen(context.new_page(), url)

        def route(asked: Any) -> None:
            if asked.request.url.startswith((url, "data:", "blob:")):
                asked.continue_()
            else:
                seen.wrong.append(f"asked another host: {asked.request.url}")
                asked.abort()

        context.route("**/*", route)
        seen.page.on("requestfailed", lambda asked: seen.wrong.append(f"failed: {asked.url} {asked.failure}"))
        seen.page.on("response", lambda got: got.status >= 400 and seen.wrong.append(f"{got.status}: {got.url}"))
        seen.page.on("console", lambda said: said.type == "error" and seen.wrong.append(f"console: {said.text}"))
        seen.page.on("pageerror", lambda error: seen.wrong.append(f"error: {error}"))
        return seen

    yield tab
    for context in contexts:
        context.close()
