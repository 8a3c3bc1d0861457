"""Seconds from ``streamlit run app/main.py`` to the first page drawn: ``python -m benchmarks.start``.

Needs Chromium. The page counts as drawn when its title and its first figure are visible.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click
from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT = Path(__file__).parents[1]


@click.command()
@click.option("--turns", default=5, show_default=True)
@click.option("--chromium", default="/usr/bin/chromium", show_default=True)
def start(turns: int, chromium: str) -> None:
    """Start the app anew each turn and wait for its first page; the browser itself is already open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        seconds = [_once(browser) for _ in range(turns)]
        browser.close()
    click.echo(f"start to first page, seconds: median {statistics.median(seconds):.2f} "
               f"({min(seconds):.2f} to {max(seconds):.2f}) of {turns}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answered(page: Page, address: str, app: subprocess.Popen[bytes]) -> None:
    """Open an address of an app that is starting, as soon as it answers."""
    begin = time.perf_counter()
    while True:
        try:
            page.goto(address)
        except Error:  # the server is not up yet
            if app.poll() is not None or time.perf_counter() - begin > 60:
                raise
            time.sleep(0.02)
        else:
            return


def _once(browser: Browser) -> float:
    port = free_port()
    words = ["run", "app/main.py", "--server.port", str(port), "--server.headless", "true"]
    begin = time.perf_counter()
    app = subprocess.Popen([sys.executable, "-m", "streamlit", *words], cwd=ROOT, stdout=subprocess.DEVNULL,
                           env={**os.environ, "TOPOLENS_RUNS": "runs"})
    try:
        page = browser.new_page()
        answered(page, f"http://127.0.0.1:{port}", app)
        page.wait_for_selector("h1", timeout=60_000)
        page.wait_for_selector(".js-plotly-plot", timeout=60_000)
        took = time.perf_counter() - begin
        page.close()
        return took
    finally:
        app.terminate()
        app.wait()


if __name__ == "__main__":
    start(prog_name="python -m benchmarks.start")
