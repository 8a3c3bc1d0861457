"""The lines in the README for a notebook run as they stand there, without Streamlit."""

import os
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[1]
# Plotly's own show() opens a browser: here it says what it would have shown.
BEFORE = "import plotly.graph_objects as go\ngo.Figure.show = lambda figure: print('shown', figure.data[0].type)\n"
AFTER = "\nimport sys\nassert not {'streamlit', 'torch'} & set(sys.modules), 'loaded'\n"


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_the_lines_for_a_notebook_are_at_most_five_besides_the_import() -> None:
    (block,) = blocks()
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith(("from ", "import "))]
    assert len(lines) == 5
    assert all(len(line) <= 120 for line in lines)


def test_they_open_measure_draw_and_export_and_need_no_streamlit(tmp_path: Path) -> None:
    (block,) = blocks()
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", BEFORE + block + AFTER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    lift, shown = result.stdout.splitlines()
    assert float(lift) > 1, "the demo's head follows the roads"
    assert shown == "shown heatmap"
    graph = nx.read_graphml(tmp_path / "learned.graphml")
    assert graph.number_of_nodes() == 120
    assert "Figures of one matrix are about head 2" in (tmp_path / "report.html").read_text()
