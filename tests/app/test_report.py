"""The report: every page's question, answer and figures in one file, of every kind of run; no name in it is markup."""

import base64
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from click.testing import CliRunner

from app.__main__ import cli
from app.glossary import MEASURES
from app.measured import FORECAST, Measured
from app.places import parted
from app.reading.words import code, plain
from app.report import report_page, write_report
from app.report.ground import Coloured, ground
from app.report.page import in_script
from app.report.reduced import ROOM, heatmap, reduced_words, side
from app.report.text import cell, formula, html_of, table_of
from app.report.written import control_beside
from app.selection import Selection
from core.matrices import read as read_matrix
from core.matrices import written as kept_matrix
from core.run import Run
from tests.app.conftest import HOSTILE, QUESTIONS, made_run

ROOT = Path(__file__).resolve().parents[2]
MADE = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)


class Read(HTMLParser):
    """A page as a browser takes it: its text without scripts, its tags, its figures, and every address it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: dict[str, str] = {}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th", "summary", "div"):
            self.said.append(" ")
        if tag in ("script", "style"):
            self.inside = str(dict(attrs).get("id") or tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.data[self.inside] = self.data.get(self.inside, "") + data
        else:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).replace("\u00a0", " ").split())

    @property
    def figures(self) -> list[dict[str, Any]]:
        return [json.loads(text) for name, text in self.data.items() if re.fullmatch(r"figure-\d+", name)]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [kept for name, kept in self.tags if name == tag]


def read(folder: Path, selection: Selection | None = None, **settings: Any) -> Read:
    return Read(report_page(Run.load(made_run(folder, **settings)), selection, made=MADE))


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


@pytest.mark.parametrize("name", MEASURES)
def test_every_formula_is_written_without_a_trace_of_its_source(name: str) -> None:
    written = formula(MEASURES[name].formula)
    assert written.startswith("<math")
    assert not re.search(r">[^<]*\\(?!<)", written), "a command that the converter does not know"


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


def test_no_name_title_or_note_becomes_markup(tmp_path: Path) -> None:
    bad = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"
    record = {"title": bad, "versions": {bad: bad}, "machine": bad}
    page = read(tmp_path / "run", hostile=True, note=bad, record=record)
    scripts = page.attributes("script")
    assert len([kept for kept in scripts if not kept]) == 2, "Plotly and our own"
    assert all(kept.get("type") == "application/json" for kept in scripts if kept)
    assert not page.attributes("img")
    assert not page.attributes("a") or all(str(kept["href"]).startswith("#") for kept in page.attributes("a"))
    assert not [kept for _, kept in page.tags for name in kept if name.startswith("on")]
    assert bad in page.text
    assert HOSTILE[7][:20] in page.text, "and they are shown as they are"


def test_nothing_is_fetched_and_the_policy_says_so(tmp_path: Path) -> None:
    raw = report_page(Run.load(made_run(tmp_path / "run")), made=MADE)
    page = Read(raw)
    for _, kept in page.tags:
        assert not {"src", "srcset", "data", "action", "poster"} & set(kept)
        assert str(kept.get("href", "#")).startswith("#")
    assert not page.attributes("link")
    assert not page.attributes("iframe")
    assert "url(" not in page.data["style"]
    assert "@import" not in page.data["style"]
    policy = next(str(kept["content"]) for kept in page.attributes("meta") if "http-equiv" in kept)
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_the_report_is_well_under_ten_megabytes_however_many_heads_and_sensors(tmp_path: Path) -> None:
    run = Run.load(made_run(tmp_path / "run", heads=30, sensors=260, truth=False, groups=False, steps=1))
    page = report_page(run, made=MADE)
    assert len(page.encode()) < 10_000_000
    assert "each cell is the mean of" in page
    assert "6 more heads have no picture here" in page
    assert side(8) ** 2 * 4 * 4 / 3 * 8 <= ROOM


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


def test_markdown_of_our_sentences_becomes_html_and_text_of_data_stays_text() -> None:
    assert html_of("**2 of 3** are `S1`.") == "<strong>2 of 3</strong> are <code>S1</code>."
    assert html_of("a < b & c") == "a &lt; b &amp; c"
    for text in (*HOSTILE, "a**b**c", "`", "``", "a`b``c", "\\", "\\*", "&lt;", "* x", "_u_", "<b>&amp;"):
        shown = Read(f"<p>{html_of(plain(text))}|{html_of(code(text))}|</p>")
        first, second, _ = "".join(shown.said).split("|")
        assert [tag for tag, _ in shown.tags] in (["p", "code"], ["p"]), text
        line = " ".join(text.replace("\u202e", "").split())
        wanted = line if len(line) <= 60 else line[:59] + "…"
        assert first == wanted
        assert second == wanted


def test_a_table_says_how_many_rows_it_leaves_out() -> None:
    import pandas as pd

    frame = pd.DataFrame({"<i>": ["<b>", "c"], "n": [1234, 5], "x": [0.00012345, np.inf]})
    shown = Read(table_of(frame, 1))
    assert shown.text == "<i> n x <b> 1,234 0.000123The first 1 of 2 rows."
    assert "The first" not in Read(table_of(frame, 2)).text
    assert "∞" in Read(table_of(frame, 2)).text


def test_a_figure_in_a_script_cannot_end_it() -> None:
    figure = go.Figure(layout={"title": {"text": "</script>"}})
    assert "<" not in in_script(figure)
    assert json.loads(in_script(figure))["layout"]["title"]["text"] == "</script>"
    assert "template" not in json.loads(in_script(figure))["layout"]


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
    assert "Without any graph (model intergat-plus without heads, same data and protocol) the error is" in text
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


def test_the_command_writes_the_report_and_says_how_far_it_is(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    out = tmp_path / "report.html"
    out.write_text("an older one")
    result = CliRunner().invoke(cli, ["report", str(run), "-o", str(out), "--head", "head 1", "--share", "0.05"])
    assert result.exit_code == 0, result.output
    assert "4 of 8  Communities" in result.stderr
    assert re.search(r"report\.html: \d\.\d MB", result.stdout)
    assert "Figures of one matrix are about head 1" in Read(out.read_text()).text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--head", "head 9"], "head must be one of mean, head 1, head 2, head 3, got 'head 9'"),
        (["--share", "7"], "share must be greater than 0 and at most 1, got 7"),
        (["--share", "nan"], "share must be greater than 0"),
    ],
)
def test_the_command_refuses_what_it_cannot_show_and_leaves_the_file_alone(
    tmp_path: Path, options: list[str], said: str
) -> None:
    run, out = made_run(tmp_path / "run"), tmp_path / "report.html"
    out.write_text("an older one")
    result = CliRunner().invoke(cli, ["report", str(run), "-o", str(out), *options])
    assert result.exit_code == 1
    assert said in result.stderr
    assert out.read_text() == "an older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "run"]


def test_the_command_refuses_what_is_no_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["report", str(tmp_path), "-o", str(tmp_path / "r.html")])
    assert result.exit_code == 1
    assert "a run is a folder with a run.json" in result.stderr


@pytest.mark.parametrize("name", ["a.graphml", "a.gexf", "a.html"])
def test_the_command_exports_by_the_ending_of_the_file(tmp_path: Path, name: str) -> None:
    run = made_run(tmp_path / "run")
    result = CliRunner().invoke(cli, ["export", str(run), "-o", str(tmp_path / name), "--share", "0.05"])
    assert result.exit_code == 0, result.output
    start = (tmp_path / name).read_text()[:400]
    assert {"a.graphml": "<graphml", "a.gexf": "<gexf", "a.html": "<!DOCTYPE html>"}[name] in start


def test_neither_streamlit_nor_torch_is_needed(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    program = (
        "import sys\nfrom app.notebook import open_run, write_graph, write_map, write_report\n"
        f"run = open_run({str(run)!r})\n"
        f"write_report(run, {str(tmp_path / 'r.html')!r})\nwrite_map(run, {str(tmp_path / 'm.html')!r})\n"
        f"write_graph(run, {str(tmp_path / 'g.gexf')!r})\n"
        "sys.exit(bool({'streamlit', 'torch'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, check=False, capture_output=True)
    assert result.returncode == 0, result.stderr.decode()


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run.load(made_run(tmp_path / "run"))
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        write_report(run, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
