"""The report: every page's question, answer and figures in one file, of every kind of run."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from app.glossary import MEASURES
from app.measured import FORECAST, Measured
from app.report import report_page
from app.report.reduced import ROOM, side
from app.report.text import cell
from app.report.written import control_beside
from app.selection import Selection
from core.data.about import UNSTATED
from core.matrices import read as read_matrix
from core.matrices import written as kept_matrix
from core.run import Run
from tests.app.conftest import QUESTIONS, made_run
from tests.app.report_made import MADE, Read, read


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The report of a run that has everything."""
    return read(tmp_path_factory.mktemp("runs") / "ring")


def test_every_page_has_its_question_and_its_answer(whole: Read) -> None:
    for question in QUESTIONS.values():
        assert question in whole.text
    for words in (
        "intergat-plus is off by",  # overview
        "a typical sensor listens to about",  # heads
        "The first mode",  # spectrum
        "finds 4 communities",  # communities
        "run along a road",  # map
        "It beats repeating the last value at",  # forecast
    ):
        assert words in whole.text, words


def test_every_head_has_its_matrix_and_its_histogram(whole: Read) -> None:
    alts = [str(kept.get("aria-label")) for kept in whole.attributes("div") if kept.get("role") == "img"]
    for name in ("the mean of the heads", "head 1", "head 2", "head 3"):
        assert any(alt.startswith(f"Heatmap of {name}: who listens") for alt in alts)
        assert f"Histogram of the weights between sensors in {name}" in alts
    assert len(alts) == len(whole.figures) == len(set(alts)), "each figure has a text of its own"
    assert all(whole.figures), "and each has its data"


def test_figures_hold_what_was_measured(tmp_path: Path) -> None:
    found = Measured(Run.load(made_run(tmp_path / "run")))
    page = read(tmp_path / "run", Selection(head="head 2"))
    matrices = [figure for figure in page.figures if _title(figure) == "sender (who is heard)"]
    order = found.order("mean", "group").order
    drawn = go.Figure(matrices[2])  # after the mean and head 1
    assert np.array_equal(_sent(drawn.data[0].z), found.matrix("head 2")[np.ix_(order, order)])
    eigenvalues = next(figure for figure in page.figures if _title(figure).startswith("mode, the largest"))
    values = _sent(go.Figure(eigenvalues).data[0].y)
    assert values == pytest.approx(found.spectrum("head 2").values, rel=1e-5)


