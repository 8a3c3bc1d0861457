"""What a report is put together from: formulas, matrices made smaller, the ground of its maps, tables."""

import re
from pathlib import Path

import numpy as np
import pytest

from app.glossary import MEASURES
from app.measured import Measured
from app.places import parted
from app.report.ground import Coloured, ground
from app.report.reduced import heatmap, reduced_words
from app.report.text import formula, table_of
from core.run import Run
from tests.app.conftest import made_run
from tests.app.report_made import Read


@pytest.mark.parametrize("name", MEASURES)
def test_every_formula_is_written_without_a_trace_of_its_source(name: str) -> None:
    written = formula(MEASURES[name].formula)
    assert written.startswith("<math")
    assert not re.search(r">[^<]*\\(?!<)", written), "a command that the converter does not know"


def test_a_reduced_matrix_holds_means_of_blocks(tmp_path: Path) -> None:
    matrix = np.arange(16.0).reshape(4, 4)
    order = parted(np.array([0, 0, 1, 1]), np.arange(4))
    drawn = heatmap(matrix, list("abcd"), order, most=2)
    assert np.asarray(drawn.data[0].z).tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert list(drawn.data[0].x) == ["a +1", "c +1"]
    assert [shape.x0 for shape in drawn.layout.shapes] == [0.5, -0.5]
    assert "2 × 2 sensors" in reduced_words(4, 2)
    assert reduced_words(4, 4) == ""


def test_the_ground_is_drawn_in_kilometres_north_up(tmp_path: Path) -> None:
    found = Measured(Run.load(made_run(tmp_path / "run")))
    dots = ground(found).data[-1]
    x, y = np.asarray(dots.x, dtype=float), np.asarray(dots.y, dtype=float)
    km = found.kilometres()
    assert km is not None
    assert np.hypot(x[0] - x[7], y[0] - y[7]) == pytest.approx(km[0, 7], rel=1e-3)
    assert y.argmax() == found.run.nodes["latitude"].argmax()
    assert x.argmax() == found.run.nodes["longitude"].argmax()
    scaled = ground(found, colours=Coloured(np.arange(24.0), 0, 23, "<b>", "Cividis"))
    assert "&#60;b&#62;" in scaled.to_json()


def test_a_table_says_how_many_rows_it_leaves_out() -> None:
    import pandas as pd

    frame = pd.DataFrame({"<i>": ["<b>", "c"], "n": [1234, 5], "x": [0.00012345, np.inf]})
    shown = Read(table_of(frame, 1))
    assert shown.text == "<i> n x <b> 1,234 0.000123The first 1 of 2 rows."
    assert "The first" not in Read(table_of(frame, 2)).text
    assert "∞" in Read(table_of(frame, 2)).text
