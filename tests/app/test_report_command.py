"""Writing a report or an export: by command, from a notebook, and whole or not at all."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import cli
from app.export.commands import size_words
from app.report import write_report
from core.run import Run
from tests.app.conftest import ROOT, made_run
from tests.app.report_made import Read


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
    size = (tmp_path / name).stat().st_size
    assert result.output == f"{tmp_path / name}: {size_words(size)}\n"
    assert "0.0" not in result.output
    start = (tmp_path / name).read_text()[:400]
    assert {"a.graphml": "<graphml", "a.gexf": "<gexf", "a.html": "<!DOCTYPE html>"}[name] in start


def test_another_ending_is_refused_with_all_that_would_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["export", str(made_run(tmp_path / "run")), "-o", str(tmp_path / "a.png")])
    assert result.exit_code == 1
    assert result.output == "Error: the file must end in .graphml, .gexf or .html, got 'a.png'\n"


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
