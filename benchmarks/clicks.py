"""Milliseconds from a click on a cell to the page that shows it, in a browser: ``python -m benchmarks.clicks RUN``.

Needs Chromium. The clock starts when the browser gets the click and stops when the address names the pair, the script
has run to its end and every figure that changed is drawn anew.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import click
from playwright.sync_api import Page, sync_playwright

from benchmarks.start import ROOT, answered, free_port

WATCH = """() => {
    window.timed = null;
    const box = document.querySelector('.st-key-matrix .js-plotly-plot');
    const before = [location.search, box.dataset.drawn];
    document.addEventListener('pointerup', () => {
        const start = performance.now();
        const look = () => {
            const app = document.querySelector('[data-testid="stApp"]');
            const done = location.search !== before[0] && box.dataset.drawn !== before[1]
                && app.getAttribute('data-test-script-state') === 'notRunning';
            if (done) { window.timed = performance.now() - start; } else { requestAnimationFrame(look); }
        };
        requestAnimationFrame(look);
    }, {once: true, capture: true});
}"""


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True))
@click.option("--clicks", default=20, show_default=True)
@click.option("--chromium", default="/usr/bin/chromium", show_default=True)
def clicks(run: Path, clicks: int, chromium: str) -> None:
    """Click cells of the matrix on the page Heads of the run in folder RUN, one after the other."""
    port = free_port()
    words = ["run", "app/main.py", "--server.port", str(port), "--server.headless", "true"]
    app = subprocess.Popen([sys.executable, "-m", "streamlit", *words], cwd=ROOT, stdout=subprocess.DEVNULL,
                           env={**os.environ, "TOPOLENS_RUNS": str(run.resolve().parent)})
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            answered(page, f"http://127.0.0.1:{port}/heads?v=1&run={run.name}", app)
            page.wait_for_selector(".st-key-matrix .js-plotly-plot .main-svg", timeout=60_000)
            page.wait_for_timeout(3_000)
            _timed(page, 0)     # the first click fills the caches
            milliseconds = [_timed(page, k) for k in range(1, clicks + 1)]
            browser.close()
    finally:
        app.terminate()
        app.wait()
    click.echo(f"click to updated page, {run.name}, ms: median {statistics.median(milliseconds):.0f} "
               f"({min(milliseconds):.0f} to {max(milliseconds):.0f}) of {clicks}")


def _timed(page: Page, turn: int) -> float:
    box = page.locator(".st-key-matrix .nsewdrag").first.bounding_box()
    if box is None:
        raise click.ClickException("the page shows no matrix")
    page.evaluate(WATCH)
    x, y = box["x"] + 40 + 13 * (turn % 24), box["y"] + 60 + 11 * (turn % 24)
    page.mouse.move(x - 1, y)
    page.mouse.click(x, y)
    page.wait_for_function("() => window.timed !== null", timeout=60_000)
    page.wait_for_timeout(300)
    return float(page.evaluate("() => window.timed"))


if __name__ == "__main__":
    clicks(prog_name="python -m benchmarks.clicks")
