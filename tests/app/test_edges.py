"""Lines between sensors: those along roads stay in sight however many others cross them."""

from pathlib import Path

import pytest

from app.edges import drawn_edges
from app.measured import Measured
from core.run import Run
from tests.app.conftest import ROOT, made_run


def test_the_more_lines_leave_the_roads_the_fainter_they_are() -> None:
    measured = Measured(Run.load(ROOT / "assets" / "demo" / "intergat-plus"))
    few, many = (drawn_edges(measured, "mean", share) for share in (0.01, 0.1))
    for edges in (few, many):
        far, near = edges[-2:]
        assert (far.name, near.name) == ("learned, no road", "learned, on a road")
        assert (near.opacity, near.least > far.least) == (0.85, True)
        assert 0.3 <= far.opacity <= 0.85
    assert many[-2].opacity < few[-2].opacity


def test_without_roads_no_line_gives_way(tmp_path: Path) -> None:
    measured = Measured(Run.load(made_run(tmp_path / "ring", roads=False)))
    (learned,) = drawn_edges(measured, "mean", 0.1)
    assert learned.name == "learned"
    assert learned.opacity == pytest.approx(0.85)