def test_where_no_unit_is_stated_no_number_of_the_report_is_given_that_for_one(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    record = json.loads((folder / "run.json").read_text())
    record["data"]["unit"] = UNSTATED
    (folder / "run.json").write_text(json.dumps(record))
    page = Read(report_page(Run.load(folder), made=MADE))
    shown = page.text + " ".join(page.data.values())
    assert f"[{UNSTATED}]" in shown, "a column may say so"
    broken = re.findall(rf".{{40}}[\d}}][\s\u00a0]{UNSTATED}", shown)
    assert not broken
    assert f"in {UNSTATED}" not in page.text


def test_curves_are_those_of_the_step_that_is_asked_for(tmp_path: Path) -> None:
    run = Run.load(made_run(tmp_path / "run"))
    kept = run.tested
    page = read(tmp_path / "run", Selection(step=3, sensors=("S07",)))
    curves = next(figure for figure in page.figures if _title(figure) == "local time")
    drawn = {trace.name: _sent(trace.y) for trace in go.Figure(curves).data}
    assert np.array_equal(drawn["forecast"], kept.forecast[:, 2, 7])
    assert np.array_equal(drawn["observed"], kept.target[:, 2, 7], equal_nan=True)
    assert np.array_equal(drawn["last value"], kept.last_value[:, 7])


def _sent(array: Any) -> np.ndarray:
    """An array as Plotly sends it: its bytes in base64."""
    values = np.frombuffer(base64.b64decode(array["bdata"]), dtype=array["dtype"])
    return values.reshape([int(size) for size in str(array.get("shape", len(values))).split(",")])


def _title(figure: dict[str, Any]) -> str:
    return str(figure["layout"].get("xaxis", {}).get("title", {}).get("text", ""))


def test_the_numbers_in_tables_are_those_of_the_run(tmp_path: Path) -> None:
    found = Measured(Run.load(made_run(tmp_path / "run")))
    text = read(tmp_path / "run").text
    assert f"60.0 intergat-plus {cell(found.errors()[FORECAST].mae[3])}" in text
    assert "The first 20 of 24 rows." in text
    assert "Settings of the training what value epochs 3" in text
    assert "0" * 64 in text


def test_the_map_shows_roads_and_learned_edges_with_their_numbers(whole: Read) -> None:
    names = {trace.get("name") for figure in whole.figures for trace in figure["data"]}
    assert {"road, not learned: 18", "learned, on a road: 6", "road: 24"} <= names
    assert "6 pairs drawn, 270 weaker pairs left out" in whole.text


def test_each_measure_is_explained_with_a_formula(whole: Read) -> None:
    for name in ("mae", "interaction", "ipr", "modularity", "auroc"):
        assert MEASURES[name].reading in "".join(whole.said)
    assert len(whole.attributes("math")) >= 20


@pytest.mark.parametrize(
    ("settings", "said", "missing"),
    [
        ({"heads": 0, "model": "gru"}, "gru lets no sensor listen to another: it has no learned graph", "Eigenvalues"),
        ({"coordinates": False}, "These data have no coordinates: this is a layout of the road graph", "2 km"),
        ({"roads": False}, "These data have no road graph to compare with", "road, not learned"),
        ({"roads": False, "groups": False}, "These data have neither a road graph nor known groups", "Contrast of"),
        ({"heads": 1}, "There is one head only", "The mean of the heads"),
        ({"truth": False}, "29", "planted graph"),
        ({"matrix": np.zeros((24, 24))}, "Nothing: this matrix has no weight between any two sensors", "modularity 0."),
        ({"sensors": 1, "heads": 1, "matrix": [[1.0]]}, "There is one sensor only: nobody to listen to", "2 km"),
        ({"matrix": -np.eye(24, k=1)}, "Most pairs go one way", "nan"),
    ],
    ids=["no heads", "no places", "no roads", "nothing known", "one head", "no truth", "zeros", "one", "negative"],
)
def test_what_a_run_does_not_have_is_said(tmp_path: Path, settings: dict[str, Any], said: str, missing: str) -> None:
    page = read(tmp_path / "run", **settings)
    assert said in page.text
    alts = " ".join(str(kept.get("aria-label")) for kept in page.attributes("div"))
    assert missing not in page.text.split("How to read this")[0] + alts
    assert "How far off is the forecast, and where?" in page.text


@pytest.mark.parametrize("coordinates", [True, False])
def test_agreement_is_told_as_on_the_page(tmp_path: Path, coordinates: bool) -> None:
    found = read(tmp_path / "run", Selection(head="head 2", method="spectral", count=4), coordinates=coordinates)
    said = found.text
    told = "They are much the same as the 4 known groups, more than by chance: ARI 1.00, by chance "
    assert (told in said) == coordinates
    assert ("this null still calls about one in six alike" in said) == coordinates
    unknown = "Beside the 4 known groups: ARI 1.00, NMI 1.00. Whether that is more than chance cannot be told, as no s"
    assert (unknown in said) != coordinates


def test_a_matrix_alone_has_a_report_without_forecasts(tmp_path: Path) -> None:
    np.save(tmp_path / "learned.npy", np.eye(5, k=1, dtype=np.float32))
    run = kept_matrix(read_matrix(tmp_path / "learned.npy"), tmp_path / "alone")
    page = Read(report_page(run, made=MADE))
    assert "is a matrix alone: 5 sensors, 1 head, and no model whose forecast could be judged" in page.text
    assert "This run holds a matrix and no forecasts" in page.text
    assert "MAE" not in page.text
    assert control_beside(run) is None


def test_an_optimistic_protocol_is_marked_at_the_top_and_at_its_errors(tmp_path: Path) -> None:
    text = read(tmp_path / "run", protocol="published").text
    assert text.index("optimistic, the test part picked the epoch") < text.index("Contents")
    assert text.count("they are there only to stand beside published tables") == 2
    assert "optimistic" not in read(tmp_path / "clean").text


def test_the_report_is_well_under_ten_megabytes_however_many_heads_and_sensors(tmp_path: Path) -> None:
    run = Run.load(made_run(tmp_path / "run", heads=30, sensors=260, truth=False, groups=False, steps=1))
    page = report_page(run, made=MADE)
    assert len(page.encode()) < 10_000_000
    assert "each cell is the mean of" in page
    assert "6 more heads have no picture here" in page
    assert side(8) ** 2 * 4 * 4 / 3 * 8 <= ROOM


def test_the_control_without_a_graph_is_found_beside_the_run_and_compared(tmp_path: Path) -> None:
    run = Run.load(made_run(tmp_path / "ours"))
    assert control_beside(run) is None
    made_run(tmp_path / "other", heads=0, model="gru", protocol="published")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    np.save(tmp_path / "a.npy", np.eye(3))
    kept_matrix(read_matrix(tmp_path / "a.npy"), tmp_path / "alone")
    assert control_beside(run) is None, "another protocol is no control, nor is a matrix alone"
    made_run(tmp_path / "control", heads=0, model="gru", better=0.1)
    control = control_beside(run)
    assert control is not None
    assert control.name == "control"
    page = Read(report_page(run, control=control, made=MADE))
    assert "Without any graph (model gru, same data and protocol) the error is" in page.text
    assert "no graph" in {trace.get("name") for figure in page.figures for trace in figure["data"]}
    assert "trained differently" not in page.text
    made_run(tmp_path / "aaa", heads=0, model="gru", record={"training": {"epochs": 60}})
    control = control_beside(run)
    assert control is not None
    assert control.name == "control", "of two that which was trained most alike"
    made_run(tmp_path / "itself", heads=0, record={"training": {"epochs": 60}})
    control = control_beside(run)
    assert control is not None
    assert control.name == "itself"
    text = Read(report_page(run, control=control, made=MADE)).text
    assert "Without any graph (model intergat-plus without graph, same data and protocol) the error is" in text
    assert "they were trained differently (3 and 60 epochs)" in text
    assert "intergat-plus (no graph)" in text
    assert control_beside(control) is None


def test_the_selection_decides_what_is_shown_and_what_is_stale_falls_back(tmp_path: Path) -> None:
    chosen = Selection(head="head 2", share=0.1, mode=3, step=1, sensors=("S07", "gone"), method="spectral", count=3)
    text = read(tmp_path / "run", chosen).text
    for words in ("Figures of one matrix are about head 2", "strongest 10 % of all pairs", "Mode 3 (eigenvalue",
                  "At 15 minutes ahead", "S07: forecast off by", "finds 3 communities"):  # fmt: skip
        assert words in text, words
    stale = read(tmp_path / "run", Selection(head="gone", mode=999, step=99)).text
    assert "about the mean of the heads" in stale
    assert "Mode 24" in stale
